"""Students and sparse teachers: of each row the likeliest classes and their log-probabilities."""

import numpy as np
import pytest

from xlogx import logits

TAILS = ("bucket", "renormalize", "drop")
every_tail = pytest.mark.parametrize("tail", TAILS)


def student_and_teacher(shape=(6, 9), closeness=None, seed=0):
    """Logits of both; close to each other, or not."""
    rng = np.random.default_rng(seed)
    student, noise = 3 * rng.standard_normal(shape), rng.standard_normal(shape)
    return student, 3 * noise if closeness is None else student + closeness * noise


def likeliest(z, k, temperature=1.0, dtype=np.float64):
    """The k likeliest classes of each row of a teacher's logits, and their log-probabilities."""
    log_probs = logits.log_softmax(z, temperature=temperature)
    indices = np.argsort(-log_probs, axis=-1)[..., :k]
    return indices, np.take_along_axis(log_probs, indices, axis=-1).astype(dtype)
