"""Losses of single elements: a call of the backend in use, and arguments for each of them."""

import functools
from typing import NamedTuple

import numpy as np

from xlogx import _backend
from xlogx._verify_cases import fractions

LOSSES = (
    "value",
    "squared_error",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "gaussian_nll",
    "poisson_nll",
    "poisson_nll_of_rate",
    "negative_log",
    "focal",
)
OF_ONE = ("value", "negative_log", "focal")
OF_THREE = ("binary_cross_entropy_with_logits", "gaussian_nll")


class Answer(NamedTuple):
    """What a call gives: the sum, the losses and the gradient."""

    total: float | None
    losses: np.ndarray
    gradient: np.ndarray


def answer(
    loss,
    x,
    target=None,
    other=None,
    *,
    weight=None,
    where=None,
    parameter=0.0,
    narrow=False,
    scale=1.0,
    grad=np.float64,
    threads=1,
    **options,
):
    """Call the backend in use."""
    arrays = [None if some is None else np.asarray(some) for some in (x, target, other, weight, where)]
    out, gradient = np.empty(arrays[0].shape), np.empty(arrays[0].shape, grad)
    core = _backend.core.elementwise_losses
    total = core(loss, *arrays, parameter, narrow, out, scale, gradient, threads, **options)
    return Answer(total, out, gradient)


@functools.cache
def case(loss, n, dtype=np.float64):
    """The arguments of a loss, and its parameter: easy ones, and those next to the ends of their ranges."""
    u, v, w = (fractions((n,), seed) for seed in (1, 2, 3))
    # Powers of two down to the least that there is, in an order of their own.
    tiny = np.ldexp(0.5 + v / 2, -(np.arange(n) * 7 % (1074 if dtype is np.float64 else 149)))
    small = np.where(w < 0.5, u, tiny)
    target = np.where(w < 0.2, 0.0, np.where(w > 0.8, 1.0, np.roll(small, 1)))
    signed, counts = 6 * u - 3, np.floor(30 * v)
    magnitude = np.where(w < 0.7, 1.0, np.exp(8 * v - 3))
    arguments = {
        "value": (signed,),
        "squared_error": (signed, 6 * v - 3),
        "binary_cross_entropy": (np.where(v < 0.5, small, 1 - small), target),
        "binary_cross_entropy_with_logits": (signed * magnitude, target, 3 * v),
        "gaussian_nll": (signed, signed + (2 * v - 1) * magnitude, np.where(w < 0.5, 0.5 + u, tiny)),
        "poisson_nll": (signed * magnitude, counts),
        "poisson_nll_of_rate": (np.exp(3 * signed), counts),
        "negative_log": (np.where(v < 0.5, small, 1 - small),),
        "focal": (np.where(w < 0.5, np.exp(2 * signed), np.minimum(300 * tiny, 80.0)),),
    }[loss]
    rounded = [np.asarray(some, dtype) for some in arguments]
    for some in rounded:
        some.flags.writeable = False
    return rounded, {"focal": 2.0, "value": 0.0, "squared_error": 0.0}.get(loss, 1.0)
