"""How times are taken: the calls in turn, the best of the rounds, and reading memory as the measure of what is possible."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Call = Callable[[], Any]


def best_of_rounds(calls: Mapping[str, Call], *, seconds: float, least: int = 2, most: int = 25) -> dict[str, float]:
    """
    Return the best time of each call.

    The calls are taken in turn, so that a machine that slows down slows all of them, and each is made once before its
    first measured round, which leaves page faults and the starting of threads out.

    Parameters
    ----------
    calls : mapping of str to callable
        What to time.
    seconds : float
        No round is begun after this time, once there were `least`.
    least, most : int
        Bounds on the number of rounds.
    """
    for call in calls.values():
        call()
    best = dict.fromkeys(calls, float("inf"))
    start = time.perf_counter()
    for done in range(most):
        if done >= least and time.perf_counter() - start > seconds:
            break
        for name, call in calls.items():
            before = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - before)
    return best


def repeated(call: Call, times: int) -> Call:
    """Return a call that makes `call` `times` times, for calls that are too short for the clock."""
    turns = range(times)

    def loop() -> None:
        for _ in turns:
            call()

    return loop


def reader(arrays: list[NDArray[np.generic]], threads: int) -> Call:
    """
    Return a call that reads every byte of `arrays`, with `threads` threads.

    The maximum of the bytes is the fastest scan that NumPy has: what remains is the time that memory needs.
    """
    parts = [part for array in arrays for part in np.array_split(array.reshape(-1).view(np.uint8), threads)]
    pool = _readers(threads)
    return lambda: list(pool.map(np.max, parts))


@cache
def _readers(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)
