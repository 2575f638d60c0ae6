"""The measures in as many digits as it takes: the exact functions of the stored inputs."""

import math
from collections import Counter

import mpmath as mp
import numpy as np

GUARD_BITS = 250


def _exactly(weight):
    return mp.mpf(int(weight)) if isinstance(weight, int | np.integer | np.bool_) else mp.mpf(float(weight))


def _in_full(measure):
    """Run `measure` on numbers of mpmath, at a precision that no cancellation and no spread of the weights exhausts.

    Positions with the same weights are handed over once, with their number.
    """

    def run(*rows, normalize=True):
        powers = [math.frexp(float(w))[1] for row in rows for w in row if w > 0]
        spread = max(powers, default=0) - min(powers, default=0)
        with mp.workprec(GUARD_BITS + 2 * spread):
            positions = Counter(zip(*rows, strict=True))
            columns = [[_exactly(w) for w in column] for column in zip(*positions, strict=True)]
            times = list(positions.values())
            if normalize:
                totals = [mp.fsum(n * w for n, w in zip(times, column, strict=True)) for column in columns]
                columns = [[w / total for w in column] for column, total in zip(columns, totals, strict=True)]
            return mp.fsum(n * measure(*position) for n, *position in zip(times, *columns, strict=True))

    return run


@_in_full
def entropy(p):
    """−Σ p log p."""
    return -p * mp.log(p) if p else mp.mpf(0)


@_in_full
def cross_entropy(p, q):
    """−Σ p log q."""
    return -p * mp.log(q) if p else mp.mpf(0)


@_in_full
def kl_divergence(p, q):
    """Σ p log(p / q)."""
    return p * mp.log(p / q) if p else mp.mpf(0)


@_in_full
def js_divergence(p, q):
    """½ Σ p log(p / m) + ½ Σ q log(q / m), m = (p + q)/2."""
    return mp.fsum(side / 2 * mp.log(2 * side / (p + q)) for side in (p, q) if side)


def js_distance(p, q, normalize=True):
    """Root of the divergence."""
    with mp.workprec(GUARD_BITS):
        return mp.sqrt(abs(js_divergence(p, q, normalize=normalize)))


def ulps(got, truth):
    """Error of `got`, a float64 or float32 scalar, in units in the last place of the number nearest to the truth."""
    dtype = got.dtype.type
    if not np.isfinite(got):
        return math.inf
    nearest = abs(dtype(float(truth)))
    unit = float(np.spacing(nearest)) if nearest else float(np.finfo(dtype).smallest_subnormal)
    with mp.workprec(GUARD_BITS):
        return float(abs(mp.mpf(float(got)) - truth) / mp.mpf(unit))
