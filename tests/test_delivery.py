"""Digests brought to people: once to each place, whatever a mail server, a program or a folder does."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import HOSTILE_CONTROLS, NOW, paper
from hypothesis import given
from hypothesis import strategies as st
from mail_server import CERTIFICATE, mail_server
from test_cli import tracker

from tracker import config, delivery, destinations
from tracker.delivery import smtp, week_to_deliver
from tracker.delivery.mail import message, subject
from tracker.delivery.naming import file_name
from tracker.destinations import Destinations, Folder, Mail
from tracker.errors import BusyError, ConfigError, DeliveryError
from tracker.models import Item, Line, Marks
from tracker.pages import Digest, DigestEntry, DigestSection, Sentence, Shared, Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tracker.delivery import Outcome
    from tracker.session import Session

WEEK = "2026-W20"
AT = "2026-05-18T09:00:00Z"
YOU = "you@example.org"
FRIEND = "friend@example.org"


def digest(title: str = "Causal Forests", week: str = WEEK, role: str = "ml-engineer") -> Digest:
    item = Line(
        row=1, id="arxiv:2605.10001", kind="paper", title=f"A paper on {title}", byline="A. Author", venue="arXiv", year=2026, date="2026-05-12", origin="arxiv",
        is_read=False, is_starred=False, mentions=0,
    )  # fmt: skip
    entry = DigestEntry(title=title, sentences=(Sentence(text=f"We study {title}.", items=(item.id,)),), papers=(item,))
    section = DigestSection(key="rising", heading="Rising", entries=(entry,))
    return Digest(
        edition=week,
        title=f"Week {week[-2:]}, for {role}s",
        role=role,
        sections=(section,),
        references={item.id: item},
        shared={
            item.id: Shared(
                people=1,
                voices=(Voice(id="x:1", network="x", author="ada", text="Read this.", url="https://x.com/ada/1"),),
            )
        },
    )


def stored(name: str) -> Item:
    """The item of any id."""
    return Item(
        row=1, id=name, kind="paper", title="A paper on Causal Forests", text="Trees are many.\n\nWe study them.", authors=("Ada Author", "Bo Builder"), author="", network="", venue="arXiv", year=2026, track="",
        status="", categories=(), keywords=(), tldr="", comment="", url="", pdf_url="", links=(), published=None, announced=None, first_seen="", date="2026-05-12", origin="arxiv", version=None,
        identifiers=(name,), sightings=(), mentions=(), marks=Marks(),
    )  # fmt: skip


def mail(port: int, security: str = "none", host: str = "localhost", to: tuple[str, ...] = (YOU,)) -> Mail:
    return Mail(host=host, port=port, security=security, sender="tracker@example.org", recipients=to)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate of the loopback server."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture(autouse=True)
def _no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACKER_SMTP_USER", raising=False)
    monkeypatch.delenv("TRACKER_SMTP_PASSWORD", raising=False)


def log_in(monkeypatch: pytest.MonkeyPatch, user: str = "me", password: str = "secret") -> None:
    monkeypatch.setenv("TRACKER_SMTP_USER", user)
    monkeypatch.setenv("TRACKER_SMTP_PASSWORD", password)


def sent(settings: Mail, **bounds: float) -> Mapping[str, DeliveryError]:
    return smtp.send(settings, message(digest(), settings, AT), settings.recipients, **bounds)


# the message


def test_a_mail_holds_text_and_html_of_the_same_digest() -> None:
    with mail_server() as box:
        assert not sent(mail(box.port, to=(YOU, FRIEND)))
    (got,) = box.messages()
    assert box.recipients == [(YOU, FRIEND)]
    assert got["From"] == "tracker <tracker@example.org>"
    assert got["To"] == f"{YOU}, {FRIEND}"
    assert got["Subject"] == "Research in 2026-W20: Causal Forests"
    assert got["Date"] == "Mon, 18 May 2026 09:00:00 +0000"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "multipart/alternative"
    plain, page = got.iter_parts()
    assert (plain.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert "We study Causal Forests. [1]" in plain.get_content()
    assert re.search(
        r"^\[1\] A paper on Causal Forests\r?\n +https://arxiv.org/abs/2605.10001\r?$",
        plain.get_content(),
        re.MULTILINE,
    )
    assert "We study Causal Forests." in page.get_content()


def test_the_same_digest_is_the_same_bytes_and_each_week_and_role_a_message_of_its_own() -> None:
    settings = mail(25)
    assert message(digest(), settings, AT).as_bytes() == message(digest(), settings, AT).as_bytes()
    ids = {
        message(digest(week=week, role=role), settings, AT)["Message-ID"]
        for week in (WEEK, "2026-W21")
        for role in ("ml-engineer", "ai-engineer")
    }
    assert len(ids) == 4
    assert all(re.fullmatch(r"<[\w.-]+@example\.org>", name) for name in ids)


HOSTILE = (
    "Forests\r\nBcc: all@example.org\r\n\r\nfree",
    HOSTILE_CONTROLS,
    "=?utf-8?q?Bcc:_x?=",
    "Wälder & Bäume 森林 " * 30,
    "<script>x</script>",
    "",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_no_title_makes_a_header_or_leaves_its_line(title: str) -> None:
    settings = mail(25)
    raw = message(digest(title), settings, AT).as_bytes()
    got = message_from_bytes(raw, policy=default)
    assert got.keys() == message(digest(), settings, AT).keys()
    assert got["Subject"] == subject(digest(title))
    assert len(got["Subject"]) <= 120
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.splitlines())
    assert "\n.\r" not in raw.decode()


@given(st.text(max_size=200))
def test_any_title_makes_one_subject(title: str) -> None:
    raw = message(digest(title), mail(25), AT).as_bytes()
    assert message_from_bytes(raw, policy=default)["Subject"] == subject(digest(title))


# the server


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_the_login_goes_over_tls(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch)
    with mail_server(tls=tls, login=("me", "secret")) as box:
        assert not sent(mail(box.port, tls))
    assert box.encrypted
    assert len(box.taken) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_that_nobody_signed_is_refused(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch)
    with mail_server(tls=tls) as box, pytest.raises(DeliveryError, match="is not to be trusted: self") as caught:
        sent(mail(box.port, tls))
    assert "SSL_CERT_FILE" in caught.value.remedy
    assert not box.taken
    assert not any(line.startswith("AUTH") for line in box.commands)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_refused() -> None:
    with mail_server(tls="tls") as box, pytest.raises(DeliveryError, match=r"not to be trusted: .*127\.0\.0\.1"):
        sent(mail(box.port, "tls", host="127.0.0.1"))


def test_no_password_goes_out_when_encryption_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch)
    with mail_server(login=("me", "secret")) as box, pytest.raises(DeliveryError, match="does not offer encryption"):
        sent(mail(box.port, "starttls"))
    assert [line.split()[0] for line in box.commands] == ["ehlo"]


def test_no_password_goes_unencrypted_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert smtp._is_here("127.0.0.1")
    assert smtp._is_here("::1")
    log_in(monkeypatch)
    monkeypatch.setattr(smtp, "_is_here", lambda host: False)  # loopback is the only machine that tests may ask
    with mail_server(login=("me", "secret")) as box, pytest.raises(DeliveryError, match="would get the password"):
        sent(mail(box.port))
    assert not any(line.startswith("AUTH") for line in box.commands)


@pytest.mark.parametrize(
    ("replies", "said", "step"),
    [
        ({"GREETING": b"554 go away"}, "554: go away", "next run"),
        ({"GREETING": b"SSH-2.0-x"}, "hung up|did not take", ""),
        ({"GREETING": b"421 too busy"}, "421: too busy", "next run"),
        ({"MAIL": b"550 not you"}, r"does not send for tracker@example.org \(550: not you\)", "TRACKER_SMTP_USER"),
        ({"DATA": b"552 too large"}, "did not take the message .552: too large", "next run"),
    ],
)
def test_a_refusal_is_told_with_the_words_of_the_server(replies: dict[str, bytes], said: str, step: str) -> None:
    with mail_server(replies=replies) as box, pytest.raises(DeliveryError, match=said) as caught:
        sent(mail(box.port))
    assert f"localhost:{box.port}" in caught.value.message
    assert step in caught.value.remedy


def test_a_wrong_password_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch, password="guess")
    with mail_server(login=("me", "secret")) as box, pytest.raises(DeliveryError) as caught:
        sent(mail(box.port))
    assert "refuses the login (535: 5.7.8 bad[31m credentials)" in caught.value.message
    assert "TRACKER_SMTP_PASSWORD" in caught.value.remedy
    assert "guess" not in str(caught.value)


def test_a_password_for_a_server_that_wants_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(monkeypatch)
    with mail_server() as box, pytest.raises(DeliveryError, match="offers no login"):
        sent(mail(box.port))


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "RCPT", "DATA"])
def test_a_server_that_falls_silent_is_left(verb: str) -> None:
    with (
        mail_server(replies={verb: None}) as box,
        pytest.raises(DeliveryError, match=r"does not answer in time|hung up"),
    ):
        sent(mail(box.port), answer_seconds=0.05)


def test_a_server_that_is_never_silent_and_never_done_is_left() -> None:
    with mail_server(replies={"RCPT": None}) as box, pytest.raises(DeliveryError, match="does not answer in time"):
        sent(mail(box.port), whole_seconds=0.05)


def test_where_nobody_listens_is_told() -> None:
    with mail_server() as box:
        port = box.port
    with pytest.raises(DeliveryError, match=f"Nothing takes mail at localhost:{port}"):
        sent(mail(port))


def test_tls_where_none_is_spoken_is_told() -> None:
    with mail_server() as box, pytest.raises(DeliveryError, match="does not speak TLS as asked"):
        sent(mail(box.port, "tls"))


def test_one_recipient_refused_stops_no_other() -> None:
    with mail_server(replies={f"rcpt TO:<{FRIEND}>": b"550 unknown"}) as box:
        refused = sent(mail(box.port, to=(FRIEND, YOU)))
    assert box.recipients == [(YOU,)]
    assert list(refused) == [FRIEND]
    assert "refuses friend@example.org (550: unknown)" in refused[FRIEND].message


# once


@pytest.fixture
def clock() -> list[datetime]:
    return [NOW]


@pytest.fixture
def run(session: Session, clock: list[datetime]) -> Callable[..., list[tuple[str, str, str]]]:
    """Deliver a week to some destinations; returns (week, place, state)."""

    def deliver(where: Destinations, week: str = WEEK, role: str = "ml-engineer") -> list[tuple[str, str, str]]:
        outcomes = delivery.deliver(
            session.writer,
            delivery.channels_of(where, session.home, stored),
            lambda edition: digest(week=edition, role=role),
            week,
            role,
            lambda: clock[0],
        )
        return [(one.edition, one.place, one.state) for one in outcomes]

    return deliver


Run = "Callable[..., list[tuple[str, str, str]]]"


def test_running_again_sends_nothing(run: Any) -> None:
    with mail_server() as box:
        where = Destinations(mail=mail(box.port))
        assert run(where) == [(WEEK, f"mail to {YOU}", "delivered")]
        assert run(where) == [(WEEK, f"mail to {YOU}", "already")]
        assert run(where, role="ai-engineer") == [(WEEK, f"mail to {YOU}", "delivered")]
        assert run(where, week="2026-W21") == [("2026-W21", f"mail to {YOU}", "delivered")]
    assert len(box.taken) == 3


def test_a_new_recipient_gets_it_and_the_others_not_again(run: Any) -> None:
    with mail_server() as box:
        run(Destinations(mail=mail(box.port)))
        run(Destinations(mail=mail(box.port, to=(YOU, FRIEND))))
    assert box.recipients == [(YOU,), (FRIEND,)]


def test_what_failed_is_tried_again_with_the_same_id_and_date_and_the_rest_is_delivered(
    run: Any, tmp_path: Path, clock: list[datetime]
) -> None:
    folder = Folder(tmp_path / "notes")
    with mail_server(replies={"DATA": b"451 later"}) as busy:
        states = run(Destinations(mail=mail(busy.port), folder=folder))
    assert [state for _, _, state in states] == ["failed", "delivered"]
    clock[0] += timedelta(days=7)
    with mail_server() as box:
        states = run(Destinations(mail=mail(box.port), folder=folder), week="2026-W21")
    assert [(week, state) for week, _, state in states] == [
        (WEEK, "delivered"),
        ("2026-W21", "delivered"),
        ("2026-W21", "delivered"),
    ]
    first, second = box.messages()
    assert first["Message-ID"] == message(digest(), mail(25), AT)["Message-ID"]
    assert (first["Date"], second["Date"]) == ("Mon, 18 May 2026 09:00:00 +0000", "Mon, 25 May 2026 09:00:00 +0000")


def test_what_failed_long_ago_is_given_up(run: Any, clock: list[datetime]) -> None:
    with mail_server(replies={"DATA": b"451 later"}) as busy:
        run(Destinations(mail=mail(busy.port)))
    clock[0] += timedelta(days=delivery.service.MOST_DAYS + 1)
    with mail_server() as box:
        assert [week for week, _, _ in run(Destinations(mail=mail(box.port)), week="2026-W25")] == ["2026-W25"]


def test_a_place_that_came_later_gets_no_older_digests(run: Any, tmp_path: Path) -> None:
    with mail_server(replies={"DATA": b"451 later"}) as busy:
        run(Destinations(mail=mail(busy.port)))
    states = run(Destinations(folder=Folder(tmp_path / "notes")), week="2026-W21")
    assert [(week, state) for week, _, state in states] == [("2026-W21", "delivered")]


def test_a_note_that_is_there_is_never_written_over(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    run(Destinations(folder=Folder(folder)))
    note = folder / "research-2026-W20-ml-engineer.md"
    assert "We study Causal Forests" in note.read_text("utf-8")
    note.write_text("mine", "utf-8")
    run(Destinations(folder=Folder(folder)))
    run(Destinations(folder=Folder(folder / "..")))
    assert note.read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_told(session: Session, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    channels = delivery.channels_of(Destinations(folder=Folder(tmp_path / "file" / "notes")), session.home, stored)
    (one,) = delivery.deliver(session.writer, channels, lambda week: digest(), WEEK, "", lambda: NOW)
    assert one.state == "failed"
    assert "Not a directory" in one.message


def test_no_role_leads_out_of_the_folder() -> None:
    assert file_name(digest(role="../../etc/x")) == "research-2026-W20--etc-x"


# a program


def program(code: str, seconds: float = 60) -> Destinations:
    return Destinations(command=destinations.Command((sys.executable, "-c", code), seconds))


def told(session: Session, where: Destinations) -> Outcome:
    channels = delivery.channels_of(where, session.home, stored)
    (one,) = delivery.deliver(session.writer, channels, lambda week: digest(), WEEK, "", lambda: NOW)
    return one


def test_a_program_gets_the_markdown(session: Session) -> None:
    one = told(session, program("import sys; open('got.md', 'wb').write(sys.stdin.buffer.read())"))
    assert one.state == "delivered"
    assert "## Rising" in (session.home / "got.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "seconds", "said"),
    [
        ("import sys; sys.exit('no\\x1b paper\\nleft.')", 60, "ended with status 1 and said: left."),
        ("import sys; sys.exit(3)", 60, "ended with status 3."),
        ("import time; time.sleep(600)", 0.1, "ran longer than 0.1 s"),
    ],
)
def test_what_a_program_did_not_do_is_told(session: Session, code: str, seconds: float, said: str) -> None:
    one = told(session, program(code, seconds))
    assert one.state == "failed"
    assert said in one.message


def test_a_program_that_is_not_there_is_told(session: Session) -> None:
    one = told(session, Destinations(command=destinations.Command(("no-such-program; rm -rf /",))))
    assert "'no-such-program; rm -rf /' cannot be started: No such file" in one.message


def test_a_program_that_reads_nothing_is_no_failure(session: Session) -> None:
    assert told(session, program("")).state == "delivered"


# which week


def test_the_week_is_the_one_that_ended_last() -> None:
    days = [date(2026, 5, 18) + timedelta(days=number) for number in range(7)]
    assert [week_to_deliver(day, "2026-W30")[-3:] for day in days] == ["W20"] * 7
    assert week_to_deliver(date(2026, 5, 18), "2026-W12") == "2026-W12"


# feeds.toml


def parsed(text: str) -> Destinations:
    found = config.parse(tomllib.loads(text), Path("/home/me")).delivery
    assert found is not None
    return found


def test_the_tables_are_read() -> None:
    found = parsed(
        '[delivery.mail]\nhost = "smtp.example.org"\nfrom = "a@example.org"\nto = ["b@example.org", "b@example.org"]\n'
        '[delivery.command]\nrun = ["mail", "-s", "Week"]\n[delivery.folder]\npath = "notes"'
    )
    assert found.mail == Mail(
        host="smtp.example.org", port=587, security="starttls", sender="a@example.org", recipients=("b@example.org",)
    )
    assert found.command == destinations.Command(("mail", "-s", "Week"), 60)
    assert found.folder == Folder(Path("/home/me/notes"))
    assert config.parse({}, Path()).delivery is None


MAIL = '[delivery.mail]\nhost = "h"\nfrom = "a@b"\nto = "c@d"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MAIL + 'password = "x"', r"holds a login in 'password'.*TRACKER_SMTP"),
        (MAIL + 'user = "x"', "holds a login in 'user'"),
        (MAIL + "tls = true", "does not know 'tls'.*security"),
        (MAIL + 'security = "ssl"', "starttls, tls, none"),
        (MAIL + "port = 0", "port of"),
        (MAIL.replace("c@d", "c@d\\nBcc: e@f"), "to of .* must be a plain address"),
        (MAIL.replace("c@d", "You <c@d>"), "to of"),
        (MAIL.replace("c@d", "ü@d"), "to of"),
        (MAIL.replace('"c@d"', "[]"), "to of"),
        (MAIL.replace('"a@b"', "3"), "from of"),
        (MAIL.replace('"h"', '"h/x"'), "host of"),
        ('[delivery.command]\nrun = "mail me"', "run of .* a list of words"),
        ("[delivery.command]\nrun = []", "run of"),
        ('[delivery.command]\nrun = ["x"]\nseconds = 0', "seconds of"),
        ("[delivery.folder]", "path of"),
        ("[delivery.fax]", "'fax' is no way to deliver"),
        ("[delivery]\nmail = 3", "must be a table"),
        ("delivery = 3", "must be a table"),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    assert re.search(said, str(caught.value))


# the verb


@pytest.fixture
def filled(session: Session, lines: Callable[..., Path]) -> Path:
    session.import_files([lines(*(paper(number) for number in range(5)))])
    session.close()
    return session.home


def test_the_verb_delivers_once_and_says_so(filled: Path) -> None:
    with mail_server(replies={f"rcpt TO:<{FRIEND}>": b"550 unknown"}) as box:
        (filled / "feeds.toml").write_text(
            f'[delivery.mail]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\nfrom = "a@example.org"\nto = ["{YOU}", "{FRIEND}"]\n'
            '[delivery.folder]\npath = "notes"\n',
            "utf-8",
        )
        dry = tracker("--home", filled, "deliver", "--week", WEEK, "--dry-run")
        assert dry.stdout.count("would be delivered") == 3
        assert not box.commands
        done = tracker("--home", filled, "deliver", "--week", WEEK, status=1)
        assert f"{WEEK}: mail to {YOU}, delivered.\n" in done.stdout
        assert f"{WEEK}: mail to {FRIEND}, not delivered. 127.0.0.1:{box.port} refuses" in done.stderr
        again = tracker("--home", filled, "deliver", "--week", WEEK, "--json", status=1)
        assert [json.loads(line)["state"] for line in again.stdout.splitlines()] == ["already", "already", "failed"]
    (got,) = box.messages()
    assert "5 papers" in got.get_body(("plain",)).get_content()
    assert "5 papers" in (filled / "notes" / f"research-{WEEK}-ml-engineer.md").read_text("utf-8")


def test_without_a_place_the_verb_says_what_to_add(filled: Path) -> None:
    assert "Add [delivery.mail]" in tracker("--home", filled, "deliver", status=1).stderr


def test_two_deliver_one_after_the_other(session: Session) -> None:
    (session.home / "feeds.toml").write_text('[delivery.folder]\npath = "notes"\n', "utf-8")
    session.writer  # noqa: B018 - makes the database
    with delivery.alone(session.folder), pytest.raises(BusyError, match="is delivering"):
        list(session.deliver(WEEK))


def test_a_run_that_is_killed_between_sending_and_noting_sends_the_same_message_again(
    session: Session, clock: list[datetime]
) -> None:
    with mail_server() as box:
        channels = delivery.channels_of(Destinations(mail=mail(box.port)), session.home, stored)

        def stopped() -> datetime:
            if box.taken:
                raise KeyboardInterrupt
            return NOW

        with pytest.raises(KeyboardInterrupt):
            list(delivery.deliver(session.writer, channels, lambda week: digest(), WEEK, "", stopped))
        later = NOW.replace(tzinfo=UTC) + timedelta(hours=3)
        (one,) = delivery.deliver(session.writer, channels, lambda week: digest(), WEEK, "", lambda: later)
        assert one.state == "delivered"
    (_, first), (_, second) = box.taken
    assert first == second
