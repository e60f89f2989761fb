"""What the page's normalize.js needs to bring a drawing to the form that `predict` gives."""

from bpnet.datasets.splits import SIDE
from bpnet.pictures.normalizing import cleaning, fitting, scaling, separating, touching

FORM = {
    "side": SIDE,
    "box": fitting.BOX,
    "centre": fitting.CENTRE,
    "trace": fitting.TRACE,
    "thin": fitting.THIN,
    "full": fitting.FULL,
    "largest": scaling.LARGEST,
    "faintest": cleaning.FAINTEST,
    **{
        name.lower(): getattr(module, name)
        for module, names in (
            (separating, ("WEAK", "SPECK", "SMALL", "REACH", "BESIDE")),
            (separating, ("ABOVE", "SLIM", "DIRT", "LEVEL", "MOST")),
            (touching, ("STROKE", "FEWEST", "WIDTH", "FILLED", "NECK", "SEVERAL")),
        )
        for name in names
    },
}
