"""What runs on this machine: the backends, the levels of the Rust core, and the tests that want them."""

import pytest

from xlogx import _backend
from xlogx._fallback.rows import BLOCK

CHOICES = _backend.choices()
NAMES = sorted({name for name, _ in CHOICES})
LEVELS = [level for name, level in CHOICES if name == "rust"]

needs_rust = pytest.mark.skipif(not LEVELS, reason="an install without the Rust core")
on_every_backend = pytest.mark.usefixtures("backend")


def long(weights: int) -> int:
    """A row so long, or on the fallback one of three blocks at most: first, middle and last are all that it has.

    The core wants more, for the tree in which it merges blocks, and for its threads. The fallback takes its time.
    """
    return weights if _backend.name == "rust" else min(weights, 3 * BLOCK - 5)
