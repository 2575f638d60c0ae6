"""From what the user gives to what a backend takes, and back: broadcasting, axes, the reduction, its errors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._check import check_sums
from xlogx._dropped import Dropped, masks_of_where
from xlogx._invalid import raise_invalid, raise_nan
from xlogx._options import (
    INPUT_DTYPES,
    NAN_POLICIES,
    ON_INVALID,
    Options,
    checked_axes,
    checked_base,
    checked_choice,
    checked_dtype,
    checked_keepdims,
    checked_normalize,
    checked_pseudocount,
    completed,
)
from xlogx._reduction import Reduction
from xlogx._result import checked_out
from xlogx._weights import Weights

if TYPE_CHECKING:
    # numpy.typing takes longer to load than all of xlogx.
    from numpy.typing import ArrayLike


def measure(name: str, p: ArrayLike, q: ArrayLike | None, options: Options) -> Any:
    """Any measure, any arguments: what the quick paths leave over."""
    given = completed(name, options)
    base = checked_base(given["base"])
    divide, check = checked_normalize(given["normalize"])
    pseudocount = checked_pseudocount(given["pseudocount"])
    nan_policy = checked_choice("nan_policy", given["nan_policy"], NAN_POLICIES)
    invalid_is_nan = checked_choice("on_invalid", given["on_invalid"], ON_INVALID) == "nan"
    keepdims = checked_keepdims(given["keepdims"])
    dtype = checked_dtype(given["dtype"])
    input_dtype = checked_choice("input_dtype", given["input_dtype"], INPUT_DTYPES)

    arguments = [Weights("p", p, input_dtype)]
    if name != "entropy":
        arguments.append(Weights("q", q, input_dtype))  # type: ignore[arg-type]
    names = tuple(argument.name for argument in arguments)
    if input_dtype is not None and not any(argument.bfloat16 for argument in arguments):
        raise TypeError(_no_bits_message(arguments, input_dtype))
    shape = _common_shape(arguments)
    axes = checked_axes(given["axis"], len(shape), names)
    if math.prod(shape[i] for i in axes) == 0:
        place = "the whole" if given["axis"] is None else f"axis {axes[0] if len(axes) == 1 else axes}"
        raise ValueError(
            f"a row of {' and '.join(names)} needs at least one weight, but {place} of shape {shape} has length 0"
        )
    where = [] if given["where"] is None else masks_of_where(given["where"], shape)
    dropped = Dropped(
        where + [mask for argument in arguments for mask in argument.masks],
        [argument for argument in arguments if argument.may_be_nan] if nan_policy == "omit" else [],
    )
    if dtype is None:
        dtype = np.float32 if _all_narrow(arguments) else np.float64
    if keepdims:
        outer = tuple(1 if i in axes else n for i, n in enumerate(shape))
    else:
        outer = tuple(n for i, n in enumerate(shape) if i not in axes)
    out = None
    if given["out"] is not None:
        read = [("where", mask) for mask, _ in where]
        read += [(argument.name, array) for argument in arguments for array in argument.memory()]
        out = checked_out(given["out"], outer, dtype, read)
    # Never the caller's own: another thread may be at that one while a backend writes, and an error leaves it alone.
    answers = np.empty(outer, dtype)

    reduction = Reduction(shape, axes, pseudocount, dropped, invalid_is_nan)
    if check:
        for argument in arguments:
            check_sums(argument, reduction)
    if not reduction.run(name, arguments, base, divide, answers):
        for argument in arguments:
            raise_invalid(argument, dropped)
        raise ValueError(
            f"a weight of {' or '.join(names)} was negative or infinite when it was read, and is not now: "
            "it changed while the call ran, or its sum with the pseudocount overflows"
        )
    if nan_policy == "raise" and np.isnan(answers).any():
        for argument in arguments:
            raise_nan(argument, dropped)
    if out is not None:
        out[...] = answers
        return given["out"]
    return answers if answers.ndim else answers[()]


def _no_bits_message(arguments: list[Weights], input_dtype: str) -> str:
    names = " or ".join(argument.name for argument in arguments)
    dtypes = " and ".join(str(argument.array.dtype) for argument in arguments)
    return f'{names} must be uint16 with input_dtype="{input_dtype}", got dtype {dtypes}'


def _all_narrow(arguments: list[Weights]) -> bool:
    """float32 only if every argument is float32 or narrower; Python numbers alone make float64."""
    return all(a.narrow or a.weak for a in arguments) and any(a.narrow for a in arguments)


def _common_shape(arguments: list[Weights]) -> tuple[int, ...]:
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
