"""How many threads a call may use: a context, the process, the environment, the machine, in that order."""

from __future__ import annotations

import operator
import os
from contextvars import ContextVar, Token
from types import TracebackType

# More would be a mistake: no machine has so many cores.
MOST = 65_536

VARIABLES = ("XLOGX_NUM_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS")
CGROUP_ROOT = "/sys/fs/cgroup"

_in_context: ContextVar[int | None] = ContextVar("xlogx_threads", default=None)
_of_process: int | None = None
# Read once: a look at the control groups costs more than a small call.
_of_environment: int | None = None


class threads:
    """Use `n` threads within a ``with`` block.

    The setting lives in a context variable: other threads and other asyncio tasks do not see it. Results do not
    depend on it, bit for bit; only the time does.

    Parameters
    ----------
    n : int
        From 1 to 65 536; it may exceed the number of cores.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is out of this range.

    See Also
    --------
    set_num_threads : The setting of the whole process.

    Notes
    -----
    The NumPy backend runs on the calling thread whatever the setting.

    Examples
    --------
    >>> import xlogx
    >>> with xlogx.threads(3):
    ...     xlogx.get_num_threads()
    3
    """

    __slots__ = ("_n", "_tokens")

    def __init__(self, n: int) -> None:
        self._n = _checked(n)
        self._tokens: list[Token[int | None]] = []

    def __enter__(self) -> None:
        self._tokens.append(_in_context.set(self._n))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _in_context.reset(self._tokens.pop())


def set_num_threads(n: int) -> None:
    """Use `n` threads in this process, wherever no `threads` block says otherwise.

    Parameters
    ----------
    n : int
        From 1 to 65 536; it may exceed the number of cores.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is out of this range.

    See Also
    --------
    threads : The setting of one block of code.

    Examples
    --------
    >>> import xlogx
    >>> xlogx.set_num_threads(xlogx.get_num_threads())
    """
    global _of_process
    _of_process = _checked(n)


def get_num_threads() -> int:
    """Return how many threads a call from here may use.

    The first that is set decides: the innermost `threads` block, `set_num_threads`, the environment variables
    ``XLOGX_NUM_THREADS``, ``RAYON_NUM_THREADS`` and ``OMP_NUM_THREADS``, then the cores that the process may use
    (its affinity and the CPU quota of its control group).

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If the environment variable that decides is no integer from 1 to 65 536.

    Examples
    --------
    >>> import xlogx
    >>> xlogx.get_num_threads() >= 1
    True
    """
    global _of_environment
    n = _in_context.get()
    if n is None:
        n = _of_process
    if n is None:
        n = _of_environment
    if n is None:
        n = _of_environment = _from_environment() or usable_cores()
    return n


def _checked(n: int) -> int:
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError(f"n, the number of threads, must be an integer, got {n!r}") from None
    if n < 1:
        raise ValueError(f"n, the number of threads, must be at least 1, got {n}")
    if n > MOST:
        raise ValueError(f"n, the number of threads, must be at most {MOST}, got {n}")
    return n


def _from_environment() -> int | None:
    for variable in VARIABLES:
        text = os.environ.get(variable)
        if text is None:
            continue
        digits = text.strip()
        if not (digits.isascii() and digits.isdigit() and digits.strip("0")):
            raise ValueError(f"{variable} must be an integer of at least 1, got {text!r}")
        if len(digits) > 9 or int(digits) > MOST:
            raise ValueError(f"{variable} must be at most {MOST}, got {text!r}")
        return int(digits)
    return None


def usable_cores() -> int:
    """Cores that the affinity mask and the control group's CPU quota leave to this process."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota = cgroup_quota()
    if quota is not None:
        cores = min(cores, int(quota))
    return max(1, cores)


def cgroup_quota(root: str = CGROUP_ROOT, membership: str = "/proc/self/cgroup") -> float | None:
    """CPU quota in cores: the least one on the way from the process's group to the root, None where there is none.

    Inside a container the path in `membership` may be the host's and absent below `root`; the parents that do exist
    still count.
    """
    quotas = []
    for line in _read(membership).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers == "":
            folder, read_quota = root, _quota_v2
        elif "cpu" in controllers.split(","):
            folder, read_quota = os.path.join(root, "cpu"), _quota_v1
        else:
            continue
        parts = [part for part in path.split("/") if part and part != ".."]
        for depth in range(len(parts) + 1):
            quota = read_quota(os.path.join(folder, *parts[:depth]))
            if quota is not None:
                quotas.append(quota)
    return min(quotas, default=None)


def _quota_v2(folder: str) -> float | None:
    fields = _read(os.path.join(folder, "cpu.max")).split()
    return _ratio(*fields) if len(fields) == 2 else None


def _quota_v1(folder: str) -> float | None:
    quota = _read(os.path.join(folder, "cpu.cfs_quota_us")).strip()
    period = _read(os.path.join(folder, "cpu.cfs_period_us")).strip()
    return _ratio(quota, period)


def _ratio(quota: str, period: str) -> float | None:
    # "max" (v2) and "-1" (v1) mean no limit: neither is made of digits.
    if quota.isdigit() and period.isdigit() and int(quota) and int(period):
        return int(quota) / int(period)
    return None


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
