"""What a shell completes, by what is typed so far: configs, runs, settings, files and folders.

click asks these functions (its `shell_complete`). They print nothing, and import no NumPy.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from bpnet.errors import BpnetError

if TYPE_CHECKING:
    import click.shell_completion

    from bpnet.config.rules import Rule

Items: TypeAlias = "list[click.shell_completion.CompletionItem]"
PLAIN = r"[\w./+,:@%=-]+"  # names that a shell takes as they are


def configs(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return the names of the configs that come with bpnet, or leave a path to the shell."""
    from bpnet.config import shipped

    found = [name for name in shipped.names() if name.startswith(typed)]
    items = []
    with suppress(BpnetError):
        items = [_item(name, told=shipped.about(name)) for name in found]
    return items or files(ctx, param, typed)


def runs(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return the runs, folders of seeds and sweeps in runs/, the newest first, or any folder.

    What is in one of these is offered once its own folder is typed: of a sweep the trials, then
    their seeds.
    """
    from bpnet.runs import finding
    from bpnet.system.progress import silent

    every = finding.every(Path("runs"), silent)
    outer = dict.fromkeys(Path(*run.parts[:2]) for run in reversed(every))
    below = [Path(*run.parts[:depth]) for run in every for depth in range(3, 1 + len(run.parts))]
    inner = [path for path in dict.fromkeys(below) if typed.startswith(f"{path.parent}/")]
    found = [str(path) for path in [*outer, *inner] if str(path).startswith(typed)]
    plain = [_item(name) for name in found if re.fullmatch(PLAIN, name)]
    return plain or folders(ctx, param, typed)


def settings(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return KEY= for each key of a config or, where the key is there, KEY=WORD for its words."""
    from bpnet.config.schema import rules

    key, equals, _ = typed.partition("=")
    if equals:
        chosen = [f"{key}={word}" for word in _words(rules().get(key))]
        return [_item(setting) for setting in chosen if setting.startswith(typed)]
    found = {name: rule for name, rule in rules().items() if name.startswith(typed)}
    return [_item(f"{name}=", told=str(rule)) for name, rule in found.items()]


def several_settings(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Return what `settings` does and, behind a comma, the words that are not before it."""
    before, comma, last = typed.rpartition(",")
    if not comma:
        return settings(ctx, param, typed)
    key, _, given = before.partition("=")
    words = [item.value.partition("=")[2] for item in settings(ctx, param, f"{key}={last}")]
    return [_item(f"{before},{word}") for word in words if word not in given.split(",")]


def files(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Leave it to the shell: it knows the files."""
    return [_item(typed, "file")]


def folders(ctx: click.Context, param: click.Parameter, typed: str) -> Items:
    """Leave it to the shell: it knows the folders."""
    return [_item(typed, "dir")]


def _item(
    text: str, kind: str = "plain", told: str | None = None
) -> "click.shell_completion.CompletionItem":
    """Return what is offered, or of what kind the shell shall look for more."""
    import click.shell_completion

    return click.shell_completion.CompletionItem(text, kind, told)


def _words(rule: "Rule | None") -> tuple[str, ...]:
    """Return the words that a key may have as its value.

    >>> from bpnet.config.rules import Either, OneOf, Whole
    >>> _words(Either(OneOf(("he", "xavier")), Either(Whole(0, 9), OneOf(("none",)))))
    ('he', 'xavier', 'none')
    """
    from bpnet.config.rules import Either, OneOf

    if isinstance(rule, Either):
        return _words(rule.first) + _words(rule.second)
    return rule.words if isinstance(rule, OneOf) else ()
