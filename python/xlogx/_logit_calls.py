"""From logits as the user gives them to what a backend takes, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._call import Call
from xlogx._options import checked_base, checked_temperature, completed
from xlogx._pieces import BLOCK, pieces
from xlogx._reduction import Rows
from xlogx._result import checked_out

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._argument import Mask

Z, ZP, ZQ = Name("z", "logits"), Name("zp", "logits"), Name("zq", "logits")
# Which of the rows.
Place = tuple[slice, ...]

_WITHOUT_UNIT = {"perplexity", "total_variation"}


class LogitRows(Rows):
    """The rows of logits of a call, and how a backend goes over them."""

    __slots__ = ("base", "temperature")

    def __init__(self, call: Call, base: float | None, temperature: float) -> None:
        super().__init__(call.shape, call.axes, call.dropped)
        self.base = base
        self.temperature = temperature

    @property
    def outer(self) -> tuple[int, ...]:
        """The shape of all rows, without that of a single one."""
        return tuple(n for i, n in enumerate(self.shape) if i not in self.axes)

    def pieces(self) -> list[Place]:
        """Parts of the rows that together are all of them, each small if a row is."""
        return list(pieces(self.outer, max(1, BLOCK // math.prod(self.shape[i] for i in self.axes))))

    def masks_at(self, place: Place, omitted: list[Argument]) -> list[Mask]:
        """What is dropped from some rows; where an argument's NaN are, they are told by a mask."""
        masks = [(mask[place], value) for mask, value in self.masks()]
        return masks + [(np.isnan(argument.numbers(self.of(argument.array)[place])), True) for argument in omitted]

    def reduce(
        self,
        measure: str,
        arguments: list[Argument],
        out: NDArray[Any],
        place: Place = (),
        masks: list[Mask] | None = None,
    ) -> None:
        """Write a measure of some rows to `out`. With `masks` given these say all that is dropped."""
        p, *others = [self.of(argument.array)[place] for argument in arguments]
        q = others[0] if others else None
        omit = masks is None and bool(self.dropped.omitted)
        masks = self.masks_at(place, []) if masks is None else masks
        bfloat16 = arguments[0].bfloat16, q is not None and arguments[-1].bfloat16
        base = None if measure in _WITHOUT_UNIT else self.base
        reduce = _backend.core.reduce_logits
        if masks or omit or bfloat16 != (False, False):
            special = masks, omit, bfloat16
            reduce(measure, p, q, self.reduced, base, self.temperature, out, self.threads, *special)
        else:
            reduce(measure, p, q, self.reduced, base, self.temperature, out, self.threads)

    def map(
        self, measure: str, z: Argument, out: NDArray[Any], place: Place = (), masks: list[Mask] | None = None
    ) -> None:
        """Write the softmax of some rows, or its logarithm, to `out`, which is C-contiguous."""
        omit = masks is None and bool(self.dropped.omitted)
        masks = self.masks_at(place, []) if masks is None else masks
        special = masks, omit, z.bfloat16
        rows = self.of(z.array)[place]
        _backend.core.map_logits(measure, rows, self.reduced, self.base, self.temperature, out, self.threads, *special)


def measure_logits(measure: str, data: Mapping[Name, ArrayLike], options: Mapping[str, Any], kind: type[Any]) -> Any:
    """Any measure of logits, one number a row."""
    given = completed(measure, options, kind)
    base, temperature = checked_base(given["base"]), checked_temperature(given["temperature"])
    call = Call(data, given)
    out = call.out()
    # Never the caller's own: another thread may be at that one while a backend writes, and an error leaves it alone.
    answers = np.empty(call.outer, call.dtype)
    LogitRows(call, base, temperature).reduce(measure, call.arguments, answers)
    call.refuse_nan(answers)
    return call.result(answers, out)


def map_logits(function: str, z: ArrayLike, options: Mapping[str, Any], kind: type[Any]) -> Any:
    """The softmax or its logarithm, as many numbers as there are logits."""
    given = completed(function, options, kind)
    base, temperature = checked_base(given["base"]), checked_temperature(given["temperature"])
    call = Call({Z: z}, given, half=True)
    argument = call.arguments[0]
    rows = LogitRows(call, base, temperature)
    out = _out_of_map(call)
    dtype = call.dtype if out is None else out.dtype.type
    if given["nan_policy"] == "raise" and argument.may_be_nan:
        # The logsumexp is NaN where the input is. A result is written where the logits may be, so it comes after that.
        answers = np.empty(rows.outer, np.float32)
        rows.reduce("logsumexp", [argument], answers)
        call.refuse_nan(answers)
    # Of an own array the rows are dense: with another axis than the last its strides are those of a transpose.
    target = np.empty(rows.of(argument.array).shape, dtype) if out is None else rows.of(out)
    # A backend reads and writes at once: not the same memory.
    apart = out is None or not np.may_share_memory(out, argument.array)
    if apart and target.flags.c_contiguous and target.flags.aligned and dtype is not np.float16:
        rows.map(function, argument, target)
    else:
        work = dtype if dtype is not np.float16 else np.float32 if call.narrow else np.float64
        for place in rows.pieces():
            part = np.empty(target[place].shape, work)
            rows.map(function, argument, part, place)
            with np.errstate(under="ignore", over="ignore"):
                target[place] = part
    if out is not None:
        return given["out"]
    if not call.axes:
        return target[0]
    return target.transpose(np.argsort(rows.order))


def _out_of_map(call: Call) -> NDArray[Any] | None:
    """The caller's array for the result, which may be the one that is read."""
    out: Any = call.given["out"]
    if out is None:
        return None
    # Its dtype speaks where dtype= is silent, if it says float16.
    half = call.given["dtype"] is None and isinstance(out, np.ndarray) and out.dtype == np.float16
    own = call.arguments[0].array
    read = [(name, array) for name, array in call.memory() if not (array is own and _same_memory(out, own))]
    return checked_out(out, call.shape, np.float16 if half else call.dtype, read)


def _same_memory(out: object, array: NDArray[Any]) -> bool:
    """Whether `out` is `array`, element by element."""
    if not isinstance(out, np.ndarray) or out.dtype != array.dtype or out.shape != array.shape:
        return False
    return out.ctypes.data == array.ctypes.data and out.strides == array.strides
