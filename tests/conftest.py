"""One fixture runs a test on every backend and instruction set level that this machine has; others follow it."""

import pytest
from backends import CHOICES, LEVELS, long

from xlogx import _backend

try:
    from hypothesis import HealthCheck, settings
except ImportError:
    pass
else:
    # The backend stays as it is through all the examples of a test, and a slow machine is no failure.
    settings.register_profile(
        "xlogx", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    # Thousands of examples: make deep-laws.
    settings.register_profile("deep", settings.get_profile("xlogx"), max_examples=3000)
    settings.load_profile("xlogx")

NO_RUST = pytest.param(
    ("rust", "portable"), id="rust", marks=pytest.mark.skip(reason="an install without the Rust core")
)


@pytest.fixture(
    params=[pytest.param(choice, id="-".join(choice) if choice[0] == "rust" else "numpy") for choice in CHOICES]
    + ([] if LEVELS else [NO_RUST])
)
def backend(request):
    """Name of the backend that the test runs on."""
    name, level = request.param
    with _backend.using(name, None if name == "numpy" else level):
        yield name


@pytest.fixture
def n(request, backend):
    """Length of a row, with `indirect=True`; on the fallback three blocks at most."""
    return long(request.param)


@pytest.fixture
def shape(request, backend):
    """Shape of some weights, likewise."""
    return tuple(map(long, request.param))
