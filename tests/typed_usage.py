"""How programs use xlogx, for `mypy --strict` alone: this file is checked, never run."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import xlogx

p = np.array([0.5, 0.25, 0.25])
q = np.array([0.25, 0.25, 0.5])
matrix: NDArray[np.float32] = np.ones((3, 4), np.float32)
counts: NDArray[np.int64] = np.array([[3, 1], [2, 2]])

# What goes in: arrays of any dtype, lists, nested lists, tuples, a scalar with axis=None.
one = xlogx.entropy(p)
rows = xlogx.entropy(counts)
xlogx.entropy([0.5, 0.5])
xlogx.entropy([[1, 2], [3, 4]])
xlogx.entropy((1, 2, 3))
xlogx.entropy(1.0, axis=None)

# What comes out serves as a number and as an array.
total: float = float(one)
shape: tuple[int, ...] = np.shape(rows)

# Every option.
xlogx.entropy(matrix, axis=0, base=2, normalize=False, pseudocount=0.5, keepdims=True)
xlogx.cross_entropy(p, q, axis=None, base="bits")
xlogx.kl_divergence(matrix, matrix, axis=(0, 1), base=10.0, normalize="check")
xlogx.js_divergence(p, matrix[:, :3], base="nats", pseudocount=1)
xlogx.js_distance([1, 2], [2, 1], base="hartleys")
xlogx.js_distance(matrix, matrix, normalize=np.True_, keepdims=np.False_)
xlogx.entropy(matrix, where=matrix > 0, nan_policy="omit", on_invalid="nan", dtype=np.float64, out=np.empty(3))
xlogx.kl_divergence(p, q, where=[True, True, False], nan_policy="raise", dtype="float32", out=None)
xlogx.js_divergence(counts.astype(np.uint16), counts, where=None, input_dtype="bfloat16", out=np.empty(2, np.float32))

# Logits.
xlogx.logits.entropy(matrix, axis=0, base="bits", temperature=0.7, on_invalid="nan", keepdims=True, out=np.empty(3))
xlogx.logits.kl_divergence([1.0, 2.0], p[:2], where=[True, False], nan_policy="omit", dtype="float64")
xlogx.logits.softmax(matrix, axis=None, temperature=2, out=np.empty((3, 4), np.float16))
xlogx.logits.log_softmax(matrix, base=2, dtype=np.float16, input_dtype=None)
assert_type(xlogx.logits.compare(p, q, temperature=2.0, base=2), xlogx.logits.Comparison)

# Losses.
labels = np.array([0, 2, 1])
xlogx.losses.cross_entropy(matrix, labels, axis=0, weight=p, sample_weight=[1, 2, 3], ignore_index=-100, empty=0.0)
xlogx.losses.cross_entropy(matrix, labels, label_smoothing=0.1, reduction="none", out=np.empty(3), dtype=np.float64)
loss, grad = xlogx.losses.kl_divergence_with_grad(matrix, matrix, check=False, grad_out=matrix)
xlogx.losses.distillation(student=matrix, teacher=matrix, temperature=2.0)
xlogx.losses.distillation_with_grad(student=matrix, teacher=(counts, [[-1.0], [-2.0]]), tail="renormalize")
xlogx.logits.kl_divergence((counts, matrix), matrix, tail="drop", axis=0)
xlogx.losses.gaussian_nll(p, q, variance=1.0, where=[True, True, False])
xlogx.losses.focal(matrix, labels, gamma=1.5, alpha=[0.2, 0.3, 0.5])
xlogx.losses.binary_cross_entropy_with_logits(p, q, pos_weight=2.0)
xlogx.losses.poisson_nll_with_grad(p, [1, 2, 3], log_input=False, full=True)
xlogx.losses.softmax_grad_hess(matrix, labels, hessian="lightgbm", order="F")

# What a type checker must refuse; an ignore that ignores nothing is itself an error.
xlogx.kl_divergence(p)  # type: ignore[call-arg]
xlogx.kl_divergence(p, q, 0)  # type: ignore[call-arg]
xlogx.entropy(p, smoothing=0.1)  # type: ignore[call-arg]
xlogx.entropy(p, normalize="yes")  # type: ignore[arg-type]
xlogx.entropy(p, nan_policy="ignore")  # type: ignore[arg-type]
xlogx.entropy(p, on_invalid="omit")  # type: ignore[arg-type]
xlogx.entropy(p, input_dtype="float16")  # type: ignore[arg-type]
xlogx.entropy(p, out=counts)  # type: ignore[arg-type]
xlogx.entropy(p, temperature=2.0)  # type: ignore[call-arg]
xlogx.logits.entropy(p, q)  # type: ignore[arg-type]
xlogx.logits.entropy(p, normalize=True)  # type: ignore[call-arg]
xlogx.logits.perplexity(p, base=2)  # type: ignore[call-arg]
xlogx.logits.softmax(p, keepdims=True)  # type: ignore[call-arg]
xlogx.logits.compare(p, q, out=None)  # type: ignore[call-arg]
xlogx.losses.cross_entropy(matrix, labels, reduction="average")  # type: ignore[arg-type]
xlogx.losses.entropy(matrix, label_smoothing=0.1)  # type: ignore[call-arg]
xlogx.losses.mean_squared_error(p, q, axis=0)  # type: ignore[call-arg]
xlogx.losses.distillation(matrix, matrix)  # type: ignore[call-arg]
xlogx.losses.gaussian_nll(p, q)  # type: ignore[call-arg]

with xlogx.threads(2):
    assert_type(xlogx.get_num_threads(), int)
xlogx.set_num_threads(4)
assert_type(xlogx.show_config(as_dict=True), dict[str, str | int])
xlogx.show_config()
assert_type(xlogx.__version__, str)
