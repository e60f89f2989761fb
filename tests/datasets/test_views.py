"""What a network sees of an image: made of the image alone."""

from dataclasses import replace

import numpy as np
import pytest

from bpnet import datasets, registry
from bpnet.datasets import Split, views
from bpnet.datasets.views import of_dataset, of_split, seen

every_view = pytest.mark.parametrize("view", registry.VIEWS)
every_width = pytest.mark.parametrize(
    "width", [int(view[6:]) for view in registry.VIEWS if view.startswith("width-")]
)


def square(images):
    return images.reshape(-1, 28, 28)


def as_pictures(view, pictures):
    """Return pictures (N, 28, 28) in the view."""
    return square(seen(view, pictures.reshape(-1, 784)))


@pytest.fixture(scope="module")
def digits(small_config):
    """The images of drawn digits, and their labels, more than are viewed at once."""
    return datasets.load(replace(small_config.data, validation=0)).train


@pytest.fixture
def blots(rng):
    """Boxes of random ink, anywhere, of any size."""
    blots = np.zeros((120, 28, 28), np.uint8)
    for blot in blots:
        (top, left), (bottom, right) = np.sort(rng.integers(0, 28, (2, 2)), axis=0)
        ink = rng.integers(1, 256, (bottom + 1 - top, right + 1 - left))
        blot[top : bottom + 1, left : right + 1] = ink * (rng.random(ink.shape) < rng.random())
    return blots


def line(slope, width=2.0):
    """Return a line through the middle, so many columns to the left for each row down."""
    rows, columns = np.mgrid[:28, :28] - 13.5
    ink = np.clip(width - np.abs(columns + slope * rows), 0, 1) * (abs(rows) < 10)
    return np.rint(255 * ink).astype(np.uint8)


def ends(picture, level=0):
    """Return the first and the last column with ink above the level."""
    columns = np.flatnonzero((picture > level).any(axis=0))
    return columns[0], columns[-1]


def test_the_views_are_those_of_the_config():
    assert ("as-is", *views.VIEWS) == registry.VIEWS


@every_view
def test_no_view_looks_at_labels(view, digits, rng):
    shuffled = Split(digits.images, rng.permutation(digits.labels))
    one, other = of_split(view, digits), of_split(view, shuffled)
    assert not np.array_equal(one.labels, other.labels)
    assert np.array_equal(one.images, other.images)
    assert other.labels is shuffled.labels


@every_view
def test_each_image_alone_gives_what_it_gives_among_others(view, digits, blots):
    for images in (digits.images[::40], blots[::8].reshape(-1, 784)):
        together = seen(view, images)
        for image, viewed in zip(images, together, strict=True):
            assert np.array_equal(seen(view, image[None])[0], viewed)


@every_view
def test_images_beyond_a_part_are_viewed_as_those_in_it(view, digits):
    assert len(digits) > views.PART
    backwards = seen(view, digits.images[::-1])
    assert np.array_equal(backwards[::-1], seen(view, digits.images))


@every_view
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_images_keep_their_form_and_stay_as_they_are(view, digits, dtype):
    images = digits.images[:20].astype(dtype)
    before = images.copy()
    images.flags.writeable = False
    viewed = seen(view, images)
    assert (viewed.dtype, viewed.shape) == (images.dtype, images.shape)
    assert np.array_equal(images, before)
    assert seen(view, images[:0]).shape == (0, 784)


@every_view
def test_bytes_are_the_rounded_numbers(view, digits, blots):
    images = np.concatenate([digits.images[:100], blots.reshape(-1, 784)])
    numbers = 255 * seen(view, images / 255)
    assert np.abs(seen(view, images) - numbers).max() < 0.5 + 1e-3
    assert numbers.max() < 255 + 1e-3
    assert numbers.min() >= 0


@every_view
def test_what_has_no_ink_has_none_in_any_view(view):
    for dtype in ("uint8", "float64"):
        assert not seen(view, np.zeros((3, 784), dtype)).any()


@pytest.mark.parametrize("size", [1, 5, 28])
def test_ink_without_a_height_has_no_slant(size, rng):
    rows = np.zeros((28, 28, 28), np.uint8)
    for number, row in enumerate(rows):
        start = rng.integers(29 - size)
        row[number, start : start + size] = rng.integers(1, 256, size)
    assert np.array_equal(as_pictures("deslanted", rows), rows)


@pytest.mark.parametrize("slope", [-0.9, -0.5, -0.2, 0.3, 0.7, 1.0])
def test_a_slanted_line_becomes_upright(slope):
    left, right = ends(line(slope))
    (upright,) = as_pictures("deslanted", line(slope)[None])
    first, last = ends(upright, 25)
    assert last - first <= 4 < right - left
    assert first + last == pytest.approx(27, abs=1)


def test_what_is_upright_stays_as_it_is():
    assert np.array_equal(as_pictures("deslanted", line(0)[None]), line(0)[None])


def test_a_slant_is_taken_away_as_far_as_a_column_a_row():
    (upright,) = as_pictures("deslanted", line(1.3)[None])
    (left, right), (first, last) = ends(line(1.3), 25), ends(upright, 25)
    assert 4 < last - first < right - left


def test_deslanting_keeps_the_ink_of_each_row(digits, blots):
    filled = np.full((1, 28, 28), 255, np.uint8)
    some = square(digits.images[::4])
    for images in (some, 255 - some, blots, 255 - blots, filled):
        numbers = images / 255
        found = as_pictures("deslanted", numbers)
        assert found.sum(axis=2) == pytest.approx(numbers.sum(axis=2), abs=1e-4)


@pytest.mark.parametrize("slope", [-0.7, 0.7])
def test_a_row_at_the_centre_does_not_move_and_so_forbids_no_slant(slope):
    crossed = np.zeros((28, 28), np.uint8)
    crossed[:27] = line(slope)[:27]  # of an odd number of rows
    crossed[:27] = np.maximum(crossed[:27], crossed[26::-1, ::-1])
    crossed[13] = 255
    (found,) = as_pictures("deslanted", crossed[None])
    assert np.array_equal(found[13], crossed[13])
    assert not np.array_equal(found, crossed)


def test_ink_at_both_ends_of_a_row_cannot_be_moved(blots):
    foreign = np.concatenate([255 - blots[(blots[:, ::27, ::27] == 0).all(axis=(1, 2))], blots])
    foreign[:, ::27, ::27] = 255
    assert np.array_equal(as_pictures("deslanted", foreign), foreign)


def boxes(rng, sizes):
    """Return boxes of full ink, of this height and width, anywhere."""
    pictures = np.zeros((len(sizes), 28, 28), np.uint8)
    for picture, (high, wide) in zip(pictures, sizes, strict=True):
        top, left = rng.integers(29 - high), rng.integers(29 - wide)
        picture[top : top + high, left : left + wide] = 255
    return pictures


@every_width
def test_ink_gets_its_width_where_there_is_room(width, rng):
    sizes = [(20, wide) for wide in range(9, 21)]
    pictures = boxes(rng, sizes)
    for picture, (_, wide) in zip(pictures, sizes, strict=True):
        centred = np.roll(picture, 14 - wide // 2 - ends(picture)[0], axis=1)
        (viewed,) = as_pictures(f"width-{width}", centred[None])
        first, last = ends(viewed, 127)
        assert last - first + 1 == pytest.approx(width, abs=1)
        assert np.array_equal(viewed.any(axis=1), centred.any(axis=1))  # its height is as it was


@every_width
def test_narrow_digits_are_left_alone(width, rng):
    narrow = boxes(rng, [(20, wide) for wide in range(1, 9)])  # 8 / 20 < 0.42
    assert np.array_equal(as_pictures(f"width-{width}", narrow), narrow)


@every_width
def test_the_outermost_ink_is_still_seen(width, rng):
    pictures = boxes(rng, rng.integers((8, 6), (24, 28), (100, 2)))
    for picture in pictures:  # of the outer columns one pixel each, in rows of its own
        left, right = ends(picture)
        top, *_, bottom = np.flatnonzero(picture.any(axis=1))
        picture[:, [left, right]] = picture[[top, bottom]] = 0
        picture[top, left] = picture[bottom, right] = 255
        viewed = as_pictures(f"width-{width}", picture[None])[0]
        assert min(viewed[top].max(), viewed[bottom].max()) >= 30


@every_width
def test_small_ink_becomes_no_more_than_twice_as_wide(width, rng):
    for picture, wide in zip(boxes(rng, [(1, 1), (3, 2), (5, 5)]), (1, 2, 5), strict=True):
        first, last = ends(as_pictures(f"width-{width}", picture[None])[0])
        assert last - first + 1 <= 2 * (wide + 1)  # with a part of a pixel on either side


@every_width
def test_ink_that_fills_the_frame_is_made_as_narrow_as_other_ink(width, digits):
    for picture in 255 - square(digits.images[:20]):
        (viewed,) = as_pictures(f"width-{width}", picture[None])
        first, last = ends(viewed)
        assert last - first + 1 == pytest.approx(width, abs=1)
        assert viewed.sum() == pytest.approx(width / 28 * picture.sum(), rel=0.05)


@every_view
def test_what_is_viewed_twice_is_viewed_once(view, digits):
    once = of_split(view, digits)
    assert once.view == view
    assert of_split(view, once) is once


def test_what_is_in_another_view_is_refused(digits):
    deslanted = of_split("deslanted", digits)
    for view in set(registry.VIEWS) - {"deslanted"}:
        with pytest.raises(ValueError, match=f"^images that are deslanted cannot become {view}$"):
            of_split(view, deslanted)


@every_view
def test_all_splits_of_a_dataset_are_viewed_and_the_rest_is_as_it_was(view, small_config):
    dataset = datasets.load(small_config.data)
    viewed = of_dataset(view, dataset)
    for name in ("train", "validation", "test"):
        split, raw = getattr(viewed, name), getattr(dataset, name)
        assert np.array_equal(split.images, seen(view, raw.images))
        assert np.array_equal(split.labels, raw.labels)
        assert split.view == split[:5].view == view
    assert (viewed.files, viewed.classes) == (dataset.files, dataset.classes)
    assert of_dataset(view, viewed).train is viewed.train
