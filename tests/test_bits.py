"""The same bits, whatever the threads, the layout, the batch and the instruction set."""

import hashlib

import numpy as np
import pytest

import xlogx
from xlogx import _backend

LEVELS = [level for name, level in _backend.choices() if name == "rust"]
needs_rust = pytest.mark.skipif(not LEVELS, reason="an install without the Rust core")
on_every_backend = pytest.mark.usefixtures("backend")
TWO = [xlogx.cross_entropy, xlogx.kl_divergence, xlogx.js_divergence]
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def measures(p, q, **options):
    return [xlogx.entropy(p, **options)] + [measure(p, q, **options) for measure in TWO]


def same(got, want):
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def pair(shape, dtype=np.float64, seed=0, spread=1.0):
    rng = np.random.default_rng(seed)
    p = np.exp(spread * rng.standard_normal(shape))
    return p.astype(dtype), (p * (1 + 0.01 * rng.standard_normal(shape))).astype(dtype)


def digest():
    """One digest of results of all kinds: easy and hard rows, short and long, every measure and dtype."""
    results = []
    for dtype in (np.float64, np.float32):
        for shape in ((1, 150_001), (500, 3), (40, 700), (3, 9001), (2, 40_000)):
            for spread in (1.0, 25.0 if dtype is np.float64 else 8.0):
                p, q = pair(shape, dtype, spread=spread)
                results += measures(p, q) + measures(p, 3 * q, base=2) + measures(p, q, normalize=False)
                p[:, ::3] = 0
                results += measures(p, q) + measures(p, q, axis=0, pseudocount=0.5) + measures(p, q, axis=None)
    counts = np.random.default_rng(1).integers(0, 1000, (30, 900))
    results += [xlogx.entropy(counts.astype(t)) for t in (np.int64, np.uint16, np.float16)]
    return hashlib.sha256(b"".join(np.ascontiguousarray(r).tobytes() for r in results)).hexdigest()


@needs_rust
def test_threads_and_levels_change_no_bit():
    """One digest for every instruction set level of this CPU and every number of threads."""
    digests = {}
    for level in LEVELS:
        with _backend.using("rust", level):
            for threads in (1, 2, 3, 8):
                with xlogx.threads(threads):
                    digests[level, threads] = digest()
    assert len(set(digests.values())) == 1, digests


@on_every_backend
@dtypes
@pytest.mark.parametrize("shape", [(31, 97), (1000, 5), (5, 40_012)])
def test_the_layout_changes_no_bit(shape, dtype):
    """Order, strides, byte order and alignment are no part of the value."""
    p, q = pair(shape, dtype)
    want = measures(p, q)
    unaligned = np.empty(p.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape)
    unaligned[...] = p
    swapped = np.dtype(dtype).newbyteorder()
    same(measures(np.asfortranarray(p), np.asfortranarray(q)), want)
    same(measures(np.asfortranarray(p), q), want)
    same(measures(p.T.copy(), q.T.copy(), axis=0), want)
    same(measures(np.repeat(p, 3, axis=1)[:, ::3], np.repeat(q, 2, axis=1)[:, ::2]), want)
    same(measures(p[:, ::-1].copy()[:, ::-1], q[::-1].copy()[::-1]), want)
    same(measures(p.astype(swapped), q.astype(swapped)), want)
    same(measures(unaligned, q), want)


@on_every_backend
@dtypes
@pytest.mark.parametrize("shape", [(31, 97), (300, 5), (3, 40_012)])
def test_the_batch_changes_no_bit(shape, dtype):
    """A row alone gives what it gives among others, and so does a row that is broadcast."""
    p, q = pair(shape, dtype)
    want = measures(p, q)
    alone = [measures(a, b) for a, b in zip(p, q, strict=True)]
    same([np.array(column) for column in zip(*alone, strict=True)], want)
    same([one[0] for one in measures(np.broadcast_to(p[0], (7, shape[1])), q[0])], [one[0] for one in want])
    halves = [measures(p[::2], q[::2]), measures(p[1::2], q[1::2])]
    same(halves[0], [one[::2] for one in want])
    same(halves[1], [one[1::2] for one in want])


@on_every_backend
def test_a_row_may_be_many_axes():
    """Several reduced axes are the row that they spell in C order."""
    p, q = pair((5, 40_012))
    same(measures(p.reshape(5, 4, 7, -1), q.reshape(5, 4, 7, -1), axis=(1, 2, 3)), measures(p, q))


def test_a_second_call_changes_no_bit(backend):
    """Twenty runs of one long row give one answer."""
    p, q = pair((400_000,))
    want = measures(p, q)
    for _ in range(20 if backend == "rust" else 1):
        same(measures(p, q), want)
