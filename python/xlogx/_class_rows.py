"""Rows of classes: the class axis behind all others, and the parts in which they are gone over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._pieces import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    # Which of the samples.
    Place = tuple[slice, ...]

# Elements of an array of our own that are made at a time.
PIECE = 1 << 18


def rows_of(array: NDArray[Any], axis: int | None) -> NDArray[Any]:
    """The array with the class axis, counted from the last, behind all others."""
    return array if axis is None or axis == -1 else np.moveaxis(array, axis, -1)


def row_places(samples: tuple[int, ...], length: int, most: int) -> list[Place]:
    """Parts of samples with rows of this length, of at most that many elements each, if a row is not longer."""
    return list(pieces(samples, max(1, most // max(1, length))))


def at_least_one(rows: NDArray[Any]) -> NDArray[Any]:
    """A single row as one of several, which a backend takes."""
    return rows if rows.ndim > 1 else rows[None]
