"""What is kept so that a show can go on: whole or not at all, two generations, nothing given is lost, any disk."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.controls import Accepted
from installation.recording import checkpoint, recovery
from installation.recording.checkpoint import CheckpointStore, found, read
from installation.recording.journal import Journal
from installation.recording.replay import Replay
from installation.recording.replay import read as performance
from installation.recording.write_ahead_log import Tail, WriteAheadLog
from installation.show import Show, advance
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import until


class Kept:
    """A show with its journal, its write-ahead log and its checkpoints, as the player puts them together.

    `cut_off` leaves them as a process does that is killed: nothing more reaches the disk.
    """

    def __init__(self, folders: list[Path], show: Show | None = None, goes_on: Tail | None = None) -> None:
        self.folders, self.show = folders, show or rehearsal()
        self.log = WriteAheadLog([*reversed(folders)])
        self.journal = Journal(folders[0].parent / "journals", self.show, 1e9, self.log, goes_on)
        self.store = CheckpointStore(folders, self.journal)

    def play(self, ticks: int, hand: random.Random, often: float = 0.1) -> None:
        for _ in range(ticks):
            if hand.random() < often:
                self.journal.write(self.show.tick, give(self.show, hand))
            self.show.step()
            self.journal.mark(self.show, 1e9 + self.show.tick / 120)
            self.store.follow(self.show, 1.0)
            if self.show.tick % 120 == 0:
                until(lambda: self.store.newest == self.show.tick, "a checkpoint")

    def cut_off(self) -> None:
        self.journal.flush = lambda: None  # type: ignore[method-assign]
        self.journal._closing.set()
        self.store.close()
        self.log.close()

    def end(self) -> None:
        self.journal.close(self.show, 1e9 + self.show.tick / 120)
        self.store.close()
        self.log.close()


def give(show: Show, hand: random.Random) -> Accepted:
    if hand.random() < 0.5:
        return show.accept("/light/hue", [hand.uniform(-0.5, 0.5)])
    return show.accept(f"/sleeper/{hand.randint(1, 240)}/glow", [hand.uniform(0.0, 2.0)])


def resumed(folders: list[Path], until_tick: int | None = None) -> tuple[Show, recovery.Resumption]:
    """The show that goes on, caught up and played on to a tick."""
    show = rehearsal()
    going_on = recovery.restore(show, folders)
    assert going_on is not None
    going_on.catch_up(show)
    while until_tick is not None and show.tick < until_tick:
        show.step()
    return show, going_on


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [tmp_path / "disk", tmp_path / "memory"]


@pytest.mark.parametrize("generation", ["newest", "older"])
def test_everything_comes_back_from_either_generation(folders: list[Path], generation: str) -> None:
    kept, hand = Kept(folders), random.Random(1)
    kept.play(480, hand)
    kept.play(57, hand, often=1.0)
    kept.cut_off()
    assert [one.tick for one in found(folders)] == [480, 360]
    if generation == "older":
        newest(folders[0]).unlink()
    show, going_on = resumed(folders)
    assert going_on.checkpoint.tick == {"newest": 480, "older": 360}[generation]
    assert going_on.last == show.tick == 537
    assert show.snapshot() == kept.show.snapshot()


def newest(folder: Path) -> Path:
    return max(folder.glob("snapshot-*"), key=lambda path: read(path).tick)


@pytest.mark.parametrize("harm", ["torn", "flipped", "empty", "zeros", "gone", "foreign"])
def test_a_snapshot_that_is_not_whole_is_passed_over(folders: list[Path], harm: str) -> None:
    kept = Kept(folders)
    kept.play(360, random.Random(2))
    kept.end()
    path = newest(folders[0])
    data = path.read_bytes()
    harmed = {
        "torn": data[:-7],
        "flipped": data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        "empty": b"",
        "zeros": bytes(len(data)),
        "foreign": b"not a snapshot",
    }
    path.unlink() if harm == "gone" else path.write_bytes(harmed[harm])
    (one,) = found(folders)
    assert one.tick == 240
    assert resumed(folders, 360)[0].snapshot() == kept.show.snapshot()


def test_nothing_kept_is_nothing_found(folders: list[Path]) -> None:
    assert recovery.restore(rehearsal(), folders) is None
    kept = Kept(folders)
    kept.play(240, random.Random(3))
    kept.end()
    checkpoint.forget(folders)
    assert recovery.restore(rehearsal(), folders) is None


def test_what_is_too_old_is_nothing_to_go_on_from(folders: list[Path]) -> None:
    kept = Kept(folders)
    kept.play(240, random.Random(3))
    kept.end()
    (_, one) = found(folders)
    assert recovery.restore(rehearsal(), folders, newer_than=one.at + 3600.0) is None


def test_crash_upon_crash_is_one_journal_and_gives_nothing_twice(folders: list[Path]) -> None:
    kept, hand = Kept(folders), random.Random(4)
    alone = rehearsal()  # what the show would be, had it never been cut off
    kept.play(240, hand)
    for _ in range(12):
        kept.play(hand.randint(1, 90), hand, often=0.5)
        kept.journal.write(kept.show.tick, give(kept.show, hand))  # the last thing before the end
        kept.show.step()
        kept.cut_off()
        before = kept.show
        show, going_on = resumed(folders)
        assert show.tick == before.tick
        assert show.snapshot() == before.snapshot()
        kept = Kept(folders, show, going_on.journal_end)
    kept.play(120, hand)
    kept.end()
    (path,) = (folders[0].parent / "journals").iterdir()
    whole = performance(path)
    assert sum(mark.restart for mark in whole.marks) == 12
    assert (whole.header.tick, whole.last, whole.torn) == (0, kept.show.tick, False)
    replay = Replay(whole)
    while alone.tick < whole.last:
        advance(alone, replay)
    assert replay.strayed is None
    assert alone.snapshot() == kept.show.snapshot()


def test_a_line_that_the_end_tore_is_left_out_and_written_over(folders: list[Path]) -> None:
    kept, hand = Kept(folders), random.Random(5)
    kept.play(130, hand, often=1.0)
    kept.journal.flush()
    kept.cut_off()
    with kept.journal.path.open("ab") as file:
        file.write(b'[130,"/light/hue",0.')
    show, going_on = resumed(folders)
    again = Kept(folders, show, going_on.journal_end)
    again.play(10, hand, often=1.0)
    again.end()
    whole = performance(kept.journal.path)
    assert not whole.torn
    assert whole.last == 140


def test_another_score_begins_another_journal(folders: list[Path]) -> None:
    kept = Kept(folders)
    kept.play(130, random.Random(6))
    kept.cut_off()
    text = kept.journal.path.read_bytes()
    kept.journal.path.write_bytes(text.replace(b'"seed":1,', b'"seed":2,', 1))
    show, going_on = resumed(folders)
    assert going_on.journal_end is None
    Kept(folders, show, going_on.journal_end).end()
    assert len(list((folders[0].parent / "journals").iterdir())) == 2


def test_a_checkpoint_is_never_younger_than_its_journal_on_the_disk(folders: list[Path]) -> None:
    kept, hand = Kept(folders), random.Random(7)
    for _ in range(4):
        kept.play(120, hand, often=1.0)
        for one in found(folders):
            assert one.journal is not None
            assert one.offset <= one.journal.stat().st_size
    kept.end()


def test_a_journal_has_a_largest_size_and_says_so(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.recording.journal.LARGEST", 4000)
    kept, hand = Kept(folders), random.Random(8)
    kept.play(600, hand, often=1.0)
    assert "no more until the next night" in kept.journal.trouble
    kept.play(30, hand, often=1.0)
    kept.cut_off()
    assert kept.journal.path.stat().st_size <= 4000
    assert (folders[1] / "write-ahead.log").stat().st_size < 12_000  # a second or two, not the night
    show, _ = resumed(folders)
    assert show.snapshot() == kept.show.snapshot()


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk of 96 kB; a snapshot fits once."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk was filled: only root may mount one ({mounted.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_nothing_and_memory_takes_over(full: Path, tmp_path: Path) -> None:
    (full / "rubbish").write_bytes(os.urandom(40_000))
    folders = [full / "kept", tmp_path / "memory"]
    kept, hand = Kept(folders), random.Random(6)
    kept.play(360, hand)
    assert "No space left on device" in kept.store.trouble
    assert next(found(folders)).tick == 360
    assert not list(full.glob("**/*.new"))
    (full / "rubbish").unlink()
    kept.play(120, hand)
    assert kept.store.trouble == ""
    kept.end()
    assert next(found(folders)).tick == 480


def test_what_is_played_on_a_full_disk_outlives_the_process_and_is_written_later(full: Path, tmp_path: Path) -> None:
    (full / "rubbish").write_bytes(os.urandom(98_304))
    folders = [full / "kept", tmp_path / "memory"]
    kept, hand = Kept(folders), random.Random(9)
    kept.play(400, hand, often=0.5)
    kept.cut_off()
    show, going_on = resumed(folders)
    assert show.tick == going_on.last
    assert resumed(folders, 400)[0].snapshot() == kept.show.snapshot()
    again = Kept(folders, show, going_on.journal_end)
    again.play(20, hand, often=0.5)
    (full / "rubbish").unlink()
    again.end()
    whole = performance(kept.journal.path)
    alone, replay = rehearsal(), Replay(whole)
    while alone.tick < whole.last:
        advance(alone, replay)
    assert replay.strayed is None
    assert alone.snapshot() == again.show.snapshot()


def test_with_no_room_anywhere_the_show_goes_on(full: Path) -> None:
    (full / "rubbish").write_bytes(os.urandom(98_304))
    kept, hand = Kept([full / "kept"]), random.Random(8)
    for _ in range(300):
        kept.journal.write(kept.show.tick, give(kept.show, hand))
        kept.show.step()
        kept.store.follow(kept.show, 1.0)
    until(lambda: "No space left" in kept.store.trouble, "its word")
    kept.end()
    assert list(found([full / "kept"])) == []
