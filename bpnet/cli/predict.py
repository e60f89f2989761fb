"""`bpnet predict`: pictures as the network sees them, and what it takes them for."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from bpnet.cli import committee, completion, picture_files
from bpnet.cli.advice import Command
from bpnet.cli.answers import Answer, Lines, as_json, in_a_line, in_full, room_for
from bpnet.cli.console import echo_all, echo_json, tell
from bpnet.cli.options import JSON
from bpnet.errors import DataError, StorageError, UsageError
from bpnet.system import threads

if TYPE_CHECKING:
    from bpnet.config import DataConfig
    from bpnet.evaluation.doubt import Member
    from bpnet.pictures.decoding import Decoder
    from bpnet.runs.directory import Run

MOST_IN_FULL = 3  # pictures; of more, each has a line

Record: TypeAlias = dict[str, Any]  # of a picture: its name, and what the JSON says of it
Answered: TypeAlias = tuple[Record, Lines]


@click.command(cls=Command)
@click.argument(
    "names",
    metavar="PICTURE|DIR...",
    nargs=-1,
    required=True,
    shell_complete=completion.files,
)
@click.option(
    "--run",
    "folder",
    metavar="RUN",
    type=Path,
    shell_complete=completion.runs,
    help="The run whose network to use, or a folder of seeds or of a sweep: its committee. "
    "[default: the newest finished run]",
)
@click.option("--show", is_flag=True, help="Show every digit as the network sees it.")
@click.option(
    "--save-seen",
    "kept",
    metavar="DIR",
    type=Path,
    shell_complete=completion.folders,
    help="Keep what the network saw, as PNG files.",
)
@JSON
@click.option("--seen", is_flag=True, help="With --json: also the levels that the network saw.")
def predict(
    names: tuple[str, ...],
    folder: Path | None,
    show: bool,
    kept: Path | None,
    as_json: bool,
    seen: bool,
) -> None:
    """Read digits in pictures of your own, PNG or JPEG for example.

    \b
    pip install "pillow>=13.0"
    bpnet predict seven.png
    bpnet predict photo.jpg photos --run runs/2026-01-31_142530_mnist-s0

    A first picture, if you have none: bpnet data show --save digit.png

    Each digit is brought to MNIST's own form first, and shown as the network sees it; - is stdin.
    Of more than three pictures, each has a line: 7? is unsure; ? is no digit, or several that
    touch. Exit status 1 if a picture is blank, or cannot be read or kept.

    --json: run; classes; pictures, for each: picture (its name) and problem, or digits, for each:
    digit (null if the classes are no digits), class, probability, unsure, like_a_digit, touching,
    probabilities (of the classes); lines (how many of the digits each line has).
    """
    if seen and not as_json:
        raise UsageError("--seen: goes with --json; --show prints what the network saw")
    from bpnet.runs import finding

    run = folder or finding.newest(tell)
    problems: list[str] = []
    records = [record for name in names for record in _records(name, problems)]
    runs = committee.opened(run)
    answered = _answered(runs, records, kept, problems)
    if as_json:
        echo_json({"run": str(run), **_as_json(runs, answered, records, seen)})
    else:
        echo_all(_text(answered, records, show))
    if problems:
        raise DataError(*dict.fromkeys(problems))


def _records(name: str, problems: list[str]) -> list[Record]:
    """Return a record of the picture, or of each in the folder; or one of what is wrong with it."""
    from bpnet.runs import kinds

    record = {"picture": name}
    with _noted(record, problems):
        if name == "-" or not picture_files.is_folder(Path(name)):
            return [record]
        try:
            found, others = picture_files.in_folder(Path(name))
        except DataError as error:
            if kinds.is_one(Path(name)):
                raise DataError(f"{error}; to read with this run: --run {name}") from error
            raise
        if others:
            tell(f"{name}: passed over {others}")
        return [{"picture": path} for path in found]
    return [record]


@contextmanager
def _noted(record: Record, problems: list[str]) -> Iterator[None]:
    """Add what is wrong with a picture to its record and to the problems, and go on."""
    try:
        yield
    except (DataError, StorageError) as error:
        record["problem"] = error.lines[0].removeprefix(f"{record['picture']}: ")
        problems += error.lines


def _answered(
    runs: "Sequence[Run]", records: Sequence[Record], kept: Path | None, problems: list[str]
) -> Iterator[Answered]:
    """Yield the records of the pictures that can be read, with the digits in them.

    What the network saw of a picture is then kept, if there is a folder for that.
    """
    from bpnet.pictures import decoding

    threads.fix()
    with decoding.Decoder() as decoder:
        members, data = committee.members(runs), runs[0].config.data
        for record in records:
            if "problem" in record:
                continue
            with _noted(record, problems):
                lines = _lines(members, data, decoder, record["picture"])
                yield record, lines
                if kept:
                    images = [answer.image for answer in chain.from_iterable(lines)]
                    picture_files.keep(kept, record["picture"], images)


def _lines(members: "Sequence[Member]", data: "DataConfig", decoder: "Decoder", name: str) -> Lines:
    """Return what the networks together take the digits of a picture for, line by line."""
    import numpy as np

    from bpnet.evaluation import doubt
    from bpnet.pictures import decoding, normalizing

    grey = decoder.grey(picture_files.content(name, decoding.LARGEST_FILE), name)
    try:
        lines = normalizing.normalized(grey)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    images = np.stack([digit.image for line in lines for digit in line])
    found = doubt.judged(members, images)
    told = zip(
        committee.seen(members, images),
        found.probabilities.tolist(),
        found.unsure.tolist(),
        found.like_a_digit.tolist(),
        strict=True,
    )
    # That several touch is known of digits only: an m has as many strokes.
    return [
        [Answer(*next(told), digit.touching and data.of_digits, data) for digit in line]
        for line in lines
    ]


def _text(answered: Iterable[Answered], records: Sequence[Record], show: bool) -> Iterator[str]:
    """Yield the lines of text about each picture, while one comes after the other."""
    in_lines = len(records) > MOST_IN_FULL and not show
    room = room_for(record["picture"] for record in records)
    for record, lines in answered:
        if in_lines:
            yield in_a_line(record["picture"], lines, room)
        else:
            yield from in_full(record["picture"], lines, show)


def _as_json(
    runs: "Sequence[Run]", answered: Iterable[Answered], records: Sequence[Record], seen: bool
) -> Record:
    """Return the classes, and the records with the answers added."""
    for record, lines in answered:
        record["digits"] = [as_json(answer, seen) for answer in chain.from_iterable(lines)]
        record["lines"] = [len(line) for line in lines]
    return {"classes": runs[0].config.data.names, "pictures": records}
