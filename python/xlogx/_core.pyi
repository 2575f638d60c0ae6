"""The Rust backend. `xlogx._fallback` offers the same names in plain NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

def reduce(
    measure: str,
    p: NDArray[Any],
    q: NDArray[Any] | None,
    reduced: int,
    base: float | None,
    normalize: bool,
    pseudocount: float,
    out: NDArray[Any],
    threads: int,
) -> bool:
    """Reduce the last `reduced` axes of `p` (and `q`, of the same shape) by `measure` into `out`.

    False if any weight was negative or infinite: `out` then means nothing.
    """

def entropy(p: object, /) -> np.float64 | np.float32 | None:
    """Entropy of one short contiguous row with every option at its default; None where that is not what came."""

def cross_entropy(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Cross-entropy, likewise."""

def kl_divergence(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Kullback-Leibler divergence, likewise."""

def js_divergence(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Jensen-Shannon divergence, likewise."""

def js_distance(p: object, q: object, /) -> np.float64 | np.float32 | None:
    """Jensen-Shannon distance, likewise."""

def levels() -> list[str]:
    """Instruction set levels that this CPU has, from least to best."""

def level() -> str:
    """The level in use."""

def set_level(name: str) -> None:
    """Use another level: ValueError if there is no such level, ImportError if this CPU lacks it."""
