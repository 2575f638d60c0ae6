"""The exact values of the functions of logits: mpmath, with bits for the largest distance of a row and to spare."""

import functools

import mpmath
import numpy as np

GUARD_BITS = 400
# e^-d needs 1.44 bits for each unit of d; beyond this it is nothing in float64, whatever it is multiplied with.
MOST_BITS = 8000


def once(function):
    """The same answer for the same logits, whichever backend asks."""
    known = {}

    @functools.wraps(function)
    def answer(*data):
        key = tuple(np.asarray(values, np.float64).tobytes() for values in data)
        if key not in known:
            known[key] = function(*data)
        return known[key]

    return answer


@once
def entropy(z, temperature=1.0):
    return cross_entropy(z, z, temperature)


@once
def cross_entropy(zp, zq, temperature=1.0):
    with _precision(zp, zq, temperature=temperature):
        p, log_q = _probabilities(zp, temperature), _logarithms(zq, temperature)
        return mpmath.fsum(-x * y for x, y in zip(p, log_q, strict=True) if x)


@once
def kl_divergence(zp, zq, temperature=1.0):
    with _precision(zp, zq, temperature=temperature):
        log_p, log_q = _logarithms(zp, temperature), _logarithms(zq, temperature)
        return mpmath.fsum(mpmath.exp(x) * (x - y) for x, y in zip(log_p, log_q, strict=True) if x > -mpmath.inf)


@once
def js_divergence(zp, zq, temperature=1.0):
    with _precision(zp, zq, temperature=temperature):
        pairs = zip(_probabilities(zp, temperature), _probabilities(zq, temperature), strict=True)
        return mpmath.fsum(side / 2 * mpmath.log(2 * side / (x + y)) for x, y in pairs for side in (x, y) if side)


@once
def total_variation(zp, zq, temperature=1.0):
    with _precision(zp, zq, temperature=temperature):
        pairs = zip(_probabilities(zp, temperature), _probabilities(zq, temperature), strict=True)
        return mpmath.fsum(abs(x - y) for x, y in pairs) / 2


@once
def perplexity(z, temperature=1.0):
    with _precision(z, temperature=temperature):
        return mpmath.exp(entropy(z, temperature))


@once
def logsumexp(z, temperature=1.0):
    with _precision(z, temperature=temperature):
        return mpmath.log(mpmath.fsum(mpmath.exp(x) for x in _scaled(z, temperature)))


@once
def softmax(z, temperature=1.0):
    with _precision(z, temperature=temperature):
        return _probabilities(z, temperature)


@once
def log_softmax(z, temperature=1.0):
    with _precision(z, temperature=temperature):
        return _logarithms(z, temperature)


def _precision(*rows, temperature):
    finite = [float(x) for row in rows for x in row if np.isfinite(float(x))]
    distance = (max(finite) - min(finite)) / temperature
    return mpmath.workprec(int(min(GUARD_BITS + 3 * distance, MOST_BITS)))


def _scaled(z, temperature):
    return [mpmath.mpf(float(x)) / mpmath.mpf(temperature) for x in z]


def _logarithms(z, temperature):
    scaled = _scaled(z, temperature)
    top = max(scaled)
    total = mpmath.log(mpmath.fsum(mpmath.exp(x - top) for x in scaled))
    return [x - top - total for x in scaled]


def _probabilities(z, temperature):
    return [mpmath.exp(x) for x in _logarithms(z, temperature)]
