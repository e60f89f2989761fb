"""`bpnet report`: the page of a run, written over nothing but another report."""

from pathlib import Path

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import byte_bar, echo, tell
from bpnet.cli.options import FITTING_SPLIT, RUN_DATA_DIR, with_options
from bpnet.errors import UsageError, printable
from bpnet.system import threads


@click.command(cls=Command)
@click.argument(
    "folder", metavar="[RUN]", required=False, type=Path, shell_complete=completion.runs
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
    """Write a page about a run, with a canvas to draw digits on.

    \b
    bpnet report --open
    bpnet report runs/2026-01-31_142530_mnist-s0 --output mine.html

    Without RUN it is the newest finished run; of a folder of seeds, the one that is best on
    validation images. The page is one file, needs no internet, and runs the network of the run
    itself.
    """
    from bpnet.runs import finding, seed_folders

    folder = folder or finding.newest(tell)
    runs = seed_folders.open_members(folder, with_options((), data_dir), tell)
    run, reason = seed_folders.best(runs)
    if run.folder != folder:
        tell(f"{folder}: is a folder of seeds: this is {run.folder}, {reason}")
    threads.fix()
    from bpnet.report.content import content
    from bpnet.report.page import MARK, page
    from bpnet.runs import loading
    from bpnet.system import storage

    path = output or run.folder / "report.html"
    if storage.exists(path) and (path.is_dir() or MARK.encode() not in storage.head(path, 100)):
        raise UsageError(f"{path}: is there already, and no report; give another --output")
    split = loading.split_of([run], asked_split, tell)
    (one,) = loading.load([run], split, byte_bar, tell)
    told = content(one, split)
    storage.write(path, page(told | {"run": printable(told["run"])}).encode())
    echo(path)
    if opened:
        _open(path)


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.resolve().as_uri()):
        tell(f"{path}: no browser was found; open it in one yourself")
