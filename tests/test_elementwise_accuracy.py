"""Every loss of a single element, and its derivative, is right to the last digits."""

import math

import numpy as np
import pytest
from backends import on_every_backend
from elementwise_cases import LOSSES, OF_ONE, answer, case

pytest.importorskip("mpmath")
import mpmath
from exact_elementwise import exact

from xlogx import _backend

pytestmark = on_every_backend
every_loss = pytest.mark.parametrize("loss", LOSSES)

# Units in the last place of a loss, and of the terms of a gradient.
DOUBLE = 4
SINGLE = 1


def assert_right(got, want, magnitude, ulps, where):
    """The number is within so many units in the last place of the magnitude that its terms have."""
    if not np.isfinite(got) or not mpmath.isfinite(want):
        # What is rounded to infinity is beyond the largest number.
        assert float(want) == float(got) or abs(want) > float(np.finfo(type(got)).max), where
        return
    with np.errstate(over="ignore"):
        unit = np.spacing(np.abs(type(got)(float(magnitude))))
    if np.isfinite(unit):
        assert abs(mpmath.mpf(float(got)) - want) <= ulps * mpmath.mpf(float(unit)), where


def assert_all_right(loss, arguments, parameter, ulps, narrow=False):
    dtype = arguments[0].dtype.type
    found = answer(loss, *arguments, parameter=parameter, narrow=narrow, grad=dtype)
    assert found.total is not None
    with np.errstate(over="ignore"):
        losses = found.losses.astype(dtype)
    for i, numbers in enumerate(zip(*arguments, strict=True)):
        both = exact(loss, *numbers, parameter=parameter)
        for got, (want, magnitude) in zip((losses[i], found.gradient[i]), both, strict=True):
            assert_right(got, want, magnitude, ulps, (loss, *map(float, numbers)))


@every_loss
def test_float64_is_right_to_four_units(loss):
    """Easy arguments, those next to 0 and 1, and those that are subnormal."""
    assert_all_right(loss, *case(loss, 300), DOUBLE)


@every_loss
def test_float32_is_right_to_one_unit(loss):
    """The narrow arithmetic shows in no float32, also where the loss is next to 0."""
    assert_all_right(loss, *case(loss, 300, np.float32), SINGLE, narrow=True)


@pytest.mark.parametrize("gamma", [0.0, 0.25, 1.0, 2.0, 5.0, 10.0])
def test_a_power_of_what_was_unsure_keeps_its_digits(gamma):
    """However large the exponent of the focal loss, it multiplies no rounding of the logarithm."""
    (x,), _ = case("focal", 200)
    assert_all_right("focal", [x], gamma, DOUBLE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_softplus_has_its_tail(dtype):
    """softplus(-40) is e^-40, softplus(-740) is subnormal, and none of them is lost beside the 1."""
    z = np.array([-740.0, -708.4, -100.0, -40.0, -37.0, -20.0, -1e-3, -1e-20, 0.0, 1e-20, 20.0, 36.0, 40.0, 1e5], dtype)
    for t in (0.0, 1.0, 0.25):
        arguments = [z, np.full_like(z, t), np.full_like(z, 1.5)]
        narrow = dtype is np.float32
        assert_all_right("binary_cross_entropy_with_logits", arguments, 1.0, SINGLE if narrow else DOUBLE, narrow)


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "negative_log"])
def test_logarithms_keep_their_digits_next_to_one(loss):
    """-log(1 - 2^-k) and -log(2^-k) for every k there is."""
    k = np.arange(1, 1075)
    near = np.concatenate([np.ldexp(1.0, -k[::16]), 1 - np.ldexp(1.0, -k[:60])])
    target = np.where(np.arange(len(near)) % 2, 1.0, 0.0)
    assert_all_right(loss, [near] if loss in OF_ONE else [near, target], 1.0, DOUBLE)


def test_the_exponential_is_right_to_a_unit():
    """e^x to the ends of the range, subnormal and infinite where it is."""
    x = np.concatenate([np.linspace(-745.2, 709.78, 400), [1e-300, -1e-17, 1e-8, 0.0, -746.0, 709.79, 1e300, -1e300]])
    for one in x:
        with mpmath.workprec(200):
            want = mpmath.exp(mpmath.mpf(float(one)))
        got = np.float64(_backend.core.exponential(float(one)))
        assert_right(got, want, min(want, mpmath.mpf(1e308)), 1, one)
    assert _backend.core.exponential(0.0) == 1.0
    assert _backend.core.exponential(np.inf) == np.inf
    assert _backend.core.exponential(-np.inf) == 0.0
    assert np.isnan(_backend.core.exponential(np.nan))


@pytest.mark.parametrize("n", [1, 15, 16, 17, 1023, 1024, 1025, 33_000, 1_000_003], indirect=True)
def test_sums_are_right_to_the_last_digit(n):
    """The sum of numbers of both signs, which take most of each other away, is that of exact arithmetic, rounded."""
    i = np.arange(n)
    x = np.where(i % 2, -1.0, 1.0) * (1 + (i * 7919 % 1009) / 1009) + 1e-3 * np.sin(i)
    exact_sum = math.fsum(x)
    got = answer("value", x).total
    assert abs(got - exact_sum) <= np.spacing(abs(exact_sum))
    equal = np.full(n, 0.1)
    assert answer("value", equal).total == math.fsum(equal)
