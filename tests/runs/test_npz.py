"""Archives of arrays: read without trust."""

import io
import zipfile

import numpy as np
import pytest

from bpnet.runs import npz

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


def test_what_numpy_packs_is_read_too():
    buffer = io.BytesIO()
    np.savez(buffer, **ARRAYS)
    unpacked = npz.unpack(buffer.getvalue(), FORMS)
    assert np.array_equal(unpacked["W1"], ARRAYS["W1"])
    assert unpacked["note"].tobytes() == b"ab"


def test_equal_arrays_give_equal_bytes_however_they_lie_in_memory():
    turned = {**ARRAYS, "W1": np.asfortranarray(ARRAYS["W1"])}
    assert npz.pack(turned) == npz.pack(ARRAYS)


def archive(*members, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
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
        "compressed": archive(("W1.npy", npy(W1)), compression=zipfile.ZIP_DEFLATED),
    }.items(),
    ids=lambda item: item[0],
)
def test_anything_but_the_expected_arrays_is_refused(content):
    assert npz.unpack(archive(("W1.npy", npy(W1))), FORM)["W1"].tolist() == W1.tolist()
    with pytest.raises(ValueError, match=r"damaged|does not hold|is not of type"):
        npz.unpack(content[1], FORM)


def test_no_truncated_and_no_flipped_archive_gives_other_numbers():
    content = npz.pack(ARRAYS)
    damaged = [content[:end] for end in range(len(content))]
    damaged += [
        content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]
        for place in range(len(content))
        for bit in range(8)
    ]
    refused = 0
    for candidate in damaged:
        try:
            unpacked = npz.unpack(candidate, FORMS)
        except ValueError:
            refused += 1
            continue
        assert all(np.array_equal(unpacked[name], ARRAYS[name]) for name in ARRAYS)
    assert refused > 0.9 * len(damaged) * len(W1.tobytes()) / len(content)


def test_the_limit_is_above_what_is_packed_and_not_far():
    size = len(npz.pack(ARRAYS))
    assert size < npz.size_limit(FORMS, free=2) < size + 5000


@pytest.mark.parametrize("offset", [1, 60, 2**31, 2**32 - 2])
def test_a_member_that_lies_elsewhere_is_told_as_damage(offset):
    content = bytearray(archive(("W1.npy", npy(W1))))
    place = content.index(b"PK\1\2") + 42
    content[place : place + 4] = offset.to_bytes(4, "little")
    with pytest.raises(ValueError, match="damaged: "):
        npz.unpack(bytes(content), FORM)


def test_one_array_is_read_whatever_else_there_is():
    content = archive(("x", b"?"), ("W1.npy", npy(W1)), ("W2.npy", b"?"))
    assert npz.unpack_one(content, "W1", FORM["W1"]).tolist() == W1.tolist()
    with pytest.raises(ValueError, match="does not hold one array W3"):
        npz.unpack_one(content, "W3", FORM["W1"])
    with pytest.raises(ValueError, match="W2 is not of type"):
        npz.unpack_one(content, "W2", FORM["W1"])
