"""The options that the functions share, from what the user wrote to what a backend takes."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypedDict, TypeVar

import numpy as np
from numpy.exceptions import AxisError

from xlogx._option_docs import in_full

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Common(TypedDict, total=False):
    """What every function has after its data, by keyword alone."""

    axis: int | tuple[int, ...] | None
    where: ArrayLike | None
    nan_policy: Literal["propagate", "omit", "raise"]
    dtype: DTypeLike | None
    input_dtype: Literal["bfloat16"] | None


class _Reduced(_Common, total=False):
    on_invalid: Literal["raise", "nan"]
    keepdims: bool | np.bool_


class _WithBase(TypedDict, total=False):
    base: float | Literal["bits", "nats", "hartleys"] | None


class Options(_Reduced, _WithBase, total=False):
    """Of the measures of weights."""

    normalize: bool | np.bool_ | Literal["check"]
    pseudocount: float
    out: NDArray[np.float64] | NDArray[np.float32] | None


class PerplexityOptions(_Reduced, total=False):
    """Of the perplexity of logits, which has no unit."""

    temperature: float
    out: NDArray[np.float64] | NDArray[np.float32] | None


class LogitOptions(PerplexityOptions, _WithBase, total=False):
    """Of the measures of logits."""


class LogitDivergenceOptions(LogitOptions, total=False):
    """Of the divergence of logits, whose reference may be sparse."""

    tail: Literal["bucket", "renormalize", "drop"]


class ComparisonOptions(_Reduced, _WithBase, total=False):
    """Of all measures of logits at once."""

    temperature: float


class SoftmaxOptions(_Common, total=False):
    """Of the softmax."""

    temperature: float
    out: NDArray[np.float64] | NDArray[np.float32] | NDArray[np.float16] | None


class LogSoftmaxOptions(SoftmaxOptions, _WithBase, total=False):
    """Of its logarithm."""


class AnyOptions(Options, total=False):
    """All there are."""

    temperature: float
    tail: Literal["bucket", "renormalize", "drop"]


# In the order of every signature.
DEFAULTS: AnyOptions = {
    "axis": -1,
    "base": None,
    "normalize": True,
    "pseudocount": 0.0,
    "temperature": 1.0,
    "tail": "bucket",
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


def shown_with(kind: type[Any], holds: str, defaults: Mapping[str, Any] = DEFAULTS) -> Callable[[_Function], _Function]:
    """Give a function the signature and docstring that users should see: every option of `kind`, no ``*misplaced``."""

    def shown(function: _Function) -> _Function:
        signature = inspect.signature(function)
        data = [p for p in signature.parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        options = []
        for name, default in defaults.items():
            if name in kind.__annotations__:
                # As text, like every other annotation here: a TypedDict wraps it.
                annotation = getattr(kind.__annotations__[name], "__forward_arg__", inspect.Parameter.empty)
                options.append(
                    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
                )
        function.__signature__ = signature.replace(parameters=data + options)  # type: ignore[attr-defined]
        if function.__doc__ is not None:  # python -OO has none
            # Python before 3.13 keeps the indentation.
            function.__doc__ = in_full(inspect.cleandoc(function.__doc__), holds)
        return function

    return shown


def completed(
    function: str, options: Mapping[str, Any], kind: type[Any], defaults: Mapping[str, Any] = DEFAULTS
) -> Any:
    """The options of a function with every default filled in; TypeError for one that it does not have."""
    unknown = options.keys() - kind.__annotations__.keys()
    if unknown:
        raise TypeError(f"{function}() got an unexpected keyword argument {min(unknown)!r}")
    return {**defaults, **options}


def refuse_second(p: str, q: str) -> NoReturn:
    """Raise what a second distribution gets from an entropy, which has one."""
    raise TypeError(
        f"entropy takes one argument by position: kl_divergence({p}, {q}) is the divergence of two distributions, "
        f"cross_entropy({p}, {q}) their cross-entropy; axis, base and the other options go by keyword"
    )


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


def checked_temperature(temperature: object) -> float:
    """What logits are divided by."""
    if not isinstance(temperature, Real):
        raise TypeError(f"temperature must be a number, got {temperature!r}")
    try:
        number = float(temperature)
    except OverflowError:
        number = math.inf
    # Within these the factor that the logits are multiplied by is as exact as any.
    if 1e-300 <= number <= 1e300:
        return number
    raise ValueError(f"temperature must be a number from 1e-300 to 1e300, got {temperature!r}")


def checked_choice(name: str, choice: object, choices: tuple[str | None, ...]) -> str | None:
    """The value of option `name`, one of a few words."""
    if (choice is None or isinstance(choice, str)) and choice in choices:
        return choice
    *first, last = map(repr, choices)
    raise ValueError(f"{name} must be {', '.join(first)} or {last}, got {choice!r}")


def checked_dtype(dtype: object, half: bool = False) -> type[np.floating[Any]] | None:
    """The type of the result; None is what the arguments say. `half` lets float16 be one."""
    if dtype is None:
        return None
    types = (np.float64, np.float32, np.float16) if half else (np.float64, np.float32)
    *first, last = (one.__name__ for one in types)
    wanted = f"{', '.join(first)} or {last}"
    try:
        found = np.dtype(dtype)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        raise TypeError(f"dtype must be {wanted}, got {dtype!r}") from None
    if found.type not in types or not found.isnative:
        raise TypeError(f"dtype must be {wanted}, got {found}")
    return found.type  # type: ignore[no-any-return]


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
