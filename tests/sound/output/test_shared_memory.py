"""The ring of cues between show and loudspeakers, and how playback follows it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from installation.sound.cue import ROW, Cue, decode, encode
from installation.sound.output.devices import Device, chosen
from installation.sound.output.process import BEHIND, SKIPPED, Playback
from installation.sound.output.shared_memory import SLOTS, CueRing, Meter, allocate
from installation.venue.settings import Hearing, Sound
from tests.harness.counter import ROUND, Counter
from tests.harness.night import CALM, CHORD, dark_show

CLOCK = SimpleNamespace(currentTime=0.0)
FINE = SimpleNamespace(output_underflow=False)


class Follower(Counter):
    """Remembers which tick each quantum played."""

    def __init__(self) -> None:
        super().__init__(2, 48_000)
        self.ticks: list[int] = []

    def render_row(self, row: np.ndarray, n: int) -> np.ndarray:
        self.ticks.append(decode(row)[0].tick)
        return super().render_row(row, n)


def player(output: Sound | None = None) -> tuple[CueRing, Follower, Playback]:
    ring, source = CueRing(allocate()), Follower()
    return ring, source, Playback(ring, source, output or Sound(), Hearing())


def tell(ring: CueRing, tick: int) -> None:
    ring.write(tick, encode(replace(CALM, tick=tick), CHORD))


def test_a_slot_that_is_being_written_is_not_read() -> None:
    ring = CueRing(allocate())
    ring.write(5, np.full(ROW, 5.0))
    assert ring.read(5)[0] == 5.0
    ring._slots[6][0] = 7  # tick 6: begun, and not finished
    ring._slots[6][1:-1] = 6.0
    assert ring.read(6)[0] == 5.0
    ring._slots[6][-1] = 7
    assert ring.read(6)[0] == 6.0


def test_a_slot_keeps_its_tick_until_half_a_second_later() -> None:
    ring = CueRing(allocate())
    for tick in range(3 * SLOTS):
        ring.write(tick, np.full(ROW, float(tick)))
        assert ring.read(max(tick - SLOTS + 1, 0))[0] == max(tick - SLOTS + 1, 0)
    assert ring.read(0)[0] != 0.0, "long overwritten"


def test_both_ends_see_the_same_memory() -> None:
    shared = allocate()
    one, other = CueRing(shared), CueRing(shared)
    one.write(9, np.arange(ROW, dtype=np.float64))
    assert other.head == 9
    assert np.array_equal(other.read(9), np.arange(ROW))


def test_every_tick_is_played_once_though_the_show_comes_in_bursts() -> None:
    ring, source, play = player()
    for tick in range(0, 240, 2):  # two ticks a picture
        tell(ring, tick)
        tell(ring, tick + 1)
        play.samples(800)
    steady = source.ticks[10:]
    assert np.diff(steady).tolist() == [1] * (len(steady) - 1)
    assert 240 - source.ticks[-1] <= BEHIND + 2


def test_a_show_that_stands_still_holds_its_moment_and_is_caught_up_with() -> None:
    ring, source, play = player()
    for tick in range(20):
        tell(ring, tick)
        play.samples(400)
    play.samples(40 * 400)  # nothing was told for a third of a second
    assert source.ticks[-1] == 19
    for tick in range(20, 60):
        tell(ring, tick)
    play.samples(400)
    assert 60 - BEHIND - 2 <= source.ticks[-1] <= 59
    assert SKIPPED > BEHIND


def test_a_show_that_was_taken_back_is_followed_back() -> None:
    ring, source, play = player()
    for tick in range(500, 520):
        tell(ring, tick)
        play.samples(400)
    tell(ring, 100)
    for tick in range(101, 110):
        tell(ring, tick)
        play.samples(400)
    assert 100 <= source.ticks[-1] <= 109


@pytest.mark.parametrize("frames", [64, 441, 512, 1024])
def test_blocks_of_any_size_have_every_sample(frames: int) -> None:
    ring, _, play = player()
    tell(ring, 0)
    out = np.empty((frames, 2), dtype=np.float32)
    counts = []
    for _ in range(40):
        play.fill(out, frames, CLOCK, FINE)
        counts.append(np.rint(out[:, 0] * 32768).astype(int))
    whole = np.concatenate(counts)
    assert np.array_equal(whole, np.arange(len(whole)) % ROUND)
    assert ring.meters[Meter.CALLS] == 40


def test_channels_go_where_the_map_says() -> None:
    ring, _, play = player(Sound(channels=2, channel_map=(4, 2)))
    tell(ring, 0)
    out = np.full((100, 4), np.nan, dtype=np.float32)
    play.fill(out, 100, CLOCK, FINE)
    assert not out[:, [0, 2]].any()
    assert out[1:, 3].all()
    assert np.array_equal(out[:, 3], out[:, 1])


def test_gaps_are_counted_by_the_devices_clock_and_by_its_word() -> None:
    ring, _, play = player()
    tell(ring, 0)
    play.patience = 0.03
    out = np.empty((512, 2), dtype=np.float32)
    for now in (1.0, 1.01, 1.02, 1.2, 1.21):
        play.fill(out, 512, SimpleNamespace(currentTime=now), FINE)
    assert ring.meters[Meter.GAPS] == 1
    play.fill(out, 512, SimpleNamespace(currentTime=1.22), SimpleNamespace(output_underflow=True))
    assert ring.heard("playing", True).xruns == 1


def test_the_end_fades_within_a_block() -> None:
    ring, _, play = player()
    tell(ring, 0)
    out = np.empty((512, 2), dtype=np.float32)
    play.fill(out, 512, CLOCK, FINE)
    play.ended = True
    play.fill(out, 512, CLOCK, FINE)
    assert out[-1].tolist() == [0.0, 0.0]


def test_a_moment_of_the_show_becomes_a_cue() -> None:
    show = dark_show()
    for _ in range(240):
        show.step()
    cue = Cue.of(show.moment())
    assert (cue.tick, cue.beat, cue.presence) == (240, show.moment().beat.index, show.moment().presence)
    assert len(show.voices()) == 8
    assert [voice.frequency for voice in show.voices()] == pytest.approx(show.moment().root * show.moment().chord)


# which device

FOUND = [
    Device(0, "HDA Intel: ALC892 (hw:0,0)", 2, False),
    Device(3, "Scarlett 18i20 USB", 20, False),
    Device(5, "default", 32, True),
]


@pytest.mark.parametrize(
    ("device", "fallback", "number"),
    [
        ("", True, 5),
        ("", False, 5),
        ("scarlett", False, 3),
        ("Scarlett 18i20 USB", True, 3),
        ("hw:0,0", True, 0),
        ("3", True, 3),
        ("0", False, 0),
        ("Fireface", True, 5),
        ("Fireface", False, None),
        ("7", False, None),
    ],
)
def test_a_device_is_chosen_by_name_or_number_and_not_replaced_when_told_so(
    device: str, fallback: bool, number: int | None
) -> None:
    found = chosen(FOUND, device, fallback)
    assert (found.number if found else None) == number


def test_without_a_default_there_is_nothing_to_fall_back_on() -> None:
    assert chosen(FOUND[:2], "Fireface", True) is None
    assert chosen([], "", True) is None
