"""Images a second in training, beside every peer at the same work."""

import json
import statistics
import sys
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import environments
from processes import measure
from tables import spread, table

WIDTHS = (50, 100, 800)
THREADS = (1, 2)
EPOCHS = 4  # of each start, the first of which does not count


@dataclass(frozen=True)
class Contender:
    """A module of `contenders/`, and the environment it runs in."""

    title: str
    module: str
    environment: str
    variables: tuple = ()

    def start(self, threads, data, hidden, *options):
        """Run a process of this contender; return its measurement and what it has printed."""
        script = Path(__file__).parent / "contender.py"
        python = environments.python(self.environment)
        command = [python, script, self.module, data, f"--hidden={hidden}", f"--cores={threads}"]
        found = measure([*command, *options], threads, **dict(self.variables))
        return found, json.loads(found.output)


BPNET = Contender("bpnet", "bpnet_trainer", "bpnet")
LIMIT = Contender("the five products alone", "five_products", "bpnet")
JAX, TENSORFLOW = (("KERAS_BACKEND", "jax"),), (("KERAS_BACKEND", "tensorflow"),)
CONTENDERS = (
    BPNET,
    LIMIT,
    Contender("JAX, an epoch in a scan", "jax_scan", "jax"),
    Contender("JAX, a jitted step", "jax_step", "jax"),
    Contender("PyTorch, eager", "pytorch_eager", "torch"),
    Contender("PyTorch, compiled", "pytorch_compiled", "torch"),
    Contender("scikit-learn", "scikit_learn", "scikit-learn"),
    Contender("Keras on JAX", "keras_fit", "keras-jax", JAX),
    Contender("Keras on TensorFlow", "keras_fit", "keras-tensorflow", TENSORFLOW),
    Contender("NumPy, the book's way", "numpy_book", "bpnet"),
)


@dataclass
class Figures:
    """What the starts of one contender, on one number of threads, came to."""

    rates: list = field(default_factory=list)  # images a second, a start
    compiling: list = field(default_factory=list)  # seconds of the first epoch
    first: list = field(default_factory=list)  # seconds from start to the end of the first epoch
    memory: list = field(default_factory=list)
    accuracy: float = 0
    build: str = ""

    def add(self, found, printed):
        """Add a start."""
        first, *counted = printed["seconds"]
        self.rates.append(60_000 / statistics.median(counted))
        self.compiling.append(first)
        self.first.append(printed["first"] - found.started)
        self.memory.append(found.memory)
        self.accuracy, self.build = printed["accuracy"], printed["build"]


def installed():
    """Return the contenders whose environment is there; name the others."""
    for contender in CONTENDERS:
        if not environments.python(contender.environment):
            print(f"{contender.title}: not installed, left out", file=sys.stderr)
    return [c for c in CONTENDERS if environments.python(c.environment)]


def run(data, rounds):
    """Print a table for each width, the medians of so many starts of each contender; then all."""
    contenders = installed()
    ratios = {contender: [] for contender in contenders}
    for hidden in WIDTHS:
        figures = {pair: Figures() for pair in product(contenders, THREADS)}
        for number in range(rounds):
            for contender, threads in figures:
                print(f"{hidden}, round {number + 1}: {contender.title} {threads}", file=sys.stderr)
                started = contender.start(threads, data, hidden, f"--epochs={EPOCHS}")
                figures[contender, threads].add(*started)
        for contender, ratio in _report(hidden, contenders, figures, rounds).items():
            ratios[contender].append(ratio)
    print(f"\nbpnet's rate / theirs, each on its better number of threads, of {rounds} starts\n")
    heads = ["", *(f"784-{hidden}-10" for hidden in WIDTHS)]
    print(table(heads, [[contender.title, *row] for contender, row in ratios.items()]), flush=True)


def _report(hidden, contenders, figures, rounds):
    print(f"\n784-{hidden}-10, batches of 100, medians of {rounds} starts of {EPOCHS - 1} epochs\n")
    best = {c: max(THREADS, key=lambda n: _median(figures[c, n].rates)) for c in contenders}
    chosen = {c: figures[c, best[c]] for c in contenders}
    ratios = {c: _ratio(chosen[BPNET], found) for c, found in chosen.items()}
    rows = []
    for contender, found in chosen.items():
        rows.append([
            contender.title,
            ratios[contender],
            *(f"{_median(figures[contender, n].rates):,.0f}" for n in THREADS),
            f"{found.accuracy:.2%}" if contender is not LIMIT else "-",
            f"{_median(found.memory):.0f} MB",
            f"{_median(found.first):.1f} s",
            f"{_median(found.compiling):.1f} s",
            found.build,
        ])  # fmt: skip
    heads = [f"images/s on {n} thread{'s' * (n > 1)}" for n in THREADS]
    print(table(
        ["", "bpnet's rate / its own (min to max)", *heads, "test accuracy",
         "peak memory", "start to first epoch", "first epoch", "build"],
        rows,
    ))  # fmt: skip
    for threads in THREADS:
        share = _ratio(figures[BPNET, threads], figures[LIMIT, threads])
        print(f"\nbpnet on {threads}: {share} of the five products alone", flush=True)
    return ratios


def _ratio(one, other):
    """Return how many times as fast one is as the other, round by round."""
    return spread([a / b for a, b in zip(one.rates, other.rates, strict=True)])


_median = statistics.median
