"""Laws of information theory on rows of every length, with weights whose sums are exact, so that the laws are exact too.

In the ordinary profile each runs on a few dozen rows; `make deep-laws` tries thousands.
"""

from itertools import pairwise
from math import fsum, log

import numpy as np
import pytest

import xlogx
from xlogx._bounds import ULPS

pytest.importorskip("hypothesis")
from hypothesis import assume, given
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("backend")

EPSILON = 2.0**-52
# Each side of a law is a sum of a few answers, each within its bound, and of products with rounded shares.
LAW = (2 * ULPS["float64"] + 4) * EPSILON
DIVERGENCES = [xlogx.kl_divergence, xlogx.js_divergence]
# Below, between and above a register, a short row, a group, a block, two blocks, a subtree of blocks.
LENGTHS = st.integers(2, 40) | st.sampled_from([127, 129, 4095, 4096, 4097, 8193, 17_000])


def counts(length, generator, spread, zeros):
    """Integers up to 2^spread, as often small as large, some of them zero; one at least is not."""
    row = np.floor(2.0 ** generator.uniform(0, spread, length))
    row[generator.random(length) < zeros] = 0
    row[generator.integers(length)] += 1
    return row


@st.composite
def rows(draw, number, near=False, lengths=LENGTHS):
    """That many rows of one length. Their weights are integers below 2^31, so that all sums are exact."""
    length, generator = draw(lengths), np.random.default_rng(draw(st.integers(0, 2**32)))
    spread, zeros = draw(st.sampled_from([1, 8, 20, 30])), draw(st.sampled_from([0.0, 0.3, 0.9]))
    first = counts(length, generator, spread, zeros)
    if near and draw(st.booleans()):
        return [first] + [first + (generator.random(length) < 0.1) for _ in range(number - 1)]
    return [first] + [counts(length, generator, spread, zeros) for _ in range(number - 1)]


@st.composite
def cuts(draw, length):
    """Where a row is cut in pieces: the first place, some between, the last."""
    inner = draw(st.lists(st.integers(1, length - 1), max_size=6, unique=True))
    return [0, *sorted(inner), length]


def pieces(row, places):
    return [row[start:stop] for start, stop in pairwise(places)]


def mean(values, shares):
    """Σ share · value, where the share is not 0."""
    return fsum(value * share for value, share in zip(values, shares, strict=True) if share > 0)


def distance(p, q):
    """Σ |p/a − q/b|, rounded once."""
    a, b = int(p.sum()), int(q.sum())
    exact = sum(abs(x * b - y * a) for x, y in zip(map(int, p), map(int, q), strict=True))
    return exact / (a * b)


@given(st.data())
def test_the_entropy_of_a_row_is_that_of_its_pieces(data):
    """Chain rule: H(X, Y) = H(X) + Σ p(x)·H(Y | X = x), wherever a row is cut in pieces."""
    (row,) = data.draw(rows(1))
    parts = pieces(row, data.draw(cuts(row.size)))
    totals = np.array([part.sum() for part in parts])
    within = [xlogx.entropy(part) if total > 0 else 0.0 for part, total in zip(parts, totals, strict=True)]
    assert xlogx.entropy(row) == pytest.approx(
        xlogx.entropy(totals) + mean(within, totals / totals.sum()), rel=LAW, abs=0
    )


@given(st.data())
def test_the_divergence_of_rows_is_that_of_their_pieces(data):
    """Chain rule: D(p‖q) of two joint rows is D of the pieces' totals and the mean of D within the pieces."""
    p, q = data.draw(rows(2, near=True))
    places = data.draw(cuts(p.size))
    q = q + 1
    totals = [np.array([part.sum() for part in pieces(row, places)]) for row in (p, q)]
    pairs = zip(pieces(p, places), pieces(q, places), totals[0], strict=True)
    within = [xlogx.kl_divergence(one, other) if total > 0 else 0.0 for one, other, total in pairs]
    parts = xlogx.kl_divergence(*totals) + mean(within, totals[0] / totals[0].sum())
    assert xlogx.kl_divergence(p, q) == pytest.approx(parts, rel=LAW, abs=0)


@given(st.data())
def test_merging_outcomes_never_brings_more_divergence(data):
    """Data processing: D and J of rows are at least D and J of what is left when outcomes are merged."""
    p, q = data.draw(rows(2, near=True))
    order = np.random.default_rng(data.draw(st.integers(0, 2**32))).permutation(p.size)
    places = data.draw(cuts(p.size))
    merged = [np.array([part.sum() for part in pieces(row[order], places)]) for row in (p, q)]
    for measure in DIVERGENCES:
        assert measure(*merged) <= measure(p, q) * (1 + LAW)
    assert xlogx.entropy(merged[0]) <= xlogx.entropy(p) * (1 + LAW)


@given(rows(2, near=True), st.integers(0, 2**32))
def test_the_order_of_long_rows_does_not_matter(pair, seed):
    """Either order of a row is within the bound of the truth, so that they are within two bounds of each other."""
    p, q = pair
    order = np.random.default_rng(seed).permutation(p.size)
    np.testing.assert_array_max_ulp(xlogx.entropy(p[order]), xlogx.entropy(p), 2 * ULPS["float64"])
    for measure in [xlogx.cross_entropy, *DIVERGENCES]:
        np.testing.assert_array_max_ulp(measure(p[order], q[order]), measure(p, q), 2 * ULPS["float64"])


@given(rows(2, near=True), st.integers(-400, 440), st.integers(-400, 440))
def test_a_power_of_two_changes_no_bit_of_long_rows(pair, i, j):
    """Scaling a row by a power of two is no change at all, as long as its total needs no scaling of its own."""
    p, q = pair
    assert xlogx.entropy(np.ldexp(p, i)) == xlogx.entropy(p)
    for measure in [xlogx.cross_entropy, *DIVERGENCES]:
        assert measure(np.ldexp(p, i), np.ldexp(q, j)) == measure(p, q)


@given(rows(2, lengths=st.integers(2, 120)), rows(2, lengths=st.integers(2, 120)))
def test_independent_rows_add_up(one, other):
    """H(X, Y) = H(X) + H(Y) for independent X and Y, and so does D."""
    (p, q), (r, s) = one, other
    q, s = q + 1, s + 1
    # Products of weights are exact where they have 53 bits.
    assume(p.max() * r.max() < 2**52 and q.max() * s.max() < 2**52)
    joint, model = np.outer(p, r), np.outer(q, s)
    assert xlogx.entropy(joint, axis=None) == pytest.approx(xlogx.entropy(p) + xlogx.entropy(r), rel=LAW, abs=0)
    both = xlogx.kl_divergence(p, q) + xlogx.kl_divergence(r, s)
    assert xlogx.kl_divergence(joint, model, axis=None) == pytest.approx(both, rel=LAW, abs=0)


@given(rows(2, near=True))
def test_js_is_the_entropy_that_mixing_brings(pair):
    """J(p, q) = H(m) − ½[H(p) + H(q)] for the mixture m of two rows of one total."""
    p, q = pair
    a, b = p.sum(), q.sum()
    # The products of weights and totals are exact where they have 53 bits.
    assume(max(a, b) * max(p.max(), q.max()) < 2**52)
    mixture = xlogx.entropy(p * b + q * a)
    gain = mixture - (xlogx.entropy(p) + xlogx.entropy(q)) / 2
    assert xlogx.js_divergence(p, q) == pytest.approx(gain, rel=0, abs=LAW * max(mixture, EPSILON))


@given(rows(4, near=True))
def test_sums_of_rows_diverge_less_than_the_rows(four):
    """Joint convexity: D(p + r ‖ q + s) ≤ D(p‖q) + D(r‖s), for raw sums (the log sum inequality)."""
    p, r, q, s = four
    q, s = q + 1, s + 1
    both = [xlogx.kl_divergence(p, q, normalize=False), xlogx.kl_divergence(r, s, normalize=False)]
    # Raw terms may cancel; what is promised is the digits of the terms.
    terms = fsum(np.abs(p * np.log(np.maximum(p, 1) / q))) + fsum(np.abs(r * np.log(np.maximum(r, 1) / s)))
    assert xlogx.kl_divergence(p + r, q + s, normalize=False) <= fsum(both) + LAW * terms


@given(rows(2, near=True))
def test_divergence_is_bounded_by_distance(pair):
    """Pinsker: D ≥ ½·d², d = Σ |p/a − q/b|; likewise J ≥ ⅛·d²; and J ≤ ½·d·log 2."""
    p, q = pair
    d = distance(p, q)
    assert xlogx.kl_divergence(p, q) * (1 + LAW) >= d**2 / 2
    j = xlogx.js_divergence(p, q)
    assert d**2 / 8 <= j * (1 + LAW)
    assert j <= d / 2 * log(2) * (1 + LAW)


@given(rows(2, near=True))
def test_a_wrong_model_costs_its_divergence(pair):
    """Gibbs: H(p, q) ≥ H(p), and the difference is D(p‖q)."""
    p, q = pair
    crossed, own = xlogx.cross_entropy(p, q), xlogx.entropy(p)
    assert crossed * (1 + LAW) >= own
    assert crossed == pytest.approx(own + xlogx.kl_divergence(p, q), rel=LAW, abs=0)
