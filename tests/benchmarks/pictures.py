"""What a network loses on pictures of MNIST's test digits that predict brings to MNIST's form.

python pictures.py RUN [COUNT]
"""

import sys
from pathlib import Path

import numpy as np
from tables import table

from bpnet import datasets
from bpnet.runs import directory, results

sys.path.append(str(Path(__file__).parents[2]))
from tests.helpers.pictures import only_digit
from tests.helpers.renderings import RENDERINGS


def main() -> None:
    run = directory.open_run(Path(sys.argv[1]))
    network = results.load_network(run)
    test = datasets.load(run.config.data).test[: int((sys.argv[2:] or [10_000])[0])]

    def right(images):
        answers = network.classify(images).argmax(axis=1)
        return 100 * float(np.mean(answers == test.labels))

    known = right(test.images)
    rows = []
    for name, (render, allowed) in RENDERINGS.items():
        rng = np.random.default_rng(20161125)
        seen = [only_digit(render(image.reshape(28, 28), rng)) for image in test.images]
        share = right(np.stack(seen))
        rows.append([name, f"{share:.2f} %", f"{known - share:+.2f}", f"{allowed}"])
    print(table(["pictures", "right", "points lost", "allowed"], rows))


if __name__ == "__main__":
    main()
