"""The peers of `xlogx.logits`: SciPy's functions, and the expressions that one writes with NumPy."""

from __future__ import annotations

import numpy as np
from peers import Array, Form, Forms, optional

import xlogx

LOGIT_MEASURES = ("logits.entropy", "logits.kl_divergence", "logits.logsumexp", "logits.softmax", "logits.log_softmax")


def takes_one(measure: str) -> bool:
    """Say whether a measure has no use for a second argument."""
    return measure == "entropy" or (measure in LOGIT_MEASURES and measure != "logits.kl_divergence")


def peers_of_logits() -> dict[str, Forms]:
    """Return the forms of xlogx and of every peer that is installed: peer, measure, name of the form."""
    found: dict[str, Forms] = {
        "xlogx": {measure: {f"xlogx.{measure}": _ours(measure)} for measure in LOGIT_MEASURES},
        "NumPy": _numpy(),
    }
    if optional("scipy"):
        found["SciPy"] = _scipy()
    return found


def _ours(measure: str) -> Form:
    function = getattr(xlogx.logits, measure.removeprefix("logits."))
    if takes_one(measure):
        return lambda z, w, axis: function(z, axis=axis)
    return lambda z, w, axis: function(z, w, axis=axis)


def _numpy() -> Forms:
    def apart(z: Array, axis: int) -> tuple[Array, Array, Array]:
        """Return the distances from the largest, their exponentials, and the total of these."""
        d = z - z.max(axis, keepdims=True)
        e = np.exp(d)
        return d, e, e.sum(axis, keepdims=True)

    def log_softmax(z: Array, axis: int) -> Array:
        d, _, total = apart(z, axis)
        return d - np.log(total)

    def softmax(z: Array, axis: int) -> Array:
        _, e, total = apart(z, axis)
        return e / total

    def logsumexp(z: Array, axis: int) -> object:
        top = z.max(axis, keepdims=True)
        return (top + np.log(np.exp(z - top).sum(axis, keepdims=True))).squeeze(axis)

    def entropy(z: Array, axis: int) -> object:
        d, e, total = apart(z, axis)
        return np.log(total).squeeze(axis) - (e * d).sum(axis) / total.squeeze(axis)

    def kl(z: Array, w: Array, axis: int) -> object:
        log_p = log_softmax(z, axis)
        return (np.exp(log_p) * (log_p - log_softmax(w, axis))).sum(axis)

    return {
        "logits.entropy": {"expression": lambda z, w, axis: entropy(z, axis)},
        "logits.kl_divergence": {"expression": kl},
        "logits.logsumexp": {"expression": lambda z, w, axis: logsumexp(z, axis)},
        "logits.softmax": {"expression": lambda z, w, axis: softmax(z, axis)},
        "logits.log_softmax": {"expression": lambda z, w, axis: log_softmax(z, axis)},
    }


def _scipy() -> Forms:
    from scipy.special import log_softmax, logsumexp, softmax
    from scipy.stats import entropy

    return {
        "logits.entropy": {"stats.entropy of special.softmax": lambda z, w, axis: entropy(softmax(z, axis), axis=axis)},
        "logits.kl_divergence": {
            "stats.entropy of special.softmax": lambda z, w, axis: entropy(
                softmax(z, axis), softmax(w, axis), axis=axis
            ),
        },
        "logits.logsumexp": {"special.logsumexp": lambda z, w, axis: logsumexp(z, axis)},
        "logits.softmax": {"special.softmax": lambda z, w, axis: softmax(z, axis)},
        "logits.log_softmax": {"special.log_softmax": lambda z, w, axis: log_softmax(z, axis)},
    }
