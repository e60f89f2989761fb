"""The scripts of a sweep's page, run by V8 without a browser: axes, colours, what is far below."""

from itertools import pairwise

import pytest

from tests.helpers import scripts

SCRIPTS = ("charts.js", "axes.js", "colours.js", "pointing.js")
TEXTS = "axisOf(values).marks.map(mark => mark.text)"
KINDS = {
    "even": ([0.1, 0.3, 0.5], "linear"),
    "two": ([0.001, 1], "linear"),
    "doubled": ([1, 2, 4, 8], "logarithmic"),
    "1, 3, 10": ([0.1, 0.3, 1], "logarithmic"),
    "1, 3, 10, in no order": ([1, 0.1, 0.3, 0.1], "logarithmic"),
    "with a zero": ([0, 0.001, 0.01, 0.1], "logarithmic"),
    "even, with a zero": ([0, 5, 10, 15, 20, 25, 30], "linear"),
    "near": ([10, 11, 12.5], "linear"),
    "below zero": ([-1, 1, 10, 100], "linear"),
    "words": (["relu", "sigmoid"], "words"),
    "lists": ([[300], [100, 50], [300]], "words"),
    "both": (["he", 0.01], "words"),
}


def test_an_axis_is_logarithmic_where_numbers_are_spread_so():
    expression = """cases.map(values => {
        const axis = axisOf(values);
        return {...axis, of: values.map(axis.of)};
    })"""
    axes = scripts.run(SCRIPTS, expression, cases=[values for values, _ in KINDS.values()])
    assert {name: axis["kind"] for name, axis in zip(KINDS, axes, strict=True)} == {
        name: kind for name, (_, kind) in KINDS.items()
    }
    for (values, kind), axis in zip(KINDS.values(), axes, strict=True):
        assert [axis["values"][number] for number in axis["of"]] == values
        assert axis["places"] == sorted(set(axis["places"]))
        assert all(0 < place < 1 for place in axis["places"])
        if kind != "words":
            assert axis["values"] == sorted(set(values))


def test_places_are_even_by_size_by_logarithm_or_by_order():
    cases = [[1, 2, 3], [1, 10, 100], [0, 1, 10, 100], ["b", "a", "c"]]
    for places in scripts.run(SCRIPTS, "cases.map(values => axisOf(values).places)", cases=cases):
        gaps = [after - before for before, after in pairwise(places)]
        assert gaps == pytest.approx([gaps[0]] * len(gaps))


MARKS = [
    ([0.3, 0.1, 0.5], ["0.1", "0.3", "0.5"]),
    ([[100], [50, 20]], ["[100]", "[50, 20]"]),
    ([number / 100 for number in range(1, 60)], ["0.1", "0.2", "0.3", "0.4", "0.5"]),
    ([0.0013 * 1.4**number for number in range(20)], ["0.003", "0.01", "0.03", "0.1", "0.3"]),
    ([0, *(1e-4 * 2**n for n in range(14))], ["0", "0.0001", "0.001", "0.01", "0.1"]),
]


def test_few_values_are_marked_themselves_many_at_round_numbers():
    expression = "cases.map(values => axisOf(values).marks.map(mark => mark.text))"
    found = scripts.run(SCRIPTS, expression, cases=[values for values, _ in MARKS])
    assert found == [texts for _, texts in MARKS]


LABELS = {  # their places and half widths -> their middles from 0 to 100, at least 2 apart
    "with room": ([(10, 5), (30, 5), (90, 10)], [10, 30, 90]),
    "two that are near": ([(50, 5), (54, 5)], [46, 58]),
    "at the edges": ([(1, 5), (2, 5), (98, 5)], [5, 17, 95]),
    "a heap": ([(10, 5), (70, 5), (70, 5), (70, 10)], [10, 55.5, 67.5, 84.5]),
    "without room": ([(50, 20), (50, 20), (50, 20)], None),
}


def test_labels_that_are_near_are_put_side_by_side():
    cases = [[{"at": at, "half": half} for at, half in labels] for labels, _ in LABELS.values()]
    found = scripts.run(SCRIPTS, "cases.map(labels => apart(labels, [0, 100], 2))", cases=cases)
    assert found == [middles for _, middles in LABELS.values()]


def test_numbers_are_rounded_as_python_does():
    numbers = [322.5, 323.5, 0.5, 0.0, 12, 322.4999, 322.5000001, 12.125, 12.375, 12.345, 99.995]
    for digits in (0, 1, 2):
        expected = [f"{number:.{digits}f}" for number in numbers]
        expression = "numbers.map(number => rounded(number, digits))"
        assert scripts.run(SCRIPTS, expression, numbers=numbers, digits=digits) == expected


FENCES = {
    "alone": ([0.9], 0.9),
    "equal": ([0.9, 0.9, 0.9], 0.9),
    "near": ([0.95, 0.96, 0.97, 0.98], 0.95),
    "one far below": ([0.1, 0.96, 0.97, 0.98], 0.96),
    "half far below": ([0.1, 0.1, 0.97, 0.98], 0.1),
}


def test_what_lies_far_below_is_cut_off_and_no_more():
    lows = scripts.run(SCRIPTS, "cases.map(fence)", cases=[shares for shares, _ in FENCES.values()])
    assert lows == [low for _, low in FENCES.values()]


def test_few_trials_and_words_have_a_hue_each_numbers_go_from_cold_to_warm():
    expression = """[[1, 5], [null, 2], [0, 100], [null, 100]].map(([key, count]) => {
        const numbers = Array.from({length: count}, (_, i) => i);
        const trials = numbers.map(i => ({number: i, values: [i, "ab"[i % 2]]}));
        const axes = [0, 1].map(key => axisOf(trials.map(trial => trial.values[key])));
        for (const trial of trials) trial.which = axes.map((axis, i) => axis.of(trial.values[i]));
        return groupsOf(trials, key, axes).map(group => ({...group, trials: group.trials.length}));
    })"""
    words, few, *many = scripts.run(SCRIPTS, expression)
    assert [tuple(group.values()) for group in words] == [
        ("a", 3, "var(--hue0)"), ("b", 2, "var(--hue1)"),
    ]  # fmt: skip
    assert [tuple(group.values()) for group in few] == [
        ("trial 0", 1, "var(--hue0)"), ("trial 1", 1, "var(--hue1)"),
    ]  # fmt: skip
    for groups in many:
        assert [group["trials"] for group in groups] == [1] * 100
        colours = [group["colour"] for group in groups]
        assert all(colour.startswith("color-mix(in oklch, ") for colour in colours)
        assert 20 < len(set(colours)) <= 33


def test_the_nearest_point_is_found_within_reach():
    points = [{"x": 10, "y": 10}, {"x": 20, "y": 10}]
    expression = "places.map(([x, y]) => nearest(points, x, y)?.x ?? null)"
    places = [[12, 10], [16, 12], [30, 25], [45, 10]]
    assert scripts.run(SCRIPTS, expression, points=points, places=places) == [10, 20, 20, None]
