"""Where digests are delivered to: the tables `[delivery.mail]`, `[delivery.command]` and `[delivery.folder]` of `feeds.toml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.errors import ConfigError

PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""Ways to secure a connection to a mail server, each with its usual port."""
SECONDS = 60
"""How long a command may run, unless the table says otherwise."""
_MOST_SECONDS = 3_600
_MOST_RECIPIENTS = 50
_OPTIONS = {
    "mail": ("host", "port", "security", "from", "to"),
    "command": ("run", "seconds"),
    "folder": ("path", "notes"),
}
_LOGIN = re.compile(r"(?i)(user|login|password|token|secret|api_?key)")
# plain addresses only: no comments, quotes or names, so nothing in them can mean something in a header or to a server
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,253}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail server and who gets the digest. `security` is one of `PORTS`."""

    host: str
    port: int
    security: str
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and the seconds it may run."""

    words: tuple[str, ...]
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that gets a file for each digest and, with notes, one for each paper that it names."""

    path: Path
    notes: bool = True


@dataclass(frozen=True, slots=True)
class Destinations:
    """Everything that `feeds.toml` names; None where it names nothing of a kind."""

    mail: Mail | None = None
    command: Command | None = None
    folder: Folder | None = None


def parse(table: Mapping[str, Any], home: Path) -> Destinations:
    """Check the table `[delivery]`.

    Raises:
        ConfigError: with the table and the option that is wrong.
    """
    for name in table:
        if name not in _OPTIONS:
            raise ConfigError(
                f"feeds.toml: '{name}' is no way to deliver.",
                f"There are: {', '.join(f'[delivery.{n}]' for n in _OPTIONS)}.",
            )
    return Destinations(
        mail=_mail(_checked(table, "mail")) if "mail" in table else None,
        command=_command(_checked(table, "command")) if "command" in table else None,
        folder=_folder(_checked(table, "folder"), home) if "folder" in table else None,
    )


def _checked(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables[name]
    if not isinstance(table, dict):
        raise ConfigError(f"feeds.toml: 'delivery.{name}' must be a table.", f"Write [delivery.{name}].")
    for option in table:
        if option in _OPTIONS[name]:
            continue
        if _LOGIN.search(option):
            raise ConfigError(
                f"feeds.toml: [delivery.{name}] holds a login in '{option}'.",
                "Put it into TRACKER_SMTP_USER or TRACKER_SMTP_PASSWORD in the environment, or into the keyring.",
            )
        raise ConfigError(
            f"feeds.toml: [delivery.{name}] does not know '{option}'.", f"It knows: {', '.join(_OPTIONS[name])}."
        )
    return table


def _mail(table: Mapping[str, Any]) -> Mail:
    security = table.get("security", "starttls")
    if security not in PORTS:
        raise _wrong("mail", "security", f"one of: {', '.join(PORTS)}")
    port = table.get("port", PORTS[security])
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65_535:
        raise _wrong("mail", "port", "a whole number from 1 to 65535")
    host = table.get("host")
    if not isinstance(host, str) or not _HOST.fullmatch(host):
        raise _wrong("mail", "host", 'the name of a server, as "smtp.example.org"')
    to = table.get("to")
    recipients = [to] if isinstance(to, str) else to
    if not isinstance(recipients, list) or not 1 <= len(recipients) <= _MOST_RECIPIENTS:
        raise _wrong("mail", "to", f"an address, or a list of 1 to {_MOST_RECIPIENTS}")
    return Mail(
        host=host,
        port=port,
        security=security,
        sender=_address(table.get("from"), "from"),
        recipients=tuple(dict.fromkeys(_address(one, "to") for one in recipients)),
    )


def _address(value: object, option: str) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _wrong("mail", option, 'a plain address, as "you@example.org"')
    return value


def _command(table: Mapping[str, Any]) -> Command:
    words, seconds = table.get("run"), table.get("seconds", SECONDS)
    if (
        not isinstance(words, list)
        or not words
        or not all(isinstance(w, str) and "\0" not in w for w in words)
        or not words[0]
    ):
        raise _wrong("command", "run", 'a list of words, as ["pandoc", "-o", "/tmp/week.pdf"]; no shell reads them')
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= _MOST_SECONDS:
        raise _wrong("command", "seconds", f"a number above 0, at most {_MOST_SECONDS}")
    return Command(tuple(words), float(seconds))


def _folder(table: Mapping[str, Any], home: Path) -> Folder:
    path = table.get("path")
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise _wrong("folder", "path", 'a folder, as "~/notes/research"')
    if not isinstance(notes := table.get("notes", True), bool):
        raise _wrong("folder", "notes", "true or false")
    return Folder((home / Path(path.strip()).expanduser()).absolute(), notes)


def _wrong(table: str, option: str, wanted: str) -> ConfigError:
    return ConfigError(f"feeds.toml: {option} of [delivery.{table}] must be {wanted}.")
