"""The questions of `xlogx verify` about `xlogx.losses`, made as those about weights are.

The bits of all of them are compared. Beside the NumPy backend, which is compared number by number, gradients are asked
for where none of their numbers is the small difference of two large ones.
"""

from collections.abc import Iterator

import numpy as np

from xlogx._verify_cases import Array, Case, fractions, mixed_words
from xlogx._verify_logits import NOTHING, noise

LENGTHS = (1, 2, 3, 16, 32, 33, 129, 257)


def labels(count: int, classes: int, seed: int) -> Array:
    """Return classes, well mixed."""
    return (mixed_words(count, seed) % np.uint64(classes)).astype(np.int64)


def distributions(shape: tuple[int, ...], seed: int) -> Array:
    """Return rows that sum to one but for the rounding of a division."""
    rows = fractions(shape, seed)
    # A sum of multiples of 2^-20 is exact, whatever its order.
    found: Array = rows / rows.sum(axis=-1, keepdims=True)
    return found


def classes() -> Iterator[Case]:
    """Yield the losses of rows of logits and of probabilities."""
    for n in LENGTHS:
        z, y, t = noise((5, n), 200 + n), labels(5, n, 300 + n), distributions((5, n), 400 + n)
        for name, z_there in (("", z), ("float32 ", z.astype(np.float32))):
            each = {"reduction": "none"}
            yield Case(f"losses.cross_entropy, {name}rows of {n}", "losses.cross_entropy", (z_there, y), each)
            yield Case(f"losses.cross_entropy, {name}soft rows of {n}", "losses.cross_entropy", (z_there, t), each)
            smooth = {"label_smoothing": 0.1, "weight": fractions((n,), 500 + n), "temperature": 1.7}
            yield Case(f"losses.cross_entropy, {name}smooth rows of {n}", "losses.cross_entropy", (z_there, y), smooth)
            yield Case(f"losses.entropy, {name}rows of {n}", "losses.entropy", (z_there,), {})
            yield Case(f"losses.focal, {name}rows of {n}", "losses.focal", (z_there, y), {"gamma": 1.5})
            yield Case(
                f"losses.cross_entropy_with_grad, {name}rows of {n}", "losses.cross_entropy_with_grad", (z_there, y)
            )
        yield Case(f"losses.kl_divergence, rows of {n}", "losses.kl_divergence", (z, t))
        yield Case(f"losses.kl_divergence_with_grad, rows of {n}", "losses.kl_divergence_with_grad", (z, y))
        pair = {"student": z, "teacher": noise((5, n), 600 + n), "temperature": 2.0}
        yield Case(f"losses.distillation, rows of {n}", "losses.distillation", (), pair)
        yield Case(f"losses.log_loss, rows of {n}", "losses.log_loss", (t, y))
        yield Case(f"losses.brier_score, rows of {n}", "losses.brier_score", (t, y))
    yield from large()
    yield from of_one_row()


def large() -> Iterator[Case]:
    """Yield losses of more logits than one thread keeps to itself, and of axes that are not the last."""
    z, y = noise((67, 1961), 220), labels(67, 1961, 221)
    yield Case("losses.cross_entropy_with_grad, many logits", "losses.cross_entropy_with_grad", (z, y))
    half = z.astype(np.float16)
    yield Case("losses.cross_entropy_with_grad, many float16", "losses.cross_entropy_with_grad", (half, y))
    columns = {"axis": 0}
    yield Case("losses.cross_entropy_with_grad, columns", "losses.cross_entropy_with_grad", (z.T.copy(), y), columns)
    long = noise((1, 131_101), 222).astype(np.float32)
    yield Case("losses.cross_entropy_with_grad, a long row", "losses.cross_entropy_with_grad", (long, [70_000]))
    z, y = noise((14_001, 10), 223), labels(14_001, 10, 224)
    yield Case("losses.cross_entropy_with_grad, many rows", "losses.cross_entropy_with_grad", (z, y))
    yield Case("losses.perplexity, many rows", "losses.perplexity", (z, y))
    yield Case("losses.bits_per_byte, many rows", "losses.bits_per_byte", (z, y), {"n_bytes": 20_000})
    shown = {"where": labels(14_001, 2, 225) > 0, "sample_weight": fractions((14_001,), 226), "ignore_index": 3}
    yield Case("losses.cross_entropy, some of many rows", "losses.cross_entropy", (z, y), shown)
    t = distributions((14_001, 10), 227)
    yield Case("losses.log_loss, many rows", "losses.log_loss", (t, y))


def of_one_row() -> Iterator[Case]:
    """Yield gradients that would cancel in longer rows, or against other targets."""
    z, y = noise((5, 2), 230), labels(5, 2, 231)
    yield Case("losses.entropy_with_grad", "losses.entropy_with_grad", (z,))
    yield Case("losses.focal_with_grad", "losses.focal_with_grad", (z, y))
    sure = np.where(np.arange(2) == y[:, None], 0.0, NOTHING)
    pair = {"student": z, "teacher": sure}
    yield Case("losses.distillation_with_grad", "losses.distillation_with_grad", (), pair)
    yield Case("losses.softmax_grad_hess", "losses.softmax_grad_hess", (z, y), {"hessian": "xgboost"})
    t = distributions((5, 2), 232)
    yield Case("losses.log_loss_with_grad", "losses.log_loss_with_grad", (t, y))
    yield Case("losses.brier_score_with_grad", "losses.brier_score_with_grad", (t, y))


def elements() -> Iterator[Case]:
    """Yield the losses of elements, in both dtypes, and of as many as go to threads."""
    n = 1031
    x, y, p, zero = noise((n,), 240), labels(n, 2, 241), fractions((n,), 242), np.zeros(n)
    for name, dtype in (("elements", np.float64), ("float32 elements", np.float32)):
        z, q = x.astype(dtype), p.astype(dtype)
        for loss, prediction in (
            ("binary_cross_entropy", q),
            ("binary_cross_entropy_with_logits", z),
            ("mean_squared_error", z),
            ("poisson_nll", z),
        ):
            yield Case(f"losses.{loss}, {name}", f"losses.{loss}", (prediction, y))
            yield Case(f"losses.{loss}_with_grad, {name}", f"losses.{loss}_with_grad", (prediction, zero))
        variance = {"variance": 8 * q + 1, "reduction": "none"}
        yield Case(f"losses.gaussian_nll, {name}", "losses.gaussian_nll", (z, y), variance)
        yield Case(f"losses.gaussian_nll_with_grad, {name}", "losses.gaussian_nll_with_grad", (z, y), variance)
    many = (noise((131_101,), 243), labels(131_101, 2, 244))
    yield Case("losses.binary_cross_entropy_with_logits, many", "losses.binary_cross_entropy_with_logits", many)


def cases() -> Iterator[Case]:
    """Yield every call of a loss that `xlogx verify` makes, in its order."""
    yield from classes()
    yield from elements()
