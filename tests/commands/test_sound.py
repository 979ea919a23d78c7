"""`sleeptree sound`, the sound of `sleeptree film`, and what `sleeptree check` says of loudspeakers."""

from __future__ import annotations

import signal
import wave
from pathlib import Path

import msgspec
import numpy as np
import pytest

from installation.commands.film import film
from installation.commands.sound import sound
from installation.foundation.errors import Mistake
from installation.session.audio import ExposureFile, devices, start_sound
from installation.session.filming import Reel
from installation.session.production import load_production
from installation.session.request import Request
from installation.sound.output import devices as device
from installation.sound.output.devices import Device, NoPortAudio
from tests.harness.command import Command
from tests.harness.evening import Evening
from tests.harness.waiting import TIMEOUT_S, alive, until

pytestmark = pytest.mark.whole

REQUEST = Request(score="abridged", seed=3)


def frames(path: Path) -> tuple[int, bytes]:
    with wave.open(str(path)) as file:
        return file.getnchannels(), file.readframes(file.getnframes())


def test_sound_alone_is_the_sound_of_the_film(tmp_path: Path) -> None:
    alone, filmed = tmp_path / "alone.wav", tmp_path / "filmed.wav"
    said = sound(REQUEST, alone, 6.0, 1.0, 2)
    film(REQUEST, Reel((64, 36), 30, 6.0, 1.0, out=tmp_path / "film.mp4", wav=filmed))
    assert str(alone) in said
    channels, heard = frames(alone)
    assert (channels, len(heard)) == (2, 48_000 * 2 * 3)
    assert any(heard)
    assert frames(filmed) == frames(alone)


def test_the_sound_of_a_performance_is_that_of_its_film(tmp_path: Path) -> None:
    evening = Evening(tmp_path, load_production(REQUEST).show())
    evening.say("/sound/colour", 1.0)
    evening.play(1.0)
    evening.say("/dream/unrest", 1.0)
    evening.play(1.0)
    journal = evening.end().path
    alone, filmed, unplayed = (tmp_path / f"{name}.wav" for name in ("alone", "filmed", "unplayed"))
    sound(Request(), alone, 0.0, None, 2, journal)
    film(Request(), Reel((64, 36), 30, 0.0, None, out=tmp_path / "film.mp4", wav=filmed), journal)
    sound(REQUEST, unplayed, 0.0, 2.0, 2)
    assert frames(alone) == frames(filmed)
    assert len(frames(alone)[1]) == len(frames(unplayed)[1])
    assert frames(alone) != frames(unplayed)


def test_sound_for_a_ring_of_loudspeakers(tmp_path: Path) -> None:
    sound(REQUEST, tmp_path / "ring.wav", 0.0, 0.5, 6)
    assert frames(tmp_path / "ring.wav")[0] == 6


def test_there_is_no_sound_after_the_end(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"--from takes less than the 20 s that there are, got 99"):
        sound(REQUEST, tmp_path / "late.wav", 99.0, None, 2)


FOUND = [Device(0, "HDMI", 2, False), Device(2, "default", 32, True)]


def lines(monkeypatch: pytest.MonkeyPatch, found: list[Device], **sound: object) -> list[str]:
    monkeypatch.setattr("installation.session.audio.loudspeakers", lambda: found)
    production = load_production(REQUEST)
    venue = msgspec.structs.replace(
        production.settings, sound=msgspec.structs.replace(production.settings.sound, **sound)
    )
    object.__setattr__(production, "settings", venue)
    return list(devices(production))


def test_check_says_which_loudspeakers_there_are_and_which_will_play(monkeypatch: pytest.MonkeyPatch) -> None:
    said = lines(monkeypatch, FOUND)
    assert said[:2] == ["0  HDMI, 2 channels", "2  default, 32 channels, the default"]
    assert said[2] == "`play` will use default, 2 channels at 48000 Hz"
    assert lines(monkeypatch, FOUND, device="hdmi")[-1].startswith("`play` will use HDMI, 2")
    assert 'instead of "Fireface"' in lines(monkeypatch, FOUND, device="Fireface")[-1]


def test_check_says_when_there_will_be_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        '"Fireface" is not there: `play` will be silent'
        in lines(monkeypatch, FOUND, device="Fireface", fallback=False)[-1]
    )
    assert "a default device is not there" in lines(monkeypatch, [])[-1]
    assert "[sound] enabled is false" in lines(monkeypatch, FOUND, enabled=False)[-1]


def test_check_says_how_to_get_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[Device]:
        raise NoPortAudio(f"no sound: {device.INSTALL}")

    monkeypatch.setattr("installation.session.audio.loudspeakers", missing)
    assert list(devices(load_production(REQUEST))) == [f"no sound: {device.INSTALL}"]


def test_an_exposure_is_kept_for_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now: list[float] = [1e9]
    told: list[str] = []
    monkeypatch.setattr("installation.session.audio.places.data", lambda: tmp_path / "data")
    monkeypatch.setattr("installation.session.audio.wall", lambda: now[0])
    kept = ExposureFile(told.append)
    assert kept.read() is None
    kept.write(np.arange(5.0))
    now[0] += 60.0
    found = kept.read()
    assert found is not None
    assert (found[0].tolist(), found[1]) == ([0.0, 1.0, 2.0, 3.0, 4.0], 60.0)
    now[0] -= 7_200.0  # a clock that was set back takes nothing off
    found = kept.read()
    assert found is not None
    assert found[1] == 0.0
    now[0] += 100_000.0
    assert kept.read() is None  # a day later
    for broken in (b"", b"\0" * 7, b"\xff" * 40):
        (tmp_path / "data" / "exposure").write_bytes(broken)
        assert kept.read() is None
    (tmp_path / "data" / "exposure").unlink()
    (tmp_path / "data").rmdir()
    (tmp_path / "data").write_text("a file where a folder should be")
    kept.write(np.zeros(5))
    kept.write(np.zeros(5))
    assert len(told) == 1
    assert "exposure not kept" in told[0]


def test_silent_starts_no_process() -> None:
    assert start_sound(load_production(REQUEST), True, None, lambda _: None) is None


def test_an_interrupted_sound_leaves_nothing(command: Command) -> None:
    with command.started("sound", "--seconds", "300", "--out", "s.wav") as process:
        until(lambda: rendering(command), "sound")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, "Traceback" in errors, "Exception" in errors) == (130, False, False), errors
    assert not any(path.suffix in {".wav", ".part"} for path in command.home.iterdir())


def test_whoever_renders_does_not_outlive_who_asked(command: Command) -> None:
    with command.started("sound", "--seconds", "300", "--out", "s.wav") as process:
        until(lambda: rendering(command), "sound")
        tasks = Path(f"/proc/{process.pid}/task")
        if not tasks.is_dir():
            pytest.skip("there is no /proc here: nothing was tested on a process that was killed")
        children = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
        process.kill()
        assert len(children) == 2  # one renders, one is the interpreter's own
        until(lambda: not any(alive(child) for child in children), "the end of both")


def rendering(command: Command) -> bool:
    return any(path.suffix == ".part" and path.stat().st_size > 0 for path in command.home.iterdir())
