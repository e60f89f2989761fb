"""The data of a report, and the files beside this one -> the text of its page."""

import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

MARK = "<!-- A report by bpnet. -->"
SCRIPTS = (
    "normalize", "separate", "classifier", "doubt", "page", "curves", "mistakes", "answer",
    "canvas",
)  # fmt: skip


def page(content: Mapping[str, Any]) -> str:
    """Return the page: one file, with its style, its scripts and its data inside."""
    parts = {
        "mark": MARK,
        "title": html.escape(str(content["run"])),
        "side": str(content["form"]["side"]),
        **content["words"],
        "style": _file("style.css"),
        "scripts": "\n".join(f"<script>\n{_file(f'{name}.js')}</script>" for name in SCRIPTS),
        "data": _safe(json.dumps(content, allow_nan=False)),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _file("page.html"))


def _safe(text: str) -> str:
    r"""Return JSON in which nothing can end the element of the page that holds it.

    >>> print(_safe('["</script>"]'))
    ["\u003c/script>"]
    """
    return text.replace("<", r"\u003c")


def _file(name: str) -> str:
    return files("bpnet.report").joinpath(name).read_text(encoding="utf-8")
