"""What runs here: version, backend, instruction set, threads."""

from __future__ import annotations

from typing import Literal, overload

from xlogx import _backend
from xlogx._threads import get_num_threads
from xlogx._version import version


@overload
def show_config(*, as_dict: Literal[False] = False) -> None: ...
@overload
def show_config(*, as_dict: Literal[True]) -> dict[str, str | int]: ...
def show_config(*, as_dict: bool = False) -> dict[str, str | int] | None:
    """Print the version, the backend, its instruction set and the number of threads, a line each.

    Parameters
    ----------
    as_dict : bool, default False
        Return the entries instead of printing them.

    Returns
    -------
    dict or None
        With ``as_dict=True`` the keys ``version``, ``backend`` (``"rust"`` or ``"numpy"``), ``simd`` (the level in
        use, ``"none"`` with the NumPy backend) and ``threads``.

    Examples
    --------
    >>> import xlogx
    >>> sorted(xlogx.show_config(as_dict=True))
    ['backend', 'simd', 'threads', 'version']
    """
    entries: dict[str, str | int] = {
        "version": version(),
        "backend": _backend.name,
        "simd": _backend.core.level(),
        "threads": get_num_threads(),
    }
    if as_dict:
        return entries
    for key, value in entries.items():
        print(f"{key}: {value}")
    return None
