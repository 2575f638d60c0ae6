"""The picture of screen (f): how fast each library reads its input, beside how fast the memory can be read."""

from collections.abc import Mapping
from pathlib import Path

from xlogx._demo.pictures import COLOUR, INK, new_figure, save, tidy


def draw_time(races: Mapping[str, tuple[int, Mapping[str, float]]], read_rate: float, path: Path) -> None:
    """
    Draw a group of bars for each piece of work, a bar a library: its input's bytes over its time.

    Parameters
    ----------
    races : mapping
        From the work's name to the bytes of its input and the seconds of each library.
    read_rate : float
        Bytes per second at which memory is read, drawn as a line.
    path : Path
        The SVG file to write.
    """
    bars = sum(len(seconds) + 1 for _, seconds in races.values())
    figure = new_figure(9.0, 1.0 + 0.2 * bars)
    axes = figure.subplots()
    tidy(axes)
    axes.grid(False, axis="y")
    heights, names, row = [], [], 0.0
    fastest = max(read_rate, *(size / min(seconds.values()) for size, seconds in races.values())) / 1e9
    for work, (size, seconds) in races.items():
        heights.append(row + (len(seconds) - 1) / 2)
        names.append(work)
        for name, spent in seconds.items():
            rate = size / spent / 1e9
            axes.barh(row, rate, height=0.86, color=COLOUR[name])
            weight = "bold" if name == "xlogx" else "normal"
            label = f" {name}  {_time(spent)}"
            axes.text(rate, row, label, va="center", fontsize=7.5, color=INK, fontweight=weight)
            row += 1
        row += 1
    axes.axvline(read_rate / 1e9, color=INK, linewidth=1, linestyle="--")
    axes.text(read_rate / 1e9, -1.0, "reading the memory ", ha="right", va="bottom", fontsize=8, color=INK)
    axes.set_yticks(heights, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(row - 1, -1.2)
    axes.set_xlim(0, fastest * 1.18)
    axes.set_xlabel("GB of input per second", color=INK)
    save(figure, path)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"
