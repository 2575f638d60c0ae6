"""The focal loss, a function of each class's surprisal h = -log p, and so is its gradient.

A sample's loss is the sum of w f(h) over its classes, f(h) = (1 - e^-h)^γ h, with w = t α: of a label's class alone.
Its gradient is that of a cross-entropy with the coefficients w f'(h).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Name
from xlogx._class_rows import PIECE, row_places
from xlogx._loss_calls import LOGITS, LogitLoss, settle
from xlogx._loss_options import DEFAULTS, checked_number
from xlogx._loss_samples import at_least_1d
from xlogx._loss_targets import Target, class_weights_or_number
from xlogx._options import completed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._loss_gradients import Gradient

_ALPHA = Name("alpha", "weights")


def focal_loss(
    logits: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The focal loss, and its gradient or None."""
    given = completed("focal" + "_with_grad" * with_grad, options, kind, DEFAULTS)
    gamma = checked_number("gamma", given["gamma"], 0.0)
    call = LogitLoss(LOGITS, logits, given, ("logits",))
    samples = call.samples
    goal = Target(call.argument, target, call.axis, given, samples)
    alpha = None
    if given["alpha"] is not None:
        alpha = class_weights_or_number(_ALPHA, given["alpha"], goal.classes, samples)
    settle(samples, call.argument, goal, given)
    gradient = call.gradient(with_grad)
    denominator = samples.denominator()
    losses = np.empty(samples.shape)
    factors = None if gradient is None else samples.factors(denominator)
    if goal.labels is None:
        _of_rows(call, goal, alpha, gamma, at_least_1d(losses), factors, gradient)
    else:
        _of_labels(call, goal, None if alpha is None else alpha[goal.labels], gamma, losses, factors, gradient)
    return samples.reduced(losses, denominator), gradient and gradient.result


def _of_labels(
    call: LogitLoss,
    goal: Target,
    alpha: NDArray[np.float64] | None,
    gamma: float,
    losses: NDArray[np.float64],
    factors: NDArray[np.float64] | None,
    gradient: Gradient | None,
) -> None:
    """The surprisal of a label is its cross-entropy."""
    surprisal = np.empty(call.samples.shape)
    call.run("cross_entropy", surprisal, goal, None, None)
    surprisal = call.samples.of_counted(surprisal)
    slopes = None if gradient is None else np.empty(call.samples.shape)
    _focus(surprisal, alpha, gamma, losses, slopes, call.samples.threads)
    if slopes is not None and factors is not None:
        with np.errstate(all="ignore"):
            slopes = call.samples.of_counted(slopes * factors)
        call.run("cross_entropy", surprisal, goal, slopes, gradient)


def _of_rows(
    call: LogitLoss,
    goal: Target,
    alpha: NDArray[np.float64] | None,
    gamma: float,
    losses: NDArray[np.float64],
    factors: NDArray[np.float64] | None,
    gradient: Gradient | None,
) -> None:
    """The surprisals of all classes, of some samples at a time."""
    core, threads, bfloat16 = _backend.core, call.samples.threads, call.argument.bfloat16
    factors = None if factors is None else at_least_1d(factors)
    for place in row_places(losses.shape, goal.classes, PIECE):
        z, weight = call.rows[place], goal.coefficients(call.rows.shape, place)
        if alpha is not None:
            weight *= alpha
        surprisal, focal = np.empty(z.shape), np.empty(z.shape)
        core.map_logits("log_softmax", z, 1, None, call.temperature, surprisal, threads, (), False, bfloat16)
        np.negative(surprisal, out=surprisal)
        slopes = None if gradient is None else np.empty(z.shape)
        _focus(surprisal, weight, gamma, focal, slopes, threads)
        total = np.empty(z.shape[:-1])
        # NaN where a number is no weight: of these, what is infinite is known.
        core.reduce("total", focal, None, 1, None, False, 0.0, total, threads, (), False, True)
        total[np.isinf(focal).any(axis=-1)] = np.inf
        # A row that is no distribution has no surprisals.
        total[np.isnan(surprisal).all(axis=-1)] = np.nan
        losses[place] = total
        if gradient is None or factors is None:
            continue
        grad = gradient.buffer(place)
        one = "cross_entropy", z, slopes, None, None, call.temperature, call.samples.narrow
        core.class_losses(*one, total, factors[place], grad, threads, (bfloat16, False))
        gradient.put(place, grad)


def _focus(
    surprisal: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    gamma: float,
    losses: NDArray[np.float64],
    slopes: NDArray[np.float64] | None,
    threads: int,
) -> None:
    """Write w f(h) and its derivative by h; what weighs nothing adds nothing, however surprising it is."""
    _backend.core.elementwise_losses(
        "focal",
        at_least_1d(surprisal),
        None,
        None,
        None if weight is None else at_least_1d(weight),
        None if weight is None else at_least_1d(weight) != 0,
        gamma,
        False,
        at_least_1d(losses),
        1.0,
        None if slopes is None else at_least_1d(slopes),
        threads,
    )
