"""Archives of arrays: read without trust."""

import io
import re
import zipfile
import zlib
from contextlib import nullcontext

import numpy as np
import pytest

from bpnet.errors import StorageError
from bpnet.runs import npz, npz_layout

ARRAYS = {
    "W1": np.arange(6, dtype=np.float32).reshape(2, 3),
    "note": np.frombuffer(b"ab", np.uint8),
}
FORMS = {"W1": ("<f4", (2, 3)), "note": ("|u1", None)}


def test_numpy_reads_what_is_packed():
    with np.load(io.BytesIO(npz.pack(ARRAYS)), allow_pickle=False) as loaded:
        assert {name: loaded[name].tolist() for name in loaded} == {
            "W1": [[0, 1, 2], [3, 4, 5]],
            "note": [97, 98],
        }


@pytest.mark.parametrize("large", [npz_layout.LARGE, 100, 250, 500])
def test_what_is_packed_is_what_pythons_zipfile_writes(monkeypatch, large):
    assert zipfile.ZIP64_LIMIT == npz_layout.LARGE
    for module, name in ((zipfile, "ZIP64_LIMIT"), (npz_layout, "LARGE")):
        monkeypatch.setattr(module, name, large)  # beyond it, numbers take 8 bytes
    content = npz.pack(ARRAYS)
    assert content == archive(*((f"{name}.npy", npy(array)) for name, array in ARRAYS.items()))
    known = {name: npz.form(array) for name, array in ARRAYS.items()}
    assert npz.unpack(content, known)["note"].tobytes() == b"ab"
    assert npz.size_limit(FORMS, free=2) == len(content)


def test_what_was_written_on_windows_is_read():
    content = bytearray(npz.pack(ARRAYS))
    made_on = [match.start() + 5 for match in re.finditer(b"PK\1\2", content)]
    for system, accepted in ((0, True), (3, True), (7, False)):
        for place in made_on:
            content[place] = system
        with nullcontext() if accepted else pytest.raises(ValueError, match="^damaged"):
            npz.unpack(bytes(content), FORMS)


def test_what_is_unpacked_is_not_copied():
    content = npz.pack(ARRAYS)
    inside = np.frombuffer(content, np.uint8)
    assert all(np.shares_memory(inside, array) for array in npz.unpack(content, FORMS).values())


def test_equal_arrays_give_equal_bytes_however_they_lie_in_memory():
    turned = {**ARRAYS, "W1": np.asfortranarray(ARRAYS["W1"])}
    assert npz.pack(turned) == npz.pack(ARRAYS)


def archive(*members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def savez(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


W1 = ARRAYS["W1"]
FORM = {"W1": ("<f4", (2, 3))}


@pytest.mark.parametrize(
    "content",
    {
        "nothing": b"",
        "text": b"hello",
        "a bare array": npy(W1),
        "no member": archive(),
        "another name": archive(("W2.npy", npy(W1))),
        "one too many": archive(("W1.npy", npy(W1)), ("W2.npy", npy(W1))),
        "no .npy": archive(("W1", npy(W1))),
        "a path": archive(("../W1.npy", npy(W1))),
        "another dtype": archive(("W1.npy", npy(W1.astype("<i4")))),
        "another byte order": archive(("W1.npy", npy(W1.astype(">f4")))),
        "another shape": archive(("W1.npy", npy(W1.T.copy()))),
        "another order": archive(("W1.npy", npy(np.asfortranarray(W1)))),
        "objects": archive(("W1.npy", npy(np.array([None] * 6), allow_pickle=True))),
        "a number short": archive(("W1.npy", npy(W1)[:-1])),
        "a number long": archive(("W1.npy", npy(W1) + b"\0")),
        "NumPy's own": savez(W1=W1),
        "compressed": archive(("W1.npy", npy(W1)), compression=zipfile.ZIP_DEFLATED),
    }.items(),
    ids=lambda item: item[0],
)
def test_anything_but_the_expected_arrays_is_refused(content):
    assert npz.unpack(archive(("W1.npy", npy(W1))), FORM)["W1"].tolist() == W1.tolist()
    with pytest.raises(ValueError, match=r"damaged|does not hold|is not of type"):
        npz.unpack(content[1], FORM)


def test_a_file_is_read_only_if_it_begins_as_an_archive_of_the_arrays(tmp_path):
    path, content = tmp_path / "W.npz", npz.pack(ARRAYS)
    path.write_bytes(content)
    assert npz.read(path, FORMS, len(content)) == content
    with pytest.raises(StorageError, match=f"larger than the {len(content) - 1} bytes it may have"):
        npz.read(path, FORMS, len(content) - 1)
    with pytest.raises(ValueError, match=r"^W1 is not of type <f4 and shape \(3, 2\)"):
        npz.read(path, {"W1": ("<f4", (3, 2))}, 9999)
    for start in (b"", b"PK", b"PK\3\4", content[:30] + b"X" + content[31:200]):
        path.write_bytes(start)
        with pytest.raises(ValueError, match="^damaged|^W1 is not of type"):
            npz.read(path, FORMS, 9999)


@pytest.mark.parametrize("offset", [1, 60, 2**31, 2**32 - 2])
def test_a_member_that_lies_elsewhere_is_told_as_damage(offset):
    content = bytearray(archive(("W1.npy", npy(W1))))
    place = content.index(b"PK\1\2") + 42
    content[place : place + 4] = offset.to_bytes(4, "little")
    with pytest.raises(ValueError, match="damaged: "):
        npz.unpack(bytes(content), FORM)


def test_the_first_arrays_are_read_whatever_follows():
    content = npz.pack(ARRAYS)
    directory = content.index(b"PK\1\2")
    for rest in (b"", b"?", content[directory:], npz.pack({"x": W1})):
        found = npz.unpack_first(content[:directory] + rest, FORMS)
        assert (found["W1"].tolist(), found["note"].tobytes()) == (W1.tolist(), b"ab")
    with pytest.raises(ValueError, match="damaged: note is not what was written"):
        npz.unpack_first(content[: directory - 1], FORMS)


def test_a_row_of_less_than_nothing_is_refused():
    member = npz_layout.Member("note", "|u1", (-128,), 0).with_crc_of(memoryview(b""))
    assert member.file_size == 0
    with pytest.raises(ValueError, match=r"^note is not of type \|u1 and shape \(0,\)"):
        npz.unpack_first(member.before + bytes(9), {"note": FORMS["note"]})


def test_an_archive_that_ends_early_is_refused_under_a_right_checksum():
    content = npz.pack({"W1": W1})
    content = bytearray(content[: content.index(b"PK\1\2") - 4])
    content[14:18] = zlib.crc32(content[36:]).to_bytes(4, "little")  # of what stands after the name
    with pytest.raises(ValueError, match="damaged: ends before the end of W1"):
        npz.unpack_first(bytes(content), FORM)
