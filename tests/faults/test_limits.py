"""What a hostile file can cost: no more than 50 MB and a second beyond what a good one costs."""

import ctypes
import gzip
import shutil
import struct
import time
from contextlib import suppress

import pytest

from bpnet.datasets import catalogue, class_names
from bpnet.errors import DataError
from bpnet.runs import checkpoints, results
from bpnet.system import memory
from tests.helpers.bombs import (
    CONFIGS,
    FACTS,
    MEBIBYTE,
    believed,
    claimed,
    configured,
    entries,
    first_member,
    gzip_bomb,
    shaped,
    source,
    sparse,
    zeros,
)
from tests.helpers.damage import becomes, copied, holds, stopped
from tests.helpers.forks import run

MEMORY, SECONDS = 50_000_000, 1
CHECK = ("config", "check", "--config", "c.yaml")
EVAL, RESUME = ("eval", "run"), ("train", "--resume", "run", "--quiet")
RUNS = ("runs", ".")


@pytest.fixture(autouse=True)
def _nothing_to_spare():
    """Give back what this process has freed: a fork would use it, and seem to take nothing."""
    with suppress(AttributeError):  # a function of Linux's C library
        ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(scope="module")
def good(runs):
    """Return what a command costs on good files."""
    costs = {}

    def cost(arguments):
        if arguments not in costs:
            folder = runs / f"good-{len(costs)}"
            folder.mkdir()
            copied(stopped)(folder)
            shutil.copy(runs / "c.yaml", folder)
            costs[arguments] = run(folder, *arguments)
            assert costs[arguments].status == 0, costs[arguments].err
        return costs[arguments]

    return cost


@pytest.fixture
def folder(runs, request):
    """A folder beside the runs."""
    folder = runs / f"{abs(hash(request.node.nodeid))}"
    folder.mkdir()
    return folder


def refuse(ended, good, told, lines=1):
    """Fail if the program has not ended in a line, or it has cost too much."""
    assert ended.status in (1, 2), ended
    assert told in ended.err
    assert "a bug of bpnet" not in ended.err
    assert ended.err.startswith("Error: ")
    assert ended.err.count("\n") == lines, ended.err
    assert ended.own_memory - good.own_memory < MEMORY
    assert ended.seconds - good.seconds < SECONDS


def test_what_a_command_takes_is_seen(runs, good):
    kept = []
    greedy = run(runs, *CHECK, hinder=lambda: kept.append(b"x" * 2**26))
    assert greedy.own_memory - good(CHECK).own_memory > MEMORY
    idle = run(runs, *CHECK, hinder=lambda: [hash(str(n)) for n in range(5 * 10**6)])
    assert idle.seconds - good(CHECK).seconds > SECONDS / 2


@pytest.mark.parametrize("name", CONFIGS)
def test_no_config_takes_long_or_much_memory_to_refuse(name, runs, folder, good):
    (folder / "c.yaml").write_bytes(CONFIGS[name])
    refuse(run(folder, *CHECK), good(CHECK), "c.yaml:" if name != "comments" else "is empty")


@pytest.mark.parametrize("name", FACTS)
def test_no_facts_of_a_run_take_long_or_much_memory_to_refuse(name, folder, good):
    copied(stopped, holds("run.json", FACTS[name]))(folder)
    refuse(run(folder, *EVAL), good(EVAL), "run/run.json: not ")


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (zeros("weights.npz", "W1.npy", 40), "W1 is not of type"),
        (first_member(lambda content: content + bytes(900)), "damaged: W1 is not what"),
        (first_member(shaped), "W1 is not of type"),
        (claimed, "damaged: "),
    ],
    ids=[
        "40 MiB of zeros",
        "a tail",
        "10**5 x 10**5",
        "4 GiB claimed",
    ],
)
def test_no_weights_take_long_or_much_memory_to_refuse(damage, told, folder, good):
    copied(stopped, damage)(folder)
    refuse(run(folder, *EVAL), good(EVAL), told)


EPOCHS = 10_000
LARGEST = checkpoints.METADATA_LIMIT + checkpoints.RECORD_LIMIT * EPOCHS - 100
METADATA = {
    "deep lists": b"[" * LARGEST,
    "deep objects": b'{"a":' * (LARGEST // 5),
    "empty lists": b"[" + b"[]," * (LARGEST // 3) + b"0]",
    "small objects": b"[" + b'{"":0},' * (LARGEST // 7) + b"0]",
    "no text": b"\xff" * LARGEST,
    "a long string": b'"' + b"a" * LARGEST + b'"',
    "a long number": b"9" * LARGEST,
}


@pytest.mark.parametrize("name", METADATA)
def test_no_metadata_takes_long_or_much_memory_to_refuse(name, folder, good):
    copied(stopped, configured("train.epochs", EPOCHS), believed(METADATA[name]))(folder)
    refuse(run(folder, *RESUME), good(RESUME), "run/checkpoint.npz: ", lines=2)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (EVAL, "run.json"),
        (EVAL, "config.yaml"),
        (RESUME, "config.yaml"),
    ],
)
def test_a_file_of_10_gb_is_refused_unread(arguments, name, folder, good):
    copied(stopped, becomes(name, sparse()))(folder)
    refuse(run(folder, *arguments), good(arguments), f"run/{name}: larger than the ")


@pytest.mark.parametrize("start", [b"", b"PK\3\4", b"PK\1\2"])
def test_sparse_weights_of_a_wide_network_are_refused_by_their_first_bytes(start, folder, good):
    large = sparse(start, size=4 * 10**8)  # a little less than they may have
    copied(stopped, configured("network.hidden", [10_000] * 2), becomes("weights.npz", large))(
        folder
    )
    refuse(run(folder, *EVAL), good(EVAL), "run/weights.npz: ")


@pytest.mark.parametrize("start", [b"", b"PK\3\4"])
def test_a_checkpoint_of_10_gb_gives_way_to_the_one_before(start, folder, good):
    copied(stopped, becomes("checkpoint.npz", sparse(start)))(folder)
    ended = run(folder, *RESUME)
    assert (ended.status, ended.err.count("\n")) == (0, 1), ended
    assert "; going on from the one before" in ended.err
    assert ended.own_memory - good(RESUME).own_memory < MEMORY
    assert ended.seconds - good(RESUME).seconds < SECONDS


@pytest.mark.parametrize("arguments", [EVAL, RESUME])
def test_an_archive_of_nothing_but_entries_is_refused_by_its_first_bytes(arguments, folder, good):
    copied(
        stopped,
        configured("network.hidden", [10_000]),
        entries("weights.npz"),
        entries("checkpoint.npz"),
    )(folder)
    (folder / "run/checkpoint.previous.npz").unlink()
    refuse(
        run(folder, *arguments), good(arguments), ".npz: damaged: ", lines=1 + (arguments == RESUME)
    )


WIDE = [10_000]
NEW = ("train", "--config", "c.yaml", "--set", f"network.hidden={WIDE}", "--run-dir", "new")


@pytest.mark.parametrize(
    "arguments",
    [
        NEW,
        (*NEW, "--seeds", "2"),
        RESUME,
        EVAL,
        ("predict", "any.png", "--run", "run"),
        ("report", "run"),
        ("gradcheck", "--set", f"network.hidden={WIDE}"),
    ],
    ids=["train", "seeds", "resume", "eval", "predict", "report", "gradcheck"],
)
def test_a_network_that_memory_cannot_hold_is_refused_before_anything_is_drawn(
    arguments, runs, folder, good
):
    copied(stopped, configured("network.hidden", WIDE))(folder)
    shutil.copy(runs / "c.yaml", folder)

    def hinder():
        memory.available = lambda: 10**8

    refuse(run(folder, *arguments, hinder=hinder), good(EVAL), "MB of memory; 100 MB are there")
    assert not (folder / "new").exists()


def test_a_run_json_of_10_gb_gives_way_unread(folder, good):
    copied(stopped, becomes("run.json", sparse()))(folder)
    ended = run(folder, *RESUME)
    assert (ended.status, ended.err.count("\n")) == (0, 1), ended
    assert "run/run.json: larger than the " in ended.err
    assert ended.own_memory - good(RESUME).own_memory < MEMORY


def test_a_config_of_10_gb_is_refused_unread(folder, good):
    sparse()(folder / "c.yaml")
    refuse(run(folder, *CHECK), good(CHECK), "c.yaml: larger than the 65536 bytes")


def test_a_log_of_10_gb_is_written_anew_unread(folder, good):
    copied(stopped, becomes("log.csv", sparse()))(folder)
    (folder / "seeds").mkdir()
    (folder / "run").rename(folder / "seeds/seed-0")
    ended = run(folder, "train", "--resume", "seeds", "--quiet")
    assert (ended.status, ended.err) == (0, "")
    assert ended.own_memory - good(RESUME).own_memory < MEMORY
    assert (folder / "seeds/seed-0/log.csv").read_text(encoding="utf-8").count("\n") == 3


@pytest.mark.parametrize("piece", [",,,,,,,,,,\n", "0,0,0,0,0,0,0,0,0,0,0\n", "\n", ",", "0"])
def test_no_log_takes_long_or_much_memory_to_refuse(piece, folder, good):
    count = (results.log_limit(EPOCHS) - 1000) // len(piece)
    content = (results.log([]) + piece * count).encode()
    copied(stopped, configured("train.epochs", EPOCHS), holds("log.csv", content))(folder)
    ended = run(folder, *RUNS)
    assert ended.err.startswith("run/log.csv: not as bpnet has written it: ")
    assert (ended.status, ended.err.count("\n")) == (0, 1)
    assert ended.own_memory - good(RUNS).own_memory < MEMORY
    assert ended.seconds - good(RUNS).seconds < SECONDS


@pytest.mark.parametrize("name", ["drawn.json", catalogue.NAMES[0], catalogue.NAMES[3]])
def test_drawn_data_of_10_gb_are_not_right(name, runs, folder, good):
    verify = ("data", "verify", "--dataset", "drawn", "--data-dir", "data")
    shutil.copytree(runs / "data", folder / "data")
    becomes(name, sparse())(folder / "data/drawn")
    ended, right = run(folder, *verify), run(runs, *verify)
    assert (ended.status, right.status) == (1, 0)
    assert "missing or wrong\n" in ended.out
    assert ended.own_memory - right.own_memory < MEMORY
    assert ended.seconds - right.seconds < SECONDS


@pytest.mark.parametrize("form", [".gz", ""])
@pytest.mark.parametrize("made", ["a bomb", "a bomb in one part", "sparse"])
def test_published_data_are_never_unpacked_before_they_are_known(form, made, folder, good):
    path = folder / f"data/mnist/{catalogue.NAMES[0]}{form}"
    path.parent.mkdir(parents=True)
    one_part = made == "a bomb in one part"
    content = gzip.compress(bytes(100 * MEBIBYTE), 1) if one_part else gzip_bomb()
    if made == "sparse":
        sparse()(path)
    else:
        path.write_bytes(content)

    def hinder():
        catalogue.SOURCES["mnist"] = source(len(content))

    ended = run(folder, "data", "fetch", hinder=hinder)
    passed, error, looked, advice = ended.err.splitlines()
    assert (ended.status, ended.out) == (1, "")
    assert passed.startswith(f"{path.relative_to(folder)}: not the published file")
    assert passed.endswith("; passed over")
    assert looked.startswith("       looked in data/mnist, data: data/mnist/")
    assert error == f"Error: {catalogue.NAMES[0]}.gz: could not be downloaded"
    assert advice.startswith("       put the four .gz files into ")
    assert ended.own_memory - good(CHECK).own_memory < MEMORY
    assert ended.seconds - good(CHECK).seconds < SECONDS


def pixels(count):
    """Return the header of so many images."""
    return struct.pack(">4I", 0x803, count, 28, 28)


def beyond(count):
    """Return a .gz file of 300 KB whose header promises so many images, and that holds 300 MB."""
    return gzip.compress(pixels(count)) + gzip.compress(bytes(16 * MEBIBYTE)) * 18


OWN = {
    "10 GB": (sparse(pixels(500)), "larger than the "),
    "10 GB without a header": (sparse(), "starts with 00 00 00 00"),
    "10 GB of 10 million images": (sparse(pixels(10**7)), "its header says 10000000 images"),
    "10 GB behind a .gz": (sparse(gzip.compress(pixels(500))), "larger than the "),
    "a bomb": (lambda path: path.write_bytes(gzip_bomb()), "starts with 00 00 00 00"),
    "a bomb with a header": (lambda path: path.write_bytes(beyond(500)), "has 392001 numbers"),
    "a bomb of 10 million images": (
        lambda path: path.write_bytes(beyond(10**7)), "its header says 10000000 images",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_no_own_images_take_long_or_much_memory_to_refuse(name, folder, good):
    make, told = OWN[name]
    labels = struct.pack(">2I", 0x801, 500) + bytes(range(10)) * 50
    (folder / "own").mkdir()
    for part in ("train", "t10k"):
        (folder / f"own/{part}-labels-idx1-ubyte").write_bytes(labels)
        (folder / f"own/{part}-images-idx3-ubyte").write_bytes(pixels(500) + bytes(500 * 784))
    make(folder / "own/train-images-idx3-ubyte")
    ended = run(folder, "data", "verify", "--dataset", "files", "--data-dir", "own")
    refuse(ended, good(CHECK), f"own/train-images-idx3-ubyte: {told}")


@pytest.mark.parametrize("content", [b"\n", b"a\n", "가".encode()])
def test_no_names_of_classes_take_long_or_much_memory_to_refuse(content, tmp_path):
    path = tmp_path / "classes.txt"
    path.write_bytes(content * (class_names.LONGEST // len(content)))
    before = time.process_time()
    with pytest.raises(DataError):
        class_names.read(path)
    assert time.process_time() - before < SECONDS
