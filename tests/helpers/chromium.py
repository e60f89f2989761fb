"""The page of a report in a real browser, which is shared: opened, on any screen, looked through.

It needs Selenium (the extra [test]) and Chromium with its driver, and installs neither.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

webdriver: Any = pytest.importorskip("selenium.webdriver", reason="no Selenium")
WebDriverWait: Any = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait
WebDriverException = pytest.importorskip("selenium.common").WebDriverException
if not (shutil.which("chromium") and shutil.which("chromedriver")):
    pytest.skip("no Chromium with its driver", allow_module_level=True)

FLAGS = (
    "headless=new", "no-sandbox", "disable-dev-shm-usage", "window-size=1200,1000",
    "force-prefers-reduced-motion",
)  # fmt: skip


@contextmanager
def started() -> Iterator[Any]:
    """Start Chromium, in a window of a common size, and end it."""
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
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
        yield driver
    finally:
        driver.quit()


def show(browser: Any, text: str, folder: Path) -> None:
    """Open the page of this text, as by a double click."""
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    browser.get(path.as_uri())


@contextmanager
def another_page(browser: Any, text: str, folder: Path) -> Iterator[None]:
    """Open the page of this text, of which nothing is complained, and go back in the end."""
    before = browser.current_url
    try:
        show(browser, text, folder)
        yield
        assert browser.get_log("browser") == []
    finally:
        browser.get(before)


@contextmanager
def screen(browser: Any, width: int, height: int) -> Iterator[None]:
    """Let the page have a screen of this size, in pixels, as a phone has."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def all_of(browser: Any, selector: str) -> Any:
    """Return the elements that a selector names."""
    return browser.find_elements("css selector", selector)
