"""What networks take each image for, as a table."""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np

from bpnet.datasets import Split
from bpnet.evaluation.scores import together
from bpnet.network import Network

HEADING = ("number", "truth", "answer")  # and after them the names of the classes
CELL_LIMIT = 24  # bytes: a number from 0 to 1 has 23 at most, and a comma or an end behind it


def as_csv(networks: Sequence[Network], split: Split, classes: Sequence[str]) -> bytes:
    """Return the table as CSV in UTF-8, with the quotes of RFC 4180, a row an image.

    Of each image: its number, from 0 on; its class, and what it is taken for, by name; and the
    probability of each class, of several networks the mean of theirs.
    """
    content = io.BytesIO()
    text = io.TextIOWrapper(content, "utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*HEADING, *classes])
    for number, (truth, answer, y) in enumerate(_rows(networks, split)):
        writer.writerow([number, classes[truth], classes[answer], *y])
    text.flush()
    return content.getvalue()


def _rows(networks: Sequence[Network], split: Split) -> Iterator[tuple[int, int, list[float]]]:
    """Yield the class of each image, the answer, and the probabilities."""
    for logs, labels in together(networks, split):
        yield from zip(
            labels.tolist(), logs.argmax(axis=1).tolist(), np.exp(logs).tolist(), strict=True
        )


def size_limit(images: int, classes: Sequence[str]) -> int:
    """Return how many bytes the table of so many images can have at most."""
    names = [3 + 2 * len(name.encode()) for name in classes]  # if each letter were a quote
    return sum(names) + (1 + images) * (CELL_LIMIT * (1 + len(classes)) + 2 * max(names))
