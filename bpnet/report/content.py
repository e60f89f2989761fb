"""What a report tells of a run, as plain data for its script."""

import base64
from typing import Any

import numpy as np

from bpnet.array import Array
from bpnet.datasets import Split
from bpnet.evaluation import Scores, figures, probabilities
from bpnet.network import Network
from bpnet.runs import metadata, results
from bpnet.runs.metadata import Run
from bpnet.training import trainer

MOST_MISTAKES = 1000  # images of 784 bytes each


def content(
    run: Run, network: Network, images: Split, split: str, scores: Scores
) -> dict[str, Any]:
    """Return all that the page shows: numbers, images and weights; the latter as base64."""
    return {
        "run": run.folder.resolve().name,
        "split": split,
        "scores": figures(scores),
        "mistakes": _mistakes(network, images),
        "log": results.read_log(run),
        "settings": results.settings_of(run.config),
        "facts": {
            key: value for key, value in metadata.read(run.folder).items() if key != "config"
        },
        "network": {
            "widths": trainer.widths(run.config),
            "activation": run.config.network.activation,
            "parameters": _base64(network.parameters.astype("<f4")),
        },
    }


def _mistakes(network: Network, images: Split) -> list[dict[str, Any]]:
    """Return the images that the network has wrong, those first of which it was surest."""
    y = probabilities(network, images)
    answers = y.argmax(axis=1)
    wrong = np.flatnonzero(answers != images.labels)
    order = wrong[np.argsort(-y[wrong, answers[wrong]], kind="stable")][:MOST_MISTAKES]
    return [
        {
            "number": int(place),
            "digit": int(images.labels[place]),
            "answer": int(answers[place]),
            "share": float(y[place, answers[place]]),
            "image": _base64(images.images[place]),
        }
        for place in order
    ]


def _base64(array: Array) -> str:
    return base64.b64encode(array.tobytes()).decode()
