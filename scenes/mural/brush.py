"""The brush: five bristles a stroke, uneven on purpose, and how wet the paint is where the brush has just been. Pure.

Even bristles would be a grating: it tires the eye, and the flash guard would darken it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from installation import Array, Chance, Moment, eased
from scenes.mural.palette import Doubles
from scenes.mural.wind import VERTICES, Grown

BRISTLES = 5
LIFTED, LIFT = 0.8, 1.25  # share of a breath that the brush is on the wall; where it is at the end, strokes
DRY = 0.15  # light of dry paint
FLASH = 1.75  # what wet paint adds
RAMP = 0.07  # of a stroke, before the brush
ARRIVING = 7.0  # seconds in which a newcomer paints their stroke


@dataclass(frozen=True)
class Bristles:
    """What each bristle leaves."""

    offset: Array  # (n, BRISTLES, VERTICES) metres across
    radius: Array  # (n, BRISTLES, VERTICES) metres
    ink: Array  # (n, BRISTLES, VERTICES) how much paint is on it
    late: Array  # (n,) 0..1, who paints after whom
    relief: Array  # (n, VERTICES) metres towards the viewer: a stroke lifts off the wall
    weight: Array  # (n,) how much light a stroke is given: no two hands press alike


def bristles(grown: Grown, chance: Chance) -> Bristles:
    """Bristles for strokes."""
    draw, n = chance.at(), len(grown.way)
    way = grown.way.astype(np.float64)
    width = 0.018 + 0.022 * np.arange(n) / max(n, 1) + 0.075 * draw.beta(1.0, 3.2, n)
    width = np.minimum(draw.permutation(width), 0.12)
    profile = np.maximum(way, 1e-4) ** 0.4 * np.maximum(1.0 - way, 1e-4) ** 0.55 * 1.75 + 0.05
    lane = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) + draw.normal(0.0, 0.30, (n, BRISTLES))
    wobble = _wobble(way, draw)
    offset = lane[:, :, None] * (width[:, None] * profile)[:, None, :] + 0.010 * wobble
    heavy = draw.uniform(size=(n, BRISTLES))
    radius = draw.uniform(0.0075, 0.0145, (n, BRISTLES)) * (0.60 + 1.0 * heavy)
    dries = draw.uniform(0.35, 1.5, (n, BRISTLES))[:, :, None]
    ink = (0.06 + 1.5 * heavy**2.4)[:, :, None] * (1.0 - 0.8 * eased((way[:, None, :] - dries) / 0.3))
    ink *= np.minimum(way / 0.03, 1.0)[:, None, :] * np.minimum((1.0 - way) / 0.02 + 0.2, 1.0)[:, None, :]
    lifts = draw.uniform(0.0, 1.0, n)[:, None]
    relief = 0.34 * lifts * np.sin(np.pi * way) + 0.10 * lifts * way
    weight = 0.07 + 2.2 * draw.uniform(size=n) ** 3.0
    thick = np.broadcast_to(radius[:, :, None], offset.shape)
    made = (
        np.ascontiguousarray(a, dtype=np.float32) for a in (offset, thick, ink, draw.uniform(size=n), relief, weight)
    )
    return Bristles(*made)


def _wobble(way: Doubles, draw: np.random.Generator) -> Doubles:
    """(n, BRISTLES, VERTICES): a hand that isn't quite steady."""
    n = len(way)
    phase, rate = draw.uniform(0.0, 2.0 * np.pi, (2, n, BRISTLES, 1)), draw.uniform(3.0, 9.0, (n, BRISTLES, 1))
    hand: Doubles = np.sin(rate * way[:, None, :] * 2.0 + phase[0]) + 0.5 * np.sin(
        2.7 * rate * way[:, None, :] + phase[1]
    )
    return hand


def head(now: Moment) -> Array:
    """(n,) where each brush is on its stroke: 0 where it sets down, over 1 when it has been lifted."""
    at: Array = (np.mod(now.sleepers.phase, 2.0 * np.pi) / (2.0 * np.pi * LIFTED)).astype(np.float32)
    return at


def wetness(now: Moment, at: Array, way: Array) -> Array:
    """(n, v) 0..1 at `way` (n, v): wet where the brush is, drier behind it; what the last breath left dries on."""
    rate = np.float32(8.0 * math.exp(math.log(1.5 / 8.0) * now.number("/mural/wet")))
    age = at[:, None] - way
    behind = np.exp(-rate * np.maximum(age, np.float32(0.0)))
    before = np.exp(-rate * (age + np.float32(LIFT)))
    ramp = np.clip(np.float32(1.0) + age * np.float32(1.0 / RAMP), 0.0, 1.0)
    wet: Array = np.where(age >= 0.0, behind, np.maximum(before, ramp))
    return wet


def painted(now: Moment, way: Array, late: Array) -> Array:
    """(n, v) 0..1: how much of each stroke is on the wall yet; newcomers paint theirs when they come."""
    share = np.float32(1.25 * now.presence) - np.float32(0.9) * way - np.float32(0.12) * late[:, None]
    there = eased(share * np.float32(1.0 / 0.12))
    arrived = now.sleepers.arrived
    if (arrived < ARRIVING + 2.0).any():
        there = there * eased(((1.3 * arrived / ARRIVING).astype(np.float32)[:, None] - way) * np.float32(8.0))
    return there


def heads(place: Array, way: Array, at: Array) -> Array:
    """(3, n): where the brushes are, on polylines (3, n, v)."""
    n = np.arange(place.shape[1])
    upper = np.clip((way < at[:, None]).sum(axis=1), 1, VERTICES - 1)
    before, after = way[n, upper - 1], way[n, upper]
    part = np.clip((at - before) / np.maximum(after - before, np.float32(1e-6)), 0.0, 1.0).astype(np.float32)
    low, high = (np.stack([axis[n, i] for axis in place]) for i in (upper - 1, upper))
    found: Array = low + (high - low) * part
    return found
