"""What is wrong is refused, whatever its form; the texts of the errors stand in error_cases."""

import array
import ctypes
import mmap

import numpy as np
import pytest
from measures import every_measure, refuses, two_arguments

import xlogx
from xlogx._pieces import BLOCK

pytestmark = pytest.mark.usefixtures("backend")


def ones_but(place, value, shape=(4, 18), dtype=np.float64):
    weights = np.ones(shape, dtype)
    weights[place] = value
    return weights


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int8])
def test_the_first_invalid_weight_is_named_by_its_place(dtype):
    """A weight below zero is found in every signed dtype, also behind a NaN."""
    weights = ones_but((3, 17), -3, dtype=dtype)
    if np.dtype(dtype).kind == "f":
        weights[0, 0] = np.nan
    refuses(ValueError, "got p[3, 17] = -3", xlogx.entropy, weights)


@two_arguments
def test_an_invalid_weight_of_q_is_named_as_such(measure):
    """An invalid q is named as q, also where p is 0."""
    bad = ones_but((3, 17), -0.25)
    refuses(ValueError, "got q[3, 17] = -0.25", measure, np.abs(bad), bad)
    refuses(ValueError, "got q[0] = inf", measure, [0.0, 1.0], [np.inf, 1.0])
    refuses(ValueError, "p must be finite", measure, bad, bad)


def test_the_place_is_in_the_argument_as_it_was_given():
    """Neither the axis, nor the strides, nor broadcasting change the index that is named."""
    bad = ones_but((3, 17), -0.25)
    refuses(ValueError, "got p[3, 17] = -0.25", xlogx.entropy, bad, axis=0)
    refuses(ValueError, "got p[17, 3] = -0.25", xlogx.entropy, bad.T)
    refuses(ValueError, "got p[0, 0] = -0.25", xlogx.entropy, bad[::-1, ::-1])
    refuses(ValueError, "got q[2] = -1.0", xlogx.kl_divergence, np.ones((5, 3)), [1.0, 1.0, -1.0])
    refuses(ValueError, "got p[1, 0] = -1.0", xlogx.kl_divergence, [[1.0], [-1.0]], np.ones(3))
    refuses(ValueError, "got p = -2.0", xlogx.entropy, -2.0, axis=None)
    refuses(ValueError, "got p[1] = -0.5", xlogx.entropy, [1.0, -0.5], pseudocount=1.0)
    refuses(ValueError, "got p[1] = -0.5", xlogx.entropy, [1.5, -0.5], normalize="check")


@pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, 2 * BLOCK + 5])
def test_an_invalid_weight_far_in_is_found(place):
    """The search goes through a long row block by block."""
    weights = ones_but(place, -1, (2 * BLOCK + 6,), np.float32)
    refuses(ValueError, f"got p[{place}] = -1.0", xlogx.entropy, weights)


@pytest.mark.parametrize(
    "weights",
    [
        np.array([1j]),
        np.array([None, 1], object),
        np.array(["2020-01-01"], "M8[D]"),
        np.array([1], "m8[s]"),
        np.array([(1, 2.0)], "i4,f8"),
        pytest.param(
            np.ones(2, np.longdouble),
            marks=pytest.mark.skipif(np.longdouble(1).itemsize == 8, reason="longdouble is float64 here"),
        ),
    ],
)
def test_other_dtypes_are_refused_by_name(weights):
    """What is no real number of at most 64 bits is a TypeError with argument and dtype."""
    refuses(TypeError, f"got dtype {weights.dtype}", xlogx.entropy, weights)
    refuses(TypeError, f"got dtype {weights.dtype}", xlogx.kl_divergence, [1.0], weights)


@pytest.mark.parametrize(
    "text",
    [
        *(b"abc", bytearray(b"abc"), "abc", memoryview(b"abc"), memoryview(b"abc").cast("@B")),
        *(memoryview((kind * 3)(1, 2, 3)) for kind in (ctypes.c_ubyte, ctypes.c_byte)),
        mmap.mmap(-1, 3),
    ],
)
def test_bytes_and_text_are_observations(text):
    """Bytes and strings are not weights; the error points to byte_entropy."""
    refuses(TypeError, "samples.byte_entropy", xlogx.entropy, text)
    refuses(TypeError, type(text).__name__, xlogx.entropy, text)


def test_small_integers_are_weights():
    """An array of numbers of one byte is one of counts, unlike a buffer of bytes."""
    assert xlogx.entropy(array.array("B", [2, 1, 1]), base=2) == 1.5
    assert xlogx.entropy(memoryview(array.array("H", [2, 1, 1])), base=2) == 1.5


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a"]), np.array([b"a"]), np.bytes_(b"a")])
def test_labels_are_observations(labels):
    """Arrays of strings are not weights; the error names the argument and points to samples.entropy."""
    refuses(TypeError, "samples.entropy", xlogx.entropy, labels)
    refuses(TypeError, "q must be weights, got dtype", xlogx.kl_divergence, [1.0], labels)


@pytest.mark.parametrize("ragged", [[[1, 2], [3]], [1, [2, 3]]])
def test_ragged_lists_are_refused(ragged):
    """A ragged list is no array; the error names the argument."""
    refuses(ValueError, "q must be an array of numbers, got a ragged sequence", xlogx.kl_divergence, [1.0], ragged)


@two_arguments
def test_shapes_that_do_not_broadcast_are_named(measure):
    """Both shapes are in the error."""
    refuses(ValueError, "(3,) and (2, 4)", measure, np.ones(3), np.ones((2, 4)))


def test_a_row_needs_a_weight():
    """An empty row has no entropy, and no row of nothing has one either."""
    for shape, axis in (((0,), -1), ((3, 0), -1), ((0, 0), -1), ((0, 3), 0), ((3, 0), None), ((2, 0, 4), (0, 1))):
        refuses(ValueError, "a row of p needs at least one weight", xlogx.entropy, np.ones(shape), axis=axis)
    refuses(ValueError, "shape (3, 0) has length 0", xlogx.entropy, np.ones((3, 0)))
    refuses(
        ValueError, "a row of p and q needs at least one weight", xlogx.kl_divergence, np.ones((3, 1)), np.ones((3, 0))
    )


@pytest.mark.parametrize("axis", [1, -2, (0, 1), 5, (-3,)])
def test_an_axis_out_of_range_is_an_axis_error(axis):
    """As in NumPy, with the arguments that lack the axis."""
    refuses(np.exceptions.AxisError, "is out of bounds for p, of dimension 1", xlogx.entropy, np.ones(3), axis=axis)
    two = np.ones(3), np.ones((2, 3))
    refuses(np.exceptions.AxisError, "for p and q, of common dimension 2", xlogx.kl_divergence, *two, axis=5)


def test_a_scalar_has_no_axis_but_none():
    """0-d input takes axis=None alone, and the error says so."""
    assert xlogx.entropy(3.0, axis=None) == 0
    for axis in (-1, 0, (0,)):
        refuses(np.exceptions.AxisError, "only axis=None takes a 0-d argument", xlogx.entropy, 3.0, axis=axis)


@pytest.mark.parametrize("axis", [(), (0, 0), (0, -2)])
def test_no_axis_and_an_axis_twice_are_refused(axis):
    """An axis tuple names at least one axis and none twice."""
    refuses(ValueError, "axis must", xlogx.entropy, np.ones((3, 3)), axis=axis)


@pytest.mark.parametrize("axis", [1.5, "0", [0, 1]])
def test_an_axis_is_an_integer(axis):
    """What is no int, tuple of ints or None is a TypeError."""
    refuses(TypeError, "axis must be", xlogx.entropy, np.ones((3, 3)), axis=axis)


@pytest.mark.parametrize(
    "base", [0, 1, True, -2, 0.5, float("nan"), float("inf"), 10**400, "trits", "2", 2j, [2], None.__class__]
)
def test_a_base_is_a_number_above_one_or_a_name(base):
    """Anything else is a ValueError that says what is allowed."""
    refuses(ValueError, "base must be", xlogx.entropy, [1, 2], base=base)


@pytest.mark.parametrize("normalize", [None, 1, 0, "yes", "Check", np.array(True)])
def test_normalize_is_one_of_three(normalize):
    """True, False or "check"."""
    refuses(ValueError, "normalize must be", xlogx.entropy, [1, 2], normalize=normalize)


@pytest.mark.parametrize("keepdims", [None, "", "yes", [1], 1.0, np.float64(1), np.array([True, False])])
def test_keepdims_is_a_bool(keepdims):
    """What is neither a bool nor an integer is a TypeError, as in NumPy."""
    refuses(TypeError, f"keepdims must be True or False, got {keepdims!r}", xlogx.entropy, [1, 2], keepdims=keepdims)


@pytest.mark.parametrize("pseudocount", [-1, -1e-300, float("nan"), float("inf"), None, "1", [0.5]])
def test_a_pseudocount_is_finite_and_not_negative(pseudocount):
    """Anything else is a ValueError."""
    refuses(ValueError, "pseudocount must be", xlogx.entropy, [1, 2], pseudocount=pseudocount)


def test_a_float32_row_that_does_not_sum_to_one_is_named():
    """The sum in the error is in float64, of the stored weights."""
    refuses(ValueError, "it sums to 1.2", xlogx.entropy, np.full(4, 0.3, np.float32), normalize="check")


def test_a_row_of_q_that_does_not_sum_to_one_is_named():
    """Each argument is checked by itself, its rows counted as it was given."""
    p = np.full((3, 4), 0.25)
    q = p.copy()
    q[2] = 0.5
    refuses(ValueError, "but row q[2] sums to 2.0", xlogx.kl_divergence, p, q, normalize="check")


@every_measure
def test_unknown_keywords_and_positional_options_are_refused(measure):
    """Options go by keyword, and only those that exist."""
    data = [np.ones(3)] * (1 if measure is xlogx.entropy else 2)
    refuses(TypeError, f"{measure.__name__}() got", measure, *data, bas=2)
    with pytest.raises(TypeError):
        measure(*data, -1)
    with pytest.raises(TypeError):
        measure()
