"""What this machine is able to: measured with the real show, by a clock that is handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from installation.light.picture import Look, look
from installation.light.screen.screen import Screen
from installation.live.painter import Drawing
from installation.model import ticks
from installation.model.ticks import SECOND
from installation.show import Show
from installation.venue.settings import Size

Clock = Callable[[], int]

_TRIES = 4


def lit(show: Show, size: Size) -> Look:
    """The show in full light, whatever its score says: what is dark costs nothing to draw."""
    seen = look(show, size[0] / size[1])
    return replace(seen, now=replace(seen.now, presence=1.0))


def counts(cores: int) -> list[int]:
    """How many threads are worth trying on `cores`: 1, 2, 4, 8, 16 and all of them."""
    return sorted({n for n in (1, 2, 4, 8, 16, min(cores, 16)) if n <= cores})


def threads(show: Show, paint: Callable[[Size, int], Drawing], size: Size, cores: int, clock: Clock) -> int:
    """The fewest threads that draw the show's picture nearly as fast as any number does.

    What is left to other threads is not idle: the model, sound and the driver need it.
    """
    tries = counts(cores)
    if len(tries) == 1:
        return 1
    took = [picture(show, paint, size, n, clock) for n in tries]
    return next(n for n, time in zip(tries, took, strict=True) if time <= 1.1 * min(took))


def picture(show: Show, paint: Callable[[Size, int], Drawing], size: Size, count: int, clock: Clock) -> int:
    """Nanoseconds for one picture of `show` in full light drawn by `count` threads: the best of a few."""
    pixels = np.zeros((size[1], size[0]), np.uint32)
    drawing = paint(size, count)
    seen = lit(show, size)
    best = 1 << 62
    for _ in range(1 + _TRIES):  # the first makes room and is not the best
        began = clock()
        drawing.draw(seen, pixels, 1.0 / 60.0)
        best = min(best, clock() - began)
    drawing.close()
    return best


def tick(show: Show, clock: Clock, count: int = ticks.RATE) -> int:
    """Nanoseconds for one tick of `show`, which is moved on by `count`."""
    began = clock()
    for _ in range(count):
        show.step()
    return (clock() - began) // count


def strains(screen: Screen, effort: Clock, flips: int = 4) -> bool:
    """Whether showing a picture costs the processor so much that the gpu must be one in name only.

    `effort` gives the nanoseconds of processor time of all threads of this process. A driver that draws by software
    needs 6 ms and more for a million pixels, a copy to a real gpu less than 1.
    """
    screen.show()
    began = effort()
    for _ in range(flips):
        screen.show()
    width, height = screen.size
    return (effort() - began) / flips > 4e-9 * width * height * SECOND


def recommended(sizes: Sequence[Size], rates: Sequence[float], wanted: float = 60.0) -> Size | None:
    """The largest of `sizes` that is drawn `wanted` times a second with a tenth to spare; None where none is."""
    good = [size for size, rate in zip(sizes, rates, strict=True) if rate >= 1.1 * wanted]
    return max(good, key=lambda size: size[0] * size[1], default=None)
