"""What a record says about where and when it was made."""

import datetime
import os
import platform
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
