"""What is written in the room: couplets by one hand, half-lines on either side of the rift, and an anthology. Pure.

A line lives for `/sanctuary/pace` seconds and is written in the first third of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from installation import (
    Array,
    Moment,
    Strokes,
    Verse,
    View,
    ease,
    gathered,
    halves,
    hues,
    legible,
    lettered,
    mix,
    pen,
    rgb,
    shone,
)
from scenes.sanctuary.palette import GOLD, ICE, PEARL, ROSE

COUPLET = 1.4  # lives of a line that a couplet takes: its second line begins before the first has gone
BASELINES, FRONT = (0.80, 0.31), -0.75  # metres up and along, of a couplet
TORN = ((4.85, -2.75, 2.85), (4.15, -3.05, 3.10), (1.10, -2.70, 2.85), (0.50, -2.95, 2.65))  # up, and left, right
TORN_ROOM, TORN_FRONT = 2.5, -0.4  # metres
APART = 0.016  # metres between two registers: more reads double
PAGE, LINES = 6, 12  # verses of a page, and of both
TOP, LEADING, BETWEEN, INDENT = 4.95, 0.315, 0.15, 0.22  # metres
LEFT, RIGHT, PAGE_ROOM, PAGE_FRONT = -4.95, 2.15, 2.62, 0.2  # metres
FROM, TO = 0.30, 0.95  # of the bloom, in which the pages are written
INSCRIBED, RING = 4.55, 3.3  # metres: a line on a cylinder, far above
FAINT = 0.004  # brightness under which nothing is written at all
LAMP = mix(PEARL, rgb(0.75, 0.9, 1.0), 0.45)


@dataclass(frozen=True)
class Sizes:
    """Ems, metres, of what is to be read."""

    couplet: float = 0.36
    torn: float = 0.36
    page: float = 0.40


def sizes(view: View) -> Sizes:
    """What can be read from here; in whole centimetres, so that it seldom changes."""
    usual = Sizes()
    return Sizes(
        _readable(usual.couplet, view, FRONT),
        _readable(usual.torn, view, TORN_FRONT),
        _readable(usual.page, view, PAGE_FRONT),
    )


def _readable(least: float, view: View, front: float) -> float:
    return max(least, math.ceil(100.0 * legible(view, (0.0, front, 2.5))) / 100.0)


def couplet(lines: tuple[str, str], now: Moment, view: View, way: float, em: float) -> list[Verse]:
    """Two lines before the rings; `way` is 0..1 of the couplet's time."""
    shown = now.number("/sanctuary/verses") * (1.0 - ease(1.6 * now.unrest)) * (1.0 - ease(3.0 * now.bloom))
    verses = []
    for k, text in enumerate(lines):
        life = way * COUPLET - k * (COUPLET - 1.0)
        if shown < FAINT or not 0.0 < life < 1.0:
            continue
        at = (0.25 * view.eye[0], FRONT, BASELINES[k])
        light = 0.62 * shown * ease((1.0 - life) / 0.16)
        verses.append(Verse(text, at, em, LAMP * np.float32(light), 3.0 * life, room=5.4))
    return verses


def torn(lines: list[str], now: Moment, ways: list[float], em: float) -> list[Verse]:
    """Half-lines on either side, each in its side's colour, with a second register beside it."""
    shown = now.number("/sanctuary/verses") * ease((now.unrest - 0.25) / 0.5)
    verses: list[Verse] = []
    if shown < FAINT:
        return verses
    for text, (z, left, right), way in zip(lines, TORN, ways, strict=True):
        light = np.float32(0.50 * shown * ease((1.0 - way) / 0.14))
        for half, x, side, colour in zip(halves(text), (left, right), (-1.0, 1.0), (ICE, ROSE), strict=True):
            at = (x + 0.10 * side * now.unrest, TORN_FRONT, z + 0.12 * side)
            late = 0.0 if side < 0.0 else 0.16
            verse = Verse(half, at, em, mix(colour, PEARL, 0.10) * light, 3.0 * way - late, room=TORN_ROOM)
            other = mix(ROSE if side < 0.0 else ICE, PEARL, 0.2) * (light * np.float32(0.3))
            verses += [verse, replace(verse, at=(at[0] + side * APART, at[1], at[2] - 0.5 * APART), colour=other)]
    return verses


def anthology(lines: tuple[str, ...], who: list[int], now: Moment, em: float) -> tuple[list[Verse], list[Strokes]]:
    """Two pages of six verses in two half-lines each, written one after the other; each brightens with its sleeper.

    What is being written, and what is finished: that is set once, and only its light changes.
    """
    shown = now.number("/sanctuary/verses") * (1.0 - ease(2.0 * now.unrest))
    if shown < FAINT or now.bloom <= FROM:
        return [], []
    light = _tinted(who, now, shown)
    written = (now.bloom - FROM) / (TO - FROM) * len(lines)
    done = min(int(written), len(lines))
    writing = []
    if done < len(lines):
        for k, verse in enumerate(_halves(lines, done, em)):
            part = replace(verse, colour=light[done], written=2.0 * (written - done) - k)
            writing += [part] if part.written > 0.0 else []
    page, of = _page(lines, done, em)
    return writing, [replace(page, colour=light.T.take(of, axis=1).T)] if len(of) else []


def _tinted(who: list[int], now: Moment, shown: float) -> Array:
    """(k, 3) ivory in its sleeper's hue, as bright as their breath."""
    pulse = (now.sleepers.pulse * now.sleepers.present)[who]
    tint = mix(np.broadcast_to(PEARL, (len(who), 3)), hues(now.sleepers.hue[who], 0.2), 0.42)
    return shone(tint, shown * (0.36 + 0.40 * pulse))


def _halves(lines: tuple[str, ...], j: int, em: float) -> list[Verse]:
    """The two half-lines of verse j, where they stand on their page."""
    x, z = LEFT if j < PAGE else RIGHT, TOP - (j % PAGE) * (2.0 * LEADING + BETWEEN)
    return [
        Verse(half, (x + k * INDENT, PAGE_FRONT, z - k * LEADING), em, PEARL, align=0.0, room=PAGE_ROOM - k * INDENT)
        for k, half in enumerate(halves(lines[j]))
    ]


@lru_cache(16)
def _page(lines: tuple[str, ...], done: int, em: float) -> tuple[Strokes, NDArray[np.int64]]:
    """The first `done` verses as they stand, and whose each of their vertices is, (n,)."""
    verses = [lettered(*_halves(lines, j, em)) for j in range(done)]
    page = gathered(verses)[0] if any(len(verse.radius) for verse in verses) else lettered()
    of = np.repeat(np.arange(done), [len(verse.radius) for verse in verses])
    for array in (page.position, page.radius, of):
        array.setflags(write=False)
    assert isinstance(page, Strokes)
    return page, of


def inscription(text: str, now: Moment, turned: float, seam: float) -> list[Strokes]:
    """A line high round the far wall, seen more than read. The near half would be mirrored: it is not there."""
    shown = now.number("/sanctuary/verses") * 0.20 * (1.0 - ease(1.5 * now.unrest)) * (1.0 - 0.7 * seam)
    line = lettered(Verse(text, (0.0, 0.0, INSCRIBED), 0.27, mix(ICE, GOLD, 0.6 * seam) * np.float32(shown), halo=0.0))
    if shown < FAINT or not len(line.radius):
        return []
    angle = line.position[:, 0] * np.float32(1.0 / RING) + np.float32(0.45 * np.sin(0.06 * turned))
    far = np.clip(np.cos(angle) * np.float32(1.6) - np.float32(0.25), 0.0, 1.0)
    position = np.stack([RING * np.sin(angle), 1.5 + RING * np.cos(angle), line.position[:, 2]]).astype(np.float32).T
    return [replace(line, position=position, colour=shone(line.colour, far))]


def heard(verses: list[Verse]) -> tuple[float, float]:
    """Metres to the right of the pen that writes, and 0..1 how quick it is: it rests between letters."""
    for verse in verses:
        if 0.0 < verse.written < 1.0 and float(verse.colour.max()) > 0.05:
            place, draws = pen(verse)
            return float(place[0]), 1.0 if draws else 0.15
    return 0.0, 0.0


def lit(verses: list[Verse], finished: list[Strokes]) -> list[Strokes]:
    """As lights; nothing where nothing is written."""
    return [*([lettered(*verses)] if verses else []), *finished]
