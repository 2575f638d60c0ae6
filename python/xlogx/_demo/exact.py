"""The exact values of the measures: mpmath, on the stored weights, with digits to spare for every cancellation."""

from collections.abc import Iterable

import mpmath
import numpy as np

# A KL divergence of weights that differ by 1e-12 cancels 24 digits, one of float32 weights in float64 fewer.
DIGITS = 60


def relative_error(answer: float, truth: mpmath.mpf) -> float:
    """Return ``|answer - truth| / truth``; nan if `answer` is nan."""
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(answer) - truth) / truth) if np.isfinite(answer) else float(answer)


def ulp_error(answer: np.floating, truth: mpmath.mpf) -> float:
    """Return the distance of `answer` from `truth` in units in the last place of the answer's dtype."""
    if not np.isfinite(answer):
        return float("nan")
    nearest = answer.dtype.type(float(truth))
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(float(answer)) - truth) / mpmath.mpf(float(np.spacing(nearest))))


def entropy(p: Iterable[float]) -> mpmath.mpf:
    """Return H(p/Σp) in nats."""
    with mpmath.workdps(DIGITS):
        return mpmath.fsum(-x * mpmath.log(x) for x in _normalized(p) if x)


def cross_entropy(p: Iterable[float], q: Iterable[float]) -> mpmath.mpf:
    """Return H(p/Σp, q/Σq) in nats."""
    with mpmath.workdps(DIGITS):
        pairs = zip(_normalized(p), _normalized(q), strict=True)
        return mpmath.fsum(-x * mpmath.log(y) for x, y in pairs if x)


def kl_divergence(p: Iterable[float], q: Iterable[float]) -> mpmath.mpf:
    """Return D(p/Σp ‖ q/Σq) in nats."""
    with mpmath.workdps(DIGITS):
        pairs = zip(_normalized(p), _normalized(q), strict=True)
        return mpmath.fsum(x * mpmath.log(x / y) for x, y in pairs if x)


def js_divergence(p: Iterable[float], q: Iterable[float]) -> mpmath.mpf:
    """Return the Jensen-Shannon divergence of p/Σp and q/Σq in nats."""
    with mpmath.workdps(DIGITS):
        total = mpmath.mpf(0)
        for x, y in zip(_normalized(p), _normalized(q), strict=True):
            middle = (x + y) / 2
            total += sum(z * mpmath.log(z / middle) for z in (x, y) if z) / 2
        return total


def js_distance(p: Iterable[float], q: Iterable[float]) -> mpmath.mpf:
    """Return the square root of the Jensen-Shannon divergence."""
    with mpmath.workdps(DIGITS):
        return mpmath.sqrt(js_divergence(p, q))


def _normalized(weights: Iterable[float]) -> list[mpmath.mpf]:
    exact = [mpmath.mpf(float(x)) for x in weights]
    total = mpmath.fsum(exact)
    return [x / total for x in exact]
