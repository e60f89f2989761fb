"""The arithmetic of this machine, known by what comes out of a fixed step of training.

The last bits of a matrix product depend on the BLAS library, and on the kernels that it has for the
processor. No version tells all of that; a product does. How many workers share a batch is a setting
of the run, and not asked here. If NumPy was imported before bpnet, on more than one thread, these
products are shared among them, and come out otherwise too.
"""

import hashlib
from functools import lru_cache

import numpy as np

from bpnet.config import Config, TrainConfig
from bpnet.datasets import WIDTH
from bpnet.network import Network
from bpnet.training.state import start
from bpnet.training.step import Step

# Products so large that BLAS shares them among threads, and of sizes that leave rests everywhere.
CLASSES, IMAGES = 10, 100
WIDTHS = (WIDTH, 50, 37, CLASSES)


@lru_cache
def fingerprint(dtype: str) -> str:
    """Return the SHA-256 of the parameters after a step from fixed ones, on fixed images.

    All begins with numbers that are the same on every machine.
    """
    rng = np.random.default_rng(0)
    network = Network(WIDTHS, dtype=dtype)
    network.flat[:] = (rng.random(network.flat.shape) - 0.5) / 8
    x = rng.random((IMAGES, WIDTH)).astype(dtype)
    state = start(network.flat, Config())
    Step(network, TrainConfig(dtype=dtype), state, per_epoch=1)(0, x, np.arange(IMAGES) % CLASSES)
    return hashlib.sha256(network.flat.tobytes()).hexdigest()
