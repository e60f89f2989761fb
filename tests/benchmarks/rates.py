"""Images a second in training, beside every peer at the same work."""

import json
import statistics
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import environments
from environments import version
from processes import in_turn, measure
from tables import middle, ratios, table

WIDTHS = (50, 100, 800)
NUMBERS = (1, 2)  # of threads; of workers, for bpnet
EPOCHS = 4  # of each start, the first of which does not count


@dataclass(frozen=True)
class Start:
    """What a start of a contender came to."""

    rate: float  # images a second
    seconds: float  # of the whole process
    first: float  # seconds from the start of the process to the end of the first epoch
    compiling: float  # seconds of the first epoch, beyond those of a later one
    memory: float
    accuracy: float
    build: str
    epochs: tuple  # when each ended, and its seconds
    watched: object  # what `watch` came to


@dataclass(frozen=True)
class Contender:
    """A module of `contenders/`, and the environment it runs in."""

    title: str
    module: str
    environment: str
    variables: tuple = ()
    shares: bool = False  # its number is of workers, each on one thread

    def on(self, number):
        """Return the name of a start on so many threads, or workers."""
        return f"{self.title}, {number} {'worker' if self.shares else 'thread'}{'s' * (number > 1)}"

    def start(self, number, data, hidden, *options, watch=None):
        """Run a process of this contender; return what it came to."""
        script = Path(__file__).parent / "contender.py"
        python = environments.python(self.environment)
        command = [python, script, self.module, data, f"--hidden={hidden}", f"--cores={number}"]
        if self.shares:
            command.append(f"--workers={number}")
        threads = 1 if self.shares else number
        found = measure([*command, *options], threads, watch, **dict(self.variables))
        return _start(found, json.loads(found.output))


def _start(found, printed):
    first, *counted = printed["seconds"]
    epoch = statistics.median(counted or [first])
    return Start(
        60_000 / epoch,
        found.seconds,
        printed["ended"][0] - found.started,
        first - epoch,
        found.memory,
        printed["accuracy"],
        printed["build"],
        tuple(zip(printed["ended"], printed["seconds"], strict=True)),
        found.watched,
    )


BPNET = Contender("bpnet", "bpnet_trainer", "bpnet", shares=True)
LIMIT = Contender("the five matrix products of a step, and nothing else", "five_products", "bpnet")
JAX = Contender(f"JAX {version('jax')}, a whole epoch in one jitted scan", "jax_scan", "jax")
TORCH = Contender(f"PyTorch {version('torch')}, eager", "pytorch_eager", "torch")
CONTENDERS = (
    BPNET,
    JAX,
    Contender("JAX, a jitted step", "jax_step", "jax"),
    TORCH,
    Contender("PyTorch, compiled", "pytorch_compiled", "torch"),
    Contender(f"scikit-learn {version('scikit-learn')}", "scikit_learn", "scikit-learn"),
    Contender(
        f"Keras {version('keras')} on JAX", "keras_fit", "keras-jax", (("KERAS_BACKEND", "jax"),)
    ),
    Contender(
        f"Keras on TensorFlow {version('tensorflow-cpu')}",
        "keras_fit",
        "keras-tensorflow",
        (("KERAS_BACKEND", "tensorflow"),),
    ),
    Contender("NumPy, float64, the book's way", "numpy_book", "bpnet"),
    LIMIT,
)


def installed():
    """Return the contenders whose environment is there; name the others."""
    for contender in CONTENDERS:
        if not environments.python(contender.environment):
            print(f"{contender.title}: not installed, left out", file=sys.stderr)
    return [c for c in CONTENDERS if environments.python(c.environment)]


def run(data, rounds):
    """Print a table for each width, the medians of so many starts of each contender; then all."""
    contenders = installed()
    found = {}
    for hidden in WIDTHS:
        starts = {
            contender.on(n): partial(contender.start, n, data, hidden, f"--epochs={EPOCHS}")
            for contender in contenders
            for n in NUMBERS
        }
        found[hidden] = in_turn(starts, rounds, f"784-{hidden}-10, ")
        _report_width(hidden, contenders, found[hidden], rounds)
    _report(contenders, found, rounds)
    print("\nWhat the programs are, on their better number of threads\n")
    rows = [[c.title, next((s.build for s in _best(found[100], c)), "-")] for c in contenders]
    print(table(["", "build"], rows), flush=True)


def _best(starts, contender):
    """Return the starts of the contender on its better number of threads, or workers."""
    return max((starts[contender.on(n)] for n in NUMBERS), key=lambda found: _median_rate(found))


def _median_rate(starts):
    return statistics.median([start.rate for start in starts] or [0])


def rates(starts):
    """Return the rate of each start."""
    return [start.rate for start in starts]


def _report(contenders, found, rounds):
    print(f"\nMedians (and extremes) of {rounds} starts, each on its better number of threads\n")
    rows = [
        [c.title, *(ratios(rates(_best(f, BPNET)), rates(_best(f, c))) for f in found.values())]
        for c in contenders
        if c is not BPNET
    ]
    one, alone = BPNET.on(1), LIMIT.on(1)
    shares = [ratios(rates(f[one]), rates(f[alone])) for f in found.values()]
    rows.append(["the five products, both on one thread", *shares])
    for name in map(BPNET.on, NUMBERS):
        figures = (middle(rates(f[name]), "{:,.0f}") for f in found.values())
        rows.append([name.replace("bpnet,", "bpnet, images/s with"), *figures])
    heads = ["bpnet's rate, divided by that of", *(f"784-{hidden}-10" for hidden in found)]
    print(table(heads, rows), flush=True)


def _report_width(hidden, contenders, starts, rounds):
    print(f"\n784-{hidden}-10, batches of 100, medians of {rounds} starts of {EPOCHS - 1} epochs\n")
    rows = []
    for contender in contenders:
        best = _best(starts, contender)
        rows.append([
            contender.title,
            *(middle(rates(starts[contender.on(n)]), "{:,.0f}") for n in NUMBERS),
            middle((s.accuracy for s in best if contender is not LIMIT), "{:.2%}"),
            middle((s.memory for s in best), "{:.0f} MB"),
            middle((s.first for s in best), "{:.1f} s"),
            middle((s.compiling for s in best), "{:.1f} s"),
        ])  # fmt: skip
    heads = ["", "images/s on one", "on two", "test accuracy", "peak memory",
             "start to end of first epoch", "first epoch, beyond a later one"]  # fmt: skip
    print(table(heads, rows), flush=True)
