"""Circumstances: other threads, no threads, little memory, sizes beyond 2^31, arrays in flux."""

import asyncio
import contextlib
import math
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from backends import needs_rust
from measures import answers, same
from processes import LARGE, told

import xlogx

LINUX = sys.platform == "linux"
large = pytest.mark.skipif("XLOGX_TEST_LARGE" not in os.environ, reason="takes minutes: XLOGX_TEST_LARGE=1")
BEYOND = 2**31 + 1


def test_calls_of_many_threads_at_once_agree(backend):
    """Threads in large calls at once, each with a number of threads of its own, get the bits of one call."""
    rng = np.random.default_rng(0)
    # Large enough for the pool of the core; the fallback has none.
    rows, callers, rounds = (200, 8, 3) if backend == "rust" else (20, 3, 1)
    inputs = [rng.random((rows, 700)), rng.random((700, rows)).T, rng.random(rows * 700)]
    with xlogx.threads(1):
        want = [answers(p, p + 1) for p in inputs]

    def work(n):
        with xlogx.threads(n):
            return [answers(p, p + 1) for p in inputs]

    with ThreadPoolExecutor(callers) as executor:
        for got in executor.map(work, [2, 3, 2, 5, 1, 12, 3, 2][:callers] * rounds):
            for one, other in zip(got, want, strict=True):
                same(one, other)


def test_asyncio_hands_the_setting_on_as_it_does_any_context():
    """asyncio.to_thread takes the block's setting along, run_in_executor does not, other tasks do not see it."""

    async def within(n):
        with xlogx.threads(n):
            await asyncio.sleep(0.01)
            return await asyncio.to_thread(xlogx.get_num_threads)

    async def bare():
        with xlogx.threads(77):
            return await asyncio.get_running_loop().run_in_executor(None, xlogx.get_num_threads)

    async def all_of_them():
        return await asyncio.gather(within(71), within(72), bare(), asyncio.to_thread(xlogx.get_num_threads))

    usual = xlogx.get_num_threads()
    assert asyncio.run(all_of_them()) == [71, 72, usual, usual]


@pytest.mark.skipif(not LINUX, reason="the limit counts threads on Linux")
def test_without_threads_to_be_had_a_call_runs_on_its_own():
    """Where the system refuses every new thread, a large call is right all the same, and so is the next."""
    code = """
import resource
if os.getuid() == 0:
    try:
        os.setuid(65534)
    except OSError:
        sys.exit(print("allowed"))
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    threading.Thread(target=print).start()
except RuntimeError:
    print(right(), right())
else:
    print("allowed")
"""
    out = told(LARGE + code)
    if "allowed" in out:
        pytest.skip("this process cannot be kept from starting threads")
    assert out == "True True\n"


SWEEP = """
import resource, signal
rng = numpy.random.default_rng(0)
wide = rng.random((300, 1000))
tall = rng.random((5000, 300))
keep = wide < 0.7
calls = {
    "rows": lambda: xlogx.kl_divergence(wide, wide + 1),
    "columns": lambda: xlogx.js_divergence(tall, tall[::-1], axis=0),
    "one row": lambda: xlogx.entropy(p),
    "every other": lambda: xlogx.entropy(p[::2].astype("f4"), dtype="f8"),
    "masked": lambda: xlogx.kl_divergence(wide, wide[::-1], where=keep, on_invalid="nan"),
    "omitted": lambda: xlogx.entropy(wide, nan_policy="omit"),
    "of many results": lambda: xlogx.entropy(tall.reshape(-1, 2)),
    "small": lambda: xlogx.entropy([1.0, 2.0]),
}
def outcome(call, before, threads, room):
    # Its exit status: 0 for a right answer, 1 for MemoryError, 2 for anything else.
    signal.alarm(20)
    try:
        want = None
        if before:
            with xlogx.threads(threads):
                want = call()
        size = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGESIZE")
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (size + room, hard))
        try:
            with xlogx.threads(threads):
                got = call()
        except MemoryError:
            got = None
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        with xlogx.threads(1):
            again = call()
        return 1 if got is None else 0 if numpy.array_equal(got, again) else 2
    except BaseException:
        return 2
for name, call in calls.items():
    for before in (False, True):
        for threads in (1, 2, 8):
            for room in (0, 100_000, 300_000, 1_000_000, 3_000_000, 5_000_000, 20_000_000, 300_000_000):
                child = os.fork()
                if child == 0:
                    os._exit(outcome(call, before, threads, room))
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                if status not in (0, 1) or (room == 300_000_000 and status):
                    print(f"{name}, before={before}, threads={threads}, room={room}: {status}")
"""


# Of the core alone: with no memory left at all, NumPy itself may crash in what the fallback asks of it.
@needs_rust
@pytest.mark.skipif(not LINUX, reason="the address space is limited so on Linux")
def test_little_memory_gives_the_answer_or_an_error():
    """Whatever address space is left, a call is right or raises MemoryError: no abort, no wrong number, no hang."""
    assert told(LARGE + SWEEP, timeout=300) == ""


def equal_weights(count, dtype):
    return np.broadcast_to(np.ones(1, dtype), count)


@needs_rust
@pytest.mark.skipif(sys.maxsize < BEYOND, reason="a platform of 32 bits")
@pytest.mark.parametrize("dtype", ["float32", pytest.param("uint8", marks=large), pytest.param("float64", marks=large)])
def test_a_row_may_be_longer_than_an_int(dtype):
    """The entropy of 2^31 + 1 equal weights is the logarithm of that."""
    want = np.result_type(np.float32 if dtype == "float32" else np.float64).type(math.log(BEYOND))
    np.testing.assert_array_max_ulp(xlogx.entropy(equal_weights(BEYOND, dtype)), want, 1)


@large
@needs_rust
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize("length", [3, 2048, 65536])
def test_the_rows_may_hold_more_than_an_int(dtype, length):
    """More than 2^31 weights in rows, and in columns, each the logarithm of its length."""
    count = BEYOND // length + 1
    p = np.broadcast_to(np.ones(1, dtype), (count, length))
    if length > 3:
        got = xlogx.entropy(p)
        assert got.shape == (count,)
        assert (got == xlogx.entropy(p[0])).all()
    got = xlogx.entropy(p, axis=0)
    np.testing.assert_array_max_ulp(got, np.full(length, math.log(count), got.dtype), 1)


@large
@needs_rust
def test_a_file_may_be_longer_than_an_int(tmp_path):
    """Of a sparse file of 2^31 + 1 bytes the few that are no zeros count, and a bad one behind 2^31 is named."""
    p = np.memmap(tmp_path / "weights", np.int8, "w+", shape=BEYOND)
    p[[0, 12345, BEYOND - 2, BEYOND - 1]] = [1, 2, 3, 2]
    np.testing.assert_array_max_ulp(xlogx.entropy(p), xlogx.entropy([1, 2, 3, 2]), 2)
    p[BEYOND - 1] = -1
    with pytest.raises(ValueError, match=r"got p\[2147483648\] = -1"):
        xlogx.entropy(p)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("shape", [(3,), (40, 50), (3, 70_000), (70_000, 3)], indirect=True)
def test_arrays_may_change_during_the_call(shape):
    """While another thread writes weights, NaN, infinities and masks, a call gives some answer or a ValueError."""
    p, q, keep = np.ones(shape), np.ones(shape), np.ones(shape, bool)
    over = threading.Event()

    def write():
        rng = np.random.default_rng(0)
        for value in (1.0, np.nan, -1.0, np.inf, 0.0, 5e-324, 1e308, 2.0) * 10_000:
            for array in (p, q):
                array.flat[rng.integers(array.size, size=9)] = value
            keep.flat[rng.integers(keep.size, size=99)] = value > 1
            if over.is_set():
                break

    writer = threading.Thread(target=write)
    writer.start()
    policies = [
        {},
        {"where": keep},
        {"on_invalid": "nan"},
        {"nan_policy": "omit", "where": keep},
        {"normalize": "check"},
    ]
    try:
        for axis in {0, -1}:
            for options in [*policies, {"nan_policy": "raise"}]:
                for measure in (xlogx.kl_divergence, xlogx.js_distance):
                    with contextlib.suppress(ValueError), xlogx.threads(2):
                        got = measure(p, q, axis=axis, **options)
                        assert np.shape(got) == tuple(np.delete(shape, axis))
    finally:
        over.set()
        writer.join()
