"""Losses and gradients are right to the last digits, for the rows on which the usual expressions lose them."""

import numpy as np
import pytest

from xlogx import losses
from xlogx._bounds import ULPS
from xlogx._verify_cases import fractions

pytest.importorskip("mpmath")
import exact_losses
import mpmath

from xlogx._demo.exact import ulp_error

pytestmark = pytest.mark.usefixtures("backend")

NOTHING = -np.inf
TEMPERATURES = (1.0, 0.7, 3.3)


def noise(n, seed):
    """Numbers from -1 to 1."""
    return 2 * fractions((n,), seed) - 1


def rows():
    """Yield the name of each row of logits, and the row."""
    for n in (2, 3, 7, 40):
        for spread in (0.1, 3.0, 30.0, 300.0):
            yield f"{n} spread {spread}", spread * noise(n, n)
    for sure in (
        [18.0, 0.0],
        [40.0, 0.0, 0.0],
        [0.0, 36.7, 1.0],
        [700.0, 0.0, -700.0],
        [1e5, 1e5 - 40, 3.0],
        [7.0] * 20,
    ):
        yield f"sure {sure[:3]}", np.array(sure)
    yield "a class that is ruled out", np.array([1.0, NOTHING, 0.5])


ROWS = list(rows())
every_row = pytest.mark.parametrize("z", [pytest.param(row, id=name) for name, row in ROWS])


def check(got, truth, dtype=np.float64, parts=None):
    """
    Loss and gradient to the bound of the dtype, number by number; what is 0 but for the oracle's digits is 0.

    `parts` are what the numbers of a gradient are differences of, where they are: these have the bound then.
    """
    bound = ULPS[np.dtype(dtype).name]
    assert ulp_error(got[0], truth[0]) <= bound
    for x, exact, part in zip(got[1], truth[1], truth[1] if parts is None else parts, strict=True):
        step = float(np.spacing(abs(dtype(max(abs(float(part)), abs(float(exact)))))))
        assert abs(mpmath.mpf(float(x)) - exact) <= max(bound * step, 1e-100 if x == 0 else 0)


@every_row
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_cross_entropy_of_labels(z, temperature):
    """For the surest label, the least, and one between, in float64 and float32."""
    for dtype in (np.float64, np.float32):
        stored = z.astype(dtype)
        for label in {int(np.argmax(z)), int(np.argmin(np.where(np.isfinite(z), z, np.inf))), 0}:
            truth = exact_losses.cross_entropy(stored, exact_losses.coefficients(z.size, label), temperature)
            got = losses.cross_entropy_with_grad(stored, label, temperature=temperature)
            check(got, truth, dtype)


@every_row
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy_of_rows_of_probabilities(z, smoothing):
    """With weights and smoothing, whose products are rounded once or twice before."""
    target = fractions((z.size,), 9) * np.isfinite(z)
    target /= target.sum()
    weight = fractions((z.size,), 10)
    if not np.isfinite(z).all() and smoothing:
        return
    c = exact_losses.coefficients(z.size, target, weight, smoothing)
    loss, grad = losses.cross_entropy_with_grad(z, target, weight=weight, label_smoothing=smoothing)
    truth, slopes = exact_losses.cross_entropy(z, c)
    assert ulp_error(loss, truth) <= ULPS["float64"]
    total = float(mpmath.fsum(c))
    for x, exact in zip(grad, slopes, strict=True):
        assert abs(mpmath.mpf(float(x)) - exact) <= 4 * 2.0**-53 * (total + abs(exact))
    truth, slopes = exact_losses.cross_entropy(z, exact_losses.numbers(target))
    check(losses.cross_entropy_with_grad(z, target), (truth, slopes), parts=target)


@every_row
def test_kl_divergence(z):
    """Also where the target is the softmax itself: no farther off than one rounding of the probabilities takes it."""
    target = fractions((z.size,), 11) * np.isfinite(z)
    target /= target.sum()
    truth, _ = exact_losses.kl_divergence(z, target)
    assert ulp_error(losses.kl_divergence(z, target), truth) <= ULPS["float64"]
    for temperature in TEMPERATURES:
        with exact_losses.precision(z, temperature):
            near = np.array([float(mpmath.exp(x)) for x in exact_losses.logarithms(z, temperature)])
        truth, _ = exact_losses.kl_divergence(z, near, temperature)
        got = losses.kl_divergence(z, near, temperature=temperature)
        assert abs(mpmath.mpf(float(got)) - truth) <= 2.0**-53


@every_row
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_entropy(z, temperature):
    """The regulariser is the measure, with a gradient p (d - mean of d)/T of the distances d from the largest logit."""
    truth, slopes = exact_losses.entropy(z, temperature)
    p = np.exp((z - z.max()) / temperature)
    distances = np.where(p > 0, z.max() - z, 0.0) / temperature
    p /= p.sum()
    parts = p * np.maximum(distances, p @ distances) / temperature
    check(losses.entropy_with_grad(z, temperature=temperature), (truth, slopes), parts=parts)


@every_row
@pytest.mark.parametrize("closeness", [1.0, 1e-4, 1e-9])
@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_distillation(z, closeness, temperature):
    """Also where student and teacher nearly agree."""
    teacher = z + closeness * noise(z.size, 12)
    got = losses.distillation_with_grad(student=z, teacher=teacher, temperature=temperature)
    truth, slopes = exact_losses.distillation(z, teacher, temperature)
    # The square of the temperature is one rounding more.
    assert ulp_error(got[0], truth) <= ULPS["float64"] + 2
    for x, exact in zip(got[1], slopes, strict=True):
        assert abs(mpmath.mpf(float(x)) - exact) <= 8 * 2.0**-53 * temperature


@every_row
@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
def test_focal(z, gamma):
    """A function of the cross-entropy: a rounding of that, and its own."""
    for label in {int(np.argmax(z)), 0}:
        loss, grad = losses.focal_with_grad(z, label, gamma=gamma)
        truth, slopes = exact_losses.focal(z, label, gamma)
        assert loss == pytest.approx(float(truth), rel=(8 + 4 * gamma) * 2.0**-52, abs=1e-300)
        np.testing.assert_allclose(grad, [float(x) for x in slopes], rtol=(16 + 8 * gamma) * 2.0**-52, atol=1e-300)


def test_logits_at_the_ends_of_the_range():
    """The largest and smallest numbers that there are give what is nearest."""
    huge = 1.7e308
    assert losses.cross_entropy([huge, 0.0], 1) == huge
    assert losses.cross_entropy([huge, -huge], 0) == 0
    assert losses.cross_entropy([huge, -huge], 1) == np.inf
    loss, grad = losses.cross_entropy_with_grad([0.0, -740.0], 0)
    assert loss == pytest.approx(4.2e-322, abs=5e-324)
    np.testing.assert_array_equal(grad, [-loss, loss])
    loss, grad = losses.cross_entropy_with_grad([0.0, -700.0, -1e308], [1.0, 0.0, 0.0])
    assert ulp_error(loss, mpmath.exp(-700)) <= 4
    assert losses.cross_entropy(np.float32([3e38, -3e38]), 1) == np.inf
    assert losses.cross_entropy(np.float32([3e38, -3e38]), 1, dtype=np.float64) == pytest.approx(6e38, rel=1e-7)
    assert losses.cross_entropy([1.0, 0.0], 1, temperature=1e-300) == pytest.approx(1e300, rel=1e-15)


@pytest.mark.parametrize("n", [8191, 8193, 20_000])
def test_long_rows_are_as_right_as_short_ones(n):
    """The largest logit, and the label, may be in any block."""
    z = 3 * noise(n, 13)
    z[n - 2] = 30.0
    for label in (n - 2, 0, n // 2):
        loss, grad = losses.cross_entropy_with_grad(z, label)
        back, reverse = losses.cross_entropy_with_grad(z[::-1], n - 1 - label)
        np.testing.assert_array_max_ulp(loss, back, 4)
        np.testing.assert_allclose(grad, reverse[::-1], rtol=2e-15)
        assert abs(grad.sum()) < 1e-15


def test_the_mean_of_many_is_right():
    """A sum of losses is rounded once, however many they are."""
    z, labels = 3 * noise(30_000, 14).reshape(-1, 3), np.arange(10_000) % 3
    each = losses.cross_entropy(z, labels, reduction="none")
    with mpmath.workprec(200):
        exact = mpmath.fsum(mpmath.mpf(float(x)) for x in each)
    assert ulp_error(losses.cross_entropy(z, labels, reduction="sum"), exact) <= 1
    assert ulp_error(losses.cross_entropy(z, labels), exact / 10_000) <= 1.5
