"""Packages that the tests use where they are installed."""

from types import ModuleType

import pytest


def import_or_skip(name: str) -> ModuleType:
    """Import a package, or skip; LightGBM and XGBoost may be installed and miss the system's OpenMP library."""
    try:
        # LightGBM and XGBoost each bring threads of their own, that wait for work by taking turns on every core.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OMP_NUM_THREADS", "1")
            return pytest.importorskip(name)
    except (OSError, ValueError) as error:
        pytest.skip(f"{name} cannot be loaded: {error}")
