"""What the page's scripts need to give a drawing the form and the view that `predict` does."""

from bpnet.datasets import views
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
            (views, ("STEEPEST", "LEAST", "STILL", "WIDEST", "NARROW")),
        )
        for name in names
    },
}
