"""Four files of somebody's own: EMNIST's letters in miniature, and what can be wrong with them."""

import gzip
import shutil
import struct
from collections import Counter

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import Config, DataConfig
from bpnet.datasets import idx, own_files
from bpnet.datasets.catalogue import NAMES
from bpnet.errors import BpnetError, DataError
from bpnet.system import memory, storage
from tests.helpers.miniatures import LETTERS, miniature, named_with_a_dot

CONTENTS = miniature(LETTERS)
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES
ALPHABET = [chr(ord("a") + number) for number in range(26)]


@pytest.fixture
def put(tmp_path):
    """Return a function that puts the letters into a folder, some of its files changed."""

    def put(changed=(), names=None):
        folder = tmp_path / "letters"
        folder.mkdir()
        for name, content in (CONTENTS | dict(changed)).items():
            (folder / name).write_bytes(content)
        if names:
            (folder / "classes.txt").write_text("\n".join(names), encoding="utf-8")
        return folder

    return put


def config(folder, **keys):
    return DataConfig("files", str(folder), **{"validation": 26, **keys})


def problems(folder):
    """Return what is told of bad files, and that of all who ask, without the folder."""
    with pytest.raises(BpnetError) as error:
        datasets.load(config(folder))
    with pytest.raises(BpnetError) as again:
        own_files.verify(folder)
    assert again.value.lines == error.value.lines
    return [line.removeprefix(f"{folder}/") for line in error.value.lines]


def packed(content):
    return gzip.compress(content, 1)


FORMS = {
    "as they are": lambda name, content: (name, content),
    "with a dot": lambda name, content: (named_with_a_dot(name), content),
    "packed": lambda name, content: (f"{name}.gz", packed(content)),
    "packed, with a dot": lambda name, content: (f"{named_with_a_dot(name)}.gz", packed(content)),
    "packed, without .gz": lambda name, content: (name, packed(content)),
    "unpacked, but for its name": lambda name, content: (f"{name}.gz", content),
    "packed in parts": lambda name, content: (name, packed(content[:40]) + packed(content[40:])),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_files_are_read_in_any_form_and_known_by_their_unpacked_sha256(tmp_path, form):
    for name, content in CONTENTS.items():
        found, content = form(name, content)
        (tmp_path / found).write_bytes(content)
    found = datasets.load(config(tmp_path))
    assert (len(found.train), len(found.validation), len(found.test)) == (104, 26, 52)
    images = idx.parse(CONTENTS[TEST_IMAGES], 3, "").reshape(-1, 784)
    assert np.array_equal(found.test.images, images)
    assert found.test.labels.tolist() == [*range(26)] * 2
    assert found.classes == tuple(map(str, LETTERS))
    assert found.sha256 == idx.sha256(CONTENTS)


def emnist(folder, prefix, ending=".gz"):
    """Put the letters there as EMNIST has them."""
    folder.mkdir(exist_ok=True)
    for name, content in CONTENTS.items():
        path = folder / f"{prefix}{name.replace('t10k', 'test')}{ending}"
        path.write_bytes(packed(content) if ending else content)


@pytest.mark.parametrize("prefix", ["", "emnist-letters-", "my images-"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_the_names_may_be_those_of_emnist(tmp_path, prefix, ending):
    emnist(tmp_path, prefix, ending)
    mapping = "".join(f"{label} {64 + label} {96 + label}\n" for label in LETTERS)
    (tmp_path / f"{prefix}mapping.txt").write_text(mapping, encoding="utf-8")
    found = datasets.load(config(tmp_path))
    assert found.sha256 == idx.sha256(CONTENTS)
    assert found.classes == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_of_several_sets_one_is_to_be_chosen_but_where_one_has_no_name(put):
    folder = put()
    for prefix in ("emnist-digits-", "emnist-letters-"):
        emnist(folder, prefix)
    assert datasets.load(config(folder)).sha256 == idx.sha256(CONTENTS)
    for name in NAMES:
        (folder / name).unlink()
    assert problems(folder) == [
        f"{folder}: holds 2 sets: emnist-digits-*, emnist-letters-*; move the files of one into a "
        "folder of their own, and give that"
    ]
    for path in folder.glob("emnist-digits-*"):
        path.unlink()
    (folder / "emnist-letters-test-labels-idx1-ubyte.gz").unlink()
    (line,) = problems(folder)
    assert line.startswith(f"{folder}: lacks emnist-letters-t10k-labels-idx1-ubyte, also .gz and")


def test_a_config_is_completed_by_the_classes(put):
    letters = Config(data=config(put(names=ALPHABET)))
    assert datasets.completed(letters).data.classes == tuple(ALPHABET)
    assert datasets.load(datasets.completed(letters).data).classes == tuple(ALPHABET)


def test_classes_that_are_not_those_of_the_config_are_refused(put):
    folder = put(names=ALPHABET)
    with pytest.raises(DataError) as error:
        datasets.load(config(folder, classes=("a", "b")))
    assert error.value.lines == [
        f"{folder}: has the classes a, b, c, d, e, f, g, h, i, j, k, l, m, n..., but data.classes "
        "has a, b: put classes.txt and the labels back, or start a new run without data.classes"
    ]


def test_each_file_is_read_once(put, monkeypatch):
    folder, read = put(names=ALPHABET), []

    def reading(path, limit):
        read.append(path.name)
        return storage_read(path, limit)

    storage_read = storage.read
    monkeypatch.setattr(storage, "read", reading)
    datasets.load(config(folder, classes=tuple(ALPHABET)))
    times = {
        name: count for name, count in Counter(read).items() if name in (*NAMES, "classes.txt")
    }
    assert times == dict.fromkeys([*NAMES, "classes.txt"], 1)


def test_all_that_is_missing_is_told_in_a_line(put):
    folder = put()
    (folder / TRAIN_LABELS).unlink()
    (folder / TEST_IMAGES).rename(folder / "tests-images-idx3-ubyte")
    (line,) = problems(folder)
    assert line == (
        f"{folder}: lacks {TRAIN_LABELS}, {TEST_IMAGES}, also .gz and with a dot (.idx): with "
        "data.dataset files, data.dir (--data-dir) is the folder of these IDX files; bpnet data "
        "import makes them of pictures or of a table"
    )
    shutil.rmtree(folder)
    with pytest.raises(DataError, match="letters: lacks train-images-idx3-ubyte, train-labels"):
        datasets.completed(Config(data=config(folder)))


def labels(*numbers):
    return idx.encode(np.array(numbers, np.uint8))


def images(count, rows=28, columns=28, start=b"\0\0\x08\3"):
    return start + struct.pack(">3I", count, rows, columns) + bytes(count * rows * columns)


def of(header, content=b""):
    return bytes.fromhex(header) + content


PIXELS, T = CONTENTS[TRAIN_IMAGES], CONTENTS[TRAIN_LABELS]
BAD_IMAGES = {
    "nothing": (b"", "ends at byte 0, inside its header of 16 bytes"),
    "a web page": (b"<html></html>----", "starts with 3c 68 74 6d at byte 0; unsigned bytes in 3"),
    "floats": (images(1, start=b"\0\0\x0d\3"), "starts with 00 00 0d 03"),
    "labels": (T, "starts with 00 00 08 01"),
    "four dimensions": (of("00000804", bytes(20)), "starts with 00 00 08 04"),
    "32 x 32": (images(130, 32, 32), "the images are 32 x 32 pixels, not 28 x 28"),
    "none": (images(0), "holds nothing"),
    "too many": (
        of("00000803 000f4241 0000001c 0000001c"),
        "its header says 1000001 images; expected at most 1000000",
    ),
    "a byte less": (
        PIXELS[:-1],
        "has 101919 numbers from byte 16 on, and its header says 130 x 28",
    ),
    "a byte more": (PIXELS + b"\0", "larger than the 101936 bytes it may have"),
    "packed, a byte more": (packed(PIXELS + b"\0"), "has 101921 numbers from byte 16 on"),
    "packed, cut": (packed(PIXELS)[:-1], "not a whole .gz file: "),
    "packed, more behind": (packed(PIXELS) + b"x", "not a whole .gz file: "),
    "packed, cut at once": (packed(PIXELS)[:12], "ends at byte 0, inside its header"),
}
BAD_LABELS = {
    "nothing": (b"", "ends at byte 0, inside its header of 8 bytes"),
    "images": (PIXELS, "starts with 00 00 08 03 at byte 0; unsigned bytes in 1 dimensions start"),
    "too many": (of("00000801 ffffffff"), "its header says 4294967295 labels; expected at most"),
    "one less": (labels(*range(129)), f"has 129 labels, but {TRAIN_IMAGES} has 130 images"),
    "a byte more": (T + b"\0", "larger than the 138 bytes it may have"),
}
BAD_TEST_LABELS = {
    "one more": (labels(*range(53)), f"has 53 labels, but {TEST_IMAGES} has 52 images"),
    "no class": (
        labels(*range(1, 27), *range(2, 28)),
        "image 51 has the label 27, which no training image has: these have 1 to 26",
    ),
}
BAD = [
    pytest.param(file, *row, id=f"{file}: {what}")
    for file, rows in (
        (TRAIN_IMAGES, BAD_IMAGES), (TRAIN_LABELS, BAD_LABELS), (TEST_LABELS, BAD_TEST_LABELS),
    )
    for what, row in rows.items()
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "told"), BAD)
def test_a_bad_file_is_told_in_a_line(put, name, content, told):
    (line,) = problems(put({name: content}))
    assert line.startswith(f"{name}: {told}")


def test_all_bad_files_are_told_at_once(put):
    assert [line.partition(": ")[0] for line in problems(put(dict.fromkeys(NAMES, b"x")))] == [
        *NAMES
    ]


def test_one_class_is_none(put):
    one = {TRAIN_LABELS: labels(*[3] * 130), TEST_LABELS: labels(*[3] * 52)}
    (line,) = problems(put(one))
    assert line == f"{TRAIN_LABELS}: every label is 3; expected 2 to 256 classes"


def test_all_256_labels_may_be_classes(tmp_path):
    for name, content in miniature(range(256), train=2, test=1).items():
        (tmp_path / name).write_bytes(content)
    found = datasets.load(config(tmp_path, validation=0))
    assert found.classes == tuple(map(str, range(256)))
    assert found.train.labels.tolist() == [*range(256)] * 2


def test_names_for_other_classes_than_there_are_are_told(put):
    (line,) = problems(put(names=[*ALPHABET, "aa"]))
    assert line.startswith("classes.txt: has 27 names for 26 classes: the training labels are 1 to")


def test_what_memory_cannot_hold_is_refused_by_the_headers(put, monkeypatch):
    sizes = struct.pack(">3I", 100_000, 28, 28)
    heads = {TRAIN_IMAGES: b"\0\0\x08\3" + sizes, TRAIN_LABELS: b"\0\0\x08\1" + sizes[:4]}
    monkeypatch.setattr(memory, "available", lambda: 10**7)
    folder = put(heads)  # headers alone: nothing more is read
    (line,) = problems(folder)
    assert (
        line == f"{folder}: this dataset needs 79 MB of memory; 10 MB are there: take fewer images"
    )


def test_a_folder_in_the_place_of_a_file_is_told(put):
    folder = put()
    (folder / TEST_LABELS).unlink()
    (folder / TEST_LABELS).mkdir()
    assert problems(folder) == [f"{TEST_LABELS}: not a regular file"]


def test_verify_tells_the_file_the_sha256_and_how_many_classes(put):
    folder = put()
    (folder / TEST_LABELS).rename(folder / f"{named_with_a_dot(TEST_LABELS)}")
    hashes = idx.sha256(CONTENTS)
    found = {name: name for name in NAMES} | {TEST_LABELS: named_with_a_dot(TEST_LABELS)}
    states = {name: f"right: {found[name]}, unpacked SHA-256 {hashes[name]}" for name in NAMES}
    assert own_files.verify(folder) == states | {"classes": "right: 26"}
