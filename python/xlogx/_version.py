"""The version of the installed package, read from its metadata: nothing repeats it."""

from __future__ import annotations


def version() -> str:
    """Return the version, "unknown" where the package runs without being installed."""
    # Imported here: importlib.metadata takes longer to load than all of xlogx.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("xlogx")
    except PackageNotFoundError:
        return "unknown"
