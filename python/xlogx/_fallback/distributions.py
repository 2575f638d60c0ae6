"""Rows of probabilities as they are: whether each is a distribution, and what its label costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._fallback.elementwise import elementwise_losses
from xlogx._fallback.rows import BLOCK, flat

if TYPE_CHECKING:
    from numpy.typing import NDArray


def distributions(
    p: NDArray[Any],
    tolerance: float,
    labels: NDArray[np.int64] | None,
    out: NDArray[np.float64],
    threads: int,
    bfloat16: bool = False,
) -> bool:
    """Write minus the logarithm of the probability of each label to `out`, 0 without one.

    False if a row of `p` has a number outside [0, 1], or does not sum to one within the tolerance: `out` then means
    nothing. `threads` is for `_core`.
    """
    numbers, _ = flat(p, None, (), False, (bfloat16, False))
    length = p.shape[-1]
    losses = out.reshape(-1)
    classes = None if labels is None else labels.reshape(-1)
    step = max(1, BLOCK // length)
    with np.errstate(all="ignore"):
        for start in range(0, len(losses), step):
            stop = min(len(losses), start + step)
            block = np.asarray(numbers[0].load(start * length, stop * length), np.float64).reshape(-1, length)
            # Neither comparison holds for a NaN.
            inside = (block >= 0) & (block <= 1)
            if not (inside.all() and (np.abs(block.sum(axis=-1) - 1.0) <= tolerance).all()):
                return False
            chosen = np.ones(len(block))
            if classes is not None:
                own = classes[start:stop]
                chosen[own >= 0] = block[own >= 0, own[own >= 0]]
            losses[start:stop] = chosen
    elementwise_losses("negative_log", losses, None, None, None, None, 0.0, False, losses, 1.0, None, 1)
    return True
