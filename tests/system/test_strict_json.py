"""JSON, as strict as bpnet writes it."""

from dataclasses import dataclass
from typing import Annotated

import pytest

from bpnet.system import strict_json
from bpnet.system.strict_json import Amount, Count, Share, Within, decode, value


def test_what_json_has_is_read():
    assert strict_json.parse(b'{"a": [1, -0.5, null, true, "\\u00e9"], "b": {"c": {"d": []}}}') == {
        "a": [1, -0.5, None, True, "é"],
        "b": {"c": {"d": []}},
    }


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "[1e999]", '{"a": -1e999}'])
def test_a_number_that_is_not_finite_is_refused(text):
    with pytest.raises(ValueError, match="is not a finite number"):
        strict_json.parse(text.encode())


@pytest.mark.parametrize("text", ["[[[[[]]]]]", '{"a": [{"b": [{}]}]}', "[" * 100_000, "[" * 900])
def test_a_deep_nesting_is_refused(text):
    with pytest.raises(ValueError, match=r"nested too deep|Expecting value"):
        strict_json.parse(text.encode())


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"9" * 5000, b"'a'", b"[1,]"])
def test_what_is_not_json_is_a_value_error(content):
    with pytest.raises(ValueError, match=r"."):
        strict_json.parse(content)


@dataclass(frozen=True)
class Epoch:
    number: Count
    accuracy: Share | None


@dataclass(frozen=True)
class Log:
    name: str
    facts: dict
    seconds: Amount
    epochs: list[Epoch]


FIRST = {"number": 1, "accuracy": 0.5}
LOG = {"name": "a", "facts": {}, "seconds": 2.5, "epochs": [FIRST, {"number": 2, "accuracy": None}]}


def test_an_object_becomes_the_dataclass_and_so_do_those_within():
    assert decode(Log, LOG) == Log("a", {}, 2.5, [Epoch(1, 0.5), Epoch(2, None)])
    assert decode(Log, LOG | {"epochs": []}).epochs == []


def without(found, name):
    return {key: value for key, value in found.items() if key != name}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (without(LOG, "seconds"), "seconds: is missing"),
        (LOG | {"novelty": 1}, "novelty: unknown"),
        (LOG | {"n" * 1000: 1}, f"{'n' * 40}: unknown"),
        (LOG | {"name": 3}, "name: expected a text"),
        (LOG | {"facts": []}, "facts: expected an object"),
        (LOG | {"seconds": 2}, "seconds: expected a number with a point"),
        (LOG | {"seconds": "2.5"}, "seconds: expected a number with a point"),
        (LOG | {"seconds": None}, "seconds: expected a number with a point"),
        (LOG | {"seconds": -0.5}, "seconds: expected 0 to 1.79769e+308"),
        (LOG | {"epochs": {}}, "epochs: expected a list"),
        (LOG | {"epochs": None}, "epochs: expected a list"),
        (LOG | {"epochs": [FIRST, 3]}, "epochs[1]: expected an object"),
        (LOG | {"epochs": [FIRST, without(FIRST, "number")]}, "epochs[1].number: is missing"),
        (LOG | {"epochs": [FIRST | {"x": 0}]}, "epochs[0].x: unknown"),
        (LOG | {"epochs": [FIRST | {"number": True}]}, "epochs[0].number: expected a whole number"),
        (LOG | {"epochs": [FIRST | {"number": 1.0}]}, "epochs[0].number: expected a whole number"),
        (LOG | {"epochs": [FIRST | {"number": None}]}, "epochs[0].number: expected a whole number"),
        (LOG | {"epochs": [FIRST | {"number": -1}]},
         "epochs[0].number: expected 0 to 9007199254740992"),
        (LOG | {"epochs": [FIRST | {"accuracy": 1.5}]}, "epochs[0].accuracy: expected 0 to 1"),
        (LOG | {"epochs": [FIRST | {"accuracy": False}]},
         "epochs[0].accuracy: expected a number with a point"),
        ([LOG], "it: expected an object"),
        (None, "it: expected an object"),
    ],
    ids=range(22),
)  # fmt: skip
def test_what_is_not_in_the_dataclass_is_refused_by_the_name_of_its_field(found, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        decode(Log, found)
    assert str(raised.value) == message


def test_both_ends_of_a_range_are_in_it():
    for hint, low, high in [
        (Share, 0.0, 1.0),
        (Count, 0, 2**53),
        (Annotated[int, Within(1, 3)], 1, 3),
        (Amount, 0.0, 1.7976931348623157e308),
    ]:
        assert (value(hint, low, "x"), value(hint, high, "x")) == (low, high)
    for hint, found in [(Count, 2**53 + 1), (Annotated[int, Within(1, 3)], 4), (Share, -1e-300)]:
        with pytest.raises(ValueError, match="^x: expected "):
            value(hint, found, "x")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_in_no_range(number):
    for hint in (Share, Amount, Share | None):
        with pytest.raises(ValueError, match="^x: expected 0 to "):
            value(hint, number, "x")


def test_only_what_may_be_none_is_none():
    assert value(Share | None, None, "x") is None
    assert value(str | None, "a", "x") == "a"
    with pytest.raises(ValueError, match="^x: expected a text$"):
        value(str, None, "x")
