"""`bpnet predict`: pictures as the network sees them, and what it takes them for."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from bpnet.cli.advice import Command
from bpnet.cli.console import echo_all, echo_json, percent, picture, tell
from bpnet.cli.options import JSON
from bpnet.errors import DataError, StorageError
from bpnet.system import threads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bpnet.network import Network
    from bpnet.pictures.decoding import Decoder

SHOWN = 3  # of the likeliest digits
LONGEST_STEM = 200  # bytes, of a picture's name in the name of what was seen: no name may have 256


class Prediction(NamedTuple):
    """A picture by its name, as the network saw it (28, 28), and the probability of each digit."""

    name: str
    image: "NDArray[np.uint8]"
    shares: list[float]

    def likeliest(self) -> list[int]:
        """Return the digits, the likeliest first."""
        return sorted(range(len(self.shares)), key=lambda digit: -self.shares[digit])


@click.command(cls=Command)
@click.argument("names", metavar="IMAGE...", nargs=-1, required=True)
@click.option(
    "--run",
    "folder",
    metavar="RUN",
    type=Path,
    help="The run whose network to use. [default: the newest finished run]",
)
@click.option(
    "--save-seen", "seen", metavar="DIR", type=Path, help="Keep what the network saw, as PNG files."
)
@JSON
def predict(names: tuple[str, ...], folder: Path | None, seen: Path | None, as_json: bool) -> None:
    """Read digits in pictures of your own, PNG or JPEG for example.

    \b
    pip install "pillow>=13.0"
    bpnet predict seven.png
    bpnet predict photo.jpg scan.png --run runs/2026-01-31_142530_mnist-s0

    Each picture is brought to MNIST's own form first, and shown as the network sees it; - is stdin.
    Exit status 1 if a picture is blank, or cannot be read or kept.

    \b
    A first picture, if you have none: bpnet data show --save digit.png

    --json: run; pictures, for each: picture (its name), digit, probabilities (of 0 to 9), seen (28
    rows of 28 grey levels).
    """
    from bpnet.pictures import decoding
    from bpnet.runs import directory, finding

    run = directory.open_run(folder or finding.newest(tell))
    threads.fix(run.config.train.threads)
    predictions: list[Prediction] = []
    problems: list[str] = []
    with decoding.Decoder() as decoder:
        from bpnet.runs.results import load_network

        network = load_network(run)
        for name in names:
            with _noted(problems):
                predictions.append(_predict(network, decoder, name))
                if not as_json:
                    echo_all(_lines(predictions[-1]))
                if seen:
                    _keep(seen, predictions[-1])
    if as_json:
        found = [_as_json(prediction) for prediction in predictions]
        echo_json({"run": str(run.folder), "pictures": found})
    if problems:
        raise DataError(*dict.fromkeys(problems))


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Add what is wrong with a picture to the problems, and go on."""
    try:
        yield
    except (DataError, StorageError) as error:
        problems += error.lines


def _predict(network: "Network", decoder: "Decoder", name: str) -> Prediction:
    from bpnet.pictures import decoding, normalizing

    grey = decoder.grey(_content(name, decoding.LARGEST_FILE), name)
    try:
        image = normalizing.normalized(grey)[0][0].image
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    return Prediction(name, image, network.classify(image[None])[0].tolist())


def _content(name: str, limit: int) -> bytes:
    from bpnet.system import storage

    if name != "-":
        return storage.read(Path(name), limit)
    if sys.stdin is None:
        raise DataError("-: stdin is closed")
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        raise DataError(f"-: larger than the {limit} bytes it may have")
    return content


def _keep(folder: Path, prediction: Prediction) -> None:
    """Write what the network saw, over nothing that is there."""
    from bpnet.pictures.png import png
    from bpnet.system import storage

    stem = Path(prediction.name).stem if prediction.name != "-" else "stdin"
    stem = os.fsencode(stem)[:LONGEST_STEM].decode(errors="ignore")
    path = folder / f"{stem}-seen.png"
    storage.make_folder(folder)
    if storage.exists(path):
        raise StorageError(f"{path}: is there already; give another --save-seen")
    storage.write(path, png(prediction.image))


def _lines(prediction: Prediction) -> Iterator[str]:
    yield prediction.name
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
