"""The positions that no measure sees: dropped from every argument, before the sums and before validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import NUMPYS_OWN, Argument, Name, mask_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xlogx._argument import Mask


class Dropped:
    """What is masked, and what is NaN in an argument whose NaN are omitted.

    Nothing is combined until a piece of it is asked for: the masks are the user's own arrays.
    """

    __slots__ = ("masks", "omitted")

    def __init__(self, masks: list[Mask], omitted: list[Argument]) -> None:
        self.masks = masks
        self.omitted = omitted

    def common_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """`shape`, broadcast with all that says what is dropped."""
        return np.broadcast_shapes(
            shape, *(mask.shape for mask, _ in self.masks), *(argument.array.shape for argument in self.omitted)
        )

    def piece(self, shape: tuple[int, ...], place: tuple[slice, ...]) -> NDArray[np.bool_]:
        """Which positions are dropped from a piece of `shape`."""
        dropped: NDArray[np.bool_] = np.zeros((), bool)
        for mask, value in self.masks:
            dropped = dropped | (np.broadcast_to(mask, shape)[place] == value)
        for argument in self.omitted:
            dropped = dropped | np.isnan(argument.piece(shape, place))
        return dropped


def masks_of_where(where: object, shape: tuple[int, ...], holds: str) -> list[Mask]:
    """The masks that the option `where` stands for, which fit into `shape`, that of the weights or logits."""
    array = _array_of_where(where)
    if array.dtype != np.bool_:
        raise TypeError(f"where must be bool, got dtype {array.dtype}")
    try:
        np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(
            f"where must broadcast to the shape of the {holds}, {shape}, and not enlarge it, got shape {array.shape}"
        ) from None
    masks = [(array, False)]
    mask = mask_of(where)
    if mask is not None:
        masks.append((mask, True))
    return masks


def _array_of_where(where: object) -> NDArray[Any]:
    if not isinstance(where, (np.ndarray, *NUMPYS_OWN)):
        # Only here: it is of no use to most calls.
        from xlogx._foreign import borrowed

        try:
            found = borrowed(Name("where", "flags"), where)
        except TypeError:
            raise TypeError(f"where must be an array of bool in the CPU's memory, got {type(where).__name__}") from None
        if found is not None:
            array, valid = found
            if valid is not None:
                # Neither to count nor to drop a position is what a missing answer means.
                first = ", ".join(map(str, np.argwhere(~valid)[0]))
                raise ValueError(f"where must be True or False, got a null at where[{first}]")
            return array
    try:
        return np.asarray(where)
    except ValueError:
        raise ValueError("where must be an array of bool, got a ragged sequence") from None
