"""Errors in ulp, against mpmath: one easy and one hard case for each measure and dtype."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from logit_peers import LOGIT_MEASURES, takes_one
from peers import Array, Form

from xlogx._demo import exact

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import exact_logits

EASY, HARD = "easy", "hard"


def case(measure: str, dtype: type[np.floating], difficulty: str) -> tuple[Array, Array]:
    """
    Return p and q.

    Easy: 1000 unrelated random weights. Hard: for KL and JS 1000 weights that differ relatively by 1e-9 (float64) or
    1e-4 (float32); for entropy and cross-entropy a row in which one weight has all but 1e-9 (1e-5) of the total. Of
    logits the easy ones are 1000 from -4 to 4, the hard ones differ by 1e-9 (1e-4), or one is ahead by 30 (15).
    """
    rng = np.random.default_rng(11)
    if measure in LOGIT_MEASURES:
        return logits(measure, dtype, difficulty, rng)
    p, q = rng.random((2, 1000))
    single = dtype is np.float32
    if difficulty == HARD and measure in ("kl_divergence", "js_distance"):
        q = p * (1 + (1e-4 if single else 1e-9) * rng.standard_normal(1000))
    elif difficulty == HARD:
        tail = 1e-5 if single else 1e-9
        p, q = np.array([1 - tail, tail / 3, 2 * tail / 3]), np.array([1 - 2 * tail, tail, tail])
    return (p / p.sum()).astype(dtype), (q / q.sum()).astype(dtype)


def logits(measure: str, dtype: type[np.floating], difficulty: str, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return two rows of logits."""
    single = dtype is np.float32
    z, w = 8 * rng.random((2, 1000)) - 4
    if difficulty == HARD and not takes_one(measure):
        w = z + (1e-4 if single else 1e-9) * rng.standard_normal(1000)
    elif difficulty == HARD:
        z = np.array([15.0 if single else 30.0, 0.0, -1.0])
    return z.astype(dtype), w.astype(dtype)


def ulps(measure: str, form: Form, dtype: type[np.floating], difficulty: str) -> float:
    """Return the error of `form` in units in the last place of `dtype`, the largest of a map; inf for nan."""
    p, q = case(measure, dtype, difficulty)
    if measure in LOGIT_MEASURES:
        name = measure.removeprefix("logits.")
        truths = getattr(exact_logits, name)(*([p] if takes_one(measure) else [p, q]))
        truths = truths if isinstance(truths, list) else [truths]
        answers = np.atleast_1d(np.asarray(form(p, q, -1), dtype))
        return max(exact.ulp_error(*both) for both in zip(answers, truths, strict=True))
    truth = exact.entropy(p) if measure == "entropy" else getattr(exact, measure)(p, q)
    with np.errstate(invalid="ignore"):
        return exact.ulp_error(dtype(form(p, q, -1)), truth)
