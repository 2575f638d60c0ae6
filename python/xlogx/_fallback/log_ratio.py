"""The logarithm of a ratio, by one series that every measure uses.

For x = m_x 2^i and y = m_y 2^j let k = i - j, moved by one where needed so that m_x / m_y' lies in [√½, √2]. Then

    log(x / y) = k log 2 + 2 s (1 + t A(t)),    s = (m_x - m_y') / (m_x + m_y'),    t = s²,
    A(t) = (atanh(√t)/√t - 1)/t = 1/3 + t/5 + t²/7 + …

m_x - m_y' is exact, so the logarithm is right to about 2^-59 of itself also where x is next to y. With d = x - y and
s = d / (x + y) the same A gives, where k = 0, the divergence's term without cancellation:

    x log(x / y) - x + y = d s (1 + s (1 + s) A(t)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xlogx._fallback.double_double import Array, Pair, constant, two_product, two_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

# log 2 to 107 bits.
LN2 = constant(0.6931471805599453, 2.3190468138462996e-17)

# |s| <= 3 - 2√2 = 0.1716, t <= 0.0295: the first coefficient left out changes t A(t) by less than 2^-65.
_COEFFICIENTS = [1 / (2 * j + 3) for j in range(11)]
_SQRT2 = 2.0**0.5


class Ratio(NamedTuple):
    """log(x / y) = k log 2 + log."""

    k: NDArray[np.intc]
    log: Pair


def log_ratio(x: Pair, x_exponent: NDArray[np.intc], y: Pair, y_exponent: NDArray[np.intc]) -> Ratio:
    """Logarithm of x 2^x_exponent / (y 2^y_exponent) for x, y > 0.

    Where x or y is zero, the result is that of equal numbers: the caller knows what to put there.
    """
    usable = (x[0] > 0) & (y[0] > 0)
    m_x, i = np.frexp(np.where(usable, x[0], 1.0))
    m_y, j = np.frexp(np.where(usable, y[0], 1.0))
    x_low = np.where(usable, np.ldexp(x[1], -i), 0.0)
    y_low = np.where(usable, np.ldexp(y[1], -j), 0.0)
    i = i + x_exponent
    quotient = m_x / m_y
    shift = (quotient > _SQRT2).astype(np.intc) - (quotient < 1 / _SQRT2)
    m_y, y_low = np.ldexp(m_y, shift), np.ldexp(y_low, shift)
    k = np.where(usable, i - (j + y_exponent) + shift, 0)

    d = two_sum(m_x - m_y, x_low - y_low)
    total, total_low = two_sum(m_x, m_y)
    series = _series(d, (total, total_low + (x_low + y_low)))
    log = 2 * series.s, 2 * (series.s_low + series.s * (series.t * series.a))
    return Ratio(k, log)


def near_term(d: Pair, total: Pair) -> Pair:
    """Term x log(x / y) - x + y = d s (1 + s (1 + s) A) from d = x - y and total = x + y, where k = 0."""
    s, s_low, _, a = _series(d, total)
    high, low = two_product(d[0], s)
    return high, low + (d[0] * s_low + d[1] * s) + high * (s * (1 + s) * a)


class _Series(NamedTuple):
    s: Array
    s_low: Array
    t: Array
    a: Array


def _series(d: Pair, total: Pair) -> _Series:
    """Evaluate s = d / total with the division's remainder carried, t = s² and A(t)."""
    s = d[0] / total[0]
    back, back_low = two_product(s, total[0])
    s_low = ((d[0] - back) - back_low + (d[1] - s * total[1])) / total[0]
    t = s * s
    a = np.full_like(t, _COEFFICIENTS[-1])
    for coefficient in _COEFFICIENTS[-2::-1]:
        a *= t
        a += coefficient
    return _Series(s, s_low, t, a)
