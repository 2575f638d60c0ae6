"""Stand-ins for what other libraries hand over: tensors, and the objects by which the table of errors calls them."""

import ctypes

import numpy as np
import pytest
from arrow_producer import ArrowArray, ArrowStream, Data, packed

from xlogx._arrays import P
from xlogx._arrow_structures import Array, held
from xlogx._foreign import borrowed

DOUBLES = np.array([0.5, 0.25, 0.125, 0.125, 1.0, 2.0, 3.0, 4.0])


class Tensor:
    """What torch, JAX and CuPy have in common."""

    def __init__(self, values, dtype=None, device=1, failure=None):
        self.values, self.dtype, self.device, self.failure = values, dtype, device, failure

    def __dlpack_device__(self):
        return self.device, 0

    def __dlpack__(self, **options):
        if self.failure:
            raise self.failure
        return self.values.__dlpack__(**options)


class Column:
    """A column whose library needs another one in order to hand it over."""

    def __arrow_c_stream__(self, requested_schema=None):
        raise ImportError("pyarrow is not installed")


class Categories:
    """A categorical array of numbers, of which NumPy makes an array of numbers."""

    dtype = "category"

    def __array__(self, dtype=None, copy=None):
        return DOUBLES


class Frame(Column):
    """A data frame with a column of pandas' own types, which NumPy makes an array of."""

    dtypes = (np.dtype("d"), "Int64")

    def __array__(self, dtype=None, copy=None):
        return DOUBLES.reshape(1, -1)


class Malformed:
    """What calls itself an Arrow array or stream and hands over something else."""

    def __init__(self, method, answer):
        setattr(self, method, lambda requested_schema=None: answer)


class Released:
    """An Arrow array that someone else has released."""

    def __arrow_c_array__(self, requested_schema=None):
        capsules = ArrowArray(doubles(4)).__arrow_c_array__()
        found = held("p", capsules[1], b"arrow_array", Array)
        found.release(ctypes.addressof(found))
        return capsules


def doubles(length, values=DOUBLES, **others):
    """That many of the numbers above, in Arrow."""
    return Data("g", length, values, **others)


def error(kind, value, name=P):
    """What is said of a value that cannot be borrowed."""
    with pytest.raises(kind) as caught:
        borrowed(name, value)
    return str(caught.value)


FRAME = Data("+s", 4, children=[doubles(4), doubles(4)])
LISTS = Data("+l", 3, np.array([0, 2, 4, 7], "i"), children=[doubles(7)])

# What stands behind the names in the calls of the table.
OBJECTS = {
    "arrow_strings": ArrowArray(Data("u", 0)),
    "arrow_dictionary": ArrowArray(Data("c", 0, dictionary=Data("u", 0))),
    "arrow_periods": ArrowArray(
        Data("l", 2, np.array([50, 51]), metadata={"other": "x", "ARROW:extension:name": "pandas.period"})
    ),
    "arrow_flags_with_null": ArrowArray(Data("b", 3, packed([1, 1, 0]), valid=[1, 0, 1])),
    "categories": Categories(),
    "frame_of_nullables": Frame(),
    "array_without_capsules": Malformed("__arrow_c_array__", None),
    "stream_without_capsule": Malformed("__arrow_c_stream__", 1),
    "arrow_dates": ArrowArray(Data("tdD", 0)),
    "record_batch": ArrowArray(FRAME),
    "data_frame": ArrowStream(FRAME, FRAME),
    "lists_of_2_2_and_3": ArrowArray(LISTS),
    "lists_beyond_their_values": ArrowArray(Data("+w:2", 3, children=[doubles(5)])),
    "broken_stream": ArrowStream(doubles(4), doubles(4), failure="the connection was lost"),
    "released_array": Released(),
    "column_without_pyarrow": Column(),
    "gpu_tensor": Tensor(DOUBLES, device=2),
    "tensor_with_gradient": Tensor(
        DOUBLES, failure=BufferError("Can't export tensors that require gradient, use tensor.detach()")
    ),
    "bfloat16_tensor": Tensor(DOUBLES, "torch.bfloat16", failure=RuntimeError("Unsupported dtype in DLTensor.")),
}
