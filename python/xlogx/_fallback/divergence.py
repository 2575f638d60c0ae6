"""What the Kullback-Leibler and Jensen-Shannon divergences share: the term, and the sum with c = Σp / Σq.

The term f(x, y) = x log(x / y) - x + y is never negative, and has a form that does not cancel next to x = y.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from xlogx._fallback.double_double import Array, Pair, add, divide, multiply, scale, subtract, sum_last
from xlogx._fallback.log_ratio import Ratio, log_ratio
from xlogx._fallback.rows import Group
from xlogx._fallback.sums import UNSCALED, Accumulator, Exponents, Sums, Terms, column, exactly, times, where

# c is known to about 2^-103: rows p and c q that agree so far everywhere are taken for equal, so that rows in
# proportion, [1, 2, 3] and [3, 6, 9], have a divergence of exactly 0. A single element that agrees so far says
# nothing: next to a dominating weight its tiny term may be what counts.
_QUOTIENT_NOISE = 2.0**-97


class Elements(NamedTuple):
    """Weights p and q of shape (rows, columns), and the same in common units: x = p 2^i, y = c q 2^j."""

    p: Array
    q: Array
    i: Exponents
    j: Exponents
    c: Pair
    x: Pair
    y: Pair


def elements(p: Array, q: Array, i: Exponents, j: Exponents, c: Pair) -> Elements:
    return Elements(p, q, i, j, c, exactly(np.ldexp(p, i)), multiply(c, exactly(np.ldexp(q, j))))


def divergence_terms(x: Pair, y: Pair, ratio: Ratio) -> Terms:
    """The terms f(x, y), given the logarithm of the ratio; f(0, y) = y.

    Where k is not 0, no part of x log(x / y) - x + y is more than ten times their sum.
    """
    both = (x[0] > 0) & (y[0] > 0)
    near = both & (ratio.k == 0)
    whole, rest = times(x, ratio)
    rest = where(near, scale(ratio.term, ratio.exponent), add(rest, subtract(y, x)))
    apart = np.where(both, ~near | (ratio.difference > _QUOTIENT_NOISE), x[0] != y[0])
    return Terms(whole, rest, apart)


def normalized(
    p: Group, q: Group, terms: Callable[[Elements], Iterator[Terms]], near_term: Callable[[Pair, Pair], Pair]
) -> Sums:
    """Σ terms / a, with x = p and y = c q, so that Σ (x - y) = 0.

    c is rounded. That adds a (rounding)² to the sum, which next to a dominating weight may be more than the whole
    sum: so where one weight is most of both rows, its x - y is taken to be minus the sum of all others', and its
    term to be ``near_term(x, x - y)``.
    """
    sums = Accumulator(p.rows)
    c, i, j = column(divide(p.total, q.total)), p.exponent[:, None], q.exponent[:, None]
    difference: Pair = (np.zeros(p.rows), np.zeros(p.rows))
    p_largest, q_largest = np.zeros((p.rows, 1)), np.zeros((p.rows, 1))
    for p_block, q_block in zip(p.blocks(), q.blocks(), strict=True):
        here = np.arange(p_block.start, p_block.start + p_block.plain.shape[-1]) == p.largest_at[:, None]
        p_largest += np.where(here, p_block.plain, 0.0).sum(axis=-1, keepdims=True)
        q_largest += np.where(here, q_block.plain, 0.0).sum(axis=-1, keepdims=True)
        others = elements(np.where(here, 0.0, p_block.plain), np.where(here, 0.0, q_block.plain), i, j, c)
        for some in terms(others):
            sums.add(some)
        difference = add(difference, sum_last(subtract(others.y, others.x)))
        sums.infinite |= np.any((p_block.plain > 0) & (q_block.plain == 0), axis=-1)

    largest = elements(p_largest, q_largest, i, j, c)
    half_total = 0.5 * p.total[0][:, None]
    dominates = (largest.x[0] > half_total) & (largest.y[0] > half_total)
    dominates &= log_ratio(largest.x, UNSCALED, largest.y, UNSCALED).k == 0
    term = near_term(largest.x, column(difference))
    for some in terms(largest):
        whole = where(dominates, exactly(np.zeros_like(half_total)), some.whole)
        rest = where(dominates, term, some.rest)
        sums.add(Terms(whole, rest, some.apart & ~dominates))
        term = exactly(np.zeros_like(half_total))
    return sums.over(p.total)
