"""The quick path of the most common call of a loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from xlogx import _backend
from xlogx._threads import get_num_threads

_USUAL = (np.dtype(np.float32), np.dtype(np.float64))


def quick_cross_entropy(logits: Any, target: Any, with_grad: bool) -> tuple[Any, Any] | None:
    """The mean cross-entropy of rows of float logits and int64 labels, without options, and its gradient or None.

    The calls of the backend are those of the long way, and so are the bits. None, and no answer, where something is not
    as usual.
    """
    if type(logits) is not np.ndarray or type(target) is not np.ndarray:
        return None
    dtype = logits.dtype
    if logits.ndim != 2 or dtype not in _USUAL or target.dtype != np.int64 or not target.flags.c_contiguous:
        return None
    samples, classes = logits.shape
    # A negative label is a large one without its sign.
    if target.shape != (samples,) or not logits.size or int(target.view(np.uint64).max()) >= classes:
        return None
    narrow, threads, core = dtype.itemsize == 4, get_num_threads(), _backend.core
    losses, grad, factors = np.empty(samples), None, None
    if with_grad:
        grad, factors = np.empty(logits.shape, dtype), np.full(samples, 1.0 / samples)
    core.class_losses("cross_entropy", logits, None, target, None, 1.0, narrow, losses, factors, grad, threads)
    total = core.elementwise_losses("value", losses, None, None, None, None, 0.0, False, None, 1.0, None, threads)
    mean = (math.nan if total is None else total) / samples
    if not narrow:
        return np.float64(mean), grad
    if abs(mean) > 1e38:
        # Beyond float32 a cast would warn.
        with np.errstate(all="ignore"):
            return np.float32(mean), grad
    return np.float32(mean), grad
