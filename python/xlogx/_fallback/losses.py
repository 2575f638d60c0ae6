"""Losses of rows of logits, and their gradients, in plain NumPy.

With the distances d and the weights x of `logit_rows`, X = Σ x, and the coefficients c of a row, C = Σ c, the
cross-entropy

    Σ c (log Σ e^(z / T) - z / T) = Σ c d + C log X

has no term below zero. T times its gradient, C x / X - c, is written

    [(C - c) x - c (X - x)] / X,

in which C - c and X - x of the largest logit are sums over all others: nothing is lost where p is next to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from xlogx._fallback.double_double import (
    Array,
    Pair,
    add,
    constant,
    divide,
    multiply,
    scale,
    subtract,
    sum_last,
    two_sum,
)
from xlogx._fallback.log_ratio import LN2, log_ratio
from xlogx._fallback.logit_divergence import differences
from xlogx._fallback.logit_rows import LIFT, LOWER, LogitBlock, LogitGroup, Logits
from xlogx._fallback.logits import MEASURES
from xlogx._fallback.rows import BLOCK, Argument, Flat, Rows
from xlogx._fallback.sums import ONE, UNSCALED, column, exactly, in_nats, where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._fallback.sums import Exponents

# The first column, T times the gradient, and the exponent of its unit, 2^-exponent, for each block of a group.
_Slopes: TypeAlias = "Iterator[tuple[int, Pair, Exponents]]"


def class_losses(
    loss: str,
    z: NDArray[Any],
    target: NDArray[Any] | None,
    labels: NDArray[np.int64] | None,
    label_weight: NDArray[np.float64] | None,
    temperature: float,
    narrow: bool,
    out: NDArray[np.float64],
    scale: NDArray[np.float64] | None,
    grad: NDArray[Any] | None,
    threads: int,
    bfloat16: tuple[bool, bool] = (False, False),
) -> bool:
    """Write the loss of every row of the logits `z` to `out`, and `scale` times its gradient to `grad`.

    `target` has rows of probabilities, or, for "distillation", the teacher's logits. `narrow` and `threads` are for
    `_core`. Always True.
    """
    length = z.shape[-1]
    answers = out.reshape(-1)
    logits = Logits(Flat(z, bfloat16[0]), z.shape, 1, None, temperature)
    other: Argument | None = None
    if loss == "distillation" and target is not None:
        other = Logits(Flat(target, bfloat16[1]), z.shape, 1, None, temperature)
    elif target is not None:
        other = Argument(Flat(target, bfloat16[1]), z.shape, 1, None)
    step = max(1, BLOCK // length)
    with np.errstate(all="ignore"):
        for start in range(0, answers.size, step):
            stop = min(start + step, answers.size)
            rows = LogitGroup(logits, start, stop)
            if isinstance(other, Logits):
                value, slopes = _distillation(rows, LogitGroup(other, start, stop))
            elif loss == "entropy":
                value, slopes = _entropy(rows)
            else:
                own = _Coefficients(
                    None if other is None else _Target(other, start, stop),
                    None if labels is None else labels.reshape(-1)[start:stop],
                    None if label_weight is None else label_weight.reshape(-1)[start:stop],
                    rows,
                )
                value, slopes = _cross_entropy(rows, own, loss == "kl_divergence")
            answers[start:stop] = value
            if grad is not None and scale is not None:
                _write_gradient(
                    np.isnan(value),
                    slopes,
                    rows.temperature,
                    scale.reshape(-1)[start:stop],
                    grad.reshape(-1, length)[start:stop],
                )
    return True


def _write_gradient(
    odd: NDArray[np.bool_], slopes: _Slopes, temperature: float, factor: Array, grad: NDArray[Any]
) -> None:
    """Write the slopes times factor / T; 0 where the factor is 0, else NaN where the row is odd."""
    mantissa, exponent = np.frexp(factor)
    part, own = np.frexp(temperature)
    multiple = column(divide(exactly(mantissa), constant(float(part))))
    exponent = (exponent - own)[:, None]
    for start, slope, lift in slopes:
        value = np.ldexp(multiply(slope, multiple)[0], exponent - lift)
        value = np.where(odd[:, None], np.nan, np.where(value == 0, 0.0, value))
        value = np.where((factor == 0)[:, None], 0.0, value)
        grad[:, start : start + value.shape[-1]] = value


class _Target(Rows):
    """Some rows of a target, as they are."""

    def columns(self, start: int, stop: int) -> Array:
        return self._load(start, stop)


class _Coefficients:
    """The coefficients c of some rows of logits, times 2^-exponent: the largest of each row is next to 1."""

    def __init__(
        self, target: _Target | None, labels: NDArray[np.int64] | None, weight: Array | None, rows: LogitGroup
    ) -> None:
        self._target = target
        self._labels = None if labels is None else labels[:, None]
        self._weight = np.ones((rows.rows, 1)) if weight is None else weight[:, None]
        self.exponent = np.zeros(rows.rows, np.intc)
        largest = np.zeros(rows.rows)
        spans = list(rows.spans())
        for start, stop in spans:
            largest = np.maximum(largest, np.abs(self.columns(start, stop)[0]).max(axis=-1))
        self.is_odd = ~np.isfinite(largest)
        self.exponent = np.where(self.is_odd, 0, np.frexp(largest)[1]).astype(np.intc)
        # Sums over all but the class with the largest logit, and over all.
        self.others = exactly(np.zeros(rows.rows))
        self.total = exactly(np.zeros(rows.rows))
        for start, stop in spans:
            own = self.columns(start, stop)
            top = rows.is_largest(start, stop)
            nothing = exactly(np.zeros(top.shape))
            self.others = add(self.others, sum_last(where(top, nothing, own)))
            self.total = add(self.total, sum_last(where(top, own, nothing)))
        self.total = add(self.total, self.others)

    def columns(self, start: int, stop: int) -> Pair:
        exponent = -self.exponent[:, None]
        target = exactly(np.zeros((self.exponent.size, stop - start)))
        if self._target is not None:
            target = exactly(self._target.columns(start, stop))
        if self._labels is None:
            return scale(target, exponent)
        hit = np.arange(start, stop) == self._labels
        return scale(two_sum(target[0], np.where(hit, self._weight, 0.0)), exponent)

    def negative_entropy(self, start: int, stop: int) -> Pair:
        """The sum of t log t over the target's columns, times 2^-exponent."""
        if self._target is None:
            return exactly(np.zeros(self.exponent.size))
        target = self._target.columns(start, stop)
        log = log_ratio(exactly(target), UNSCALED, ONE, UNSCALED)
        by_ratio = add(multiply(exactly(log.k.astype(np.float64)), LN2), log.log)
        return sum_last(multiply(scale(exactly(target), -self.exponent[:, None]), by_ratio))


def _cross_entropy(rows: LogitGroup, own: _Coefficients, divergence: bool) -> tuple[Array, _Slopes]:
    """Σ c d + C log X, for a divergence with Σ t log t; T times its gradient."""
    count = rows.rows
    mean, entropy = exactly(np.zeros(count)), exactly(np.zeros(count))
    infinite = np.zeros(count, bool)
    lift, reach = np.array(LIFT, np.intc), rows.reach[:, None]
    for block in rows.blocks():
        stop = block.start + block.logits.shape[-1]
        c = own.columns(block.start, stop)
        lost = (c[0] > 0) & (~block.present | np.isinf(block.distance[0]))
        infinite |= lost.any(axis=-1)
        known = where((c[0] != 0) & ~lost, block.distance, exactly(np.zeros_like(block.logits)))
        mean = add(mean, sum_last(multiply(scale(c, lift), scale(known, -reach))))
        if divergence:
            entropy = add(entropy, own.negative_entropy(block.start, stop))
    log = multiply(own.total, in_nats(rows.log_total))
    value, exponent = _sum_of_scaled((mean, LIFT - rows.reach), (log, np.full_like(rows.reach, LIFT)))
    if divergence:
        value, exponent = _sum_of_scaled((value, exponent), (entropy, np.zeros_like(rows.reach)))
    answer = np.where(infinite, np.inf, np.ldexp(value[0], own.exponent - exponent))
    answer = np.where(rows.is_odd | rows.is_empty | own.is_odd, np.nan, answer)

    total = add(rows.others, scale(ONE, lift))

    def slopes() -> _Slopes:
        for block in rows.blocks():
            start, stop = block.start, block.start + block.logits.shape[-1]
            c, top = own.columns(start, stop), rows.is_largest(start, stop)
            c_of_others = where(top, column(own.others), subtract(column(own.total), c))
            x_of_others = where(top, column(rows.others), subtract(column(total), block.weight))
            difference = subtract(multiply(c_of_others, block.weight), multiply(c, x_of_others))
            yield start, divide(difference, column(rows.total)), lift - own.exponent[:, None]

    return np.where(answer == 0, 0.0, answer), slopes()


def _sum_of_scaled(x: tuple[Pair, Exponents], y: tuple[Pair, Exponents]) -> tuple[Pair, Exponents]:
    """Sum of numbers in units of 2^-exponent, each with its own, in the unit of the larger."""
    sizes = [np.where(some[0][0] == 0, -(1 << 20), np.frexp(some[0][0])[1] - some[1]) for some in (x, y)]
    # The larger is brought next to 1.
    exponent = -np.maximum(np.maximum(*sizes), -(1 << 14)).astype(np.intc)
    parts = [scale(some, exponent - own) for some, own in (x, y)]
    return add(*parts), exponent


def _entropy(rows: LogitGroup) -> tuple[Array, _Slopes]:
    """The entropy, and T times its gradient p (d - D), D = Σ p d."""
    lift, part = np.array(LIFT, np.intc), np.array(LIFT // 2, np.intc)
    mean = exactly(np.zeros(rows.rows))
    for block in rows.blocks():
        mean = add(mean, sum_last(multiply(block.weight, _reached(block))))
    mean = divide(mean, rows.total)

    def slopes() -> _Slopes:
        for block in rows.blocks():
            difference = subtract(scale(_reached(block), lift), column(mean))
            weight = scale(divide(block.weight, column(rows.total)), -part)
            yield block.start, multiply(weight, difference), lift + part

    return MEASURES["entropy"](rows, None), slopes()


def _reached(block: LogitBlock) -> Pair:
    """The distances of what has a weight."""
    return where(block.weight[0] > 0, block.distance, exactly(np.zeros_like(block.logits)))


def _distillation(student: LogitGroup, teacher: LogitGroup) -> tuple[Array, _Slopes]:
    """The divergence of the student from the teacher, and T times its gradient, the difference of their softmaxes."""

    def slopes() -> _Slopes:
        for start, difference in differences(student, teacher):
            yield start, divide(difference, column(student.total)), -LOWER

    return MEASURES["kl_divergence"](teacher, student, None), slopes()
