"""Picks the backend once, at import: the Rust `_core`, or `_fallback`, its twin in plain NumPy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BACKENDS = ("rust", "numpy")
LEVELS = ("portable", "avx2", "avx512")


class Backend(Protocol):
    """What `_core` and `_fallback` both offer; `_core.pyi` says what each function does."""

    def reduce(
        self,
        measure: str,
        p: NDArray[Any],
        q: NDArray[Any] | None,
        reduced: int,
        base: float | None,
        normalize: bool,
        pseudocount: float,
        out: NDArray[Any],
        threads: int,
        masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
        omit: bool = ...,
        invalid_is_nan: bool = ...,
        bfloat16: tuple[bool, bool] = ...,
        /,
    ) -> bool: ...
    def reduce_logits(
        self,
        measure: str,
        p: NDArray[Any],
        q: NDArray[Any] | None,
        reduced: int,
        base: float | None,
        temperature: float,
        out: NDArray[Any],
        threads: int,
        masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
        omit: bool = ...,
        bfloat16: tuple[bool, bool] = ...,
        /,
    ) -> bool: ...
    def map_logits(
        self,
        measure: str,
        z: NDArray[Any],
        reduced: int,
        base: float | None,
        temperature: float,
        out: NDArray[Any],
        threads: int,
        masks: Sequence[tuple[NDArray[np.bool_], bool]] = ...,
        omit: bool = ...,
        bfloat16: bool = ...,
        /,
    ) -> bool: ...
    def class_losses(
        self,
        loss: str,
        z: NDArray[Any],
        target: NDArray[Any] | None,
        labels: NDArray[np.int64] | None,
        label_weight: NDArray[np.float64] | None,
        temperature: float,
        narrow: bool,
        out: NDArray[np.float64],
        scale: NDArray[np.float64] | None,
        grad: NDArray[Any] | None,
        threads: int,
        bfloat16: tuple[bool, bool] = ...,
        /,
    ) -> bool: ...
    def distributions(
        self,
        p: NDArray[Any],
        tolerance: float,
        labels: NDArray[np.int64] | None,
        out: NDArray[np.float64],
        threads: int,
        bfloat16: bool = ...,
        /,
    ) -> bool: ...
    def elementwise_losses(
        self,
        loss: str,
        x: NDArray[Any],
        target: NDArray[Any] | None,
        other: NDArray[Any] | None,
        weight: NDArray[Any] | None,
        where: NDArray[np.bool_] | None,
        parameter: float,
        narrow: bool,
        out: NDArray[np.float64] | None,
        scale: float,
        grad: NDArray[Any] | None,
        threads: int,
        bfloat16: Sequence[bool] = ...,
        /,
    ) -> float | None: ...
    def exponential(self, x: float, /) -> float: ...
    def entropy(self, p: object, /) -> np.float64 | np.float32 | None: ...
    def cross_entropy(self, p: object, q: object, /) -> np.float64 | np.float32 | None: ...
    def kl_divergence(self, p: object, q: object, /) -> np.float64 | np.float32 | None: ...
    def js_divergence(self, p: object, q: object, /) -> np.float64 | np.float32 | None: ...
    def js_distance(self, p: object, q: object, /) -> np.float64 | np.float32 | None: ...
    def levels(self) -> list[str]: ...
    def level(self) -> str: ...
    def set_level(self, name: str, /) -> None: ...


def _import_numpy_backend() -> Backend:
    from xlogx import _fallback

    return cast(Backend, _fallback)


def _import_rust_backend() -> Backend:
    from xlogx import _core

    return cast(Backend, _core)


def _choose() -> tuple[str, Backend]:
    name = os.environ.get("XLOGX_BACKEND")
    if name is None:
        try:
            return "rust", _import_rust_backend()
        except ImportError:  # a pure-Python install
            return "numpy", _import_numpy_backend()
    if name == "rust":
        try:
            return name, _import_rust_backend()
        except ImportError as error:
            raise ImportError(f"XLOGX_BACKEND=rust, but the Rust core cannot be imported: {error}") from error
    if name == "numpy":
        return name, _import_numpy_backend()
    raise ValueError(f"XLOGX_BACKEND must be one of {', '.join(BACKENDS)}, got {name!r}")


def _apply_level() -> None:
    level = os.environ.get("XLOGX_SIMD")
    if level is None:
        return
    if level not in LEVELS:
        raise ValueError(f"XLOGX_SIMD must be one of {', '.join(LEVELS)}, got {level!r}")
    if name == "rust":
        if level not in core.levels():
            raise ImportError(f"XLOGX_SIMD={level} is not supported by this CPU, which has {', '.join(core.levels())}")
        core.set_level(level)


# The functions look `core` up at every call, so that `using` can change it.
name, core = _choose()
_apply_level()


def choices() -> list[tuple[str, str]]:
    """Every (backend, level) pair that can run here: ("numpy", "none"), then ("rust", level) from least to best."""
    found = [("numpy", "none")]
    try:
        found += [("rust", level) for level in _import_rust_backend().levels()]
    except ImportError:
        pass
    return found


@contextmanager
def using(backend: str, level: str | None = None) -> Iterator[None]:
    """Run a block on another backend and level: for tests and `verify`, not for programs (it is process-wide)."""
    global name, core
    before = name, core
    name, core = backend, _import_rust_backend() if backend == "rust" else _import_numpy_backend()
    level_before = core.level()
    try:
        if backend == "rust" and level is not None:
            core.set_level(level)
        yield
    finally:
        if backend == "rust":
            core.set_level(level_before)
        name, core = before
