"""`sleeptree play`: the piece, live on a screen; where there is none, a short film of it."""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation import places
from installation.commands.console import Doors, console, doors
from installation.commands.film import Reel, shoot
from installation.commands.opening import Opening, cores, opened, writable
from installation.commands.sound import sounded
from installation.commands.wish import Wish
from installation.live import measure
from installation.live.painter import Painter
from installation.live.report import age_s, report
from installation.live.stage import Stage
from installation.settings import Size
from installation.show import Show

FILM_S, FILM_SIZE, FILM_FPS = 20.0, (1280, 720), 30
"""Of the film that is made where there is no screen."""

_STAGES = 7  # words that loading says
_PATIENCE_S = 0.4  # what is ready sooner needs no words on the screen


@dataclass(frozen=True)
class Performance:
    """What the command line says about how the piece is played; None leaves it to the venue's settings."""

    display: int | None = None
    window: Size | None = None
    seconds: float | None = None
    report: Path | None = None
    listen: str | None = None
    osc_port: int | None = None
    silent: bool = False
    device: str | None = None  # loudspeakers


class Stopped(Exception):
    """Somebody ended the show before it began."""


def play(wish: Wish, performance: Performance, opening: Opening | None = None) -> str:
    """Play until somebody ends it; what there is to say afterwards, in a line or none. `opening` is a replay's."""
    born, began = age_s(), time.monotonic_ns()
    if performance.report is not None:
        writable(performance.report)
    opening = opening or opened(wish)
    through = doors(opening, performance.listen, performance.osc_port)
    from installation.light.window import NoScreen, Window

    screen = opening.settings.screen
    display = performance.display or screen.display
    try:
        window = Window(
            display,
            screen.pixels,
            small=performance.window or screen.pixels,
            fullscreen=screen.fullscreen and performance.window is None,
            present=None if screen.present == "auto" else screen.present,
        )
    except NoScreen:
        return _film_instead(wish, performance)
    if window.display.number != display:
        _notice(f"there is no display {display} here; playing on display {window.display.number}")
    try:
        stage, said = _perform(opening, performance, through, window)
    except Stopped:
        return ""
    finally:
        window.close()
    if performance.report is not None:
        first = stage.painter.first_ns
        start = None if born is None or first is None else round(born + (first - began) / 1e9, 3)
        _write(performance.report, {**said, "start_to_first_picture_s": start})
    return ""


def _perform(opening: Opening, performance: Performance, through: Doors, window: Any) -> tuple[Stage, dict[str, Any]]:
    ending = threading.Event()
    stage: Stage | None = None

    def end() -> None:
        ending.set()
        if stage is not None:
            stage.end()

    with _signals(end):
        if (
            window.present == "gpu"
            and opening.settings.screen.present == "auto"
            and measure.strains(window, time.process_time_ns)
        ):
            window.reopen("memory")
        show = _load(opening, window, ending)
        count = opening.settings.screen.threads or measure.threads(
            show, opening.picture, window.size, cores(), time.monotonic_ns
        )
        painter = Painter(window, lambda size: opening.picture(size, count), time.monotonic_ns)
        with (
            closing(painter),
            console(opening, show, places.data(), through) as played,
            sounded(opening, performance.silent, performance.device, _notice) as speakers,
        ):
            played.measure(painter.measures)
            if speakers is not None:
                played.measure(speakers.measures)
            stage = Stage(
                show,
                painter,
                played.desk,
                clock=time.monotonic_ns,
                sleep=time.sleep,
                followers=[*played.followers, *([] if speakers is None else [speakers])],
                most_fps=opening.settings.screen.fps,
                stills=places.stills(),
                notice=_notice,
            )
            if speakers is not None:
                stage.overlays.append(speakers.lines)
            if ending.is_set():  # a signal between the loading and the stage
                raise Stopped
            gc.collect()
            gc.freeze()  # what lives as long as the show is never looked at again
            stage.play(performance.seconds)
            return stage, report(stage)


def _load(opening: Opening, window: Any, ending: threading.Event) -> Show:
    """The show, made while the window stays awake and says how far it is. Raises Stopped, or what went wrong."""
    heard: list[str] = []
    made: list[Show] = []
    failed: list[BaseException] = []

    def say(word: str) -> None:
        heard.append(word)
        if ending.is_set():
            raise Stopped

    def make() -> None:
        try:
            from installation.light.picture import prepare

            say("light")
            prepare(say)
            say("tree")
            made.append(opening.show())
            say("")
        except BaseException as error:  # raised again below, where somebody can hear it
            failed.append(error)

    thread = threading.Thread(target=make, name="loading", daemon=True)
    thread.start()
    began = time.monotonic()
    while thread.is_alive():
        thread.join(1 / 30)
        if {"escape", "q", "close"} & set(window.pressed()):
            ending.set()
        if time.monotonic() - began > _PATIENCE_S and heard:
            window.wait(f"preparing the {heard[-1]}", len(heard) / _STAGES)
    if failed:
        raise failed[0]
    return made[0]


@contextmanager
def _signals(end: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, a terminal that closes and a polite kill all end the show softly; the second time at once."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def heed(number: int, frame: object) -> None:
        for other in numbers:
            signal.signal(other, signal.default_int_handler)
        end()

    before = {number: signal.signal(number, heed) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _film_instead(wish: Wish, performance: Performance) -> str:
    out = Path("out") / "sleeptree.mp4"
    seconds = FILM_S if performance.seconds is None else min(FILM_S, max(performance.seconds, 1 / FILM_FPS))
    _notice(f"there is no screen here; filming {seconds:g} s to {out} instead")
    out.parent.mkdir(exist_ok=True)
    opening = opened(wish, score="abridged")
    width, height = performance.window or FILM_SIZE
    reel = Reel((width // 2 * 2, height // 2 * 2), FILM_FPS, 0.0, seconds, writable(out))
    said = shoot(opening, reel)
    if performance.report is not None:
        _write(performance.report, {"film": str(out), "size": list(reel.size), "fps": reel.fps, "seconds": seconds})
    return said


def _notice(line: str) -> None:
    print(f"sleeptree: {line}", file=sys.stderr, flush=True)


def _write(path: Path, said: dict[str, Any]) -> None:
    path.expanduser().write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
