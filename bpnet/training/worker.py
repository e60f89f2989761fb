"""What a process does that shares the batches of another: `python -m bpnet.training.worker`.

It begins where the training stands, and works on as far as the others let it. It holds nothing that
must be saved: it can be ended at any time.
"""

import json
import sys
from functools import partial

import numpy as np

from bpnet.config import Config, flatten
from bpnet.config.schema import build
from bpnet.datasets import Split
from bpnet.errors import DivergedError
from bpnet.system import barrier, companions, shared_memory
from bpnet.system.barrier import Ends
from bpnet.training.shares import Worker, arrays, forms
from bpnet.training.state import Place


@np.errstate(over="ignore", invalid="ignore")  # seen in the loss
def work(worker: Worker, epoch: int, done: int) -> None:
    """Take the worker's share of all steps from there on, to the end of the training."""
    try:
        for number in range(epoch, worker.config.train.epochs):
            for _ in worker.steps(number, done):
                pass
            done = 0
    except DivergedError:
        pass  # the other process tells of it


def message(rank: int, config: Config, images: int, memory: int, ends: Ends, place: Place) -> str:
    """Return what `main` is told."""
    return json.dumps([rank, flatten(config), images, memory, ends, place])


def main(message: str) -> None:
    """Work as the message says."""
    rank, settings, images, memory, ends, place = json.loads(message)
    config = build({key: tuple(v) if type(v) is list else v for key, v in settings.items()})
    shared = arrays(shared_memory.mapped(memory), forms(config, images))
    meeting = barrier.barrier(shared["counters"].data, rank, *ends)
    split = Split(shared["images"], shared["labels"], config.network.view)
    work(Worker(rank, config, split, shared, meeting), *place)


if __name__ == "__main__":
    companions.work(partial(main, *sys.argv[1:]))
