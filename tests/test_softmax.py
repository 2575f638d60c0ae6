"""The softmax and its logarithm: the array that takes them, its dtype, and what compare takes from them."""

import numpy as np
import pytest

from xlogx import logits

pytestmark = pytest.mark.usefixtures("backend")

MAPS = [logits.softmax, logits.log_softmax]
every_map = pytest.mark.parametrize("function", MAPS)


def rows(shape=(3, 4, 5), dtype=np.float64):
    return (3 * np.random.default_rng(1).standard_normal(shape)).astype(dtype)


@every_map
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_the_result_may_go_where_the_logits_are(function, axis, dtype):
    """out= may be the very array of logits, of any layout, and no other that shares memory with it."""
    z = rows(dtype=dtype)
    want = function(z, axis=axis, dtype=dtype)
    for place in (z.copy(), z.copy(order="F"), np.repeat(z, 2, axis=1)[:, ::2], z.copy()[::-1]):
        place[...] = z
        assert function(place, axis=axis, out=place, dtype=dtype) is place
        np.testing.assert_array_equal(place, want)
    buffer = np.zeros(9, dtype)
    with pytest.raises(ValueError, match="out must not share memory with z"):
        function(buffer[1:], out=buffer[:-1], dtype=dtype)


@every_map
@pytest.mark.parametrize("shape", [(7,), (2, 9000), (20_000,), (300, 400)])
def test_long_rows_may_be_replaced(function, shape):
    """A row in several blocks is written behind what is still read."""
    z = rows(shape)
    want = function(z)
    np.testing.assert_array_equal(function(z, out=z), want)
    half = function(z, dtype=np.float16)
    np.testing.assert_array_equal(half, function(z).astype(np.float16))


@every_map
def test_the_result_is_float16_if_one_says_so(function):
    """By dtype= or out=: rounded once from the wider answer; else float32 for narrow logits, float64 for all others."""
    z = rows()
    want = function(z).astype(np.float16)
    np.testing.assert_array_equal(function(z, dtype=np.float16), want, strict=True)
    out = np.empty(z.shape, np.float16)
    assert function(z, out=out) is out
    np.testing.assert_array_equal(out, want)
    assert function(z.astype(np.float16)).dtype == np.float32
    assert function(z.astype(np.float32), dtype=np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="and dtype float64 of the result"):
        function(z, out=out, dtype=np.float64)
    with pytest.raises(TypeError, match="dtype must be float64, float32 or float16"):
        function(z, dtype="i8")


@every_map
def test_an_error_leaves_out_as_it_was(function):
    """Nothing is written before the logits are found right."""
    z = rows()
    z[1, 2, 3] = np.nan
    before = z.copy()
    for out in (z, np.full(z.shape, 7.0)):
        kept = out.copy()
        with pytest.raises(ValueError, match="got z"):
            function(z, out=out, nan_policy="raise")
        np.testing.assert_array_equal(out, kept)
    np.testing.assert_array_equal(z, before)


def test_both_say_the_same():
    """log_softmax is the logarithm of softmax, and has digits where that is 0 or next to 1."""
    z = rows()
    np.testing.assert_allclose(np.log(logits.softmax(z)), logits.log_softmax(z), rtol=1e-14)
    np.testing.assert_array_equal(logits.softmax([0.0, -800.0]), [1, 0])
    np.testing.assert_array_equal(logits.log_softmax([0.0, -800.0]), [0, -800])


@pytest.mark.parametrize("shape", [(5,), (6, 5), (3, 70_000), (40_000, 3)])
@pytest.mark.parametrize("axis", [-1, 0])
def test_compare_is_all_functions_at_once(shape, axis):
    """Each field is what the function of its name says, and the largest are those of argmax."""
    p, q = rows(shape), rows(shape)[..., ::-1]
    found = logits.compare(p, q, axis=axis, base=2)
    for field, want in (
        ("entropy_p", logits.entropy(p, axis=axis, base=2)),
        ("entropy_q", logits.entropy(q, axis=axis, base=2)),
        ("cross_entropy_pq", logits.cross_entropy(p, q, axis=axis, base=2)),
        ("cross_entropy_qp", logits.cross_entropy(q, p, axis=axis, base=2)),
        ("kl_pq", logits.kl_divergence(p, q, axis=axis, base=2)),
        ("kl_qp", logits.kl_divergence(q, p, axis=axis, base=2)),
        ("js_divergence", logits.js_divergence(p, q, axis=axis, base=2)),
        ("top_agreement", p.argmax(axis=axis) == q.argmax(axis=axis)),
    ):
        np.testing.assert_array_equal(getattr(found, field), want)
    a, b = logits.softmax(p, axis=axis), logits.softmax(q, axis=axis)
    at_p, at_q = (np.expand_dims(z.argmax(axis=axis), axis) for z in (p, q))
    np.testing.assert_array_equal(found.p_of_top_q, np.take_along_axis(a, at_q, axis=axis).squeeze(axis))
    np.testing.assert_array_equal(found.q_of_top_p, np.take_along_axis(b, at_p, axis=axis).squeeze(axis))
    np.testing.assert_allclose(found.total_variation, np.abs(a - b).sum(axis=axis) / 2, rtol=1e-12, atol=1e-15)


def test_compare_takes_the_first_of_equal_maxima():
    """And the largest that is not dropped from either."""
    p, q = [2.0, 2.0, 1.0], [2.0, 3.0, 1.0]
    assert not logits.compare(p, q).top_agreement
    assert logits.compare(p, q, where=[False, True, True]).top_agreement
    assert logits.compare([2.0, 2.0, 1.0], [np.nan, 3.0, 1.0], nan_policy="omit").top_agreement
    found = logits.compare(np.float32([p]), np.float32([q]), keepdims=True)
    assert found.top_agreement.shape == found.kl_pq.shape == (1, 1)
    assert found.top_agreement.dtype == bool
    assert found.kl_pq.dtype == found.p_of_top_q.dtype == np.float32
    assert type(logits.compare(p, q).kl_pq) is np.float64
