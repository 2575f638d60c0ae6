"""Axis, base, keepdims, broadcasting, normalisation, pseudocount and result dtype mean the same in every measure."""

import inspect
import pickle
import re

import numpy as np
import pytest
from measures import data, every_measure, two_arguments

import xlogx

pytestmark = pytest.mark.usefixtures("backend")


@every_measure
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3, (0,), (0, 2), (2, 0), (1, 2), (-1, -3), (0, 1, 2), None])
def test_a_row_is_its_axes_in_c_order(measure, axis):
    """Any axes give what the same rows give when they are laid out one by one, bit for bit."""
    arrays = data(measure)
    axes = range(3) if axis is None else sorted({a % 3 for a in (axis if isinstance(axis, tuple) else (axis,))})
    outer = [a for a in range(3) if a not in axes]
    shape = tuple(arrays[0].shape[a] for a in outer)
    flat = [np.ascontiguousarray(a.transpose([*outer, *axes])).reshape(*shape, -1) for a in arrays]
    np.testing.assert_array_equal(measure(*arrays, axis=axis), measure(*flat), strict=True)


@every_measure
@pytest.mark.parametrize(("axis", "shape"), [(0, (1, 4, 5)), (-1, (3, 4, 1)), ((0, 2), (1, 4, 1)), (None, (1, 1, 1))])
def test_keepdims_keeps_the_axes(measure, axis, shape):
    """With keepdims the reduced axes stay with length one, and the values stay."""
    arrays = data(measure)
    kept = measure(*arrays, axis=axis, keepdims=True)
    assert kept.shape == shape
    np.testing.assert_array_equal(kept.reshape(np.shape(measure(*arrays, axis=axis))), measure(*arrays, axis=axis))


@every_measure
def test_numpys_bools_are_bools(measure):
    """np.True_ and np.False_ say what True and False say; to keepdims, as in NumPy, so does any integer."""
    arrays = data(measure)
    for answer in (True, False):
        want = measure(*arrays, normalize=answer)
        np.testing.assert_array_equal(measure(*arrays, normalize=np.bool_(answer)), want, strict=True)
        want = measure(*arrays, keepdims=answer)
        for same in (np.bool_(answer), int(answer), np.int8(answer)):
            np.testing.assert_array_equal(measure(*arrays, keepdims=same), want, strict=True)


@every_measure
def test_one_row_gives_a_numpy_scalar(measure):
    """A single row gives a NumPy scalar, never a 0-d array; keepdims gives an array."""
    for dtype in (np.float64, np.float32):
        for options in ({}, {"axis": None}, {"base": 2}):
            got = measure(*data(measure, (5,), dtype=dtype), **options)
            assert type(got) is dtype
        assert measure(*data(measure, (5,), dtype=dtype), keepdims=True).shape == (1,)
    assert isinstance(measure(*data(measure, ()), axis=None), np.float64)


@every_measure
@pytest.mark.parametrize(
    ("base", "same"), [("nats", None), ("bits", 2), ("hartleys", 10), (2, 2.0), (np.float32(2), 2), (np.int64(10), 10)]
)
def test_bases_have_names(measure, base, same):
    """Named bases are numbers."""
    arrays = data(measure)
    np.testing.assert_array_equal(measure(*arrays, base=base), measure(*arrays, base=same))


@every_measure
@pytest.mark.parametrize("base", [2, 10, 1.5, 1.2, 1.0000001, 1 + 2.0**-52, np.e, 1e300])
def test_a_base_divides_by_its_logarithm(measure, base):
    """The unit divides the result by log base; in a distance, before the root."""
    arrays = data(measure)
    divisor = np.log(base) if measure is not xlogx.js_distance else np.sqrt(np.log(base))
    np.testing.assert_allclose(measure(*arrays, base=base), measure(*arrays) / divisor, rtol=2e-15)


@two_arguments
@pytest.mark.parametrize(
    ("p", "q", "shape"),
    [((3, 1, 4), (5, 4), (3, 5)), ((4,), (2, 4), (2,)), ((2, 4), (4,), (2,)), ((2, 1), (1, 4), (2,)), ((4,), (), ())],
)
def test_arguments_broadcast(measure, p, q, shape):
    """Broadcasting gives what the repeated arrays give, bit for bit."""
    rng = np.random.default_rng(1)
    p, q = rng.random(p) + 0.1, rng.random(q) + 0.1
    got = measure(p, q)
    assert np.shape(got) == shape
    repeated = [np.ascontiguousarray(a) for a in np.broadcast_arrays(p, q)]
    np.testing.assert_array_equal(got, measure(*repeated))


@every_measure
def test_counts_just_work(measure):
    """Rows are divided by their sums: counts and shares give the same."""
    counts = [np.random.default_rng(i).integers(1, 100, (4, 6)) for i in range(1 if measure is xlogx.entropy else 2)]
    shares = [c / c.sum(axis=-1, keepdims=True) for c in counts]
    np.testing.assert_allclose(measure(*counts), measure(*shares), rtol=1e-13)


def test_raw_sums_are_the_formulas():
    """normalize=False gives the sums as they are; a raw KL may be negative."""
    p, q = np.array([0.5, 2.0, 3.0]), np.array([1.0, 7.0, 2.5])
    m = (p + q) / 2
    close = {"rtol": 1e-14}
    np.testing.assert_allclose(xlogx.entropy(p, normalize=False), -(p * np.log(p)).sum(), **close)
    np.testing.assert_allclose(xlogx.cross_entropy(p, q, normalize=False), -(p * np.log(q)).sum(), **close)
    np.testing.assert_allclose(xlogx.kl_divergence(p, q, normalize=False), (p * np.log(p / q)).sum(), **close)
    js = (p * np.log(p / m) + q * np.log(q / m)).sum() / 2
    np.testing.assert_allclose(xlogx.js_divergence(p, q, normalize=False), js, **close)
    np.testing.assert_allclose(xlogx.js_distance(p, q, normalize=False), np.sqrt(js), **close)
    assert xlogx.kl_divergence(p, 2 * p, normalize=False) < 0


@every_measure
def test_a_checked_row_is_taken_as_it_is(measure):
    """normalize="check" gives the raw sums once the rows have passed."""
    arrays = [a / a.sum(axis=-1, keepdims=True) for a in data(measure)]
    np.testing.assert_array_equal(measure(*arrays, normalize="check"), measure(*arrays, normalize=False))


@pytest.mark.parametrize(("dtype", "slack"), [(np.float64, 1.4e-8), (np.float32, 3.3e-4), (np.float16, 0.03)])
def test_the_check_is_as_wide_as_the_dtype(dtype, slack):
    """A row may miss one by the root of its dtype's epsilon."""
    half = dtype(0.5)
    xlogx.entropy(np.array([half, half + dtype(slack)]), normalize="check")
    with pytest.raises(ValueError, match="must sum to one"):
        xlogx.entropy(np.array([half, half + dtype(2 * slack)]), normalize="check")


def test_a_checked_row_with_nan_is_nan():
    """NaN stands for itself under the check, and does not hide the next row's fault."""
    p = np.array([[0.5, np.nan], [0.5, 0.5]])
    np.testing.assert_array_equal(np.isnan(xlogx.entropy(p, normalize="check")), [True, False])
    p[1, 1] = 0.4
    with pytest.raises(ValueError, match=r"row p\[1\] sums to 0\.9"):
        xlogx.entropy(p, normalize="check")


@every_measure
@pytest.mark.parametrize("normalize", [True, False])
def test_a_pseudocount_is_added_to_every_weight(measure, normalize):
    """It is the sum of weight and pseudocount that counts, in every argument."""
    arrays = [a * 8 // 1 / 8 for a in data(measure)]
    want = measure(*(a + 0.5 for a in arrays), normalize=normalize)
    np.testing.assert_array_equal(measure(*arrays, pseudocount=0.5, normalize=normalize), want)


def test_a_pseudocount_makes_zeros_finite():
    """What has no weight gets some."""
    assert xlogx.kl_divergence([1.0, 0.0], [0.0, 1.0], pseudocount=0.5) == xlogx.kl_divergence([1.5, 0.5], [0.5, 1.5])
    assert xlogx.entropy([0, 0], pseudocount=1, base=2) == 1
    assert xlogx.entropy(np.array([0, 0, 0, 0], np.uint8), pseudocount=0.25, base=2) == 2


NARROW = [np.float32, np.float16]
WIDE = [np.float64, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_]


@every_measure
def test_the_result_is_float32_only_if_all_data_are_narrow(measure):
    """float32 and float16 give float32; integers, booleans, lists and mixtures give float64."""
    count = 1 if measure is xlogx.entropy else 2
    for dtype in NARROW:
        assert measure(*[np.ones(4, dtype)] * count).dtype == np.float32
        assert measure(*[np.ones((2, 4), dtype)] * count, base=2.0, pseudocount=1.0).dtype == np.float32
    for dtype in WIDE:
        assert measure(*[np.ones(4, dtype)] * count).dtype == np.float64
        if count == 2:
            assert measure(np.ones(4, dtype), np.ones(4, np.float32)).dtype == np.float64
            assert measure(np.ones(4, np.float16), np.ones(4, dtype)).dtype == np.float64
    assert measure(*[[1, 1]] * count).dtype == np.float64
    assert measure(*[[1.0, 1.0]] * count).dtype == np.float64
    if count == 2:
        assert measure(np.ones(4, np.float16), np.ones(4, np.float32)).dtype == np.float32
        assert measure(np.ones(4, np.float32), 1.0).dtype == np.float32
        assert measure(np.ones(4), 1).dtype == np.float64


def test_bfloat16_is_narrow():
    """bfloat16 arrays are weights, and give float32."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    p = np.array([1, 2, 4, 1], ml_dtypes.bfloat16)
    got = xlogx.entropy(p, base=2)
    assert got == 1.75
    assert got.dtype == np.float32
    assert xlogx.kl_divergence(p, np.ones(4, np.float16)).dtype == np.float32
    with pytest.raises(TypeError, match="float8"):
        xlogx.entropy(p.astype(ml_dtypes.float8_e4m3))


@every_measure
@pytest.mark.parametrize("dtype", [*NARROW, *WIDE, ">f8", ">f4", ">i2", ">u8"])
def test_every_dtype_gives_its_values(measure, dtype):
    """A dtype changes the width of the result, not what is computed."""
    rng = np.random.default_rng(5)
    arrays = [rng.integers(0, 2, (3, 40)).astype(dtype) for _ in range(1 if measure is xlogx.entropy else 2)]
    arrays[-1][:, 0] = 1
    arrays[0][:, 0] = 1
    want = measure(*(a.astype(np.float64) for a in arrays))
    np.testing.assert_allclose(measure(*arrays), want, rtol=1e-6 if np.dtype(dtype).kind == "f" else 0)


def test_what_can_be_an_array_is_taken():
    """Lists, tuples, objects with __array__, and integers beyond 64 bits."""

    class Boxed:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 1.0])

    for weights in ([1, 1], (1, 1), [1.0, 1], Boxed(), [[1, 1]], [2**70, 2**70], [np.float64(3)] * 2):
        assert np.all(xlogx.entropy(weights, base=2) == 1)


@every_measure
def test_arguments_are_left_alone(measure):
    """No call writes to its input, and read-only input is as good as any."""
    arrays = data(measure)
    before = [a.copy() for a in arrays]
    for a in arrays:
        a.flags.writeable = False
    want = measure(*before, pseudocount=0.5)
    np.testing.assert_array_equal(measure(*arrays, pseudocount=0.5), want)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_memory_maps_are_arrays(tmp_path):
    """A memory map gives what its array gives."""
    p = np.random.default_rng(6).random((50, 60))
    np.save(tmp_path / "p.npy", p)
    np.testing.assert_array_equal(xlogx.entropy(np.load(tmp_path / "p.npy", mmap_mode="r")), xlogx.entropy(p))


@every_measure
def test_signatures_show_every_option(measure):
    """inspect.signature, and so help(), shows data and options with their defaults; the docstring has them all."""
    signature = inspect.signature(measure)
    shown = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
    data = "p" if measure is xlogx.entropy else "p, q"
    assert str(inspect.Signature(shown)) == (
        f"({data}, *, axis=-1, base=None, normalize=True, pseudocount=0.0, where=None, nan_policy='propagate', "
        "on_invalid='raise', keepdims=False, dtype=None, out=None, input_dtype=None)"
    )
    for name in signature.parameters:
        assert re.search(rf"^(p, )?{name}(, q)? : ", measure.__doc__, re.MULTILINE)


@every_measure
def test_functions_pickle(measure):
    """A pickled function is the function."""
    assert pickle.loads(pickle.dumps(measure)) is measure


@every_measure
def test_data_may_go_by_keyword(measure):
    """The names p and q are part of the interface."""
    arrays = data(measure)
    named = dict(zip("pq", arrays, strict=False))
    np.testing.assert_array_equal(measure(**named), measure(*arrays))
    np.testing.assert_array_equal(measure(**named, axis=0), measure(*arrays, axis=0))
