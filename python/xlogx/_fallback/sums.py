"""The two sums that make a measure, over the blocks of a group of rows.

Every logarithm comes as k log 2 + l, and the sums of weight times k and of weight times l are kept apart: in bits the
answer is exact where all l are zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from xlogx._fallback.double_double import Array, Pair, add, constant, multiply, scale, sum_last, two_product
from xlogx._fallback.log_ratio import LN2, Ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

Exponents: TypeAlias = "NDArray[np.intc]"

ONE = constant(1.0)
# Exponents for `scale` and `log_ratio`.
UNSCALED = np.array(0, np.intc)
HALF = np.array(-1, np.intc)


class Terms(NamedTuple):
    """Terms whole log 2 + rest."""

    whole: Pair
    rest: Pair


class Sums(NamedTuple):
    """The measure of each row is (whole log 2 + rest) / divisor, in units of 2^-exponent; +inf where marked."""

    whole: Pair
    rest: Pair
    divisor: Pair
    exponent: Exponents
    infinite: NDArray[np.bool_]


class Accumulator:
    """The sums so far, and the rows that have met an infinite term."""

    def __init__(self, rows: int) -> None:
        self.whole: Pair = (np.zeros(rows), np.zeros(rows))
        self.rest: Pair = (np.zeros(rows), np.zeros(rows))
        self.infinite = np.zeros(rows, bool)

    def add(self, terms: Terms) -> None:
        self.whole = add(self.whole, sum_last(terms.whole))
        self.rest = add(self.rest, sum_last(terms.rest))

    def over(self, total: Pair) -> Sums:
        # The divisor's power of two is left for the end: a quotient may be out of range where its root is not.
        exponent = np.frexp(total[0])[1]
        return Sums(self.whole, self.rest, scale(total, -exponent), exponent, self.infinite)

    def as_they_are(self, exponent: Exponents) -> Sums:
        return Sums(self.whole, self.rest, ONE, exponent, self.infinite)


def times(weight: Pair, ratio: Ratio) -> tuple[Pair, Pair]:
    """Products weight * k and weight * l."""
    k = ratio.k.astype(np.float64)
    high, low = two_product(weight[0], k)
    return (high, low + weight[1] * k), multiply(weight, ratio.log)


def in_nats(terms: Terms | Sums) -> Pair:
    """Sum whole log 2 + rest."""
    return add(multiply(terms.whole, LN2), terms.rest)


def where(condition: NDArray[np.bool_], x: Pair, y: Pair) -> Pair:
    return np.where(condition, x[0], y[0]), np.where(condition, x[1], y[1])


def exactly(x: Array) -> Pair:
    return x, np.zeros_like(x)


def negative(x: Pair) -> Pair:
    return -x[0], -x[1]


def half(x: Pair) -> Pair:
    return scale(x, HALF)


def column(x: Pair) -> Pair:
    """A value a row, against blocks of shape (rows, columns)."""
    return x[0][:, None], x[1][:, None]
