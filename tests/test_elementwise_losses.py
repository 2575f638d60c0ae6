"""Losses of single elements: special values, weights, what is not seen, and the same bits however they are asked for."""

import hashlib
import math

import numpy as np
import pytest
from backends import LEVELS, long, needs_rust, on_every_backend
from elementwise_cases import LOSSES, OF_ONE, OF_THREE, answer, case

from xlogx import _backend
from xlogx._fallback.rows import BLOCK

NAN, INF = np.nan, np.inf
every_loss = pytest.mark.parametrize("loss", LOSSES)
COUNTED = ("poisson_nll", "poisson_nll_of_rate")


def same(got, want):
    """Two answers are alike to the last bit."""
    np.testing.assert_equal(got.total, want.total)
    np.testing.assert_array_equal(got.losses, want.losses)
    np.testing.assert_array_equal(got.gradient, want.gradient)


@on_every_backend
@pytest.mark.parametrize(
    ("x", "t", "loss", "slope"),
    [
        (0.0, 0.0, 0.0, 1.0),
        (1.0, 1.0, 0.0, -1.0),
        (0.0, 1.0, INF, -INF),
        (-0.0, 1.0, INF, -INF),
        (1.0, 0.0, INF, INF),
        (0.0, 0.5, INF, -INF),
        (1.0, 0.5, INF, INF),
        (0.5, 1.0, math.log(2), -2.0),
        (0.5, 0.0, math.log(2), 2.0),
        (0.5, 0.5, math.log(2), 0.0),
        (NAN, 0.0, NAN, NAN),
        (0.5, NAN, NAN, NAN),
    ],
)
def test_binary_cross_entropy_of_certain_predictions(x, t, loss, slope):
    """A target of 0 or 1 asks for one of the logarithms alone: no 0 times infinity."""
    found = answer("binary_cross_entropy", [x], [t], parameter=1.0)
    np.testing.assert_array_max_ulp(found.losses, [loss], 1)
    np.testing.assert_array_equal(found.gradient, [slope])


@on_every_backend
@pytest.mark.parametrize(
    ("z", "t", "weight", "loss", "slope"),
    [
        (INF, 1.0, 1.0, 0.0, 0.0),
        (-INF, 0.0, 1.0, 0.0, 0.0),
        (INF, 0.0, 1.0, INF, 1.0),
        (-INF, 1.0, 1.0, INF, -1.0),
        (-INF, 1.0, 3.0, INF, -3.0),
        (-INF, 1.0, 0.0, 0.0, 0.0),
        (INF, 0.5, 1.0, INF, 0.5),
        (0.0, 0.0, INF, math.log(2), 0.5),
        (0.0, 0.25, 1.0, math.log(2), 0.25),
        (NAN, 1.0, 0.0, NAN, NAN),
        (1.0, 0.0, NAN, NAN, NAN),
        (1.0, NAN, 1.0, NAN, NAN),
    ],
)
def test_binary_cross_entropy_of_infinite_logits(z, t, weight, loss, slope):
    """An infinite logit is a prediction that is certain: right for nothing, wrong for infinity."""
    found = answer("binary_cross_entropy_with_logits", [z], [t], [weight], parameter=1.0)
    np.testing.assert_array_max_ulp(found.losses, [loss], 1)
    np.testing.assert_array_equal(found.gradient, [slope])


@on_every_backend
@pytest.mark.parametrize(
    ("loss", "x", "t", "parameter", "want", "slope"),
    [
        ("poisson_nll", -INF, 0.0, 0.0, 0.0, 0.0),
        ("poisson_nll", -INF, 2.0, 0.0, INF, -2.0),
        ("poisson_nll", INF, 2.0, 0.0, INF, INF),
        ("poisson_nll", 710.0, 1e300, 0.0, INF, INF),
        ("poisson_nll", 0.0, 1.0, 1.0, 1.0, 0.0),
        ("poisson_nll", NAN, 0.0, 0.0, NAN, NAN),
        ("poisson_nll_of_rate", 0.0, 0.0, 0.0, 0.0, 1.0),
        ("poisson_nll_of_rate", -0.0, 2.0, 0.0, INF, -INF),
        ("poisson_nll_of_rate", INF, 2.0, 0.0, INF, 1.0),
        ("poisson_nll_of_rate", NAN, 0.0, 0.0, NAN, NAN),
        ("negative_log", 0.0, None, 1.0, INF, -INF),
        ("negative_log", 1.0, None, 1.0, 0.0, -1.0),
        ("negative_log", 2.0, None, 0.0, -math.log(2), -0.5),
        ("negative_log", INF, None, 0.0, -INF, 0.0),
        ("negative_log", -1.0, None, 0.0, NAN, NAN),
        ("focal", 0.0, None, 2.0, 0.0, 0.0),
        ("focal", 0.0, None, 0.5, 0.0, 0.0),
        ("focal", 0.0, None, 0.0, 0.0, 1.0),
        ("focal", INF, None, 2.0, INF, 1.0),
        ("focal", INF, None, 0.0, INF, 1.0),
        ("focal", 1e-300, None, 2.0, 0.0, 0.0),
        ("focal", 3.0, None, 0.0, 3.0, 1.0),
        ("focal", NAN, None, 2.0, NAN, NAN),
        ("squared_error", INF, 1.0, 0.0, INF, INF),
        ("squared_error", INF, INF, 0.0, NAN, NAN),
        ("value", -INF, None, 0.0, -INF, 1.0),
    ],
)
def test_other_losses_at_the_ends_of_their_ranges(loss, x, t, parameter, want, slope):
    """Each special value gives its limit, and NaN gives NaN."""
    found = answer(loss, [x], None if t is None else [t], parameter=parameter)
    np.testing.assert_array_max_ulp(found.losses, [want], 1)
    np.testing.assert_array_equal(found.gradient, [slope])


@on_every_backend
@pytest.mark.parametrize(
    ("x", "t", "variance", "loss", "slope"),
    [
        (1e-10, 0.0, 5e-324, 0.5e-20 / 5e-324, INF),
        (1.5e154, 0.0, 1.0, 1.125e308, 1.5e154),
        (3e160, 0.0, 1e300, 0.5 * (math.log(1e300) + 9e20), 3e-140),
        (0.0, 0.0, 1.7e308, 0.5 * math.log(1.7e308), 0.0),
        (NAN, 0.0, 1.0, NAN, NAN),
        (0.0, 0.0, NAN, NAN, NAN),
    ],
)
def test_gaussian_nll_of_far_variances(x, t, variance, loss, slope):
    """A square, or a quotient, that is out of range leaves a loss that is not in it."""
    found = answer("gaussian_nll", [x], [t], [variance])
    np.testing.assert_array_max_ulp(found.losses, [loss], 4)
    np.testing.assert_array_max_ulp(found.gradient, [slope], 1)


INVALID = [
    ("binary_cross_entropy", (1.5, 0.5, 1.0), 1.0),
    ("binary_cross_entropy", (-1e-300, 0.5, 1.0), 1.0),
    ("binary_cross_entropy", (0.5, -0.5, 1.0), 1.0),
    ("binary_cross_entropy", (NAN, 1.5, 1.0), 1.0),
    ("binary_cross_entropy_with_logits", (3.0, 1.5, 1.0), 1.0),
    ("binary_cross_entropy_with_logits", (3.0, -INF, 1.0), 1.0),
    ("gaussian_nll", (3.0, 1.5, 0.0), 0.0),
    ("gaussian_nll", (3.0, 1.5, -1.0), 1.0),
    ("gaussian_nll", (3.0, 1.5, INF), 1.0),
    ("poisson_nll", (3.0, -1.0, 1.0), 0.0),
    ("poisson_nll_of_rate", (3.0, -1.0, 1.0), 0.0),
    ("poisson_nll_of_rate", (-3.0, 1.0, 1.0), 1.0),
    ("negative_log", (1.5, 1.0, 1.0), 1.0),
    ("negative_log", (-0.5, 1.0, 1.0), 1.0),
]


@on_every_backend
@pytest.mark.parametrize(("loss", "numbers", "parameter"), INVALID)
@pytest.mark.parametrize("place", [0, 2_100])
def test_an_invalid_element_ends_the_call(loss, numbers, parameter, place):
    """One of them, anywhere: there is no answer, but where it is not seen there is."""
    arguments = [np.full(2_101, number) for number in (0.5, 0.5, 0.5)]
    for column, number in zip(arguments, numbers, strict=True):
        column[place] = number
    given = arguments[: 1 if loss in OF_ONE else 3 if loss in OF_THREE else 2]
    assert answer(loss, *given, parameter=parameter).total is None
    where = np.arange(2_101) != place
    found = answer(loss, *given, parameter=parameter, where=where)
    rest = answer(loss, *(np.full(2_101, 0.5) for _ in given), parameter=parameter, where=where)
    same(found, rest)
    assert found.losses[place] == found.gradient[place] == 0.0


@on_every_backend
@pytest.mark.parametrize(("loss", "numbers", "parameter"), INVALID[:6])
def test_unchecked_an_element_out_of_range_is_nan(loss, numbers, parameter):
    """With a parameter of 0 the probabilities are not refused."""
    given = [[number] for number in numbers[: 3 if loss in OF_THREE else 2]]
    found = answer(loss, *given, parameter=0.0)
    assert np.isnan([found.total, found.losses[0], found.gradient[0]]).all()


@on_every_backend
@every_loss
@pytest.mark.parametrize("n", [1, 7, 16, 1023, 1025, 2_500])
def test_what_is_not_seen_leaves_no_trace(loss, n):
    """Where the mask is False a loss and its gradient are 0, whatever stands there; the others stay as they were."""
    arguments, parameter = case(loss, n)
    where = np.arange(n) % 3 != 1
    weight = np.where(where, 1 + np.arange(n) % 7, NAN)
    want = answer(loss, *arguments, weight=np.where(where, weight, 0.0), parameter=parameter)
    spoiled = [np.where(where, column, NAN) for column in arguments]
    found = answer(loss, *spoiled, weight=weight, where=where, parameter=parameter)
    same(found, want)
    assert not found.losses[~where].any()
    assert not found.gradient[~where].any()
    nothing = answer(loss, *spoiled, where=np.zeros(n, bool), parameter=parameter)
    assert nothing.total == 0.0
    assert not nothing.losses.any()


@on_every_backend
@every_loss
def test_weights_and_the_scale_are_factors(loss):
    """A loss times its weight; a derivative times weight and scale. A weight of 0 drops the element, infinite or NaN."""
    arguments, parameter = case(loss, 1_500)
    plain = answer(loss, *arguments, parameter=parameter)
    weight = np.where(np.arange(1_500) % 4, 0.7, -3.0)
    found = answer(loss, *arguments, weight=weight, scale=0.3, parameter=parameter)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found.losses, weight * plain.losses)
        np.testing.assert_array_equal(found.gradient, weight * 0.3 * plain.gradient)
    zero = answer(
        loss, *(np.full_like(column, NAN) for column in arguments), weight=np.zeros(1_500), parameter=parameter
    )
    assert zero.total == 0.0
    assert not zero.gradient.any()
    assert not answer(loss, *arguments, scale=0.0, parameter=parameter).gradient.any()


@on_every_backend
@every_loss
def test_results_that_are_not_wanted_change_no_other(loss):
    """Without a place for losses or gradient the sum is what it was, and a float32 gradient is the float64 one, rounded."""
    arguments, parameter = case(loss, 3_000)
    full = answer(loss, *arguments, parameter=parameter)
    single = answer(loss, *arguments, parameter=parameter, grad=np.float32)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(single.gradient, full.gradient.astype(np.float32))
    core = _backend.core.elementwise_losses
    padded = [*arguments, None, None][:3]
    assert core(loss, *padded, None, None, parameter, False, None, 1.0, None, 1) == full.total
    empty = [None if column is None else column[:0] for column in padded]
    assert core(loss, *empty, None, None, parameter, False, None, 1.0, None, 1) == 0.0
    point = [None if column is None else column[7] for column in padded]
    assert answer(loss, *point, parameter=parameter).losses == full.losses[7]


@on_every_backend
@every_loss
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_layout_changes_no_bit(loss, dtype):
    """Order, strides, byte order, alignment and broadcasting are no part of the value."""
    shape = (37, 61)
    arguments, parameter = case(loss, 37 * 61, dtype)
    columns = [column.reshape(shape) for column in arguments]
    options = {"parameter": parameter, "narrow": dtype is np.float32, "grad": dtype}
    want = answer(loss, *columns, **options)
    flat = answer(loss, *arguments, **options)
    assert flat.total == want.total
    np.testing.assert_array_equal(flat.losses.reshape(shape), want.losses)

    def unaligned(column):
        memory = np.empty(column.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape)
        memory[...] = column
        return memory

    for changed in (
        np.asfortranarray,
        lambda column: np.repeat(column, 3, axis=1)[:, ::3],
        lambda column: column[::-1, ::-1].copy()[::-1, ::-1],
        lambda column: column.astype(np.dtype(dtype).newbyteorder()),
        unaligned,
    ):
        same(answer(loss, *map(changed, columns), **options), want)
        same(answer(loss, changed(columns[0]), *columns[1:], **options), want)
    row = [column[:1] for column in columns]
    same(
        answer(loss, *(np.broadcast_to(column, shape) for column in row), **options),
        answer(loss, *(np.repeat(column, 37, axis=0) for column in row), **options),
    )
    weight = np.broadcast_to(np.float32(0.25), shape)
    same(
        answer(loss, *columns, weight=weight, **options),
        answer(loss, *columns, weight=np.full(shape, 0.25), where=np.ones(shape, bool), **options),
    )


@on_every_backend
@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", ">u2", "i4", "u4", "i8", "u8", "f2", "f4", ">f8"])
def test_targets_of_any_dtype_are_the_numbers_that_they_are(dtype):
    """Labels of 0 and 1 give the same bits in every type; so do weights."""
    (z, _, weight), parameter = case("binary_cross_entropy_with_logits", 1_100)
    target = np.arange(1_100) % 3 == 0
    want = answer("binary_cross_entropy_with_logits", z, target.astype(float), weight, parameter=parameter)
    same(answer("binary_cross_entropy_with_logits", z, target.astype(dtype), weight, parameter=parameter), want)
    counted = answer("value", z, weight=target.astype(dtype))
    same(counted, answer("value", z, weight=target.astype(float)))
    narrow = {"parameter": parameter, "narrow": True}
    single = answer("binary_cross_entropy_with_logits", z.astype("f4"), target.astype(dtype), **narrow)
    wide = answer("binary_cross_entropy_with_logits", z.astype("f4"), target.astype("f4"), **narrow)
    np.testing.assert_array_max_ulp(single.losses.astype("f4"), wide.losses.astype("f4"), 1)


@on_every_backend
def test_bfloat16_are_the_upper_halves_of_float32():
    """Each argument on its own may be uint16 that hold them."""
    (x, t, variance), parameter = case("gaussian_nll", 1_100, np.float32)
    bits = [(np.abs(column) + 1).view(np.uint32) >> 16 for column in (x, t, variance, variance)]
    wide = [(column << 16).view(np.float32) for column in bits]
    half = [column.astype(np.uint16) for column in bits]
    want = answer("gaussian_nll", *wide[:3], weight=wide[3], parameter=parameter)
    for chosen in ([True] * 4, [True, False, False, False], (False, True, False, True), [False, False, True, False]):
        x, t, variance, weight = (b if yes else a for a, b, yes in zip(wide, half, chosen, strict=True))
        same(answer("gaussian_nll", x, t, variance, weight=weight, parameter=parameter, bfloat16=chosen), want)


def digest(threads):
    """One digest of losses, gradients and sums of every kind."""
    found = hashlib.sha256()
    for loss in LOSSES:
        for dtype in (np.float64, np.float32):
            for n in (5, 1_031, 200_003):
                arguments, parameter = case(loss, n, dtype)
                options = {"parameter": parameter, "narrow": dtype is np.float32, "threads": threads, "scale": 0.7}
                weight, where = np.arange(n) % 5 + 0.5, np.arange(n) % 11 != 3
                for more in ({}, {"weight": weight, "where": where, "grad": dtype}):
                    got = answer(loss, *arguments, **options, **more)
                    for part in (np.float64(got.total), got.losses, got.gradient):
                        found.update(np.where(np.isnan(part), 0, part).tobytes())
    found.update(np.array([_backend.core.exponential(x / 7) for x in range(-5300, 5000, 13)]).tobytes())
    return found.hexdigest()


@needs_rust
def test_threads_and_levels_change_no_bit():
    """One digest for every instruction set level of this CPU and every number of threads."""
    digests = {}
    for level in LEVELS:
        with _backend.using("rust", level):
            for threads in (1, 2, 3) if level == LEVELS[-1] else (2,):
                digests[level, threads] = digest(threads)
    assert len(set(digests.values())) == 1, digests


@on_every_backend
@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_a_sum_takes_what_is_not_finite(value):
    """NaN and infinities go into the sum as into any; both infinities are NaN."""
    n = long(70_000)
    x = np.full(n, 0.25)
    x[n // 2] = value
    np.testing.assert_equal(answer("value", x).total, value)
    x[5] = -value
    assert np.isnan(answer("value", x).total)


@needs_rust
def test_backends_agree_to_four_units():
    """The core and the fallback give the same losses but for their last digits."""
    for loss in LOSSES:
        arguments, parameter = case(loss, BLOCK + 3)
        with _backend.using("rust"):
            core = answer(loss, *arguments, parameter=parameter)
        with _backend.using("numpy"):
            fallback = answer(loss, *arguments, parameter=parameter)
        if loss not in (*COUNTED, "gaussian_nll"):
            np.testing.assert_array_max_ulp(core.losses, fallback.losses, 4)
        np.testing.assert_allclose(core.total, fallback.total, rtol=1e-15)


@needs_rust
def test_a_wrong_call_of_the_core_is_said_to_be_a_bug():
    """Shapes that differ, a missing argument and results that are not dense are refused; so is an unknown loss."""
    x = np.zeros((3, 4))
    with _backend.using("rust"):
        for wrong in (
            {"loss": "value", "x": x, "weight": x[0]},
            {"loss": "squared_error", "x": x},
            {"loss": "gaussian_nll", "x": x, "target": x},
        ):
            with pytest.raises(RuntimeError, match="this is a bug in xlogx"):
                answer(**wrong)
        core = _backend.core.elementwise_losses
        for out, grad in ((x.T.copy().T, None), (None, np.zeros((3, 8))[:, ::2]), (x.astype("f4"), None)):
            with pytest.raises(RuntimeError, match="this is a bug in xlogx"):
                core("value", x, None, None, None, None, 0.0, False, out, 1.0, grad, 1)
        with pytest.raises(ValueError, match="unknown loss"):
            answer("hinge", x)
