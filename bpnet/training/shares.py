"""A worker's share of each step: its rows of the batch, and its part of the parameters.

The parameters lie in memory that all workers share, and each has an array for its gradients there.
A step has two parts with a meeting behind each: nobody sums gradients before all are written, and
nobody reads parameters before all are moved.
"""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from bpnet.array import CACHE_LINE, Array
from bpnet.config import Config
from bpnet.datasets import Split
from bpnet.network import Network, parameters, widths
from bpnet.system.barrier import Barrier
from bpnet.training.batches import shared_batches
from bpnet.training.step import Descent, Outcome, Step
