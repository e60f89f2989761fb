"""The scripts of a report's page, run by V8 without a browser: they give what Python gives."""

from itertools import chain

import numpy as np
import pytest
from PIL import Image, ImageDraw

from bpnet import registry
from bpnet.datasets import Split, views
from bpnet.datasets.drawn import draw
from bpnet.datasets.drawn.curves import build_atlas, choose
from bpnet.datasets.drawn.pen import bend, lean
from bpnet.datasets.drawn.strokes import STYLES
from bpnet.errors import DataError
from bpnet.evaluation import doubt, strokes
from bpnet.layers import softmax
from bpnet.network import Network
from bpnet.pictures.normalizing import normalized
from bpnet.pictures.normalizing.form import FORM
from tests.helpers import scripts
from tests.helpers.pictures import only_digit

PAPER, PEN = 280, 22  # pixels of the page's canvas, and of its pen
FINE = 4  # dots drawn to a pixel of the canvas, down and across: grey edges, as a browser's
SCRIPTS = ("separate.js", "normalize.js", "view.js", "classifier.js", "doubt.js")
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
    return scripts.run(SCRIPTS, expression, HERE, **given)


def text(array):
    """Return bytes as JSON can hold them: a letter each."""
    return array.tobytes().decode("latin-1")


def drawings(count, rng, smallest=30):
    """Return canvases with a digit on each: large or small, anywhere, also over the border."""
    atlas = build_atlas(STYLES)
    styles = choose(atlas, rng.integers(10, size=count).astype(np.uint8), rng)
    paths = atlas.splines[styles] @ lean(bend(atlas.points[styles], rng), rng)
    paths = paths * rng.uniform(smallest, 110, (count, 1, 1)) + rng.uniform(-50, 50, (count, 1, 2))
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


def lines(canvases):
    """Return what the page makes of each canvas: its lines of digits, the images as levels."""
    given = [
        {"height": canvas.shape[0], "width": canvas.shape[1], "text": text(canvas)}
        for canvas in canvases
    ]
    expression = """canvases.map(canvas => normalized(imageData(canvas), form).map(
        line => line.map(digit => ({...digit, image: Array.from(digit.image)}))))"""
    return v8(expression, canvases=given, form=FORM)


def assert_as_python(canvases):
    """Assert that the page makes of canvases what Python makes of them; return that."""
    found, expected = lines(canvases), [normalized(canvas) for canvas in canvases]
    for ours, theirs in zip(expected, found, strict=True):
        assert [len(line) for line in ours] == [len(line) for line in theirs]
        for digit, seen in zip(chain(*ours), chain(*theirs), strict=True):
            assert np.abs(digit.image.ravel().astype(int) - seen["image"]).max() <= 1
            assert digit.touching == seen["touching"]
    return found


def test_a_drawing_comes_to_the_form_that_python_gives_it(rng):
    found = assert_as_python(drawings(60, rng))
    assert sum(len(line) == 1 for line in chain(*found)) >= 55


def test_so_does_a_dot_what_is_pale_and_what_has_its_weight_at_one_end():
    dot = drawn(np.full((2, 2), 60.0), [True])
    pale = 255 - (255 - dot) // 3
    heavy = np.full((PAPER, PAPER), 255, np.uint8)
    heavy[20:100, 40:240] = heavy[100:270, 120:140] = 0
    found = assert_as_python([dot, pale, *(np.rot90(heavy, turns) for turns in range(4))])
    assert all([len(line) for line in canvas] == [1] for canvas in found)


def small(canvas):
    return canvas.reshape(PAPER // 2, 2, PAPER // 2, 2).mean(axis=(1, 3)).round().astype(np.uint8)


def test_rows_and_lines_of_digits_are_told_apart_as_python_does(rng):
    digits = [small(canvas) for canvas in drawings(80, rng, smallest=60)]
    wide = [np.hstack(digits[start : start + 4]) for start in range(0, 40, 4)]
    sheets = [np.vstack([np.hstack(digits[i : i + 2]), np.hstack(digits[i + 2 : i + 4])])
              for i in range(40, 80, 4)]  # fmt: skip
    # To `predict` what the edge of a picture cuts off is a neighbour's, and a blot may be a hole.
    found = assert_as_python([np.pad(many, 9, constant_values=255) for many in wide + sheets])
    assert sum([len(line) for line in canvas] == [4] for canvas in found) >= 5
    assert sum([len(line) for line in canvas] == [2, 2] for canvas in found) >= 5


def test_digits_that_touch_are_told_as_python_does(rng):
    digits = [small(canvas) for canvas in drawings(50, rng)]
    pairs = [
        np.minimum(np.roll(one, -26, axis=1), np.roll(other, 26, axis=1))
        for one, other in zip(digits[::2], digits[1::2], strict=True)
    ]
    found = assert_as_python([np.pad(pair, 70, constant_values=255) for pair in pairs])
    assert 5 < sum(digit["touching"] for line in chain(*found) for digit in line) < 25


def test_the_height_of_a_digit_is_in_pixels_of_the_canvas():
    canvas = np.full((1000, 800), 255, np.uint8)
    canvas[100:300, 50:90] = canvas[150:250, 400:430] = 0
    ((((one, other),),)) = lines([canvas])
    assert one["height"] == pytest.approx(200, abs=3)
    assert other["height"] == pytest.approx(100, abs=3)


def test_dots_all_over_the_paper_are_no_digits():
    canvas = np.full((PAPER, PAPER), 255, np.uint8)
    for corner in range(16):  # of dots 4 pixels wide
        canvas[corner // 4 :: 14, corner % 4 :: 14] = 0
    with pytest.raises(DataError, match="not a picture of digits"):
        normalized(canvas)
    assert lines([canvas]) == [[]]


def test_paper_that_is_white_or_hardly_touched_has_no_ink():
    white = np.full((PAPER, PAPER), 255, np.uint8)
    touched = white.copy()
    touched[100:120, 0] = 255 - 11
    for canvas in (white, touched):
        with pytest.raises(DataError, match="no ink"):
            only_digit(canvas)
    assert lines([white, touched]) == [[], []]


def test_a_dot_apart_from_the_digit_is_none_of_it():
    clean = drawn(np.array([[100.0, 90.0], [140.0, 200.0]]), [True])
    dirty = clean.copy()
    dirty[20:30, 20:30] = 100
    first, second = assert_as_python([clean, dirty])
    assert first == second


def strange(rng):
    """Return images that are no usual digits, as bytes (N, 784)."""
    images = np.zeros((44, 28, 28), np.uint8)
    for i, (y, x) in enumerate([(0, 0), (0, 27), (27, 5), (14, 13)]):
        images[1 + i, y, x] = 200
    images[5] = 255
    images[6, 13] = images[7, :, 4] = images[8, 3:25, 10:12] = images[9, 27, 5:9] = 255
    images[10, 4:24, 14] = rng.integers(1, 3, 20)  # hardly to be seen
    images[11, 20:, 2:26] = images[11, :20, 9:] = 180  # a bag, with its handle at one side
    images[12] = np.tri(28) * 90
    images[13] = images[12, ::-1]
    np.fill_diagonal(images[14], 255)
    np.fill_diagonal(images[15, 4:24, 1:], 130)
    images[16:20] = rng.integers(256, size=(4, 28, 28))
    images[20:24] = rng.integers(256, size=(4, 28, 28)) * (rng.random((4, 28, 28)) < 0.02)
    for wide in range(1, 21):  # as high as a digit, and more and more wide
        images[23 + wide, 4:25, 4 : 4 + wide] = 10 * wide
    return images.reshape(-1, 784)


def test_each_view_of_an_image_is_that_of_python(rng):
    digits = draw(60, rng)[0].reshape(60, 784)
    images = np.concatenate([digits, 255 - digits, strange(rng)])
    expression = """views.map(view =>
        images.map(image => Array.from(viewOf(view, form)(bytes(image)))))"""
    given = [text(image) for image in images]
    found = v8(expression, images=given, views=registry.VIEWS, form=FORM)
    for view, ours in zip(registry.VIEWS, found, strict=True):
        off = np.abs(np.array(ours) - views.seen(view, images))
        assert off.max() <= (view != "as-is")
        assert np.mean(off > 0) < 1e-3  # a half is rounded up here, and down there


NETWORKS = {
    "no hidden layer": ([784, 10], "relu"),
    "relu": ([784, 30, 10], "relu"),
    "sigmoid": ([784, 30, 10], "sigmoid"),
    "relu, deeper": ([784, 30, 20, 10], "relu"),
    "sigmoid, deeper, and other classes": ([784, 20, 30, 7], "sigmoid"),
    "two classes": ([784, 20, 2], "relu"),
    "26 classes, and no hidden layer": ([784, 26], "relu"),
    "deslanted": ([784, 20, 10], "relu", "deslanted"),
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_network_gives_the_probabilities_and_gradients_of_pythons(network, rng):
    widths, activation, view = (*network, "as-is")[:3]
    network = Network(widths, activation, view=view)
    network.flat[:] = rng.normal(0, 0.2, network.flat.shape).astype(np.float32)
    images = draw(10, rng)[0].reshape(10, 784)
    expression = """images.map(image => {
        const affines = affineLayers(widths, Float32Array.from(parameters));
        const network = new Network(affines, {activation, view}, form);
        const y = network.classify(bytes(image));
        return [Array.from(y), Array.from(y, (_, digit) => Array.from(network.gradient(digit)))];
    })"""
    found = v8(
        expression, images=[text(image) for image in images], widths=widths, activation=activation,
        view=view, form=FORM, parameters=network.flat.tolist(),
    )  # fmt: skip
    for image, (y, gradients) in zip(images, found, strict=True):
        scores = network.predict(np.repeat(network.see(image[None]), widths[-1], axis=0) / 255)
        assert np.allclose(y, softmax(scores)[0], rtol=1e-9, atol=0)
        dout = np.eye(widths[-1])  # a row for the score of each digit
        for layer in reversed(network.layers):
            dout = layer.backward(dout)
        assert np.allclose(gradients, dout, rtol=1e-9, atol=1e-12)


MEASURED = [(2, 10, "as-is"), (10, 10, "deslanted"), (26, 2, "as-is")]


@pytest.mark.parametrize(("classes", "planes", "view"), MEASURED)
def test_the_measure_says_of_an_image_what_python_says(classes, planes, view, rng, monkeypatch):
    monkeypatch.setattr(doubt, "MOST_PLANES", classes * planes)
    network = Network([784, 20, classes], "relu", view=view)
    network.flat[:] = rng.normal(0, 0.2, network.flat.shape).astype(np.float32)
    images, labels = draw(700, rng)
    known = Split(images.reshape(700, 784), labels % classes)
    seen = views.of_split(view, known)
    measure = doubt.measured(network, seen, seen)
    noise = rng.integers(256, size=(10, 784)).astype(np.uint8)
    blots = np.full((2, 784), [[0], [255]], np.uint8)
    given = np.concatenate([known.images[:20], noise, blots])
    judged = doubt.judged([(network, measure)], given)
    expression = """images.map((image, i) => {
        const [M, K] = [middles, axes].map(numbers => halves(bytes(numbers)));
        const measure = {limits, tile, planes, middles: M, axes: K};
        return strangenessOf(viewOf(view, form)(bytes(image)), answers[i], measure);
    })"""
    arrays = {name: text(measure.arrays()[name]) for name in ("middles", "axes")}
    found = v8(
        expression, images=[text(image) for image in given], tile=strokes.TILE,
        planes=planes, view=view, answers=judged.probabilities.argmax(axis=1).tolist(),
        limits=measure.limits.tolist(), form=FORM, **arrays,
    )  # fmt: skip
    assert np.allclose(found, judged.strangeness, atol=1e-4)


def test_numbers_of_half_precision_arrive():
    numbers = np.arange(2**16, dtype=np.uint16).view(np.float16)
    numbers = numbers[np.isfinite(numbers)]
    assert v8("Array.from(halves(bytes(numbers)))", numbers=text(numbers)) == numbers.tolist()


MEASURES = {
    "none": {"improbable": 0.5},
    "near": {"limits": [0.3, 1.1, 9], "unlike": 1.2},
    "far": {"limits": [0.3, 0.9, 9], "unlike": 1.2},
    "further": {"limits": [0.3, 0.8, 9], "unlike": 1.2},
    "thick": {"limits": [0.3, 1.1, 0.65], "unlike": 1.2},
    "a blot": {"limits": [0.3, 1.1, 0.5], "unlike": 1.2},
}
DOUBTS = [  # words, measure, what is not as usual; the distance of the image is 1
    (None, "none", {}),
    ("unsure", "none", {"shares": [0.49, 0.4]}),
    (None, "near", {"shares": [0.31, 0.3]}),
    ("unsure", "near", {"shares": [0.29, 0.28]}),
    ("unsure", "far", {}),
    ("not like a digit", "further", {}),
    ("unsure", "thick", {}),
    ("not like a digit", "a blot", {}),
    ("digits that touch", "further", {"touching": True}),
    ("too small", "further", {"height": 71, "width": 71}),
    ("not like a digit", "further", {"height": 36}),
]


def test_what_speaks_against_an_answer_is_said():
    usual = {"touching": False, "height": 72, "width": 72, "shares": [0.9, 0.1]}
    cases = [[usual | piece, MEASURES[measure]] for _, measure, piece in DOUBTS]
    expression = """cases.map(([piece, limits]) => {
        const seen = new Uint8Array(784).fill(9, 300, 310), none = new Float32Array(392);
        const measure = {tile: 4, planes: 1, middles: none, axes: none, ...limits};
        return doubtOf({...piece, seen}, 72, measure);
    })"""
    assert v8(expression, cases=cases) == [words for words, _, _ in DOUBTS]


@pytest.mark.parametrize("key", ["activation", "view"])
def test_a_network_with_a_word_that_the_scripts_do_not_know_is_refused(key):
    expression = """networks.map(words => {
        try { new Network([], words); } catch (error) { return error.message; }
    })"""
    words = ("tanh", "constructor", "width-", "bandwidth-16", "width-16.5")
    networks = [{"activation": "relu", "view": "as-is"} | {key: word} for word in words]
    said = v8(expression, networks=networks)
    assert said == [f"no network here whose {key} is {word}" for word in words]
