"""`bpnet report`: the page of a run or of a sweep, written over nothing but another report."""

from pathlib import Path
from typing import Any

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo, tell
from bpnet.cli.options import FITTING_SPLIT, RUN_DATA_DIR, with_options
from bpnet.errors import UsageError, printable
from bpnet.system import storage, threads

NAME = "report.html"


@click.command(cls=Command)
@click.argument(
    "folder", metavar="[RUN|SWEEP]", required=False, type=Path, shell_complete=completion.runs
)
@click.option(
    "--output",
    metavar="FILE",
    type=Path,
    shell_complete=completion.files,
    help="Write here. [default: RUN/report.html]",
)
@click.option("--open", "opened", is_flag=True, help="Open the page in the browser.")
@FITTING_SPLIT
@RUN_DATA_DIR
def report(
    folder: Path | None,
    output: Path | None,
    opened: bool,
    asked_split: str | None,
    data_dir: str | None,
) -> None:
    """Write the page of a run, or of a sweep.

    \b
    bpnet report --open
    bpnet report runs/2026-01-31_142530_mnist-s0 --output mine.html
    bpnet report runs/2026-01-31_151200_mnist-sweep

    Without RUN it is the newest finished run; of a folder of seeds, the one that is best on
    validation images. The page is one file, needs no internet, and runs the network of the run
    itself. That of a sweep shows the accuracy by each setting, the curves and the table of all
    its trials, also of those that have not finished yet.
    """
    from bpnet.runs import finding, kinds

    folder = folder or finding.newest(tell)
    if kinds.is_sweep(folder):
        if asked_split:
            raise UsageError(f"--split: not for a sweep: {folder} has the scores of its own runs")
        path, text = _of_sweep(folder, output, data_dir)
    else:
        path, text = _of_run(folder, output, asked_split, data_dir)
    storage.write(path, text.encode())
    echo(path)
    if opened:
        _open(path)


def _of_run(
    folder: Path, output: Path | None, asked_split: str | None, data_dir: str | None
) -> tuple[Path, str]:
    """Return where the page of a run, or of the best of its seeds, is to lie, and the page."""
    from bpnet.runs import seed_folders

    runs = seed_folders.open_members(folder, with_options((), data_dir), tell)
    run, reason = seed_folders.best(runs)
    if run.folder != folder:
        tell(f"{folder}: is a folder of seeds: this is {run.folder}, {reason}")
    path = _free(output or run.folder / NAME)
    threads.fix()
    from bpnet.report.content import content
    from bpnet.report.page import RUN, page
    from bpnet.runs import loading

    split = loading.split_of([run], asked_split, tell)
    (one,) = loading.load([run], split, byte_bar, tell)
    return path, page(_named(content(one, split)), RUN)


def _of_sweep(folder: Path, output: Path | None, data_dir: str | None) -> tuple[Path, str]:
    """Return where the page of a sweep is to lie, and the page."""
    from bpnet.runs import sweeps

    sweep = sweeps.open_sweep(folder)
    path = _free(output or folder / NAME)
    threads.fix()
    from bpnet.report.page import SWEEP, page
    from bpnet.report.sweep_content import content
    from bpnet.runs import ranking, sweep_rows

    settings = with_options((), data_dir)
    ranked = ranking.rank(sweep, sweep_rows.rows(sweep), settings, byte_bar, tell)
    return path, page(_named(content(sweep, ranked)), SWEEP)


def _named(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with a title that can be shown, whatever the name of the folder is."""
    return content | {"title": printable(content["title"])}


def _free(path: Path) -> Path:
    """Return the path. Raises: UsageError if something else than a report is there."""
    from bpnet.report.page import MARK

    if storage.exists(path) and (path.is_dir() or MARK.encode() not in storage.head(path, 100)):
        raise UsageError(f"{path}: is there already, and no report; give another --output")
    return path


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        tell(f"{path}: no browser was found; open it in one yourself")
