"""What is kept so that a show can go on: whole or not at all, two generations, nothing given is lost, any disk."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.controls import Accepted
from installation.recording import checkpoint
from installation.recording.checkpoint import Checkpoint, CheckpointStore, found, read
from installation.show import Show
from tests.harness.rehearsal import rehearsal
from tests.harness.waiting import until


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [tmp_path / "disk", tmp_path / "memory"]


def play(show: Show, kept: CheckpointStore, seconds: int, hand: random.Random) -> None:
    """So many seconds, with something given now and then."""
    for _ in range(120 * seconds):
        if hand.random() < 0.1:
            kept.write(show.tick, give(show, hand))
        show.step()
        kept.follow(show, 1.0)
        if show.tick % 120 == 0:
            until(lambda: kept.newest == show.tick, "a snapshot")


def give(show: Show, hand: random.Random) -> Accepted:
    if hand.random() < 0.5:
        return show.accept("/light/hue", [hand.uniform(-0.5, 0.5)])
    return show.accept(f"/sleeper/{hand.randint(1, 240)}/glow", [hand.uniform(0.0, 2.0)])


def resumed(one: Checkpoint, tick: int) -> Show:
    """The show that `one` brings back, played on to `tick`."""
    show = rehearsal()
    one.restore(show)
    while show.tick < tick:
        assert one.give(show, lambda tick, accepted: None) == []
        show.step()
    return show


def test_everything_comes_back_from_either_generation(folders: list[Path]) -> None:
    show, kept = rehearsal(), CheckpointStore(folders)
    hand = random.Random(1)
    play(show, kept, 4, hand)
    for _ in range(57):
        kept.write(show.tick, give(show, hand))
        show.step()
    both = list(found(folders))
    assert [one.tick for one in both] == [480, 360]
    for one in both:
        assert one.last == show.tick
        assert resumed(one, show.tick).snapshot() == show.snapshot()
    kept.close()


@pytest.mark.parametrize("harm", ["torn", "flipped", "empty", "zeros", "gone", "foreign"])
def test_a_snapshot_that_is_not_whole_is_passed_over(folders: list[Path], harm: str) -> None:
    show, kept = rehearsal(), CheckpointStore(folders)
    play(show, kept, 3, random.Random(2))
    kept.close()
    newest = max((path for path in folders[0].glob("snapshot-*")), key=lambda path: read(path).tick)
    data = newest.read_bytes()
    harmed = {
        "torn": data[:-7],
        "flipped": data[:5000] + bytes([data[5000] ^ 1]) + data[5001:],
        "empty": b"",
        "zeros": bytes(len(data)),
        "foreign": b"not a snapshot",
    }
    newest.unlink() if harm == "gone" else newest.write_bytes(harmed[harm])
    (one,) = found(folders)
    assert one.tick == 240
    assert resumed(one, show.tick).tick == show.tick


def test_nothing_kept_is_nothing_found(folders: list[Path]) -> None:
    assert list(found(folders)) == []
    show, kept = rehearsal(), CheckpointStore(folders)
    play(show, kept, 2, random.Random(3))
    kept.close()
    checkpoint.forget(folders)
    assert list(found(folders)) == []


def test_going_on_twice_gives_nothing_twice(folders: list[Path]) -> None:
    show, kept = rehearsal(), CheckpointStore(folders)
    hand = random.Random(4)
    play(show, kept, 2, hand)
    for _ in range(40):
        kept.write(show.tick, give(show, hand))
        show.step()
    for _ in range(3):  # crash upon crash, before the next snapshot
        first = next(found(folders))
        again = CheckpointStore(folders, first)
        back = resumed(first, show.tick)
        assert back.snapshot() == show.snapshot()
        for _ in range(5):
            accepted = give(show, hand)
            back.accept(accepted.address, accepted.arguments)
            again.write(show.tick, accepted)
            show.step()
    assert resumed(next(found(folders)), show.tick).snapshot() == show.snapshot()


def test_what_is_older_than_a_snapshot_is_made_safe_first(folders: list[Path]) -> None:
    kept = CheckpointStore(folders)
    seen: list[int] = []
    kept.before.append(lambda: seen.append(len(list(found(folders)))))
    show = rehearsal()
    play(show, kept, 2, random.Random(5))
    kept.close()
    assert seen == [0, 1]


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB; a snapshot fits once."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
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
    show, kept = rehearsal(), CheckpointStore(folders)
    play(show, kept, 3, random.Random(6))
    assert "No space left on device" in kept.trouble
    assert next(found(folders)).tick == 360
    assert not list(full.glob("**/*.new"))
    (full / "rubbish").unlink()
    play(show, kept, 1, random.Random(7))
    assert kept.trouble == ""
    kept.close()
    assert next(found(folders)).tick == 480


def test_with_no_room_anywhere_the_show_goes_on(full: Path) -> None:
    (full / "rubbish").write_bytes(os.urandom(65_536))
    show, kept = rehearsal(), CheckpointStore([full / "kept"])
    for _ in range(300):
        kept.write(show.tick, give(show, random.Random(8)))
        show.step()
        kept.follow(show, 1.0)
    until(lambda: "No space left" in kept.trouble, "its word")
    kept.close()
    assert list(found([full / "kept"])) == []
