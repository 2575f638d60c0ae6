"""What holds for all logits, whatever the arithmetic: hypothesis looks for rows where it does not."""

import numpy as np
import pytest

import xlogx
from xlogx import logits

pytest.importorskip("hypothesis")
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

pytestmark = pytest.mark.usefixtures("backend")

EPSILON = 2.0**-52
ONE = [logits.entropy, logits.perplexity]
TWO = [logits.cross_entropy, logits.kl_divergence, logits.js_divergence]
# Two results that may each be off by the bound of its own.
ULPS = 8

moderate = st.integers(-2000, 2000).map(lambda n: n / 64)
any_logit = st.floats(-1e308, 1e308) | moderate | st.sampled_from([-np.inf, 0.0, -0.0, 5e-324, -1.7e308])


def rows(number, elements, most=40):
    """That many rows of the same length."""
    return st.integers(1, most).flatmap(lambda n: arrays.arrays(np.float64, (number, n), elements=elements))


def has_class(*some):
    return all(row.max() > -np.inf for row in some)


@given(rows(2, any_logit))
def test_nothing_is_negative_or_nan(pair):
    """Rows with a class have measures: at least 0, JS at most a bit, an entropy of at most log n."""
    p, q = pair
    assume(has_class(p, q))
    for measure in TWO:
        assert measure(p, q) >= 0
    assert logits.js_divergence(p, q, base=2) <= 1
    assert 0 <= logits.entropy(p) <= np.log(p.size) * (1 + 2 * EPSILON)
    assert 1 <= logits.perplexity(p) <= p.size
    assert 0 <= logits.compare(p, q).total_variation <= 1


@given(rows(2, moderate), st.integers(-(2**20), 2**20), st.integers(-(2**20), 2**20))
def test_a_shift_changes_nothing(pair, i, j):
    """Adding the same number to all logits of a row, exactly, gives the same bits."""
    p, q = pair
    for measure in ONE:
        assert measure(p + i) == measure(p)
    for measure in TWO:
        assert measure(p + i, q + j) == measure(p, q)
    np.testing.assert_array_equal(logits.softmax(p + i), logits.softmax(p))
    np.testing.assert_array_equal(logits.log_softmax(p + i), logits.log_softmax(p))


@given(rows(2, moderate), st.randoms(use_true_random=False))
def test_order_does_not_matter(pair, random):
    """Permuting the positions of both rows leaves all but the last digits."""
    p, q = pair
    order = random.sample(range(p.size), p.size)
    for measure in [*ONE, logits.logsumexp]:
        np.testing.assert_allclose(measure(p[order]), measure(p), rtol=ULPS * EPSILON, atol=1e-15)
    for measure in TWO:
        np.testing.assert_array_max_ulp(measure(p[order], q[order]), measure(p, q), ULPS)


@given(rows(2, moderate))
def test_cross_entropy_is_entropy_and_divergence(pair):
    """H(p, q) = H(p) + D(p‖q)."""
    p, q = pair
    both = logits.entropy(p) + logits.kl_divergence(p, q)
    assert logits.cross_entropy(p, q) == pytest.approx(both, rel=ULPS * EPSILON, abs=0)


@given(rows(2, moderate))
def test_js_is_symmetric_and_below_kl(pair):
    """J(p, q) = J(q, p), and four times J is at most D(p‖q) + D(q‖p)."""
    p, q = pair
    both = logits.js_divergence(p, q)
    assert logits.js_divergence(q, p) == pytest.approx(both, rel=16 * EPSILON, abs=1e-320)
    jeffreys = logits.kl_divergence(p, q) + logits.kl_divergence(q, p)
    assert 4 * both <= jeffreys * (1 + 32 * EPSILON) + 1e-320


@given(rows(2, moderate), st.integers(-8, 8))
def test_a_temperature_is_a_division(pair, power):
    """By a power of two exactly."""
    p, q = pair
    temperature = 2.0**power
    for measure in TWO:
        assert measure(p, q, temperature=temperature) == measure(p / temperature, q / temperature)
    np.testing.assert_array_equal(logits.softmax(p, temperature=temperature), logits.softmax(p / temperature))


@given(rows(1, moderate))
def test_a_softmax_sums_to_one(row):
    """But for the rounding of its terms; and its weights have the entropy of the logits."""
    z = row[0]
    p = logits.softmax(z)
    assert p.sum() == pytest.approx(1, rel=4 * EPSILON)
    # The rounding of p moves the entropy by some epsilons of its largest part.
    assert xlogx.entropy(p) == pytest.approx(logits.entropy(z), rel=1e-12, abs=1e-300)
    np.testing.assert_array_max_ulp(logits.logsumexp(logits.log_softmax(z) + 50), np.float64(50), 4)


@given(rows(2, st.integers(-300, 300).map(lambda n: n / 64)))
def test_weights_and_logits_agree(pair):
    """The measures of logits are those of their softmaxes, where these lose no digits."""
    p, q = pair
    for name in ("cross_entropy", "kl_divergence", "js_divergence"):
        got = getattr(logits, name)(p, q)
        assert got == pytest.approx(getattr(xlogx, name)(np.exp(p), np.exp(q)), rel=1e-9, abs=1e-15)
