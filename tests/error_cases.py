"""The errors: a call, the kind of error that it raises and the whole text, the same from both backends.

`test_error_table.py` makes each of them; the documentation shows them as its table. A new error is one entry.
"""

from error_case import ErrorCase
from logit_error_cases import LOGITS
from numpy.exceptions import AxisError

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
    "Bits of bfloat16": (
        ErrorCase(
            "xlogx.entropy([1.0, 2.0], input_dtype='bfloat16')",
            TypeError,
            'p must be uint16 with input_dtype="bfloat16", got dtype float64',
        ),
        ErrorCase(
            "xlogx.kl_divergence(np.ones(2, np.float32), np.ones(2, np.uint8), input_dtype='bfloat16')",
            TypeError,
            'p or q must be uint16 with input_dtype="bfloat16", got dtype float32 and uint8',
        ),
        ErrorCase(
            "xlogx.entropy([1, 2], input_dtype='float16')",
            ValueError,
            "input_dtype must be None or 'bfloat16', got 'float16'",
        ),
    ),
    "Arrow": (
        ErrorCase(
            "xlogx.entropy(arrow_strings)",
            TypeError,
            "p must be weights, got Arrow type string: samples.entropy is the entropy of labels",
        ),
        ErrorCase(
            "xlogx.kl_divergence([1.0], arrow_dictionary)",
            TypeError,
            "q must be weights, got Arrow type dictionary: samples.entropy is the entropy of labels",
        ),
        ErrorCase(
            "xlogx.entropy(arrow_dates)", TypeError, "p must be real weights of at most 64 bits, got Arrow type date"
        ),
        ErrorCase(
            "xlogx.entropy(arrow_periods)",
            TypeError,
            "p must be real weights of at most 64 bits, got Arrow extension type pandas.period: "
            "pass its storage if those are the weights",
        ),
        ErrorCase(
            "xlogx.entropy(frame_of_nullables)",
            TypeError,
            "p must be one column of weights, got Frame with a column of dtype Int64: "
            "pass one of its columns, or a NumPy array of its rows",
        ),
        *(
            ErrorCase(
                f"xlogx.entropy({table})",
                TypeError,
                "p must be one column of weights, got Arrow type struct (a data frame or record batch) with 2 columns: "
                "pass one of its columns, or a NumPy array of its rows",
            )
            for table in ("data_frame", "record_batch")
        ),
        ErrorCase(
            "xlogx.entropy(lists_of_2_2_and_3)",
            ValueError,
            "p must have rows of one length, got 3 weights in row 2 and 2 before it",
        ),
        ErrorCase(
            "xlogx.entropy(lists_beyond_their_values)",
            ValueError,
            "p came with Arrow lists that reach beyond the 5 values they are made of",
        ),
        ErrorCase(
            "xlogx.entropy(broken_stream)",
            ValueError,
            "p could not be read from its Arrow stream: the connection was lost",
        ),
        ErrorCase("xlogx.entropy(released_array)", ValueError, "p gave an Arrow structure that was already released"),
        ErrorCase(
            "xlogx.entropy(array_without_capsules)",
            TypeError,
            "p gave NoneType for Arrow's pair of capsules, of a schema and an array",
        ),
        ErrorCase(
            "xlogx.entropy(stream_without_capsule)",
            TypeError,
            "p gave no Arrow capsule called arrow_array_stream, but int",
        ),
        ErrorCase(
            "xlogx.entropy(column_without_pyarrow)",
            TypeError,
            "p must be an array of numbers, got Column: pyarrow is not installed",
        ),
    ),
    "Tensors": (
        ErrorCase(
            "xlogx.entropy(gpu_tensor)",
            TypeError,
            "p must be in the CPU's memory, got Tensor on CUDA: move it there first, as with .cpu()",
        ),
        ErrorCase(
            "xlogx.kl_divergence([1.0], tensor_with_gradient)",
            TypeError,
            "q must be an array of numbers, got Tensor: Can't export tensors that require gradient, "
            "use tensor.detach()",
        ),
        ErrorCase(
            "xlogx.entropy(bfloat16_tensor)",
            TypeError,
            "p is a tensor of torch.bfloat16, which NumPy does not have: "
            'pass its bits, as .view(torch.uint16), with input_dtype="bfloat16"',
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
    "Threads": (
        ErrorCase("xlogx.set_num_threads('2')", TypeError, "n, the number of threads, must be an integer, got '2'"),
        ErrorCase("xlogx.threads(0)", ValueError, "n, the number of threads, must be at least 1, got 0"),
        ErrorCase("xlogx.threads(10**6)", ValueError, "n, the number of threads, must be at most 65536, got 1000000"),
    ),
    "Environment": (
        ErrorCase(
            "xlogx.get_num_threads()",
            ValueError,
            "XLOGX_NUM_THREADS must be an integer of at least 1, got 'two'",
            environment="XLOGX_NUM_THREADS=two",
        ),
        ErrorCase(
            "xlogx.get_num_threads()",
            ValueError,
            "OMP_NUM_THREADS must be at most 65536, got '100000'",
            environment="OMP_NUM_THREADS=100000",
        ),
        ErrorCase(
            "import xlogx",
            ValueError,
            "XLOGX_BACKEND must be one of rust, numpy, got 'fortran'",
            environment="XLOGX_BACKEND=fortran",
        ),
        ErrorCase(
            "import xlogx",
            ValueError,
            "XLOGX_SIMD must be one of portable, avx2, avx512, got 'sse'",
            environment="XLOGX_SIMD=sse",
        ),
    ),
    "Logits": LOGITS,
}
