"""The inputs on which accuracy is measured: the same bytes on every platform and with every NumPy.

`test_accuracy.py` holds the answers against the promise, `tools/accuracy.py` writes down how good they are.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import xlogx
from xlogx._demo import exact
from xlogx._verify_cases import MEASURES, fractions, from_exponents, mixed_words

Array = NDArray[Any]
Pair = tuple[Array, Array]

DIVERGENCES = ("kl_divergence", "js_divergence", "js_distance")
ENTROPIES = ("entropy", "cross_entropy")
# Where lanes, groups of lanes, blocks and batches begin and end.
LENGTHS = (*range(1, 18), 31, 32, 33, 127, 128, 129, 255, 256, 257, 4095, 4096, 4097, 8193, 100_003)


@dataclass(frozen=True)
class Family:
    """Inputs of one kind: what they are in words, the rows p and q, and the measures that they try."""

    inputs: str
    pairs: Callable[[], Iterator[Pair]]
    measures: tuple[str, ...] = MEASURES
    dtype: str = "float64"
    options: dict[str, Any] = field(default_factory=dict, hash=False)
    namespace: str = "weights"

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all other families."""
        return self.namespace, self.inputs, self.dtype

    @functools.cache  # noqa: B019 - the families live as long as the process
    def truths(self, measure: str) -> list[Any]:
        """Return the exact answers, computed once: they are slow, and the same for every backend."""
        of = getattr(exact, measure)
        return [
            of(*rows, **self.options) for arguments in self.arguments(measure) for rows in zip(*arguments, strict=True)
        ]

    def arguments(self, measure: str) -> Iterator[tuple[Array, ...]]:
        """Yield what the measure is called with: matrices, of one row or of many."""
        for pair in self.pairs():
            yield tuple(np.atleast_2d(row) for row in (pair[:1] if measure == "entropy" else pair))

    def errors(self, measure: str) -> list[float]:
        """Return the error of every answer in units in the last place."""
        of = getattr(xlogx, measure)
        answers = [answer for arguments in self.arguments(measure) for answer in of(*arguments, **self.options)]
        assert all(answer.dtype == self.dtype for answer in answers)
        return [exact.ulp_error(*both) for both in zip(answers, self.truths(measure), strict=True)]


def weights(n: int, seed: int, powers: int = 3) -> Array:
    """Return `n` weights from 2^-powers to 2^powers."""
    return from_exponents((n,), seed, -powers, powers)


def noise(n: int, seed: int) -> Array:
    """Return `n` numbers from -1 to 1."""
    return 2 * fractions((n,), seed) - 1


def every_length() -> Iterator[Pair]:
    for n in LENGTHS:
        p, q = weights(min(n, 500), n), weights(min(n, 500), n + 1)
        # The long ones repeat 500 positions in mixed order, for the sake of the reference.
        order = (mixed_words(n, 7) % np.uint64(500)).astype(int) if n > 500 else slice(None)
        yield p[order], q[order]


def every_length_in_float32() -> Iterator[Pair]:
    for p, q in every_length():
        yield p.astype(np.float32), q.astype(np.float32)


def short_rows() -> Iterator[Pair]:
    for n in (2, 3, 4, 5, 9):
        yield from_exponents((60, n), n, -6, 1), from_exponents((60, n), n + 50, -6, 1)


def short_rows_in_float32() -> Iterator[Pair]:
    for p, q in short_rows():
        yield p.astype(np.float32), q.astype(np.float32)


def equal_weights() -> Iterator[Pair]:
    for n in (777, 1000, 10_000, 100_000):
        yield np.full(n, 1 / n), np.full(n, 3.0)


def equal_weights_in_float32() -> Iterator[Pair]:
    for p, q in equal_weights():
        yield p.astype(np.float32), q.astype(np.float32)


def one_dominates() -> Iterator[Pair]:
    for tail in (1e-3, 1e-9, 1e-15, 1e-30, 1e-100, 1e-200, 1e-300):
        p = np.array([tail / 3, 1.0, tail])
        yield p, np.array([tail, 7.0, tail / 5])
        yield p, p
    # In a long row the small weights share their lanes with the large one.
    for tail in (1e-9, 1e-13, 1e-17, 1e-100):
        for place in (0, 2500, 4999):
            p, q = np.full(5000, tail), np.full(5000, tail)
            p[place], q[place] = 1, 2
            yield p, q


def one_dominates_both() -> Iterator[Pair]:
    for tail in (1e-3, 1e-9, 1e-15, 1e-20, 1e-30, 1e-37, 1e-39, 1e-50):
        yield np.array([tail / 3, 1.0, tail]), np.array([tail, 3.0, tail])
        for n in (3, 17, 60):
            p = np.full(n, tail)
            q = p * (1 + np.arange(n)) / (n + 1)
            p[0], q[0] = 1, 3
            yield p, q


def nearly_equal() -> Iterator[Pair]:
    p = weights(1000, 1)
    for closeness in (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12):
        q = p * (1 + closeness * noise(p.size, 2))
        yield p, q
        yield p, 7.3 * q


def nearly_equal_in_float32() -> Iterator[Pair]:
    p = weights(1000, 1).astype(np.float32)
    for closeness in (1e-2, 1e-4, 1e-6):
        yield p, (p * (1 + closeness * noise(p.size, 2))).astype(np.float32)


def proportional_but_for_rounding() -> Iterator[Pair]:
    p = weights(300, 3)
    for factor in (3.0, 7.0, 0.1):
        yield p, p * factor


def tiny_and_huge() -> Iterator[Pair]:
    p, q = weights(60, 5), weights(60, 6)
    for scale in (1e-310, 1e-300, 1e-150, 1e3, 1e150, 1e300):
        yield p * scale, q
        yield q, p * scale


def ends_of_the_range() -> Iterator[Pair]:
    least, most = 5e-324, 1.7e308
    for p, q in (
        ([0.5, least, 0.5], [0.3, 0.3, 0.4]),
        ([0.3, 0.3, 0.4], [0.5, least, 0.5]),
        ([most, 1.2e308], [1.1e308, 1.6e308]),
        ([2.3e-308, 3e-308, 5e-308], [1.75, 1.0, 1.2]),
        ([0.5, 0.5], [most, least]),
        ([most, least], [0.5, 0.5]),
    ):
        yield np.array(p), np.array(q)


def misleading_start() -> Iterator[Pair]:
    p, q = np.tile(weights(500, 8), 20), np.tile(weights(500, 9), 20)
    for factor in (0.505, 1.7, 1e-3, 1e9):
        later = q.copy()
        later[4096:] *= factor
        yield p, later


def counts() -> Iterator[Pair]:
    yield np.array([10**12 - 3, 1, 1, 1]), np.array([1, 2, 3, 10**12])
    yield np.array([2**62, 2**62, 2**62]), np.array([2**62, 1, 1])
    yield np.array([2**63 + 2**12, 2**62, 12345], np.uint64), np.array([1, 2, 3], np.uint8)
    yield np.array([200, 100, 55], np.uint8), np.array([0.25, 0.5, 3])
    yield np.array([True, True, False, True]), np.array([5, 6, 7, 8], np.int16)


def halves() -> Iterator[Pair]:
    yield np.array([1, 2, 3], np.float16), np.array([3, 2, 1], np.float16)
    p, q = fractions((2, 3000), 11).astype(np.float16)
    yield p, q
    yield np.ones(60_000, np.float16), np.full(60_000, 3, np.float16)


def raw_sums() -> Iterator[Pair]:
    p, q = weights(300, 7), weights(300, 8)
    yield p, q
    yield p / p.sum(), q / q.sum()
    yield p, p * (1 + 1e-9 * q)
    # Mass of q where p has none is no part of the sum of KL, and takes no digit from it.
    yield np.array([0.0, 1e-3, 2e-3]), np.array([1e6, 1.5e-3, 1e-3])


FAMILIES = (
    Family("rows of every length to 17, and around those at which blocks end", every_length),
    Family(
        "rows of every length to 17, and around those at which blocks end", every_length_in_float32, dtype="float32"
    ),
    Family("many rows of 2 to 9 weights", short_rows),
    Family("many rows of 2 to 9 weights", short_rows_in_float32, dtype="float32"),
    Family("equal weights, up to 100 000", equal_weights, ENTROPIES),
    Family("equal weights, up to 100 000", equal_weights_in_float32, ENTROPIES, "float32"),
    Family("one weight has all but 1e-3 to 1e-300 of its row", one_dominates, ENTROPIES),
    Family("one weight has all but 1e-3 to 1e-50 of both rows", one_dominates_both),
    Family("q is p but for 1e-2 to 1e-12, with equal and with other totals", nearly_equal),
    Family("q is p but for 1e-2 to 1e-6", nearly_equal_in_float32, dtype="float32"),
    Family("q is a multiple of p, but for rounding", proportional_but_for_rounding),
    Family("weights around 1e-310 to 1e300", tiny_and_huge),
    Family("the smallest and the largest float64", ends_of_the_range),
    Family("long rows that begin unlike the rest", misleading_start),
    Family("counts: int64, uint64, uint8, bool", counts),
    Family("float16", halves, dtype="float32"),
    Family("raw sums, normalize=False", raw_sums, options={"normalize": False}),
)
