"""What normalize="check" asks for: rows that sum to one."""

from __future__ import annotations

import math

import numpy as np

from xlogx._argument import Argument
from xlogx._invalid import raise_invalid
from xlogx._reduction import Reduction


def check_sums(argument: Argument, reduction: Reduction) -> None:
    """Raise unless every row of `argument` sums to one within the square root of its dtype's epsilon.

    A row with NaN passes: NaN stands for itself, and the row's result is NaN.
    """
    totals, valid = reduction.totals(argument)
    if not valid:
        raise_invalid(argument, reduction.dropped)
    with np.errstate(invalid="ignore"):
        wrong = np.abs(totals - 1.0) > math.sqrt(argument.epsilon)
    if not wrong.any():
        return
    place = np.unravel_index(int(wrong.argmax()), wrong.shape)
    outer = iter(place)
    index = [":" if i in reduction.axes else str(next(outer)) for i in range(len(reduction.shape))]
    # In the argument as it was given: a row that stands for many is one.
    own = argument.array.shape
    index = ["0" if n == 1 and i != ":" else i for i, n in zip(index[len(index) - len(own) :], own, strict=True)]
    while index and index[-1] == ":":
        index.pop()
    row = f"row {argument.name}[{', '.join(index)}]" if index else "it"
    raise ValueError(f"{argument.name} must sum to one along the axis, but {row} sums to {totals[place]!s}")
