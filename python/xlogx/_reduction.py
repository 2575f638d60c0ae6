"""The call of a backend: every argument and mask as a view of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._dropped import Dropped
from xlogx._pieces import pieces
from xlogx._threads import get_num_threads
from xlogx._weights import Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._weights import Mask


class Reduction:
    """The rows of a call, formed by `axes` of `shape`, and what every measure of them has to know."""

    __slots__ = ("axes", "dropped", "invalid_is_nan", "pseudocount", "reduced", "shape", "threads")

    def __init__(
        self, shape: tuple[int, ...], axes: tuple[int, ...], pseudocount: float, dropped: Dropped, invalid_is_nan: bool
    ) -> None:
        self.shape = shape
        self.axes = axes
        self.reduced = max(1, len(axes))
        self.pseudocount = pseudocount
        self.dropped = dropped
        self.invalid_is_nan = invalid_is_nan
        self.threads = get_num_threads()

    def run(self, measure: str, arguments: list[Weights], base: float | None, divide: bool, out: NDArray[Any]) -> bool:
        """Write the measure of every row to `out`; False if a weight was invalid."""
        p = arguments[0]
        q = arguments[1] if len(arguments) == 2 else None
        p_rows = self._rows(p.array, self.shape)
        q_rows = None if q is None else self._rows(q.array, self.shape)
        bfloat16 = p.bfloat16, q is not None and q.bfloat16
        return self._reduce(measure, p_rows, q_rows, base, divide, out, self._masks(self.shape), bfloat16)

    def totals(self, argument: Weights) -> tuple[NDArray[np.float64], bool]:
        """The sum of each row of an argument, and whether all its weights were valid.

        Where only the other argument has rows, and nothing says what to drop from them, this one has a single row.
        """
        has = self.dropped.common_shape(argument.array.shape)
        has = (1,) * (len(self.shape) - len(has)) + has
        shape = tuple(n if i in self.axes else has[i] for i, n in enumerate(self.shape))
        rows = self._rows(argument.array, shape)
        masks = self._masks(shape)
        # A backend sees one argument here. Where the other one is NaN and omitted, it is told by a mask, of a piece at
        # a time; sums of the pieces' sums are right to far more digits than the check asks for.
        others = [(other, self._rows(other.array, shape)) for other in self.dropped.omitted if other is not argument]
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

    def _masks(self, shape: tuple[int, ...]) -> list[Mask]:
        return [(self._rows(mask, shape), value) for mask, value in self.dropped.masks]

    def _rows(self, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        """The same memory with the axes of a row behind the others, each group in C order."""
        view = array if array.shape == shape else np.broadcast_to(array, shape)
        axes = self.axes
        if not axes:
            return view.reshape(1)
        if axes[0] == view.ndim - len(axes):
            return view
        return view.transpose([i for i in range(view.ndim) if i not in axes] + list(axes))
