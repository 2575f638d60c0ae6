"""Arrays of other libraries, borrowed: an ndarray over their own memory, and where their nulls are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx import _arrow
from xlogx._argument import FOR_LABELS, Name

if TYPE_CHECKING:
    from xlogx._arrow import Borrowed

# DLPack's numbers of devices whose memory the CPU reads: itself, and memory that CUDA and ROCm pin or manage for it.
_READABLE = {1, 3, 11, 13}
_DEVICES = {2: "CUDA", 4: "OpenCL", 7: "Vulkan", 8: "Metal", 10: "ROCm", 14: "oneAPI", 15: "WebGPU"}


def borrowed(name: Name, value: Any) -> Borrowed | None:
    """An ndarray over the memory of `value`, and its validity; None where np.asarray is the way.

    Parameters
    ----------
    name : Name
        The argument, for the errors.
    value : object
        Anything but a NumPy array.

    Returns
    -------
    tuple of ndarray and ndarray of bool or None
        The values, and True where there is one, or None where nothing is null. Under a null any value may stand.
        Lists are rows: an array of lists has as many axes more as its lists are deep, and a null list is a row of
        nulls. The ndarray keeps the memory alive.
    None
        `value` speaks neither Arrow nor DLPack, or is on NumPy's own dtypes anyhow.

    Raises
    ------
    TypeError
        A type that is no number, a data frame, or a tensor out of the CPU's reach.
    ValueError
        Lists of different lengths, or a stream that breaks off.

    Notes
    -----
    Only these are copied: bits (booleans and validity) become bytes; several chunks are joined; lists of variable length
    with null lists among them are laid out; and pandas' nullable arrays with nulls, where pyarrow is not installed.
    """
    dtype = getattr(value, "dtype", None)
    if _is_of_labels(dtype):
        # Their codes, and categories that are numbers, would pass for numbers.
        raise TypeError(f"{name} must be {name.holds}, got dtype {dtype}: {FOR_LABELS}")
    if (odd := _not_on_numpy(value)) is not None:
        raise TypeError(
            f"{name} must be one column of {name.holds}, got {type(value).__name__} with a column of dtype {odd}: "
            "pass one of its columns, or a NumPy array of its rows"
        )
    reason = None
    for method, read in (("__arrow_c_array__", _arrow.array), ("__arrow_c_stream__", _arrow.stream)):
        export = getattr(value, method, None)
        if export is None or _is_on_numpy(value):
            continue
        try:
            capsules = export()
        except Exception as error:
            # Such as pandas without pyarrow, or a dtype that Arrow lacks: there may be other ways.
            reason = error
            continue
        return read(name, capsules)
    if (pair := _nullable(value)) is not None:
        return pair
    if hasattr(value, "__dlpack__"):
        return _tensor(name, value), None
    if reason is not None and not hasattr(value, "__array__"):
        raise TypeError(_no_array(name, value, reason))
    return None


def _is_of_labels(dtype: object) -> bool:
    """Whether a dtype is one of categories: of pandas itself, or of Arrow's dictionaries in pandas."""
    return str(dtype) == "category" or str(dtype).startswith("dictionary<")


def _is_on_numpy(value: Any) -> bool:
    """Whether `value` (a Series, a DataFrame) is on NumPy's dtypes: then a NaN in it is a NaN, and no null."""
    if isinstance(getattr(value, "dtypes", None), Iterable):
        return _not_on_numpy(value) is None
    return isinstance(getattr(value, "dtype", None), np.dtype)


def _not_on_numpy(frame: Any) -> object:
    """The first dtype of a data frame's columns that is not NumPy's; None if there is none, or no frame."""
    dtypes = getattr(frame, "dtypes", None)
    if not isinstance(dtypes, Iterable):
        return None
    return next((dtype for dtype in dtypes if not isinstance(dtype, np.dtype)), None)


def _nullable(value: Any) -> Borrowed | None:
    """Nullable arrays and indexes of pandas, which know Arrow only through pyarrow or not at all."""
    dtype = getattr(getattr(value, "dtype", None), "numpy_dtype", None)
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biuf" or not hasattr(value, "isna"):
        return None
    missing = np.asarray(value.isna())
    return value.to_numpy(dtype=dtype, na_value=0), ~missing if missing.any() else None


def _no_array(name: Name, value: object, reason: Exception) -> str:
    return f"{name} must be an array of numbers, got {type(value).__name__}: {reason}"


def _tensor(name: Name, value: Any) -> Any:
    try:
        device = int(value.__dlpack_device__()[0])
        if device in _READABLE:
            return np.from_dlpack(value)
    except Exception as error:
        if hasattr(value, "__array__"):
            try:
                return np.asarray(value)  # such as bfloat16 of JAX, which DLPack has and NumPy not
            except Exception:
                pass
        if str(getattr(value, "dtype", "")) == "torch.bfloat16":
            raise TypeError(
                f"{name} is a tensor of torch.bfloat16, which NumPy does not have: "
                f'pass its bits, as .view(torch.uint16), with input_dtype="bfloat16"'
            ) from None
        raise TypeError(_no_array(name, value, error)) from None
    where = _DEVICES.get(device, f"DLPack device {device}")
    raise TypeError(
        f"{name} must be in the CPU's memory, got {type(value).__name__} on {where}: move it there first, as with .cpu()"
    )
