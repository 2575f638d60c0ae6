"""Losses: what special values give, and what is particular to one."""

import subprocess
import sys

import numpy as np
import pytest

import xlogx
from xlogx import losses

pytestmark = pytest.mark.usefixtures("backend")

NAN, INF = np.nan, np.inf


def test_the_namespace_is_an_attribute_of_the_package():
    """`import xlogx` is enough, and loads none of it before it is asked for."""
    assert xlogx.losses is losses
    assert "losses" in dir(xlogx)
    asked = "import sys, xlogx; before = 'xlogx.losses' in sys.modules; print(before, xlogx.losses.focal.__name__)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "focal"]


def test_a_label_at_minus_infinity_costs_without_limit():
    """A class that is ruled out and true is +inf; one that is ruled out and not true adds nothing."""
    z = [0.0, 1.0, -INF]
    assert losses.cross_entropy(z, 2) == INF
    assert losses.cross_entropy(z, [0.5, 0.25, 0.25]) == INF
    assert losses.kl_divergence(z, [0.5, 0.25, 0.25]) == INF
    assert losses.focal(z, 2) == INF
    assert losses.perplexity([z], [2]) == INF
    want = losses.cross_entropy(z[:2], [0.5, 0.5])
    assert losses.cross_entropy(z, [0.5, 0.5, 0.0]) == want
    assert losses.cross_entropy(z, 0) == losses.cross_entropy(z[:2], 0)
    assert losses.entropy(z) == losses.entropy(z[:2])
    assert losses.distillation(student=[0.0, -INF], teacher=[0.0, 0.0]) == INF
    assert losses.distillation(student=[0.0, 0.0], teacher=[0.0, -INF]) == pytest.approx(np.log(2), rel=1e-15)
    assert losses.log_loss([0.5, 0.5, 0.0], 2) == INF
    assert losses.log_loss([0.5, 0.5, 0.0], [0.5, 0.5, 0.0]) == pytest.approx(np.log(2), rel=1e-15)
    assert losses.binary_cross_entropy([0.0, 1.0], [0, 1]) == 0
    assert losses.binary_cross_entropy([0.0], [1]) == INF
    np.testing.assert_array_equal(
        losses.binary_cross_entropy_with_logits([INF, -INF, INF], [1, 0, 0], reduction="none"), [0, 0, INF]
    )


@pytest.mark.parametrize("row", [[-INF, -INF], [INF, 0.0], [NAN, 0.0]])
def test_a_row_that_is_no_distribution_is_nan(row):
    """Of -inf alone, or with +inf or NaN: its loss and its gradient, and no other's."""
    z = np.array([row, [0.0, 1.0]])
    for got, grad in (
        losses.cross_entropy_with_grad(z, [1, 1], reduction="none"),
        losses.kl_divergence_with_grad(z, [[0.5, 0.5], [0.5, 0.5]], reduction="none"),
        losses.entropy_with_grad(z, reduction="none"),
        losses.focal_with_grad(z, [1, 1], reduction="none"),
        losses.distillation_with_grad(student=z, teacher=z[::-1], reduction="none")
        if row[0] != row[1]
        else (losses.distillation_with_grad(student=z, teacher=np.zeros((2, 2)), reduction="none")),
    ):
        assert np.isnan(got[0])
        assert np.isnan(grad[0]).all()
    got, grad = losses.cross_entropy_with_grad(z, [1, 1], reduction="none")
    assert np.isfinite(got[1])
    assert np.isfinite(grad[1]).all()


def test_one_class_is_exact():
    """Where there is one class, nothing is lost: exactly +0.0, and no gradient."""
    for function in (losses.cross_entropy_with_grad, losses.kl_divergence_with_grad, losses.focal_with_grad):
        loss, grad = function([[3.7]], [0])
        assert loss == 0
        assert not np.signbit(loss)
        assert grad == 0
    assert losses.perplexity([[3.7]], [0]) == 1
    assert losses.distillation(student=[1.0, 2.0], teacher=[3.0, 4.0]) == 0


def test_a_margin_of_eighteen_is_not_nothing():
    """In float32 the loss at a margin of 18 is 1.523e-08, where 1 - p is lost."""
    z = np.array([[18.0, 0.0]], np.float32)
    loss, grad = losses.cross_entropy_with_grad(z, [0])
    assert loss == np.float32(1.5229979e-08)
    assert grad.dtype == np.float32
    np.testing.assert_array_equal(grad, np.float32([[-1.5229979e-08, 1.5229979e-08]]))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["cross_entropy", "log_loss"])
def test_labels_are_rows_with_a_single_one(name, smoothing, weighted):
    """Losses and gradients of one-hot rows are those of labels, with weights and smoothing, too."""
    rng = np.random.default_rng(3)
    z = 3 * rng.standard_normal((7, 4))
    x = z if name == "cross_entropy" else np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    labels = rng.integers(0, 4, 7)
    options = {"label_smoothing": smoothing, "reduction": "none", "weight": rng.random(4) if weighted else None}
    function = getattr(losses, f"{name}_with_grad")
    for one, other in zip(function(x, labels, **options), function(x, np.eye(4)[labels], **options), strict=True):
        if smoothing or weighted or name == "log_loss":
            np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-16)
        else:
            np.testing.assert_array_max_ulp(one, other, 1)


def test_class_weights_enter_the_mean_of_labels_alone():
    """A mean over labels is divided by the weights of their classes, one over rows of probabilities by their number."""
    z, labels, weight = np.zeros((3, 2)), np.array([0, 1, 1]), np.array([3.0, 1.0])
    assert losses.cross_entropy(z, labels, weight=weight) == pytest.approx(np.log(2), rel=1e-15)
    rows = losses.cross_entropy(z, np.eye(2)[labels], weight=weight)
    assert rows == pytest.approx(np.log(2) * 5 / 3, rel=1e-15)
    assert losses.cross_entropy(z, labels, weight=weight, sample_weight=[0, 1, 1]) == pytest.approx(
        np.log(2), rel=1e-15
    )
    assert np.isnan(losses.cross_entropy(z, labels, weight=[0, 0]))


def test_a_class_without_weight_adds_nothing():
    """Also where it would cost without limit: the sum is that of the others, and there is no gradient."""
    z, p, labels = [[0.0, -INF], [0.0, -INF]], [[1.0, 0.0], [1.0, 0.0]], [0, 1]
    for function, x, option in (
        (losses.cross_entropy_with_grad, z, {"weight": [1, 0]}),
        (losses.focal_with_grad, z, {"alpha": [1, 0]}),
        (losses.log_loss_with_grad, p, {"weight": [1, 0]}),
        (losses.cross_entropy_with_grad, z, {"sample_weight": [1, 0]}),
        (losses.log_loss_with_grad, p, {"sample_weight": [1, 0]}),
        (losses.focal_with_grad, z, {"sample_weight": [1, 0]}),
    ):
        loss, grad = function(x, labels, reduction="sum", **option)
        assert loss == 0
        np.testing.assert_array_equal(grad[1], 0.0)
        assert np.isfinite(grad).all()


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.bool_])
def test_integer_predictions_have_gradients_of_float64(dtype):
    """They are numbers like others."""
    z = np.random.default_rng(5).integers(0, 2, (4, 3)).astype(dtype)
    loss, grad = losses.cross_entropy_with_grad(z, [0, 1, 2, 0])
    want, slopes = losses.cross_entropy_with_grad(z.astype(float), [0, 1, 2, 0])
    assert loss == want
    assert grad.dtype == np.float64
    np.testing.assert_array_equal(grad, slopes)


def test_a_temperature_divides_the_logits():
    """By a power of two nothing is rounded, so the bits are those of the divided logits; gradients are over it."""
    rng = np.random.default_rng(12)
    z, labels = rng.standard_normal((5, 4)), rng.integers(0, 4, 5)
    for function, rest in (
        (losses.cross_entropy_with_grad, (labels,)),
        (losses.kl_divergence_with_grad, (labels,)),
        (losses.entropy_with_grad, ()),
        (losses.focal_with_grad, (labels,)),
    ):
        got, grad = function(z, *rest, temperature=4)
        want, slopes = function(z / 4, *rest)
        assert got == want
        np.testing.assert_array_equal(grad, slopes / 4)
    got, grad = losses.distillation_with_grad(student=z, teacher=z[::-1], temperature=4)
    want, slopes = losses.distillation_with_grad(student=z / 4, teacher=z[::-1] / 4)
    assert got == 16 * want
    np.testing.assert_array_equal(grad, 4 * slopes)


def test_rows_of_probabilities_may_stand_for_many_samples():
    """A target of length 1 along an axis is the same for all samples there."""
    rng = np.random.default_rng(13)
    z, row = rng.standard_normal((4, 3, 5)), rng.dirichlet(np.ones(5))
    whole = np.broadcast_to(row, z.shape).copy()
    for function in (losses.cross_entropy, losses.kl_divergence):
        assert function(z, row[None, None]) == function(z, whole)
        assert function(np.moveaxis(z, -1, 0), row[:, None, None], axis=0) == function(z, whole)
    assert losses.cross_entropy(z, row[None, None], label_smoothing=0.1) == losses.cross_entropy(
        z, whole, label_smoothing=0.1
    )


def test_targets_of_elements_broadcast_to_the_prediction():
    """They never enlarge it: a column against a row is an error, where a matrix would come out."""
    x = np.arange(6.0).reshape(3, 2)
    assert losses.mean_squared_error(x, [1.0, 2.0]) == losses.mean_squared_error(x, [[1.0, 2.0]] * 3)
    assert losses.mean_squared_error(x, 1) == ((x - 1) ** 2).mean()
    with pytest.raises(ValueError, match="and not enlarge it"):
        losses.mean_squared_error(np.zeros((3, 1)), np.zeros(3))


def test_perplexity_and_bits_per_byte():
    """The exponential of the mean cross-entropy, and its sum in bits over the bytes."""
    rng = np.random.default_rng(14)
    z, labels = rng.standard_normal((20, 9)), rng.integers(0, 9, 20)
    labels[3] = -1
    mean = losses.cross_entropy(z, labels, ignore_index=-1)
    assert losses.perplexity(z, labels, ignore_index=-1) == pytest.approx(np.exp(mean), rel=1e-15)
    bits = losses.bits_per_byte(z, labels, ignore_index=-1, n_bytes=57)
    assert bits == pytest.approx(mean * 19 / 57 / np.log(2), rel=1e-15)
    assert np.isnan(losses.perplexity(z, labels, where=False))
    assert losses.perplexity(z, labels, where=False, empty=1) == 1
    assert losses.bits_per_byte(z, labels, where=False, n_bytes=3) == 0
    assert losses.perplexity(z.astype(np.float32), np.abs(labels)).dtype == np.float32


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 2.5},
        {"axis": 0},
        {"sample_weight": np.arange(20.0)},
        {"where": np.arange(20) % 3 > 0},
        {"dtype": np.float32},
    ],
)
def test_perplexity_and_bits_per_byte_take_the_options_of_the_cross_entropy(options):
    """With the same meaning, to the same mean and the same sum; `out` is filled and returned."""
    rng = np.random.default_rng(18)
    z, labels = rng.standard_normal((20, 9)), rng.integers(0, 9, 20)
    z = z.T.copy() if "axis" in options else z
    dtype = options.get("dtype", np.float64)
    relative = 1e-14 if dtype is np.float64 else 3e-7
    mean, total = (losses.cross_entropy(z, labels, **options, reduction=way) for way in ("mean", "sum"))
    perplexity = losses.perplexity(z, labels, **options)
    bits = losses.bits_per_byte(z, labels, **options, n_bytes=57)
    assert type(perplexity) is type(bits) is dtype
    assert perplexity == pytest.approx(np.exp(mean), rel=relative)
    assert bits == pytest.approx(total / 57 / np.log(2), rel=relative)
    for function, more, want in ((losses.perplexity, {}, perplexity), (losses.bits_per_byte, {"n_bytes": 57}, bits)):
        out = np.empty((), dtype)
        assert function(z, labels, **options, **more, out=out) is out
        assert out == want


def test_unchecked_probabilities_are_taken_as_they_are():
    """With check=False a target's rows need not sum to one: they are coefficients; NaN in a row is NaN for that row."""
    rng = np.random.default_rng(19)
    z, rows = rng.standard_normal((3, 4)), rng.random((3, 4))
    log_p = xlogx.logits.log_softmax(z)
    got = losses.cross_entropy(z, rows, check=False, reduction="none")
    np.testing.assert_allclose(got, -(rows * log_p).sum(axis=1), rtol=1e-13)
    got = losses.log_loss(rows, rows, check=False, reduction="none")
    np.testing.assert_allclose(got, -(rows * np.log(rows)).sum(axis=1), rtol=1e-13)
    rows[1, 2] = NAN
    for got in (
        losses.cross_entropy(z, rows, check=False, reduction="none"),
        losses.log_loss(rows, np.eye(4)[:3], check=False, reduction="none"),
        losses.brier_score(rows, [0, 1, 2], check=False, reduction="none"),
    ):
        np.testing.assert_array_equal(np.isnan(got), [False, True, False])


def test_what_is_out_of_range_is_infinite_without_a_warning():
    """A weight over a tiny sum, a squared temperature times a large divergence: no warning reaches the caller."""
    loss, _ = losses.cross_entropy_with_grad([[1.0, 2.0]], [0], weight=[5e-324, 1.0], sample_weight=[1.0])
    assert loss >= 0
    z = np.array([[0.0, 1e30], [1e30, 0.0]])
    loss, grad = losses.distillation_with_grad(student=z, teacher=z[::-1], temperature=1e150)
    assert not np.isnan(loss)
    assert not np.isnan(grad).any()


def test_the_focal_loss_of_gamma_zero_is_the_cross_entropy():
    """And a number for `alpha` multiplies it, which a mean is not divided by."""
    rng = np.random.default_rng(15)
    z, labels = 9 * rng.standard_normal((20, 4)), rng.integers(0, 4, 20)
    want, slopes = losses.cross_entropy_with_grad(z, labels)
    got, grad = losses.focal_with_grad(z, labels, gamma=0)
    assert got == want
    np.testing.assert_allclose(grad, slopes, rtol=1e-15)
    assert losses.focal(z, labels, gamma=0, alpha=0.5) == want / 2
    alpha = rng.random(4)
    each = losses.focal(z, labels, gamma=1.5, reduction="none")
    np.testing.assert_allclose(
        losses.focal(z, labels, gamma=1.5, alpha=alpha, reduction="none"), each * alpha[labels], rtol=1e-15
    )


def test_the_focal_loss_of_rows_is_that_of_their_classes(monkeypatch):
    """Each class by its probability; one-hot rows are labels; in pieces of any size, and in the place of the logits."""
    rng = np.random.default_rng(17)
    z, labels, alpha = 3 * rng.standard_normal((9, 4)), rng.integers(0, 4, 9), rng.random(4)
    target = rng.dirichlet(np.ones(4), 9)
    options = {"gamma": 1.5, "alpha": alpha, "reduction": "none", "temperature": 0.7}
    got, grad = losses.focal_with_grad(z, target, **options)
    each = [losses.focal_with_grad(z, np.full(9, k), **options) for k in range(4)]
    np.testing.assert_allclose(got, sum(target[:, k] * each[k][0] for k in range(4)), rtol=1e-13)
    want = sum(target[:, k, None] * each[k][1] for k in range(4))
    np.testing.assert_allclose(grad, want, rtol=1e-12, atol=1e-15)
    for one, other in zip(
        losses.focal_with_grad(z, np.eye(4)[labels], **options),
        losses.focal_with_grad(z, labels, **options),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-16)
    monkeypatch.setattr("xlogx._loss_focal.PIECE", 9)
    again, slopes = losses.focal_with_grad(z, target, grad_out=z, **options)
    np.testing.assert_array_equal(again, got)
    np.testing.assert_array_equal(slopes, grad)
    assert losses.focal([0.0, -INF], [0.5, 0.5]) == INF
    assert losses.focal([0.0, 0.0, -INF], [0.5, 0.5, 0.0]) == losses.focal([0.0, 0.0], [0.5, 0.5])
    assert np.isnan(losses.focal([NAN, 0.0], [1.0, 0.0]))
    loss, grad = losses.focal_with_grad(z[:2], target[:2], where=False, empty=3)
    assert loss == 3
    np.testing.assert_array_equal(grad, 0)


@pytest.mark.parametrize(("hessian", "multiple"), [("exact", 1.0), ("xgboost", 2.0), ("lightgbm", 4 / 3)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_gradient_and_hessian_for_boosting(hessian, multiple, order):
    """They are p - y and a multiple of p (1 - p), times the weight, in the layout that is asked for."""
    rng = np.random.default_rng(16)
    z, labels, weight = 2 * rng.standard_normal((30, 4)), rng.integers(0, 4, 30), rng.random(30)
    p = xlogx.logits.softmax(z)
    g, h = losses.softmax_grad_hess(z, labels, sample_weight=weight, hessian=hessian, order=order)
    np.testing.assert_allclose(g, (p - np.eye(4)[labels]) * weight[:, None], rtol=1e-13)
    np.testing.assert_allclose(h, multiple * p * (1 - p) * weight[:, None], rtol=1e-13)
    for array in (g, h):
        assert array.flags[f"{order}_CONTIGUOUS"]
    soft, _ = losses.softmax_grad_hess(z, np.eye(4)[labels], sample_weight=weight, order=order)
    np.testing.assert_array_equal(soft, g)
    sure, spread = losses.softmax_grad_hess(np.float32([[60.0, 0.0]]), [0])
    assert sure.dtype == spread.dtype == np.float32
    np.testing.assert_array_equal(spread, np.abs(sure))
    assert 0 < spread[0, 0] < 1e-25


def test_a_gradient_needs_a_place_for_each_number():
    """An array whose numbers lie in one place is refused."""
    place = np.lib.stride_tricks.as_strided(np.zeros(1), (2, 3), (0, 0))
    with pytest.raises(ValueError, match="grad_out must have a place for each number"):
        losses.cross_entropy_with_grad(np.eye(2, 3), [0, 1], grad_out=place)
