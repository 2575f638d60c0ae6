"""Jensen-Shannon divergence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlogx._fallback.divergence import Elements, divergence_terms, elements, normalized, unequal
from xlogx._fallback.double_double import Pair, add
from xlogx._fallback.log_ratio import log_ratio
from xlogx._fallback.rows import Group, exponent_for
from xlogx._fallback.sums import ONE, UNSCALED, Accumulator, Sums, Terms, half, negative


def js_divergence(p: Group, q: Group, normalize: bool) -> Sums:
    """½ Σ [f(p, m) + f(c q, m)] / a with m = (p + c q)/2, c = a/b; as it is, with c = 1 and not divided.

    The linear parts of f sum to zero at every element, so these are the terms of the definition, made non-negative.
    """
    if normalize:
        return normalized(p, q, _terms, share=0.25)._replace(infinite=np.zeros(p.rows, bool))
    sums = Accumulator(p.rows)
    largest = np.zeros(p.rows)
    for x, y in unequal(p, q):
        largest = np.maximum(largest, np.maximum(x, y).max(axis=-1))
    # One exponent for both, which leaves room for both.
    exponent = exponent_for(largest)
    shift = exponent[:, None]
    for x, y in unequal(p, q):
        for terms in _terms(elements(x, y, shift, shift, ONE)):
            sums.add(terms)
    return sums.as_they_are(exponent)


def _terms(e: Elements) -> Iterator[Terms]:
    return middle_terms(e.x, e.y, e.difference)


def middle_terms(x: Pair, y: Pair, difference: Pair) -> Iterator[Terms]:
    """½ f(x, m) and ½ f(y, m) with m = (x + y)/2, given x - y."""
    m, h = half(add(x, y)), half(difference)
    for side, from_middle in ((x, h), (y, negative(h))):
        whole, rest = divergence_terms(side, m, from_middle, log_ratio(side, UNSCALED, m, UNSCALED))
        yield Terms(half(whole), half(rest))
