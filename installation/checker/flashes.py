"""Flashes: judges any film after the definitions of photosensitive harm, wherever it comes from.

WCAG 2.3.1 read strictly (general and red flashes, no more than three in any second over a quarter of any 10 degree
field of view), ITU-R BT.1702 (long runs), ISO 9241-391 (stripes). Shares no code with the flash guard that it checks.
Changes nothing, and passing it is no medical promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from installation.checker.gratings import GratingPatch, Gratings
from installation.checker.transitions import KINDS, RECENT, TOO_MANY, Fields, Pixels, averaged, densest

Frame = NDArray[np.uint8]

GRID = (108, 192)
"""Rows and columns into which frames are averaged: a tenth of a degree and a half each by the convention, under which
flicker doesn't count as an area's."""
FINE = (360, 640)
"""Rows and columns in which stripes are looked for."""
VIEW = 1.0 / 3.0
"""A 10 degree field of view as a share of the frame's width and height, by WCAG's convention."""
QUARTER = 0.25
STANDING_S = 0.5
"""How long stripes may stand."""
GLANCE_S = 0.1
"""Time between two looks for stripes, and between two points of the timeline."""
REST = 0.299
"""What is left of the mean frame's light in a report's picture, so that the flashes stand out."""


@dataclass(slots=True)
class Rule:
    """One rule and the worst that was seen of what it forbids."""

    name: str
    unit: str
    limit: float  # more than this fails
    worst: float = 0.0
    at: float | None = None  # seconds, when it was worst
    where: tuple[float, float] | None = None  # the middle of the worst place, as shares of width and height
    failed_at: float | None = None  # seconds, when it was first broken

    @property
    def passed(self) -> bool:
        """Whether the rule was never broken."""
        return self.failed_at is None

    def take(self, value: float, seconds: float, where: tuple[float, float] | None, broken: bool) -> None:
        """Remember `value` if it is the worst, and the moment if it is the first that breaks the rule."""
        if value > self.worst:
            self.worst, self.at, self.where = value, seconds, where
        if broken and self.failed_at is None:
            self.failed_at = seconds
            if self.at is None:
                self.at, self.where = seconds, where


@dataclass(slots=True)
class Report:
    """What a film does, rule by rule, and over time."""

    fps: float
    frames: int = 0
    rules: dict[str, Rule] = field(default_factory=dict)
    timeline: list[tuple[float, float, float]] = field(default_factory=list)  # second, general and red flashes a second
    worst_second: float = 0.0  # when the worst second ends
    _map: NDArray[np.float32] | None = None  # (rows, columns) flashes in the worst second
    _mean: NDArray[np.float32] | None = None  # (rows, columns, 3) linear light, mean of that second

    @property
    def seconds(self) -> float:
        """Length of the film."""
        return self.frames / self.fps

    @property
    def passed(self) -> bool:
        """Whether no rule was broken."""
        return all(rule.passed for rule in self.rules.values())

    def verdict(self) -> str:
        """One line."""
        broken = [rule for rule in self.rules.values() if not rule.passed]
        most = max((max(general, red) for _, general, red in self.timeline), default=0.0)
        if not broken:
            return f"passes: at most {most:g} flashes in any second, {self.seconds:.1f} s looked at"
        first = min(broken, key=lambda rule: rule.failed_at or 0.0)
        return f"fails: {', '.join(rule.name for rule in broken)}; first at {first.failed_at:.2f} s ({first.name})"

    def picture(self) -> NDArray[np.uint8]:
        """(rows, columns, 3) of the worst second: where it flashed (yellow: allowed, red: too often) over its mean
        frame, and below it the film's flashes a second over time, with the limit as a line."""
        rows, columns = GRID if self._mean is None else self._mean.shape[:2]
        mean = np.zeros((rows, columns, 3), np.float32) if self._mean is None else self._mean
        flashes = np.zeros((rows, columns), np.float32) if self._map is None else self._map
        scale = max(1, round(960 / columns))
        code = np.clip(mean, 0.0, 1.0) ** (1.0 / 2.2) * (1.0 - REST)
        heat = np.clip(flashes / (TOO_MANY / 2.0), 0.0, 1.0)[..., None]
        paint = np.where(flashes[..., None] >= TOO_MANY / 2.0, (1.0, 0.1, 0.1), (1.0, 0.8, 0.1))
        top = np.kron(code * (1.0 - heat) + paint * heat, np.ones((scale, scale, 1)))
        image = np.vstack([top, self._plot(top.shape[1], max(48, top.shape[0] // 4))])
        return np.round(image * 255.0).astype(np.uint8)

    def _plot(self, width: int, height: int) -> NDArray[np.float64]:
        plot = np.full((height, width, 3), 0.06)
        peak = max(5.0, *(max(general, red) for _, general, red in self.timeline)) if self.timeline else 5.0
        line = height - 1 - int(3.0 / peak * (height - 1))
        for x in range(width):
            i, end = (k * len(self.timeline) // width for k in (x, x + 1))
            for which, paint in ((1, (0.95, 0.8, 0.3)), (2, (0.9, 0.2, 0.2))):
                value = max((row[which] for row in self.timeline[i : max(end, i + 1)]), default=0.0)
                plot[height - round(value / peak * (height - 1)) :, x] = paint if value else plot[0, x]
        plot[line] = (0.6, 0.6, 0.6)
        if self.seconds > 0:
            ends = self.worst_second / self.seconds
            left, right = (int(np.clip(s, 0, 1) * (width - 1)) for s in (ends - 1.0 / self.seconds, ends))
            plot[:2, left : right + 1] = (1.0, 1.0, 1.0)
        return plot


def analyse(frames: Iterable[Frame], fps: float) -> Report:
    """Judge `frames`, each (height, width, 3) of sRGB and all of one size, shown at `fps` a second.

    Raises ValueError for no frames, frames of another size or kind, or an fps that is not above 0.
    """
    if not (np.isfinite(fps) and fps > 0):
        raise ValueError(f"a film has more than 0 frames a second, got {fps:g}")
    judge: _Judge | None = None
    shape: tuple[int, ...] = ()
    for frame in frames:
        if judge is None:
            shape = frame.shape
            _check(frame, shape)
            judge = _Judge(shape[0], shape[1], fps)
        _check(frame, shape)
        judge.see(frame)
    if judge is None:
        raise ValueError("a film has at least one frame, got none")
    return judge.report


def analyse_film(path: Path | str, progress: Callable[[int, int], None] | None = None) -> Report:
    """Judge the first video stream of the film at `path`; `progress` hears (frames done, of about so many).

    Raises FileNotFoundError, and ValueError for what is no film.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such film")
    try:
        with av.open(str(path)) as film:
            if not film.streams.video:
                raise ValueError(f"{path}: a film has a picture, this has none")
            stream = film.streams.video[0]
            stream.thread_type = "AUTO"
            rate = stream.average_rate or stream.base_rate
            if not rate:
                raise ValueError(f"{path}: a film says how many frames it shows a second, this doesn't")
            length = stream.frames or int(float(film.duration or 0) / av.time_base * float(rate))
            return analyse(_decoded(film, stream, length, progress), float(rate))
    except av.error.FFmpegError as error:
        raise ValueError(f"{path}: not a film that can be read ({error.strerror})") from error


def _decoded(
    film: av.container.InputContainer,
    stream: av.VideoStream,
    length: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[Frame]:
    for done, frame in enumerate(film.decode(stream), 1):
        yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
        if progress is not None:
            progress(done, max(done, length))


def _check(frame: Frame, shape: tuple[int, ...]) -> None:
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or frame.shape != shape:
        raise ValueError(
            f"frames are (height, width, 3) of uint8 and all of one size, got {frame.shape} of {frame.dtype}"
            f"{f' after {shape}' if frame.shape != shape else ''}"
        )


class _Judge:
    """Sees one frame after the other and keeps the report."""

    def __init__(self, height: int, width: int, fps: float) -> None:
        rows, columns = min(GRID[0], height), min(GRID[1], width)
        self._grid = (rows, columns)
        self._fine = (min(FINE[0], height), min(FINE[1], width))
        self._window = (max(1, round(rows * VIEW)), max(1, round(columns * VIEW)))
        self._pixels = Pixels(rows, columns, fps)
        self._fields = Fields(rows, columns, self._window, fps)
        self._gratings = Gratings(*self._fine, (VIEW, VIEW))
        self._standing: dict[tuple[float, ...], tuple[float, float]] = {}  # patch: since, last seen
        self._glances = 0
        self._sums: list[tuple[NDArray[np.float32], int]] = []  # light of the latest tenths of a second
        self._worst = 0.0
        self.report = Report(fps, rules={rule.name: rule for rule in _rules()})

    def see(self, frame: Frame) -> None:
        """Take the next frame."""
        report = self.report
        light = averaged(frame, *self._grid)
        luminance: NDArray[np.float32] = light @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
        self._pixels.see(light)
        self._fields.see(self._pixels.turned[0], luminance)
        report.frames += 1
        now = report.frames / report.fps
        self._judge_pixels(now)
        self._judge_fields(now)
        self._remember(light)
        if now >= self._glances * GLANCE_S:
            self._glances += 1
            self._judge_stripes(frame, now)
            self._draw_timeline(now)

    def _judge_pixels(self, now: float) -> None:
        least = QUARTER * self._window[0] * self._window[1]
        for kind, name in enumerate(KINDS):
            many = self._pixels.many[kind]
            if many.sum() >= least:
                share, top, left = densest(many, self._window)
                if share >= QUARTER:
                    self._rule(f"{name} flashes").take(TOO_MANY / 2.0, now, self._middle(top, left), True)
            long = self._pixels.long[kind]
            if long.sum() >= least:
                share, top, left = densest(long, self._window)
                if share >= QUARTER:
                    self._rule("long run").take(share, now, self._middle(top, left), True)

    def _judge_fields(self, now: float) -> None:
        names = ("flashes of a field", "flashes of a field", "flashes of the frame")
        for name, turns in zip(names, self._fields.turns(), strict=True):
            worst = int(turns.count.argmax())
            top, _, left, _ = self._fields.edges[worst]
            where = self._middle(top, left) if len(turns.count) > 1 else (0.5, 0.5)
            self._rule(name).take(float(turns.count[worst]) / 2.0, now, where, bool(turns.count[worst] >= TOO_MANY))
            if turns.steady.max() > 4.0 * self.report.fps:
                self._rule("long run").take(1.0, now, where, True)

    def _judge_stripes(self, frame: Frame, now: float) -> None:
        fine = averaged(frame, *self._fine) @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
        standing: dict[tuple[float, ...], tuple[float, float]] = {}
        for patch in self._gratings.find(fine):
            place = (patch.top, patch.left, patch.height, patch.width)
            since = self._standing.get(place, (now, now))[0]
            standing[place] = (since, now)
            self._rule("stripes").take(now - since, now, _centre(patch), now - since > STANDING_S)
        self._standing = standing

    def _draw_timeline(self, now: float) -> None:
        counts = [self._pixels.counts(kind) for kind in range(len(KINDS))]
        flashes = [0.0] * len(KINDS)
        for kind, name in enumerate(KINDS):
            if counts[kind].any():
                flashes[kind], top, left = self._flashes(counts[kind])
                self._rule(f"{name} flashes").take(flashes[kind], now, self._middle(top, left), False)
        together = max(float(turns.count.max()) / 2.0 for turns in self._fields.turns())
        general, red = max(flashes[0], together), max(flashes[1:])
        self.report.timeline.append((now, general, red))
        most = np.max(counts, axis=0)
        badness = max(general, red) + float((most >= TOO_MANY).mean()) + 1e-3 * float(most.mean())
        if badness > self._worst or self.report._mean is None:
            self._worst = badness
            self.report.worst_second = now
            self.report._map = (most / 2.0).astype(np.float32)
            self.report._mean = np.asarray(
                sum(total for total, _ in self._sums) / sum(number for _, number in self._sums), dtype=np.float32
            )

    def _flashes(self, counts: NDArray[np.uint8]) -> tuple[float, int, int]:
        """Flashes in the second that ends now that a quarter of some field of view takes part in, and its corner."""
        most, top, left = 0, 0, 0
        while most < RECENT:
            share, y, x = densest(counts >= most + 1, self._window)
            if share < QUARTER:
                break
            most, top, left = most + 1, y, x
        return most / 2.0, top, left

    def _remember(self, light: NDArray[np.float32]) -> None:
        """Keep the light of the last second, in tenths."""
        tenth = max(1, round(self.report.fps * GLANCE_S))
        if not self._sums or self._sums[-1][1] >= tenth:
            self._sums = [*self._sums[-9:], (light.copy(), 1)]
        else:
            total, number = self._sums[-1]
            self._sums[-1] = (total + light, number + 1)

    def _rule(self, name: str) -> Rule:
        return self.report.rules[name]

    def _middle(self, top: int, left: int) -> tuple[float, float]:
        rows, columns = self._window
        return (left + columns / 2) / self._grid[1], (top + rows / 2) / self._grid[0]


def _rules() -> list[Rule]:
    flashes = [Rule(f"{kind} flashes", "/s", 3.0) for kind in KINDS]
    fields = [Rule(f"flashes of {what}", "/s", 3.0) for what in ("a field", "the frame")]
    return [
        *flashes,
        *fields,
        Rule("long run", " of a field", QUARTER),
        Rule("stripes", " s", STANDING_S),
    ]


def _centre(patch: GratingPatch) -> tuple[float, float]:
    return patch.left + patch.width / 2, patch.top + patch.height / 2
