"""Every function of logits is right to the last digits, for the inputs on which the usual expressions lose them."""

import numpy as np
import pytest

from xlogx import logits
from xlogx._bounds import ULPS
from xlogx._verify_cases import fractions

pytest.importorskip("mpmath")
import exact_logits

from xlogx._demo.exact import ulp_error

pytestmark = pytest.mark.usefixtures("backend")

ONE = ("entropy", "perplexity", "logsumexp")
TWO = ("cross_entropy", "kl_divergence", "js_divergence")
MAPS = ("softmax", "log_softmax")
TEMPERATURES = (1.0, 0.5, 0.7, 3.3)
NOTHING = -np.inf


def noise(n, seed):
    """Numbers from -1 to 1."""
    return 2 * fractions((n,), seed) - 1


def rows():
    """Yield the name and the two rows of each case."""
    for n in (1, 2, 3, 7, 16, 17, 100):
        for spread in (0.1, 3.0, 30.0):
            yield f"{n} spread {spread}", spread * noise(n, n), spread * noise(n, n + 1)
    z = 3 * noise(40, 5)
    for closeness in (1e-2, 1e-5, 1e-8, 1e-12, 1e-15):
        yield f"apart by {closeness}", z, z + closeness * noise(40, 6)
        yield f"apart by {closeness} and a shift", z, z + 1234.567 + closeness * noise(40, 6)
    for peaked in (
        [50.0, 10.0, 9.0, 0.0],
        [700.0, 0.0, -700.0],
        [1e5, 1e5 - 40, 3.0],
        [24.3, -20.7],
        [3.3, -20.7, -20.9],
        [740.0, 0.0, 0.0],
        [0.0, -745.0, -744.0],
        [7.0] * 20,
    ):
        row = np.array(peaked)
        yield f"peaked {peaked[:4]}", row, row + 1e-7 * noise(row.size, 7)
        yield f"peaked {peaked[:4]} and not", row, np.zeros(row.size)
        yield f"flat and peaked {peaked[:4]}", np.zeros(row.size), row
    yield "a masked class", np.array([1.0, NOTHING, 0.5]), np.array([0.3, 2.0, 0.5])
    yield "the least float64 for a masked class", np.array([1.0, -1.7e308, 0.5]), np.array([0.3, -1.7e308, 0.5])
    yield "steps of the last digit", 1 + np.arange(5) / 8, np.nextafter(1 + np.arange(5) / 8, [2, 0, 2, 2, 0])


CASES = list(rows())


def error(answer, truth):
    return ulp_error(answer, truth)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize(("zp", "zq"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_every_answer_is_within_its_bound(zp, zq, temperature):
    """Confident rows, near-equal rows, wide rows, at any temperature: each answer is as near to the truth as promised."""
    for dtype in (np.float64, np.float32):
        options = {"temperature": temperature, "dtype": dtype}
        bound, most = ULPS[np.dtype(dtype).name], float(np.finfo(dtype).max)
        for name in ONE:
            truth = getattr(exact_logits, name)(zp, temperature)
            assert error(getattr(logits, name)(zp, **options), truth) <= bound, name
        for name in TWO:
            truth = getattr(exact_logits, name)(zp, zq, temperature)
            got = getattr(logits, name)(zp, zq, **options)
            # Beyond the range of the answer's dtype there is no nearest number.
            assert (np.isinf(got) and float(truth) > most) or error(got, truth) <= bound, name
        for name in MAPS:
            for got, truth in zip(
                getattr(logits, name)(zp, **options), getattr(exact_logits, name)(zp, temperature), strict=True
            ):
                if np.isfinite(float(truth)) and abs(float(truth)) < most:
                    assert error(got, truth) <= bound, name


def test_total_variation_is_within_its_bound():
    """It is the one measure that only compare has."""
    for _, zp, zq in CASES:
        truth = exact_logits.total_variation(zp, zq)
        assert error(logits.compare(zp, zq).total_variation, truth) <= ULPS["float64"]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_narrow_logits_give_float32_to_the_last_digit(dtype):
    """The logits are taken as they are stored, and the answer is rounded to float32 once."""
    zp, zq = (4 * noise(300, 8)).astype(dtype), (4 * noise(300, 9)).astype(dtype)
    for margin in (5.3, 18.7, 40.1, 90.0):
        zp[0] = margin
        for name in (*ONE, *TWO):
            data = (zp,) if name in ONE else (zp, zq)
            got = getattr(logits, name)(*data)
            assert got.dtype == np.float32
            assert error(got, getattr(exact_logits, name)(*data)) <= ULPS["float32"]


@pytest.mark.parametrize("n", [8191, 8192, 8193, 20_000, 100_003])
def test_long_rows_are_as_right_as_short_ones(n):
    """The blocks of a long row are merged without loss; the largest logit may be anywhere."""
    few = 3 * noise(50, 11)
    order = (np.arange(n) * 7919) % 50
    zp, zq = few[order], (few + 1e-6 * noise(50, 12))[order]
    zp[n - 3], zq[n - 3] = 9.0, 9.5
    for name in (*ONE, *TWO):
        data = (zp,) if name in ONE else (zp, zq)
        truth = getattr(exact_logits, name)(*data) if n < 9000 else None
        got = getattr(logits, name)(*data)
        pieces = getattr(logits, name)(*(z[::-1] for z in data))
        np.testing.assert_array_max_ulp(got, pieces, 4)
        assert truth is None or error(got, truth) <= ULPS["float64"]


@pytest.mark.parametrize("base", [2, 10, 1.5, 1e300])
def test_a_base_costs_no_digits(base):
    """The unit is divided by before the answer is rounded."""
    import mpmath

    zp, zq = 3 * noise(30, 13), 3 * noise(30, 14)
    with mpmath.workprec(400):
        unit = mpmath.log(mpmath.mpf(base))
        for name in ("entropy", "logsumexp", *TWO):
            data = (zp,) if name not in TWO else (zp, zq)
            truth = getattr(exact_logits, name)(*data) / unit
            assert error(getattr(logits, name)(*data, base=base), truth) <= ULPS["float64"]
        for got, truth in zip(logits.log_softmax(zp, base=base), exact_logits.log_softmax(zp), strict=True):
            assert error(got, truth / unit) <= ULPS["float64"]
