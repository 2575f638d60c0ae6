"""Finding the weight that an error names, once a backend has said that there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import Argument
from xlogx._dropped import Dropped
from xlogx._pieces import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray


def raise_invalid(argument: Argument, dropped: Dropped) -> None:
    """Raise the error that names the first weight that is negative or infinite, if one is that is not dropped.

    NaN is not invalid: it stands for itself.
    """
    if argument.may_be_invalid:
        place = _first(argument, dropped, _invalid)
        if place is not None:
            raise ValueError(f"{argument.name} must be finite and non-negative, got {place}")


def raise_nan(argument: Argument, dropped: Dropped) -> None:
    """Raise the error that names the first NaN, if there is one that is not dropped."""
    if argument.may_be_nan:
        place = _first(argument, dropped, np.isnan)
        if place is not None:
            raise ValueError(f'{argument.name} must not hold NaN with nan_policy="raise", got {place}')


def raise_unless(
    argument: Argument, dropped: Dropped, refused: Callable[[NDArray[Any]], NDArray[np.bool_]], wanted: str
) -> None:
    """Raise the error that names the first number that is refused, if there is one that is not dropped."""
    place = _first(argument, dropped, refused)
    if place is not None:
        raise ValueError(f"{argument.name} must be {wanted}, got {place}")


def _invalid(weights: NDArray[Any]) -> NDArray[np.bool_]:
    """Where weights are negative or infinite."""
    found: NDArray[np.bool_]
    if weights.dtype.kind != "f":
        found = weights < 0
        return found
    # By their bits: where a library has switched subnormals off for this thread, NumPy takes a negative one for 0.
    native = weights.astype(weights.dtype.newbyteorder("="), order="C")
    bits = native.view(f"u{native.itemsize}")
    infinity = np.array(np.inf, native.dtype).view(bits.dtype)
    magnitude = bits & ~np.array(-0.0, native.dtype).view(bits.dtype)
    found = (magnitude == infinity) | ((bits != magnitude) & (magnitude != 0) & (magnitude < infinity))
    return found


def _first(argument: Argument, dropped: Dropped, sought: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> str | None:
    """Place and value of the first weight in C order that is sought and not dropped; None if there is none."""
    # What is dropped may differ between the rows of an argument that has a single one.
    shape = dropped.common_shape(argument.array.shape)
    for place in pieces(shape):
        weights = argument.piece(shape, place)
        with np.errstate(invalid="ignore"):
            found = sought(weights)
        if not found.any():
            continue
        found = found & ~dropped.piece(shape, place)
        if found.any():
            inside = np.unravel_index(int(found.argmax()), found.shape)
            index = [part.start + int(i) for part, i in zip(place, inside, strict=True)]
            return _described(argument, index, weights[inside])
    return None


def _described(argument: Argument, index: list[int], value: Any) -> str:
    """A place in the argument as the user gave it, from one in its broadcast, and the weight there."""
    shape = argument.array.shape
    own = [0 if n == 1 else i for i, n in zip(index[len(index) - len(shape) :], shape, strict=True)]
    place = f"{argument.name}[{', '.join(map(str, own))}]" if own else argument.name
    # To a thread that takes subnormals for 0 they are equal to it; they are then written with wrong digits, too.
    flushed = value == 0 and any(value.tobytes())
    text = np.format_float_scientific(value, trim="-") if flushed else str(value)
    return f"{place} = {text}"
