"""A published file from the first mirror that has it.

The files are small (at most 26 MB), so a download stays in memory until it is proven; there are no
partial files to resume, to mistake for whole ones, or to clean up.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

import requests
import urllib3
from requests.utils import get_auth_from_url

from bpnet.datasets.catalogue import Published
from bpnet.errors import DataError
from bpnet.system import background
from bpnet.system.progress import Advance, ByteProgress, silently


@dataclass(frozen=True)
class Limits:
    """How long to wait, in seconds; requests' own timeouts only limit each single wait."""

    connect: float = 5
    read: float = 15
    file: float = 60  # one try at one mirror, plus the time for the file at the lowest rate
    bytes_per_second: float = 100_000
    rounds: int = 2  # through all mirrors
    pause: float = 1  # before the second round


class Failed(Exception):
    """One try at one mirror has failed; `final` if another could not end differently."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def fetch(
    mirrors: Sequence[str],
    file: Published,
    progress: ByteProgress = silently,
    limits: Limits = Limits(),
) -> bytes:
    """Return the file from the first mirror that has it; the mirrors end in a slash.

    Raises: DataError with each mirror's reason in a line of its own.
    """
    reasons: dict[str, Failed] = {}
    for number in range(limits.rounds):
        hopeful = [m for m in mirrors if m not in reasons or not reasons[m].final]
        if number and hopeful:
            time.sleep(limits.pause)
        for mirror in hopeful:
            try:
                return _download(mirror + file.name, file, progress, limits)
            except Failed as failure:
                reasons[mirror] = failure
    raise DataError(
        f"{file.name}: could not be downloaded",
        *(f"{without_password(mirror)}: {reason}" for mirror, reason in reasons.items()),
    )


def without_password(text: str) -> str:
    """Return the text without the name and password in an address, which it is or which it names.

    >>> without_password("https://ann:secret@example.org/mnist/")
    'https://...@example.org/mnist/'
    """
    before, slashes, after = text.partition("//")
    if not slashes:
        before, after = "", text
    _, at, host = after.rpartition("@")
    return f"{before}{slashes}...@{host}" if at else text


def _download(url: str, file: Published, progress: ByteProgress, limits: Limits) -> bytes:
    seconds = limits.file + file.size / limits.bytes_per_second
    with progress(file.name, file.size) as advance:
        content = _within(seconds, lambda: _answer(url, file, advance, limits))
    if not file.matches(content):
        raise Failed(f"sent {len(content)} bytes beginning {content[:12]!r}, not the file")
    return content


def _within(seconds: float, work: Callable[[], bytes]) -> bytes:
    """Return what the work returns, or fail when the time is up, whatever it then hangs in.

    A server can drip each byte of an address, a header or a body just in time; nothing in requests
    limits the whole. So the work is left behind, in a thread that ends with the program.
    """
    answers: SimpleQueue[bytes | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(work())
        except Exception as error:
            answers.put(error)

    background.start(run)
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise Failed(f"too slow: not done in {seconds:.0f} seconds") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(url: str, file: Published, advance: Advance, limits: Limits) -> bytes:
    """Return the bytes that the server sends, at most one piece more than the file has."""
    content = bytearray()
    try:
        with _Session() as session, _get(session, url, limits) as response:
            _refuse_bad_answer(url, response)
            while piece := response.raw.read1(1 << 16, decode_content=False):
                content += piece
                advance(len(piece))
                if len(content) > file.size:
                    raise Failed(f"sends more than the {file.size} bytes of the file")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Failed(_reason(error)) from error
    return bytes(content)


class _Session(requests.Session):
    """It takes proxies and certificates from the environment, but no password from a .netrc."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_the_address_says  # a session without this asks .netrc

    def rebuild_auth(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Send what is for the first host to no other; requests would ask .netrc for the other."""
        first, second = response.request.url, request.url
        if self.should_strip_auth(first, second):  # type: ignore[no-untyped-call]
            request.headers.pop("Authorization", None)


def _as_the_address_says(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add the name and the password that stand in the address, if they do."""
    known = get_auth_from_url(request.url or "")
    return requests.auth.HTTPBasicAuth(*known)(request) if any(known) else request


def _get(session: requests.Session, url: str, limits: Limits) -> requests.Response:
    session.max_redirects = 5
    return session.get(
        url,
        stream=True,
        timeout=(limits.connect, limits.read),
        headers={"Accept-Encoding": "identity"},  # the file is a .gz: not to be unpacked on the way
        hooks={"response": _leave_unread},
    )


def _leave_unread(response: requests.Response, **_: object) -> None:
    """Close a redirect without its body, which requests would read to an end that may not come."""
    if response.is_redirect:
        response.close()


def _refuse_bad_answer(url: str, response: requests.Response) -> None:
    schemes = [urlsplit(hop.url).scheme for hop in (*response.history, response)]
    if urlsplit(url).scheme == "https" and set(schemes) != {"https"}:
        raise Failed("leads away from https, which is not safe", final=True)
    if response.status_code != requests.codes.ok:
        reason = f"answered {response.status_code} {response.reason}"
        raise Failed(reason, final=400 <= response.status_code < 500)


def _reason(error: Exception) -> str:
    """Return the innermost reason; without what urllib3 puts around it, and without passwords."""
    kinds = {
        requests.exceptions.SSLError: "no secure connection (TLS)",
        requests.ConnectTimeout: "did not answer in time",
        requests.Timeout: "stopped sending",
        requests.TooManyRedirects: "leads in a circle",
        requests.exceptions.InvalidSchema: "leads to an address that is not on the web",
        requests.exceptions.MissingSchema: "not an address: it needs https:// in front",
        requests.exceptions.InvalidProxyURL: "the address of its proxy is wrong",
        requests.exceptions.InvalidURL: "not an address",
        urllib3.exceptions.LocationParseError: "leads to what is not an address",
        urllib3.exceptions.ReadTimeoutError: "stopped sending",
        urllib3.exceptions.ProtocolError: "broke off",
        requests.exceptions.ProxyError: "no connection through its proxy",
        requests.ConnectionError: "no connection",
    }
    text = without_password(str(error))
    if "dependencies for SOCKS" in text:
        return "its proxy needs PySocks: pip install pysocks"
    return next((text for kind, text in kinds.items() if isinstance(error, kind)), text)
