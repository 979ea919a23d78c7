"""The flash guard: the last to touch a frame, live and in films, so that no part of it flashes too often.

Works on finished 8-bit frames and knows nothing of what drew them; nothing outside can switch it off. It only
darkens, but for saturated red, to which it adds white. Never raises in a show: what it cannot judge becomes black.

The definitions are WCAG 2.3.1's (general and red flashes, a quarter of any 10 degree field of view), ITU-R BT.1702's
(long runs) and ISO 9241-391's (chromaticity, stripes); every bound here is tighter than theirs.

Area, by these rules: WCAG counts what flashes together over a quarter of a 10 degree field, by its convention a third
of the frame's width and height (BT.1702: a quarter of the screen). So windows have that size, or a smaller one where
the room is known (Field), and 0.16 and 0.17 of them are allowed. WCAG excepts what is balanced in itself, as white
noise or a checker of squares under 0.1 degrees. So the light of areas is sensed, not of pixels: 192 x 108 cells, 0.16
degrees of the 30 that the width then has, each the mean of all its pixels. What balances out within a cell without
being that fine is bounded by single pixels beside it, one in each of 96 x 54 parts, of which 0.6 may flicker: between
what moving fine lines do (0.25 to 0.43) and a pattern that flashes against itself (nearly all).

What passes unseen: flashes over less than 0.16 of every window, wherever they are; what balances out within cells and
flickers in less than 0.6 of a window's pixels, which for squares of 0.1 to 0.16 degrees is more than WCAG excepts; and
what spares the single pixels by knowing where each will be for its next second. Of stripes, what `scanlines` says: up
to five pairs, pairs finer than 16 to a degree, what moves on before it has stood for a third of a second, and what is
faint and uneven: contrasts of 0.10 to 0.13, of which the film checker still calls some a pattern.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict
from installation.light.flashguard.attenuation import Attenuation
from installation.light.flashguard.fields_of_view import FieldsOfView, Floats, Ints
from installation.light.flashguard.flicker import FLICKERING, CellRate, EventRate, Flicker, MeanRate
from installation.light.flashguard.gains import PALE, join, lift, lower, round_down, spread_pale
from installation.light.flashguard.held import BLACK, FLASHES, NOTHING, RED, STRIPES, Held
from installation.light.flashguard.sensing import Sensor, dim_linear, dim_redness, linear
from installation.light.flashguard.smoothing import erode_and_blur
from installation.light.flashguard.stripes import Stripes

Pixels = NDArray[np.uint32]

NODE_ROWS, NODE_COLUMNS = 54, 96
"""Nodes at which the gain is set, at most."""
LONGEST_S = 0.1
"""A frame counts as standing no longer than this, however late the next one comes."""
CONVENTION = 1.0 / 3.0
"""The 10 degree field of view as a share of the frame's width and height, where the room doesn't make it smaller."""
STEP, KEPT = 0.08, 0.066
"""A rise in luminance (in squares of code values, see sensing), and what of it is left when there is no token."""
DEFINED, EVEN_DEFINED, EVEN_KEPT = 0.084, 0.0999, 0.075
"""The same for what rises together: just under 0.088, where by the definition a flash begins; and in linear light, just
under 0.10, where a cell is even. Both: who rises at less than the definition's step would do so in other company."""
BRIGHT = 0.85
"""Where the darker state is brighter than this, nothing counts as a flash (the definition's 0.80 is 0.82 here)."""
EVEN_BRIGHT = 0.83
"""The same in linear light."""
SWING, SWING_KEPT = 0.176, 0.158
"""A window's mean rises by the first; held back, by the second. A quarter of its area can do no more than 0.25."""
POINTS = 0.6
"""Share of a window's single pixels that may rise too often while the means of all areas stand still."""
RED_STEP = 0.044
SPREAD, BLUR = 5, 2
"""Nodes by which a gain reaches beyond its own (one for the way to the next, the others to fade out), and by which it
is blurred, twice: from all of it to nothing on 8 nodes, a twelfth of the frame's width."""
HOLD_S = 0.5


@dataclass(frozen=True, slots=True)
class Field:
    """What of the frame the nearest viewer sees within 10 degrees. Only ever makes the guard stricter.

    A frame that outputs share out may be bent: some part of it is then `magnified` so many times more than all of it;
    and it is so many `screens` wide and high, where the convention is one of a screen.
    """

    screen_width_m: float | None = None
    nearest_viewer_m: float | None = None
    magnified: float = 1.0
    screens: tuple[float, float] = (1.0, 1.0)

    def shares(self, width: int, height: int) -> tuple[float, float]:
        """Width and height of the field of view as shares of a frame of `width` x `height` pixels."""
        across, near = self.screen_width_m, self.nearest_viewer_m
        if across is None or near is None or not (math.isfinite(across) and across > 0 and near > 0):
            return CONVENTION / max(self.screens[0], 1.0), CONVENTION / max(self.screens[1], 1.0)
        share = 2.0 * near * math.tan(math.radians(5.0)) / (across * max(self.magnified, 1.0))
        return min(share, CONVENTION), min(share * width / height, CONVENTION)


class FlashGuard:
    """Guards frames of one size, in the order in which they are shown."""

    def __init__(self, width: int, height: int, field: Field = Field()) -> None:
        self.width, self.height = width, height
        self._shares = field.shares(width, height)
        self._nodes = min(NODE_ROWS, height), min(NODE_COLUMNS, width)
        self._linear = linear()
        self.reset()

    def _windows(self, rows: int, columns: int) -> FieldsOfView:
        across, down = self._shares
        return FieldsOfView(rows, columns, max(1, int(down * rows)), max(1, int(across * columns)))

    def reset(self) -> None:
        """Forget every frame."""
        self._sensor = Sensor(self.width, self.height)
        cells, nodes = self._sensor.rows * self._sensor.columns, self._nodes[0] * self._nodes[1]
        points = self._sensor.pixels.size
        fields = self._windows(self._sensor.rows, self._sensor.columns)
        self.held = NOTHING
        self._white = Flicker(
            CellRate(fields, STEP, KEPT, BRIGHT, FLICKERING),
            EventRate(fields, DEFINED, KEPT, BRIGHT),
            MeanRate(fields, STEP, KEPT, BRIGHT, SWING, SWING_KEPT),
        )
        self._even = EventRate(fields, EVEN_DEFINED, EVEN_KEPT, EVEN_BRIGHT)
        self._red = Flicker(
            CellRate(fields, RED_STEP, 0.0, math.inf, FLICKERING), EventRate(fields, RED_STEP, 0.0, math.inf)
        )
        self._points = CellRate(self._windows(*self._sensor.points), STEP, KEPT, BRIGHT, POINTS)
        self._stripes = Stripes(self.width, self.height, self._windows(*self._nodes))
        rows, columns = self._sensor.rows, self._sensor.columns
        self._node_of = _nodes_of(rows, columns, *self._nodes), np.arange(points, dtype=np.int32)  # of cells, of points
        self._level = np.zeros(cells, dtype=np.float32)
        self._redness = np.zeros(cells, dtype=np.float32)
        self._linear_level = np.zeros(cells, dtype=np.float32)
        self._point = np.zeros(points, dtype=np.float32)
        self._bound = np.empty(cells, dtype=np.float32)
        self._point_bound = np.empty(points, dtype=np.float32)
        self._red_rests_s = 0.0  # seconds for which there has been no red, and `_red` was told of none
        self._gain = np.ones((2, nodes), dtype=np.float32)  # of code values, and seconds for which it still holds
        self._pale = np.zeros((2, nodes), dtype=np.float32)
        self._attenuation = Attenuation(
            self.width, self.height, *self._nodes, (self._sensor.rows, self._sensor.columns)
        )
        self._soft = np.empty((2, *self._nodes), dtype=np.float32)
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
        self._stripes.look(rows, self._linear, dt)
        moved = self._sensor.move_points(dt)
        had = self._still_held(dt)
        self._sense(rows, had, dt)
        judged = self._pale_reds(rows, had, dt)
        touched = self._darken(rows, had, moved, dt)
        self._follow_reds(judged, touched, dt)
        self.held = self._told() if touched or self._paling else NOTHING

    @property
    def activity(self) -> float:
        """Share of the newest frame, 0..1, that was changed."""
        return self.held.share

    def _told(self) -> Held:
        """What was done to the newest frame, by which rules."""
        acting = ((FLASHES, self._holding), (RED, self._paling), (STRIPES, self._stripes.dimming))
        share = self._attenuation.share
        return Held(share, tuple(rule for rule, acts in acting if acts)) if share > 0.0 else NOTHING

    def _still_held(self, dt: float) -> Floats:
        """The gain of every node that still holds, before this frame is judged."""
        if self._holding:
            lift(self._gain, dt)
        held: Floats = np.minimum(self._gain[0], self._stripes.gain)
        return held

    def _sense(self, frame: Pixels, had: Floats, dt: float) -> None:
        """Sense the frame, once those reds are pale that still are to be."""
        if self._paling:
            lower(self._pale, dt)
            self._desaturate(frame)
        self._take_in(frame, had)

    def _take_in(self, frame: Pixels, had: Floats) -> None:
        """Sense the frame as it is, and what the gains that it `had` leave of it, where they leave less."""
        self._sensor.sense(frame)
        if self._held_back:
            _dim_cells(self._sensor.level, had, self._node_of[0], self._level)

    @property
    def _held_back(self) -> bool:
        """Whether gains still hold, of this frame's stripes or of what flashed before it."""
        return self._holding or self._stripes.dimming

    def _desaturate(self, frame: Pixels) -> None:
        self._paling = bool(spread_pale(self._pale[0], self._attenuation.pale))
        self._attenuation.desaturate(frame)

    def _pale_reds(self, frame: Pixels, had: Floats, dt: float) -> bool:
        """Where red may not come or go once more, make reds pale; whether the frame is still what was judged.

        Judged at the gains that it `had`: what is darkened is less red, and comes back with the light.
        """
        sensor = self._sensor
        if not (sensor.any_red or self._paling) and self._red_rests_s > 0.0:
            return True
        if self._red_rests_s > 0.0:
            self._rest_red()
        redness = self._redden(self._level) if self._held_back else sensor.redness
        self._bound[:] = np.inf
        if not self._red.bounds(redness, dt, self._bound):
            return not self._held_back
        _make_pale(redness, self._bound, self._node_of[0], self._pale)
        self._desaturate(frame)
        self._take_in(frame, had)
        return False

    def _redden(self, level: Floats) -> Floats:
        """How red each cell is where of its light `level` is left."""
        dim_redness(self._sensor.redness, self._sensor.level, level, self._redness)
        return self._redness

    def _follow_reds(self, judged: bool, touched: bool, dt: float) -> None:
        """Tell the rules of red what was shown; `judged` where it is what they were asked about."""
        sensor = self._sensor
        present = sensor.any_red or self._paling
        if self._red_rests_s > 0.0 and not present:
            self._red_rests_s += dt
            return
        self._red.follow(self._redden(self._level) if touched else sensor.redness, dt, judged and not touched)
        if not present:
            self._red_rests_s = 1e-9

    def _rest_red(self) -> None:
        """Tell the rules of red of the time in which there was none."""
        passed, self._red_rests_s = self._red_rests_s, 0.0
        self._redness[:] = 0.0
        self._red.follow(self._redness, passed)

    def _darken(self, frame: Pixels, had: Floats, moved: NDArray[np.intp], dt: float) -> bool:
        """Where light may not rise, lower the gain that it `had` until it doesn't; whether the frame was changed.

        `moved` points stand for other pixels than before.
        """
        sensor, dimming, before = self._sensor, self._stripes.dimming, self._dimming
        self._dimming = dimming
        level, even = sensor.level, sensor.linear
        if self._held_back:
            dim_linear(sensor.linear, sensor.level, self._level, self._linear_level)
            level, even = self._level, self._linear_level
        _weigh_points(sensor.pixels, had, self._point)
        self._points.restart(moved, self._point)
        self._bound[:] = np.inf
        self._point_bound[:] = np.inf
        if self._white.bounds(level, dt, self._bound):
            _yield(level, self._bound, self._node_of[0], had, self._gain)
            self._holding = True
        self._bound[:] = np.inf
        if self._even.bounds(even, dt, self._bound):
            _yield(even, self._bound, self._node_of[0], had, self._gain)
            self._holding = True
        if self._points.bounds(self._point, dt, self._point_bound):
            _yield(self._point, self._point_bound, self._node_of[1], had, self._gain)
            self._holding = True
        touched = self._holding or dimming
        if touched or before:
            self._holding = bool(join(self._gain[0], self._stripes.gain, self._soft[0]))
            erode_and_blur(self._soft, SPREAD, BLUR)
            round_down(self._soft[0], self._attenuation.gain)
        if touched:
            self._attenuation.dim(frame)
            self._attenuation.dimmed(sensor.level, self._level)
            dim_linear(sensor.linear, sensor.level, self._level, self._linear_level)
            _weigh_points(sensor.pixels, self._soft[0].ravel(), self._point)
        self._white.follow(self._level if touched else sensor.level, dt, not touched)
        self._even.follow(self._linear_level if touched else sensor.linear, dt, not touched)
        self._points.follow(self._point, dt, not touched)
        return touched

    def _follow_black(self, dt: float) -> None:
        """A black frame was shown in place of one that could not be judged."""
        self._sensor.sense_black()
        self._level[:] = 0.0
        self._point[:] = 0.0
        self.held = Held(1.0, (BLACK,))
        self._white.follow(self._level, dt)
        self._even.follow(self._sensor.linear, dt)
        self._points.follow(self._point, dt)
        self._red.follow(self._sensor.redness, dt + self._red_rests_s)
        self._red_rests_s = 0.0

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


# Cells and nodes are (rows, columns), row by row; a frame has at most as many nodes as cells, each way.


def _nodes_of(rows: int, columns: int, node_rows: int, node_columns: int) -> Ints:
    """(rows * columns,) the node whose part of the frame each cell begins in."""
    down, across = np.arange(rows) * node_rows // rows, np.arange(columns) * node_columns // columns
    return (down[:, None] * node_columns + across[None, :]).ravel().astype(np.int32)


@strict
def _dim_cells(sensed: Floats, gain: Floats, node_of: Ints, level: Floats) -> None:
    """What the gains that still hold leave of each cell's mean."""
    for i in range(sensed.size):
        g = gain[node_of[i]]
        level[i] = sensed[i] * g * g


@strict
def _weigh_points(pixels: Pixels, gain: Floats, level: Floats) -> None:
    """The luminance of single pixels, in squares of code values, at the gain of their node."""
    for i in range(pixels.size):
        p, g = pixels[i], gain[i]
        r, green, b = np.float32((p >> 16) & 255), np.float32((p >> 8) & 255), np.float32(p & 255)
        light = np.float32(0.2126) * r * r + np.float32(0.7152) * green * green + np.float32(0.0722) * b * b
        level[i] = light * g * g * np.float32(1.0 / 65025.0)


@strict
def _yield(level: Floats, bound: Floats, node_of: Ints, had: Floats, gain: Floats) -> None:
    """Lower the gain of every node in whose part a cell is above its bound, at the gains it `had`: a gain g leaves
    g * g of a mean."""
    for i in range(level.size):
        if level[i] > bound[i]:
            k = node_of[i]
            wanted = np.float32(math.floor(256.0 * had[k] * math.sqrt(bound[i] / level[i])) / 256.0)
            gain[0, k] = min(gain[0, k], wanted)
            gain[1, k] = HOLD_S


@strict
def _make_pale(redness: Floats, bound: Floats, node_of: Ints, pale: Floats) -> None:
    for i in range(redness.size):
        if redness[i] > bound[i]:
            k = node_of[i]
            pale[0, k], pale[1, k] = PALE, HOLD_S
