"""One digit: in MNIST's own pixels, on all kinds of paper, on desks and screens."""

import io

import numpy as np
from PIL import Image

from bpnet.pictures.decoding import Decoder
from picture_parts.reading import SEED, Row, below, not_one, rendered, seen
from tests.helpers import desks, dirt, papers, screens
from tests.helpers.renderings import RENDERINGS
from tests.helpers.scenes import picture_of

BAR = 3  # points below the plain rendering, with the aim of 1


def jpeg(quality, render):
    """Return the rendering as a JPEG file keeps it."""

    def kept(image, rng):
        return _file(render(image, rng), "JPEG", quality=quality)

    return kept


def png(render):
    """Return the rendering as a PNG file."""
    return lambda image, rng: _file(render(image, rng), "PNG")


def _file(picture, form, **options):
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, form, **options)
    return buffer.getvalue()


WITH_A_BAR = {
    "ruled paper": papers.ruled,
    "squared paper": papers.squared,
    "paper with a margin": papers.margin,
    "a shadow's edge": papers.shadow,
    "a sheet on a dark desk": desks.on_a_desk(0.1, 0.35),
    "a sheet on a mid-grey desk": desks.on_a_desk(0.4, 0.65),
    "a sheet on a light desk": desks.on_a_desk(0.75, 0.92),
    "a black border": desks.black_border,
    "white on transparency": png(screens.transparent(255, 0)),
    "white on transparent white": png(screens.transparent(255, 255)),
}
BESIDE = {
    "a grey border": desks.grey_border,
    "black on transparency": png(screens.transparent(0, 0)),
    "a plot with axes": screens.plotted,
    "an app": screens.in_an_app,
    "JPEG of quality 15": jpeg(15, papers.plain),
    "JPEG of quality 40, ruled": jpeg(40, papers.ruled),
    "shade": papers.shade,
    "a neighbour's stroke": dirt.neighbour,
    "stains": dirt.stained,
    "punch holes": dirt.punched,
    "a photo of squared paper on a desk, in a shadow": jpeg(
        75,
        picture_of(papers.with_squares, papers.in_a_shadow, desks.laid(0.2, 0.6)),
    ),
    "small in a large photo": papers.afar,
    "cut close": papers.close,
    "a pencil": papers.pencil,
    "a thin pen": papers.thin_pen,
    "a felt pen": papers.thick_pen,
    "chalk on a blackboard": papers.chalk,
}


def simple(readers, images, labels):
    """Return what the renderings of the README's table cost, against the images themselves."""
    for name, (render, allowed) in RENDERINGS.items():
        rng = np.random.default_rng(SEED)
        pictures = [seen(render(image.reshape(28, 28), rng)) for image in images]
        for reader in readers:
            known = 100 * np.mean(np.array(reader.answers(images)[0]) == labels)
            lost = known - reader.right(pictures, labels)
            figure = f"{lost:+.2f} points lost{not_one(pictures)}"
            yield Row(name, reader.name, figure, *below(lost, allowed))


def on_paper(readers, images, labels):
    """Return what each kind of paper costs, against plain paper."""
    plain = [seen(picture) for picture in rendered(papers.plain, images)]
    known = [reader.right(plain, labels) for reader in readers]
    for reader, share in zip(readers, known, strict=True):
        yield Row("plain paper", reader.name, f"{share:.2f} % right{not_one(plain)}")
    with Decoder() as decoder:
        for name, render in (WITH_A_BAR | BESIDE).items():
            pictures = [_seen(decoder, picture) for picture in rendered(render, images)]
            for reader, share in zip(readers, known, strict=True):
                lost = share - reader.right(pictures, labels)
                bar = below(lost, BAR if name in WITH_A_BAR else None)
                figure = f"{lost:+.2f} points lost{not_one(pictures)}"
                yield Row(name, reader.name, figure, *bar)


def _seen(decoder, picture):
    if isinstance(picture, bytes):
        picture = decoder.grey(picture, "picture")
    return seen(picture)
