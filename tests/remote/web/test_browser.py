"""The visitors' page in a real browser, at an address that is no loopback: nothing here may need a secure context."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.commands.pages import hosts
from installation.remote.desk import Desk
from installation.remote.web.operator.stills import JpegEncoder
from installation.show import Show
from tests.harness.browser import at, chromium, complaints
from tests.harness.pages import FILES, Serving
from tests.harness.waiting import TIMEOUT_S, until

pytestmark = pytest.mark.whole

VIEWS = ("choose", "breathe", "feel", "leaving", "notice", "awake")
SIZES = [(390, 844), (820, 1180), (1180, 820), (320, 640)]


@pytest.fixture
def serving(tmp_path: Path, show: Show, desk: Desk) -> Iterator[Serving]:
    with Serving(tmp_path, show, desk, hosts("0.0.0.0")[0]) as serving:
        yield serving


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    browser = chromium(tmp_path, 390, 844)
    yield browser
    browser.quit()


def touch(browser: Any, name: str) -> None:
    """Scroll to it, as a thumb would, and tap it."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", at(browser, name))
    at(browser, name).click()


def view(browser: Any) -> str:
    return str(browser.execute_script("return document.body.dataset.view"))


def opened(browser: Any, serving: Serving) -> Any:
    browser.get(serving.address)
    until(lambda: view(browser) == "choose", "the page to have met its server")
    return browser


def lies(browser: Any, serving: Serving) -> Any:
    opened(browser, serving)
    at(browser, "lie").click()
    until(lambda: numbered(browser), "a sleeper")
    return browser


def numbered(browser: Any) -> bool:
    return bool(at(browser, "number").text.isdigit())


PIXELS = """
const image = document.getElementById("wall"), canvas = document.createElement("canvas")
canvas.width = image.naturalWidth, canvas.height = image.naturalHeight
const pen = canvas.getContext("2d")
pen.drawImage(image, 0, 0)
const data = pen.getImageData(0, 0, canvas.width, canvas.height).data
return arguments[0].map(([x, y]) => [...data.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 3)])
"""


def test_a_visit_from_the_code_to_waking_up(browser: Any, serving: Serving, show: Show) -> None:
    serving.wall = JpegEncoder().jpeg(480, 270, np.full((270, 480), 0x101820, np.uint32).tobytes())
    lies(browser, serving)
    assert not browser.execute_script("return isSecureContext")
    assert at(browser, "number").text == "1"
    until(lambda: show.community.guest_target[0] == 1.0)
    until(lambda: re.search(r"\d+ %", at(browser, "together").text))
    until(lambda: at(browser, "inout").text in ("breathe in", "breathe out"))
    until(lambda: browser.execute_script("return performance.now()") > 3_000)
    at(browser, "pulse").send_keys(" ")  # by key
    until(lambda: show.community.beats[0, 0] > 0)
    before = int(show.community.beats[0, 0])
    until(lambda: at(browser, "pulse").click() or show.community.beats[0, 0] > before)  # by touch
    touch(browser, "find")
    until(lambda: show.community.called[0] > 0)
    number = at(browser, "number").text
    browser.refresh()
    until(lambda: at(browser, "number").text == number, "the same sleeper")
    touch(browser, "wake")
    touch(browser, "wake_now")
    until(lambda: view(browser) == "awake", "to be awake")
    assert re.search(rf"sleeper {number} until \d\d:\d\d\.", at(browser, "memento").text)  # on this phone alone
    until(lambda: browser.execute_script("return document.getElementById('wall').naturalWidth") == 960, "the wall")
    (x, y), _ = (each[0] for each in show.whereabouts())
    across = [[round(960 * x) + side, round(540 * y)] for side in range(-45, 46)]  # the camera has swayed since
    row = browser.execute_script(PIXELS, across)
    assert row[45] == pytest.approx([0x10, 0x18, 0x20], abs=6), "the wall itself"
    lit = [max(pixel) > 100 for pixel in row]
    assert any(lit[:40]), "a ring round their light"
    assert any(lit[51:]), "on both sides"
    assert at(browser, "keep").get_attribute("download").startswith(f"sleeptree-{number}-")
    assert at(browser, "keep").get_attribute("href").startswith("blob:")
    assert browser.execute_script("return sessionStorage.length + localStorage.length + document.cookie.length") == 0
    assert show.community.guest_target.max() == 0.0
    assert len(serving.server.visitors) == 0
    assert complaints(browser) == []


def test_a_phone_is_back_by_itself_when_the_pages_were_killed(
    browser: Any, tmp_path: Path, show: Show, desk: Desk
) -> None:
    """The next process knows nobody and wants a word; the phone has none any more, and lies there again."""
    here, how = hosts("0.0.0.0")[0], {"entry_word": True, "sockets_of_host": 8}
    with Serving(tmp_path, show, desk, here, **how) as first:
        browser.get(f"{first.address}{first.server.entry.newest(time.monotonic_ns())}")
        until(lambda: view(browser) == "choose", "the page to have met its server")
        at(browser, "lie").click()
        until(lambda: numbered(browser), "a sleeper")
    until(lambda: at(browser, "link").is_displayed(), "the page to say that nobody answers")
    with Serving(tmp_path, show, desk, here, first.port, **how) as second:
        until(lambda: not at(browser, "link").is_displayed(), "the page to be back")
        assert view(browser) == "breathe"
        until(lambda: show.community.guest_target[0] == 1.0)
        assert len(second.server.visitors.seated) == 1


AWOKEN = """
const words = JSON.parse(document.getElementById("said").textContent)[arguments[0]]
document.getElementById("memento").textContent = words.memento.replace("{n}", 117).replace("{at}", "21:14")
for (const id of ["keepsake", "keep"]) document.getElementById(id).hidden = false
"""
"""What whoever wakes up is told, before they do: there is nobody left then who could be asked."""


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_view_speaks_fits_and_can_be_touched(browser: Any, serving: Serving, language: str) -> None:
    """One heading, no key for a text, targets of 44 px, nothing sideways at 320 px and with text twice as large."""
    opened(browser, serving)
    if language == "de":
        at(browser, "language").click()
    at(browser, "lie").click()
    until(lambda: numbered(browser))
    browser.execute_script(AWOKEN, language)
    for width, height in SIZES:
        browser.set_window_size(width, height)
        for large in (False, True):
            browser.execute_script(f"document.documentElement.style.fontSize = '{'36px' if large else ''}'")
            for name in VIEWS:
                browser.execute_script(
                    "document.querySelectorAll('main > section').forEach(s => { s.hidden = s.id !== arguments[0] })",
                    name,
                )
                seen = browser.execute_script(LOOK)
                assert seen["headings"] == 1, name
                assert seen["lang"] == language
                assert seen["wide"] <= seen["width"], (name, width, large, seen)
                assert seen["small"] == [], (name, width, seen["small"])
                assert seen["unsaid"] == [], name
                assert seen["nameless"] == [], name


LOOK = (Path(__file__).parent / "look.js").read_text("utf-8")


def test_the_lights_are_chosen_by_arrow_keys(browser: Any, serving: Serving, show: Show) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, serving)
    chosen = browser.find_element("css selector", "[role=radio][aria-checked=true]")
    assert chosen.get_attribute("aria-label") == "glacier"
    chosen.send_keys(Keys.ARROW_RIGHT)
    assert browser.switch_to.active_element.get_attribute("aria-label") == "sky"
    at(browser, "lie").send_keys(Keys.ENTER)
    until(lambda: abs(show.community.hue_target[0] - 7 / 12) < 1e-3)


CLOCK = (Path(__file__).parent / "clock_check.js").read_text("utf-8")


def test_the_clock_is_right_within_20_ms_and_the_breath_never_turns_back(browser: Any, serving: Serving) -> None:
    """Sixteen pings over a good Wi-Fi (2 ms and an exponential of 3 ms each way), states up to 210 ms late."""
    opened(browser, serving)
    clock = next(name for name in FILES.served if name.endswith("clock.js"))
    found = browser.execute_async_script(CLOCK, f"/a/{clock}")
    assert "error" not in found, found
    assert found["offset"] < 5.0
    assert found["breath"] < 0.020
    assert not found["back"]


DRAWN = """
const done = arguments[arguments.length - 1], drawn = { rings: [], circles: [], pictures: 0 }
const Pen = CanvasRenderingContext2D.prototype, { ellipse, arc, clearRect } = Pen
Pen.ellipse = function (...given) { drawn.rings.push(given[2]); return ellipse.apply(this, given) }
Pen.arc = function (...given) { drawn.circles.push(given[2]); return arc.apply(this, given) }
Pen.clearRect = function (...given) {
  if (++drawn.pictures > 120) done(drawn)
  return clearRect.apply(this, given)
}
"""
"""The radii of what is drawn in 120 pictures: of the water's rings, and of everything round."""

RINGS, ROUND, BREATHES = 5, 4, 2  # of a picture: rings, what is round, and which of that breathes


@pytest.mark.parametrize("reduced", [True, False])
def test_reduced_motion_is_heeded(browser: Any, serving: Serving, reduced: bool) -> None:
    """No ring of the water moves, and the circle breathes by a twentieth at most, where it has a third else."""
    browser.set_script_timeout(TIMEOUT_S)
    wanted = {"name": "prefers-reduced-motion", "value": "reduce" if reduced else "no-preference"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [wanted]})
    lies(browser, serving)
    until(lambda: at(browser, "inout").text != "", "the breath")
    drawn = browser.execute_async_script(DRAWN)
    still = len({round(radius, 3) for radius in drawn["rings"]}) == RINGS
    assert still is reduced
    circle = drawn["circles"][BREATHES::ROUND]
    assert (max(circle) / min(circle) < 1.06) is reduced
    assert complaints(browser) == []


def test_a_script_in_an_answer_is_text(browser: Any, serving: Serving) -> None:
    lies(browser, serving)
    hostile = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
    for phone in list(serving.server.phones):
        serving._loop.call_soon_threadsafe(
            lambda phone=phone: serving._loop.create_task(
                phone.send(json.dumps({"k": "line", "id": 1, "text": hostile, "state": "waits"}))
            )
        )
    until(lambda: hostile in browser.execute_script("return document.getElementById('lines').textContent"))
    assert browser.title == "SleepTree"
    assert browser.execute_script("return document.querySelectorAll('#lines img, #lines script').length") == 0
