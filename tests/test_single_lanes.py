"""float32 logits have a first look of their own, in float32: where it is not good enough, a row gets another one."""

import numpy as np
import pytest

from xlogx import logits, losses
from xlogx._bounds import ULPS
from xlogx._verify_cases import fractions

pytest.importorskip("mpmath")
import exact_logits

from xlogx._demo.exact import ulp_error

pytestmark = pytest.mark.usefixtures("backend")

BOUND = ULPS["float32"]
ONE = ("entropy", "logsumexp", "perplexity")
NOTHING = -np.inf


def noise(n, seed, dtype=np.float32):
    """Numbers from -1 to 1."""
    return (2 * fractions((n,), seed) - 1).astype(dtype)


def answers(z, w, temperature=1.0):
    """Yield name, answer and truth of each measure that has such a look, of a row and of a column."""
    for name in (*ONE, "kl_divergence"):
        data = (z,) if name in ONE else (z, w)
        truth = getattr(exact_logits, name)(*data, temperature)
        got = getattr(logits, name)(*data, temperature=temperature)
        columns = [np.stack([x] * 3, axis=1) for x in data]
        for other in getattr(logits, name)(*columns, axis=0, temperature=temperature):
            np.testing.assert_array_equal(other, got, name)
        yield name, got, truth


def check(z, w, temperature=1.0):
    for name, got, truth in answers(z, w, temperature):
        assert got.dtype == np.float32
        assert ulp_error(got, truth) <= BOUND, (name, got)


@pytest.mark.parametrize("n", [2, 5, 16, 33, 127, 129, 400])
@pytest.mark.parametrize("spread", [0.01, 1.0, 8.0, 60.0])
@pytest.mark.parametrize("offset", [0.0, -70.0, 3e4, 1e6])
def test_rows_wherever_they_lie(n, spread, offset):
    """Flat and confident ones, near 0 and far from it, with a second row of its own place."""
    spread, offset = np.float32(spread), np.float32(offset)
    check(offset + spread * noise(n, n), spread * noise(n, n + 1) - offset / 2)


@pytest.mark.parametrize("temperature", [1e-3, 0.3, 7.0, 2e4, 1e7])
def test_any_temperature(temperature):
    """Also those at which float32 has no room."""
    check(30 * noise(60, 1), 30 * noise(60, 2), temperature)


@pytest.mark.parametrize("closeness", [1e-1, 1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("n", [3, 40, 300])
def test_rows_that_are_nearly_equal(closeness, n):
    """The divergence of rows apart by little, and the same with a number added to one of them."""
    z = 4 * noise(n, 3)
    w = z + np.float32(closeness) * noise(n, 4)
    check(z, w)
    check(z, w + np.float32(64.0))


@pytest.mark.parametrize("n", [4097, 9000])
def test_long_rows_whose_blocks_are_of_different_kinds(n):
    """Near where the rest is far, far where the rest is near, sure in one block only."""
    few, other = 4 * noise(50, 10), 4 * noise(50, 11)
    order = np.arange(n) * 7 % 50
    near = few + np.float32(1e-3) * noise(50, 12)
    for first, rest in ((near, other), (other, near), (near, near), (other, other)):
        w = np.concatenate([first[order[:4096]], rest[order[4096:]]])
        z = few[order].copy()
        rows = np.stack([z, z, z]), np.stack([w, w, w])
        rows[0][1, 5] = 16.0
        rows[0][2, n - 1] = 30.0
        got = logits.kl_divergence(*rows)
        np.testing.assert_array_equal(got, logits.kl_divergence(*(np.asfortranarray(x) for x in rows)))
        for i in range(3):
            assert ulp_error(got[i], exact_logits.kl_divergence(rows[0][i], rows[1][i])) <= BOUND


@pytest.mark.parametrize("margin", [0.1, 0.7, 1.1, 5.0, 18.0, 90.0])
def test_confident_rows(margin):
    """One class has about a half of its row, or all but 1e-39."""
    z = noise(50, 5)
    z[17] = z.max() + np.float32(margin) + np.float32(np.log(50))
    w = noise(50, 6)
    w[3] += np.float32(margin)
    check(z, w)
    loss, truth = losses.cross_entropy(z[None], [17]), exact_logits.logsumexp(z) - float(z[17])
    assert ulp_error(loss, truth) <= BOUND


def test_equal_rows_are_not_apart():
    """Not even by what rounding does, also where a number was added to all logits of one."""
    for n in (1, 2, 7, 33, 5000):
        z = 5 * noise(n, 7)
        assert logits.kl_divergence(z, z) == 0.0
        half = np.round(z)
        assert logits.kl_divergence(half, half + np.float32(16.0)) == 0.0


@pytest.mark.parametrize("n", [6, 40])
def test_what_leaves_the_range_of_float32_lanes(n):
    """Differences that overflow, classes that count nothing, masked ones: none makes a number of another."""
    z, w = noise(n, 8), noise(n, 9)
    z[2], w[2] = -3e4, NOTHING
    assert logits.kl_divergence(z, w) == np.inf
    z[2] = NOTHING
    check(z, w)
    w[2] = 3.4e38
    z[2] = z[0]
    check(z, w)
    z, w = np.full(n, -3.4e38, np.float32), np.full(n, -3.4e38, np.float32)
    z[0], w[1] = 1.0, 2.0
    check(z, w)
    z[2], w[2] = 5e8, -3.4e38
    check(z, w)


def test_logarithms_of_probabilities_have_a_sum_of_one():
    """Whatever is left of log 1 is right, though it is a billionth of what it is made of."""
    for seed in range(5):
        z = logits.log_softmax(6 * noise(100, seed))
        assert ulp_error(logits.logsumexp(z), exact_logits.logsumexp(z)) <= BOUND


@pytest.mark.parametrize("n", [33, 500, 9000])
def test_gradients_and_probabilities_are_right_to_an_ulp(n):
    """Of flat and of confident rows, wherever they lie."""
    for offset in (0.0, 1e5):
        for margin in (0.0, 12.0):
            few = 9 * noise(40, n)
            z = np.float32(offset) + few[np.arange(n) * 7 % 40]
            z[5] = z.max() + np.float32(margin)
            truth = [float(p) for p in exact_logits.softmax(z)]
            got = logits.softmax(z)
            _, grad = losses.cross_entropy_with_grad(z[None], [1])
            for i in range(0, n, 1 + n // 40):
                assert ulp_error(got[i], truth[i]) <= BOUND
                if i != 1:
                    assert ulp_error(grad[0, i], truth[i]) <= BOUND
