"""The peers: every form in which each is at its best somewhere. The fastest that is right is the one compared."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

import xlogx

Array = NDArray[np.floating]
# Takes (p, q, axis); an entropy has no use for q. Rows sum to one, so that a peer need not normalise.
Form = Callable[[Array, Array, int], object]
Forms = dict[str, dict[str, Form]]

MEASURES = ("entropy", "cross_entropy", "kl_divergence", "js_distance")


def optional(name: str) -> ModuleType | None:
    """Import the module `name` if it is installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def peers() -> dict[str, Forms]:
    """Return the forms of xlogx and of every peer that is installed: peer, measure, name of the form."""
    found: dict[str, Forms] = {"xlogx": {m: {f"xlogx.{m}": _ours(m)} for m in MEASURES}, "NumPy": _numpy()}
    if optional("scipy"):
        found["SciPy"] = _scipy()
    if numexpr := optional("numexpr"):
        found["numexpr"] = _numexpr(numexpr)
    if numkong := optional("numkong"):
        found["NumKong"] = _numkong(numkong)
    if torch := optional("torch"):
        found["PyTorch"] = _torch(torch)
    return found


def _ours(measure: str) -> Form:
    function = getattr(xlogx, measure)
    if measure == "entropy":
        return lambda p, q, axis: function(p) if axis == -1 else function(p, axis=axis)
    return lambda p, q, axis: function(p, q) if axis == -1 else function(p, q, axis=axis)


def _numpy() -> Forms:
    def dot(p: Array, log: Array, axis: int) -> object:
        return np.dot(p, log) if p.ndim == 1 else np.einsum("ij,ij->i" if axis else "ij,ij->j", p, log)

    def js(p: Array, q: Array, axis: int) -> object:
        m = (p + q) / 2
        return np.sqrt(((p * np.log(p / m)).sum(axis) + (q * np.log(q / m)).sum(axis)) / 2)

    return {
        "entropy": {
            "-(p * log(p)).sum()": lambda p, q, axis: -(p * np.log(p)).sum(axis),
            "-dot(p, log(p))": lambda p, q, axis: -dot(p, np.log(p), _rows(axis)),
        },
        "cross_entropy": {
            "-(p * log(q)).sum()": lambda p, q, axis: -(p * np.log(q)).sum(axis),
            "-dot(p, log(q))": lambda p, q, axis: -dot(p, np.log(q), _rows(axis)),
        },
        "kl_divergence": {
            "(p * log(p / q)).sum()": lambda p, q, axis: (p * np.log(p / q)).sum(axis),
            "dot(p, log(p / q))": lambda p, q, axis: dot(p, np.log(p / q), _rows(axis)),
        },
        "js_distance": {"expression": js},
    }


def _rows(axis: int) -> int:
    """Return 1 where the last axis is reduced, 0 where the first is."""
    return 1 if axis == -1 else 0


def _scipy() -> Forms:
    from scipy.spatial.distance import jensenshannon
    from scipy.special import entr, rel_entr, xlogy
    from scipy.stats import entropy

    return {
        "entropy": {
            "stats.entropy": lambda p, q, axis: entropy(p, axis=axis),
            "special.entr.sum": lambda p, q, axis: entr(p).sum(axis),
        },
        "cross_entropy": {"-special.xlogy.sum": lambda p, q, axis: -xlogy(p, q).sum(axis)},
        "kl_divergence": {
            "stats.entropy": lambda p, q, axis: entropy(p, q, axis=axis),
            "special.rel_entr.sum": lambda p, q, axis: rel_entr(p, q).sum(axis),
        },
        "js_distance": {"jensenshannon": lambda p, q, axis: jensenshannon(p, q, axis=axis)},
    }


def _numexpr(numexpr: ModuleType) -> Forms:
    def forms(expression: str, finish: Callable[[Array], object] = lambda total: total) -> dict[str, Form]:
        # numexpr sums in one thread, but evaluates in all.
        def inside(p: Array, q: Array, axis: int) -> object:
            along = "" if p.ndim == 1 else f", axis={_rows(axis)}"
            return finish(numexpr.evaluate(f"sum({expression}{along})", {"p": p, "q": q}))

        def outside(p: Array, q: Array, axis: int) -> object:
            return finish(numexpr.evaluate(expression, {"p": p, "q": q}).sum(axis))

        return {f"sum({expression})": inside, f"{expression}, NumPy's sum": outside}

    middle = "((p+q)/2)"  # an integer: a constant with a point would widen float32
    return {
        "entropy": forms("-p*log(p)"),
        "cross_entropy": forms("-p*log(q)"),
        "kl_divergence": forms("p*log(p/q)"),
        "js_distance": forms(f"p*log(p/{middle})+q*log(q/{middle})", lambda total: np.sqrt(total / 2)),
    }


def _numkong(numkong: ModuleType) -> Forms:
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)

    def rows(function: Callable[[Array, Array], object], p: Array, q: Array, axis: int) -> object:
        if p.ndim == 1:
            return function(p, q)
        if axis == 0:
            p, q = np.ascontiguousarray(p.T), np.ascontiguousarray(q.T)
        return np.asarray(function(p, q))

    def in_threads(function: Callable[[Array, Array], object], power: int) -> Form:
        def run(p: Array, q: Array, axis: int) -> object:
            if axis == 0:
                p, q = np.ascontiguousarray(p.T), np.ascontiguousarray(q.T)
            parts = list(pool.map(function, np.array_split(p, workers), np.array_split(q, workers)))
            if p.ndim > 1:
                return np.concatenate([np.asarray(part) for part in parts])
            # The sums of the parts of one long row add up; of a distance its squares.
            return sum(float(part) ** power for part in parts) ** (1 / power)  # type: ignore[arg-type]

        return run

    kl, js = numkong.kullbackleibler, numkong.jensenshannon
    return {
        "kl_divergence": {
            "kullbackleibler": lambda p, q, axis: rows(kl, p, q, axis),
            "kullbackleibler, threads": in_threads(kl, 1),
        },
        "js_distance": {
            "jensenshannon": lambda p, q, axis: rows(js, p, q, axis),
            "jensenshannon, threads": in_threads(js, 2),
        },
    }


def _torch(torch: ModuleType) -> Forms:
    def tensors(function: Callable[..., object]) -> Form:
        return lambda p, q, axis: function(torch.from_numpy(p), torch.from_numpy(q), axis)

    def js(p, q, axis):  # type: ignore[no-untyped-def]
        m = (p + q) / 2
        return torch.sqrt(((p * torch.log(p / m)).sum(axis) + (q * torch.log(q / m)).sum(axis)) / 2)

    def kl_div(p, q, axis):  # type: ignore[no-untyped-def]
        return torch.nn.functional.kl_div(q.log(), p, reduction="none").sum(axis)

    return {
        "entropy": {
            "special.entr.sum": tensors(lambda p, q, axis: torch.special.entr(p).sum(axis)),
            "-(p * log(p)).sum()": tensors(lambda p, q, axis: -(p * p.log()).sum(axis)),
        },
        "cross_entropy": {"-(p * log(q)).sum()": tensors(lambda p, q, axis: -(p * q.log()).sum(axis))},
        "kl_divergence": {
            "(p * log(p / q)).sum()": tensors(lambda p, q, axis: (p * (p / q).log()).sum(axis)),
            "functional.kl_div": tensors(kl_div),
        },
        "js_distance": {"expression": tensors(js)},
    }
