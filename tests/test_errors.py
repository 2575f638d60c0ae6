"""What is wrong is refused, with an error that says which argument, what was wanted, what came, and where."""

import re

import numpy as np
import pytest

import xlogx
from xlogx._pieces import BLOCK

pytestmark = pytest.mark.usefixtures("backend")

MEASURES = [xlogx.cross_entropy, xlogx.kl_divergence, xlogx.js_divergence, xlogx.js_distance]
two_arguments = pytest.mark.parametrize("measure", MEASURES)


def refuses(kind, message, function, *arguments, **options):
    with pytest.raises(kind, match=re.escape(message)):
        function(*arguments, **options)


def ones_but(place, value, shape=(4, 18), dtype=np.float64):
    weights = np.ones(shape, dtype)
    weights[place] = value
    return weights


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (ones_but((3, 17), -0.25), "p must be finite and non-negative, got p[3, 17] = -0.25"),
        (ones_but((0, 2), -0.1, dtype=np.float32), "p must be finite and non-negative, got p[0, 2] = -0.1"),
        (ones_but((1, 0), np.inf), "p must be finite and non-negative, got p[1, 0] = inf"),
        (ones_but((1, 0), -np.inf, dtype=np.float16), "p must be finite and non-negative, got p[1, 0] = -inf"),
        (ones_but((1, 0), -3, dtype=np.int8), "p must be finite and non-negative, got p[1, 0] = -3"),
        ([3, -1], "p must be finite and non-negative, got p[1] = -1"),
        ([float("nan"), -1.0], "p must be finite and non-negative, got p[1] = -1.0"),
        ([-5e-324, 1.0], "p must be finite and non-negative, got p[0] = -5e-324"),
    ],
)
def test_an_invalid_weight_is_named_with_its_place(weights, message):
    """The first invalid weight is named by index and value, also beside a NaN."""
    refuses(ValueError, message, xlogx.entropy, weights)


@two_arguments
def test_an_invalid_weight_of_q_is_named_as_such(measure):
    """An invalid q is named as q, also where p is 0."""
    bad = ones_but((3, 17), -0.25)
    refuses(ValueError, "q must be finite and non-negative, got q[3, 17] = -0.25", measure, np.abs(bad), bad)
    refuses(ValueError, "q must be finite and non-negative, got q[0] = inf", measure, [0.0, 1.0], [np.inf, 1.0])
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
    refuses(TypeError, f"p must be real weights of at most 64 bits, got dtype {weights.dtype}", xlogx.entropy, weights)
    refuses(
        TypeError,
        f"q must be real weights of at most 64 bits, got dtype {weights.dtype}",
        xlogx.kl_divergence,
        [1.0],
        weights,
    )


@pytest.mark.parametrize("text", [b"abc", bytearray(b"abc"), "abc", memoryview(b"abc")])
def test_bytes_and_text_are_observations(text):
    """Bytes and strings are not weights; the error points to byte_entropy."""
    refuses(TypeError, "samples.byte_entropy", xlogx.entropy, text)
    refuses(TypeError, type(text).__name__, xlogx.entropy, text)


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a"]), np.array([b"a"])])
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
    refuses(ValueError, "p and q must broadcast, got shapes (3,) and (2, 4)", measure, np.ones(3), np.ones((2, 4)))


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
    refuses(TypeError, "axis must be an int, a tuple of ints or None", xlogx.entropy, np.ones((3, 3)), axis=axis)


@pytest.mark.parametrize(
    "base", [0, 1, True, -2, 0.5, float("nan"), float("inf"), 10**400, "trits", "2", 2j, [2], None.__class__]
)
def test_a_base_is_a_number_above_one_or_a_name(base):
    """Anything else is a ValueError that says what is allowed."""
    refuses(
        ValueError,
        "base must be None, a finite number above 1, 'bits', 'nats' or 'hartleys'",
        xlogx.entropy,
        [1, 2],
        base=base,
    )


@pytest.mark.parametrize("normalize", [None, 1, 0, "yes", "Check", np.array(True)])
def test_normalize_is_one_of_three(normalize):
    """True, False or "check"."""
    refuses(ValueError, "normalize must be True, False or 'check'", xlogx.entropy, [1, 2], normalize=normalize)


@pytest.mark.parametrize("pseudocount", [-1, -1e-300, float("nan"), float("inf"), None, "1", [0.5]])
def test_a_pseudocount_is_finite_and_not_negative(pseudocount):
    """Anything else is a ValueError."""
    refuses(
        ValueError, "pseudocount must be a finite number of at least 0", xlogx.entropy, [1, 2], pseudocount=pseudocount
    )


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([[0.5, 0.5], [0.5, 0.4]], {}, "p must sum to one along the axis, but row p[1] sums to 0.9"),
        ([[0.5, 0.5], [0.5, 0.4]], {"axis": 0}, "p must sum to one along the axis, but row p[:, 1] sums to 0.9"),
        ([0.5, 0.4], {}, "p must sum to one along the axis, but it sums to 0.9"),
        ([2, 1], {}, "p must sum to one along the axis, but it sums to 3.0"),
        (np.full(4, 0.3, np.float32), {}, "p must sum to one along the axis, but it sums to 1.2"),
    ],
)
def test_a_row_that_does_not_sum_to_one_is_named(weights, options, message):
    """normalize="check" says which row, and what it sums to."""
    refuses(ValueError, message, xlogx.entropy, weights, normalize="check", **options)


def test_a_row_of_q_that_does_not_sum_to_one_is_named():
    """Each argument is checked by itself, its rows counted as it was given."""
    p = np.full((3, 4), 0.25)
    refuses(
        ValueError,
        "q must sum to one along the axis, but it sums to 2.0",
        xlogx.kl_divergence,
        p,
        np.full(4, 0.5),
        normalize="check",
    )
    q = p.copy()
    q[2] = 0.5
    refuses(ValueError, "but row q[2] sums to 2.0", xlogx.kl_divergence, p, q, normalize="check")


def test_entropy_of_two_arguments_points_elsewhere():
    """SciPy's entropy(p, q) is a divergence; here the error says where that is."""
    for arguments in (([0.5, 0.5], [0.9, 0.1]), ([0.5, 0.5], 0)):
        with pytest.raises(TypeError, match=r"kl_divergence.*cross_entropy"):
            xlogx.entropy(*arguments)


@pytest.mark.parametrize("measure", [xlogx.entropy, *MEASURES])
def test_unknown_keywords_and_positional_options_are_refused(measure):
    """Options go by keyword, and only those that exist."""
    data = [np.ones(3)] * (1 if measure is xlogx.entropy else 2)
    refuses(TypeError, f"{measure.__name__}() got an unexpected keyword argument 'bas'", measure, *data, bas=2)
    with pytest.raises(TypeError):
        measure(*data, -1)
    with pytest.raises(TypeError):
        measure()


def test_a_pseudocount_that_overflows_is_told():
    """A finite weight whose sum with the pseudocount is infinite is an error that says so."""
    with pytest.raises(ValueError, match=r"weight of p .* its sum with the pseudocount overflows"):
        xlogx.entropy([1e308, 1.0], pseudocount=1e308)
