"""How much memory a training needs: one that needs too much is refused before it begins."""

import numpy as np

from bpnet import network
from bpnet.config import Config, DataConfig
from bpnet.datasets import WIDTH
from bpnet.system.memory import refuse_more
from bpnet.training.shares import forms, size

IMAGES = 70_000  # in each of the datasets


def memory(config: Config) -> int:
    """Return how many bytes a training takes when it takes most: while it saves, or draws.

    A save packs all arrays of the state in one piece; weights are drawn in float64. Several workers
    share the arrays of `forms`; their images together are those of one batch.
    """
    data, train = config.data, config.train
    arrays = 1 + sum(map(bool, (data.validation, train.momentum, train.average)))
    count = network.parameters(network.widths(config))
    itemsize: int = np.dtype(train.dtype).itemsize
    beside = (arrays - 1) * itemsize + max(arrays * itemsize, 8)
    images = 4 * train.batch_size * WIDTH * itemsize  # of a batch and the next, plain and distorted
    own = network.memory(config, max(network.CHUNK, train.batch_size))
    shared = size(forms(config)) if train.workers > 1 else 0
    data_size = _images(data) * (WIDTH + np.dtype(np.intp).itemsize)
    return own + beside * count + images + shared + data_size


def _images(data: DataConfig) -> int:
    """Return how many images are held at most: to mix two datasets, both and what they become."""
    return round(IMAGES * (2 + 1 / (1 - data.mix))) if data.mix else IMAGES


def refuse_too_large(config: Config, at_once: int = 1) -> None:
    """Raise BpnetError if so many such trainings do not fit into memory."""
    what = "training this network" if at_once == 1 else f"training {at_once} such networks at once"
    refuse_more(at_once * memory(config), what)
