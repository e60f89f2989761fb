"""What is ink, of all that is on paper."""

import numpy as np
import pytest

from bpnet.errors import DataError
from bpnet.pictures.normalizing.cleaning import cleaned
from bpnet.pictures.normalizing.locating import Paper


def stroke():
    ink = np.zeros((120, 120))
    ink[30:90, 56:64] = 200
    ink[30:90, 55] = ink[30:90, 64] = 90
    return ink


def of(bright):
    return Paper(bright, np.ones(bright.shape, bool))


def test_ink_on_pure_paper_stays_as_it_is():
    assert np.abs(cleaned(of(stroke())) - stroke()).max() < 1e-6


def test_weak_ink_is_the_edge_of_a_stroke_and_no_wider_than_half_of_it():
    weak = stroke()
    weak[30:90, 65:90] = 10
    found = cleaned(of(weak))
    assert found[60, 66] == 10
    assert not found[:, 75:].any()


def test_noise_is_no_ink_and_is_left_in_the_ink():
    noise = np.random.default_rng(1).normal(0, 8, (120, 120))
    found = cleaned(of(stroke() + noise + 40))
    assert not found[:, :45].any()
    assert not found[:, 75:].any()
    assert np.ptp(found[35:85, 58:62]) > 20


def test_in_the_shadow_ink_is_as_strong_as_in_the_light():
    light = np.where(np.arange(120)[:, None] < 60, 230, 100)
    paper = 255 - light * (1 - stroke() / 255)
    found = cleaned(of(paper))
    assert np.abs(found - stroke()).max() < 2


@pytest.mark.parametrize("noise", [0, 3])
def test_paper_without_ink_is_refused(noise):
    blank = 50 + np.random.default_rng(1).normal(0, noise, (120, 120))
    with pytest.raises(DataError, match="no ink in it"):
        cleaned(of(blank))
