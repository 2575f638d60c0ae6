"""
Which texts are about the same thing? js_distance between their distributions over words.

The texts are modules of Python's standard library, their words the parts of identifiers and comments. No pseudocount
is needed: the JS distance stays finite where one text lacks a word of the other, and it is a metric.

    python examples/topic_distance.py
"""

import re
import sysconfig
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import xlogx

MODULES = ("socket", "socketserver", "ssl", "csv", "heapq", "bisect", "statistics", "fractions", "tarfile", "zipfile")


def word_counts(modules: tuple[str, ...]) -> NDArray[np.int64]:
    """Return how often each word of the common vocabulary is in each module: shape (modules, words)."""
    library = Path(sysconfig.get_path("stdlib"))
    counters = []
    for module in modules:
        path = library / f"{module}.py"
        text = (path if path.exists() else library / module / "__init__.py").read_text(encoding="utf-8")
        counters.append(Counter(re.findall(r"[a-z]{3,}", text.lower())))
    vocabulary = sorted(set().union(*counters))
    return np.array([[counter[word] for word in vocabulary] for counter in counters])


def distances(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distance of every text from every other, 0 for the same words and 1 for no common word."""
    return np.asarray(xlogx.js_distance(counts[:, None], counts, base="bits"))


def nearest(modules: tuple[str, ...] = MODULES) -> dict[str, tuple[str, float]]:
    """Return for each module the nearest other one and its distance."""
    apart = distances(word_counts(modules))
    np.fill_diagonal(apart, np.inf)
    return {m: (modules[int(row.argmin())], float(row.min())) for m, row in zip(modules, apart, strict=True)}


def main() -> None:
    """Print the nearest neighbour of each module."""
    for module, (other, distance) in nearest().items():
        print(f"{module:14s} is nearest to {other:14s} at {distance:.3f}")


if __name__ == "__main__":
    main()
