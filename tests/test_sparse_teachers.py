"""Divergences from a teacher of which a few classes of each row are known, for every policy about the others."""

import warnings
from functools import partial

import numpy as np
import pytest
from loss_cases import softmax
from sparse_cases import TAILS, every_tail, likeliest, student_and_teacher

from xlogx import _logit_sparse, _loss_sparse, _sparse_reference, logits, losses

pytestmark = pytest.mark.usefixtures("backend")

INF, NAN = np.inf, np.nan


@every_tail
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_gradients_are_central_differences(tail, reduction, temperature):
    """Of what a call without the gradient gives, with weights and a mask; both calls give the same loss."""
    student, teacher = student_and_teacher()
    rng = np.random.default_rng(1)
    loss = partial(
        losses.distillation,
        teacher=likeliest(teacher, 3, temperature),
        tail=tail,
        temperature=temperature,
        reduction=reduction,
        sample_weight=rng.random(6),
        where=rng.random(6) < 0.8,
    )
    with_grad = partial(losses.distillation_with_grad, *loss.args, **loss.keywords)
    value, grad = with_grad(student=student)
    assert value == loss(student=student)
    step = 1e-5
    for place in np.ndindex(student.shape):
        ahead, behind = student.copy(), student.copy()
        ahead[place] += step
        behind[place] -= step
        want = (loss(student=ahead) - loss(student=behind)) / (2 * step)
        assert grad[place] == pytest.approx(want, rel=1e-5, abs=1e-9)


@every_tail
@pytest.mark.parametrize("temperature", [1.0, 0.3, 2.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_with_all_classes_every_policy_is_the_dense_divergence(tail, temperature, dtype):
    """In any order of the classes."""
    student, teacher = student_and_teacher((5, 7))
    student = student.astype(dtype)
    log_probs = logits.log_softmax(teacher, temperature=temperature).astype(dtype)
    order = np.random.default_rng(2).permuted(np.tile(np.arange(7), (5, 1)), axis=1)
    sparse = order, np.take_along_axis(log_probs, order, axis=1)
    # The teacher's logits are divided by the temperature, log-probabilities are at it.
    dense = (log_probs * np.float64(temperature)).astype(np.float64)
    near = {"rtol": 1e-13, "atol": 1e-15} if dtype is np.float64 else {"rtol": 3e-7, "atol": 1e-9}
    options = {"temperature": temperature, "reduction": "none"}
    got = losses.distillation_with_grad(student=student, teacher=sparse, tail=tail, **options)
    want = losses.distillation_with_grad(student=student, teacher=dense, **options)
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, **near)
        assert one.dtype == dtype
    for base in (None, 2):
        got = logits.kl_divergence(sparse, student, tail=tail, temperature=temperature, base=base)
        want = logits.kl_divergence(dense, student, temperature=temperature, base=base)
        np.testing.assert_allclose(got, want, **near)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_a_policy_is_a_dense_divergence_of_other_rows(k):
    """Of the classes that are given alone, of these with nothing elsewhere, and of these with all others as one."""
    student, teacher = student_and_teacher()
    indices, log_probs = likeliest(teacher, k)
    top = np.take_along_axis(student, indices, axis=1)
    others = np.ones(student.shape, bool)
    np.put_along_axis(others, indices, False, axis=1)
    rest = logits.logsumexp(student, where=others)[:, None]
    everywhere = np.full(student.shape, -INF)
    np.put_along_axis(everywhere, indices, log_probs, axis=1)
    left = np.log1p(-np.exp(log_probs).sum(axis=1, keepdims=True))
    want = {
        "drop": logits.kl_divergence(log_probs, top),
        "renormalize": logits.kl_divergence(everywhere, student),
        "bucket": logits.kl_divergence(np.hstack([log_probs, left]), np.hstack([top, rest])),
    }
    for tail, answers in want.items():
        got = logits.kl_divergence((indices, log_probs), student, tail=tail)
        np.testing.assert_allclose(got, answers, rtol=1e-13)
        got = losses.distillation(student=student, teacher=(indices, log_probs), tail=tail, reduction="none")
        np.testing.assert_allclose(got, answers, rtol=1e-13)


def test_fewer_classes_tell_less():
    """No bucket has a larger divergence than the whole, more classes tell more, and no divergence is negative."""
    student, teacher = student_and_teacher((40, 12))
    whole = logits.kl_divergence(teacher, student)
    before = np.zeros(40)
    for k in range(1, 12):
        sparse = likeliest(teacher, k)
        found = logits.kl_divergence(sparse, student)
        assert (before <= found * (1 + 1e-13)).all()
        assert (found <= whole * (1 + 1e-13)).all()
        before = found
        for tail in TAILS:
            assert (logits.kl_divergence(sparse, student, tail=tail) >= 0).all()
            assert (logits.kl_divergence(likeliest(student, k), student, tail="bucket") < 1e-25).all()


@every_tail
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_equal_rows_have_a_divergence_of_exactly_nothing(tail, dtype):
    """Up to a number added to all logits of the student; and nothing to learn."""
    student = np.array([[0.5, 0.5], [7.0, -INF], [-3.0, -3.0]], dtype)
    log_probs = np.array([[np.log(0.5)] * 2, [0.0, -INF], [np.log(0.5)] * 2], dtype)
    loss, grad = losses.distillation_with_grad(
        student=student, teacher=(np.array([[0, 1]] * 3), log_probs), tail=tail, reduction="none"
    )
    np.testing.assert_array_equal(loss, 0.0)
    np.testing.assert_array_equal(grad, 0.0)


def test_equal_rows_of_a_few_classes_have_a_divergence_of_exactly_nothing():
    """Half of it in one class, and the other half in the others together; and with nothing left for others."""
    assert logits.kl_divergence(([0], [np.log(0.5)]), [3.0, 3.0]) == 0
    assert logits.kl_divergence(([2], [np.log(0.5)]), [-INF, 1.0, 1.0]) == 0
    assert logits.kl_divergence(([1], [0.0]), [-INF, 1.0]) == 0
    log_probs = np.array([[-3.0, -0.75], [-1.5, -2.25]])
    student = np.array([[5.0, 1.0, 7.25], [2.5, 1.75, 0.0]])
    indices = np.array([[0, 2], [0, 1]])
    loss, grad = losses.distillation_with_grad(student=student, teacher=(indices, log_probs), tail="drop")
    assert loss == 0
    np.testing.assert_array_equal(grad, 0.0)


@every_tail
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_the_class_axis_is_any(tail, axis):
    """Class axes of student and teacher are the same, and the answer is that of rows laid out one by one."""
    student, teacher = student_and_teacher((3, 4, 5))
    sparse = likeliest(teacher, 2)
    want, slopes = losses.distillation_with_grad(student=student, teacher=sparse, tail=tail, reduction="none")
    moved = tuple(np.moveaxis(part, -1, axis) for part in sparse)
    z = np.moveaxis(student, -1, axis)
    got, grad = losses.distillation_with_grad(student=z, teacher=moved, tail=tail, reduction="none", axis=axis)
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(grad, np.moveaxis(slopes, -1, axis))
    got = logits.kl_divergence(moved, z, tail=tail, axis=axis)
    np.testing.assert_array_equal(got, want)
    kept = logits.kl_divergence(moved, z, tail=tail, axis=axis, keepdims=True)
    np.testing.assert_array_equal(kept, np.expand_dims(want, axis))


@every_tail
def test_rows_broadcast_in_the_measure(tail):
    """One reference for many models, and many for one."""
    student, teacher = student_and_teacher()
    indices, log_probs = likeliest(teacher, 3)
    got = logits.kl_divergence((indices[:1], log_probs[:1]), student, tail=tail)
    want = [logits.kl_divergence((indices[0], log_probs[0]), z, tail=tail) for z in student]
    np.testing.assert_array_equal(got, want)
    got = logits.kl_divergence((indices, log_probs), student[:1], tail=tail)
    want = [logits.kl_divergence((i, x), student[0], tail=tail) for i, x in zip(indices, log_probs, strict=True)]
    np.testing.assert_array_equal(got, want)


@every_tail
def test_a_single_row(tail):
    """It gives a NumPy scalar, from lists, too."""
    got = logits.kl_divergence(([2, 0], [-1.0, -1.5]), [0.5, 1.0, 2.0, -1.0], tail=tail)
    assert type(got) is np.float64
    loss, grad = losses.distillation_with_grad(student=[0.5, 1.0, 2.0, -1.0], teacher=([2, 0], [-1.0, -1.5]), tail=tail)
    assert loss == got
    assert grad.shape == (4,)
    assert type(logits.kl_divergence(([2], np.float32([-1])), np.float32([0, 1, 2]), tail=tail)) is np.float32


@every_tail
def test_temperature_is_in_the_student_alone(tail):
    """Log-probabilities are at it already; the loss is T² times the measure, and the gradient grows like T."""
    student, teacher = student_and_teacher()
    for temperature in (0.25, 8.0):
        sparse = likeliest(teacher, 4, temperature)
        measure = logits.kl_divergence(sparse, student, tail=tail, temperature=temperature)
        np.testing.assert_array_equal(measure, logits.kl_divergence(sparse, student / temperature, tail=tail))
        options = {"teacher": sparse, "tail": tail, "reduction": "none"}
        loss, grad = losses.distillation_with_grad(student=student, temperature=temperature, **options)
        np.testing.assert_array_equal(loss, temperature**2 * measure)
        _, slopes = losses.distillation_with_grad(student=student / temperature, **options)
        np.testing.assert_allclose(grad, temperature * slopes, rtol=1e-15)


@every_tail
def test_samples_that_do_not_count_are_as_if_absent(tail):
    """Whatever stands there, in the teacher, too: classes that are none, NaN, probabilities above one."""
    student, teacher = student_and_teacher()
    indices, log_probs = likeliest(teacher, 3)
    keep = np.array([True, False, True, True, False, True])
    want, slopes = losses.distillation_with_grad(
        student=student[keep], teacher=(indices[keep], log_probs[keep]), tail=tail
    )
    student[1], student[4] = NAN, INF
    indices[1], indices[4] = -100, 3
    log_probs[1], log_probs[4] = NAN, 5.0
    got, grad = losses.distillation_with_grad(student=student, teacher=(indices, log_probs), tail=tail, where=keep)
    assert got == pytest.approx(want, rel=1e-15)
    np.testing.assert_allclose(grad[keep], slopes, rtol=1e-15)
    np.testing.assert_array_equal(grad[~keep], 0.0)
    options = {"student": student, "teacher": (indices, log_probs), "tail": tail, "where": False}
    assert losses.distillation(**options, empty=7.0) == 7.0
    assert losses.distillation(student=student[:0], teacher=(indices[:0], log_probs[:0]), tail=tail, empty=3.0) == 3.0


@every_tail
def test_sample_weights(tail):
    """They multiply the losses, and a mean is divided by their sum."""
    student, teacher = student_and_teacher()
    sparse = likeliest(teacher, 3)
    weight = np.array([1.0, 0.0, 2.0, 0.5, 3.0, 1.0])
    none = losses.distillation(student=student, teacher=sparse, tail=tail, reduction="none")
    got = losses.distillation(student=student, teacher=sparse, tail=tail, sample_weight=weight)
    assert got == pytest.approx((weight * none).sum() / weight.sum(), rel=1e-14)


@every_tail
def test_a_class_that_the_student_rules_out(tail):
    """One that the teacher gives a probability to costs without limit, one without adds nothing."""
    z = np.array([0.0, 1.0, -INF, 2.0])
    assert losses.distillation(student=z, teacher=([2, 0], [-1.0, -1.0]), tail=tail) == INF
    assert logits.kl_divergence(([2, 0], [-1.0, -1.0]), z, tail=tail) == INF
    got, grad = losses.distillation_with_grad(student=z, teacher=([2, 0], [-INF, -0.5]), tail=tail)
    assert got == losses.distillation(student=z[[0, 1, 3]], teacher=([0], [-0.5]), tail=tail)
    assert grad[2] == 0


def test_a_rest_for_which_the_student_has_no_class():
    """It costs without limit, unless it may be a rounding of the teacher's probabilities."""
    z = np.array([0.0, 1.0, -INF, -INF])
    assert losses.distillation(student=z, teacher=([0, 1], np.log([0.5, 0.25]))) == INF
    assert losses.distillation(student=z, teacher=([0, 1], np.log([0.5, 0.25])), tail="renormalize") < INF
    near = np.log([0.5, 0.5 - 1e-9])
    loss, grad = losses.distillation_with_grad(student=z, teacher=([0, 1], near))
    assert loss == pytest.approx(losses.distillation(student=z[:2], teacher=near), rel=1e-15)
    np.testing.assert_array_equal(grad[2:], 0.0)


@every_tail
def test_special_values_of_the_student(tail):
    """A row of -inf alone, or with +inf or NaN, is NaN, and so is its gradient where it is looked at."""
    sparse = np.array([[0, 2]] * 4), np.full((4, 2), -1.0)
    z = np.array([[-INF] * 3, [INF, 0.0, 0.0], [NAN, 0.0, 0.0], [0.0, 0.0, 0.0]])
    loss, grad = losses.distillation_with_grad(student=z, teacher=sparse, tail=tail, reduction="none")
    np.testing.assert_array_equal(np.isnan(loss), [True, True, True, False])
    np.testing.assert_array_equal(np.isnan(grad[:, [0, 2]]).all(axis=1), [True, True, True, False])
    np.testing.assert_array_equal(np.isnan(logits.kl_divergence(sparse, z, tail=tail)), [True, True, True, False])
    with pytest.raises(ValueError, match=r'zq must not hold NaN with nan_policy="raise", got zq\[2, 0\] = nan'):
        logits.kl_divergence(sparse, z, tail=tail, nan_policy="raise")


def test_a_teacher_without_any_probability():
    """All of it is in the bucket of the others; divided by its sum it is no distribution."""
    z, teacher = [1.0, 2.0, 3.0], ([0], [-INF])
    assert losses.distillation(student=z, teacher=teacher) == pytest.approx(-np.log1p(-softmax(np.array(z))[0]))
    assert np.isnan(losses.distillation(student=z, teacher=teacher, tail="renormalize"))
    assert np.isnan(losses.distillation(student=z, teacher=teacher, tail="drop"))


def test_probabilities_that_sum_to_one_but_for_a_rounding():
    """A little more than one is one, in every dtype; the classes that are left have nothing."""
    z = np.array([0.5, 1.0, 2.0])
    for dtype, more in ((np.float64, 1e-9), (np.float32, 1e-4), (np.float16, 1e-2)):
        log_probs = (np.log([0.5, 0.5]) + more).astype(dtype)
        got = losses.distillation(student=z, teacher=([0, 2], log_probs), dtype=np.float64)
        want = losses.distillation(student=z, teacher=([0, 2], log_probs), tail="renormalize", dtype=np.float64)
        assert got == want
        assert logits.kl_divergence(([0], np.array([more], dtype)), z.astype(dtype)) > 0


@every_tail
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", ">f8", "int32"])
def test_any_dtype_of_logits_and_log_probabilities(tail, dtype):
    """The answers are those of the same numbers in float64, rounded; the gradient has the dtype of the student, native."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    kind = ml_dtypes.bfloat16 if dtype == "bfloat16" else np.dtype(dtype)
    student, teacher = student_and_teacher()
    student = student.astype(kind)
    indices, log_probs = likeliest(teacher, 3)
    wide = student.astype(np.float64)
    if dtype not in (">f8", "int32"):
        log_probs = log_probs.astype(kind)
    options = {"tail": tail, "reduction": "none"}
    want, slopes = losses.distillation_with_grad(
        student=wide, teacher=(indices, log_probs.astype(np.float64)), **options
    )
    got, grad = losses.distillation_with_grad(student=student, teacher=(indices, log_probs), **options)
    narrow = dtype in ("float16", "bfloat16", "float32")
    assert got.dtype == (np.float32 if narrow else np.float64)
    np.testing.assert_allclose(got, want, rtol=1e-7 if narrow else 1e-15)
    step = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 2e-7}.get(dtype, 1e-15)
    np.testing.assert_allclose(grad.astype(np.float64), slopes, rtol=step, atol=1e-7 if narrow else 1e-16)
    assert grad.dtype == (np.float64 if dtype == "int32" else kind.newbyteorder("=") if dtype == ">f8" else kind)
    np.testing.assert_array_equal(logits.kl_divergence((indices, log_probs), student, tail=tail), got)
    if dtype == "bfloat16":
        bits = logits.kl_divergence(
            (indices.astype(np.uint16), log_probs.view(np.uint16)),
            student.view(np.uint16),
            tail=tail,
            input_dtype="bfloat16",
        )
        np.testing.assert_array_equal(bits, got)


@every_tail
def test_layout_and_integer_dtype_change_nothing(tail):
    """Strides, byte order, width of the classes, lists, and rows read in pieces."""
    student, teacher = student_and_teacher((30, 11))
    indices, log_probs = likeliest(teacher, 4)
    want = losses.distillation_with_grad(student=student, teacher=(indices, log_probs), tail=tail, reduction="none")
    for kind in (np.uint8, np.int16, ">i4", np.uint64):
        for some in (lambda x: x, np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2]):
            got = losses.distillation_with_grad(
                student=some(student),
                teacher=(some(indices.astype(kind)), some(log_probs)),
                tail=tail,
                reduction="none",
            )
            for one, other in zip(got, want, strict=True):
                np.testing.assert_array_equal(one, other)
    got = logits.kl_divergence((indices.tolist(), log_probs.tolist()), student.tolist(), tail=tail)
    np.testing.assert_array_equal(got, want[0])


@every_tail
def test_pieces_of_rows_change_nothing(tail, monkeypatch):
    """However few rows are gone over at a time."""
    student, teacher = student_and_teacher((3, 5, 8))
    options = {"student": student, "teacher": likeliest(teacher, 3), "tail": tail, "reduction": "none"}
    want = losses.distillation_with_grad(**options)
    for module in (_logit_sparse, _loss_sparse, _sparse_reference):
        monkeypatch.setattr(module, "PIECE", 17)
    for one, other in zip(losses.distillation_with_grad(**options), want, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(logits.kl_divergence(options["teacher"], student, tail=tail), want[0])


@every_tail
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_out_and_grad_out(tail, dtype):
    """They are returned themselves; the gradient may take the place of the student."""
    student, teacher = student_and_teacher()
    student = student.astype(dtype)
    sparse = likeliest(teacher, 3, dtype=dtype)
    want, slopes = losses.distillation_with_grad(student=student, teacher=sparse, tail=tail)
    out, grad_out = np.empty((), want.dtype), np.empty(student.shape, dtype)[:, ::-1]
    got, grad = losses.distillation_with_grad(student=student, teacher=sparse, tail=tail, out=out, grad_out=grad_out)
    assert got is out
    assert grad is grad_out
    assert out == want
    np.testing.assert_array_equal(grad, slopes)
    rows = np.empty(6, want.dtype)
    measure = logits.kl_divergence(sparse, student, tail=tail)
    assert logits.kl_divergence(sparse, student, tail=tail, out=rows) is rows
    np.testing.assert_array_equal(rows, measure)
    got, grad = losses.distillation_with_grad(student=student, teacher=sparse, tail=tail, grad_out=student)
    assert grad is student
    assert got == want
    np.testing.assert_array_equal(student, slopes)


def test_bits_and_wider_results():
    """`base` and `dtype` mean what they mean for a dense reference."""
    student, teacher = (x.astype(np.float32) for x in student_and_teacher())
    sparse = likeliest(teacher, 3, dtype=np.float32)
    nats = logits.kl_divergence(sparse, student, dtype=np.float64)
    assert nats.dtype == np.float64
    np.testing.assert_allclose(logits.kl_divergence(sparse, student, base="bits"), nats / np.log(2), rtol=2e-7)
    np.testing.assert_array_equal(logits.kl_divergence(sparse, student), nats.astype(np.float32))
    np.testing.assert_array_equal(logits.kl_divergence(sparse, student, on_invalid="nan"), nats.astype(np.float32))


def test_the_arguments_stay_as_they_are():
    """No call writes to what it reads, and none warns."""
    student, teacher = student_and_teacher()
    sparse = likeliest(teacher, 3)
    before = [x.copy() for x in (student, *sparse)]
    for x in (student, *sparse):
        x.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tail in TAILS:
            losses.distillation_with_grad(student=student, teacher=sparse, tail=tail)
            logits.kl_divergence(sparse, student, tail=tail)
    for x, y in zip((student, *sparse), before, strict=True):
        np.testing.assert_array_equal(x, y)


def test_two_dense_rows_may_be_a_tuple():
    """A pair is sparse only where each part has as many axes as the student."""
    student = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 0.0]])
    want = losses.distillation(student=student, teacher=np.array([[1, 0, 2], [0, 1, 2]]))
    assert losses.distillation(student=student, teacher=((1, 0, 2), (0, 1, 2))) == want
    assert logits.kl_divergence(((1, 0, 2), (0, 1, 2)), student).shape == (2,)


def test_an_error_leaves_the_callers_arrays_as_they_were():
    """Also one of the last row; and the loss shares no memory with what is read."""
    student, teacher = student_and_teacher()
    indices, log_probs = likeliest(teacher, 3)
    indices[5, 1] = 9
    out, grad_out = np.full(6, 7.0), np.full(student.shape, 7.0)
    with pytest.raises(ValueError, match=r"teacher\[0\]\[5, 1\] = 9$"):
        losses.distillation_with_grad(
            student=student, teacher=(indices, log_probs), reduction="none", out=out, grad_out=grad_out
        )
    with pytest.raises(ValueError, match=r"zp\[0\]\[5, 1\] = 9$"):
        logits.kl_divergence((indices, log_probs), student, out=out)
    assert (out == 7).all()
    assert (grad_out == 7).all()
    with pytest.raises(ValueError, match=r"out must not share memory with zp\[1\], which it would overwrite"):
        logits.kl_divergence((indices, log_probs), student, out=log_probs[:, 0])
