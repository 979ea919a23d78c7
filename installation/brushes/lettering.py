"""Handwriting: a line of text as strokes of light, written as by a hand. Pure; layouts are kept, asking again is cheap.

A line that stands at y = 7 m, its middle over the axis, and is written to a good third:

verse = Verse("one breath goes round", (0.0, 7.0, 1.2), em=0.36, colour=rgb(0.9, 0.8, 0.6), written=0.4)
lights = [lettered(verse)]

What is meant to be read has an x-height of 14 pixels or more at 720 rows: `legible` says which em that is.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from installation.brushes.colour import Array
from installation.foundation.typefaces import FACES, Glyph, typeface
from installation.scene import Doubles, Strokes, View

Place = tuple[float, float, float]

LAYOUTS = 512
"""Lines whose layout is kept."""

READABLE = 14.0 / 720.0
"""The x-height of what is meant to be read, as a share of the picture's height."""

WET = 0.02
"""Share of a line in which the ink comes up behind the pen."""

GLOW = 0.05
"""Share of a line in which the pen's own light falls to 1/e behind it."""

LEAP = 0.15
"""Ems: a pen that leaves the paper is as quick as over this much line at most."""

MARKS = 2
"""Marks that are set on one letter; a tower of them is cut."""


@dataclass(frozen=True, slots=True, eq=False)
class Verse:
    """One line of handwriting that stands somewhere in space. Only a value: `lettered` draws it, `pen` follows it."""

    text: str
    at: Place  # metres, on the baseline: the line's left end, its right end or between, by `align`
    em: float  # metres; small letters are 0.35 of it high in "allure", 0.49 in "readability"
    colour: Array  # (3,) linear RGB
    written: float = 1.0  # 0 nothing .. 1 the whole line
    right: Place = (1.0, 0.0, 0.0)  # of length 1, the way of the line
    up: Place = (0.0, 0.0, 1.0)  # of length 1, from small letters to their ascenders
    align: float = 0.5  # 0 begins at `at` .. 1 ends there
    room: float = math.inf  # metres; the em is reduced until the line fits
    pen: float = 0.026  # ems, radius of the line of light
    halo: float = 0.25
    least: float = 0.0  # as in Strokes
    face: str = FACES[0]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A line as it is drawn, in ems from its left end, in the order in which a pen writes it."""

    points: Array  # (n, 2)
    starts: NDArray[np.int32]  # (s,)
    when: Array  # (n,) 0..1, share of the pen's way at which each point is reached; ascending
    width: float


def lettered(*verses: Verse) -> Strokes:
    """Lines of handwriting as one set of strokes; what is not written yet is not there.

    Their halo and least width are those of the first. Raises ValueError for writing that runs from right to left, and
    for an unknown typeface; a letter that no typeface has is a box.
    """
    drawn = [part for part in map(_drawn, verses) if part is not None]
    if not drawn:
        nothing = np.zeros((0, 3), np.float32)
        return Strokes(nothing, nothing[:, 0], nothing, np.zeros(0, np.int32))
    before = np.cumsum([0, *(len(part[1]) for part in drawn[:-1])], dtype=np.int32)
    return Strokes(
        np.concatenate([part[0] for part in drawn], axis=1).T,
        np.concatenate([part[1] for part in drawn]),
        np.concatenate([part[2] for part in drawn], axis=1).T,
        np.concatenate([part[3] + n for part, n in zip(drawn, before, strict=True)]),
        verses[0].halo,
        verses[0].least,
    )


def pen(verse: Verse) -> tuple[Doubles, bool]:
    """(3,) metres where the pen that writes this line is, and whether it draws: not between strokes, not when done."""
    line, reached = laid_out(verse.text, verse.face), min(max(verse.written, 0.0), 1.0)
    if not len(line.when):
        return np.array(verse.at, dtype=np.float64), False
    i = min(int(np.searchsorted(line.when, reached, side="right")), len(line.when) - 1)
    way = line.when[i - 1 : i + 1].tolist() if i > 0 else [0.0, 0.0]
    share = (reached - way[0]) / (way[1] - way[0]) if i > 0 and way[1] > way[0] else 0.0
    x, y = line.points[max(i - 1, 0)] * (1.0 - share) + line.points[i] * share
    em = _em(verse, line)
    at = np.array(verse.at) + em * ((float(x) - verse.align * line.width) * np.array(verse.right))
    draws = 0.0 < reached < 1.0 and i not in line.starts
    return at + em * float(y) * np.array(verse.up), draws


def width(text: str, face: str = FACES[0]) -> float:
    """Of a line, in ems."""
    return laid_out(text, face).width


def legible(view: View, at: Place, face: str = FACES[0]) -> float:
    """Metres: the em of what can be read when it stands at `at` and faces this camera."""
    away = np.array(at, dtype=np.float64) - np.array(view.eye, dtype=np.float64)
    depth = max(float(away @ view.axes()[2]), 1e-3)
    return READABLE * 2.0 * depth * math.tan(math.radians(0.5 * view.height_deg)) / typeface(face).x_height


def halves(text: str) -> tuple[str, str]:
    """A line in two: after its first mark of punctuation, else at the space nearest to its middle."""
    words = text.split()
    if len(words) < 2:
        return text.strip(), ""
    for i, word in enumerate(words[:-1], 1):
        if word[-1] in ",;:.!?–—":
            return " ".join(words[:i]), " ".join(words[i:])
    lengths = [len(" ".join(words[:i])) for i in range(1, len(words))]
    best = 1 + min(range(len(lengths)), key=lambda i: abs(2 * lengths[i] - len(text)))
    return " ".join(words[:best]), " ".join(words[best:])


def _em(verse: Verse, line: Layout) -> float:
    return min(verse.em, verse.room / line.width) if line.width > 0.0 else verse.em


def _drawn(verse: Verse) -> tuple[Array, Array, Array, NDArray[np.int32]] | None:
    """(3, n) places, (n,) radii, (3, n) colours and the starts of what of a line is written."""
    line, reach = laid_out(verse.text, verse.face), np.float32(1.04 * verse.written)
    n = int(np.searchsorted(line.when, reach))
    if n == 0 or verse.written <= 0.0:
        return None
    em = np.float32(_em(verse, line))
    x = (line.points[:n, 0] - np.float32(verse.align * line.width)) * em
    y = line.points[:n, 1] * em
    right, up, at = (np.array(v, dtype=np.float32)[:, None] for v in (verse.right, verse.up, verse.at))
    behind = reach - line.when[:n]
    strength = np.minimum(behind * np.float32(1.0 / WET), np.float32(1.0))
    if verse.written < 1.0:  # the pen's light goes out as the line ends, and nothing jumps
        going = np.float32(1.6 * min((1.0 - verse.written) / 0.1, 1.0))
        strength = strength * (1.0 + going * np.exp(behind * np.float32(-1.0 / GLOW)))
    colour = np.multiply.outer(verse.colour.astype(np.float32, copy=False), strength)
    radius = np.full(n, verse.pen * em, dtype=np.float32)
    return at + right * x + up * y, radius, colour, line.starts[: np.searchsorted(line.starts, n)]


@lru_cache(LAYOUTS)
def laid_out(text: str, face: str = FACES[0]) -> Layout:
    """One line of text in ems; control characters are left out. Raises ValueError as `lettered` does."""
    strokes: list[NDArray[np.float32]] = []
    x = 0.0
    for cluster in clusters(text):
        glyph = _glyph(cluster, face)
        strokes += [stroke + np.array([x, 0.0], np.float32) for stroke in glyph.strokes]
        x += glyph.advance
    if not strokes:
        return Layout(np.zeros((0, 2), np.float32), np.zeros(0, np.int32), np.zeros(0, np.float32), x)
    points = np.concatenate(strokes)
    starts = np.cumsum([0, *(len(stroke) for stroke in strokes[:-1])]).astype(np.int32)
    steps = np.hypot(*np.diff(points, axis=0, prepend=points[:1]).T)
    steps[starts] = np.minimum(steps[starts], LEAP)
    way = np.cumsum(steps)
    when = (way / max(float(way[-1]), 1e-6)).astype(np.float32)
    for array in (points, starts, when):
        array.setflags(write=False)
    return Layout(points, starts, when, x)


def clusters(text: str) -> Iterator[str]:
    """The letters of a text as people count them: each with its marks, an emoji family as one.

    After Unicode's UAX 29 for what this piece can set: marks, joiners, skin tones and pairs of flag letters.
    """
    held = ""
    for letter in unicodedata.normalize("NFC", text):
        if unicodedata.bidirectional(letter) in ("R", "AL", "AN"):
            raise ValueError(f'text: writing from right to left can\'t be set, got "{text[:40]}"')
        category = unicodedata.category(letter)
        if category == "Cc" or (category == "Cf" and letter != _JOINER):
            continue
        if held and (category[0] == "M" or letter == _JOINER or held[-1] == _JOINER or _goes_on(held, letter)):
            held += letter
        else:
            if held:
                yield held
            held = letter
    if held:
        yield held


_JOINER = "\u200d"


def _goes_on(held: str, letter: str) -> bool:
    flag = all("\U0001f1e6" <= each <= "\U0001f1ff" for each in (held[-1], letter))
    return "\U0001f3fb" <= letter <= "\U0001f3ff" or (flag and len(held) == 1)


_SAME = str.maketrans({"’": "'", "‘": "'", "‚": ",", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "‐": "-", "‑": "-"})
_AS = {"…": "...", "„": ",,", "\u00ad": "", "−": "–"}  # what is set as other letters


def _glyph(cluster: str, face: str) -> Glyph:
    """A cluster as strokes: of this typeface, of another one, of a letter and its marks, or a box."""
    cluster = _AS.get(cluster, cluster.translate(_SAME))
    for name in (face, *(other for other in FACES if other != face)):
        glyphs = typeface(name).glyphs
        if cluster in glyphs:
            return glyphs[cluster]
        parts = unicodedata.normalize("NFD", cluster)
        if parts and parts[0] in glyphs and all(unicodedata.combining(mark) for mark in parts[1:]):
            return _accented(parts[0], parts[1:], name)
        if parts and all(part in glyphs for part in parts):
            return _in_a_row([glyphs[part] for part in parts])
    return _BOX if cluster.strip() else Glyph(0.3 if cluster else 0.0, ())


def _in_a_row(glyphs: list[Glyph]) -> Glyph:
    strokes: list[NDArray[np.float32]] = []
    x = 0.0
    for glyph in glyphs:
        strokes += [stroke + np.array([x, 0.0], np.float32) for stroke in glyph.strokes]
        x += glyph.advance
    return Glyph(x, tuple(strokes))


def _accented(letter: str, marks: str, face: str) -> Glyph:
    """A letter with marks over and under it, the first nearest; at most MARKS of those that there are."""
    font = typeface(face)
    known = [mark for mark in marks if mark in _OVER or mark in _UNDER][:MARKS]
    soft = letter in "ij" and any(mark in _OVER for mark in known)
    base = font.glyphs[{"i": "ı", "j": "ȷ"}[letter] if soft else letter]
    if not known or not base.strokes:
        return base
    every, unit = np.concatenate(base.strokes), font.x_height
    low, high = every.min(axis=0), every.max(axis=0)
    over, under, strokes = float(high[1]) + 0.22 * unit, min(float(low[1]), 0.0) - 0.12 * unit, list(base.strokes)
    slant = 0.3 if face == FACES[0] else 0.0
    for mark in known:
        if mark == "\u030c" and letter in "dtlL":  # a caron that stands beside its letter
            at, lines = (float(high[0]) + 0.12 * unit, float(high[1]) - 0.3 * unit), _BESIDE
        elif mark in _UNDER and letter == "g":  # there is no room under a g
            at, lines = (0.5 * float(low[0] + high[0]) + 0.2 * unit, over), _TURNED
        elif mark in _OVER:
            middle = 0.5 * float(low[0] + high[0]) + slant * (over - 0.5 * float(low[1] + high[1]))
            at, lines, over = (middle, over), _OVER[mark], over + 0.45 * unit
        else:
            side = 0.75 if mark == "\u0328" else 0.5
            at, lines = ((1.0 - side) * float(low[0]) + side * float(high[0]), under), _UNDER[mark]
        strokes += [np.array(line, np.float32) * np.float32(unit) + np.array(at, np.float32) for line in lines]
    return Glyph(base.advance, tuple(strokes))


_Lines = tuple[tuple[tuple[float, float], ...], ...]

_RING = tuple((0.16 * math.cos(a), 0.18 + 0.16 * math.sin(a)) for a in (0.7 * k for k in range(10)))
_OVER: dict[str, _Lines] = {  # x-heights from the middle of the letter's top
    "\u0300": (((-0.14, 0.3), (0.12, 0.0)),),
    "\u0301": (((-0.1, 0.0), (0.18, 0.3)),),
    "\u0302": (((-0.24, 0.0), (0.03, 0.26), (0.24, 0.0)),),
    "\u0303": (((-0.28, 0.04), (-0.16, 0.18), (0.0, 0.12), (0.12, 0.04), (0.28, 0.2)),),
    "\u0304": (((-0.26, 0.1), (0.28, 0.12)),),
    "\u0306": (((-0.24, 0.26), (-0.1, 0.06), (0.08, 0.04), (0.26, 0.26)),),
    "\u0307": (((0.0, 0.1), (0.03, 0.15)),),
    "\u0308": (((-0.2, 0.1), (-0.17, 0.15)), ((0.17, 0.1), (0.2, 0.15))),
    "\u030a": (_RING,),
    "\u030b": (((-0.22, 0.0), (-0.02, 0.3)), ((0.06, 0.0), (0.28, 0.3))),
    "\u030c": (((-0.22, 0.26), (0.0, 0.0), (0.26, 0.26)),),
}
_TURNED: _Lines = (((0.06, 0.3), (-0.06, 0.14), (0.0, 0.02)),)
_BESIDE: _Lines = (((0.06, 0.3), (0.03, 0.1), (-0.06, -0.08)),)
_UNDER: dict[str, _Lines] = {  # x-heights from under the letter
    "\u0323": (((0.0, -0.1), (0.03, -0.05)),),
    "\u0326": (((0.03, -0.05), (0.03, -0.2), (-0.08, -0.36)),),
    "\u0327": (((0.03, 0.1), (0.0, -0.02), (0.16, -0.14), (0.1, -0.3), (-0.1, -0.32)),),
    "\u0328": (((0.05, 0.12), (-0.08, -0.06), (-0.06, -0.26), (0.14, -0.28)),),
}
_BOX = Glyph(0.5, (np.array([(0.06, 0.0), (0.06, 0.5), (0.42, 0.5), (0.42, 0.0), (0.06, 0.0)], np.float32),))
