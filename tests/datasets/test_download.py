"""The download: each way a mirror can fail, and that the next one, or a clear error, follows."""

import base64
import socket
import time
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import requests

from bpnet.datasets import download
from bpnet.datasets.download import Failed, Limits, fetch
from bpnet.errors import DataError
from tests.helpers.bad_servers import (
    CONTENT,
    FAULTS,
    FILE,
    LIMITS,
    LONGEST,
    NAME,
    PORTAL,
    SHORT,
    SIZE,
    dripping_body,
    endless,
    in_chunks,
    to,
)
from tests.helpers.server import send, serving, status, whole


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def pauses(monkeypatch):
    """Return the list of the pauses that were made; none of them takes any time."""
    pauses = []
    monkeypatch.setattr(download.time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def nobody():
    """Return the address of a mirror whose port is taken, but where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


def reasons(*mirrors, rounds=LIMITS.rounds):
    """Return what is told of each mirror when all of them have failed, in bounded time."""
    start = time.monotonic()
    with pytest.raises(DataError) as error:
        fetch(mirrors, FILE, limits=replace(LIMITS, rounds=rounds))
    assert time.monotonic() - start < rounds * len(mirrors) * LONGEST
    head, *lines = error.value.lines
    assert head == f"{NAME}: could not be downloaded"
    told = list(zip(mirrors, lines, strict=True))
    assert all(line.startswith(f"{mirror}: ") for mirror, line in told)
    return [line.removeprefix(f"{mirror}: ") for mirror, line in told]


GOOD_WAYS = {
    "plain": whole(CONTENT),
    "without a length": lambda request: send(request, 200, CONTENT),
    "with a wrong length": lambda request: send(request, 200, CONTENT, Content_Length="-1"),
    "more than it says": lambda request: send(request, 200, CONTENT + b"!", Content_Length=SIZE),
    "called packed": whole(CONTENT, Content_Encoding="gzip"),
    "called packed, in chunks": in_chunks,
}


@pytest.mark.parametrize("good", GOOD_WAYS.values(), ids=GOOD_WAYS)
def test_a_file_can_come_in_many_ways(server, good):
    mirror = server.mirror(good)
    assert fetch([mirror], FILE, limits=LIMITS) == CONTENT
    assert server.asked == ["/0/digits.gz"]


def test_a_redirect_is_followed(server):
    good = server.mirror(whole(CONTENT))
    assert fetch([server.mirror(to(good + NAME))], FILE, limits=LIMITS) == CONTENT
    assert server.asked == ["/1/digits.gz", "/0/digits.gz"]


@pytest.mark.parametrize("bad", [bad for bad, _ in FAULTS.values()], ids=FAULTS)
def test_a_mirror_that_fails_is_left_for_the_next(server, bad):
    mirrors = [server.mirror(bad), server.mirror(whole(CONTENT))]
    start = time.monotonic()
    assert fetch(mirrors, FILE, limits=LIMITS) == CONTENT
    assert time.monotonic() - start < LONGEST


@pytest.mark.parametrize(("bad", "reason"), FAULTS.values(), ids=FAULTS)
def test_a_mirror_that_fails_alone_is_told_with_its_reason(server, bad, reason):
    (told,) = reasons(server.mirror(bad), rounds=1)
    assert reason in told
    assert told
    assert " object at 0x" not in told


def test_a_mirror_that_is_not_there_is_left_for_the_next(server, nobody):
    assert fetch([nobody, server.mirror(whole(CONTENT))], FILE, limits=LIMITS) == CONTENT
    assert reasons(nobody) == ["no connection"]


def test_a_mirror_that_does_not_speak_TLS_is_left_for_the_next(server):
    good = server.mirror(whole(CONTENT))
    secure = good.replace("http:", "https:")
    assert fetch([secure, good], FILE, limits=LIMITS) == CONTENT
    assert reasons(secure) == ["no secure connection (TLS)"]


def test_a_mirror_that_lets_nobody_in_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        queue = [socket.socket() for _ in range(4)]
        for waiting in queue:
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        assert reasons(f"http://127.0.0.1:{full.getsockname()[1]}/") == ["did not answer in time"]
        for waiting in queue:
            waiting.close()


@pytest.mark.parametrize(
    ("mirror", "reason"),
    [
        ("127.0.0.1/", "not an address: it needs https:// in front"),
        ("/srv/mnist/", "not an address: it needs https:// in front"),
        ("file:///srv/mnist/", "leads to an address that is not on the web"),
        ("http:///mnist/", "not an address"),
        ("http://[::1/", "not an address"),
    ],
)
def test_a_mirror_that_is_no_address_is_told(server, mirror, reason):
    assert reasons(mirror) == [reason]
    assert fetch([mirror, server.mirror(whole(CONTENT))], FILE, limits=LIMITS) == CONTENT


def test_all_mirrors_are_told_in_their_order(server, nobody):
    mirrors = [server.mirror(whole(PORTAL)), nobody, server.mirror(status(404))]
    portal, absent, missing = reasons(*mirrors)
    assert "<html>" in portal
    assert absent == "no connection"
    assert missing == "answered 404 Not Found"


def test_no_mirror_after_the_good_one_is_asked(server):
    good, spare = server.mirror(whole(CONTENT)), server.mirror(whole(CONTENT))
    fetch([good, spare], FILE, limits=LIMITS)
    assert (server.count(good), server.count(spare)) == (1, 0)


def test_a_mirror_that_recovers_is_asked_again_after_a_pause(server, pauses):
    busy = server.mirror(status(503), whole(CONTENT))
    broken = server.mirror(status(500))
    assert fetch([busy, broken], FILE, limits=LIMITS) == CONTENT
    assert (server.count(busy), server.count(broken)) == (2, 1)
    assert pauses == [LIMITS.pause]


def test_no_mirror_is_asked_more_often_than_there_are_rounds(server, pauses):
    busy = server.mirror(status(500), status(500), whole(CONTENT))
    reasons(busy)
    assert server.count(busy) == LIMITS.rounds
    assert len(pauses) == LIMITS.rounds - 1


@pytest.mark.parametrize("number", [400, 401, 403, 404, 410, 429, 451])
def test_a_mirror_that_refuses_is_asked_only_once(server, pauses, number):
    refusing, busy = server.mirror(status(number)), server.mirror(status(503))
    reasons(refusing, busy)
    assert (server.count(refusing), server.count(busy)) == (1, 2)
    reasons(server.mirror(status(number)))
    assert len(pauses) == 1


def test_a_late_retry_that_is_asked_for_is_not_waited_for(server):
    later = server.mirror(whole(b"", 503, Retry_After=86400), whole(CONTENT))
    assert fetch([later], FILE, limits=LIMITS) == CONTENT


@pytest.mark.parametrize("end", ["http://b/f", "HTTP://b/f", "ftp://b/f"])
@pytest.mark.parametrize("start", ["https://a/f", "HTTPS://a/f"])
def test_a_way_that_leaves_TLS_is_refused_for_good(start, end):
    answer = SimpleNamespace(url=end, history=(), status_code=200, reason="OK")
    with pytest.raises(Failed, match="not safe") as failure:
        download._refuse_bad_answer(start, answer)
    assert failure.value.final


def test_a_way_that_leaves_TLS_only_in_between_is_refused_too():
    hop = SimpleNamespace(url="http://b/f")
    answer = SimpleNamespace(url="https://c/f", history=[hop], status_code=200, reason="OK")
    with pytest.raises(Failed, match="not safe"):
        download._refuse_bad_answer("https://a/f", answer)


@pytest.mark.parametrize("start", ["http://a/f", "https://a/f"])
def test_a_way_that_ends_in_TLS_is_taken(start):
    answer = SimpleNamespace(url="https://b/f", history=(), status_code=200, reason="OK")
    download._refuse_bad_answer(start, answer)


def test_the_file_is_asked_for_as_it_is(server):
    fetch([server.mirror(whole(CONTENT))], FILE, limits=LIMITS)
    assert server.headers[0].get_all("Accept-Encoding") == ["identity"]
    assert "Range" not in server.headers[0]


@pytest.fixture
def shown():
    """Return a progress that keeps all it is given: (name, size), the counts, and its end."""

    @contextmanager
    def progress(name, size):
        progress.bars.append(counts := [])
        assert (name, size) == (NAME, SIZE)
        try:
            yield counts.append
        finally:
            progress.ended += 1

    progress.bars, progress.ended = [], 0
    return progress


@pytest.mark.parametrize("good", GOOD_WAYS.values(), ids=GOOD_WAYS)
def test_the_progress_ends_at_the_size_of_the_file(server, shown, good):
    fetch([server.mirror(good)], FILE, shown, LIMITS)
    assert [sum(counts) for counts in shown.bars] == [SIZE]
    assert shown.ended == 1


def test_the_progress_begins_anew_with_each_mirror(server, shown):
    short, good = server.mirror(whole(SHORT)), server.mirror(whole(CONTENT))
    fetch([short, server.mirror(status(404)), good], FILE, shown, LIMITS)
    assert [sum(counts) for counts in shown.bars if counts] == [len(SHORT), SIZE]
    assert shown.ended == len(shown.bars)


def test_the_progress_moves_while_the_file_comes(server, shown):
    with pytest.raises(DataError):
        fetch([server.mirror(dripping_body)], FILE, shown, replace(LIMITS, rounds=1))
    assert len(shown.bars[0]) > 3


def test_an_endless_file_is_read_no_further_than_one_piece(server, shown):
    with pytest.raises(DataError):
        fetch([server.mirror(endless)], FILE, shown, LIMITS)
    assert [sum(counts) <= SIZE + (1 << 16) for counts in shown.bars] == [True, True]


def test_the_endless_body_of_a_redirect_is_not_read(server):
    sent = []

    def endless_redirect(request):
        send(request, 302, Location="file:///etc/hostname")
        for _ in range(1 << 10):
            sent.append(request.wfile.write(bytes(1 << 16)))

    reasons(server.mirror(endless_redirect), rounds=1)
    assert sum(sent) < 1 << 24  # what the system itself takes in before anybody reads


def test_a_slow_file_gets_the_time_of_its_size(server):
    """Half a second here: a file that takes longer is too slow, one that is quicker is not."""
    patient = Limits(connect=5, read=5, file=0, bytes_per_second=2 * SIZE, rounds=1)

    def in_seconds(seconds):
        def behaviour(request):
            send(request, 200, SHORT, Content_Length=SIZE)
            request.server.stopped.wait(seconds)
            request.wfile.write(CONTENT[len(SHORT) :])

        return [server.mirror(behaviour)]

    assert fetch(in_seconds(0.2), FILE, limits=patient) == CONTENT
    with pytest.raises(DataError, match="too slow"):
        fetch(in_seconds(0.7), FILE, limits=patient)


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    """A .netrc file, found by HOME and by NETRC, with a password for every host."""
    path = tmp_path / ".netrc"
    path.write_text("default login ann password of-netrc\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(path))


def secrets(server):
    """Return the name and password that each question to the server came with."""
    sent = [
        headers.get("Authorization", "Basic ").removeprefix("Basic ") for headers in server.headers
    ]
    return [base64.b64decode(secret).decode() for secret in sent]


def with_password(mirror):
    return mirror.replace("//", "//ann:of-mirror@")


@pytest.mark.usefixtures("netrc")
def test_no_password_from_netrc_is_sent_to_a_mirror_or_to_where_it_leads(server):
    good = server.mirror(whole(CONTENT))
    elsewhere = good.replace("127.0.0.1", "localhost")
    for mirror in (good, server.mirror(to(elsewhere + NAME)), server.mirror(to(good + NAME))):
        assert fetch([mirror], FILE, limits=LIMITS) == CONTENT
    assert secrets(server) == [""] * 5


@pytest.mark.usefixtures("netrc")
def test_the_password_in_the_address_of_a_mirror_is_sent_to_it_and_to_no_other_host(server):
    good = server.mirror(whole(CONTENT))
    elsewhere = good.replace("127.0.0.1", "localhost")
    for mirror in (server.mirror(to(good + NAME)), server.mirror(to(elsewhere + NAME))):
        assert fetch([with_password(mirror)], FILE, limits=LIMITS) == CONTENT
    assert secrets(server) == ["ann:of-mirror", "ann:of-mirror", "ann:of-mirror", ""]


@pytest.mark.parametrize(
    "address",
    [
        "http://ann:SECRET@127.0.0.1:1/",
        "http://ann:SE/CRET@127.0.0.1:1/",
        "http://ann:SE@CRET@127.0.0.1:1/",
        "http://ann:SE CRET@127.0.0.1:1/",
        "http://ann:SECRET@127.0.0.1:port/",
        "http://ann:SECRET@.a/",
        "http://ann:SECRET@[::1/",
        "http:/ann:SECRET@127.0.0.1/",
        "ann:SECRET@127.0.0.1/",
        "file://ann:SECRET@127.0.0.1/",
        "socks9://ann:SECRET@127.0.0.1/",
    ],
)
@pytest.mark.parametrize("place", ["the mirror", "where it leads", "the proxy"])
def test_a_password_in_an_address_is_never_told(server, monkeypatch, address, place):
    mirror = address if place == "the mirror" else server.mirror(to(address))
    if place == "the proxy":
        for variable in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(variable)
        monkeypatch.setenv("http_proxy", address)
    with pytest.raises(DataError) as error:
        fetch([mirror], FILE, limits=replace(LIMITS, rounds=1))
    for part in ("SECRET", "CRET", "SE@", "SE/"):
        assert part not in str(error.value)
    if place == "the mirror":
        assert "...@" in str(error.value)


def test_a_proxy_with_a_password_for_it_is_taken_from_the_environment(server, monkeypatch):
    asked = []

    def take(path, headers):
        asked.append((path, headers["Proxy-Authorization"].removeprefix("Basic ")))
        return whole(CONTENT)

    monkeypatch.setattr(server, "take", take)
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("http_proxy", with_password(server.address))
    assert fetch(["http://far.example/"], FILE, limits=LIMITS) == CONTENT
    monkeypatch.setenv("no_proxy", "far.example")
    assert reasons("http://far.example/") == ["no connection"]
    ((path, secret),) = asked
    assert path == f"http://far.example/{NAME}"
    assert base64.b64decode(secret) == b"ann:of-mirror"


def test_a_proxy_that_needs_another_package_is_told_of(monkeypatch):
    def missing(*_, **__):  # this is what requests does without PySocks
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", missing)
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert reasons("http://far.example/") == ["its proxy needs PySocks: pip install pysocks"]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_certificates_are_those_that_the_environment_names(monkeypatch, variable):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)  # it comes first
    monkeypatch.setenv(variable, "/nowhere/ca.pem")
    (reason,) = reasons("https://127.0.0.1:1/")
    assert reason.endswith("invalid path: /nowhere/ca.pem")
