"""The cue list: GO, waits and pre-waits, standby, times in hand, and a least time between two GO whoever presses it."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from installation.brushes.tearing import WHOLE, registers
from installation.controls import Refused
from installation.cuelist import BETWEEN, rehearsal
from installation.foundation import snapshot as memory
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.score import Score, parse
from installation.remote.inbox import KEYS, Source
from installation.show import Show
from tests.harness.evening import Evening, replayed
from tests.harness.rehearsal import Dark

SCORE = """
name = "cues"
settled = true
scene = "dark"

[[section]]
name = "house"
phase = "harmony"
seconds = 4
wait = true
note = "doors are shut: GO"

[[section]]
name = "storm"
phase = "glitch"
seconds = 3
fade_out = 1

[[section]]
name = "dawn"
phase = "resolution"
seconds = 3
pre_wait = 2

[[section]]
name = "night"
phase = "harmony"
seconds = 3
controls = { "/light/glow" = 0.9 }
"""


def cues(text: str = SCORE) -> Show:
    return Show(parse(text, "cues.toml"), 1, {"dark": Dark})


def run(show: Show, seconds: float) -> str:
    """The section after so many seconds."""
    for _ in range(ticks.ticks(seconds)):
        show.step()
    return show.moment().section


def test_a_section_that_waits_stays_at_its_end_until_go() -> None:
    show = cues()
    assert run(show, 3.9) == "house"
    assert not show.cues.waiting
    assert run(show, 60.0) == "house"
    assert show.cues.waiting
    assert show.moment().progress == 1.0
    show.accept("/show/go")
    assert run(show, 1.0) == "storm"


def test_the_others_follow_by_themselves_and_a_pre_wait_passes_before_one_begins() -> None:
    show = cues()
    show.accept("/show/go")
    began = []
    for tick in range(ticks.ticks(11.5)):
        before = show.moment().section
        show.step()
        if show.moment().section != before:
            began.append((ticks.seconds(tick + 1), show.moment().section))
    assert began == [(5.0, "dawn"), (8.0, "night"), (11.0, "house")]  # three of storm, and two of pre-wait


def test_go_waits_for_the_pre_wait_and_pressed_again_it_does_not() -> None:
    show = cues()
    show.accept("/show/goto", ["storm"])
    show.step()
    show.accept("/show/go")
    assert run(show, 1.9) == "storm"
    assert run(show, 0.2) == "dawn"
    show.accept("/show/back")
    show.step()
    show.accept("/show/go")
    assert run(show, 0.7) == "storm"
    show.accept("/show/go")
    assert run(show, 0.1) == "dawn"


def test_a_score_may_wait_everywhere_but_where_a_section_follows() -> None:
    text = SCORE.replace("wait = true\n", "", 1).replace('scene = "dark"', 'scene = "dark"\nwait = true')
    text = text.replace("seconds = 3\nfade_out = 1", "seconds = 3\nfollow = true")
    assert [section.wait for section in parse(text, "x").section] == [True, False, True, True]
    assert not any(section.wait for section in parse(text, "x").unattended().section)


def test_what_stands_by_is_what_go_goes_to_once() -> None:
    show = cues()
    show.accept("/show/standby", ["night"])
    assert show.score.section[show.cues.next].name == "night"
    show.accept("/show/go")
    assert run(show, 1.0) == "night"
    assert show.score.section[show.cues.next].name == "house"
    show.accept("/show/standby", ["dawn"])
    show.accept("/show/standby", [""])
    assert show.score.section[show.cues.next].name == "house"


def test_go_from_a_section_does_nothing_elsewhere() -> None:
    show = cues()
    show.accept("/show/go_from", ["house"])
    run(show, 1.0)
    before = show.snapshot()
    with pytest.raises(Refused) as refused:
        show.accept("/show/go_from", ["house"])
    assert refused.value.reason == "elsewhere"
    assert str(refused.value) == '/show/go_from: pressed in "house", and "storm" plays'
    assert show.snapshot() == before


def test_a_hand_goes_into_a_section() -> None:
    show = cues()
    show.accept("/show/at", [0.5])
    show.step()
    assert show.moment().progress == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (("/show/goto", ["storm", 2.0]), 2.0),
        (("/show/phase", ["glitch", 4]), 4.0),
        (("/show/go_fade", [3.0]), 3.0),
        (("/show/cut", []), 1 / 120),
        (("/show/go", []), 12.0),  # the phase's own
    ],
)
def test_a_time_in_hand_is_how_long_the_way_into_a_section_takes(
    said: tuple[str, list[object]], seconds: float
) -> None:
    text = SCORE.replace("seconds = 3\nfade_out = 1", "seconds = 300")
    show = cues(text)
    show.accept(*said)
    took = 0
    while show.moment().unrest < 1.0:
        show.step()
        took += 1
    assert took == pytest.approx(ticks.ticks(seconds), abs=1)


def test_a_cut_sets_what_a_section_aims_at_once() -> None:
    show = cues()
    show.accept("/show/goto", ["night", 0])
    show.step()
    assert show.moment().number("/light/glow") == pytest.approx(0.9, abs=1e-6)


def test_a_section_that_fades_out_is_dark_at_its_end_and_the_next_one_comes_out_of_the_dark() -> None:
    show = cues()
    show.accept("/show/go")
    run(show, 1.9)
    assert show.moment().presence == 1.0
    run(show, 1.05)
    assert show.moment().presence < 0.01
    run(show, 2.0 + 4.0)
    assert show.moment().presence > 0.1


def test_calm_leaves_nothing_torn_and_no_thread_of_light_after_two_and_a_half_seconds() -> None:
    for section in ("storm", "dawn"):
        show = cues(SCORE.replace("seconds = 3\n", "seconds = 300\n"))
        show.accept("/show/goto", [section, 0])
        show.accept("/dream/unrest", [0.6])
        run(show, 2.0)
        before = show.moment()
        assert before.unrest > 0.4
        assert len(registers(before, Chance(1))) == 2
        assert (before.bloom == 1.0) == (section == "dawn")
        show.accept("/show/calm")
        run(show, 2.5)
        after = show.moment()
        assert (after.phase, after.bloom) == ("harmony", 0.0)  # threads are as bright as bloom
        assert registers(after, Chance(1)) == (WHOLE,)


def test_a_rehearsal_begins_as_the_sections_before_would_have_left_it() -> None:
    text = SCORE.replace("fade_out = 1", 'fade_out = 1\nscene = "other"\ncontrols = { "/dream/unrest" = 0.3 }')
    show = Show(parse(text, "cues.toml"), 1, {"dark": Dark, "other": Dark})
    for address, arguments in rehearsal(show.score, "night"):
        show.accept(address, arguments)
    show.step()
    assert (show.moment().section, show.playing) == ("night", ["other"])
    assert show.glides.aim_of("/dream/unrest") == 0.3
    assert show.moment().number("/light/glow") == pytest.approx(0.9, abs=1e-6)


# the least time between two GO

HANDS = (
    (KEYS, "/show/go", ()),
    (Source("udp", "10.0.0.1", 9), "/show/go", (1.0,)),
    (Source("tcp", "10.0.0.2", 9), "/show/go_fade", (2.0,)),
    (Source("pages"), "/show/cut", ()),
    (Source("midi"), "/show/go", (1,)),
)


def test_a_go_that_comes_too_soon_is_refused_whoever_presses_it() -> None:
    show = cues()
    show.accept("/show/go")
    run(show, ticks.seconds(BETWEEN - 1))
    for address in ("/show/go", "/show/go_from", "/show/go_fade", "/show/cut"):
        before = show.snapshot()
        with pytest.raises(Refused) as refused:
            show.accept(address, {"/show/go_from": ["storm"], "/show/go_fade": [1.0]}.get(address, []))
        assert refused.value.reason == "soon"
        assert show.snapshot() == before
    assert "0.6 s must pass between two GO" in str(refused.value)
    show.step()
    show.accept("/show/go")


def flooded(tmp_path: Path, seconds: float) -> Evening:
    """A show on which two hands and more press GO all the time."""
    evening = Evening(tmp_path, Show(parse(SCORE, "cues.toml"), 1, {"dark": Dark}))
    draw = random.Random(7)
    for _ in range(ticks.ticks(seconds)):
        for source, address, arguments in draw.sample(HANDS, 2):
            evening.desk.receive(address, arguments, source, 0)
        evening.step()
    return evening


def test_a_flood_of_go_from_everywhere_is_one_go_each_six_tenths_of_a_second(tmp_path: Path) -> None:
    evening = flooded(tmp_path, 12.0)
    refused = evening.desk.counters.refused
    performance = evening.end()
    pressed = [tick for tick, said in performance.controls.items() for _ in said]
    assert len(pressed) == 20
    assert min(b - a for a, b in pairwise(pressed)) == BETWEEN
    assert set(refused) == {"soon"}
    assert refused["soon"] > 1000


def test_a_replay_of_a_flood_of_go_is_the_same_show(tmp_path: Path) -> None:
    evening = flooded(tmp_path, 6.5)
    performance = evening.end()
    show, replay = replayed(performance)
    assert replay.strayed is None
    assert not replay.refused
    assert show.snapshot() == evening.show.snapshot()


def test_times_standby_and_a_pre_wait_are_in_the_journal_and_in_a_snapshot(tmp_path: Path) -> None:
    evening = Evening(tmp_path, cues())
    evening.say("/show/standby", "dawn")
    evening.play(1.0)
    evening.say("/show/go_fade", 5.0)
    evening.play(0.5)  # a pre-wait of two seconds is passing
    assert evening.show.cues.due == 2
    again = cues()
    again.restore(evening.show.snapshot())
    evening.play(3.0)
    run(again, 3.0)
    assert again.moment().section == "dawn"
    assert again.snapshot() == evening.show.snapshot()
    evening.say("/show/goto", "storm", 1.5)
    evening.say("/show/at", 0.25)
    evening.play(1.0)
    show, replay = replayed(evening.end())
    assert replay.strayed is None
    assert show.snapshot() == evening.show.snapshot()


@pytest.mark.parametrize(("name", "value"), [("standby", 9), ("due", 9), ("standby", -7), ("due", "x")])
def test_a_snapshot_with_a_place_that_is_not_there_is_refused(name: str, value: object) -> None:
    state = memory.unpack(cues().snapshot())
    state["cues"][name] = value
    with pytest.raises(ValueError, match="snapshot"):
        cues().restore(memory.pack(state))


# the score's keys


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("pre_wait = -1", "pre_wait takes a number in 0..3600, got -1"),
        ("pre_wait = nan", "pre_wait takes a number in 0..3600, got nan"),
        ('pre_wait = "long"', 'pre_wait takes a number, got "long"'),
        ("fade_out = 3.5", "fade_out takes a number in 0..3, got 3.5"),
        ("wait = 1", "wait takes true or false, got 1"),
        ("wait = true\nfollow = true", "wait and follow exclude each other, got both"),
        ('follow = "dawn"', 'follow takes true or false, got "dawn"'),
        ("note = 4", "note takes a text, got 4"),
        ('note = "two\\nlines"', 'note takes one line of at most 200 letters, got "two\\nlines"'),
        ('note = "\\u001b[2J"', 'note takes one line of at most 200 letters, got "\\x1b[2J"'),
        (f'note = "{"x" * 201}"', "note takes one line of at most 200 letters, got"),
        ("waits = true", "waits is not a setting; there are name, phase, seconds"),
    ],
)
def test_a_bad_cue_is_refused_with_place_rule_and_offender(wrong: str, said: str) -> None:
    text = SCORE.replace("seconds = 3\nfade_out = 1", f"seconds = 3\n{wrong}")
    with pytest.raises(ValueError, match=r"cues\.toml: section 2 \(storm\): ") as refused:
        parse(text, "cues.toml")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


VALUES = (
    "true",
    "false",
    "0",
    "-1",
    "1e300",
    "nan",
    "inf",
    '""',
    '"x"',
    "[]",
    "{}",
    "[1, 2]",
    "1979-05-27",
    '"\\u0000"',
)


def read(text: str) -> Score | str:
    """The score, or why it is none."""
    try:
        return parse(text, "cues.toml")
    except ValueError as error:
        return str(error)


def test_any_value_of_a_cue_is_read_or_refused_in_one_line() -> None:
    draw, played = random.Random(14), 0
    for _ in range(400):
        keys = draw.sample(["wait", "follow", "pre_wait", "fade_out", "note", "fade"], draw.randint(1, 3))
        score = read(SCORE.replace("fade_out = 1", "\n".join(f"{key} = {draw.choice(VALUES)}" for key in keys)))
        if isinstance(score, str):
            assert score.startswith("cues.toml: section 2 (storm): ")
            assert "\n" not in score
            continue
        run(Show(score, 1, {"dark": Dark}), 0.05)
        assert msgspec.json.decode(msgspec.json.encode(score), type=Score) == score
        played += 1
    assert played > 10
