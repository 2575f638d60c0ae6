"""The options that every measure shares, from what the user wrote to what a backend takes."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

import numpy as np
from numpy.exceptions import AxisError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """What follows the data in every measure, by keyword alone."""

    axis: int | tuple[int, ...] | None
    base: float | Literal["bits", "nats", "hartleys"] | None
    normalize: bool | np.bool_ | Literal["check"]
    pseudocount: float
    where: ArrayLike | None
    nan_policy: Literal["propagate", "omit", "raise"]
    on_invalid: Literal["raise", "nan"]
    keepdims: bool | np.bool_
    dtype: DTypeLike | None
    out: NDArray[np.float64] | NDArray[np.float32] | None
    input_dtype: Literal["bfloat16"] | None


DEFAULTS: Options = {
    "axis": -1,
    "base": None,
    "normalize": True,
    "pseudocount": 0.0,
    "where": None,
    "nan_policy": "propagate",
    "on_invalid": "raise",
    "keepdims": False,
    "dtype": None,
    "out": None,
    "input_dtype": None,
}

NAN_POLICIES = ("propagate", "omit", "raise")
ON_INVALID = ("raise", "nan")
INPUT_DTYPES = (None, "bfloat16")
NAMED_BASES = {"nats": None, "bits": 2.0, "hartleys": 10.0}


# What a docstring says of what all measures have in common, and what takes its place where the docstring is shown.
_IN_FULL = {
    """
pseudocount, where, nan_policy, on_invalid, keepdims, dtype, out, input_dtype
    The same in every measure.
""": """
pseudocount : float, default 0.0
    Added to every weight of every argument, before the sums; the sum of weight and pseudocount is rounded to float64.
where : array_like of bool or None, default None
    Which positions count. It broadcasts to the common shape of the weights, and never enlarges it. A position where
    it is False is dropped from every argument, before the pseudocount, the sums and the validation: whatever is
    there is not seen. So is a position that a masked array masks.
nan_policy : {"propagate", "omit", "raise"}, default "propagate"
    What a NaN in an argument does: it makes the result of its row NaN, its position is dropped from every argument,
    or it raises.
on_invalid : {"raise", "nan"}, default "raise"
    What a negative or infinite weight does: it raises, or makes the result of its row NaN.
keepdims : bool, default False
    Keep the reduced axes with length one.
dtype : {float64, float32} or None, default None
    The dtype of the result, with its accuracy: with float64 the result for float32 weights is right to the last
    digits of float64. None is what Returns says.
out : ndarray or None, default None
    Where the result goes: of exactly its shape (with `keepdims`, if that is given) and dtype, sharing no memory
    with the arguments or `where`. It is returned itself, also for a single row. An error leaves it as it was.
input_dtype : {"bfloat16"} or None, default None
    With "bfloat16" an argument of dtype uint16 holds the bits of bfloat16 numbers. Arrays of the dtype bfloat16 of
    ml_dtypes are taken for what they are.
""",
    """
TypeError, ValueError, numpy.exceptions.AxisError, MemoryError, RuntimeError
    The same in every measure.
""": """
TypeError
    If an argument is not an array of real numbers, one is missing or too many, `where` is not bool, or `dtype` or
    `out` is of another kind.
ValueError
    If a weight is negative or infinite (the message names its place and value), the shapes do not broadcast, a row
    has no elements, `where` or `out` does not fit, or an option is not among its values.
numpy.exceptions.AxisError
    If an axis is out of range.
MemoryError
    If there is no memory for what a thread works on.
RuntimeError
    If xlogx itself has a bug: the message asks for a report.
""",
}


def shown_with_options(function: _Function) -> _Function:
    """Give `function` the signature and docstring that users should see: every option, no ``*misplaced``."""
    signature = inspect.signature(function)
    data = [p for p in signature.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    options = []
    for name, default in DEFAULTS.items():
        # As text, like every other annotation here: a TypedDict wraps it.
        annotation = getattr(Options.__annotations__[name], "__forward_arg__", inspect.Parameter.empty)
        options.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    function.__signature__ = signature.replace(parameters=data + options)  # type: ignore[attr-defined]
    if function.__doc__ is not None:  # python -OO has none
        # Python before 3.13 keeps the indentation.
        shown = inspect.cleandoc(function.__doc__)
        for short, full in _IN_FULL.items():
            shown = shown.replace(short, full)
        function.__doc__ = shown
    return function


def completed(measure: str, options: Options) -> Options:
    """The options with every default filled in; TypeError for one that does not exist."""
    unknown = options.keys() - DEFAULTS.keys()
    if unknown:
        raise TypeError(f"{measure}() got an unexpected keyword argument {min(unknown)!r}")
    return DEFAULTS | options


def checked_base(base: object) -> float | None:
    """The base of the logarithm as a float; None is nats."""
    if base is None:
        return None
    if isinstance(base, str):
        if base in NAMED_BASES:
            return NAMED_BASES[base]
    elif isinstance(base, Real):
        try:
            number = float(base)
        except OverflowError:
            number = math.inf
        if 1 < number < math.inf:
            return number
    raise ValueError(f"base must be None, a finite number above 1, 'bits', 'nats' or 'hartleys', got {base!r}")


def checked_normalize(normalize: object) -> tuple[bool, bool]:
    """Whether the rows are divided by their sums, and whether those sums must be one."""
    if isinstance(normalize, bool | np.bool_):
        return bool(normalize), False
    if isinstance(normalize, str) and normalize == "check":
        return False, True
    raise ValueError(f"normalize must be True, False or 'check', got {normalize!r}")


def checked_keepdims(keepdims: Any) -> bool:
    """Whether the reduced axes stay. As in NumPy, integers are truth values and nothing else is."""
    if isinstance(keepdims, np.bool_):  # to NumPy itself no integer
        return bool(keepdims)
    try:
        return operator.index(keepdims) != 0
    except TypeError:
        raise TypeError(f"keepdims must be True or False, got {keepdims!r}") from None


def checked_pseudocount(pseudocount: object) -> float:
    """What is added to every weight."""
    if isinstance(pseudocount, Real):
        try:
            number = float(pseudocount)
        except OverflowError:
            number = math.inf
        if 0 <= number < math.inf:
            return number
    raise ValueError(f"pseudocount must be a finite number of at least 0, got {pseudocount!r}")


def checked_choice(name: str, choice: object, choices: tuple[str | None, ...]) -> str | None:
    """The value of option `name`, one of a few words."""
    if (choice is None or isinstance(choice, str)) and choice in choices:
        return choice
    *first, last = map(repr, choices)
    raise ValueError(f"{name} must be {', '.join(first)} or {last}, got {choice!r}")


def checked_dtype(dtype: object) -> type[np.float64 | np.float32] | None:
    """The type of the result; None is what the arguments say."""
    if dtype is None:
        return None
    try:
        found = np.dtype(dtype)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        raise TypeError(f"dtype must be float64 or float32, got {dtype!r}") from None
    if found.char not in "df" or not found.isnative:
        raise TypeError(f"dtype must be float64 or float32, got {found}")
    return np.float64 if found.char == "d" else np.float32


def checked_axes(axis: object, ndim: int, names: tuple[str, ...]) -> tuple[int, ...]:
    """The axes that form a row of the arguments called `names`: non-negative, sorted, none twice."""
    if axis is None:
        return tuple(range(ndim))
    listed = axis if isinstance(axis, tuple) else (axis,)
    if not listed:
        raise ValueError("axis must name at least one axis, got (); None takes all of them")
    axes = []
    for one in listed:
        try:
            number = operator.index(one)
        except TypeError:
            raise TypeError(f"axis must be an int, a tuple of ints or None, got {axis!r}") from None
        if not -ndim <= number < ndim:
            hint = "; only axis=None takes a 0-d argument" if ndim == 0 else ""
            common = " common" if len(names) > 1 else ""
            raise AxisError(
                f"axis {number} is out of bounds for {' and '.join(names)}, of{common} dimension {ndim}{hint}"
            )
        axes.append(number % ndim)
    if len(set(axes)) < len(axes):
        raise ValueError(f"axis must not name an axis twice, got {axis!r}")
    return tuple(sorted(axes))
