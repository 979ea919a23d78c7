"""The flash guard: the last to touch a frame, live and in films, so that no part of it flashes too often.

Works on finished 8-bit frames and knows nothing of what drew them; nothing outside can switch it off. It only
darkens, but for saturated red, to which it adds white. Never raises in a show: what it cannot judge becomes black.

The definitions are WCAG 2.3.1's (general and red flashes, a quarter of any 10 degree field of view), ITU-R BT.1702's
(long runs) and ISO 9241-391's (chromaticity, stripes); every bound here is tighter than theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.attenuation import Attenuation
from installation.light.flashguard.fields_of_view import FieldsOfView, Floats, Ints
from installation.light.flashguard.flicker import Flicker
from installation.light.flashguard.held import BLACK, FLASHES, NOTHING, RED, STRIPES, Held
from installation.light.flashguard.smoothing import erode_and_blur
from installation.light.flashguard.stripes import Stripes

Pixels = NDArray[np.uint32]

ROWS, COLUMNS = 81, 144
"""Cells in which the frame is sampled, at most; a smaller frame is sampled at every pixel."""
LONGEST_S = 0.1
"""A frame counts as standing no longer than this, however late the next one comes."""
CONVENTION = 1.0 / 3.0
"""The 10 degree field of view as a share of the frame's width and height, where the room doesn't make it smaller."""
STEP, KEPT = 0.085, 0.075
"""A rise in luminance, and what of it is left when there is no token for it."""
DEFINED = 0.0999
"""The same for what rises together: just under 0.10, where by the definition a flash begins."""
RED_STEP = 0.05
RED_FLOOR = 0.0625
"""What being saturated alone counts for; a red flash begins at this change."""
PALE = 0.47
"""Share of red's code value that green and blue are raised to where red may not flash."""
SPREAD = 3
"""Cells by which a gain reaches beyond its own: one for the way to the next cell's centre, two to fade out."""
HOLD_S, LIFT_PER_S = 0.5, 1.0 / 0.7


@dataclass(frozen=True, slots=True)
class Field:
    """What of the frame the nearest viewer sees within 10 degrees. Only ever makes the guard stricter."""

    screen_width_m: float | None = None
    nearest_viewer_m: float | None = None

    def shares(self, width: int, height: int) -> tuple[float, float]:
        """Width and height of the field of view as shares of a frame of `width` x `height` pixels."""
        across, near = self.screen_width_m, self.nearest_viewer_m
        if across is None or near is None or not (math.isfinite(across) and across > 0 and near > 0):
            return CONVENTION, CONVENTION
        share = 2.0 * near * math.tan(math.radians(5.0)) / across
        return min(share, CONVENTION), min(share * width / height, CONVENTION)


class FlashGuard:
    """Guards frames of one size, in the order in which they are shown."""

    def __init__(self, width: int, height: int, field: Field = Field()) -> None:
        self.width, self.height = width, height
        self._rows, self._columns = min(ROWS, height), min(COLUMNS, width)
        across, down = field.shares(width, height)
        self._windows = FieldsOfView(
            self._rows, self._columns, max(1, int(down * self._rows)), max(1, int(across * self._columns))
        )
        self._y, self._x = _places(self._rows, self._columns, width, height)
        self._linear = _linear()
        self.reset()

    def reset(self) -> None:
        """Forget every frame."""
        n = self._rows * self._columns
        self.held = NOTHING
        self._white = Flicker(self._windows, STEP, KEPT, DEFINED, mean=True)
        self._red = Flicker(self._windows, RED_STEP, 0.0, RED_STEP, bright=2.0)
        self._stripes = Stripes(self.width, self.height, self._windows)
        self._pixels = np.zeros(n, dtype=np.uint32)
        self._level = np.zeros(n, dtype=np.float32)  # luminance 0..1
        self._redness = np.zeros(n, dtype=np.float32)
        self._bound = np.empty(n, dtype=np.float32)
        self._gain = np.ones((2, n), dtype=np.float32)  # of code values, and seconds for which it still holds
        self._pale = np.zeros((2, n), dtype=np.float32)
        self._attenuation = Attenuation(self.width, self.height, self._rows, self._columns)
        self._soft = np.empty((2, self._rows, self._columns), dtype=np.float32)
        self._holding = self._paling = self._dimming = False

    def guard(self, frame: NDArray[np.uint32], dt: float) -> None:
        """Make `frame`, (height, width) of 0x00RRGGBB, fit to be shown `dt` seconds after the one before, in place.

        Rows may be padded. A frame of another size or kind becomes black.
        """
        dt = min(max(float(dt), 0.0), LONGEST_S) if _is_number(dt) else 0.0
        rows = self._fit(frame)
        if rows is None:
            _blacken(frame)
            self._follow_black(dt)
            return
        _sense(rows, self._y, self._x, self._linear, self._pixels, self._level, self._redness)
        self._stripes.look(rows, self._linear, dt)
        self._pale_reds(dt)
        self._darken(dt)
        touched = self._holding or self._paling or self._stripes.dimming
        if touched:
            self._attenuation.apply(rows)
            _sense(rows, self._y, self._x, self._linear, self._pixels, self._level, self._redness)
        self.held = self._told() if touched else NOTHING
        self._white.follow(self._level, dt)
        self._red.follow(self._redness, dt)

    @property
    def activity(self) -> float:
        """Share of the newest frame, 0..1, that was changed."""
        return self.held.share

    def _told(self) -> Held:
        """What was done to the newest frame, by which rules."""
        acting = ((FLASHES, self._holding), (RED, self._paling), (STRIPES, self._stripes.dimming))
        share = self._attenuation.share
        return Held(share, tuple(rule for rule, acts in acting if acts)) if share > 0.0 else NOTHING

    def _pale_reds(self, dt: float) -> None:
        """Where red may not come or go once more, reds become pale; `_redness` and the attenuation's pallor follow."""
        if self._paling:
            _lower(self._pale, dt)
            _redden(self._pixels, self._pale[0], self._linear, self._redness)
        self._bound[:] = np.inf
        if self._red.bounds(self._redness, dt, self._bound):
            refused = self._redness > self._bound
            self._pale[0, refused] = PALE
            self._pale[1, refused] = HOLD_S
            self._paling = True
        if self._paling:
            self._paling = bool(_spread_pale(self._pale[0], self._attenuation.pale))

    def _darken(self, dt: float) -> None:
        """Where light may not rise, lower the gain until it doesn't; the attenuation's gain follows."""
        dimming, before = self._stripes.dimming, self._dimming
        self._dimming = dimming
        if self._holding:
            _lift(self._gain, dt)
        if self._holding or self._paling or dimming:
            _lighten(self._pixels, self._attenuation.pale, self._gain[0], self._stripes.gain, self._linear, self._level)
        self._bound[:] = np.inf
        if self._white.bounds(self._level, dt, self._bound):
            _yield(
                self._pixels,
                self._attenuation.pale,
                self._gain,
                self._stripes.gain,
                self._linear,
                self._level,
                self._bound,
            )
            self._holding = True
        if self._holding or dimming or before:
            self._holding = bool(_join(self._gain[0], self._stripes.gain, self._soft[0]))
            erode_and_blur(self._soft, SPREAD, 1)
            _round(self._soft[0], self._attenuation.gain)

    def _follow_black(self, dt: float) -> None:
        """A black frame was shown in place of one that could not be judged."""
        self._level[:] = 0.0
        self._redness[:] = 0.0
        self.held = Held(1.0, (BLACK,))
        self._white.follow(self._level, dt)
        self._red.follow(self._redness, dt)

    def _fit(self, frame: object) -> NDArray[np.uint32] | None:
        """The frame with its padding as (height, pitch / 4), C-contiguous; None for what is no such frame."""
        if not isinstance(frame, np.ndarray) or frame.shape != (self.height, self.width):
            return None
        pitch, step = frame.strides
        if frame.dtype != np.uint32 or not frame.flags.writeable or step != 4 or pitch < 4 * self.width or pitch % 4:
            return None
        if pitch == 4 * self.width:
            return frame
        # the last row's padding may lie outside the surface: nothing reads or writes beyond `width`
        return np.lib.stride_tricks.as_strided(frame, (self.height, pitch // 4), (pitch, 4))


def _is_number(dt: object) -> bool:
    return isinstance(dt, (int, float, np.floating)) and math.isfinite(dt)


def _blacken(frame: object) -> None:
    if isinstance(frame, np.ndarray) and frame.flags.writeable:
        frame[...] = np.zeros((), dtype=frame.dtype)


def _linear() -> Floats:
    """(256,) linear light of each sRGB code value (IEC 61966-2-1)."""
    code = np.arange(256) / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _places(rows: int, columns: int, width: int, height: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One pixel in each cell, row by row: (y, x). Jittered, always the same (Roberts' R2 sequence), so that no regular
    structure can hide between the samples."""
    i = np.arange(rows * columns)
    across, down = (0.5 + i * 0.7548776662466927) % 1.0, (0.5 + i * 0.5698402909980532) % 1.0
    y = ((i // columns + down) * height / rows).astype(np.int32)
    x = ((i % columns + across) * width / columns).astype(np.int32)
    return np.minimum(y, height - 1), np.minimum(x, width - 1)


@strict
def _sense(frame: Pixels, ys: Ints, xs: Ints, linear: Floats, pixels: Pixels, level: Floats, redness: Floats) -> None:
    """Sample `frame`: its pixels, their luminance, and how red they are."""
    for i in range(ys.size):
        p = frame[ys[i], xs[i]]
        pixels[i] = p
        r, g, b = linear[(p >> 16) & 255], linear[(p >> 8) & 255], linear[p & 255]
        level[i] = np.float32(0.2126) * r + np.float32(0.7152) * g + np.float32(0.0722) * b
        redness[i] = _red(r, g, b)


@strict
def _red(r: np.float32, g: np.float32, b: np.float32) -> np.float32:
    """0 where red isn't saturated; the definitions say 0.8 of the light, and leave open what is nearly black."""
    light = r + g + b
    if light < np.float32(0.02) or r < np.float32(0.78) * light:
        return np.float32(0.0)
    return max(np.float32(0.0), r - g - b) + np.float32(RED_FLOOR)


@strict
def _redden(pixels: Pixels, pale: Floats, linear: Floats, redness: Floats) -> None:
    for i in range(pixels.size):
        p = pixels[i]
        r = (p >> 16) & 255
        least = int(r * pale[i])
        redness[i] = _red(linear[r], linear[max((p >> 8) & 255, least)], linear[max(p & 255, least)])


@strict
def _light(p: int, gain: int, pale: int, linear: Floats) -> np.float32:
    """Luminance of one pixel once it has been attenuated; gain and pale of 256."""
    r, g, b = (p >> 16) & 255, (p >> 8) & 255, p & 255
    least = (r * pale) >> 8
    g, b = max(g, least), max(b, least)
    return np.float32(
        np.float32(0.2126) * linear[(r * gain) >> 8]
        + np.float32(0.7152) * linear[(g * gain) >> 8]
        + np.float32(0.0722) * linear[(b * gain) >> 8]
    )


@strict
def _lighten(pixels: Pixels, pale_nodes: Pixels, gain: Floats, dimmed: Floats, linear: Floats, level: Floats) -> None:
    pale = pale_nodes.ravel()
    for i in range(pixels.size):
        level[i] = _light(int(pixels[i]), int(min(gain[i], dimmed[i]) * 256.0), int(pale[i]), linear)


@strict
def _yield(
    pixels: Pixels, pale_nodes: Pixels, gain: Floats, dimmed: Floats, linear: Floats, level: Floats, bound: Floats,
) -> None:  # fmt: skip
    """Lower the gain of every cell that is above its bound."""
    pale = pale_nodes.ravel()
    for i in range(pixels.size):
        if level[i] <= bound[i]:
            continue
        full = min(gain[0, i], dimmed[i])
        g = int(256.0 * full * (bound[i] / level[i]) ** (1.0 / 2.2))
        while g > 0 and _light(int(pixels[i]), g, int(pale[i]), linear) > bound[i]:
            g = g * 9 // 10
        gain[0, i] = g / 256.0
        gain[1, i] = HOLD_S


@strict
def _lift(gain: Floats, dt: float) -> None:
    for i in range(gain.shape[1]):
        gain[1, i] -= dt
        if gain[1, i] <= 0.0:
            gain[0, i] = min(np.float32(1.0), gain[0, i] + np.float32(LIFT_PER_S * dt))


@strict
def _lower(pale: Floats, dt: float) -> None:
    for i in range(pale.shape[1]):
        pale[1, i] -= dt
        if pale[1, i] <= 0.0:
            pale[0, i] = max(np.float32(0.0), pale[0, i] - np.float32(PALE * LIFT_PER_S * dt))


@strict
def _join(gain: Floats, dimmed: Floats, least: Floats) -> bool:
    """The lesser of two gains, as (rows, columns); whether any of the first is below 1."""
    flat = least.ravel()
    held = np.float32(1.0)
    for i in range(gain.size):
        held = min(held, gain[i])
        flat[i] = min(gain[i], dimmed[i])
    return bool(held < 1.0)


@strict
def _round(soft: Floats, nodes: Pixels) -> None:
    """Of 256, and never up, but for ones: a blur of those is not quite one."""
    for y in range(nodes.shape[0]):
        for x in range(nodes.shape[1]):
            nodes[y, x] = 256 if soft[y, x] > 0.9995 else int(soft[y, x] * 256.0)


@strict
def _spread_pale(pale: Floats, nodes: Pixels) -> bool:
    """The most pallor of each cell and its eight neighbours, of 256; whether there is any."""
    rows, columns = nodes.shape
    any_pale = False
    for y in range(rows):
        for x in range(columns):
            most = np.float32(0.0)
            for v in range(max(y - 1, 0), min(y + 2, rows)):
                for u in range(max(x - 1, 0), min(x + 2, columns)):
                    most = max(most, pale[v * columns + u])
            if most > 0.0:
                any_pale = True
            nodes[y, x] = np.uint32(np.ceil(most * 256.0))
    return any_pale
