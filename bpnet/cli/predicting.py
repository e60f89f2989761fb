"""`bpnet predict`: pictures as the network sees them, and what it takes them for."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from bpnet.array import Array
from bpnet.cli.console import echo_all, percent, picture
from bpnet.datasets.splits import WIDTH, Split
from bpnet.errors import DataError, StorageError, printable
from bpnet.evaluation import probabilities
from bpnet.network import Network
from bpnet.pictures import decoding, normalizing
from bpnet.runs import results
from bpnet.runs.metadata import Run
from bpnet.system import storage

SHOWN = 3  # of the likeliest digits


@dataclass(frozen=True)
class Prediction:
    """A picture by its name, as the network saw it (28, 28), and the probability of each digit."""

    name: str
    image: Array
    shares: list[float]

    def likeliest(self) -> list[int]:
        """Return the digits, the likeliest first."""
        return sorted(range(len(self.shares)), key=lambda digit: -self.shares[digit])


def predict(run: Run, names: Sequence[str], seen: Path | None, as_json: bool) -> None:
    """Print what each picture shows; the bad ones are told of together, at the end."""
    network = results.load_weights(run)
    predictions, problems = [], []
    for name in names:
        try:
            prediction = _predict(network, name)
            if seen:
                _keep(seen, prediction)
        except (DataError, StorageError) as error:
            problems += error.lines
            continue
        predictions.append(prediction)
        if not as_json:
            echo_all(_lines(prediction))
    if as_json:
        found = [_as_json(prediction) for prediction in predictions]
        click.echo(json.dumps({"run": str(run.folder), "pictures": found}))
    if problems:
        raise DataError(*dict.fromkeys(problems))


def _predict(network: Network, name: str) -> Prediction:
    grey = decoding.grey(_content(name), name)
    try:
        image = normalizing.normalized(grey)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    alone = Split(image.reshape(1, WIDTH), np.zeros(1, np.intp))
    return Prediction(name, image, probabilities(network, alone)[0].tolist())


def _content(name: str) -> bytes:
    if name != "-":
        return storage.read(Path(name), decoding.LARGEST_FILE)
    if sys.stdin is None:
        raise DataError("-: stdin is closed")
    content = sys.stdin.buffer.read(decoding.LARGEST_FILE + 1)
    if len(content) > decoding.LARGEST_FILE:
        raise DataError(f"-: larger than the {decoding.LARGEST_FILE} bytes it may have")
    return content


def _keep(folder: Path, prediction: Prediction) -> None:
    """Write what the network saw, over nothing that is there."""
    stem = Path(prediction.name).stem if prediction.name != "-" else "stdin"
    path = folder / f"{stem}-seen.png"
    storage.make_folder(folder)
    if storage.exists(path):
        raise StorageError(f"{path}: is there already; give another --save-seen")
    storage.write(path, decoding.png(prediction.image))


def _lines(prediction: Prediction) -> Iterator[str]:
    yield printable(prediction.name)
    yield from (line.rstrip() for line in picture(prediction.image))
    best = prediction.likeliest()[:SHOWN]
    yield "   ".join(f"{digit}: {percent(prediction.shares[digit])}" for digit in best)


def _as_json(prediction: Prediction) -> dict[str, Any]:
    return {
        "picture": prediction.name,
        "digit": prediction.likeliest()[0],
        "probabilities": prediction.shares,
        "seen": prediction.image.tolist(),
    }
