"""The name of a dataset -> its images and labels."""

from bpnet.datasets.loading import completed, counts, find, load
from bpnet.datasets.several import all_completed, have_all
from bpnet.datasets.splits import SIDE, WIDTH, Dataset, Split

__all__ = [
    "SIDE",
    "WIDTH",
    "Dataset",
    "Split",
    "all_completed",
    "completed",
    "counts",
    "find",
    "have_all",
    "load",
]
