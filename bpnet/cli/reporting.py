"""`bpnet report`: the page of a run, written where it hurts nothing else."""

from pathlib import Path

import click

from bpnet.cli.scoring import examined
from bpnet.errors import UsageError
from bpnet.evaluation import evaluate
from bpnet.report.content import content
from bpnet.report.page import MARK, page
from bpnet.runs.metadata import Run
from bpnet.system import storage

LARGEST = 2**28  # bytes of a report that is there already


def report(run: Run, split: str, path: Path) -> None:
    """Write the report of a run, and print its path; over nothing but another report."""
    if storage.exists(path) and MARK.encode() not in storage.read(path, LARGEST)[:100]:
        raise UsageError(f"{path}: is there already, and no report; give another --output")
    (one,) = examined([run], split)
    scores = evaluate(one.network, one.images)
    text = page(content(run, one.network, one.images, split, scores))
    storage.write(path, text.encode())
    click.echo(path)
