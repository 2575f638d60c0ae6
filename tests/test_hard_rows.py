"""Rows made to break a kernel, beside those of accuracy_cases.py: each is right all the same."""

import re

import numpy as np
import pytest

import xlogx
from xlogx._bounds import ULPS

pytest.importorskip("mpmath")
from xlogx._demo import exact

pytestmark = pytest.mark.usefixtures("backend")

LIMIT = ULPS["float64"]
DIVERGENCES = ["kl_divergence", "js_divergence"]


def ulps(name, *arguments, **options):
    truth = getattr(exact, name)(*arguments, **options)
    return exact.ulp_error(getattr(xlogx, name)(*arguments, **options), truth)


@pytest.mark.parametrize("name", DIVERGENCES)
def test_exactly_proportional_rows_are_exactly_equal(name):
    """Counts and three or seven times the counts are the same distribution: exactly 0."""
    counts = np.arange(1, 200)
    for factor in (3, 7, 10):
        assert getattr(xlogx, name)(counts, factor * counts) == 0


def test_raw_sums_at_the_ends_of_the_range():
    """Raw sums overflow only where the answer does, and a tiny p beside a large q is no nan."""
    raw = {"normalize": False}
    assert xlogx.entropy([1e308, 1e308], **raw) == -np.inf
    assert xlogx.kl_divergence([6e307] * 10, [1.7e308] * 10, **raw) == -np.inf
    assert ulps("entropy", [2.5e305], **raw) <= LIMIT
    assert ulps("cross_entropy", [2.5e305], [2.5e-306], **raw) <= LIMIT
    assert ulps("kl_divergence", [1e-292], [1e126], **raw) <= LIMIT
    assert ulps("kl_divergence", [1e-140], [1e180], **raw) <= LIMIT


def test_an_infinite_weight_of_q_is_found_where_p_has_no_weight():
    """A long row of zeros in p does not hide what is wrong with q."""
    q = np.ones(5000)
    q[17] = np.inf
    with pytest.raises(ValueError, match=r"q must be finite and non-negative, got q\[17\] = inf"):
        xlogx.kl_divergence(np.zeros(5000), q)


def test_subnormal_weights_count_beside_small_ones():
    """Weights below the normal range are weights."""
    assert ulps("entropy", [2e-135, 5e-324]) <= LIMIT
    assert ulps("kl_divergence", [2e-135, 1e-309], [2e-135, 1e-305]) <= LIMIT
    assert ulps("js_distance", [2e-135, 1e-309], [2e-135, 1e-305]) <= LIMIT


@pytest.mark.parametrize("weight", [1.7e308, 1.1e-310, 5e-324, 0.3])
@pytest.mark.parametrize("count", [2, 4, 8, 64, 4096])
def test_equal_weights_at_the_ends_of_the_range_are_exact_in_bits(weight, count):
    """A sum that overflows and weights below the normal range do not cost exactness."""
    assert xlogx.entropy([weight] * count, base=2) == np.log2(count)
    assert xlogx.cross_entropy([weight] * count, [weight] * count, base=2) == np.log2(count)


@pytest.mark.parametrize("copies", [1, 20, 3000])
def test_the_smallest_weight_is_enough_where_the_model_has_none(copies):
    """A subnormal p > 0 with q = 0 is infinite, in a short row and in a long one."""
    p, q = [1.0, 5e-324] * copies, [1.0, 0.0] * copies
    assert xlogx.kl_divergence(p, q) == xlogx.cross_entropy(p, q) == np.inf
    assert xlogx.kl_divergence(q, p) < np.inf


def test_rows_that_are_proportional_but_for_a_digit_keep_theirs():
    """Differences that cancel to a millionth of their own rounding are carried in full."""
    for p, q in (
        ([0.998413784403727] * 9 + [0.13854105027257219], [0.9984137844037512] * 9 + [0.13854105027257554]),
        ([0.1] * 23 + [7.0], [0.10000000000000007] * 23 + [7.000000000000004]),
    ):
        assert ulps("kl_divergence", p, q) <= LIMIT
        assert ulps("js_divergence", p, q) <= LIMIT


def test_a_weight_beside_one_that_is_1e300_times_as_large_counts():
    """Scaling a row makes no small weight vanish, and leaves none of its digits behind."""
    for large, small in ((4.17e-87, 5.9095e-320), (1e300, 1e-10), (1e200, 1e-120), (3e-310, 5e-324)):
        assert ulps("entropy", [large, small]) <= LIMIT
    assert xlogx.kl_divergence([1.7e308, 1e-183], [1, 0]) == np.inf
    assert xlogx.cross_entropy([1.7e308, 1e-183], [1, 0]) == np.inf
    assert xlogx.cross_entropy([1.7e308, 1e-183], [65504, 0], normalize=False) == np.inf
    assert xlogx.cross_entropy([8.4e298, 1e-280], [1, 0], base=2) == np.inf


def test_raw_sums_of_the_smallest_weights_are_positive():
    """A raw Jensen-Shannon sum is neither negative nor lost where p has no weight or all weights are subnormal."""
    raw = {"normalize": False}
    for p, q in (([0.0], [2.78e-308]), ([5e-324] * 4097, [4.97e-317] * 4097)):
        assert ulps("js_divergence", p, q, **raw) <= LIMIT
        assert ulps("js_distance", p, q, **raw) <= LIMIT


@pytest.mark.parametrize("name", DIVERGENCES)
def test_a_large_weight_beside_many_equal_ones_rounds_them_no_more_than_thrice(name):
    """Equal terms are added by halves, so that their rounding does not pile up; nor does k = ±1 cost digits."""
    for first in ((15.7, 2.2), (5.9, 24.5), (1.5, 1.3), (42.2, 10.3)):
        p, q = ([weight] + [1.0] * 127 for weight in first)
        assert ulps(name, p, q) <= LIMIT
    for p, q in (([20, 2], [66, 5]), ([46, 12], [88, 69]), ([18, 48], [69, 71]), ([4, 12], [37, 40])):
        assert ulps(name, p, q) <= LIMIT


def test_a_base_may_be_almost_infinite():
    """The logarithm of the base does not overflow."""
    for base in (1.4e308, 1.7976931348623157e308):
        assert xlogx.entropy([0.5, 0.3], base=base) == pytest.approx(0.6615632381579821 / np.log(base), rel=1e-15)


def test_a_zero_with_a_sign_does_not_upset_the_check():
    """Sums are checked as they are, also where a row wants a closer look."""
    assert xlogx.entropy([1.0, -0.0], normalize="check") == 0.0
    for weight, total in ((1e200, "4e+200"), (1e-200, "4e-200")):
        with pytest.raises(ValueError, match=re.escape(f"sums to {total}")):
            xlogx.entropy([weight] * 4, normalize="check")


def test_small_weights_count_beside_large_ones_in_exact_proportion():
    """Weights in a proportion that is no float64 differ by nothing at all, so that the others alone are the answer."""
    for p, q in (
        ([1, 3e-61], [7, 2e-61]),
        ([1, 3e-65], [7, 2e-65]),
        ([1, 1e-200], [7, 2e-200]),
        ([1, 3, 1e-100], [7, 21, 5e-100]),
        ([1, 3, 1e-100, 0], [7, 21, 7e-100, 1e-290]),
        ([3, 7e-30], [7, 1.6333333333333334e-29]),
        ([1.0510936493049066, 1.4179795331463534e-79], [1.3351957018294538, 1.8012478518837805e-79]),
        ([2.0**52 + 1, 2.0**52], [2.0**52, 2.0**52 - 1]),
        ([1, 3] * 3000 + [1e-100], [7, 21] * 3000 + [5e-100]),
        ([4e-300, 16], [0, 6.712634407600878e-65]),
        ([1e-320, 0], [1e308, 1e-10]),
    ):
        for name in (*DIVERGENCES, "js_distance"):
            if name != "kl_divergence" or all(q):
                assert ulps(name, p, q) <= LIMIT


def test_a_distance_is_right_where_the_divergence_leaves_the_range():
    """The root is taken before the scale of a row comes back, whether its exponent is odd or even."""
    raw = {"normalize": False}
    assert ulps("js_distance", [1, 1e-300], [1, 1.0000000001e-300]) <= LIMIT
    for p, q in (([1.7e308] * 8, [1e100] * 8), ([1e308], [1e-10]), ([0.0], [5e-324]), ([1e-320, 0], [1e308, 1e-10])):
        assert ulps("js_distance", p, q, **raw) <= LIMIT


def test_equal_weights_hide_no_others_from_a_raw_sum():
    """A pair of equal weights adds nothing, so that its size is no reason to scale the others away."""
    raw = {"normalize": False}
    for p, q in (([1e308, 1e-290], [1e308, 2e-290]), ([1e308, 1e-310] * 2500, [1e308, 1e-308] * 2500)):
        for name in (*DIVERGENCES, "js_distance"):
            assert ulps(name, p, q, **raw) <= LIMIT
    for p, q in (([1e-320, 0], [1e308, 1e-10]), ([1.25e300, 8e-323], [1e-230, 1.04e-322])):
        assert ulps("kl_divergence", p, q, **raw) <= LIMIT


@pytest.mark.parametrize("copies", [1, 50, 3000])
def test_zero_is_the_answer_of_no_rows_that_differ(copies):
    """A difference too small for the sums of a row is still one; rows that are equal, or doubled, stay at 0."""
    beyond = np.nextafter(1e-300, 1)
    for p, q in (([1.0, 0.0], [1.0, 1e-318]), ([1.0, 1e-300], [1.0, beyond])):
        assert xlogx.js_distance(p * copies, q * copies) == pytest.approx(xlogx.js_distance(p, q), rel=1e-15)
        assert ulps("js_distance", p, q) <= LIMIT
        assert ulps("kl_divergence", p, q) <= LIMIT
        assert xlogx.js_distance([p] * 20 * copies, q)[-1] == xlogx.js_distance(p, q)
    assert ulps("kl_divergence", [1, 1e-318], [1, 2.0**-1000], normalize=False) <= LIMIT
    for row in ([1.0, 1e-318] * copies, [3.0, 1e-300] * copies):
        for name in DIVERGENCES:
            assert getattr(xlogx, name)(row, row) == getattr(xlogx, name)(row, np.multiply(row, 2)) == 0
