"""Errors in ulp, against mpmath: one easy and one hard case for each measure and dtype."""

from __future__ import annotations

import numpy as np
from peers import Array, Form

from xlogx._demo import exact

EASY, HARD = "easy", "hard"


def case(measure: str, dtype: type[np.floating], difficulty: str) -> tuple[Array, Array]:
    """
    Return p and q.

    Easy: 1000 unrelated random weights. Hard: for KL and JS 1000 weights that differ relatively by 1e-9 (float64) or
    1e-4 (float32); for entropy and cross-entropy a row in which one weight has all but 1e-9 (1e-5) of the total.
    """
    rng = np.random.default_rng(11)
    p, q = rng.random((2, 1000))
    single = dtype is np.float32
    if difficulty == HARD and measure in ("kl_divergence", "js_distance"):
        q = p * (1 + (1e-4 if single else 1e-9) * rng.standard_normal(1000))
    elif difficulty == HARD:
        tail = 1e-5 if single else 1e-9
        p, q = np.array([1 - tail, tail / 3, 2 * tail / 3]), np.array([1 - 2 * tail, tail, tail])
    return (p / p.sum()).astype(dtype), (q / q.sum()).astype(dtype)


def ulps(measure: str, form: Form, dtype: type[np.floating], difficulty: str) -> float:
    """Return the error of `form` in units in the last place of `dtype`; inf for nan."""
    p, q = case(measure, dtype, difficulty)
    truth = exact.entropy(p) if measure == "entropy" else getattr(exact, measure)(p, q)
    with np.errstate(invalid="ignore"):
        return exact.ulp_error(dtype(form(p, q, -1)), truth)
