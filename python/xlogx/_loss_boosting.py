"""What boosting asks a loss for: the gradient of the cross-entropy, and the diagonal of its Hessian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument
from xlogx._class_rows import PIECE, row_places
from xlogx._loss_calls import LOGITS, prediction
from xlogx._loss_gradients import dtype_of_gradient
from xlogx._loss_options import DEFAULTS, HESSIANS, ORDERS, BoostingOptions
from xlogx._loss_samples import Samples
from xlogx._loss_targets import Target
from xlogx._options import checked_choice, completed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def gradient_and_hessian(
    logits: ArrayLike, target: ArrayLike, options: Mapping[str, Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """The gradient p - y of every sample's loss, and a multiple of p (1 - p), both times the sample's weight."""
    given = completed("softmax_grad_hess", options, BoostingOptions, DEFAULTS)
    hessian = checked_choice("hessian", given["hessian"], HESSIANS)
    order: Any = checked_choice("order", given["order"], ORDERS)
    argument, axis = prediction(LOGITS, logits, -1, ("logits",))
    shape = argument.array.shape
    if len(shape) != 2:
        raise ValueError(f"logits must have the shape (samples, classes), got shape {shape}")
    classes = shape[1]
    if hessian == "lightgbm" and classes < 2:
        raise ValueError(f"hessian='lightgbm' is for two classes or more, got logits of shape {shape}")
    multiple = {"exact": 1.0, "xgboost": 2.0}.get(str(hessian)) or classes / (classes - 1)
    samples = Samples(shape[:1], given)
    goal = Target(argument, target, axis, given, samples)
    samples.settle([argument], given)
    dtype = dtype_of_gradient(argument, logits).newbyteorder("=")
    gradient, curvature = (np.empty(shape, dtype, order) for _ in range(2))
    weights = samples.factors(1.0)[:, None]
    with np.errstate(all="ignore"):
        for place in row_places(samples.shape, classes, PIECE):
            slope, spread = _of_piece(argument, goal, place, samples.threads)
            gradient[place] = slope * weights[place]
            curvature[place] = spread * multiple * weights[place]
    return gradient, curvature


def _of_piece(
    argument: Argument, goal: Target, place: tuple[slice, ...], threads: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of some samples p - t and p (1 - p).

    Taken as the label, the class with the largest logit gets p - 1 to the last digit, where 1 - p would have lost them.
    """
    z = argument.array[place]
    rows = np.arange(z.shape[0])
    top = np.ascontiguousarray(argument.numbers(z).argmax(axis=-1), np.int64)
    slope = np.empty(z.shape)
    _backend.core.class_losses(
        "cross_entropy",
        z,
        None,
        top,
        None,
        1.0,
        False,
        np.empty(rows.size),
        np.ones(rows.size),
        slope,
        threads,
        (argument.bfloat16, False),
    )
    size = np.abs(slope)
    spread = size * (1.0 - size)
    t = goal.coefficients(argument.array.shape, place)
    # p - t of the largest is (p - 1) + (1 - t).
    t[rows, top] -= 1.0
    slope -= t
    return slope, spread
