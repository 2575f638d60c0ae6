"""Errors of the options, and of a call that is none."""

from error_cases.case import ErrorCase

CASES: dict[str, tuple[ErrorCase, ...]] = {
    "Options": (
        ErrorCase(
            "xlogx.entropy([1, 2], base=1)",
            ValueError,
            "base must be None, a finite number above 1, 'bits', 'nats' or 'hartleys', got 1",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], base='trits')",
            ValueError,
            "base must be None, a finite number above 1, 'bits', 'nats' or 'hartleys', got 'trits'",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], normalize='yes')", ValueError, "normalize must be True, False or 'check', got 'yes'"
        ),
        ErrorCase("xlogx.entropy([1, 2], keepdims='yes')", TypeError, "keepdims must be True or False, got 'yes'"),
        ErrorCase(
            "xlogx.entropy([1, 2], pseudocount=-1)",
            ValueError,
            "pseudocount must be a finite number of at least 0, got -1",
        ),
        ErrorCase(
            "xlogx.entropy([2, 1], normalize='check')",
            ValueError,
            "p must sum to one along the axis, but it sums to 3.0",
        ),
        ErrorCase(
            "xlogx.entropy([[0.5, 0.5], [0.5, 0.4]], normalize='check')",
            ValueError,
            "p must sum to one along the axis, but row p[1] sums to 0.9",
        ),
        ErrorCase(
            "xlogx.entropy([[0.5, 0.5], [0.5, 0.4]], axis=0, normalize='check')",
            ValueError,
            "p must sum to one along the axis, but row p[:, 1] sums to 0.9",
        ),
        ErrorCase(
            "xlogx.kl_divergence(np.full((3, 4), 0.25), [0.5, 0.5, 0.5, 0.5], normalize='check')",
            ValueError,
            "q must sum to one along the axis, but it sums to 2.0",
        ),
    ),
    "Dropped positions and bad weights": (
        ErrorCase("xlogx.entropy([1, 2], where=[1.0, 0.0])", TypeError, "where must be bool, got dtype float64"),
        ErrorCase(
            "xlogx.entropy(np.ones(3), where=np.ones((2, 3), bool))",
            ValueError,
            "where must broadcast to the shape of the weights, (3,), and not enlarge it, got shape (2, 3)",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], where=[[True], [True, False]])",
            ValueError,
            "where must be an array of bool, got a ragged sequence",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2, 3], where=arrow_flags_with_null)",
            ValueError,
            "where must be True or False, got a null at where[1]",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], where=arrow_strings)",
            TypeError,
            "where must be an array of bool in the CPU's memory, got ArrowArray",
        ),
        ErrorCase(
            "xlogx.entropy([-1, np.inf], where=[False, True])",
            ValueError,
            "p must be finite and non-negative, got p[1] = inf",
        ),
        ErrorCase(
            "xlogx.kl_divergence([1, 2], [[3, 4], [5, np.nan]], nan_policy='raise')",
            ValueError,
            'q must not hold NaN with nan_policy="raise", got q[1, 1] = nan',
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], nan_policy='ignore')",
            ValueError,
            "nan_policy must be 'propagate', 'omit' or 'raise', got 'ignore'",
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], on_invalid='omit')", ValueError, "on_invalid must be 'raise' or 'nan', got 'omit'"
        ),
    ),
    "The result's dtype and place": (
        ErrorCase(
            "xlogx.entropy([1, 2], dtype=np.float16)", TypeError, "dtype must be float64 or float32, got float16"
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], dtype='double precision')",
            TypeError,
            "dtype must be float64 or float32, got 'double precision'",
        ),
        ErrorCase("xlogx.entropy(np.ones((2, 3)), out=[0.0, 0.0])", TypeError, "out must be a NumPy array, got list"),
        ErrorCase(
            "xlogx.entropy(np.ones((2, 3)), keepdims=True, out=np.empty(2))",
            ValueError,
            "out must have the shape (2, 1) and dtype float64 of the result, got shape (2,) and dtype float64",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((2, 3), np.float32), out=np.empty(2))",
            ValueError,
            "out must have the shape (2,) and dtype float32 of the result, got shape (2,) and dtype float64",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((2, 3)), out=np.broadcast_to(0.0, 2))",
            ValueError,
            "out must be writeable, got a read-only array",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((2, 3)), out=np.lib.stride_tricks.as_strided(np.zeros(1), (2,), (0,)))",
            ValueError,
            "out must have a place for each number, got strides (0,) for shape (2,)",
        ),
        ErrorCase(
            "xlogx.entropy(p := np.ones((2, 3)), out=p[:, 0])",
            ValueError,
            "out must not share memory with p, which it would overwrite",
        ),
        ErrorCase(
            "xlogx.entropy(np.ones((2, 3)), out=np.ma.zeros(2))",
            TypeError,
            "out must be an array without a mask, which would hide results, got MaskedArray",
        ),
    ),
    "Calls": (
        ErrorCase(
            "xlogx.entropy([0.5, 0.5], [0.9, 0.1])",
            TypeError,
            "entropy takes one argument by position: kl_divergence(p, q) is the divergence of two distributions, "
            "cross_entropy(p, q) their cross-entropy; axis, base and the other options go by keyword",
        ),
        ErrorCase(
            "xlogx.js_distance([1, 2], [2, 1], bas=2)",
            TypeError,
            "js_distance() got an unexpected keyword argument 'bas'",
        ),
    ),
}
