"""The operator's page in a real browser, at an address that is no loopback: paired, played, shared, cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.commands.pages import hosts
from installation.remote.desk import Desk
from installation.show import Show
from tests.harness.browser import at, chromium, complaints
from tests.harness.tablets import Served, code, steered
from tests.harness.waiting import until

pytestmark = pytest.mark.whole

SIZES = [(390, 844), (820, 1180), (1180, 820)]
LOOK = (Path(__file__).parents[1] / "look.js").read_text("utf-8")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path, hosts("0.0.0.0")[0]) as served:
        yield served


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    browser = chromium(tmp_path, 1180, 820)
    yield browser
    browser.quit()


def text(browser: Any, name: str) -> str:
    return str(at(browser, name).text)


def paired(browser: Any, served: Served, role: str = "operator") -> None:
    """Type the code, as somebody does who stands at the show's machine."""
    browser.get(served.address)
    until(lambda: at(browser, "code").is_displayed(), "the page to ask for a code")
    at(browser, "code").send_keys(code(served.folder, role))
    browser.find_element("css selector", "#pair_form button").click()
    until(lambda: browser.find_elements("css selector", "#timeline button") and text(browser, "section"), "the show")


def armed(browser: Any) -> None:
    at(browser, "armed").click()
    until(lambda: at(browser, "armed").get_attribute("aria-checked") == "true", "an armed tablet")


def press(browser: Any, name: str) -> Any:
    from selenium.webdriver.common.action_chains import ActionChains

    return ActionChains(browser).click_and_hold(at(browser, name))


def test_a_tablet_plays_the_show(browser: Any, served: Served, show: Show, desk: Desk, tmp_path: Path) -> None:
    with steered(show, desk, tmp_path):
        paired(browser, served)
        assert not browser.execute_script("return isSecureContext")
        assert text(browser, "section") == "rest"
        at(browser, "go").click()
        until(lambda: "locked" in text(browser, "said"), "a locked tablet to say so")
        assert show.course.section.name == "rest"
        armed(browser)
        at(browser, "go").click()
        until(lambda: text(browser, "section") == "storm", "the page to follow the show")
        assert show.course.section.name == "storm"
        until(lambda: browser.execute_script("return document.getElementById('picture').naturalWidth") > 0, "a picture")
        black = "/show/blackout"
        at(browser, "blackout").click()  # touched, not held
        until(lambda: "hold" in text(browser, "said"), "the page to say how it is done")
        assert show.glides.aims()[black] is False
        press(browser, "blackout").perform()
        until(lambda: show.glides.aims()[black] is True, "the blackout of who holds it")
        until(lambda: at(browser, "blackout").get_attribute("aria-pressed") == "true")
        press(browser, "blackout").release().perform()
        fader = at(browser, "row--light-glow")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", fader)
        fader.send_keys("\ue010")  # End: played by key
        until(lambda: show.glides.aims()["/light/glow"] == 1.0, "the show to have taken the fader")
        browser.refresh()  # its token pairs it again, within moments
        until(lambda: browser.find_elements("id", "row--light-glow") and text(browser, "section"), "the show again")
        until(lambda: at(browser, "row--light-glow").get_attribute("value") == "1", "faders where the show is")
        assert at(browser, "row--dream-unrest").get_attribute("value") == "0"
        assert complaints(browser) == []


def test_two_tablets_agree_and_outlive_the_show(
    browser: Any, served: Served, show: Show, desk: Desk, tmp_path: Path
) -> None:
    with steered(show, desk, tmp_path):
        paired(browser, served)
        armed(browser)
        first = browser.current_window_handle
        browser.switch_to.new_window("tab")
        paired(browser, served, "watcher")
        second = browser.current_window_handle
        assert not at(browser, "go").is_displayed()
        assert not browser.find_elements("css selector", "#play input")
        browser.switch_to.window(first)
        until(lambda: text(browser, "section") == "rest")
        at(browser, "go").click()
        until(lambda: text(browser, "section") == "storm")
        browser.switch_to.window(second)
        until(lambda: text(browser, "section") == "storm", "the other tablet to agree")
        browser.switch_to.window(first)
        until(lambda: not at(browser, "link").is_displayed())
    until(lambda: at(browser, "link").is_displayed(), "the page to say that the show is gone")
    assert at(browser, "go").get_attribute("aria-disabled") == "true"
    assert at(browser, "calm").get_attribute("aria-disabled") == "false"
    with steered(show, desk, tmp_path):
        until(lambda: not at(browser, "link").is_displayed(), "the show to be back")
        until(lambda: at(browser, "go").get_attribute("aria-disabled") == "false", "hands that work again, still armed")


BROKEN = """
const lines = (element) => {
  const range = document.createRange()
  range.selectNodeContents(element)
  return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size
}
return ["#go > em", "#next", "#section", "#left"].filter((name) => lines(document.querySelector(name)) !== 1)
"""
"""Words of the console that do not stand in one line, as those of a score with short names must."""


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_tab_speaks_fits_and_can_be_touched(
    browser: Any, served: Served, show: Show, desk: Desk, tmp_path: Path, language: str
) -> None:
    hostile = "<img src=x onerror='document.title=1'>"
    with steered(show, desk, tmp_path):
        desk.presets.save("dusk", desk._aims)
        paired(browser, served)
        if language == "de":
            at(browser, "tab_health").click()
            browser.find_element("css selector", "#health .language").click()
        browser.execute_script(
            "document.querySelectorAll('#timeline button').forEach(b => b.append(arguments[0]))", hostile
        )
        for width, height in SIZES:
            browser.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
            )
            for large in (False, True):
                browser.execute_script(f"document.documentElement.style.fontSize = '{'32px' if large else ''}'")
                for name in ("play", "looks", "words", "health"):
                    if browser.find_elements("id", f"tab_{name}"):
                        browser.execute_script(f"document.getElementById('tab_{name}').click()")
                    seen = browser.execute_script(LOOK)
                    assert seen["headings"] == 1
                    assert seen["lang"] == language
                    assert seen["wide"] <= seen["width"], (name, width, large, seen)
                    assert seen["small"] == [], (name, width, seen["small"])
                    assert seen["unsaid"] == []
                    assert seen["nameless"] == [], name
                assert large or browser.execute_script(BROKEN) == [], width
        assert browser.title != "1"
        assert complaints(browser) == []
