"""Dreamers: veiled figures of fine lines, each with its own gesture, dress, hair and a glyph behind the head.

A figure is one list of vertices in a fixed order, whoever it is: two figures, or the mean of all of them, can be
blended vertex by vertex. Units are metres on a figure of 1.64 m, x to its left hand's side as it faces the viewer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation import Array, Chance
from scenes.restpods.palette import Doubles

TALL = 1.64
NECK = 1.42
SHOULDER = 1.30
FACE = 1.535  # height of the head's middle

_HEIGHT = (0.0, 0.10, 0.30, 0.58, 0.82, 1.00, 1.10, 1.19, 1.26, 1.31, 1.35, 1.385, NECK)
_HALF_DEPTH = (1.0, 0.97, 0.80, 0.60, 0.118, 0.078, 0.088, 0.100, 0.088, 0.072, 0.052, 0.040, 0.036)
_HALF_WIDTH = (1.0, 0.97, 0.80, 0.60, 0.150, 0.096, 0.114, 0.142, 0.176, 0.174, 0.098, 0.052, 0.040)
_SKIRT = 4  # knots below this one are shares of the hem's own radius

CLOSED = (((0.27, -0.05, 1.05), (0.10, -0.17, 0.82)), ((0.30, -0.11, 1.09), (-0.03, -0.18, 1.20)),
          ((0.28, -0.15, 1.20), (0.10, -0.11, 1.46)), ((0.30, 0.05, 1.06), (0.44, 0.12, 0.84)))  # fmt: skip
OPEN = (((0.42, -0.05, 1.20), (0.68, -0.12, 1.10)), ((0.35, -0.03, 1.52), (0.10, -0.05, 1.88)),
        ((0.40, -0.03, 1.40), (0.58, -0.08, 1.74)), ((0.30, -0.16, 1.10), (0.40, -0.40, 1.18)),
        ((0.42, 0.02, 1.32), (0.72, 0.02, 1.46)))  # fmt: skip
"""Where elbow and hand of a left arm are, breathed out and breathed in."""


@dataclass(frozen=True)
class Detail:
    """How many vertices a figure is drawn with."""

    lines: int  # meridians of the veil
    knots: int  # vertices of one
    loops: int  # of the head
    turn: int  # vertices of one
    arm: int  # vertices of an arm's contour
    contours: int  # of an arm
    sleeves: int  # lines that fall from an arm
    fall: int  # vertices of one
    hair: int  # strands
    strand: int  # vertices of one
    glyph: int  # vertices


NEAR = Detail(13, 18, 3, 13, 9, 2, 4, 6, 5, 7, 37)
MIDDLE = Detail(7, 10, 1, 9, 6, 1, 0, 0, 1, 5, 13)
FAR = Detail(4, 7, 1, 7, 4, 1, 0, 0, 0, 0, 0)


class Wardrobe:
    """What tells every figure from every other; each array has a row a figure."""

    def __init__(self, count: int, chance: Chance) -> None:
        draw = chance.at()
        self.count = count
        self.stature: Doubles = draw.uniform(1.18, 1.52, count)
        self.hem: Doubles = draw.uniform(0.17, 0.40, count)
        self.twist: Doubles = draw.uniform(-1.15, 1.15, count)
        self.train: Doubles = draw.normal(0.0, 0.17, (2, count)).clip(-0.34, 0.34)
        self.lean: Doubles = draw.normal(0.0, 0.035, (2, count))
        self.petals = draw.integers(2, 6, count)
        self.frill: Doubles = draw.uniform(0.05, 0.24, count)
        self.turn: Doubles = draw.uniform(0.0, 2.0 * np.pi, count)
        self.facing: Doubles = draw.normal(0.0, 0.45, count).clip(-0.9, 0.9)  # radians from the viewer
        self.nod: Doubles = draw.normal(0.0, 0.16, count)
        self.hair: Doubles = draw.uniform(0.12, 0.75, count) ** 1.3
        self.leaves = draw.integers(2, 8, count)  # of the glyph
        self.glyph: Doubles = draw.uniform(0.19, 0.29, count)
        self.deep: Doubles = draw.uniform(0.12, 0.5, count)
        arm = np.array(CLOSED)[draw.integers(0, len(CLOSED), (2, count))]
        self.closed: Doubles = arm + draw.normal(0.0, 0.03, arm.shape)  # (2 arms, n, elbow and hand, 3)
        arm = np.array(OPEN)[draw.integers(0, len(OPEN), (2, count))]
        self.open: Doubles = arm + draw.normal(0.0, 0.04, arm.shape)
        self.uneven: Doubles = draw.uniform(0.0, 1.0, (count, 64))  # for lines that must not be alike


@dataclass(frozen=True)
class Figures:
    """The same figures breathed out and in, and how bright and thick each vertex is."""

    shut: Array  # (3, n, v) metres
    wide: Array  # (3, n, v)
    weight: Array  # (n, v) share of the figure's brightness
    radius: Array  # (v,) metres
    height: Array  # (v,) metres over the hem at rest, for waves that climb
    starts: NDArray[np.int32]  # (s,) of one figure's polylines
    outline: NDArray[np.int64]  # (w,) vertices of the few polylines that stand for the figure in a ghost or a mirror
    outline_starts: NDArray[np.int32]

    def of(self, who: NDArray[np.int64]) -> Figures:
        """The cast without the others."""
        return Figures(
            self.shut[:, who], self.wide[:, who], self.weight[who], self.radius, self.height,
            self.starts, self.outline, self.outline_starts,
        )  # fmt: skip


def cast(wardrobe: Wardrobe, detail: Detail) -> Figures:
    """Everybody in the wardrobe, drawn with that detail."""
    shut, wide = (_parts(wardrobe, detail, breathed) for breathed in (0.0, 1.0))
    weight = np.concatenate([part.weight.reshape(wardrobe.count, -1) for part in shut], axis=1)
    radius = np.concatenate([np.full(part.place[0, 0].size, part.radius) for part in shut])
    places = [np.concatenate([p.place.reshape(3, wardrobe.count, -1) for p in parts], 2) for parts in (shut, wide)]
    lengths = np.concatenate([np.full(part.place.shape[2], part.place.shape[3]) for part in shut])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    kept = [i for i in range(len(starts)) if (i < detail.lines and i % 3 == 0) or detail.lines <= i < detail.lines + 2]
    outline = np.concatenate([np.arange(starts[i], starts[i] + lengths[i]) for i in kept])
    return Figures(
        shut=places[0].astype(np.float32),
        wide=places[1].astype(np.float32),
        weight=weight.astype(np.float32),
        radius=radius.astype(np.float32),
        height=places[0][2].mean(axis=0).astype(np.float32),
        starts=starts.astype(np.int32),
        outline=outline,
        outline_starts=np.concatenate([[0], np.cumsum(lengths[kept])[:-1]]).astype(np.int32),
    )


@dataclass(frozen=True)
class _Part:
    place: Doubles  # (3, n, lines, vertices)
    weight: Doubles  # (n, lines, vertices)
    radius: float


def _parts(of: Wardrobe, detail: Detail, breathed: float) -> list[_Part]:
    """Veil, head, arms, sleeves, hair and glyph, turned the way the figure faces."""
    parts = [_veil(of, detail, breathed), _head(of, detail, breathed)]
    arms = [_arm(of, detail, i, breathed) for i in (0, 1)]
    parts += [part for pair in arms for part in pair]
    if detail.hair:
        parts.append(_hair(of, detail, breathed))
    if detail.glyph:
        parts.append(_glyph(of, detail, breathed))
    return [_Part(_turned(part.place, of), part.weight, part.radius) for part in parts]


def _turned(place: Doubles, of: Wardrobe) -> Doubles:
    x, y, z = place
    c, s = np.cos(of.facing)[:, None, None], np.sin(of.facing)[:, None, None]
    low = np.clip(1.0 - z / NECK, 0.0, 1.0) ** 1.6
    lean = z / TALL
    tall = of.stature[:, None, None]
    swept = [of.train[i][:, None, None] * low + of.lean[i][:, None, None] * lean for i in (0, 1)]
    return np.stack([(c * x - s * y + swept[0]) * tall, (s * x + c * y + swept[1]) * tall, z * tall])


def _veil(of: Wardrobe, detail: Detail, breathed: float) -> _Part:
    """A dress of meridians: shoulders, waist, and a hem with its own petals that opens with the breath."""
    lines, knots = detail.lines, detail.knots
    way = np.linspace(0.0, 1.0, knots)
    knot = np.interp(way, (0.0, 0.42, 1.0), (0.0, 0.55, 1.0)) if knots < 10 else 0.78 * way + 0.22 * way**0.6
    z = np.interp(knot, np.linspace(0.0, 1.0, len(_HEIGHT)), _HEIGHT)
    hem = (of.hem * (0.88 + 0.30 * breathed))[:, None]
    deep, wide = (_profile(z, profile, hem) for profile in (_HALF_DEPTH, _HALF_WIDTH))
    turn = 2.0 * np.pi * (np.arange(lines) + 0.55 * of.uneven[:, :lines]) / lines  # (n, lines)
    low = np.clip(1.0 - z / NECK, 0.0, 1.0) ** 1.5  # (knots,)
    twist = (of.twist + 0.22 * breathed)[:, None, None] * low
    angle = turn[:, :, None] + twist
    petal = np.cos(of.petals[:, None] * turn + of.turn[:, None])[:, :, None]
    flare = 1.0 + (of.frill * (0.7 + 0.6 * breathed))[:, None, None] * petal * low**1.5
    fold = 1.0 + 0.16 * (of.uneven[:, 32 : 32 + lines] - 0.5)[:, :, None] * np.minimum(low * 3.0, 1.0)
    lift = 0.10 * of.uneven[:, 16 : 16 + lines, None] * low**2 + 0.03 * breathed * low
    x = np.sin(angle) * wide[:, None, :] * flare * fold
    y = -np.cos(angle) * deep[:, None, :] * flare * fold
    front = 0.30 + 0.70 * (0.5 + 0.5 * np.cos(angle)) ** 1.3  # the side that faces the viewer is the brighter one
    few = 0.45 + 1.5 * of.uneven[:, 8 : 8 + lines, None] ** 3  # a few threads catch the light
    body = 0.10 + 0.90 * np.clip(z / 1.05, 0.0, 1.0) ** 1.1
    return _Part(np.stack([x, y, np.broadcast_to(z, x.shape) + lift]), front * few * body, 0.0062)


def _profile(z: Doubles, profile: tuple[float, ...], hem: Doubles) -> Doubles:
    """(n, knots) half an axis of the body at heights z: the skirt in shares of the hem (n, 1), the rest as it is."""
    skirt = np.interp(z, _HEIGHT[:_SKIRT], profile[:_SKIRT])
    body = np.interp(z, _HEIGHT[_SKIRT:], profile[_SKIRT:])
    hip = profile[_SKIRT]
    blend = np.clip(z / _HEIGHT[_SKIRT], 0.0, 1.0) ** 1.8
    return np.where(z < _HEIGHT[_SKIRT], hem * skirt * (1.0 - blend) + hip * blend, body)


def _head(of: Wardrobe, detail: Detail, breathed: float) -> _Part:
    """An egg of a few loops, chin down, on a neck."""
    u = np.linspace(0.0, 2.0 * np.pi, detail.turn)
    half = np.sin(u) * (1.0 + 0.20 * np.cos(u))
    round_ = np.pi * np.arange(detail.loops) / max(detail.loops, 1)
    x = 0.074 * np.cos(round_)[:, None] * half
    y = -0.088 * np.sin(round_)[:, None] * half - 0.012
    z = FACE + 0.112 * np.cos(u)[None, :] + 0.0 * x
    place = np.broadcast_to(np.stack([x, y, z])[:, None], (3, of.count, *x.shape))
    weight = np.broadcast_to(np.where(np.arange(detail.loops) == 0, 1.25, 0.45)[:, None], x.shape)
    return _Part(_nodded(place, of, breathed), np.broadcast_to(weight, (of.count, *x.shape)), 0.0060)


def _nodded(place: Doubles, of: Wardrobe, breathed: float) -> Doubles:
    """The head inclined: asleep, and lifted a little by the breath."""
    x, y, z = place
    over = z - NECK
    nod = (of.nod * (1.0 - 0.7 * breathed))[:, None, None]
    bow = (0.28 * (1.0 - breathed) * (0.5 + of.uneven[:, 60]))[:, None, None]
    return np.stack([x + nod * over, y - bow * over, z - 0.12 * np.abs(bow) * over])


def _arm(of: Wardrobe, detail: Detail, arm: int, breathed: float) -> list[_Part]:
    """One arm, bent as a bow from shoulder to hand, and what falls from it."""
    side = 1.0 if arm == 0 else -1.0
    pose = of.closed[arm] + (of.open[arm] - of.closed[arm]) * breathed  # (n, 2, 3)
    shoulder = np.array([0.168, -0.005, SHOULDER - 0.01])
    elbow, hand = pose[:, 0], pose[:, 1]
    bend = 1.7 * elbow - 0.35 * (shoulder + hand)
    t = np.linspace(0.0, 1.0, detail.arm)[:, None]
    curve = (1 - t) ** 2 * shoulder + 2 * t * (1 - t) * bend[:, None] + t**2 * hand[:, None]  # (n, arm, 3)
    along = np.gradient(curve, axis=1)
    across = np.stack([-along[..., 2], np.zeros(along.shape[:2]), along[..., 0]], axis=-1)
    across /= np.linalg.norm(across, axis=-1, keepdims=True) + 1e-6
    thick = 0.034 * (1.0 - t[:, 0]) ** 0.8 + 0.010
    lines = [curve + across * (thick * k)[:, None] for k in ((1.0, -1.0) if detail.contours == 2 else (0.0,))]
    place = np.moveaxis(np.stack(lines, axis=1), -1, 0)  # (3, n, contours, arm)
    place = place * np.array([side, 1.0, 1.0])[:, None, None, None]
    weight = np.broadcast_to(1.10 - 0.35 * t[:, 0], place.shape[1:])
    parts = [_Part(place, weight, 0.0060)]
    if detail.sleeves:
        parts.append(_sleeve(of, detail, curve, side, breathed))
    return parts


def _sleeve(of: Wardrobe, detail: Detail, curve: Doubles, side: float, breathed: float) -> _Part:
    """Threads that fall from the forearm, the longer the nearer to the body."""
    at = np.linspace(0.45, 0.94, detail.sleeves) * (curve.shape[1] - 1)
    low, part = np.floor(at).astype(int), (at % 1.0)[:, None]
    top = curve[:, low] * (1.0 - part) + curve[:, np.minimum(low + 1, curve.shape[1] - 1)] * part  # (n, sleeves, 3)
    w = np.linspace(0.0, 1.0, detail.fall)
    length = (0.30 + 0.40 * of.uneven[:, 40 : 40 + detail.sleeves]) * (1.0 + 0.12 * breathed)
    inward = -0.34 * top[..., 0]
    x = (top[..., 0, None] + inward[..., None] * w**1.6) * side
    y = top[..., 1, None] + 0.12 * w**2
    z = top[..., 2, None] - length[..., None] * w ** (1.25)
    weight = np.broadcast_to(0.42 * (1.0 - 0.85 * w), x.shape)
    return _Part(np.stack([x, y, z]), weight, 0.0048)


def _hair(of: Wardrobe, detail: Detail, breathed: float) -> _Part:
    """Strands from the crown down the back, or long enough to float."""
    w = np.linspace(0.0, 1.0, detail.strand)
    spread = (np.arange(detail.hair) - 0.5 * (detail.hair - 1)) / max(detail.hair - 1, 1)  # -0.5 .. 0.5
    long = of.hair[:, None, None]
    over = np.sin(np.minimum(w * 2.6, 1.0) * 0.5 * np.pi)
    x = spread[:, None] * (0.15 * over + 0.30 * long * w**1.5) + 0.05 * np.sin(5.0 * w + of.turn[:, None, None]) * w
    y = 0.015 + 0.105 * over + (0.10 + 0.06 * breathed) * long * w
    z = FACE + 0.105 - 0.11 * np.minimum(w * 2.6, 1.0) ** 2 - long * np.maximum(w - 0.30, 0.0)
    place = np.stack([np.broadcast_to(c, x.shape) for c in (x, y, z)])
    weight = np.broadcast_to(0.55 * (1.0 - 0.8 * w), x.shape)
    return _Part(_nodded(place, of, breathed), weight, 0.0048)


def _glyph(of: Wardrobe, detail: Detail, breathed: float) -> _Part:
    """A closed curve behind the head that nobody else has: r (1 + d cos n u)."""
    u = np.linspace(0.0, 2.0 * np.pi, detail.glyph)
    size = (of.glyph * (0.92 + 0.16 * breathed))[:, None]
    r = size * (1.0 + of.deep[:, None] * np.cos(of.leaves[:, None] * u + of.turn[:, None])) / (1.0 + of.deep[:, None])
    x, z = r * np.sin(u), FACE + 0.02 + r * np.cos(u)
    place = np.stack([x, np.full_like(x, 0.10), z])[:, :, None, :]
    return _Part(place, np.full((of.count, 1, detail.glyph), 0.42), 0.0050)
