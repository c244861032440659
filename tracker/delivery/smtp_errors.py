"""What a mail server did not do, in words, with the next step."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import TYPE_CHECKING

from tracker.credentials import variable_of
from tracker.errors import DeliveryError
from tracker.text import clean_line, shorten

if TYPE_CHECKING:
    from tracker.destinations import Mail

USER, PASSWORD = "smtp_user", "smtp_password"
_LOGIN = f"{variable_of(USER)} and {variable_of(PASSWORD)}"
_LATER = "It is tried again by the next run."
_WORDS: tuple[tuple[type[Exception], str, str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "{where} refuses the login{answer}.",
        f"Check {_LOGIN}; many services want a password made for one program.",
    ),
    (
        smtplib.SMTPSenderRefused,
        "{where} does not send for {sender}{answer}.",
        f"Set {_LOGIN}, or another from in [delivery.mail].",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "{where} offers no login that is known here.",
        f"Unset {variable_of(USER)} if it wants none.",
    ),
    (smtplib.SMTPServerDisconnected, "{where} hung up.", "Check port and security in [delivery.mail]."),
    (smtplib.SMTPResponseException, "{where} did not take the message{answer}.", _LATER),
    (
        ssl.SSLCertVerificationError,
        "The certificate of {where} is not to be trusted: {reason}.",
        "Check host; SSL_CERT_FILE may name the certificates of your own authority.",
    ),
    (
        ssl.SSLError,
        "{where} does not speak TLS as asked.",
        'Port 587 mostly wants security = "starttls" in [delivery.mail], port 465 "tls".',
    ),
    (TimeoutError, "{where} does not answer in time.", f"Check port and security in [delivery.mail]. {_LATER}"),
    (socket.gaierror, "There is no server {host}, or no network.", "Check host in [delivery.mail]."),
    (ConnectionRefusedError, "Nothing takes mail at {where}.", "Check host and port in [delivery.mail]."),
    (OSError, "{where} cannot be reached: {reason}.", _LATER),
    (Exception, "{where}: the message cannot be sent: {reason}.", "Check [delivery.mail]."),
)
"""Kind of error, what is said, and the next step: the first that fits."""


def failure(error: Exception, settings: Mail) -> DeliveryError:
    """Return the error of an exchange that failed."""
    said, remedy = next((said, remedy) for kind, said, remedy in _WORDS if isinstance(error, kind))
    answer = _answer(error.smtp_code, error.smtp_error) if isinstance(error, smtplib.SMTPResponseException) else ""
    message = said.format(
        where=f"{settings.host}:{settings.port}",
        host=settings.host,
        sender=settings.sender,
        answer=answer,
        reason=_reason(error),
    )
    return DeliveryError(message, remedy)


def refusal(where: str, address: str, code: int, said: bytes) -> DeliveryError:
    """Return the error of a recipient that was refused."""
    return DeliveryError(
        f"{where} refuses {address}{_answer(code, said)}.", f"Check to in [delivery.mail]; some servers want {_LOGIN}."
    )


def _reason(error: Exception) -> str:
    named = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
    return shorten(clean_line(named), 200).rstrip(".")


def _answer(code: int, said: bytes | str) -> str:
    """Return a server's answer as ` (550: no such user)`; its text is from outside."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f" ({code}: {shorten(clean_line(text), 120)})"
