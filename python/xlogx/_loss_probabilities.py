"""Losses of classes whose prediction is probabilities: the cross-entropy and the Brier score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Name
from xlogx._class_rows import PIECE, at_least_one, row_places, rows_of
from xlogx._loss_calls import gradient_of, prediction, settle
from xlogx._loss_gradients import Gradient
from xlogx._loss_options import DEFAULTS, checked_flag
from xlogx._loss_samples import Samples
from xlogx._loss_targets import Target, are_distributions, check_probabilities
from xlogx._options import completed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place

PROBS = Name("probs", "probabilities")


class ProbabilityLoss:
    """Predicted probabilities, their target, and where the results go."""

    __slots__ = ("argument", "denominator", "factors", "gradient", "logarithms", "losses", "rows", "samples", "target")

    def __init__(
        self,
        function: str,
        probs: ArrayLike,
        target: ArrayLike,
        options: Mapping[str, Any],
        kind: type[Any],
        with_grad: bool,
    ) -> None:
        given = completed(function + "_with_grad" * with_grad, options, kind, DEFAULTS)
        self.argument, axis = prediction(PROBS, probs, given["axis"], ("probs",))
        rows = rows_of(self.argument.array, axis)
        self.samples = Samples(rows.shape[:-1], given)
        self.rows = at_least_one(rows)
        self.target = Target(self.argument, target, axis, given, self.samples)
        self.losses = np.empty(self.rows.shape[:-1])
        # Are the losses minus the logarithms of the labels' probabilities by now?
        self.logarithms = False
        labels = self.target.labels
        if checked_flag("check", given["check"]):
            if function == "log_loss" and labels is not None and self.samples.seen is None:
                threads = self.samples.threads
                self.logarithms = are_distributions(self.argument, self.rows, labels, self.losses, threads)
            if not self.logarithms:
                other = self.target.argument if labels is None else None
                check_probabilities(self.argument, self.argument.array.shape, axis, self.samples, other)
        settle(self.samples, self.argument, self.target, given)
        self.gradient: Gradient | None = None
        if with_grad:
            self.gradient = gradient_of(self.argument, probs, axis, given, self.samples)
        self.denominator = self.samples.denominator(self.target.label_weight)
        self.factors = self.samples.factors(self.denominator).reshape(self.losses.shape) if with_grad else None

    def places(self) -> list[Place]:
        """Parts of the samples for which something is made in memory of its own."""
        return row_places(self.losses.shape, self.rows.shape[-1], PIECE)

    def predicted(self, place: Place) -> NDArray[Any]:
        return self.argument.numbers(self.rows[place])

    def add_up(self, measure: str, p: NDArray[Any], q: NDArray[Any] | None, place: Place) -> None:
        """Write a raw sum over each row, NaN where a number is no weight, to the losses of some samples."""
        losses = np.empty(p.shape[:-1])
        special: tuple[Any, ...] = (), False, True
        _backend.core.reduce(measure, p, q, 1, None, False, 0.0, losses, self.samples.threads, *special)
        self.losses[place] = losses

    def write_gradient(self, place: Place, values: NDArray[np.float64]) -> None:
        """Write the derivatives of each row's loss, times the row's factor: 0 where that is 0, whatever they are."""
        if self.gradient is None or self.factors is None:
            return
        factors = self.factors[place][..., None]
        values *= factors
        values[np.broadcast_to(factors == 0, values.shape)] = 0.0
        self.gradient.rows[place] = values

    def result(self) -> tuple[Any, Any]:
        """The loss, and its gradient or None."""
        value = self.samples.reduced(self.losses.reshape(self.samples.shape), self.denominator)
        return value, self.gradient and self.gradient.result


def log_loss_of(
    probs: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The cross-entropy of probabilities."""
    call = ProbabilityLoss("log_loss", probs, target, options, kind, with_grad)
    labels = call.target.labels if call.target.is_unsmoothed else None
    with np.errstate(all="ignore"):
        if labels is not None and not call.logarithms:
            _log_loss_of_labels(call, labels)
        elif labels is not None and (weight := call.target.coefficient_of_label) is not None:
            # A class without weight adds nothing, however wrong it is.
            call.losses[...] = np.where(weight != 0, call.losses * weight, 0.0)
        for place in call.places() if with_grad or labels is None else []:
            c, p = call.target.coefficients(call.rows.shape, place), call.predicted(place)
            if labels is None:
                call.add_up("cross_entropy", c, p, place)
            if with_grad:
                # -c / p, and 0 where c is, whatever p is.
                call.write_gradient(place, np.divide(-c, p, out=np.zeros(c.shape), where=c != 0))
    return call.result()


def _log_loss_of_labels(call: ProbabilityLoss, labels: NDArray[np.int64]) -> None:
    """Minus the logarithm of the probability of each label, times the weight of its class."""
    chosen = np.empty(labels.shape)
    for place in row_places(labels.shape, 1, PIECE):
        here = np.maximum(labels[place], 0)[..., None]
        chosen[place] = call.argument.numbers(np.take_along_axis(call.rows[place], here, -1))[..., 0]
    weight, counted = call.target.coefficient_of_label, labels >= 0
    if weight is not None:
        # A class without weight adds nothing, however wrong it is.
        counted &= weight != 0
    _backend.core.elementwise_losses(
        "negative_log",
        chosen,
        None,
        None,
        weight,
        counted,
        0.0,
        False,
        call.losses,
        1.0,
        None,
        call.samples.threads,
    )


def brier_score_of(
    probs: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The squared distance of the probabilities from the target."""
    call = ProbabilityLoss("brier_score", probs, target, options, kind, with_grad)
    with np.errstate(all="ignore"):
        for place in call.places():
            difference = call.predicted(place) - call.target.coefficients(call.rows.shape, place)
            call.add_up("total", difference * difference, None, place)
            if with_grad:
                call.write_gradient(place, 2.0 * difference)
    return call.result()
