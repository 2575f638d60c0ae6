"""Errors of the weights themselves: their values, what they are, their shapes."""

from numpy.exceptions import AxisError

from error_cases.case import ErrorCase

CASES: dict[str, tuple[ErrorCase, ...]] = {
    "Weights": (
        ErrorCase(
            "xlogx.entropy([[1, 2], [3, -4]])", ValueError, "p must be finite and non-negative, got p[1, 1] = -4"
        ),
        ErrorCase(
            "xlogx.kl_divergence([0.5, 0.5], [np.inf, 1])",
            ValueError,
            "q must be finite and non-negative, got q[0] = inf",
        ),
        ErrorCase("xlogx.entropy([np.nan, -0.25])", ValueError, "p must be finite and non-negative, got p[1] = -0.25"),
        ErrorCase(
            "xlogx.entropy(np.array([1, -np.inf], np.float16))",
            ValueError,
            "p must be finite and non-negative, got p[1] = -inf",
        ),
        ErrorCase(
            "xlogx.entropy(np.float32([1, -0.1]))", ValueError, "p must be finite and non-negative, got p[1] = -0.1"
        ),
        ErrorCase("xlogx.entropy([-5e-324, 1])", ValueError, "p must be finite and non-negative, got p[0] = -5e-324"),
        ErrorCase("xlogx.entropy(-2.0, axis=None)", ValueError, "p must be finite and non-negative, got p = -2.0"),
        ErrorCase(
            "xlogx.entropy([10**400, 1])",
            ValueError,
            "p must be weights in the range of float64, got an integer beyond it",
        ),
        ErrorCase(
            "xlogx.entropy([1e308, 1], pseudocount=1e308)",
            ValueError,
            "a weight of p was negative or infinite when it was read, and is not now: it changed while the call ran, "
            "or its sum with the pseudocount overflows",
        ),
    ),
    "What is not weights": (
        ErrorCase(
            "xlogx.entropy(b'abc')",
            TypeError,
            "p must be weights, got bytes, which is an observation: samples.byte_entropy is the entropy of bytes",
        ),
        ErrorCase(
            "xlogx.entropy('abc')",
            TypeError,
            "p must be weights, got str, which is an observation: samples.byte_entropy is the entropy of bytes",
        ),
        ErrorCase(
            "xlogx.kl_divergence([1.0], ['a'])",
            TypeError,
            "q must be weights, got dtype <U1: samples.entropy is the entropy of labels",
        ),
        ErrorCase(
            "xlogx.entropy(np.array(['a', 1], object))",
            TypeError,
            "p must be weights, got dtype object with str in it: samples.entropy is the entropy of labels",
        ),
        ErrorCase(
            "xlogx.entropy(categories)",
            TypeError,
            "p must be weights, got dtype category: samples.entropy is the entropy of labels",
        ),
        ErrorCase("xlogx.entropy([1j])", TypeError, "p must be real weights of at most 64 bits, got dtype complex128"),
        ErrorCase(
            "xlogx.kl_divergence([1.0], [None])",
            TypeError,
            "q must be real weights of at most 64 bits, got dtype object",
        ),
        ErrorCase(
            "xlogx.entropy(np.array(['2020-01-01'], 'M8[D]'))",
            TypeError,
            "p must be real weights of at most 64 bits, got dtype datetime64[D]",
        ),
    ),
    "Shapes and axes": (
        ErrorCase(
            "xlogx.entropy([[1, 2], [3]])",
            ValueError,
            "p must be an array of numbers, got a ragged sequence: setting an array element with a sequence. "
            "The requested array has an inhomogeneous shape after 1 dimensions. "
            "The detected shape was (2,) + inhomogeneous part.",
        ),
        ErrorCase(
            "xlogx.js_distance(np.ones(3), np.ones((2, 4)))",
            ValueError,
            "p and q must broadcast, got shapes (3,) and (2, 4)",
        ),
        ErrorCase(
            "xlogx.kl_divergence(np.broadcast_to(1.0, (2**40, 1)), np.broadcast_to(1.0, (1, 2**40)))",
            ValueError,
            "p and q must have a common shape that is not too large for an array, "
            "got shapes (1099511627776, 1) and (1, 1099511627776)",
        ),
        ErrorCase(
            "xlogx.entropy([])",
            ValueError,
            "a row of p needs at least one weight, but axis 0 of shape (0,) has length 0",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((3, 0)), axis=None)",
            ValueError,
            "a row of p needs at least one weight, but the whole of shape (3, 0) has length 0",
        ),
        ErrorCase(
            "xlogx.kl_divergence(np.ones((2, 0, 4)), np.ones(4), axis=(0, 1))",
            ValueError,
            "a row of p and q needs at least one weight, but axis (0, 1) of shape (2, 0, 4) has length 0",
        ),
        ErrorCase("xlogx.entropy([1, 2], axis=1)", AxisError, "axis 1 is out of bounds for p, of dimension 1"),
        ErrorCase(
            "xlogx.kl_divergence(np.ones((2, 3)), np.ones(3), axis=2)",
            AxisError,
            "axis 2 is out of bounds for p and q, of common dimension 2",
        ),
        ErrorCase(
            "xlogx.entropy(3.0)",
            AxisError,
            "axis -1 is out of bounds for p, of dimension 0; only axis=None takes a 0-d argument",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((3, 3)), axis=(0, -2))", ValueError, "axis must not name an axis twice, got (0, -2)"
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], axis=())",
            ValueError,
            "axis must name at least one axis, got (); None takes all of them",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], axis='0')", TypeError, "axis must be an int, a tuple of ints or None, got '0'"
        ),
    ),
}
