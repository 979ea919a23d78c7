"""Sines, exponentials and logarithms that are the same to the bit on every machine.

numpy, the C library and BLAS each have several versions of these and take the one that a processor is fastest with, so
that last bits differ from machine to machine. What moves the show goes through these instead: nothing but additions,
multiplications and divisions, in one order, which IEEE 754 defines to the bit. Polynomials are Taylor's on an interval
around 0 to which arguments are reduced (Muller, "Elementary Functions", 2016, 11.2, for the reduction in parts). Errors
are below two units in the last place. Sums are numpy's own, which add in one order; `@` and `np.dot` are BLAS's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.foundation.kernels import strict

Doubles = NDArray[np.float64]

_QUARTERS = 2.0 / math.pi
_P1, _P2, _P3 = 1.570796325802803, 9.920935739593517e-10, 5.721188726109832e-18
"""Half of pi in parts: a whole number below 2**25 times either of the first two is exact."""

_L1, _L2, _LOG2_E = 0.6931471787393093, 1.8206359985041462e-09, 1.4426950408889634
"""The logarithm of 2 in parts, and one over it."""

_S3, _S5, _S7, _S9 = -1.0 / 6.0, 1.0 / 120.0, -1.0 / 5040.0, 1.0 / 362880.0
_S11, _S13, _S15, _S17 = -1.0 / 39916800.0, 1.0 / 6227020800.0, -1.0 / 1307674368000.0, 1.0 / 355687428096000.0
_C4, _C6, _C8, _C10 = 1.0 / 24.0, -1.0 / 720.0, 1.0 / 40320.0, -1.0 / 3628800.0
_C12, _C14, _C16 = 1.0 / 479001600.0, -1.0 / 87178291200.0, 1.0 / 20922789888000.0
_E = tuple(1.0 / math.factorial(n) for n in range(14))
_HIGHEST = 709.0  # of an exponent


@strict
def _circle(x: float) -> tuple[float, float]:
    """cos and sin."""
    turn = math.floor(x * _QUARTERS + 0.5)
    r = ((x - turn * _P1) - turn * _P2) - turn * _P3
    z = r * r
    high = _S11 + z * (_S13 + z * (_S15 + z * _S17))
    sin = r + r * z * (_S3 + z * (_S5 + z * (_S7 + z * (_S9 + z * high))))
    high = _C10 + z * (_C12 + z * (_C14 + z * _C16))
    cos = 1.0 - (0.5 * z - z * z * (_C4 + z * (_C6 + z * (_C8 + z * high))))
    quarter = int(turn) & 3
    if quarter == 1:
        return -sin, cos
    if quarter == 2:
        return -cos, -sin
    if quarter == 3:
        return sin, -cos
    return cos, sin


@strict
def _circles(x: Doubles, cos: Doubles, sin: Doubles) -> None:
    for i in range(len(x)):
        cos[i], sin[i] = _circle(x[i])


@strict
def _power(x: float) -> float:
    """e to the power of x."""
    x = min(max(x, -_HIGHEST), _HIGHEST)
    twos = math.floor(x * _LOG2_E + 0.5)
    r = (x - twos * _L1) - twos * _L2
    value = _E[13]
    for n in range(12, -1, -1):
        value = value * r + _E[n]
    return math.ldexp(value, int(twos))


@strict
def _powers(x: Doubles, made: Doubles) -> None:
    for i in range(len(x)):
        made[i] = _power(x[i])


@strict
def _angle(y: float, x: float) -> float:
    wide, high = abs(x), abs(y)
    if wide == 0.0 and high == 0.0:
        return 0.0
    t = min(wide, high) / max(wide, high)
    near = t * (0.25 * math.pi + 0.273 * (1.0 - t))  # within .004 radians; the rest is the arctangent of what is left
    cos, sin = _circle(near)
    left = (t * cos - sin) / (cos + t * sin)
    z = left * left
    turn = near + (left - left * z * (1.0 / 3.0 - z * (0.2 - z / 7.0)))
    if high > wide:
        turn = 0.5 * math.pi - turn
    if x < 0.0:
        turn = math.pi - turn
    return -turn if y < 0.0 else turn


def warm() -> None:
    """Compile all of it, or load it: no tick waits for a compiler."""
    one = np.ones(1)
    cos_sin(one)
    exp(one)
    sin(power_of_e(angle(1.0, 1.0)))


def cos_sin(x: Doubles) -> tuple[Doubles, Doubles]:
    """Cosines and sines of (n,) radians, below 5e7 either way; (n,) each."""
    cos, sin = np.empty_like(x), np.empty_like(x)
    _circles(np.array(x), cos, sin)  # of a read-only array the compiler would make another kernel
    return cos, sin


def sin(x: float) -> float:
    """The sine of so many radians, below 5e7 either way."""
    return float(_circle(x)[1])


def exp(x: Doubles) -> Doubles:
    """e to the power of each of (n,); beyond 709 either way, of 709."""
    made = np.empty_like(x)
    _powers(np.array(x), made)
    return made


def power_of_e(x: float) -> float:
    """e to the power of one number."""
    return float(_power(x))


def exp2(x: Doubles) -> Doubles:
    """2 to the power of each of (n,)."""
    return exp(x * math.log(2.0))


def log2(x: Doubles) -> Doubles:
    """The logarithm to the base of 2 of each of (n,) positive numbers."""
    return np.array([_log2(value) for value in x.tolist()])


def angle(y: float, x: float) -> float:
    """-pi .. pi, the direction of the point (x, y); 0 where both are 0."""
    return float(_angle(y, x))


def _log2(value: float) -> float:
    share, twos = math.frexp(value)
    if share < math.sqrt(0.5):
        share, twos = 2.0 * share, twos - 1
    f = (share - 1.0) / (share + 1.0)
    z, series = f * f, 0.0
    for n in range(23, 0, -2):
        series = series * z + 1.0 / n
    return twos + 2.0 * f * series * _LOG2_E
