"""The divergence of logits from a reference of which a few classes of each row are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument
from xlogx._call import Call, check_bits
from xlogx._class_rows import PIECE, at_least_one, row_places, rows_of
from xlogx._dropped import Dropped
from xlogx._logit_calls import ZP, ZQ, measure_logits
from xlogx._loss_options import checked_class_axis
from xlogx._options import (
    INPUT_DTYPES,
    NAN_POLICIES,
    ON_INVALID,
    LogitDivergenceOptions,
    checked_base,
    checked_choice,
    checked_dtype,
    checked_keepdims,
    checked_temperature,
    completed,
)
from xlogx._sparse_reference import SparseReference, is_sparse, refuse_tail
from xlogx._threads import get_num_threads

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._argument import Mask


class SparseCall(Call):
    """A call with a sparse reference and a dense model."""

    __slots__ = ("axis", "reference")

    def __init__(self, zp: tuple[ArrayLike, ArrayLike], zq: ArrayLike, given: Any) -> None:
        self.given = given
        nan_policy = checked_choice("nan_policy", given["nan_policy"], NAN_POLICIES)
        if nan_policy == "omit":
            raise ValueError('nan_policy must be "propagate" or "raise" where zp is sparse: no class can be left out')
        if given["where"] is not None:
            raise ValueError("where must be None where zp is sparse: no class can be left out")
        self.invalid_is_nan = checked_choice("on_invalid", given["on_invalid"], ON_INVALID) == "nan"
        self.keepdims = checked_keepdims(given["keepdims"])
        dtype = checked_dtype(given["dtype"])
        input_dtype = checked_choice("input_dtype", given["input_dtype"], INPUT_DTYPES)
        model = Argument(ZQ, zq, input_dtype)
        self.axis = checked_class_axis(given["axis"], model.array.ndim, (ZP, ZQ))
        self.reference = SparseReference(ZP, zp, model, self.axis, given["tail"], input_dtype)
        self.arguments = [self.reference.log_probs, model]
        check_bits(self.arguments, input_dtype)
        outer = rows_of(model.array, self.axis).shape[:-1]
        try:
            outer = np.broadcast_shapes(self.reference.outer, outer)
        except ValueError:
            shapes = self.reference.classes.array.shape, model.array.shape
            raise ValueError(
                f"the rows of zp and zq must broadcast, got classes of shape {shapes[0]} and logits of shape {shapes[1]}"
            ) from None
        at = len(outer) + 1 + self.axis
        self.shape = (*outer[:at], model.array.shape[self.axis], *outer[at:])
        self.axes = (at,)
        self.where: list[Mask] = []
        self.dropped = Dropped([], [])
        self.dtype = dtype if dtype is not None else np.float32 if self.narrow else np.float64

    def memory(self) -> list[tuple[str, NDArray[Any]]]:
        """The classes are read, too."""
        return [*super().memory(), (self.reference.classes.name, self.reference.classes.array)]


def logit_divergence(zp: Any, zq: ArrayLike, options: Mapping[str, Any]) -> Any:
    """The divergence of a model from a reference, dense or sparse."""
    if not is_sparse(zp, zq):
        refuse_tail("zp", options)
        return measure_logits("kl_divergence", {ZP: zp, ZQ: zq}, options, LogitDivergenceOptions)
    given = completed("kl_divergence", options, LogitDivergenceOptions)
    base, temperature = checked_base(given["base"]), checked_temperature(given["temperature"])
    call = SparseCall(zp, zq, given)
    out = call.out()
    call.reference.check()
    model = call.arguments[1]
    rows = rows_of(np.broadcast_to(model.array, call.shape), call.axis)
    rows = at_least_one(rows)
    # Not the caller's own, as for a dense reference.
    answers = np.empty(call.outer, call.dtype)
    here = answers.reshape(rows.shape[:-1])
    for place in row_places(rows.shape[:-1], rows.shape[-1], PIECE):
        few = call.reference.compared(model, rows, place, temperature)
        _backend.core.reduce_logits(
            "kl_divergence", few.reference, few.model, 1, base, 1.0, here[place], get_num_threads()
        )
    call.refuse_nan(answers)
    return call.result(answers, out)
