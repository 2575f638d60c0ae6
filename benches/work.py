"""The work that is timed: the shapes of the inputs, by dtype the same bytes, and the axis that is reduced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from logit_peers import LOGIT_MEASURES
from peers import MEASURES, Array


@dataclass(frozen=True)
class Work:
    """`shape` is that of the float64 input; a float32 one has twice the rows (or weights), so as many bytes."""

    name: str
    shape: tuple[int, ...]
    axis: int = -1
    repeat: int = 1
    measures: tuple[str, ...] = MEASURES

    def inputs(self, dtype: type[np.floating]) -> tuple[Array, Array]:
        """Return p and q, whose rows along `axis` sum to one, or two arrays of logits."""
        rng = np.random.default_rng(5)
        first, *rest = self.shape
        if self.repeat == 1:
            first *= 8 // np.dtype(dtype).itemsize
        p, q = (self._distribution(rng, (first, *rest), dtype) for _ in range(2))
        return p, q

    def _distribution(self, rng: np.random.Generator, shape: tuple[int, ...], dtype: type[np.floating]) -> Array:
        if self.measures == LOGIT_MEASURES:
            return (4 * rng.standard_normal(shape)).astype(dtype, copy=False)
        array = rng.random(shape)
        array /= array.sum(axis=self.axis, keepdims=True)
        return array.astype(dtype, copy=False)


def all_work(quick: bool) -> Iterator[Work]:
    """Yield the pieces of work; quick: a thousandth of the size."""
    less = 1000 if quick else 1
    yield Work("80 kB" if quick else "80 MB", (10_000_000 // less,))
    yield Work("rows of 128", (100_000 // less, 128))
    yield Work("rows of 4", (2_000_000 // less, 4))
    yield Work("axis 0, 128 columns", (100_000 // less, 128), axis=0)
    for length in (10, 100, 1000):
        yield Work(f"call of {length}", (length,), repeat=20 if quick else 2000)
    yield Work("logits, rows of 32 000", (320 // min(less, 100), 32_000), measures=LOGIT_MEASURES)
    yield Work("logits, rows of 100", (100_000 // less, 100), measures=LOGIT_MEASURES)
    yield Work("logits, call of 100", (100,), repeat=20 if quick else 2000, measures=LOGIT_MEASURES)
