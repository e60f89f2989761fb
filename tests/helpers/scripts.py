"""The scripts of a report's page, run by V8 without a browser."""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

V8 = """if True:
    import sys
    from py_mini_racer import MiniRacer

    with MiniRacer() as v8:
        print(v8.eval(sys.stdin.read()))
"""  # in a process of its own: V8 starts threads, and other tests fork


def run(scripts: Sequence[str], expression: str, before: str = "", **given: Any) -> Any:
    """Return what an expression is to the scripts, with what comes before it, and these names."""
    texts = [files("bpnet.report").joinpath(name).read_text(encoding="utf-8") for name in scripts]
    names = [f"const {name} = {json.dumps(value)};" for name, value in given.items()]
    source = "\n".join([*texts, before, *names, f"JSON.stringify({expression})"])
    command = [sys.executable, "-X", "utf8", "-c", V8]
    result = subprocess.run(
        command, input=source, stdout=subprocess.PIPE, encoding="utf-8", timeout=300, check=True
    )
    return json.loads(result.stdout)
