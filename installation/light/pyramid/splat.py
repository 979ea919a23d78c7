"""Lights become splats: kernels that size points and walk along strokes.

A splat is a row of eight float32: x, y in pixels, the finest pyramid level it falls on, the share of the next coarser
level, linear RGB energy, and whether it is a halo (four levels instead of two). A piece of a thin stroke is a line: two
rows, its ends, marked by LINE and ENDS for a level, with its deviation for a share and its brightness for energy (see
lines.py). Nothing here touches a pixel.

`gauge` (see levels.py) says how high and how thick a unit of energy stands at each level; `draw` holds the numbers of
one frame, in the order of the constants below. Vertices come projected, as rows of `seen` (see projection.py).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import exact
from installation.light.pyramid import projection
from installation.light.pyramid.camera import CENTRE, FOCAL, NEAR
from installation.light.pyramid.projection import ACROSS, AWAY, BRIGHT, DEVIATION, DOWN, HIGH, NEARNESS, SIDE

FIELDS = 8
X, Y, LEVEL, SHARE, RED, GREEN, BLUE, HALO = range(FIELDS)

WIDTH, HEIGHT, EXPOSURE, HALO_SHARE, HALO_WIDTH, HALO_FLOOR, SIGMA_FLOOR, SIGMA_LEAST = range(8)

LINE, ENDS = np.float32(-1), np.float32(-2)
"""What stands for a level in the two rows of a line, which `_line` writes."""

WIDEST = 2.4
"""Deviation in pixels up to which a stroke is drawn as lines; thicker, splats cost less."""

SHORTEST, LONGEST = 3.0, 24.0
"""Pixels. Shorter pieces are gathered into splats; longer lines are cut, so that one touches three bands at most."""

REACH = 15 / 16 * math.sqrt(2 * math.pi)
"""Deviations from a line to where its light ends: (1 - q^2)^2 that reaches so far has the area of a Gaussian."""

_R, _G, _B = projection.RED, projection.GREEN, projection.BLUE  # rows of what is seen; RED.. here are a splat's

LEAST = np.float32(0.001)
"""Shares of a splat's energy up to this are left out."""

_FAINT = 1 / 2000  # brightness after exposure below which light is left out
_BRIGHT = 1e4  # brightness above which light is cut
_LARGE = 1e7  # pixels beyond which positions are no longer trusted
_OCTAVES = (4 / 7, 2 / 7, 1 / 7)  # a halo's three widths, each twice the last: together a skirt of about 1 / r^3


@exact
def _put(
    splats: NDArray[np.float32], at: int, end: int, x: float, y: float, level: float, share: float,
    r: float, g: float, b: float, halo: float,
) -> int:  # fmt: skip
    """Write one splat where there is room; counts on where there is none, so that the caller learns what is needed."""
    if at < end:
        splats[at, X] = x
        splats[at, Y] = y
        splats[at, LEVEL] = level
        splats[at, SHARE] = share
        splats[at, RED] = r
        splats[at, GREEN] = g
        splats[at, BLUE] = b
        splats[at, HALO] = halo
    return at + 1


@exact
def _level(height: float, peaks: NDArray[np.float64], top: int) -> int:
    """The finest of two neighbouring levels between whose peaks a splat of peak `height` for unit energy lies."""
    level = 0
    while level < top and peaks[level + 1] >= height:
        level += 1
    return level


@exact
def points(
    seen: NDArray[np.float32], count: int, draw: NDArray[np.float64], peaks: NDArray[np.float64],
    splats: NDArray[np.float32], at: int, end: int,
) -> int:  # fmt: skip
    """Splats of the first `count` points of `seen`, written to rows at..end-1 while there is room. Returns the row
    reached."""
    top = len(peaks) - 2
    halo, floor, faint = draw[HALO_SHARE], draw[SIGMA_FLOOR], _FAINT / draw[EXPOSURE]
    width, height = draw[WIDTH], draw[HEIGHT]
    halo_width, halo_floor = draw[HALO_WIDTH], draw[HALO_FLOOR]
    for i in range(count):
        if not (seen[AWAY, i] > NEAR and seen[BRIGHT, i] > faint):
            continue
        x, y, true = float(seen[ACROSS, i]), float(seen[DOWN, i]), float(seen[DEVIATION, i]) * float(seen[NEARNESS, i])
        if not (abs(x) < _LARGE and abs(y) < _LARGE and true > 0.0 and true < _LARGE):
            continue
        sigma = max(true, floor)
        thin = (true / sigma) ** 2
        bright = seen[BRIGHT, i] * thin
        if bright <= faint:
            continue
        spread = math.sqrt((halo_width * sigma) ** 2 + halo_floor**2) if halo > 0.0 else 0.0
        reach = max(4.0 * sigma, 8.0 * spread) + 4.0
        if x < -reach or y < -reach or x > width + reach or y > height + reach:
            continue
        r, g, b = float(seen[_R, i]), float(seen[_G, i]), float(seen[_B, i])
        factor = min(1.0, _BRIGHT / bright) * thin * (1.0 - faint / bright)
        peak = 1.0 / (2.0 * math.pi * sigma * sigma)
        level = _level(peak, peaks, top)
        share = min(1.0, max(0.0, (peaks[level] - peak) / (peaks[level] - peaks[level + 1])))
        energy = factor / ((1.0 - share) * peaks[level] + share * peaks[level + 1])
        e = energy * (1.0 - halo)
        at = _put(splats, at, end, x, y, level, share, r * e, g * e, b * e, 0.0)
        if halo > 0.0:
            e = energy * halo
            peak = 1.0 / (2.0 * math.pi * spread * spread)
            if bright * energy / factor * peak * thin * halo < 0.125 * faint:
                continue
            level = _level(peak, peaks, max(top - 2, 0))
            share = min(1.0, max(0.0, (peaks[level] - peak) / (peaks[level] - peaks[level + 1])))
            at = _put(splats, at, end, x, y, level, share, r * e, g * e, b * e, 1.0)
    return at


@exact
def _gauge(
    sigma: float, halo: bool, draw: NDArray[np.float64], reachable: int, peaks: NDArray[np.float64],
    ridges: NDArray[np.float64], steps: NDArray[np.float64],
) -> tuple[int, float, float, float]:  # fmt: skip
    """How a stroke of width `sigma` is drawn: level, share of the next, energy a pixel of length, length of a cell."""
    wide = math.sqrt((draw[HALO_WIDTH] * sigma) ** 2 + draw[HALO_FLOOR] ** 2) if halo else sigma
    height = 1.0 / (2.0 * math.pi * wide * wide)
    level = _level(height, peaks, reachable)
    share = min(1.0, max(0.0, (peaks[level] - height) / (peaks[level] - peaks[level + 1])))
    if halo:
        energy = sigma * math.sqrt(2.0 * math.pi)
    else:
        energy = 1.0 / ((1.0 - share) * ridges[level] + share * ridges[level + 1])
    return level, share, energy, max(0.7, steps[level, int(share * (steps.shape[1] - 1))])


@exact
def strokes(  # noqa: PLR0912, PLR0915 (a walk reads best from top to bottom)
    vertices: NDArray[np.float32], starts: NDArray[np.int32], first: int, last: int, count: int,
    camera: NDArray[np.float64], draw: NDArray[np.float64], halo: bool,
    peaks: NDArray[np.float64], ridges: NDArray[np.float64], steps: NDArray[np.float64],
    splats: NDArray[np.float32], at: int, end: int,
) -> int:  # fmt: skip
    """Splats along the polylines first..last-1: their cores, or their halos.

    `vertices` are what is seen of theirs, from the first one's on, `count` how many there are in all. Each polyline is
    cut into cells of about 0.7 radii on the frame, across its vertices; a cell becomes one splat at its centroid with
    the energy of its length. So nothing is brighter or darker at a joint, and the cost follows the length on the frame,
    not the number of vertices. Where it is thin it becomes lines instead, each of as many segments as it takes to be
    long enough.
    """
    top = len(peaks) - 2
    reachable = max(top - 2, 0) if halo else top
    kind = 1.0 if halo else 0.0
    floor = draw[SIGMA_FLOOR]
    part = draw[HALO_SHARE] if halo else 1.0 - draw[HALO_SHARE]
    faint = _FAINT / draw[EXPOSURE]
    focal, middle, centre = camera[FOCAL], camera[CENTRE], camera[CENTRE + 1]
    width, height = draw[WIDTH], draw[HEIGHT]
    halo_width, halo_floor = draw[HALO_WIDTH], draw[HALO_FLOOR]
    level, share, energy, cell = _gauge(floor, halo, draw, reachable, peaks, ridges, steps)
    gauged = floor
    first_end, last_end = np.zeros(FIELDS), np.zeros(FIELDS)  # of a line that is held back until it is long enough
    held = False
    origin = starts[first] if first < last else 0
    for line in range(first, last):
        begin = starts[line] - origin
        stop = (starts[line + 1] if line + 1 < len(starts) else count) - origin
        length = mx = my = ms = mr = mg = mb = 0.0  # the cell being filled: its length, and moments
        for i in range(begin + 1, stop):
            bright0, bright1 = vertices[BRIGHT, i - 1], vertices[BRIGHT, i]
            z0, z1 = float(vertices[AWAY, i - 1]), float(vertices[AWAY, i])
            r0, r1 = max(0.0, float(vertices[DEVIATION, i - 1])), max(0.0, float(vertices[DEVIATION, i]))
            seen = min(bright0, bright1) >= 0.0 and max(bright0, bright1) > faint
            seen = seen and (z0 > NEAR or z1 > NEAR) and (r0 > 0.0 or r1 > 0.0)
            f, fb, whole = 0.0, 1.0, False
            ax = ay = ia = ib = ra = ar = ag = ab = dx = dy = dr = dcr = dcg = dcb = flat = 0.0
            if seen:
                # a is where the walk begins, d what is added till its end
                ax, ay = float(vertices[ACROSS, i - 1]), float(vertices[DOWN, i - 1])
                dx, dy = float(vertices[ACROSS, i]) - ax, float(vertices[DOWN, i]) - ay
                ia, ib = float(vertices[NEARNESS, i - 1]), float(vertices[NEARNESS, i])
                ra, dr = r0, r1 - r0
                ar, dcr = float(vertices[_R, i - 1]), float(vertices[_R, i]) - float(vertices[_R, i - 1])
                ag, dcg = float(vertices[_G, i - 1]), float(vertices[_G, i]) - float(vertices[_G, i - 1])
                ab, dcb = float(vertices[_B, i - 1]), float(vertices[_B, i]) - float(vertices[_B, i - 1])
                whole = z0 > NEAR and z1 > NEAR
                if not whole:  # cut at the near plane
                    ta, tb = 0.0, 1.0
                    if z0 <= NEAR:
                        ta = (NEAR - z0) / (z1 - z0)
                    else:
                        tb = (NEAR - z0) / (z1 - z0)
                    x0, dx = float(vertices[SIDE, i - 1]), float(vertices[SIDE, i]) - float(vertices[SIDE, i - 1])
                    y0, dy = float(vertices[HIGH, i - 1]), float(vertices[HIGH, i]) - float(vertices[HIGH, i - 1])
                    ia, ib = 1.0 / (z0 + ta * (z1 - z0)), 1.0 / (z0 + tb * (z1 - z0))
                    ax, ay = middle + focal * ia * (x0 + ta * dx), centre - focal * ia * (y0 + ta * dy)
                    dx = middle + focal * ib * (x0 + tb * dx) - ax
                    dy = centre - focal * ib * (y0 + tb * dy) - ay
                    ra, dr = ra + ta * dr, (tb - ta) * dr
                    ar, dcr = ar + ta * dcr, (tb - ta) * dcr
                    ag, dcg = ag + ta * dcg, (tb - ta) * dcg
                    ab, dcb = ab + ta * dcb, (tb - ta) * dcb
                wide = max(ra * ia, (ra + dr) * ib, floor)
                if halo:
                    wide = 2.0 * math.sqrt((halo_width * wide) ** 2 + halo_floor**2)
                flat = math.sqrt(dx * dx + dy * dy)
                seen = flat < _LARGE and wide < _LARGE
                # then at the frame's sides
                margin = 4.0 * wide + 4.0
                right, bottom = width + margin, height + margin
                if min(ax, ax + dx) < -margin or max(ax, ax + dx) > right:
                    f, fb = _clip(ax, dx, -margin, right, f, fb)
                if min(ay, ay + dy) < -margin or max(ay, ay + dy) > bottom:
                    f, fb = _clip(ay, dy, -margin, bottom, f, fb)
                whole = whole and f == 0.0 and fb == 1.0
                seen = seen and f < fb
            sigma = max(0.5 * (ra * ia + (ra + dr) * ib), floor)
            straight = seen and not halo and sigma <= WIDEST
            pause = not seen or straight or fb < 1.0 or i == stop - 1
            if straight:
                seen = False
                span = (fb - f) * flat
                lines = int(span / LONGEST) + 1
                if held and span >= SHORTEST:
                    at = _line(splats, at, end, first_end, last_end, floor, part, faint)
                    held = False
                if whole and lines == 1:  # from vertex to vertex: the usual case
                    if not held:
                        _vertex(first_end, vertices, i - 1)
                    _vertex(last_end, vertices, i)
                    held = _apart(first_end, last_end) < SHORTEST
                    if not held:
                        at = _line(splats, at, end, first_end, last_end, floor, part, faint)
                else:
                    walk = (ax, ay, dx, dy, ia, ib, ra, dr, ar, ag, ab, dcr, dcg, dcb)
                    for nth in range(lines):
                        if not held:
                            _end(first_end, f + (fb - f) * nth / lines, walk)
                        _end(last_end, f + (fb - f) * (nth + 1) / lines, walk)
                        held = _apart(first_end, last_end) < SHORTEST
                        if not held:
                            at = _line(splats, at, end, first_end, last_end, floor, part, faint)
            if held and (not straight or fb < 1.0 or i == stop - 1):
                at = _line(splats, at, end, first_end, last_end, floor, part, faint)
                held = False
            while seen or (pause and length > 0.0):
                full = not seen  # what is left of the last cell goes out when the walk pauses
                if seen:
                    want = cell - length
                    piece = (fb - f) * flat
                    g = fb
                    if piece >= want:
                        full = True
                        piece = max(want, 0.0)
                        g = f + piece / flat
                    fm = 0.5 * (f + g)
                    iz = ia + (ib - ia) * fm
                    t = fm * ib / iz  # where that is in space: 1 / z is what is linear on the frame
                    if length == 0.0 and full:
                        length = 1.0
                        mx, my, ms = ax + dx * fm, ay + dy * fm, (ra + dr * t) * iz
                        mr, mg, mb = ar + dcr * t, ag + dcg * t, ab + dcb * t
                        size = piece
                    else:
                        length += piece
                        mx += piece * (ax + dx * fm)
                        my += piece * (ay + dy * fm)
                        ms += piece * (ra + dr * t) * iz
                        mr += piece * (ar + dcr * t)
                        mg += piece * (ag + dcg * t)
                        mb += piece * (ab + dcb * t)
                        size = length
                    f = g
                    seen = f < fb
                else:
                    size = length
                if full and length > 0.0:
                    if length != 1.0:
                        inv = 1.0 / length
                        mx, my, ms, mr, mg, mb = mx * inv, my * inv, ms * inv, mr * inv, mg * inv, mb * inv
                    sigma = max(ms, floor)
                    if abs(sigma - gauged) > 0.01 * gauged:
                        level, share, energy, cell = _gauge(sigma, halo, draw, reachable, peaks, ridges, steps)
                        gauged = sigma
                    thin = ms / sigma
                    lit = max(mr, mg, mb) * thin
                    if lit > faint:
                        e = size * thin * part * (1.0 - faint / lit) * energy
                        if lit > _BRIGHT:
                            e *= _BRIGHT / lit
                        at = _put(splats, at, end, mx, my, level, share, mr * e, mg * e, mb * e, kind)
                    length = mx = my = ms = mr = mg = mb = 0.0
    return at


@exact
def _vertex(ends: NDArray[np.float64], vertices: NDArray[np.float32], i: int) -> None:
    """A vertex as the end of a line, in the order of a splat's row."""
    ends[X], ends[Y] = vertices[ACROSS, i], vertices[DOWN, i]
    ends[SHARE] = max(0.0, float(vertices[DEVIATION, i])) * float(vertices[NEARNESS, i])
    ends[RED], ends[GREEN], ends[BLUE] = vertices[_R, i], vertices[_G, i], vertices[_B, i]


@exact
def _end(ends: NDArray[np.float64], f: float, walk: tuple[float, ...]) -> None:
    """Where the walk along a segment is at `f`: place, deviation and colour, in the order of a splat's row."""
    ax, ay, dx, dy, ia, ib, ra, dr, ar, ag, ab, dcr, dcg, dcb = walk
    iz = ia + (ib - ia) * f
    t = f * ib / iz  # where that is in space: 1 / z is what is linear on the frame
    ends[X], ends[Y], ends[SHARE] = ax + dx * f, ay + dy * f, (ra + dr * t) * iz
    ends[RED], ends[GREEN], ends[BLUE] = ar + dcr * t, ag + dcg * t, ab + dcb * t


@exact
def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pixels between two ends; math.hypot, which guards against overflow, is slower."""
    return math.sqrt((b[X] - a[X]) ** 2 + (b[Y] - a[Y]) ** 2)


@exact
def _line(
    splats: NDArray[np.float32], at: int, end: int, a: NDArray[np.float64], b: NDArray[np.float64],
    floor: float, part: float, faint: float,
) -> int:  # fmt: skip
    """Write one line: what is thinner than `floor` is dimmer instead, what is hardly seen fades out."""
    if _apart(a, b) < 1e-3:
        return at
    width = 0.5 * (a[SHARE] + b[SHARE])
    sigma = max(width, 1.04 * floor)  # a little softer than a spot, so that the pixels' grid does not show
    red, green, blue = 0.5 * (a[RED] + b[RED]), 0.5 * (a[GREEN] + b[GREEN]), 0.5 * (a[BLUE] + b[BLUE])
    lit = max(red, green, blue) * part * width / sigma
    if lit <= faint:
        return at
    e = part * width / sigma * min(1.0, _BRIGHT / lit) * (1.0 - faint / lit)
    at = _put(splats, at, end, a[X], a[Y], -1.0, sigma, red * e, green * e, blue * e, 0.0)
    return int(_put(splats, at, end, b[X], b[Y], -2.0, sigma, red * e, green * e, blue * e, 0.0))


@exact
def _clip(a: float, d: float, low: float, high: float, f: float, g: float) -> tuple[float, float]:
    """The part f..g of the walk from a to a + d that is within low..high (Liang and Barsky, 1984); empty if f >= g."""
    if d == 0.0:
        return (f, g) if low <= a <= high else (1.0, 0.0)
    p, q = (low - a) / d, (high - a) / d
    return max(f, min(p, q)), min(g, max(p, q))
