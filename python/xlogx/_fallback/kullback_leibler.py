"""Kullback-Leibler divergence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlogx._fallback.divergence import Elements, divergence_terms, normalized, unequal
from xlogx._fallback.double_double import add, multiply, two_sum
from xlogx._fallback.log_ratio import log_ratio, near_term
from xlogx._fallback.rows import Group, exponent_for
from xlogx._fallback.sums import Accumulator, Sums, Terms, exactly, times, where


def kl_divergence(p: Group, q: Group, normalize: bool) -> Sums:
    """Σ f(p, c q) / a with c = a/b; as it is, Σ p log(p / q)."""
    return normalized(p, q, _terms, share=1.0) if normalize else _as_it_is(p, q)


def _terms(e: Elements) -> Iterator[Terms]:
    # Of q the mantissa and exponent, not the scaled weight, of which scaling may have lost some bits.
    mantissa, exponent = np.frexp(e.q)
    ratio = log_ratio(exactly(e.p), e.i, multiply(e.c, exactly(mantissa)), exponent + e.j)
    yield divergence_terms(e.x, e.y, e.difference, ratio)


def _as_it_is(p: Group, q: Group) -> Sums:
    """Where p is next to q as Σ f(p, q) + Σ (p - q), elsewhere directly.

    With f over all elements everything would be lost where q has mass that p has not.
    """
    sums = Accumulator(p.rows)
    largest = np.zeros(p.rows)
    for p_plain, _ in unequal(p, q):
        largest = np.maximum(largest, p_plain.max(axis=-1))
    exponent = exponent_for(largest)
    shift = exponent[:, None]
    for p_plain, q_plain in unequal(p, q):
        ratio = log_ratio(exactly(p_plain), shift, exactly(q_plain), shift)
        x = np.ldexp(p_plain, shift)
        near = (x > 0) & (q_plain > 0) & (ratio.k == 0)
        # In p's units a q far from p may leave the range: only a near one is scaled.
        y = np.ldexp(np.where(near, q_plain, p_plain), shift)
        difference = two_sum(x, -y)
        whole, rest = times(exactly(x), ratio)
        rest = where(near, add(near_term(difference, two_sum(x, y)), difference), rest)
        sums.add(Terms(whole, rest))
        sums.infinite |= np.any((p_plain > 0) & (q_plain == 0), axis=-1)
    return sums.as_they_are(exponent)
