"""The options that several commands share, and what all groups of commands do alone."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bpnet.cli.console import echo_error
from bpnet.registry import DATASETS


class Count(click.IntRange):
    """A whole number as it is written everywhere: int() takes 1_0, full-width digits, blanks."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail."""
        if isinstance(value, str) and not re.fullmatch("[-+]?[0-9]{1,9}", value):
            self.fail(f"{value[:40]!r} is not a whole number", param, ctx)
        number: int = super().convert(value, param, ctx)
        return number


class Group(click.Group):
    """Commands under one name; the name alone prints its help, and is no command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return what is left of the arguments; click's own answer to none differs by version."""
        if not args and not ctx.resilient_parsing:
            for line in ctx.get_help().splitlines():
                echo_error(line)
            ctx.exit(2)
        return super().parse_args(ctx, args)


CONFIG = click.option("--config", "config_file", metavar="FILE", type=Path, help="The YAML config.")
SET = click.option(
    "--set",
    "settings",
    metavar="KEY=VALUE",
    multiple=True,
    help="Override a key of the config, such as train.learning_rate=0.05; repeatable.",
)
DATA_DIR = click.option(
    "--data-dir",
    metavar="DIR",
    help="Where the data lie, or are downloaded to: data.dir; also BPNET_DATA_DIR. [default: data]",
)
THREADS = click.option(
    "--threads",
    "thread_count",
    metavar="N",
    help="How many threads the matrix products run on: train.threads; also OPENBLAS_NUM_THREADS. "
    "[default: 1]",
)
DATASET = click.option(
    "--dataset",
    type=click.Choice(DATASETS),
    help="Which dataset.  [default: mnist]",
)
SEEDS = click.option(
    "--seeds",
    "count",
    metavar="N",
    type=Count(2, 1000),
    help="Train N seeds, from the config's on, each in a process of its own.",
)
JOBS = click.option(
    "--jobs", metavar="N", type=Count(1, 1000), help="Seeds at a time. [default: 1]"
)
SPLIT = click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    default="test",
    show_default=True,
    help="Which images.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def with_options(
    settings: Sequence[str], data_dir: str | None, thread_count: str | None = None
) -> list[str]:
    """Return the settings, with --data-dir and --threads as two more."""
    options = {"data.dir": data_dir, "train.threads": thread_count}
    return [*settings, *(f"{key}={text}" for key, text in options.items() if text is not None)]
