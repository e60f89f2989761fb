"""bpnet beside its peers, at the same work, on the machine it is run on.

    python tests/benchmarks/run.py --install [--rounds N] [--only rates|commands|growth|distorting]

Needs MNIST (in BPNET_DATA_DIR or data/), Linux or macOS, and for `--install` a package index and 5
GB. Each contender runs in a process and an environment of its own, with one and with two threads; a
peer that is not installed is left out, by name. Rounds alternate, so that a noisy machine is noisy
to all, and each round is a new start of each. The tables go to stdout, what is going on to stderr.
"""

import argparse
import gzip
import os
import shutil
from pathlib import Path

import commands
import environments
import rates
from processes import measure


def script(name):
    """Return a section that is a script of its own, run on one thread."""
    path = Path(__file__).with_name(name)

    def run(data, rounds):
        command = [environments.python("bpnet"), path, str(rounds)]
        print(measure(command, threads=1).output)

    return run


SECTIONS = {
    "rates": rates.run,
    "commands": commands.run,
    "growth": script("growth.py"),
    "distorting": script("distorting.py"),
}


def unpack():
    """Return a folder in which MNIST's four files lie unpacked: all contenders read them there."""
    source = Path(os.environ.get("BPNET_DATA_DIR", environments.ROOT / "data")) / "mnist"
    folder = environments.FOLDER / "data" / "mnist"
    folder.mkdir(parents=True, exist_ok=True)
    packed = list(source.glob("*-ubyte.gz"))
    if len(packed) != 4:
        raise SystemExit(f"{source}: not the four .gz files of MNIST; try bpnet data fetch")
    for path in packed:
        with gzip.open(path) as packed_file, (folder / path.stem).open("wb") as file:
            shutil.copyfileobj(packed_file, file)
    return folder


def main():
    """Print every section, or one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--install", action="store_true", help="first install what is missing")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each contender [5]")
    parser.add_argument("--only", choices=SECTIONS, help="one section")
    arguments = parser.parse_args()
    if arguments.install:
        environments.install()
    data = unpack()
    for name, section in SECTIONS.items():
        if arguments.only in (None, name):
            section(data, arguments.rounds)


if __name__ == "__main__":
    main()
