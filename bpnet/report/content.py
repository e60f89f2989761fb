"""What a report tells of a run, as plain data for its script."""

import base64
from typing import Any

import numpy as np

from bpnet import facts, pictures, runs, trainer
from bpnet.array import Array
from bpnet.datasets import Split
from bpnet.datasets.splits import SIDE
from bpnet.evaluation import Scores, figures, probabilities
from bpnet.facts import Run
from bpnet.network import Network

MOST_MISTAKES = 1000  # images of 784 bytes each
FORM = {  # what normalize.js needs to bring a drawing to the form that `pictures` gives
    "side": SIDE,
    "box": pictures.BOX,
    "centre": pictures.CENTRE,
    "largest": pictures.LARGEST,
    "faintest": pictures.FAINTEST,
    "strong": pictures.STRONG,
}


def content(
    run: Run, network: Network, images: Split, split: str, scores: Scores
) -> dict[str, Any]:
    """Return all that the page shows: numbers, images and weights; the latter as base64."""
    return {
        "run": run.folder.resolve().name,
        "split": split,
        "scores": figures(scores),
        "mistakes": _mistakes(network, images),
        "log": runs.read_log(run),
        "settings": runs.settings_of(run.config),
        "facts": {key: value for key, value in facts.read(run.folder).items() if key != "config"},
        "form": FORM,
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
