// A whole Bluesky network on this machine: personal data server, AppView, directory, and a custom feed of its own.
// Run it in a folder where @atproto/dev-env is installed; see README.md beside this file.
//
// The first line that it prints is JSON: addresses, a login, and what there is to follow. `kill -USR1 PID` adds posts
// (and prints a line when the AppView has seen them), `kill PID` ends it.

import { createServer } from "node:http";
import { createRequire } from "node:module";

const installed = createRequire(`${process.cwd()}/`);
const { TestNetwork } = installed("@atproto/dev-env");
const crypto = createRequire(installed.resolve("@atproto/dev-env"))("@atproto/crypto");
const plc = createRequire(installed.resolve("@atproto/dev-env"))("@did-plc/lib");

const PORTS = { plc: 2582, pds: 2583, appview: 2584, feed: 2585 };
const POSTS = 130;
const letters = [...Date.now().toString()].map((digit) => "abcdefghij"[Number(digit)]).join("");

const network = await TestNetwork.create({
  dbPostgresSchema: `tracker_${letters}`, // only letters and _; a fresh one each run
  pds: { port: PORTS.pds, hostname: "localhost" },
  bsky: { port: PORTS.appview },
  plc: { port: PORTS.plc },
});
const seed = network.getSeedClient();

// Records with a link in the text (cut short, as apps show it), as a card, beside a quoted post, and in a quoted post.

function linked(before, shown, uri) {
  const start = Buffer.byteLength(before);
  const index = { byteStart: start, byteEnd: start + Buffer.byteLength(shown) };
  return [{ index, features: [{ $type: "app.bsky.richtext.facet#link", uri }] }];
}

const card = (uri, title) => ({ $type: "app.bsky.embed.external", external: { uri, title, description: "" } });
const quote = (ref) => ({ $type: "app.bsky.embed.record", record: ref.raw });
const paper = (number) => `https://arxiv.org/abs/2401.${String(10000 + number)}`;

async function account(name) {
  await seed.createAccount(name, { handle: `${name}.test`, email: `${name}@example.org`, password: `${name}-password` });
  return seed.dids[name];
}

async function paperPost(by, number) {
  const before = `⚡ Post ${number}: reading `;
  return seed.post(by, `${before}arxiv.org/abs/2401… now`, linked(before, "arxiv.org/abs/2401…", paper(number)));
}

const [ada, ben, cyd, bot] = [await account("ada"), await account("ben"), await account("cyd"), await account("paperbot")];
await seed.createProfile(bot, "Paper bot", "All papers", ["bot"]);
for (let number = 0; number < POSTS; number += 1) await paperPost(ada, number);
const found = seed.posts[ada][POSTS - 1].ref;
await seed.post(ben, "", undefined, undefined, undefined, { embed: card(paper(900), "A paper shared by its card alone") });
await seed.post(ben, "Look at this", undefined, undefined, found);
await seed.post(ben, "Both", undefined, undefined, undefined, {
  embed: { $type: "app.bsky.embed.recordWithMedia", record: quote(found), media: card(paper(901), "Beside a quote") },
});
await seed.reply(ben, found, found, "A reply to Ada");
await seed.repost(ben, found);
await seed.repost(cyd, found);
await seed.like(cyd, found);
await paperPost(bot, 950);
await seed.follow(cyd, ada);
await seed.follow(cyd, ben);
await seed.follow(cyd, bot);
const list = await seed.createList(ben, "ML people", "curate");
await seed.addToList(ben, ada, list);
await seed.addToList(ben, ben, list);
const pack = await seed.createStarterPack(ben, "ML start", [ada, bot]);

// dev-env's own feed generator does not start with the published versions: a plain server answers the one question.

const key = await crypto.Secp256k1Keypair.create();
const operation = await plc.signOperation(
  {
    type: "plc_operation",
    verificationMethods: { atproto: key.did() },
    rotationKeys: [key.did()],
    alsoKnownAs: [],
    services: { bsky_fg: { type: "BskyFeedGenerator", endpoint: `http://localhost:${PORTS.feed}` } },
    prev: null,
  },
  key,
);
const generator = await plc.didForCreateOp(operation);
await new plc.Client(network.plc.url).sendOperation(generator, operation);
const feed = await seed.createFeedGen(ben, generator, "Ranked");
const chosen = [found, seed.posts[ada][3].ref, seed.posts[ben][1].ref];
const skeleton = JSON.stringify({ feed: chosen.map((ref) => ({ post: ref.uriStr })) });
const server = createServer((_request, answer) => answer.setHeader("content-type", "application/json").end(skeleton));
server.listen(PORTS.feed, "127.0.0.1");
await network.processAll();

const page = (kind, ref) => `https://bsky.app/profile/ben.test/${kind}/${ref.uri.rkey}`;
console.log(
  JSON.stringify({
    pid: process.pid,
    appview: `http://127.0.0.1:${PORTS.appview}`,
    pds: `http://127.0.0.1:${PORTS.pds}`,
    login: { handle: "cyd.test", password: "cyd-password" },
    follow: {
      actor: "ada.test",
      list: page("lists", list),
      feed: page("feed", feed),
      starter_pack: `https://bsky.app/starter-pack/ben.test/${pack.uri.rkey}`,
      follows: "cyd.test",
      search: "reading",
    },
  }),
);

let more = 1000;
process.on("SIGUSR1", async () => {
  for (let count = 0; count < 5; count += 1) await paperPost(ada, (more += 1));
  await seed.like(ben, found);
  await network.processAll();
  console.log(`5 posts more, up to ${paper(more)}`);
});
process.on("SIGTERM", async () => {
  server.close();
  await network.close();
  process.exit(0);
});
