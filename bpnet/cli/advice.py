"""Commands and groups that say, of a word they do not know, what was probably meant."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import click

from bpnet.cli.console import echo_error

_COMMANDS = {  # and what others call it
    "train": "fit learn start",
    "train --resume RUN": "resume continue restart",
    "sweep": "grid gridsearch grid-search search tune tuner optimize hyperparameters multirun",
    "eval": "test evaluate evaluation score val validate",
    "predict": "infer inference classify recognize recognise",
    "report": "plot html page visualize",
    "runs": "list ls history",
    "compare": "diff",
    "export": "save convert dump write onnx safetensors",
    "gradcheck": "check grad gradient gradients",
    "config check": "check validate lint",
    "config show": "print",
    "config list": "configs",
    "data fetch": "download get load",
    "data show": "view plot",
    "--help": "help",
    "--version": "version",
}
_OF_A_SWEEP = {  # its options, and what others call them
    "--grid": "grid-file param-grid params parameters space",
    "--trials": "trials-file trial-list list csv",
    "--seeds": "num-seeds n-seeds repeat repeats replicas n-runs",
    "--jobs": "n-jobs num-jobs parallel max-concurrent concurrency",
    "--dry-run": "dryrun print-trials plan preview",
    "--stop-on-error": "fail-fast fail-on-trial-error",
    "--scheduler": "address dask cluster",
}


class Command(click.Command):
    """A command whose errors about its options and arguments say what was meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raises: UsageError if some are not known, or left over."""
        ctx.allow_extra_args = True  # click would refuse them in other words
        with _unknown_options(ctx):
            left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            told = f"Got unexpected extra argument{'s' * (len(left) > 1)} ({' '.join(left)})"
            ctx.fail(_joined(told, _about_arguments(left, ctx)))
        return left


class Group(click.Group):
    """Such commands under one name; the name alone prints its help, and is no command."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, as the user comes to them."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before the command; click's own answer to nothing differs by version.

        Raises: UsageError.
        """
        if not args and not ctx.resilient_parsing:
            for line in ctx.get_help().splitlines():
                echo_error(line)
            ctx.exit(2)
        with _unknown_options(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command of that name, and what follows. Raises: UsageError if it is none."""
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            advice = _about_command(args[0], self, ctx)
            ctx.fail(_joined(f"No such command {args[0]!r}", advice))
        return super().resolve_command(ctx, args)


@contextmanager
def _unknown_options(ctx: click.Context) -> Iterator[None]:
    try:
        yield
    except click.NoSuchOption as error:
        name = error.option_name
        ctx.fail(_joined(f"No such option {name!r}", _about_option(name, ctx)))


def _joined(told: str, advice: Iterator[str]) -> str:
    """Return what is wrong and, if there is any advice, the first, which is the surest."""
    return "; ".join([told, *islice(advice, 1)])


def _near(word: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches

    from bpnet.config.words import LIKENESS

    return get_close_matches(word, known, n=1, cutoff=LIKENESS)


def _options(command: click.Command) -> list[str]:
    """Return the options of a command, in their long form."""
    return [option.opts[-1] for option in command.params if isinstance(option, click.Option)]


def _arguments(command: click.Command) -> list[str]:
    """Return the arguments of a command, as they stand in its help."""
    arguments = [argument for argument in command.params if isinstance(argument, click.Argument)]
    return [(argument.metavar or "").strip("[].") for argument in arguments]


def _about_command(word: str, group: click.Group, ctx: click.Context) -> Iterator[str]:
    """Yield what may be meant by an unknown command, the surest first."""
    program, _, place = ctx.command_path.partition(" ")
    own = f"{place} ".lstrip()
    called = [
        name for name, words in _COMMANDS.items() if word in words.split() and name.startswith(own)
    ]
    below = [
        f"{name} {word}"
        for name, command in group.commands.items()
        if isinstance(command, click.Group) and word in command.commands
    ]
    near = [own + name for name in _near(word, list(group.commands))]
    file = [f"train {config}"] if (config := _config(word)) else []
    for found in filter(None, (called, below, near, file)):
        yield f"did you mean {' or '.join(f'{program} {name}' for name in found)}?"
    yield f"the commands of {ctx.command_path} are {', '.join(group.commands)}"


def _about_option(name: str, ctx: click.Context) -> Iterator[str]:
    """Yield what may be meant by an unknown option, the surest first."""
    from bpnet.config import words

    word, command, options = name.lstrip("-"), ctx.command, _options(ctx.command)
    if word.upper() in _arguments(command):
        yield f"write it without {name}: {ctx.command_path} {word.upper()}"
    if isinstance(command, click.Group):
        for below, other in command.commands.items():
            if name in _options(other):
                yield f"it stands after the command: {ctx.command_path} {below} {name}"
        yield f"the options of a command stand after it: {ctx.command_path} COMMAND {name}"
    for option, others in _OF_A_SWEEP.items() if "--trials" in options else ():
        if word.replace("_", "-") in others.split():
            yield f"did you mean {option}?"
    here = words.found(word) if "--set" in options else None
    if here in words.KEYS:
        yield f"use --set {here}=..."
    begun = [option for option in options if option.startswith((name, f"-{name}"))]
    yield from (f"did you mean {option}?" for option in [*begun, *_near(name, options)])
    if here and " " in here:  # no name, but a sentence
        yield here
    if "--set" in options and (near := words.nearest(word)) in words.KEYS:
        yield f"use --set {near}=..."
    yield f"the options of {ctx.command_path} are {', '.join(options)}"


def _about_arguments(left: Sequence[str], ctx: click.Context) -> Iterator[str]:
    """Yield what may be meant by arguments that no parameter takes, the surest first."""
    from bpnet.config import words

    word, options = left[0], _options(ctx.command)
    if "--set" in options:
        for setting in ctx.params.get("settings", ()):
            if "=" not in setting:
                yield f"write it without a blank: --set {setting}={word}"
        if any(other.endswith("]") for other in left):
            yield 'a value with blanks needs quotes: --set "network.hidden=[300, 100]"'
        key, equals, value = word.partition("=")
        if equals:
            here = words.found(key)
            yield f"did you mean --set {here if here in words.KEYS else key}={value}?"
    if f"--{word.lstrip('–—')}" in options:
        yield f"did you mean --{word.lstrip('–—')}?"
    for option in ctx.command.params:
        if isinstance(option.type, click.Choice) and word in option.type.choices:
            yield f"did you mean {option.opts[0]} {word}?"
    if "--trials" in options and word.endswith(".csv"):
        yield f"did you mean --trials {word}?"
    with suppress(OSError):  # the word may be too long for a name
        place = f"--resume {word}" if Path(word).is_dir() else _config(word)
        if place and place.partition(" ")[0] in options:
            yield f"did you mean {place}?"


def _config(word: str) -> str | None:
    """Return the option for the name of a config, for a file, or for a YAML file that is not."""
    from bpnet.config import shipped

    with suppress(OSError):
        is_one = word.endswith((".yaml", ".yml")) or word in shipped.names()
        return f"--config {shipped.meant(word)}" if is_one or Path(word).is_file() else None
    return None
