"""A digest as a mail: plain text and HTML in one message, the same bytes for the same digest."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from tracker.delivery import smtp
from tracker.forms.outside import plain
from tracker.forms.page import to_html
from tracker.forms.text import to_text
from tracker.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.destinations import Mail
    from tracker.errors import TrackerError
    from tracker.pages import Digest

WIDTH = 76
"""Columns of the text part, as RFC 3676 advises."""
_NAMED = 3
_SUBJECT = 120


class MailChannel:
    """Sends a digest through a mail server, one message for all recipients that lack it."""

    def __init__(self, settings: Mail) -> None:
        self._settings = settings

    @property
    def places(self) -> tuple[str, ...]:
        """Return the recipients."""
        return tuple(f"mail to {address}" for address in self._settings.recipients)

    def send(self, digest: Digest, places: Sequence[str], at: str) -> Mapping[str, TrackerError]:
        """Send the message and return the recipients that the server refused.

        Raises:
            DeliveryError: the server cannot be reached, or took nothing.
        """
        wanted = dict(zip(self.places, self._settings.recipients, strict=True))
        refused = smtp.send(self._settings, message(digest, self._settings, at), [wanted[place] for place in places])
        return {place: refused[wanted[place]] for place in places if wanted[place] in refused}


def message(digest: Digest, settings: Mail, at: str) -> EmailMessage:
    """Return the message.

    Message-ID and date are the same for each try, so that mail programs show a digest once that arrived twice.

    Args:
        digest: what is sent.
        settings: whose sender and recipients are named.
        at: the date, as ISO text.
    """
    made = EmailMessage(policy=SMTP)
    made["Subject"] = subject(digest)
    made["From"] = Address("tracker", *_parts(settings.sender))
    made["To"] = [Address("", *_parts(one)) for one in settings.recipients]
    made["Date"] = datetime.fromisoformat(at)
    made["Message-ID"] = _message_id(digest, settings)
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in return
    # both in ASCII: lines stay short, and a server without 8BITMIME takes them
    made.set_content(to_text(digest, WIDTH), cte="quoted-printable")
    made.add_alternative(to_html(digest, drawn=False), subtype="html", cte="quoted-printable")
    made.set_boundary(f"part-{_hash(made['Message-ID'])}")  # the default one is drawn by chance
    return made


def subject(digest: Digest) -> str:
    """Return what it is called with the topics that rose first; one line, whatever their names hold."""
    rising = next((section.entries for section in digest.sections if section.key == "rising"), ())
    names = ", ".join(plain(entry.title) for entry in rising[:_NAMED])
    title = f"Research {'in' if 'W' in digest.edition else 'on'} {digest.edition}"
    text = shorten(plain(f"{title}{f': {names}' if names else ''}"), _SUBJECT - 10)
    return text.replace("=?", "= ?")  # what looks like an encoded word (RFC 2047) would be shown decoded


def _message_id(digest: Digest, settings: Mail) -> str:
    named = f"{digest.edition}\n{digest.role}\n{settings.sender}"
    edition = re.sub(r"[^A-Za-z0-9-]+", "-", digest.edition)
    return f"<digest-{edition}-{_hash(named)}@{_parts(settings.sender)[1]}>"


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _parts(address: str) -> tuple[str, str]:
    """Return what stands before and after the `@`."""
    name, _, domain = address.rpartition("@")
    return name, domain
