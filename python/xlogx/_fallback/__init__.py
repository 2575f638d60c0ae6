"""The backend in plain NumPy: what runs where no wheel fits, and what the Rust core is tested against.

It has the names and signatures of `_core`, and the arithmetic of pairs of float64 throughout: slower than the Rust
core, and within 4 units in the last place of the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._fallback import finish, jensen_shannon, kullback_leibler, shannon
from xlogx._fallback.distributions import distributions
from xlogx._fallback.double_double import Array
from xlogx._fallback.elementwise import elementwise_losses, exponential
from xlogx._fallback.logits import map_logits, reduce_logits
from xlogx._fallback.losses import class_losses
from xlogx._fallback.rows import Argument, Group, InvalidWeight, Weights, flat, groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "class_losses",
    "cross_entropy",
    "distributions",
    "elementwise_losses",
    "entropy",
    "exponential",
    "js_distance",
    "js_divergence",
    "kl_divergence",
    "level",
    "levels",
    "map_logits",
    "reduce",
    "reduce_logits",
    "set_level",
]


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
    masks: Sequence[tuple[NDArray[np.bool_], bool]] = (),
    omit: bool = False,
    invalid_is_nan: bool = False,
    bfloat16: tuple[bool, bool] = (False, False),
) -> bool:
    """Reduce the last `reduced` axes of `p` (and `q`, of the same shape) by `measure` into `out`.

    False if any weight was negative or infinite: `out` then means nothing; with `invalid_is_nan` its row is NaN
    instead. A position is dropped where any mask has the value beside it, and, with `omit`, where `p` or `q` is NaN.
    Where `bfloat16` is true, an argument holds the bits of bfloat16 numbers. `threads` is for `_core`.
    """
    numbers, dropped = flat(p, q, masks, omit, bfloat16)
    arguments: list[Argument] = [
        Weights(some, p.shape, reduced, dropped, pseudocount, invalid_is_nan) for some in numbers
    ]
    answers = out.reshape(-1)
    with np.errstate(all="ignore"):
        try:
            for start, stop, group in groups(arguments, Group):
                answers[start:stop] = _rows(measure, group, base, normalize)
        except InvalidWeight:
            return False
    return True


def _rows(measure: str, arguments: list[Group], base: float | None, normalize: bool) -> Array:
    p, q = arguments[0], arguments[-1]
    if measure == "total":
        return np.where(p.has_nan, np.nan, np.ldexp(p.total[0], -p.exponent))
    if measure in ("entropy", "cross_entropy"):
        sums = shannon.cross_entropy(p, q, normalize)
    elif measure == "kl_divergence":
        sums = kullback_leibler.kl_divergence(p, q, normalize)
    else:
        sums = jensen_shannon.js_divergence(p, q, normalize)
    js, root = measure in ("js_divergence", "js_distance"), measure == "js_distance"
    value = finish.in_unit(sums, base, lowest=0.0 if normalize or js else -np.inf, root=root)
    if normalize and js:
        largest = finish.largest_js(base)
        value = np.minimum(value, np.sqrt(largest) if root else largest)
    return finish.with_special_rows(value, arguments, normalize)


# The quick paths of `_core`: here every call takes the general path.


def entropy(p: object, /) -> None:
    return None


def cross_entropy(p: object, q: object, /) -> None:
    return None


kl_divergence = js_divergence = js_distance = cross_entropy


def levels() -> list[str]:
    return []


def level() -> str:
    return "none"


def set_level(name: str) -> None:
    raise ImportError(f"{name} is not supported: the NumPy backend has no instruction set levels")
