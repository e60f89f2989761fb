"""What `bpnet predict` makes of pictures as people send them.

    python tests/benchmarks/pictures.py RUN... [--count N] [--only PART] [--split SPLIT]
                                        [--handed FOLDER] [--fonts FOLDER]

It takes the networks of runs, or the committees of seeds or of a sweep, named as their folders, and
1,000 test digits; with `--split train` or `--split validation` digits that something may be chosen
by. Needs MNIST (in BPNET_DATA_DIR or data/) and Pillow.
"""

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from picture_parts import files, handed, letters, several, singles, strange
from picture_parts.reading import Reader
from tables import line, table

from bpnet import config, datasets

PARTS = {
    "handed": lambda given, *rest: handed.rows(*rest, given.handed),
    "simple": lambda given, *rest: singles.simple(*rest),
    "paper": lambda given, *rest: singles.on_paper(*rest),
    "several": lambda given, *rest: several.rows_and_sheets(*rest),
    "touching": lambda given, *rest: several.pairs(*rest),
    "signs": lambda given, *rest: strange.signs(*rest),
    "blank": lambda given, *rest: strange.blank(*rest),
    "letters": lambda given, *rest: letters.rows(*rest, given.fonts),
    "doubted": lambda given, *rest: strange.digits(*rest),
    "files": lambda given, readers, images, labels: files.rows(
        given.runs[0], images[0].reshape(28, 28)
    ),
}


def main():
    """Print every part, or one."""
    given = _arguments()
    data = datasets.load(config.load().data)
    split = getattr(data, given.split)[: given.count]
    readers = [Reader(folder) for folder in given.runs]
    for name, part in PARTS.items():
        if given.only in (None, name):
            print(table(["pictures", "network", "figure", "bar", ""], []))
            for row in part(given, readers, split.images, split.labels):
                print(line(_cells(row)), flush=True)
            print()


def _cells(row):
    return [*row[:4], {True: "met", False: "missed", None: ""}[row.met]]


def _arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("--count", type=int, default=1000, help="digits for each rendering [1000]")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--split", choices=["test", "validation", "train"], default="test")
    parser.add_argument("--handed", metavar="FOLDER", help="pictures by people, KIND-NN/D-x.ext")
    parser.add_argument("--fonts", metavar="FOLDER", help="fonts to take the letters from")
    return parser.parse_args()


if __name__ == "__main__":
    main()
