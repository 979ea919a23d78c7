"""A replay that is watched: whoever connects is told what was set then, and may set nothing."""

from __future__ import annotations

from pathlib import Path

from installation.recording.replay import Replay
from installation.remote.inbox import KEYS, Source
from installation.remote.osc import codec
from installation.remote.spectators import SpectatorDesk
from installation.show import Show
from installation.status import Status
from tests.harness.evening import SCENES, Evening
from tests.harness.rehearsal import tick

CONSOLE = Source("udp", "10.0.0.7", 5)


def told(desk: SpectatorDesk, now_ns: int) -> dict[str, object]:
    """What goes out to the console at this time, the newest of each address."""
    said = [message for _, datagram in desk.feedback.due(now_ns) for message in codec.decode(datagram)]
    return {message.address: message.arguments[0] for message in said}


def watched(folder: Path) -> tuple[Show, SpectatorDesk]:
    evening = Evening(folder)
    evening.play(0.5)
    evening.say("/light/hue", 0.25)
    evening.say("/sleeper/7/glow", 1.5)
    evening.play(1.5)
    performance = evening.end()
    show = performance.begin(SCENES)
    return show, SpectatorDesk(show, folder / "presets", Replay(performance))


def test_controllers_follow_a_replay(tmp_path: Path) -> None:
    show, desk = watched(tmp_path)
    desk.feedback.received(CONSOLE, 0)
    desk.receive("/sync", [], CONSOLE, 0)
    tick(show, desk)
    assert told(desk, 0)["/light/hue"] == 0.0
    for _ in range(120):
        tick(show, desk)
    news = told(desk, 10**9)
    assert (news["/light/hue"], news["/sleeper/7/glow"]) == (0.25, 1.5)


def test_nobody_plays_a_replay(tmp_path: Path) -> None:
    show, desk = watched(tmp_path)
    for address, arguments in (("/light/hue", [0.5]), ("/light/*", [0.5]), ("/show/calm", []), ("/preset/save", ["a"])):
        desk.receive(address, arguments, CONSOLE, 0)
    desk.receive("/show/hold", [1], KEYS, 0)
    refused = desk.counters.refused["replayed"]
    assert refused == desk.counters.total >= 4
    assert desk.counters.latest == "/preset/save: a replay can't be played"
    while show.tick < 240:
        tick(show, desk)
    assert show.glides.aims()["/light/hue"] == 0.25
    assert not (tmp_path / "presets").exists()
    assert "replays" in desk.gauge(Status()).troubles[-1]
