"""The same bits, whatever the threads, the layout, the batch and the instruction set."""

import hashlib

import numpy as np
import pytest
from backends import LEVELS, long, needs_rust, on_every_backend
from measures import answers, same

import xlogx
from xlogx import _backend

dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


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
                results += answers(p, q) + answers(p, 3 * q, base=2) + answers(p, q, normalize=False)
                p[:, ::3] = 0
                along = 0 if len(p) > 1 else -1  # columns of one weight are all exactly 0
                results += answers(p, q) + answers(p, q, axis=along, pseudocount=0.5) + answers(p, q, axis=None)
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
@pytest.mark.parametrize("shape", [(31, 97), (1000, 5), (5, 40_012)], indirect=True)
def test_the_layout_changes_no_bit(shape, dtype):
    """Order, strides, byte order and alignment are no part of the value."""
    p, q = pair(shape, dtype)
    want = answers(p, q)
    unaligned = np.empty(p.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape)
    unaligned[...] = p
    swapped = np.dtype(dtype).newbyteorder()
    same(answers(np.asfortranarray(p), np.asfortranarray(q)), want)
    same(answers(np.asfortranarray(p), q), want)
    same(answers(p.T.copy(), q.T.copy(), axis=0), want)
    same(answers(np.repeat(p, 3, axis=1)[:, ::3], np.repeat(q, 2, axis=1)[:, ::2]), want)
    same(answers(p[:, ::-1].copy()[:, ::-1], q[::-1].copy()[::-1]), want)
    same(answers(p.astype(swapped), q.astype(swapped)), want)
    same(answers(unaligned, q), want)


@on_every_backend
@dtypes
@pytest.mark.parametrize("shape", [(31, 97), (300, 5), (3, 40_012)], indirect=True)
def test_the_batch_changes_no_bit(shape, dtype):
    """A row alone gives what it gives among others, and so does a row that is broadcast."""
    p, q = pair(shape, dtype)
    want = answers(p, q)
    alone = [answers(a, b) for a, b in zip(p, q, strict=True)]
    same([np.array(column) for column in zip(*alone, strict=True)], want)
    same([one[0] for one in answers(np.broadcast_to(p[0], (7, shape[1])), q[0])], [one[0] for one in want])
    halves = [answers(p[::2], q[::2]), answers(p[1::2], q[1::2])]
    same(halves[0], [one[::2] for one in want])
    same(halves[1], [one[1::2] for one in want])


@on_every_backend
def test_a_row_may_be_many_axes():
    """Several reduced axes are the row that they spell in C order."""
    p, q = pair((5, 40_012))
    same(answers(p.reshape(5, 4, 7, -1), q.reshape(5, 4, 7, -1), axis=(1, 2, 3)), answers(p, q))


def test_a_second_call_changes_no_bit(backend):
    """Twenty runs of one long row give one answer."""
    p, q = pair((long(400_000),))
    want = answers(p, q)
    for _ in range(20 if backend == "rust" else 1):
        same(answers(p, q), want)
