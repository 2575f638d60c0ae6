"""A producer of the Arrow C data interface out of NumPy arrays: what a library does that keeps its data in Arrow's way."""

import ctypes
import struct
from collections import Counter

import numpy as np

from xlogx._arrow_structures import Array, Schema, Stream

FIELDS = dict(Stream._fields_)
RELEASE = FIELDS["release"]
NAMES = {Schema: b"arrow_schema", Array: b"arrow_array", Stream: b"arrow_array_stream"}
DESTRUCTOR = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, DESTRUCTOR)(
    ("PyCapsule_New", ctypes.pythonapi)
)
# A dying capsule is an address: no reference to it may be counted any more.
pointer_in_dying = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
# Callbacks and structures may still be in use where they are let go, so they stay; the data does not.
FOREVER = []


class Data:
    """An array of the type `form`: `length` elements behind `offset` others that are there and not meant.

    `valid`, `buffers` and `children` belong to all of the memory, the front included.
    """

    def __init__(
        self, form, length, *buffers, valid=None, offset=0, null_count=-1, children=(), dictionary=None, metadata=()
    ):
        self.form, self.length, self.offset, self.null_count = form, length, offset, null_count
        self.buffers = [None if valid is None else packed(valid), *buffers]
        self.children, self.dictionary, self.metadata = children, dictionary, dict(metadata)


def packed(bits):
    """One bit a value, the lowest first."""
    return np.packbits(np.asarray(bits, bool), bitorder="little")


class Producer:
    """Fills structures, and counts by kind how many it gave away and how many were released."""

    def __init__(self):
        self.given, self.released = Counter(), Counter()

    def schema(self, data, schema, part=False):
        """Make `schema` the type of `data`."""
        form = ctypes.create_string_buffer(data.form.encode())
        schema.format = ctypes.cast(form, ctypes.c_char_p)
        schema.n_children, schema.children = len(data.children), self.parts(Schema, data.children, self.schema)
        if data.dictionary:
            schema.dictionary = self.parts(Schema, [data.dictionary], self.schema)[0]
        if data.metadata:
            words = [word.encode() for pair in data.metadata.items() for word in pair]
            text = b"".join(struct.pack("=i", len(word)) + word for word in words)
            metadata = ctypes.create_string_buffer(struct.pack("=i", len(data.metadata)) + text)
            schema.metadata = ctypes.addressof(metadata)
            FOREVER.append(metadata)
        FOREVER.append(form)
        self.give(schema, [], part)

    def array(self, data, array, part=False):
        """Make `array` the elements of `data`."""
        array.length, array.offset, array.null_count = data.length, data.offset, data.null_count
        array.n_buffers, array.n_children = len(data.buffers), len(data.children)
        addresses = [None if buffer is None else buffer.ctypes.data for buffer in data.buffers]
        array.buffers = (ctypes.c_void_p * len(addresses))(*addresses)
        array.children = self.parts(Array, data.children, self.array)
        FOREVER.append(array.buffers)
        # What is kept ends with the release; a part's data is its whole's.
        self.give(array, [] if part else [data], part)

    def stream(self, form, chunks, failure, stream):
        """Make `stream` the `chunks` of the type of `form`; where `failure` is given, it comes after them."""
        chunks = list(chunks)
        reason = ctypes.create_string_buffer((failure or "").encode())

        def get_schema(_, schema):
            self.schema(form, schema.contents)
            return 0

        def get_next(_, array):
            if not chunks:
                return 5 if failure is not None else 0
            self.array(chunks.pop(0), array.contents)
            return 0

        # A callback cannot return a string, but its address.
        last_error = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(
            lambda _: ctypes.addressof(reason) if failure else None
        )
        stream.get_schema = FIELDS["get_schema"](get_schema)
        stream.get_next = FIELDS["get_next"](get_next)
        stream.get_last_error = ctypes.cast(last_error, FIELDS["get_last_error"])
        FOREVER.append((stream.get_schema, stream.get_next, last_error, reason))
        self.give(stream, [])

    def parts(self, structure, all_data, fill):
        """Structures inside another one: only the producer releases them, here by doing nothing."""
        parts = [structure() for _ in all_data]
        for data, part in zip(all_data, parts, strict=True):
            fill(data, part, part=True)
        pointers = (ctypes.POINTER(structure) * len(parts))(*map(ctypes.pointer, parts))
        FOREVER.append((parts, pointers))
        return ctypes.cast(pointers, ctypes.POINTER(ctypes.POINTER(structure)))

    def give(self, structure, kept, part=False):
        """Set the callback that counts a release and lets go of what is `kept`."""
        kind = type(structure)
        self.given[kind.__name__] += not part

        def release(address):
            self.released[kind.__name__] += 1
            kept.clear()
            kind.from_address(address).release = RELEASE()

        structure.release = RELEASE(release)
        FOREVER.append(structure.release)


def destroy(address, kind):
    held = kind.from_address(pointer_in_dying(address, NAMES[kind]))
    if held.release:
        held.release(ctypes.addressof(held))


DESTRUCTORS = {kind: DESTRUCTOR(lambda address, kind=kind: destroy(address, kind)) for kind in NAMES}


def capsule(kind, fill, *arguments):
    structure = kind()
    FOREVER.append(structure)
    fill(*arguments, structure)
    return new_capsule(ctypes.addressof(structure), NAMES[kind], DESTRUCTORS[kind])


class ArrowArray(Producer):
    """One array, as pyarrow.Array."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def __arrow_c_array__(self, requested_schema=None):
        return capsule(Schema, self.schema, self.data), capsule(Array, self.array, self.data)


class ArrowStream(Producer):
    """Chunks of the type of `form`, as polars.Series; after them, if given, a failure."""

    def __init__(self, form, *chunks, failure=None):
        super().__init__()
        self.form, self.chunks, self.failure = form, chunks, failure

    def __arrow_c_stream__(self, requested_schema=None):
        return capsule(Stream, self.stream, self.form, self.chunks, self.failure)
