"""The exponential function of pairs, by one series that also gives e^r - 1 without cancellation.

With n the integer next to x / log 2 and r = x - n log 2, |r| <= ½ log 2,

    e^x = 2^n e^r,    e^r - 1 = r + r²/2 + r³/6 + r⁴ B(r),    B(r) = 1/24 + r/120 + r²/720 + …
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from xlogx._fallback.double_double import Pair, add, constant, multiply, scale, subtract
from xlogx._fallback.log_ratio import LN2, log_ratio
from xlogx._fallback.sums import HALF, ONE, UNSCALED, Terms, exactly, negative, where

if TYPE_CHECKING:
    from xlogx._fallback.sums import Exponents

# |r| <= ½: the first coefficient left out changes r⁴ B(r) by less than 2^-70.
_COEFFICIENTS = [1 / math.factorial(j) for j in range(4, 18)]
_SIXTH = constant(1 / 6, 1 / 108086391056891904)

# Where |s| is below this, log(1 + s) is s - s²/2 + s³/3 to 2^-90 of itself, and a pair has too few bits for 1 + s.
_SMALL = 2.0**-30


def exponential(x: Pair) -> tuple[Pair, Exponents]:
    """Mantissa and exponent n of e^x = mantissa 2^n, for |x| < 2^20: right to 2^-62."""
    n = np.rint(x[0] / LN2[0])
    r = subtract(x, multiply(exactly(n), LN2))
    return add(ONE, growth(r)), n.astype(np.intc)


def growth(r: Pair) -> Pair:
    """e^r - 1 for |r| <= ½: right to 2^-59 of itself."""
    square = multiply(r, r)
    # Less than a hundredth of r: the digits of float64 are enough.
    tail = np.full_like(r[0], _COEFFICIENTS[-1])
    for coefficient in _COEFFICIENTS[-2::-1]:
        tail *= r[0]
        tail += coefficient
    tail *= square[0] * square[0]
    cube = multiply(multiply(square, r), _SIXTH)
    return add(r, add(scale(square, HALF), add(cube, exactly(tail))))


def decline(u: Pair) -> Pair:
    """1 - e^-u for |u| <= ½."""
    return negative(growth(negative(u)))


def log_of_one_plus(s: Pair, lift: int) -> Terms:
    """log(1 + s) for s >= -½, argument and answer in units of 2^-lift: with all digits also where 1 + s is 1."""
    plain = scale(s, np.array(-lift, np.intc))
    ratio = log_ratio(add(ONE, plain), UNSCALED, ONE, UNSCALED)
    high = plain[0]
    small = np.abs(high) < _SMALL
    series = add(s, exactly(s[0] * (high * (high / 3 - 0.5))))
    whole = np.ldexp(np.where(small, 0.0, ratio.k), lift)
    rest = where(small, series, scale(ratio.log, np.array(lift, np.intc)))
    return Terms(exactly(whole), rest)
