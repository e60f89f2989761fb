"""Light with a sharp edge in it."""

import numpy as np

from bpnet.pictures.normalizing.shadows import has_a_shadow, light

ALL = np.ones((80, 100), bool)


def half_bright():
    """Return paper that is brighter, so darker in the picture, beyond a slanting line."""
    y, x = np.mgrid[0:80, 0:100]
    return np.where(x + 0.3 * y > 60, 120.0, 20.0)


def with_strokes(paper, strength=80):
    page = paper.copy()
    page[20:60, 50:58] += strength
    page[36:44, 20:90] += strength
    return page


def test_the_edge_of_a_shadow_is_seen_and_strokes_are_not():
    assert has_a_shadow(with_strokes(half_bright()), ALL)
    assert not has_a_shadow(with_strokes(np.full((80, 100), 20.0)), ALL)


def test_a_smooth_slope_is_no_shadow():
    assert not has_a_shadow(np.linspace(20, 90, 100) * ALL, ALL)


def test_the_light_below_strokes_across_the_edge_is_that_beside_them():
    paper = half_bright()
    assert np.mean(light(with_strokes(paper), ALL) != paper) < 0.01


def test_what_is_outside_the_sheet_is_not_looked_at():
    sheet = ALL.copy()
    sheet[:, 70:] = False
    paper = np.where(sheet, 20.0, 200.0)
    assert not has_a_shadow(paper, sheet)
    assert (light(paper, sheet)[sheet] == 20).all()
