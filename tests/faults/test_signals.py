"""A signal in any phase: the program is gone at once, has said one line, and nothing is lost."""

import signal
import time

import phases
import pytest
from forks import Fork, run
from phases import MISSED, PHASES, TURNED, Bell
from server import serving, stall, whole

from bpnet.datasets.published import NAMES

pytestmark = pytest.mark.faults

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
WAYS = list(zip([INT, TERM, HUP] * 3, [1, 2, 5, 2, 5, 1, 5, 1, 2], strict=True))
PATIENCE = 3  # how many times as long as it may take, since others use the machine too


@pytest.fixture(scope="module")
def files(small_data):
    return {name: (small_data / "drawn" / name).read_bytes() for name in NAMES}


@pytest.fixture
def server(files):
    """A server with two mirrors: one that stalls, and one that answers."""
    packed = {f"/1/{name}.gz": phases.pack(content) for name, content in files.items()}
    with serving() as server:
        server.mirror(stall)
        server.mirror(lambda request: whole(packed[request.path])(request))
        yield server


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Return a function that trains without any signal, and returns what the run comes to."""
    known = {}

    def come_to(small_file, options):
        if options not in known:
            folder = tmp_path_factory.mktemp("undisturbed")
            ended = run(folder, *train(small_file, options))
            assert ended.status == 0
            known[options] = outcome(folder)
        return known[options]

    return come_to


def train(config, options=()):
    return ("train", "--config", config, "--run-dir", "r", "--quiet", *options)


def outcome(folder):
    """Return the bytes of the weights, and the log without its columns of times."""
    log = (folder / "r" / "log.csv").read_text(encoding="utf-8")
    rows = [line.split(",")[:-2] for line in log.splitlines()]
    return (folder / "r" / "weights.npz").read_bytes(), rows


def temporaries(folder):
    return [path for path in folder.rglob(".*") if path.name != ".lock"]


def send(process, number, times, collected):
    """Send so many signals, the second of two once the first is known to be noted."""
    process.wait_for("@here")
    for sent in range(1, times + 1):
        process.send(number)
        if times == 2 and sent == 1 and collected:
            process.wait_for("@signal 1")
        elif times > 2:
            time.sleep(0.01)


def disturb(folder, arguments, phase, number, times, prepare=lambda: None):
    """Return how the program ends that is sent signals in the phase."""

    def hinder():
        prepare()
        phase.hold(Bell(times if phase.collected and number != HUP else 1))

    folder.mkdir()
    process = Fork(folder, *arguments, hinder=hinder)
    send(process, number, times, phase.collected)
    since = time.monotonic()
    ended = process.wait()
    took = time.monotonic() - since
    assert ended.status != MISSED
    assert took < PATIENCE * (2 if times == 1 or number == HUP else 0.5)
    return ended


def check_words(ended, number, times, phase):
    """Check the exit status, and that there is one line at most, or one for each of two signals."""
    lines = [line for line in ended.err.splitlines() if line and line[0] != "@"]
    told = [line for line in lines if not line.startswith("drawing")]
    once = times == 1 or number == HUP  # to close a terminal is to send it twice
    if once and phase.finishes:
        assert (ended.status, told) == (0, [])
        assert ended.out.endswith("\nr\n")
        return
    assert (ended.status, ended.out) == (128 + number, "")
    assert all("interrupted" in line for line in told)
    assert len(told) <= (1 if once else 2)
    if once and phase.collected:
        assert told[0].endswith("go on with: bpnet train --resume r")


@pytest.mark.parametrize("name", PHASES)
def test_a_signal_in_any_phase_of_training_ends_it_and_resumed_it_comes_to_the_same(
    name, cases, tmp_path, small_file, files, server, undisturbed
):
    phase, first = PHASES[name], list(PHASES).index(name)
    for number, times in (WAYS * 2)[first % 9 :][: cases(9)]:
        folder = tmp_path / f"{number.name} {times}"
        stalls = "server" in name
        ended = disturb(
            folder, train(small_file, phase.options), phase, number, times,
            lambda stalls=stalls: phases.small(files, f"{server.address}{0 if stalls else 1}/"),
        )  # fmt: skip
        check_words(ended, number, times, phase)
        if times == 1 or number == HUP:
            assert temporaries(folder) == []
        begun = (folder / "r" / "config.yaml").exists()
        again = ("train", "--resume", "r", "--quiet") if begun else train(small_file, phase.options)
        resumed = run(folder, *again, hinder=lambda: phases.small(files, f"{server.address}1/"))
        assert resumed.status == 0, resumed.err
        assert not {"Error", "Traceback"} & set(resumed.err.replace(":", " ").split())
        assert outcome(folder) == undisturbed(small_file, TURNED if phase.options == TURNED else ())
        assert temporaries(folder) == []
