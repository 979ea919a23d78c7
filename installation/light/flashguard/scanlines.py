"""Scan lines: where along the lines of a frame there is a grating, and what gain it leaves to them.

A line finds runs of even light-dark pairs; a run counts only where its surroundings are one wave of that width too, in
whatever direction and steadily stretched at most: branches that cross, stems and texture are none. Remembers nothing;
see `stripes` for how long a grating may stand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import loose, strict
from installation.light.flashguard.sensing import unsquared

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Pixels = NDArray[np.uint32]

CONTRAST = 0.075
"""Luminance by which a light stripe exceeds a dark one."""
WAVE = 0.09
"""Luminance from valley to peak of the wave that stripes are (four pi-ths of their contrast, where they are even)."""
DIMMED = 0.06
"""What is left of a contrast when stripes are dimmed."""
PAIRS = 5
"""Pairs that are still no pattern."""
LEAST_SWUNG = 0.99 * CONTRAST * (2 * PAIRS + 1)
"""A line whose light goes up and down by less has too few edges for a run; a little less, for rounding."""
PURITY = 0.2
"""Share of the variance round a run that one wave must make up. Measured: an even grating's is 0.8, rays' 0.1 to 0.7,
and where a tree's branches cross 0.04, at most 0.12."""
FAINT, PURER = 0.2, 0.35
"""Luminance of a wave from valley to peak under which it must make up more. What harms is seen as stripes; of threads
and hairs that lie side by side unevenly some part is always a faint wave. Measured: a cloth's is 0.13 to 0.16, mostly
under a third of what is there; an even grating's makes up 0.8 however faint it is."""
REACH = 2.5
"""Widths of a pair over which it must be that wave, along the stripes."""
FANS = np.array([0.0, 0.2, -0.2, 0.4, -0.4])
"""By how much of itself a pair may be wider on the outermost of those lines than in the middle, as between spokes."""
DRIFT = 0.6
"""A pair that is narrower than this part of its neighbour ends a run: chirps and fans go on."""
LINES, GRAIN, SLANTS = 9, 8, 16
"""Parallel lines in that reach, samples a pair, and half the number of slants that are tried."""
COSINE, SINE = np.cos(2.0 * np.pi * np.arange(GRAIN) / GRAIN), np.sin(2.0 * np.pi * np.arange(GRAIN) / GRAIN)
SLANT = np.arange(-SLANTS, SLANTS) * np.pi / SLANTS
TURNS = np.stack([np.cos(SLANT), np.sin(SLANT)], axis=1)
"""(n, 2): how much further a slanting wave has turned on every next line."""
HOPS = 10
"""Parts of a scan line at whose ends a long run is looked at again."""
SCALES = (1, 2, 4, 8)
"""Pixels that are averaged before runs are looked for, each twice the one before: grain hides no stripes."""
BINS = 144
"""Parts of a scan line that ask for a gain of their own."""


def drawn(width: int, height: int, counts: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Every scan line, (n, 5): x and y of its first pixel, steps in x and y to the next, and how many pixels it has;
    and the bins of its family that it runs through, (n, 2): first, and last + 1.

    Rows, posts, and two families along the diagonals: in shares of width and height, across - down is the same all
    along a falling one, across + down along a rising one.
    """
    rows, posts, falling, rising = counts
    lines = [(0.0, float(int((k + 0.5) * height / rows)), 1.0, 0.0, width) for k in range(rows)]
    lines += [(float(int((k + 0.5) * width / posts)), 0.0, 0.0, 1.0, height) for k in range(posts)]
    bins = [(0, BINS)] * len(lines)
    for count, way in ((falling, 1), (rising, -1)):
        for k in range(count):
            apart = 2.0 * (k + 0.5) / count - 1.0
            steps = max(1, int(max(width, height) * (1.0 - abs(apart))))
            step = (1.0 - abs(apart)) / steps
            across, down = max(apart, 0.0) + step / 2.0, max(-apart, 0.0) + step / 2.0
            top = down if way > 0 else 1.0 - down
            lines.append((across * width, top * height, step * width, way * step * height, steps))
            first = int(abs(apart) / 2.0 * BINS)
            bins.append((first, max(first + 1, int((1.0 - abs(apart) / 2.0) * BINS))))
    return np.array(lines, dtype=np.float32), np.array(bins, dtype=np.int32)


def crossing(rows: int, columns: int, counts: tuple[int, ...]) -> NDArray[np.int32]:
    """(4, rows * columns): for each cell the bin, among all bins of all lines, of the line of each family nearest."""
    y, x = np.mgrid[:rows, :columns]
    across, down = (x + 0.5) / columns, (y + 0.5) / rows
    slanting = [((across - v + 1.0) / 2.0, (across + v) / 2.0) for v in (down, 1.0 - down)]
    families = [(down, across), (across, down), *slanting]
    found, before = [], 0
    for (place, along), count in zip(families, counts, strict=True):
        found.append((before + np.minimum(place * count, count - 1).astype(int)) * BINS + (along * BINS).astype(int))
        before += count
    return np.stack([bins.ravel() for bins in found]).astype(np.int32)


@strict
def scan(
    frame: Pixels, linear: Floats, which: NDArray[np.intp], lines: Floats, bins: Ints, light: Floats, asked: Floats,
    striped: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Scan the lines `which`: write into `asked` what gain each wants along it, and into `striped` whether any."""
    height, width = frame.shape
    edges = np.empty((2, light.size), dtype=np.int32)
    taken = np.empty(light.size, dtype=np.uint32)
    for i in which:
        x, y, dx, dy = lines[i, 0], lines[i, 1], lines[i, 2], lines[i, 3]
        length = int(lines[i, 4])
        if dx == 1.0 and dy == 0.0:
            _lighten(frame[int(y), :length], light)
        else:
            for k in range(length):
                v = min(max(int(y + k * dy), 0), height - 1)
                taken[k] = frame[v, min(int(x + k * dx), width - 1)]
            _lighten(taken[:length], light)
        gains = asked[i, bins[i, 0] : bins[i, 1]]
        gains[:] = 1.0
        striped[i] = False
        for coarse in SCALES:
            if coarse > 1:
                for k in range(length // coarse):
                    light[k] = 0.5 * (light[2 * k] + light[2 * k + 1])
            if _swung(light[: length // coarse]) < LEAST_SWUNG:
                break  # and what is averaged over more pixels swings less
            if _runs(frame, linear, lines[i], light[: length // coarse], coarse, edges, gains):
                striped[i] = True


@strict
def _lighten(pixels: Pixels, light: Floats) -> None:
    """The luminance of `pixels` into the first of `light`."""
    byte, share = np.uint32(255), np.float32(1.0 / 255.0)
    for k in range(pixels.size):
        p = pixels[k]
        r, g, b = np.float32((p >> np.uint32(16)) & byte), np.float32((p >> np.uint32(8)) & byte), np.float32(p & byte)
        light[k] = (
            np.float32(0.2126) * unsquared(r * share)
            + np.float32(0.7152) * unsquared(g * share)
            + np.float32(0.0722) * unsquared(b * share)
        )


@loose
def _swung(light: Floats) -> np.float32:
    """The total variation of `light`: how far it went up and down along a line."""
    total = np.float32(0.0)
    for k in range(1, light.size):
        total += abs(light[k] - light[k - 1])
    return total


@strict
def _luminance(p: int, linear: Floats) -> float:
    light: float = (
        np.float32(0.2126) * linear[(p >> 16) & 255]
        + np.float32(0.7152) * linear[(p >> 8) & 255]
        + np.float32(0.0722) * linear[p & 255]
    )
    return light


@strict
def _runs(
    frame: Pixels, linear: Floats, line: Floats, light: Floats, coarse: int, edges: Ints, gains: Floats,
) -> bool:  # fmt: skip
    """Find runs of even light-dark pairs in one line, of which each of `light` is the mean of so many pixels; whether
    any of them is a grating, as `gains` then says.

    A pair reaches from one rise to the next; it continues a run when it is about as wide as the one before (DRIFT),
    and neither its light nor its dark part is under a seventh of it. Pairs finer than a 480th of the line, about
    16 to a degree, are too fine to be seen as stripes.
    """
    found, finest = False, light.size * coarse / 480.0
    count, contrast = _edges(light, coarse, edges)
    rises, falls = edges[0], edges[1]
    first, last = 0, 0.0
    for k in range(1, count + 1):
        width = rises[k] - rises[k - 1] if k < count else 0
        fair = width > finest and 1 <= 7 * (falls[k - 1] - rises[k - 1]) // width <= 5
        if fair and k - 1 > first and DRIFT * last <= width <= last / DRIFT:
            last = float(width)
            continue
        if k - 1 - first >= PAIRS:  # so many from rise to rise, and one more behind the last rise
            need = np.float32((DIMMED / contrast) ** (1.0 / 2.2))
            found |= _confirm(frame, linear, line, rises[first:k], light.size * coarse, need, gains)
        first, last = (k - 1, float(width)) if fair else (k, 0.0)
    return found


@strict
def _edges(light: Floats, coarse: int, edges: Ints) -> tuple[int, np.float32]:
    """Write where `light` rises and then falls by CONTRAST into `edges` (2, n); how many rises, and the most that it
    swung."""
    rising, extreme, valley = False, np.float32(1.0), np.float32(1.0)
    count, contrast = 0, np.float32(CONTRAST)
    for x in range(light.size):
        y = light[x]
        if rising:
            if y > extreme:
                extreme = y
            elif extreme - y >= CONTRAST:
                edges[1, count - 1] = x * coarse
                contrast = max(contrast, extreme - valley)
                rising, extreme = False, y
        elif y < extreme:
            extreme = y
        elif y - extreme >= CONTRAST:
            edges[0, count] = x * coarse
            edges[1, count] = light.size * coarse
            rising, valley, extreme = True, extreme, y
            count += 1
    return count, contrast


@strict
def _confirm(
    frame: Pixels, linear: Floats, line: Floats, rises: Ints, length: int, need: np.float32, gains: Floats,
) -> bool:  # fmt: skip
    """Look at the surroundings of a run, a hop at a time, and write `need` where they are a grating; whether any."""
    scale, hop = gains.size / length, length / HOPS
    if (
        max(gains[int(scale * rises[0])], gains[int(scale * rises[-1])], gains[int(scale * rises[rises.size // 2])])
        < 1.0
    ):
        return True  # a finer look has found it
    found = False
    k, known = PAIRS, 0
    while k < rises.size:
        if _is_wave(frame, linear, line, rises[k - PAIRS : k + 1]):
            found = True
            for c in range(int(scale * rises[known]), min(int(scale * rises[k]) + 1, gains.size)):
                gains[c] = min(gains[c], need)
            known = k
            while k < rises.size - 1 and (k < known + PAIRS or rises[k] < rises[known] + hop):
                k += 1
            if k == known:
                break
        else:
            k += 1
            known = k - PAIRS
    return found


@strict
def _is_wave(frame: Pixels, linear: Floats, line: Floats, rises: Ints) -> bool:
    """Whether the surroundings of the pairs between these rises on a line are mostly one wave of their widths.

    The component of that wave, which may stretch steadily, is taken along parallel lines, between which its pairs may
    widen as spokes do; their sum is greatest where its phase goes on evenly from line to line, at the wave's own slant.
    """
    height, width = frame.shape
    pairs, upright = rises.size - 1, line[2] == 0.0
    middle, period, stretch = _pace(rises)
    start, end = middle - 0.5 * period * pairs, middle + 0.5 * period * pairs
    extent = width if upright else height
    reach = min(REACH * period, extent - 1.0)
    place = line[0] if upright else line[1] + 0.5 * (start + end) * line[3]
    before = min(max(place - reach / 2.0, 0.0), extent - 1.0 - reach) - place
    number = pairs * GRAIN
    real, imaginary, mean, square = _component(frame, linear, line, 0.0, middle, period, stretch, pairs)
    if 4.0 * (real * real + imaginary * imaginary) < PURITY * number**2 * (square - mean * mean):
        return False  # not half as pure on the line itself: nearly all that is no grating ends here
    wave = np.empty((LINES, 2))
    for fan in FANS:
        total, squares = 0.0, 0.0
        for m in range(LINES):
            off = before + reach * m / (LINES - 1)
            scale = 1.0 + fan * 2.0 * off / reach
            wave[m, 0], wave[m, 1], mean, square = _component(
                frame, linear, line, off, middle, period * scale, stretch * scale, pairs
            )
            total += mean / LINES
            squares += square / LINES
        power = 2.0 * _aligned(wave) / (LINES * number) ** 2  # its amplitude is the root of twice that
        seen = np.sqrt(8.0 * power)  # from valley to peak
        if seen >= WAVE and power >= (PURITY if seen >= FAINT else PURER) * (squares - total * total):
            return True
    return False


@strict
def _component(
    frame: Pixels, linear: Floats, line: Floats, off: float, middle: float, period: float, stretch: float,
    pairs: int,
) -> tuple[float, float, float, float]:  # fmt: skip
    """The sum of a wave's component on a parallel to a line, `off` pixels beside it: real, imaginary; and the mean of
    the light there and of its square."""
    height, width = frame.shape
    upright = line[2] == 0.0
    across, down = line[0] + (off if upright else 0.0), line[1] + (0.0 if upright else off)
    real, imaginary, total, squares = 0.0, 0.0, 0.0, 0.0
    for pair in range(pairs):
        for k in range(GRAIN):
            way = pair - 0.5 * pairs + k / GRAIN
            at = middle + period * way + stretch * way * way
            u = min(max(int(across + at * line[2]), 0), width - 1)
            v = min(max(int(down + at * line[3]), 0), height - 1)
            y = _luminance(frame[v, u], linear)
            total += y
            squares += y * y
            real += y * COSINE[k]
            imaginary += y * SINE[k]
    return real, imaginary, total / (pairs * GRAIN), squares / (pairs * GRAIN)


@strict
def _pace(rises: Ints) -> tuple[float, float, float]:
    """Where the middle of evenly stretching pairs lies, how wide a pair is there, and half of how much each is wider
    than the one before: the least squares."""
    half, n = 0.5 * (rises.size - 1), rises.size
    place, slope, bend, bends = 0.0, 0.0, 0.0, 0.0
    spread = (n * n - 1) / 12.0
    for k in range(n):
        curve = (k - half) ** 2 - spread
        place += rises[k] / n
        slope += rises[k] * (k - half) / (n * spread)
        bend += rises[k] * curve
        bends += curve * curve
    stretch = bend / bends
    return place - stretch * spread, slope, stretch


@strict
def _aligned(wave: NDArray[np.float64]) -> float:
    """The greatest square of the sum of complex `wave` (lines, 2), each turned further than the last by one angle."""
    best = 0.0
    for turn in TURNS:
        turn_c, turn_s = turn[0], turn[1]
        c, s, a, b = 1.0, 0.0, 0.0, 0.0
        for m in range(wave.shape[0]):
            a += wave[m, 0] * c - wave[m, 1] * s
            b += wave[m, 0] * s + wave[m, 1] * c
            c, s = c * turn_c - s * turn_s, c * turn_s + s * turn_c
        best = max(best, a * a + b * b)
    return best
