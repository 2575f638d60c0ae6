"""Screen (c): the triangle inequality, which KL breaks and the Jensen-Shannon distance keeps."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import xlogx
from xlogx._demo.digits import PSEUDOCOUNT, mean_images
from xlogx._demo.screen import Screen, Setting

TITLE = "The triangle: is a detour ever shorter?"

CODE = f"""\
import numpy as np, xlogx
from sklearn.datasets import load_digits
scans = load_digits()
mean = np.stack([scans.data[scans.target == digit].mean(axis=0) for digit in range(10)])
d = xlogx.js_distance(mean[:, None], mean, base="bits", pseudocount={PSEUDOCOUNT})
bool((d[:, None] <= d[:, :, None] + d + 1e-15).all())  # d[i, k] <= d[i, j] + d[j, k]"""

Measure = Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class Detours:
    """
    What a measure does to the 720 ordered triples of different digits.

    `worst` is the triple (i, j, k) in which the detour through j gains most (or loses least), `direct` the way
    from i to k and `detour` that through j.
    """

    broken: int
    worst: tuple[int, int, int]
    direct: float
    detour: float


def measure(of: Measure) -> Detours:
    """Compare the direct way with every detour, in the measure `of`."""
    mean = mean_images()
    d = of(mean[:, None], mean, base="bits", pseudocount=PSEUDOCOUNT)
    ways = {(i, j, k): (float(d[i, k]), float(d[i, j] + d[j, k])) for i, j, k in permutations(range(10), 3)}
    worst = max(ways, key=lambda way: ways[way][0] / ways[way][1])
    return Detours(sum(direct > detour for direct, detour in ways.values()), worst, *ways[worst])


def screen(setting: Setting) -> Screen:
    """Make screen (c)."""
    found = {of.__name__: measure(of) for of in (xlogx.kl_divergence, xlogx.js_divergence, xlogx.js_distance)}
    table = Table(title="720 triples of digits (i, j, k), bits", title_justify="left")
    for title in ("measure", "triples it breaks", "worst triple", "i to k", "i to j, then j to k"):
        table.add_column(title, justify="left" if title == "measure" else "right")
    for name, detours in found.items():
        triple = " → ".join(map(str, detours.worst))
        mark = "<" if detours.detour < detours.direct else "≥"
        table.add_row(name, str(detours.broken), triple, f"{detours.direct:.3f}", f"{mark} {detours.detour:.3f}")
    kl = found["kl_divergence"]
    i, j, k = kl.worst
    return Screen(
        body=[table],
        sentence=(
            f"By KL it is shorter to go from {i} to {k} by way of {j} than directly ({kl.detour:.3f} bits against "
            f"{kl.direct:.3f}); js_distance, the square root of the Jensen-Shannon divergence, is a metric, so that "
            "clustering, nearest neighbours and search trees may rely on it."
        ),
        code=CODE,
        result=found["js_distance"].broken == 0,
    )
