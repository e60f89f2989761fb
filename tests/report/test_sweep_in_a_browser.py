"""The page of a sweep in a real browser: what is shown, and what a choice changes everywhere."""

import shutil
from dataclasses import replace
from itertools import pairwise

import pytest

from bpnet.report.page import SWEEP, page
from bpnet.runs import metadata
from tests.helpers import sweeps
from tests.helpers.chromium import all_of, another_page, screen, show, webdriver


@pytest.fixture(scope="module")
def folder(small_config, tmp_path_factory):
    """A sweep of two keys, a number and a list, with two seeds for each trial."""
    folder = tmp_path_factory.mktemp("page") / "sweep"
    train = replace(small_config.train, epochs=2)
    settings = [
        {"train.learning_rate": rate, "network.hidden": hidden}
        for rate in (0.01, 0.1, 1.0)
        for hidden in ((8,), (12, 8))
    ]
    sweeps.train(folder, replace(small_config, train=train), settings, count=2)
    return folder


@pytest.fixture(scope="module")
def told(folder, told_of):
    """What its page is made from."""
    return told_of(folder)


@pytest.fixture(scope="module")
def browser(chromium, told, folder):
    """The page, opened in a window of a common size."""
    chromium.get_log("browser")
    show(chromium, page(told, SWEEP), folder)
    return chromium


@pytest.fixture(autouse=True)
def _nothing_is_chosen(browser):
    yield
    browser.execute_script("choose(null); showTip(null)")
    assert browser.get_log("browser") == []


def texts(browser, selector):
    return [part.text for part in all_of(browser, selector)]


def best(told):
    return told["trials"][0]


def pieces(browser, selector):
    """Return how many pieces the shapes have that a selector names: dots, or curves."""
    shapes = all_of(browser, selector)
    return sum(shape.get_attribute("d").count("M") for shape in shapes)


def dots(browser, chart, kind=".dot, .low"):
    """Return how many dots a chart has: all, or those of a kind."""
    figure = f"#settings_charts figure:nth-child({chart + 1})"
    return pieces(browser, ", ".join(f"{figure} {one}" for one in kind.split(", ")))


def test_each_key_has_a_chart_with_a_dot_for_each_run(browser, told):
    assert texts(browser, "#settings_charts figcaption b") == told["keys"]
    for chart in (0, 1):
        assert dots(browser, chart) == 12
    marks = [text.text for text in all_of(browser, "#settings_charts text")]
    assert [mark for mark in marks if "%" not in mark] == ["0.01", "0.1", "1", "[8]", "[12, 8]"]
    assert len(all_of(browser, "#settings_charts svg:first-of-type .ring")) == 4  # in two charts


def test_a_mean_far_below_is_at_the_foot_as_its_runs_are(browser, told, tmp_path):
    lost = told["trials"][-1]
    scores = {trial["number"]: 0.1 if trial is lost else 0.9 for trial in told["trials"]}
    runs = [run | {"score": scores[run["trial"]] + run["seed"] / 100} for run in told["runs"]]
    trials = [trial | {"values": [trial["number"], [8]]} for trial in told["trials"]]
    with another_page(browser, page(told | {"trials": trials, "runs": runs}, SWEEP), tmp_path):
        bars = all_of(browser, "#settings_charts figure:first-child .mean")
        assert len(bars) == 6
        (wedge,) = [bar for bar in bars if "z" in bar.get_attribute("d")]
        assert wedge.get_attribute("textContent") == "mean 10.50 %"
        (frame,) = all_of(browser, "#settings_charts figure:first-child .grid:first-child")
        foot = float(frame.get_attribute("y1"))
        assert foot - 5 <= float(wedge.get_attribute("d").split()[1].partition("h")[0]) < foot


def test_few_values_all_have_a_label_also_if_one_lies_far_from_the_others(browser, told, tmp_path):
    rates = [0.1, 0.2, 0.3, 0.31, 0.32, 3000]
    trials = [trial | {"values": [rates[trial["number"] - 1], [8]]} for trial in told["trials"]]
    with another_page(browser, page(told | {"trials": trials}, SWEEP), tmp_path):
        labels = all_of(browser, "#settings_charts figure:first-child text")
        found = [label for label in labels if "%" not in label.text]
        assert [label.text for label in found] == [str(rate) for rate in rates]
        boxes = [label.rect for label in found]
        assert all(a["x"] + a["width"] < b["x"] for a, b in pairwise(boxes))
        chart = all_of(browser, "#settings_charts figure:first-child svg")[0].rect
        assert chart["x"] <= boxes[0]["x"]
        assert boxes[-1]["x"] + boxes[-1]["width"] <= chart["x"] + chart["width"]


def test_every_run_has_a_curve(browser):
    assert pieces(browser, ".curve") == 12


def epochs(browser):
    """Return the numbers below the curves."""
    marks = texts(browser, "#curves text")
    return marks[marks.index("epoch") + 1 :]


def test_a_curve_of_one_epoch_is_a_dot(browser, told, tmp_path):
    first, *others = told["runs"]
    short = first | {"curve": first["curve"][:1]}
    with another_page(browser, page(told | {"runs": [short, *others]}, SWEEP), tmp_path):
        assert (pieces(browser, "#curves .curve"), pieces(browser, "#curves .dot")) == (11, 1)
        assert epochs(browser) == ["1", "2"]
    runs = [run | {"curve": run["curve"][:1]} for run in told["runs"]]
    with another_page(browser, page(told | {"runs": runs}, SWEEP), tmp_path):
        assert (pieces(browser, "#curves .curve"), pieces(browser, "#curves .dot")) == (0, 12)
        assert epochs(browser) == ["1"]
        assert "NaN" not in browser.find_element("id", "curves").get_attribute("innerHTML")


def test_the_head_says_what_is_best_and_what_may_be_as_good(browser, told, tmp_path):
    assert browser.find_element("id", "status").text == "All 12 runs have finished."
    first, *others = told["trials"]
    few = ", ".join(str(trial["number"]) for trial in others[:2])
    for near, line in (
        (0, "All others are distinguishable from it."),
        (2, f"Not distinguishable from it: {few}."),
        (5, "Not distinguishable from it: all others."),
    ):
        marked = [one | {"is_within_chance": i < near} for i, one in enumerate(others)]
        with another_page(browser, page(told | {"trials": [first, *marked]}, SWEEP), tmp_path):
            said = texts(browser, "#findings p")
            assert said[0].startswith(f"Best: trial {first['number']}, train.learning_rate=")
            assert said[1] == line
            assert said[2].startswith("Its validation accuracy is optimistic")
            marks = ["not distinguishable" in text for text in texts(browser, "#trials td")]
            assert sum(marks) == near


def test_the_table_is_sorted_by_the_column_that_is_chosen(browser):
    accuracies = texts(browser, "#trials > tbody > tr:first-child > td:nth-child(4)")
    shares = [float(text.split()[0]) for text in accuracies]
    assert shares == sorted(shares, reverse=True)
    number, rate, hidden, *_ = all_of(browser, "#trials thead button")
    for button, place in ((rate, 2), (hidden, 3), (number, 1)):
        for order in ("ascending", "descending"):
            button.click()
            assert all_of(browser, f"#trials th:nth-child({place})[aria-sort={order}]")
            found = texts(browser, f"#trials > tbody > tr:first-child > td:nth-child({place})")
            expected = sorted(found, key=lambda text: ("[" in text and len(text), text))
            assert found == (expected if order == "ascending" else expected[::-1])


def test_wrong_images_and_shares_are_rounded_as_in_a_terminal(browser, told, tmp_path):
    first, *others = told["trials"]
    odd = first | {"wrong": 322.5, "shares": [0.12125], "tests": [0.25, 0.4925]}
    with another_page(browser, page(told | {"trials": [odd, *others]}, SWEEP), tmp_path):
        cells = texts(browser, "#trials > tbody:nth-of-type(1) > tr > td")
        share, wrong, _, test = cells[3:7]
        assert (share, wrong) == (f"{0.12125:.2%}".replace("%", " %"), f"{322.5:.0f}")
        assert test.split()[0] == f"{100 * 0.37125:.2f}"


def test_the_number_of_a_trial_shows_its_runs_and_marks_them_everywhere(browser, told):
    number = best(told)["number"]
    button = next(b for b in all_of(browser, "#trials td button") if b.text == str(number))
    button.click()
    runs = [run for run in told["runs"] if run["trial"] == number]
    assert texts(browser, "#trials .runs td td:first-child") == [run["path"] for run in runs]
    assert texts(browser, "#trials .chosen td:first-child button") == [str(number)]
    assert dots(browser, 0, ".dot.pale, .low.pale") == 10
    button.click()
    assert not all_of(browser, "#trials .runs, #trials .chosen, .pale")


def test_a_point_tells_which_run_it_is_and_chooses_its_trial(browser, told):
    ring = all_of(browser, "#settings_charts .ring")[0]
    webdriver.ActionChains(browser, duration=10).move_to_element(ring).perform()
    tip = browser.find_element("id", "tip")
    number = best(told)["number"]
    assert tip.is_displayed()
    assert tip.text.startswith(f"{number:02}/seed-")
    assert "network.hidden=[" in tip.text
    webdriver.ActionChains(browser, duration=10).click().perform()
    assert texts(browser, "#trials .chosen td:first-child button") == [str(number)]
    webdriver.ActionChains(browser).send_keys(webdriver.Keys.ESCAPE).perform()
    assert not all_of(browser, "#trials .chosen, .pale")
    assert not tip.is_displayed()


def test_the_colours_are_those_of_the_key_that_is_chosen(browser):
    select = browser.find_element("id", "colour")
    assert [option.text for option in all_of(browser, "#colour option")] == [
        "trial", "train.learning_rate", "network.hidden",
    ]  # fmt: skip
    assert len(all_of(browser, "#legend button")) == 6
    select.send_keys("network.hidden")
    assert texts(browser, "#legend button") == ["[8]", "[12, 8]"]
    all_of(browser, "#legend button")[1].click()
    assert dots(browser, 1, ".dot.pale, .low.pale") == 6
    select.send_keys("trial")


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_is_no_wider_than_the_screen(browser, width):
    with screen(browser, width, 900):
        browser.execute_script("showCharts()")
        script = "return document.documentElement.scrollWidth"
        assert browser.execute_script(script) <= width


def test_a_sweep_that_is_not_finished_says_what_each_run_is(browser, folder, told_of, tmp_path):
    part = shutil.copytree(folder, tmp_path / "part")
    for trial in ("03", "04", "05", "06"):
        shutil.rmtree(part / trial)
    metadata.write(part / "02/seed-1", status="</script><b>failed")
    with another_page(browser, page(told_of(part), SWEEP), tmp_path):
        status = browser.find_element("id", "status").text
        assert status.startswith("3 of 12 runs have finished: 1 </script><b>failed, 8 not begun")
        assert texts(browser, "#findings p") == ["Nothing is ranked: 1 of 6 trials is complete."]
        assert dots(browser, 0) == 3
        runs = texts(browser, "#trials > tbody > tr > td:last-child")
        assert runs == ["2", "1 of 2; 1 </script><b>failed", *["0 of 2; 2 not begun"] * 4]
        assert not all_of(browser, "main b b, main td b, .ring")
    for trial in ("01", "02"):
        shutil.rmtree(part / trial)
    with another_page(browser, page(told_of(part), SWEEP), tmp_path):
        assert browser.find_element("id", "settings_charts").text == "No run has finished yet."
        assert browser.find_element("id", "curves").text == "No epoch has ended yet."


def test_runs_that_have_all_failed_are_not_waited_for(browser, told, tmp_path):
    statuses = ["failed", "diverged"] * 6
    runs = [
        run | {"status": status, "score": None, "curve": []}
        for run, status in zip(told["runs"], statuses, strict=True)
    ]
    with another_page(browser, page(told | {"runs": runs}, SWEEP), tmp_path):
        assert browser.find_element("id", "settings_charts").text == "No run has finished."
        assert browser.find_element("id", "curves").text == "No epoch has ended."


def many(told, count):
    """Return what the page of so many trials is made from: the same ones, again and again."""
    trials, runs = told["trials"], told["runs"]
    more = [
        trials[i % len(trials)] | {"number": i, "is_best": i == 1, "values": [i / 1000, [i % 5]]}
        for i in range(1, count + 1)
    ]
    runs = [
        runs[i % len(runs)] | {"trial": i, "path": f"{i:03}/seed-0"} for i in range(1, count + 1)
    ]
    return told | {"trials": more, "runs": runs}


def test_of_very_many_trials_the_table_shows_the_first_until_it_is_asked(browser, told, tmp_path):
    with another_page(browser, page(many(told, 301), SWEEP), tmp_path):
        assert dots(browser, 0) == 301
        assert not all_of(browser, "#legend button")
        rows = "#trials > tbody"
        assert len(all_of(browser, rows)) == 200
        browser.execute_script("choose([numbered.get(290)])")
        assert texts(browser, "#trials .chosen td button") == ["290"]
        button = browser.find_element("id", "all")
        assert button.text == "Show all 301 trials"
        button.click()
        assert len(all_of(browser, rows)) == 301
        assert not button.is_displayed()
