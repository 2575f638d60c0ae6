"""The exact values of losses of single elements: each with the sum of its terms' magnitudes, where they may cancel."""

import mpmath
from mpmath import mpf

BITS = 300


def _times(factor, value):
    """A factor of 0 drops its term."""
    return mpf(0) if factor == 0 else factor * value()


def _log(x):
    return mpmath.log(x) if x else -mpmath.inf


def _softplus(z):
    return mpmath.log1p(mpmath.exp(z)) if z < 0 else z + mpmath.log1p(mpmath.exp(-z))


def _sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def value(x, t, other, parameter):
    return [x], [mpf(1)]


def squared_error(x, t, other, parameter):
    return [(x - t) ** 2], [2 * (x - t)]


def binary_cross_entropy(x, t, other, parameter):
    terms = [_times(t, lambda: -_log(x)), _times(1 - t, lambda: -mpmath.log1p(-x) if x < 1 else mpmath.inf)]
    if t == 0:
        return terms, [1 / (1 - x) if x < 1 else mpmath.inf]
    if t == 1:
        return terms, [-1 / x if x else -mpmath.inf]
    if x in (0, 1):
        return terms, [-mpmath.inf if x == 0 else mpmath.inf]
    return terms, [(x - t) / (x * (1 - x))]


def binary_cross_entropy_with_logits(z, t, weight, parameter):
    loss = [_times(t * weight, lambda: _softplus(-z)), _times(1 - t, lambda: _softplus(z))]
    return loss, [_times(1 - t, lambda: _sigmoid(z)), -_times(t * weight, lambda: _sigmoid(-z))]


def gaussian_nll(x, t, variance, parameter):
    constant = mpmath.log(2 * mpmath.pi) / 2 if parameter else mpf(0)
    return [mpmath.log(variance) / 2, (x - t) ** 2 / variance / 2, constant], [(x - t) / variance]


def _stirling(t, parameter):
    if not parameter or t <= 1:
        return []
    return [t * mpmath.log(t), -t, mpmath.log(2 * mpmath.pi * t) / 2]


def poisson_nll(x, t, other, parameter):
    rate = mpmath.exp(x)
    return [rate, -_times(t, lambda: x), *_stirling(t, parameter)], [rate, -t]


def poisson_nll_of_rate(x, t, other, parameter):
    ratio = _times(t, lambda: 1 / x if x else mpmath.inf)
    return [x, -_times(t, lambda: _log(x)), *_stirling(t, parameter)], [mpf(1), -ratio]


def negative_log(x, t, other, parameter):
    return [-_log(x)], [-1 / x if x else -mpmath.inf]


def focal(x, t, other, gamma):
    rest = -mpmath.expm1(-x)
    factor = rest**gamma if x or gamma else mpf(1)
    slope = gamma * mpmath.exp(-x) * x / rest if x else mpf(0)
    return [factor * x], [factor, factor * slope]


LOSSES = {
    function.__name__: function
    for function in (
        value,
        squared_error,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        gaussian_nll,
        poisson_nll,
        poisson_nll_of_rate,
        negative_log,
        focal,
    )
}


def exact(loss, x, t=1.0, other=1.0, parameter=0.0):
    """Loss and derivative of an element, each as a pair: its value, and the sum of its terms' magnitudes."""
    with mpmath.workprec(BITS):
        found = LOSSES[loss](*(mpf(float(number)) for number in (x, t, other)), mpf(parameter))
        return [(mpmath.fsum(terms), mpmath.fsum(terms, absolute=True)) for terms in found]
