"""What holds for all losses, whatever the arithmetic: hypothesis looks for rows where it does not."""

import numpy as np
import pytest

import xlogx
from xlogx import losses

pytest.importorskip("hypothesis")
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytestmark = pytest.mark.usefixtures("backend")

EPSILON = 2.0**-52

moderate = st.integers(-2000, 2000).map(lambda n: n / 64)
any_logit = st.floats(-1e308, 1e308) | moderate | st.sampled_from([-np.inf, 0.0, -0.0, 5e-324, -1.7e308])
counts = st.integers(0, 1000)


@st.composite
def labelled(draw, elements=moderate, samples=6, classes=8):
    """Rows of logits and a label for each."""
    shape = draw(st.integers(1, samples)), draw(st.integers(1, classes))
    z = draw(arrays.arrays(np.float64, shape, elements=elements))
    return z, draw(arrays.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)))


@st.composite
def with_target(draw, classes=8):
    """A row of logits and a row of probabilities."""
    n = draw(st.integers(1, classes))
    weights = draw(arrays.arrays(np.float64, n, elements=counts))
    assume(weights.sum() > 0)
    return draw(arrays.arrays(np.float64, n, elements=moderate)), weights / weights.sum()


@given(labelled(any_logit))
def test_nothing_is_negative_or_nan(data):
    """Rows with a class have losses of at least 0, and finite gradients."""
    z, labels = data
    assume((z.max(axis=1) > -np.inf).all())
    for loss, grad in (
        losses.cross_entropy_with_grad(z, labels, reduction="none"),
        losses.kl_divergence_with_grad(z, labels, reduction="none"),
        losses.entropy_with_grad(z, reduction="none"),
    ):
        assert (loss >= 0).all()
        assert np.isfinite(grad).all()


@given(labelled())
def test_a_label_pulls_its_class_up_and_the_others_down(data):
    """The gradient is at most 0 at the label, at least 0 elsewhere, and nowhere beyond 1."""
    z, labels = data
    _, grad = losses.cross_entropy_with_grad(z, labels, reduction="none")
    at_label = np.take_along_axis(grad, labels[:, None], 1)
    assert (at_label <= 0).all()
    assert (np.where(np.arange(z.shape[1]) == labels[:, None], 0, grad) >= 0).all()
    assert np.abs(grad).max() <= 1
    np.testing.assert_allclose(grad.sum(axis=1), 0, atol=1e-15)


@given(labelled(), st.integers(-(2**20), 2**20))
def test_a_shift_changes_nothing(data, shift):
    """Adding the same number to all logits, exactly, gives the same bits of loss and gradient."""
    z, labels = data
    for function in (losses.cross_entropy_with_grad, losses.focal_with_grad):
        for one, other in zip(function(z, labels), function(z + shift, labels), strict=True):
            np.testing.assert_array_equal(one, other)


@given(labelled())
def test_a_batch_is_its_samples(data):
    """Every sample's loss and gradient are those that it has alone."""
    z, labels = data
    loss, grad = losses.cross_entropy_with_grad(z, labels, reduction="none")
    for i in range(len(z)):
        one, slopes = losses.cross_entropy_with_grad(z[i], labels[i])
        assert one == loss[i]
        np.testing.assert_array_equal(slopes, grad[i])


@given(with_target())
def test_cross_entropy_is_entropy_and_divergence(data):
    """H(t, p) = H(t) + D(t‖p), and the divergence is hardly below 0."""
    z, target = data
    divergence = losses.kl_divergence(z, target)
    assert divergence >= -4 * EPSILON
    both = divergence + xlogx.entropy(target, normalize=False)
    assert losses.cross_entropy(z, target) == pytest.approx(both, rel=16 * EPSILON, abs=4 * EPSILON)


@given(with_target())
def test_losses_and_measures_agree(data):
    """Of one row the loss is the measure of its logits and those of the target."""
    z, target = data
    logarithms = np.where(target > 0, np.log(np.where(target > 0, target, 1.0)), -np.inf)
    want = xlogx.logits.cross_entropy(logarithms, z)
    assert losses.cross_entropy(z, target) == pytest.approx(want, rel=32 * EPSILON, abs=1e-300)
    assert losses.entropy(z) == pytest.approx(xlogx.logits.entropy(z), rel=8 * EPSILON, abs=0)
    want = xlogx.logits.kl_divergence(target, z)
    assert losses.distillation(student=z, teacher=target) == pytest.approx(want, rel=8 * EPSILON, abs=0)


@given(labelled(), st.floats(0, 1))
def test_smoothing_is_a_mixture(data, smoothing):
    """The smoothed loss lies between that of the label and that of all classes alike."""
    z, labels = data
    n = z.shape[1]
    label = losses.cross_entropy(z, labels)
    even = losses.cross_entropy(z, np.full((1, n), 1 / n), check=False)
    got = losses.cross_entropy(z, labels, label_smoothing=smoothing)
    assert got == pytest.approx((1 - smoothing) * label + smoothing * even, rel=16 * EPSILON, abs=1e-300)


@given(labelled(), st.integers(-6, 6))
def test_a_temperature_is_a_division(data, power):
    """By a power of two exactly, in loss and gradient."""
    z, labels = data
    temperature = 2.0**power
    got, grad = losses.cross_entropy_with_grad(z, labels, temperature=temperature)
    want, slopes = losses.cross_entropy_with_grad(z / temperature, labels)
    assert got == want
    # A subnormal has fewer digits to divide.
    np.testing.assert_allclose(grad, slopes / temperature, rtol=0, atol=1e-306)


@given(labelled())
def test_probabilities_and_logits_agree(data):
    """The log loss of the softmax is the cross-entropy of the logits, where that loses no digits."""
    z, labels = data
    z = z / 4
    got = losses.log_loss(xlogx.logits.softmax(z), labels)
    assert got == pytest.approx(losses.cross_entropy(z, labels), rel=1e-12, abs=1e-15)
    assert 0 <= losses.brier_score(xlogx.logits.softmax(z), labels) <= 2 * (1 + EPSILON)


@given(labelled(), st.floats(0, 8))
def test_a_focal_loss_is_at_most_the_cross_entropy(data, gamma):
    """The easier a sample, the less of it is left."""
    z, labels = data
    whole = losses.cross_entropy(z, labels, reduction="none")
    got = losses.focal(z, labels, gamma=gamma, reduction="none")
    assert (got >= 0).all()
    assert (got <= whole * (1 + 8 * EPSILON)).all()


@given(arrays.arrays(np.float64, 7, elements=moderate), arrays.arrays(np.float64, 7, elements=st.floats(0, 1)))
def test_two_classes_are_a_binary_cross_entropy(z, target):
    """A logit against one of 0, and a probability against the rest."""
    pairs = np.stack([z, np.zeros(7)], axis=1)
    both = np.stack([target, 1 - target], axis=1)
    got = losses.binary_cross_entropy_with_logits(z, target, reduction="none")
    np.testing.assert_allclose(got, losses.cross_entropy(pairs, both, reduction="none"), rtol=16 * EPSILON, atol=1e-300)


@given(arrays.arrays(np.float64, (3, 4), elements=moderate), arrays.arrays(np.float64, (3, 4), elements=moderate))
def test_a_variance_of_one_is_half_the_squared_error(x, target):
    """The normal loss and the squared error are one."""
    np.testing.assert_allclose(
        losses.gaussian_nll(x, target, variance=1.0), losses.mean_squared_error(x, target) / 2, rtol=8 * EPSILON
    )
