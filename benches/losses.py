"""
`xlogx.losses` beside the expressions that one writes with NumPy, and SciPy's and scikit-learn's functions: times.

    python benches/losses.py [--quick] [--only WORD ...]

Each line is one piece of work: the time, the multiple of the time that reading its input takes, and the peers' times.
Every peer's answer is compared with ours before the clock runs.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator

for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)

import numpy as np
from numpy.typing import NDArray
from peers import optional

import xlogx
from xlogx import losses
from xlogx._demo.stopwatch import best_of_rounds, reader

Array = NDArray[np.generic]
# What is timed, what it reads, ours, and the peers.
Work = tuple[str, list[Array], Callable[[], object], dict[str, Callable[[], object]]]


def all_work(part: int) -> Iterator[Work]:
    """Yield the work, each dimension that counts samples divided by `part`."""
    rng = np.random.default_rng(0)
    rows, classes = 2048 // part, 32_000
    z, y = 4 * rng.standard_normal((rows, classes), dtype=np.float32), rng.integers(0, classes, rows)
    at = np.arange(rows)

    def numpy_cross_entropy() -> object:
        d = z - z.max(axis=1, keepdims=True)
        return (np.log(np.exp(d).sum(axis=1)) - d[at, y]).mean()

    def numpy_gradient() -> object:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        e /= e.sum(axis=1, keepdims=True)
        loss = -np.log(e[at, y]).mean()
        e[at, y] -= 1
        e /= rows
        return loss

    yield "cross_entropy float32", [z], lambda: losses.cross_entropy(z, y), {"NumPy": numpy_cross_entropy}
    yield (
        "cross_entropy_with_grad float32",
        [z],
        lambda: losses.cross_entropy_with_grad(z, y)[0],
        {"NumPy": numpy_gradient},
    )
    half = z.astype(np.float16)
    yield "cross_entropy float16", [half], lambda: losses.cross_entropy(half, y), {}

    rows = 1_000_000 // part
    p, t = rng.dirichlet(np.ones(10), rows), rng.integers(0, 10, rows)
    each = np.arange(rows)
    peers: dict[str, Callable[[], object]] = {"NumPy, unchecked": lambda: -np.log(p[each, t]).mean()}
    if optional("sklearn"):
        from sklearn.metrics import log_loss

        peers["scikit-learn"] = lambda: log_loss(t, p, labels=np.arange(10))
    yield "log_loss rows of 10", [p], lambda: losses.log_loss(p, t), peers
    w = rng.standard_normal((rows, 10))
    yield "cross_entropy_with_grad rows of 10", [w], lambda: losses.cross_entropy_with_grad(w, t)[0], {}

    count = 10_000_000 // part
    q, b = rng.random(count), rng.integers(0, 2, count).astype(np.float64)
    yield (
        "binary_cross_entropy",
        [q, b],
        lambda: losses.binary_cross_entropy(q, b),
        {"NumPy": lambda: -(b * np.log(q) + (1 - b) * np.log1p(-q)).mean()},
    )
    x = rng.standard_normal(count)
    yield (
        "binary_cross_entropy_with_logits",
        [x, b],
        lambda: losses.binary_cross_entropy_with_logits(x, b),
        {"NumPy": lambda: (np.maximum(x, 0) - x * b + np.log1p(np.exp(-np.abs(x)))).mean()},
    )
    yield (
        "mean_squared_error",
        [x, b],
        lambda: losses.mean_squared_error(x, b),
        {"NumPy": lambda: np.square(x - b).mean()},
    )


def main() -> None:
    """Parse the command line, compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, to see that it runs")
    parser.add_argument("--only", nargs="*", default=[], help="words, one of which the work contains")
    options = parser.parse_args()
    threads = xlogx.get_num_threads()
    for name, inputs, ours, peers in all_work(100 if options.quick else 1):
        if options.only and not any(word in name for word in options.only):
            continue
        for peer, call in peers.items():
            np.testing.assert_allclose(call(), ours(), rtol=1e-4, err_msg=f"{peer} in {name}")
        times = best_of_rounds({"xlogx": ours, "reading": reader(inputs, threads), **peers}, seconds=3)
        mine, reading = times.pop("xlogx"), times.pop("reading")
        others = "".join(f"; {peer} {time * 1e3:.2f} ms = {time / mine:.1f} x" for peer, time in times.items())
        print(f"{name:36} {mine * 1e3:8.2f} ms = {mine / reading:4.1f} x reading{others}")


if __name__ == "__main__":
    main()
