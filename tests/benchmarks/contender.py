"""One contender, in a process of its own: trains 784-H-10 and prints one line of JSON.

    python contender.py MODULE FOLDER [--hidden H] [--batch N] [--epochs E] [--cores C] [--scored]
                                      [--workers N]

FOLDER holds MNIST's four unpacked IDX files. The work is the same for all: 60,000 images in a fresh
permutation for each epoch, Relu, softmax cross-entropy, plain SGD of step 0.1, float32. A contender
is a class `Contender(images, labels, hidden, batch)` with `train_epoch()`, which returns when the
work is done, `scaled(images)`, bytes (N, 784) as numbers from 0 to 1, and `predict(x)`, the digits
of what is scaled. The test images are scaled once, and scored after the last epoch; with `--scored`
after each. `--workers` is for bpnet.
"""

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path

LEARNING_RATE = 0.1


def read(path):
    """Return the bytes of an IDX file as an array, images as rows of 784."""
    import numpy as np

    content = path.read_bytes()
    dimensions = content[3]
    array = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    return array.reshape(-1, 784) if dimensions == 3 else array


def scaled(images):
    """Return the images as float32 from 0 to 1."""
    import numpy as np

    return images.astype(np.float32) / 255


def numpy_build():
    """Return the name of the build of NumPy, and of the BLAS library in it."""
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"NumPy {np.__version__}, {blas['name']} {blas['version']}"


def main():
    """Train, and print the seconds of each epoch, and the time at which it ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hidden", type=int, default=50)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--scored", action="store_true")
    parser.add_argument("--workers", type=int)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # else the variables of the libraries must do
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    module = importlib.import_module(f"contenders.{arguments.module}")
    images, labels, test_images, test_labels = (
        read(arguments.folder / f"{part}-ubyte")
        for part in (
            "train-images-idx3",
            "train-labels-idx1",
            "t10k-images-idx3",
            "t10k-labels-idx1",
        )
    )
    more = {"workers": arguments.workers} if arguments.workers else {}
    contender = module.Contender(images, labels, arguments.hidden, arguments.batch, **more)
    seconds, ended, test = [], [], None
    for epoch in range(1, arguments.epochs + 1):
        started = time.perf_counter()
        contender.train_epoch()
        seconds.append(time.perf_counter() - started)
        ended.append(time.time())
        if arguments.scored or epoch == arguments.epochs:
            test = contender.scaled(test_images) if test is None else test
            accuracy = float((contender.predict(test) == test_labels).mean())
    result = {"build": module.build(), "seconds": seconds, "ended": ended, "accuracy": accuracy}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
