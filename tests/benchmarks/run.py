"""bpnet beside its peers, at the same work, on the machine it is run on.

    python tests/benchmarks/run.py --install [--rounds N] [--before DIR]
                                   [--only rates|workers|commands|distorting|growth]

Needs MNIST (in BPNET_DATA_DIR or data/), Linux or macOS, and for `--install` a package index and 5
GB. Each contender runs in a process and an environment of its own, with one and with two threads,
bpnet with one worker and with two; a peer that is not installed is left out, by name. Rounds
alternate, so that a noisy machine is noisy to all, and each round is a new start of each. With
`--before` an earlier bpnet is measured too: DIR is a checkout of it. The tables go to stdout, what
is going on to stderr. What fails is told of, its cells are "-", and the exit status is 1.
"""

import argparse
import gzip
import os
import shutil
from pathlib import Path

import commands
import environments
import machine
import rates
import workers
from processes import failures, in_turn, measure


def script(name, rounds):
    """Run a section that is a script of its own, on one thread."""
    command = [environments.python("bpnet"), Path(__file__).with_name(name), str(rounds)]
    for found in in_turn({name: lambda: measure(command, threads=1)}, 1)[name]:
        print(found.output, end="", flush=True)


def distorting(data, rounds, before):
    """Print the rates of distortions, and the epochs with them."""
    script("distorting.py", rounds)
    workers.elastic(data, rounds, before)


SECTIONS = {
    "rates": lambda given, data: rates.run(data, given.rounds),
    "workers": lambda given, data: workers.run(data, given.rounds, given.before),
    "commands": lambda given, data: commands.run(data, given.rounds),
    "distorting": lambda given, data: distorting(data, given.rounds, given.before),
    "growth": lambda given, data: script("growth.py", given.rounds),
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
    parser.add_argument("--before", metavar="DIR", type=Path, help="an earlier bpnet's checkout")
    given = parser.parse_args()
    if given.install:
        environments.install()
    data = unpack()
    print(f"bpnet at {machine.commit(environments.ROOT)}; {machine.described()}")
    if given.before:
        print(f"the commit before: {machine.commit(given.before)}")
    for name, section in SECTIONS.items():
        if given.only in (None, name):
            section(given, data)
    if failures:
        raise SystemExit(f"failed: {', '.join(failures)}")


if __name__ == "__main__":
    main()
