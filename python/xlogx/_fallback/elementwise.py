"""Losses of single elements, their derivatives, and their sum, in plain NumPy.

Logarithms and exponentials go through pairs of float64, so that each loss is rounded hardly more than once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xlogx._fallback import exponential as powers
from xlogx._fallback.double_double import Array, Pair, add, constant, multiply, scale, subtract, sum_last
from xlogx._fallback.log_ratio import LN2, log_ratio
from xlogx._fallback.rows import BLOCK, Flat
from xlogx._fallback.sums import ONE, UNSCALED, exactly, in_nats, where

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What stands where an element is not seen: no loss refuses it.
_HARMLESS = 0.5
# e^x is 0 below the first and infinite above the second.
_LEAST, _LARGEST = -800.0, 800.0
_HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class Losses(NamedTuple):
    """The loss of each element, its derivative, and which elements are to be refused; NaN arguments are not looked at."""

    loss: Array
    derivative: Array
    invalid: NDArray[np.bool_] | None = None


def elementwise_losses(
    loss: str,
    x: NDArray[Any],
    target: NDArray[Any] | None,
    other: NDArray[Any] | None,
    weight: NDArray[Any] | None,
    where: NDArray[np.bool_] | None,
    parameter: float,
    narrow: bool,
    out: NDArray[np.float64] | None,
    scale: float,
    grad: NDArray[Any] | None,
    threads: int,
    bfloat16: Sequence[bool] = (False, False, False, False),
) -> float | None:
    """Sum of weight times `loss` over the elements that `where` shows; None if one of them is invalid.

    Each of them goes to `out`, and scale times weight times the derivative by `x` to `grad`; both then mean nothing if
    the answer is None. An element of weight 0 adds nothing and has gradient 0, whatever its loss. `narrow` and
    `threads` are for `_core`.
    """
    given = zip((x, target, other, weight), bfloat16, strict=True)
    numbers = [None if array is None else Flat(array, half) for array, half in given]
    shown = None if where is None else Flat(where)
    losses = None if out is None else out.reshape(-1)
    gradients = None if grad is None else grad.reshape(-1)
    total, plain = constant(0.0), 0.0
    with np.errstate(all="ignore"):
        for start in range(0, x.size, BLOCK):
            stop = min(start + BLOCK, x.size)
            block = [_load(some, start, stop, 1.0) for some in numbers]
            if shown is not None:
                seen = shown.load(start, stop)
                block = [np.where(seen, some, unseen) for some, unseen in zip(block, _UNSEEN, strict=True)]
            found = _LOSSES[loss](block[0], block[1], block[2], parameter)
            if found.invalid is not None and found.invalid.any():
                return None
            nan = np.isnan(block[0]) | np.isnan(block[1]) | np.isnan(block[2])
            weighted = _product(block[3], np.where(nan, np.nan, found.loss))
            if losses is not None:
                losses[start:stop] = weighted
            if gradients is not None:
                gradients[start:stop] = _product(block[3] * scale, np.where(nan, np.nan, found.derivative))
            total = add(total, sum_last(exactly(weighted)))
            plain += float(np.sum(weighted))
    # What rounding takes from an infinity is no number.
    return float(total[0]) if np.isfinite(total[0]) else plain


_UNSEEN = (_HARMLESS, _HARMLESS, _HARMLESS, 0.0)


def _load(numbers: Flat | None, start: int, stop: int, missing: float) -> Array:
    if numbers is None:
        return np.full(stop - start, missing)
    return np.asarray(numbers.load(start, stop), dtype=np.float64)


def _product(factor: Array, x: Array) -> Array:
    """Product in which a factor of 0 gives 0, whatever it is multiplied with."""
    return np.where(factor == 0, 0.0, factor * x)


def exponential(x: float) -> float:
    """e^x."""
    with np.errstate(all="ignore"):
        return float(_exponential(np.array(x)))


def _exponential(x: Array) -> Array:
    mantissa, exponent = powers.exponential(exactly(np.clip(x, _LEAST, _LARGEST)))
    return np.where(np.isnan(x), np.nan, np.ldexp(mantissa[0], exponent))


def _log_pair(x: Pair) -> Pair:
    """Logarithm of x > 0."""
    ratio = log_ratio(x, UNSCALED, ONE, UNSCALED)
    return add(multiply(exactly(ratio.k.astype(np.float64)), LN2), ratio.log)


def _log(x: Array) -> Array:
    value = np.where(x == 0, -np.inf, np.where(x == np.inf, np.inf, _log_pair(exactly(x))[0]))
    return np.where(x >= 0, value, np.nan)


def _log1p(x: Array) -> Array:
    """log(1 + x) for -½ <= x <= 1."""
    return in_nats(powers.log_of_one_plus(exactly(x), 0))[0]


def _outside(x: Array) -> NDArray[np.bool_]:
    """Whether x is outside [0, 1]; NaN is not."""
    return (x < 0) | (x > 1)


def _value(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    return Losses(x, np.ones_like(x))


def _squared_error(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    difference = x - t
    return Losses(difference * difference, 2 * difference)


def _checked(loss: Array, derivative: Array, invalid: NDArray[np.bool_], check: bool = True) -> Losses:
    loss, derivative = np.where(invalid, np.nan, loss), np.where(invalid, np.nan, derivative)
    return Losses(loss, derivative, invalid if check else None)


def _binary_cross_entropy(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    x = x + 0.0
    far = x > 0.5
    log_of_rest = np.where(far, _log(1 - x), _log1p(np.where(far, 0.0, -x)))
    loss = -_product(t, _log(x)) - _product(1 - t, log_of_rest)
    upper = np.where(t == 0, 1.0, np.where(t == 1, -1.0, x - t))
    lower = np.where(t == 0, 1 - x, np.where(t == 1, x, x * (1 - x)))
    return _checked(loss + 0.0, upper / lower, _outside(x) | _outside(t), parameter == 1)


def _binary_cross_entropy_with_logits(z: Array, t: Array, weight: Array, parameter: float) -> Losses:
    power = _exponential(-np.abs(z))
    log = _log1p(power)
    larger, smaller = 1 / (1 + power), power / (1 + power)
    positive, negative = np.where(t == 0, 0.0, t * weight), 1 - t
    loss = _product(positive, np.maximum(-z, 0) + log) + _product(negative, np.maximum(z, 0) + log)
    derivative = negative * np.where(z < 0, smaller, larger) - positive * np.where(z < 0, larger, smaller)
    return _checked(loss, derivative, _outside(t), parameter == 1)


def _gaussian_nll(x: Array, t: Array, variance: Array, parameter: float) -> Losses:
    difference = x - t
    derivative = difference / variance
    # Halved first: the whole may be out of range where its half is not.
    half = 0.5 * difference
    square = np.where(np.isinf(derivative), half * difference / variance, half * derivative)
    loss = (0.5 * _log(variance) + square) + parameter * _HALF_LOG_TWO_PI
    return _checked(loss, derivative, (variance <= 0) | (variance == np.inf))


def _stirling(t: Array, parameter: float) -> Array:
    """The approximation of log t! for t > 1, if it is wanted."""
    if parameter != 1:
        return np.zeros_like(t)
    log = _log(t)
    return np.where(t > 1, (t * log - t) + (0.5 * log + _HALF_LOG_TWO_PI), 0.0)


def _poisson_nll(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    rate = _exponential(x)
    loss = np.where((t == 0) | (rate == np.inf), rate, rate - t * x)
    return _checked(loss + _stirling(t, parameter), rate - t, t < 0)


def _poisson_nll_of_rate(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    x = x + 0.0
    loss = np.where((t == 0) | (x == np.inf), x, x - t * _log(x))
    derivative = np.where(t == 0, 1.0, 1 - t / x)
    return _checked(loss + _stirling(t, parameter), derivative, (x < 0) | (t < 0))


def _negative_log(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    x = x + 0.0
    checked = parameter == 1
    return _checked(-_log(x) + 0.0, -1 / x, _outside(x) if checked else x < 0, checked)


def _focal(x: Array, t: Array, other: Array, parameter: float) -> Losses:
    near = x <= 0.5
    power = powers.exponential(exactly(np.clip(-x, _LEAST, 0.0)))
    small, rest = scale(*power), powers.decline(exactly(np.where(near, x, 0.0)))
    rest = where(near, rest, subtract(ONE, small))
    exponent = multiply(constant(parameter), _log_pair(rest))
    low = exponent[0] < _LEAST
    factor = scale(*powers.exponential((np.where(low, _LEAST, exponent[0]), np.where(low, 0.0, exponent[1]))))[0]
    if parameter != 0:
        factor = np.where(x == 0, 0.0, factor)
    slope = np.where(x == 0, 0.0, parameter * small[0] * np.minimum(x, _LARGEST) / rest[0])
    return _checked(factor * x, factor * (1 + slope), ~(x >= 0), check=False)


_LOSSES: dict[str, Callable[[Array, Array, Array, float], Losses]] = {
    "value": _value,
    "squared_error": _squared_error,
    "binary_cross_entropy": _binary_cross_entropy,
    "binary_cross_entropy_with_logits": _binary_cross_entropy_with_logits,
    "gaussian_nll": _gaussian_nll,
    "poisson_nll": _poisson_nll,
    "poisson_nll_of_rate": _poisson_nll_of_rate,
    "negative_log": _negative_log,
    "focal": _focal,
}
