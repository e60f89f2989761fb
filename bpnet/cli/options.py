"""The options that several commands share."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bpnet.cli import completion
from bpnet.registry import DATASETS


class Count(click.IntRange):
    """A whole number as it is written everywhere: int() takes 1_0, full-width digits, blanks."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail."""
        if isinstance(value, str) and not re.fullmatch("[-+]?[0-9]{1,9}", value):
            self.fail(f"{value[:40]!r} is not a whole number", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


def _config_file(text: str) -> Path:
    """Return the file of a config, given by its path or its name; PyYAML is imported only now."""
    from bpnet.config import shipped

    return shipped.find(text)


CONFIG = click.option(
    "--config",
    "config_file",
    metavar="NAME|FILE",
    type=_config_file,
    shell_complete=completion.configs,
    help="A config: a name that `bpnet config list` prints, or a YAML file such as ./mine.yaml.",
)
SET = click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    shell_complete=completion.settings,
    multiple=True,
    help="Override a key of the config, such as train.learning_rate=0.05; repeatable.",
)
DATA_DIR = click.option(
    "--data-dir",
    metavar="DIR",
    shell_complete=completion.folders,
    help="Where the data lie, or are downloaded to: data.dir; also BPNET_DATA_DIR. [default: data]",
)
RUN_DIR = click.option(
    "--run-dir",
    metavar="DIR",
    type=Path,
    shell_complete=completion.folders,
    help="Write here. [default: new in runs/]",
)
RESUME = click.option(
    "--resume",
    metavar="RUN",
    type=Path,
    shell_complete=completion.runs,
    help="Go on with this run, or its seeds.",
)
RUN_DATA_DIR = click.option(
    "--data-dir",
    metavar="DIR",
    shell_complete=completion.folders,
    help="Where the data lie now; also BPNET_DATA_DIR. [default: as the run's config says]",
)
EPOCHS = click.option(
    "--epochs",
    metavar="N",
    type=Count(1),
    help="Resume, also a finished run, until N epochs are done in all; not with a cosine or calm "
    "epochs.",
)
OTHER_ARITHMETIC = click.option(
    "--other-arithmetic",
    is_flag=True,
    help="Resume on a machine that computes otherwise: the last bits will differ.",
)
WORKERS = click.option(
    "--workers",
    metavar="N",
    help="How many processes share each batch, at most 64: train.workers. It decides the last "
    "bits, and a resumed run keeps it. [default: 1]",
)
DATASET = click.option(
    "--dataset",
    type=click.Choice(tuple(DATASETS)),
    help="Which dataset.  [default: mnist]",
)
SEEDS = click.option(
    "--seeds",
    "count",
    metavar="N",
    type=Count(2, 1000),
    help="Train N seeds, from the config's on, each in a process of its own.",
)
JOBS = click.option("--jobs", metavar="N", type=Count(1, 1000), help="Runs at a time. [default: 1]")
SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Train on the Dask cluster of this scheduler, such as tcp://host:8786, not here.",
)
SCHEDULER_FILE = click.option(
    "--scheduler-file",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="The same, with the file that `dask scheduler --scheduler-file FILE` writes.",
)
SPLITS = click.Choice(["test", "validation", "train"])
SPLIT = click.option(
    "--split", type=SPLITS, default="test", show_default=True, help="Which images."
)
FITTING_SPLIT = click.option(
    "--split",
    "asked_split",
    type=SPLITS,
    help="Which images. [default: test; of runs without a test score, validation]",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def with_options(
    settings: Sequence[str], data_dir: str | None, workers: str | None = None
) -> list[str]:
    """Return the settings, with --data-dir and --workers as two more."""
    options = {"data.dir": data_dir, "train.workers": workers}
    return [*settings, *(f"{key}={text}" for key, text in options.items() if text is not None)]
