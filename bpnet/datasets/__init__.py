"""The name of a dataset -> its images and labels."""

from bpnet.datasets.loading import load
from bpnet.datasets.splits import Dataset, Split

__all__ = ["Dataset", "Split", "load"]
