"""The fixed questions of `xlogx verify`: the same bytes on every platform and with every NumPy.

Nothing here calls a random generator or a function whose last bit may differ: integers are mixed in 64 bits, and
become floats by their bit patterns or by one correctly rounded operation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MEASURES = ("entropy", "cross_entropy", "kl_divergence", "js_divergence", "js_distance")

# Around the lane counts (16, 32), the plain group (128) and one past each.
LENGTHS = (1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64, 127, 128, 129, 257)
INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@dataclass(frozen=True)
class Case:
    """One call of a public function, named as an attribute of xlogx."""

    name: str
    measure: str
    arguments: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)


def mixed_words(count: int, seed: int) -> npt.NDArray[np.uint64]:
    """Return `count` well mixed 64-bit words: the splitmix64 sequence, which wraps on purpose."""
    z = np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed << 32)
    z = z * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def fractions(shape: tuple[int, ...], seed: int) -> npt.NDArray[np.float64]:
    """Return multiples of 2^-20 in [2^-20, 1]: exact in float32 as well."""
    words = mixed_words(int(np.prod(shape)), seed) >> np.uint64(44)
    return ((words + np.uint64(1)).astype(np.float64) * 2.0**-20).reshape(shape)


def from_exponents(shape: tuple[int, ...], seed: int, low: int, high: int) -> npt.NDArray[np.float64]:
    """Return m·2^e with 1 <= m < 2 and e mixed over low <= e < high (low = -1023 gives subnormals)."""
    count = int(np.prod(shape))
    mantissas = mixed_words(count, seed) >> np.uint64(12)
    exponents = mixed_words(count, seed + 1) % np.uint64(high - low) + np.uint64(low + 1023)
    return (exponents << np.uint64(52) | mantissas).view(np.float64).reshape(shape)


def from_exponents32(shape: tuple[int, ...], seed: int, low: int, high: int) -> npt.NDArray[np.float32]:
    """Return what `from_exponents` does, as float32 (low = -127 gives subnormals)."""
    count = int(np.prod(shape))
    mantissas = (mixed_words(count, seed) >> np.uint64(41)).astype(np.uint32)
    exponents = mixed_words(count, seed + 1) % np.uint64(high - low) + np.uint64(low + 127)
    bits = exponents.astype(np.uint32) << np.uint32(23) | mantissas
    return bits.view(np.float32).reshape(shape)


def pairs() -> Iterator[tuple[str, Array, Array]]:
    """Yield (name, p, q): every dtype, every length that matters, every kind of hard row."""
    for n in LENGTHS:
        p, q = fractions((3, n), n), fractions((3, n), 1000 + n)
        yield f"rows of {n}", p, q
        yield f"one row of {n}", p[0], q[0]
        yield f"float32 rows of {n}", p.astype(np.float32), q.astype(np.float32)
    yield "a longer row", fractions((9001,), 1), fractions((9001,), 2)
    longer = fractions((9001,), 3).astype(np.float32)
    yield "a longer float32 row", longer, longer[::-1].copy()
    yield from hard_pairs()
    for name in INTEGERS:
        p = (mixed_words(2 * 401, 6) >> np.uint64(57)).astype(name).reshape(2, 401)
        q = (mixed_words(2 * 401, 7) >> np.uint64(58)).astype(name).reshape(2, 401) + np.ones(1, name)
        yield name, p, q
    yield "uint64 counts beyond 2^53", mixed_words(301, 8), mixed_words(301, 9)
    yield "bool", mixed_words(300, 10) % np.uint64(3) > 0, np.ones(300, bool)
    half = fractions((2, 130), 11).astype(np.float16)
    yield "float16", half, half[::-1].copy()
    yield "float32 beside float64", fractions((2, 130), 12).astype(np.float32), fractions((2, 130), 13)


def hard_pairs() -> Iterator[tuple[str, Array, Array]]:
    """Yield the rows on which formulas break: almost equal, almost one-hot, zeros, the ends of the range."""
    shape = (2, 333)
    p, q = fractions(shape, 20), fractions(shape, 21)
    close = p * (1 + fractions(shape, 22) * 2.0**-36)
    yield "nearly equal", p, close
    yield "nearly equal, of other totals", p, close * 3
    yield "equal", p, p.copy()
    yield "equal but for a power of two", p, p * 8
    yield "float32 nearly equal", p.astype(np.float32), close.astype(np.float32)
    one_hot = p * 2.0**-40
    one_hot[:, 100] = 1
    other_hot = q * 2.0**-30
    other_hot[:, 100] = 1
    yield "nearly one-hot", one_hot, other_hot
    yield "nearly one-hot against even", one_hot, q
    yield "float32 nearly one-hot", one_hot.astype(np.float32), other_hot.astype(np.float32)
    holes = (mixed_words(p.size, 23) % np.uint64(3) == 0).reshape(shape)
    yield "zeros in p", np.where(holes, 0, p), q
    yield "zeros in q", p, np.where(holes, 0, q)
    yield "zeros in both", np.where(holes, 0, p), np.where(holes, 0, q)
    yield "disjoint", np.where(holes, p, 0), np.where(holes, 0, q)
    yield "nothing left in p", np.zeros(shape), q
    yield "a NaN", np.where(np.arange(p.size).reshape(shape) == 70, np.nan, p), q
    yield "subnormal", from_exponents(shape, 24, -1023, -1022), from_exponents(shape, 26, -1023, -1022)
    yield "subnormal q", p, from_exponents(shape, 28, -1023, -1000)
    yield "huge", from_exponents(shape, 30, 1010, 1023), from_exponents(shape, 32, 1010, 1023)
    yield "tiny and huge", from_exponents(shape, 34, -400, 400), from_exponents(shape, 36, -400, 400)
    yield (
        "float32 subnormal",
        from_exponents32(shape, 38, -127, -126),
        from_exponents32(shape, 40, -127, -120),
    )
    yield "float32 huge", from_exponents32(shape, 42, 120, 127), from_exponents32(shape, 44, 120, 127)


def options() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name, keywords): every option by itself, and those that meet inside the kernels."""
    for axis in (0, 1, (0, 1), (2, 0), None):
        yield f"axis={axis}", {"axis": axis}
    for base in (2, "bits", "nats", "hartleys", 3.5):
        yield f"base={base!r}", {"base": base}
    yield "normalize=False", {"normalize": False}
    yield "normalize=False, base=2", {"normalize": False, "base": 2}
    yield "pseudocount=0.5", {"pseudocount": 0.5}
    yield "pseudocount=0.5, normalize=False, axis=0", {"pseudocount": 0.5, "normalize": False, "axis": 0}
    yield "keepdims=True", {"keepdims": True, "axis": 1}


def layouts(p: Array) -> Iterator[tuple[str, Any]]:
    """Yield the same values as `p`, a matrix, as they may lie in memory."""
    yield "a list", p.tolist()
    yield "Fortran order", np.asfortranarray(p)
    yield "strided", np.repeat(p, 3, axis=1)[:, ::3]
    yield "backwards", p[:, ::-1].copy()[:, ::-1]
    yield "byte-swapped", p.astype(p.dtype.newbyteorder())
    shifted = np.empty(p.nbytes + 1, np.uint8)[1:].view(p.dtype).reshape(p.shape)
    shifted[...] = p
    yield "unaligned", shifted
    yield "one row, repeated", np.broadcast_to(p[0], p.shape)


def large_pairs() -> Iterator[tuple[str, Array, Array, dict[str, Any]]]:
    """Yield (name, p, q, keywords) with more weights than a call keeps on one thread: 2^17."""
    yield "a long row", fractions((140_009,), 60), fractions((140_009,), 61), {}
    p, q = fractions((2100, 67), 62).astype(np.float32), fractions((2100, 67), 63).astype(np.float32)
    yield "many float32 rows", p, q, {}
    yield "many columns", fractions((67, 2100), 64), fractions((67, 2100), 65), {"axis": 0}


def calls(name: str, p: Any, q: Any, keywords: dict[str, Any], measures: tuple[str, ...] = MEASURES) -> Iterator[Case]:
    """Yield the measures of one pair."""
    for measure in measures:
        arguments = (p,) if measure == "entropy" else (p, q)
        yield Case(f"{measure}, {name}", measure, arguments, keywords)


def cases() -> Iterator[Case]:
    """Yield every call of a measure of weights that `xlogx verify` makes, in its order."""
    for name, p, q in pairs():
        yield from calls(name, p, q, {})
    for name, p, q, keywords in large_pairs():
        # The distance is the root of the divergence, which is here already.
        yield from calls(name, p, q, keywords, MEASURES[:-1])
    # q < p / 2 and p + pseudocount <= 1, so that no raw sum cancels: its last digits would be nobody's promise.
    p = fractions((3, 5, 37), 50) * 0.5
    q = p * fractions(p.shape, 51) * 0.5
    for name, keywords in options():
        yield from calls(name, p, q, keywords)
        narrow = p.astype(np.float32), q.astype(np.float32)
        yield from calls(f"float32, {name}", *narrow, keywords)
    # Multiples of 1/64 that sum to one.
    whole = np.array([[1, 2, 3, 10, 48], [32, 16, 8, 4, 4]]) / 64
    yield from calls("normalize='check'", whole, whole[::-1].copy(), {"normalize": "check"})
    p, q = fractions((5, 201), 52), fractions((5, 201), 53)
    for (name, p_there), (_, q_there) in zip(layouts(p), layouts(q), strict=True):
        yield from calls(name, p_there, q_there, {})
    yield from calls("a row against a matrix", p[0], q, {})
