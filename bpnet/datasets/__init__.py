"""The name of a dataset -> its images and labels."""

from bpnet.datasets.loading import find, load
from bpnet.datasets.splits import CLASSES, SIDE, WIDTH, Dataset, Split

__all__ = ["CLASSES", "SIDE", "WIDTH", "Dataset", "Split", "find", "load"]
