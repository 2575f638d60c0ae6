"""Rows made to break a kernel: each is right to the promised digits all the same."""

import numpy as np
import pytest

import xlogx

reference = pytest.importorskip("reference", reason="mpmath is not installed")

pytestmark = pytest.mark.usefixtures("backend")

DIVERGENCES = ["kl_divergence", "js_divergence"]


def ulps(name, *arguments, **options):
    truth = getattr(reference, name)(*arguments, **options)
    return reference.ulps(getattr(xlogx, name)(*arguments, **options), truth)


@pytest.mark.parametrize("tail", [1e-9, 1e-13, 1e-17, 1e-100])
@pytest.mark.parametrize("place", [0, 2500, 4999])
def test_a_large_weight_of_a_long_row_swallows_nothing(place, tail):
    """In a row of several blocks, the small weights that share a lane with a large one still count."""
    p = np.full(5000, tail)
    p[place] = 1
    assert ulps("entropy", p) <= 4
    assert ulps("cross_entropy", np.where(p == 1, 2.0, tail), p) <= 4


def test_a_first_block_unlike_the_rest_misleads_nobody():
    """The ratio of the totals in the first block of a long row is a guess; the result does not depend on its being good."""
    rng = np.random.default_rng(1)
    unit = rng.gamma(3, size=(2, 500))
    p, q = np.tile(unit, 20)
    for factor in (0.505, 1.7, 1e-3, 1e9):
        scaled = q.copy()
        scaled[4096:] *= factor
        assert ulps("kl_divergence", p, scaled) <= 4
        assert ulps("js_divergence", p, scaled) <= 4
        assert ulps("cross_entropy", p, scaled) <= 4


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("factor", [3.0, 7.0, 0.1])
def test_rows_proportional_but_for_rounding_are_right(name, factor):
    """Where p and q differ by the rounding of a product alone, the divergence is that of the stored weights."""
    p = np.random.default_rng(0).random(300)
    assert ulps(name, p, p * factor) <= 4


@pytest.mark.parametrize("name", DIVERGENCES)
@pytest.mark.parametrize("tail", [1e-20, 1e-30, 1e-37, 1e-39, 1e-50])
@pytest.mark.parametrize("n", [3, 17, 60])
def test_a_dominating_weight_at_other_totals_hides_no_divergence(name, n, tail):
    """The large weight's rounding does not drown what the small weights tell."""
    p = np.full(n, tail)
    q = p * np.linspace(0.1, 0.9, n)
    p[0], q[0] = 1, 3
    assert ulps(name, p, q) <= 4


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
    assert ulps("entropy", [2.5e305], **raw) <= 8
    assert ulps("cross_entropy", [2.5e305], [2.5e-306], **raw) <= 8
    assert ulps("kl_divergence", [1e-292], [1e126], **raw) <= 8
    assert ulps("kl_divergence", [1e-140], [1e180], **raw) <= 8


def test_an_infinite_weight_of_q_is_found_where_p_has_no_weight():
    """A long row of zeros in p does not hide what is wrong with q."""
    q = np.ones(5000)
    q[17] = np.inf
    with pytest.raises(ValueError, match=r"q must be finite and non-negative, got q\[17\] = inf"):
        xlogx.kl_divergence(np.zeros(5000), q)


def test_subnormal_weights_count_beside_small_ones():
    """Weights below the normal range are weights."""
    assert ulps("entropy", [2e-135, 5e-324]) <= 4
    assert ulps("kl_divergence", [2e-135, 1e-309], [2e-135, 1e-305]) <= 4
    assert ulps("js_distance", [2e-135, 1e-309], [2e-135, 1e-305]) <= 4


@pytest.mark.parametrize("weight", [1.7e308, 1.1e-310, 5e-324, 0.3])
@pytest.mark.parametrize("count", [2, 4, 8, 64, 4096])
def test_equal_weights_at_the_ends_of_the_range_are_exact_in_bits(weight, count):
    """A sum that overflows and weights below the normal range do not cost exactness."""
    assert xlogx.entropy([weight] * count, base=2) == np.log2(count)
    assert xlogx.cross_entropy([weight] * count, [weight] * count, base=2) == np.log2(count)
