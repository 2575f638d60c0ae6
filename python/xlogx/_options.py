"""The options that every measure shares, from what the user wrote to what a backend takes."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable
from numbers import Real
from typing import Any, Literal, TypedDict, TypeVar

from numpy.exceptions import AxisError

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """What follows the data in every measure, by keyword alone."""

    axis: int | tuple[int, ...] | None
    base: float | Literal["bits", "nats", "hartleys"] | None
    normalize: bool | Literal["check"]
    pseudocount: float
    keepdims: bool


DEFAULTS: Options = {"axis": -1, "base": None, "normalize": True, "pseudocount": 0.0, "keepdims": False}

NAMED_BASES = {"nats": None, "bits": 2.0, "hartleys": 10.0}


def shown_with_options(function: _Function) -> _Function:
    """Give `function` the signature that users should see: every option with its default, no ``*misplaced``."""
    signature = inspect.signature(function)
    data = [p for p in signature.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    options = []
    for name, default in DEFAULTS.items():
        # As text, like every other annotation here: a TypedDict wraps it.
        annotation = getattr(Options.__annotations__[name], "__forward_arg__", inspect.Parameter.empty)
        options.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    function.__signature__ = signature.replace(parameters=data + options)  # type: ignore[attr-defined]
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
    if normalize is True or normalize is False:
        return normalize, False
    if isinstance(normalize, str) and normalize == "check":
        return False, True
    raise ValueError(f"normalize must be True, False or 'check', got {normalize!r}")


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


def checked_axes(axis: object, ndim: int) -> tuple[int, ...]:
    """The axes that form a row: non-negative, sorted, none twice."""
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
            raise AxisError(f"axis {number} is out of bounds for an argument of dimension {ndim}{hint}")
        axes.append(number % ndim)
    if len(set(axes)) < len(axes):
        raise ValueError(f"axis must not name an axis twice, got {axis!r}")
    return tuple(sorted(axes))
