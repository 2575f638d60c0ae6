"""The target of a loss of classes: labels or rows of probabilities, and what weights and smoothing make of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._class_rows import at_least_one, row_places, rows_of
from xlogx._dropped import Dropped
from xlogx._invalid import raise_unless
from xlogx._loss_options import checked_flag, checked_ignore_index, checked_number
from xlogx._loss_samples import Samples, at_least_1d, checked_weights, refuse_masks
from xlogx._pieces import BLOCK

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place

TARGET = Name("target", "labels or probabilities")
_WEIGHT = Name("weight", "weights")


class Target:
    """The target of samples with `classes` classes.

    A sample's loss is that of the coefficients c_k = w_k ((1 - ε) t_k + ε / K), t its row of probabilities or the one
    that is 1 at its label, w the class weights and ε the smoothing.
    """

    __slots__ = ("_labels", "_smoothing", "_weight", "argument", "axis", "classes", "shape")

    def __init__(
        self, prediction: Argument, value: ArrayLike, axis: int, given: Mapping[str, Any], samples: Samples
    ) -> None:
        self.argument = argument = Argument(TARGET, value)
        refuse_masks(argument)
        self.axis = axis
        self.shape = shape = samples.shape
        whole = prediction.array.shape
        self.classes = classes = whole[axis]
        self._smoothing = checked_number("label_smoothing", given["label_smoothing"], 0.0, 1.0)
        weight = given["weight"]
        self._weight = None if weight is None else _class_weights(_WEIGHT, weight, classes, samples)
        own = argument.array.shape
        index = checked_ignore_index(given["ignore_index"])
        check = checked_flag("check", given["check"])
        self._labels: NDArray[np.int64] | None = None
        if (argument.array.dtype.kind in "iu" and not argument.bfloat16) or (own == shape and argument.array.size == 0):
            if own != shape:
                raise ValueError(_labels_message(prediction, own, shape))
            self._labels = at_least_1d(_labels(argument, classes, index, samples))
            return
        if own == shape and own != whole:
            raise TypeError(
                f"target must hold integer classes where it has one for each sample, got dtype {value_dtype(argument)}; "
                "target.astype(int) makes them so"
            )
        if own != whole and not _is_row_for_all(own, whole):
            raise ValueError(_rows_message(prediction, own))
        if index is not None:
            raise ValueError("ignore_index must be None where target holds rows of probabilities, which have no label")
        if check:
            check_probabilities(argument, whole, axis, samples, prediction)

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """A label a sample, -1 where it is not looked at; C-contiguous. None where the target is rows."""
        return self._labels

    @property
    def label_weight(self) -> NDArray[np.float64] | None:
        """What a label's class weighs in a mean."""
        if self._labels is None or self._weight is None:
            return None
        return self._weight[self._labels]

    @property
    def coefficient_of_label(self) -> NDArray[np.float64] | None:
        """The label's part of the coefficients; None where it is 1."""
        weight = self.label_weight
        if self._labels is None or weight is None:
            return (
                None
                if self._labels is None or not self._smoothing
                else np.full(self._labels.shape, 1.0 - self._smoothing)
            )
        return weight * (1.0 - self._smoothing)

    @property
    def is_unsmoothed(self) -> bool:
        """Whether nothing is spread over the other classes."""
        return not self._smoothing

    @property
    def is_plain(self) -> bool:
        """Whether the coefficients beside the label are the target itself, or a row that all samples share."""
        return self._labels is not None or (self._weight is None and not self._smoothing)

    def rows(self, shape: tuple[int, ...]) -> tuple[NDArray[Any] | None, bool]:
        """The coefficients beside the label where these `is_plain`, and whether they are bits of bfloat16."""
        if self._labels is None:
            return self.stored(shape), self.argument.bfloat16
        if not self._smoothing:
            return None, False
        return np.broadcast_to(self._smoothed(), shape), False

    def stored(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """The probabilities as they are, the class axis last."""
        rows = rows_of(self.argument.array, self.axis)
        return rows if rows.shape == shape else np.broadcast_to(rows, shape)

    def _smoothed(self) -> NDArray[np.float64]:
        """The part ε / K of every class, times its weight."""
        part = np.full(self.classes, self._smoothing / self.classes)
        return part if self._weight is None else part * self._weight

    def coefficients(self, shape: tuple[int, ...], place: Place) -> NDArray[np.float64]:
        """All coefficients of some samples: a new array."""
        if self._labels is None:
            rows = np.array(self.argument.numbers(self.stored(shape)[place]), np.float64, order="C")
            rows *= 1.0 - self._smoothing
            if self._weight is not None:
                rows *= self._weight
        else:
            labels, own = self._labels[place], self.coefficient_of_label
            rows = np.zeros((*labels.shape, self.classes))
            at = np.nonzero(labels >= 0)
            rows[(*at, labels[at])] = 1.0 if own is None else own[place][at]
        if self._smoothing:
            rows += self._smoothed()
        return rows


def _class_weights(name: Name, value: ArrayLike, classes: int, samples: Samples) -> NDArray[np.float64]:
    argument = Argument(name, value)
    refuse_masks(argument)
    samples.read.append((name, argument.array))
    if argument.array.shape != (classes,):
        raise ValueError(
            f"{name} must have a number for each of the {classes} classes, shape ({classes},), "
            f"got shape {argument.array.shape}"
        )
    return checked_weights(argument)


def class_weights_or_number(name: Name, value: ArrayLike, classes: int, samples: Samples) -> NDArray[np.float64]:
    """One number for each class; a single number is that of all of them."""
    if np.ndim(value):
        return _class_weights(name, value, classes, samples)
    argument = Argument(name, value)
    refuse_masks(argument)
    samples.read.append((name, argument.array))
    return np.broadcast_to(checked_weights(argument), (classes,))


def _labels(argument: Argument, classes: int, ignored: int | None, samples: Samples) -> NDArray[np.int64]:
    """The labels, checked; -1 where a sample is not looked at, because `where` or its label says so."""
    labels = np.ascontiguousarray(argument.array, np.int64).reshape(argument.array.shape)
    if ignored is not None:
        skipped = argument.array == ignored
        if np.any(skipped):
            samples.leave_out(skipped)
    if samples.seen is not None:
        labels = np.where(samples.seen, labels, -1)
        wrong = samples.seen & (labels.view(np.uint64) >= classes)
    # A negative label is a large one without its sign.
    elif labels.size == 0 or int(labels.view(np.uint64).max()) < classes:
        return labels
    else:
        wrong = labels.view(np.uint64) >= classes
    if np.any(wrong):
        place = np.unravel_index(int(np.argmax(wrong)), labels.shape)
        index = f"[{', '.join(map(str, place))}]" if place else ""
        raise ValueError(
            f"target must hold classes from 0 to {classes - 1}, got target{index} = {argument.array[place]}; "
            "ignore_index= leaves a label out"
        )
    return labels


def _labels_message(prediction: Argument, own: tuple[int, ...], samples: tuple[int, ...]) -> str:
    whole = prediction.array.shape
    hint = "; rows of probabilities must be floats: target.astype(float)" if own == whole else ""
    return (
        f"target must have a label for each sample, shape {samples} for {prediction.name} of shape {whole}, "
        f"got shape {own}{hint}"
    )


def _rows_message(prediction: Argument, own: tuple[int, ...]) -> str:
    array = prediction.array
    swapped = len(own) == array.ndim + 1 and array.dtype.kind in "iu"
    hint = ": arguments swapped?" if swapped else ""
    return (
        f"target must have a row of probabilities for each sample, the shape {array.shape} of {prediction.name}, "
        f"got shape {own}{hint}"
    )


def _is_row_for_all(own: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether an array of this shape has all the classes, and stands for all samples along what it lacks."""
    if len(own) != len(whole):
        return False
    return all(n in (1, m) for n, m in zip(own, whole, strict=True))


def value_dtype(argument: Argument) -> str:
    """What the user calls the dtype of an argument."""
    return "bfloat16" if argument.bfloat16 else str(argument.array.dtype)


def check_probabilities(
    argument: Argument, shape: tuple[int, ...], axis: int, samples: Samples, other: Argument | None
) -> None:
    """Raise unless every row that is seen is in [0, 1] and sums to one within the square root of its dtype's epsilon.

    The error asks whether the arguments are swapped if the rows of `other` would have passed.
    """
    rows = rows_of(np.broadcast_to(argument.array, shape), axis)
    if samples.seen is None and are_distributions(argument, rows, None, np.empty(samples.shape), samples.threads):
        return
    place = _first_bad_row(argument, shape, axis, samples)
    if place is None:
        return
    hint = ""
    if other is not None and other.array.shape == shape and _first_bad_row(other, shape, axis, samples) is None:
        hint = f"; {other.name} would have passed: arguments swapped?"
    name = argument.name
    dropped = Dropped([] if samples.seen is None else [(_over_classes(samples.seen, samples, axis), False)], [])
    if hint == "":
        raise_unless(argument, dropped, _no_probability, "a probability from 0 to 1")
        hint = "; divide each row by its sum, or say check=False"
    row = rows_of(np.broadcast_to(argument.array, shape), axis)[place]
    total = math.fsum(np.asarray(argument.numbers(row), np.float64).tolist())
    index = [str(i) for i in place]
    index.insert(len(shape) + axis, ":")
    where = f"row {name}[{', '.join(index)}]" if place else "it"
    raise ValueError(f"{name} must hold probabilities that sum to one, but {where} sums to {total!s}{hint}")


def are_distributions(
    argument: Argument,
    rows: NDArray[Any],
    labels: NDArray[np.int64] | None,
    losses: NDArray[np.float64],
    threads: int,
) -> bool:
    """Whether all rows of an argument are; the losses then are minus the logarithm of the probability of each label."""
    rows = at_least_one(rows)
    tolerance = math.sqrt(argument.epsilon)
    return _backend.core.distributions(rows, tolerance, labels, at_least_1d(losses), threads, argument.bfloat16)


def _first_bad_row(argument: Argument, shape: tuple[int, ...], axis: int, samples: Samples) -> tuple[int, ...] | None:
    """Which row is the first that is seen and is no distribution."""
    rows = rows_of(np.broadcast_to(argument.array, shape), axis)
    totals = np.empty(rows.shape[:-1])
    masks = []
    if samples.seen is not None:
        masks = [(np.broadcast_to(_over_classes(samples.seen, samples, -1), rows.shape), False)]
    special = masks, False, True, (argument.bfloat16, False)
    with np.errstate(all="ignore"):
        _backend.core.reduce("total", rows, None, 1, None, False, 0.0, totals, samples.threads, *special)
        tolerance = math.sqrt(argument.epsilon)
        # NaN: an invalid number.
        wrong = ~(np.abs(totals - 1.0) <= tolerance)
    # Where a sum is above one, some number may be.
    if totals.size and totals.max() > 1.0:
        largest = np.empty(totals.shape)
        for place in row_places(totals.shape, rows.shape[-1], BLOCK):
            largest[place] = argument.numbers(rows[place]).max(axis=-1)
        wrong |= (totals > 1.0) & (largest > 1.0)
    if samples.seen is not None:
        wrong &= samples.seen
    if not wrong.any():
        return None
    return tuple(int(i) for i in np.unravel_index(int(wrong.argmax()), wrong.shape))


def _over_classes(seen: NDArray[np.bool_], samples: Samples, axis: int) -> NDArray[np.bool_]:
    """A mask of samples as one of all their classes: it broadcasts."""
    whole = np.broadcast_to(seen, samples.shape)
    return np.expand_dims(whole, whole.ndim + 1 + axis)


def _no_probability(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = ~((numbers >= 0) & (numbers <= 1))
    return found
