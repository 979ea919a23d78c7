"""Everything that must be there before the first picture: kernels and the show, in front of people or quietly."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from installation.light.screen.screen import Screen
from installation.model import ticks
from installation.session.production import Production
from installation.show import ControlSource, Show, advance

_STAGES = 7  # words that loading says
_QUIET_S = 0.4  # what is ready sooner needs no words on the screen


class Stopped(Exception):
    """Somebody ended the show before it began."""


def preload(production: Production) -> Show:
    """The show, with everything loaded that a stage needs: by the process that waits for another one's failing."""
    import installation.light.screen.window
    import installation.remote.osc.query
    import installation.remote.osc.server
    import installation.sound.output.loudspeakers  # noqa: F401
    from installation.light.picture import prepare

    prepare(lambda _: None)
    return built(production)


def built(production: Production) -> Show:
    """The show with every scene that its score asks for; those that only a performer may ask for follow in a thread.

    No scene is built while the show waits for it, unless somebody calls for it in the first seconds.
    """
    show = production.show()
    for name in show.named:
        show.build(name)
    others = [name for name in show.scenes if name not in show.named]

    def build() -> None:
        for name in others:
            show.build(name)

    threading.Thread(target=build, name="wings", daemon=True).start()
    return show


def load(production: Production, window: Screen, ending: threading.Event, pulse: Callable[[], None]) -> Show:
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
            made.append(built(production))
            say("")
        except BaseException as error:  # raised again below, where somebody can hear it
            failed.append(error)

    thread = threading.Thread(target=make, name="loading", daemon=True)
    thread.start()
    began = time.monotonic()
    while thread.is_alive():
        thread.join(1 / 30)
        pulse()
        if {"escape", "q", "close"} & set(window.pressed()):
            ending.set()
        if time.monotonic() - began > _QUIET_S and heard:
            window.wait(f"preparing the {heard[-1]}", len(heard) / _STAGES)
    if failed:
        raise failed[0]
    return made[0]


def forward(
    show: Show, source: ControlSource, tick: int, window: Screen, ending: threading.Event, pulse: Callable[[], None]
) -> None:
    """Bring a show that is replayed to `tick`, unseen; the window says how far it is. Raises Stopped."""
    began, shown = show.tick, time.monotonic()
    while show.tick < tick:
        advance(show, source)
        if time.monotonic() - shown > 1 / 30:
            shown = time.monotonic()
            pulse()
            if {"escape", "q", "close"} & set(window.pressed()) or ending.is_set():
                raise Stopped
            window.wait(f"going to {ticks.seconds(tick - began):.0f} s", (show.tick - began) / (tick - began))
