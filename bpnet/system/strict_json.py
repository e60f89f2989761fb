"""JSON as bpnet writes it: finite numbers, and no nesting deeper than its own.

Python's reader takes more than JSON has: NaN, Infinity, numbers too large for a float, and any
depth that the stack still holds, on which a later comparison, message or dump may break.
"""

import json
import math
from typing import Any, NoReturn

DEEPEST = 4  # the list network.hidden in the config of the identity of a checkpoint


def parse(content: bytes) -> Any:
    """Return what the JSON says.

    Raises: ValueError that says what is wrong.

    >>> parse(b'{"loss": 0.5, "best": null}')
    {'loss': 0.5, 'best': None}
    """
    try:
        value = json.loads(content, parse_float=_finite, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not _ends(value, DEEPEST):
        raise ValueError("nested too deep")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _refuse(f"{text[:20]}...")
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a finite number")


def _ends(value: Any, levels: int) -> bool:
    """Whether the value has at most so many levels of lists and objects."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_ends(inner, levels - 1) for inner in value)
