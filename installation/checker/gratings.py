"""Gratings: where a frame is a pattern of more than five pairs of stripes, found by its spectrum.

Independent of the guard's own search for stripes, which follows scan lines. Judges one frame at a time; how long a
pattern stands is for the caller to count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CONTRAST = 0.10
"""Luminance from the dark to the light stripe (20 of 200 cd/m2)."""
PAIRS = 5
"""Pairs that are still no pattern."""
ENOUGH = 100
"""Pixels across a patch that suffice to judge it; larger ones are reduced."""
PURITY = 0.5
"""Share of the variance in a patch that one wave makes up: under it, it is texture, or lines too thin for stripes."""


@dataclass(frozen=True, slots=True)
class GratingPatch:
    """A part of the frame, as shares of it, that is a grating."""

    top: float
    left: float
    height: float
    width: float
    pairs: float
    contrast: float


class Gratings:
    """Looks at patches of a quarter of a field of view, and of larger ones up to the whole frame."""

    def __init__(self, height: int, width: int, window: tuple[float, float]) -> None:
        self._height, self._width = height, width
        self._scales: list[tuple[int, int, int]] = []  # reduction, rows and columns of a patch once reduced
        rows, columns = height * window[0] / 2, width * window[1] / 2
        while rows <= height and columns <= width:
            reduction = max(1, int(columns / ENOUGH))
            self._scales.append((reduction, int(rows / reduction), int(columns / reduction)))
            rows, columns = 2 * rows, 2 * columns
        reduction = max(1, int(width / ENOUGH))
        self._scales.append((reduction, height // reduction, width // reduction))

    def find(self, luminance: Floats) -> list[GratingPatch]:
        """The patches of `luminance` (height, width) that are gratings."""
        found: list[GratingPatch] = []
        for reduction, rows, columns in self._scales:
            h, w = self._height // reduction, self._width // reduction
            small = luminance[: h * reduction, : w * reduction].reshape(h, reduction, w, reduction).mean(axis=(1, 3))
            tops, lefts = _places(h, rows), _places(w, columns)
            patches = np.stack([small[t : t + rows, c : c + columns] for t in tops for c in lefts])
            corners = [(t, c) for t in tops for c in lefts]
            lively = patches.max(axis=(1, 2)) - patches.min(axis=(1, 2)) >= CONTRAST
            for i, pairs, contrast in _gratings(patches, np.flatnonzero(lively)):
                top, left = corners[i]
                found.append(GratingPatch(top / h, left / w, rows / h, columns / w, pairs, contrast))
        return found


def _places(length: int, patch: int) -> list[int]:
    """Places of a patch that overlap by half, the last at the very end."""
    last = length - patch
    return sorted({*range(0, last + 1, max(1, patch // 2)), last})


def _power(patches: Floats) -> Floats:
    """(n, rows, columns) power of every wave in `patches`, by its whole periods down and across."""
    half: Floats = np.abs(np.fft.rfft2(patches, axes=(1, 2))) ** 2
    again = half[:, :, 1 : (patches.shape[2] + 1) // 2]  # the other half says the same, turned by half a turn
    return np.concatenate([half, np.roll(again[:, ::-1, ::-1], 1, axis=1)], axis=2)


def _gratings(patches: Floats, which: NDArray[np.intp]) -> list[tuple[int, float, float]]:
    """(index, pairs, contrast) of those `patches` (n, rows, columns) of `which` that are mostly one wave."""
    if not len(which):
        return []
    rows, columns = patches.shape[1:]
    taper = np.outer(np.hanning(rows + 2)[1:-1], np.hanning(columns + 2)[1:-1]).astype(np.float32)
    chosen = patches[which]
    chosen = chosen - (chosen * taper).sum(axis=(1, 2), keepdims=True) / taper.sum()
    power = _power(chosen * taper)
    power[:, 0, 0] = 0.0
    v = np.abs(np.fft.fftfreq(rows, 1.0 / rows))[:, None]
    u = np.abs(np.fft.fftfreq(columns, 1.0 / columns))[None, :]
    # a wave of fewer than four pixels is finer than the eye is shown here
    resolved = (v <= rows / 4) & (u <= columns / 4)
    n = len(which)
    y, x = np.divmod((power * resolved).reshape(n, -1).argmax(axis=1), columns)
    pairs = v[y, 0] + u[0, x]
    # the taper has spread a wave over one bin on every side, keeps mean(taper^2) of its power, and both halves hold it
    ys, xs = (y[:, None] + np.arange(-1, 2)) % rows, (x[:, None] + np.arange(-1, 2)) % columns
    near = 2.0 * power[np.arange(n)[:, None, None], ys[:, :, None], xs[:, None, :]].sum(axis=(1, 2))
    contrast = 2.0 * np.sqrt(2.0 * near / (rows * columns * float((taper**2).sum())))
    harmful = (pairs > PAIRS) & (contrast >= CONTRAST) & (near >= PURITY * power.sum(axis=(1, 2)))
    return [(int(which[i]), float(pairs[i]), float(contrast[i])) for i in np.flatnonzero(harmful)]
