"""A film's sound: in sync with the show to the sample, in the MP4 and in the WAV, wherever the film begins."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.film.encoder import Encoder
from installation.film.join import join
from installation.film.sound_encoder import SoundEncoder
from installation.film.soundtrack import ROLL, Soundtrack, Studio, far_studio
from installation.film.wav import FULL, Wav, packed
from installation.foundation.errors import Mistake
from installation.model import ticks
from installation.model.chance import Chance
from installation.sound.synth import Synth
from installation.venue.settings import Hearing
from tests.harness.night import QUANTUM, RATE, dark_show

Sound = NDArray[np.float32]


def track(first: int, last: int, stop: int | None = None, studio: Studio | None = None) -> Sound:
    """Ticks first .. last - 1 of the night, as a film takes them."""
    taken: list[Sound] = []
    show = dark_show()
    soundtrack = Soundtrack(studio or Studio(7, Hearing(), 2), first, last, taken.append)
    soundtrack.follow(show)
    while show.tick < (last if stop is None else stop):
        show.step()
        soundtrack.follow(show)
    soundtrack.finish()
    return np.concatenate(taken)


def test_a_film_has_a_tick_of_sound_for_every_tick() -> None:
    for first, last, stop in ((0, 240, None), (240, 481, None), (0, 240, 236), (0, 1, 0)):
        assert len(track(first, last, stop)) == (last - first) * QUANTUM


def test_a_process_of_its_own_makes_the_same_sound() -> None:
    with far_studio(7, Hearing(), 2) as studio:
        assert np.array_equal(track(130, 1000, studio=studio), track(130, 1000))


def test_where_processes_share_nothing_it_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("installation.film.soundtrack.ProcessPoolExecutor", refuse)
    with far_studio(7, Hearing(), 2) as studio:
        assert np.array_equal(track(130, 200, studio=studio), track(130, 200))


def test_its_sound_is_the_shows_own_and_not_late() -> None:
    show, synth = dark_show(), Synth(Chance(7).of("sound"))
    whole = [synth.render(show.moment(), show.voices(), QUANTUM)]
    for _ in range(600):
        show.step()
        whole.append(synth.render(show.moment(), show.voices(), QUANTUM))
    late = np.concatenate(whole)
    film = track(0, 600)
    assert np.array_equal(film, late[synth.latency : synth.latency + len(film)])


@pytest.mark.whole
def test_a_film_that_begins_later_is_rolled_in() -> None:
    """Same loudness, same chord, same tears at the same sample: all that differs is where partials began."""
    glitch = ticks.ticks(30.0)
    whole, part = track(0, glitch + 600), track(glitch, glitch + 600)
    assert ticks.ticks(16.0) <= ROLL, "the longest reverberation"
    late = whole[glitch * QUANTUM :]

    def loud(sound: Sound) -> NDArray[np.float64]:
        power: NDArray[np.float64] = np.square(sound).sum(axis=1).reshape(-1, QUANTUM).mean(axis=1)
        return 10.0 * np.log10(power + 1e-7)

    assert np.corrcoef(loud(late), loud(part))[0, 1] > 0.9
    assert abs(float(loud(late).mean() - loud(part).mean())) < 2.0


def clicks(seconds: float) -> Sound:
    """A click at the start of every tenth tick, each with its own sign."""
    sound = np.zeros((round(seconds * RATE), 2), dtype=np.float32)
    for i, at in enumerate(range(0, len(sound), 10 * QUANTUM)):
        sound[at : at + 24] = 0.7 if i % 3 else -0.7
    return sound


def test_in_an_mp4_the_first_sample_sounds_with_the_first_picture(tmp_path: Path) -> None:
    sent = clicks(3.0)
    heard, begins, flashes = decoded(film(tmp_path, [0xFFFFFF if i % 10 == 0 else 0 for i in range(90)], sent))
    assert begins == 0.0
    assert len(heard) == pytest.approx(len(sent), abs=1024)
    n = min(len(heard), len(sent))
    lags = range(-1200, 1201)
    core = slice(4_000, n - 4_000)
    match = [float(np.dot(sent[core, 0], heard[core.start + lag : core.stop + lag, 0])) for lag in lags]
    assert lags[int(np.argmax(match))] == 0, "in sync to the sample"
    assert flashes == pytest.approx([i / 3 for i in range(9)], abs=1e-3), "and so are the pictures"


def film(folder: Path, colours: Sequence[int], sent: Sound) -> Path:
    """A picture of each colour, 30 a second, in three parts of different lengths, and sound beside them."""
    parts, sound = [folder / f"{i}.mp4" for i in range(3)], folder / "sound.mp4"
    for part, some in zip(parts, (colours[:7], colours[7:40], colours[40:]), strict=True):
        with Encoder(part, 64, 36, 30) as encoder:
            for colour in some:
                encoder.write(np.full((36, 64), colour, np.uint32))
    with SoundEncoder(sound, 2) as aac:
        for i in range(0, len(sent), 1600):
            aac.write(sent[i : i + 1600])
    join(parts, 30, sound, folder / "film.mp4", {"title": "a film"})
    return folder / "film.mp4"


def decoded(path: Path) -> tuple[Sound, float, list[float]]:
    """(n, 2) its sound, when that begins, and when its pictures are white."""
    with av.open(str(path)) as file:
        frames = list(file.decode(audio=0))
        heard = np.concatenate([frame.to_ndarray().T for frame in frames])
        begins = max(0.0, float(frames[0].time or 0.0))
    with av.open(str(path)) as file:
        white = [float(f.time or 0) for f in file.decode(video=0) if f.to_ndarray(format="gray").mean() > 128]
    return heard.astype(np.float32), begins, white


def test_an_mp4_keeps_its_loudness_and_its_channels(tmp_path: Path) -> None:
    t = np.arange(2 * RATE) / RATE
    sent = np.stack([0.3 * np.sin(2 * np.pi * 220 * t), 0.1 * np.sin(2 * np.pi * 330 * t)], axis=1).astype(np.float32)
    heard, _, _ = decoded(film(tmp_path, [0] * 60, sent))
    assert heard[:, 0].std() == pytest.approx(sent[:, 0].std(), rel=0.03)
    assert heard[:, 1].std() == pytest.approx(sent[:, 1].std(), rel=0.03)


def test_a_joined_film_is_in_order_and_says_what_it_is(tmp_path: Path) -> None:
    path = film(tmp_path, [0] * 60, clicks(2.0))
    raw = path.read_bytes()
    assert 0 < raw.find(b"moov") < raw.find(b"mdat"), "its index comes first, so that it plays while it loads"
    with av.open(str(path)) as file:
        assert file.metadata["title"] == "a film"
        stream = file.streams.video[0]
        assert float(stream.duration * stream.time_base) == pytest.approx(2.0, abs=0.001), (
            "it lasts as long as its pictures"
        )
        times = [float(packet.dts * packet.time_base) for packet in file.demux() if packet.dts is not None]
    assert max(a - b for a, b in pairwise(times)) < 1.1, "sound lies beside its pictures"


def test_a_part_of_another_make_is_refused_by_name(tmp_path: Path) -> None:
    parts = [tmp_path / "one.mp4", tmp_path / "other.mp4"]
    for part, side in zip(parts, (64, 96), strict=True):
        with Encoder(part, side, 36, 30) as encoder:
            encoder.write(np.zeros((36, side), np.uint32))
    with pytest.raises(Mistake, match=r"other.mp4 was packed by another encoder"):
        join(parts, 30, None, tmp_path / "film.mp4", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mp4", "other.mp4"]


def test_a_wav_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(b"older")
    broken = Wav(path)
    broken.write(np.zeros((48, 2), np.float32))
    with pytest.raises(KeyboardInterrupt), broken:
        raise KeyboardInterrupt
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("sound.wav", b"older")]


def test_a_wav_is_24_bits_to_the_bit(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    sent = np.array([[0.0, 1.0], [-1.0, 0.5], [2.0, np.nan], [-2.0, 1 / FULL]], dtype=np.float32)
    with Wav(path) as file:
        file.write(sent[:1])
        file.write(sent[1:])
    with wave.open(str(path)) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate(), read.getnframes()) == (2, 3, RATE, 4)
        raw = read.readframes(4)
    assert raw == packed(sent)
    got = [int.from_bytes(raw[i : i + 3], "little", signed=True) for i in range(0, len(raw), 3)]
    assert got == [0, FULL, -FULL, round(0.5 * FULL), FULL, 0, -FULL, 1]
