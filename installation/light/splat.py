"""Lights become splats: kernels that project points and walk along strokes.

A splat is a row of eight float32: x, y in pixels, the finest pyramid level it falls on, the share of the next coarser
level, linear RGB energy, and whether it is a halo (four levels instead of two). Nothing here touches a pixel.

`gauge` (see pyramid.py) says how high and how thick a unit of energy stands at each level; `draw` holds the numbers of
one picture, in the order of the constants below.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.light.camera import AHEAD, CENTRE, EYE, FOCAL, NEAR, RIGHT, UP
from installation.light.compiled import exact

FIELDS = 8
X, Y, LEVEL, SHARE, RED, GREEN, BLUE, HALO = range(FIELDS)

WIDTH, HEIGHT, EXPOSURE, HALO_SHARE, HALO_WIDTH, HALO_FLOOR, SIGMA_FLOOR = range(7)

SIGMA = 0.8
"""Pixels: the narrowest splat. Narrower light keeps its energy instead of its brightness, so that nothing twinkles."""

SPACING = 0.8
"""Splats along a stroke stand this many radii (of two sigmas) apart; their sum then ripples by less than 1 %."""

_FAINT = 1 / 2000  # brightness after exposure below which light is left out
_BRIGHT = 1e6  # brightness above which light is cut
_LARGE = 1e7  # pixels beyond which positions are no longer trusted
_OCTAVES = (4 / 7, 2 / 7, 1 / 7)  # a halo's three widths, each twice the last: together a skirt of about 1 / r^3


@exact
def _put(
    splats: NDArray[np.float32], at: int, end: int, x: float, y: float, level: int, share: float,
    r: float, g: float, b: float, halo: float,
) -> int:  # fmt: skip
    """Write one splat where there is room; counts on where there is none, so that the caller learns what is needed."""
    if at < end:
        o = at * FIELDS
        splats[o + X] = x
        splats[o + Y] = y
        splats[o + LEVEL] = level
        splats[o + SHARE] = share
        splats[o + RED] = r
        splats[o + GREEN] = g
        splats[o + BLUE] = b
        splats[o + HALO] = halo
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
    """Splats of the points first..last-1, written from row `at` on while there is room (up to `end`). The row reached."""
    top = len(peaks) - 2
    halo = draw[HALO_SHARE]
    floor = draw[SIGMA_FLOOR]
    for i in range(first, last):
        px = position[i, 0] - camera[EYE]
        py = position[i, 1] - camera[EYE + 1]
        pz = position[i, 2] - camera[EYE + 2]
        z = px * camera[AHEAD] + py * camera[AHEAD + 1] + pz * camera[AHEAD + 2]
        if not (z > NEAR):
            continue
        scale = camera[FOCAL] / z
        x = camera[CENTRE] + scale * (px * camera[RIGHT] + py * camera[RIGHT + 1] + pz * camera[RIGHT + 2])
        y = camera[CENTRE + 1] - scale * (px * camera[UP] + py * camera[UP + 1] + pz * camera[UP + 2])
        true = 0.5 * scale * radius[i]
        if not (abs(x) < _LARGE and abs(y) < _LARGE and true > 0.0 and true < _LARGE):
            continue
        r, g, b = max(0.0, colour[i, 0]), max(0.0, colour[i, 1]), max(0.0, colour[i, 2])
        if not (r < math.inf and g < math.inf and b < math.inf):
            continue
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
def strokes(  # noqa: PLR0912, PLR0915 (a walk reads best from top to bottom)
    position: NDArray[np.float32], radius: NDArray[np.float32], colour: NDArray[np.float32], starts: NDArray[np.int32],
    first: int, last: int, camera: NDArray[np.float64], draw: NDArray[np.float64], halo: bool,
    peaks: NDArray[np.float64], ridges: NDArray[np.float64], splats: NDArray[np.float32], at: int, end: int,
) -> int:  # fmt: skip
    """Splats along the polylines first..last-1 (all vertices if there is no next start): cores, or halos.

    Each polyline is cut into cells about SPACING radii long on the picture, across its vertices; a cell becomes one
    splat at its centroid with the energy of its length. So nothing is brighter or darker at a joint, and the cost
    follows the length on the picture, not the number of vertices.
    """
    count = len(position)
    top = len(peaks) - 2
    reachable = max(top - 2, 0) if halo else top
    floor = draw[SIGMA_FLOOR]
    share_all = draw[HALO_SHARE] if halo else 1.0 - draw[HALO_SHARE]
    faint = _FAINT / draw[EXPOSURE]
    focal = camera[FOCAL]
    for line in range(first, last):
        begin = starts[line]
        stop = starts[line + 1] if line + 1 < len(starts) else count
        ok1 = False
        x1 = y1 = z1 = r1 = cr1 = cg1 = cb1 = 0.0
        length = mx = my = ms = mr = mg = mb = 0.0  # the cell being filled: its length, and moments
        for i in range(begin, stop):
            x0, y0, z0, r0, cr0, cg0, cb0, ok0 = x1, y1, z1, r1, cr1, cg1, cb1, ok1
            px = position[i, 0] - camera[EYE]
            py = position[i, 1] - camera[EYE + 1]
            pz = position[i, 2] - camera[EYE + 2]
            x1 = px * camera[RIGHT] + py * camera[RIGHT + 1] + pz * camera[RIGHT + 2]
            y1 = px * camera[UP] + py * camera[UP + 1] + pz * camera[UP + 2]
            z1 = px * camera[AHEAD] + py * camera[AHEAD + 1] + pz * camera[AHEAD + 2]
            r1 = max(0.0, 0.5 * focal * radius[i])
            cr1, cg1, cb1 = max(0.0, colour[i, 0]), max(0.0, colour[i, 1]), max(0.0, colour[i, 2])
            ok1 = abs(x1) + abs(y1) + abs(z1) + r1 + cr1 + cg1 + cb1 < math.inf
            seen = ok0 and ok1 and i > begin and (z0 > NEAR or z1 > NEAR) and (r0 > 0.0 or r1 > 0.0)
            bright = max(max(cr0, cg0, cb0), max(cr1, cg1, cb1))
            seen = seen and bright > faint
            fa, fb = 0.0, 1.0
            ax = ay = ia = ra = ar = ag = ab = dx = dy = di = dr = dcr = dcg = dcb = flat = 0.0
            if seen:
                # cut at the near plane, then into the picture: a is the nearer end of the walk, d what is added till its end
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
                di = ib - ia
                ra, dr = r0 + ta * (r1 - r0), (tb - ta) * (r1 - r0)
                ar, dcr = cr0 + ta * (cr1 - cr0), (tb - ta) * (cr1 - cr0)
                ag, dcg = cg0 + ta * (cg1 - cg0), (tb - ta) * (cg1 - cg0)
                ab, dcb = cb0 + ta * (cb1 - cb0), (tb - ta) * (cb1 - cb0)
                wide = max(ra * ia, (ra + dr) * ib, floor)
                if halo:
                    wide = 2.0 * math.sqrt((draw[HALO_WIDTH] * wide) ** 2 + draw[HALO_FLOOR] ** 2)
                flat = math.sqrt(dx * dx + dy * dy)
                seen = flat < _LARGE and wide < _LARGE
                margin = 4.0 * wide + 4.0
                for side in range(4):  # Liang and Barsky, 1984
                    p = (-dx, dx, -dy, dy)[side]
                    q = (ax + margin, draw[WIDTH] + margin - ax, ay + margin, draw[HEIGHT] + margin - ay)[side]
                    if p == 0.0:
                        seen = seen and q >= 0.0
                    elif p < 0.0:
                        fa = max(fa, q / p)
                    else:
                        fb = min(fb, q / p)
                seen = seen and fa < fb
            open_end = not seen or fb < 1.0 or i == stop - 1
            f = fa
            while seen or (open_end and length > 0.0):
                full = not seen  # what is left of the last cell goes out when the walk pauses
                if seen:
                    # the radius at this place decides how long the cell is to be
                    iz = ia + di * f
                    near = ra + dr * (f * (ia + di) / iz) if iz > 0.0 else ra
                    sigma = max(near * iz, floor)
                    if halo:
                        sigma = math.sqrt((draw[HALO_WIDTH] * sigma) ** 2 + draw[HALO_FLOOR] ** 2)
                    want = max(2.0 * SPACING * sigma, 0.7) - length
                    piece = (fb - f) * flat
                    if piece >= want:
                        full = True
                        piece = want
                        g = f + piece / flat
                    else:
                        g = fb
                    fm = 0.5 * (f + g)
                    iz = ia + di * fm
                    t = fm * (ia + di) / iz
                    piece = max(piece, 0.0)
                    length += piece
                    mx += piece * (ax + dx * fm)
                    my += piece * (ay + dy * fm)
                    ms += piece * (ra + dr * t) * iz
                    mr += piece * (ar + dcr * t)
                    mg += piece * (ag + dcg * t)
                    mb += piece * (ab + dcb * t)
                    f = g
                    if f >= fb:
                        seen = False
                if full and length > 0.0:
                    inv = 1.0 / length
                    true = ms * inv
                    sigma = max(true, floor)
                    thin = true / sigma
                    cr, cg, cb = mr * inv, mg * inv, mb * inv
                    lit = max(cr, cg, cb) * thin
                    if lit > faint:
                        e = length * thin * share_all * (1.0 - faint / lit) * min(1.0, _BRIGHT / lit)
                        if halo:
                            spread = math.sqrt((draw[HALO_WIDTH] * sigma) ** 2 + draw[HALO_FLOOR] ** 2)
                            e *= sigma * math.sqrt(2.0 * math.pi)
                            height = 1.0 / (2.0 * math.pi * spread * spread)
                            level = _level(height, peaks, reachable)
                            share = (peaks[level] - height) / (peaks[level] - peaks[level + 1])
                            share = min(1.0, max(0.0, share))
                            kind = 1.0
                        else:
                            height = 1.0 / (2.0 * math.pi * sigma * sigma)
                            level = _level(height, peaks, reachable)
                            share = (peaks[level] - height) / (peaks[level] - peaks[level + 1])
                            share = min(1.0, max(0.0, share))
                            e /= (1.0 - share) * ridges[level] + share * ridges[level + 1]
                            kind = 0.0
                        at = _put(splats, at, end, mx * inv, my * inv, level, share, cr * e, cg * e, cb * e, kind)
                    length = mx = my = ms = mr = mg = mb = 0.0
    return at


@exact
def bin_bands(
    splats: NDArray[np.float32], at: int, end: int, rows: int, edges: NDArray[np.int64], order: NDArray[np.int64], to: int
) -> None:
    """Sort the splats at..end-1 that touch levels 0 and 1 into bands of `rows` pixel rows, keeping their order.

    Band b finds its splats' rows in order[edges[b]:edges[b + 1]]; `edges` is (bands + 1,), `order` is written from `to` on
    and has room for two entries a splat: a splat covers three rows of level 1, and so at most two bands.
    """
    bands = len(edges) - 1
    half = rows // 2
    edges[:] = 0
    for k in range(at, end):
        if splats[k * FIELDS + LEVEL] <= 1.0:
            j = int(math.floor(splats[k * FIELDS + Y] * np.float32(0.5)))
            for band in range(max(0, -((half + 1 - j) // half)), min(bands - 1, (j + 2) // half) + 1):
                edges[band] += 1
    total = to
    for band in range(bands + 1):
        n = edges[band]
        edges[band] = total
        total += n
    for k in range(at, end):
        if splats[k * FIELDS + LEVEL] <= 1.0:
            j = int(math.floor(splats[k * FIELDS + Y] * np.float32(0.5)))
            for band in range(max(0, -((half + 1 - j) // half)), min(bands - 1, (j + 2) // half) + 1):
                order[edges[band]] = k
                edges[band] += 1
    for band in range(bands, 0, -1):
        edges[band] = edges[band - 1]
    edges[0] = to


