"""The picture of screen (a): ten mean images over the KL table and its transpose."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from xlogx._demo.pictures import COLOUR, INK, new_figure, save


def draw_digits(
    mean: NDArray[np.float64],
    entropy: NDArray[np.float64],
    kl: NDArray[np.float64],
    lopsided: tuple[int, int],
    path: Path,
) -> None:
    """Draw the mean images with their entropies, and `kl` beside its transpose with the lopsided pair framed."""
    figure = new_figure(9.0, 6.2)
    parts: Any = figure.subfigures(2, 1, height_ratios=(1.0, 3.6))
    top, bottom = parts
    for digit, axes in enumerate(top.subplots(1, 10)):
        axes.imshow(mean[digit].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{entropy[digit]:.3f} bits", fontsize=8, color=INK)
        axes.set_axis_off()
    titles = ("D(row‖column), bits", "its transpose, D(column‖row)")
    for table, title, axes in zip((kl, kl.T), titles, bottom.subplots(1, 2), strict=True):
        axes.imshow(table, cmap="YlGnBu", vmin=0.0, vmax=float(kl.max()))
        axes.set_title(title, fontsize=10, color=INK)
        axes.set_xticks(range(10))
        axes.set_yticks(range(10))
        axes.tick_params(length=0, labelsize=9)
        axes.spines[:].set_visible(False)
        for i, j in np.ndindex(table.shape):
            if i != j:
                shade = "white" if table[i, j] > 0.6 * kl.max() else INK
                axes.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=6.5, color=shade)
        for i, j in (lopsided, lopsided[::-1]):
            frame = Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=COLOUR["NumPy"], linewidth=2)
            axes.add_patch(frame)
    save(figure, path)
