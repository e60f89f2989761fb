"""Light as a smooth surface."""

import numpy as np

from bpnet.pictures.normalizing.surfaces import smooth


def test_light_that_bends_is_found_below_the_ink():
    y, x = np.mgrid[-1:1:50j, -1:1:60j]
    light = 80 + 20 * x - 10 * y + 15 * x * x + 5 * x * y
    inked = light.copy()
    inked[20:30, 10:50] += 100
    found, paper = smooth(inked, np.ones(light.shape, bool))
    assert np.abs(found - light).max() < 0.5
    assert not paper[20:30, 10:50].any()
    assert paper[:15].all()


def test_ink_that_fills_the_border_is_none_of_it():
    ring = np.full((8, 8), 250.0)
    ring[2:6, 2:6] = ring[::7, ::7] = 0
    found, _ = smooth(ring, np.ones(ring.shape, bool))
    assert np.abs(found).max() < 1


def test_where_the_whole_border_is_light_the_paper_is_within_it():
    page = np.full((40, 40), 10.0)
    page[:6], page[-6:], page[:, :6], page[:, -6:] = 4 * [200]
    found, paper = smooth(page, np.ones(page.shape, bool))
    assert np.abs(found - 10).max() < 1
    assert np.array_equal(paper, page == 10)
