"""bpnet in training, for its memory; prints the time at which it has taken its first step.

    python starting.py FOLDER WORKERS fork|spawn

FOLDER holds MNIST's four unpacked IDX files, the network is 784-100-10. With `spawn` the workers
are started as where there is no fork.
"""

import sys
import time
from itertools import islice
from pathlib import Path

from contender import read
from contenders.bpnet_trainer import Contender

EPOCHS = 15


def main():
    """Train, some seconds."""
    folder, workers, how = sys.argv[1:]
    if how == "spawn":
        from bpnet.system import companions

        companions.can_be_forked = lambda: False
    data = (read(Path(folder) / f"train-{part}-ubyte") for part in ("images-idx3", "labels-idx1"))
    training = Contender(*data, 100, 100, workers=int(workers)).training
    times = []
    for _ in islice(training.epochs(advance=lambda _: times or times.append(time.time())), EPOCHS):
        pass
    print(times[0])


if __name__ == "__main__":
    main()
