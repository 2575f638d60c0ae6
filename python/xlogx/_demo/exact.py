"""The exact values of the measures: mpmath, on the stored weights, with digits to spare for every cancellation.

It is the truth of the demo, of the benchmarks and of the tests.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable

import mpmath
import numpy as np

# Beyond these bits the precision grows with the spread of the weights.
GUARD_BITS = 250


def entropy(p: Iterable[float], *, normalize: bool = True) -> mpmath.mpf:
    """Return −Σ p log p, in nats."""
    return _sum(lambda x: -x * mpmath.log(x) if x else x, p, normalize=normalize)


def cross_entropy(p: Iterable[float], q: Iterable[float], *, normalize: bool = True) -> mpmath.mpf:
    """Return −Σ p log q, in nats."""
    return _sum(lambda x, y: -x * mpmath.log(y) if x else x, p, q, normalize=normalize)


def kl_divergence(p: Iterable[float], q: Iterable[float], *, normalize: bool = True) -> mpmath.mpf:
    """Return Σ p log(p/q), in nats."""
    return _sum(lambda x, y: x * mpmath.log(x / y) if x else x, p, q, normalize=normalize)


def js_divergence(p: Iterable[float], q: Iterable[float], *, normalize: bool = True) -> mpmath.mpf:
    """Return ½ Σ p log(p/m) + ½ Σ q log(q/m), m = (p + q)/2, in nats."""
    return _sum(
        lambda x, y: mpmath.fsum(side / 2 * mpmath.log(2 * side / (x + y)) for side in (x, y) if side),
        *(p, q),
        normalize=normalize,
    )


def js_distance(p: Iterable[float], q: Iterable[float], *, normalize: bool = True) -> mpmath.mpf:
    """Return the square root of the Jensen-Shannon divergence in nats."""
    with mpmath.workprec(GUARD_BITS):
        return mpmath.sqrt(abs(js_divergence(p, q, normalize=normalize)))


def relative_error(answer: float, truth: mpmath.mpf) -> float:
    """Return ``|answer - truth| / truth``; nan if `answer` is nan."""
    with mpmath.workprec(GUARD_BITS):
        return float(abs(mpmath.mpf(answer) - truth) / truth) if np.isfinite(answer) else float(answer)


def ulp_error(answer: np.floating, truth: mpmath.mpf) -> float:
    """Return the distance of `answer` from `truth` in units in the last place of the answer's dtype.

    The unit is that of the number nearest to the truth; an answer that is no finite number is infinitely far.
    """
    if not np.isfinite(answer):
        return math.inf
    nearest = abs(answer.dtype.type(float(truth)))
    unit = float(np.spacing(nearest)) if nearest else float(np.finfo(answer.dtype).smallest_subnormal)
    with mpmath.workprec(GUARD_BITS):
        return float(abs(mpmath.mpf(float(answer)) - truth) / mpmath.mpf(unit))


def _sum(term: Callable[..., mpmath.mpf], *rows: Iterable[float], normalize: bool) -> mpmath.mpf:
    """Sum `term` over the positions, at a precision that no cancellation and no spread of the weights exhausts.

    Positions with the same weights are handed over once, with their number.
    """
    positions = Counter(zip(*rows, strict=True))
    powers = [math.frexp(float(weight))[1] for position in positions for weight in position if weight > 0]
    spread = max(powers, default=0) - min(powers, default=0)
    with mpmath.workprec(GUARD_BITS + 2 * spread):
        times = list(positions.values())
        columns = [[_exactly(weight) for weight in column] for column in zip(*positions, strict=True)]
        if normalize:
            totals = [mpmath.fsum(n * x for n, x in zip(times, column, strict=True)) for column in columns]
            columns = [[x / total for x in column] for column, total in zip(columns, totals, strict=True)]
        return mpmath.fsum(n * term(*position) for n, *position in zip(times, *columns, strict=True))


def _exactly(weight: float) -> mpmath.mpf:
    whole = isinstance(weight, int | np.integer | np.bool_)
    return mpmath.mpf(int(weight) if whole else float(weight))
