"""Divergences from sparse teachers, and their gradients, are exact but for the rounding of the rows that are compared."""

import numpy as np
import pytest
from sparse_cases import every_tail, likeliest, student_and_teacher

from xlogx import logits, losses

pytest.importorskip("mpmath")
import exact_losses
import mpmath

pytestmark = pytest.mark.usefixtures("backend")

ROUNDING = 2.0**-53


def exact(z, indices, log_probs, tail, temperature):
    """T² times the divergence of a row and its gradient, and of each class how much is taken from what is added."""
    known, length = [int(i) for i in indices], len(z)
    with exact_losses.precision([*z, *(temperature * log_probs)], temperature):
        q = [mpmath.exp(x) for x in exact_losses.logarithms(z, temperature)]
        p = [mpmath.exp(x) for x in exact_losses.numbers(log_probs)]
        others = [i for i in range(length) if i not in known]
        rest, rest_of_q = max(1 - mpmath.fsum(p), 0), mpmath.fsum(q[i] for i in others)
        if tail != "bucket" or not others:
            total = mpmath.fsum(p)
            p, rest = [x / total for x in p], mpmath.mpf(0)
        if tail == "drop":
            total = mpmath.fsum(q[i] for i in known)
            q, rest_of_q = [x / total if i in known else mpmath.mpf(0) for i, x in enumerate(q)], mpmath.mpf(0)
        terms = [(x, q[i]) for i, x in zip(known, p, strict=True)] + [(rest, rest_of_q)]
        loss = mpmath.fsum(x * mpmath.log(x / y) for x, y in terms if x)
        target = [rest * x / rest_of_q if rest else mpmath.mpf(0) for x in q]
        for i, x in zip(known, p, strict=True):
            target[i] = x
        t = mpmath.mpf(temperature)
        sizes = [t * (x + y + (x / rest_of_q if rest_of_q and i in others else 0)) for i, (x, y) in _both(q, target)]
        return loss * t**2, [t * (x - y) for x, y in zip(q, target, strict=True)], sizes


def _both(q, target):
    return enumerate(zip(q, target, strict=True))


@every_tail
@pytest.mark.parametrize("temperature", [1.0, 0.7, 4.0])
@pytest.mark.parametrize("k", [1, 3, 8])
@pytest.mark.parametrize("closeness", [None, 1e-3, 1e-7])
def test_losses_and_gradients_are_exact(tail, temperature, k, closeness):
    """But for what the rounding of the rows that are compared makes of them, also where these nearly agree."""
    student, teacher = student_and_teacher(closeness=closeness, seed=k)
    indices, log_probs = likeliest(teacher, k, temperature)
    loss, grad = losses.distillation_with_grad(
        student=student, teacher=(indices, log_probs), temperature=temperature, tail=tail, reduction="none"
    )
    measure = logits.kl_divergence((indices, log_probs), student, temperature=temperature, tail=tail)
    for i, z in enumerate(student):
        truth, slopes, sizes = exact(z, indices[i], log_probs[i], tail, temperature)
        largest = 1 + max(np.abs(z).max() / temperature, np.abs(log_probs[i]).max())
        square = temperature**2
        divergence = truth / square
        bound = 8 * ROUNDING * (divergence + largest * mpmath.sqrt(2 * divergence) + largest**2 * ROUNDING)
        assert abs(mpmath.mpf(float(loss[i])) - truth) <= square * bound
        assert abs(mpmath.mpf(float(measure[i])) - divergence) <= bound
        for got, want, size in zip(grad[i], slopes, sizes, strict=True):
            assert abs(mpmath.mpf(float(got)) - want) <= 8 * ROUNDING * largest * size


@pytest.mark.parametrize("log_prob", [-1e-300, -1e-17, -1e-9, -0.1, -40.0, -800.0])
def test_the_rest_of_one_class_has_all_digits(log_prob):
    """However much of the probability that class has, or however little."""
    z = np.array([2.0, 0.5, -1.0])
    truth, slopes, _ = exact(z, [0], np.array([log_prob]), "bucket", 1.0)
    loss, grad = losses.distillation_with_grad(student=z, teacher=([0], [log_prob]))
    assert loss == pytest.approx(float(truth), rel=4e-16)
    np.testing.assert_allclose(grad, np.array(slopes, float), rtol=1e-15)
