"""The READMEs, and what stands in them: links, names of files, tables, trees and programs."""

import re
from itertools import takewhile
from pathlib import Path

import bpnet

ROOT = Path(bpnet.__file__).parent.parent
FOLDERS = ["bpnet", "configs", "data", "tests", "tests/benchmarks"]  # each explains itself
READMES = [ROOT / "README.md", *(ROOT / folder / "README.md" for folder in FOLDERS)]
PAGES = [*READMES, *sorted(ROOT.glob(".github/*.md")), *sorted(ROOT.glob("tests/fixtures/**/*.md"))]


def read(folder: str = ".") -> str:
    """Return the README of a folder."""
    return (ROOT / folder / "README.md").read_text(encoding="utf-8")


def blocks(text: str, kind: str) -> list[str]:
    """Return what stands in the fenced blocks of a kind.

    >>> blocks("```sh\\nls\\n```\\n", "sh")
    ['ls\\n']
    """
    return re.findall(rf"^```{re.escape(kind)}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """Return a text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def links(text: str) -> list[str]:
    """Return the targets of the links, and of the pictures, that lead to files of the project.

    >>> links("[a](b/README.md#c), [d](#e), ![f](g.png), [h](https://example.org)")
    ['b/README.md#c', '#e', 'g.png']
    """
    return re.findall(r"\]\((?!https?://)([^)\s]+)\)", prose(text))


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of the headings.

    >>> sorted(anchors("# A run.yaml, say\\n## 한국어 요약\\n"))
    ['a-runyaml-say', '한국어-요약']
    """
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def names(text: str) -> list[str]:
    """Return every name of a file or folder of the project, from its root on.

    >>> names("`bpnet/cli/`, tests/README.md. And ../bpnet/x.py, runs/a/tests/b.py, bpnet/")
    ['bpnet/cli', 'tests/README.md']
    """
    folders = r"(?:bpnet|configs|tests|\.ci|\.github)"
    return re.findall(rf"(?<![\w/.]){folders}/[\w./-]*\w", text)


def section(text: str, heading: str) -> list[str]:
    """Return the lines of a section: its heading, and what follows up to the next of its level.

    >>> section("# a\\n## b\\nc\\n### d\\n## e\\n", "## b")
    ['## b', 'c', '### d']
    """
    lines = text.splitlines()
    start = lines.index(heading)
    level = heading.partition(" ")[0] + " "
    rest = takewhile(lambda line: not line.startswith(level), lines[start + 1 :])
    return [heading, *rest]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of every table, without the headings.

    >>> rows("| a | b |\\n|---|---|\\n| | `c` |\\n| d | |\\n")
    [['', '`c`'], ['d', '']]
    """
    tables = re.findall(r"^\|[-|]+\|((?:\n\|.*\|)*)$", text, re.MULTILINE)
    lines = [line for table in tables for line in table.splitlines() if line]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def tree(text: str) -> list[str]:
    """Return the path of every file in a tree: a name a line, each folder's names indented by 2.

    >>> tree("a/\\n  b.py    first\\n  c/      second\\n    d.py  third\\ne.py  fourth\\n")
    ['a/b.py', 'a/c/d.py', 'e.py']
    """
    files: list[str] = []
    above: list[str] = []
    for indent, name in re.findall(r"^( *)(\S+)", text, re.MULTILINE):
        above[len(indent) // 2 :] = [name]
        if not name.endswith("/"):
            files.append("".join(above))
    return files


def printed(text: str) -> str:
    """Return what a program prints, as it says in the comments behind its calls of print.

    >>> printed("x = 1  # one\\nprint(x, 2)  # 1 2\\n")
    '1 2\\n'
    """
    return "".join(f"{line}\n" for line in re.findall(r"^print\(.*\)  # (.*)$", text, re.MULTILINE))
