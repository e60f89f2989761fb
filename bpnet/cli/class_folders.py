"""A folder of folders named by class -> their pictures, read as `bpnet predict` reads them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from unicodedata import normalize

from bpnet.cli import picture_files
from bpnet.cli.console import stderr_is_a_terminal, tell
from bpnet.errors import BpnetError, DataError, StorageError
from bpnet.system import storage
from bpnet.system.ordering import natural
from bpnet.system.prefetch import prefetch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bpnet.pictures.decoding import Decoder
    from bpnet.system.progress import Advance

    Result: TypeAlias = NDArray[np.uint8] | DataError | StorageError

AT_ONCE = 2  # processes that read pictures


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

    images, names = [], []
    with _bar(len(pictures)) as advance:
        for picture, found in zip(pictures, _results(pictures, as_is), strict=False):
            if isinstance(found, BpnetError):
                problems += found.lines
            elif found is not None:
                images.append(found)
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


def _results(pictures: Sequence[Picture], as_is: bool) -> "Iterator[Result | None]":
    """Yield what becomes of each picture, in their order; two are in work at a time."""
    from bpnet.pictures import decoding

    module = "bpnet.pictures.decoder" if as_is else "bpnet.pictures.normalizer"
    with ExitStack() as stack:
        decoders = [stack.enter_context(decoding.Decoder(module)) for _ in range(AT_ONCE)]
        parts = [
            prefetch(_each(decoder, pictures[number::AT_ONCE]))
            for number, decoder in enumerate(decoders)
        ]
        yield from chain.from_iterable(zip_longest(*parts))


def _each(decoder: "Decoder", pictures: Sequence[Picture]) -> "Iterator[Result]":
    from bpnet.pictures import decoding, single

    for picture in pictures:
        try:
            content = storage.read(Path(picture.path), decoding.LARGEST_FILE)
            grey = decoder.grey(content, picture.path)
            yield single.as_it_is(grey, picture.path)
        except (DataError, StorageError) as error:
            yield error
