"""A reference of which a few classes of each row are known: which these are, and their log-probabilities.

With p the probabilities of the known classes, and z / T the model's logits, the rows that are compared are

    bucket         log p, log(1 - Σ p)    and    z / T of these classes, log Σ e^(z / T) of all others
    renormalize    log p, -inf            and    the same
    drop           log p                  and    z / T of these classes

each of them normalised. Where every class is known there are no others, and all three are the dense comparison.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._class_rows import PIECE, at_least_one, row_places, rows_of
from xlogx._dropped import Dropped
from xlogx._invalid import raise_unless
from xlogx._options import checked_choice
from xlogx._threads import get_num_threads

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place

TAILS = ("bucket", "renormalize", "drop")

# 1 - e^-x is x to the last digit below the first, and 1 above the second.
_SMALL, _LARGE = 2.0**-60, 64.0


class ComparedRows(NamedTuple):
    """Some rows of known classes, with a column for all others behind them unless `others` is None."""

    classes: NDArray[np.int64]  # of each column but the last
    reference: NDArray[np.float64]
    model: NDArray[np.float64]
    others: NDArray[np.bool_] | None  # False where a class of the model is none of the others


def is_sparse(reference: object, model: ArrayLike) -> bool:
    """Whether a reference for a model is a pair of classes and log-probabilities, each with as many axes as the model.

    A tuple of two dense rows would have one axis more than either.
    """
    if not isinstance(reference, tuple) or len(reference) != 2:
        return False
    try:
        return np.ndim(reference[0]) == np.ndim(model) > 0
    except (TypeError, ValueError):  # no arrays, which are refused as what a dense reference would be
        return False


def refuse_tail(name: str, options: Mapping[str, Any]) -> None:
    """Raise if it is said what becomes of the tail of a dense reference, which has none."""
    if "tail" in options:
        raise ValueError(f"tail must not be given where {name} is dense: every class has its own probability")


class SparseReference:
    """The pair that the user gave as argument `name`, for a model with its classes along `axis`."""

    __slots__ = ("_axis", "_log_rest", "_may_be_rounding", "_number", "_seen", "_tail", "classes", "log_probs", "outer")

    def __init__(
        self,
        name: str,
        pair: tuple[ArrayLike, ArrayLike],
        model: Argument,
        axis: int,
        tail: object,
        input_dtype: str | None = None,
    ) -> None:
        self._axis = axis
        self._tail = checked_choice("tail", tail, TAILS)
        self.classes = Argument(Name(f"{name}[0]", "classes"), pair[0])
        self.log_probs = Argument(Name(f"{name}[1]", "log-probabilities"), pair[1], input_dtype)
        dtype = self.classes.array.dtype
        if dtype.kind not in "iu" or self.classes.bfloat16:
            raise TypeError(
                f"{name}[0] must hold integers, the classes that {name}[1] has the log-probabilities of, got dtype "
                f"{'bfloat16' if self.classes.bfloat16 else dtype}; two rows of a dense {name} go into a list"
            )
        for argument in (self.classes, self.log_probs, model):
            if argument.masks:
                raise TypeError(f"{argument.name} must be without a mask and without nulls where {name} is sparse")
        shape, own, whole = self.classes.array.shape, self.log_probs.array.shape, model.array.shape
        if shape != own:
            raise ValueError(
                f"{name} must have a log-probability for each class, got classes of shape {shape} and "
                f"log-probabilities of shape {own}"
            )
        self._number = whole[axis]
        if len(shape) != len(whole) or not 1 <= shape[axis] <= self._number:
            raise ValueError(
                f"{name} must have the dimensions of {model.name}, and from 1 to all of its classes along axis {axis}, "
                f"got shapes {shape} and {whole}"
            )
        self.outer = rows_of(self.classes.array, axis).shape[:-1]

    def check(self, seen: NDArray[np.bool_] | None = None) -> None:
        """Raise unless every row that is seen has different classes, with probabilities that sum to one at most.

        A sum above one, by up to the square root of the epsilon of their dtype, is one with a rounding.
        """
        self._seen = seen if seen is None else np.broadcast_to(seen, self.outer or (1,))
        unseen = [] if seen is None else [(np.expand_dims(np.broadcast_to(seen, self.outer), self._axis), False)]
        dropped = Dropped(unseen, [])
        last, tolerance = self._number - 1, math.sqrt(self.log_probs.epsilon)
        raise_unless(self.classes, dropped, lambda some: _unsigned(some) > last, f"a class from 0 to {last}")
        raise_unless(self.log_probs, dropped, lambda some: ~(some <= tolerance), "a log-probability, not above 0")
        rows = self._rows(self.classes)
        log_total = np.empty(rows.shape[:-1])
        for place in row_places(log_total.shape, rows.shape[-1], PIECE):
            classes, log_probs = self._classes_at(place, log_total.shape), self._log_probs_at(place, log_total.shape)
            self._refuse_repeated(place, classes)
            _backend.core.reduce_logits("logsumexp", log_probs, None, 1, None, 1.0, log_total[place], get_num_threads())
        wrong = log_total > tolerance
        if rows.shape[-1] == self._number and self._tail == "bucket":
            # There is no class that the rest could be the probability of.
            wrong |= log_total < -tolerance
            if self._seen is not None:
                wrong &= self._seen
        self._refuse_sum(wrong, log_total)
        rest, self._log_rest = _rest_and_logarithm(log_total)
        self._may_be_rounding = rest <= tolerance

    def compared(self, model: Argument, rows: NDArray[Any], place: Place, temperature: float) -> ComparedRows:
        """Some of the rows of a model's logits, whose classes are last, beside those of the reference."""
        shape, z, threads = rows.shape[:-1], rows[place], get_num_threads()
        classes, known = self._classes_at(place, shape), self._log_probs_at(place, shape)
        logits = model.numbers(np.take_along_axis(z, classes, axis=-1)).astype(np.float64)
        with np.errstate(all="ignore"):
            logits /= temperature
        if self._tail == "drop" or classes.shape[-1] == self._number:
            return ComparedRows(classes, known, logits, None)
        others = np.ones(z.shape, bool)
        np.put_along_axis(others, classes, False, axis=-1)
        masks, bits = [(others, False)], (model.bfloat16, False)
        log_others = np.empty(z.shape[:-1])
        _backend.core.reduce_logits("logsumexp", z, None, 1, None, temperature, log_others, threads, masks, False, bits)
        log_rest = np.full(log_others.shape, -np.inf)
        if self._tail == "bucket":
            # Where the model rules all others out, a rest that may be a rounding is none.
            none = np.isneginf(log_others) & np.broadcast_to(self._may_be_rounding, shape)[place]
            log_rest = np.where(none, -np.inf, np.broadcast_to(self._log_rest, shape)[place])
        return ComparedRows(
            classes,
            np.concatenate([known, log_rest[..., None]], axis=-1),
            np.concatenate([logits, log_others[..., None]], axis=-1),
            others,
        )

    def _rows(self, argument: Argument) -> NDArray[Any]:
        rows = rows_of(argument.array, self._axis)
        return at_least_one(rows)

    def _part(self, argument: Argument, place: Place, shape: tuple[int, ...]) -> NDArray[Any]:
        rows = self._rows(argument)
        return argument.numbers(np.broadcast_to(rows, (*shape, rows.shape[-1]))[place])

    def _classes_at(self, place: Place, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """The classes of some rows of this shape; where one is not seen, any that are classes."""
        found = self._part(self.classes, place, shape).astype(np.int64, order="C")
        return (
            found if self._seen is None else np.where(self._seen[place][..., None], found, np.arange(found.shape[-1]))
        )

    def _log_probs_at(self, place: Place, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Their log-probabilities; where a row is not seen, those of classes without probability."""
        found = self._part(self.log_probs, place, shape).astype(np.float64, order="C")
        return found if self._seen is None else np.where(self._seen[place][..., None], found, -np.inf)

    def _refuse_repeated(self, place: Place, classes: NDArray[np.int64]) -> None:
        ordered = np.sort(classes, axis=-1)
        twice = ordered[..., 1:] == ordered[..., :-1]
        if not twice.any():
            return
        row = np.unravel_index(int(twice.any(axis=-1).argmax()), twice.shape[:-1])
        value = int(ordered[row][1:][twice[row]][0])
        at = int(np.flatnonzero(classes[row] == value)[1])
        index = self._index(tuple(part.start + int(i) for part, i in zip(place, row, strict=True)), str(at))
        name = self.classes.name
        raise ValueError(f"{name} must hold a class once in a row, got {name}[{index}] = {value}, a second time")

    def _refuse_sum(self, wrong: NDArray[np.bool_], log_total: NDArray[np.float64]) -> None:
        if not wrong.any():
            return
        row = np.unravel_index(int(wrong.argmax()), wrong.shape)
        total = _backend.core.exponential(float(log_total[row]))
        wanted = "at most one" if total > 1 else "one where all classes are given"
        where = f"row {self.log_probs.name}[{self._index(tuple(map(int, row)), ':')}]" if self.outer else "it"
        raise ValueError(
            f"{self.log_probs.name} must hold the logarithms of probabilities that sum to {wanted}, "
            f"but {where} sums to {total}"
        )

    def _index(self, row: tuple[int, ...], at: str) -> str:
        """What stands in brackets behind the user's array for a place in a row."""
        index = [str(i) for i in row[: len(self.outer)]]
        index.insert(len(index) + 1 + self._axis, at)
        return ", ".join(index)


def _unsigned(classes: NDArray[Any]) -> NDArray[np.uint64]:
    """The classes, of which a negative one is a large one."""
    return classes.astype(np.int64).view(np.uint64)


def _rest_and_logarithm(log_total: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """1 - e^x, and its logarithm, for x, the logarithm of a sum of probabilities; 0 where that is not below 0."""
    x = np.maximum(-log_total, 0.0)
    rest, found = np.empty_like(x), np.empty_like(x)
    # (1 - e^-x) x, and the negative logarithm: both right to the last digits.
    unweighted = None, None, None, None
    threads = get_num_threads()
    _backend.core.elementwise_losses("focal", x, *unweighted, 1.0, False, rest, 1.0, None, threads)
    with np.errstate(all="ignore"):
        rest = np.where(x < _SMALL, x, np.where(x > _LARGE, 1.0, rest / x))
    _backend.core.elementwise_losses("negative_log", rest, *unweighted, 0.0, False, found, 1.0, None, threads)
    return rest, -found
