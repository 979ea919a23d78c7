"""The player: a show on a screen, from where it goes on to its end, with all that follows it and all that it keeps.

It reads no clock, opens no window, starts no process and minds no signal: what it needs of the world is handed in, so
that an evening can be played in a test within seconds. What a process of the show does round it is in playing.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from installation.light.screen.screen import Screen
from installation.live import autotune
from installation.live.atelier import Atelier, SceneSources
from installation.live.breadcrumb import Breadcrumb
from installation.live.dissolve import Dissolve
from installation.live.fallback import isolated
from installation.live.frame_pacing import period
from installation.live.painter import Drawing, Painter
from installation.live.stage import Beats, Stage
from installation.live.voice import VoiceAnchor, VoiceTeller
from installation.model import ticks
from installation.outputs.projectors import Projector, Projectors
from installation.recording import checkpoint
from installation.recording.checkpoint import CheckpointStore
from installation.recording.nights import wall
from installation.recording.recovery import Resumption
from installation.recording.write_ahead_log import WriteAheadLog
from installation.session import restart
from installation.session.endpoints import Endpoints, PlayedDesk, console
from installation.session.preload import Stopped, forward
from installation.session.production import Production, cores
from installation.session.replaying import ReplayProduction
from installation.session.request import PlayOptions
from installation.session.restart import Plan
from installation.show import Follower, Show
from installation.sound.output.loudspeakers import Loudspeakers
from installation.status import Status
from installation.stream.streamer import Streamer
from installation.venue import opening_hours
from installation.venue.settings import Size
from installation.watch.child import StartOrders, Watched
from installation.watch.report import report
from installation.watch.telemetry import Telemetry

if TYPE_CHECKING:
    from installation.cloud.service import CloudService


def _silence(begins: bool) -> Loudspeakers | None:
    return None


def _nowhere() -> Streamer | None:
    return None


@dataclass(frozen=True)
class World:
    """What a player needs of what is round it."""

    clock: Callable[[], int]  # monotonic, nanoseconds
    sleep: Callable[[float], None]  # seconds
    weekday_minute: Callable[[], tuple[int, int]]  # 0 Monday .. 6, and the minute of the day
    data: Path  # the folder of journals and looks
    stills: Path
    notice: Callable[[str], None]  # takes a line for whoever looks after the show
    sound: Callable[[bool], Loudspeakers | None] = _silence  # the loudspeakers; made where there are none yet, if True
    stream: Callable[[], Streamer | None] = _nowhere  # to a media server; made, and not started
    begins: Callable[[], None] = lambda: None  # all is loaded, the first tick comes next


class Player:
    """Plays one `production` for whoever `watched` reports to, as it was ordered, planned and wished."""

    def __init__(
        self,
        production: Production,
        watched: Watched,
        world: World,
        orders: StartOrders = StartOrders(),  # noqa: B008 (frozen)
        options: PlayOptions = PlayOptions(),  # noqa: B008 (frozen)
        plan: Plan | None = None,
        breadcrumb: Breadcrumb | None = None,
        condemned: frozenset[str] = frozenset(),
        written: SceneSources | None = None,
    ) -> None:
        self.production, self._watched, self._world = production, watched, world
        self._orders, self._options, self._plan = orders, options, plan
        self._breadcrumb, self._condemned, self._written = breadcrumb or Breadcrumb(), condemned, written
        self._hours = opening_hours.spans(production.settings.hours.open)
        self._stage: Stage | None = None
        self.ending = threading.Event()  # somebody asked for the end

    def end(self) -> None:
        """The show fades and ends; from any thread, or a signal handler."""
        self.ending.set()
        if self._stage is not None:
            self._stage.end()

    @property
    def first_ns(self) -> int | None:
        """When the first picture was shown."""
        return None if self._stage is None else self._stage.painter.first_ns

    def play(self, show: Show, screen: Screen, through: Endpoints) -> dict[str, Any]:
        """From where `show` goes on to its end; how it ran. Raises Stopped where the end was asked for sooner."""
        going_on = restart.resume(show, self._watched.kept, self._orders) if self._orders.resume else None
        if self._orders.resume and going_on is None:
            checkpoint.forget(restart.folders(self._watched.kept))
            show = self.production.show()
        if going_on is None and isinstance(self.production, ReplayProduction):
            start = self.production.reach[0] + self.production.into(self._options.start, "--from")
            forward(show, self.production.source(), ticks.ticks(start), screen, self.ending, self._pulse_loading)
        speakers = self._world.sound(False)
        if speakers is not None and self._awake():
            speakers.follow(show, 1.0)  # it can be heard before it can be seen
        count = self._threads(show, screen)
        ends = self._ends(show, going_on)
        if self._orders.role == "show":
            restart.keep(self._watched.kept, self._planned(count, screen, ends))
        with ExitStack() as stack:
            dissolve = Dissolve() if self._shared else None
            painter = Painter(screen, lambda size: self._drawing(size, count, dissolve), self._world.clock)
            stack.enter_context(closing(painter))
            if going_on is not None:
                going_on.catch_up(show)
            folders = restart.folders(self._watched.kept if self._orders.role == "show" else "")
            ahead = stack.enter_context(closing(WriteAheadLog([*reversed(folders)]))) if folders else None
            end = None if going_on is None else going_on.journal_end
            cloud = self._cloud(stack, show, dissolve)
            played = stack.enter_context(console(self.production, show, self._world.data, through, ahead, end, cloud))
            painter.watchers += played.watchers
            kept_here = stack.enter_context(closing(CheckpointStore(folders, played.journal))) if folders else None
            self._stage = self._staged(stack, show, painter, played, kept_here, cloud)
            if self.ending.is_set():  # a signal between the loading and the stage
                raise Stopped
            self._world.begins()
            self._stage.play(None if ends is None else ticks.seconds(ends - show.tick))
            self._watched.pulse("ending")
            if kept_here is not None:
                kept_here.keep(show)
            return {**report(self._stage), "restarts": self._orders.restarts}

    @property
    def _shared(self) -> bool:
        """Whether other machines play this show, too."""
        return bool(self._options.cloud) and self._orders.role == "show"

    def _drawing(self, size: Size, threads: int, dissolve: Dissolve | None) -> Drawing:
        """What draws; where others may put this show elsewhere, so that it doesn't jump."""
        picture = self.production.picture(size, threads)
        return picture if dissolve is None else dissolve.over(picture)

    def _cloud(self, stack: ExitStack, show: Show, dissolve: Dissolve | None) -> CloudService | None:
        """The link to the other machines that play this show, where there are any. All is loaded before it opens."""
        if dissolve is None:
            return None
        from installation.session.cloud import join

        cloud = stack.enter_context(closing(join(self.production, show, self._options, self._world.clock)))
        cloud.moved.append(lambda show: dissolve.jump(show.tick))
        return cloud

    def _pulse_loading(self) -> None:
        self._watched.pulse("loading")

    def _threads(self, show: Show, screen: Screen) -> int:
        """How many draw: as the settings say, as was measured before, or as is measured now."""
        known = self.production.settings.screen.threads or (self._plan.threads if self._plan is not None else 0)
        return known or autotune.threads(show, self.production.picture, screen.size, cores(), self._world.clock)

    def _ends(self, show: Show, going_on: Resumption | None) -> int | None:
        """The tick at which the show ends by itself: as was planned, as a replay's journal ends, or as was wished."""
        if going_on is not None and self._plan is not None:
            return self._plan.ends
        seconds = self._options.seconds
        wished = [] if seconds is None else [show.tick + ticks.ticks(seconds)]
        if isinstance(self.production, ReplayProduction):
            wished.append(self.production.performance.last)
        return min(wished, default=None)

    def _planned(self, count: int, screen: Screen, ends: int | None) -> Plan:
        present = screen.present if screen.present in ("memory", "gpu") else ""
        production = self.production
        journal = str(production.performance.path.absolute()) if isinstance(production, ReplayProduction) else ""
        settings = production.settings
        return Plan(
            msgspec.structs.replace(settings, stream=settings.stream.to("")),  # its key is nobody's to keep
            production.score,
            production.seed,
            count,
            present,
            ends,
            journal,
            tuple(self._condemned),
        )

    def _staged(
        self,
        stack: ExitStack,
        show: Show,
        painter: Painter,
        played: PlayedDesk,
        kept_here: CheckpointStore | None,
        cloud: CloudService | None,
    ) -> Stage:
        speakers = self._world.sound(True)
        followers: list[Follower] = [*played.followers, *([] if kept_here is None else [kept_here])]
        played.reader.gauges.append(painter.gauge)
        if speakers is not None:
            played.reader.gauges.append(speakers.gauge)
            followers.append(speakers)
        if played.journal is not None:
            followers += self._voices(played, speakers)
            followers += self._projectors(stack, played)
            followers += self._stream(stack, played, painter)
        if kept_here is not None:
            played.reader.gauges.append(kept_here.gauge)
        if self._written is not None:
            atelier = Atelier(
                self._written,
                lambda name, kind: isolated({name: kind}, self._world.clock, breadcrumb=self._breadcrumb)[name],
                self._world.notice,
                lambda show, name: self._recast(played, show, name),
            )
            stack.callback(atelier.close)
            atelier.begin()
            followers.append(atelier)
        stage = Stage(
            show,
            painter,
            played.desk,
            clock=self._world.clock,
            sleep=self._world.sleep,
            followers=followers,
            most_fps=self.production.settings.screen.fps,
            stills=self._world.stills,
            notice=self._world.notice,
            pulse=lambda tick: self._watched.pulse("playing", tick),
            awake=self._awake,
            reader=played.reader,
            over=played.over,
            here=self.production.settings.screen.overlay == "here",
            beats=None if cloud is None else _beats(cloud, show, painter),
        )
        every = period(painter.screen.display.rate, self.production.settings.screen.fps)
        followers.append(Telemetry(painter, every, played.reader, self._watched.say, lambda: stage.slipped))
        return stage

    def _voices(self, played: PlayedDesk, speakers: Loudspeakers | None) -> Iterator[Follower]:
        """Who tells the show of a voice, and who holds on to it."""
        voice = self.production.settings.voice
        if voice.enabled and speakers is not None:
            yield VoiceTeller(played.desk.receive, lambda: speakers.voice)
        if voice.anchor:
            yield VoiceAnchor(played.desk.receive)

    def _projectors(self, stack: ExitStack, played: PlayedDesk) -> Iterator[Follower]:
        """The venue's projectors, which go with the house."""
        settings = self.production.settings.projector
        if settings:
            projectors = Projectors(
                [Projector(one, self._world.notice) for one in settings], self._hours, self._world.weekday_minute
            )
            stack.callback(projectors.close)
            played.reader.gauges.append(projectors.gauge)
            yield projectors

    def _stream(self, stack: ExitStack, played: PlayedDesk, painter: Painter) -> Iterator[Follower]:
        """Who sends pictures and sound to a media server; a replay may run beside a show, and is not streamed."""
        streamer = self._world.stream()
        if streamer is not None:
            streamer.start()
            stack.callback(streamer.close)
            painter.watchers.append(lambda frame: streamer.take(frame, painter.tick))
            played.reader.gauges.append(streamer.gauge)
            yield streamer

    def _recast(self, played: PlayedDesk, show: Show, name: str) -> None:
        """A saved scene plays: the journal says so, and whoever stands by is to have it too."""
        if played.journal is not None:
            played.journal.mark(show, wall(), recast=name)
        self._watched.say({"recast": name})

    def _awake(self) -> bool:
        """Whether the house is open."""
        return opening_hours.is_open(self._hours, *self._world.weekday_minute())


def _beats(cloud: CloudService, show: Show, painter: Painter) -> Beats:
    from installation.cloud.service import SharedBeat

    cloud.fps = lambda: painter.gauge(Status()).fps
    return SharedBeat(cloud, show)
