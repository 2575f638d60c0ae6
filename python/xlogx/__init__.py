"""Entropy, cross-entropy, Kullback-Leibler and Jensen-Shannon divergence, right to the last digits."""

from xlogx._config import show_config
from xlogx._threads import get_num_threads, set_num_threads, threads
from xlogx.weights import cross_entropy, entropy, js_distance, js_divergence, kl_divergence

__version__: str

__all__ = [
    "__version__",
    "cross_entropy",
    "entropy",
    "get_num_threads",
    "js_distance",
    "js_divergence",
    "kl_divergence",
    "set_num_threads",
    "show_config",
    "threads",
]


def __getattr__(name: str) -> str:
    # On first use: the metadata takes longer to read than all of this takes to import.
    if name == "__version__":
        from xlogx._version import version

        globals()[name] = found = version()
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
