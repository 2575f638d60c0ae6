"""A call of any function: its arguments, broadcast, and the options that all of them share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import Argument, Name
from xlogx._dropped import Dropped, masks_of_where
from xlogx._invalid import raise_nan
from xlogx._options import (
    INPUT_DTYPES,
    NAN_POLICIES,
    ON_INVALID,
    AnyOptions,
    checked_axes,
    checked_choice,
    checked_dtype,
    checked_keepdims,
)
from xlogx._result import checked_out

if TYPE_CHECKING:
    # numpy.typing takes longer to load than all of xlogx.
    from numpy.typing import ArrayLike, NDArray


class Call:
    """What the user gave, checked but for what one namespace alone has.

    `half` lets the result be float16.
    """

    __slots__ = ("arguments", "axes", "dropped", "dtype", "given", "invalid_is_nan", "keepdims", "shape", "where")

    def __init__(self, data: Mapping[Name, ArrayLike], given: AnyOptions, half: bool = False) -> None:
        self.given = given
        nan_policy = checked_choice("nan_policy", given["nan_policy"], NAN_POLICIES)
        self.invalid_is_nan = checked_choice("on_invalid", given["on_invalid"], ON_INVALID) == "nan"
        # Softmax has as many axes as its argument.
        self.keepdims = "keepdims" in given and checked_keepdims(given["keepdims"])
        dtype = checked_dtype(given["dtype"], half)
        input_dtype = checked_choice("input_dtype", given["input_dtype"], INPUT_DTYPES)

        self.arguments = arguments = [Argument(name, value, input_dtype) for name, value in data.items()]
        names = tuple(data)
        holds = names[0].holds
        check_bits(arguments, input_dtype)
        self.shape = shape = _common_shape(arguments)
        self.axes = axes = checked_axes(given["axis"], len(shape), names)
        if math.prod(shape[i] for i in axes) == 0:
            place = "the whole" if given["axis"] is None else f"axis {axes[0] if len(axes) == 1 else axes}"
            raise ValueError(
                f"a row of {' and '.join(names)} needs at least one {holds.removesuffix('s')}, "
                f"but {place} of shape {shape} has length 0"
            )
        self.where = [] if given["where"] is None else masks_of_where(given["where"], shape, holds)
        self.dropped = Dropped(
            self.where + [mask for argument in arguments for mask in argument.masks],
            [argument for argument in arguments if argument.may_be_nan] if nan_policy == "omit" else [],
        )
        self.dtype = dtype if dtype is not None else np.float32 if self.narrow else np.float64

    @property
    def narrow(self) -> bool:
        """Whether every argument is float32 or narrower; Python numbers alone are not."""
        arguments = self.arguments
        return all(a.narrow or a.weak for a in arguments) and any(a.narrow for a in arguments)

    @property
    def outer(self) -> tuple[int, ...]:
        """The shape of a result with a place for each row."""
        if self.keepdims:
            return tuple(1 if i in self.axes else n for i, n in enumerate(self.shape))
        return tuple(n for i, n in enumerate(self.shape) if i not in self.axes)

    def memory(self) -> list[tuple[str, NDArray[Any]]]:
        """The arrays that are read, each with what an error calls it."""
        read: list[tuple[str, NDArray[Any]]] = [("where", mask) for mask, _ in self.where]
        return read + [(argument.name, array) for argument in self.arguments for array in argument.memory()]

    def out(self) -> NDArray[Any] | None:
        """The caller's array for a place for each row, if there is one and it fits."""
        if self.given["out"] is None:
            return None
        return checked_out(self.given["out"], self.outer, self.dtype, self.memory())

    def refuse_nan(self, answers: NDArray[Any]) -> None:
        """Raise if the answers are NaN for want of numbers in the input, where the policy says so."""
        if self.given["nan_policy"] == "raise" and np.isnan(answers).any():
            for argument in self.arguments:
                raise_nan(argument, self.dropped)

    def result(self, answers: NDArray[Any], out: NDArray[Any] | None) -> Any:
        """What the user gets."""
        if out is not None:
            out[...] = answers
            return self.given["out"]
        return answers if answers.ndim else answers[()]


def check_bits(arguments: list[Argument], input_dtype: str | None) -> None:
    """Raise if none of the arguments holds the bits that are said to be there."""
    if input_dtype is not None and not any(argument.bfloat16 for argument in arguments):
        raise TypeError(_no_bits_message(arguments, input_dtype))


def _no_bits_message(arguments: list[Argument], input_dtype: str) -> str:
    names = " or ".join(argument.name for argument in arguments)
    dtypes = " and ".join(str(argument.array.dtype) for argument in arguments)
    return f'{names} must be uint16 with input_dtype="{input_dtype}", got dtype {dtypes}'


def _common_shape(arguments: list[Argument]) -> tuple[int, ...]:
    shape = arguments[0].array.shape
    if all(argument.array.shape == shape for argument in arguments):
        return shape
    try:
        return np.broadcast_shapes(*(argument.array.shape for argument in arguments))
    except ValueError:
        p, q = arguments
        shapes = p.array.shape, q.array.shape
        lengths = zip(reversed(shapes[0]), reversed(shapes[1]), strict=False)
        if all(m == n or 1 in (m, n) for m, n in lengths):
            wanted = "have a common shape that is not too large for an array"
        else:
            wanted = "broadcast"
        raise ValueError(f"{p.name} and {q.name} must {wanted}, got shapes {shapes[0]} and {shapes[1]}") from None
