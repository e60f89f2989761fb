"""What a report tells of a run, as plain data for its script."""

import base64
from dataclasses import asdict
from typing import Any

import numpy as np

from bpnet.evaluation import as_json, doubt, evaluate, strokes
from bpnet.pictures.normalizing.form import FORM
from bpnet.pictures.png import png
from bpnet.runs import doubts, metadata, results
from bpnet.runs.directory import Run
from bpnet.runs.identity import settings_of
from bpnet.runs.loading import LoadedRun

MOST_MISTAKES = 1000  # images of some 300 bytes each
OF_DIGITS = {  # what is drawn, what it is taken for, and a doubt of bpnet predict
    "shape": "digit",
    "class": "digit",
    "classes": "digits",
    "strange": "not like a digit",
}
OF_OTHERS = {
    "shape": "shape",
    "class": "class",
    "classes": "classes",
    "strange": "not like any class",
}


def content(loaded: LoadedRun, split: str) -> dict[str, Any]:
    """Return all that the page shows: numbers, images and weights; the latter as base64."""
    run, network, images = loaded.run, loaded.network, loaded.images
    facts, data = metadata.read(run.folder), run.config.data
    return {
        "title": run.folder.resolve().name,
        "split": split,
        "classes": data.names,
        "of_digits": data.of_digits,
        "words": (OF_DIGITS if data.of_digits else OF_OTHERS) | {"side": str(FORM["side"])},
        "scores": as_json(evaluate(network, images)),
        "mistakes": _mistakes(loaded),
        "log": [asdict(record) for record in results.read_log(run)],
        "settings": settings_of(run.config),
        "facts": {key: value for key, value in facts.items() if key != "config"},
        "form": FORM,
        "doubt": _doubt(run),
        "network": {
            "widths": network.widths,
            "activation": run.config.network.activation,
            "view": network.view,
            "parameters": _base64(network.flat.astype("<f4").tobytes()),
        },
    }


def _doubt(run: Run) -> dict[str, Any]:
    """Return what doubt.js needs: the measure of the run's network, if it has one."""
    measure = doubts.load(run)
    if measure is None:
        return {"improbable": doubt.improbable(len(run.config.data.names))}
    arrays = measure.arrays()
    return {
        "tile": strokes.TILE,
        "planes": measure.middles.shape[1],
        "limits": measure.limits.tolist(),
        "unlike": doubt.NO_DIGIT,
        **{name: _base64(arrays[name].tobytes()) for name in ("middles", "axes")},
    }


def _mistakes(loaded: LoadedRun) -> list[dict[str, Any]]:
    """Return the images that the network has wrong, those first of which it was surest."""
    images = loaded.images
    y = loaded.network.classify(images.images)
    answers = y.argmax(axis=1)
    wrong = np.flatnonzero(answers != images.labels)
    order = wrong[np.argsort(-y[wrong, answers[wrong]], kind="stable")][:MOST_MISTAKES]
    return [
        {
            "number": int(place),
            "digit": int(images.labels[place]),
            "answer": int(answers[place]),
            "share": float(y[place, answers[place]]),
            "png": _base64(png(images.images[place].reshape(FORM["side"], -1))),
        }
        for place in order
    ]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
