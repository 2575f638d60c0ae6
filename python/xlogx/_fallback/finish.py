"""From a measure's sums to its value in the wanted unit, special values included."""

from __future__ import annotations

import numpy as np

from xlogx._fallback.double_double import Array, Pair, add, constant, divide
from xlogx._fallback.log_ratio import LN2, log_ratio
from xlogx._fallback.rows import Group
from xlogx._fallback.sums import Sums, in_nats

_NO_EXPONENT = np.array(0, np.intc)


def in_unit(sums: Sums, base: float | None, lowest: float, root: bool) -> Array:
    """(whole log 2 + rest) / divisor in nats, or by logarithms to `base`, or its root; not below `lowest`."""
    if base is None:
        value = in_nats(sums)
    else:
        # Through bits: exact where the rest is zero.
        value = divide(add(sums.whole, divide(sums.rest, LN2)), _log2(base))
    rounded, exponent = np.maximum(divide(value, sums.divisor)[0], lowest), sums.exponent
    if root:
        # Before the scale comes back: the square may be out of range, or have few bits left.
        odd = exponent % 2
        rounded, exponent = np.sqrt(np.ldexp(rounded, -odd)), (exponent - odd) // 2
    return np.where(sums.infinite, np.inf, np.ldexp(rounded, -exponent))


def with_special_rows(value: Array, arguments: list[Group], normalize: bool) -> Array:
    """NaN for a row with NaN, and for one without weight if it was to be divided by its sum; no -0.0."""
    for argument in arguments:
        if normalize:
            value = np.where(argument.is_zero, np.nan, value)
        value = np.where(argument.has_nan, np.nan, value)
    return np.where(value == 0, 0.0, value)


def largest_js(base: float | None) -> float:
    """The wanted unit's log 2: no Jensen-Shannon divergence of normalised rows is above it."""
    unit = LN2 if base is None else divide(constant(1.0), _log2(base))
    return float(unit[0])


def _log2(x: float) -> Pair:
    ratio = log_ratio(constant(x), _NO_EXPONENT, constant(1.0), _NO_EXPONENT)
    return add(constant(float(ratio.k)), divide(ratio.log, LN2))
