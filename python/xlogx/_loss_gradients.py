"""Where a gradient goes: an array of the dtype and layout of what it is the gradient of, its own or the caller's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import Argument
from xlogx._class_rows import row_places, rows_of
from xlogx._result import checked_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._class_rows import Place

# Bytes of the buffer that a thread fills, where a backend cannot write to the place itself.
_BUFFER = 8 << 20


class Gradient:
    """The gradient with respect to an argument, of which `value` is what the user gave.

    `rows` is its memory with the class axis, if there is one, last.
    """

    __slots__ = ("_array", "_direct", "_own", "_work", "rows")

    def __init__(
        self,
        argument: Argument,
        value: Any,
        axis: int | None,
        out: Any,
        read: list[tuple[str, NDArray[Any]]],
    ) -> None:
        own = argument.array
        native = dtype_of_gradient(argument, value).newbyteorder("=")
        self._own = out is None
        self._work = np.float64 if native.itemsize == 8 else np.float32
        if out is None:
            self.rows = np.empty(rows_of(own, axis).shape, native)
            self._array = self.rows if axis in (None, -1) else np.moveaxis(self.rows, -1, axis)
            self._direct = native == self._work
        else:
            in_place = _is_same_memory(out, own)
            read = [(name, array) for name, array in read if not (array is own and in_place)]
            wanted = out.dtype if isinstance(out, np.ndarray) and out.dtype.newbyteorder("=") == native else native
            target = checked_out(out, own.shape, wanted, read, "grad_out", "gradient")
            self._array = out
            self.rows = rows_of(target, axis)
            fits = self.rows.flags.c_contiguous and self.rows.flags.aligned and target.dtype == self._work
            self._direct = fits and not in_place
        # As a backend takes them.
        self.rows = self.rows[(None,) * ((1 if axis is None else 2) - self.rows.ndim)]

    @property
    def result(self) -> Any:
        """What the user gets: the array that was given, or one of its own, of a single number that."""
        return self._array[()] if self._own and self._array.ndim == 0 else self._array

    @property
    def is_in_pieces(self) -> bool:
        """Whether a backend cannot write to the place itself."""
        return not self._direct

    def places(self, samples: tuple[int, ...], threads: int) -> list[Place]:
        """Parts of the samples, each to be written in one go: all in one if it can be."""
        if self._direct:
            return [()]
        most = threads * _BUFFER // np.dtype(self._work).itemsize
        return row_places(samples, math.prod(self.rows.shape[len(samples) :]), most)

    def buffer(self, place: Place) -> NDArray[Any]:
        """What a backend writes for a part: the place itself, or an array for `put`."""
        part = self.rows[place]
        return part if self._direct else np.empty(part.shape, self._work)

    def put(self, place: Place, values: NDArray[Any]) -> None:
        """Take over what was written to the buffer of a part."""
        if not self._direct:
            with np.errstate(all="ignore"):
                self.rows[place] = values


def dtype_of_gradient(argument: Argument, value: Any) -> np.dtype[Any]:
    """The dtype of an argument as the user sees it; float64 where that has no fractions."""
    if not argument.may_be_nan:
        return np.dtype(np.float64)
    # The array of a bfloat16 holds its bits.
    return np.asarray(value).dtype if argument.bfloat16 else argument.array.dtype


def _is_same_memory(out: object, array: NDArray[Any]) -> bool:
    """Whether `out` is `array`, element by element, whatever the dtype says that is in it."""
    if not isinstance(out, np.ndarray) or out.shape != array.shape or out.itemsize != array.itemsize:
        return False
    return out.ctypes.data == array.ctypes.data and out.strides == array.strides
