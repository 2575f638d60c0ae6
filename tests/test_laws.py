"""What holds for all distributions, whatever the arithmetic: hypothesis looks for rows where it does not."""

import numpy as np
import pytest
from measures import DIVERGENCES, TWO

import xlogx

pytest.importorskip("hypothesis")
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytestmark = pytest.mark.usefixtures("backend")

EPSILON = 2.0**-52
# A permuted row is added up in another order: either result may be off by the bound of its own.
PERMUTED_ULPS = 2
# Likewise a row of which something is dropped, against the row without it.
DROPPED_ULPS = 4

weight = st.floats(0, 1e300) | st.floats(1e-6, 1) | st.sampled_from([0.0, 1.0, 5e-324, 1e-310, 1.7e308])
moderate = st.floats(1e-6, 1e6)


def rows(number, elements, most=40):
    """That many rows of the same length."""
    return st.integers(1, most).flatmap(lambda n: arrays.arrays(np.float64, (number, n), elements=elements))


def masked_rows(elements, most=40):
    """Two rows, and which of their positions are kept."""
    return st.integers(1, most).flatmap(
        lambda n: st.tuples(
            arrays.arrays(np.float64, (2, n), elements=elements), arrays.arrays(bool, n, elements=st.booleans())
        )
    )


def has_weight(*some):
    return all(row.max() > 0 for row in some)


@given(rows(2, weight))
def test_divergences_are_never_negative(pair):
    """No rounding makes a divergence negative or NaN; JS is at most 1 bit."""
    p, q = pair
    assume(has_weight(p, q))
    for measure in DIVERGENCES:
        assert measure(p, q) >= 0
    assert xlogx.js_divergence(p, q, base=2) <= 1
    assert xlogx.cross_entropy(p, q) >= 0


@given(rows(1, weight))
def test_entropy_is_between_zero_and_log_n(row):
    """0 <= H <= log n, but for the last digit of log n."""
    assume(has_weight(row[0]))
    h = xlogx.entropy(row[0])
    assert not np.signbit(h)
    assert h <= np.log(row.size) * (1 + 2 * EPSILON)


@given(rows(1, moderate), st.floats(-13, -1), st.integers(0, 2**32 - 1))
def test_near_equal_rows_stay_apart_from_zero(row, exponent, seed):
    """However close two rows are, their divergence has the size of the square of their difference."""
    p = row[0]
    noise = np.random.default_rng(seed).uniform(-1, 1, p.size)
    q = p * (1 + 10.0**exponent * noise)
    share = p / p.sum()
    difference = (q - p) / p
    variance = (share * difference**2).sum() - (share * difference).sum() ** 2
    assume(variance > 1e-6 * (difference**2).max() > 0)
    for measure, factor in ((xlogx.kl_divergence, 0.5), (xlogx.js_divergence, 0.125)):
        assert measure(p, q) == pytest.approx(factor * variance, rel=1e-6 + 4 * 10.0**exponent)


@given(rows(2, moderate), st.randoms(use_true_random=False))
def test_order_does_not_matter(pair, random):
    """Permuting the positions of both rows leaves all but the last digits."""
    p, q = pair
    order = random.sample(range(p.size), p.size)
    np.testing.assert_array_max_ulp(xlogx.entropy(p[order]), xlogx.entropy(p), PERMUTED_ULPS)
    for measure in TWO:
        np.testing.assert_array_max_ulp(measure(p[order], q[order]), measure(p, q), 2 * PERMUTED_ULPS)


@given(rows(2, moderate), st.integers(-900, 900), st.integers(-900, 900))
def test_a_power_of_two_changes_no_bit(pair, i, j):
    """Scaling either row by a power of two is no change at all."""
    p, q = pair
    assert xlogx.entropy(np.ldexp(p, i)) == xlogx.entropy(p)
    for measure in TWO:
        assert measure(np.ldexp(p, i), np.ldexp(q, j)) == measure(p, q)


@given(rows(2, moderate))
def test_cross_entropy_is_entropy_and_divergence(pair):
    """H(p, q) = H(p) + D(p‖q)."""
    p, q = pair
    sum_of_both = xlogx.entropy(p) + xlogx.kl_divergence(p, q)
    assert xlogx.cross_entropy(p, q) == pytest.approx(sum_of_both, rel=8 * EPSILON, abs=0)


@given(rows(1, weight))
def test_the_cross_entropy_with_oneself_is_the_entropy(row):
    """H(p, p) = H(p)."""
    assume(has_weight(row[0]))
    np.testing.assert_array_max_ulp(xlogx.cross_entropy(row[0], row[0]), xlogx.entropy(row[0]), 4)


@given(rows(2, moderate))
def test_js_is_symmetric_and_below_kl(pair):
    """J(p, q) = J(q, p), and four times J is at most D(p‖q) + D(q‖p)."""
    p, q = pair
    both = xlogx.js_divergence(p, q)
    assert xlogx.js_divergence(q, p) == pytest.approx(both, rel=16 * EPSILON, abs=1e-40)
    jeffreys = xlogx.kl_divergence(p, q) + xlogx.kl_divergence(q, p)
    assert 4 * both <= jeffreys * (1 + 32 * EPSILON) + 1e-40


@given(rows(3, weight))
def test_js_distance_keeps_the_triangle(three):
    """No detour is shorter than the way itself."""
    p, q, r = three
    assume(has_weight(p, q, r))
    detour = xlogx.js_distance(p, q) + xlogx.js_distance(q, r)
    assert xlogx.js_distance(p, r) <= detour * (1 + 8 * EPSILON)


@given(rows(1, moderate), st.floats(1e-3, 1e3))
def test_merging_two_weights_loses_entropy(row, extra):
    """Grouping: H(a, b, …) = H(a + b, …) + share of the two times H(a, b)."""
    p = np.append(row[0], extra)
    merged = np.append(p[:-2], p[-2] + p[-1])
    parts = xlogx.entropy(merged) + (p[-2] + p[-1]) / p.sum() * xlogx.entropy(p[-2:])
    assert xlogx.entropy(p) == pytest.approx(parts, rel=1e-14, abs=1e-300)


@given(masked_rows(weight))
def test_dropping_is_cutting_out(masked):
    """where= gives what the row gives without the positions where it is False; so does omitting NaN put there."""
    (p, q), keep = masked
    assume(keep.any() and has_weight(p[keep], q[keep]))
    with_nan = np.where(keep, q, np.nan)
    for measure, pair, gone in [
        (xlogx.entropy, (p,), (np.where(keep, p, np.nan),)),
        *((two, (p, q), (p, with_nan)) for two in TWO),
    ]:
        want = np.array(measure(*(row[keep] for row in pair)))
        for got in (measure(*pair, where=keep), measure(*gone, nan_policy="omit")):
            if np.isfinite(want):
                np.testing.assert_array_max_ulp(np.array(got), want, DROPPED_ULPS)
            else:
                assert got == want


@given(masked_rows(moderate), st.floats(1e-3, 1e3))
def test_a_dropped_position_gets_no_pseudocount(masked, pseudocount):
    """The pseudocount is added to what is left, and to nothing else."""
    (p, q), keep = masked
    assume(keep.any())
    for measure, pair in [(xlogx.entropy, (p,)), *((two, (p, q)) for two in TWO)]:
        want = np.array(measure(*(row[keep] for row in pair), pseudocount=pseudocount))
        got = np.array(measure(*pair, where=keep, pseudocount=pseudocount))
        np.testing.assert_array_max_ulp(got, want, DROPPED_ULPS)
