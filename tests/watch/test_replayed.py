"""A replay under its supervisor: killed, it goes on where it was in the journal, and ends where the journal ends."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from installation.live.fallback import isolated
from installation.model import score
from installation.recording import checkpoint
from installation.recording.replay import Replay, read
from installation.repertoire import found
from installation.show import Show
from tests.harness.desktop import Desktop
from tests.harness.evening import Evening
from tests.harness.playing import SCORE, Playing
from tests.harness.waiting import TIMEOUT_S, until

SECONDS = 24


def evening(folder: Path) -> Evening:
    """Somebody plays with the light all evening long."""
    played = Evening(folder, Show(score.parse(SCORE, "long"), 5, found().scenes))
    for second in range(SECONDS):
        played.say("/light/hue", second / SECONDS)
        played.say(f"/sleeper/{second + 1}/beat")
        played.play(1.0)
    return played


def test_a_replay_that_is_killed_goes_on_in_its_journal(tmp_path: Path, desktop: Desktop) -> None:
    performance = evening(tmp_path).end()
    show = Playing(desktop.environment)
    try:
        show.replay(performance.path)
        before = show.wait(lambda s: s.get("snapshot_tick", -1) > 0, "something to go on from")
        show.config.write_text("[screen\nfps = garbage", encoding="utf-8")
        os.kill(before["process"], signal.SIGKILL)
        after = show.plays(before["process"])
        assert after["restarts"] == 1
        (on,) = show.log("goes on")
        assert before["snapshot_tick"] <= on["snapshot"] <= on["tick"] < performance.last
        assert show.process is not None
        out, err = show.process.communicate(timeout=SECONDS + TIMEOUT_S)
        assert (show.process.returncode, out, err) == (0, "", "")
        (end, *_) = checkpoint.found([show.home / ".local/share/sleeptree/kept/replay"])
        assert end.tick == performance.last
        assert end.snapshot == uninterrupted(performance.path, end.tick)
        assert list(show.home.rglob("*.journal")) == []  # a replay is not played, so nobody writes it down
        until(lambda: not show.processes(), "nobody to be left")
    finally:
        show.close()


def uninterrupted(path: Path, last: int) -> bytes:
    """The show at its tick `last`, replayed in one go."""
    performance = read(path)
    show = performance.begin(isolated(found().scenes, time.monotonic_ns))
    replay = Replay(performance)
    while show.tick < last:
        replay.deliver(show, 0)
        show.step()
    assert (replay.strayed, replay.refused) == (None, [])
    return show.snapshot()
