"""`bpnet export`: the network of a run as a file for other programs."""

from pathlib import Path

import click

from bpnet.cli import completion
from bpnet.cli.advice import Command
from bpnet.cli.console import echo, tell
from bpnet.errors import UsageError
from bpnet.system import threads

FORMS = ("safetensors", "onnx")


@click.command(cls=Command)
@click.argument(
    "folder", metavar="[RUN]", required=False, type=Path, shell_complete=completion.runs
)
@click.argument("path", metavar="FILE", required=False, type=Path, shell_complete=completion.files)
@click.option("--to", "form", type=click.Choice(FORMS), help="In which form; there is no default.")
def export(folder: Path | None, path: Path | None, form: str | None) -> None:
    """Write the network of a run as a file that other programs read.

    \b
    pip install "onnx>=1.16" "safetensors>=0.4"
    bpnet export runs/2026-01-31_142530_mnist-s0 --to onnx mnist.onnx
    bpnet export --to safetensors mnist.safetensors

    The ONNX graph takes bytes, uint8 (N, 784), and gives probabilities. The safetensors file has
    the names and the order of PyTorch's nn.Sequential, and takes pixels / 255. Both say what goes
    in, the names of the classes, the accuracy, and which run it was. Nothing is overwritten.

    Without RUN it is the newest finished run, and FILE must end in .onnx or .safetensors; of a
    folder of seeds, the one that is best on validation images.
    """
    from bpnet.runs import finding, seed_folders
    from bpnet.system import storage

    if form is None:
        raise UsageError(f"--to: is missing; write {' or '.join(f'--to {form}' for form in FORMS)}")
    if folder is None or path is None:
        path = _alone(folder, form)
        folder = finding.newest(tell)
        tell(f"{folder}: the newest finished run")
    if storage.exists(path) and path.is_dir():
        raise UsageError(
            f"{path}: is a folder; FILE comes after RUN: bpnet export RUN --to {form} FILE"
        )
    run, reason = seed_folders.best(seed_folders.open_members(folder, (), tell))
    if run.folder != folder:
        tell(f"{folder}: is a folder of seeds: this is {run.folder}, {reason}")
    threads.fix()
    from bpnet.runs import exporting

    exporting.write(run, form, path, tell)
    echo(path)


def _alone(only: Path | None, form: str) -> Path:
    """Return FILE, where nothing else was given. Raises: UsageError if it may have been RUN."""
    if only is None or only.suffix != f".{form}":
        told = "" if only is None else f"{only}: only RUN or FILE? "
        raise UsageError(
            f"{told}Write both: bpnet export RUN --to {form} FILE; or, of the newest finished run, "
            f"a FILE that ends in .{form}"
        )
    return only
