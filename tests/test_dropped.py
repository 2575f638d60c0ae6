"""Positions that are masked or omitted are dropped from every argument: the answer is that of the rows without them."""

import numpy as np
import pytest
from measures import ALL, data, every_measure, refuses, two_arguments

import xlogx
from xlogx._pieces import BLOCK

pytestmark = pytest.mark.usefixtures("backend")

NAN, INF = np.nan, np.inf
# A dropped position keeps its lane: the sums are added up in another order than those of the row without it.
ULPS = 4

# Shape, axes and the shape of where=: short rows, a long one, one of many blocks; rows along any axes.
SHAPES = [
    ((3, 4, 5), -1, (3, 4, 5)),
    ((3, 4, 5), -1, (5,)),
    ((3, 4, 5), -1, (4, 1)),
    ((3, 4, 5), 0, (3, 1, 5)),
    ((3, 4, 5), (0, 2), (3, 4, 5)),
    ((3, 4, 5), None, (4, 5)),
    ((200, 3), -1, (200, 3)),
    ((200, 3), 0, (200, 3)),
    ((20, 70), 0, (20, 70)),
    ((2, 1, 5000), -1, (2, 1, 5000)),
    ((5000, 2), 0, (5000, 2)),
    ((70_000,), -1, (70_000,)),
]


def kept_positions(shape, seed=0):
    """About three of four positions, at least one in every row of every axis."""
    keep = np.random.default_rng(seed).random(shape) < 0.75
    keep[tuple(np.arange(max(shape)) % n for n in shape)] = True
    return keep


def without_dropped(measure, arrays, keep, axis=-1, **options):
    """The measure of every row, from which the positions that are not kept have been cut out."""
    shape = np.broadcast_shapes(*(a.shape for a in arrays), keep.shape)
    axes = [a % len(shape) for a in (range(len(shape)) if axis is None else np.atleast_1d(axis))]
    outer = [a for a in range(len(shape)) if a not in axes]
    rows = [
        np.broadcast_to(a, shape).transpose(outer + sorted(axes)).reshape(*(shape[a] for a in outer), -1)
        for a in (*arrays, keep)
    ]
    want = [
        measure(*(row[place][rows[-1][place]] for row in rows[:-1]), **options) if rows[-1][place].any() else NAN
        for place in np.ndindex(rows[0].shape[:-1])
    ]
    return np.reshape(want, rows[0].shape[:-1])


def agree(got, want):
    """Equal to a few units in the last place, NaN where NaN is wanted."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(np.isfinite(got), np.isfinite(want))
    finite = np.isfinite(want)
    np.testing.assert_array_equal(got[~finite], want[~finite])
    np.testing.assert_array_max_ulp(got[finite], want[finite], ULPS)


def hidden(array, keep):
    """The array with weights that no measure may see where it is not kept."""
    bad = np.resize(np.array([NAN, -1.0, INF, -INF, 1e300], array.dtype), array.shape)
    return np.where(np.broadcast_to(keep, array.shape), array, bad)


@every_measure
@pytest.mark.parametrize(("shape", "axis", "where_shape"), SHAPES)
def test_where_is_the_rows_without_the_rest(measure, shape, axis, where_shape):
    """A call with where= is the call on the rows that are left, whatever is hidden in the others."""
    arrays, keep = data(measure, shape), kept_positions(where_shape)
    want = without_dropped(measure, arrays, keep, axis)
    agree(measure(*arrays, axis=axis, where=keep), want)
    agree(measure(*(hidden(a, keep) for a in arrays), axis=axis, where=keep), want)


@every_measure
@pytest.mark.parametrize(("shape", "axis"), [((3, 4, 5), -1), ((200, 3), 0), ((4, 3000), -1), ((70_000,), -1)])
def test_omitted_nan_is_the_rows_without_it(measure, shape, axis):
    """nan_policy="omit" drops a position from all arguments where any of them is NaN."""
    arrays = data(measure, shape)
    keep = np.ones(shape, bool)
    for i, array in enumerate(arrays):
        here = kept_positions(shape, seed=i)
        array[~here] = NAN
        keep &= here
    keep[..., 0] = True
    for array in arrays:
        array[..., 0] = 0.25
    agree(measure(*arrays, axis=axis, nan_policy="omit"), without_dropped(measure, arrays, keep, axis))


@every_measure
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None])
def test_a_masked_array_is_its_mask(measure, axis):
    """A mask drops its positions from all arguments; the masks of two arguments and where= add up."""
    arrays, keep = data(measure), kept_positions((3, 4, 5))
    first = np.ma.array(hidden(arrays[0], keep), mask=~keep)
    agree(measure(first, *arrays[1:], axis=axis), without_dropped(measure, arrays, keep, axis))
    where = kept_positions((4, 5), seed=1)
    masked = [first, *(np.ma.array(a, mask=~kept_positions((3, 4, 5), seed=2)) for a in arrays[1:])]
    both = keep & where
    if len(arrays) == 2:
        both &= kept_positions((3, 4, 5), seed=2)
    agree(measure(*masked, axis=axis, where=where), without_dropped(measure, arrays, both, axis))


@every_measure
def test_a_mask_may_have_any_layout(measure):
    """Fortran order, strides, reversal, a list, a 0-d bool, a read-only broadcast: the same bits."""
    arrays, keep = data(measure), kept_positions((3, 4, 5))
    want = measure(*arrays, where=keep)
    double = np.repeat(np.repeat(keep, 2, axis=2), 2, axis=0)
    backwards = np.ascontiguousarray(keep[::-1, :, ::-1])[::-1, :, ::-1]
    unaligned = np.frombuffer(b"\0" + keep.tobytes(), bool, offset=1).reshape(keep.shape)
    for where in (np.asfortranarray(keep), double[::2, :, ::2], backwards, unaligned, keep.tolist()):
        np.testing.assert_array_equal(measure(*arrays, where=where), want)
    for everywhere in (True, np.True_, np.array(True), [True], np.broadcast_to(True, (3, 4, 5))):
        np.testing.assert_array_equal(measure(*arrays, where=everywhere), measure(*arrays))
    assert np.isnan(measure(*arrays, where=False)).all()


LAYOUTS = {
    "float64": lambda a: a,
    "float32": lambda a: a.astype(np.float32),
    "float16": lambda a: a.astype(np.float16),
    "int8": lambda a: a.astype(np.int8),
    "uint64": lambda a: a.astype(np.uint64),
    "bool": lambda a: a > 4,
    "byte-swapped": lambda a: a.astype(">f8"),
    "byte-swapped float32": lambda a: a.astype(">f4"),
    "byte-swapped int16": lambda a: a.astype(">i2"),
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "reversed": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "Fortran": np.asfortranarray,
    "unaligned": lambda a: np.frombuffer(b"\0" + a.tobytes(), offset=1).reshape(a.shape),
}


@every_measure
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "axis"), [((7, 60), -1), ((60, 7), 0)])
def test_every_layout_is_dropped_alike(measure, layout, shape, axis):
    """What dtype and strides the weights have does not matter to what is dropped from them."""
    rng = np.random.default_rng(3)
    arrays = [LAYOUTS[layout](rng.integers(1, 9, shape).astype(np.float64)) for _ in data(measure)]
    keep = kept_positions(shape)
    agree(measure(*arrays, axis=axis, where=keep), without_dropped(measure, arrays, keep, axis))
    if arrays[-1].dtype.kind == "f":
        gone = [np.where(keep, a, a.dtype.type(NAN)).astype(a.dtype) for a in arrays]
        got = measure(*gone, axis=axis, nan_policy="omit")
        np.testing.assert_array_equal(got, measure(*arrays, axis=axis, where=keep))


@two_arguments
@pytest.mark.parametrize(
    ("p", "q", "where"), [((4, 1, 6), (3, 6), (4, 3, 6)), ((6,), (5, 6), (5, 6)), ((5, 6), (), (6,))]
)
def test_masks_broadcast_with_the_arguments(measure, p, q, where):
    """A row that stands for many is dropped from in each of them as the mask says."""
    rng = np.random.default_rng(4)
    p, q, keep = rng.random(p) + 0.1, rng.random(q) + 0.1, kept_positions(where)
    agree(measure(p, q, where=keep), without_dropped(measure, [p, q], keep))
    p.flat[0] = NAN
    keep = keep & ~np.isnan(p)
    keep[..., -1] = True
    agree(measure(p, q, where=keep, nan_policy="omit"), without_dropped(measure, [p, q], keep))


@every_measure
@pytest.mark.parametrize(
    "options", [{"pseudocount": 0.5}, {"normalize": False}, {"base": 2}, {"base": 10, "pseudocount": 2}]
)
@pytest.mark.parametrize(("shape", "axis"), [((5, 9), -1), ((9, 5), 0), ((5000,), -1)])
def test_other_options_see_what_is_left(measure, options, shape, axis):
    """A dropped position gets no pseudocount, and neither base nor normalisation bring it back."""
    # Above one, where raw sums of one sign do not cancel.
    arrays, keep = [2 + i + a for i, a in enumerate(data(measure, shape))], kept_positions(shape)
    want = without_dropped(measure, arrays, keep, axis, **options)
    agree(measure(*arrays, axis=axis, where=keep, **options), want)
    gone = [np.where(keep, a, NAN) for a in arrays]
    agree(measure(*gone, axis=axis, nan_policy="omit", **options), want)
    agree(measure(*(hidden(a, keep) for a in arrays), axis=axis, where=keep, on_invalid="nan", **options), want)


@every_measure
def test_all_options_at_once(measure):
    """Masks, omitted NaN, invalid rows, a pseudocount, a base, keepdims, dtype and out each do their part."""
    arrays = [a.astype(np.float32) for a in data(measure, (6, 4, 5))]
    masked, where, present = (kept_positions((6, 4, 5), seed) for seed in range(3))
    want = without_dropped(
        measure, [a.astype(np.float64) for a in arrays], masked & where & present, (0, 2), base=2, pseudocount=0.25
    )
    want[2] = NAN
    arrays[-1][~present] = NAN
    arrays[-1][0, 2, 0] = -1
    masked[0, 2, 0] = where[0, 2, 0] = True
    arrays[0] = np.ma.array(arrays[0], mask=~masked)
    out = np.empty((1, 4, 1))
    options = {"base": 2, "pseudocount": 0.25, "nan_policy": "omit", "on_invalid": "nan", "dtype": np.float64}
    got = measure(*arrays, axis=(0, 2), where=where, keepdims=True, out=out, **options)
    assert got is out
    agree(got, want.reshape(1, 4, 1))


@pytest.mark.parametrize("n", [2, 40, 5000, 70_000], indirect=True)
def test_a_row_without_a_position_left_is_nan(n):
    """A fully masked row is NaN like one without weight; as a raw sum it is the sum of nothing."""
    p = np.ones((3, n))
    keep = np.ones((3, n), bool)
    keep[1] = False
    for measure in ALL:
        arrays = [p] if measure is xlogx.entropy else [p, 2 * p]
        np.testing.assert_array_equal(np.isnan(measure(*arrays, where=keep)), [False, True, False])
        raw = measure(*arrays, where=keep, normalize=False)
        assert raw[1] == 0
        assert not np.signbit(raw[1])
        gone = [np.where(keep, a, NAN) for a in arrays]
        np.testing.assert_array_equal(measure(*gone, nan_policy="omit"), measure(*arrays, where=keep))
    assert xlogx.kl_divergence(p[0], np.zeros(n), where=np.arange(n) > 0, normalize=False) == INF


@pytest.mark.parametrize("n", [1, 5, 5000])
def test_one_position_left_is_exactly_zero(n):
    """A row of which one position is left is a row of one element."""
    rng = np.random.default_rng(n)
    p, q = rng.random((2, n)) + 0.1
    keep = np.arange(n) == n // 2
    for measure in ALL:
        got = measure(*((p,) if measure is xlogx.entropy else (p, q)), where=keep)
        assert got == 0
        assert not np.signbit(got)


@every_measure
def test_a_checked_row_is_what_is_left_of_it(measure):
    """normalize="check" sums what is not dropped, in every argument, by masks and by NaN of either."""
    arrays, keep = data(measure, (4, 30)), kept_positions((4, 30))
    for array in arrays:
        array /= (array * keep).sum(axis=-1, keepdims=True)
    want = measure(*arrays, where=keep, normalize=False)
    np.testing.assert_array_equal(measure(*arrays, where=keep, normalize="check"), want)
    refuses(ValueError, "p must sum to one along the axis, but row p[0] sums to", measure, *arrays, normalize="check")
    gone = [*arrays[:-1], np.where(keep, arrays[-1], NAN)]
    np.testing.assert_array_equal(measure(*gone, nan_policy="omit", normalize="check"), want)
    arrays[0][2, 0] = -1
    keep[2, 0] = True
    got = measure(*arrays, where=keep, normalize="check", on_invalid="nan")
    np.testing.assert_array_equal(np.isnan(got), [False, False, True, False])


def test_a_checked_long_row_drops_the_nan_of_the_other_argument():
    """Also where a row has more weights than a piece."""
    p, q = np.random.default_rng(0).random((2, 2, BLOCK + 1000))
    q[:, ::3] = NAN
    p /= p[:, np.arange(p.shape[1]) % 3 > 0].sum(axis=1, keepdims=True)
    q /= np.nansum(q, axis=1, keepdims=True)
    got = xlogx.kl_divergence(p, q, nan_policy="omit", normalize="check")
    np.testing.assert_array_equal(got, xlogx.kl_divergence(p, q, nan_policy="omit", normalize=False))
    p[1, 1] += 1 + 1e-6
    refuses(ValueError, "row p[1] sums to 2", xlogx.kl_divergence, p, q, nan_policy="omit", normalize="check")


def test_a_checked_row_that_stands_for_many_is_named_as_it_was_given():
    """The mask, not the argument, has the rows in which the sum is wrong."""
    p, keep = np.array([0.5, 0.5, 0.25]), np.array([[1, 1, 0], [1, 0, 1]], bool)
    refuses(
        ValueError,
        "p must sum to one along the axis, but it sums to 0.75",
        xlogx.entropy,
        p,
        where=keep[1],
        normalize="check",
    )
    q = np.ones((2, 3)) / 2
    refuses(ValueError, "but it sums to 0.75", xlogx.kl_divergence, p, q, where=keep, normalize="check")
    refuses(ValueError, "but row p[0] sums to 0.75", xlogx.kl_divergence, p[None], q, where=keep, normalize="check")


@pytest.mark.parametrize("where", [[1, 0, 1], np.ones(3), ["a", "b", "c"], np.array([True, None, True])])
def test_where_is_bool(where):
    """No number is taken for a truth value."""
    refuses(TypeError, f"bool, got dtype {np.asarray(where).dtype}", xlogx.entropy, np.ones(3), where=where)


def test_where_never_enlarges():
    """A mask has to fit into the weights: it adds no row."""
    message = "the weights, (5, 3), and not enlarge it, got shape (5,)"
    refuses(ValueError, message, xlogx.kl_divergence, np.ones((5, 3)), np.ones(3), where=np.ones(5, bool))
    refuses(ValueError, "got shape (3,)", xlogx.entropy, np.ones(1), where=np.ones(3, bool))


def test_a_masked_where_drops_what_it_masks():
    """Masked arrays mean their mask, as a mask too."""
    where = np.ma.array([True, False, True, True], mask=[False, False, False, True])
    assert xlogx.entropy([1.0, 2.0, 1.0, 5.0], where=where, base=2) == 1


def test_masks_of_zero_rows():
    """No rows, no results, whatever the mask."""
    for where in (np.ones((0, 5), bool), np.ones(5, bool), True):
        assert xlogx.entropy(np.ones((0, 5)), where=where, nan_policy="omit").shape == (0,)


@every_measure
def test_dropping_is_silent_and_leaves_its_input_alone(measure):
    """Neither weights nor masks are written to, and nothing warns (the suite turns warnings into errors)."""
    keep = kept_positions((3, 4, 5))
    arrays = [hidden(a, keep) for a in data(measure)]
    before = [a.copy() for a in arrays]
    for a in (*arrays, keep):
        a.flags.writeable = False
    with np.errstate(all="raise"):
        measure(*arrays, where=keep, nan_policy="omit", pseudocount=1e300)
        measure(*arrays, on_invalid="nan", normalize=False)
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b)
