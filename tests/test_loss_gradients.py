"""Gradients are the derivatives of their losses, and what must be equal in them is."""

import numpy as np
import pytest
from loss_cases import every_loss, softmax

from xlogx import losses

pytestmark = pytest.mark.usefixtures("backend")

STEP = 1e-5


def central_differences(function, x, places):
    """The derivative of a function at some places of x, by a step to either side."""
    found = []
    for place in places:
        ahead, behind = x.copy(), x.copy()
        ahead[place] += STEP
        behind[place] -= STEP
        found.append((function(ahead) - function(behind)) / (2 * STEP))
    return np.array(found)


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradients_are_central_differences(loss, reduction):
    """Of what a call without the gradient gives, with weights and a mask."""
    x, rest = loss.data()
    shape = loss.loss(x, rest, reduction="none").shape
    rng = np.random.default_rng(21)
    options = {"reduction": reduction, "sample_weight": rng.random(shape), "where": rng.random(shape) < 0.8}
    # A step makes the sum of a row of probabilities one no more.
    options |= loss.unchecked
    _, grad = loss.with_grad(x, rest, **options)
    places = [tuple(place) for place in np.argwhere(np.ones(x.shape, bool))][::3]
    want = central_differences(lambda y: loss.loss(y, rest, **options), x, places)
    np.testing.assert_allclose([grad[place] for place in places], want, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 2.5},
        {"label_smoothing": 0.2},
        {"weight": [0.5, 2.0, 1.0, 0.0]},
        {"weight": [0.5, 2.0, 1.0, 0.0], "label_smoothing": 0.3, "temperature": 0.4, "ignore_index": 1},
    ],
)
@pytest.mark.parametrize("soft", [False, True])
def test_options_are_in_the_gradient(options, soft):
    """Temperature, smoothing, weights, ignored labels."""
    rng = np.random.default_rng(22)
    z, target = rng.standard_normal((5, 4)), rng.integers(0, 4, 5)
    if soft:
        target = rng.dirichlet(np.ones(4), 5)
        options = {name: value for name, value in options.items() if name != "ignore_index"}
    loss, grad = losses.cross_entropy_with_grad(z, target, **options)
    assert loss == losses.cross_entropy(z, target, **options)
    places = list(np.ndindex(z.shape))
    want = central_differences(lambda y: losses.cross_entropy(y, target, **options), z, places)
    np.testing.assert_allclose(grad.ravel(), want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("log_input", [False, True])
@pytest.mark.parametrize("full", [False, True])
def test_options_of_the_poisson_loss_are_in_the_gradient(log_input, full):
    """Of a rate, and of its logarithm; the constant has none."""
    rng = np.random.default_rng(23)
    rate, target = rng.random((3, 4)) + 0.2, rng.integers(0, 5, (3, 4))
    options = {"log_input": log_input, "full": full}
    _, grad = losses.poisson_nll_with_grad(rate, target, **options)
    want = central_differences(lambda y: losses.poisson_nll(y, target, **options), rate, list(np.ndindex(rate.shape)))
    np.testing.assert_allclose(grad.ravel(), want, rtol=1e-6, atol=1e-9)


def test_a_weight_of_the_positive_class_is_in_the_gradient():
    """One for each column."""
    rng = np.random.default_rng(24)
    z, target, weight = rng.standard_normal((3, 4)), rng.random((3, 4)), 3 * rng.random(4)
    _, grad = losses.binary_cross_entropy_with_logits_with_grad(z, target, pos_weight=weight)
    want = central_differences(
        lambda y: losses.binary_cross_entropy_with_logits(y, target, pos_weight=weight), z, list(np.ndindex(z.shape))
    )
    np.testing.assert_allclose(grad.ravel(), want, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_cross_entropy_and_divergence_have_one_gradient(dtype):
    """For fixed targets they differ by a constant: the gradients are the same bits."""
    rng = np.random.default_rng(25)
    z = (9 * rng.standard_normal((40, 7))).astype(dtype)
    for target in (rng.integers(0, 7, 40), rng.dirichlet(np.ones(7), 40), np.eye(7)[rng.integers(0, 7, 40)]):
        for options in ({}, {"temperature": 0.3}, {"reduction": "sum", "sample_weight": rng.random(40)}):
            one = losses.cross_entropy_with_grad(z, target, **options)[1]
            other = losses.kl_divergence_with_grad(z, target, **options)[1]
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_one_hot_rows_are_labels(dtype, temperature):
    """Losses and gradients are the same but for a last bit, also where the row is sure."""
    rng = np.random.default_rng(26)
    z = (40 * rng.standard_normal((60, 5))).astype(dtype)
    for labels in (rng.integers(0, 5, 60), z.argmax(axis=1)):
        for function in (losses.cross_entropy_with_grad, losses.kl_divergence_with_grad):
            rows = np.eye(5, dtype=dtype)[labels]
            for one, other in zip(
                function(z, labels, temperature=temperature, reduction="none"),
                function(z, rows, temperature=temperature, reduction="none"),
                strict=True,
            ):
                np.testing.assert_array_max_ulp(one, other, 1)


def test_a_gradient_of_logits_sums_to_nothing():
    """A number added to all logits changes no loss."""
    rng = np.random.default_rng(27)
    z, labels = 5 * rng.standard_normal((50, 6)), rng.integers(0, 6, 50)
    for grad in (
        losses.cross_entropy_with_grad(z, labels, reduction="sum")[1],
        losses.kl_divergence_with_grad(z, softmax(z[::-1]), reduction="sum")[1],
        losses.entropy_with_grad(z, reduction="sum")[1],
        losses.focal_with_grad(z, labels, reduction="sum")[1],
        losses.distillation_with_grad(student=z, teacher=z[::-1], reduction="sum")[1],
    ):
        np.testing.assert_allclose(grad.sum(axis=1), 0.0, atol=1e-14)


def test_a_sure_and_right_row_still_has_a_gradient():
    """At a margin of 40, 1 - p is 4e-18, and so is the gradient, in either dtype and for every loss that has it."""
    for dtype in (np.float64, np.float32):
        z = np.array([[40.0, 0.0]], dtype)
        small = dtype(4.248354255291589e-18)
        np.testing.assert_allclose(losses.cross_entropy_with_grad(z, [0])[1], [[-small, small]], rtol=1e-6)
        np.testing.assert_allclose(losses.cross_entropy_with_grad(z, [[1.0, 0.0]])[1], [[-small, small]], rtol=1e-6)
        assert losses.entropy_with_grad(z)[1][0, 0] < 0
        assert losses.focal_with_grad(z, [0], gamma=0.5)[1][0, 0] < 0
        grad = losses.binary_cross_entropy_with_logits_with_grad(z, [[1, 0]])[1]
        assert -3e-18 < grad[0, 0] < -2e-18


def test_a_target_at_the_prediction_has_no_gradient():
    """Student and teacher that are equal have a divergence of exactly 0, and nothing to learn from each other."""
    z = np.random.default_rng(28).integers(-500, 500, (20, 6)) / 64
    loss, grad = losses.distillation_with_grad(student=z, teacher=z + 2.0**20, temperature=0.7)
    assert loss == 0
    np.testing.assert_array_equal(grad, 0.0)
