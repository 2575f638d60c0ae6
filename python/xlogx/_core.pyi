"""The Rust backend. `xlogx._fallback` offers the same names in plain NumPy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

def reduce(
    measure: str,
    p: NDArray[Any],
    q: NDArray[Any] | None,
    reduced: int,
    base: float | None,
    normalize: bool,
    pseudocount: float,
    out: NDArray[Any],
    threads: int,
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
    omit: bool = ...,
    invalid_is_nan: bool = ...,
    bfloat16: tuple[bool, bool] = ...,
) -> bool:
    """Reduce the last `reduced` axes of `p` (and `q`, of the same shape) by `measure` into `out`.

    `out` is C-contiguous, aligned, and native float64 or float32, with a place for each row; its dtype decides the
    precision. False if any weight was negative or infinite: `out` then means nothing. With `invalid_is_nan` such a
    weight makes its row NaN instead.

    A position is dropped where any mask, of the same shape as `p`, has the value beside it, and, with `omit`, where `p`
    or `q` is NaN. There the weight of both is 0 after the pseudocount, and what it was is not seen. Where `bfloat16`
    is true, an argument is uint16: the bits of bfloat16 numbers.
    """

def reduce_logits(
    measure: str,
    p: NDArray[Any],
    q: NDArray[Any] | None,
    reduced: int,
    base: float | None,
    temperature: float,
    out: NDArray[Any],
    threads: int,
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
    omit: bool = ...,
    bfloat16: tuple[bool, bool] = ...,
) -> bool:
    """Reduce the last `reduced` axes of the logits `p` (and `q`, of the same shape) by `measure` into `out`.

    `out`, masks, `omit` and `bfloat16` are as in `reduce`; the logits are divided by `temperature`, and what is dropped
    is as if it were -inf. Always True: no logit is invalid.
    """

def map_logits(
    measure: str,
    z: NDArray[Any],
    reduced: int,
    base: float | None,
    temperature: float,
    out: NDArray[Any],
    threads: int,
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
    omit: bool = ...,
    bfloat16: bool = ...,
) -> bool:
    """Write the softmax or log_softmax (`measure`) of each row of `z` to `out`, of the same shape.

    `out` is C-contiguous, aligned, and native float64 or float32; it shares no memory with `z` unless it is `z`.
    """

def class_losses(
    loss: str,
    z: NDArray[Any],
    target: NDArray[Any] | None,
    labels: NDArray[np.int64] | None,
    label_weight: NDArray[np.float64] | None,
    temperature: float,
    narrow: bool,
    out: NDArray[np.float64],
    scale: NDArray[np.float64] | None,
    grad: NDArray[Any] | None,
    threads: int,
    bfloat16: tuple[bool, bool] = ...,
) -> bool:
    """Write a loss of each row of the logits `z`, its last axis the classes, to `out`, which is C-contiguous.

    With c_k = target_k + label_weight [k == label] (a label of -1 is none, a weight of None is 1), L the logsumexp of
    z / temperature, a row's loss is

        cross_entropy   sum of c_k (L - z_k / temperature)
        kl_divergence   that, plus the sum of target_k log target_k
        entropy         of the softmax; there is no target
        distillation    divergence of the softmax of z from that of `target`, the teacher's logits

    `grad`, C-contiguous, native float64 or float32 and of memory of its own, receives the gradient times the row's
    `scale`: 0 where that is 0, whatever the logits. `narrow` asks for digits for a float32 result alone. Where
    `bfloat16` is true, `z` or `target` is uint16: the bits of bfloat16 numbers. Always True.
    """

def distributions(
    p: NDArray[Any],
    tolerance: float,
    labels: NDArray[np.int64] | None,
    out: NDArray[np.float64],
    threads: int,
    bfloat16: bool = ...,
) -> bool:
    """Write minus the logarithm of the probability of each label to `out`, 0 for a label of -1 or none.

    The last axis of `p` is that of the classes; `labels` and `out` are C-contiguous, with a place for each row. False
    if a row has a number outside [0, 1], or does not sum to one within the tolerance: `out` then means nothing.
    """

def elementwise_losses(
    loss: str,
    x: NDArray[Any],
    target: NDArray[Any] | None,
    other: NDArray[Any] | None,
    weight: NDArray[Any] | None,
    where: NDArray[np.bool_] | None,
    parameter: float,
    narrow: bool,
    out: NDArray[np.float64] | None,
    scale: float,
    grad: NDArray[Any] | None,
    threads: int,
    bfloat16: Sequence[bool] = ...,
) -> float | None:
    """Sum of weight times `loss` over the elements that `where` shows; None if one of them is invalid.

    The losses of a prediction x and a target t, and the `parameter` of each:

    - "value": x
    - "squared_error": (x - t)²
    - "binary_cross_entropy": -t log x - (1 - t) log(1 - x); 1 if x or t outside [0, 1] is invalid, else it gives NaN
    - "binary_cross_entropy_with_logits": t `other` softplus(-x) + (1 - t) softplus(x); likewise for t
    - "gaussian_nll": ½ (log `other` + (x - t)² / `other`); 1 adds ½ log 2π
    - "poisson_nll": e^x - t x; 1 adds Stirling's approximation of log t!, where t > 1
    - "poisson_nll_of_rate": x - t log x; likewise
    - "negative_log": -log x; 1 if x outside [0, 1] is invalid
    - "focal": (1 - e^-x)^γ x; γ

    Each weight times loss goes to `out`, and `scale` times weight times the derivative by x to `grad`; both are
    C-contiguous, aligned and native, `out` float64, `grad` float64 or float32, and share no memory with the arguments. They
    mean nothing if the answer is None. A term with a factor of 0 is 0, and an element of weight 0 adds nothing, whatever
    it is; what `where` does not show is not seen at all. `narrow`: the results may be as exact as float32 shows.
    `bfloat16` says of `x`, `target`, `other` and `weight` whether they are uint16, the bits of bfloat16 numbers.
    """

def exponential(x: float) -> float:
    """e^x, the same bits everywhere."""

def entropy(p: object, /) -> np.float64 | np.float32 | None:
    """Entropy of one short contiguous row with every option at its default; None where that is not what came."""

def cross_entropy(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Cross-entropy, likewise."""

def kl_divergence(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Kullback-Leibler divergence, likewise."""

def js_divergence(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Jensen-Shannon divergence, likewise."""

def js_distance(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Jensen-Shannon distance, likewise."""

def levels() -> list[str]:
    """Instruction set levels that this CPU has, from least to best."""

def level() -> str:
    """The level in use."""

def set_level(name: str) -> None:
    """Use another level: ValueError if there is no such level, ImportError if this CPU lacks it."""
