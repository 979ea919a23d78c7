"""A voice becomes controls: as far as it changes, journalled; and what holds on to it lets a hand go first."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation import addresses, repertoire
from installation.live.voice import ANCHOR, RESTS, VoiceAnchor, VoiceTeller
from installation.model import score, ticks
from installation.recording.replay import read
from installation.show import Show
from installation.sound.listening.ears import Heard
from tests.harness.evening import Evening, replayed


class Mouth:
    """Says what the test says."""

    def __init__(self) -> None:
        self.now = Heard()

    def __call__(self) -> Heard:
        return self.now


@pytest.fixture
def evening(tmp_path: Path) -> Evening:
    return Evening(tmp_path)


def play(evening: Evening, seconds: float, *followers: VoiceTeller | VoiceAnchor) -> None:
    for _ in range(ticks.ticks(seconds)):
        evening.step()
        for follower in followers:
            follower.follow(evening.show, 1.0)


def told(evening: Evening) -> list[tuple[int, str, float]]:
    """(tick, address, value) of every control that the journal has."""
    performance = evening.end()
    return [(tick, address, given[0]) for tick, said in performance.controls.items() for address, given in said]


def test_silence_says_nothing(evening: Evening) -> None:
    play(evening, 3.0, VoiceTeller(evening.desk.receive, Mouth()), VoiceAnchor(evening.desk.receive))
    assert told(evening) == []


def test_level_and_pitch_are_told_as_far_as_they_change(evening: Evening) -> None:
    mouth = Mouth()
    teller = VoiceTeller(evening.desk.receive, mouth)
    mouth.now = Heard(0.5, 0, 0.0, 220.0, 0.97)
    play(evening, 1.0, teller)
    mouth.now = Heard(0.505, 0, 0.0, 220.4, 0.97)  # less than anybody sees, or hears
    play(evening, 1.0, teller)
    mouth.now = Heard(0.5, 0, 0.0, 330.0, 0.3)  # a pitch that nobody is sure of
    play(evening, 1.0, teller)
    mouth.now = Heard(0.0, 0, 0.0, 330.0, 0.0)
    play(evening, 1.0, teller)
    said = [(address, value) for _, address, value in told(evening)]
    assert said == [
        (addresses.VOICE_LEVEL, 0.5),
        (addresses.VOICE_CONFIDENCE, 1.0),
        (addresses.VOICE_PITCH, 220.0),
        (addresses.VOICE_CONFIDENCE, 0.3),
        (addresses.VOICE_LEVEL, 0.0),
        (addresses.VOICE_CONFIDENCE, 0.0),
    ]


def test_an_onset_is_told_once_and_lasts_a_tenth_of_a_second(evening: Evening) -> None:
    mouth = Mouth()
    teller = VoiceTeller(evening.desk.receive, mouth)
    play(evening, 0.5, teller)
    mouth.now = Heard(onsets=1, strength=0.7)
    play(evening, 0.5, teller)
    mouth.now = Heard(onsets=0)  # another process listens: what it counts begins anew
    play(evening, 0.5, teller)
    (begun, *first), (over, *second) = told(evening)
    assert (first, second) == ([addresses.VOICE_ONSET, 0.7], [addresses.VOICE_ONSET, 0.0])
    assert 0.1 <= ticks.seconds(over - begun) < 0.12


def test_a_babble_is_told_sixty_times_a_second_at_most(evening: Evening) -> None:
    mouth = Mouth()
    teller = VoiceTeller(evening.desk.receive, mouth)
    for k in range(240):
        mouth.now = Heard(k % 7 / 7.0, k, 0.5, 100.0 + k % 50 * 10.0, 0.8 + k % 3 / 10.0)
        play(evening, 1.0 / ticks.RATE, teller)
    said = told(evening)
    for address in {address for _, address, _ in said}:
        assert sum(one == address for _, one, _ in said) <= 121


def test_what_was_calmed_is_told_again(evening: Evening) -> None:
    mouth = Mouth()
    teller = VoiceTeller(evening.desk.receive, mouth)
    mouth.now = Heard(0.5, 0, 0.0, 220.0, 0.97)
    play(evening, 0.5, teller)
    evening.say(addresses.CALM)
    play(evening, 1.5, teller)
    assert evening.show.glides.aims()[addresses.VOICE_LEVEL] == 0.5


def test_a_voice_that_was_heard_is_in_the_replay(evening: Evening) -> None:
    mouth = Mouth()
    followers = VoiceTeller(evening.desk.receive, mouth), VoiceAnchor(evening.desk.receive)
    for k in range(120):
        mouth.now = Heard(0.8 + k % 5 / 50.0, k // 20, 0.6, 200.0 + k, 0.95)
        play(evening, 2.0 / ticks.RATE, *followers)
    assert evening.show.glides.others[addresses.MEND] is True
    before = evening.show.snapshot()
    evening.end()
    show, _ = replayed(read(evening.journal.path))
    assert show.snapshot() == before


SCORE = """
name = "trek"
settled = true
scene = "dreamtrek"

[[section]]
name = "storm"
phase = "glitch"
seconds = 600
"""


def trek(folder: Path) -> Evening:
    scenes = {"dreamtrek": repertoire.found().scenes["dreamtrek"]}
    return Evening(folder, Show(score.parse(SCORE, "trek"), 1, scenes))


def test_the_anchor_holds_as_long_as_somebody_sings_and_less_while_they_murmur(tmp_path: Path) -> None:
    evening, mouth = trek(tmp_path), Mouth()
    followers = VoiceTeller(evening.desk.receive, mouth), VoiceAnchor(evening.desk.receive)
    mouth.now = Heard(1.0, 0, 0.0, 220.0, 0.2)
    play(evening, 4.0, *followers)
    murmured = evening.show.glides.aims()
    mouth.now = Heard(1.0, 0, 0.0, 220.0, 1.0)
    play(evening, 2.0, *followers)
    sung = evening.show.glides.aims()
    mouth.now = Heard()
    play(evening, 12.0, *followers)
    after = evening.show.glides.aims()
    assert 0.2 < murmured[ANCHOR] < 0.6
    assert 0.9 < sung[ANCHOR] <= 1.0
    assert (murmured[addresses.MEND], sung[addresses.MEND], after[addresses.MEND]) == (False, True, False)
    assert after[ANCHOR] == 0.0


def test_who_sends_a_voice_over_osc_holds_the_anchor_too(tmp_path: Path) -> None:
    evening = trek(tmp_path)
    evening.say(addresses.VOICE_LEVEL, 1.0)
    evening.say(addresses.VOICE_CONFIDENCE, 1.0)
    play(evening, 3.0, VoiceAnchor(evening.desk.receive))
    assert evening.show.glides.aims()[ANCHOR] > 0.9


def test_a_hand_on_the_anchor_has_it_for_a_while(tmp_path: Path) -> None:
    evening, mouth = trek(tmp_path), Mouth()
    followers = VoiceTeller(evening.desk.receive, mouth), VoiceAnchor(evening.desk.receive)
    mouth.now = Heard(1.0, 0, 0.0, 220.0, 1.0)
    play(evening, 3.0, *followers)
    evening.say(ANCHOR, 0.3)
    play(evening, 5.0, *followers)
    assert evening.show.glides.aims()[ANCHOR] == pytest.approx(0.3)
    mouth.now = Heard(0.9, 0, 0.0, 220.0, 1.0)
    play(evening, RESTS / ticks.RATE, *followers)
    assert evening.show.glides.aims()[ANCHOR] > 0.8


def test_a_hand_that_holds_the_anchor_keeps_it_where_nobody_ever_spoke(tmp_path: Path) -> None:
    evening = trek(tmp_path)
    evening.say(ANCHOR, 0.8)
    play(evening, 2.0, VoiceAnchor(evening.desk.receive))
    assert evening.show.glides.aims()[ANCHOR] == pytest.approx(0.8)
