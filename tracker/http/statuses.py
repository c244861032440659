"""What each status of an answer means to somebody who follows a source, and what to do about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple


class Words(NamedTuple):
    """What a service did, what to do about it, and the state of the source (see `tracker.models.SourceState`)."""

    said: str
    remedy: str
    state: str = "failing"


AGAIN = "It will be tried again with the next sync."
_SHORTER = "Follow less with this source: its options make the request too long."
_WORDS = {
    400: ("did not understand the request", "Check the options of the source.", "failing"),
    401: ("wants a login", "Give one if this kind takes one; else remove the source or use another address.", "login"),
    402: ("wants to be paid", "It needs a subscription or credit there; else remove the source.", "login"),
    403: ("forbids reading it", "It may want a login or block programs; look for another address.", "login"),
    404: ("was not found", "Check the address; it may have moved.", "failing"),
    405: ("is not an address to read from", "Check the address.", "failing"),
    406: ("has it in no form that can be read here", "Look for the feed address on the site.", "failing"),
    407: ("is behind a proxy that wants a login", "Put it into HTTPS_PROXY in the environment.", "unreachable"),
    408: ("gave up waiting for the request", AGAIN, "failing"),
    410: ("is gone for good", "Remove the source or find its new address.", "gone"),
    413: ("finds the request too large", _SHORTER, "failing"),
    414: ("finds the address too long", _SHORTER, "failing"),
    421: ("is not served by the machine that answered", "Check the address; " + AGAIN.lower(), "failing"),
    422: ("cannot do anything with the request", "Check the options of the source.", "failing"),
    425: ("does not want the request yet", AGAIN, "failing"),
    426: ("wants another protocol", "Try https:// in the address.", "failing"),
    431: ("finds the headers of the request too long", _SHORTER, "failing"),
    451: ("is withheld for legal reasons", "It may be readable from another country; else remove it.", "failing"),
    501: ("cannot do what was asked", "Check the address and the options of the source.", "failing"),
    511: ("is not reached: this network wants you to sign in first", "Open any page in a browser.", "unreachable"),
    520: ("is behind Cloudflare, which got no sensible answer from it", AGAIN, "failing"),
    521: ("is down, says Cloudflare in front of it", AGAIN, "failing"),
    522: ("is not reached by Cloudflare in front of it", AGAIN, "failing"),
    523: ("is not found by Cloudflare in front of it", AGAIN, "failing"),
    524: ("is too slow for Cloudflare in front of it", AGAIN, "failing"),
    525: ("has broken TLS, says Cloudflare in front of it", "The site must mend it. " + AGAIN, "failing"),
    526: ("has no valid certificate, says Cloudflare in front of it", "The site must mend it. " + AGAIN, "failing"),
    530: ("is not found by Cloudflare in front of it", AGAIN, "failing"),
}


def words_of(status: int) -> Words:
    """Return the words for a status that is no success and asks for no pause."""
    if status in _WORDS:
        said, remedy, state = _WORDS[status]
        return Words(f"{said} ({status}).", remedy, state)
    if 500 <= status < 600:
        return Words(f"has a fault of its own ({status} {_phrase(status)}).", AGAIN)
    return Words(f"answered {status} {_phrase(status)}.", "Check the address in a browser.")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "unknown status"
