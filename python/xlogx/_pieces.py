"""Going over an array in pieces, so that what is asked of every element needs no temporary of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

# A piece of this many elements is looked at in one go.
BLOCK = 1 << 16


def pieces(shape: tuple[int, ...], most: int = BLOCK) -> Iterator[tuple[slice, ...]]:
    """Indices of pieces of at most `most` elements: contiguous in C order, and all of them in that order."""
    whole = len(shape)
    while whole and math.prod(shape[whole - 1 :]) <= most:
        whole -= 1
    if whole == 0:
        yield tuple(slice(0, n) for n in shape)
        return
    # The last axis that has to be cut, between those gone over one by one and those taken whole.
    cut = whole - 1
    step = most // math.prod(shape[whole:])
    starts = [range(n) for n in shape[:cut]] + [range(0, shape[cut], step)]
    rest = tuple(slice(0, n) for n in shape[whole:])
    for place in product(*starts):
        single = tuple(slice(i, i + 1) for i in place[:-1])
        yield (*single, slice(place[-1], min(place[-1] + step, shape[cut])), *rest)
