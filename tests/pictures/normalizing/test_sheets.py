"""A rectangle of paper in a picture, and what is none."""

import numpy as np

from bpnet.pictures.normalizing.sheets import sheet


def desk_with(sheet=200, ink=40, desk=90):
    picture = np.full((100, 100), float(desk))
    picture[20:80, 15:85] = sheet
    picture[40:60, 48:52] = ink
    return picture


def test_a_sheet_is_found_with_the_ink_on_it():
    found = sheet(desk_with())
    assert found.sum() == 60 * 70
    assert found[20:80, 15:85].all()


def test_a_blank_sheet_is_one_too():
    assert sheet(desk_with(ink=200)).sum() == 60 * 70


def test_a_black_bar_is_no_blank_sheet():
    picture = np.full((100, 100), 255.0)
    picture[10:90, 30:65] = 0
    assert sheet(picture) is None


def test_a_ring_with_its_hole_is_a_digit_and_no_sheet():
    y, x = np.mgrid[-50:50, -50:50]
    away = np.hypot(y, x)
    assert sheet(np.where((away < 42) & (away > 20), 0.0, 255.0)) is None


def test_the_squares_of_squared_paper_are_no_sheets():
    picture = np.full((100, 100), 240.0)
    picture[5::45] = picture[:, 5::45] = 120
    picture[20:40, 20:24] = 20
    assert sheet(picture) is None


def test_what_has_no_sharp_edge_on_one_side_is_no_sheet():
    picture = desk_with()
    picture[20:80, 15:85] = np.linspace(200, 90, 70)
    picture[40:60, 30:34] = 40
    assert sheet(picture) is None


def test_half_of_a_picture_is_a_shadow_and_no_sheet():
    picture = np.full((100, 100), 230.0)
    picture[:, :50] = 100
    picture[40:60, 48:52] = 30
    assert sheet(picture) is None


def test_of_a_sheet_on_a_sheet_the_upper_one_counts():
    picture = np.pad(desk_with(), 20, constant_values=230)
    assert sheet(picture).sum() == 60 * 70


def test_boxes_side_by_side_are_one_sheet_in_several_parts():
    picture = np.full((100, 300), 255.0)
    for left in (10, 110, 210):
        picture[10:90, left : left + 80] = 0
        picture[12:88, left + 2 : left + 78] = 255
        picture[40:60, left + 38 : left + 42] = 0
    found = sheet(picture)
    assert found.sum() == 3 * 76 * 76
    assert not found[:, 90:110].any()


def test_a_small_sheet_beside_a_large_one_is_all_that_counts():
    picture = np.full((100, 300), 90.0)
    picture[10:90, 10:90] = picture[10:90, 120:290] = 220
    picture[40:60, 48:52] = picture[40:60, 200:204] = 30
    assert sheet(picture).sum() == 80 * 80


def test_the_cells_of_a_comb_are_no_sheets_also_with_a_stroke_beside_their_walls():
    picture = np.full((60, 200), 255.0)
    picture[10:50, 10:190] = 90
    for left in range(12, 180, 36):
        picture[12:48, left : left + 34] = 255
        picture[14:46, left + 4 : left + 9] = 0
    assert sheet(picture) is None
