"""`bpnet config`: look at a config, check it, or list those that there are."""

from pathlib import Path

import click

from bpnet.cli.advice import Group
from bpnet.cli.console import echo, echo_all
from bpnet.cli.options import CONFIG, SET


@click.group("config", cls=Group)
def config_group() -> None:
    """Look at a config, check it, or list those that come with bpnet.

    bpnet config show --config mnist
    """


@config_group.command("show")
@CONFIG
@SET
def show(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Print every key with its value: defaults < file < environment < --set.

    bpnet config show --config mnist --set seed=1
    """
    from bpnet import config
    from bpnet.runs import anew

    echo_all(config.dump(anew.load(config_file, settings)).splitlines())


@config_group.command("check")
@CONFIG
@SET
def check(config_file: Path | None, settings: tuple[str, ...]) -> None:
    """Print everything that is wrong with a config; exit status 2 if there is something.

    bpnet config check --config ./mine.yaml
    """
    from bpnet.runs import anew

    anew.load(config_file, settings)
    echo(f"{config_file or 'the defaults'}: no problems")


@config_group.command("list")
def list_configs() -> None:
    """Print the name of each config that comes with bpnet, and what it is for.

    bpnet config list
    """
    from bpnet.config import shipped

    names = shipped.names()
    widest = max(map(len, names), default=0)
    echo_all(f"{name:{widest}}  {shipped.about(name)}".rstrip() for name in names)
