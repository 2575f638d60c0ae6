"""
Print the README's table of hard cases: the truth, and what xlogx, SciPy and a NumPy expression answer.

    python benches/hard_cases.py
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

import xlogx
from xlogx._demo import exact
from xlogx._demo.error_curves import near_pair, numpy_js_distance, numpy_kl


@dataclass(frozen=True)
class HardCase:
    """A question, its true answer and what each library says."""

    question: str
    truth: mpmath.mpf
    xlogx: Callable[[], float]
    scipy: Callable[[], float]
    numpy: Callable[[], float]


def numpy_entropy(weights: np.ndarray) -> float:
    """Return H as it is usually written for weights that do not sum to one."""
    p = weights / weights.sum()
    return -(p * np.log(p)).sum()


def entropy_case(question: str, weights: np.ndarray) -> HardCase:
    """Return the case H(weights)."""
    return HardCase(
        question,
        exact.entropy(weights),
        lambda: xlogx.entropy(weights),
        lambda: scipy_entropy(weights),
        lambda: numpy_entropy(weights),
    )


def cases() -> list[HardCase]:
    """Return the hard cases."""
    p, q = near_pair(1000, 1e-9, seed=0)
    kl = HardCase(
        "D(p‖q), 1000 weights, relative difference 1e-9",
        exact.kl_divergence(p, q),
        lambda: xlogx.kl_divergence(p, q),
        lambda: scipy_entropy(p, q),
        lambda: numpy_kl(p, q),
    )
    js = HardCase(
        "JS distance of the same",
        exact.js_distance(p, q),
        lambda: xlogx.js_distance(p, q),
        lambda: jensenshannon(p, q),
        lambda: numpy_js_distance(p, q),
    )
    a, b = np.array([1.0, 1e-9]), np.array([1.0, 2e-9])
    cross = HardCase(
        "H(p, q), p = [1, 1e-9], q = [1, 2e-9]",
        exact.cross_entropy(a, b),
        lambda: xlogx.cross_entropy(a, b),
        lambda: scipy_entropy(a) + scipy_entropy(a, b),
        lambda: -(a / a.sum() * np.log(b / b.sum())).sum(),
    )
    return [
        kl,
        js,
        entropy_case("H([10**12 - 3, 1, 1, 1])", np.array([10**12 - 3, 1, 1, 1])),
        cross,
        entropy_case("H([2**62] * 3), int64", np.array([2**62] * 3)),
        entropy_case("H(np.ones(100000)), float16", np.ones(100_000, np.float16)),
        entropy_case("H([1.7e308] * 10)", np.full(10, 1.7e308)),
        entropy_case("H([1, 1, 0])", np.array([1.0, 1.0, 0.0])),
    ]


def answer(call: Callable[[], float], truth: mpmath.mpf) -> str:
    """Return what `call` gives, and its distance from the truth in ulp of float64 if that is small."""
    try:
        found = np.asarray(call())[()]
        found = found if found.dtype == np.float32 else np.float64(found)
    except (TypeError, ValueError) as error:
        return type(error).__name__
    ulps = exact.ulp_error(found, truth)
    unit = "ulp of float32" if found.dtype == np.float32 else "ulp"
    note = f" ({ulps:.1f} {unit})" if ulps < 1000 else ""
    return f"{found:.10g}{note}"


def main() -> None:
    """Print the table as Markdown."""
    warnings.simplefilter("ignore")
    print("| | truth | xlogx | SciPy | NumPy expression |\n|---|---|---|---|---|")
    with np.errstate(all="ignore"):
        for case in cases():
            cells = [answer(call, case.truth) for call in (case.xlogx, case.scipy, case.numpy)]
            print(f"| `{case.question}` | {mpmath.nstr(case.truth, 10)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
