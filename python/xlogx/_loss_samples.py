"""The samples of a loss: which of them count, with which weight, and how their losses become one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._dropped import Dropped, masks_of_where
from xlogx._invalid import raise_unless
from xlogx._loss_options import REDUCTIONS, checked_empty
from xlogx._options import checked_choice, checked_dtype
from xlogx._result import checked_out
from xlogx._threads import get_num_threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAMPLE_WEIGHT = Name("sample_weight", "weights")
_NOTHING_DROPPED = Dropped([], [])


class Samples:
    """Samples of the given shape, that of the loss with reduction="none".

    `seen` is False where a sample is not looked at; None where all are.
    """

    __slots__ = ("dtype", "empty", "narrow", "out", "read", "reduction", "seen", "shape", "threads", "weight")

    def __init__(self, shape: tuple[int, ...], given: Mapping[str, Any]) -> None:
        self.shape = shape
        self.reduction = checked_choice("reduction", given["reduction"], REDUCTIONS)
        self.empty = checked_empty(given["empty"])
        self.threads = get_num_threads()
        self.read: list[tuple[str, NDArray[Any]]] = []
        self.seen: NDArray[np.bool_] | None = None
        self.weight: NDArray[np.float64] | None = None
        if given["where"] is not None:
            for mask, dropped in masks_of_where(given["where"], shape, "losses"):
                self.read.append(("where", mask))
                kept = mask if not dropped else ~mask
                self.seen = kept if self.seen is None else self.seen & kept
        if given["sample_weight"] is not None:
            self.weight = self._checked_weight(given["sample_weight"])

    def _checked_weight(self, value: Any) -> NDArray[np.float64]:
        argument = Argument(_SAMPLE_WEIGHT, value)
        refuse_masks(argument)
        own = argument.array.shape
        if own != self.shape and not fits(own, self.shape):
            raise ValueError(
                f"sample_weight must broadcast to the shape of the losses, {self.shape}, and not enlarge it, "
                f"got shape {own}"
            )
        self.read.append((_SAMPLE_WEIGHT, argument.array))
        return checked_weights(argument, self.seen)

    def settle(self, arguments: list[Argument], given: Mapping[str, Any], *others: Argument) -> None:
        """Settle dtype and place of the result, now that all data, and what else is read, is known."""
        data_narrow = all(a.narrow or a.weak for a in arguments) and any(a.narrow for a in arguments)
        dtype = checked_dtype(given["dtype"])
        self.dtype = dtype if dtype is not None else np.float32 if data_narrow else np.float64
        # The arithmetic may be that of float32 where data and result are.
        self.narrow = data_narrow and self.dtype is np.float32
        self.read += [(a.name, a.array) for a in (*arguments, *others)]
        self.out = None
        if given["out"] is not None:
            shape = self.shape if self.reduction == "none" else ()
            self.out = checked_out(given["out"], shape, self.dtype, self.read)

    def leave_out(self, ignored: NDArray[np.bool_]) -> None:
        """Do not look at these samples."""
        self.seen = ~ignored if self.seen is None else self.seen & ~ignored

    @property
    def memory(self) -> list[tuple[str, NDArray[Any]]]:
        """What a gradient may not be written over, each with what an error calls it."""
        return self.read if self.out is None else [*self.read, ("out", self.out)]

    @property
    def counted(self) -> NDArray[np.bool_] | None:
        """Where a sample adds something: where it is seen and weighs more than 0."""
        if self.weight is None or self.weight.all():
            return self.seen
        heavy: NDArray[np.bool_] = self.weight != 0
        return heavy if self.seen is None else self.seen & heavy

    def denominator(self, label_weight: NDArray[np.float64] | None = None) -> float:
        """What a mean is divided by: the number of samples, or the sum of their weights."""
        if self.reduction != "mean":
            return 1.0
        if label_weight is not None:
            return self.total(label_weight, self.weight)
        if self.weight is not None:
            return self.total(np.broadcast_to(self.weight, self.shape), None)
        if self.seen is None:
            return float(math.prod(self.shape))
        return float(np.count_nonzero(np.broadcast_to(self.seen, self.shape)))

    def total(self, values: NDArray[np.float64], weight: NDArray[np.float64] | None) -> float:
        """The sum of weight times value over the samples that count."""
        total = _backend.core.elementwise_losses(
            "value",
            at_least_1d(values),
            None,
            None,
            None if weight is None else at_least_1d(np.broadcast_to(weight, self.shape)),
            self.seen_as(self.counted),
            0.0,
            False,
            None,
            1.0,
            None,
            self.threads,
        )
        return math.nan if total is None else total

    def seen_as(self, seen: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
        """A mask with an element for each sample, as a backend takes it."""
        return None if seen is None else at_least_1d(np.broadcast_to(seen, self.shape))

    def factors(self, denominator: float, multiple: float = 1.0) -> NDArray[np.float64]:
        """What the gradient of each sample's loss, so many times, is multiplied with; C-contiguous."""
        found = np.empty(self.shape)
        with np.errstate(all="ignore"):
            # The mean of nothing has no slope.
            found[...] = (1.0 if self.weight is None else self.weight) / denominator if denominator else 0.0
            found *= multiple
        if self.seen is not None:
            found[~np.broadcast_to(self.seen, self.shape)] = 0.0
        return found

    def reduced(self, losses: NDArray[np.float64], denominator: float) -> Any:
        """What the user gets for the losses of all samples."""
        if self.reduction != "none":
            return self.finished(self.total(losses, self.weight), denominator)
        with np.errstate(all="ignore"):
            answers = self.of_counted(losses if self.weight is None else losses * self.weight)
            return self.given_back(answers.astype(self.dtype, copy=False))

    def of_counted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values of the samples that count, and 0 for the others."""
        counted = self.counted
        return values if counted is None else np.where(counted, values, 0.0)

    def finished(self, total: float, denominator: float) -> Any:
        """What the user gets for the sum of the losses."""
        if self.reduction == "mean":
            total = total / denominator if denominator else self.empty
        if self.dtype is np.float64:
            return self.given_back(np.float64(total))
        with np.errstate(all="ignore"):
            return self.given_back(np.float32(total))

    def given_back(self, answers: Any) -> Any:
        if self.out is None:
            return answers if answers.ndim else answers[()]
        self.out[...] = answers
        return self.out


def checked_weights(argument: Argument, seen: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """The weights as float64, finite and not negative: 0 where they are neither, and not seen."""
    all_are_weights = check_weights(argument, seen)
    weights = np.asarray(argument.numbers(argument.array), np.float64)
    return weights if all_are_weights else np.where(_no_weight(weights), 0.0, weights)


def check_weights(argument: Argument, seen: NDArray[np.bool_] | None) -> bool:
    """Raise unless the weights are finite and not negative where they are seen; whether they are so everywhere."""
    weights = argument.numbers(argument.array)
    # Neither comparison holds for a NaN.
    if not weights.size or (weights.min() >= 0 and weights.max() < np.inf):
        return True
    dropped = _NOTHING_DROPPED if seen is None else Dropped([(seen, False)], [])
    raise_unless(argument, dropped, _no_weight, "finite and non-negative")
    return False


def _no_weight(weights: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = ~((weights >= 0) & (weights < np.inf))
    return found


def refuse_masks(argument: Argument) -> None:
    """Raise for a masked array or nulls: whether one makes its sample, or its class, count is for the caller to say."""
    if argument.masks:
        raise TypeError(
            f"{argument.name} must be without a mask and without nulls in a loss: where= says which samples count"
        )


def at_least_1d(array: NDArray[Any]) -> NDArray[Any]:
    """The same memory as rows of a backend, which knows no 0-d arrays."""
    return array if array.ndim else array.reshape(1)


def fits(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Whether a shape broadcasts to the whole, and does not enlarge it."""
    try:
        return np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False
