"""The data of a report, and the files beside this one -> the text of its page."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

MARK = "<!-- A report by bpnet. -->"


@dataclass(frozen=True)
class Kind:
    """The files that a page is made of: what stands in it, its styles, its scripts."""

    body: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


RUN = Kind(
    "run.html",
    ("style.css",),
    (
        "parts.js", "charts.js", "normalize.js", "separate.js", "view.js", "classifier.js",
        "doubt.js", "page.js", "curves.js", "mistakes.js", "answer.js", "canvas.js",
    ),
)  # fmt: skip
SWEEP = Kind(
    "sweep.html",
    ("style.css", "sweep.css"),
    (
        "parts.js", "charts.js", "axes.js", "colours.js", "sweep.js", "pointing.js",
        "by_setting.js", "all_curves.js", "trials.js", "sweep_page.js",
    ),
)  # fmt: skip


def page(content: Mapping[str, Any], kind: Kind = RUN) -> str:
    """Return the page: one file, with its style, its scripts and its data inside.

    The content has a title, and the words that stand in the page; the rest is for the scripts.
    """
    words = content["words"] | {"title": content["title"]}
    parts = {name: html.escape(str(word)) for name, word in words.items()}
    parts |= {"body": _filled(_file(kind.body), parts), "mark": MARK}
    parts["style"] = "\n".join(map(_file, kind.styles))
    parts["scripts"] = "\n".join(f"<script>\n{_file(name)}</script>" for name in kind.scripts)
    parts["data"] = _safe(json.dumps(content, allow_nan=False))
    return _filled(_file("page.html"), parts)


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Return the template with these parts in it.

    >>> _filled("<p>{{one}}{{two}}</p>", {"one": "{{two}}", "two": "2"})
    '<p>{{two}}2</p>'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def _safe(text: str) -> str:
    r"""Return JSON in which nothing can end the element of the page that holds it.

    >>> print(_safe('["</script>"]'))
    ["\u003c/script>"]
    """
    return text.replace("<", r"\u003c")


def _file(name: str) -> str:
    return files("bpnet.report").joinpath(name).read_text(encoding="utf-8")
