"""The questions of `xlogx verify` about `xlogx.logits`, made as those about weights are."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from xlogx._verify_cases import Array, Case, fractions, from_exponents, layouts, mixed_words

OF_ONE = ("entropy", "perplexity", "logsumexp", "softmax", "log_softmax")
OF_TWO = ("cross_entropy", "kl_divergence", "js_divergence", "compare")
MEASURES = (*OF_ONE, *OF_TWO)
# One of each way that a row goes through the core, and no two that share their sums.
FEW = ("perplexity", "logsumexp", "softmax", "log_softmax", "cross_entropy", "kl_divergence", "js_divergence")

LENGTHS = (1, 2, 3, 16, 17, 32, 33, 128, 129, 257)
NOTHING = -np.inf


def noise(shape: tuple[int, ...], seed: int, most: float = 8.0) -> Array:
    """Return multiples of most·2^-19 from -most to most: exact in float32 as well, if `most` is a power of two."""
    return (fractions(shape, seed) - 0.5) * (2 * most)


def pairs() -> Iterator[tuple[str, Array, Array]]:
    """Yield (name, zp, zq): every dtype, every length that matters, every kind of hard row."""
    for n in LENGTHS:
        z, w = noise((3, n), 100 + n), noise((3, n), 1100 + n)
        yield f"rows of {n}", z, w
        yield f"float32 rows of {n}", z.astype(np.float32), w.astype(np.float32)
    yield from hard_pairs()
    half = noise((2, 300), 102).astype(np.float16)
    yield "float16", half, half[::-1].copy()
    words = (mixed_words(2 * 300, 103) % np.uint64(30)).astype(np.int8).reshape(2, 300)
    yield "int8", words, words[::-1].copy()
    yield "bool", words % 3 == 0, words % 2 == 0


def hard_pairs() -> Iterator[tuple[str, Array, Array]]:
    """Yield the rows on which formulas break: confident, almost equal, shifted, masked, the ends of the range."""
    shape = (2, 133)
    z, w = noise(shape, 110), noise(shape, 111)
    close = z + noise(shape, 112, 2.0**-30)
    yield "nearly equal", z, close
    yield "nearly equal, but for a shift", z, close + 1234.5
    yield "equal but for a shift", z, z + 1024
    yield "float32 nearly equal", z.astype(np.float32), (z + noise(shape, 113, 2.0**-12)).astype(np.float32)
    sure, less = z.copy(), w.copy()
    sure[:, 100], less[:, 100] = 60, 40
    yield "confident", sure, less
    yield "confident against even", sure, w
    yield "float32 confident", sure.astype(np.float32), less.astype(np.float32)
    yield "a margin beyond the range", z - 740 * (z < z.max(axis=-1, keepdims=True)), w
    yield "far apart", noise(shape, 114, 2.0**17), noise(shape, 115, 2.0**17)
    yield "huge", from_exponents(shape, 116, 400, 500), from_exponents(shape, 118, 400, 500)
    yield "tiny", from_exponents(shape, 120, -1023, -1000), from_exponents(shape, 122, -300, -200)
    holes = (mixed_words(z.size, 124) % np.uint64(3) == 0).reshape(shape)
    yield "masked in both", np.where(holes, NOTHING, z), np.where(holes, NOTHING, w)
    yield "masked in the model", z, np.where(holes, NOTHING, w)
    yield "disjoint", np.where(holes, z, NOTHING), np.where(holes, NOTHING, w)
    places = np.arange(z.size).reshape(shape)
    yield "no class left", np.where(places < shape[1], NOTHING, z), w
    yield "a NaN", np.where(places == 70, np.nan, z), w
    yield "an infinite logit", np.where(places == 70, np.inf, z), w


def options() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name, keywords) that all functions of logits have."""
    for axis in (0, (0, 2), None):
        yield f"axis={axis}", {"axis": axis}
    yield "temperature=0.7", {"temperature": 0.7}
    yield "temperature=40, axis=0", {"temperature": 40, "axis": 0}
    yield "where", {"where": (mixed_words(3 * 5 * 37, 130) % np.uint64(4) > 0).reshape(3, 5, 37)}


def calls(name: str, z: Any, w: Any, keywords: dict[str, Any], measures: tuple[str, ...] = MEASURES) -> Iterator[Case]:
    """Yield the functions of one pair."""
    for measure in measures:
        yield Case(f"logits.{measure}, {name}", f"logits.{measure}", (z,) if measure in OF_ONE else (z, w), keywords)


def large_calls() -> Iterator[Case]:
    """Yield calls with more logits than one thread keeps to itself: 2^17."""
    z, w = noise((131_101,), 140), noise((131_101,), 141)
    yield from calls("a long row", z, w, {}, ("logsumexp", "softmax", "kl_divergence"))
    yield from calls(
        "a long float32 row", z.astype(np.float32), w.astype(np.float32), {}, ("perplexity", "log_softmax")
    )
    z, w = noise((1961, 67), 142).astype(np.float16), noise((1961, 67), 143).astype(np.float16)
    yield from calls("many float16 rows", z, w, {}, ("logsumexp", "softmax", "js_divergence"))
    z, w = noise((67, 1961), 144), noise((67, 1961), 145)
    yield from calls("many columns", z, w, {"axis": 0}, ("entropy", "log_softmax", "cross_entropy"))


def cases() -> Iterator[Case]:
    """Yield every call of a function of logits that `xlogx verify` makes, in its order."""
    for name, z, w in pairs():
        yield from calls(name, z, w, {})
    z = noise((9001,), 101)
    yield from calls("a longer row", z, z[::-1].copy(), {}, FEW)
    yield from calls("a longer float32 row", z.astype(np.float32), z[::-1].astype(np.float32), {}, FEW)
    yield from large_calls()
    z, w = noise((3, 5, 37), 131), noise((3, 5, 37), 132)
    for name, keywords in options():
        yield from calls(name, z, w, keywords, FEW)
        yield from calls(f"float32, {name}", z.astype(np.float32), w.astype(np.float32), keywords, FEW)
    yield from calls("base=2", z, w, {"base": 2}, ("logsumexp", "log_softmax", "js_divergence"))
    yield from calls("dtype=float16", z, w, {"dtype": np.float16}, ("softmax", "log_softmax"))
    bits = (z.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    yield from calls("bfloat16", bits, bits[::-1].copy(), {"input_dtype": "bfloat16"}, FEW)
    z, w = noise((5, 201), 133), noise((5, 201), 134)
    for (name, z_there), (_, w_there) in zip(layouts(z), layouts(w), strict=True):
        yield from calls(name, z_there, w_there, {}, FEW)
    half = noise((5, 201), 135).astype(np.float16)
    for name, z_there in layouts(half):
        if not isinstance(z_there, list):
            yield from calls(f"float16, {name}", z_there, half, {}, ("logsumexp", "softmax", "kl_divergence"))
