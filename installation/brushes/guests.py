"""People in the picture: places that the camera sees, the light of a beat, of coming, of going and of being asked for.

A guest is a sleeper that somebody in the room is. Each scene shows them in its own way; these are the parts:

place = shore(view, now.aspect, len(now.sleepers))  # on the ground, the best seen first
rings = beat_rings(now.sleepers, where, reach=0.8)  # one a beat
threads = guest_threads(now.sleepers, where, into_the_dream)
strength = strength * (1.0 + 2.0 * beaten(now.sleepers)) + called(now.sleepers)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.brushes.colour import Array, hues, mix, rgb, shone
from installation.brushes.shapes import along, polylines, spatial
from installation.foundation.easing import eased
from installation.scene import Points, Sleepers, Strokes, View

ATTACK_S, FALL_S = 0.07, 0.38  # seconds in which a beat lights up, and falls to 1/e
RING_S = 2.2  # seconds that a beat's ring lasts
COMING_S, GOING_S, CALLED_S = 4.5, 4.0, 4.0  # seconds of arrival, farewell, and of showing where one is
FIRST = 24  # guests who have the nearer half of the ground
ROUND = 40  # vertices of a ring
KNOTS = 30  # vertices of a thread
CLIMB_S = 1.1  # seconds in which a beat runs up a thread
DESCENT_S, RISE_S = 2.6, 3.2  # seconds in which the light of who comes runs down, and of who goes up
PALE = rgb(1.00, 0.90, 0.86)  # that the core of a lantern goes towards
_STEPS = 0.6180339887498949, 0.7548776662466927  # the inverses of the golden and of the plastic number
_MARGIN = 0.13  # share of the picture at its edges without places: by so much a near camera sways


def beaten(sleepers: Sleepers) -> Array:
    """(n,) 0..1: how much of its last beat still shines."""
    age = sleepers.beats[:, 0]
    light: Array = (eased(age / ATTACK_S) * np.exp(-np.maximum(age - ATTACK_S, 0.0) / FALL_S)).astype(np.float32)
    return light


def coming(sleepers: Sleepers) -> Array:
    """(n,) 0..1 while a guest arrives, from nothing to nothing."""
    return _swell(sleepers.joined / COMING_S)


def going(sleepers: Sleepers) -> Array:
    """(n,) 0..1 while a guest takes leave."""
    return _swell(sleepers.left / GOING_S)


def called(sleepers: Sleepers) -> Array:
    """(n,) 0..1 while a sleeper shows where it is: two slow swells."""
    age = sleepers.called / CALLED_S
    swell: Array = (_swell(age) * (0.65 + 0.35 * np.cos(4.0 * np.pi * age))).astype(np.float32)
    return swell


def _swell(age: NDArray[np.float64]) -> Array:
    swell: Array = eased(age / 0.15) * eased((1.0 - age) / 0.6)
    return swell


def seated(guest: NDArray[np.float64]) -> tuple[NDArray[np.bool_], Array]:
    """(n,) whether a sleeper is at its guest's place by now, and (n,) 0..1 how bright: dark while it changes places."""
    return guest > 0.5, eased(np.abs(guest - 0.5) * 2.0)


def spread(many: int) -> NDArray[np.float64]:
    """(2, many) 0..1: places in a square, evenly spread however many there are (a Kronecker sequence)."""
    return np.asarray((0.5 + np.outer(_STEPS, np.arange(1, many + 1))) % 1.0)


def shore(view: View, aspect: float, many: int, near: float = 0.5, far: float = 1.3) -> NDArray[np.float64]:
    """(many, 2) metres: places on level ground, z = 0, inside the picture of `view`; the best seen first.

    They lie between `near` and `far` times the camera's distance from its target, nearer and farther only where the
    picture shows nothing there, and leave the middle free. Give the camera without its sway, or they sway along.
    """
    s, t = spread(many)
    t = np.where(np.arange(many) < FIRST, 0.55 * t, t)
    eye, axes = np.array(view.eye, dtype=np.float64), view.axes()
    ahead = np.array([view.target[0] - eye[0], view.target[1] - eye[1]])
    away = float(np.hypot(*ahead)) or 1e-6
    ends = eye[:2] + np.outer(np.array([near, far]), ahead)
    _, rows, depth = view.seen(np.column_stack([ends, np.zeros(2)]), aspect)
    rows = np.where(depth > 0.0, rows, 1.0 - _MARGIN).clip(_MARGIN, 1.0 - _MARGIN)
    low, high = rows.tolist()
    v = low + (high - low) * t
    side = 2.0 * s - 1.0
    u = 0.5 + (0.5 - _MARGIN) * np.copysign(0.10 + 0.90 * np.abs(side), side)
    tall = math.tan(math.radians(0.5 * view.height_deg))
    right, up, forward = axes
    ray = forward + np.outer((2.0 * u - 1.0) * tall * aspect, right) + np.outer((1.0 - 2.0 * v) * tall, up)
    sinks = ray[:, 2] * (-1.0 if eye[2] >= 0.0 else 1.0)  # towards the ground
    reach = np.where(sinks > 1e-3, abs(eye[2]) / np.maximum(sinks, 1e-3), np.inf)
    level = np.hypot(ray[:, 0], ray[:, 1])
    reach = np.minimum(reach, 2.5 * far * away / np.maximum(level, 1e-6))  # past the horizon: as far as it goes
    place: NDArray[np.float64] = eye[:2] + ray[:, :2] * reach[:, None]
    return place


def afloat(
    view: View, aspect: float, seconds: float, many: int, low: float = -0.55, high: float = 0.45
) -> NDArray[np.float64]:
    """(many, 3) metres: places that hang in the picture of `view`, as far away as its target; the best seen first.

    The first lie between `low` and `high` halves of the picture's height over its middle, the others a fifth further
    off; all of them rock a little. Give the camera without its sway, or they sway along.
    """
    s, t = spread(many)
    first, side = np.arange(many) < FIRST, 2.0 * s - 1.0
    a, b = 2.0 * np.pi * spread(many)[::-1] + seconds * np.array([[0.23], [0.31]])
    across = np.copysign(0.14 + np.where(first, 0.42, 0.66) * np.abs(side), side) + 0.012 * np.sin(a)
    above = np.where(first, 1.0, 1.2) * (low + (high - low) * t) + 0.02 * np.sin(b)
    right, up, _ = view.axes()
    tall = math.dist(view.eye, view.target) * math.tan(math.radians(0.5 * view.height_deg))
    return np.asarray(np.array(view.target) + np.outer(tall * aspect * across, right) + np.outer(tall * above, up))


def lanterns(sleepers: Sleepers, place: NDArray[np.floating], size: float) -> list[Points]:
    """A light of `size` metres at (n, 3) `place` for every guest, and a soft one round it; both rise with each beat."""
    who = np.flatnonzero((sleepers.guest > 0.0) & (sleepers.present > 0.01))
    if not len(who):
        return []
    _, lit = seated(sleepers.guest[who])
    beat, told = beaten(sleepers)[who], called(sleepers)[who] + coming(sleepers)[who]
    light = lit * eased(sleepers.guest[who]) * crowded(sleepers) * sleepers.present[who] * sleepers.glow[who]
    light = light * (0.9 + 0.5 * sleepers.pulse[who] + 1.6 * beat + told)
    colour = hues(sleepers.hue[who], 0.14)
    at = np.asfortranarray(np.asarray(place)[who], dtype=np.float32)
    core, wide = (size * (0.8 + 0.4 * beat)).astype(np.float32), np.full(len(who), 4.0 * size, np.float32)
    return [
        Points(at, core, shone(mix(colour, PALE, 0.25), 2.2 * light), halo=0.45),
        Points(at, wide, shone(colour, 0.11 * light)),
    ]


def own_lines(sleepers: Sleepers, line: NDArray[np.floating], thin: float) -> Strokes | None:
    """What is a guest's own in the dream, (3, n, k) metres of a line a sleeper, once more in their hue.

    Faint at rest, bright with each beat and while they come or are called. None while there are no guests.
    """
    who = np.flatnonzero((sleepers.guest > 0.0) & (sleepers.present > 0.01))
    if not len(who):
        return None
    told = 1.3 * beaten(sleepers)[who] + called(sleepers)[who] + coming(sleepers)[who]
    light = eased(sleepers.guest[who]) * crowded(sleepers) * sleepers.present[who] * (0.12 + 0.55 * told)
    many = line.shape[2]
    position = np.asfortranarray(np.asarray(line)[:, who].reshape(3, -1).T, dtype=np.float32)
    colour = along(shone(hues(sleepers.hue[who], 0.20), light * np.minimum(sleepers.glow[who], 1.5)), many)
    radius = np.full(len(who) * many, thin, np.float32)
    return Strokes(position, radius, colour, polylines(len(who), many), least=0.8)


def beat_rings(
    sleepers: Sleepers, place: NDArray[np.floating], reach: float, axes: tuple[NDArray[np.float64], ...] = ()
) -> Strokes | None:
    """A ring that opens from (n, 3) `place` with each beat, to `reach` metres; None while nobody's is open.

    Level, or in the plane of two `axes`, (3,) each. A guest's arrival and each call open wider ones. The more guests
    there are, the sooner rings of beats are gone: those of a crowd would be one grey, and half of a picture's work.
    """
    told = np.column_stack([sleepers.joined - 1.0, sleepers.called, sleepers.called - 0.9])
    age = np.column_stack([sleepers.beats / (RING_S * crowded(sleepers)), told / (1.6 * RING_S)])  # (n, 7)
    who, which = np.nonzero((age > 0.0) & (age < 1.0) & (sleepers.present > 0.01)[:, None])
    if not len(who):
        return None
    age = age[who, which]
    wide = np.where(which < sleepers.beats.shape[1], reach, 1.9 * reach) * (0.10 + 0.90 * np.sqrt(age))
    light = eased(age / 0.08) * (1.0 - age) ** 2 * sleepers.present[who] * np.minimum(sleepers.glow[who], 1.5)
    across, on = axes or (np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
    circle = np.outer(np.cos(turn), across) + np.outer(np.sin(turn), on)  # (ROUND, 3)
    ring = np.asarray(place, dtype=np.float64)[who][:, None] + wide[:, None, None] * circle
    colour = along(shone(hues(sleepers.hue[who], 0.22), light), ROUND)
    thick = np.repeat(reach * (0.012 + 0.022 * age), ROUND).astype(np.float32)
    position = np.asfortranarray(ring.reshape(-1, 3), dtype=np.float32)
    return Strokes(position, thick, colour, polylines(len(who), ROUND), least=0.8)


def guest_threads(
    sleepers: Sleepers, foot: NDArray[np.floating], tip: NDArray[np.floating], rise: float = 0.35, thin: float = 0.01
) -> list[Points | Strokes]:
    """A thread of light from every guest, (n, 3) `foot`, to where they belong in the dream, (n, 3) `tip`.

    It rises straight at first and comes to its tip from `rise` metres above; `thin` metres is its radius. Every beat
    runs up it. As a guest comes a light runs down, as they go it runs up, when they are called all of it shines.
    """
    who = np.flatnonzero((sleepers.guest > 0.0) & (sleepers.present > 0.01))
    if not len(who):
        return []
    way = np.linspace(0.0, 1.0, KNOTS)
    line = _arc(np.asarray(foot, dtype=np.float64)[who], np.asarray(tip, dtype=np.float64)[who], rise, way)
    _, lit = seated(sleepers.guest[who])
    share = crowded(sleepers) * np.maximum(lit * eased(sleepers.guest[who]), going(sleepers)[who])
    share = share * sleepers.present[who] * np.minimum(sleepers.glow[who], 1.5)
    light = _along_thread(sleepers, who, way) * share[:, None]
    colour = along(hues(sleepers.hue[who], 0.20), KNOTS)
    colour = colour + shone(1.0 - colour, np.minimum(0.35 * light, 0.6).ravel())
    thick = (thin + 0.6 * thin * np.minimum(light, 1.5)).ravel().astype(np.float32)
    thread = Strokes(spatial(*line), thick, shone(colour, light.ravel()), polylines(len(who), KNOTS), least=0.8)
    age = np.clip(sleepers.beats[who, 0] / CLIMB_S, 0.0, 1.0)
    at = np.minimum((_run(age) * (KNOTS - 1)).astype(np.intp), KNOTS - 1)
    spark = shone(hues(sleepers.hue[who], 0.35), share * 2.6 * eased(age / 0.1) * (1.0 - age) ** 0.7)
    size = np.full(len(who), 5.0 * thin, np.float32)
    return [thread, Points(spatial(*line[:, np.arange(len(who)), at]), size, spark, 0.4)]


def _along_thread(sleepers: Sleepers, who: NDArray[np.intp], way: NDArray[np.float64]) -> NDArray[np.float64]:
    """(guests, KNOTS) what runs on the threads, and what rests on them."""
    light = np.zeros((len(who), len(way)))
    for age in sleepers.beats[who].T / CLIMB_S:
        on = np.flatnonzero((age > 0.0) & (age < 1.0))
        light[on] += 1.7 * _runner(way, age[on]) * (1.0 - 0.45 * age[on])[:, None]
    for age in (1.0 - sleepers.joined[who] / DESCENT_S, sleepers.left[who] / RISE_S):
        on = np.flatnonzero((age > 0.0) & (age < 1.0))
        light[on] += 2.4 * _runner(way, age[on])
    shown = called(sleepers)[who] + 0.6 * coming(sleepers)[who] + 0.6 * going(sleepers)[who]
    light += (0.10 + 0.20 * sleepers.accord[who] + 0.9 * shown)[:, None] * (0.55 + 0.45 * way)
    return light


def _run(age: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 - (1.0 - age) ** 1.6)


def _runner(way: NDArray[np.float64], age: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, KNOTS): a light with a tail, `age` 0..1 after it set out; none before and after."""
    inside = np.clip(age, 0.0, 1.0)
    behind = _run(inside)[:, None] - way
    head = np.exp(-((behind / 0.035) ** 2))
    tail = np.where(behind > 0.0, np.exp(-np.maximum(behind, 0.0) / 0.18), 0.0)
    return np.asarray((head + 0.45 * tail) * (eased(inside / 0.08) * eased((1.0 - inside) / 0.25))[:, None])


def _arc(
    foot: NDArray[np.float64], tip: NDArray[np.float64], rise: float, way: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(3, n, KNOTS) metres: a cubic Bezier curve."""
    up, over = foot.copy(), 0.30 * foot + 0.70 * tip
    up[:, 2] += 0.62 * (tip[:, 2] - foot[:, 2])
    over[:, 2] = tip[:, 2] + rise
    weights = np.stack([(1 - way) ** 3, 3 * way * (1 - way) ** 2, 3 * way**2 * (1 - way), way**3])
    return np.asarray(np.tensordot(np.stack([foot, up, over, tip]), weights, axes=(0, 0)).transpose(1, 0, 2))


def blossoms(sleepers: Sleepers, place: NDArray[np.floating], size: float, petals: int = 5) -> Strokes | None:
    """A flower at (n, 3) `place` for every guest, open as far as they breathe with all; None while there are none."""
    who = np.flatnonzero(sleepers.guest * sleepers.accord > 0.02)
    if not len(who):
        return None
    open_ = (sleepers.guest * sleepers.accord)[who]
    turn = np.linspace(0.0, 2.0 * np.pi, ROUND)
    petal = np.abs(np.cos(0.5 * petals * turn)) * 0.8 + 0.2
    swing = 0.12 * np.cos(sleepers.phase[who])
    wide = size * (0.35 + 0.65 * open_ + swing * open_)
    spin = 0.7 * who + 0.3 * sleepers.phase[who]
    x = wide[:, None] * petal * np.cos(turn + spin[:, None])
    y = wide[:, None] * petal * np.sin(turn + spin[:, None])
    ring = np.asarray(place, dtype=np.float64)[who][:, None] + np.stack([x, 0.35 * y, y], axis=2)
    light = open_ * (0.35 + 0.65 * sleepers.pulse[who] + 0.5 * beaten(sleepers)[who]) * sleepers.present[who]
    colour = along(shone(hues(sleepers.hue[who], 0.30), light), ROUND)
    thick = np.full(len(who) * ROUND, 0.06 * size, np.float32)
    return Strokes(
        np.asfortranarray(ring.reshape(-1, 3), dtype=np.float32), thick, colour, polylines(len(who), ROUND), least=0.7
    )


def crowded(sleepers: Sleepers, room: int = 32) -> float:
    """1 while guests are few, less the more there are: what each may shine, so that many are no glare."""
    return min(1.0, math.sqrt(room / max(float(sleepers.guest.sum()), 1e-6)))
