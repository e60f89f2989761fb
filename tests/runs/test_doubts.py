"""doubt.npz: the same bytes whatever happened to the run, and read without trust."""

import re

import numpy as np
import pytest

from bpnet.errors import RunError
from bpnet.evaluation import doubt
from bpnet.runs import directory, doubts, metadata, npz, results, session


def test_a_finished_run_has_the_measure_of_its_network(start):
    begun = start()
    run, data = begun.run, begun.training.dataset
    found = doubts.load(run)
    expected = doubt.measured(results.load_network(run), data.train, data.validation)
    for name, array in expected.arrays().items():
        assert np.array_equal(found.arrays()[name], array), name


def test_a_run_that_was_stopped_ends_with_the_same_bytes(start):
    whole, stopped = start("whole").run, start("stopped", until=20).run
    assert doubts.load(stopped) is None
    assert not stopped.doubt.exists()
    with session.resumed(directory.open_run(stopped.folder), tell=pytest.fail) as begun:
        list(session.train(begun))
    assert stopped.doubt.read_bytes() == whole.doubt.read_bytes()


def test_an_old_run_has_no_measure(start):
    run = start().run
    run.doubt.unlink()
    assert doubts.load(run) is None


def test_a_run_that_trains_again_has_none_until_it_has_finished(start):
    run = start().run
    metadata.write(run.folder, status="running")
    assert doubts.load(run) is None


def arrays(run):
    content = run.doubt.read_bytes()
    return {name: array.copy() for name, array in npz.unpack(content, doubts.forms(run)).items()}


def refusal(run):
    with pytest.raises(RunError) as caught:
        doubts.load(run)
    assert caught.match(f"{run.doubt}: .*; get it back by: bpnet train --resume ")
    return str(caught.value)


def test_the_measure_of_another_network_is_refused(start, small_config):
    run = start().run
    path, other = run.doubt, arrays(run)
    other["weights_sha256"][0] ^= 1
    path.write_bytes(npz.pack(other))
    assert "belongs to other weights" in refusal(run)


SPOILT = {
    "not finite": (lambda found: found["axes"].fill(np.nan), "holds axes that are not finite"),
    "no limits": (lambda found: found["limits"].fill(-1), "holds limits that cannot be"),
    "of another shape": (
        lambda found: found.update(middles=found["middles"][:9]),
        r"middles is not of type <f2 and shape (10, 10, 196)",
    ),
    "of another type": (
        lambda found: found.update(limits=found["limits"].astype("<f4")),
        "limits is not of type <f8 and shape (3,)",
    ),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_cannot_be_a_measure_is_refused(start, how):
    run = start().run
    found = arrays(run)
    spoil, told = SPOILT[how]
    spoil(found)
    run.doubt.write_bytes(npz.pack(found))
    assert told in refusal(run)


def test_no_cut_and_no_flipped_bit_is_accepted(start, rng):
    run = start().run
    path = run.doubt
    whole = path.read_bytes()
    for place in rng.integers(len(whole), size=20):
        path.write_bytes(whole[:place])
        refusal(run)
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        refusal(run)


def test_a_huge_file_is_not_read(start):
    run = start().run
    path = run.doubt
    with path.open("r+b") as file:
        file.truncate(10**10)
    with pytest.raises(Exception, match="larger than the") as caught:
        doubts.load(run)
    assert re.match(re.escape(str(path)), str(caught.value))
