"""Measures of logits, and the softmax, in plain NumPy: what `reduce` and its measures are for weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._fallback import finish
from xlogx._fallback.double_double import Array, Pair, add, divide, multiply, scale, sum_last
from xlogx._fallback.exponential import exponential
from xlogx._fallback.logit_divergence import js_divergence, kl_divergence, total_variation
from xlogx._fallback.logit_rows import LIFT, LOWER, LogitBlock, LogitGroup, Logits, over
from xlogx._fallback.rows import Argument, flat, groups
from xlogx._fallback.sums import ONE, Sums, Terms, column, exactly, where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._fallback.sums import Exponents


def reduce_logits(
    measure: str,
    p: NDArray[Any],
    q: NDArray[Any] | None,
    reduced: int,
    base: float | None,
    temperature: float,
    out: NDArray[Any],
    threads: int,
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = (),
    omit: bool = False,
    bfloat16: tuple[bool, bool] = (False, False),
) -> bool:
    """Reduce the last `reduced` axes of the logits `p` (and `q`, of the same shape) by `measure` into `out`.

    Masks, `omit` and `bfloat16` are as in `reduce`. Always True: no logit is invalid. `threads` is for `_core`.
    """
    numbers, dropped = flat(p, q, masks, omit, bfloat16)
    arguments: list[Argument] = [Logits(some, p.shape, reduced, dropped, temperature) for some in numbers]
    answers = out.reshape(-1)
    with np.errstate(all="ignore"):
        for start, stop, group in groups(arguments, LogitGroup):
            answers[start:stop] = MEASURES[measure](*group, base)
    return True


def map_logits(
    measure: str,
    z: NDArray[Any],
    reduced: int,
    base: float | None,
    temperature: float,
    out: NDArray[Any],
    threads: int,
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = (),
    omit: bool = False,
    bfloat16: bool = False,
) -> bool:
    """Write the softmax of each row of `z`, or its logarithm, to `out`, of the same shape: it may be `z` itself."""
    numbers, dropped = flat(z, None, masks, omit, (bfloat16, False))
    arguments: list[Argument] = [Logits(numbers[0], z.shape, reduced, dropped, temperature)]
    length = arguments[0].length
    answers = out.reshape(-1, length)
    with np.errstate(all="ignore"):
        for start, stop, (rows,) in groups(arguments, LogitGroup):
            # Before any row is written: it may be the one that is read.
            total, log_total = rows.total, rows.log_total
            for block in rows.blocks():
                value = _softmax(block, total) if measure == "softmax" else _log_softmax(block, log_total, base)
                value = np.where((rows.is_odd | rows.is_empty)[:, None], np.nan, value)
                answers[start:stop, block.start : block.start + value.shape[-1]] = value
    return True


def _softmax(block: LogitBlock, total: Pair) -> Array:
    """The weight over the sum of all, brought down from its lift at the end: a subnormal one is rounded once."""
    return np.ldexp(divide(block.weight, column(total))[0], LOWER)


def _log_softmax(block: LogitBlock, log_total: Terms, base: float | None) -> Array:
    """-(d + log X): both parts are at least 0."""
    # Above this log X is less than a rounding, and the lift would leave the range.
    far = block.distance[0] > 2.0**300
    lift = np.where(far, -100, LIFT).astype(np.intc)
    lower = lift - np.intc(LIFT)
    known = where(np.isfinite(block.distance[0]), block.distance, exactly(np.zeros_like(block.logits)))
    whole, rest = scale(column(log_total.whole), lower), scale(column(log_total.rest), lower)
    sums = Sums(whole, add(scale(known, lift), rest), ONE, lift, ~block.present | np.isinf(block.distance[0]))
    return 0.0 - finish.in_unit(sums, base, lowest=0.0, root=False)


def _pairs(p: LogitGroup, q: LogitGroup) -> Iterator[tuple[LogitBlock, LogitBlock]]:
    """The blocks of both, those of a single argument once."""
    if p is q:
        yield from ((block, block) for block in p.blocks())
    else:
        yield from zip(p.blocks(), q.blocks(), strict=True)


def _mean_distance(p: LogitGroup, q: LogitGroup, reach: Exponents) -> tuple[Pair, NDArray[np.bool_]]:
    """Σ x_p d_q / X_p times 2^(LIFT - reach), and the rows in which it is infinite."""
    total, infinite = exactly(np.zeros(p.rows)), np.zeros(p.rows, bool)
    for p_block, q_block in _pairs(p, q):
        reached = p_block.weight[0] > 0
        lost = (p_block.present & ~q_block.present) | (reached & np.isinf(q_block.distance[0]))
        known = where(reached & ~lost, q_block.distance, exactly(np.zeros_like(q_block.logits)))
        total = add(total, sum_last(multiply(p_block.weight, scale(known, -reach[:, None]))))
        infinite |= lost.any(axis=-1)
    return divide(total, p.total), infinite


def _cross_entropy(p: LogitGroup, q: LogitGroup) -> Sums:
    """Σ x_p d_q / X_p + log X_q."""
    reach = np.zeros(p.rows, np.intc) if p is q else q.reach
    mean, infinite = _mean_distance(p, q, reach)
    log = q.log_total
    return Sums(scale(log.whole, -reach), add(scale(log.rest, -reach), mean), ONE, LIFT - reach, infinite)


def _measured(
    sums: Callable[[LogitGroup, LogitGroup], Sums], largest: Callable[[float | None], float] = lambda base: np.inf
) -> Callable[..., Array]:
    """The measure of two arguments, or of one taken twice: at least 0, at most `largest`, NaN for odd rows."""

    def measure(*arguments: Any) -> Array:
        *groups, base = arguments
        value = finish.in_unit(sums(groups[0], groups[-1]), base, lowest=0.0, root=False)
        return _with_odd_rows(np.minimum(value, largest(base)), groups)

    return measure


def _with_odd_rows(value: Array, arguments: list[LogitGroup]) -> Array:
    for argument in arguments:
        value = np.where(argument.is_odd | argument.is_empty, np.nan, value)
    return np.where(value == 0, 0.0, value)


def _perplexity(z: LogitGroup, base: float | None) -> Array:
    """X e^(Σ x d / X), which is e^H: n for n equal logits."""
    mean, _ = _mean_distance(z, z, np.zeros(z.rows, np.intc))
    mantissa, exponent = exponential(scale(mean, LOWER))
    return _with_odd_rows(np.ldexp(multiply(z.total, mantissa)[0], exponent), [z])


def _logsumexp(z: LogitGroup, base: float | None) -> Array:
    """The sum m / T + log X."""
    largest = over(exactly(z.top[:, 0]), z.temperature)
    known = np.isfinite(largest[0])
    # Above this log X is less than a rounding, and the lift would leave the range.
    lift = np.where(np.abs(largest[0]) > 2.0**300, -100, LIFT).astype(np.intc)
    log = z.log_total
    lower = lift - np.intc(LIFT)
    rest = add(scale(where(known, largest, exactly(np.zeros(z.rows))), lift), scale(log.rest, lower))
    value = finish.in_unit(Sums(scale(log.whole, lower), rest, ONE, lift, ~known), base, lowest=-np.inf, root=False)
    value = np.where(known, value, largest[0])
    return np.where(np.isfinite(z.largest), value, z.largest)


MEASURES: dict[str, Callable[..., Array]] = {
    "entropy": _measured(_cross_entropy),
    "cross_entropy": _measured(_cross_entropy),
    "perplexity": _perplexity,
    "logsumexp": _logsumexp,
    "kl_divergence": _measured(kl_divergence),
    "js_divergence": _measured(js_divergence, finish.largest_js),
    "total_variation": _measured(total_variation, lambda base: 1.0),
}
