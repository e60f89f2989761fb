"""The page of a report in a browser: what it sees, what it answers, and that it asks nobody."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bpnet.config import AugmentConfig, Config, DataConfig, NetworkConfig, TrainConfig
from bpnet.datasets import drawn_digits
from bpnet.evaluation import doubt, evaluate
from bpnet.pictures.normalizing import normalized
from bpnet.report.content import content
from bpnet.report.page import page
from bpnet.runs import doubts, loading, session
from bpnet.system.progress import silent, silently
from tests.helpers import own_files
from tests.helpers.chromium import WebDriverWait, all_of, another_page, screen, show, webdriver
from tests.helpers.pictures import only_digit

STROKES = {  # from 0 to 100 across and down, as a hand goes
    0: [[(50, 15), (28, 30), (25, 60), (40, 85), (62, 83), (76, 58), (70, 28), (50, 15)]],
    1: [[(52, 15), (50, 85)]],
    2: [[(28, 32), (42, 17), (62, 20), (68, 38), (50, 60), (28, 83), (74, 82)]],
    3: [[(30, 20), (60, 16), (68, 30), (46, 46), (70, 60), (64, 80), (30, 82)]],
    4: [[(36, 15), (28, 52), (72, 50)], [(66, 22), (62, 86)]],
    5: [[(70, 17), (36, 17), (32, 46), (58, 44), (70, 62), (58, 82), (30, 82)]],
    6: [[(62, 15), (38, 40), (30, 66), (44, 84), (64, 78), (64, 58), (44, 54), (32, 66)]],
    7: [[(28, 20), (72, 20), (52, 52), (44, 86)]],
    8: [[(62, 26), (46, 16), (34, 28), (62, 62), (56, 82), (38, 82), (36, 62), (64, 34), (62, 26)]],
    9: [[(66, 30), (48, 18), (34, 32), (44, 48), (64, 40), (66, 30), (62, 62), (56, 86)]],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of a small network that has seen 12,000 drawn digits, distorted: ten seconds."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawn_digits, "COUNTS", (12_000, 1_000))
        drawn_digits.load(folder / "drawn", print)
    config = Config(
        data=DataConfig(dataset="drawn", dir=str(folder), validation=1000),
        network=NetworkConfig(hidden=(100,)),
        train=TrainConfig(epochs=8, batch_size=64, learning_rate=0.2, momentum=0.8),
        augment=AugmentConfig(rotation=12, scaling=12, shear=8, shift=1),
    )
    with session.started(config, "drawn", folder / "run") as begun:
        list(session.train(begun))
    (loaded,) = loading.load([begun.run], "test", silently, silent)
    return loaded


@pytest.fixture(scope="module")
def told(trained):
    """What the page of the run is made from."""
    return content(trained, "test")


@pytest.fixture(scope="module")
def browser(chromium, told, tmp_path_factory):
    """The page, opened in a window of a common size."""
    show(chromium, page(told), tmp_path_factory.mktemp("page"))
    return chromium


def is_in_view(browser, element):
    """Whether all of an element is on the screen."""
    script = """
        const {top, left, bottom, right} = arguments[0].getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    """
    return browser.execute_script(script, element)


def pen(browser, strokes):
    """Draw strokes on the paper with the mouse, and return the probabilities that are shown."""
    clear(browser)
    paper = browser.find_element("id", "paper")
    unit = min(paper.size["width"], paper.size["height"]) / 100
    for stroke in strokes:
        mouse = webdriver.ActionChains(browser, duration=10)
        places = [((x - 50) * unit, (y - 50) * unit) for x, y in stroke]
        mouse.move_to_element_with_offset(paper, *map(round, places[0])).click_and_hold()
        for (x0, y0), (x1, y1) in pairwise(places):
            mouse.move_by_offset(round(x1) - round(x0), round(y1) - round(y0))
        mouse.release().perform()
    return shares(browser)


def clear(browser):
    """Take a new sheet of paper: by the button, which is there once something is drawn."""
    button = browser.find_element("id", "clear")
    if button.is_displayed():
        button.click()


def shares(browser):
    """Return the probabilities that the bars show, if there are any."""
    script = """
        const done = arguments[0];
        requestAnimationFrame(() => done(read.length ? Array.from(read[at].shares) : null));
    """
    return browser.execute_async_script(script)


def levels(browser, canvas):
    """Return the grey levels of a canvas of the page."""
    script = """
        const canvas = place(arguments[0]), {height, width} = canvas;
        const copy = Object.assign(document.createElement("canvas"), {height, width});
        const context = copy.getContext("2d", {willReadFrequently: true});
        context.drawImage(canvas, 0, 0);
        const {data} = context.getImageData(0, 0, width, height);
        return [height, width, Array.from(data.filter((_, i) => i % 4 === 0))];
    """
    height, width, grey = browser.execute_script(script, canvas)
    return np.array(grey, np.uint8).reshape(height, width)


def test_a_digit_of_each_kind_that_is_drawn_with_the_mouse_is_recognised(browser):
    answers = {digit: pen(browser, strokes) for digit, strokes in STROKES.items()}
    right = [digit for digit, shares in answers.items() if np.argmax(shares) == digit]
    assert len(right) >= 9, f"only {right}"


def test_what_the_network_sees_is_the_form_that_python_gives_the_canvas(browser):
    for strokes in (STROKES[4], STROKES[8]):
        pen(browser, strokes)
        expected = only_digit(levels(browser, "paper")).astype(int)
        assert np.abs(levels(browser, "seen") - expected).max() <= 1


FALLING = [[(20 + 0.6 * (x + y - 50), y) for x, y in stroke] for stroke in STROKES[9]]
LYING = [[(5, 45), (95, 55)]]  # which is no digit; the other is one, but only when it is deslanted


@pytest.fixture
def deslanted(small_config, tmp_path):
    """A run of a network that sees digits deslanted, of a few hundred images."""
    config = replace(small_config, network=NetworkConfig(hidden=(16,), view="deslanted"))
    with session.started(config, "deslanted", tmp_path / "run") as begun:
        list(session.train(begun))
    (loaded,) = loading.load([begun.run], "test", silently, silent)
    return loaded


def ink_for(network, seen, digit):
    """Return the gradient of a digit's score, by the pixels that are seen."""
    dout = np.eye(network.widths[-1])[[digit]].astype(network.flat.dtype)
    network.predict(seen / np.float32(255))
    for layer in reversed(network.layers):
        dout = layer.backward(dout)
    return dout


def test_a_page_sees_and_answers_and_doubts_as_its_network_does(browser, deslanted, tmp_path):
    network, measure = deslanted.network, doubts.load(deslanted.run)
    caption = "#seen + figcaption"
    assert browser.find_element("css selector", caption).text == "What the network sees"
    with another_page(browser, page(content(deslanted, "test")), tmp_path):
        assert browser.find_element("css selector", caption).text.endswith("sees, deslanted")
        for strokes in (FALLING, LYING):
            y = pen(browser, strokes)
            image = np.array([browser.execute_script("return Array.from(read[at].image)")])
            assert np.abs(image - only_digit(levels(browser, "paper")).ravel()).max() <= 1
            seen = levels(browser, "seen").reshape(1, 784)
            assert np.abs(seen - network.see(image.astype(np.uint8)).astype(int)).max() <= 1
            judged = doubt.judged([(network, measure)], image.astype(np.uint8))
            assert y == pytest.approx(judged.probabilities[0], abs=0.002)
            digit = int(np.argmax(y))
            strangeness = browser.execute_script(
                "return strangenessOf(read[at].seen, arguments[0], measure)", digit
            )
            assert strangeness == pytest.approx(judged.strangeness[0], abs=0.002)
            said = browser.execute_script("return read[at].doubt")
            assert (said is not None) == judged.unsure[0]
            assert (said == "not like a digit") == (not judged.like_a_digit[0])
            light = ink_for(network, seen, digit)
            light = light / np.abs(light).max()
            red = np.where(light > 0, 251 * light, -122 * light).reshape(28, 28)
            assert np.abs(levels(browser, "reasons") - red).max() <= 1


def moved(strokes, x, size):
    """Return the strokes at another place across, and smaller."""
    return [[(x + (u - 50) * size, 50 + (v - 50) * size) for u, v in stroke] for stroke in strokes]


def test_several_digits_have_an_answer_each_and_the_bars_show_the_chosen_one(browser):
    last = pen(browser, [*moved(STROKES[3], 15, 0.6), *moved(STROKES[7], 80, 0.6)])
    lines = normalized(levels(browser, "paper"))
    images = "return read.map(piece => Array.from(piece.image))"
    seen = np.array(browser.execute_script(images))
    assert np.abs(seen - [digit.image.ravel() for digit in lines[0]]).max() <= 1
    answers = all_of(browser, "#read button")
    assert [answer.text[0] for answer in answers][1] == str(np.argmax(last))
    answers[0].click()
    assert [answer.get_attribute("aria-pressed") for answer in answers] == ["true", "false"]
    first = shares(browser)
    assert answers[0].text[0] == str(np.argmax(first))
    assert all_of(browser, "#shares li")[3].text == f"3\n{100 * first[3]:.2f} %"
    assert np.array_equal(levels(browser, "seen").ravel(), seen[0])


AGAINST = {
    "too small": [[(50, 50)]],
    "digits that touch": [[(0, 30), (20, 70), (40, 30), (60, 70), (80, 30), (100, 70)]],
}


@pytest.mark.parametrize(("words", "strokes"), AGAINST.items(), ids=AGAINST)
def test_what_is_no_digit_is_said_to_be_none(browser, words, strokes):
    pen(browser, strokes)
    assert browser.find_element("id", "verdict").text.lower().startswith(f"{words}\n")
    assert browser.find_element("id", "read").text == "?"


def test_however_often_the_pen_moves_the_network_looks_once_a_frame(browser):
    script = """
        const once = look, done = arguments[0];
        let looks = 0;
        look = drawing => { looks++; once(drawing); };
        pen = [50, 50];
        for (let step = 0; step < 100; step++) draw({clientX: 100 + step, clientY: 100});
        requestAnimationFrame(() => requestAnimationFrame(() => { look = once; done(looks); }));
    """
    clear(browser)
    assert browser.execute_async_script(script) == 1
    browser.execute_script("clear()")


def test_nothing_drawn_is_nothing_seen(browser):
    assert pen(browser, []) is None


def test_a_click_draws_a_dot_where_the_mouse_is(browser):
    assert pen(browser, [[(30, 60)]]) is not None
    rows, columns = np.nonzero(levels(browser, "paper") < 128)
    height, width = levels(browser, "paper").shape
    middle = height * 0.6, width / 2 - height * 0.2
    assert (rows.mean(), columns.mean()) == pytest.approx(middle, abs=3)


def test_a_mouse_that_was_pressed_elsewhere_draws_nothing(browser):
    pen(browser, STROKES[1])
    clear(browser)
    mouse = webdriver.ActionChains(browser, duration=10)
    mouse.move_to_element(browser.find_element("id", "score")).click_and_hold()
    mouse.move_to_element(browser.find_element("id", "paper")).release().perform()
    assert (levels(browser, "paper") == 255).all()


def test_the_weights_arrive_in_the_page_and_give_the_probabilities_of_pythons(browser, trained):
    images = trained.images.images[:1000]
    script = "return arguments[0].map(image => Array.from(network.classify(image)))"
    found = np.array(browser.execute_script(script, images.tolist()))
    expected = trained.network.classify(images)
    assert np.abs(found - expected).max() < 1e-4
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))


def test_a_digit_is_a_button_that_shows_what_argues_for_it(browser):
    digit = np.argmax(pen(browser, STROKES[3]))
    assert browser.find_element("id", "why").text == f"Ink for and against {digit}"
    before = levels(browser, "reasons")
    other = all_of(browser, "#shares button")[7]
    other.click()
    assert browser.find_element("id", "why").text == "Ink for and against 7"
    assert other.get_attribute("aria-pressed") == "true"
    assert not np.array_equal(levels(browser, "reasons"), before)
    pen(browser, [])
    assert [button.is_enabled() for button in all_of(browser, "#shares button")] == [False] * 10


def test_a_wrong_cell_shows_its_images(browser, trained):
    scores = evaluate(trained.network, trained.images)
    wrong = scores.total - scores.correct
    shown = 0
    for button in all_of(browser, "#confusion button"):
        browser.execute_script("arguments[0].click()", button)
        shown += len(all_of(browser, "#cell figure"))
    assert shown == wrong > 0


def test_the_images_of_a_cell_are_in_view_when_it_is_chosen(browser):
    for size in ((390, 844), (1280, 800)):
        with screen(browser, *size):
            first = all_of(browser, "#confusion button")[0]
            browser.execute_script("arguments[0].scrollIntoView({block: 'end'})", first)
            first.click()
            WebDriverWait(browser, 5).until(
                lambda _: is_in_view(browser, all_of(browser, "#cell figure")[0])
            )
            assert is_in_view(browser, first)


def test_on_a_phone_the_answer_and_all_bars_are_in_view_below_the_drawing(browser):
    with screen(browser, 390, 844):
        browser.execute_script("scrollTo(0, 0)")
        browser.execute_script("pen = [100, 100]; draw({clientX: 100, clientY: 300})")
        assert shares(browser)
        for part in ("paper", "read", "verdict", "shares"):
            assert is_in_view(browser, browser.find_element("id", part)), part
        browser.execute_script("clear()")


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_the_page_is_as_wide_as_the_screen_and_no_row_of_the_bars_wraps(browser, width):
    with screen(browser, width, 900):
        browser.execute_script(
            "read = [{seen: new Uint8Array(784), shares: [1, ...Array(9).fill(0)],"
            " button: element('button')}]; at = 0; showAnswer()"
        )
        first, *others = (row.size["height"] for row in all_of(browser, "#shares li"))
        assert all_of(browser, "#shares li")[0].text == "0\n100.00 %"
        assert others == [first] * 9
        script = "return document.documentElement.scrollWidth"
        assert browser.execute_script(script) <= width
        browser.execute_script("clear()")


def test_a_drawing_goes_where_the_pointer_is_at_any_size(browser):
    with screen(browser, 390, 844):
        test_a_click_draws_a_dot_where_the_mouse_is(browser)


PARTS = {"curves svg": 2, "units figure": 30, "settings tr": 20, "facts tr": 8}


def test_every_part_of_the_page_is_there(browser):
    for place, least in PARTS.items():
        assert len(all_of(browser, f"#{place}")) >= least
    assert len(all_of(browser, "#shares button")) == 10
    assert "test accuracy" in browser.find_element("id", "score").text


@pytest.mark.parametrize("key", ["activation", "view"])
def test_a_page_that_does_not_know_a_word_of_the_network_says_so_and_shows_all_the_rest(
    browser, told, tmp_path, key
):
    unknown = told | {"network": told["network"] | {key: "unheard-of"}}
    with another_page(browser, page(unknown), tmp_path):
        assert f"whose {key} is unheard-of" in browser.find_element("id", "own").text
        assert not all_of(browser, "#own canvas")
        for place, least in (PARTS | {"confusion button": 1, "mistakes figure": 1}).items():
            assert len(all_of(browser, f"#{place}")) >= least


def marks(browser):
    """Return the marks of the best epoch, and how many points the first chart has."""
    texts = [text.text for text in all_of(browser, "#curves text")]
    return [text for text in texts if "best" in text], len(all_of(browser, "svg circle")) // 2


def test_the_charts_have_a_point_an_epoch_and_a_mark_at_the_best(browser, told, tmp_path):
    best = told["facts"]["best_epoch"]
    assert marks(browser) == ([f"best: epoch {best}"] * 2, 2 * 8)
    with another_page(browser, page(told | {"log": told["log"][:1]}), tmp_path):
        assert marks(browser) == (["best: epoch 1"] * 2, 2)
    blank = {"validation_loss": None, "validation_accuracy": None}
    scored = {"test_loss": 0.5, "test_accuracy": 0.9}
    log = [record | blank | scored for record in told["log"]]
    with another_page(browser, page(told | {"log": log}), tmp_path):
        assert marks(browser) == ([], 2 * 8)


def test_a_run_that_was_stopped_before_its_first_epoch_has_a_page(browser, told, tmp_path):
    facts = {key: told["facts"][key] for key in ("bpnet", "started")} | {"status": "interrupted"}
    with another_page(browser, page(told | {"log": [], "facts": facts}), tmp_path):
        assert "No epoch has ended yet" in browser.find_element("id", "curves").text
        assert "interrupted" in browser.find_element("id", "status").text


CLASSES = {
    "two": ("<b>고양이</b>", "</script><script>alert(1)"),
    "twelve": tuple(f"the class of number {number}" for number in range(12)),
    "letters": tuple("abcdefghijklmnopqrstuvwxyz"),
}


@pytest.fixture
def of_own(tmp_path):
    """Return a function that gives what the page of a run of these classes is made from."""

    def told(names):
        config = own_files.made(tmp_path / "own", names)
        config = replace(config, train=replace(config.train, epochs=1, learning_rate=0.01))
        with session.started(config, "own", tmp_path / "run") as begun:
            list(session.train(begun))
        (loaded,) = loading.load([begun.run], "test", silently, silent)
        return content(loaded, "test")

    return told


@pytest.mark.parametrize("which", CLASSES)
def test_other_classes_have_their_names_everywhere_as_text(browser, of_own, tmp_path, which):
    names, told = CLASSES[which], of_own(CLASSES[which])
    wrong = told["scores"]["total"] - told["scores"]["correct"]
    with another_page(browser, page(told), tmp_path):
        assert [row.text for row in all_of(browser, "#shares b")] == list(names)
        headings = [row.text for row in all_of(browser, "#confusion tbody th")]
        assert sorted(headings) == sorted(names)
        assert not all_of(browser, "main b b, main th b, main script")
        assert "digit" not in browser.find_element("css selector", "body").text.lower()
        shown = 0
        for button in all_of(browser, "#confusion button"):
            browser.execute_script("arguments[0].click()", button)
            shown += len(all_of(browser, "#cell figure"))
            heading = browser.find_element("css selector", "#cell h3").text
            assert any(heading.startswith(f"{name} taken for ") for name in names)
        assert shown == wrong > 0
        script = "return document.documentElement.scrollWidth"
        for width in (320, 768, 1280):
            with screen(browser, width, 900):
                assert browser.execute_script(script) <= width
        browser.execute_script("""
            const shares = names.map((_, i) => i === 1 ? 0.9 : 0.1 / (names.length - 1));
            read = [{seen: new Uint8Array(784), shares, doubt: null, button: element("button")}];
            at = 0;
            showAnswer();
            scrollTo(0, 0);
        """)
        assert [button.text for button in all_of(browser, "#shares .most b")] == [names[1]]
        assert browser.find_element("id", "why").text == f"Ink for and against {names[1]}"
        heights = [row.location["y"] for row in all_of(browser, "#shares li")]
        assert np.argmin(heights) == (1 if len(names) > 20 else 0)
        pen(browser, [[(0, 30), (20, 70), (40, 30), (60, 70), (80, 30), (100, 70)]])
        assert "touch" not in browser.find_element("id", "verdict").text


def test_no_request_leaves_the_page_and_nothing_is_complained_of(browser):
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in sent
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert all(url.endswith("/report.html") for url in asked if url.startswith("file:"))
