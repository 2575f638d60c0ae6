"""The relative errors of SciPy, of the NumPy expressions and of xlogx as q goes to p."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

import xlogx
from xlogx._demo import exact

Weights = NDArray[np.float64]
Measure = Callable[[Weights, Weights], float]


@dataclass(frozen=True)
class ErrorCurves:
    """
    Worst relative errors.

    `kl_divergence` and `js_distance` map each library's name to a list of errors, one for each relative difference in
    `closeness`; nan where an answer was nan.
    """

    closeness: list[float]
    kl_divergence: dict[str, list[float]]
    js_distance: dict[str, list[float]]

    def as_json(self) -> dict[str, object]:
        """Return the curves as JSON has them: None for nan."""
        plain: dict[str, Any] = asdict(self)
        for curves in (plain["kl_divergence"], plain["js_distance"]):
            for name, errors in curves.items():
                curves[name] = [None if np.isnan(error) else error for error in errors]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "ErrorCurves":
        """Undo `as_json`."""
        curves = {
            measure: {name: [np.nan if e is None else e for e in errors] for name, errors in plain[measure].items()}
            for measure in ("kl_divergence", "js_distance")
        }
        return cls(closeness=list(plain["closeness"]), **curves)


def numpy_kl(p: Weights, q: Weights) -> float:
    """Return D(p‖q) as it is usually written."""
    return float(np.sum(p * np.log(p / q)))


def numpy_js_distance(p: Weights, q: Weights) -> float:
    """Return the Jensen-Shannon distance as it is usually written; nan where rounding makes the sum negative."""
    middle = (p + q) / 2
    with np.errstate(invalid="ignore"):
        return float(np.sqrt((numpy_kl(p, middle) + numpy_kl(q, middle)) / 2))


def scipy_js_distance(p: Weights, q: Weights) -> float:
    """Return SciPy's Jensen-Shannon distance, without its warning where rounding makes the sum negative."""
    with np.errstate(invalid="ignore"):
        return float(jensenshannon(p, q))


KL: dict[str, Measure] = {"SciPy": scipy_entropy, "NumPy": numpy_kl, "xlogx": xlogx.kl_divergence}
JS: dict[str, Measure] = {"SciPy": scipy_js_distance, "NumPy": numpy_js_distance, "xlogx": xlogx.js_distance}


def near_pair(length: int, closeness: float, seed: int) -> tuple[Weights, Weights]:
    """Return two distributions whose weights differ by `closeness` relatively, one standard deviation."""
    rng = np.random.default_rng(seed)
    p = rng.random(length)
    q = p * (1 + closeness * rng.standard_normal(length))
    return p / p.sum(), np.abs(q) / np.abs(q).sum()


def measure(quick: bool = False) -> ErrorCurves:
    """Measure the errors: 1000 weights, 3 pairs for each closeness; quick: 100 weights, one pair, fewer points."""
    length, repeats = (100, 1) if quick else (1000, 3)
    closeness = [10.0**-power for power in range(1, 13, 5 if quick else 1)]
    kl: dict[str, list[float]] = {name: [] for name in KL}
    js: dict[str, list[float]] = {name: [] for name in JS}
    for relative in closeness:
        pairs = [near_pair(length, relative, seed) for seed in range(repeats)]
        for measures, truth_of, errors in ((KL, exact.kl_divergence, kl), (JS, exact.js_distance, js)):
            truths = [truth_of(p, q) for p, q in pairs]
            for name, of in measures.items():
                found = [exact.relative_error(of(p, q), t) for (p, q), t in zip(pairs, truths, strict=True)]
                errors[name].append(float(np.max(found)))  # np.max, unlike max, keeps a nan
    return ErrorCurves(closeness, kl, js)
