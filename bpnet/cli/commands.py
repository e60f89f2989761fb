"""All commands, under one name.

A command fixes NumPy to one thread before it imports what needs NumPy, and --help imports
neither: so the imports of its work stand inside it.
"""

import click

from bpnet import __version__
from bpnet.cli.advice import Group
from bpnet.cli.compare import compare
from bpnet.cli.config import config_group
from bpnet.cli.data import data
from bpnet.cli.eval import evaluate
from bpnet.cli.export import export
from bpnet.cli.gradcheck import gradcheck
from bpnet.cli.predict import predict
from bpnet.cli.report import report
from bpnet.cli.runs import list_runs
from bpnet.cli.sweep import sweep
from bpnet.cli.train import train


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="bpnet %(version)s")
def bpnet() -> None:
    """Train the book's network on MNIST, score it, and check its gradients.

    \b
    bpnet train
    bpnet eval
    bpnet gradcheck

    Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong command
    line or config, 130, 143 and 129 after SIGINT, SIGTERM and SIGHUP.
    """


COMMANDS = [
    train, sweep, evaluate, gradcheck, data, predict, report, list_runs, compare, export,
    config_group,
]  # fmt: skip
for command in COMMANDS:
    bpnet.add_command(command)
