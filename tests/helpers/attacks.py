"""Checkpoints made by hand to deceive the reader: each of them must be refused."""

import gzip
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.helpers.readers import CHECKPOINT, WEIGHTS, members

MEMBERS = members()
METADATA = json.loads(MEMBERS["metadata"].tobytes())
RECORD = METADATA["records"][0]


def packed(array: Any) -> bytes:
    """Return the array as a .npy file."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=True)
    return buffer.getvalue()


FILES = [(f"{name}.npy", packed(array)) for name, array in MEMBERS.items()]


def zipped(files: Sequence[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return the archive of these files."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", compression) as archive:
        warnings.simplefilter("ignore")  # of a name that is there twice
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def with_member(name: str, content: bytes, new: str | None = None) -> bytes:
    """Return the archive with other bytes, or another name, for one file."""
    return zipped([(new or old, content) if old == name else (old, whole) for old, whole in FILES])


def with_array(array: Any) -> bytes:
    """Return the archive with another array for the parameters."""
    return with_member("parameters.npy", packed(array))


def with_header(text: str) -> bytes:
    """Return the archive with another header before the parameters' numbers."""
    body = text.encode().ljust(117) + b"\n"
    header = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(body)) + body
    return with_member("parameters.npy", header + MEMBERS["parameters"].tobytes())


def with_field(
    signature: bytes, offset: int, form: str, value: int, whole: bytes = CHECKPOINT
) -> bytes:
    """Return the checkpoint with another value in a field of each zip header of the kind."""
    content, place = bytearray(whole), whole.find(signature)
    while place >= 0:
        struct.pack_into(form, content, place + offset, value)
        place = whole.find(signature, place + 1)
    return bytes(content)


def with_far_offset() -> bytes:
    """Return a checkpoint whose first member lies, by its zip64 field, beyond any file."""
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    place = CHECKPOINT.find(b"PK\1\2")
    end = CHECKPOINT.find(b"PK\5\6")
    name = struct.unpack_from("<H", CHECKPOINT, place + 28)[0]
    entry = bytearray(CHECKPOINT[place:end])
    struct.pack_into("<H", entry, 30, len(extra))
    struct.pack_into("<I", entry, 42, 2**32 - 1)
    entry[46 + name : 46 + name] = extra
    last = bytearray(CHECKPOINT[end:])
    struct.pack_into("<I", last, 12, len(entry))
    return CHECKPOINT[:place] + bytes(entry) + bytes(last)


def with_short_metadata() -> bytes:
    """Return a checkpoint whose metadata ends, under a right CRC, long before its length."""
    text, said = MEMBERS["metadata"].tobytes(), 10**9
    buffer = io.BytesIO()
    description = {"descr": "|u1", "fortran_order": False, "shape": (said,)}
    np.lib.format.write_array_header_1_0(buffer, description)
    header = buffer.getvalue()
    whole = with_member("metadata.npy", header + text)
    name = whole.rindex(b"metadata.npy")  # in the directory
    size = struct.pack("<I", len(header) + said)
    return whole[: name - 46 + 24] + size + whole[name - 46 + 28 :]


P = MEMBERS["parameters"]
LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"

ATTACKS = {
    "nothing": b"",
    "text": b"hello",
    "a pickle": b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93.",
    "an array alone": packed(P),
    "gzip": gzip.compress(CHECKPOINT),
    "the signature alone": b"PK\3\4",
    "an archive of nothing": zipped([]),
    "weights": WEIGHTS,
    "no sha256": zipped(FILES[1:]),
    "no metadata": zipped([FILES[0], *FILES[2:]]),
    "an array missing": zipped(FILES[:-1]),
    "an array too many": zipped([*FILES, ("more.npy", packed(P))]),
    "an array twice": zipped([*FILES, FILES[2]]),
    "metadata twice": zipped([*FILES, FILES[1]]),
    "arrays in another order": zipped([*FILES[:2], FILES[3], FILES[2], *FILES[4:]]),
    "another name": with_member("parameters.npy", packed(P), "weights.npy"),
    "a name that leads out": with_member("parameters.npy", packed(P), "../parameters.npy"),
    "a name from the root": with_member("parameters.npy", packed(P), "/parameters.npy"),
    "a name without .npy": with_member("parameters.npy", packed(P), "parameters"),
    "raw numbers": with_member("parameters.npy", P.tobytes()),
    "objects": with_array(np.array([None, 1, 2])),
    "strings": with_array(np.array(["a", "b", "c"])),
    "void": with_array(np.zeros(3, "V4")),
    "float16": with_array(P.astype(np.float16)),
    "float64": with_array(P.astype(np.float64)),
    "long doubles": with_array(P.astype(np.longdouble)),
    "complex": with_array(P.astype(np.complex64)),
    "integers": with_array(P.astype(np.int32)),
    "big-endian": with_array(P.astype(">f4")),
    "booleans": with_array(np.array([True, False, True])),
    "a scalar": with_array(np.float32(3)),
    "a matrix": with_array(P.reshape(1, 3)),
    "one number more": with_array(np.zeros(4, np.float32)),
    "one number less": with_array(np.zeros(2, np.float32)),
    "no number": with_array(np.zeros(0, np.float32)),
    "arrays swapped": zipped([*FILES[:2], (FILES[2][0], FILES[3][1]), (FILES[3][0], FILES[2][1])]),
    "a huge shape": with_header(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (100000000000,), }"
    ),
    "a negative shape": with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,), }"),
    "a shape of words": with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (True,), }"),
    "fortran order": with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }"),
    "code for a header": with_header("__import__('os').abort()"),
    "minus signs for a header": with_header("-" * 8000 + "1"),
    "bytes behind the numbers": with_member("parameters.npy", packed(P) + bytes(20_000)),
    "a bomb": zipped([*FILES[:2], (FILES[2][0], bytes(10**7)), *FILES[3:]], zipfile.ZIP_DEFLATED),
    "deflated": zipped(FILES, zipfile.ZIP_DEFLATED),
    "bzip2": zipped(FILES, zipfile.ZIP_BZIP2),
    "lzma": zipped(FILES, zipfile.ZIP_LZMA),
    "an unknown compression": with_field(CENTRAL, 10, "<H", 77),
    "encrypted": with_field(CENTRAL, 8, "<H", 1, with_field(LOCAL, 6, "<H", 1)),
    "patched data": with_field(CENTRAL, 8, "<H", 0x20, with_field(LOCAL, 6, "<H", 0x20)),
    "a wrong CRC": with_field(CENTRAL, 16, "<I", 1),
    "a size of 4 GiB": with_field(CENTRAL, 24, "<I", 2**32 - 2),
    "a stored size of none": with_field(CENTRAL, 20, "<I", 0),
    "all members at byte 0": with_field(CENTRAL, 42, "<I", 0),
    "members before the file": with_field(CENTRAL, 42, "<I", 2**32 - 2),
    "a member beyond any file": with_far_offset(),
    "metadata shorter than they say": with_short_metadata(),
    "a version to come": with_field(CENTRAL, 6, "<H", 255),
    "a comment for a member": with_field(CENTRAL, 32, "<H", 200),
    "names that are not UTF-8": with_field(
        CENTRAL, 8, "<H", 0x800, with_field(CENTRAL, 46, "<B", 255)
    ),
    "a directory of 4 GiB": with_field(END, 12, "<I", 2**32 - 2),
    "a directory elsewhere": with_field(END, 16, "<I", 2**32 - 2),
    "more members than there are": with_field(END, 12, "<I", 46),
}

DEEP = b"[" * 900 + b"]" * 900


def record(**changes: object) -> dict[str, Any]:
    """Return metadata with another first record."""
    return {"records": [RECORD | changes]}


def ended(epochs: int) -> dict[str, Any]:
    """Return metadata at the end of so many epochs."""
    records = [RECORD | {"epoch": n, "step": 7 * n} for n in range(1, epochs + 1)]
    sums = {"step": 7 * epochs, "loss_sum": 0.0, "correct": 0, "seconds": 0.0}
    return {"records": records, **sums}


METADATA_ATTACKS = {
    "nothing": b"",
    "not JSON": b"hello",
    "not an object": b"[3]",
    "not UTF-8": b"\xff\xfe\xff",
    "endless nesting": b"[" * 100_000,
    "nesting that Python can just read": b'{"format": 3, "identity": ' + DEEP + b"}",
    "a number of 5,000 digits": b'{"format": ' + b"9" * 5000 + b"}",
    "no format": b"{}",
    "a format of true": {"format": True},
    "a format of 3.0": {"format": 3.0},
    "a format of 4,000 digits": {"format": 10**4000},
    "the format before": {"format": 2},
    "the next format": {"format": 4},
    "no identity": {"identity": None},
    "another identity": {"identity": {"data": {}}},
    "records of nothing": {"records": None},
    "records in an object": {"records": {"0": RECORD}},
    "a record of numbers": {"records": [[1, 2, 3]]},
    "a record that lacks all": {"records": [{}]},
    "a record with a field too many": record(more=1),
    "a record with a field of a long name": record(**{"x" * 9000: 1}),
    "more records than epochs": ended(4),
    "a step after the last epoch": ended(3) | {"step": 22, "seconds": 0.25},
    "an epoch of more steps than the one before": {
        "records": [RECORD, RECORD | {"epoch": 2, "step": 15}],
        "step": 16,
    },
    "the same record twice": {"records": [RECORD, RECORD]},
    "an epoch of 0": record(epoch=0),
    "an epoch of 2": record(epoch=2),
    "an epoch in words": record(epoch="1"),
    "an epoch of true": record(epoch=True),
    "an epoch of 1.0": record(epoch=1.0),
    "a step beyond": record(step=10),
    "a step of 0": record(step=0),
    "a negative record step": record(step=-7),
    "a loss in words": record(train_loss="0.5"),
    "a loss of nothing": record(train_loss=None),
    "a negative loss": record(train_loss=-0.5),
    "an accuracy above 1": record(train_accuracy=1.5),
    "an accuracy below 0": record(validation_accuracy=-0.5),
    "an accuracy of true": record(validation_accuracy=True),
    "no validation": record(validation_loss=None, validation_accuracy=None),
    "half a validation": record(validation_loss=None),
    "test in its place": record(
        validation_loss=None, validation_accuracy=None, test_loss=0.1, test_accuracy=0.5
    ),
    "both": record(test_loss=0.1, test_accuracy=0.5),
    "no time": record(seconds=0.0),
    "a learning rate in a list": record(learning_rate=[0.1]),
    "NaN": json.dumps(METADATA | {"loss_sum": float("nan")}).encode(),
    "infinity": json.dumps(METADATA | {"loss_sum": float("inf")}).encode(),
    "1e999": json.dumps(METADATA | {"loss_sum": 7.5}).replace("7.5", "1e999").encode(),
    "infinity in a record": json.dumps(METADATA | record(train_loss=float("inf"))).encode(),
    "a step before the record": {"step": 6},
    "a step of the next epoch": {"step": 14},
    "a step of 10^300": {"step": 10**300},
    "a step of 9.0": {"step": 9.0},
    "a step of nothing": {"step": None},
    "a negative step": {"step": -1},
    "correct answers below 0": {"correct": -1},
    "correct answers of true": {"correct": True},
    "correct answers of 10^400": {"correct": 10**400},
    "a negative loss sum": {"loss_sum": -1.0},
    "a loss sum in words": {"loss_sum": "1"},
    "negative seconds": {"seconds": -1.0},
    "steps in no time": {"seconds": 0.0},
    "sums at the end of an epoch": {"step": 7},
}
