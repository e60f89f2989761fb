"""All that is printed: results on stdout, bars and lines on stderr, pictures as text."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width, normalize

import click

from bpnet.errors import BpnetError, printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bpnet.training.state import EpochRecord

INK = " .:-=+*#%@"
IMAGE = 28  # columns, of an image


def stderr_is_a_terminal() -> bool:
    """Whether there is somebody to show a bar to; stderr can be closed altogether."""
    return sys.stderr is not None and sys.stderr.isatty()


def echo(line: object) -> None:
    """Print a line to stdout; nothing in it, such as a name, can break it or act in a terminal."""
    click.echo(printable(str(line)))


def echo_all(lines: Iterable[str]) -> None:
    """Print the lines to stdout."""
    for line in lines:
        echo(line)


def echo_json(value: object) -> None:
    """Print the value to stdout as JSON, in one line of ASCII.

    Raises: BpnetError if there is a number in it that JSON has no word for.
    """
    import json

    try:
        echo(json.dumps(value, allow_nan=False))
    except ValueError as error:
        raise BpnetError("--json: a number is not finite, and JSON has none such") from error


def echo_error(line: str) -> None:
    """Print a line to stderr, where no bar is."""
    click.echo(printable(line), err=True)


def tell(line: str) -> None:
    """Write a line to stderr, if there is one, above any bar."""
    if sys.stderr is not None:
        from bpnet.cli.bars import tqdm

        tqdm.write(printable(line), file=sys.stderr)


@contextmanager
def byte_bar(name: str, size: int) -> Iterator[Callable[[int], object]]:
    """Show the bytes of a download; no bar where stderr is not a terminal."""
    from bpnet.cli.bars import tqdm

    hidden = not stderr_is_a_terminal()
    with tqdm(desc=name, total=size, unit="B", unit_scale=True, leave=False, disable=hidden) as bar:
        yield bar.update


def picture(image: "NDArray[np.uint8]") -> list[str]:
    """Return the lines of an image (28, 28) of bytes: 14, since letters are twice as high as wide.

    >>> import numpy as np
    >>> picture(np.full((28, 28), 255, np.uint8)) == ["@" * 28] * 14
    True
    """
    tones = image.reshape(14, 2, 28).mean(axis=1) / 255
    return ["".join(INK[round(tone * (len(INK) - 1))] for tone in row) for row in tones.tolist()]


def columns() -> int:
    """Return how many letters stand side by side in the terminal."""
    import shutil

    return shutil.get_terminal_size().columns


def images_across() -> int:
    """Return how many images stand side by side in the terminal."""
    return max(1, (columns() + 1) // 29)


def sheet(images: "Sequence[NDArray[np.uint8]]") -> Iterator[str]:
    """Yield the lines of a sheet of images, as many side by side as there is room for."""
    return side_by_side([picture(image) for image in images])


def side_by_side(blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield blocks of lines that are as wide as an image, as many beside each other as fit."""
    for start in range(0, len(blocks), images_across()):
        for row in zip(*blocks[start : start + images_across()], strict=True):
            yield " ".join(padded(line, IMAGE) for line in row).rstrip()


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows with their columns aligned: the first to the left, the others to the right."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        blanks = [" " * (most - width(cell)) for cell, most in zip(row, widths, strict=True)]
        others = [blank + cell for cell, blank in zip(row, blanks, strict=True)][1:]
        yield "  ".join([row[0] + blanks[0], *others]).rstrip()


def width(text: str) -> int:
    """Return how many columns of a terminal the text takes: letters of East Asia take two.

    >>> width("실험 1"), width("épée")
    (6, 4)
    """
    seen = [c for c in normalize("NFC", text) if category(c) not in ("Mn", "Me", "Cf")]
    return len(seen) + sum(east_asian_width(c) in "FW" for c in seen)


def padded(text: str, room: int) -> str:
    """Return the text with blanks behind it, so that it takes so many columns."""
    return text + " " * (room - width(text))


def cut(text: str, room: int) -> str:
    """Return the text, or as much of its beginning as so many columns can show.

    >>> cut("Ankle boot: 98.12 %", 12), cut("가나다라", 6), cut("Bag", 3)
    ('Ankle boot:…', '가나…', 'Bag')
    """
    if width(text) <= room:
        return text
    return next(text[:end] + "…" for end in range(len(text), -1, -1) if width(text[:end]) < room)


def percent(share: float | None) -> str:
    """Return a share in per cent, to two decimals; of one that is not known, a dash.

    >>> percent(0.9769), percent(None)
    ('97.69 %', '-')
    """
    return "-" if share is None else f"{100 * share:.2f} %"


def spread(shares: Sequence[float]) -> str:
    """Return the mean and the standard deviation of shares in per cent.

    >>> spread([0.98, 0.99, 1.0])
    '99.00 ± 1.00 %'
    """
    import statistics  # with decimal and fractions: 15 ms that --help does without

    return f"{100 * statistics.mean(shares):.2f} ± {100 * statistics.stdev(shares):.2f} %"


def epoch_number(record: "EpochRecord", epochs: int) -> str:
    """Return which epoch it is, of so many, always of one width."""
    return f"epoch {record.epoch:{len(str(epochs))}}/{epochs}"


def epoch_line(record: "EpochRecord", epochs: int) -> str:
    """Return what an epoch, of so many, has come to."""
    scored = "validation" if record.validation_accuracy is not None else "test"
    accuracy = record.validation_accuracy or record.test_accuracy or 0.0
    return (
        f"{epoch_number(record, epochs)}"
        f"  loss {record.train_loss:.4f}  accuracy {percent(record.train_accuracy)}"
        f"  {scored} {percent(accuracy)}"
        f"  {record.seconds:.1f} s  {record.images_per_second:,.0f} images/s"
    )
