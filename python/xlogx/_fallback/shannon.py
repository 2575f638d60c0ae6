"""Cross-entropy, and entropy as the cross-entropy of p and p."""

from __future__ import annotations

import numpy as np

from xlogx._fallback.log_ratio import log_ratio
from xlogx._fallback.rows import Group
from xlogx._fallback.sums import ONE, UNSCALED, Accumulator, Sums, Terms, column, exactly, times


def cross_entropy(p: Group, q: Group, normalize: bool) -> Sums:
    """Σ p log(b / q) / a, a = Σp, b = Σq; as it is, Σ p log(1 / q).

    No term is negative, and with b in high + low each is right however much one weight dominates.
    """
    sums = Accumulator(p.rows)
    # b is in q's scaled units. q is not, but for its exponent: so scaling loses nothing of it.
    b, shift = (column(q.total), q.exponent[:, None]) if normalize else (ONE, UNSCALED)
    for p_block, q_block in zip(p.blocks(), q.blocks(), strict=True):
        ratio = log_ratio(b, UNSCALED, exactly(q_block.plain), shift)
        sums.add(Terms(*times(exactly(p_block.scaled), ratio)))
        sums.infinite |= np.any((p_block.plain > 0) & (q_block.plain == 0), axis=-1)
    return sums.over(p.total) if normalize else sums.as_they_are(p.exponent)
