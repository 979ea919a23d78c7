from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from installation.controls import Control, table
from installation.model import ticks
from installation.recording import journal as journals
from installation.recording import replay as performances
from installation.recording.journal import digest
from installation.recording.nights import night
from installation.recording.replay import Replay, read, summary
from installation.remote.inbox import KEYS
from installation.remote.osc.server import Server
from installation.status import Status
from tests.harness.evening import EVENING, SCENES, Evening, replayed
from tests.harness.rehearsal import osc, perform, rehearsal
from tests.harness.waiting import TIMEOUT_S, until

ROOT = Path(__file__).parents[2]


def test_what_was_played_is_replayed_to_the_byte(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.play(1.3)
    evening.say("/dream/unrest", 0.7)
    evening.say("/show/go")
    evening.play(0.5)
    evening.say("/preset/save", "here")
    evening.say("/light/glow", 0.123456789)
    evening.say("/sleeper/*/hue", 0.5)
    evening.say("/sleeper/3/beat")
    evening.play(0.7)
    evening.say("/preset/load", "here")
    evening.say("/show/phase", "resolution")
    evening.say("/show/phase", "panic")
    evening.play(1.0)
    performance = evening.end()
    (tmp_path / "presets" / "here.toml").unlink()  # a replay needs no preset
    show, replay = replayed(performance)
    assert show.snapshot() == evening.show.snapshot()
    assert digest(show.moment(), show.lights()) == digest(evening.show.moment(), evening.show.lights())
    assert replay.strayed is None
    assert replay.refused == []
    assert performance.seconds == pytest.approx(3.5)
    assert [mark.tick for mark in performance.marks] == [120, 240, 360, 420]
    assert performance.marks[-1].end
    assert not performance.torn


@pytest.mark.whole
def test_a_long_busy_journal_replays_to_the_same_show(tmp_path: Path) -> None:
    """Half a second in the hands of a machine, then a rest, again and again; benchmarks/osc.py does ten minutes."""
    evening = Evening(tmp_path)
    for minute in range(3):
        for n in range(60):
            evening.say("/dream/unrest", (n - 30) / 30)
            evening.say(f"/sleeper/{n + 1}/rate", 0.1 + minute / 10)
            evening.step()
        evening.play(9.5)
    performance = evening.end()
    show, replay = replayed(performance)
    assert performance.seconds == pytest.approx(30.0)
    assert show.snapshot() == evening.show.snapshot()
    assert replay.strayed is None


def test_a_replay_takes_nothing_else_and_says_what_it_is(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.play(1.0)
    replay = Replay(evening.end())
    show = rehearsal()
    assert replay.receive("/show/go", (), KEYS, 0) == 0
    assert replay.deliver(show, 0) == 0
    assert replay.gauge(Status()).troubles == (f"replays {evening.journal.path.name}",)


def test_a_show_that_is_not_the_same_is_noticed_within_a_second(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.say("/show/go")
    evening.play(3.0)
    performance = evening.end()
    show, replay = rehearsal(seed=2), Replay(performance)
    for _ in range(240):
        replay.deliver(show, 0)
        show.step()
    assert replay.strayed == 120
    assert "another show since 1 s" in replay.gauge(Status()).troubles[0]


def test_a_new_night_begins_a_file_that_replays_by_itself(tmp_path: Path) -> None:
    noon = datetime(2026, 5, 2, 12, 0, 0).timestamp()
    evening = Evening(tmp_path, at=noon - 2.0)
    evening.say("/dream/unrest", 0.4)
    evening.play(3.5)
    evening.say("/show/go")
    evening.play(1.0)
    second = evening.end()
    files = sorted((tmp_path / "journals").iterdir())
    assert [path.name for path in files] == ["2026-05-01-115958.journal", "2026-05-02-120000.journal"]
    assert second.path == files[1]
    first = read(files[0])
    assert first.header.tick == 0
    assert second.header.tick == first.last == 240
    show, replay = replayed(second)
    assert show.snapshot() == evening.show.snapshot()
    assert replay.strayed is None


def test_the_night_after_midnight_belongs_to_the_evening_before() -> None:
    assert night(datetime(2026, 5, 2, 3, 0).timestamp()) == "2026-05-01"
    assert night(datetime(2026, 5, 2, 13, 0).timestamp()) == "2026-05-02"


def test_two_shows_within_a_second_have_two_files(tmp_path: Path) -> None:
    evenings = [Evening(tmp_path) for _ in range(3)]
    for evening in evenings:
        evening.journal.flush()
    assert len({evening.end().path for evening in evenings}) == 3


WRITER = """
import sys, time
from pathlib import Path
from tests.harness.evening import Evening
evening = Evening(Path(sys.argv[1]))
n = 0
while True:
    n += 1
    evening.say("/dream/unrest", n % 100 / 100)
    evening.step()
    if n % 120 == 0:
        print(evening.show.tick, flush=True)
        time.sleep(0.3)
"""


def test_after_kill_minus_nine_all_that_was_flushed_is_there(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(4)]
    (path,) = (tmp_path / "journals").iterdir()
    until(lambda: f'"tick":{said[-1]},' in path.read_text(encoding="utf-8"))
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    performance = read(path)
    assert performance.last >= said[-1]
    _, replay = replayed(performance)
    assert replay.strayed is None
    assert "the journal has no end: the show was cut off here, or still plays" in summary(performance)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_left_out_and_said(tmp_path: Path, cut: int) -> None:
    evening = Evening(tmp_path)
    evening.say("/dream/unrest", 0.5)
    evening.play(2.0)
    whole = evening.end()
    data = whole.path.read_bytes()
    whole.path.write_bytes(data[:-cut])
    torn = read(whole.path)
    assert torn.torn
    assert torn.last == 240
    assert summary(torn)[-1] == "the last line is torn and left out: the show was cut off here"
    assert replayed(torn)[1].strayed is None


Lines = list[bytes]
CORRUPT: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "an empty file": (lambda _: [], "line 1 is not a journal's first line"),
    "another file": (lambda _: [b'{"name": "x"}'], "line 1 is not a journal's first line"),
    "a newer format": (
        lambda lines: [lines[0].replace(b'"journal":1', b'"journal":9'), *lines[1:]],
        "a journal of format 9, this version reads 1",
    ),
    "a line of nonsense": (
        lambda lines: [lines[0], b"\xff\x00{", *lines[1:]],
        "line 2 is neither a control nor a mark",
    ),
    "half a line in the middle": (lambda lines: [lines[0], lines[1][:9], *lines[2:]], "line 2 is neither"),
    "a control without an address": (lambda lines: [lines[0], b"[3]", *lines[1:]], "line 2 is neither"),
    "a number for an address": (lambda lines: [lines[0], b"[3, 4]", *lines[1:]], "an address is text"),
    "time that runs backwards": (lambda lines: [*lines, b'[1,"/show/go"]'], "tick 1 after tick 240"),
    "a mark without a digest": (lambda lines: [lines[0], b'{"tick": 1}'], "line 2 is neither"),
}


@pytest.mark.parametrize("case", CORRUPT)
def test_a_corrupt_journal_is_refused_by_file_and_line(tmp_path: Path, case: str) -> None:
    evening = Evening(tmp_path)
    evening.say("/dream/unrest", 0.5)
    evening.play(2.0)
    path = evening.end().path
    spoil, text = CORRUPT[case]
    lines = spoil(path.read_bytes().split(b"\n")[:-1])
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(ValueError, match=text) as refused:
        read(path)
    assert str(path) in str(refused.value)


def test_a_journal_of_another_table_is_said(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    performance = evening.end()
    assert performance.differs(evening.show.table) == ""
    assert "another table" in performance.differs(table([Control("/reeds/height", 1.2, 0.3, 3.0, "m")]))


def test_what_todays_table_refuses_is_named_and_the_rest_is_played(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.say("/dream/unrest", 0.5)
    evening.play(1.0)
    path = evening.end().path
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], '[0,"/reeds/height",1.0]', *lines[1:]]) + "\n")
    show, replay = replayed(read(path))
    assert replay.refused == ["/reeds/height is not a control"]
    assert show.snapshot() == evening.show.snapshot()


def test_a_disk_that_takes_nothing_is_said_once_and_the_journal_is_whole_when_it_does_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "journals"
    blocked.write_text("a file where the folder should be")
    evening = Evening(tmp_path)
    evening.say("/dream/unrest", 0.5)
    evening.play(1.0)
    evening.journal.flush()
    evening.journal.flush()
    assert evening.journal.trouble.endswith("; the show goes on")
    assert evening.desk.gauge(Status()).refused == {}
    blocked.unlink()
    evening.play(1.0)
    performance = evening.end()
    assert evening.journal.trouble == ""
    assert replayed(performance)[0].snapshot() == evening.show.snapshot()
    out = capsys.readouterr()
    assert (out.out + out.err).count("the show goes on") == 1


def test_after_too_long_without_a_disk_a_whole_journal_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "MOST", 100)
    blocked = tmp_path / "journals"
    blocked.write_text("a file where the folder should be")
    evening = Evening(tmp_path)
    for n in range(200):
        evening.say("/dream/unrest", n / 200)
        evening.step()
    evening.journal.flush()
    blocked.unlink()
    evening.play(2.0)
    performance = evening.end()
    assert performance.header.tick > 0
    assert replayed(performance)[0].snapshot() == evening.show.snapshot()


def test_writing_never_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, inside = threading.Event(), threading.Event()

    def slow(handle: int) -> None:
        inside.set()
        held.wait(10.0)

    evening = Evening(tmp_path)
    monkeypatch.setattr(journals.os, "fsync", slow)
    evening.say("/dream/unrest", 0.5)
    evening.step()
    until(inside.is_set)
    evening.play(1.0)  # while the other thread is held up
    assert not held.is_set()
    held.set()
    assert evening.end().last == 121


def test_a_summary_says_length_sections_controls_and_gaps(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    for n in range(50):
        evening.say("/dream/unrest", n / 50)
        evening.step()
    evening.play(10.0 - 50 / 120)
    evening.began += 42.0  # the machine slept
    evening.say("/show/go")
    evening.play(5.0)
    told = summary(evening.end())
    assert told[0] == (
        f"{evening.journal.path.name}: 2026-05-01 21:00:00, 0:00:15 long, score rehearsal, seed 1, "
        f"version {evening.end().header.sleeptree}"
    )
    assert told[1:3] == ["  0:00:01  rest", "  0:00:11  storm"]
    assert told[3:6] == ["controls: 51 accepted, 2 addresses moved", "      50  /dream/unrest", "       1  /show/go"]
    assert told[6:] == ["gaps:", "  0:00:10  42.0 s without a show"]


def test_a_performance_over_real_sockets_is_the_same_again(tmp_path: Path) -> None:
    """A scripted performer in another process, ticks on the real clock, a digest of Moment and lights each second."""
    evening = Evening(tmp_path)
    server = Server(evening.desk, "127.0.0.1", 0)
    server.start()
    assert server.wait(TIMEOUT_S)
    moves: list[object] = []
    for n in range(200):
        moves += [osc("/dream/unrest", n / 200), osc(f"/sleeper/{n + 1}/beat"), osc("/light/hue", n / 400), 0.012]
    moves[90:90] = [osc("/show/phase", "glitch")]
    performer = threading.Thread(target=lambda: perform(server.port, *moves))
    performer.start()
    digests: dict[int, str] = {}
    began = time.monotonic()
    while performer.is_alive() or evening.show.tick % ticks.RATE:
        while evening.show.tick < (time.monotonic() - began) * ticks.RATE:
            evening.desk.deliver(evening.show, time.monotonic_ns())
            evening.show.step()
            evening.publisher.follow(evening.show, 1.0)
            if evening.show.tick % ticks.RATE == 0:
                digests[evening.show.tick] = digest(evening.show.moment(), evening.show.lights())
                break
        time.sleep(0.001)
    server.close()
    performance = evening.end()
    assert len(digests) >= 2
    assert len(performance.controls) > 50
    show, replay = performance.begin(SCENES), Replay(performance)
    again: dict[int, str] = {}
    while show.tick < performance.last:
        replay.deliver(show, 0)
        show.step()
        if show.tick % ticks.RATE == 0:
            again[show.tick] = digest(show.moment(), show.lights())
    assert again == digests
    assert show.snapshot() == evening.show.snapshot()


def test_a_digest_tells_any_difference() -> None:
    first, second = rehearsal(), rehearsal()
    assert digest(first.moment()) == digest(second.moment())
    second.accept("/dream/unrest", [1e-9])
    for show in (first, second):
        for _ in range(10):
            show.step()
    assert digest(first.moment()) != digest(second.moment())


def test_every_line_can_be_read_by_anybody(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.say("/show/phase", "glitch")
    evening.say("/dream/mend", 1)
    evening.play(1.0)
    path = evening.end().path
    header, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert header["seed"] == 1
    assert header["score"]["name"] == "rehearsal"
    mend = [[0, "/hand/change", 1.0, "/dream/mend"], [0, "/dream/mend", True]]  # what it was can be had back
    assert lines[:3] == [[0, "/show/phase", "glitch"], *mend]
    assert lines[3]["section"] == "storm"
    assert header["journal"] == performances.FORMAT


def test_a_time_of_day_is_a_tick(tmp_path: Path) -> None:
    evening = Evening(tmp_path)
    evening.play(4.0)
    evening.began += 600.0  # ten minutes without a show
    evening.play(4.0)
    performance = evening.end()
    assert [performance.tick_at(21, 0, second) for second in (0, 1, 3)] == [0, ticks.RATE, 3 * ticks.RATE]
    assert performance.tick_at(21, 5) == 4 * ticks.RATE
    assert performance.tick_at(21, 10, 6) == 6 * ticks.RATE
    for hour, minute in ((20, 59), (21, 11), (3, 0)):
        with pytest.raises(ValueError, match="was played from 21:00:00 to 21:10:08"):
            performance.tick_at(hour, minute)


def test_a_time_after_midnight_is_of_the_same_night(tmp_path: Path) -> None:
    evening = Evening(tmp_path, at=EVENING + 3 * 3600 - 5.0)
    evening.play(10.0)
    assert evening.end().tick_at(0, 0, 2) == 7 * ticks.RATE
