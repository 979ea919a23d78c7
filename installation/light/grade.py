"""Grade: how the light of a scene becomes the colours of a frame. Values only; the pixels are made in resolve.py."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.model import ticks

GRID = 4
"""Trails take note of the light at ticks that are multiples of this, whatever the rate of frames: every 1/30 s."""

_FAINTEST = 1 / 255 / 8.4  # linear light that the tone curve, which begins with a slope of 0.5 / 0.06, shows as 1/255
_BRIGHTEST = 64.0  # linear light that trails are made for
_LINGER = 0.8  # s in which light falls to 1/e at trails = 1: a twelfth of it is left after 2 s

_LUMA = np.array([0.2126, 0.7152, 0.0722])  # of linear Rec. 709


@dataclass(frozen=True, slots=True)
class Grade:
    """What happens to light on its way to the screen; the defaults leave it as painted."""

    exposure: float = 1.0  # multiplies light
    hue: float = 0.0  # turns
    saturation: float = 1.0  # 0 grey .. 1 as painted .. 1.5 vivid
    glow: float = 0.5  # 0..1 scales every halo's strength (0.5: as the scene asks), how wide it is, and the bloom
    trails: float = 0.0  # 0..1, how long light lingers; at 1 a highlight still glimmers after 2 s
    vignette: float = 0.25  # 0..1, how much darker the corners are


def matrix(grade: Grade) -> NDArray[np.float32]:
    """Exposure, saturation and hue as one (3, 3) matrix for linear RGB columns.

    Saturation mixes with the luma; hue turns about the grey axis (Rodrigues' formula). Greys stay greys.
    """
    turn, axis = 2 * math.pi * grade.hue, 1 / math.sqrt(3)
    c, s = math.cos(turn), math.sin(turn)
    cross = axis * np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    hue = c * np.eye(3) + s * cross + (1 - c) / 3 * np.ones((3, 3))
    saturation = grade.saturation * np.eye(3) + (1 - grade.saturation) * np.tile(_LUMA, (3, 1))
    return np.ascontiguousarray(max(grade.exposure, 0.0) * (hue @ saturation), dtype=np.float32)


def exposed(presence: float) -> float:
    """Exposure at a fade's `presence`, 0..1: the first steps out of the dark are soon seen."""
    return math.pow(max(presence, 0.0), 0.6)


def bloom(glow: float) -> float:
    """The share of its light, 0..0.6, that every level of the pyramid sheds on the next: none up to a glow of 0.5."""
    return 0.6 * math.pow(min(max(2.0 * glow - 1.0, 0.0), 1.0), 1.5)


def decay(trails: float, passed: int) -> float:
    """What is left of old light after `passed` ticks, 0..1."""
    if trails <= 0:
        return 0.0
    return math.exp(-passed / (ticks.RATE * _LINGER * min(trails, 1.0)))


def rolling(trails: float) -> int:
    """Ticks, a multiple of GRID, to draw before a frame so that light from before them is less than 1/255 in it."""
    if trails <= 0:
        return 0
    seconds = _LINGER * min(trails, 1.0) * math.log(_BRIGHTEST / _FAINTEST)
    return GRID * (1 + ticks.ticks(seconds) // GRID)
