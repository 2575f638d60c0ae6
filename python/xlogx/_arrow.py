"""Arrow's arrays and streams as ndarrays, with NumPy alone.

Nothing is moved out of a capsule. An array's memory is kept by keeping its capsule, as the base of the ndarray; only the
chunks of a stream, which come without a capsule, are released here.
"""

from __future__ import annotations

import ctypes
import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xlogx._argument import FOR_LABELS, Name
from xlogx._arrow_structures import Array, Schema, Stream, held

if TYPE_CHECKING:
    from numpy.typing import NDArray

    # The values, and True where there is one; None where there is one everywhere.
    Borrowed = tuple[NDArray[Any], NDArray[np.bool_] | None]

# Arrow's letters, and NumPy's.
_DTYPES = dict(zip("csilCSILefgb", "bhiqBHIQefd?", strict=True))
_OFFSETS = {"+l": "i", "+L": "q"}
_STRINGS = {"u": "string", "U": "large string", "vu": "string view"}
# The first prefix of the format that is found here names the type.
_OTHERS = {
    "n": "null",
    "z": "binary",
    "Z": "large binary",
    "vz": "binary view",
    "w": "fixed-size binary",
    "d": "decimal",
    "td": "date",
    "tt": "time",
    "ts": "timestamp",
    "tD": "duration",
    "ti": "interval",
    "+vl": "list view",
    "+vL": "large list view",
    "+m": "map",
    "+u": "union",
    "+r": "run-end encoded",
}


class _Layout(NamedTuple):
    """A type: the dtype at its bottom, and the lists around it, the outermost first.

    A list is the number of its elements where that is fixed, else the dtype of its offsets.
    """

    dtype: np.dtype[Any]
    lists: tuple[int | np.dtype[Any], ...] = ()

    def empty(self) -> Borrowed:
        shape = [size if isinstance(size, int) else 0 for size in self.lists]
        return np.empty((0, *shape), self.dtype), None


class _Chunk:
    """An array out of a stream: released when the last ndarray over it is gone."""

    def __init__(self) -> None:
        self.array = Array()

    def __del__(self) -> None:
        if self.array.release:
            self.array.release(ctypes.addressof(self.array))


class _Memory:
    """What NumPy makes an ndarray of, and keeps as its base: memory, and the owner that keeps it alive."""

    def __init__(self, address: int, dtype: np.dtype[Any], count: int, owner: object) -> None:
        self.owner = owner
        self.__array_interface__ = {
            "version": 3,
            "shape": (count,),
            "typestr": dtype.str,
            "data": (address, True),  # Arrow's memory is read-only
        }


def array(name: Name, capsules: tuple[object, object]) -> Borrowed:
    """What `__arrow_c_array__` returns, as an ndarray."""
    try:
        schema, data = capsules
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} gave {type(capsules).__name__} for Arrow's pair of capsules, of a schema and an array"
        ) from None
    layout = _layout(name, held(name, schema, b"arrow_schema", Schema))
    found = held(name, data, b"arrow_array", Array)
    return _elements(name, layout, found, 0, found.length, data)


def stream(name: Name, capsule: object) -> Borrowed:
    """What `__arrow_c_stream__` returns, as an ndarray: one chunk is borrowed, several are joined by copying them."""
    source = held(name, capsule, b"arrow_array_stream", Stream)
    address = ctypes.addressof(source)

    def checked(code: int) -> None:
        if code:
            reason = source.get_last_error(address) or os.strerror(code).encode()
            raise ValueError(f"{name} could not be read from its Arrow stream: {reason.decode(errors='replace')}")

    schema = Schema()
    checked(source.get_schema(address, schema))
    try:
        layout = _layout(name, schema)
    finally:
        schema.release(ctypes.addressof(schema))

    chunks: list[Borrowed] = []
    rows = 0
    while True:
        chunk = _Chunk()
        checked(source.get_next(address, chunk.array))
        if not chunk.array.release:
            return _joined(name, chunks) if chunks else layout.empty()
        if chunk.array.length:
            chunks.append(_elements(name, layout, chunk.array, 0, chunk.array.length, chunk, rows))
            rows += chunk.array.length


def _layout(name: Name, schema: Schema) -> _Layout:
    form = schema.format.decode()
    if schema.dictionary or form in _STRINGS:
        kind = "dictionary" if schema.dictionary else _STRINGS[form]
        raise TypeError(f"{name} must be {name.holds}, got Arrow type {kind}: {FOR_LABELS}")
    if (extension := schema.extension()) is not None:
        # Such as pandas.period: numbers are how it is stored, not what it means.
        raise TypeError(
            f"{name} must be real {name.holds} of at most 64 bits, got Arrow extension type {extension}: "
            f"pass its storage if those are the {name.holds}"
        )
    if form in _DTYPES:
        return _Layout(np.dtype(_DTYPES[form]))
    if form.startswith("+w:") or form in _OFFSETS:
        size = np.dtype(_OFFSETS[form]) if form in _OFFSETS else int(form.removeprefix("+w:"))
        inner = _layout(name, schema.children[0].contents)
        return _Layout(inner.dtype, (size, *inner.lists))
    if form == "+s":
        raise TypeError(
            f"{name} must be one column of {name.holds}, got Arrow type struct (a data frame or record batch) "
            f"with {schema.n_children} columns: pass one of its columns, or a NumPy array of its rows"
        )
    kind = next((word for prefix, word in _OTHERS.items() if form.startswith(prefix)), form)
    raise TypeError(f"{name} must be real {name.holds} of at most 64 bits, got Arrow type {kind}")


def _elements(
    name: Name, layout: _Layout, data: Array, first: int, count: int, owner: object, rows: int = 0
) -> Borrowed:
    """`count` elements of `data` from `first` on; lists become further axes. `rows` stand before them in a stream."""
    if first + count > data.length:
        # Seen in Polars 1.20: a sliced array of fixed lists whose offset is in the lists and in their values, too.
        raise ValueError(f"{name} came with Arrow lists that reach beyond the {data.length} values they are made of")
    if not count:
        return layout.empty()  # whose buffers may hold nothing, not even the first offset
    first += data.offset
    valid = _bits(data.buffers[0], first, count, owner) if data.null_count and data.buffers[0] else None
    if valid is not None and valid.all():
        valid = None
    if not layout.lists:
        if layout.dtype == np.bool_:
            return _bits(data.buffers[1], first, count, owner), valid
        return _borrowed(data.buffers[1], layout.dtype, first, count, owner), valid

    size, inner, child = layout.lists[0], _Layout(layout.dtype, layout.lists[1:]), data.children[0].contents
    if isinstance(size, int):
        values, kept = _elements(name, inner, child, first * size, count * size, owner)
        places = None
    else:
        offsets = _borrowed(data.buffers[1], size, first, count + 1, owner)
        size, places = _width(name, offsets, valid, rows)
        values, kept = _elements(name, inner, child, int(offsets[0]), int(offsets[-1] - offsets[0]), owner)
    shape = (count, size, *values.shape[1:])
    if places is not None:
        values = values[places] if len(values) else np.zeros(shape, values.dtype)
        kept = kept[places] if kept is not None and len(kept) else None
    if valid is not None:
        # A null list is a row of nulls.
        valid = np.broadcast_to(valid.reshape(count, *[1] * (len(shape) - 1)), shape)
    if kept is not None:
        valid = kept.reshape(shape) if valid is None else valid & kept.reshape(shape)
    return values.reshape(shape), valid


def _width(
    name: Name, offsets: NDArray[Any], valid: NDArray[np.bool_] | None, rows: int
) -> tuple[int, NDArray[np.intp] | None]:
    """The one length of all lists and, where null lists are shorter or longer, where each list's elements are."""
    lengths = np.diff(offsets)
    if valid is None:
        valid = np.ones(len(lengths), bool)
    # Lists that are all null may have any length but 0, which no row has.
    size = int(lengths[valid.argmax()]) if valid.any() else 1
    odd = lengths != size
    if (odd & valid).any():
        row = int((odd & valid).argmax())
        raise _uneven(name, rows + row, int(lengths[row]), size)
    if not odd.any():
        return size, None
    # A null list's elements are never looked at: any place that exists will do.
    return size, np.where(odd, 0, offsets[:-1] - offsets[0])[:, None] + np.arange(size)


def _uneven(name: Name, row: int, length: int, size: int) -> ValueError:
    return ValueError(
        f"{name} must have rows of one length, got {length} {name.holds} in row {row} and {size} before it"
    )


def _joined(name: Name, chunks: list[Borrowed]) -> Borrowed:
    if len(chunks) == 1:
        return chunks[0]
    # Where all lists of a chunk are null, its width says nothing.
    telling = [values.shape for values, kept in chunks if kept is None or kept.any()]
    shape = telling[0][1:] if telling else chunks[0][0].shape[1:]
    rows = 0
    for i, (values, kept) in enumerate(chunks):
        if values.shape[1:] != shape:
            if kept is None or kept.any():
                raise _uneven(name, rows, values.shape[1], shape[0])
            whole = (len(values), *shape)
            chunks[i] = np.zeros(whole, values.dtype), np.zeros(whole, bool)
        rows += len(values)
    valid = None
    if any(kept is not None for _, kept in chunks):
        valid = np.concatenate([np.ones(values.shape, bool) if kept is None else kept for values, kept in chunks])
    return np.concatenate([values for values, _ in chunks]), valid


def _borrowed(address: int | None, dtype: np.dtype[Any], first: int, count: int, owner: object) -> NDArray[Any]:
    if address is None:  # as it may be where there is nothing to hold
        return np.zeros(count, dtype)
    return np.asarray(_Memory(address + first * dtype.itemsize, dtype, count, owner))


def _bits(address: int | None, first: int, count: int, owner: object) -> NDArray[np.bool_]:
    start, skipped = divmod(first, 8)
    packed = _borrowed(address, np.dtype(np.uint8), start, math.ceil((skipped + count) / 8), owner)
    return np.unpackbits(packed, count=skipped + count, bitorder="little")[skipped:].view(np.bool_)
