"""Everything by which a show is played from outside, opened and closed together: desk, journal, sockets, OSCQuery."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from installation.foundation.errors import Mistake
from installation.live import stage
from installation.live.state import StatePublisher, StatusReader
from installation.recording.journal import FOLDER, Journal, wall
from installation.recording.replay import Replay
from installation.recording.write_ahead_log import Tail, WriteAheadLog
from installation.remote import access
from installation.remote.access import AccessList
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.session.production import Production
from installation.session.replaying import ReplayProduction
from installation.show import Follower, Show


@dataclass(frozen=True)
class Console:
    """What the stage needs of it."""

    desk: stage.LiveSource
    followers: Sequence[Follower]
    reader: StatusReader
    journal: Journal | None = None


def words(production: Production) -> dict[str, list[str]]:
    """The words that a score and its scenes add to the table of controls."""
    return {
        "/show/section": [section.name for section in production.score.section],
        "/show/scene": sorted(production.scenes),
    }


@dataclass(frozen=True)
class Endpoints:
    """Where messages come in, from whom, and who is always told what was accepted."""

    where: tuple[str, int]
    access: AccessList
    targets: tuple[Source, ...]


def endpoints(production: Production, listen: str | None = None, port: int | None = None) -> Endpoints:
    """As the settings say; `listen` and `port`, of the command line, go before them. Raises Mistake."""
    osc = production.settings.osc
    where = _address("--listen" if listen else "[osc] listen", listen or osc.listen, port or osc.port)
    targets = tuple(Source("udp", *_address("[osc] feedback", target, osc.port)) for target in osc.feedback)
    try:
        return Endpoints(where, AccessList(access.networks(osc.allow)), targets)
    except ValueError as error:
        raise Mistake(str(error)) from None


def _address(place: str, text: str, port: int) -> tuple[str, int]:
    try:
        return access.address(text, port)
    except ValueError as rule:
        raise Mistake(f"{place} {rule}") from None


@contextmanager
def console(
    production: Production,
    show: Show,
    data: Path,
    through: Endpoints,
    log: WriteAheadLog | None = None,
    goes_on: Tail | None = None,
) -> Iterator[Console]:
    """Open for as long as the show plays. What is accepted goes into the journal, which `goes_on` where that is known.

    With a write-ahead `log`, what was accepted outlives this process, whatever ends it.
    """
    if isinstance(production, ReplayProduction):
        replay = Replay(production.performance)
        yield Console(replay, (), StatusReader(replay.gauge))
        return
    if not structlog.is_configured():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    journal = Journal(data / FOLDER, show, wall(), log, goes_on)
    desk = Desk(show, data / "presets", through.targets, journal.write)
    desk.troubles.append(lambda: journal.trouble)
    publisher = StatePublisher(desk, journal, wall)
    with ExitStack() as stack:
        stack.callback(lambda: journal.close(show, wall()))
        stack.callback(desk.close)
        if production.settings.osc.enabled:
            _serve(stack, desk, production, through)
        yield Console(desk, (publisher,), publisher.reader, journal)


def _serve(stack: ExitStack, desk: Desk, production: Production, through: Endpoints) -> None:
    from installation.remote.osc.server import Server

    server = Server(desk, *through.where, through.access)
    server.start()
    stack.callback(server.close)
    desk.troubles.append(lambda: server.trouble)
    if production.settings.oscquery.enabled:
        served = stack.enter_context(ExitStack())
        # what it is made of takes a fifth of a second to load, and the first picture doesn't wait for it
        loading = threading.Thread(
            target=_query, args=(served, desk, production, through), name="oscquery", daemon=True
        )
        loading.start()
        stack.callback(loading.join)


def _query(stack: ExitStack, desk: Desk, production: Production, through: Endpoints) -> None:
    from installation.remote.osc.query import OscQueryServer

    access = AccessList(through.access.allow)  # one for each thread
    port = production.settings.oscquery.port
    tree = OscQueryServer(desk, through.where, through.where[0], port, words(production), access)
    tree.start()
    stack.callback(tree.close)
    desk.troubles.append(lambda: tree.trouble)
