"""Handing a message to a mail server (SMTP, RFC 5321): encrypted unless the file says otherwise, bounded in time, errors in words."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

from tracker.credentials import credential
from tracker.delivery.smtp_errors import PASSWORD, USER, failure, refusal
from tracker.errors import DeliveryError
from tracker.threads import within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from tracker.destinations import Mail

_Refused = Mapping[str, tuple[int, bytes]]

ANSWER_SECONDS = 30.0
"""How long a server may be silent."""
WHOLE_SECONDS = 180.0
"""How long all of it may take: a server that says a word now and then is never silent."""


def send(
    settings: Mail,
    message: EmailMessage,
    recipients: Sequence[str],
    *,
    answer_seconds: float = ANSWER_SECONDS,
    whole_seconds: float = WHOLE_SECONDS,
) -> Mapping[str, DeliveryError]:
    """Send a message and return the recipients that the server refused while it took the others.

    Raises:
        DeliveryError: nothing was sent.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        refused = within(whole_seconds, lambda: _exchange(settings, message, recipients, answer_seconds))
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise failure(error, settings) from error
    return {address: refusal(where, address, *answer) for address, answer in refused.items()}


def _exchange(settings: Mail, message: EmailMessage, recipients: Sequence[str], seconds: float) -> _Refused:
    context = ssl.create_default_context()
    if settings.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=seconds, context=context)
    else:
        client = smtplib.SMTP(settings.host, settings.port, timeout=seconds)
    try:
        client.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            _encrypt(client, context)
        _log_in(client, settings)
        refused = client.send_message(message, settings.sender, list(recipients))
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except BaseException:
        client.close()
        raise
    with suppress(smtplib.SMTPException, OSError):  # the message is taken; how they part changes nothing
        client.quit()
    return refused


def _encrypt(client: smtplib.SMTP, context: ssl.SSLContext) -> None:
    """Go over to TLS, or not on at all: whoever sits in between may have taken the offer away."""
    if not client.has_extn("starttls"):
        raise DeliveryError(
            "The mail server does not offer encryption.",
            'Set security = "tls" in [delivery.mail], or "none" for a server on this machine.',
        )
    client.starttls(context=context)


def _log_in(client: smtplib.SMTP, settings: Mail) -> None:
    user = credential(USER)
    if not user:
        return
    if settings.security == "none" and not _is_here(settings.host):
        raise DeliveryError(
            f"{settings.host} would get the password unencrypted.",
            'Set security = "starttls" or "tls" in [delivery.mail].',
        )
    client.login(user, credential(PASSWORD))


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
