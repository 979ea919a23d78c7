from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from installation.controls import TABLE, Refused, Value
from installation.foundation import atomic
from installation.remote.desk import Desk
from installation.remote.inbox import Source
from installation.remote.presets import MOST, Presets
from installation.show import Show
from tests.harness.rehearsal import tick
from tests.harness.waiting import TIMEOUT_S

HAND = Source("udp", "10.0.0.1", 9)


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "data" / "presets", TABLE)


LOOK: dict[str, Value] = {"/light/glow": 0.1, "/dream/breath": 0.3, "/dream/mend": True, "/camera/distance": 12.0}


def test_a_look_comes_back_as_it_was_saved(presets: Presets, tmp_path: Path) -> None:
    presets.save("first light", {**LOOK, "/show/rate": 2.0, "/show/phase": "glitch"})
    assert presets.load("first light") == LOOK, "before it is on the disk"
    presets.close()
    assert presets.load("first light") == LOOK
    text = (tmp_path / "data" / "presets" / "first light.toml").read_text(encoding="utf-8")
    assert '"/dream/breath" = 0.3  # Hz' in text
    assert "/show/" not in text
    assert list((tmp_path / "data" / "presets").iterdir()) == [tmp_path / "data" / "presets" / "first light.toml"]


def test_what_came_in_single_precision_is_written_as_people_write(presets: Presets, tmp_path: Path) -> None:
    presets.save("x", {"/light/glow": 0.699999988079071})
    presets.close()
    assert '"/light/glow" = 0.7\n' in (tmp_path / "data" / "presets" / "x.toml").read_text(encoding="utf-8")


def test_names_are_listed(presets: Presets) -> None:
    assert presets.names() == []
    for name in ("dusk", "Ärger-2", "a"):
        presets.save(name, LOOK)
    assert presets.names() == sorted(("dusk", "Ärger-2", "a"))


def test_between_two_looks_numbers_are_mixed_and_switches_are_the_nearers(presets: Presets) -> None:
    presets.save("a", {"/light/glow": 0.0, "/dream/mend": False, "/dream/breath": 0.1})
    presets.save("b", {"/light/glow": 1.0, "/dream/mend": True})
    assert presets.between("a", "b", 0.25) == {"/light/glow": 0.25, "/dream/mend": False, "/dream/breath": 0.1}
    assert presets.between("a", "b", 0.75) == {"/light/glow": 0.75, "/dream/mend": True, "/dream/breath": 0.1}
    assert presets.between("b", "a", 0.0) == {"/light/glow": 1.0, "/dream/mend": True, "/dream/breath": 0.1}


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 41, "con:1", " x", "x ", "a\n"])
def test_a_name_is_no_path(presets: Presets, name: str) -> None:
    with pytest.raises(Refused, match="a look is called by"):
        presets.save(name, LOOK)
    with pytest.raises(Refused, match="a look is called by"):
        presets.load(name)


CORRUPT = {
    "not TOML": (b'"/light/glow" = ', "not TOML"),
    "too deep": (b'"/light/glow" = ' + b"[" * 20_000, "nested too deep"),
    "binary": (b"\xff\xfe\x00", "codec can't decode"),
    "an unknown address": (b'"/light/gloom" = 1', "/light/gloom is not a control"),
    "a word": (b'"/light/glow" = "much"', '/light/glow takes one number in 0..1, got "much"'),
    "nan": (b'"/light/glow" = nan', "got nan"),
    "a table": (b"[light]\nglow = 1", "light is not a control"),
    "what is no part of a look": (b'"/show/rate" = 1.0', "/show/rate is no part of a look"),
}


@pytest.mark.parametrize("case", CORRUPT)
def test_a_corrupt_look_is_refused_by_name_and_not_half_loaded(presets: Presets, tmp_path: Path, case: str) -> None:
    data, text = CORRUPT[case]
    presets.save("x", LOOK)
    presets.close()
    path = tmp_path / "data" / "presets" / "x.toml"
    path.write_bytes(data)
    with pytest.raises(Refused, match=r"x\.toml") as refused:
        presets.load("x")
    assert text in str(refused.value)
    path.write_bytes(b'"/light/glow" = 5\n')
    assert presets.load("x") == {"/light/glow": 1.0}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("a file where the folder should be")
    presets = Presets(tmp_path / "presets", TABLE)
    presets.save("x", LOOK)
    presets.close()
    assert presets.trouble.startswith('/preset/save "x": ')


def test_a_flood_of_saves_never_waits_for_the_disk(
    presets: Presets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes nothing until it is told to: two thousand saves of one name are one file, the newest."""
    free, written = Event(), []
    real = atomic.write_atomic

    def slow(path: Path, data: bytes) -> None:
        assert free.wait(TIMEOUT_S)
        if tmp_path in path.parents:  # other tests' looks may still be on their way
            written.append(path.name)
        real(path, data)

    monkeypatch.setattr("installation.remote.presets.write_atomic", slow)
    for n in range(2000):
        presets.save("x", {"/light/glow": n / 2000})
    assert written == []
    assert presets.load("x")["/light/glow"] == pytest.approx(1999 / 2000)
    free.set()
    presets.close()
    assert presets.load("x")["/light/glow"] == pytest.approx(1999 / 2000)
    assert len(written) <= 4  # of 2,000: what was on its way, the first and the newest, and what that replaced


def test_so_many_looks_and_no_more(presets: Presets, tmp_path: Path) -> None:
    (tmp_path / "data" / "presets").mkdir(parents=True)
    for n in range(MOST):
        (tmp_path / "data" / "presets" / f"look {n}.toml").write_text("")
    with pytest.raises(Refused, match=f'/preset/save "one more": there are {MOST} looks already'):
        presets.save("one more", LOOK)
    presets.save("look 7", LOOK)
    presets.close()
    assert presets.load("look 7") == LOOK


def test_a_look_that_is_replaced_is_kept_beside_the_new_one(presets: Presets, tmp_path: Path) -> None:
    presets.save("dusk", {"/light/glow": 0.25})
    presets.flush()
    presets.save("dusk", {"/light/glow": 0.75})
    presets.close()
    assert '"/light/glow" = 0.25' in (tmp_path / "data" / "presets" / "dusk.toml.before").read_text(encoding="utf-8")
    assert presets.load("dusk") == {"/light/glow": 0.75}
    assert presets.names() == ["dusk"]


def test_a_look_leaves_the_loudness_to_the_house(presets: Presets, tmp_path: Path) -> None:
    presets.save("loud", {**LOOK, "/sound/level": -3.0})
    presets.close()
    assert presets.load("loud") == LOOK
    old = tmp_path / "data" / "presets" / "old.toml"
    old.write_text('"/sound/level" = -3.0\n"/light/glow" = 0.25\n')
    assert presets.load("old") == {"/light/glow": 0.25}


def test_a_performer_saves_loads_and_morphs(desk: Desk, show: Show) -> None:
    def say(address: str, *arguments: object) -> None:
        desk.receive(address, arguments, HAND, 0)
        tick(show, desk)

    say("/light/glow", 0.2)
    say("/preset/save", "low")
    say("/light/glow", 0.8)
    say("/dream/mend", 1)
    say("/preset/save", "high")
    say("/preset/load", "low")
    assert show.glides.aims()["/light/glow"] == pytest.approx(0.2)
    assert show.glides.aims()["/dream/mend"] is False
    say("/preset/morph", "low", "high", 0.5)
    assert show.glides.aims()["/light/glow"] == pytest.approx(0.5)
    say("/preset/load", "middle")
    assert desk.counters.latest == 'no look is called "middle"; there are high, low'
    assert desk.counters.refused == {"preset": 1}


def test_a_look_glides_in_as_if_a_hand_had_moved_everything(desk: Desk, show: Show) -> None:
    desk.presets.save("far", {"/camera/distance": 30.0})
    desk.receive("/preset/load", ["far"], HAND, 0)
    tick(show, desk)
    near = show.moment().number("/camera/distance")
    for _ in range(1200):
        tick(show, desk)
    assert near < 12.0
    assert show.moment().number("/camera/distance") == pytest.approx(30.0, abs=0.1)
