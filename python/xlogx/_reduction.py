"""The call of a backend: every argument and mask as a view of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument
from xlogx._dropped import Dropped
from xlogx._pieces import pieces
from xlogx._threads import get_num_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._argument import Mask


class Rows:
    """The rows of a call, formed by `axes` of `shape`, and what is dropped from them."""

    __slots__ = ("axes", "dropped", "reduced", "shape", "threads")

    def __init__(self, shape: tuple[int, ...], axes: tuple[int, ...], dropped: Dropped) -> None:
        self.shape = shape
        self.axes = axes
        self.reduced = max(1, len(axes))
        self.dropped = dropped
        self.threads = get_num_threads()

    def of(self, array: NDArray[Any], shape: tuple[int, ...] | None = None) -> NDArray[Any]:
        """The same memory with the axes of a row behind the others, each group in C order."""
        shape = self.shape if shape is None else shape
        view = array if array.shape == shape else np.broadcast_to(array, shape)
        axes = self.axes
        if not axes:
            return view.reshape(1)
        if axes[0] == view.ndim - len(axes):
            return view
        return view.transpose(self.order)

    @property
    def order(self) -> list[int]:
        """The axes in the order in which `of` has them."""
        return [i for i in range(len(self.shape)) if i not in self.axes] + list(self.axes)

    def masks(self, shape: tuple[int, ...] | None = None) -> list[Mask]:
        return [(self.of(mask, shape), value) for mask, value in self.dropped.masks]


class Reduction(Rows):
    """The rows of weights, and what every measure of them has to know."""

    __slots__ = ("invalid_is_nan", "pseudocount")

    def __init__(
        self, shape: tuple[int, ...], axes: tuple[int, ...], pseudocount: float, dropped: Dropped, invalid_is_nan: bool
    ) -> None:
        super().__init__(shape, axes, dropped)
        self.pseudocount = pseudocount
        self.invalid_is_nan = invalid_is_nan

    def run(self, measure: str, arguments: list[Argument], base: float | None, divide: bool, out: NDArray[Any]) -> bool:
        """Write the measure of every row to `out`; False if a weight was invalid."""
        p = arguments[0]
        q = arguments[1] if len(arguments) == 2 else None
        p_rows = self.of(p.array)
        q_rows = None if q is None else self.of(q.array)
        bfloat16 = p.bfloat16, q is not None and q.bfloat16
        return self._reduce(measure, p_rows, q_rows, base, divide, out, self.masks(), bfloat16)

    def totals(self, argument: Argument) -> tuple[NDArray[np.float64], bool]:
        """The sum of each row of an argument, and whether all its weights were valid.

        Where only the other argument has rows, and nothing says what to drop from them, this one has a single row.
        """
        has = self.dropped.common_shape(argument.array.shape)
        has = (1,) * (len(self.shape) - len(has)) + has
        shape = tuple(n if i in self.axes else has[i] for i, n in enumerate(self.shape))
        rows = self.of(argument.array, shape)
        masks = self.masks(shape)
        # A backend sees one argument here. Where the other one is NaN and omitted, it is told by a mask, of a piece at
        # a time; sums of the pieces' sums are right to far more digits than the check asks for.
        others = [(other, self.of(other.array, shape)) for other in self.dropped.omitted if other is not argument]
        places = pieces(rows.shape) if others else [()]
        outer = rows.ndim - self.reduced
        totals = np.zeros(rows.shape[:outer])
        valid = True
        for place in places:
            here = [(mask[place], value) for mask, value in masks]
            here += [(np.isnan(other.numbers(view[place])), True) for other, view in others]
            some = rows[place]
            part = np.empty(some.shape[:outer])
            valid &= self._reduce("total", some, None, None, False, part, here, (argument.bfloat16, False))
            with np.errstate(all="ignore"):
                totals[place[:outer]] += part
        return totals, valid

    def _reduce(
        self,
        measure: str,
        p: NDArray[Any],
        q: NDArray[Any] | None,
        base: float | None,
        divide: bool,
        out: NDArray[Any],
        masks: list[Mask],
        bfloat16: tuple[bool, bool],
    ) -> bool:
        omit = bool(self.dropped.omitted)
        reduce = _backend.core.reduce
        if masks or omit or self.invalid_is_nan or bfloat16 != (False, False):
            special = masks, omit, self.invalid_is_nan, bfloat16
            return reduce(measure, p, q, self.reduced, base, divide, self.pseudocount, out, self.threads, *special)
        return reduce(measure, p, q, self.reduced, base, divide, self.pseudocount, out, self.threads)
