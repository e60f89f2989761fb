"""Whole commands, from the start of the process to its end."""

import statistics
import tempfile
from functools import partial
from itertools import count
from pathlib import Path

import environments
from processes import in_turn, measure
from rates import JAX, NUMBERS, TORCH
from tables import middle, ratios, table

EPOCHS = 20
IMPORTS = {"torch": "torch", "jax": "jax", "scikit-learn": "sklearn.neural_network"}


def run(data, rounds):
    """Print how long commands take beside imports, and a whole training beside the peers'."""
    _whole_job(data, rounds)
    _report("its time / that of `import torch`", in_turn(_beside_imports(data), rounds))
    _report("its time / that of `import click`", in_turn(_light_commands(), rounds))


def _whole_job(data, rounds):
    """Print how long the same training takes: 784-100-10, each epoch scored."""
    job = f"`bpnet train`: 784-100-10, {EPOCHS} epochs, each scored, everything saved"
    own = {_with(job, n): _training(data, 100, EPOCHS, n) for n in NUMBERS}
    peers = [c for c in (JAX, TORCH) if environments.python(c.environment)]
    options = (f"--epochs={EPOCHS}", "--scored")
    theirs = {c.on(n): partial(c.start, n, data, 100, *options) for c in peers for n in NUMBERS}
    found = in_turn(own | theirs, rounds)

    def seconds(name):
        return statistics.median([start.seconds for start in found[name]] or [float("inf")])

    names = sorted(own, key=seconds)
    names += [min((peer.on(n) for n in NUMBERS), key=seconds) for peer in peers]
    _report("its time / bpnet's", {name: found[name] for name in names})


def _beside_imports(data):
    """Return functions by their names."""
    commands = {}
    for name, module in IMPORTS.items():
        if python := environments.python(name):
            command = f"import {module}"
            commands[f'`python -c "{command}"`'] = partial(measure, [python, "-c", command])
    epoch = "`bpnet train`: 784-50-10, one epoch, scored and saved"
    commands |= {_with(epoch, n): _training(data, 50, 1, n) for n in NUMBERS}
    config = environments.ROOT / "configs" / "sprint.yaml"
    sprint = "`bpnet train --config sprint`"
    return commands | {_with(sprint, n): _train(data, config, n) for n in NUMBERS}


def _light_commands():
    python = environments.python("bpnet")
    bpnet = python.with_name("bpnet")
    config = environments.ROOT / "configs" / "mnist.yaml"
    commands = {
        '`python -c "import click"`': [python, "-c", "import click"],
        "`bpnet --help`": [bpnet, "--help"],
        "`bpnet config check`": [bpnet, "config", "check", "--config", config],
    }
    return {name: partial(measure, command) for name, command in commands.items()}


def _with(title, workers):
    return f"{title}, {workers} worker{'s' * (workers > 1)}"


def _training(data, hidden, epochs, workers):
    """Return a function that trains a plain network with the program itself."""
    config = Path(tempfile.mkdtemp()) / "job.yaml"
    config.write_text(
        f"data: {{validation: 0}}\nnetwork: {{hidden: [{hidden}]}}\ntrain: {{epochs: {epochs}}}\n",
        encoding="utf-8",
    )
    return _train(data, config, workers)


def _train(data, config, workers):
    """Return a function that trains with the config, each time in a new run directory."""
    folder = Path(tempfile.mkdtemp())
    numbers = count()
    bpnet = environments.python("bpnet").with_name("bpnet")
    command = [bpnet, "train", "--config", config, f"--workers={workers}"]
    command += ["--data-dir", data.parent]  # not BPNET_DATA_DIR
    return lambda: measure([*command, "--run-dir", folder / str(next(numbers))])


def _report(head, found):
    """Print a table; all are compared with the first."""
    seconds = {name: [start.seconds for start in starts] for name, starts in found.items()}
    first, *_ = seconds.values()
    rows = [
        [
            name,
            ratios(seconds[name], first),
            middle(seconds[name]),
            middle((start.memory for start in starts), "{:.0f} MB"),
        ]
        for name, starts in found.items()
    ]
    print(f"\nWhole commands, medians (and extremes) of {len(first)} starts\n")
    print(table(["", head, "seconds", "peak memory"], rows), flush=True)
