"""JSON as bpnet writes it: finite numbers, shallow nesting, and the very fields of a dataclass.

Python's reader takes more than JSON has: NaN, Infinity, numbers too large for a float, and any
depth that the stack still holds, on which a later comparison, message or dump may break.
"""

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, is_dataclass
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from bpnet.errors import short

DEEPEST = 4  # the list network.hidden in the config of the identity of a checkpoint
WORDS = {
    float: "a number with a point",
    int: "a whole number",
    bool: "true or false",
    str: "a text",
    dict: "an object",
}

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Within:
    """The range of a number, its ends included."""

    low: float
    high: float


Share = Annotated[float, Within(0, 1)]
Amount = Annotated[float, Within(0, sys.float_info.max)]
Count = Annotated[int, Within(0, 2**53)]  # up to here exact in every reader of JSON, and as a float


def parse(content: bytes) -> Any:
    """Return what the JSON says.

    Raises: ValueError that says what is wrong.

    >>> parse(b'{"loss": 0.5, "best": null}')
    {'loss': 0.5, 'best': None}
    """
    try:
        found = json.loads(content, parse_float=finite, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not _ends(found, DEEPEST):
        raise ValueError("nested too deep")
    return found


def decode(kind: Callable[..., Kind], found: Any, place: str = "") -> Kind:
    """Return the dataclass whose fields, no more and no fewer, are in an object of JSON.

    Each must be of its annotated type, and within its annotated range.
    Raises: ValueError that names the field.

    >>> decode(Within, {"low": 0.5, "high": 2.0})
    Within(low=0.5, high=2.0)
    """
    if not isinstance(found, Mapping):
        raise ValueError(f"{place or 'it'}: expected an object")
    hints = _hints(kind)
    for name in hints:
        if name not in found:
            raise ValueError(f"{_below(place, name)}: is missing")
    for name in found:
        if name not in hints:
            raise ValueError(f"{_below(place, name[:40])}: unknown")
    return kind(
        **{name: value(hint, found[name], _below(place, name)) for name, hint in hints.items()}
    )


def value(hint: Any, found: Any, place: str) -> Any:
    """Return a value if it is of the annotated type and in its range.

    Raises: ValueError that names the place.

    >>> value(Share | None, 0.5, "accuracy"), value(Share | None, None, "accuracy")
    (0.5, None)
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return None if found is None else value(get_args(hint)[0], found, place)
    if origin is Annotated:
        kind, within = get_args(hint)
        if not within.low <= value(kind, found, place) <= within.high:
            ends = [f"{end:g}" if type(end) is float else str(end) for end in astuple(within)]
            raise ValueError(f"{place}: expected {' to '.join(ends)}")
        return found
    if origin is list:
        items = value(list, found, place)
        return [value(get_args(hint)[0], item, f"{place}[{n}]") for n, item in enumerate(items)]
    if isinstance(hint, type) and is_dataclass(hint):
        return decode(hint, found, place)
    if type(found) is not hint:  # a bool is no int here
        raise ValueError(f"{place}: expected {WORDS.get(hint, 'a list')}")
    return found


def finite(text: str) -> float:
    """Return the number that a text says. Raises: ValueError if it is none, or not finite.

    >>> finite("2.5e-3")
    0.0025
    """
    number = float(text)
    if not math.isfinite(number):
        _refuse(short(text))
    return number


@lru_cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a finite number")


def _ends(found: Any, levels: int) -> bool:
    """Whether what is found has at most so many levels of lists and objects."""
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        return True
    return levels > 0 and all(_ends(inner, levels - 1) for inner in found)
