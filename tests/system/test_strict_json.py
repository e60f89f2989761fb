"""JSON, as strict as bpnet writes it."""

import pytest

from bpnet.system import strict_json


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
