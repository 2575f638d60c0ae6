"""The memory that a call takes beyond its inputs: the process's high-water mark, which sees every library's buffers."""

from collections.abc import Callable
from pathlib import Path

CLEAR = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


def megabytes(call: Callable[[], object]) -> float | None:
    """
    Return by how many MB the resident memory rose at most during `call`; None where the system cannot say (not Linux).

    The call is made once before, so that pools and code pages that stay are not counted.
    """
    try:
        CLEAR.write_text("5")  # sets the high-water mark back to what is resident now
    except OSError:
        return None
    call()
    CLEAR.write_text("5")
    before = _kilobytes("VmRSS")
    call()
    return max(0, _kilobytes("VmHWM") - before) / 1024


def _kilobytes(field: str) -> int:
    for line in STATUS.read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise LookupError(field)
