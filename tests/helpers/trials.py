"""Runs as a sweep has them: without a test score, in a folder of seeds for each trial."""

from pathlib import Path

from bpnet.runs import metadata
from bpnet.runs.metadata import TEST, WITHOUT_TEST


def unscored(run: Path) -> Path:
    """Make a finished run one that was never scored on the test images, and return its folder."""
    metadata.write(run, **dict.fromkeys(TEST), **{WITHOUT_TEST: True})
    return run


def sweep(folder: Path) -> Path:
    """Make the folder a sweep's, as far as a look at it can tell, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sweep.yaml").touch()
    return folder
