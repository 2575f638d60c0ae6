"""The floating-point mode of the calling thread: switched to flush subnormals, it changes no bit, and it stays."""

import contextlib
import ctypes
import platform
import sys

import numpy as np
import pytest
from backends import LEVELS, needs_rust
from elementwise_cases import LOSSES, answer, case
from measures import answers, same

import xlogx
from xlogx import _backend

# Of the C library's fenv_t: bytes in all, where the mode stands in it, the bits that flush subnormals.
MODES = {"x86_64": (32, 28, 0x8040), "aarch64": (8, 0, 1 << 24)}
mode = MODES.get(platform.machine()) if sys.platform == "linux" else None


pytestmark = [needs_rust, pytest.mark.skipif(mode is None, reason="a mode that cannot be set here")]


@contextlib.contextmanager
def subnormals_flushed():
    """Switch subnormals off for this thread, as libraries built with -ffast-math do."""
    size, place, bits = mode
    libm = ctypes.CDLL(None)
    before = (ctypes.c_ubyte * size)()
    libm.fegetenv(before)
    flushed = bytearray(before)
    value = int.from_bytes(flushed[place : place + 4], "little") | bits
    flushed[place : place + 4] = value.to_bytes(4, "little")
    libm.fesetenv((ctypes.c_ubyte * size)(*flushed))
    try:
        yield
    finally:
        libm.fesetenv(before)


def flushes():
    least = np.array([5e-324])
    return (least + least).view(np.int64)[0] == 0


@pytest.mark.parametrize("shape", [(3,), (100, 7), (440, 300), (2, 9000)])
@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", ">f8", "bfloat16"])
def test_subnormals_count_where_the_thread_flushes_them(shape, dtype):
    """With subnormals off in the calling thread the bits are the same, and they are off again after the call."""
    rng = np.random.default_rng(0)
    if dtype == "bfloat16":
        # The lowest of its numbers are subnormal.
        p, q = (rng.integers(0, 300, shape).astype(np.uint16) for _ in range(2))
        kind = {"input_dtype": "bfloat16"}
    else:
        tiny = np.finfo(dtype).tiny
        p, q = ((rng.random(shape) * 3 * tiny).astype(dtype) for _ in range(2))
        kind = {}
    choices = [{}, {"normalize": False}, {"base": 2}, {"pseudocount": 5e-324}, {"on_invalid": "nan"}]
    choices += [{"where": rng.random(shape) < 0.8}, {"nan_policy": "omit"}, {"dtype": np.float64}, {"axis": 0}]

    def found():
        return [answer for options in choices for answer in answers(p, q, **options, **kind)]

    for level in LEVELS:
        with _backend.using("rust", level), xlogx.threads(2):
            want = found()
            with subnormals_flushed():
                got = found()
                assert flushes()
            assert not flushes()
            same(got, want)


@pytest.mark.parametrize("threads", [1, 2, pytest.param(13, id="a pool made in that mode")])
@pytest.mark.parametrize("scale", [1e-322, 1e-316, 1e-308, 1e-300])
def test_long_rows_keep_subnormals_where_the_thread_flushes_them(scale, threads):
    """The sums of a row of many blocks, too, and what they lack to the exact ones, may be subnormal."""
    rng = np.random.default_rng(0)
    p = np.zeros((2, 300_000))
    p[:, ::40_000] = scale * rng.random((2, 8))
    q = np.where(p > 0, scale * rng.random(p.shape), 0)
    for options in ({}, {"normalize": False}):
        with xlogx.threads(1):
            want = answers(p, q, **options)
        with xlogx.threads(threads), subnormals_flushed():
            got = answers(p, q, **options)
        same(got, want)


def test_a_negative_subnormal_is_named_where_the_thread_flushes_it():
    """The least weight below zero is an error in that mode too, with the words that it has without."""
    for n in (3, 500, 9000):
        p = np.ones((2, n))
        p[1, 2] = -5e-324
        for options in ({}, {"axis": 0}, {"where": np.ones(n, bool)}, {"nan_policy": "omit"}, {"normalize": "check"}):
            with subnormals_flushed(), pytest.raises(ValueError, match=r"got p\[1, 2\] = -5e-324"):
                xlogx.entropy(p, **options)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("level", LEVELS)
def test_losses_count_subnormals_likewise(loss, level):
    """Losses of single elements, and their gradients, take and give subnormals on every thread."""
    arguments, parameter = case(loss, 140_000)
    with _backend.using("rust", level):
        want = answer(loss, *arguments, parameter=parameter, scale=1e-305)
        with subnormals_flushed():
            found = answer(loss, *arguments, parameter=parameter, scale=1e-305, threads=2)
            assert flushes()
    np.testing.assert_array_equal(found.losses.view(np.int64), want.losses.view(np.int64))
    np.testing.assert_array_equal(found.gradient.view(np.int64), want.gradient.view(np.int64))
