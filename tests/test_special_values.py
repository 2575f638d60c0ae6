"""Zeros, NaN, single elements, empty rows, overflow: every special input has one answer, on every backend."""

import numpy as np
import pytest
from measures import DIVERGENCES, TWO, divergences, two_arguments

import xlogx

pytestmark = pytest.mark.usefixtures("backend")

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
NAN, INF = np.nan, np.inf
# One short row, a long one, one of many blocks: different paths through a backend.
lengths = pytest.mark.parametrize("n", [2, 40, 5000, 70_000], indirect=True)


def is_positive_zero(value):
    return np.all((value == 0) & ~np.signbit(value))


def in_row(n, values, rest=1.0, dtype=np.float64):
    row = np.full(n, rest, dtype)
    row[: len(values)] = values
    return row


@dtypes
@lengths
def test_zero_weights_add_nothing(n, dtype):
    """Where p = 0 nothing is added, whatever q is; -0.0 is a zero weight."""
    for zero in (0.0, -0.0):
        assert xlogx.entropy(in_row(n + 2, [zero, 1, 1], 0, dtype), base=2) == 1
        p, q = in_row(n + 2, [zero, 1, 1], 0, dtype), in_row(n + 2, [4, 2, 2], 0, dtype)
        assert xlogx.cross_entropy(p, q, base=2) == 2
        assert xlogx.kl_divergence(p, q, base=2) == 1


@dtypes
@lengths
def test_mass_where_the_model_has_none_is_infinite(n, dtype):
    """Where p > 0 = q, cross-entropy and KL are +inf, normalised or not; JS stays finite."""
    p, q = in_row(n, [1.0], dtype=dtype), in_row(n, [0.0], dtype=dtype)
    for normalize in (True, False):
        assert xlogx.cross_entropy(p, q, normalize=normalize) == INF
        assert xlogx.kl_divergence(p, q, normalize=normalize) == INF
        assert 0 < xlogx.js_divergence(p, q, normalize=normalize) < 1


@dtypes
@pytest.mark.parametrize("weight", [1.0, 3.0, 0.1, 1e-30])
def test_one_element_is_exactly_zero(weight, dtype):
    """A row of one element has no entropy and no distance to any other."""
    p, q = np.array([weight], dtype), np.array([7.0], dtype)
    assert is_positive_zero(xlogx.entropy(p))
    assert is_positive_zero(xlogx.entropy(np.full((5, 1), weight, dtype)))
    for measure in TWO:
        assert is_positive_zero(measure(p, q))
        assert is_positive_zero(measure(np.full((5, 1), weight, dtype), q))


@dtypes
@lengths
def test_one_hot_rows_are_exactly_zero(n, dtype):
    """All weight at one place: entropy is +0.0, never -0.0."""
    for place in (0, n // 2, n - 1):
        p = np.zeros(n, dtype)
        p[place] = 3
        assert is_positive_zero(xlogx.entropy(p))
        assert is_positive_zero(xlogx.cross_entropy(p, 5 * p))
        for measure in DIVERGENCES:
            assert is_positive_zero(measure(p, 5 * p))


@dtypes
@divergences
@lengths
def test_equal_rows_are_exactly_zero_apart(measure, n, dtype):
    """Equal rows, also after scaling by a power of two, have a divergence of exactly +0.0."""
    p = (np.random.default_rng(n).random(n) + 0.01).astype(dtype)
    p[1::3] = 0
    for scale in (1, 2, 0.25, 1024):
        assert is_positive_zero(measure(p, dtype(scale) * p))
        assert is_positive_zero(measure(dtype(scale) * p, p))


@divergences
def test_equal_rows_at_the_ends_of_the_range_are_exactly_zero_apart(measure):
    """Subnormal and huge weights included."""
    tiny = np.array([5e-324, 1.5e-323, 1e-310])
    assert is_positive_zero(measure(tiny, 4 * tiny))
    assert is_positive_zero(measure(tiny, tiny * 2.0**1000))
    huge = np.array([1.7e308, 1.1e308])
    assert is_positive_zero(measure(huge, huge / 2))


@dtypes
@lengths
def test_js_is_at_most_log_2(n, dtype):
    """Rows with nothing in common are 1 bit apart, and none are further."""
    p, q = np.zeros((2, n), dtype)
    rng = np.random.default_rng(n)
    p[::2], q[1::2] = rng.random(p[::2].size) + 0.1, rng.random(q[1::2].size) + 0.1
    assert xlogx.js_divergence(p, q, base=2) == 1
    assert xlogx.js_distance(p, q, base=2) == 1
    for measure, bound in ((xlogx.js_divergence, dtype(np.log(2))), (xlogx.js_distance, dtype(np.sqrt(np.log(2))))):
        assert measure(p, q) <= bound
        np.testing.assert_array_max_ulp(measure(p, q), bound, 1)
    many = rng.random((300, 30)) ** 20
    assert xlogx.js_divergence(many, many[::-1], base=2).max() <= 1


@dtypes
def test_a_row_without_weight_is_nan(dtype):
    """Nothing divided by nothing: NaN for that row alone."""
    p = np.array([[0, 0, 0], [1, 1, 2]], dtype)
    np.testing.assert_array_equal(xlogx.entropy(p, base=2), np.array([NAN, 1.5], dtype))
    for measure in TWO:
        got = measure(p, np.ones(3, dtype))
        assert np.isnan(got[0])
        assert np.isfinite(got[1])
        got = measure(np.ones(3, dtype), p)
        assert np.isnan(got[0])
        assert np.isfinite(got[1])
        assert np.isnan(measure(p, p)[0])


def test_a_raw_row_without_weight_is_a_sum_of_nothing():
    """normalize=False: entropy 0, and KL +inf for weight where q has none."""
    zeros, half = np.zeros(2), np.full(2, 0.5)
    assert is_positive_zero(xlogx.entropy(zeros, normalize=False))
    for measure in TWO:
        assert is_positive_zero(measure(zeros, zeros, normalize=False))
    assert is_positive_zero(xlogx.kl_divergence(zeros, half, normalize=False))
    assert is_positive_zero(xlogx.cross_entropy(zeros, half, normalize=False))
    assert xlogx.kl_divergence(half, zeros, normalize=False) == INF
    assert xlogx.cross_entropy(half, zeros, normalize=False) == INF
    np.testing.assert_allclose(xlogx.js_divergence(half, zeros, normalize=False), np.log(2) / 2, rtol=1e-15)


@dtypes
@lengths
def test_nan_is_nan_for_its_row_alone(n, dtype):
    """NaN in p or in q, also where p is 0, also beside an infinite term, gives NaN for that row."""
    good = np.ones((3, n), dtype)
    for place in (0, n - 1):
        bad = good.copy()
        bad[1, place] = NAN
        for normalize in (True, False):
            np.testing.assert_array_equal(np.isnan(xlogx.entropy(bad, normalize=normalize)), [False, True, False])
            for measure in TWO:
                for arguments in ((bad, good), (good, bad), (bad, bad)):
                    got = measure(*arguments, normalize=normalize)
                    np.testing.assert_array_equal(np.isnan(got), [False, True, False])
    p, q = in_row(n, [0.0], dtype=dtype), in_row(n, [NAN], dtype=dtype)
    for measure in TWO:
        assert np.isnan(measure(p, q))
    if n > 2:
        p, q = in_row(n, [1.0, NAN], dtype=dtype), in_row(n, [0.0, 1.0], dtype=dtype)
        assert np.isnan(xlogx.kl_divergence(p, q))
        assert np.isnan(xlogx.cross_entropy(p, q))


@lengths
def test_a_sum_that_overflows_is_scaled(n):
    """Weights whose sum is beyond float64 have the entropy of any equal weights."""
    row = np.full(n, 1.7e308)
    np.testing.assert_allclose(xlogx.entropy(row), np.log(n), rtol=1e-15)
    assert is_positive_zero(xlogx.kl_divergence(row, np.ones(n)))
    np.testing.assert_allclose(xlogx.cross_entropy(np.ones(n), row), np.log(n), rtol=1e-15)


def test_zero_rows_give_an_empty_result():
    """No rows, no results; the shape and the dtype are as for any other number of rows."""
    for dtype in (np.float64, np.float32):
        empty = np.ones((0, 5), dtype)
        assert xlogx.entropy(empty).shape == (0,)
        assert xlogx.entropy(empty).dtype == dtype
        assert xlogx.entropy(empty, keepdims=True).shape == (0, 1)
        assert xlogx.entropy(np.ones((3, 0, 5), dtype), axis=2).shape == (3, 0)
        for measure in TWO:
            assert measure(empty, np.ones(5, dtype)).shape == (0,)
            assert measure(empty, empty, normalize="check").shape == (0,)


def test_masked_positions_are_dropped():
    """A masked array means its mask: a position masked in one argument is dropped from both."""
    masked = np.ma.array([1.0, -7.0, 1.0], mask=[0, 1, 0])
    assert xlogx.entropy(masked, base=2) == 1
    q = np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])
    for measure in TWO:
        assert measure([1.0, 5.0, 1.0], q) == measure([1.0, 1.0], [1.0, 3.0])
        assert measure([1.0, 5.0, 1.0], q, pseudocount=0.5) == measure([1.5, 1.5], [1.5, 3.5])
    assert np.isnan(xlogx.entropy(np.ma.array([1.0, 2.0], mask=True)))
    with pytest.raises(ValueError, match=r"got q\[0\] = -1\.0"):
        xlogx.kl_divergence(np.ones((2, 3)), np.ma.array([-1.0, 2.0, 3.0], mask=[0, 1, 0]))


@two_arguments
def test_weights_beside_extreme_weights_do_not_warn(measure):
    """Whatever comes, no RuntimeWarning (the suite turns warnings into errors)."""
    extremes = np.array([0.0, -0.0, 5e-324, 2.2e-308, 1.0, 1.7e308, NAN])
    p, q = np.meshgrid(extremes, extremes)
    for normalize in (True, False):
        assert measure(p, q, normalize=normalize).shape == (7,)
        assert measure(p, q, normalize=normalize, axis=0, base=10).shape == (7,)
    with np.errstate(all="raise"):
        measure(p, q)
