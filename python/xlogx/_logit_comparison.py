"""All measures of two rows of logits at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xlogx._argument import Argument
from xlogx._call import Call
from xlogx._logit_calls import ZP, ZQ, LogitRows, Place
from xlogx._options import ComparisonOptions, checked_base, checked_temperature, completed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._argument import Mask


class Comparison(NamedTuple):
    """What `compare` says of each row, p and q being the softmaxes of its two arguments."""

    entropy_p: Any
    entropy_q: Any
    cross_entropy_pq: Any
    cross_entropy_qp: Any
    kl_pq: Any
    kl_qp: Any
    js_divergence: Any
    total_variation: Any
    top_agreement: Any
    p_of_top_q: Any
    q_of_top_p: Any


# The measure behind each field, and which arguments it takes.
_MEASURES = {
    "entropy_p": ("entropy", (0,)),
    "entropy_q": ("entropy", (1,)),
    "cross_entropy_pq": ("cross_entropy", (0, 1)),
    "cross_entropy_qp": ("cross_entropy", (1, 0)),
    "kl_pq": ("kl_divergence", (0, 1)),
    "kl_qp": ("kl_divergence", (1, 0)),
    "js_divergence": ("js_divergence", (0, 1)),
    "total_variation": ("total_variation", (0, 1)),
}


def compare_logits(zp: ArrayLike, zq: ArrayLike, options: Mapping[str, Any]) -> Comparison:
    """Every measure by a call of its own; what concerns the largest logits, a piece of the rows at a time."""
    given = completed("compare", options, ComparisonOptions)
    base, temperature = checked_base(given["base"]), checked_temperature(given["temperature"])
    call = Call({ZP: zp, ZQ: zq}, given)
    rows = LogitRows(call, base, temperature)
    fields = {name: np.empty(rows.outer, call.dtype) for name in Comparison._fields}
    fields["top_agreement"] = np.empty(rows.outer, bool)
    # An entropy sees one argument. What is NaN and omitted in the other is told to it by a mask, of a piece at a time.
    omitted = call.dropped.omitted
    for place in rows.pieces() if omitted else [()]:
        masks, here = rows.masks_at(place, omitted), _of(place)
        for name, (measure, which) in _MEASURES.items():
            rows.reduce(measure, [call.arguments[i] for i in which], fields[name][here], place, masks)
    for place in rows.pieces():
        _compare_tops(rows, call, place, fields)
    # Either entropy is NaN where its argument is.
    call.refuse_nan(np.where(np.isnan(fields["entropy_p"]), fields["entropy_p"], fields["entropy_q"]))
    return Comparison(*(call.result(fields[name].reshape(call.outer), None) for name in Comparison._fields))


def _compare_tops(rows: LogitRows, call: Call, place: Place, fields: dict[str, NDArray[Any]]) -> None:
    masks = rows.masks_at(place, call.dropped.omitted)
    p, q = call.arguments
    top_p, top_q = (_top(rows, argument, place, masks) for argument in (p, q))
    p_of_top_q, q_of_top_p = (
        _probability(rows, argument, place, masks, top) for argument, top in ((p, top_q), (q, top_p))
    )
    known = ~(np.isnan(p_of_top_q) | np.isnan(q_of_top_p))
    here = _of(place)
    fields["top_agreement"][here] = known & (top_p == top_q)
    fields["p_of_top_q"][here] = np.where(known, p_of_top_q, np.nan)
    fields["q_of_top_p"][here] = np.where(known, q_of_top_p, np.nan)


def _of(place: Place) -> tuple[Any, ...]:
    """The index of these rows in a field: a view, of a single row, too."""
    return *place, ...


def _top(rows: LogitRows, argument: Argument, place: Place, masks: list[Mask]) -> NDArray[np.intp]:
    """Where the first of the largest logits is that are not dropped."""
    logits = np.asarray(argument.numbers(rows.of(argument.array)[place]), np.float64)
    for mask, value in masks:
        logits = np.where(mask == value, -np.inf, logits)
    found: NDArray[np.intp] = _flat(rows, logits).argmax(axis=-1)
    return found


def _probability(
    rows: LogitRows, argument: Argument, place: Place, masks: list[Mask], at: NDArray[np.intp]
) -> NDArray[Any]:
    """The softmax at one place of each row."""
    part = np.empty(rows.of(argument.array)[place].shape, np.float64)
    rows.map("softmax", argument, part, place, masks)
    return np.take_along_axis(_flat(rows, part), at[..., None], axis=-1)[..., 0]


def _flat(rows: LogitRows, array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(*array.shape[: array.ndim - rows.reduced], -1)
