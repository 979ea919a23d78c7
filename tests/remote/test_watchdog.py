"""Threads that listen and end, or stand still: they are begun again, on the same port, and that is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
import structlog

from installation.controls import Accepted
from installation.model import ticks
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.osc.query import OscQueryServer
from installation.remote.osc.server import Server
from installation.remote.watchdog import PATIENCE, SLOWEST, Service, ServiceWatchdog, WatchedService
from installation.show import Show
from tests.harness.rehearsal import osc, perform
from tests.harness.waiting import free_ports, until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # that is the fault


class Trap(Desk):
    """A desk at which whoever says `/show/hold` meets what `does`."""

    def __init__(self, show: Show, folder: Path) -> None:
        super().__init__(show, folder)
        self.does: Callable[[], object] | None = None
        self.sprung = threading.Event()

    def take(self, accepted: Accepted, source: Source, now_ns: int, due_ns: int | None = None) -> None:
        if self.does is not None and accepted.address == "/show/hold":
            does, self.does = self.does, None
            self.sprung.set()
            does()
        super().take(accepted, source, now_ns, due_ns)


@pytest.fixture
def desk(show: Show, tmp_path: Path) -> Trap:
    return Trap(show, tmp_path / "presets")


@pytest.fixture
def watchdog() -> ServiceWatchdog:
    return ServiceWatchdog()


@pytest.fixture
def watched(desk: Trap, watchdog: ServiceWatchdog) -> Iterator[WatchedService]:
    (port,) = free_ports(1)
    with structlog.testing.capture_logs():
        one = watchdog.watch("OSC", lambda: Server(desk, "127.0.0.1", port))
        until(lambda: one.service.turns)
        yield one
        one.close()
    assert not one.service.alive


def look(watchdog: ServiceWatchdog, show: Show, times: int = 1) -> None:
    """So many seconds of show."""
    for _ in range(times * ticks.RATE):
        show.step()
        watchdog.follow(show, 1.0)


def answers(watched: WatchedService, desk: Desk) -> None:
    server = watched.service
    assert isinstance(server, Server)
    assert server.wait(60.0)

    def taken() -> bool:
        perform(server.port, osc("/light/glow", 1.0))
        return "/light/glow" in {one.accepted.address for one in desk.inbox.drain(0)}

    until(taken, "OSC to be taken")


def end_the_thread() -> None:
    raise SystemExit


def test_a_thread_that_ends_is_begun_again(
    desk: Trap, watchdog: ServiceWatchdog, watched: WatchedService, show: Show
) -> None:
    before, desk.does = watched.service, end_the_thread
    look(watchdog, show)
    assert (watched.service, watchdog.trouble) == (before, "")
    perform(before.port, osc("/show/hold", 1))  # type: ignore[attr-defined]
    until(lambda: not before.alive, "the thread's end")
    look(watchdog, show)
    until(lambda: watched.service is not before, "another one")
    answers(watched, desk)
    assert watched.service.port == before.port  # type: ignore[attr-defined]
    assert watchdog.trouble == "OSC had to be begun again, 1 times"


def test_a_thread_that_stands_still_is_replaced(
    desk: Trap, watchdog: ServiceWatchdog, watched: WatchedService, show: Show
) -> None:
    goes_on = threading.Event()
    before, desk.does = watched.service, goes_on.wait
    perform(before.port, osc("/show/hold", 1))  # type: ignore[attr-defined]
    until(desk.sprung.is_set, "the trap")
    look(watchdog, show, PATIENCE - 1)
    assert watched.service is before
    look(watchdog, show, 3)
    until(lambda: watched.service is not before, "another one")
    answers(watched, desk)
    goes_on.set()
    until(lambda: not before.alive, "the end of the one that stood still")
    answers(watched, desk)


def test_oscquery_is_begun_again(desk: Trap, watchdog: ServiceWatchdog, show: Show) -> None:
    (port,) = free_ports(1)
    one = watchdog.watch("OSCQuery", lambda: OscQueryServer(desk, ("127.0.0.1", 9), "127.0.0.1", port))

    def asked() -> int:
        link = HTTPConnection("127.0.0.1", port, timeout=60.0)
        link.request("GET", "/?HOST_INFO")
        status = link.getresponse().status
        link.close()
        return status

    try:
        tree = one.service
        assert isinstance(tree, OscQueryServer)
        assert tree.wait(60.0)
        assert asked() == 200
        with structlog.testing.capture_logs() as said:
            tree._loop.call_soon_threadsafe(end_the_thread)
            until(lambda: not tree.alive, "the thread's end")
            look(watchdog, show)
            until(lambda: one.service is not tree, "another one")
        again = one.service
        assert isinstance(again, OscQueryServer)
        assert again.wait(60.0)
        assert asked() == 200
        assert [line["event"] for line in said if line["log_level"] == "error"] == [
            "OSCQuery has ended; it begins again"
        ]
    finally:
        one.close()


class Dead:
    """Ends as soon as it begins."""

    turns, alive, trouble = 0, False, ""

    def start(self) -> None:
        pass

    abandon = close = start


def test_what_ends_again_and_again_is_begun_less_often(watchdog: ServiceWatchdog, show: Show) -> None:
    made: list[Service] = []

    def make() -> Service:
        made.append(Dead())
        return made[-1]

    one = watchdog.watch("Dead", make)
    with structlog.testing.capture_logs():
        for _ in range(4 * SLOWEST):
            one.look()
            if one._beginning is not None:
                one._beginning.join()
    assert 6 < len(made) < 12
    one.close()
