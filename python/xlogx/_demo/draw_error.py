"""The picture of screen (e): relative error against closeness, both axes logarithmic."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from xlogx._demo.pictures import COLOUR, FAINT, INK, MARKER, new_figure, save, tidy

# An exact answer has no logarithm; it is drawn here, below half a unit in the last place.
FLOOR = 1e-17
CEILING = 1e9
EPSILON = 2.0**-52
# Two libraries that lose the same digits lie on each other; the upper one is dashed, so that both are seen.
LINE = {"NumPy": "--"}


def draw_error(closeness: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[float]]], path: Path) -> None:
    """
    Draw a panel a measure.

    Parameters
    ----------
    closeness : sequence of float
        Relative differences of q from p.
    panels : mapping
        From the title of a panel to the errors of each library, one for each closeness; nan where it answered nan.
    path : Path
        The SVG file to write.
    """
    figure = new_figure(9.0, 4.1)
    for title, axes in zip(panels, figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], strict=True):
        _panel(axes, title, closeness, panels[title])
    figure.axes[0].set_ylabel("relative error", color=INK)
    figure.supxlabel("relative difference of q from p", fontsize=10, color=INK)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False, fontsize=10)
    save(figure, path)


def _panel(axes: Axes, title: str, closeness: Sequence[float], curves: Mapping[str, Sequence[float]]) -> None:
    tidy(axes)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(max(closeness) * 2, min(closeness) / 20)
    axes.set_ylim(FLOOR / 3, CEILING)
    axes.set_title(title, fontsize=11, color=INK)
    axes.axhspan(1, CEILING, color=COLOUR["NumPy"], alpha=0.07, linewidth=0)
    axes.text(max(closeness), 3, "no digit is right", fontsize=8, color=INK, va="bottom")
    axes.axhline(EPSILON, color=FAINT, linewidth=0.8, linestyle=":")
    axes.text(min(closeness) / 3, EPSILON * 1.6, "2⁻⁵²", fontsize=8, color=FAINT)
    row = CEILING
    for name, errors in curves.items():
        x, y = np.array(closeness), np.array(errors)
        answered = ~np.isnan(y)
        style: dict[str, Any] = {"color": COLOUR[name], "markersize": 5}
        line = LINE.get(name, "-")
        width = 2.2 if name == "xlogx" else 1.4
        shown = np.clip(y[answered], FLOOR, CEILING)
        axes.plot(x[answered], shown, line, linewidth=width, marker=MARKER[name], label=name, **style)
        if not answered.all():
            row /= 60  # each library that answered nan has its own row of crosses
            nan = x[~answered]
            axes.plot(nan, np.full(nan.size, row), linestyle="none", marker="x", **style)
            axes.text(min(closeness) / 2, row, "nan", fontsize=8, va="center", color=COLOUR[name])
