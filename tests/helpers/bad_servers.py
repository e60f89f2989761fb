"""A published file, and every way in which a server can fail to hand it out."""

import gzip
import hashlib

import numpy as np

from bpnet.datasets.catalogue import Published
from bpnet.datasets.download import Limits
from tests.helpers.server import Behaviour, Request, drip, reset, send, stall, status, whole

CONTENT = gzip.compress(np.random.default_rng(1).bytes(4000), mtime=0)
SIZE = len(CONTENT)
NAME = "digits.gz"
FILE = Published(NAME, SIZE, hashlib.sha256(CONTENT).hexdigest())
LIMITS = Limits(connect=0.4, read=0.4, file=0.8, bytes_per_second=1e6, rounds=2, pause=0.01)
LONGEST = 1.6  # a round of the longest waits that the limits allow, and some for a busy machine


def to(location: str) -> Behaviour:
    """Lead elsewhere."""
    return whole(b"", 302, Location=location)


def in_a_circle(request: Request) -> None:
    send(request, 302, Content_Length=0, Location=request.path)


def endless(request: Request) -> None:
    """Send zeros until the client goes; a gigabyte at most, for a test must not hang."""
    send(request, 200)
    for _ in range(1 << 14):
        request.wfile.write(bytes(1 << 16))


def dripping_redirect(request: Request) -> None:
    send(request, 302, Location="file:///etc/hostname")
    drip(request, bytes(SIZE))


def half_then_stall(request: Request) -> None:
    send(request, 200, CONTENT[: SIZE // 2], Content_Length=SIZE)
    stall(request)


def half_then_reset(request: Request) -> None:
    send(request, 200, CONTENT[: SIZE // 2], Content_Length=SIZE)
    reset(request)


def dripping_body(request: Request) -> None:
    send(request, 200, Content_Length=SIZE)
    drip(request, CONTENT)


def dripping_headers(request: Request) -> None:
    drip(request, b"HTTP/1.1 200 OK\r\nX-Long: " + bytes(SIZE))


def continuing(request: Request) -> None:
    """Announce an answer again and again, and never give it."""
    for _ in range(40):
        request.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.server.stopped.wait(0.05):
            return


def in_chunks(request: Request, end: bytes = b"0\r\n\r\n") -> None:
    send(request, 200, Transfer_Encoding="chunked")
    for start in range(0, SIZE, 1000):
        chunk = CONTENT[start : start + 1000]
        request.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    request.wfile.write(end)


FLIPPED = bytes([*CONTENT[:100], CONTENT[100] ^ 1, *CONTENT[101:]])
SHORT = CONTENT[: SIZE // 2]
PORTAL = b"<html><body>Please log in.</body></html>"
NOT_THE_FILE = f"sent {SIZE} bytes beginning {CONTENT[:12]!r}, not the file"
TOO_LONG = f"sends more than the {SIZE} bytes of the file"

FAULTS: dict[str, tuple[Behaviour, str]] = {  # and what is told of it
    "404": (status(404), "answered 404 Not Found"),
    "500": (status(500), "answered 500 Internal Server Error"),
    "204": (status(204), "answered 204 No Content"),
    "206": (whole(CONTENT, 206), "answered 206 Partial Content"),
    "302 to nowhere": (status(302), "answered 302 Found"),
    "cut short": (lambda r: send(r, 200, SHORT, Content_Length=SIZE), "broke off"),
    "cut short unnoticed": (lambda r: send(r, 200, SHORT), f"sent {len(SHORT)} bytes beginning"),
    "cut short in a chunk": (lambda r: in_chunks(r, b"fff\r\n"), "broke off"),
    "one bit flipped": (whole(FLIPPED), NOT_THE_FILE),
    "a portal": (whole(PORTAL), "sent 40 bytes beginning b'<html><body>', not the file"),
    "nothing": (whole(b""), "sent 0 bytes beginning b'', not the file"),
    "too long": (whole(CONTENT + b"!"), TOO_LONG),
    "endless": (endless, TOO_LONG),
    "stalls at once": (stall, "stopped sending"),
    "stalls in the middle": (half_then_stall, "stopped sending"),
    "drips": (dripping_body, "too slow"),
    "drips the headers": (dripping_headers, "too slow"),
    "announces for ever": (continuing, "too slow"),
    "reset": (reset, "no connection"),
    "reset in the middle": (half_then_reset, "broke off"),
    "not the web's language": (lambda r: r.wfile.write(b"SSH-2.0-x\r\n"), "no connection"),
    "in a circle": (in_a_circle, "leads in a circle"),
    "drips a redirect": (dripping_redirect, ""),
    "to a file": (to("file:///etc/hostname"), "leads to an address that is not on the web"),
    "to no address": (to("http://.a/"), "leads to what is not an address"),
    "to half an address": (to("http://[::1/"), ""),
    "to bytes that are no text": (to("/\xff"), ""),
}
