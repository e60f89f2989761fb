"""The page of a report in a real browser: what it sees, what it answers, and that it asks nobody.

It needs Selenium (the extra [browser]) and Chromium with its driver, and installs neither.
"""

import json
import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bpnet import datasets
from bpnet.config import AugmentConfig, Config, DataConfig, NetworkConfig, TrainConfig
from bpnet.datasets import drawn_digits
from bpnet.datasets.drawn import draw
from bpnet.evaluation import evaluate, probabilities
from bpnet.pictures.normalizing import normalized
from bpnet.report.content import content
from bpnet.report.page import page
from bpnet.runs import directory, results
from bpnet.training import trainer

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
    dataset = datasets.load(config.data)
    network = trainer.build(config)
    state = trainer.start(network, config)
    run = directory.create(config, directory.new("", folder / "run"))
    results.begin(run, dataset.sha256)
    for _ in trainer.train(network, state, dataset, config):
        results.save(run, state, dataset.sha256)
    network.parameters[:] = trainer.result(state)
    scores = evaluate(network, dataset.test)
    results.finish(run, state, scores)
    return run, network, dataset, scores


@pytest.fixture(scope="module")
def browser(trained, tmp_path_factory):
    """The page, opened as by a double click in a window of a common size."""
    run, network, dataset, scores = trained
    path = tmp_path_factory.mktemp("page") / "report.html"
    text = page(content(run, network, dataset.test, "test", scores))
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
    driver.set_page_load_timeout(60)
    driver.get(path.as_uri())
    yield driver
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
    return browser.execute_script("return answer && Array.from(answer)")


def test_a_digit_of_each_kind_that_is_drawn_with_the_mouse_is_recognised(browser):
    answers = {digit: pen(browser, strokes) for digit, strokes in STROKES.items()}
    right = [digit for digit, shares in answers.items() if np.argmax(shares) == digit]
    assert len(right) >= 9, f"only {right}"


def test_nothing_drawn_is_nothing_seen(browser):
    assert pen(browser, []) is None


def test_the_pages_network_gives_the_probabilities_of_pythons(browser, trained):
    _, network, dataset, _ = trained
    images = dataset.test[:1000]
    script = """
        return arguments[0].map(image => Array.from(softmax(network.predict(
            Float64Array.from(image, level => level / 255)))));
    """
    found = np.array(browser.execute_script(script, images.images.tolist()))
    expected = probabilities(network, images)
    assert np.abs(found - expected).max() < 1e-4
    assert np.array_equal(found.argmax(axis=1), expected.argmax(axis=1))


def test_the_pages_gradient_is_that_of_the_score(browser, trained):
    _, network, dataset, _ = trained
    x = (dataset.test.images[:1] / 255).astype(np.float32)
    script = """
        network.predict(Float64Array.from(arguments[0])); return Array.from(network.gradient(3));
    """
    found = np.array(browser.execute_script(script, x[0].tolist()))
    exact = trainer.build(replace(trained[0].config, train=TrainConfig(dtype="float64")))
    exact.parameters[:] = network.parameters
    step = np.random.default_rng(3).normal(size=784)
    ahead, behind = (exact.predict(x + sign * 1e-7 * step)[0, 3] for sign in (1, -1))
    assert found @ step == pytest.approx((ahead - behind) / 2e-7, rel=1e-3)


def test_both_bring_a_drawing_to_the_same_form(browser):
    digits = draw(100, np.random.default_rng(9))[0]
    chance = np.random.default_rng(10)
    script = """
        const [height, width, data] = arguments;
        return Array.from(normalized({height, width, data: Float64Array.from(data)}));
    """
    for digit in digits:
        size = int(chance.integers(3, 9))
        large = np.kron(255 - digit, np.ones((size, size), np.uint8))
        picture = np.pad(large, chance.integers(0, 60, (2, 2)), constant_values=255)
        there = browser.execute_script(script, *picture.shape, picture.ravel().tolist())
        here = normalized(picture).ravel().astype(int)
        assert np.abs(np.array(there) - here).max() <= 1


def test_a_wrong_cell_shows_its_images(browser, trained):
    wrong = trained[3].total - trained[3].correct
    buttons = browser.find_elements("css selector", "#confusion button")
    shown = 0
    for button in buttons:
        browser.execute_script("arguments[0].click()", button)
        shown += len(browser.find_elements("css selector", "#cell figure"))
    assert shown == wrong > 0


def test_every_part_of_the_page_is_there(browser):
    for place, least in (
        ("curves svg", 2),
        ("units figure", 30),
        ("settings tr", 20),
        ("facts tr", 8),
    ):
        assert len(browser.find_elements("css selector", f"#{place}")) >= least
    assert "test accuracy" in browser.find_element("id", "score").text


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
