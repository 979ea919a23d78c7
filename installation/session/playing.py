"""`sleeptree play`: the piece, live on a screen; where there is none, a short film of it.

What a process does round a player: it loads, waits for its orders, opens window and loudspeakers, minds signals.
"""

from __future__ import annotations

import atexit
import gc
import json
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from installation.foundation import places
from installation.foundation.errors import Mistake
from installation.light.screen.headless import HeadlessScreen
from installation.light.screen.screen import Screen
from installation.live import autotune, breadcrumb
from installation.live.atelier import SceneSources
from installation.live.breadcrumb import Breadcrumb
from installation.live.fallback import Calm, isolated, quiet
from installation.recording import checkpoint
from installation.session import restart
from installation.session.audio import start_sound
from installation.session.endpoints import Endpoints, check_link, endpoints
from installation.session.filming import Reel, shoot
from installation.session.lights import dark_lights
from installation.session.outputs import layout
from installation.session.player import Player, World
from installation.session.preload import Stopped, load, preload
from installation.session.production import Production, cores, load_production, writable
from installation.session.replaying import ReplayProduction, load_replay
from installation.session.request import PlayOptions, Request
from installation.session.streaming import stream
from installation.show import Show
from installation.sound.output.loudspeakers import Loudspeakers
from installation.stream.streamer import Streamer
from installation.watch import console as terminal
from installation.watch import log, process_stats
from installation.watch.child import StartOrders, Unsupervised, Watched

_log = structlog.get_logger("play")

FILM, FILM_FROM, FILM_S = "first-film", 2.0, 30.0
FILM_SIZE, FILM_FPS = (1280, 720), 30
"""Of the film that is made where there is no screen: its score, and from when in it how long."""

NEXT = (
    ("still --phase glitch --out glitch.png", "one picture, large"),
    ("film --out loop.webp", "six seconds that go round"),
    ("gallery --seeds 1-4 --out seeds.html", "every world, four times"),
    ("play --window 1280x720", "where there is a screen: the piece itself"),
)
"""What somebody who has seen that film may want to do."""

STAFF = "SleepTree has stopped: it failed too often. Please start it again; `sleeptree status` names the log."
"""What the black screen says."""


def play(request: Request, options: PlayOptions, watched: Watched | None = None) -> str:
    """Play until somebody ends it; what there is to say afterwards, in a line or none."""
    if watched is None:
        watched = Unsupervised(StartOrders())
        said_to = terminal.Console()  # where no supervisor reads what is said, nobody may
        sys.stderr = terminal.ConsoleStream(said_to)
        atexit.register(said_to.flush)
    log.configure(watched.say)
    gc.disable()  # until all is loaded: little of that is garbage, and looking for it takes a tenth of the time
    said = ""
    try:
        with suppress(Stopped):
            said = Process(request, options, watched).play()
        watched.ended()
        return said
    finally:
        gc.enable()
        watched.close()


class Process:
    """One process's part of a show, from its loading to its end."""

    def __init__(self, request: Request, options: PlayOptions, watched: Watched) -> None:
        self._born, self._began = process_stats.age_s(), time.monotonic_ns()
        self._request, self._options, self._watched = request, options, watched
        if options.report is not None:
            writable(options.report)
        self._show: Show | None = None
        self._speakers: Loudspeakers | None = None
        self._breadcrumb, self._condemned = Breadcrumb(), set[str]()  # scenes that ended a process
        self._written: SceneSources | None = None
        if watched.waits:
            self._plan = restart.plan(watched.kept)
            self.production = self._load_production()
            self._show = preload(self.production)
            self._speakers = self._start_sound(waits=True)
            self._orders = watched.orders(lambda: self._speakers is None or self._speakers.loaded)
            self._born, self._began = None, time.monotonic_ns()
        else:
            self._orders = watched.orders()
            self._plan = restart.plan(watched.kept) if self._orders.restart else None
            self.production = self._load_production()
        self._watched.pulse("loading")
        if folders := restart.folders(watched.kept):
            if self._orders.blame:
                self._condemned |= {breadcrumb.left(folders[-1])} & set(self.production.scenes)
            self._breadcrumb.begin(folders[-1])
        self._ending = threading.Event()
        self._player: Player | None = None
        care, kept_log = self.production.settings.care, self.production.settings.log
        limits = {"failures": care.failures, "within_s": care.within_s, "hang_s": care.hang_s}
        watched.say({"limits": limits, "log_size": [kept_log.megabytes, kept_log.files]})

    def _load_production(self) -> Production:
        """What was kept of the show that goes on, or what the files say now."""
        journal = self._options.journal
        if self._plan is not None:
            production = self._plan.production()
            production = replace(production, layout=layout(self._plan.settings, self._request.config, _notice))
            self._condemned |= set(self._plan.condemned)
        else:
            production = (
                load_production(self._request) if journal is None else load_replay(journal, self._request.config)
            )
            check_link(production, self._options.link)
        if self._options.cloud:
            from installation.session.cloud import as_node

            production = as_node(production, self._options, self._request.config)
        if self._options.watch:
            self._written = SceneSources(production.scenes)
        crumb = self._breadcrumb
        return replace(
            production,
            scenes=isolated(production.scenes, time.monotonic_ns, breadcrumb=crumb, condemned=self._condemned),
        )

    def play(self) -> str:
        """The whole of it; what there is to say afterwards."""
        self._begin()
        told = self._options
        through = endpoints(self.production, told.listen, told.osc_port, told.pages, told.link)
        with _signals(self._end), ExitStack() as stack:
            stack.callback(self._hush)
            if self._speakers is not None and self._orders.role != "black":
                self._speakers.begin()  # a device takes its time to open: as much as a screen
            screen = self._screen()
            if screen is None:
                self._watched.pulse("filming")
                gc.enable()
                return _film_instead(self._request, self._options, self.production)
            stack.callback(screen.close)
            if self._orders.role == "black":
                self._hush()
                return self._black(screen)
            said = self._perform(screen, through)
        if self._options.report is not None:
            _write(self._options.report, said)
        return ""

    def _begin(self) -> None:
        """What is played now: the show, as it was where it goes on, or something that can't fail."""
        if not self._orders.restart and not self._orders.resume:
            checkpoint.forget(restart.folders(self._watched.kept))
        if self._orders.role == "calm":
            self._show = None
            before = self.production
            self.production = Production(before.settings, quiet(), before.seed, {"calm": Calm}, layout=before.layout)

    def _end(self) -> None:
        self._ending.set()
        if self._player is not None:
            self._player.end()

    # the loudspeakers

    def _start_sound(self, waits: bool = False) -> Loudspeakers | None:
        return start_sound(self.production, self._options.silent, self._options.device, _notice, waits)

    def _sound(self, begins: bool) -> Loudspeakers | None:
        if begins and self._speakers is None:
            self._speakers = self._start_sound()
        return self._speakers

    def _stream(self) -> Streamer | None:
        return stream(self.production, self._options, _notice)

    def _hush(self) -> None:
        if self._speakers is not None:
            self._speakers.close()
            self._speakers = None

    # the screen

    def _screen(self) -> Screen | None:
        """The window; a stand-in where it has to be waited for; None where a film is made instead."""
        screen = self._look()
        if screen is None and self._orders.headless:
            _notice("there is no screen; playing on without, and looking for one")
            return HeadlessScreen(self._look, time.monotonic_ns)
        return screen

    def _look(self) -> Screen | None:
        from installation.light.screen.window import NoScreen, Window

        wanted = self.production.settings.screen
        number = self._options.display or wanted.display
        present: Any = (self._plan.present if self._plan is not None else "") or wanted.present
        how: Any = {
            "fullscreen": wanted.fullscreen and self._options.window is None,
            "present": present if present in ("memory", "gpu") else None,
            "overlay": wanted.beside,
        }
        shared = self.production.layout
        try:
            window: Any
            if shared is None:
                window = Window(number, wanted.pixels, small=self._options.window or wanted.pixels, **how)
            else:
                from installation.light.screen.windows import OutputWindows

                window = OutputWindows(
                    shared, wanted.threads or cores(), small=self._options.window, notice=_notice, **how
                )
        except NoScreen:
            return None
        if shared is None and window.display.number != number:
            _notice(f"there is no display {number} here; playing on display {window.display.number}")
        if window.present == "gpu" and present == "auto" and autotune.strains(window, time.process_time_ns):
            window.reopen("memory")
        screen: Screen = window
        return screen

    # the show

    def _perform(self, screen: Screen, through: Endpoints) -> dict[str, Any]:
        show = self._show or load(self.production, screen, self._ending, lambda: self._watched.pulse("loading"))
        world = World(
            time.monotonic_ns,
            time.sleep,
            process_stats.weekday_minute,
            places.data(),
            places.stills(),
            _notice,
            self._sound,
            self._stream,
            _freeze,
        )
        player = Player(
            self.production,
            self._watched,
            world,
            self._orders,
            self._options,
            self._plan,
            self._breadcrumb,
            frozenset(self._condemned),
            self._written,
        )
        self._player = player
        if self._ending.is_set():  # a signal just before
            player.end()
        said = player.play(show, screen, through)
        first, born = player.first_ns, self._born
        start = (
            None if born is None or first is None else born + (first - self._began) / 1e9 + (self._orders.age or 0.0)
        )
        return {**said, "start_to_first_picture_s": None if start is None else round(start, 3)}

    def _black(self, screen: Screen) -> str:
        """Nothing but a line for the staff, and the room's lights at their least, until somebody comes."""
        with dark_lights(self.production.settings):
            while not self._ending.is_set():
                screen.canvas[:] = 0
                screen.write((STAFF,))
                screen.show()
                self._watched.pulse("playing")
                if {"escape", "q", "close"} & set(screen.pressed()):
                    self._ending.set()
                self._ending.wait(0.1)
        return ""


def _freeze() -> None:
    """What lives as long as the show is never looked at again by the garbage collector."""
    gc.collect()
    gc.freeze()
    gc.enable()


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


def _film_instead(request: Request, options: PlayOptions, production: Production) -> str:
    """What was to be replayed, or half a minute through every world, as a film; and what to try next."""
    out = Path("out") / "sleeptree.mp4"
    width, height = options.window or FILM_SIZE
    replayed = isinstance(production, ReplayProduction)
    start, seconds = production.into(options.start, "--from"), FILM_S
    if replayed:
        seconds = production.reach[1] - start
    else:
        production = load_production(replace(request, cue=""), score=FILM).unattended()
        start = FILM_FROM if request.score is None else start
    if options.seconds is not None:
        seconds = min(seconds, max(options.seconds, 1 / FILM_FPS))
    _notice(f"there is no screen here; filming {seconds:g} s to {out} instead")
    try:
        out.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise Mistake(
            f"{out.parent.absolute()}: {error.strerror}; play where there is a screen, or may be a film"
        ) from None
    reel = Reel((width // 2 * 2, height // 2 * 2), FILM_FPS, start, seconds, writable(out))
    said = shoot(production, reel)
    if options.report is not None:
        _write(options.report, {"film": str(out), "size": list(reel.size), "fps": reel.fps, "seconds": seconds})
    return said if replayed else "\n".join((said, "", *_next_steps()))


def _next_steps() -> Iterator[str]:
    """NEXT, as it can be typed in this folder."""
    here = Path(sys.executable).with_name("sleeptree")
    inside = here.is_relative_to(Path.cwd())
    typed = "sleeptree" if shutil.which("sleeptree") else str(here.relative_to(Path.cwd()) if inside else here)
    yield "What to try next:"
    wide = max(len(order) for order, _ in NEXT)
    yield from (f"  {typed} {order:{wide}}  {what}" for order, what in NEXT)


def _notice(line: str) -> None:
    _log.info(line)
    print(f"sleeptree: {line}", file=sys.stderr, flush=True)


def _write(path: Path, said: dict[str, Any]) -> None:
    path.expanduser().write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
