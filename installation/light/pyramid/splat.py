"""Lights become splats: kernels that project points and walk along strokes.

A splat is a row of eight float32: x, y in pixels, the finest pyramid level it falls on, the share of the next coarser
level, linear RGB energy, and whether it is a halo (four levels instead of two). A piece of a thin stroke is a line: two
rows, its ends, marked by LINE and ENDS for a level, with its deviation for a share and its brightness for energy (see
lines.py). Nothing here touches a pixel.

`gauge` (see levels.py) says how high and how thick a unit of energy stands at each level; `draw` holds the numbers of
one frame, in the order of the constants below. Positions and colours come planar, (3, n).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import exact
from installation.light.pyramid.camera import AHEAD, CENTRE, EYE, FOCAL, HAZE, NEAR, RIGHT, UP

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
    position: NDArray[np.float32], radius: NDArray[np.float32], colour: NDArray[np.float32], first: int, last: int,
    camera: NDArray[np.float64], draw: NDArray[np.float64], peaks: NDArray[np.float64],
    splats: NDArray[np.float32], at: int, end: int,
) -> int:  # fmt: skip
    """Splats of the points first..last-1, written to rows at..end-1 while there is room. Returns the row reached."""
    top = len(peaks) - 2
    halo = draw[HALO_SHARE]
    floor = draw[SIGMA_FLOOR]
    for i in range(first, last):
        px = position[0, i] - camera[EYE]
        py = position[1, i] - camera[EYE + 1]
        pz = position[2, i] - camera[EYE + 2]
        z = px * camera[AHEAD] + py * camera[AHEAD + 1] + pz * camera[AHEAD + 2]
        if not (z > NEAR):
            continue
        scale = camera[FOCAL] / z
        x = camera[CENTRE] + scale * (px * camera[RIGHT] + py * camera[RIGHT + 1] + pz * camera[RIGHT + 2])
        y = camera[CENTRE + 1] - scale * (px * camera[UP] + py * camera[UP + 1] + pz * camera[UP + 2])
        true = 0.5 * scale * radius[i]
        if 0.0 < true < draw[SIGMA_LEAST]:
            true = draw[SIGMA_LEAST]
        if not (abs(x) < _LARGE and abs(y) < _LARGE and true > 0.0 and true < _LARGE):
            continue
        if not abs(colour[0, i]) + abs(colour[1, i]) + abs(colour[2, i]) < math.inf:
            continue
        r, g, b = max(0.0, colour[0, i]), max(0.0, colour[1, i]), max(0.0, colour[2, i])
        if camera[HAZE] > 0.0:
            left = math.exp(-camera[HAZE] * math.sqrt(px * px + py * py + pz * pz))
            r, g, b = r * left, g * left, b * left
        sigma = max(true, floor)
        thin = (true / sigma) ** 2
        spread = math.sqrt((draw[HALO_WIDTH] * sigma) ** 2 + draw[HALO_FLOOR] ** 2) if halo > 0.0 else 0.0
        reach = max(4.0 * sigma, 8.0 * spread) + 4.0
        if x < -reach or y < -reach or x > draw[WIDTH] + reach or y > draw[HEIGHT] + reach:
            continue
        bright = max(r, g, b) * thin
        faint = _FAINT / draw[EXPOSURE]
        if bright <= faint:
            continue
        factor = min(1.0, _BRIGHT / bright) * thin * (1.0 - faint / bright)
        height = 1.0 / (2.0 * math.pi * sigma * sigma)
        level = _level(height, peaks, top)
        share = min(1.0, max(0.0, (peaks[level] - height) / (peaks[level] - peaks[level + 1])))
        energy = factor / ((1.0 - share) * peaks[level] + share * peaks[level + 1])
        e = energy * (1.0 - halo)
        at = _put(splats, at, end, x, y, level, share, r * e, g * e, b * e, 0.0)
        if halo > 0.0:
            e = energy * halo
            height = 1.0 / (2.0 * math.pi * spread * spread)
            if bright * energy / factor * height * thin * halo < 0.125 * faint:
                continue
            level = _level(height, peaks, max(top - 2, 0))
            share = min(1.0, max(0.0, (peaks[level] - height) / (peaks[level] - peaks[level + 1])))
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
    position: NDArray[np.float32], radius: NDArray[np.float32], colour: NDArray[np.float32], starts: NDArray[np.int32],
    first: int, last: int, camera: NDArray[np.float64], draw: NDArray[np.float64], halo: bool,
    peaks: NDArray[np.float64], ridges: NDArray[np.float64], steps: NDArray[np.float64],
    splats: NDArray[np.float32], at: int, end: int,
) -> int:  # fmt: skip
    """Splats along the polylines first..last-1: their cores, or their halos.

    Each polyline is cut into cells of about 0.7 radii on the frame, across its vertices; a cell becomes one splat at
    its centroid with the energy of its length. So nothing is brighter or darker at a joint, and the cost follows the
    length on the frame, not the number of vertices. Where it is thin it
    becomes lines instead, each of as many segments as it takes to be long enough.
    """
    count = len(radius)
    top = len(peaks) - 2
    reachable = max(top - 2, 0) if halo else top
    kind = 1.0 if halo else 0.0
    floor = draw[SIGMA_FLOOR]
    part = draw[HALO_SHARE] if halo else 1.0 - draw[HALO_SHARE]
    faint = _FAINT / draw[EXPOSURE]
    focal = camera[FOCAL]
    level, share, energy, cell = _gauge(floor, halo, draw, reachable, peaks, ridges, steps)
    gauged = floor
    first_end, last_end = np.zeros(FIELDS), np.zeros(FIELDS)  # of a line that is held back until it is long enough
    held = False
    for line in range(first, last):
        begin = starts[line]
        stop = starts[line + 1] if line + 1 < len(starts) else count
        ok1 = False
        x1 = y1 = z1 = r1 = cr1 = cg1 = cb1 = 0.0
        length = mx = my = ms = mr = mg = mb = 0.0  # the cell being filled: its length, and moments
        for i in range(begin, stop):
            x0, y0, z0, r0, cr0, cg0, cb0, ok0 = x1, y1, z1, r1, cr1, cg1, cb1, ok1
            px = position[0, i] - camera[EYE]
            py = position[1, i] - camera[EYE + 1]
            pz = position[2, i] - camera[EYE + 2]
            x1 = px * camera[RIGHT] + py * camera[RIGHT + 1] + pz * camera[RIGHT + 2]
            y1 = px * camera[UP] + py * camera[UP + 1] + pz * camera[UP + 2]
            z1 = px * camera[AHEAD] + py * camera[AHEAD + 1] + pz * camera[AHEAD + 2]
            r1, cr1, cg1, cb1 = 0.5 * focal * radius[i], colour[0, i], colour[1, i], colour[2, i]
            if 0.0 < r1 < draw[SIGMA_LEAST] * z1:
                r1 = draw[SIGMA_LEAST] * z1
            ok1 = abs(x1) + abs(y1) + abs(z1) + abs(r1) + abs(cr1) + abs(cg1) + abs(cb1) < math.inf
            r1, cr1, cg1, cb1 = max(0.0, r1), max(0.0, cr1), max(0.0, cg1), max(0.0, cb1)
            if camera[HAZE] > 0.0:
                left = math.exp(-camera[HAZE] * math.sqrt(px * px + py * py + pz * pz))
                cr1, cg1, cb1 = cr1 * left, cg1 * left, cb1 * left
            bright = max(cr0, cg0, cb0, cr1, cg1, cb1)
            seen = ok0 and ok1 and i > begin and (z0 > NEAR or z1 > NEAR) and (r0 > 0.0 or r1 > 0.0) and bright > faint
            f, fb = 0.0, 1.0
            ax = ay = ia = ib = ra = ar = ag = ab = dx = dy = dr = dcr = dcg = dcb = flat = 0.0
            if seen:
                # cut at the near plane; a is where the walk begins, d what is added till its end
                ta, tb = 0.0, 1.0
                if z0 <= NEAR:
                    ta = (NEAR - z0) / (z1 - z0)
                elif z1 <= NEAR:
                    tb = (NEAR - z0) / (z1 - z0)
                ia = 1.0 / (z0 + ta * (z1 - z0))
                ib = 1.0 / (z0 + tb * (z1 - z0))
                ax = camera[CENTRE] + focal * ia * (x0 + ta * (x1 - x0))
                ay = camera[CENTRE + 1] - focal * ia * (y0 + ta * (y1 - y0))
                dx = camera[CENTRE] + focal * ib * (x0 + tb * (x1 - x0)) - ax
                dy = camera[CENTRE + 1] - focal * ib * (y0 + tb * (y1 - y0)) - ay
                ra, dr = r0 + ta * (r1 - r0), (tb - ta) * (r1 - r0)
                ar, dcr = cr0 + ta * (cr1 - cr0), (tb - ta) * (cr1 - cr0)
                ag, dcg = cg0 + ta * (cg1 - cg0), (tb - ta) * (cg1 - cg0)
                ab, dcb = cb0 + ta * (cb1 - cb0), (tb - ta) * (cb1 - cb0)
                wide = max(ra * ia, (ra + dr) * ib, floor)
                if halo:
                    wide = 2.0 * math.sqrt((draw[HALO_WIDTH] * wide) ** 2 + draw[HALO_FLOOR] ** 2)
                flat = math.sqrt(dx * dx + dy * dy)
                seen = flat < _LARGE and wide < _LARGE
                # then at the frame's sides
                margin = 4.0 * wide + 4.0
                right, bottom = draw[WIDTH] + margin, draw[HEIGHT] + margin
                if min(ax, ax + dx) < -margin or max(ax, ax + dx) > right:
                    f, fb = _clip(ax, dx, -margin, right, f, fb)
                if min(ay, ay + dy) < -margin or max(ay, ay + dy) > bottom:
                    f, fb = _clip(ay, dy, -margin, bottom, f, fb)
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
