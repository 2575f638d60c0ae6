"""Errors of the functions of logits."""

from error_cases.case import ErrorCase

CASES = {
    "Logits": (
        ErrorCase(
            "xlogx.logits.entropy([1, 2], [2, 1])",
            TypeError,
            "entropy takes one argument by position: kl_divergence(zp, zq) is the divergence of two distributions, "
            "cross_entropy(zp, zq) their cross-entropy; axis, base and the other options go by keyword",
        ),
        ErrorCase(
            "xlogx.logits.softmax(b'abc')",
            TypeError,
            "z must be logits, got bytes, which is an observation: samples.byte_entropy is the entropy of bytes",
        ),
        ErrorCase(
            "xlogx.logits.kl_divergence([1.0], ['a'])",
            TypeError,
            "zq must be logits, got dtype <U1: samples.entropy is the entropy of labels",
        ),
        ErrorCase(
            "xlogx.logits.logsumexp([1j])",
            TypeError,
            "z must be real logits of at most 64 bits, got dtype complex128",
        ),
        ErrorCase(
            "xlogx.logits.entropy(data_frame)",
            TypeError,
            "z must be one column of logits, got Arrow type struct (a data frame or record batch) with 2 columns: "
            "pass one of its columns, or a NumPy array of its rows",
        ),
        ErrorCase(
            "xlogx.logits.entropy([10**400, 1])",
            ValueError,
            "z must be logits in the range of float64, got an integer beyond it",
        ),
        ErrorCase(
            "xlogx.logits.compare(np.ones(3), np.ones((2, 4)))",
            ValueError,
            "zp and zq must broadcast, got shapes (3,) and (2, 4)",
        ),
        ErrorCase(
            "xlogx.logits.log_softmax(np.ones((3, 0)))",
            ValueError,
            "a row of z needs at least one logit, but axis 1 of shape (3, 0) has length 0",
        ),
        ErrorCase(
            "xlogx.logits.entropy([1, 2], where=[True] * 3)",
            ValueError,
            "where must broadcast to the shape of the logits, (2,), and not enlarge it, got shape (3,)",
        ),
        ErrorCase(
            "xlogx.logits.softmax([[0.0, 1.0], [np.nan, 0.0]], nan_policy='raise')",
            ValueError,
            'z must not hold NaN with nan_policy="raise", got z[1, 0] = nan',
        ),
        ErrorCase(
            "xlogx.logits.entropy([1, 2], temperature=0)",
            ValueError,
            "temperature must be a number from 1e-300 to 1e300, got 0",
        ),
        ErrorCase(
            "xlogx.logits.softmax([1, 2], temperature='hot')", TypeError, "temperature must be a number, got 'hot'"
        ),
        ErrorCase(
            "xlogx.logits.perplexity([1, 2], base=2)",
            TypeError,
            "perplexity() got an unexpected keyword argument 'base'",
        ),
        ErrorCase(
            "xlogx.logits.softmax([1, 2], dtype=np.int64)",
            TypeError,
            "dtype must be float64, float32 or float16, got int64",
        ),
        ErrorCase(
            "xlogx.logits.entropy([1, 2], dtype=np.float16)",
            TypeError,
            "dtype must be float64 or float32, got float16",
        ),
        ErrorCase(
            "xlogx.logits.softmax(z := np.zeros((2, 2)), out=z.T)",
            ValueError,
            "out must not share memory with z, which it would overwrite",
        ),
        ErrorCase(
            "xlogx.logits.softmax(np.zeros(3), out=np.empty(3, np.float32))",
            ValueError,
            "out must have the shape (3,) and dtype float64 of the result, got shape (3,) and dtype float32",
        ),
    ),
}
