"""Errors of what other libraries hand over: bits of bfloat16, arrays of Arrow, tensors."""

from error_cases.case import ErrorCase

CASES: dict[str, tuple[ErrorCase, ...]] = {
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
}
