"""Rows of an array as blocks of float64, whatever the array's dtype, strides and byte order.

Short rows come many to a block, a long row comes in several blocks, and the blocks of one group of rows can be gone
over as often as a measure asks; no more than a block of an argument is ever copied.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from xlogx._bfloat16 import widened
from xlogx._fallback.double_double import Array, Pair, add, sum_last

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Numbers in a block: some thirty temporaries of this size (64 KiB each) are alive at once.
BLOCK = 1 << 13

# The largest weight of a row is scaled into [2^899, 2^900): sums and Dekker splittings have room above, and what
# is lost below, less than 2^-1974 of the largest weight, is less than the smallest subnormal in any answer.
_TOP = 900


class InvalidWeight(Exception):
    """A weight that is not dropped is negative or infinite."""


class Block(NamedTuple):
    """Columns of a group of rows, shape (rows, columns); `start` is the first column's index in its row."""

    start: int
    plain: Array
    scaled: Array  # plain * 2^exponent, exponent chosen for each row


class Flat:
    """The numbers of an array in C order, whatever its strides and byte order; nothing of it is copied beforehand."""

    def __init__(self, array: NDArray[Any], bfloat16: bool = False) -> None:
        self._in_order = array.reshape(-1) if array.flags.c_contiguous else array.flat
        self._bfloat16 = bfloat16

    def load(self, start: int, stop: int) -> NDArray[Any]:
        """Flat start to stop, as a new array or a view."""
        block = self._in_order[start:stop]
        return widened(block) if self._bfloat16 else block


class Dropped(NamedTuple):
    """Which positions count in no argument."""

    masks: list[tuple[Flat, bool]]  # dropped where the mask has this value
    omitted: list[Flat]  # dropped where this is NaN

    def load(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Whether positions start to stop, in C order, are dropped."""
        dropped = np.zeros(stop - start, bool)
        for mask, value in self.masks:
            dropped |= mask.load(start, stop) == value
        for weights in self.omitted:
            dropped |= np.isnan(weights.load(start, stop))
        return dropped


def flat(
    p: NDArray[Any],
    q: NDArray[Any] | None,
    masks: Sequence[tuple[NDArray[np.bool_], bool]],
    omit: bool,
    bfloat16: tuple[bool, bool],
) -> tuple[list[Flat], Dropped | None]:
    """What a backend is called with: the numbers of one or two arguments, and what is dropped from them."""
    numbers = [Flat(p, bfloat16[0])] if q is None else [Flat(p, bfloat16[0]), Flat(q, bfloat16[1])]
    if not masks and not omit:
        return numbers, None
    return numbers, Dropped([(Flat(mask), value) for mask, value in masks], numbers if omit else [])


class Argument:
    """One data argument, its reduced axes last: `count` rows of `length` numbers."""

    def __init__(self, numbers: Flat, shape: tuple[int, ...], reduced: int, dropped: Dropped | None) -> None:
        self.length = math.prod(shape[len(shape) - reduced :])
        self.count = math.prod(shape[: len(shape) - reduced])
        self._numbers = numbers
        self._dropped = dropped

    def load(self, start: int, stop: int) -> Array:
        """Numbers start to stop, in C order, as a new float64 array or a view that is not to be written to."""
        return np.asarray(self._numbers.load(start, stop), dtype=np.float64)

    def dropped(self, start: int, stop: int) -> NDArray[np.bool_] | None:
        """Whether each of them is dropped; None where none is."""
        return None if self._dropped is None else self._dropped.load(start, stop)


class Weights(Argument):
    """An argument of weights: what is dropped weighs 0. An invalid weight is a NaN if `invalid_is_nan`, else it raises."""

    def __init__(
        self,
        numbers: Flat,
        shape: tuple[int, ...],
        reduced: int,
        dropped: Dropped | None,
        pseudocount: float,
        invalid_is_nan: bool,
    ) -> None:
        super().__init__(numbers, shape, reduced, dropped)
        self._pseudocount = pseudocount
        self._invalid_is_nan = invalid_is_nan

    def load(self, start: int, stop: int) -> Array:
        weights = super().load(start, stop)
        smoothed = weights + self._pseudocount if self._pseudocount else weights
        invalid = (weights < 0) | (smoothed == np.inf)
        dropped = self.dropped(start, stop)
        if dropped is not None:
            invalid &= ~dropped
            smoothed = np.where(dropped, 0.0, smoothed)
        if np.any(invalid):
            if not self._invalid_is_nan:
                raise InvalidWeight
            smoothed = np.where(invalid, np.nan, smoothed)
        return smoothed


def exponent_for(largest: Array) -> NDArray[np.intc]:
    """Exponents that scale rows with these largest weights; 0 for rows of zeros and rows with NaN."""
    usable = largest > 0
    exponent = np.frexp(np.where(usable, largest, 1.0))[1]
    return np.where(usable, _TOP - exponent, 0).astype(np.intc)


class Rows:
    """Some whole rows of an argument: one block of several rows, or several blocks of one row."""

    def __init__(self, argument: Argument, start: int, stop: int) -> None:
        self._argument = argument
        self._start, self._stop = start, stop
        self.rows = stop - start
        self._only = self._load(0, argument.length) if argument.length <= BLOCK else None

    def _load(self, column: int, end: int) -> Array:
        n = self._argument.length
        if end - column == n:
            return self._argument.load(self._start * n, self._stop * n).reshape(-1, n)
        return self._argument.load(self._start * n + column, self._start * n + end).reshape(1, -1)

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the first column of each block and the one behind its last."""
        length = self._argument.length
        step = length if self._only is not None else BLOCK
        for start in range(0, length, step):
            yield start, min(start + step, length)

    def _plain(self) -> Iterator[tuple[int, Array]]:
        """Yield each block's first column, and its numbers as they are."""
        if self._only is not None:
            yield 0, self._only
            return
        for column in range(0, self._argument.length, BLOCK):
            yield column, self._load(column, min(column + BLOCK, self._argument.length))


class Group(Rows):
    """Some whole rows of weights, scaled."""

    def __init__(self, argument: Argument, start: int, stop: int) -> None:
        super().__init__(argument, start, stop)
        largest = np.zeros(self.rows)
        self.largest_at = np.zeros(self.rows, np.intp)
        for column, weights in self._plain():
            here = weights.argmax(axis=-1)
            value = np.take_along_axis(weights, here[:, None], axis=-1)[:, 0]
            self.largest_at = np.where(value > largest, column + here, self.largest_at)
            largest = np.maximum(largest, value)  # NaN stays
        self.has_nan = np.isnan(largest)
        self.is_zero = largest == 0
        # The rows' weights times 2^exponent are the scaled ones.
        self.exponent = exponent_for(largest)
        self._total: Pair | None = None

    def blocks(self) -> Iterator[Block]:
        for column, weights in self._plain():
            yield Block(column, weights, np.ldexp(weights, self.exponent[:, None]))

    def at(self, columns: NDArray[np.intp]) -> Array:
        """One weight of each row."""
        if self._only is not None:
            return np.take_along_axis(self._only, columns[:, None], axis=-1)[:, 0]
        column = int(columns[0])
        return self._load(column, column + 1)[:, 0]

    @property
    def total(self) -> Pair:
        """Sum of the scaled weights of each row."""
        if self._total is None:
            self._total = sum_blocks((block.scaled, np.zeros_like(block.scaled)) for block in self.blocks())
        return self._total


def sum_blocks(terms: Iterator[Pair]) -> Pair:
    """Sum of each row over all its blocks."""
    total = sum_last(next(terms))
    for block in terms:
        total = add(total, sum_last(block))
    return total


_Some = TypeVar("_Some", bound=Rows)


def groups(arguments: list[Argument], of: type[_Some]) -> Iterator[tuple[int, int, list[_Some]]]:
    """Start, stop and every argument's group, for groups that together are all the rows."""
    length, count = arguments[0].length, arguments[0].count
    rows = max(1, BLOCK // length)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        yield start, stop, [of(argument, start, stop) for argument in arguments]
