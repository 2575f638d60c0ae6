"""What a record says about where and when it was made."""

import datetime
import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import xlogx

PACKAGES = ("numpy", "scipy", "numexpr", "numkong", "torch", "mpmath")


def description() -> dict[str, object]:
    """Return the date, the CPU, the number of cores and threads, and the versions of all that is compared."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "xlogx": xlogx.show_config(as_dict=True),
        "python": platform.python_version(),
        "versions": {name: found for name in PACKAGES if (found := installed(name))},
    }


class OtherLoad:
    """How many cores other processes kept busy since this was made: times of all threads mean little if that is not 0."""

    def __init__(self) -> None:
        self._start = self._now()

    def cores(self) -> float | None:
        """Return the number of cores, on average; None where the system cannot say (not Linux)."""
        now = self._now()
        if self._start is None or now is None:
            return None
        (busy, own, wall), (busy_now, own_now, wall_now) = self._start, now
        return round(max(0.0, (busy_now - busy) - (own_now - own)) / (wall_now - wall), 2)

    @staticmethod
    def _now() -> tuple[float, float, float] | None:
        try:
            ticks = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        except OSError:
            return None
        busy = (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # without idle and waiting for disks
        own = os.times()
        return busy, own.user + own.system, time.monotonic()


def cpu_name() -> str:
    """Return the CPU's name for itself; of a virtual machine that hides it, the family and model too."""
    wanted = ("model name", "cpu family", "model", "stepping")
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    name, *numbers = (fields.get(field, "?") for field in wanted)
    return f"{name}, family {numbers[0]}, model {numbers[1]}, stepping {numbers[2]}"


def installed(name: str) -> str | None:
    """Return the version of the package `name`, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
