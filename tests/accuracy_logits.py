"""The logits on which accuracy is measured, as `accuracy_cases` has weights."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import exact_logits
import numpy as np
from accuracy_cases import Array, Family, Pair, noise

from xlogx import logits
from xlogx._demo import exact
from xlogx._verify_logits import OF_ONE

MEASURES = (
    "entropy",
    "cross_entropy",
    "kl_divergence",
    "js_divergence",
    "perplexity",
    "logsumexp",
    "softmax",
    "log_softmax",
)
DIVERGENCES = ("kl_divergence", "js_divergence")
LENGTHS = (*range(1, 18), 32, 33, 128, 129, 4096, 4097)


@dataclass(frozen=True)
class LogitFamily(Family):
    """Logits of one kind, and the functions of `xlogx.logits` that they try."""

    measures: tuple[str, ...] = MEASURES
    namespace: str = "logits"

    @functools.cache  # noqa: B019 - the families live as long as the process
    def truths(self, measure: str) -> list[Any]:
        """Return the exact answers; of a map, one for each logit."""
        of, temperature = getattr(exact_logits, measure), self.options.get("temperature", 1.0)
        found = [
            of(*rows, temperature) for arguments in self.arguments(measure) for rows in zip(*arguments, strict=True)
        ]
        return [truth for answer in found for truth in (answer if isinstance(answer, list) else [answer])]

    def arguments(self, measure: str) -> Iterator[tuple[Array, ...]]:
        """Yield what the function is called with: matrices, of one row or of many."""
        for pair in self.pairs():
            yield tuple(np.atleast_2d(row) for row in (pair[:1] if measure in OF_ONE else pair))

    def errors(self, measure: str) -> list[float]:
        """Return the error of every answer in units in the last place."""
        of = getattr(logits, measure)
        answers = [answer for arguments in self.arguments(measure) for answer in of(*arguments, **self.options).flat]
        assert all(answer.dtype == self.dtype for answer in answers)
        return [exact.ulp_error(*both) for both in zip(answers, self.truths(measure), strict=True)]


def every_length() -> Iterator[Pair]:
    for n in LENGTHS:
        # The long ones repeat a few logits, for the sake of the reference.
        order = (np.arange(n) * 7919) % min(n, 200)
        yield 8 * noise(200, n)[order], 8 * noise(200, n + 1)[order]


def every_length_in_float32() -> Iterator[Pair]:
    for z, w in every_length():
        yield z.astype(np.float32), w.astype(np.float32)


def few_classes() -> Iterator[Pair]:
    for n in (2, 3, 4, 5):
        yield 8 * noise(100 * n, n).reshape(100, n), 8 * noise(100 * n, n + 50).reshape(100, n)


def confident() -> Iterator[Pair]:
    for margin in (5.3, 18.7, 40.1, 90.0, 330.5, 700.0):
        for n in (2, 3, 60):
            z, w = noise(n, 5), noise(n, 6)
            z[n // 2] += margin
            w[n // 2] += margin / 2
            yield z, w


def nearly_equal() -> Iterator[Pair]:
    z = 4 * noise(300, 1)
    for closeness in (1e-2, 1e-5, 1e-8, 1e-12):
        yield z, z + closeness * noise(300, 2)
        yield z, z + 1234.567 + closeness * noise(300, 2)


def nearly_equal_in_float32() -> Iterator[Pair]:
    z = (4 * noise(300, 1)).astype(np.float32)
    for closeness in (1e-2, 1e-4, 1e-6):
        yield z, (z + closeness * noise(300, 2)).astype(np.float32)


def large() -> Iterator[Pair]:
    for size in (1e2, 1e3, 1e5):
        yield size + 3 * noise(40, 3), -size + 3 * noise(40, 4)
    yield np.array([1e5, 1e5 - 40, 3.0]), np.array([1e5 - 1, 1e5, 99_990.0])


def halves() -> Iterator[Pair]:
    for n in (3, 300):
        yield (4 * noise(n, 8)).astype(np.float16), (4 * noise(n, 9)).astype(np.float16)


FAMILIES = (
    LogitFamily("logits from -8 to 8, rows of many lengths to 4097", every_length),
    LogitFamily("logits from -8 to 8, rows of many lengths to 4097", every_length_in_float32, dtype="float32"),
    LogitFamily("logits from -8 to 8, many rows of 2 to 5 classes", few_classes),
    LogitFamily(
        "logits from -8 to 8 at temperature 40, many rows of 2 to 5 classes", few_classes, options={"temperature": 40}
    ),
    LogitFamily("one class is ahead by 5 to 700", confident),
    LogitFamily("zq is zp but for 1e-2 to 1e-12, without and with a shift", nearly_equal, DIVERGENCES),
    LogitFamily("zq is zp but for 1e-2 to 1e-6", nearly_equal_in_float32, DIVERGENCES, "float32"),
    LogitFamily("logits around 1e2 to 1e5", large),
    LogitFamily("float16 logits", halves, dtype="float32"),
)
