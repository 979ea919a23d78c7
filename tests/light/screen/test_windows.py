"""Windows of several outputs, for real: an X server with three displays, one of which is pulled out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pygame
import pytest
from numpy.typing import NDArray

from installation.light.mapping.outputs import OutputLayout
from installation.light.screen import monitors, window
from installation.light.screen.calibrating import CalibrationWindows
from installation.light.screen.windows import OutputWindows
from installation.venue.outputs import CanvasSettings, OutputSettings
from tests.harness.projectors import Projectors, projectors
from tests.harness.waiting import until

CROPS = ((0, 0, 640, 360), (640, 0, 640, 360), (1280, 0, 640, 360))
NAMES = ("left", "middle", "right")


@pytest.fixture(scope="module")
def wall(kernels: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Projectors]:
    with projectors(tmp_path_factory.mktemp("xorg")) as three:
        yield three


@pytest.fixture
def three(wall: Projectors, monkeypatch: pytest.MonkeyPatch) -> Iterator[Projectors]:
    window.close()
    for name, value in wall.environment.items():
        monkeypatch.setenv(name, value)
    wall.put_back()
    yield wall
    monitors.close()
    window.close()


def layout(*displays: int | str) -> OutputLayout:
    outputs = [OutputSettings(name=n, display=d, crop=c) for n, d, c in zip(NAMES, displays, CROPS, strict=False)]
    return OutputLayout(CanvasSettings(size="1920x360"), tuple(outputs))


def static(seed: int = 1) -> NDArray[np.uint32]:
    return np.random.default_rng(seed).integers(0, 1 << 24, (360, 1920), dtype=np.uint32)


class Watched:
    """What stands on the wall, while frames are shown as the stage does."""

    def __init__(self, shown: OutputWindows, wall: Projectors) -> None:
        self.shown, self.wall = shown, wall

    def turn(self, canvas: NDArray[np.uint32]) -> None:
        self.shown.canvas[:] = canvas
        self.shown.show()
        self.shown.pressed()

    def becomes(self, canvas: NDArray[np.uint32], *parts: NDArray[np.uint32] | None) -> None:
        """Until each place has this part of the canvas to the byte; None: whatever it has."""

        def same() -> bool:
            self.turn(canvas)
            return all(part is None or np.array_equal(self.wall.picture(i), part) for i, part in enumerate(parts))

        until(same, "the canvas on the wall")


def parts(canvas: NDArray[np.uint32]) -> list[NDArray[np.uint32]]:
    return [canvas[:, x : x + 640] for x, *_ in CROPS]


def test_each_display_shows_its_part_of_the_canvas_to_the_byte(three: Projectors) -> None:
    shown = OutputWindows(layout("DUMMY0", "dummy1", 3), 1, present="memory")
    assert shown.size == (1920, 360)
    assert shown.canvas.flags.c_contiguous
    assert shown.shown == dict.fromkeys(NAMES, (640, 360))
    canvas = static()
    Watched(shown, three).becomes(canvas, *parts(canvas))
    shown.close()


def test_a_display_that_is_pulled_out_comes_back_by_name_and_the_others_go_on(three: Projectors) -> None:
    said: list[str] = []
    shown = OutputWindows(layout("DUMMY0", "DUMMY1", "DUMMY2"), 1, present="memory", notice=said.append)
    watched, first, second = Watched(shown, three), static(1), static(2)
    watched.becomes(first, *parts(first))
    three.pull_out("DUMMY1")
    until(lambda: (watched.turn(second), shown.missing)[1] == ("middle",), "the loss of a display")
    assert set(shown.shown) == {"left", "right"}
    left, _, right = parts(second)
    watched.becomes(second, left, None, right)
    three.plug_in("DUMMY1", 640)
    watched.becomes(second, *parts(second))
    assert shown.missing == ()
    assert said == [
        "output middle: there is no display DUMMY1 here; it is dark, and looked for",
        "output middle: display DUMMY1 is there again",
    ]
    shown.close()


def test_outputs_follow_the_names_of_displays_not_their_places(three: Projectors) -> None:
    shown = OutputWindows(layout(1, 2, 3), 1, present="memory")  # numbers are names from here on
    watched, canvas = Watched(shown, three), static()
    watched.becomes(canvas, *parts(canvas))
    three.put_back(("DUMMY2", "DUMMY1", "DUMMY0"))
    watched.becomes(canvas, *reversed(parts(canvas)))
    shown.close()


def test_a_display_that_was_never_there_keeps_nobody_from_playing(three: Projectors) -> None:
    said: list[str] = []
    shown = OutputWindows(layout("DUMMY0", "HDMI-7", 9), 1, present="memory", notice=said.append)
    canvas = static()
    Watched(shown, three).becomes(canvas, parts(canvas)[0], None, None)
    assert shown.missing == ("middle", "right")
    assert [line.split(";")[0] for line in said] == [
        "output middle: there is no display HDMI-7 here",
        "output right: there is no display 9 here",
    ]
    shown.close()


def test_words_and_waiting_stand_on_the_canvas(three: Projectors) -> None:
    shown = OutputWindows(layout("DUMMY0", "DUMMY1", "DUMMY2"), 1, present="memory")
    watched = Watched(shown, three)
    shown.canvas[:] = 0x10A0B0
    shown.write(("59.9 fps",))
    shown.show()
    until(lambda: (three.picture(2) == 0x10A0B0).all() and (three.picture(0) != 0x10A0B0).any(), "words on the left")
    until(lambda: (shown.wait("preparing the light", 0.5), (three.picture(1) == 0x5AA0B4).any())[1], "a bar")
    watched.turn(static())
    shown.close()


def test_in_windows_each_output_has_one_of_its_own_and_f_fills_the_displays(three: Projectors) -> None:
    shown = OutputWindows(layout("DUMMY0", "DUMMY1", "DUMMY2"), 1, small=(320, 180), fullscreen=False, present="memory")
    watched = Watched(shown, three)
    assert shown.shown == dict.fromkeys(NAMES, (320, 180))
    watched.turn(static())
    shown.toggle()
    canvas = static()
    watched.becomes(canvas, *parts(canvas))
    shown.close()


def test_monitors_are_known_by_connector_and_place(three: Projectors) -> None:
    sizes = [display.size for display in window.displays()]
    found = monitors.connected(window.driver(), sizes)
    assert [(each.number, each.name, each.at, each.size) for each in found] == [
        (i + 1, name, (640 * i, 0), (640, 360)) for i, name in enumerate(Projectors.names)
    ]
    assert monitors.find(found, "dummy2") is found[2]
    assert monitors.find(found, "VGA") is None
    twins = [monitors.Monitor(i, (f"DP-{i}", "Beamer"), (0, 0), (640, 360)) for i in (1, 2)]
    with pytest.raises(ValueError, match='2 displays are called "beamer": take DP-1 or DP-2'):
        monitors.find(twins, "beamer")


def luminance(pixels: NDArray[np.uint32]) -> NDArray[np.float64]:
    light = [(((pixels >> shift) & 255) / 255.0) ** 2.2 for shift in (16, 8, 0)]
    return np.asarray(0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2])


def test_a_test_picture_is_moved_by_keys_and_mouse_and_is_too_dark_to_flash(three: Projectors) -> None:
    windows = CalibrationWindows(layout("DUMMY0", "DUMMY1", "DUMMY2"), 1, present="memory")
    moved = windows.calibrate()
    until(lambda: (windows.turn(), all((three.picture(i) > 0).any() for i in range(3)))[1], "test pictures")
    before = [three.picture(i) for i in range(3)]
    for picture in before:
        assert (luminance(picture) > 0.1).mean() < 0.05  # what flashes is a quarter of a field of view
    windows.press("right", pygame.KMOD_SHIFT)
    assert moved.output.corners[0] == pytest.approx((10 / 640, 0.0))
    until(lambda: (windows.turn(), not np.array_equal(three.picture(0), before[0]))[1], "the corner to move")
    assert np.array_equal(three.picture(1), before[1])
    window = next(view.window for view in windows._views if view.output.name == "right")
    for kind, at in (
        (pygame.MOUSEBUTTONDOWN, (630, 350)),
        (pygame.MOUSEMOTION, (600, 340)),
        (pygame.MOUSEBUTTONUP, (0, 0)),
    ):
        pygame.event.post(pygame.Event(kind, pos=at, window=window))
    until(lambda: (windows.turn(), not np.array_equal(three.picture(2), before[2]))[1], "the corner to be dragged")
    assert moved.output.name == "right"
    assert moved.output.corners[2] == pytest.approx((600 / 640, 340 / 360))
    windows.press("z", pygame.KMOD_CTRL)
    assert moved.output.corners[2] == (1.0, 1.0)
    windows.press("return", 0)
    assert windows.done
    windows.close()
