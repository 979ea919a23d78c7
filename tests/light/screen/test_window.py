"""The window, for real: on an X server, with keys that somebody presses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from installation.light.screen import window
from installation.light.screen.window import NoScreen, Window
from tests.harness.desktop import Desktop
from tests.harness.waiting import until

TEAL, ROSE = 0x10A0B0, 0xC04080


@pytest.fixture
def desk(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    for name, value in desktop.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SDL_FRAMEBUFFER_ACCELERATION", raising=False)
    yield desktop
    window.close()


def paint(shown: Window, colour: int) -> None:
    shown.canvas[:] = colour
    shown.show()


def filled(desk: Desktop, shown: Window, colour: int, size: tuple[int, int]) -> None:
    """Paint as the stage does, again and again, until that is all that this colour covers."""

    def covered() -> bool:
        shown.pressed()
        paint(shown, colour)
        return int((desk.picture() == colour).sum()) == size[0] * size[1]

    until(covered, f"{size} of {colour:06x}")


def pressed(shown: Window, *wanted: str) -> None:
    heard: list[str] = []
    until(lambda: heard.extend(shown.pressed()) or set(wanted) <= set(heard), f"keys {wanted}, heard {heard}")
    assert [key for key in heard if key in wanted] == list(wanted)


def test_fullscreen_covers_the_display_and_shows_what_is_drawn_to_the_bit(desk: Desktop) -> None:
    shown = Window(present="memory")
    assert shown.size == (desk.width, desk.height)
    picture = np.arange(desk.width * desk.height, dtype=np.uint32).reshape(desk.height, desk.width) * 37 & 0xFFFFFF
    shown.canvas[:] = picture
    shown.show()
    until(lambda: np.array_equal(desk.picture(), picture), "the picture on the screen")
    shown.close()


@pytest.mark.parametrize("present", ["memory", "gpu"])
def test_each_way_of_presenting_shows_the_same(desk: Desktop, present: window.Present) -> None:
    shown = Window(present=present)
    assert shown.present == present
    filled(desk, shown, ROSE, shown.size)
    shown.close()


def test_canvas_is_contiguous_memory_of_the_window_itself(desk: Desktop) -> None:
    shown = Window(small=(333, 111), fullscreen=False, present="memory")
    canvas = shown.canvas
    assert canvas.shape == (111, 333)
    assert canvas.dtype == np.uint32
    assert canvas.flags.c_contiguous
    assert np.shares_memory(canvas, shown.canvas)
    shown.close()


def test_keys_come_by_name_and_in_order(desk: Desktop) -> None:
    shown = Window(present="memory")
    paint(shown, TEAL)
    desk.window()
    desk.key("h", "Right", "space", "1", "Escape")
    pressed(shown, "h", "right", "space", "1", "escape")
    shown.close()


def test_a_key_is_held_until_it_is_let_go(desk: Desktop) -> None:
    shown = Window(present="memory")
    paint(shown, TEAL)
    desk.window()
    with desk.held("q"):
        pressed(shown, "q")
        assert shown.held() == {"q"}
    until(lambda: (shown.pressed(), shown.held())[1] == frozenset(), "the key to be let go")
    shown.close()


def test_a_window_can_be_resized_under_the_picture(desk: Desktop) -> None:
    shown = Window(small=(320, 180), fullscreen=False, present="memory")
    paint(shown, TEAL)
    desk.do("windowsize", "--sync", desk.window(), "400", "200")
    until(lambda: (shown.pressed(), shown.size)[1] == (400, 200), "the new size")
    assert shown.canvas.shape == (200, 400)
    filled(desk, shown, ROSE, (400, 200))
    shown.close()


def test_toggle_goes_to_a_window_and_back(desk: Desktop) -> None:
    shown = Window(present="memory")
    paint(shown, TEAL)
    shown.toggle()
    small = (desk.width * 2 // 3, desk.height * 2 // 3)
    until(lambda: (shown.pressed(), shown.size)[1] == small, "a window")
    filled(desk, shown, ROSE, small)
    shown.toggle()
    until(lambda: (shown.pressed(), shown.size)[1] == (desk.width, desk.height), "the full screen")
    filled(desk, shown, TEAL, (desk.width, desk.height))
    shown.close()


def test_a_wanted_size_fills_a_display_that_lacks_that_mode(desk: Desktop) -> None:
    shown = Window(size=(320, 180), present="memory")
    assert shown.size == (320, 180)
    assert shown.canvas.shape == (180, 320)
    shown.canvas[:, :160] = TEAL
    shown.canvas[:, 160:] = ROSE
    shown.show()
    until(lambda: (desk.picture()[:, :310] == TEAL).all() and (desk.picture()[:, 330:] == ROSE).all(), "both halves")
    shown.close()


def test_words_stand_over_the_picture_and_nowhere_else(desk: Desktop) -> None:
    shown = Window(present="memory")
    shown.canvas[:] = TEAL
    shown.write(("59.9 fps", "communion (harmony)"))
    shown.show()
    until(lambda: int((desk.picture() == TEAL).sum()) > 1000, "the picture")
    words = desk.picture() != TEAL
    assert words[:120, :300].sum() > 500
    assert not words[180:].any()
    assert not words[:, 400:].any()
    shown.close()


def test_words_may_have_a_window_of_their_own(desk: Desktop) -> None:
    shown = Window(small=(200, 100), fullscreen=False, present="memory", overlay=1)
    assert shown.apart

    def turn(*lines: str) -> bool:
        shown.canvas[:] = TEAL
        if lines:
            shown.write(lines)
        shown.show()
        return shown.pressed() == []

    def windows() -> int:
        return len(desk.do("search", "--onlyvisible", "--class", "^sleeptree$").split())

    desk.window()
    assert windows() == 1
    until(lambda: turn("59.9 fps", "communion (harmony)") and windows() == 2, "the words")
    assert (shown.canvas == TEAL).all()
    turn("60.1 fps", "communion (harmony)")
    until(lambda: turn() and windows() == 1, "the words to go")
    shown.close()


def test_words_lie_on_the_picture_where_their_display_is_not_there(desk: Desktop) -> None:
    for number in (1, 2):  # the one that is filled, and none
        shown = Window(present="memory", overlay=number)
        assert not shown.apart
        shown.close()


def test_waiting_says_what_for_and_how_far(desk: Desktop) -> None:
    shown = Window(present="memory")
    lit = []
    for share in (0.1, 0.9):
        shown.wait("preparing the light", share)
        lit.append(int((shown.canvas == 0x5AA0B4).sum()))
    assert lit[1] == pytest.approx(9 * lit[0], rel=0.05)
    shown.close()


def test_displays_are_numbered_from_one_with_their_modes(desk: Desktop) -> None:
    (display,) = window.displays()
    assert (display.number, display.size) == (1, (desk.width, desk.height))
    assert (desk.width, desk.height) in display.modes


def test_no_screen_is_said_and_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    window.close()
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")  # shows nothing to anybody
    with pytest.raises(NoScreen):
        Window()
    with pytest.raises(NoScreen):
        window.displays()
