"""A real Chromium without a window, of its own: what pages look like and do to who uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.harness.waiting import needed


def chromium(home: Path, width: int, height: int) -> Any:
    """A browser in English; `quit` ends it."""
    needed("chromium", "chromedriver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "lang=en", f"user-data-dir={home / 'chromium'}"):
        options.add_argument(f"--{argument}")
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    browser.set_window_size(width, height)
    return browser


def at(browser: Any, name: str) -> Any:
    """The element of this id."""
    return browser.find_element("id", name)


LEFT = "WebSocket is closed before the connection is established"
"""What is said of a page that is loaded anew while it connects: nobody's fault."""


def complaints(browser: Any) -> list[str]:
    """What the browser has warned of."""
    found = [line["message"] for line in browser.get_log("browser") if line["level"] in ("SEVERE", "WARNING")]
    return [message for message in found if LEFT not in message]
