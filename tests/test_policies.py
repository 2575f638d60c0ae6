"""What NaN and invalid weights do is the caller's choice, and an error names the first that is not dropped."""

import numpy as np
import pytest
from measures import every_measure, refuses

import xlogx
from xlogx._pieces import BLOCK

pytestmark = pytest.mark.usefixtures("backend")

NAN, INF = np.nan, np.inf


def ones(measure, shape, dtype=np.float64):
    return [np.ones(shape, dtype) for _ in range(1 if measure is xlogx.entropy else 2)]


@every_measure
@pytest.mark.parametrize("n", [3, 40, 5000, 70_000], indirect=True)
@pytest.mark.parametrize("bad", [-1.0, INF, -INF, -5e-324])
def test_an_invalid_row_can_be_nan(measure, n, bad):
    """on_invalid="nan" makes the rows with an invalid weight NaN, those alone, in whichever argument it is."""
    good = ones(measure, (3, n))
    good[0][:, 0] = 2
    want = measure(*good)
    for which in range(len(good)):
        arrays = [a.copy() for a in good]
        arrays[which][1, n - 1] = bad
        got = measure(*arrays, on_invalid="nan")
        np.testing.assert_array_equal(np.isnan(got), [False, True, False])
        np.testing.assert_array_equal(got[[0, 2]], want[[0, 2]])
        np.testing.assert_array_equal(measure(*(a.T for a in arrays), axis=0, on_invalid="nan"), got)
        keep = np.arange(n) < n - 1
        assert np.isfinite(measure(*arrays, on_invalid="nan", where=keep)).all()
        for others in ({"normalize": False}, {"nan_policy": "omit"}, {"nan_policy": "raise"}, {"pseudocount": 1}):
            got = measure(*arrays, on_invalid="nan", **others)
            np.testing.assert_array_equal(np.isnan(got), [False, True, False])


def test_the_first_weight_that_is_not_dropped_is_named():
    """Masks, where= and omitted NaN of the other argument hide a bad weight; the next is named, as it was given."""
    bad = np.ones((4, 18))
    bad[1, 3], bad[2, 5], bad[3, 17] = -0.5, INF, -0.25
    keep = np.ones((4, 18), bool)
    keep[1, 3] = False
    refuses(ValueError, "got p[2, 5] = inf", xlogx.entropy, bad, where=keep)
    refuses(ValueError, "got p[2, 5] = inf", xlogx.entropy, np.ma.array(bad, mask=~keep), axis=0)
    other = np.where(keep, 1.0, NAN)
    refuses(ValueError, "got p[2, 5] = inf", xlogx.kl_divergence, bad, other, nan_policy="omit")
    refuses(ValueError, "got q[2, 5] = inf", xlogx.kl_divergence, other, bad, nan_policy="omit")
    refuses(ValueError, "got p[1, 3] = -0.5", xlogx.kl_divergence, bad, other)
    # A row of q stands for four: it is bad where the mask leaves it.
    q = np.ones(18)
    q[3] = -2
    keep[:2, 3] = False
    refuses(ValueError, "got q[3] = -2.0", xlogx.kl_divergence, np.ones((4, 18)), q, where=keep)
    keep[:, 3] = False
    assert (xlogx.kl_divergence(np.ones((4, 18)), q, where=keep) == 0).all()


@pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, 2 * BLOCK + 5])
def test_a_weight_far_in_is_found_behind_dropped_ones(place):
    """The search goes through weights and masks piece by piece."""
    weights = np.full((1, 2 * BLOCK + 6), -1.0, np.float32)
    where = np.zeros(2 * BLOCK + 6, bool)
    where[place] = True
    refuses(ValueError, f"got p[0, {place}] = -1.0", xlogx.entropy, weights, where=where)
    weights[0, place] = NAN
    refuses(ValueError, f"got p[0, {place}] = nan", xlogx.entropy, weights, where=where, nan_policy="raise")


def test_nan_can_be_refused():
    """nan_policy="raise" names the first NaN that is not dropped, p before q; an invalid weight comes first."""
    p, q = np.ones((2, 4)), np.ones(4)
    q[2] = NAN
    refuses(ValueError, "got q[2] = nan", xlogx.kl_divergence, p, q, nan_policy="raise")
    p[0, 3] = NAN
    refuses(ValueError, "got p[0, 3] = nan", xlogx.kl_divergence, p, q, nan_policy="raise")
    refuses(ValueError, "got p[0, 3] = nan", xlogx.entropy, p, nan_policy="raise", out=np.empty(2))
    refuses(ValueError, "got p[0, 3] = nan", xlogx.entropy, p.astype(np.float16), axis=0, nan_policy="raise")
    assert np.isfinite(xlogx.entropy(p, nan_policy="raise", where=[True, True, True, False])).all()
    p[1, 0] = -1
    refuses(ValueError, "got p[1, 0] = -1.0", xlogx.entropy, p, nan_policy="raise")
    refuses(ValueError, "got p[0, 3] = nan", xlogx.entropy, p, nan_policy="raise", on_invalid="nan")


@every_measure
def test_a_row_without_weight_is_no_nan_that_came_in(measure):
    """nan_policy speaks of the input: a result that is NaN for want of weight does not raise."""
    arrays = [0 * a for a in ones(measure, (2, 3))]
    assert np.isnan(measure(*arrays, nan_policy="raise")).all()
    assert np.isnan(measure(*arrays, nan_policy="omit")).all()
    integers = ones(measure, (2, 3), int)
    np.testing.assert_array_equal(measure(*integers, nan_policy="omit"), measure(*integers))


@pytest.mark.parametrize("policy", ["ignore", None, True, ["omit"], b"omit"])
def test_policies_are_words(policy):
    """Anything else is a ValueError that says what is allowed."""
    refuses(ValueError, "nan_policy must be", xlogx.entropy, [1], nan_policy=policy)
    refuses(ValueError, "on_invalid must be", xlogx.entropy, [1], on_invalid=policy)
