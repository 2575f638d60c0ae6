"""Losses of which every element is a sample, from what the user gives to what a backend takes, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _backend
from xlogx._argument import Argument, Name
from xlogx._class_rows import PIECE, row_places
from xlogx._dropped import Dropped
from xlogx._invalid import raise_unless
from xlogx._loss_gradients import Gradient
from xlogx._loss_samples import Samples, at_least_1d, check_weights, fits, refuse_masks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from xlogx._class_rows import Place

    # Where numbers are no valid ones, and what is wanted instead.
    Refused = tuple[Callable[[NDArray[Any]], NDArray[np.bool_]], str]


class Elements:
    """A loss of elements: what is predicted, its target, another argument, and what is refused of each."""

    __slots__ = (
        "arguments",
        "counted",
        "first",
        "given",
        "loss",
        "parameter",
        "refused",
        "samples",
        "value",
        "views",
        "weight",
    )

    def __init__(
        self,
        loss: str,
        data: Mapping[Name, ArrayLike | None],
        refused: Mapping[Name, Refused],
        parameter: float,
        given: Mapping[str, Any],
    ) -> None:
        self.loss, self.refused, self.parameter, self.given = loss, refused, parameter, given
        self.arguments = [None if value is None else Argument(name, value) for name, value in data.items()]
        # The backends take three.
        self.arguments += [None] * (3 - len(self.arguments))
        known = [argument for argument in self.arguments if argument is not None]
        self.first, self.value = known[0], next(iter(data.values()))
        shape = self.first.array.shape
        for argument in known:
            refuse_masks(argument)
            own = argument.array.shape
            if own != shape and not fits(own, shape):
                raise ValueError(
                    f"{argument.name} must broadcast to the shape of {self.first.name}, {shape}, and not enlarge it, "
                    f"got shape {own}"
                )
        self.samples = Samples(shape, given)
        # A weight has no say in the dtype.
        weights = [a for a in known if a.name.holds == "weights"]
        for weight in weights:
            check_weights(weight, self.samples.counted)
        self.samples.settle([a for a in known if a not in weights], given, *weights)
        self.views = [
            None if a is None else at_least_1d(a.array if a.array.shape == shape else np.broadcast_to(a.array, shape))
            for a in self.arguments
        ]
        factor = self.samples.weight
        self.weight = None if factor is None else at_least_1d(np.broadcast_to(factor, shape))
        self.counted = self.samples.seen_as(self.samples.counted)

    def result(self, with_grad: bool) -> tuple[Any, Any]:
        """The loss, and its gradient or None."""
        samples = self.samples
        gradient = None
        if with_grad:
            gradient = Gradient(self.first, self.value, None, self.given["grad_out"], samples.memory)
        denominator = samples.denominator()
        scale = 1.0 / denominator if denominator else 0.0
        losses = None
        if samples.reduction == "none":
            losses = np.empty(samples.shape, samples.dtype)
        # The sum of pieces would have other last digits than that of the whole, which also comes first so that the
        # caller's array is left alone where a number is refused.
        narrowed = losses is not None and samples.dtype is np.float32
        if narrowed or (gradient is not None and gradient.is_in_pieces):
            total = self._run((), None, 0.0, None)
            for place in self._places(gradient):
                part = None if losses is None else np.empty(at_least_1d(losses)[place].shape)
                slopes = None if gradient is None else gradient.buffer(place)
                self._run(place, part, scale, slopes)
                if losses is not None:
                    with np.errstate(all="ignore"):
                        at_least_1d(losses)[place] = part
                if gradient is not None and slopes is not None:
                    gradient.put(place, slopes)
        else:
            if self.refused and self.given["grad_out"] is not None:
                self._run((), None, 0.0, None)
            slopes = None if gradient is None else gradient.buffer(())
            total = self._run((), None if losses is None else at_least_1d(losses), scale, slopes)
        value = samples.given_back(losses) if losses is not None else samples.finished(total, denominator)
        return value, gradient and gradient.result

    def _places(self, gradient: Gradient | None) -> list[Place]:
        shape = at_least_1d(self.first.array).shape
        if gradient is None or self.samples.reduction == "none":
            return row_places(shape, 1, PIECE)
        return gradient.places(shape, self.samples.threads)

    def _run(
        self, place: Place, losses: NDArray[np.float64] | None, scale: float, slopes: NDArray[Any] | None
    ) -> float:
        samples = self.samples
        x, target, other = (None if view is None else view[place] for view in self.views)
        weight, counted = self.weight, self.counted
        assert x is not None
        total = _backend.core.elementwise_losses(
            self.loss,
            x,
            target,
            other,
            None if weight is None else weight[place],
            None if counted is None else counted[place],
            self.parameter,
            samples.narrow,
            losses,
            scale,
            slopes,
            samples.threads,
            [*(argument is not None and argument.bfloat16 for argument in self.arguments), False],
        )
        if total is None:
            raise self._refused()
        return total

    def _refused(self) -> RuntimeError:
        """The error that names the first number that is refused, raised here, unless it is there no more."""
        counted = self.counted
        dropped = Dropped([] if counted is None else [(counted.reshape(self.samples.shape), False)], [])
        for argument in self.arguments:
            if argument is not None and argument.name in self.refused:
                raise_unless(argument, dropped, *self.refused[argument.name])
        return RuntimeError(
            f"a number of {self.first.name} or its target was out of range when it was read, and is not now: "
            "it changed while the call ran"
        )


def outside_unit(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Which numbers are no probabilities; NaN is none of them."""
    found: NDArray[np.bool_] = (numbers < 0) | (numbers > 1)
    return found


def negative(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = numbers < 0
    return found


def no_variance(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (numbers <= 0) | (numbers == np.inf)
    return found
