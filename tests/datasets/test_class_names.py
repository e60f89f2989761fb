"""classes.txt, read a line at a time; all that is wrong is told at once."""

import pytest

from bpnet.datasets import class_names
from bpnet.errors import DataError, StorageError

KOREAN = ["가", "나", "다"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "classes.txt"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_names_are_read_whatever_ends_their_lines(path, end, last, encoding):
    path.write_bytes((end.join(KOREAN) + end * last).encode(encoding))
    assert class_names.read(path) == KOREAN


@pytest.mark.parametrize("count", [2, 256])
def test_as_many_names_as_there_may_be_are_read(path, count):
    names = [f"{number:032}" for number in range(count)]
    path.write_text("\n".join(names), encoding="utf-8")
    assert class_names.read(path) == names


def test_the_longest_names_are_read(path):
    names = [chr(0x1F600 + number) * 32 for number in range(256)]
    path.write_bytes("\r\n".join(names).encode("utf-8-sig") + b"\r\n")
    assert class_names.read(path) == names


EXPECTED = "expected a name of at most 32 characters, without controls or blanks around it, got "


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("a\n\nb", [f":2: {EXPECTED}''"]),
        ("a\nb\n\n", [f":3: {EXPECTED}''"]),
        ("a\n b\nc ", [f":2: {EXPECTED}' b'", f":3: {EXPECTED}'c '"]),
        ("a\n" + "b" * 33, [f":2: {EXPECTED}'{'b' * 33}'"]),
        ("a\nb\tc", [f":2: {EXPECTED}'b\\tc'"]),
        ("a\nb\u2028c", [f":2: {EXPECTED}'b\\u2028c'"]),
        ("a\nb\rc", [f":2: {EXPECTED}'b\\rc'"]),
        ("a\nb\0", [f":2: {EXPECTED}'b\\x00'"]),
        (
            "a\nb\na\nb",
            [":3: a is the name of line 1 already", ":4: b is the name of line 2 already"],
        ),
        ("", [": expected 2 to 256 lines, got 1"]),
        ("a\n", [": expected 2 to 256 lines, got 1"]),
        ("\n".join(map(str, range(257))), [": expected 2 to 256 lines, got 257"]),
    ],
)
def test_each_line_that_will_not_do_is_told_with_its_number(path, content, problems):
    path.write_bytes(content.encode())
    with pytest.raises(DataError) as error:
        class_names.read(path)
    assert error.value.lines == [f"{path}{problem}" for problem in problems]


def test_what_is_not_utf_8_is_told_with_its_line(path):
    path.write_bytes("가\n나\n".encode("cp949"))
    with pytest.raises(DataError, match=r"classes\.txt:1: not UTF-8: .*; save it as UTF-8"):
        class_names.read(path)
    path.write_bytes("가\n".encode() + b"\xff")
    with pytest.raises(DataError, match=r"classes\.txt:2: not UTF-8"):
        class_names.read(path)


def test_a_file_that_is_too_large_is_not_read(path):
    path.write_bytes(b"a\n" * 20_000)
    with pytest.raises(StorageError, match="larger than the 33284 bytes it may have"):
        class_names.read(path)


def test_without_a_file_a_label_is_its_own_name(path):
    assert class_names.named(path, [1, 2, 26], mapping(path)) == {"1": 1, "2": 2, "26": 26}


def mapping(path):
    return path.with_name("emnist-mapping.txt")


def test_a_mapping_of_emnist_names_the_labels_where_no_file_does(path):
    mapping(path).write_text("1 65 97\r\n2 66 98\r\n26 90\r\n\r\n", encoding="utf-8")
    assert class_names.named(path, [1, 26], mapping(path)) == {"A": 1, "Z": 26}
    path.write_text("first\nlast\n", encoding="utf-8")
    assert class_names.named(path, [1, 26], mapping(path)) == {"first": 1, "last": 26}


@pytest.mark.parametrize(
    "content", ["1\n", "a 65\n", "1 1114112\n", "1 -1", "1 99999999999999999999"]
)
def test_another_mapping_is_told(path, content):
    mapping(path).write_text(content, encoding="utf-8")
    with pytest.raises(
        DataError, match=r"emnist-mapping\.txt: expected a label and the code of its"
    ):
        class_names.named(path, [1, 2], mapping(path))


@pytest.mark.parametrize("content", ["1 65", "1 65\n2 65", "1 65\n2 10"])
def test_a_mapping_that_does_not_name_each_label_is_told(path, content):
    mapping(path).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="expected a letter of its own for each of 1 to 2$"):
        class_names.named(path, [1, 2], mapping(path))


def test_the_lines_name_the_labels_that_occur_in_order(path):
    path.write_text("a\nb\nc\n", encoding="utf-8")
    assert class_names.named(path, [1, 2, 26], mapping(path)) == {"a": 1, "b": 2, "c": 26}


@pytest.mark.parametrize(("labels", "told"), [([0, 1], "0 to 1"), ([0, 1, 3, 4], "0, 1, 3, 4")])
def test_more_or_fewer_names_than_labels_are_refused(path, labels, told):
    path.write_text("a\nb\nc\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        class_names.named(path, labels, mapping(path))
    assert error.value.lines == [
        f"{path}: has 3 names for {len(labels)} classes: the training labels are {told}; expected "
        "a line for each of these, in this order"
    ]
