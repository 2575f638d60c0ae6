"""Divergences of two rows of logits.

Of the weights x and y of an element, and their sums X and Y, the difference of the log-probabilities is

    u = log(x / X) - log(y / Y) = [(z - w) - (m_z - m_w)] / T + log(Y / X),

which has all digits also where the rows are nearly equal but for a shift: the difference of the logits is exact, and
Y / X - 1 = Σ (y - x) / X comes from it, too. With c = X / Y, x and c y then are the two probabilities in common units,
and x - c y = x (1 - e^-u).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xlogx._fallback.double_double import Pair, add, divide, multiply, scale, subtract, sum_last, two_sum
from xlogx._fallback.exponential import decline, log_of_one_plus
from xlogx._fallback.jensen_shannon import middle_terms
from xlogx._fallback.log_ratio import near_term
from xlogx._fallback.logit_rows import LIFT, LOWER, LogitBlock, LogitGroup, over
from xlogx._fallback.sums import (
    Accumulator,
    Sums,
    Terms,
    column,
    exactly,
    half,
    in_nats,
    negative,
    where,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAR = 0.5


class _Elements(NamedTuple):
    """Elements of shape (rows, columns), from column `start` on.

    x and c y, times 2^LIFT, their difference, u, and where |u| is small.
    """

    start: int
    x: Pair
    y: Pair
    difference: Pair
    u: Pair
    near: NDArray[np.bool_]
    lost: NDArray[np.bool_]  # in p and not in q


def kl_divergence(p: LogitGroup, q: LogitGroup) -> Sums:
    """Σ [x u - (x - c y)] / X; the linear part sums to nothing, and makes every term at least 0."""
    sums, reach = Accumulator(p.rows), q.reach
    lower = -reach[:, None]
    for e in _elements(p, q):
        sums.infinite |= e.lost.any(axis=-1)
        # Not beside a weight of 0, for which u may be anything.
        u = where((e.x[0] > 0) & ~e.lost, e.u, exactly(np.zeros_like(e.u[0])))
        far = subtract(multiply(e.x, scale(u, lower)), scale(e.difference, lower))
        near = scale(near_term(e.difference, add(e.x, e.y)), lower)
        sums.add(Terms(exactly(np.zeros_like(e.u[0])), where(e.near, near, far)))
    found = sums.over(p.total)
    return found._replace(exponent=found.exponent + (LIFT - reach))


def js_divergence(p: LogitGroup, q: LogitGroup) -> Sums:
    """½ Σ [f(x, m) + f(c y, m)] / X with m = (x + c y)/2 and f as in `jensen_shannon`."""
    sums = Accumulator(p.rows)
    for e in _elements(p, q):
        for terms in middle_terms(e.x, e.y, e.difference):
            sums.add(terms)
    found = sums.over(p.total)
    return found._replace(exponent=found.exponent + LIFT)


def total_variation(p: LogitGroup, q: LogitGroup) -> Sums:
    """½ Σ |x - c y| / X."""
    total = exactly(np.zeros(p.rows))
    for e in _elements(p, q):
        total = add(total, sum_last(where(e.difference[0] < 0, negative(e.difference), e.difference)))
    nothing = exactly(np.zeros(p.rows))
    return Sums(nothing, half(total), p.total, np.array(LIFT, np.intc), np.zeros(p.rows, bool))


def differences(p: LogitGroup, q: LogitGroup) -> Iterator[tuple[int, Pair]]:
    """The first column of each block, and its x - c y: times 1 / X the differences of the probabilities."""
    for e in _elements(p, q):
        yield e.start, e.difference


def _elements(p: LogitGroup, q: LogitGroup) -> Iterator[_Elements]:
    c, log_ratio = column(divide(p.total, q.total)), column(_log_ratio_of_totals(p, q))
    for x, y in zip(p.blocks(), q.blocks(), strict=True):
        weight = multiply(y.weight, c)
        both = x.present & y.present
        u = add(_separation(p, q, x, y), log_ratio)
        near = both & (np.abs(u[0]) <= _NEAR) & (x.weight[0] > 0)
        lost = x.present & (~y.present | ((x.weight[0] > 0) & ~np.isfinite(u[0])))
        yield _Elements(x.start, x.weight, weight, _difference(x.weight, weight, u, near), u, near, lost)


def _separation(p: LogitGroup, q: LogitGroup, x: LogitBlock, y: LogitBlock) -> Pair:
    """[(z - w) - (m_z - m_w)] / T: exactly 0 where a row is the other with a number added to all."""
    difference = subtract(two_sum(x.logits, -y.logits), two_sum(p.top, -q.top))
    return over(difference, p.temperature)


def _difference(x: Pair, y: Pair, u: Pair, near: NDArray[np.bool_]) -> Pair:
    """Differences x - y where y is x e^-u, from u where that is near 0."""
    return where(near, multiply(x, decline(u)), subtract(x, y))


def _log_ratio_of_totals(p: LogitGroup, q: LogitGroup) -> Pair:
    """log(Y / X): from Σ (y - x) / X where that is near 0, which is exactly 0 for equal rows."""
    lacking = exactly(np.zeros(p.rows))
    for x, y in zip(p.blocks(), q.blocks(), strict=True):
        separation = _separation(p, q, x, y)
        near = x.present & y.present & (np.abs(separation[0]) <= _NEAR)
        lacking = add(lacking, sum_last(_difference(x.weight, y.weight, separation, near)))
    change = negative(divide(lacking, p.total))
    near_rows = np.abs(change[0]) <= np.ldexp(0.5, LIFT)
    by_logs = subtract(in_nats(q.log_total), in_nats(p.log_total))
    return scale(where(near_rows, in_nats(log_of_one_plus(change, LIFT)), by_logs), LOWER)
