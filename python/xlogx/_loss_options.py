"""The options of the losses: which loss has which, their defaults, and their checks."""

from __future__ import annotations

import math
import operator
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import numpy as np
from numpy.exceptions import AxisError

from xlogx._options import checked_axes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

REDUCTIONS = ("mean", "sum", "none")
HESSIANS = ("exact", "xgboost", "lightgbm")
ORDERS = ("C", "F")


class _Total(TypedDict, total=False):
    """What becomes one number."""

    sample_weight: ArrayLike | None
    where: ArrayLike | None
    dtype: DTypeLike | None
    out: NDArray[np.float64] | NDArray[np.float32] | None


class _Mean(_Total, total=False):
    empty: float


class ElementOptions(_Mean, total=False):
    """Of every loss."""

    reduction: Literal["mean", "sum", "none"]


class _Checked(TypedDict, total=False):
    check: bool | np.bool_


class CheckedElementOptions(ElementOptions, _Checked, total=False):
    """Of a loss of elements that can be out of range."""


class PoissonOptions(ElementOptions, total=False):
    """Of the Poisson loss."""

    log_input: bool | np.bool_
    full: bool | np.bool_


class PosWeightOptions(CheckedElementOptions, total=False):
    """Of the binary cross-entropy of logits."""

    pos_weight: ArrayLike | None


class _Class(TypedDict, total=False):
    axis: int


class _OfLogits(_Class, total=False):
    temperature: float


class _Labelled(_Checked, total=False):
    ignore_index: int | None


class _Smoothed(TypedDict, total=False):
    weight: ArrayLike | None
    label_smoothing: float


class RowOptions(ElementOptions, _OfLogits, total=False):
    """Of a loss of logits without a target, or with another row of logits for one."""


class DistillationOptions(RowOptions, total=False):
    """Of distillation, whose teacher may be sparse."""

    tail: Literal["bucket", "renormalize", "drop"]


class DivergenceOptions(RowOptions, _Labelled, total=False):
    """Of the Kullback-Leibler divergence."""


class CrossEntropyOptions(DivergenceOptions, _Smoothed, total=False):
    """Of the cross-entropy."""


class FocalOptions(DivergenceOptions, total=False):
    """Of the focal loss."""

    gamma: float
    alpha: ArrayLike | None


class BrierOptions(ElementOptions, _Class, _Labelled, total=False):
    """Of the Brier score."""


class LogLossOptions(BrierOptions, _Smoothed, total=False):
    """Of the cross-entropy of probabilities."""


class TotalCodeOptions(_Total, _OfLogits, _Labelled, total=False):
    """Of the bits per byte."""


class MeanCodeOptions(_Mean, _OfLogits, _Labelled, total=False):
    """Of the perplexity."""


class _WithGradient(TypedDict, total=False):
    grad_out: NDArray[Any] | None


class ElementGradOptions(ElementOptions, _WithGradient, total=False):
    """With the gradient."""


class CheckedElementGradOptions(CheckedElementOptions, _WithGradient, total=False):
    """With the gradient."""


class PoissonGradOptions(PoissonOptions, _WithGradient, total=False):
    """With the gradient."""


class PosWeightGradOptions(PosWeightOptions, _WithGradient, total=False):
    """With the gradient."""


class RowGradOptions(RowOptions, _WithGradient, total=False):
    """With the gradient."""


class DistillationGradOptions(DistillationOptions, _WithGradient, total=False):
    """With the gradient."""


class DivergenceGradOptions(DivergenceOptions, _WithGradient, total=False):
    """With the gradient."""


class CrossEntropyGradOptions(CrossEntropyOptions, _WithGradient, total=False):
    """With the gradient."""


class FocalGradOptions(FocalOptions, _WithGradient, total=False):
    """With the gradient."""


class BrierGradOptions(BrierOptions, _WithGradient, total=False):
    """With the gradient."""


class LogLossGradOptions(LogLossOptions, _WithGradient, total=False):
    """With the gradient."""


class BoostingOptions(TypedDict, total=False):
    """Of the gradient and Hessian for boosting."""

    sample_weight: ArrayLike | None
    hessian: Literal["exact", "xgboost", "lightgbm"]
    order: Literal["C", "F"]


# In the order of every signature.
DEFAULTS: dict[str, Any] = {
    "gamma": 2.0,
    "alpha": None,
    "pos_weight": None,
    "log_input": True,
    "full": False,
    "axis": -1,
    "weight": None,
    "sample_weight": None,
    "ignore_index": None,
    "label_smoothing": 0.0,
    "temperature": 1.0,
    "tail": "bucket",
    "where": None,
    "reduction": "mean",
    "empty": math.nan,
    "check": True,
    "out": None,
    "dtype": None,
    "grad_out": None,
    "hessian": "exact",
    "order": "C",
}


def checked_number(name: str, value: object, least: float, most: float = math.inf) -> float:
    """The value of option `name`, a number from `least` to `most` that is not infinite."""
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if least <= number <= most and number < math.inf:
        return number
    wanted = f"a finite number of at least {least:g}" if most == math.inf else f"a number from {least:g} to {most:g}"
    raise ValueError(f"{name} must be {wanted}, got {value!r}")


def checked_empty(empty: object) -> float:
    """The mean of nothing: any number, NaN and infinity too."""
    if not isinstance(empty, Real):
        raise TypeError(f"empty must be a number, the mean of no samples, got {empty!r}")
    try:
        return float(empty)
    except OverflowError:
        return math.copysign(math.inf, int(empty))  # type: ignore[call-overload]


def checked_flag(name: str, flag: object) -> bool:
    """The value of option `name`, True or False."""
    if isinstance(flag, bool | np.bool_):
        return bool(flag)
    raise TypeError(f"{name} must be True or False, got {flag!r}")


def checked_ignore_index(index: Any) -> int | None:
    """The label of a sample that is left out."""
    if index is None:
        return None
    try:
        return operator.index(index)
    except TypeError:
        raise TypeError(f"ignore_index must be an int, a label, or None, got {index!r}") from None


def checked_class_axis(axis: Any, ndim: int, names: tuple[str, ...]) -> int:
    """The axis of the classes, counted from the last: -1 or less."""
    try:
        number = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an int, the axis of the classes, got {axis!r}") from None
    if number == -1 and ndim:
        return -1
    if ndim == 0:
        raise AxisError(f"{' and '.join(names)} must have an axis of classes, got a single number")
    return checked_axes(number, ndim, names)[0] - ndim
