"""Whole commands, from the start of the process to its end."""

import statistics
import sys
import tempfile
from itertools import count
from pathlib import Path

import environments
import rates
from processes import measure
from tables import spread, table

EPOCHS = 20
IMPORTS = {"torch": "torch", "jax": "jax", "scikit-learn": "sklearn.neural_network"}


def run(data, rounds):
    """Print how long commands take beside imports, and a whole training beside the peers'."""
    _report("Start-up", _measured(_light_commands(), rounds))
    _report("A training beside the imports", _measured(_imports(data), rounds))
    _report(
        f"The whole job: 784-100-10, {EPOCHS} epochs, each scored",
        _better(_measured(_whole_job(data), rounds)),
    )


def _light_commands():
    """Return functions by their names; a report compares with the first."""
    python = environments.python("bpnet")
    bpnet = python.with_name("bpnet")
    config = environments.ROOT / "configs" / "mnist.yaml"
    return {
        "`import click`": lambda: measure([python, "-c", "import click"]),
        "`bpnet --help`": lambda: measure([bpnet, "--help"]),
        "`bpnet config check`": lambda: measure([bpnet, "config", "check", "--config", config]),
    }


def _imports(data):
    sprint = environments.ROOT / "configs" / "sprint.yaml"
    commands = {
        "`bpnet train`, an epoch of 784-50-10, scored": _training(data, 50, 1, 1),
        "`bpnet train --config configs/sprint.yaml`": _train(data, sprint),
    }
    for name, module in IMPORTS.items():
        if python := environments.python(name):
            command = [python, "-c", f"import {module}"]
            commands[f"`import {module}`"] = lambda command=command: measure(command)
    return commands


def _whole_job(data):
    """Return functions by title and number of threads."""
    options = (f"--epochs={EPOCHS}", "--scored")
    commands = {("`bpnet train`", n): _training(data, 100, EPOCHS, n) for n in rates.THREADS}
    for contender in rates.installed():
        if contender in (rates.BPNET, rates.LIMIT):
            continue
        for threads in rates.THREADS:
            commands[contender.title, threads] = lambda c=contender, n=threads: c.start(
                n, data, 100, *options
            )[0]
    return commands


def _training(data, hidden, epochs, threads):
    """Return a function that trains a plain network with the program itself."""
    config = Path(tempfile.mkdtemp()) / "job.yaml"
    config.write_text(
        f"data: {{validation: 0}}\nnetwork: {{hidden: [{hidden}]}}\n"
        f"train: {{epochs: {epochs}, threads: {threads}}}\n",
        encoding="utf-8",
    )
    return _train(data, config)


def _train(data, config):
    """Return a function that trains with the config, each time in a new run directory."""
    folder = Path(tempfile.mkdtemp())
    numbers = count()
    bpnet = environments.python("bpnet").with_name("bpnet")
    command = [bpnet, "train", "--config", config, "--data-dir", data.parent]  # not BPNET_DATA_DIR
    return lambda: measure([*command, "--run-dir", folder / str(next(numbers))])


def _measured(commands, rounds):
    """Run the commands in turn, round after round; return the measurements of each."""
    found = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            print(f"round {number + 1}: {name}", file=sys.stderr)
            found[name].append(command())
    return found


def _better(found):
    """Return the measurements of each title on its better number of threads."""
    by_title = {}
    for title, threads in found:
        by_title.setdefault(title, []).append(threads)
    chosen = {
        title: min(numbers, key=lambda n, title=title: _seconds(found[title, n]))
        for title, numbers in by_title.items()
    }
    return {f"{title}, {n} thread{'s' * (n > 1)}": found[title, n] for title, n in chosen.items()}


def _seconds(measurements):
    return statistics.median(m.seconds for m in measurements)


def _report(title, found):
    rounds = next(iter(found.values()))
    rows = [
        [
            name,
            spread([own.seconds / first.seconds for own, first in zip(ms, rounds, strict=True)]),
            f"{_seconds(ms):.2f}",
            f"{statistics.median(m.memory for m in ms):.0f} MB",
        ]
        for name, ms in found.items()
    ]
    print(f"\n{title}, medians of {len(rounds)} starts\n")
    heads = ["", "its time / the first row's (min to max)", "seconds", "peak memory"]
    print(table(heads, rows), flush=True)
