"""Where the paper is, and whether ink is dark or light: ink becomes bright."""

import numpy as np

from bpnet.array import Array


def located(grey: Array) -> Array:
    """Return the part of the picture that is paper, turned so that ink is bright."""
    return grey if _is_dark(grey) else 255 - grey


def _is_dark(grey: Array) -> bool:
    """Whether the border is nearer to the darkest than to the lightest there is."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return bool(border.mean() * 2 < grey.min() + grey.max())
