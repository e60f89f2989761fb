"""Prints where the letters are that packages of this environment hold: their fonts, their strokes.

An object of JSON: "fonts" are paths; "strokes" have lines of points (x, y), y downwards, for each
hand and letter.
"""

import json
import string
import sys
from importlib.resources import files

from HersheyFonts import HersheyFonts

FONTS = {"font_amatic_sc": "AmaticSC-Regular.ttf", "font_intuitive": "Intuitive.ttf"}
HANDS = ("futural", "scripts")  # drawn with single strokes: upright, and joined


def strokes(hand):
    """Return the strokes of each letter."""
    font = HersheyFonts()
    font.load_default_font(hand)
    return {
        letter: [list(stroke) for stroke in font.strokes_for_text(letter)]
        for letter in string.ascii_letters
    }


json.dump(
    {
        "fonts": [str(files(package) / "files" / name) for package, name in FONTS.items()],
        "strokes": {hand: strokes(hand) for hand in HANDS},
    },
    sys.stdout,
)
