"""Where the paper is, and whether its ink is dark or light."""

import numpy as np
import pytest

from bpnet.pictures.normalizing.locating import located


def written(ink=20, paper=220, side=120):
    """Return a seven in the middle of a square of paper."""
    page = np.full((side, side), float(paper))
    page[side // 4 : side // 4 + 6, side // 4 : 3 * side // 4] = ink
    page[side // 4 : 3 * side // 4, 3 * side // 4 - 6 : 3 * side // 4] = ink
    return page


def is_found(picture, paper, ink):
    """Whether what is located is paper without anything round it, ink bright on it."""
    bright, inside = located(picture)
    sheet = bright[inside]
    low, high = sorted([abs(paper - ink), 0])
    assert inside.any()
    return np.ptp(sheet) == high - low and np.median(sheet) == sheet.min()


@pytest.mark.parametrize(("ink", "paper"), [(20, 220), (220, 20), (120, 160)])
def test_a_page_without_anything_round_it_is_all_paper(ink, paper):
    page = written(ink, paper)
    assert is_found(page, paper, ink)
    assert located(page).bright.shape == page.shape


@pytest.mark.parametrize("border", [0, 90, 255])
@pytest.mark.parametrize("width", [3, 40])
@pytest.mark.parametrize(("ink", "paper"), [(20, 220), (220, 20)])
def test_a_border_of_any_grey_is_left_away(border, width, ink, paper):
    assert is_found(np.pad(written(ink, paper), width, constant_values=border), paper, ink)


def test_what_is_drawn_round_the_axes_of_a_plot_is_left_away():
    plot = np.pad(np.pad(written(), 1, constant_values=0), 50, constant_values=255)
    plot[186:191, 60:63] = plot[60:63, 30:35] = 0
    assert is_found(plot, 220, 20)


def test_a_sheet_that_is_turned_on_a_grainy_desk_is_cut_out():
    y, x = np.mgrid[-100:100, -100:100]
    turned = np.deg2rad(12)
    across, down = np.cos(turned) * x + np.sin(turned) * y, np.cos(turned) * y - np.sin(turned) * x
    desk = 60 + 8 * np.random.default_rng(1).normal(size=y.shape)
    picture = np.where(np.maximum(abs(across), abs(down)) < 70, 220, desk)
    picture[(abs(across) < 4) & (abs(down) < 30)] = 30
    assert is_found(picture, 220, 30)


def test_light_that_covers_half_of_the_paper_does_not_turn_dark_ink_into_paper():
    page = written(30, 230)
    page[:, 40:] *= 0.4
    bright, inside = located(page)
    assert inside.all()
    assert np.array_equal(bright, 255 - page)


def test_of_a_digit_that_fills_its_picture_the_shade_in_fewer_pieces_is_ink():
    ring = np.full((8, 8), 250.0)
    ring[2:6, 2:6] = ring[::7, ::7] = 0
    assert np.array_equal(located(ring).bright, ring)
    assert np.array_equal(located(255 - ring).bright, ring)


@pytest.mark.parametrize("dark", [True, False])
def test_of_a_small_picture_with_room_round_its_digits_the_border_is_paper(dark):
    row = np.zeros((10, 30))
    row[2:8, 3:27:3] = 255  # eight strokes: more pieces than the paper is in
    assert np.array_equal(located(row if dark else 255 - row).bright, row)


def test_a_sheet_of_so_few_pixels_that_all_of_it_is_edge_is_none():
    picture = np.full((9, 8), 130.0)
    picture[2:7, 2:6] = 33
    assert located(picture).inside.all()
