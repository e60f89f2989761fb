"""A worker's share of each step: all together take the steps of one process."""

import mmap
from dataclasses import replace

import numpy as np
import pytest

from bpnet.array import CACHE_LINE
from bpnet.config import AugmentConfig
from bpnet.datasets import Split
from bpnet.errors import DivergedError
from bpnet.network import build, parameters, widths
from bpnet.randomness import ORDER, generator
from bpnet.training import shares
from bpnet.training.batches import epoch_batches
from bpnet.training.state import TrainingState
from bpnet.training.step import Step
from tests.helpers.workers import shared_arrays, together

COUNTS = [1, 2, 3, 5]
LASTING = ("parameters", "velocity", "average")


def changed(config, workers=1, **train):
    return replace(config, train=replace(config.train, workers=workers, **train))


@pytest.fixture
def in_float64(small_config):
    """Everything at once that a step can have, in batches of 100."""
    return changed(
        small_config, dtype="float64", batch_size=100, epochs=200, learning_rate=0.5,
        momentum=0.9, average=0.9, label_smoothing=0.1, schedule="cosine",
    )  # fmt: skip


def drawn(images):
    rng = np.random.default_rng(images)
    pixels = rng.integers(0, 256, (images, 784), dtype=np.uint8)
    return Split(pixels, rng.integers(10, size=images))


def begun(config):
    """Return shared arrays in the midst of a training: no array is 0."""
    shared, rng = shared_arrays(config), np.random.default_rng(7)
    for name in LASTING:
        shared[name][:] = rng.normal(0, 0.05, shared[name].shape)
    return shared


def steps_of_one(config, split, epoch=0):
    """Return what one process makes of an epoch: its outcomes, and the arrays after them."""
    shared = begun(config)
    flat = shared["parameters"]
    per_epoch = -(-len(split) // config.train.batch_size)
    state = TrainingState(flat, flat[:0], shared["velocity"], shared["average"])
    step = Step(build(config, flat), config.train, state, per_epoch)
    batches = epoch_batches(split, config, flat.dtype, epoch, 0)
    return [step(n, x, t) for n, (x, t) in enumerate(batches, epoch * per_epoch)], shared


def steps_of_all(config, split, epoch=0):
    """Return what each worker makes of an epoch, and the arrays after it."""
    shared = begun(config)
    return together(config, split, shared, lambda worker: list(worker.steps(epoch, 0))), shared


@pytest.mark.parametrize("workers", COUNTS)
@pytest.mark.parametrize("images", [100, 96, 4, 1])
def test_in_float64_a_step_is_that_of_one_process_to_1e_12(in_float64, images, workers):
    split = drawn(images)
    (expected,), alone = steps_of_one(in_float64, split)
    outcomes, shared = steps_of_all(changed(in_float64, workers), split)
    for (found,) in outcomes:  # in all workers
        assert (found.images, found.correct) == (images, expected.correct)
        assert found.loss == pytest.approx(expected.loss, rel=1e-12)
    for name in LASTING:
        assert np.abs(shared[name] - alone[name]).max() < 1e-12, name


@pytest.mark.parametrize("workers", COUNTS)
def test_so_are_several_the_last_with_fewer_images_than_workers(in_float64, workers):
    split = drawn(301)
    expected, alone = steps_of_one(in_float64, split, epoch=3)
    outcomes, shared = steps_of_all(changed(in_float64, workers), split, epoch=3)
    assert [found.images for found in outcomes[0]] == [100, 100, 100, 1]
    for found, other in zip(outcomes[0], expected, strict=True):
        assert found.loss == pytest.approx(other.loss, rel=1e-11)
        assert found.correct == other.correct
    for name in LASTING:
        assert np.abs(shared[name] - alone[name]).max() < 1e-11, name


def test_a_worker_without_images_leaves_zeros_not_its_last_gradient(in_float64):
    _, shared = steps_of_all(changed(in_float64, workers=3), drawn(101))
    assert not shared["gradient 1"].any()
    assert not shared["gradient 2"].any()
    assert not shared["sums"][1:].any()


def test_every_worker_reads_the_same_sums_added_in_the_order_of_the_ranks(small_config):
    config = changed(small_config, workers=3, dtype="float64")
    split, orders = drawn(500), set()

    def act(worker):
        found = []
        for outcome in worker.steps(0, 0):
            first, second, third = worker.sums[:, 0]
            found.append(outcome)
            assert outcome.loss == first + second + third
            orders.add(first + second + third == third + second + first)
            worker.barrier.wait()  # before anybody writes the next sums
        return found

    first, *others = together(config, split, begun(config), act)
    assert others == [first, first]
    assert orders == {True, False}  # in some steps the order is seen


def test_the_images_may_be_distorted_and_some_workers_may_have_none(small_config):
    config = replace(changed(small_config, workers=3), augment=AugmentConfig(rotation=10, alpha=8))
    outcomes, shared = steps_of_all(config, drawn(65))
    again, same = steps_of_all(config, drawn(65))
    assert [found.images for found in outcomes[2]] == [32, 32, 1]
    assert outcomes == again
    assert np.array_equal(shared["parameters"], same["parameters"])
    assert outcomes != steps_of_all(changed(small_config, workers=3), drawn(65))[0]


def dark_in_one(config, batch, row):
    """Return images of which one alone, the row of a batch in the first epoch, has a dark pixel."""
    images = drawn(96)
    order = generator(config.seed, ORDER, 0).permutation(96)
    images.images[:, 0] = 255
    images.images[order[batch * config.train.batch_size + row], 0] = 0
    return images


@pytest.mark.parametrize(
    ("place", "lost"),
    [
        (0, [False, True, False]),  # a weight: 0 times infinity is seen where its pixel is dark
        (-26, [True, True, True]),  # a bias behind a Relu
    ],
)
def test_a_loss_that_is_not_finite_ends_all_at_the_same_step_and_nothing_is_moved(
    small_config, place, lost
):
    config = changed(small_config, workers=3, momentum=0.9, average=0.9)
    split, shared, before = dark_in_one(config, 2, 15), begun(config), {}

    @np.errstate(over="ignore", invalid="ignore")
    def act(worker):
        steps = worker.steps(0, 0)
        for _ in range(2):
            next(steps)
        worker.barrier.wait()
        if worker.rank == 0:
            shared["parameters"][place] = -np.inf
            before.update({name: shared[name].copy() for name in LASTING})
        worker.barrier.wait()
        with pytest.raises(DivergedError) as told:
            next(steps)
        return str(told.value)

    told, *others = together(config, split, shared, act)
    assert "in epoch 1 at step 3" in told
    assert others == [told, told]
    assert np.isnan(shared["sums"][:, 0]).tolist() == lost
    for name in LASTING:
        assert np.array_equal(shared[name], before[name]), name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("workers", COUNTS)
def test_the_parts_are_whole_cache_lines_and_cover_everything_once(small_config, dtype, workers):
    config = changed(small_config, workers, dtype=dtype)
    flat = shared_arrays(config)["parameters"]
    parts = [flat[shares.part(flat, rank, workers)] for rank in range(workers)]
    assert [part.ctypes.data % CACHE_LINE for part in parts] == [0] * workers
    for part in parts:
        part += np.arange(1, len(part) + 1)
    assert np.concatenate(parts).tolist() == flat.tolist()
    assert flat.all()
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 2 * CACHE_LINE // flat.itemsize


def test_what_is_smaller_than_a_cache_line_is_one_workers():
    parts = [shares.part(np.zeros(5), rank, 3) for rank in range(3)]
    assert [len(np.zeros(5)[part]) for part in parts] == [5, 0, 0]


@pytest.mark.parametrize("momentum", [0, 0.9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_shared_array_begins_at_a_cache_line_and_no_two_lie_over_one_another(
    small_config, dtype, momentum
):
    config = changed(small_config, workers=3, dtype=dtype, momentum=momentum)
    form = shares.forms(config, images=7)
    found = shares.arrays(mmap.mmap(-1, shares.size(form)), form)
    count = parameters(widths(config))
    assert {name: array.shape for name, array in found.items()} == {
        "counters": (24,), "sums": (3, 8), "parameters": (count,),
        "velocity": (count if momentum else 0,), "average": (0,),
        "gradient 0": (count,), "gradient 1": (count,), "gradient 2": (count,),
        "images": (7, 784), "labels": (7,),
    }  # fmt: skip
    assert {found[name].dtype for name in ("parameters", "gradient 2")} == {np.dtype(dtype)}
    assert {array.ctypes.data % CACHE_LINE for array in found.values() if array.size} == {0}
    for number, array in enumerate(found.values(), start=1):
        array[...] = number
    for number, array in enumerate(found.values(), start=1):
        assert (array == number).all()


def test_velocity_that_has_died_away_is_flushed_in_every_part_at_the_same_step(in_float64):
    config, split = changed(in_float64, workers=3, learning_rate=1e-40), drawn(100)
    for epoch in (98, 99):  # each of one step
        shared = begun(config)
        velocity = shared["velocity"]
        velocity[:] = 1e-35
        together(config, split, shared, lambda worker, epoch=epoch: next(worker.steps(epoch, 0)))
        assert velocity == pytest.approx(0.9e-35 if epoch == 98 else 0, abs=1e-37)
