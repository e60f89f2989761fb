"""A web server on 127.0.0.1 whose mirrors answer as badly as a test asks, and count the questions.

A behaviour is a function that is given the request and answers it over the bare connection.
"""

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from typing import TypeAlias

import pytest

Behaviour: TypeAlias = Callable[["Request"], object]


class Request(BaseHTTPRequestHandler):
    """A question, and the connection to answer it on; each connection carries one."""

    protocol_version = "HTTP/1.1"
    server: "Server"
    rfile: BufferedReader

    def handle(self) -> None:
        if self.rfile.peek(1)[:1] == b"\x16":  # the hello of TLS
            self.wfile.write(b"HTTP/1.1 400 This is not TLS\r\n\r\n")
        else:
            self.handle_one_request()

    def do_GET(self) -> None:
        behaviour = self.server.take(self.path, self.headers)
        with suppress(OSError):  # the client may go at any time
            behaviour(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Mirrors, each with its behaviours in turn; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.asked: list[str] = []  # the path of every request
        self.headers: list[Message] = []
        self.behaviours: list[list[Behaviour]] = []
        self.stopped = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def mirror(self, *behaviours: Behaviour) -> str:
        """Return the address of a new mirror, which ends in a slash."""
        self.behaviours.append(list(behaviours))
        return f"{self.address}{len(self.behaviours) - 1}/"

    def count(self, mirror: str) -> int:
        """How often the mirror was asked."""
        return sum((self.address + path[1:]).startswith(mirror) for path in self.asked)

    def take(self, path: str, headers: Message) -> Behaviour:
        self.asked.append(path)
        self.headers.append(headers)
        left = self.behaviours[int(path.split("/")[1])]
        return left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server for as long as the test; no proxy comes between."""
    with Server() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("NO_PROXY", "127.0.0.1")
        environment.setenv("no_proxy", "127.0.0.1")
        thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.01))
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()


def send(request: Request, status: int, body: bytes = b"", **headers: object) -> None:
    """Answer with these headers; `Content_Length` stands for `Content-Length`."""
    request.send_response_only(status)
    for name, value in {**headers, "Connection": "close"}.items():
        request.send_header(name.replace("_", "-"), str(value))
    request.end_headers()
    request.wfile.write(body)


def whole(body: bytes, status: int = 200, **headers: object) -> Behaviour:
    """Answer with the body and its true length."""
    return lambda request: send(request, status, body, Content_Length=len(body), **headers)


def status(number: int) -> Behaviour:
    """Answer with this status and no body."""
    return whole(b"", number)


def stall(request: Request) -> None:
    """Send nothing for as long as anyone could wait."""
    request.server.stopped.wait(10)


def drip(request: Request, body: bytes) -> None:
    """Send a byte twenty times a second, for two seconds at most: a test must not hang."""
    for place in range(min(len(body), 40)):
        if request.server.stopped.wait(0.05):
            return
        request.wfile.write(body[place : place + 1])


def reset(request: Request) -> None:
    """Let the connection end with a reset instead of a farewell."""
    no_farewell = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_farewell)
    os.close(request.connection.detach())
