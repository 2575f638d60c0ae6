"""The exact values of losses of rows of logits and of their gradients, by mpmath."""

import mpmath
import numpy as np
from exact_logits import MOST_BITS, once


def coefficients(classes, target, weight=None, smoothing=0.0):
    """The c of a row's target: w ((1 - ε) t + ε / K)."""
    row = [mpmath.mpf(float(t)) for t in np.eye(classes)[target]] if np.ndim(target) == 0 else numbers(target)
    smoothing = mpmath.mpf(smoothing)
    weights = [mpmath.mpf(1)] * classes if weight is None else numbers(weight)
    return [w * ((1 - smoothing) * t + smoothing / classes) for t, w in zip(row, weights, strict=True)]


def numbers(row):
    return [mpmath.mpf(float(x)) for x in row]


@once
def cross_entropy(z, c, temperature=1.0):
    """The loss of a row, and its gradient."""
    with precision(z, temperature):
        log_p = logarithms(z, temperature)
        loss = mpmath.fsum(-x * y for x, y in zip(c, log_p, strict=True) if x)
        total = mpmath.fsum(c)
        return loss, [(mpmath.exp(y) * total - x) / mpmath.mpf(temperature) for x, y in zip(c, log_p, strict=True)]


@once
def kl_divergence(z, target, temperature=1.0):
    with precision(z, temperature):
        loss, gradient = cross_entropy(z, numbers(target), temperature)
        return loss + mpmath.fsum(t * mpmath.log(t) for t in numbers(target) if t), gradient


@once
def entropy(z, temperature=1.0):
    with precision(z, temperature):
        log_p = logarithms(z, temperature)
        entropy = mpmath.fsum(-mpmath.exp(x) * x for x in log_p if x > -mpmath.inf)
        slopes = [-mpmath.exp(x) * (x + entropy) if x > -mpmath.inf else mpmath.mpf(0) for x in log_p]
        return entropy, [x / mpmath.mpf(temperature) for x in slopes]


@once
def distillation(student, teacher, temperature=1.0):
    with precision([*student, *teacher], temperature):
        log_p, log_q = logarithms(student, temperature), logarithms(teacher, temperature)
        square = mpmath.mpf(temperature) ** 2
        loss = square * mpmath.fsum(
            mpmath.exp(y) * (y - x) for x, y in zip(log_p, log_q, strict=True) if y > -mpmath.inf
        )
        return loss, [
            mpmath.mpf(temperature) * (mpmath.exp(x) - mpmath.exp(y)) for x, y in zip(log_p, log_q, strict=True)
        ]


@once
def focal(z, label, gamma, temperature=1.0):
    with precision(z, temperature):
        loss, slopes = cross_entropy(z, coefficients(len(z), label), temperature)
        gamma, p = mpmath.mpf(gamma), mpmath.exp(-loss)
        derivative = (1 - p) ** gamma + (gamma * p * (1 - p) ** (gamma - 1) * loss if gamma else 0)
        return (1 - p) ** gamma * loss, [derivative * x for x in slopes]


def precision(z, temperature):
    """Enough bits for 1 - p of the surest row, and to spare."""
    finite = [float(x) for x in z if np.isfinite(float(x))]
    distance = (max(finite) - min(finite)) / temperature
    return mpmath.workprec(int(min(400 + 5 * distance, MOST_BITS)))


def logarithms(z, temperature):
    scaled = [x / mpmath.mpf(temperature) for x in numbers(z)]
    top = max(scaled)
    others = mpmath.fsum(mpmath.exp(x - top) for x in scaled) - 1
    total = mpmath.log1p(others)
    return [x - top - total for x in scaled]
