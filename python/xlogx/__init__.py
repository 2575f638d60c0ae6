"""Entropy, cross-entropy, Kullback-Leibler and Jensen-Shannon divergence, right to the last digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlogx._config import show_config
from xlogx._threads import get_num_threads, set_num_threads, threads
from xlogx.weights import cross_entropy, entropy, js_distance, js_divergence, kl_divergence

if TYPE_CHECKING:
    from xlogx import logits as logits
    from xlogx import losses as losses

__version__: str

__all__ = [
    "__version__",
    "cross_entropy",
    "entropy",
    "get_num_threads",
    "js_distance",
    "js_divergence",
    "kl_divergence",
    "logits",
    "losses",
    "set_num_threads",
    "show_config",
    "threads",
]


_NAMESPACES = ("logits", "losses")


def __getattr__(name: str) -> Any:
    # On first use: the metadata takes longer to read than all of this takes to import, and no program needs it all.
    if name == "__version__":
        from xlogx._version import version

        globals()[name] = found = version()
        return found
    if name in _NAMESPACES:
        from importlib import import_module

        return import_module(f"xlogx.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(globals().keys() | set(__all__))
