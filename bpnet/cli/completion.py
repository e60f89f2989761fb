"""What a shell completes, by what is typed so far: configs, runs, settings, files and folders.

click asks these functions (its `shell_complete`). They print nothing, and import no NumPy.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpnet.errors import BpnetError

PLAIN = re.compile(r"[\w./+,:@%=-]+")  # names that a shell takes as they are

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from bpnet.config.rules import Rule


def configs(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Return the names of the configs that come with bpnet; a file is completed too."""
    from click.shell_completion import CompletionItem

    from bpnet.config import shipped

    found = [name for name in shipped.names() if name.startswith(typed)]
    items = files(ctx, param, typed)
    with suppress(BpnetError):
        items += [CompletionItem(name, help=shipped.about(name)) for name in found]
    return items


def runs(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Return the runs and the folders of seeds in runs/, the newest first; any folder will do.

    A seed alone is offered once its folder is typed.
    """
    from click.shell_completion import CompletionItem

    from bpnet.runs import finding
    from bpnet.system.progress import silent

    every = finding.every(Path("runs"), silent)
    outer = {str(Path(*folder.parts[:2])): None for folder in reversed(every)}
    inner = [name for name in map(str, every) if any(typed.startswith(f"{o}/") for o in outer)]
    found = [name for name in [*outer, *inner] if name.startswith(typed) and PLAIN.fullmatch(name)]
    return [*folders(ctx, param, typed), *map(CompletionItem, found)]


def settings(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Return KEY= for each key of a config or, where the key is there, KEY=WORD for its words."""
    from click.shell_completion import CompletionItem

    from bpnet.config.schema import rules

    key, equals, _ = typed.partition("=")
    if equals:
        chosen = [f"{key}={word}" for word in _words(rules().get(key))]
        return [CompletionItem(setting) for setting in chosen if setting.startswith(typed)]
    found = {name: rule for name, rule in rules().items() if name.startswith(typed)}
    return [CompletionItem(f"{name}=", help=str(rule)) for name, rule in found.items()]


def files(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Leave it to the shell: it knows the files."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="file")]


def folders(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Leave it to the shell: it knows the folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="dir")]


def _words(rule: "Rule | None") -> tuple[str, ...]:
    """Return the words that a key may have as its value."""
    from bpnet.config.rules import Either, OneOf

    if isinstance(rule, Either):
        return _words(rule.first) + _words(rule.second)
    return rule.words if isinstance(rule, OneOf) else ()
