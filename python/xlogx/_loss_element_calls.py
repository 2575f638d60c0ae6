"""Each loss of elements: its arguments, and what is refused of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlogx._argument import Name
from xlogx._loss_elements import Elements, negative, no_variance, outside_unit
from xlogx._loss_options import DEFAULTS, checked_flag
from xlogx._options import completed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_PREDICTION, _MEAN, _LOG_RATE = Name("prediction", "numbers"), Name("mean", "numbers"), Name("log_rate", "numbers")
_LOGITS, _PROBS = Name("logits", "logits"), Name("probs", "probabilities")
_TARGET, _TRUTH = Name("target", "numbers"), Name("target", "probabilities")
_VARIANCE, _POS_WEIGHT = Name("variance", "numbers"), Name("pos_weight", "weights")

_PROBABILITY = outside_unit, "a probability from 0 to 1"
_NOT_NEGATIVE = negative, "non-negative"


def _completed(function: str, options: Mapping[str, Any], kind: type[Any], with_grad: bool) -> Any:
    return completed(function + "_with_grad" * with_grad, options, kind, DEFAULTS)


def bernoulli(
    probs: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The binary cross-entropy of probabilities."""
    given = _completed("binary_cross_entropy", options, kind, with_grad)
    check = float(checked_flag("check", given["check"]))
    refused = {_PROBS: _PROBABILITY, _TRUTH: _PROBABILITY}
    data = {_PROBS: probs, _TRUTH: target}
    return Elements("binary_cross_entropy", data, refused, check, given).result(with_grad)


def bernoulli_of_logits(
    logits: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The binary cross-entropy of logits."""
    given = _completed("binary_cross_entropy_with_logits", options, kind, with_grad)
    check = float(checked_flag("check", given["check"]))
    data = {_LOGITS: logits, _TRUTH: target, _POS_WEIGHT: given["pos_weight"]}
    return Elements("binary_cross_entropy_with_logits", data, {_TRUTH: _PROBABILITY}, check, given).result(with_grad)


def gaussian(
    mean: ArrayLike,
    target: ArrayLike,
    variance: ArrayLike,
    options: Mapping[str, Any],
    kind: type[Any],
    with_grad: bool,
) -> tuple[Any, Any]:
    """The negative log-likelihood of a normal distribution."""
    given = _completed("gaussian_nll", options, kind, with_grad)
    data = {_MEAN: mean, _TARGET: target, _VARIANCE: variance}
    refused = {_VARIANCE: (no_variance, "above 0 and finite")}
    return Elements("gaussian_nll", data, refused, 0.0, given).result(with_grad)


def poisson(
    log_rate: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The negative log-likelihood of a Poisson distribution."""
    given = _completed("poisson_nll", options, kind, with_grad)
    full = float(checked_flag("full", given["full"]))
    data = {_LOG_RATE: log_rate, _TARGET: target}
    if checked_flag("log_input", given["log_input"]):
        return Elements("poisson_nll", data, {_TARGET: _NOT_NEGATIVE}, full, given).result(with_grad)
    refused = {_LOG_RATE: (negative, "non-negative, a rate, with log_input=False"), _TARGET: _NOT_NEGATIVE}
    return Elements("poisson_nll_of_rate", data, refused, full, given).result(with_grad)


def squared(
    prediction: ArrayLike, target: ArrayLike, options: Mapping[str, Any], kind: type[Any], with_grad: bool
) -> tuple[Any, Any]:
    """The squared error."""
    given = _completed("mean_squared_error", options, kind, with_grad)
    data = {_PREDICTION: prediction, _TARGET: target}
    return Elements("squared_error", data, {}, 0.0, given).result(with_grad)
