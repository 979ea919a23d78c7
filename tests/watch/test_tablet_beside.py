"""A tablet beside a real show: Chromium, paired by code, plays it; what is killed beside it comes back."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.commands.pages import hosts
from tests.harness.browser import at, chromium
from tests.harness.desktop import Desktop
from tests.harness.playing import Playing
from tests.harness.waiting import free_ports, until

pytestmark = pytest.mark.whole

SCORE = """
name = "two"
settled = true

[[section]]
name = "rest"
phase = "harmony"
seconds = 3600

[[section]]
name = "storm"
phase = "glitch"
seconds = 3600
"""

COUNTED = """
const Plain = window.WebSocket
window.sockets = 0
window.WebSocket = class extends Plain { constructor(...given) { super(...given); window.sockets += 1 } }
"""
"""Counts the sockets that a page opens from now on."""


class Tablet:
    """A browser at the operator's page of a show."""

    def __init__(self, browser: Any, show: Playing, address: str) -> None:
        self.browser, self.show = browser, show
        browser.get(address)
        until(lambda: at(browser, "code").is_displayed(), "the page to ask for a code")
        told = show.ask("pages", "--config", str(show.config)).stdout
        found = re.search(r"operator +(\d{3} \d{3})", told)
        assert found, told
        at(browser, "code").send_keys(found[1])
        browser.find_element("css selector", "#pair_form button").click()
        self.sees("section", "rest")

    def sees(self, name: str, text: str) -> None:
        until(lambda: str(at(self.browser, name).text) == text, f"{text} at {name}")

    def arm(self) -> None:
        at(self.browser, "armed").click()
        self.is_("armed", "aria-checked", "true")

    def is_(self, name: str, attribute: str, value: str) -> None:
        until(lambda: at(self.browser, name).get_attribute(attribute) == value, f"{name} {attribute} {value}")

    def hold(self, name: str, done: Any) -> None:
        """Press until it is done."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.browser).click_and_hold(at(self.browser, name)).perform()
        done()
        ActionChains(self.browser).release().perform()

    def aims(self, address: str) -> Any:
        """What the page shows of a control: what the show has taken."""
        return at(self.browser, f"row-{address.replace('/', '-')}").get_attribute("value")


@pytest.fixture
def show(desktop: Desktop) -> Iterator[tuple[Playing, str]]:
    here = hosts("0.0.0.0")[0]
    ports = free_ports(2)
    venue = (
        f'[pages]\nenabled = true\nlisten = "{here}"\nport = {ports[0]}\n'
        f'operator_listen = "{here}"\noperator_port = {ports[1]}\n'
    )
    playing = Playing(desktop.environment, venue=venue)
    playing.score.write_text(SCORE, encoding="utf-8")
    playing.start()
    yield playing, f"http://{here}:{ports[1]}/"
    playing.close()


def test_a_tablet_plays_a_real_show_and_outlives_what_is_killed(show: tuple[Playing, str], tmp_path: Path) -> None:
    playing, address = show
    browser = chromium(tmp_path, 1180, 820)
    try:
        playing.plays()
        tablet = Tablet(browser, playing, address)
        assert not browser.execute_script("return isSecureContext")
        tablet.arm()
        played_by_hand(tablet)
        outlives_its_server(tablet)
        outlives_the_show(tablet)
    finally:
        browser.quit()
    code, _, err = playing.end()
    assert (code, "Traceback" in err) == (0, False), err
    until(lambda: not playing.processes(), "nobody to be left")


def played_by_hand(tablet: Tablet) -> None:
    """GO, Hold, Blackout, a look, Calm, each seen in the show's own status and told back to the page."""
    browser, show = tablet.browser, tablet.show
    until(lambda: browser.execute_script("return document.getElementById('picture').naturalWidth") == 320, "the wall")
    at(browser, "go").click()
    show.wait(lambda s: s.get("section") == "storm", "GO")
    tablet.sees("section", "storm")
    at(browser, "hold").click()
    tablet.is_("hold", "aria-pressed", "true")
    tablet.hold("blackout", lambda: tablet.is_("blackout", "aria-pressed", "true"))
    tablet.hold("blackout", lambda: tablet.is_("blackout", "aria-pressed", "false"))
    fader = at(browser, "row--light-glow")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", fader)
    fader.send_keys("\ue010")  # End
    until(lambda: tablet.aims("/light/glow") == "1", "the fader to be taken")
    at(browser, "tab_looks").click()
    at(browser, "look").send_keys("bright")
    browser.find_element("css selector", "#save_form button").click()
    until(lambda: browser.find_elements("css selector", "#cards .pick"), "the look")
    tablet.hold("calm", lambda: show.wait(lambda s: s.get("section") == "rest", "Calm"))
    at(browser, "tab_play").click()
    until(lambda: tablet.aims("/light/glow") == "0.5", "all that was moved to be back")
    at(browser, "tab_looks").click()
    browser.find_element("css selector", "#cards .pick").click()
    at(browser, "tab_play").click()
    until(lambda: tablet.aims("/light/glow") == "1", "the look")
    undo = at(browser, "row--undo")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", undo)
    undo.click()
    until(lambda: tablet.aims("/light/glow") == "0.5", "the look to be taken back")
    assert str(at(browser, "said").text) == ""


def outlives_its_server(tablet: Tablet) -> None:
    """The pages' process is killed: the show goes on, and the tablet is back by itself, paired, and locked."""
    before = tablet.show.state["process"]
    os.kill(tablet.show.pages, signal.SIGKILL)
    until(lambda: at(tablet.browser, "link").is_displayed(), "the page to say that nobody answers")
    back = until(lambda: not at(tablet.browser, "link").is_displayed(), "the page to be back")
    print(f"the tablet was back after {back:.1f} s")
    tablet.is_("armed", "aria-checked", "false")
    assert (tablet.show.state["process"], tablet.show.state["restarts"]) == (before, 0)


def outlives_the_show(tablet: Tablet) -> None:
    """The show is killed: its tablet keeps its socket, says so, and goes on with the next process."""
    tablet.browser.execute_script(COUNTED)
    before = tablet.show.guarded()["process"]
    os.kill(before, signal.SIGKILL)
    tablet.show.plays(before)
    until(lambda: not at(tablet.browser, "link").is_displayed(), "the page to go on")
    tablet.arm()
    at(tablet.browser, "go").click()
    tablet.show.wait(lambda s: s.get("section") == "storm", "GO to the next process")
    tablet.sees("section", "storm")
    assert tablet.browser.execute_script("return window.sockets") == 0
