"""From what the user gives to what a backend takes, and back: arrays, dtypes, masks, broadcasting, axes."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._invalid import raise_invalid
from xlogx._options import Options, checked_axes, checked_base, checked_normalize, checked_pseudocount, completed
from xlogx._threads import get_num_threads

if TYPE_CHECKING:
    # numpy.typing takes longer to load than all of xlogx.
    from numpy.typing import ArrayLike, NDArray

# Spacing of each floating dtype at one, by its size in bytes.
_EPSILON = {2: 2.0**-10, 4: 2.0**-23, 8: 2.0**-52}


class Weights:
    """One data argument: its name, its array as a backend takes it, and what its dtype means for the result."""

    __slots__ = ("array", "epsilon", "mask", "name", "narrow", "shape", "weak")

    def __init__(self, name: str, value: ArrayLike) -> None:
        self.name = name
        array = _as_array(name, value)
        self.mask = _mask_of(value)
        self.shape = array.shape
        # A Python number never widens the result, as in NumPy.
        self.weak = isinstance(value, int | float) and not isinstance(value, np.generic)
        self.narrow = False
        self.epsilon = _EPSILON[8]
        dtype = array.dtype
        if dtype.kind == "f" and dtype.itemsize <= 8 and dtype.char != "g":
            self.narrow = dtype.itemsize < 8
            self.epsilon = _EPSILON[dtype.itemsize]
        elif dtype.name == "bfloat16":
            array = array.astype(np.float32)
            self.narrow = True
            self.epsilon = 2.0**-7
        elif dtype.kind not in "biu":
            raise TypeError(_dtype_message(name, dtype))
        self.array = array


def measure(measure: str, p: ArrayLike, q: ArrayLike | None, options: Options) -> Any:
    """Any measure, any arguments: what the quick paths leave over."""
    given = completed(measure, options)
    axis = given["axis"]
    number = checked_base(given["base"])
    divide, check = checked_normalize(given["normalize"])
    added = checked_pseudocount(given["pseudocount"])
    arguments = [Weights("p", p)] if measure == "entropy" else [Weights("p", p), Weights("q", q)]  # type: ignore[arg-type]
    shape = _common_shape(arguments)
    axes = checked_axes(axis, len(shape))
    if math.prod(shape[i] for i in axes) == 0:
        where = "the argument" if axis is None else f"axis {axes[0] if len(axes) == 1 else axes}"
        raise ValueError(f"a row needs at least one weight, but {where} of shape {shape} has length 0")
    if any(argument.mask is not None for argument in arguments):
        added = _drop_masked(arguments, shape, added)
    threads = get_num_threads()
    if check:
        for argument in arguments:
            _check_sums(argument, shape, axes, added, threads)

    views = [_rows_last(np.broadcast_to(argument.array, shape), axes) for argument in arguments]
    reduced = max(1, len(axes))
    outer = views[0].shape[: views[0].ndim - reduced]
    dtype = np.float32 if _all_narrow(arguments) else np.float64
    out = np.empty(outer, dtype)
    other = views[1] if len(views) == 2 else None
    if not _backend.core.reduce(measure, views[0], other, reduced, number, divide, added, out, threads):
        for argument in arguments:
            raise_invalid(argument.name, argument.array, argument.shape)
        names = " or ".join(argument.name for argument in arguments)
        raise ValueError(
            f"a weight of {names} was negative or infinite when it was read, and is not now: "
            "it changed while the call ran, or its sum with the pseudocount overflows"
        )
    if given["keepdims"]:
        out = out.reshape([1 if i in axes else n for i, n in enumerate(shape)])
    return out if out.ndim else out[()]


def _as_array(name: str, value: ArrayLike) -> NDArray[Any]:
    if isinstance(value, np.ndarray):
        return np.asarray(value)  # a subclass's view, without its arithmetic
    if isinstance(value, bytes | bytearray | str) or (
        isinstance(value, memoryview) and value.format in ("B", "b", "c")
    ):
        raise TypeError(
            f"{name} must be weights, got {type(value).__name__}, which is an observation: "
            "samples.byte_entropy is the entropy of bytes"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers, got a ragged sequence: {error}") from None
    except TypeError as error:
        raise TypeError(f"{name} must be an array of numbers, got {type(value).__name__}: {error}") from None
    if array.dtype == object and array.size and all(type(item) is int for item in array.flat):
        try:
            return array.astype(np.float64)  # integers beyond 64 bits
        except OverflowError:
            raise ValueError(f"{name} must be finite and non-negative, got an integer beyond float64") from None
    return array


def _mask_of(value: object) -> NDArray[np.bool_] | None:
    # Where nothing has imported numpy.ma there is no masked array, and its import would be paid for nothing.
    masked = sys.modules.get("numpy.ma")
    if masked is None or not isinstance(value, masked.MaskedArray) or value.mask is masked.nomask:
        return None
    return np.asarray(value.mask)


def _dtype_message(name: str, dtype: np.dtype[Any]) -> str:
    if dtype.kind in "SUT":
        return f"{name} must be weights, got dtype {dtype}: samples.entropy is the entropy of labels"
    return f"{name} must be real weights of at most 64 bits, got dtype {dtype}"


def _all_narrow(arguments: list[Weights]) -> bool:
    """float32 only if every argument is float32 or narrower; Python numbers alone make float64."""
    return all(a.narrow or a.weak for a in arguments) and any(a.narrow for a in arguments)


def _common_shape(arguments: list[Weights]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(argument.array.shape for argument in arguments))
    except ValueError:
        p, q = arguments
        raise ValueError(
            f"{p.name} and {q.name} must broadcast, got shapes {p.array.shape} and {q.array.shape}"
        ) from None


def _rows_last(view: NDArray[Any], axes: tuple[int, ...]) -> NDArray[Any]:
    """The same memory with the axes of a row behind the others, each group in C order."""
    if not axes:
        return view.reshape(1)
    if axes[0] == view.ndim - len(axes):
        return view
    return view.transpose([i for i in range(view.ndim) if i not in axes] + list(axes))


def _drop_masked(arguments: list[Weights], shape: tuple[int, ...], added: float) -> float:
    """Drop positions masked in any argument from all of them; return the pseudocount that is left to add.

    A weight of zero in both arguments adds nothing to any measure or total, so dropping is setting to zero.
    A pseudocount would bring such a weight back, so it is added here, to the others alone.
    """
    mask: NDArray[np.bool_] = np.zeros((), bool)
    for argument in arguments:
        if argument.mask is not None:
            mask = mask | argument.mask
    for argument in arguments:
        kept = np.where(mask, argument.array.dtype.type(0), argument.array)
        if added:
            raise_invalid(argument.name, kept, argument.shape)
            kept = np.where(mask, 0.0, kept.astype(np.float64) + added)
        argument.array = kept
    return 0.0


def _check_sums(argument: Weights, shape: tuple[int, ...], axes: tuple[int, ...], added: float, threads: int) -> None:
    """Raise unless every row of `argument` sums to one within the square root of its dtype's epsilon.

    A row with NaN passes: NaN stands for itself, and the row's result is NaN.
    """
    array = argument.array
    lead = len(shape) - array.ndim
    # Where only the other argument has rows, this one has a single row to sum.
    own = [shape[i] if i in axes else (array.shape[i - lead] if i >= lead else 1) for i in range(len(shape))]
    view = _rows_last(np.broadcast_to(array, own), axes)
    reduced = max(1, len(axes))
    totals = np.empty(view.shape[: view.ndim - reduced])
    if not _backend.core.reduce("total", view, None, reduced, None, False, added, totals, threads):
        raise_invalid(argument.name, array, argument.shape)
    with np.errstate(invalid="ignore"):
        wrong = np.abs(totals - 1.0) > math.sqrt(argument.epsilon)
    if not wrong.any():
        return
    place = np.unravel_index(int(wrong.argmax()), wrong.shape)
    outer = iter(place)
    index = [":" if i in axes else str(next(outer)) for i in range(len(shape))][lead:]
    while index and index[-1] == ":":
        index.pop()
    row = f"row {argument.name}[{', '.join(index)}]" if index else "it"
    raise ValueError(f"{argument.name} must sum to one along the axis, but {row} sums to {totals[place]!s}")
