"""Scores on the test images, by which no run was chosen; also later, of one that has none."""

from typing import Any

from bpnet.datasets import Split
from bpnet.evaluation import evaluate
from bpnet.network import Network
from bpnet.runs import directory, loading, metadata
from bpnet.runs.directory import Run
from bpnet.runs.metadata import TEST, WITHOUT_TEST
from bpnet.system.progress import ByteProgress, Tell, silent, silently

NONE: dict[str, Any] = dict.fromkeys(TEST)


def facts(network: Network, images: Split) -> dict[str, Any]:
    """Return what run.json says of the network on these test images."""
    scores = evaluate(network, images)
    return {
        "test_loss": scores.loss,
        "test_accuracy": scores.accuracy,
        "test_correct": scores.correct,
        "test_images": scores.total,
    }


def score(*runs: Run, progress: ByteProgress = silently, tell: Tell = silent) -> None:
    """Score those of the finished runs that have no test score, and write it into their run.json.

    One write makes each a run with a test score: a kill leaves it as it was, or scored.
    Raises: RunError if one has not finished, its config or data are not those that it began with,
    its weights are missing or damaged, or another process trains it.
    """
    unscored = [run for run in runs if run.result.test_accuracy is None]
    loaded = loading.one_by_one(unscored, "test", progress, tell)
    for run in unscored:
        with directory.locked(run.folder):
            one = next(loaded)  # now: until here another process could train it
            if run.result.test_accuracy is None:
                found = facts(one.network, one.images)
                metadata.write(run.folder, {WITHOUT_TEST}, **found)
