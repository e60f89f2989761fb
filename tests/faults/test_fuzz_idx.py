"""MNIST's files, cut, flipped, mixed up or made to deceive: a DataError, or digits."""

import gzip
import hashlib
import struct
from functools import partial

import numpy as np
import pytest

from bpnet.datasets import cache, catalogue, idx, own_files
from bpnet.datasets.catalogue import File, Published, Source
from bpnet.errors import DataError
from bpnet.system.progress import silent, silently
from tests.helpers import readers
from tests.helpers.readers import IMAGES, LABELS, read_idx
from tests.helpers.readers import NAMES as NAMES_OF_CLASSES
from tests.helpers.spoiling import cut, flipped, hunt, mutated, sample

SEED = 20160924
READ = {
    "images": lambda content: read_idx(content, LABELS),
    "labels": lambda content: read_idx(IMAGES, content),
}
WHOLE = {"images": IMAGES, "labels": LABELS}


def test_what_is_spoilt_here_is_read_when_it_is_whole():
    assert read_idx(IMAGES, LABELS)


def test_no_cut_or_flipped_header_or_label_is_let_in(cases):
    everything = [("labels", *case) for case in [*cut(LABELS), *flipped(LABELS)]]
    everything += [("images", *case) for case in [*cut(IMAGES), *flipped(IMAGES[:16])]]
    chosen = sample(everything, cases(len(everything)), SEED)
    accepted = 0
    for part, done, content in chosen:
        accepted += hunt([(f"{part}: {done}", content)], READ[part])[1]
    assert len(everything) == 9 * len(LABELS) + len(IMAGES) + 8 * 16
    assert 0 < accepted <= 3 * 4  # a label can turn into another digit, by one of four bits


@pytest.mark.parametrize("part", ["images", "labels"])
def test_no_file_with_several_changes_is_let_in_but_as_digits(part, cases):
    count = cases(2000)
    tried, accepted = hunt(mutated(WHOLE[part], SEED, count), READ[part])
    assert tried == count
    assert accepted < 0.8 * count  # pixels may be anything


def test_no_images_with_a_changed_header_are_let_in(cases):
    count = cases(1000)
    headers = mutated(IMAGES[:16], SEED, count)
    tried, accepted = hunt(((done, head + IMAGES[16:]) for done, head in headers), READ["images"])
    assert tried == count
    assert accepted < 0.2 * count  # some changes change nothing


PIXELS = IMAGES[16:]


def header(*sizes, start=b"\0\0\x08", form=">I"):
    """Return the header of an array of these sizes."""
    return start + bytes([len(sizes)]) + b"".join(struct.pack(form, size) for size in sizes)


BAD_IMAGES = {
    "nothing": b"",
    "zeros": bytes(2368),
    "half a magic number": b"\0\0",
    "a header and no more": IMAGES[:16],
    "half a header": IMAGES[:10],
    "a web page": b"<html><body>404</body></html>",
    "labels": LABELS,
    "gzip": gzip.compress(IMAGES),
    "signed bytes": header(3, 28, 28, start=b"\0\0\x09") + PIXELS,
    "floats": header(3, 28, 28, start=b"\0\0\x0d") + PIXELS,
    "no type": header(3, 28, 28, start=b"\0\0\0") + PIXELS,
    "a first byte that is not 0": header(3, 28, 28, start=b"\1\0\x08") + PIXELS,
    "little-endian": header(3, 28, 28, form="<I") + PIXELS,
    "a little-endian start": header(3, 28, 28, start=b"\x03\x08\0") + PIXELS,
    "no dimension": header() + PIXELS,
    "a dimension": header(2352) + PIXELS,
    "two dimensions": header(3, 784) + PIXELS,
    "four dimensions": header(3, 28, 28, 1) + PIXELS,
    "four dimensions of three": b"\0\0\x08\4" + IMAGES[4:],
    "255 dimensions": b"\0\0\x08\xff" + struct.pack(">I", 1) * 255 + PIXELS,
    "no image": header(0, 28, 28),
    "no rows": header(3, 0, 28),
    "no columns": header(3, 28, 0),
    "no image of a size beyond memory": header(0, 2**32 - 1, 2**32 - 1),
    "a size beyond memory of no column": header(2**32 - 1, 2**32 - 1, 0),
    "sizes whose product is 0 in 64 bits": header(2**31, 2**31, 4),
    "sizes whose product is 2352 in 32 bits": header(2**30 + 3, 28, 28) + PIXELS,
    "negative sizes": header(-3 % 2**32, 28, 28) + PIXELS,
    "a byte short": IMAGES[:-1],
    "a byte long": IMAGES + b"\0",
    "an image more in the header": header(4, 28, 28) + PIXELS,
    "an image less in the header": header(2, 28, 28) + PIXELS,
    "an image less": header(2, 28, 28) + PIXELS[784:],
    "rows of 27 and a bit": header(3, 28, 27) + PIXELS[: 3 * 28 * 27],
    "one long row": header(3, 784, 1) + PIXELS,
    "twice": IMAGES * 2,
}
BAD_LABELS = {
    "nothing": b"",
    "a header": LABELS[:8],
    "images": IMAGES,
    "a label of 10": LABELS[:-1] + b"\x0a",
    "a label of 255": LABELS[:-1] + b"\xff",
    "no label": header(0),
    "a label less": header(2) + LABELS[9:],
    "a label more": header(4) + LABELS[8:] + b"\0",
    "one label for all": header(1) + LABELS[10:],
    "2^32 - 1 labels": header(2**32 - 1) + LABELS[8:],
    "labels in a column": header(3, 1) + LABELS[8:],
    "signed labels": header(3, start=b"\0\0\x09") + LABELS[8:],
}


@pytest.mark.parametrize(("name", "content"), BAD_IMAGES.items(), ids=list(BAD_IMAGES))
def test_no_images_made_by_hand_to_deceive_are_let_in(name, content):
    assert hunt([(name, content)], READ["images"]) == (1, 0)


@pytest.mark.parametrize(("name", "content"), BAD_LABELS.items(), ids=list(BAD_LABELS))
def test_no_labels_made_by_hand_to_deceive_are_let_in(name, content):
    assert hunt([(name, content)], READ["labels"]) == (1, 0)


PACKED = gzip.compress(LABELS * 20, mtime=0)
SOURCE = Source((), (File(Published("f.gz", len(PACKED), hashlib.sha256(PACKED).hexdigest())),))


def read_packed(folder, content):
    """Read a .gz from the folder; one that is accepted must be the published one."""
    (folder / "f.gz").write_bytes(content)
    try:
        found = cache.load(SOURCE, folder, None, silently, silent)
    except DataError:
        return False
    assert found == {"f": LABELS * 20}
    return True


def test_no_changed_gz_is_taken_for_the_published_one(tmp_path, cases):
    assert read_packed(tmp_path, PACKED)
    everything = [*cut(PACKED), *flipped(PACKED), *mutated(PACKED, SEED, 1500)]
    everything += [("twice", PACKED * 2), ("zeros behind", PACKED + bytes(8)), ("nothing", b"")]
    changed = [case for case in everything if case[1] != PACKED]
    assert len(changed) > 1700
    count = cases(len(changed))
    assert hunt(sample(changed, count, SEED), partial(read_packed, tmp_path)) == (count, 0)


OWN = {name: LABELS if "labels" in name else IMAGES for name in catalogue.NAMES}


def read_own(folder, content):
    """Read own files whose training labels are these bytes; what is accepted holds `LABELS`."""
    for name, right in OWN.items():
        (folder / name).write_bytes(content if name == catalogue.NAMES[1] else right)
    try:
        found = own_files.load(folder)
    except DataError:
        return False
    assert found == OWN
    return True


def test_no_changed_gz_of_own_files_is_unpacked_to_something_else(tmp_path, cases):
    packed = gzip.compress(LABELS, mtime=0)
    assert read_own(tmp_path, LABELS)
    assert read_own(tmp_path, packed)
    everything = [*cut(packed), *flipped(packed), *mutated(packed, SEED, 500)]
    count = cases(len(everything))
    tried, accepted = hunt(sample(everything, count, SEED), partial(read_own, tmp_path))
    assert tried == count
    assert accepted < 0.4 * count  # when it was packed, and by whom, may be anything


def test_no_changed_names_of_classes_are_let_in_but_as_names(tmp_path, cases):
    read = partial(readers.read_class_names, tmp_path / "classes.txt")
    assert read(NAMES_OF_CLASSES)
    everything = [*cut(NAMES_OF_CLASSES), *flipped(NAMES_OF_CLASSES)]
    everything += mutated(NAMES_OF_CLASSES, SEED, 1000)
    count = cases(len(everything))
    tried, accepted = hunt(sample(everything, count, SEED), read)
    assert tried == count
    assert 0.1 * count < accepted < 0.9 * count


def test_there_are_as_many_cases_as_are_promised():
    assert 9 * len(LABELS) + len(IMAGES) + 8 * 16 + 2 * 2000 + 1000 + 1700 + 500 > 9500
    assert 9 * len(NAMES_OF_CLASSES) + 1000 > 1200
    assert len(BAD_IMAGES) + len(BAD_LABELS) >= 30


def test_the_hunt_finds_a_reader_that_does_not_look_at_the_labels(monkeypatch):
    monkeypatch.setattr(readers, "DIGITS", range(256))
    with pytest.raises(AssertionError, match="bit . of byte"):
        hunt(flipped(LABELS), READ["labels"])


def test_the_hunt_finds_a_reader_that_trusts_the_header(monkeypatch):
    def trusting(content, dimensions, name):
        shape = struct.unpack(f">{dimensions}I", content[4 : 4 + 4 * dimensions])
        return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)

    monkeypatch.setattr(idx, "parse", trusting)
    with pytest.raises(AssertionError, match="cut at byte"):
        hunt(cut(IMAGES), READ["images"])


def test_the_hunt_finds_a_reader_that_takes_any_gz(monkeypatch, tmp_path):
    monkeypatch.setattr(Published, "matches", lambda self, content: True)
    with pytest.raises(AssertionError, match="cut at byte"):
        hunt(cut(PACKED), partial(read_packed, tmp_path))
