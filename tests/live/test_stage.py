"""The live loop on a clock that the test moves: late pictures are dropped and ticks never; it ends softly; keys act."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pygame
import pytest

from installation import Chance, Company, Light, Moment, Points, Scene
from installation.light.picture import Look, Picture, Pixels
from installation.live.painter import Painter, Size
from installation.live.stage import FAREWELL, Stage
from installation.model import score, ticks
from installation.model.ticks import SECOND
from installation.remote.desk import Desk
from installation.show import Show

SIZE = (64, 36)
ARC = score.parse(
    """
name = "three"
settled = true
[[section]]
name = "calm"
phase = "harmony"
seconds = 100
[[section]]
name = "torn"
phase = "glitch"
seconds = 100
""",
    "three.toml",
)


class Lamp(Scene):
    """One light where the tree would be."""

    def __init__(self, chance: Chance, company: Company) -> None:
        self._place = np.array([[0.0, 0.0, 2.2]], np.float32)

    def light(self, now: Moment) -> tuple[Light, ...]:
        return (Points(self._place, np.ones(1, np.float32), np.ones((1, 3), np.float32)),)


@dataclass
class Glass:
    """A screen in memory, 60 Hz, that takes `work` to show a picture."""

    clock: Clock
    size: Size = SIZE
    present: str = "memory"
    fullscreen: bool = True
    apart: bool = False
    work: int = 2_000_000
    broken: bool = False
    typed: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)  # what happens when the window listens
    shown: list[tuple[int, Pixels]] = field(default_factory=list)
    words: list[tuple[str, ...]] = field(default_factory=list)
    display: Any = field(default_factory=lambda: SimpleNamespace(rate=60))

    def __post_init__(self) -> None:
        self._canvas = np.zeros(self.size[::-1], np.uint32)

    @property
    def canvas(self) -> Pixels:
        if self.broken:
            return np.zeros((1, 1), np.uint32)
        if self._canvas.shape != self.size[::-1]:
            self._canvas = np.zeros(self.size[::-1], np.uint32)
        return self._canvas

    def show(self) -> None:
        self.clock.now += self.work
        self.shown.append((self.clock.now, self._canvas.copy()))

    def pressed(self) -> list[str]:
        while self.meanwhile:
            self.meanwhile.pop()()
        typed, self.typed = self.typed, []
        return typed

    def held(self) -> frozenset[str]:
        return frozenset(self.down)

    def toggle(self) -> None:
        self.fullscreen = not self.fullscreen

    def write(self, lines: Sequence[str]) -> None:
        self.words.append(tuple(lines))


@dataclass
class Clock:
    """Nanoseconds that pass only when somebody waits or works. What is in `diary` happens when its time has come."""

    now: int = 5 * SECOND
    diary: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)

    def at(self, seconds: float, do: Callable[[], None]) -> None:
        self.diary.append((5.0 + seconds, do))

    def tell(self) -> None:
        for entry in [entry for entry in self.diary if entry[0] * SECOND <= self.now]:
            self.diary.remove(entry)
            entry[1]()


class Theatre:
    """A stage with all that belongs to it, and an ear that follows."""

    def __init__(self, folder: Path, here: bool = True) -> None:
        self.clock = Clock()
        self.glass = Glass(self.clock)
        self.show = Show(ARC, 3, {"sleeptree": Lamp})
        self.levels: list[float] = []
        self.told: list[str] = []
        self.drawn: list[int] = []
        self.folder = folder
        painter = Painter(self.glass, self._paint, self.clock)
        self.stage = Stage(
            self.show,
            painter,
            Desk(self.show, folder / "presets"),
            clock=self.clock,
            sleep=self.clock.sleep,
            followers=(self,),
            stills=folder / "stills",
            notice=self.told.append,
            here=here,
        )

    def _paint(self, size: Size) -> Picture:
        theatre = self

        class Noted(Picture):
            def draw(self, seen: Look, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
                theatre.drawn.append(seen.now.tick)
                super().draw(seen, pixels, dt, fade)

        return Noted(*size, threads=1, seed=3)

    def follow(self, show: Show, level: float) -> None:
        self.clock.tell()
        self.levels.append(level)

    def press(self, seconds: float, *keys: str) -> None:
        self.clock.at(seconds, lambda: self.glass.typed.extend(keys))

    def hold(self, seconds: float, key: str, lasts: float = 2.0) -> None:
        """A finger that stays on a key for so long."""
        self.press(seconds, key)
        self.clock.at(seconds, lambda: self.glass.down.add(key))
        self.clock.at(seconds + lasts, lambda: self.glass.down.discard(key))


@pytest.fixture
def theatre(tmp_path: Path) -> Theatre:
    return Theatre(tmp_path)


def test_two_ticks_a_picture_and_a_picture_for_every_refresh(theatre: Theatre) -> None:
    theatre.stage.play(seconds=3.0)
    assert theatre.show.tick == pytest.approx(3 * ticks.RATE, abs=2)
    assert len(theatre.levels) == theatre.show.tick
    steps = np.diff(theatre.drawn)
    assert (steps == 2).mean() > 0.97
    assert theatre.stage.painter.intervals.rate == pytest.approx(60.0, rel=0.01)
    assert theatre.stage.painter.intervals.summary()["p99"] < 18.0


@pytest.mark.parametrize(("present", "even"), [("memory", True), ("gpu", False)])
def test_pictures_that_take_longer_than_others_come_as_evenly(theatre: Theatre, present: str, even: bool) -> None:
    work = itertools.cycle((4_000_000, 9_000_000, 5_000_000, 11_000_000, 7_000_000))
    theatre.glass.present = present

    def drawn(within_s: float) -> bool:
        theatre.clock.now += next(work)
        return True

    theatre.stage.painter.drawn = drawn  # type: ignore[method-assign]
    theatre.stage.play(seconds=3.0)
    gaps = np.diff([at for at, _ in theatre.glass.shown[10:-1]]) / 1e6  # not the last one: nothing follows it
    assert (np.ptp(gaps) < 0.25) == even  # a display that keeps time itself is given each as soon as it is drawn
    assert gaps.mean() == pytest.approx(1000 / 60, rel=0.01 if even else 0.1)


def test_a_slow_screen_loses_pictures_and_no_tick(theatre: Theatre) -> None:
    theatre.glass.work = 70_000_000
    theatre.stage.play(seconds=4.0)
    assert theatre.show.tick == pytest.approx(4 * ticks.RATE, abs=12)
    assert len(theatre.levels) == theatre.show.tick
    assert len(theatre.glass.shown) < 65
    assert theatre.stage.slipped == 0


@pytest.mark.parametrize("work", [2_000_000, 70_000_000, 700_000_000])
def test_it_ends_at_its_last_tick_however_long_pictures_take(theatre: Theatre, work: int) -> None:
    theatre.glass.work = work
    theatre.stage.play(seconds=4.0)
    assert theatre.show.tick == 4 * ticks.RATE
    assert theatre.levels[-FAREWELL - 1 :: FAREWELL] == [1.0, 0.0]


def test_after_a_long_standstill_show_time_slips_and_is_counted(theatre: Theatre) -> None:
    theatre.clock.at(1.0, lambda: theatre.clock.sleep(20.0))
    theatre.stage.play(seconds=4.0)
    assert theatre.show.tick == pytest.approx(4 * ticks.RATE, abs=2)
    assert theatre.stage.slipped == pytest.approx(19 * ticks.RATE, abs=5)


def test_live_is_the_same_show_as_stepping_it(theatre: Theatre) -> None:
    theatre.press(0.5, "2")
    theatre.glass.work = 23_000_000
    theatre.stage.play(seconds=3.0)
    alone = Show(ARC, 3, {"sleeptree": Lamp})
    began = theatre.stage.sections[1]["tick"]
    while alone.tick < theatre.show.tick:
        if alone.tick == began - 1:
            alone.accept("/show/phase", ["glitch"])
        alone.step()
    assert alone.snapshot() == theatre.show.snapshot()


@pytest.mark.parametrize("key", ["escape", "q", "close"])
def test_the_end_is_a_second_of_fading_to_black(theatre: Theatre, key: str) -> None:
    theatre.hold(1.0, key)
    theatre.stage.play()
    fade = [level for level in theatre.levels if level < 1.0]
    assert len(fade) == FAREWELL
    assert fade == sorted(fade, reverse=True)
    assert fade[-1] == 0.0
    pictures = [picture for _, picture in theatre.glass.shown]
    brightness = [int((picture & 0xFF).sum()) for picture in pictures]
    assert max(brightness[:30]) > 0
    assert (pictures[-1] & np.uint32(0xFCFCFC)).max() == 0  # dither may leave the last two steps of grey
    assert np.diff(brightness[-55:]).max() < 0.05 * max(brightness)


def test_asking_twice_does_not_prolong_the_end(theatre: Theatre) -> None:
    theatre.press(1.0, "close", "q")
    theatre.press(1.5, "close", "escape")
    theatre.stage.play()
    assert theatre.show.tick == pytest.approx(2 * ticks.RATE, abs=4)


@pytest.mark.parametrize("key", ["escape", "q"])
@pytest.mark.parametrize("lasts", [0.9, 1.1])
def test_a_show_that_fills_the_screen_is_ended_by_a_key_that_is_held_for_a_second(
    theatre: Theatre, key: str, lasts: float
) -> None:
    theatre.press(0.4, key, key)  # touches
    theatre.hold(1.0, key, lasts)
    theatre.stage.play(seconds=6.0)
    assert (theatre.show.tick < 5 * ticks.RATE) == (lasts > 1.0)
    assert set(theatre.glass.words) == {("held for a second, it ends the show",)}
    assert len(theatre.glass.words) == pytest.approx(60 * min(lasts, 1.0), abs=6)


def test_nothing_lies_on_the_audiences_picture_unless_that_was_asked_for(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path, here=False)
    theatre.press(0.5, "h")
    theatre.hold(1.0, "q", 0.8)
    theatre.press(2.0, "f", "h")  # a window is a rehearsal
    theatre.clock.at(3.0, lambda: theatre.glass.words.append(("until here",)))
    theatre.press(3.0, "f")
    theatre.stage.play(seconds=5.0)
    assert len(theatre.glass.words) == pytest.approx(60, abs=4)
    assert theatre.glass.words.index(("until here",)) > 55  # all of them in the window
    assert theatre.told == [
        'H: nothing lies on the audience\'s picture; [screen] overlay = "here" or a display of its own shows it'
    ]


def test_a_rehearsal_in_a_window_ends_at_once(theatre: Theatre) -> None:
    theatre.glass.fullscreen = False
    theatre.press(1.0, "q")
    theatre.stage.play(seconds=6.0)
    assert theatre.show.tick == pytest.approx(2 * ticks.RATE, abs=4)
    assert theatre.glass.words == []


def test_keys_play_the_show(theatre: Theatre) -> None:
    seen: list[tuple[str, bool, bool]] = []

    def look() -> None:
        now = theatre.show.moment()
        seen.append((now.section, bool(now.controls["/show/hold"]), bool(now.controls["/show/blackout"])))

    for i, keys in enumerate((("right",), ("left",), ("2",), ("[1]",), ("space",), ("space", "b"), ("b",), ("3",))):
        theatre.press(0.2 * i + 0.1, *keys)
        theatre.clock.at(0.2 * i + 0.2, look)
    theatre.press(2.0, "close")
    theatre.stage.play()
    assert seen == [
        ("torn", False, False),
        ("calm", False, False),
        ("torn", False, False),
        ("calm", False, False),
        ("calm", True, False),
        ("calm", False, True),
        ("calm", False, False),
        ("calm", False, False),  # this score has no resolution: said, counted, and the show goes on
    ]
    assert [section["name"] for section in theatre.stage.sections] == ["calm", "torn", "calm", "torn", "calm"]


def test_between_two_go_by_key_there_is_a_least_time(theatre: Theatre) -> None:
    for seconds in (0.1, 0.3, 0.6, 0.8):  # a hand that trembles, and one that means it
        theatre.press(seconds, "right")
    theatre.press(1.0, "close")
    theatre.stage.play()
    assert [section["name"] for section in theatre.stage.sections] == ["calm", "torn", "calm"]


def test_what_a_key_changed_is_taken_back_within_one_tick(theatre: Theatre) -> None:
    aims: list[object] = []

    def undo() -> None:
        aims.append(theatre.show.glides.aims()["/show/blackout"])
        theatre.stage._say("/undo")
        theatre.clock.at(0.0, look)  # when the next tick has been

    def look() -> None:
        aims.append(theatre.show.glides.aims()["/show/blackout"])

    theatre.press(0.1, "b")
    theatre.clock.at(0.4, undo)
    theatre.press(1.0, "close")
    theatre.stage.play()
    assert aims == [True, False]


def test_words_come_and_go_with_h_and_can_be_read(theatre: Theatre) -> None:
    theatre.press(0.5, "h")
    theatre.press(2.0, "h")
    theatre.stage.play(seconds=4.0)
    assert len(theatre.glass.words) == pytest.approx(90, abs=4)
    assert len(set(theatre.glass.words)) < 10
    first, second, third = theatre.glass.words[-1]
    assert "64x36" in first
    assert "1 thread" in first
    assert "calm (harmony)" in second
    assert third.startswith("coherence 0.9")
    assert third.endswith("seed 3")


def test_no_words_shine_in_a_blackout_nor_at_the_end(theatre: Theatre) -> None:
    theatre.press(0.5, "h")
    theatre.press(1.0, "b")
    theatre.press(4.0, "b")
    dark: list[tuple[float, float]] = []  # of the show and of the stage, with each picture that had words

    def write(lines: object) -> None:
        dark.append((theatre.show.darkness, theatre.stage.level))

    theatre.glass.write = write  # type: ignore[method-assign]
    theatre.stage.play(seconds=8.0)
    assert 120 < len(dark) < 300
    assert max(darkness for darkness, _ in dark) < 0.6
    assert min(level for _, level in dark) > 0.4


def test_words_beside_the_picture_stay(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.live.stage.READ", SECOND)
    theatre.glass.apart = True
    theatre.press(0.5, "h", "b")
    theatre.stage.play(seconds=5.0)
    assert len(theatre.glass.words) == pytest.approx(4.5 * 60, abs=4)


def test_words_that_nobody_takes_away_go_by_themselves(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.live.stage.READ", 2 * SECOND)
    theatre.press(0.5, "h")
    theatre.stage.play(seconds=4.0)
    assert len(theatre.glass.words) == pytest.approx(2 * 60, abs=4)


def test_a_still_is_the_picture_shown_without_words(theatre: Theatre) -> None:
    theatre.press(1.0, "h", "s")
    theatre.stage.play(seconds=2.5)
    (path,) = (theatre.folder / "stills").iterdir()
    assert theatre.told == [f"saved {path}"]
    tick = int(path.stem.rsplit("-", 1)[1])
    assert path.name == f"sleeptree-3-{tick:08d}.png"
    shown = theatre.glass.shown[theatre.drawn.index(tick)][1]
    rgb = np.stack([(shown >> shift) & 0xFF for shift in (16, 8, 0)], axis=-1)
    assert rgb.max() > 0
    assert np.array_equal(pygame.surfarray.array3d(pygame.image.load(path)).swapaxes(0, 1), rgb)


def test_a_still_that_cannot_be_saved_is_said_and_the_show_goes_on(theatre: Theatre) -> None:
    (theatre.folder / "stills").write_text("a file in the way", encoding="utf-8")
    theatre.press(0.5, "s")
    theatre.stage.play(seconds=2.0)
    (line,) = theatre.told
    assert line.startswith("no still saved: ")
    assert theatre.show.tick == pytest.approx(2 * ticks.RATE, abs=2)


def test_a_resized_screen_gets_pictures_of_its_size(theatre: Theatre) -> None:
    def resize() -> None:
        theatre.glass.size = (80, 40)

    theatre.clock.at(1.0, lambda: theatre.glass.meanwhile.append(resize))
    theatre.stage.play(seconds=2.5)
    shapes = [picture.shape for _, picture in theatre.glass.shown]
    assert shapes[0] == (36, 64)
    assert shapes[-1] == (40, 80)
    assert theatre.glass.shown[-70][1].max() > 0


def test_an_error_in_a_picture_is_not_swallowed(theatre: Theatre) -> None:
    theatre.clock.at(0.5, lambda: setattr(theatre.glass, "broken", True))
    with pytest.raises(ValueError, match="the frame must be"):
        theatre.stage.play(seconds=2.0)
