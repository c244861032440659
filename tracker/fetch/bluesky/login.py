"""The login for what Bluesky does not show to everybody: search, one's own timeline, feeds made for one account."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from tracker.credentials import credential, required
from tracker.errors import FetchError
from tracker.fetch.bluesky.api import APP_PASSWORD, HANDLE, LOGIN_REMEDY, SERVER, read, refused, request, said
from tracker.http.refusals import StatusError
from tracker.ports import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.ports import Client

DEFAULT_SERVER = "https://bsky.social"
_EXPIRED = frozenset({"ExpiredToken", "InvalidToken"})
_tokens: dict[tuple[str, str, str], str] = {}
"""Sessions of this process by server, handle and app password: one serves all sources, none is written down."""
_guard = Lock()


class Login:
    """The user's own server, which asks the AppView in the user's name.

    The app password goes to the server that the credentials name, never to one of `feeds.toml`.

    Raises:
        FetchError: there is no login; the state is `login`.
    """

    def __init__(self, client: Client, what: object) -> None:
        need = f"Bluesky does not show the {what} without a login."
        self.handle = required(HANDLE, need).lstrip("@")
        self._password = required(APP_PASSWORD, need)
        self._client, self._server = client, (credential(SERVER) or DEFAULT_SERVER).rstrip("/")

    def ask(self, method: str, query: Mapping[str, str], what: object) -> Mapping[str, Any]:
        """Return the answer, see `tracker.fetch.bluesky.api.Service.ask`; a session that has ended is made anew once."""
        token = self._token()
        try:
            return self._asked(method, query, token)
        except StatusError as error:
            if said(error)[0] not in _EXPIRED:
                raise refused(error, what) from error
        try:
            return self._asked(method, query, self._token(ended=token))
        except StatusError as error:
            raise refused(error, what) from error

    def _asked(self, method: str, query: Mapping[str, str], token: str) -> Mapping[str, Any]:
        return read(self._client.get(request(self._server, method, query, token)).body)

    def _token(self, ended: str = "") -> str:
        """Return the token of the session, of a new one when there is none but the one that has ended.

        A session lasts two hours and the service allows 300 new ones a day: refreshing it would save nothing.
        """
        key = (self._server, self.handle, self._password)
        with _guard:
            if _tokens.get(key, ended) == ended:
                _tokens[key] = self._new()
            return _tokens[key]

    def _new(self) -> str:
        wanted = Request(url=f"{self._server}/xrpc/com.atproto.server.createSession", accept="application/json")
        try:
            answer = read(self._client.post(wanted, {"identifier": self.handle, "password": self._password}).body)
        except StatusError as error:
            if error.status not in {400, 401, 403}:
                raise
            name, message = said(error)
            reason = message or name or str(error.status)
            raise FetchError(
                f"Bluesky refuses the login of '{self.handle}': {reason}.", LOGIN_REMEDY, state="login"
            ) from error
        token = answer.get("accessJwt")
        if not isinstance(token, str) or not token:
            raise FetchError(
                "Bluesky answered the login without a session.", "It will be tried again with the next sync."
            )
        return token


def is_there() -> bool:
    """Tell whether the user has given a login."""
    return bool(credential(HANDLE) and credential(APP_PASSWORD))
