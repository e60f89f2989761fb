"""A folder of folders named by class -> their pictures, read as `bpnet predict` reads them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from bpnet.cli import picture_files
from bpnet.cli.console import stderr_is_a_terminal, tell
from bpnet.errors import DataError, StorageError
from bpnet.system import storage
from bpnet.system.ordering import natural

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bpnet.pictures.decoding import Decoder
    from bpnet.system.progress import Advance


class Picture(NamedTuple):
    """The path of a picture, and the name of its class: that of its folder."""

    path: str
    name: str


def found(folder: Path, problems: list[str]) -> list[Picture]:
    """Return the pictures in the folders of the folder; what cannot be used is added to problems.

    Letters of a name are put together as most systems have them: macOS takes some apart.
    Raises: DataError if there are no folders in it.
    """
    names = [name for name in storage.names(folder) if not name.startswith(".")]
    folders = [
        name for name in sorted(names, key=natural) if picture_files.is_folder(folder / name)
    ]
    if not folders:
        raise DataError(
            f"{folder}: holds no folders; put the pictures of each class into one of their own, "
            "named as the class"
        )
    if len(folders) < len(names):
        tell(f"{folder}: passed over what is no folder: {len(names) - len(folders)}")
    return [picture for name in folders for picture in _of_class(folder / name, problems)]


def _of_class(folder: Path, problems: list[str]) -> Iterator[Picture]:
    from bpnet.config.schema import CLASS_NAME

    name = normalize("NFC", folder.name)
    try:
        if not CLASS_NAME.takes(name):
            raise DataError(f"{folder}: a class needs {CLASS_NAME}")
        paths, others = picture_files.in_folder(folder)
    except (DataError, StorageError) as error:
        problems += error.lines
        return
    if others:
        tell(f"{folder}: passed over {others}")
    yield from (Picture(path, name) for path in paths)


def read(
    pictures: Sequence[Picture], as_is: bool, problems: list[str]
) -> "tuple[NDArray[np.uint8], list[str]]":
    """Return the images (N, 784) of the pictures, and the name of the class of each.

    A picture that cannot be used is left out, and added to the problems.
    """
    import numpy as np

    from bpnet.pictures import decoding, single

    alone = single.as_it_is if as_is else single.normalized_alone
    images, names = [], []
    with decoding.Decoder() as decoder, _bar(len(pictures)) as advance:
        for picture in pictures:
            try:
                images.append(_image(decoder, picture.path, alone))
            except (DataError, StorageError) as error:
                problems += error.lines
            else:
                names.append(picture.name)
            advance(1)
    if not images:
        raise DataError(*problems)
    return np.stack(images).reshape(len(images), -1), names


@contextmanager
def _bar(count: int) -> "Iterator[Advance]":
    """Show how many of the pictures are read."""
    from bpnet.cli.bars import tqdm

    hidden = not stderr_is_a_terminal()
    with tqdm(total=count, unit=" pictures", leave=False, disable=hidden) as bar:
        yield bar.update


def _image(
    decoder: "Decoder", path: str, alone: "Callable[[NDArray[np.uint8]], NDArray[np.uint8]]"
) -> "NDArray[np.uint8]":
    """Return what a picture shows. Raises: DataError, StorageError, naming it."""
    from bpnet.pictures import decoding

    grey = decoder.grey(storage.read(Path(path), decoding.LARGEST_FILE), path)
    try:
        return alone(grey)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
