"""What glitch does to a finished frame: short displaced bars, and channels that part by a pixel or two.

The rest of glitch happens to the lights, in the scene. Bars are drawn from the shared glitch clock, so that they fall
when the sound stutters. Light is moved, hardly made or taken away: flashes are no part of glitch.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.model.chance import Chance
from installation.scene import Beat

_BARS = 9  # at amount 1, at most
_FADE = 4  # ticks in which a slice's bars come, and go


def tear(frame: NDArray[np.uint32], beat: Beat, chance: Chance, amount: float) -> None:
    """Tear `frame` (height, width) 0x00RRGGBB in place by `amount`, 0 (untouched) .. 1.

    Every slice of `beat` has bars of its own, addressed by its index. They are short, shifted sideways by up to 4 % of
    the width, and at most 2 px (at 1080 rows) of red and blue parting; both grow and shrink within the slice. What is
    shown in a bar is what stood beside it in its rows; past the frame's edge, its mirror image.
    """
    if amount <= 0.0:
        return
    height, width = frame.shape
    ebb = min(1.0, (beat.age + 1) / _FADE, max(beat.length - beat.age, 0) / _FADE)
    strength = min(amount, 1.0) * ebb
    dice = chance.at(beat.index)
    bars = int(dice.integers(0, 1 + round(_BARS * min(amount, 1.0))))
    for _ in range(bars):
        top, left, tall, wide, far, split = dice.random(6)
        rows = max(1, round((0.003 + 0.025 * tall**2) * height))
        columns = min(width, max(4, round((0.06 + 0.3 * wide) * width)))
        y = int(top * max(height - rows, 1))
        x = int(left * max(width - columns, 1))
        shift = round((far - 0.5) * 0.08 * width * strength)
        part = round(2.0 * height / 1080 * strength * (0.5 + split))
        _displace(frame[y : y + rows], x, columns, shift, min(part, max(1, round(2.0 * height / 1080))))


def _displace(rows: NDArray[np.uint32], x: int, columns: int, shift: int, part: int) -> None:
    """Show in `columns` from `x` what stands `shift` to their left, red `part` further away and blue `part` nearer."""
    red, green, blue = (
        rows[:, _mirrored(np.arange(x, x + columns) - shift - apart, rows.shape[1])] for apart in (part, 0, -part)
    )
    rows[:, x : x + columns] = (red & np.uint32(0xFF0000)) | (green & np.uint32(0xFF00)) | (blue & np.uint32(0xFF))


def _mirrored(columns: NDArray[np.int_], width: int) -> NDArray[np.int_]:
    """The same columns, those past an edge of `width` folded back at it."""
    folded: NDArray[np.int_] = np.mod(columns, 2 * width)
    mirrored: NDArray[np.int_] = np.minimum(folded, 2 * width - 1 - folded)
    return mirrored
