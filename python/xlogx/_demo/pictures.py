"""What all pictures share: colours, a white ground, and SVG files that are the same bytes for the same numbers."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito's palette, which survives the common kinds of colour blindness.
COLOUR = {
    "xlogx": "#009E73",
    "NumPy": "#D55E00",
    "SciPy": "#0072B2",
    "numexpr": "#E69F00",
    "NumKong": "#CC79A7",
    "PyTorch": "#56B4E9",
}
MARKER = {"xlogx": "o", "NumPy": "s", "SciPy": "^", "numexpr": "D", "NumKong": "v", "PyTorch": "P"}
INK = "#222222"
FAINT = "#999999"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of `width` × `height` inches."""
    return Figure(figsize=(width, height), facecolor="white", layout="constrained")


def tidy(axes: Axes) -> None:
    """Leave the two axes that carry numbers and a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, which="both", labelsize=9)


def save(figure: Figure, path: Path) -> None:
    """Write `figure` as SVG: no date and no random identifiers, so that the file changes only if the picture does."""
    with mpl.rc_context({"svg.hashsalt": "xlogx", "svg.fonttype": "path"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
