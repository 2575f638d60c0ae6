"""The loss of a student whose teacher is known by a few classes of each row, and its gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xlogx import _backend
from xlogx._class_rows import PIECE, row_places
from xlogx._loss_samples import at_least_1d
from xlogx._sparse_reference import ComparedRows, SparseReference

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place
    from xlogx._loss_calls import LogitLoss
    from xlogx._loss_gradients import Gradient


def sparse_teacher(call: LogitLoss, teacher: tuple[ArrayLike, ArrayLike]) -> SparseReference:
    """The teacher of a call's student, checked where its samples are seen."""
    found = SparseReference("teacher", teacher, call.argument, call.axis, call.given["tail"])
    if found.outer != call.samples.shape:
        raise ValueError(
            f"teacher must have a row for each row of student, of shape {call.argument.array.shape} but for the classes "
            f"along axis {call.axis}, got shape {found.classes.array.shape}"
        )
    found.check(call.samples.seen)
    return found


def run_sparse_distillation(
    call: LogitLoss,
    teacher: SparseReference,
    losses: NDArray[np.float64],
    factors: NDArray[np.float64] | None,
    gradient: Gradient | None,
) -> None:
    """Write the divergence of every sample to `losses`, and its gradient, times its factor, to its place."""
    losses = at_least_1d(losses)
    # The rows that are compared are divided by the temperature.
    slope_factors = None if factors is None else at_least_1d(factors / call.temperature)
    for place in row_places(losses.shape, call.rows.shape[-1], PIECE):
        few = teacher.compared(call.argument, call.rows, place, call.temperature)
        slopes = None if gradient is None else np.empty(few.model.shape)
        _backend.core.class_losses(
            "distillation",
            few.model,
            few.reference,
            None,
            None,
            1.0,
            False,
            losses[place],
            None if slope_factors is None else slope_factors[place],
            slopes,
            call.samples.threads,
        )
        if gradient is not None and slopes is not None:
            grad = gradient.buffer(place)
            with np.errstate(all="ignore"):
                grad[...] = _spread(call, few, slopes, place)
            gradient.put(place, grad)


def _spread(call: LogitLoss, few: ComparedRows, slopes: NDArray[np.float64], place: Place) -> NDArray[np.float64]:
    """The gradient of all classes: that of the others' sum is theirs in the proportions of their softmax."""
    z = call.rows[place]
    grad = np.zeros(z.shape)
    if few.others is not None:
        masks, slope = [(few.others, False)], slopes[..., -1:]
        _backend.core.map_logits(
            "softmax", z, 1, None, call.temperature, grad, call.samples.threads, masks, False, call.argument.bfloat16
        )
        # A slope of 0 is 0 for each of them, also where they have no softmax.
        grad = np.where(slope == 0, 0.0, slope * grad)
    np.put_along_axis(grad, few.classes, slopes[..., : few.classes.shape[-1]], axis=-1)
    return grad
