"""What the drones cost and what they are like.

python benchmarks/sound.py                      ms of CPU per second of sound, by stage; the arc's figures
python benchmarks/sound.py --json FILE          the same, for machines
python benchmarks/sound.py --plot FILE.png      spectrogram, loudness and roughness of a whole arc
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from banks import peers
from ears import (
    RATE,
    Array,
    band_db,
    heard_roughness,
    integrated,
    loudness_over_time,
    loudness_range,
    modulation,
    novelty,
    true_peak,
)
from numpy.typing import NDArray

from installation.film.wav import Wav
from installation.model import ticks
from installation.model.chance import Chance
from installation.model.score import Score, parse
from installation.scene import Company, Light, Moment, Scene
from installation.show import Show
from installation.sound.cue import Cue, encode
from installation.sound.synth import Synth
from installation.sound.voices import bank

QUANTUM = RATE // ticks.RATE
SEED = 7
FESTIVAL = Path(__file__).parents[1] / "config" / "festival.toml"


class Dark(Scene):
    """Nothing to see: the community's own voices."""

    def __init__(self, chance: Chance, company: Company) -> None: ...

    def light(self, now: Moment) -> tuple[Light, ...]:
        return ()


def festival() -> Score:
    """The score of the festival."""
    return parse(FESTIVAL.read_text(), str(FESTIVAL))


def dark_show(score: Score, seed: int = SEED) -> Show:
    """A show of `score` that is only heard."""
    return Show(score, seed, {score.scene: Dark})


def arc(score: Score, seed: int = SEED) -> tuple[Array, NDArray[np.float64], dict[str, float]]:
    """A whole arc, (n, 2), in sync; (ticks, 4) seconds, roughness of the tones, detune, gain; and the times it took."""
    show, synth = dark_show(score, seed), Synth(Chance(seed).of("sound"))
    sound, told = [], []
    shown, total = 0.0, time.process_time()
    for _ in range(ticks.ticks(score.seconds)):
        began = time.process_time()
        show.step()
        now, voices = show.moment(), show.voices()
        shown += time.process_time() - began
        sound.append(synth.render(now, voices, QUANTUM))
        told.append((now.seconds, synth.levels.roughness, synth.detune, synth.gain_db))
    total = time.process_time() - total
    seconds = score.seconds
    costs = {"show": 1e3 * shown / seconds, "synth": 1e3 * (total - shown) / seconds, "x real time": seconds / total}
    return np.concatenate(sound)[synth.latency :], np.array(told), costs


def stages(score: Score, where: float, seconds: float = 5.0) -> dict[str, float]:
    """ms of CPU per second of sound, by stage, `where` seconds into the score; the best of five runs."""
    show = dark_show(score)
    rows = []
    for tick in range(ticks.ticks(where + seconds)):
        show.step()
        if tick >= ticks.ticks(where):
            rows.append(encode(Cue.of(show.moment()), show.voices()))
    best: dict[str, float] = {}
    for run in range(6):
        synth = Synth(Chance(SEED).of("sound"))
        spent: dict[str, float] = {}
        for name, part in vars(synth).items():
            if hasattr(part, "render"):
                _time(part, "render", spent, name.strip("_"))
        _time(synth, "_solve", spent, "solver")
        _time(synth, "render_row", spent, "whole chain")
        for row in rows:
            synth.render_row(row, QUANTUM)
        if run > 0:  # the first compiles
            best = {name: min(1e3 * s / seconds, best.get(name, np.inf)) for name, s in spent.items()}
    return best


def _time(owner: object, name: str, spent: dict[str, float], label: str) -> None:
    work: Callable[..., Any] = getattr(owner, name)

    def timed(*arguments: Any) -> Any:
        began = time.perf_counter()
        result = work(*arguments)
        spent[label] = spent.get(label, 0.0) + time.perf_counter() - began
        return result

    setattr(owner, name, timed)


def sines(lines: int = 32, partials: int = 12) -> float:
    """ms of CPU per second of a bank of sines panned to stereo; the best of nine."""
    hz = np.outer(np.linspace(55.0, 600.0, lines), np.arange(1, partials + 1))
    steps, gains = hz / RATE, np.full(hz.shape, 0.01)
    phase = np.random.default_rng(1).random(hz.shape)
    pans = np.random.default_rng(2).random((2, lines)).astype(np.float32)
    best = np.inf
    for _ in range(10):
        began = time.process_time()
        for _ in range(ticks.RATE):
            out = np.zeros((lines, QUANTUM), dtype=np.float32)
            bank(phase, steps, steps * 1.0001, gains, gains * 1.01, out)
            pans @ out
        best = min(best, time.process_time() - began)
    return best * 1e3


def compared(ours: float, others: dict[str, float]) -> dict[str, float]:
    """Our cost, theirs, and theirs over ours."""
    return {"this bank": ours, **others, **{f"{name} / this bank": cost / ours for name, cost in others.items()}}


def figures(sound: Array, score: Score) -> dict[str, float]:
    """What the arc is like."""
    middle = {phase: score.heart(phase) or 0.0 for phase in ("harmony", "glitch")}
    end = score.seconds - score.section[-1].seconds - 6.0
    calm = float(np.median([heard_roughness(sound, middle["harmony"] + s) for s in range(-20, 20, 2)]))
    torn = float(np.median([heard_roughness(sound, middle["glitch"] + s) for s in range(-20, 20, 2)]))
    mended = float(np.median([heard_roughness(sound, end - s) for s in range(0, 24, 2)]))
    beating, whole = (
        modulation(sound, middle["glitch"] - 15, 30, *band) / modulation(sound, middle["harmony"] - 15, 30, *band)
        for band in ((500.0, 4_000.0), (20.0, 20_000.0))
    )
    return {
        "integrated LUFS": integrated(sound),
        "loudness range LU": loudness_range(sound),
        "true peak dBTP": true_peak(sound),
        "2 to 8 kHz in communion dB": band_db(sound, *middle_of(score, "communion"), 2_000.0, 8_000.0),
        "2 to 8 kHz in renewal dB": band_db(sound, *middle_of(score, "renewal"), 2_000.0, 8_000.0),
        "novelty at the phase borders / median": borders(sound, score),
        "roughness, harmony": calm,
        "roughness, glitch / harmony": torn / calm,
        "roughness, end of resolution / harmony": mended / calm,
        "modulation 20..100 Hz, glitch / harmony": beating,
        "the same of the whole spectrum": whole,
    }


def middle_of(score: Score, name: str) -> tuple[float, float]:
    """Seconds of a section without its first and last five."""
    place = next(i for i, section in enumerate(score.section) if section.name == name)
    begins = sum(section.seconds for section in score.section[:place])
    return begins + 5.0, begins + score.section[place].seconds - 5.0


def borders(sound: Array, score: Score) -> float:
    """How novel the least novel border of two sections is that differ in more than their ramp, over the median."""
    at, found = novelty(sound)
    ends = np.cumsum([section.seconds for section in score.section])[:-1]
    marked = [
        end for end, section in zip(ends, score.section[1:], strict=True) if section.controls or not section.presence
    ]
    return min(float(found[np.abs(at - end) < 5.0].max()) for end in marked) / float(np.median(found))


def plot(path: Path, sound: Array, told: NDArray[np.float64], score: Score) -> None:
    """Spectrogram, loudness, and roughness of the arc."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (top, middle, bottom, lowest) = plt.subplots(
        4, 1, figsize=(16, 13), sharex=True, height_ratios=(4, 1.3, 1.3, 0.9), layout="constrained"
    )
    mono = sound.mean(axis=1)
    n, hop = 8192, 2400
    frames = np.lib.stride_tricks.sliding_window_view(mono, n)[::hop] * np.hanning(n)
    power = 20.0 * np.log10(np.abs(np.fft.rfft(frames, axis=1)) + 1e-6)
    hz = np.fft.rfftfreq(n, 1 / RATE)
    rows = np.geomspace(30.0, 12_000.0, 420)
    picture = np.stack([np.interp(rows, hz, frame) for frame in power], axis=1)
    seconds = len(mono) / RATE
    high = float(np.percentile(picture, 99.8))
    top.pcolormesh(
        np.linspace(0, seconds, picture.shape[1]),
        rows,
        picture,
        cmap="magma",
        vmin=high - 80,
        vmax=high,
        rasterized=True,
    )
    top.set_yscale("log")
    top.set_ylabel("Hz")
    begin = 0.0
    for section in score.section:
        for axis in (top, middle, bottom, lowest):
            axis.axvline(begin, color="white" if axis is top else "grey", linewidth=0.6)
        top.text(begin + 1, 9_500, section.name, color="white", fontsize=9)
        begin += section.seconds
    for window, name in ((0.4, "momentary"), (3.0, "short-term")):
        line = loudness_over_time(sound, window)
        middle.plot(np.arange(len(line)) / 10 + window, line, label=name, linewidth=0.6 if window < 1 else 1.4)
    middle.set_ylim(-50, -8)
    middle.set_ylabel("LUFS")
    middle.legend(loc="lower right")
    middle.grid(alpha=0.4)
    times = np.arange(0.5, seconds - 1.5, 1.0)
    bottom.plot(told[:, 0], told[:, 1], label="roughness of the tones", linewidth=0.7)
    bottom.plot(times, [heard_roughness(sound, t) for t in times], label="of the sound (FFT peaks)", linewidth=1.2)
    bottom.plot(told[:, 0], 10 * told[:, 2], label="10 x detune", linewidth=0.7)
    bottom.plot(told[:, 0], told[:, 3] / 10, label="loudness servo, 10 dB", linewidth=0.7)
    bottom.set_ylim(-1.5, 5)
    bottom.legend(loc="upper left", ncols=4)
    bottom.grid(alpha=0.4)
    lowest.plot(*novelty(sound), label="novelty of the spectrum, 8 s against 8 s", linewidth=1.2)
    lowest.set_ylim(0, None)
    lowest.legend(loc="upper left")
    lowest.grid(alpha=0.4)
    lowest.set_xlabel("s")
    figure.savefig(path, dpi=80)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--wav", type=Path, help="keep the arc")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    score = festival()
    report: dict[str, dict[str, float]] = {}
    if asked.plot is None:
        report["32 x 12 sines, ms/s"] = compared(sines(), peers(np.linspace(55.0, 600.0, 32), 12))
        report["harmony, ms/s"] = stages(score, score.heart("harmony") or 0.0)
        report["glitch, ms/s"] = stages(score, score.heart("glitch") or 0.0)
    sound, told, costs = arc(score, asked.seed)
    report["arc, ms/s"] = costs
    report["arc"] = figures(sound, score)
    for title, rows in report.items():
        print(title)
        for name, value in rows.items():
            print(f"  {name:42s} {value:9.2f}")
    if asked.json:
        asked.json.write_text(json.dumps(report, indent=2))
    if asked.plot:
        plot(asked.plot, sound, told, score)
    if asked.wav:
        with Wav(asked.wav) as file:
            file.write(sound)


if __name__ == "__main__":
    main()
