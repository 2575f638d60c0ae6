"""The dtype of the result, the array that takes it, and bits that stand for bfloat16."""

import numpy as np
import pytest
from measures import data, every_measure, refuses

import xlogx
from xlogx._bounds import ULPS

pytestmark = pytest.mark.usefixtures("backend")


def bits_of(array):
    """The upper halves of the float32: their bits if bfloat16 holds them, else they are cut off."""
    return (array.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)


def cut_to_bfloat16(array):
    return (bits_of(array).astype(np.uint32) << 16).view(np.float32)


@every_measure
@pytest.mark.parametrize("n", [1, 3, 17, 300, 5000, 70_000], indirect=True)
@pytest.mark.parametrize(
    ("given", "wanted"), [(np.float32, np.float64), (np.float64, np.float32), (np.float16, np.float64)]
)
def test_a_dtype_has_its_own_accuracy(measure, n, given, wanted):
    """dtype=float64 of float32 weights is right to float64, dtype=float32 of float64 weights to float32."""
    pytest.importorskip("mpmath")
    from xlogx._demo import exact

    # Few different weights in the longer rows: the exact sum takes each of them once.
    arrays = [np.resize(a, n) for a in data(measure, (min(n, 700),), seed=n, dtype=given)]
    truth, bound = getattr(exact, measure.__name__)(*arrays), ULPS[np.dtype(wanted).name]
    got = measure(*arrays, dtype=wanted)
    assert type(got) is wanted
    assert exact.ulp_error(got, truth) <= bound
    columns = [np.stack([a, a[::-1]], axis=1) for a in arrays]
    for got in measure(*columns, axis=0, dtype=wanted):
        assert exact.ulp_error(got, truth) <= bound


@every_measure
@pytest.mark.parametrize("given", [np.float64, np.float32, np.float16, np.uint8, np.int64, np.bool_, ">f4", ">f8"])
def test_a_dtype_is_the_results(measure, given):
    """Whatever comes in, the result has the dtype that was asked for, rounded once from the same number."""
    arrays = [np.ceil(a * 9).astype(given) for a in data(measure)]
    for axis in (-1, 0, (0, 2), None):
        wide, narrow = (measure(*arrays, axis=axis, dtype=dtype) for dtype in (np.float64, np.float32))
        assert wide.dtype == np.float64
        assert narrow.dtype == np.float32
        np.testing.assert_array_max_ulp(np.asarray(wide.astype(np.float32)), np.asarray(narrow), 1)


@pytest.mark.parametrize(
    ("dtype", "wanted"),
    [
        ("float32", np.float32),
        ("f8", np.float64),
        (float, np.float64),
        (np.dtype("f4"), np.float32),
        ("=f8", np.float64),
    ],
)
def test_a_dtype_has_many_names(dtype, wanted):
    """Whatever np.dtype takes for float64 or float32."""
    assert type(xlogx.entropy([1, 2], dtype=dtype)) is wanted


@pytest.mark.parametrize(
    "dtype",
    [np.float16, int, "i8", bool, complex, object, "U3", np.dtype("f8").newbyteorder(), "nonsense", 5, [("a", "f8")]],
)
def test_a_result_is_float64_or_float32(dtype):
    """Any other dtype is a TypeError that names the option."""
    refuses(TypeError, "dtype must be", xlogx.entropy, [1, 2], dtype=dtype)


@every_measure
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_out_is_filled_and_returned(measure, dtype, axis, keepdims):
    """The same bits go into the array that was given, and it is what the call returns, 0-d arrays too."""
    arrays = data(measure, dtype=dtype)
    want = measure(*arrays, axis=axis, keepdims=keepdims)
    out = np.full(np.shape(want), -1, dtype)
    assert measure(*arrays, axis=axis, keepdims=keepdims, out=out) is out
    np.testing.assert_array_equal(out, want)
    other = np.float32 if dtype is np.float64 else np.float64
    out = np.full(np.shape(want), -1, other)
    assert measure(*arrays, axis=axis, keepdims=keepdims, out=out, dtype=other) is out
    np.testing.assert_array_equal(out, measure(*arrays, axis=axis, keepdims=keepdims, dtype=other))


@every_measure
def test_out_may_have_any_layout(measure, tmp_path):
    """Strided, reversed, in Fortran order, unaligned, memory-mapped: the answers land where they belong."""
    arrays = data(measure)
    want = measure(*arrays)
    around = np.full((6, 9), -1.0)
    unaligned = np.zeros(want.nbytes + 1, np.uint8)[1:].view(np.float64).reshape(want.shape)
    for out in (around[::2, 1::2], around[5:2:-1, 3::-1], np.empty((4, 3)).T, unaligned):
        assert measure(*arrays, out=out) is out
        np.testing.assert_array_equal(out, want)
    assert (around[:2, ::2] == -1).all()
    mapped = np.memmap(tmp_path / "out", np.float64, "w+", shape=want.shape)
    assert measure(*arrays, out=mapped) is mapped
    np.testing.assert_array_equal(mapped, want)


def test_out_of_zero_rows():
    """No rows leave nothing to write."""
    out = np.empty((0, 2))
    assert xlogx.entropy(np.ones((0, 2, 5)), out=out) is out


def test_out_must_fit():
    """Neither shape nor dtype of the result bend to out."""
    p = np.ones((3, 4))
    swapped = np.empty(3, np.dtype("f8").newbyteorder())
    for out in (np.empty(4), np.empty((3, 1)), np.empty(3, np.float32), np.empty(3, np.int64), swapped):
        refuses(ValueError, f"of the result, got shape {out.shape} and dtype {out.dtype}", xlogx.entropy, p, out=out)
    refuses(ValueError, "the shape () and dtype", xlogx.entropy, p, out=np.empty(1), axis=None)
    refuses(ValueError, "and dtype float32 of", xlogx.entropy, p, out=np.empty(3), dtype=np.float32)
    frozen = np.empty(3)
    frozen.flags.writeable = False
    refuses(ValueError, "out must be writeable", xlogx.entropy, p, out=frozen)


@pytest.mark.parametrize("out", [[0.0, 0.0], (np.empty(2),), np.float64(0), memoryview(bytearray(16))])
def test_out_is_an_array(out):
    """What is no ndarray is a TypeError."""
    refuses(TypeError, f"out must be a NumPy array, got {type(out).__name__}", xlogx.entropy, np.ones((2, 3)), out=out)


@pytest.mark.parametrize("mask", [np.ma.nomask, [True, False]])
def test_out_has_no_mask(mask):
    """A masked array is no place for results, which its mask would hide."""
    out = np.ma.array([7.0, 7.0], mask=mask)
    refuses(TypeError, "out must be an array without a mask", xlogx.entropy, np.ones((2, 3)), out=out)
    assert (out.data == 7).all()


@pytest.mark.parametrize("contiguous", [True, False])
def test_an_error_leaves_out_as_it_was(contiguous):
    """Nothing is written before all answers are known and found right."""
    out = np.full(8, 7.0)[:: 1 if contiguous else 2][:4]
    p = np.ones((4, 5))
    p[3, 2] = -1
    refuses(ValueError, "got p[3, 2] = -1.0", xlogx.entropy, p, out=out)
    p[3, 2] = np.nan
    refuses(ValueError, "got p[3, 2] = nan", xlogx.entropy, p, out=out, nan_policy="raise")
    refuses(ValueError, "p must sum to one", xlogx.entropy, p[:, :2], out=out, normalize="check")
    assert (out == 7).all()


def test_out_shares_no_memory_with_what_is_read():
    """Arguments, their masks and where= may not lie under out; beside it, in the same buffer, they may."""
    table = np.ones((3, 5))
    refuses(ValueError, "out must not share memory with p", xlogx.entropy, table, out=table[:, 0])
    refuses(ValueError, "out must not share memory with q", xlogx.kl_divergence, np.ones(5), table, out=table[:, 0])
    np.testing.assert_array_equal(xlogx.entropy(table[:, 1:], out=table[:, 0], base=2), np.full(3, 2.0))
    np.testing.assert_array_equal(table[:, 0], np.full(3, 2.0))
    buffer = np.zeros(24, np.uint8)
    out, mask = buffer.view(np.float64), buffer[:12].view(bool).reshape(3, 4)
    refuses(ValueError, "out must not share memory with where", xlogx.entropy, np.ones((3, 4)), where=mask, out=out)
    masked = np.ma.array(np.ones((3, 4)), mask=mask)
    refuses(ValueError, "out must not share memory with p", xlogx.entropy, masked, out=out)


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 5000), (200, 3), (70_000,)], indirect=True)
@pytest.mark.parametrize("axis", [-1, 0])
@every_measure
def test_bits_are_bfloat16(measure, shape, axis):
    """uint16 with input_dtype="bfloat16" is the upper half of float32, in any byte order and with any strides."""
    arrays = [cut_to_bfloat16(a) for a in data(measure, shape)]
    want = measure(*arrays, axis=axis)
    bits = [bits_of(a) for a in arrays]
    unaligned = [np.frombuffer(b"\0" + b.tobytes(), np.uint16, offset=1).reshape(b.shape) for b in bits]
    strided = [np.repeat(b, 2, axis=-1)[..., ::2] for b in bits]
    for given in (bits, [b.astype(b.dtype.newbyteorder()) for b in bits], unaligned, strided):
        got = measure(*given, axis=axis, input_dtype="bfloat16")
        assert got.dtype == np.float32
        np.testing.assert_array_max_ulp(np.asarray(got), np.asarray(want), 1)
    got = measure(*bits, axis=axis, input_dtype="bfloat16", dtype=np.float64)
    np.testing.assert_array_max_ulp(np.asarray(got), np.asarray(measure(*arrays, axis=axis, dtype=np.float64)), 4)


def test_bfloat16_of_ml_dtypes_is_read_as_it_is():
    """An array of ml_dtypes' bfloat16 and its bits are one and the same."""
    ml_dtypes = pytest.importorskip("ml_dtypes")
    p, q = (a.astype(ml_dtypes.bfloat16) for a in data(xlogx.kl_divergence))
    keep = np.arange(5) != 2
    for options in ({}, {"axis": 0}, {"axis": (0, 2)}, {"pseudocount": 0.5}, {"where": keep}, {"dtype": np.float64}):
        bits = {"input_dtype": "bfloat16", **options}
        want = xlogx.kl_divergence(p, q, **options)
        np.testing.assert_array_equal(xlogx.kl_divergence(p.view(np.uint16), q.view(np.uint16), **bits), want)
        np.testing.assert_array_equal(xlogx.kl_divergence(p, q.view(np.uint16), **bits), want)
    assert xlogx.kl_divergence(p, q.astype(np.float64)).dtype == np.float64
    assert xlogx.entropy(p[0, 0, 0], axis=None) == 0


def test_only_uint16_is_bits():
    """The other argument may be of any dtype, and is what its dtype says."""
    p, q = np.array([1.0, 2.0, 1.0]), np.array([1.0, 1.0, 2.0], np.float32)
    want = xlogx.kl_divergence(p, q)
    assert xlogx.kl_divergence(p, bits_of(q), input_dtype="bfloat16") == want
    assert xlogx.kl_divergence(p.astype(np.uint8), bits_of(q), input_dtype="bfloat16") == want
    assert xlogx.kl_divergence(p.astype(np.float16), bits_of(q), input_dtype="bfloat16").dtype == np.float32
    assert xlogx.kl_divergence(p, bits_of(q)) != want


def test_bits_have_nan_infinities_and_signs():
    """The special values of bfloat16 are those of float32, and so are its errors and the width of its check."""
    bits = bits_of(np.array([[1, 1, 1], [1, np.nan, 1]], np.float32))
    take = {"input_dtype": "bfloat16", "base": 2}
    np.testing.assert_array_equal(np.isnan(xlogx.entropy(bits, **take)), [False, True])
    assert xlogx.entropy(bits, nan_policy="omit", **take)[1] == 1
    refuses(ValueError, "got p[1, 1] = nan", xlogx.entropy, bits, nan_policy="raise", **take)
    for bad, shown in ((-0.5, "-0.5"), (np.inf, "inf")):
        bits = bits_of(np.array([[1, 1], [bad, 1]], np.float32))
        refuses(ValueError, f"got p[1, 0] = {shown}", xlogx.entropy, bits, **take)
        np.testing.assert_array_equal(xlogx.entropy(bits, on_invalid="nan", **take), np.array([1, np.nan], np.float32))
        assert xlogx.entropy(bits, where=[[True, True], [False, True]], **take)[1] == 0
    halves = bits_of(np.array([0.5, 0.5625], np.float32))
    assert xlogx.entropy(halves, normalize="check", **take) > 0
    refuses(
        ValueError,
        "p must sum to one along the axis, but it sums to 1.125",
        xlogx.entropy,
        halves[[1, 1]],
        normalize="check",
        **take,
    )


@pytest.mark.parametrize("input_dtype", ["float16", np.uint16, "", True, ["bfloat16"]])
def test_only_bfloat16_comes_as_bits(input_dtype):
    """NumPy knows every other dtype."""
    refuses(ValueError, "input_dtype must be", xlogx.entropy, np.ones(2, np.uint16), input_dtype=input_dtype)
