"""The picture of screen (d): for each kind of file, the bits of a byte under each kind's code."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from xlogx._demo.pictures import COLOUR, FAINT, INK, new_figure, save, tidy

# Behind the labels, so that the line at 8 bits does not run through them.
GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


def draw_files(kinds: Sequence[str], entropy: NDArray[np.float64], extra: NDArray[np.float64], path: Path) -> None:
    """Draw a panel a kind; each bar is the kind's entropy with the extra cost D(p‖q) of a wrong code on top of it."""
    figure = new_figure(9.0, 3.4)
    top = 1.1 * max(8.0, float((entropy[:, None] + extra).max()))
    panels = np.atleast_1d(figure.subplots(1, len(kinds), sharey=True))
    for kind, own, extras, axes in zip(kinds, entropy, extra, panels, strict=True):
        tidy(axes)
        axes.grid(False, axis="x")
        axes.bar(range(len(kinds)), [own] * len(kinds), color=COLOUR["SciPy"], width=0.62)
        axes.bar(range(len(kinds)), extras, bottom=own, color=COLOUR["NumPy"], width=0.62)
        for column, more in enumerate(extras):
            label = f"{own:.2f}" if more == 0 else f"{own:.2f} + {more:.2f}"
            axes.text(column, own + more + 0.02 * top, label, ha="center", fontsize=8, color=INK, bbox=GROUND)
        axes.set_title(f"coding {kind}", fontsize=10, color=INK)
        axes.set_xticks(range(len(kinds)), [f"as {other.split(' (')[0]}" for other in kinds], fontsize=8)
        axes.axhline(8.0, color=FAINT, linewidth=1.2, linestyle=":", zorder=0.5)
    panels[0].set_ylabel("bits per byte", color=INK)
    panels[0].set_ylim(0, top)
    panels[0].yaxis.set_major_locator(MultipleLocator(4))
    panels[0].text(-0.4, 8.2, "8: as it is", fontsize=8, color=INK, bbox=GROUND)
    figure.legend(
        handles=[panels[0].containers[0], panels[0].containers[1]],
        labels=["H(p): the files' own entropy", "D(p‖q): the price of the wrong code"],
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=9,
    )
    save(figure, path)
