"""Every option of the losses means in one what it means in all."""

import inspect
import pickle
import re

import numpy as np
import pytest
from loss_cases import CLASSES, SAMPLES, every_class_loss, every_labelled_loss, every_loss

import xlogx
from xlogx import _backend, losses

pytestmark = pytest.mark.usefixtures("backend")

NAN, INF = np.nan, np.inf


def shape_of(loss):
    return (SAMPLES,) if loss.of_classes else (SAMPLES, CLASSES)


@every_loss
def test_reductions(loss):
    """A mean is the sum over the number of samples, and the sum that of the losses; twins give the same bits."""
    x, rest = loss.data()
    none = loss.loss(x, rest, reduction="none")
    assert none.shape == shape_of(loss)
    total = loss.loss(x, rest, reduction="sum")
    assert total == pytest.approx(none.sum(), rel=1e-14)
    assert loss.loss(x, rest) == total / none.size
    for reduction in ("mean", "sum", "none"):
        got, grad = loss.with_grad(x, rest, reduction=reduction)
        np.testing.assert_array_equal(got, loss.loss(x, rest, reduction=reduction))
        assert grad.shape == x.shape
    assert type(loss.loss(x, rest)) is np.float64


@every_loss
def test_sample_weights(loss):
    """They multiply the losses and gradients, and a mean is divided by their sum."""
    x, rest = loss.data()
    none, slopes = loss.with_grad(x, rest, reduction="none")
    weight = np.random.default_rng(1).random(none.shape)
    weight[2] = 0.0
    got, grad = loss.with_grad(x, rest, sample_weight=weight, reduction="none")
    np.testing.assert_allclose(got, none * weight, rtol=1e-15)
    over = weight[:, None] if loss.of_classes else weight
    np.testing.assert_allclose(grad, slopes * over, rtol=1e-14)
    got, grad = loss.with_grad(x, rest, sample_weight=weight)
    assert got == pytest.approx((none * weight).sum() / weight.sum(), rel=1e-14)
    np.testing.assert_allclose(grad, slopes * over / weight.sum(), rtol=1e-14)
    assert loss.loss(x, rest, sample_weight=3) == pytest.approx(none.mean(), rel=1e-14)


@every_loss
@pytest.mark.parametrize("how", ["where", "sample_weight"])
def test_samples_that_do_not_count_are_as_if_absent(loss, how):
    """Whatever stands there: NaN and infinities, too; a mean is that of the others."""
    x, rest = loss.data()
    keep = np.ones(SAMPLES, bool)
    keep[[1, 4]] = False
    mask = keep if loss.of_classes else np.broadcast_to(keep[:, None], shape_of(loss))
    rest_of_kept = {name: value[keep] for name, value in rest.items()}
    want, want_grad = loss.with_grad(x[keep], rest_of_kept)
    options = {how: mask if how == "where" else mask.astype(float)}
    if loss.kind == "logits":
        x[1], x[4] = NAN, INF
    elif how == "where":
        x[1], x[4] = 7.0, -1.0
    got, grad = loss.with_grad(x, rest, **options)
    assert got == pytest.approx(want, rel=1e-14)
    np.testing.assert_allclose(grad[keep], want_grad, rtol=1e-13)
    np.testing.assert_array_equal(grad[~keep], 0.0)
    none = loss.loss(x, rest, reduction="none", **options)
    np.testing.assert_array_equal(none[~keep], 0.0)


@every_loss
def test_an_empty_mean_is_what_empty_says(loss):
    """Of no samples, of masked ones, and of those without weight: nan unless `empty` says otherwise; no gradient."""
    x, rest = loss.data()
    for options in ({"where": False}, {"sample_weight": 0}):
        assert np.isnan(loss.loss(x, rest, **options))
        got, grad = loss.with_grad(x, rest, empty=7.5, **options)
        assert got == 7.5
        np.testing.assert_array_equal(grad, 0.0)
        assert loss.loss(x, rest, reduction="sum", **options) == 0
    rest = {name: value[:0] for name, value in rest.items()}
    assert np.isnan(loss.loss(x[:0], rest))
    got, grad = loss.with_grad(x[:0], rest, empty=0)
    assert got == 0
    assert grad.shape == (0, CLASSES)
    assert loss.loss(x[:0], rest, reduction="none").shape == (0, *shape_of(loss)[1:])


@every_labelled_loss
@pytest.mark.parametrize("index", [-100, 255, 2])
def test_ignored_labels_are_as_if_absent(loss, index):
    """Whether or not the label is that of a class, and whatever the prediction is there."""
    x, rest = loss.data()
    labels = rest["target"].astype(np.int16)
    labels[labels == 2] = 1
    labels[[0, 3]] = index
    keep = labels != index
    want, want_grad = loss.with_grad(x[keep], {"target": labels[keep]})
    if loss.kind == "logits":
        x[0] = NAN
    got, grad = loss.with_grad(x, {"target": labels}, ignore_index=index)
    assert got == pytest.approx(want, rel=1e-14)
    np.testing.assert_allclose(grad[keep], want_grad, rtol=1e-13)
    np.testing.assert_array_equal(grad[~keep], 0.0)
    np.testing.assert_array_equal(loss.loss(x, {"target": labels}, ignore_index=index, reduction="none")[~keep], 0.0)
    assert loss.loss(x, {"target": np.full(SAMPLES, index)}, ignore_index=index, empty=-1) == -1


@every_labelled_loss
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64, ">i4", ">i8"])
def test_labels_of_any_integer_dtype(loss, dtype):
    """Strides, byte order and width of the labels change nothing."""
    x, rest = loss.data()
    want = loss.loss(x, rest)
    assert loss.loss(x, {"target": rest["target"].astype(dtype)}) == want
    assert loss.loss(x, {"target": np.repeat(rest["target"], 2)[::2]}) == want
    assert loss.loss(x, {"target": rest["target"].tolist()}) == want


@every_class_loss
def test_the_classes_may_be_on_any_axis(loss):
    """The same bits, and a gradient in the places of the prediction."""
    x, rest = loss.data()
    x = np.stack([x, x[::-1]])
    rest = {name: np.stack([value, value]) for name, value in rest.items()}
    want, slopes = loss.with_grad(x, rest, reduction="none")
    for axis in (0, 1, -2):
        moved = {name: np.moveaxis(v, -1, axis) if v.ndim == 3 else v for name, v in rest.items()}
        got, grad = loss.with_grad(np.moveaxis(x, -1, axis), moved, axis=axis, reduction="none")
        np.testing.assert_array_equal(got, want)
        np.testing.assert_array_equal(np.moveaxis(grad, axis, -1), slopes)


@every_loss
def test_layout_changes_nothing(loss):
    """Strides, byte order and read-only memory give the same bits."""
    x, rest = loss.data()
    want, slopes = loss.with_grad(x, rest)
    frozen = x.copy()
    frozen.flags.writeable = False
    for other in (np.asfortranarray(x), x[::-1][::-1], np.repeat(x, 2, axis=-1)[..., ::2], x.astype(">f8"), frozen):
        got, grad = loss.with_grad(other, rest)
        assert got == want
        np.testing.assert_array_equal(grad, slopes)
        assert grad.dtype.isnative


@every_loss
def test_result_dtypes(loss):
    """float32 where all data is narrow, but for labels and weights, or as dtype= says; a gradient has the prediction's."""
    x, rest = loss.data(np.float32)
    narrow = {n: v.astype(np.float32) if v.dtype.kind == "f" else v for n, v in rest.items()}
    if loss.name == "poisson_nll":
        narrow = {"target": rest["target"].astype(np.float32)}
    got, grad = loss.with_grad(x, narrow)
    assert type(got) is np.float32
    assert grad.dtype == np.float32
    wide, wide_grad = loss.with_grad(x.astype(np.float64), narrow, **loss.unchecked)
    assert type(wide) is np.float64
    assert got == pytest.approx(wide, rel=1e-6)
    np.testing.assert_allclose(grad, wide_grad, rtol=3e-6, atol=1e-7)
    assert type(loss.loss(x, narrow, dtype=np.float64)) is np.float64
    assert loss.loss(x, narrow, dtype=np.float64) == wide
    assert loss.loss(x, narrow, dtype="float32", reduction="none").dtype == np.float32
    assert type(loss.loss(x, narrow, sample_weight=np.ones(1))) is np.float32


@every_loss
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(loss, dtype):
    """The loss is float32, right to its last digit for what is stored; the gradient is rounded to the half once."""
    if dtype == "bfloat16":
        dtype = pytest.importorskip("ml_dtypes").bfloat16
    x, rest = loss.data(dtype)
    if loss.name == "poisson_nll":
        rest = {"target": rest["target"].astype(np.float32)}
    rest = {n: v.astype(np.float32) if v.dtype.kind == "f" else v for n, v in rest.items()}
    want, slopes = loss.with_grad(x.astype(np.float32), rest, **loss.unchecked)
    got, grad = loss.with_grad(x, rest, **loss.unchecked)
    assert got.dtype == np.float32
    assert got == pytest.approx(want, rel=2e-7)
    assert grad.dtype == x.dtype
    np.testing.assert_array_equal(grad, slopes.astype(dtype))
    again, grad = loss.with_grad(x, rest, grad_out=x, **loss.unchecked)
    assert grad is x
    np.testing.assert_array_equal(grad, slopes.astype(dtype))
    assert again == got


@every_loss
def test_out_is_filled_and_returned(loss):
    """The same bits go into the array that was given, whatever its layout."""
    x, rest = loss.data()
    out = np.empty(())
    assert loss.loss(x, rest, out=out) is out
    assert out == loss.loss(x, rest)
    out = np.empty((*shape_of(loss), 2))[..., 0]
    assert loss.loss(x, rest, reduction="none", out=out) is out
    np.testing.assert_array_equal(out, loss.loss(x, rest, reduction="none"))
    got, _ = loss.with_grad(x, rest, reduction="none", out=out)
    assert got is out


@pytest.mark.parametrize(
    ("function", "target", "weight"),
    [
        (losses.cross_entropy_with_grad, [0, 1, 2], "weight"),
        (losses.focal_with_grad, [0, 1, 2], "alpha"),
        (losses.cross_entropy_with_grad, [0, 1, 2], "sample_weight"),
        (losses.binary_cross_entropy_with_logits_with_grad, 1.0, "pos_weight"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_no_result_goes_over_a_weight(function, target, weight, dtype):
    """Neither `out` nor `grad_out` may share memory with weights of any kind, nor may a weight have a mask."""
    x, memory = np.zeros((3, 3), dtype), np.ones((3, 3), dtype)
    if weight == "pos_weight":
        given, out, target = memory, memory, np.ones((3, 3), dtype)
    else:
        given, out = memory[0], memory[0]
    for options in ({"out": out, "reduction": "none"}, {"grad_out": memory}):
        with pytest.raises(ValueError, match=f"{next(iter(options))} must not share memory with {weight}"):
            function(x, target, **{weight: given}, **options)
    np.testing.assert_array_equal(memory, 1)
    with pytest.raises(TypeError, match=f"{weight} must be without a mask"):
        function(x, target, **{weight: np.ma.array(given, mask=True)})


def test_a_pos_weight_is_looked_at_where_its_element_counts():
    """Whatever it is elsewhere; in any dtype, and broadcast."""
    z, t, where = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.5, 1.0]), [True, False, True]
    want, slopes = losses.binary_cross_entropy_with_logits_with_grad(z, t, pos_weight=3.0, where=where)
    for weight in ([3, NAN, 3], np.array([3, -1, 3], np.int8), np.float32([3, INF, 3])):
        got, grad = losses.binary_cross_entropy_with_logits_with_grad(z, t, pos_weight=weight, where=where)
        assert got == want
        np.testing.assert_array_equal(grad, slopes)
    with pytest.raises(ValueError, match=re.escape("pos_weight must be finite and non-negative, got pos_weight[1] =")):
        losses.binary_cross_entropy_with_logits(z, t, pos_weight=[3, NAN, 3])


@every_loss
@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f8", ">f4"])
def test_grad_out_may_be_the_prediction(loss, dtype):
    """Or any array of its shape and dtype, in any layout: the same bits."""
    x, rest = loss.data(dtype)
    want, slopes = loss.with_grad(x, rest)
    for out in (np.empty_like(x), np.asfortranarray(np.empty_like(x)), np.empty((SAMPLES, 2 * CLASSES), dtype)[:, ::2]):
        got, grad = loss.with_grad(x, rest, grad_out=out)
        assert grad is out
        assert got == want
        np.testing.assert_array_equal(grad, slopes)
    for in_place in (x.copy(), np.asfortranarray(x), np.repeat(x, 2, axis=-1)[..., ::2]):
        got, grad = loss.with_grad(in_place, rest, grad_out=in_place)
        assert grad is in_place
        assert got == want
        np.testing.assert_array_equal(grad, slopes)


@every_loss
def test_a_gradient_in_the_place_of_the_prediction_comes_in_pieces(loss, monkeypatch):
    """However small the pieces, the bits are the same."""
    monkeypatch.setattr("xlogx._loss_gradients._BUFFER", 16)
    monkeypatch.setattr("xlogx._loss_calls.PIECE", 7)
    monkeypatch.setattr("xlogx._loss_probabilities.PIECE", 7)
    monkeypatch.setattr("xlogx._loss_elements.PIECE", 7)
    for dtype in (np.float64, np.float32):
        x, rest = loss.data(dtype)
        for reduction in ("mean", "none"):
            want, slopes = loss.with_grad(x, rest, reduction=reduction)
            held = x.copy()
            got, _ = loss.with_grad(held, rest, reduction=reduction, grad_out=held)
            np.testing.assert_array_equal(got, want)
            np.testing.assert_array_equal(held, slopes)


def test_soft_targets_with_weights_come_in_pieces(monkeypatch):
    """However small the pieces, the bits are the same."""
    rng = np.random.default_rng(8)
    z, target, weight = rng.standard_normal((9, 4, 3)), rng.dirichlet(np.ones(3), (9, 4)), rng.random(3)
    options = {"weight": weight, "label_smoothing": 0.2}
    want, slopes = losses.cross_entropy_with_grad(z, target, **options)
    monkeypatch.setattr("xlogx._loss_calls.PIECE", 5)
    got, grad = losses.cross_entropy_with_grad(z, target, **options)
    assert got == want
    np.testing.assert_array_equal(grad, slopes)
    got, grad = losses.cross_entropy_with_grad(z, target, grad_out=z, **options)
    assert got == want
    np.testing.assert_array_equal(z, slopes)


@pytest.mark.parametrize("in_place", [False, True])
def test_an_error_leaves_the_gradient_alone(in_place):
    """Whatever is refused is found before anything is written."""
    x = np.array([[0.5, 0.25], [0.5, 1.5]])
    out = x if in_place else np.full((2, 2), 7.0)
    before = out.copy()
    for call in (
        lambda: losses.binary_cross_entropy_with_grad(x, x > 0.3, grad_out=out),
        lambda: losses.poisson_nll_with_grad(x, [[1, 2], [3, -1]], grad_out=out),
        lambda: losses.gaussian_nll_with_grad(x, 0.0, variance=[[1, 1], [1, 0]], grad_out=out, reduction="none"),
        lambda: losses.cross_entropy_with_grad(x, [0, 2], grad_out=out),
        lambda: losses.brier_score_with_grad(x, [0, 1], grad_out=out),
    ):
        with pytest.raises(ValueError, match=r"\[1, 1\] = |\[1\] = 2|row probs\[0, :\] sums to 0.75"):
            call()
        np.testing.assert_array_equal(out, before)


@every_loss
def test_single_rows_and_numbers(loss):
    """A single row is a sample, and so is a single number of an elementwise loss."""
    x, rest = loss.data()
    none, slopes = loss.with_grad(x, rest, reduction="none")
    place = 2 if loss.of_classes else (2, 1)
    got, grad = loss.with_grad(x[place], {name: value[place] for name, value in rest.items()})
    assert got == none[place]
    np.testing.assert_array_equal(grad, slopes[place])
    assert np.shape(grad) == np.shape(x[place])
    assert loss.of_classes or type(grad) is np.float64
    got, grad = loss.with_grad(
        x[place].copy(), {name: value[place] for name, value in rest.items()}, reduction="none", sample_weight=2.0
    )
    assert got == 2 * none[place]


def test_the_quick_path_is_the_long_one():
    """A call with an option at its default takes the long way, to the same bits."""
    rng = np.random.default_rng(11)
    for dtype in (np.float32, np.float64):
        z, labels = (9 * rng.standard_normal((50, 7))).astype(dtype), rng.integers(0, 7, 50)
        assert losses.cross_entropy(z, labels) == losses.cross_entropy(z, labels, reduction="mean")
        for one, other in zip(
            losses.cross_entropy_with_grad(z, labels),
            losses.cross_entropy_with_grad(z, labels, temperature=1.0),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match=re.escape("target[3] = -1")):
        losses.cross_entropy(np.zeros((4, 2)), np.array([0, 1, 1, -1]))
    big = np.array([[0.0, 3e38]], np.float32)
    assert losses.cross_entropy(np.concatenate([big, -big]) * 1, np.array([0, 1])) == np.float32(3e38)


@every_loss
def test_threads_change_no_bit(loss):
    """Neither of the loss nor of the gradient, also where the calls are large."""
    x, rest = loss.data()
    times = 20_000 if _backend.name == "rust" else 300
    x, rest = np.tile(x, (times, 1)), {n: np.concatenate([v] * times) for n, v in rest.items()}
    with xlogx.threads(1):
        want, slopes = loss.with_grad(x, rest)
    with xlogx.threads(3):
        got, grad = loss.with_grad(x, rest)
    assert got == want
    np.testing.assert_array_equal(grad, slopes)


def test_every_function_shows_its_options():
    """inspect.signature has data and options, by keyword alone; the docstring describes each; pickle finds them."""
    for name in losses.__all__:
        function = getattr(losses, name)
        shown = inspect.signature(function).parameters
        assert function.__module__ == "xlogx.losses"
        assert pickle.loads(pickle.dumps(function)) is function
        for parameter in shown:
            assert re.search(rf"^(\w+, )*{parameter}(, \w+)*( : |$)", function.__doc__, re.MULTILINE), (name, parameter)
        assert "The same in every" not in function.__doc__
        assert [p for p in shown.values() if p.kind is p.POSITIONAL_OR_KEYWORD][2:] == []
    assert list(inspect.signature(losses.cross_entropy).parameters) == [
        "logits", "target", "axis", "weight", "sample_weight", "ignore_index", "label_smoothing", "temperature",
        "where", "reduction", "empty", "check", "out", "dtype",
    ]  # fmt: skip


@every_loss
def test_arguments_are_left_alone(loss):
    """No call writes to its data."""
    x, rest = loss.data()
    before = x.copy(), {name: value.copy() for name, value in rest.items()}
    loss.with_grad(x, rest, sample_weight=2.0)
    np.testing.assert_array_equal(x, before[0])
    for name, value in rest.items():
        np.testing.assert_array_equal(value, before[1][name])
