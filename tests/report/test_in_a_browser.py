"""The page of a report in a real browser: what it sees, what it answers, and that it asks nobody.

It needs Selenium (the extra [browser]) and Chromium with its driver, and installs neither.
"""

import json
import shutil
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest

from bpnet.config import AugmentConfig, Config, DataConfig, NetworkConfig, TrainConfig
from bpnet.datasets import drawn_digits
from bpnet.evaluation import evaluate
from bpnet.report.content import content
from bpnet.report.page import page
from bpnet.runs import loading, session
from bpnet.system.progress import silent, silently
from tests.helpers.pictures import only_digit

webdriver = pytest.importorskip("selenium.webdriver", reason="no Selenium")
WebDriverException = pytest.importorskip("selenium.common").WebDriverException
if not (shutil.which("chromium") and shutil.which("chromedriver")):
    pytest.skip("no Chromium with its driver", allow_module_level=True)

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
def browser(told, tmp_path_factory):
    """The page, opened as by a double click."""
    with opened(page(told), tmp_path_factory.mktemp("page") / "report.html") as driver:
        yield driver


@contextmanager
def opened(text, path):
    """Yield a browser with this page in a window of a common size."""
    path.write_text(text, encoding="utf-8")
    options = webdriver.ChromeOptions()
    for flag in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1200,1000"):
        options.add_argument(f"--{flag}")
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    try:
        driver = webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        pytest.skip(f"Chromium does not start here: {error.msg}")
    try:
        driver.set_page_load_timeout(60)
        driver.get(path.as_uri())
        yield driver
    finally:
        driver.quit()


def pen(browser, strokes):
    """Draw strokes on the paper with the mouse, and return the probabilities that are shown."""
    browser.find_element("id", "wipe").click()
    paper = browser.find_element("id", "paper")
    for stroke in strokes:
        mouse = webdriver.ActionChains(browser, duration=10)
        places = [((x - 50) * 2.8, (y - 50) * 2.8) for x, y in stroke]
        mouse.move_to_element_with_offset(paper, *map(round, places[0])).click_and_hold()
        for (x0, y0), (x1, y1) in pairwise(places):
            mouse.move_by_offset(round(x1) - round(x0), round(y1) - round(y0))
        mouse.release().perform()
    script = "requestAnimationFrame(() => arguments[0](answer && Array.from(answer)))"
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


def test_however_often_the_pen_moves_the_network_looks_once_a_frame(browser):
    script = """
        const once = look, done = arguments[0];
        let looks = 0;
        look = () => { looks++; once(); };
        pen = [50, 50];
        for (let step = 0; step < 100; step++) draw({clientX: 100 + step, clientY: 100});
        requestAnimationFrame(() => requestAnimationFrame(() => { look = once; done(looks); }));
    """
    pen(browser, [])
    assert browser.execute_async_script(script) == 1


def test_nothing_drawn_is_nothing_seen(browser):
    assert pen(browser, []) is None


def test_a_click_draws_a_dot_where_the_mouse_is(browser):
    assert pen(browser, [[(30, 60)]]) is not None
    rows, columns = np.nonzero(levels(browser, "paper") < 128)
    assert (rows.mean(), columns.mean()) == pytest.approx((168, 84), abs=2)


def test_a_mouse_that_was_pressed_elsewhere_draws_nothing(browser):
    pen(browser, STROKES[1])
    browser.find_element("id", "wipe").click()
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


def test_a_wrong_cell_shows_its_images(browser, trained):
    scores = evaluate(trained.network, trained.images)
    wrong = scores.total - scores.correct
    buttons = browser.find_elements("css selector", "#confusion button")
    shown = 0
    for button in buttons:
        browser.execute_script("arguments[0].click()", button)
        shown += len(browser.find_elements("css selector", "#cell figure"))
    assert shown == wrong > 0


PARTS = {"curves svg": 2, "units figure": 30, "settings tr": 20, "facts tr": 8}


def test_every_part_of_the_page_is_there(browser):
    for place, least in PARTS.items():
        assert len(browser.find_elements("css selector", f"#{place}")) >= least
    assert len(browser.find_elements("css selector", "#shares button")) == 10
    assert "test accuracy" in browser.find_element("id", "score").text


def test_a_page_that_does_not_know_the_activation_says_so_and_shows_all_the_rest(told, tmp_path):
    unknown = told | {"network": told["network"] | {"activation": "tanh"}}
    with opened(page(unknown), tmp_path / "report.html") as browser:
        assert "tanh" in browser.find_element("id", "own").text
        assert not browser.find_elements("css selector", "#own canvas")
        for place, least in (PARTS | {"confusion button": 1, "mistakes figure": 1}).items():
            assert len(browser.find_elements("css selector", f"#{place}")) >= least
        assert browser.get_log("browser") == []


def test_no_request_leaves_the_page_and_nothing_is_complained_of(browser):
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [
        message["params"]["request"]["url"]
        for message in sent
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in asked if url.startswith("file:")]) == 1
