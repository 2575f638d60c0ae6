"""The structures of the Arrow C data interface, as ctypes has them, and the capsules that bring them to Python.

Their fields, and who releases them when: https://arrow.apache.org/docs/format/CDataInterface.html, and
https://arrow.apache.org/docs/format/CStreamInterface.html; capsules:
https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html.
"""

from __future__ import annotations

import ctypes
from typing import Any

_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Schema(ctypes.Structure):
    """`struct ArrowSchema`: a type."""

    format: bytes
    metadata: int | None
    n_children: int
    children: Any
    dictionary: Any
    release: Any

    def extension(self) -> str | None:
        """The name of the extension type that this is, if it is one."""
        place = self.metadata
        if place is None:
            return None

        def number() -> int:
            nonlocal place
            place += 4
            return ctypes.c_int32.from_address(place - 4).value

        def text() -> bytes:
            nonlocal place
            length = number()
            place += length
            return ctypes.string_at(place - length, length)

        for _ in range(number()):
            key, value = text(), text()
            if key == b"ARROW:extension:name":
                return value.decode(errors="replace")
        return None


Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)),
    ("release", _RELEASE),
    ("private_data", ctypes.c_void_p),
]


class Array(ctypes.Structure):
    """`struct ArrowArray`: data of a type that is known from elsewhere."""

    length: int
    null_count: int
    offset: int
    buffers: Any
    children: Any
    release: Any


Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))),
    ("dictionary", ctypes.POINTER(Array)),
    ("release", _RELEASE),
    ("private_data", ctypes.c_void_p),
]


class Stream(ctypes.Structure):
    """`struct ArrowArrayStream`: arrays of one type, one after the other."""

    get_schema: Any
    get_next: Any
    get_last_error: Any
    release: Any


Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Schema))),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(Array))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)),
    ("release", _RELEASE),
    ("private_data", ctypes.c_void_p),
]

# A prototype of our own: ctypes.pythonapi is shared, and so are the argument types set on its functions.
_pointer_in = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def held(name: str, capsule: object, kind: bytes, structure: type[Any]) -> Any:
    """The structure in a capsule, which stays the capsule's: its destructor releases it."""
    try:
        found = structure.from_address(_pointer_in(capsule, kind))
    except ValueError:
        raise TypeError(f"{name} gave no Arrow capsule called {kind.decode()}, but {type(capsule).__name__}") from None
    if not found.release:
        raise ValueError(f"{name} gave an Arrow structure that was already released")
    return found
