"""What the Kullback-Leibler and Jensen-Shannon divergences share: the term, and the sum with c = Σp / Σq.

The term f(x, y) = x log(x / y) - x + y is never negative, and has a form that does not cancel next to x = y.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xlogx._fallback.double_double import (
    Array,
    Pair,
    add,
    divide,
    minus_product,
    multiply,
    scale,
    subtract,
    sum_last,
    two_product,
)
from xlogx._fallback.log_ratio import Ratio, near_term
from xlogx._fallback.rows import Group, sum_blocks
from xlogx._fallback.sums import ONE, UNSCALED, Accumulator, Exponents, Sums, Terms, column, exactly, half, times, where

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Elements(NamedTuple):
    """Weights p and q of shape (rows, columns), and the same in common units: x = p 2^i, y = c q 2^j, and x - y."""

    p: Array
    q: Array
    i: Exponents
    j: Exponents
    c: Pair
    x: Pair
    y: Pair
    difference: Pair


def elements(p: Array, q: Array, i: Exponents, j: Exponents, c: Pair) -> Elements:
    x, scaled_q = np.ldexp(p, i), np.ldexp(q, j)
    return Elements(p, q, i, j, c, exactly(x), multiply(c, exactly(scaled_q)), minus_product(x, c, scaled_q))


def unequal(p: Group, q: Group) -> Iterator[tuple[Array, Array]]:
    """Weights as they are, 0 where p and q are equal: such add nothing to a raw sum, but might hide the others."""
    for p_block, q_block in zip(p.blocks(), q.blocks(), strict=True):
        differ = p_block.plain != q_block.plain
        yield np.where(differ, p_block.plain, 0.0), np.where(differ, q_block.plain, 0.0)


def divergence_terms(x: Pair, y: Pair, difference: Pair, ratio: Ratio) -> Terms:
    """The terms f(x, y), given x - y and the logarithm of the ratio; f(0, y) = y.

    Where k is not 0, no part of x log(x / y) - x + y is more than ten times their sum.
    """
    near = (x[0] > 0) & (y[0] > 0) & (ratio.k == 0)
    whole, rest = times(x, ratio)
    return Terms(whole, where(near, near_term(difference, add(x, y)), subtract(rest, difference)))


def normalized(p: Group, q: Group, terms: Callable[[Elements], Iterator[Terms]], share: float) -> Sums:
    """Σ terms / a, with x = p and y = c q; next to x = y a term is share (x - y)² / 2x.

    c is rounded, and so Σ (x - y) is not 0 but some D: c lacks g = D / a of itself. With c (1 + g), over elements
    whose sums are X = Σ x and D' = Σ (x - y),

        Σ f is larger by X (g - log(1 + g)) - g D' = g (½ g X - D'),    Σ (x - y) is D' - g (X - D').

    Where elements in exact proportion are most of both rows, the others may be less than the rounding: those in
    proportion are then taken for a single element, with x - y minus the sum of all others'.
    """
    sums = Accumulator(p.rows)
    c, i, j = column(divide(p.total, q.total)), p.exponent[:, None], q.exponent[:, None]
    p_largest, q_largest = p.at(p.largest_at)[:, None], q.at(p.largest_at)[:, None]
    one = sum_blocks(
        _kept(_in_proportion(p_block.plain, q_block.plain, p_largest, q_largest), exactly(p_block.scaled))
        for p_block, q_block in zip(p.blocks(), q.blocks(), strict=True)
    )
    one_of_q = one[0] / np.ldexp(p_largest, i)[:, 0] * np.ldexp(q_largest, j)[:, 0]
    dominates = (one[0] > 0.5 * p.total[0]) & (one_of_q > 0.5 * q.total[0])
    # And only next to x = y, where a term is taken from x - y alone: elsewhere its logarithm asks for the weights.
    x_one, y_one = np.ldexp(p_largest, i), c[0] * np.ldexp(q_largest, j)
    dominates &= (np.abs(x_one - y_one) < 0.25 * x_one)[:, 0]

    total = difference = all_difference = exactly(np.zeros(p.rows))
    for p_block, q_block in zip(p.blocks(), q.blocks(), strict=True):
        e = elements(p_block.plain, q_block.plain, i, j, c)
        others = ~(dominates[:, None] & _in_proportion(p_block.plain, q_block.plain, p_largest, q_largest))
        for some in terms(e):
            sums.add(Terms(_kept(others, some.whole), _kept(others, some.rest)))
        total = add(total, sum_last(_kept(others, e.x)))
        difference = add(difference, sum_last(_kept(others, e.difference)))
        all_difference = add(all_difference, sum_last(e.difference))
        sums.infinite |= np.any((p_block.plain > 0) & (q_block.plain == 0), axis=-1)

    g = divide(all_difference, p.total)
    lacking = multiply(g, subtract(half(multiply(g, total)), difference))
    sums.rest = add(sums.rest, (share * lacking[0], share * lacking[1]))
    x = column(_kept(dominates, one))
    one_difference = column(_kept(dominates, subtract(multiply(g, subtract(total, difference)), difference)))
    y = subtract(x, one_difference)
    for some in terms(Elements(x[0], y[0], UNSCALED, UNSCALED, ONE, x, y, one_difference)):
        sums.add(some)
    return sums.over(p.total)


def _kept(these: NDArray[np.bool_], x: Pair) -> Pair:
    return where(these, x, exactly(np.zeros_like(x[0])))


def _in_proportion(p: Array, q: Array, p_one: Array, q_one: Array) -> NDArray[np.bool_]:
    """Is p / q = p_one / q_one, exactly?"""
    (p, p_exponent), (q_one, q_one_exponent) = np.frexp(p), np.frexp(q_one)
    (q, q_exponent), (p_one, p_one_exponent) = np.frexp(q), np.frexp(p_one)
    # Numbers further apart differ all the same, and none of them becomes 0.
    exponent = np.clip((p_exponent + q_one_exponent) - (q_exponent + p_one_exponent), -9, 9)
    first, second = scale(two_product(p, q_one), exponent), two_product(q, p_one)
    equal: NDArray[np.bool_] = (first[0] == second[0]) & (first[1] == second[1])
    return equal
