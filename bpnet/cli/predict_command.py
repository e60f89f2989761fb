"""The command `bpnet predict`; as in `commands`, NumPy comes late."""

from pathlib import Path

import click

from bpnet.cli.options import JSON
from bpnet.system import threads


@click.command()
@click.argument("names", metavar="IMAGE...", nargs=-1, required=True)
@click.option("--run", "folder", metavar="RUN", type=Path, help="Whose network. [default: newest]")
@click.option(
    "--save-seen", "seen", metavar="DIR", type=Path, help="Keep what the network saw, as PNG files."
)
@JSON
def predict(names: tuple[str, ...], folder: Path | None, seen: Path | None, as_json: bool) -> None:
    """Read digits in pictures of your own: PNG, JPEG, ...; - is stdin.

    \b
    bpnet predict seven.png
    bpnet predict photo.jpg scan.png --run runs/2026-01-31_142530_mnist-s0

    Each picture is brought to MNIST's own form first, and shown as the network sees it. Needs
    Pillow (pip install pillow). Exit status 1 if a picture is blank or cannot be read.
    """
    from bpnet.runs import metadata

    run = metadata.open_run(folder or metadata.newest())
    threads.fix(run.config.train.threads)
    from bpnet.cli import predicting

    predicting.predict(run, names, seen, as_json)
