"""Losses of classes, from what the user gives to what a backend takes, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._class_rows import PIECE, at_least_one, row_places, rows_of
from xlogx._loss_gradients import Gradient
from xlogx._loss_options import DEFAULTS, checked_class_axis, checked_number
from xlogx._loss_quick import quick_cross_entropy
from xlogx._loss_samples import Samples, at_least_1d, refuse_masks
from xlogx._loss_sparse import run_sparse_distillation, sparse_teacher
from xlogx._loss_targets import Target
from xlogx._options import checked_temperature, completed
from xlogx._sparse_reference import is_sparse, refuse_tail

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place

LOGITS, STUDENT, TEACHER = Name("logits", "logits"), Name("student", "logits"), Name("teacher", "logits")


class LogitLoss:
    """Logits as the user gave them, the class axis last in `rows`, and the samples that they are of."""

    __slots__ = ("argument", "axis", "given", "rows", "samples", "temperature", "value")

    def __init__(self, name: Name, value: ArrayLike, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
        self.given = given
        self.temperature = checked_temperature(given["temperature"])
        self.value = value
        self.argument, self.axis = prediction(name, value, given["axis"], names)
        rows = rows_of(self.argument.array, self.axis)
        self.samples = Samples(rows.shape[:-1], given)
        self.rows = at_least_one(rows)

    def gradient(self, with_grad: bool) -> Gradient | None:
        """Where the gradient goes; None if there is to be none."""
        if not with_grad:
            return None
        return gradient_of(self.argument, self.value, self.axis, self.given, self.samples)

    def run(
        self,
        loss: str,
        losses: NDArray[np.float64],
        target: Target | Argument | None,
        factors: NDArray[np.float64] | None,
        gradient: Gradient | None,
    ) -> None:
        """Write the loss of every sample to `losses`, and the gradient, times its factor, to its place."""
        losses = at_least_1d(losses)
        factors = None if factors is None else at_least_1d(factors)
        for place in self._places(target, gradient):
            grad = None if gradient is None else gradient.buffer(place)
            other, labels, label_weight, other_bits = self._target(target, place)
            _backend.core.class_losses(
                loss,
                self.rows[place],
                other,
                labels,
                label_weight,
                self.temperature,
                self.samples.narrow,
                losses[place],
                None if factors is None else factors[place],
                grad,
                self.samples.threads,
                (self.argument.bfloat16, other_bits),
            )
            if gradient is not None and grad is not None:
                gradient.put(place, grad)

    def _places(self, target: Target | Argument | None, gradient: Gradient | None) -> list[Place]:
        """The parts in which the samples are gone over: one, unless something has to be made for each."""
        samples = self.rows.shape[:-1]
        if isinstance(target, Target) and not target.is_plain:
            return row_places(samples, self.rows.shape[-1], PIECE)
        return [()] if gradient is None else gradient.places(samples, self.samples.threads)

    def _target(
        self, target: Target | Argument | None, place: Place
    ) -> tuple[NDArray[Any] | None, NDArray[np.int64] | None, NDArray[np.float64] | None, bool]:
        """What stands for the target in a call of a backend, and whether it is bits of bfloat16."""
        if target is None:
            return None, None, None, False
        shape = self.rows.shape
        if isinstance(target, Argument):
            return np.broadcast_to(rows_of(target.array, self.axis), shape)[place], None, None, target.bfloat16
        if not target.is_plain:
            return target.coefficients(shape, place), None, None, False
        rows, bits = target.rows(shape)
        labels, weight = target.labels, target.coefficient_of_label
        return (
            None if rows is None else rows[place],
            None if labels is None else labels[place],
            None if weight is None else weight[place],
            bits,
        )


def prediction(name: Name, value: ArrayLike, axis: Any, names: tuple[str, ...]) -> tuple[Argument, int]:
    """What is predicted, and the axis of its classes, counted from the last."""
    argument = Argument(name, value)
    refuse_masks(argument)
    axis = checked_class_axis(axis, argument.array.ndim, names)
    if argument.array.shape[axis] == 0:
        raise ValueError(
            f"{name} must have at least one class, but axis {axis} of shape {argument.array.shape} has length 0"
        )
    return argument, axis


def settle(samples: Samples, argument: Argument, target: Target | None, given: Mapping[str, Any]) -> None:
    """Settle the result's dtype: labels have no say in it."""
    if target is None:
        samples.settle([argument], given)
    elif target.labels is None:
        samples.settle([argument, target.argument], given)
    else:
        samples.settle([argument], given, target.argument)


def gradient_of(
    argument: Argument, value: ArrayLike, axis: int, given: Mapping[str, Any], samples: Samples
) -> Gradient:
    """Where the gradient with respect to a prediction goes."""
    return Gradient(argument, value, axis, given["grad_out"], samples.memory)


def loss_of_logits(
    loss: str, logits: ArrayLike, target: ArrayLike | None, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The cross-entropy, the divergence, or the entropy, which has no target; and its gradient or None."""
    if loss == "cross_entropy" and not options:
        found = quick_cross_entropy(logits, target, with_grad)
        if found is not None:
            return found
    given = completed(loss + "_with_grad" * with_grad, options, kind, DEFAULTS)
    call = LogitLoss(LOGITS, logits, given, ("logits",))
    samples, goal = call.samples, None
    if target is not None:
        goal = Target(call.argument, target, call.axis, given, samples)
    settle(samples, call.argument, goal, given)
    gradient = call.gradient(with_grad)
    denominator = samples.denominator(None if goal is None else goal.label_weight)
    losses = np.empty(samples.shape)
    factors = None if gradient is None else samples.factors(denominator)
    call.run(loss, losses, goal, factors, gradient)
    return samples.reduced(losses, denominator), gradient and gradient.result


def distilled(
    student: ArrayLike, teacher: Any, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """T² times the divergence of the student from the teacher."""
    given = completed("distillation" + "_with_grad" * with_grad, options, kind, DEFAULTS)
    # The square is in range, and with a rounding or two as good as exact.
    checked_number("temperature", checked_temperature(given["temperature"]), 1e-150, 1e150)
    call = LogitLoss(STUDENT, student, given, ("student",))
    samples = call.samples
    few = sparse_teacher(call, teacher) if is_sparse(teacher, call.argument.array) else None
    if few is not None:
        samples.settle([call.argument, few.log_probs], given, few.classes)
    else:
        refuse_tail(TEACHER, options)
        other = Argument(TEACHER, teacher)
        refuse_masks(other)
        shape = call.argument.array.shape
        if other.array.shape != shape:
            raise ValueError(f"teacher must have the shape {shape} of student, got shape {other.array.shape}")
        samples.settle([call.argument, other], given)
    gradient = call.gradient(with_grad)
    denominator = samples.denominator()
    square = call.temperature * call.temperature
    losses = np.empty(samples.shape)
    factors = None if gradient is None else samples.factors(denominator, square)
    if few is not None:
        run_sparse_distillation(call, few, losses, factors, gradient)
    else:
        call.run("distillation", losses, other, factors, gradient)
    with np.errstate(all="ignore"):
        losses *= square
    return samples.reduced(losses, denominator), gradient and gradient.result


def perplexity_of(logits: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any]) -> Any:
    """The exponential of the mean cross-entropy."""
    given = completed("perplexity", options, kind, DEFAULTS)
    samples, total, denominator = _total_cross_entropy(logits, target, given)
    if not denominator:
        return samples.finished(total, denominator)
    return samples.finished(_backend.core.exponential(total / denominator), 1.0)


def bits_of(logits: ArrayLike, target: ArrayLike, n_bytes: object, options: Mapping[str, Any], kind: type[Any]) -> Any:
    """The sum of the cross-entropies in bits, for each of `n_bytes`."""
    given = completed("bits_per_byte", options, kind, DEFAULTS) | {"reduction": "sum"}
    if isinstance(n_bytes, Real) and n_bytes <= 0:
        raise ValueError(f"n_bytes must be above 0, got {n_bytes!r}: bits per byte are over the bytes of the text")
    number = checked_number("n_bytes", n_bytes, 0.0)
    samples, total, _ = _total_cross_entropy(logits, target, given)
    return samples.finished(total / (number * math.log(2)), 1.0)


def _total_cross_entropy(
    logits: ArrayLike, target: ArrayLike, given: Mapping[str, Any]
) -> tuple[Samples, float, float]:
    call = LogitLoss(LOGITS, logits, given, ("logits",))
    samples = call.samples
    goal = Target(call.argument, target, call.axis, given, samples)
    settle(samples, call.argument, goal, given)
    losses = np.empty(samples.shape)
    call.run("cross_entropy", losses, goal, None, None)
    return samples, samples.total(losses, samples.weight), samples.denominator()
