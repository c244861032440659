"""A mail server on loopback (RFC 5321, STARTTLS, AUTH PLAIN and LOGIN) that keeps what it takes and can misbehave as told."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from email.message import EmailMessage

CERTIFICATE = Path(__file__).parent / "mail_server.pem"
"""Key and certificate of localhost, signed by itself, for these tests only; valid until 2126."""


@dataclass
class Mailbox:
    """How the server behaves, and what it has seen.

    Attributes:
        replies: what it answers to a command instead of its own answer; None hangs until the client has gone.
        login: user and password that it wants; none when empty.
    """

    tls: str = "none"
    replies: Mapping[str, bytes | None] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    port: int = 0
    commands: list[str] = field(default_factory=list)
    taken: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    encrypted: bool = False

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.taken]  # type: ignore[misc]

    @property
    def recipients(self) -> list[tuple[str, ...]]:
        return [recipients for recipients, _ in self.taken]


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CERTIFICATE)
    return made


class Handler(socketserver.BaseRequestHandler):
    """One conversation."""

    box: Mailbox

    def setup(self) -> None:
        self.connection: Any = self.request
        if self.box.tls == "tls":
            self.encrypt()
        else:
            self.stream = self.connection.makefile("rb")
        self.recipients: list[str] = []

    def encrypt(self) -> None:
        self.connection = context().wrap_socket(self.connection, server_side=True)
        self.stream = self.connection.makefile("rb")
        self.box.encrypted = True

    def say(self, line: bytes) -> None:
        self.connection.sendall(line + b"\r\n")

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.answer("GREETING", "")
            while line := self.stream.readline():
                words = line.decode().strip()
                self.box.commands.append(words)
                if not self.answer(words.split(" ")[0].upper(), words):
                    return

    def answer(self, verb: str, words: str) -> bool:
        told = self.box.replies.get(words, self.box.replies.get(verb, b""))
        if told is None:
            self.stream.read()  # until the client has gone
            return False
        if told:
            self.say(told)
            return not told.startswith(b"421")
        getattr(self, f"on_{verb.lower()}", self.on_unknown)(words)
        return verb != "QUIT"

    def on_unknown(self, words: str) -> None:
        self.say(b"502 not known")

    def on_greeting(self, words: str) -> None:
        self.say(b"220 loopback ESMTP")

    def on_ehlo(self, words: str) -> None:
        offered = [b"loopback"]
        if self.box.tls == "starttls" and not self.box.encrypted:
            offered.append(b"STARTTLS")
        if self.box.login:
            offered.append(b"AUTH PLAIN")
        for line in offered[:-1]:
            self.say(b"250-" + line)
        self.say(b"250 " + offered[-1])

    def on_starttls(self, words: str) -> None:
        self.say(b"220 go ahead")
        self.encrypt()

    def on_auth(self, words: str) -> None:
        _, user, password = base64.b64decode(words.split(" ")[2]).decode().split("\0")
        good = (user, password) == self.box.login
        self.say(b"235 welcome" if good else b"535 5.7.8 bad\x1b[31m credentials")

    def on_mail(self, words: str) -> None:
        self.say(b"250 ok")

    def on_rcpt(self, words: str) -> None:
        self.recipients.append(words.split("<")[1].rstrip(">"))
        self.say(b"250 ok")

    def on_data(self, words: str) -> None:
        self.say(b"354 go on")
        lines = []
        while (line := self.stream.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.box.taken.append((tuple(self.recipients), b"".join(lines)))
        self.say(b"250 taken")

    def on_rset(self, words: str) -> None:
        self.say(b"250 ok")

    def on_quit(self, words: str) -> None:
        self.say(b"221 bye")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle, or refuses the certificate, is what the tests are about."""


@contextmanager
def mail_server(
    *, tls: str = "none", replies: Mapping[str, bytes | None] | None = None, login: tuple[str, str] | None = None
) -> Iterator[Mailbox]:
    """Listen on a free port until the block ends."""
    box = Mailbox(tls=tls, replies=replies or {}, login=login)
    handler = type("Bound", (Handler,), {"box": box})
    with Server(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield box
        server.shutdown()
