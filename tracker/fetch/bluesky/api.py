"""Questions to Bluesky's services and their answers; what a service refuses becomes words about what was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from tracker.credentials import variable_of
from tracker.errors import FetchError
from tracker.fetch.answers import decoded
from tracker.fetch.bluesky.places import is_did
from tracker.fetch.options import mapping
from tracker.http.refusals import StatusError
from tracker.ports import Request
from tracker.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.ports import Client

HANDLE, APP_PASSWORD, SERVER = "bluesky_handle", "bluesky_app_password", "bluesky_server"
LOGIN_REMEDY = (
    f"Set {variable_of(HANDLE)} and {variable_of(APP_PASSWORD)}; app passwords are made in the settings of Bluesky."
)
_LATER = "It will be tried again with the next sync."
_CLOSED = frozenset({"AccountDeactivated", "AccountTakedown", "RepoDeactivated", "RepoTakendown"})
_UNKNOWN = frozenset({"UnknownList", "UnknownFeed", "HandleNotFound", "RepoNotFound"})
_UNKNOWN_WORDS = ("not found", "could not find", "unable to resolve handle")
_BARRED = frozenset({"AuthMissing", "AuthenticationRequired", "AuthRequired"})


class Service(Protocol):
    """A server that answers questions of `app.bsky`."""

    def ask(self, method: str, query: Mapping[str, str], what: object) -> Mapping[str, Any]:
        """Return the answer to a method.

        Args:
            what: what is asked for, as `account 'ada.example.org'`, for the words of errors.

        Raises:
            FetchError: the service refuses or cannot be asked, or sent no JSON object.
        """
        ...


class AppView:
    """The public service: reads what everybody may see, without a login."""

    def __init__(self, client: Client, base: str) -> None:
        self._client, self._base = client, base

    def ask(self, method: str, query: Mapping[str, str], what: object) -> Mapping[str, Any]:
        """Return the answer, see `Service.ask`."""
        try:
            return read(self._client.get(request(self._base, method, query)).body)
        except StatusError as error:
            raise refused(error, what) from error


def request(base: str, method: str, query: Mapping[str, str], token: str = "") -> Request:
    """Return the request for a method.

    It is not conditional: a run that broke off after the first page would be told 304 and never see the others.
    """
    return Request(
        url=f"{base}/xrpc/{method}?{urlencode(query)}",
        headers={"authorization": f"Bearer {token}"} if token else None,
        accept="application/json",
    )


def read(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        FetchError: it is something else.
    """
    answer = decoded(body, "Bluesky")
    if not isinstance(answer, dict):
        raise FetchError("Bluesky sent something of another shape than its answers have.", _LATER)
    return answer


def did_of(service: Service, account: str, what: object) -> str:
    """Return the DID of an account that is given by handle or DID."""
    if is_did(account):
        return account
    answer = service.ask("com.atproto.identity.resolveHandle", {"handle": account}, what)
    did = answer.get("did")
    if not isinstance(did, str) or not is_did(did):
        raise FetchError(f"Bluesky does not say who '{account}' is.", _LATER)
    return did


def said(error: StatusError) -> tuple[str, str]:
    """Return (name, message) of an error in the service's own words, empty where it said none."""
    try:
        body = mapping(json.loads(error.body))
    except (ValueError, RecursionError):
        return "", ""
    return clean_line(body.get("error"), 80), clean_line(body.get("message"), 200).rstrip(".")


def refused(error: StatusError, what: object) -> FetchError:
    """Return the error for an answer that is none, in words about what was asked for."""
    name, message = said(error)
    if error.state == "slowed" or not (name or error.status in {401, 403}):
        return error
    if name in _CLOSED:
        return FetchError(f"The Bluesky {what} was closed.", "Remove the source.", state="gone")
    if name in _UNKNOWN or any(words in message.lower() for words in _UNKNOWN_WORDS):
        return FetchError(
            f"Bluesky knows no {what}.",
            "Check the spelling; an account may have changed its handle, a list be deleted.",
        )
    if name in _BARRED or error.status in {401, 403}:
        return FetchError(f"Bluesky does not show the {what} without a login.", LOGIN_REMEDY, state="login")
    if error.status >= 500:
        return FetchError(f"Bluesky cannot show the {what}: {message or name} ({error.status}).", _LATER)
    return FetchError(f"Bluesky refuses to show the {what}: {message or name}.", "Check the options of the source.")
