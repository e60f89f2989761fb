"""How much memory a training needs: one that needs too much is refused before it begins."""

import numpy as np

from bpnet import datasets, network
from bpnet.config import AugmentConfig, Config
from bpnet.datasets import WIDTH
from bpnet.datasets.mixing import beside
from bpnet.system.memory import refuse_more
from bpnet.training.shares import forms, size


def memory(config: Config) -> int:
    """Return how many bytes a training takes when it takes most: while it saves, or draws.

    Several workers share the arrays of `forms`; their images together are those of one batch.
    Raises: DataError, StorageError if own files cannot be looked into.
    """
    trained, held = images_of(config)
    batch = _of_a_batch(config, min(config.train.batch_size, trained))
    own = max(network.memory(config), network.memory(config, images=0) + batch)
    shared = size(forms(config)) if config.train.workers > 1 else 0
    data = held * (WIDTH + np.dtype(np.intp).itemsize)
    return own + of_the_state(config) + shared + data


def _of_a_batch(config: Config, images: int) -> int:
    """Return how many bytes so many images take while a step is made of them.

    These are four numbers for each neuron: what the layers keep for `backward`, and what is being
    computed. Images are there as bytes and as numbers; distorted ones in two more arrays.
    """
    copies = 2 if config.augment == AugmentConfig() else 4
    layers = sum(network.widths(config)[1:])
    return images * (copies * WIDTH + 4 * layers) * np.dtype(config.train.dtype).itemsize


def of_the_state(config: Config) -> int:
    """Return how many bytes its state takes beside the network itself, while it is saved or drawn.

    A save packs all arrays of the state in one piece; weights are drawn in float64.
    """
    train = config.train
    itemsize: int = np.dtype(train.dtype).itemsize
    arrays = 1 + sum(map(bool, (config.data.validation, train.momentum, train.average)))
    of_each = (arrays - 1) * itemsize + max(arrays * itemsize, 8)
    return of_each * network.parameters(network.widths(config))


def images_of(config: Config) -> tuple[int, int]:
    """Return how many images are trained on, and how many are held at most.

    To mix two datasets, both are held, and what is trained on. Images that are not seen as they are
    are held beside what is seen of them; what was only mixed in is gone by then.
    Raises: DataError, StorageError if own files cannot be looked into.
    """
    data = config.data
    train, test = datasets.counts(data)
    own = data.train or max(1, train - data.validation)
    trained = own + beside(own, data.mix)
    seen = 0 if config.network.view == "as-is" else trained + data.validation + test
    if not data.mix:
        return trained, train + test + seen
    return trained, train + test + trained + max(train + test, seen)


def refuse_too_large(*configs: Config) -> None:
    """Raise BpnetError if these trainings together do not fit into memory."""
    count = len(configs)
    what = "training this network" if count == 1 else f"training {count} such networks at once"
    refuse_more(sum(map(memory, configs)), what)
