"""A data argument: from what the user gives to an array in a dtype that the backends read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._bfloat16 import widened

if TYPE_CHECKING:
    from typing import TypeGuard

    # numpy.typing takes longer to load than all of xlogx.
    from numpy.typing import ArrayLike, NDArray

    # An array of bools, and which of the two drops a position.
    Mask = tuple[NDArray[np.bool_], bool]

# Spacing of each floating dtype at one, by its size in bytes.
_EPSILON = {2: 2.0**-10, 4: 2.0**-23, 8: 2.0**-52}
_BFLOAT16_EPSILON = 2.0**-7
# What nobody but NumPy makes an array of.
NUMPYS_OWN = (list, tuple, int, float, np.generic)
# What an error says of labels.
FOR_LABELS = "samples.entropy is the entropy of labels"


class Name(str):
    """What errors call an argument, and what they say that it holds: weights, or logits."""

    __slots__ = ("holds",)
    holds: str

    def __new__(cls, name: str, holds: str) -> Name:
        found = super().__new__(cls, name)
        found.holds = holds
        return found


class Argument:
    """One data argument: its name, its array as a backend takes it, and what its dtype means for the result.

    Where `bfloat16` is true, `array` holds the bits of bfloat16 numbers as uint16.
    """

    __slots__ = ("array", "bfloat16", "epsilon", "masks", "name", "narrow", "weak")

    def __init__(self, name: Name, value: ArrayLike, input_dtype: str | None = None) -> None:
        self.name = name
        array, self.masks = _array_and_masks(name, value)
        # A Python number never widens the result, as in NumPy.
        self.weak = isinstance(value, int | float) and not isinstance(value, np.generic)
        self.narrow = False
        self.bfloat16 = False
        self.epsilon = _EPSILON[8]
        dtype = array.dtype
        if dtype.kind == "f" and dtype.itemsize <= 8 and dtype.char != "g":
            self.narrow = dtype.itemsize < 8
            self.epsilon = _EPSILON[dtype.itemsize]
        # Its name takes longer to find than all else here: no integer is asked for it.
        elif (dtype.kind not in "biu" and dtype.name == "bfloat16") or (
            input_dtype == "bfloat16" and dtype.kind == "u" and dtype.itemsize == 2
        ):
            array = array if dtype.kind == "u" else array.view(np.uint16)
            self.narrow = self.bfloat16 = True
            self.epsilon = _BFLOAT16_EPSILON
        elif dtype.kind not in "biu":
            raise TypeError(_dtype_message(name, array))
        self.array = array

    @property
    def may_be_nan(self) -> bool:
        """Whether its dtype has a NaN."""
        return self.bfloat16 or self.array.dtype.kind == "f"

    @property
    def may_be_invalid(self) -> bool:
        """Whether its dtype has a negative number or an infinity."""
        return self.bfloat16 or self.array.dtype.kind not in "bu"

    def memory(self) -> list[NDArray[Any]]:
        """The arrays that are read where this argument is."""
        return [self.array, *(mask for mask, _ in self.masks)]

    def piece(self, shape: tuple[int, ...], place: tuple[slice, ...]) -> NDArray[Any]:
        """The numbers of a piece of this argument broadcast to `shape`."""
        return self.numbers(np.broadcast_to(self.array, shape)[place])

    def numbers(self, stored: NDArray[Any]) -> NDArray[Any]:
        """What a part of the array stands for."""
        return widened(stored) if self.bfloat16 else stored


def is_masked(value: object) -> TypeGuard[np.ma.MaskedArray[Any, Any]]:
    """Whether `value` is a masked array, with a mask or without."""
    # Where nothing has imported numpy.ma there is no masked array, and its import would be paid for nothing.
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(value, masked.MaskedArray)


def mask_of(value: object) -> NDArray[np.bool_] | None:
    """The mask of a masked array that has one."""
    if not is_masked(value) or value.mask is np.ma.nomask:
        return None
    return np.asarray(value.mask)


def _array_and_masks(name: Name, value: ArrayLike) -> tuple[NDArray[Any], list[Mask]]:
    if isinstance(value, np.ndarray):
        mask = mask_of(value)
        # A subclass's view, without its arithmetic.
        return np.asarray(value), [] if mask is None else [(mask, True)]
    if not isinstance(value, NUMPYS_OWN):
        if _is_observation(value):
            raise TypeError(
                f"{name} must be {name.holds}, got {type(value).__name__}, which is an observation: "
                "samples.byte_entropy is the entropy of bytes"
            )
        # Only here: it is of no use to most calls.
        from xlogx._foreign import borrowed

        found = borrowed(name, value)
        if found is not None:
            array, valid = found
            return array, [] if valid is None else [(valid, False)]
    return _array_of_numbers(name, value), []


def _array_of_numbers(name: Name, value: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers, got a ragged sequence: {error}") from None
    except TypeError as error:
        raise TypeError(f"{name} must be an array of numbers, got {type(value).__name__}: {error}") from None
    if array.dtype == object and array.size and all(type(item) is int for item in array.flat):
        try:
            return array.astype(np.float64)  # integers beyond 64 bits
        except OverflowError:
            raise ValueError(f"{name} must be {name.holds} in the range of float64, got an integer beyond it") from None
    return array


def _is_observation(value: object) -> bool:
    """Whether `value` is text or raw bytes; numbers of one byte, as in array.array, are numbers."""
    if isinstance(value, memoryview):
        return value.format.lstrip("@=<>!") in ("B", "b", "c")
    # Where nothing has imported mmap there is no map, and not every platform has one.
    mmap = sys.modules.get("mmap")
    return isinstance(value, bytes | bytearray | str) or (mmap is not None and isinstance(value, mmap.mmap))


def _dtype_message(name: Name, array: NDArray[Any]) -> str:
    dtype = array.dtype
    if dtype.kind in "SUT":
        return f"{name} must be {name.holds}, got dtype {dtype}: {FOR_LABELS}"
    if dtype.kind == "O":
        label = next((item for item in array.flat if isinstance(item, str | bytes)), None)
        if label is not None:
            return f"{name} must be {name.holds}, got dtype object with {type(label).__name__} in it: {FOR_LABELS}"
    return f"{name} must be real {name.holds} of at most 64 bits, got dtype {dtype}"
