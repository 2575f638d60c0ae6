"""Finding the weight that is negative or infinite, once a backend has said that there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A block of this many weights is looked at in one go: the search needs no copy of the whole.
BLOCK = 1 << 16


def first_invalid(weights: NDArray[Any]) -> tuple[int, ...] | None:
    """Index of the first weight, in C order, that is negative or infinite; None if there is none.

    NaN is not invalid: it stands for itself.
    """
    if weights.dtype.kind in "bu":
        return None
    flat = weights.flat
    with np.errstate(invalid="ignore"):
        for position in range(0, weights.size, BLOCK):
            block = flat[position : position + BLOCK]
            bad = (block < 0) | (block == np.inf)
            if bad.any():
                index = np.unravel_index(position + int(bad.argmax()), weights.shape)
                return tuple(int(i) for i in index)
    return None


def raise_invalid(name: str, weights: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raise the error that names the first invalid weight of argument `name`, if it has one.

    `shape` is what the user gave; `weights` may have been broadcast beyond it.
    """
    index = first_invalid(weights)
    if index is None:
        return
    value = weights[index]
    own = [0 if n == 1 else i for i, n in zip(index[len(index) - len(shape) :], shape, strict=True)]
    place = f"{name}[{', '.join(map(str, own))}]" if own else name
    raise ValueError(f"{name} must be finite and non-negative, got {place} = {value!s}")
