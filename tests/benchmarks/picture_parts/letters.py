"""Letters that a pen may have written: how many are caught, against digits that are doubted."""

import json
import string
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import environments
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bpnet.array import Array
from picture_parts.reading import SEED, Row, against, seen
from tests.helpers.inks import cut_out, drawn, stretched
from tests.helpers.scenes import on_paper, taken
from tests.helpers.signs import by_hand

LIKE_DIGITS = "BDGIOSZ"  # as capitals or small: 8, 0, 6, 1, 0, 5, 2
LETTERS = [letter for letter in string.ascii_letters if letter.upper() not in LIKE_DIGITS]
DOUBTED = (0.5, 1, 2, 5)  # percent of the digits
TIMES = 2  # that each letter of a hand is drawn


class Hand(NamedTuple):
    """A font, or strokes of letters, by its name."""

    name: str
    cover: Callable[[str, float, np.random.Generator], Array]  # a letter, so high


def rows(readers, images, labels, folder):
    """Return how many letters are caught."""
    hands = _fonts(Path(folder).glob("*.[wto][ot]f*")) if folder else _installed()
    if not hands:
        yield Row("letters", "", "skipped: tests/benchmarks/run.py --install, or --fonts FOLDER")
        return
    letters = [(letter, hand) for hand in hands for letter in LETTERS for _ in range(TIMES)]
    pictures = [
        seen(_written(letter, hand, np.random.default_rng([SEED, number])))
        for number, (letter, hand) in enumerate(letters)
    ]
    small = np.array([letter.islower() for letter, _ in letters])
    for reader in readers:
        yield from _caught(reader, pictures, small, len(hands))
        yield from _curve(reader, pictures, images)


def _installed():
    """Return the hands that the environment `letters` has; none if it is not installed."""
    python = environments.python("letters")
    if python is None:
        return []
    program = Path(__file__).with_name("installed_letters.py")
    found = json.loads(subprocess.run([python, program], check=True, capture_output=True).stdout)
    return _fonts(map(Path, found["fonts"])) + [
        Hand(name, _by_strokes(strokes)) for name, strokes in found["strokes"].items()
    ]


def _fonts(paths):
    return [Hand(path.stem, _by_font(path)) for path in sorted(paths)]


def _by_font(path):
    font = ImageFont.truetype(str(path), 200)

    def cover(letter, height, rng):
        sheet = Image.new("L", (700, 700))
        ImageDraw.Draw(sheet).text((350, 350), letter, font=font, fill=255, anchor="mm")
        slant, turn = rng.uniform(-0.12, 0.12), rng.uniform(-6, 6)
        sheet = sheet.transform(
            sheet.size, Image.Transform.AFFINE, (1, slant, -350 * slant, 0, 1, 0)
        ).rotate(turn, Image.Resampling.BICUBIC)
        ink = cut_out(np.asarray(sheet, float) / 255)
        scale = height / max(ink.shape)
        size = [max(2, round(side * scale)) for side in ink.shape]
        return np.clip(stretched(ink, *size, softness=0.7 / scale), 0, 1)

    return cover


def _by_strokes(letters):
    def cover(letter, height, rng):
        strokes = [np.array(stroke) for stroke in letters[letter]]
        points = np.concatenate(strokes)
        low, size = points.min(axis=0), np.ptp(points, axis=0).max()
        unsteady = by_hand([(stroke - low) / size for stroke in strokes], rng)
        return drawn([height * stroke for stroke in unsteady], height * rng.uniform(0.03, 0.12))

    return cover


def _written(letter, hand, rng):
    height = rng.uniform(60, 150)
    return taken(on_paper(hand.cover(letter, height, rng), height, rng), rng)


def _caught(reader, pictures, small, hands):
    """Return rows of letters that are refused or doubted."""
    caught = np.array([not reading.sure() for reading in reader.readings(pictures)])
    share = 100 * caught.mean()
    name = f"letters but {LIKE_DIGITS}, of {hands} hands"
    figure = (
        f"{share:.0f} % of {len(caught)} caught (capitals {100 * caught[~small].mean():.0f}, "
        f"small {100 * caught[small].mean():.0f})"
    )
    yield Row(name, reader.name, figure, *against(share, 50 if "elastic" in reader.name else None))


def _curve(reader, pictures, images):
    """Return rows of letters caught where the threshold is set by the share of digits doubted."""
    if any(measure is None for _, measure in reader.members):
        yield Row("letters against digits", reader.name, "skipped: its run has no measure of doubt")
        return
    known = reader.strangeness(images)
    found = np.array([reader.least_strange(lines) for lines in pictures])
    for share in DOUBTED:
        caught = 100 * np.mean(found > np.quantile(known, 1 - share / 100))
        figure = f"{caught:.0f} % of the letters caught"
        yield Row(f"letters, {share} % of the digits doubted", reader.name, figure)
