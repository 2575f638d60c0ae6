"""Pairs of float64 whose unevaluated sum carries about 106 bits.

NumPy has no fused multiply-add, so the error of a product comes from Dekker's splitting. Every function here works
elementwise on arrays; products and quotients expect magnitudes that neither overflow when split (2^996) nor whose
errors fall below the smallest subnormal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.float64]"
# (high, low): the value is high + low, and low is small against high.
Pair: TypeAlias = "tuple[Array, Array]"

_SPLITTER = 2.0**27 + 1


def two_sum(x: Array, y: Array) -> Pair:
    """Sum x + y = high + low exactly, high = fl(x + y) (Knuth)."""
    high = x + y
    y_part = high - x
    low = (x - (high - y_part)) + (y - y_part)
    return high, low


def _split(x: Array) -> Pair:
    """Split x = high + low exactly, each of at most 26 bits."""
    scaled = _SPLITTER * x
    high = scaled - (scaled - x)
    return high, x - high


def two_product(x: Array, y: Array) -> Pair:
    """Product x y = high + low exactly, high = fl(x y) (Dekker)."""
    high = x * y
    x_high, x_low = _split(x)
    y_high, y_low = _split(y)
    low = ((x_high * y_high - high) + x_high * y_low + x_low * y_high) + x_low * y_low
    return high, low


def add(x: Pair, y: Pair) -> Pair:
    high, low = two_sum(x[0], y[0])
    return two_sum(high, low + (x[1] + y[1]))


def subtract(x: Pair, y: Pair) -> Pair:
    return add(x, (-y[0], -y[1]))


def multiply(x: Pair, y: Pair) -> Pair:
    high, low = two_product(x[0], y[0])
    return two_sum(high, low + (x[0] * y[1] + x[1] * y[0]))


def minus_product(x: Array, c: Pair, y: Array) -> Pair:
    """Difference x - c y of numbers x and y, however much of it cancels: both products are exact in two parts."""
    first, first_low = two_product(c[0], y)
    second, second_low = two_product(c[1], y)
    rest, error = two_sum(x, -first)
    rest, first_error = two_sum(rest, -first_low)
    rest, second_error = two_sum(rest, -second)
    return two_sum(rest, second_error + (first_error + (error - second_low)))


def divide(x: Pair, y: Pair) -> Pair:
    """Quotient x / y: the quotient of the high parts, then the remainder's quotient twice."""
    first = x[0] / y[0]
    rest = subtract(x, multiply(y, (first, np.zeros_like(first))))
    second = rest[0] / y[0]
    rest = subtract(rest, multiply(y, (second, np.zeros_like(second))))
    high, low = two_sum(first, second)
    return two_sum(high, low + rest[0] / y[0])


def scale(x: Pair, exponent: NDArray[np.intc]) -> Pair:
    """Multiply by 2^exponent: exact but where it leaves the range of float64."""
    return np.ldexp(x[0], exponent), np.ldexp(x[1], exponent)


def constant(high: float, low: float = 0.0) -> Pair:
    return np.array(high), np.array(low)


def sum_last(terms: Pair) -> Pair:
    """Sum over the last axis by halves: additions exact by `two_sum`, their errors added in the low parts."""
    high, low = terms
    n = high.shape[-1]
    while n > 1:
        half = (n + 1) // 2
        pairs = n - half
        sums, errors = two_sum(high[..., :pairs], high[..., half:n])
        lows = low[..., :pairs] + low[..., half:n] + errors
        high = np.concatenate([sums, high[..., pairs:half]], axis=-1)
        low = np.concatenate([lows, low[..., pairs:half]], axis=-1)
        n = half
    return two_sum(high[..., 0], low[..., 0])
