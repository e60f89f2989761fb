"""The scripts of a report's page, run by V8 without a browser: they give what Python gives."""

import json
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bpnet.datasets import Split
from bpnet.datasets.drawn import draw
from bpnet.datasets.drawn.curves import build_atlas, choose
from bpnet.datasets.drawn.pen import bend, lean
from bpnet.datasets.drawn.strokes import STYLES
from bpnet.errors import DataError
from bpnet.evaluation import doubt
from bpnet.layers import softmax
from bpnet.network import Network
from bpnet.report.content import FORM
from tests.helpers.pictures import only_digit

PAPER, PEN = 280, 22  # pixels of the page's canvas, and of its pen
FINE = 4  # dots drawn to a pixel of the canvas, down and across: grey edges, as a browser's
V8 = """if True:
    import sys
    from py_mini_racer import MiniRacer

    with MiniRacer() as v8:
        print(v8.eval(sys.stdin.read()))
"""  # in a process of its own: V8 starts threads, and other tests fork
HERE = """
    const bytes = text => Uint8Array.from(text, letter => letter.charCodeAt(0));
    const imageData = ({height, width, text}) => {
      const data = new Uint8ClampedArray(4 * height * width);
      bytes(text).forEach((level, i) => data.fill(level, 4 * i, 4 * i + 4));
      return {height, width, data};
    };
"""


def v8(expression, **given):
    """Return what an expression is to the page's scripts, with these names given to it."""
    scripts = [
        files("bpnet.report").joinpath(name).read_text(encoding="utf-8")
        for name in ("separate.js", "normalize.js", "classifier.js", "doubt.js")
    ]
    given = [f"const {name} = {json.dumps(value)};" for name, value in given.items()]
    source = "\n".join([*scripts, HERE, *given, f"JSON.stringify({expression})"])
    command = [sys.executable, "-X", "utf8", "-c", V8]
    result = subprocess.run(
        command, input=source, stdout=subprocess.PIPE, encoding="utf-8", timeout=300, check=True
    )
    return json.loads(result.stdout)


def text(array):
    """Return bytes as JSON can hold them: a letter each."""
    return array.tobytes().decode("latin-1")


def drawings(count, rng):
    """Return canvases with a digit on each: large or small, anywhere, also over the border."""
    atlas = build_atlas(STYLES)
    styles = choose(atlas, rng.integers(10, size=count).astype(np.uint8), rng)
    paths = atlas.splines[styles] @ lean(bend(atlas.points[styles], rng), rng)
    paths = paths * rng.uniform(30, 110, (count, 1, 1)) + rng.uniform(-50, 50, (count, 1, 2))
    return [
        drawn(PAPER / 2 + path, down) for path, down in zip(paths, atlas.down[styles], strict=True)
    ]


def drawn(path, down):
    """Return white paper after a black, round pen went along a path, down on it or above it."""
    large = Image.new("L", (PAPER * FINE, PAPER * FINE), 255)
    pen, radius = ImageDraw.Draw(large), PEN * FINE / 2
    for start, end, touches in zip(path[:-1] * FINE, path[1:] * FINE, down, strict=True):
        if touches:
            pen.line([*start, *end], fill=0, width=PEN * FINE)
            for x, y in (start, end):
                pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=0)
    return np.asarray(large.reduce(FINE))


def forms(canvases):
    """Return what the page makes of each canvas: a list of levels, or None."""
    given = [{"height": PAPER, "width": PAPER, "text": text(canvas)} for canvas in canvases]
    expression = """canvases.map(canvas => {
        const [[digit] = []] = normalized(imageData(canvas), form);
        return digit ? Array.from(digit.image) : null;
    })"""
    return v8(expression, canvases=given, form=FORM)


def test_a_drawing_comes_to_the_form_that_python_gives_it(rng):
    canvases = drawings(100, rng)
    expected = np.array([only_digit(canvas).ravel() for canvas in canvases], int)
    assert np.abs(forms(canvases) - expected).max() <= 1


def test_so_does_a_dot_what_is_pale_and_what_has_its_weight_at_one_end():
    dot = drawn(np.full((2, 2), 60.0), [True])
    pale = 255 - (255 - dot) // 3
    heavy = np.full((PAPER, PAPER), 255, np.uint8)
    heavy[20:100, 40:240] = heavy[100:270, 120:140] = 0
    canvases = [dot, pale, *(np.rot90(heavy, turns) for turns in range(4))]
    expected = np.array([only_digit(canvas).ravel() for canvas in canvases], int)
    assert np.abs(forms(canvases) - expected).max() <= 1


def test_paper_that_is_white_or_hardly_touched_has_no_ink():
    white = np.full((PAPER, PAPER), 255, np.uint8)
    touched = white.copy()
    touched[100:120, 0] = 255 - 11
    for canvas in (white, touched):
        with pytest.raises(DataError, match="no ink"):
            only_digit(canvas)
    assert forms([white, touched]) == [None, None]


def test_faint_ink_apart_from_the_digit_is_none_of_it():
    clean = drawn(np.array([[100.0, 90.0], [140.0, 200.0]]), [True])
    dirty = clean.copy()
    dirty[20:30, 20:30] = 200
    assert np.array_equal(only_digit(dirty), only_digit(clean))
    first, second = forms([clean, dirty])
    assert first == second


NETWORKS = {
    "no hidden layer": ([784, 10], "relu"),
    "relu": ([784, 30, 10], "relu"),
    "sigmoid": ([784, 30, 10], "sigmoid"),
    "relu, deeper": ([784, 30, 20, 10], "relu"),
    "sigmoid, deeper, and other classes": ([784, 20, 30, 7], "sigmoid"),
}


@pytest.mark.parametrize(("widths", "activation"), NETWORKS.values(), ids=NETWORKS)
def test_the_network_gives_the_probabilities_and_gradients_of_pythons(widths, activation, rng):
    network = Network(widths, activation)
    network.flat[:] = rng.normal(0, 0.2, network.flat.shape).astype(np.float32)
    images = draw(10, rng)[0].reshape(10, 784)
    expression = """images.map(image => {
        const affines = affineLayers(widths, Float32Array.from(parameters));
        const network = new Network(affines, activation);
        const y = network.classify(bytes(image));
        return [Array.from(y), Array.from(y, (_, digit) => Array.from(network.gradient(digit)))];
    })"""
    found = v8(
        expression, images=[text(image) for image in images], widths=widths, activation=activation,
        parameters=network.flat.tolist(),
    )  # fmt: skip
    for image, (y, gradients) in zip(images, found, strict=True):
        scores = network.predict(np.repeat(image[None], widths[-1], axis=0) / 255)
        assert np.allclose(y, softmax(scores)[0], rtol=1e-9, atol=0)
        dout = np.eye(widths[-1])  # a row for the score of each digit
        for layer in reversed(network.layers):
            dout = layer.backward(dout)
        assert np.allclose(gradients, dout, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", ["no hidden layer", "sigmoid", "relu, deeper"])
def test_the_measure_says_of_an_image_what_python_says(kind, rng):
    widths, activation = NETWORKS[kind]
    network = Network(widths, activation)
    network.flat[:] = rng.normal(0, 0.2, network.flat.shape).astype(np.float32)
    images, labels = draw(700, rng)
    known = Split(images.reshape(700, 784), labels)
    measure = doubt.measured(network, known, known)
    strange = [*images[:20], *rng.integers(256, size=(10, 28, 28)).astype(np.uint8)]
    expression = """images.map(image => {
        const affines = affineLayers(widths, Float32Array.from(parameters));
        const network = new Network(affines, activation), shares = network.classify(bytes(image));
        const arrays = Object.entries(measure).map(([name, x]) => [name, Float32Array.from(x)]);
        return strangenessOf(bytes(image), shares, Object.fromEntries(arrays));
    })"""
    found = v8(
        expression, images=[text(image) for image in strange], widths=widths,
        activation=activation, parameters=network.flat.tolist(),
        measure={name: array.ravel().tolist() for name, array in measure.arrays().items()},
    )  # fmt: skip
    expected = doubt.judged([(network, measure)], np.stack(strange)).strangeness
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-3)


SURE, UNLIKELY = [0.9, 0.1], [0.4, 0.3, 0.3]
DOUBTS = [
    (None, {"shares": SURE}),
    ("unsure", {"shares": UNLIKELY}),
    (None, {"strangeness": 0.9, "shares": UNLIKELY}),
    ("unsure", {"strangeness": 0.9, "shares": [0.2, 0.3, 0.25, 0.25]}),
    ("unsure", {"strangeness": 1.1}),
    ("not like a digit", {"strangeness": 1.3}),
    ("digits that touch", {"touching": True, "strangeness": 1.3}),
    ("too small", {"height": 71, "strangeness": 1.3}),
    ("not like a digit", {"height": 71, "touching": True}),
]


def test_what_speaks_against_an_answer_is_said():
    usual = {"touching": False, "height": 72, "shares": SURE, "strangeness": None}
    pieces = [usual | piece for _, piece in DOUBTS]
    measure = "{improbable: 0.5, no_digit: 1.2, limits: [0.35, 0.4]}"
    expression = f"pieces.map(piece => doubtOf(piece, 72, {measure}))"
    assert v8(expression, pieces=pieces) == [words for words, _ in DOUBTS]


@pytest.mark.parametrize("activation", ["tanh", "constructor"])
def test_a_network_with_an_activation_that_the_script_does_not_know_is_refused(activation):
    expression = """(() => {
        try { new Network([], activation); } catch (error) { return error.message; }
    })()"""
    assert activation in v8(expression, activation=activation)
