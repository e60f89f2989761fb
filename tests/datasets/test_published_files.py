"""A published file is known by its content, wherever it lies: in miniature, as MNIST and KMNIST."""

import gzip

import pytest

from bpnet.datasets import cache, catalogue, published_files
from bpnet.datasets.catalogue import NAMES
from bpnet.errors import DataError
from bpnet.system import held
from bpnet.system.progress import silently
from tests.helpers.miniatures import known_packed, miniature, named_with_a_dot, otherwise
from tests.helpers.sources import as_published, pack

CONTENTS = miniature(range(10))
OTHERS = miniature(range(10), train=4, test=3)
SOURCE = as_published(CONTENTS)
MNIST = catalogue.Source((), SOURCE.files, "MNIST/raw")
KMNIST = known_packed(CONTENTS, "KMNIST/raw")
OTHER = "not the published file"
UNKNOWN = (
    "unpacked or packed anew: only the SHA-256 of the published .gz is known; get that, or take "
    "this as it is with data.dataset: files"
)


def in_parts(content):
    return gzip.compress(content[:99]) + gzip.compress(content[99:])


FORMS = {
    "unpacked": lambda name, content: (name, content),
    "with a dot": lambda name, content: (named_with_a_dot(name), content),
    "packed": lambda name, content: (f"{name}.gz", pack(content)),
    "packed, with a dot": lambda name, content: (f"{named_with_a_dot(name)}.gz", pack(content)),
    "packed, without .gz": lambda name, content: (name, pack(content)),
    "unpacked, but for its name": lambda name, content: (f"{name}.gz", content),
    "packed anew": lambda name, content: (f"{name}.gz", otherwise(content)),
    "packed in parts": lambda name, content: (f"{name}.gz", in_parts(content)),
    "packed anew, zeros behind": lambda name, content: (name, otherwise(content) + bytes(9)),
}
PACKED_ALONE = ("packed", "packed, with a dot", "packed, without .gz")
PLACES = ("mnist", ".", "MNIST/raw")


def put(folder, contents, form="unpacked"):
    """Put the files into the folder, each in this form."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        found, content = FORMS[form](name, content)
        (folder / found).write_bytes(content)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def load(data, source=MNIST, tell=pytest.fail):
    return cache.load(source, data / "mnist", None, silently, tell)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_the_files_are_found_in_each_place_in_each_form_and_only_read(data, place, form):
    put(data / place, CONTENTS, form)
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(data.rglob("*"))]
    assert load(data) == CONTENTS
    states = published_files_of(data)
    assert all(state.startswith("right: ") for state in states.values())
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(data.rglob("*"))] == before


def published_files_of(data, source=MNIST):
    return cache.verify(source, data / "mnist")


@pytest.mark.parametrize("form", FORMS)
def test_of_a_dataset_that_is_known_packed_only_the_published_gz_will_do(data, form):
    put(data / "mnist", CONTENTS, form)
    if form in PACKED_ALONE:
        assert load(data, KMNIST) == CONTENTS
        return
    told = []
    with pytest.raises(DataError) as error:
        load(data, KMNIST, told.append)
    name, _ = FORMS[form](NAMES[0], b"")
    assert told[0] == f"{data / 'mnist' / name}: {UNKNOWN}; passed over"
    assert f"{data / 'mnist' / name} ({UNKNOWN})" in str(error.value)
    assert published_files_of(data, KMNIST)[NAMES[0]] == f"wrong: {name} ({UNKNOWN})"


def test_an_unpacked_file_beside_the_published_gz_does_no_harm(data):
    put(data / "mnist", CONTENTS, "packed")
    put(data / "mnist", OTHERS)
    assert load(data, KMNIST) == CONTENTS
    assert published_files_of(data, KMNIST) == {name: f"right: {name}.gz" for name in NAMES}


@pytest.mark.parametrize("there", PLACES[1:])
def test_the_datasets_own_folder_comes_first_and_what_is_wrong_there_is_told(data, there):
    put(data / "mnist", {NAMES[0]: b"<html>"})
    put(data / there, CONTENTS)
    told = []
    assert load(data, tell=told.append) == CONTENTS
    assert told == [f"{data / 'mnist' / NAMES[0]}: {OTHER}; passed over"]
    assert published_files_of(data)[NAMES[0]] == f"wrong: {NAMES[0]} ({OTHER})"


def test_files_of_another_dataset_are_passed_over_in_silence_but_for_the_own_folder(
    data, monkeypatch
):
    monkeypatch.setitem(catalogue.SOURCES, "fashion-mnist", as_published(OTHERS))
    put(data, OTHERS)
    put(data / "MNIST/raw", CONTENTS)
    assert load(data) == CONTENTS
    put(data / "mnist", OTHERS, "packed")
    told = []
    assert load(data, tell=told.append) == CONTENTS
    assert told == [
        f"{data}/mnist/{name}.gz: {OTHER}, but fashion-mnist's {name}.gz; passed over"
        for name in NAMES
    ]


def test_each_file_may_lie_in_another_place(data):
    for place, name in zip((*PLACES, "mnist"), NAMES, strict=True):
        put(data / place, {name: CONTENTS[name]})
    assert load(data) == CONTENTS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: otherwise(content)[:-1],
        lambda content: otherwise(content) + b"x",
        lambda content: otherwise(content) + otherwise(b"x"),
        lambda content: otherwise(content[:-1]),
        lambda content: otherwise(bytes(10**7)),
        lambda content: content + b"\0",
        lambda content: b"",
    ],
    ids=[
        "cut",
        "more behind",
        "a part more",
        "a byte less",
        "bomb",
        "a byte more",
        "empty",
    ],
)
def test_what_does_not_hold_the_published_content_is_refused(data, spoil):
    name = NAMES[1]
    put(data / "mnist", CONTENTS | {name: spoil(CONTENTS[name])})
    told = []
    with pytest.raises(DataError, match="could not be downloaded"):
        load(data, tell=told.append)
    assert told == [f"{data / 'mnist' / name}: {OTHER}; passed over"]


def test_what_is_missing_is_told_with_where_it_was_looked_for_and_what_is_there(data, monkeypatch):
    looked = f"looked in {data}/mnist, {data}, {data}/MNIST/raw: "
    with pytest.raises(DataError) as error:
        load(data)
    assert error.value.lines[1] == f"{looked}no {NAMES[0]} there, packed or unpacked"
    assert published_files_of(data) == dict.fromkeys(NAMES, "missing")
    monkeypatch.setitem(catalogue.SOURCES, "kmnist", as_published(OTHERS))
    put(data, OTHERS, "with a dot")
    (data / "MNIST/raw" / f"{NAMES[0]}.gz").mkdir(parents=True)
    with pytest.raises(DataError) as error:
        load(data)
    dotted = data / named_with_a_dot(NAMES[0])
    there = (
        f"{dotted} ({OTHER}, but kmnist's {NAMES[0]}), "
        f"{data}/MNIST/raw/{NAMES[0]}.gz ({OTHER}: not a regular file)"
    )
    assert error.value.lines[1] == looked + there
    assert published_files_of(data)[NAMES[0]] == f"missing; {there}"


def test_the_home_of_a_dataset_is_its_own_folder_or_the_place_that_has_it_all(data):
    def home():
        return published_files.home(MNIST, data / "mnist").relative_to(data).as_posix()

    assert home() == "mnist"
    put(data, dict(list(CONTENTS.items())[1:]))
    assert home() == "mnist"
    put(data / "MNIST/raw", CONTENTS, "packed anew")
    assert home() == "MNIST/raw"
    put(data, CONTENTS)
    assert home() == "."
    (data / "mnist").mkdir()
    assert home() == "mnist"


def test_a_place_that_lets_nobody_in_is_passed_over(data, monkeypatch):
    def refusing(path, follow_links=True):
        if "raw" in path.parts:
            raise PermissionError(13, "Permission denied")
        return before(path, follow_links)

    before = held.stat
    monkeypatch.setattr(held, "stat", refusing)
    with pytest.raises(DataError, match="could not be downloaded"):
        load(data)
    put(data, CONTENTS)
    assert load(data) == CONTENTS


def test_the_published_datasets_say_where_torchvision_puts_them():
    assert {name: source.torchvision for name, source in catalogue.SOURCES.items()} == {
        "mnist": "MNIST/raw",
        "fashion-mnist": "FashionMNIST/raw",
        "kmnist": "KMNIST/raw",
    }
