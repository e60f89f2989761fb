"""`bpnet data import`: pictures, a table or IDX files of somebody's own, as a dataset."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from bpnet.cli import completion, picture_files
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo, tell
from bpnet.cli.options import with_options
from bpnet.errors import DataError, UsageError, short

if TYPE_CHECKING:
    from bpnet.datasets.importing import Labelled, Parts

HALF_BRIGHT = 128  # of 255: MNIST's mean is 33


@click.command("import", cls=Command)
@click.argument("source", metavar="SOURCE", type=Path, shell_complete=completion.files)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    required=True,
    shell_complete=completion.folders,
    help="A new folder for the dataset.",
)
@click.option(
    "--test",
    metavar="SOURCE",
    type=Path,
    shell_complete=completion.files,
    help="Test images. [default: a sixth of each class]",
)
@click.option("--as-is", is_flag=True, help="Pictures of 28 x 28, white on black: as they are.")
@click.option("--turned", is_flag=True, help="IDX files with rows for columns, such as EMNIST's.")
@click.option("--skip-bad", is_flag=True, help="Leave out the pictures that cannot be used.")
def import_data(
    source: Path, folder: str, test: Path | None, as_is: bool, turned: bool, skip_bad: bool
) -> None:
    """Make a dataset of your own images, and print the command that trains on it.

    \b
    bpnet data import pictures --to mine
    bpnet data import train.csv --to mine
    bpnet data import emnist --turned --to letters

    SOURCE is a folder of folders of pictures, each named as its class; or a CSV file, also .gz,
    whose rows are a label and 784 grey levels; or a folder of IDX files. Each picture must show one
    digit or sign, which is brought to MNIST's form as bpnet predict does it.

    Nothing is written unless all can be used: what cannot is told, line by line.
    """
    from bpnet.datasets import importing

    destination = _destination(folder)
    reading = _Reading(as_is, turned, skip_bad)
    train, *own_test = reading.images(source)
    if own_test and test:
        raise UsageError(f"{source}: has images to test on; leave --test away")
    tested = own_test or [part for path in [test] if path for part in reading.images(path)[-1:]]
    parts = importing.parted(train, next(iter(tested), None))
    importing.write(destination, parts)
    tell(_told(parts))
    if parts.train.images.mean() > HALF_BRIGHT:
        tell(
            "warning: the images are bright, as if dark on white; those of MNIST are white on "
            "black, and so is what bpnet predict shows a network"
        )
    echo(_command(folder, parts.validation))


def _destination(text: str) -> Path:
    """Return the folder that is to be made. Raises: UsageError if it cannot be, or is not empty."""
    from bpnet import config
    from bpnet.datasets import importing, loading

    settings = with_options(["data.dataset=files"], text)
    folder = loading.folder(config.load(None, settings).data)
    importing.refuse_taken(folder)
    return folder


class _Reading(NamedTuple):
    """How the images are to be read."""

    as_is: bool
    turned: bool
    skip_bad: bool

    def images(self, source: Path) -> "list[Labelled]":
        """Return the images of a source; those of four IDX files are to train and to test on.

        Raises: DataError, StorageError, UsageError.
        """
        from bpnet.datasets import importing, tables

        if not picture_files.is_folder(source):
            self._refuse(source, "a file", "as_is", "skip_bad", "turned")
            return [importing.labelled(*tables.read(source, byte_bar))]
        if importing.has_idx_files(source):
            self._refuse(source, "a folder of IDX files", "as_is", "skip_bad")
            return importing.of_idx_files(source, self.turned)
        self._refuse(source, "a folder of pictures", "turned")
        return [self._pictures(source)]

    def _refuse(self, source: Path, what: str, *names: str) -> None:
        for name in names:
            if getattr(self, name):
                option = f"--{name.replace('_', '-')}"
                raise UsageError(f"{option}: does not go with {what}, which {source} is")

    def _pictures(self, folder: Path) -> "Labelled":
        from bpnet.cli import class_folders
        from bpnet.datasets import importing

        problems: list[str] = []
        pictures = class_folders.found(folder, problems)
        images, names = class_folders.read(pictures, self.as_is, problems)
        if not self.skip_bad and problems:
            raise DataError(
                *problems,
                f"nothing is written: {len(problems)} of {len(pictures)} pictures cannot be used; "
                "--skip-bad leaves them out",
            )
        for problem in problems:
            tell(f"left out: {problem}")
        return importing.labelled(images, names)


def _told(parts: "Parts") -> str:
    return (
        f"{len(parts.train)} images to train on, the last {parts.validation} to choose by; "
        f"{len(parts.test)} to test on; "
        f"{len(parts.classes)} classes: {short(', '.join(parts.classes))}"
    )


def _command(folder: str, validation: int) -> str:
    """Return the command that trains on the folder.

    >>> _command("my digits", 100)
    "bpnet train --set data.dataset=files --set data.validation=100 --data-dir 'my digits'"
    """
    settings = ["data.dataset=files", f"data.validation={validation}"]
    options = [word for setting in settings for word in ("--set", setting)]
    return shlex.join(["bpnet", "train", *options, "--data-dir", folder])
