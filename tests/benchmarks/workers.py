"""bpnet's workers: what they bring, what they cost, and where they stop to pay."""

import os
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import environments
from memory import most_together
from processes import in_turn, measure
from rates import BPNET
from tables import middle, ratios, spread, table

NUMBERS = (1, 2, 3, 4)
EPOCHS = {50: 20, 100: 12, 800: 6}  # of each start, by the width: some seconds
ELASTIC_EPOCHS = 4
CORES = f"--cores={os.cpu_count()}"  # all: nothing is pinned
ONE, TWO = BPNET.on(1), BPNET.on(2)
PAIR, BEFORE = "two runs side by side", "the commit before"


def run(data, rounds, before):
    """Print the rates with workers, and, on Linux, what they cost in time and memory."""
    found = {
        hidden: in_turn(_trainings(data, hidden, before), rounds, f"784-{hidden}-10, ")
        for hidden in EPOCHS
    }
    print(f"\nbpnet with workers: medians (and extremes) of {rounds} starts\n")
    pairs = {
        "two workers, divided by the sum of two runs side by side": (TWO, PAIR),
        "two workers, divided by one": (TWO, ONE),
        **({"one worker, divided by the commit before": (ONE, BEFORE)} if before else {}),
    }
    rows = [
        [title, *(ratios(rates[one], rates[other]) for rates in found.values())]
        for title, (one, other) in pairs.items()
    ]
    for name in map(BPNET.on, NUMBERS):
        figures = (middle(rates[name], "{:,.0f}") for rates in found.values())
        rows.append([name.replace("bpnet,", "images/s with"), *figures])
    print(table(["", *(f"784-{hidden}-10" for hidden in found)], rows), flush=True)
    if sys.platform == "linux":
        _costs(data, rounds)


def elastic(data, rounds, before):
    """Print the seconds of an epoch of configs/elastic-800.yaml, and of one without distortions."""
    names = {"": "bpnet_elastic", ", without distortions": "bpnet_plain"}
    options = (CORES, f"--epochs={ELASTIC_EPOCHS}")
    trainings = {}
    for title, module in names.items():
        for contender in _bpnets(module, before):
            for n in (1, 2) if contender.shares else (1,):
                start = partial(contender.start, n, data, 800, *options)
                trainings[contender.on(n) + title] = start
    found = in_turn(trainings, rounds, "elastic-800: ")
    print(f"\nAn epoch of configs/elastic-800.yaml, medians (and extremes) of {rounds} starts\n")
    seconds = {name: [60_000 / s.rate for s in starts] for name, starts in found.items()}
    rows = [[name, spread(own), ratios(own, seconds[TWO])] for name, own in seconds.items()]
    print(table(["an epoch", "seconds", "its time / that of two workers"], rows), flush=True)


def _bpnets(module, before):
    """Return bpnet with the module, and the one before, which knows no workers."""
    own = replace(BPNET, module=module)
    variables = (("PYTHONPATH", str(before.absolute())),)
    earlier = replace(own, title=BEFORE, shares=False, variables=variables)
    return [own, earlier] if before else [own]


def _trainings(data, hidden, before):
    """Return functions that train and return the rate, by name."""

    def rate(contender, number):
        return contender.start(number, data, hidden, CORES, f"--epochs={EPOCHS[hidden]}").rate

    own, *earlier = _bpnets("bpnet_trainer", before)
    functions = {ONE: partial(rate, own, 1)}  # what is compared comes one after the other
    functions |= {contender.title: partial(rate, contender, 1) for contender in earlier}
    functions[PAIR] = partial(_side_by_side, data, hidden)
    return functions | {own.on(n): partial(rate, own, n) for n in NUMBERS[1:]}


def _side_by_side(data, hidden):
    """Return the sum of the rates of two runs, of the epochs in which both train."""
    start = partial(BPNET.start, 1, data, hidden, CORES, f"--epochs={EPOCHS[hidden]}")
    with ThreadPoolExecutor(2) as pool:
        runs = [future.result().epochs for future in [pool.submit(start) for _ in range(2)]]
    first = max(epochs[0][0] for epochs in runs)
    last = min(epochs[-1][0] for epochs in runs)
    return sum(
        60_000 / statistics.median(s for end, s in epochs if first <= end - s and end <= last)
        for epochs in runs
    )


def _costs(data, rounds):
    """Print how long it takes to begin, and the memory, with one worker and with two."""
    starts = {ONE: (1, "fork"), f"{TWO}, forked": (2, "fork"), f"{TWO}, spawned": (2, "spawn")}
    found = in_turn({n: partial(_begun, data, *how) for n, how in starts.items()}, rounds)
    print(f"\nWhat a second worker costs: medians (and extremes) of {rounds} starts, 784-100-10\n")
    seconds, memory = ({n: [s[i] for s in f] for n, f in found.items()} for i in (0, 1))
    rows = [
        [
            name,
            middle(seconds[name]),
            spread(own - one for own, one in zip(seconds[name], seconds[ONE], strict=False)),
            middle(memory[name], "{:.0f} MB"),
            ratios(memory[name], memory[ONE]),
        ]
        for name in starts
    ]
    heads = ["", "seconds from start to first step", "beyond one worker", "memory together",
             "divided by that of one"]  # fmt: skip
    print(table(heads, rows), flush=True)


def _begun(data, workers, how):
    """Return the seconds from the start of a process to its first step, and its memory."""
    script = Path(__file__).with_name("starting.py")
    command = [environments.python("bpnet"), script, data, str(workers), how]
    found = measure(command, threads=1, watch=most_together)
    return float(found.output) - found.started, found.watched
