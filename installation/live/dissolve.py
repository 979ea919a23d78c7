"""Dissolve: a show that is put elsewhere goes over from its last picture in half a second; it never jumps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.easing import ease
from installation.foundation.kernels import quick
from installation.light.picture import Look, Pixels
from installation.live.painter import Drawing
from installation.model import ticks

LASTS = ticks.ticks(0.5)


@quick
def _mix(over: NDArray[np.uint32], frame: NDArray[np.uint32], share: np.uint32) -> None:
    """Let `share`, of 256, of `over` lie on `frame`; both (height, width) of 0x00RRGGBB."""
    rest = np.uint32(256) - share
    for y in range(frame.shape[0]):
        for x in range(frame.shape[1]):
            a, b = over[y, x], frame[y, x]
            ends = (a & np.uint32(0xFF00FF)) * share + (b & np.uint32(0xFF00FF)) * rest + np.uint32(0x800080)
            middle = (a & np.uint32(0x00FF00)) * share + (b & np.uint32(0x00FF00)) * rest + np.uint32(0x008000)
            frame[y, x] = ((ends >> np.uint32(8)) & np.uint32(0xFF00FF)) | (
                (middle >> np.uint32(8)) & np.uint32(0x00FF00)
            )


class Dissolve:
    """Knows when the show jumped; `over` wraps whatever draws it. Made before the show begins: it compiles a kernel."""

    def __init__(self) -> None:
        self._jumped: tuple[int, int] = (0, 0)  # how often, and to which tick
        _mix(np.zeros((1, 1), np.uint32), np.zeros((1, 1), np.uint32), np.uint32(0))

    def jump(self, tick: int) -> None:
        """The show stands at `tick` now, wherever it was; from any thread."""
        self._jumped = self._jumped[0] + 1, tick

    @property
    def jumps(self) -> int:
        """How often it has jumped."""
        return self._jumped[0]

    def left(self, tick: int) -> float:
        """How much of the last picture lies on that of `tick`: 1 .. 0."""
        jumps, start = self._jumped
        return 1.0 - ease((tick - start) / LASTS) if jumps and 0 <= tick - start < LASTS else 0.0

    def over(self, drawing: Drawing) -> Drawing:
        """The same pictures, each lying under what is left of the last one before a jump."""
        return _Dissolved(self, drawing)


class _Dissolved:
    def __init__(self, dissolve: Dissolve, drawing: Drawing) -> None:
        self._dissolve, self._drawing, self._known = dissolve, drawing, dissolve.jumps
        self.width, self.height, self.threads = drawing.width, drawing.height, drawing.threads
        self._last: Pixels = np.zeros((self.height, self.width), np.uint32)
        self._held = self._last.copy()

    def draw(self, seen: Look, pixels: Pixels, dt: float, fade: float = 1.0) -> None:
        """A moment into pixels."""
        self._drawing.draw(seen, pixels, dt, fade)
        if self._dissolve.jumps != self._known:
            self._known = self._dissolve.jumps
            self._held[:] = self._last
        if left := round(256 * self._dissolve.left(seen.now.tick)):
            _mix(self._held, pixels, np.uint32(left))
        self._last[:] = pixels

    @property
    def guarded(self) -> float:
        """Share of the newest picture in which the flash guard acts."""
        return self._drawing.guarded

    def close(self) -> None:
        """Never again."""
        self._drawing.close()
