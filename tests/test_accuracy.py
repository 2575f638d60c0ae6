"""Every result is right to the last digits, at every size and for every hard input.

The bounds are the promises of the docstrings; the errors are measured against mpmath.
"""

import numpy as np
import pytest

import xlogx

reference = pytest.importorskip("reference", reason="mpmath is not installed")

pytestmark = pytest.mark.usefixtures("backend")

FLOAT64_ULPS = 4.0
FLOAT32_ULPS = 1.0
# Where lanes, groups of lanes, blocks and batches begin and end.
SIZES = [*range(1, 18), 31, 32, 33, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097, 8193, 100_003]
ONE = {"entropy": (xlogx.entropy, reference.entropy)}
TWO = {
    name: (getattr(xlogx, name), getattr(reference, name))
    for name in ("cross_entropy", "kl_divergence", "js_divergence", "js_distance")
}
two_arguments = pytest.mark.parametrize("name", TWO)


def close(function, truth, *arguments, limit=FLOAT64_ULPS, **options):
    got = function(*arguments, **options)
    assert reference.ulps(got, truth(*arguments, **options)) <= limit


def weights(n, seed, spread=1.0):
    return np.exp(spread * np.random.default_rng(seed).standard_normal(n))


def sized(n):
    """A pair of rows of n; the long ones repeat 500 positions in random order, for the sake of the reference."""
    p, q = weights(min(n, 500), n, 2.0), weights(min(n, 500), n + 1, 2.0)
    order = np.random.default_rng(n).integers(0, 500, n) if n > 500 else slice(None)
    return p[order], q[order]


_truths: dict = {}


def remembered(truth, key, *arguments):
    """The reference is slow and the same for every backend."""
    if key not in _truths:
        _truths[key] = truth(*arguments)
    return _truths[key]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_every_size_is_right(name, n, dtype):
    """No length of row, on either side of a boundary, loses a digit."""
    function, truth = {**ONE, **TWO}[name]
    arguments = [row.astype(dtype) for row in sized(n)][: 1 if name in ONE else 2]
    want = remembered(truth, (name, n, dtype), *arguments)
    got = function(*arguments)
    assert got.dtype == dtype
    if n == 1:
        assert got == 0
        return
    assert reference.ulps(got, want) <= (FLOAT64_ULPS if dtype is np.float64 else FLOAT32_ULPS)


@pytest.mark.parametrize("tail", [1e-3, 1e-9, 1e-15, 1e-30, 1e-100, 1e-200, 1e-300])
def test_a_dominating_weight_hides_nothing(tail):
    """Near one-hot, the small weights are the answer: it keeps every digit."""
    p = np.array([tail / 3, 1.0, tail])
    close(*ONE["entropy"], p)
    close(*TWO["cross_entropy"], p, np.array([tail, 7.0, tail / 5]))
    close(*TWO["cross_entropy"], p, p)


@two_arguments
@pytest.mark.parametrize("tail", [1e-3, 1e-9, 1e-15, 1e-30])
def test_a_dominating_weight_hides_no_divergence(name, tail):
    """Two rows with the same dominating weight, scaled apart, differ by their small weights alone."""
    close(*TWO[name], np.array([tail / 3, 1.0, tail]), np.array([tail, 3.0, tail]))


@pytest.mark.parametrize("n", [777, 1000, 10_000, 100_000])
def test_equal_terms_do_not_add_their_roundings(n):
    """The entropy of a uniform row is log n, although every term of the sum rounds alike."""
    for dtype, limit in ((np.float64, FLOAT64_ULPS), (np.float32, FLOAT32_ULPS)):
        got = xlogx.entropy(np.full(n, 1 / n, dtype))
        assert reference.ulps(got, reference.mp.log(n)) <= limit


@pytest.mark.parametrize("eps", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12])
@pytest.mark.parametrize("name", ["kl_divergence", "js_divergence", "js_distance"])
def test_near_equal_rows_keep_every_digit(name, eps):
    """A divergence of 1e-25 is as right as one of 1."""
    p = weights(1500, 1)
    noise = np.random.default_rng(2).standard_normal(p.size)
    close(*TWO[name], p, p * (1 + eps * noise))


@pytest.mark.parametrize("eps", [1e-2, 1e-5, 1e-8])
@pytest.mark.parametrize("name", ["kl_divergence", "js_divergence"])
def test_near_equal_rows_of_different_totals_keep_every_digit(name, eps):
    """Normalising costs nothing: 7.3 q is as good a model as q."""
    p = weights(500, 3)
    noise = np.random.default_rng(4).standard_normal(p.size)
    close(*TWO[name], p, 7.3 * p * (1 + eps * noise))


@pytest.mark.parametrize("scale", [1e-310, 1e-300, 1e-150, 1e3, 1e150, 1e300])
@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_tiny_and_huge_weights_are_right(name, scale):
    """Neither subnormal weights nor sums beyond float64 cost a digit."""
    p, q = weights(60, 5) * scale, weights(60, 6) / 3
    function, truth = {**ONE, **TWO}[name]
    for arguments in ((p, q), (q, p)):
        close(function, truth, *arguments[: 1 if name in ONE else 2])


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ([0.5, 5e-324, 0.5], [0.3, 0.3, 0.4]),
        ([0.3, 0.3, 0.4], [0.5, 5e-324, 0.5]),
        ([1.7e308, 1.2e308], [1.1e308, 1.6e308]),
        ([2.3e-308, 3e-308, 5e-308], [1.75, 1.0, 1.2]),
        ([0.5, 0.5], [1.7e308, 5e-324]),
        ([1.7e308, 5e-324], [0.5, 0.5]),
    ],
)
@two_arguments
def test_the_ends_of_the_range_are_right(name, p, q):
    """The smallest and the largest float64 are weights like any other."""
    close(*TWO[name], np.array(p), np.array(q))


@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_raw_sums_are_right(name):
    """With normalize=False the sums of the weights as they are come out right, cancellation included."""
    function, truth = {**ONE, **TWO}[name]
    p, q = weights(300, 7), weights(300, 8)
    for arguments in ((p, q), (p / p.sum(), q / q.sum()), (p, p * (1 + 1e-9 * q))):
        close(function, truth, *arguments[: 1 if name in ONE else 2], normalize=False)


def test_raw_kl_keeps_the_small_next_to_mass_of_q_alone():
    """Mass of q where p has none is no part of the raw sum, and takes no digit from it."""
    close(*TWO["kl_divergence"], np.array([0.0, 1e-3, 2e-3]), np.array([1e6, 1.5e-3, 1e-3]), normalize=False)


@pytest.mark.parametrize("n", [2, 3, 5, 9])
@pytest.mark.parametrize("name", [*ONE, *TWO])
def test_short_rows_are_right(name, n):
    """In a batch of short rows every row keeps to the bound."""
    function, truth = {**ONE, **TWO}[name]
    rng = np.random.default_rng(n)
    p, q = rng.gamma(0.6, size=(2, 60, n)) + 1e-12
    arguments = (p, q)[: 1 if name in ONE else 2]
    limit = FLOAT64_ULPS if name in ("entropy", "cross_entropy") else 8
    for i, got in enumerate(function(*arguments)):
        assert reference.ulps(got, truth(*(a[i] for a in arguments))) <= limit


@pytest.mark.parametrize(
    "counts",
    [
        [10**12 - 3, 1, 1, 1],
        [2**62, 2**62, 2**62],
        np.array([2**63 + 5, 2**62, 12345], np.uint64),
        np.array([200, 100, 55], np.uint8),
        np.array([True, True, False, True]),
        np.array([1, 2, 3], np.float16),
    ],
)
def test_counts_are_right(counts):
    """Integers of every width, booleans and float16 neither wrap nor lose digits."""
    got = xlogx.entropy(counts)
    limit = FLOAT64_ULPS if got.dtype == np.float64 else FLOAT32_ULPS
    assert reference.ulps(got, reference.entropy(list(np.asarray(counts)))) <= limit


@pytest.mark.parametrize("k", [1, 4, 10, 12])
def test_bits_are_exact_where_shares_are_powers_of_two(k):
    """The entropy of 2^k equal weights is k bits, whatever the weight."""
    for weight in (3.0, 0.1, 1e-300):
        assert xlogx.entropy(np.full(2**k, weight), base=2) == k


def test_bits_are_exact_for_a_dyadic_row():
    """Halves, quarters and eighths give the entropy that one writes down."""
    assert xlogx.entropy([0.5, 0.25, 0.25], base=2) == 1.5
    assert xlogx.entropy([0.5, 0.25, 0.125, 0.125], base="bits") == 1.75
    assert xlogx.cross_entropy([8, 4, 2, 2], [1, 1, 1, 1], base=2) == 2.0
    # 2048 weights of 1/4096 of the sum and 1024 of 1/2048.
    assert xlogx.entropy(np.tile([0.7, 0.7, 1.4], 1024), base=2) == 0.5 * 12 + 0.5 * 11


def test_bits_are_exact_for_long_rows_of_powers_of_two():
    """Where weights and their sum are powers of two, the length does not matter."""
    assert xlogx.entropy(np.full(2**20, 0.25), base=2) == 20
