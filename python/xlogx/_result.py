"""The array that a measure answers with: one of its own, or the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import is_masked

if TYPE_CHECKING:
    from numpy.typing import NDArray


def checked_out(
    out: object,
    shape: tuple[int, ...],
    dtype: type | np.dtype[Any],
    read: Iterable[tuple[str, NDArray[Any]]],
    called: str = "out",
    holds: str = "result",
) -> NDArray[Any]:
    """The array that the caller gave, as `called`, for a result of this shape and dtype.

    It may overlap none of the arrays `read`, each with what an error calls it.
    """
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{called} must be a NumPy array, got {type(out).__name__}")
    if is_masked(out):
        raise TypeError(f"{called} must be an array without a mask, which would hide results, got {type(out).__name__}")
    if out.shape != shape or out.dtype != dtype:
        raise ValueError(
            f"{called} must have the shape {shape} and dtype {np.dtype(dtype)} of the {holds}, "
            f"got shape {out.shape} and dtype {out.dtype}"
        )
    if not out.flags.writeable:
        raise ValueError(f"{called} must be writeable, got a read-only array")
    if out.size and any(step == 0 and n > 1 for step, n in zip(out.strides, out.shape, strict=True)):
        raise ValueError(f"{called} must have a place for each number, got strides {out.strides} for shape {out.shape}")
    for name, array in read:
        # Compares the ends first: arrays that lie apart cost next to nothing.
        if np.shares_memory(out, array):
            raise ValueError(f"{called} must not share memory with {name}, which it would overwrite")
    return np.asarray(out)
