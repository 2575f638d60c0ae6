"""bfloat16: the upper half of a float32."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def widened(bits: NDArray[Any]) -> NDArray[np.float32]:
    """The float32 of which `bits`, uint16 of any byte order, are the upper half."""
    return np.left_shift(bits.astype(np.uint32), 16, dtype=np.uint32).view(np.float32)
