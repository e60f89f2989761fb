"""The datasets that others have published: where their files are, and what is in them, to the bit.

A folder that holds the right files, packed or unpacked, is only read. What is missing is downloaded
into it, and unpacked beside it, so that the next start is quicker.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpnet.datasets.cache import filling
from bpnet.datasets.published_file import Published
from bpnet.errors import DataError, StorageError
from bpnet.progress import ByteProgress, Tell, silent
from bpnet.system import storage

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


@dataclass(frozen=True)
class File:
    """One of the four files, as it was published, and unpacked where that hash is known too."""

    packed: Published
    unpacked: Published | None = None

    @property
    def name(self) -> str:
        """The name of the unpacked file."""
        return self.packed.name.removesuffix(".gz")

    def forms(self) -> Sequence[Published]:
        """The files that will do, the quicker one to read first."""
        return [form for form in (self.unpacked, self.packed) if form]


@dataclass(frozen=True)
class Source:
    """Where a dataset was published."""

    mirrors: tuple[str, ...]
    files: tuple[File, ...]


def _file(name: str, size: int, sha256: str, unpacked: tuple[int, str] | None = None) -> File:
    return File(
        packed=Published(f"{name}.gz", size, sha256),
        unpacked=Published(name, *unpacked) if unpacked else None,
    )


SOURCES = {
    "mnist": Source(
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://raw.githubusercontent.com/fgnt/mnist/master/",
        ),
        files=(
            _file(
                NAMES[0],
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                (47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            ),
            _file(
                NAMES[1],
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                (60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            ),
            _file(
                NAMES[2],
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                (7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            ),
            _file(
                NAMES[3],
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                (10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            ),
        ),
    ),
    "fashion-mnist": Source(
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        files=(
            _file(
                NAMES[0],
                26421880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            _file(
                NAMES[1],
                29515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            _file(
                NAMES[2],
                4422102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            _file(
                NAMES[3],
                5148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
    ),
}


def load(
    source: Source, folder: Path, mirror: str | None, progress: ByteProgress, tell: Tell
) -> dict[str, bytes]:
    """Return the content of each unpacked file by its name, downloading what is missing.

    `mirror`, if given, is asked before those of the source.
    Raises: DataError if a file cannot be had, StorageError if it cannot be kept.
    """
    mirrors = ([mirror.rstrip("/") + "/"] if mirror else []) + list(source.mirrors)
    found = {file: _find(file, folder, tell) for file in source.files}
    contents = {file.name: content for file, content in found.items() if content is not None}
    missing = [file for file in source.files if file.name not in contents]
    if missing:
        with filling(folder, tell):
            for file in missing:  # another process may have fetched it meanwhile
                contents[file.name] = _find(file, folder, silent) or _fetch(
                    file, folder, mirrors, progress, tell
                )
    return contents


def verify(source: Source, folder: Path) -> Mapping[str, str]:
    """Return what is found of each file: "missing", or "right: NAMES" or "wrong: NAMES"."""
    return {file.name: _state(file, folder) for file in source.files}


def _find(file: File, folder: Path, tell: Tell) -> bytes | None:
    """Return the content of the file if the folder has it in either form, whole and right."""
    for form in file.forms():
        path = folder / form.name
        if not storage.exists(path):
            continue
        content = _read(path, form)
        if content is not None:
            return gzip.decompress(content) if form is file.packed else content
        tell(f"{path}: not the published file; passed over")
    return None


def _read(path: Path, form: Published) -> bytes | None:
    """Return the bytes of the file if they are the published ones."""
    try:
        content = storage.read(path, limit=form.size)
    except StorageError:
        return None
    return content if form.matches(content) else None


def _fetch(
    file: File, folder: Path, mirrors: Sequence[str], progress: ByteProgress, tell: Tell
) -> bytes:
    """Download a file into the folder, in both forms, and return its unpacked content."""
    from bpnet.datasets import download  # with requests: 60 ms that most starts do without

    try:
        packed = download.fetch(mirrors, file.packed, progress)
    except DataError as error:
        raise DataError(
            *error.lines,
            f"put the four .gz files into {folder} by hand, or name the folder above another with "
            "--data-dir; without a download: bpnet train --config configs/drawn.yaml",
        ) from error
    content = gzip.decompress(packed)
    for form, kept in ((file.packed, packed), (file.unpacked, content)):
        if form:
            _keep(folder / form.name, form, kept, tell)
    return content


def _keep(path: Path, form: Published, content: bytes, tell: Tell) -> None:
    """Write the file, unless it is there; a wrong one in its place is kept, under another name."""
    storage.make_folder(path.parent)
    if storage.exists(path):
        if _read(path, form) is not None:
            return
        aside = storage.move_aside(path)
        tell(f"{path}: replaced; what was there is now {aside.name}")
    storage.write(path, content)


def _state(file: File, folder: Path) -> str:
    states = {}
    for form in file.forms():
        path = folder / form.name
        if storage.exists(path):
            states[form.name] = _read(path, form) is not None
    if not states:
        return "missing"
    wrong = [name for name, right in states.items() if not right]
    return f"wrong: {', '.join(wrong)}" if wrong else f"right: {', '.join(states)}"
