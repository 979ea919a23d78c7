"""Everything by which a show is played from outside, opened and closed together: desk, journal, sockets, OSCQuery."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from installation import addresses
from installation.cuelist import rehearsal
from installation.foundation.errors import Mistake
from installation.light.code import with_code
from installation.light.picture import Look, Pixels
from installation.light.preview import shrunk
from installation.live import stage
from installation.live.calendar import Calendar
from installation.live.state import Gauge, StatePublisher, StatusReader
from installation.recording.journal import FOLDER, Journal
from installation.recording.nights import night, wall
from installation.recording.replay import Replay
from installation.recording.write_ahead_log import Tail, WriteAheadLog
from installation.remote import access
from installation.remote.access import AccessList
from installation.remote.desk import Desk
from installation.remote.inbox import STAFF, Source
from installation.remote.link import process
from installation.remote.presets import FOLDER as PRESETS
from installation.remote.spectators import SpectatorDesk
from installation.remote.watchdog import ServiceWatchdog
from installation.remote.web import wire
from installation.remote.web.bridge import Bridge
from installation.remote.web.operator.console import OperatorConsole
from installation.remote.web.operator.preview import Preview
from installation.session.lights import begin_lights
from installation.session.production import Production
from installation.session.replaying import ReplayProduction
from installation.show import Follower, Show
from installation.status import Status
from installation.words.visitors import FOLDER as LINES
from installation.words.visitors import VisitorLines

if TYPE_CHECKING:
    from installation.cloud.service import CloudService


@dataclass(frozen=True)
class PlayedDesk:
    """What the stage needs of it."""

    desk: stage.LiveSource
    followers: Sequence[Follower]
    reader: StatusReader
    journal: Journal | None = None
    over: Callable[[Look, float], Look] = lambda seen, _: seen  # what is shown over the picture
    watchers: Sequence[Callable[[Pixels], None]] = ()  # of finished pictures


def words(production: Production) -> dict[str, list[str]]:
    """The words that a score and its scenes add to the table of controls."""
    sections = [section.name for section in production.score.section]
    return {
        **dict.fromkeys((addresses.SECTION, addresses.GOTO, addresses.STANDBY, addresses.GO_FROM), sections),
        addresses.SCENE: sorted(production.scenes),
    }


@dataclass(frozen=True)
class Endpoints:
    """Where messages come in, from whom, and who is always told what was accepted."""

    where: tuple[str, int]
    access: AccessList
    targets: tuple[Source, ...]
    opened: bool = True  # whether messages come in at all
    pages: Path | None = None  # the socket where the visitors' pages listen for the show
    link: bool = False  # whether an Ableton Link session leads


def endpoints(
    production: Production,
    listen: str | None = None,
    port: int | None = None,
    pages: bool = False,
    link: bool = False,
) -> Endpoints:
    """As the settings say; what the command line says goes before them. Raises Mistake.

    A replay listens only where it is told to, and has no visitors and no musicians: it may run beside a show.
    """
    osc = production.settings.osc
    where = _address("--listen" if listen else "[osc] listen", listen or osc.listen, port or osc.port)
    targets = tuple(Source("udp", *_address("[osc] feedback", target, osc.port)) for target in osc.feedback)
    opened = listen is not None if isinstance(production, ReplayProduction) else osc.enabled
    try:
        wanted = (pages or production.settings.pages.enabled) and not isinstance(production, ReplayProduction)
        door = wire.path() if wanted else None
        return Endpoints(where, AccessList(access.networks(osc.allow)), targets, opened, door, _led(production, link))
    except ValueError as error:
        raise Mistake(str(error)) from None


def _led(production: Production, link: bool) -> bool:
    return (link or production.settings.link.enabled) and not isinstance(production, ReplayProduction)


def check_link(production: Production, link: bool) -> None:
    """Raises Mistake where a Link session is to lead, and what that takes is not here."""
    if _led(production, link) and (why := process.missing()):
        raise Mistake(f"{'--link' if link else '[link] enabled'}: {why}")


def _address(place: str, text: str, port: int) -> tuple[str, int]:
    try:
        return access.address(text, port)
    except ValueError as rule:
        raise Mistake(f"{place} {rule}") from None


def _speak(desk: Desk, production: Production) -> None:
    """The venue's language, as a control: so that the journal knows it."""
    language = production.settings.words.language
    if language != desk.table[addresses.VERSE_LANGUAGE].default:
        desk.receive(addresses.VERSE_LANGUAGE, [language], STAFF, 0)


def _rehearse(desk: Desk, production: Production, show: Show) -> None:
    """Where a rehearsal begins, as controls: a show that goes on has them in its journal."""
    if production.cue and show.tick == 0:
        for address, arguments in rehearsal(production.score, production.cue):
            desk.receive(address, arguments, STAFF, 0)


@contextmanager
def console(
    production: Production,
    show: Show,
    data: Path,
    through: Endpoints,
    log: WriteAheadLog | None = None,
    goes_on: Tail | None = None,
    cloud: CloudService | None = None,
) -> Iterator[PlayedDesk]:
    """Open for as long as the show plays. What is accepted goes into the journal, which `goes_on` where that is known.

    With a write-ahead `log`, what was accepted outlives this process, whatever ends it. As part of a `cloud`, what
    comes in here acts on every machine at the same tick.
    """
    desk: Desk
    journal: Journal | None = None
    if isinstance(production, ReplayProduction):
        replay = Replay(production.performance)
        if not through.opened:
            yield PlayedDesk(replay, (), StatusReader(replay.gauge))
            return
        desk = SpectatorDesk(show, data / PRESETS, replay, through.targets)
    else:
        journal = written = Journal(data / FOLDER, show, wall(), log, goes_on)
        lines = VisitorLines(data / LINES, night(wall()), production.settings.words.open)
        show.text_of = lines.text
        desk = _desk(show, data, through, written, lines, cloud)
        desk.troubles += [lambda: written.trouble, lambda: lines.trouble]
        _speak(desk, production)
        _rehearse(desk, production, show)
    if not structlog.is_configured():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    publisher, watchdog = StatePublisher(desk, journal, wall), ServiceWatchdog()
    desk.troubles.append(lambda: watchdog.trouble)
    followers: list[Follower] = [publisher, watchdog, *([] if cloud is None else [cloud])]
    if journal is not None:
        followers.insert(0, Calendar(desk, show, wall))
    with ExitStack() as stack:
        if journal is not None:
            stack.callback(lambda: written.close(show, wall()))
        stack.callback(desk.close)
        if through.opened:
            _serve(stack, desk, production, through, watchdog)
        if journal is not None and production.settings.midi.enabled:
            _hear_midi(stack, desk, production, data, watchdog)
        if journal is not None and through.link:
            publisher.reader.gauges.append(_follow_link(stack, desk, production, watchdog))
        lamps = (
            None
            if journal is None
            else begin_lights(production.settings, watchdog, stack, desk.troubles, goes_on is not None)
        )
        followers += [] if lamps is None else [lamps]
        watchers = [] if lamps is None else [lamps.see]
        if through.pages is None:
            yield PlayedDesk(desk, followers, publisher.reader, journal, watchers=watchers)
            return
        bridge = _pages(stack, desk, production, publisher.reader, through.pages)

        def over(seen: Look, aspect: float) -> Look:
            return with_code(seen, bridge.told.get("code", ()), seen.now.number(addresses.CODE), aspect)

        if not production.settings.pages.operator:
            yield PlayedDesk(desk, [*followers, bridge], publisher.reader, journal, over, watchers)
            return
        tablets, preview = _operators(stack, desk, show, publisher.reader, through.pages)
        followers += [bridge, tablets]
        yield PlayedDesk(desk, followers, publisher.reader, journal, over, [*watchers, preview.take])


def _desk(
    show: Show, data: Path, through: Endpoints, journal: Journal, lines: VisitorLines, cloud: CloudService | None
) -> Desk:
    """The desk of a show, alone or as one of several machines; there the journal begins anew where the show jumps."""
    if cloud is None:
        return Desk(show, data / PRESETS, through.targets, journal.write, lines)
    from installation.cloud.desk import CloudDesk

    cloud.moved.append(lambda show: journal.begin_anew(show, wall()))
    return CloudDesk(show, data / PRESETS, cloud, through.targets, journal.write, lines)


def _operators(
    stack: ExitStack, desk: Desk, show: Show, reader: StatusReader, door: Path
) -> tuple[OperatorConsole, Preview]:
    """The link to the operator's page, and what it sees of the wall."""
    door = door.with_name(wire.OPERATOR)
    preview = Preview(door, shrunk)
    tablets = OperatorConsole(desk, door, show, reader.read)
    tablets.watching = preview.watched
    for one in (preview, tablets):
        one.start()
        stack.callback(one.close)
    return tablets, preview


def _pages(stack: ExitStack, desk: Desk, production: Production, reader: StatusReader, door: Path) -> Bridge:
    """The link to the process that serves visitors."""
    bridge = Bridge(desk, door, [section.name for section in production.score.section])
    bridge.start()
    stack.callback(bridge.close)
    desk.troubles.append(lambda: bridge.trouble)
    reader.gauges.append(bridge.gauge)
    return bridge


def _hear_midi(stack: ExitStack, desk: Desk, production: Production, data: Path, watchdog: ServiceWatchdog) -> None:
    from installation.remote.midi.service import FOLDER, MidiService

    asked = production.settings.midi
    watched = watchdog.watch("MIDI", lambda: MidiService(desk, asked, data / FOLDER, production.score))
    stack.callback(watched.close)
    desk.troubles.append(lambda: watched.service.trouble)


def _follow_link(stack: ExitStack, desk: Desk, production: Production, watchdog: ServiceWatchdog) -> Gauge:
    from installation.remote.link.service import LinkService

    watched = watchdog.watch("Ableton Link", lambda: LinkService(desk, production.settings.link))
    stack.callback(watched.close)
    desk.troubles.append(lambda: watched.service.trouble)

    def gauge(status: Status) -> Status:  # whichever of it is there now
        return watched.service.gauge(status)

    return gauge


def _serve(stack: ExitStack, desk: Desk, production: Production, through: Endpoints, watchdog: ServiceWatchdog) -> None:
    from installation.remote.osc.server import Server

    watched = watchdog.watch("OSC", lambda: Server(desk, *through.where, AccessList(through.access.allow)))
    stack.callback(watched.close)
    desk.troubles.append(lambda: watched.service.trouble)
    if production.settings.oscquery.enabled:
        served = stack.enter_context(ExitStack())
        # what it is made of takes a fifth of a second to load, and the first picture doesn't wait for it
        loading = threading.Thread(
            target=_query, args=(served, desk, production, through, watchdog), name="oscquery loads", daemon=True
        )
        loading.start()
        stack.callback(loading.join)


def _query(stack: ExitStack, desk: Desk, production: Production, through: Endpoints, watchdog: ServiceWatchdog) -> None:
    from installation.remote.osc.query import OscQueryServer

    def make() -> OscQueryServer:
        access = AccessList(through.access.allow)  # one for each thread
        port = production.settings.oscquery.port
        return OscQueryServer(desk, through.where, through.where[0], port, words(production), access)

    watched = watchdog.watch("OSCQuery", make)
    stack.callback(watched.close)
    desk.troubles.append(lambda: watched.service.trouble)
