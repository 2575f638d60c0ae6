"""Rows of an array as blocks of float64, whatever the array's dtype, strides and byte order.

Short rows come many to a block, a long row comes in several blocks, and the blocks of one group of rows can be gone
over as often as a measure asks; no more than a block of an argument is ever copied.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xlogx._fallback.double_double import Array, Pair, add, sum_last

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Weights in a block: some thirty temporaries of this size (64 KiB each) are alive at once.
BLOCK = 1 << 13

# The largest weight of a row is scaled into [2^899, 2^900): sums and Dekker splittings have room above, and what
# is lost below, less than 2^-1974 of the largest weight, is less than the smallest subnormal in any answer.
_TOP = 900


class InvalidWeight(Exception):
    """A weight is negative or infinite."""


class Block(NamedTuple):
    """Columns of a group of rows, shape (rows, columns); `start` is the first column's index in its row."""

    start: int
    plain: Array
    scaled: Array  # plain * 2^exponent, exponent chosen for each row


class Argument:
    """One data argument, its reduced axes last: rows of `length` weights."""

    def __init__(self, array: NDArray[Any], reduced: int, pseudocount: float) -> None:
        self.length = math.prod(array.shape[array.ndim - reduced :])
        self.count = math.prod(array.shape[: array.ndim - reduced])
        self._pseudocount = pseudocount
        self._contiguous = array.reshape(-1) if array.flags.c_contiguous else None
        self._array = array

    def load(self, start: int, stop: int) -> Array:
        """Weights start to stop, in C order, as a new float64 array or a read-only view."""
        source = self._array.flat if self._contiguous is None else self._contiguous
        weights = np.asarray(source[start:stop], dtype=np.float64)
        smoothed = weights + self._pseudocount if self._pseudocount else weights
        if np.any((weights < 0) | (smoothed == np.inf)):
            raise InvalidWeight
        return smoothed


class Group:
    """Some whole rows of an argument: one block of several rows, or several blocks of one row."""

    def __init__(self, argument: Argument, start: int, stop: int) -> None:
        self._argument = argument
        self._start, self._stop = start, stop
        self.rows = stop - start
        self._only = self._load(0, argument.length) if argument.length <= BLOCK else None
        largest = np.zeros(self.rows)
        self.largest_at = np.zeros(self.rows, np.intp)
        for column, weights in self._plain():
            here = weights.argmax(axis=-1)
            value = np.take_along_axis(weights, here[:, None], axis=-1)[:, 0]
            self.largest_at = np.where(value > largest, column + here, self.largest_at)
            largest = np.maximum(largest, value)  # NaN stays
        self.has_nan = np.isnan(largest)
        self.is_zero = largest == 0
        usable = ~(self.has_nan | self.is_zero)
        exponent = np.frexp(np.where(usable, largest, 1.0))[1]
        # The rows' weights times 2^exponent are the scaled ones.
        self.exponent: NDArray[np.intc] = np.where(usable, _TOP - exponent, 0).astype(np.intc)
        self._total: Pair | None = None

    def _load(self, column: int, end: int) -> Array:
        n = self._argument.length
        if end - column == n:
            return self._argument.load(self._start * n, self._stop * n).reshape(-1, n)
        return self._argument.load(self._start * n + column, self._start * n + end).reshape(1, -1)

    def _plain(self) -> Iterator[tuple[int, Array]]:
        if self._only is not None:
            yield 0, self._only
            return
        for column in range(0, self._argument.length, BLOCK):
            yield column, self._load(column, min(column + BLOCK, self._argument.length))

    def blocks(self) -> Iterator[Block]:
        for column, weights in self._plain():
            yield Block(column, weights, np.ldexp(weights, self.exponent[:, None]))

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


def groups(arguments: list[Argument]) -> Iterator[tuple[int, int, list[Group]]]:
    """Start, stop and every argument's group, for groups that together are all the rows."""
    length, count = arguments[0].length, arguments[0].count
    rows = max(1, BLOCK // length)
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        yield start, stop, [Group(argument, start, stop) for argument in arguments]
