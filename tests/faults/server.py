"""A loopback HTTP server whose answers are functions on the connection, so that they may break every rule."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Answer = Callable[[BaseHTTPRequestHandler], None]
"""Sends one answer; it may write to `wfile` what it likes."""


class _Quiet(ThreadingHTTPServer):
    """A server that does not print that a client had enough, for what is printed belongs to the client."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class FaultServer:
    """Answers to `/NAME/…` with the answers under that name, one after the other, the last one from then on."""

    def __init__(self, answers: dict[str, tuple[Answer, ...]]) -> None:
        self.answers = answers
        self.requests: Counter[str] = Counter()
        self.stopping = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        faults = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            stopping = faults.stopping

            def do_GET(self) -> None:
                name = self.path.strip("/").partition("/")[0]
                answers = faults.answers[name]
                answer = answers[min(faults.requests[name], len(answers) - 1)]
                faults.requests[name] += 1
                try:
                    answer(self)
                    self.wfile.flush()
                except OSError:  # the client had enough
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        return Handler
