"""Rows of logits as blocks of distances from their largest, and of the weights that these stand for.

With m the largest logit z of a row and T the temperature,

    d = (m - z) / T >= 0,    x = e^-d,    X = Σ x = 1 + S,    softmax = x / X,    log Σ e^(z / T) = m / T + log(1 + S)

where S is the sum over all but one of the largest. Nothing here cancels, however much one logit dominates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xlogx._fallback.double_double import Array, Pair, add, constant, divide, scale, two_sum
from xlogx._fallback.exponential import exponential, log_of_one_plus
from xlogx._fallback.rows import Argument, Dropped, Flat, Rows, sum_blocks
from xlogx._fallback.sums import ONE, Exponents, Terms, exactly, where

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Weights are kept times 2^LIFT: those that make a subnormal answer still have all their digits, and the largest, 1,
# leaves room for sums.
LIFT = 600
LOWER = np.array(-LIFT, np.intc)
# Beyond this distance a weight is less than 2^-1674, and nothing in float64.
_FARTHEST = 1160.0
# A mean of distances up to 2^_REACH is in the range of float64 with the weights lifted.
_REACH = 300


class LogitBlock(NamedTuple):
    """Columns of a group of rows, shape (rows, columns); `start` is the first column's index in its row."""

    start: int
    present: NDArray[np.bool_]  # not -inf, and not dropped
    logits: Array  # the largest where none is present
    distance: Pair  # 0 where none is present, inf where out of the range of float64
    weight: Pair  # e^-distance 2^LIFT, 0 where none is present


class Logits(Argument):
    """An argument of logits, to be divided by the temperature: what is dropped is -inf."""

    def __init__(
        self, numbers: Flat, shape: tuple[int, ...], reduced: int, dropped: Dropped | None, temperature: float
    ) -> None:
        super().__init__(numbers, shape, reduced, dropped)
        self.temperature = temperature

    def load(self, start: int, stop: int) -> Array:
        logits = super().load(start, stop)
        dropped = self.dropped(start, stop)
        return logits if dropped is None else np.where(dropped, -np.inf, logits)


class LogitGroup(Rows):
    """Some whole rows of logits."""

    def __init__(self, argument: Logits, start: int, stop: int) -> None:
        super().__init__(argument, start, stop)
        self.temperature = argument.temperature
        largest, least = np.full(self.rows, -np.inf), np.full(self.rows, np.inf)
        self._largest_at = np.zeros(self.rows, np.intp)
        for column, logits in self._plain():
            here = logits.argmax(axis=-1)
            value = np.take_along_axis(logits, here[:, None], axis=-1)[:, 0]
            self._largest_at = np.where(value > largest, column + here, self._largest_at)
            largest = np.maximum(largest, value)  # NaN stays
            least = np.minimum(least, np.where(np.isfinite(logits), logits, np.inf).min(axis=-1))
        self.is_empty = largest == -np.inf
        self.largest = largest
        # NaN, or +inf: no distribution.
        self.is_odd = ~(largest < np.inf)
        self._usable = np.isfinite(largest)
        self.top = np.where(self._usable, largest, 0.0)[:, None]
        farthest = over(two_sum(self.top[:, 0], np.where(self._usable, -least, 0.0)), self.temperature)[0]
        exponent = np.frexp(np.minimum(farthest, np.finfo(np.float64).max))[1]
        # Distances times 2^-reach, times a lifted weight, are in the range of float64.
        self.reach: Exponents = np.maximum(exponent - _REACH, 0).astype(np.intc)
        self._others: Pair | None = None

    def blocks(self) -> Iterator[LogitBlock]:
        for start, logits in self._plain():
            present = np.isfinite(logits) & self._usable[:, None]
            logits = np.where(present, logits, self.top)
            distance = over(two_sum(self.top, -logits), self.temperature)
            near = present & (distance[0] < _FARTHEST)
            mantissa, exponent = exponential(where(near, (-distance[0], -distance[1]), exactly(np.zeros_like(logits))))
            weight = scale(mantissa, exponent + np.intc(LIFT))
            yield LogitBlock(start, present, logits, distance, where(near, weight, exactly(np.zeros_like(logits))))

    @property
    def others(self) -> Pair:
        """S 2^LIFT of each row."""
        if self._others is None:
            self._others = sum_blocks(self._without_largest(block) for block in self.blocks())
        return self._others

    def _without_largest(self, block: LogitBlock) -> Pair:
        top = self.is_largest(block.start, block.start + block.logits.shape[-1])
        return where(top, exactly(np.zeros_like(block.logits)), block.weight)

    def is_largest(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Which columns from start to stop have the first of the largest logits of each row."""
        here: NDArray[np.bool_] = np.arange(start, stop) == self._largest_at[:, None]
        return here

    @property
    def total(self) -> Pair:
        """The sum X of each row."""
        return add(ONE, scale(self.others, LOWER))

    @property
    def log_total(self) -> Terms:
        """Logarithm of X, times 2^LIFT."""
        return log_of_one_plus(self.others, LIFT)


def over(difference: Pair, temperature: float) -> Pair:
    """The difference over the temperature, the remainder carried; inf where that, or the difference, is out of range."""
    mantissa, exponent = np.frexp(temperature)
    high, rest = difference
    if mantissa == 0.5:
        quotient = scale(difference, 1 - exponent)
    else:
        high, own = np.frexp(high)
        quotient = divide((high, np.ldexp(rest, -own)), constant(float(mantissa)))
        quotient = scale(quotient, own - exponent)
    # No remainder beside an infinity.
    far = np.isinf(difference[0]) | np.isinf(quotient[0])
    return np.where(far, np.copysign(np.inf, difference[0]), quotient[0]), np.where(far, 0.0, quotient[1])
