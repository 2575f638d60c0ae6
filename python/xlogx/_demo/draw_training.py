"""The picture of screen (g): errors and cross-entropy on held-out digits against the epochs."""

from collections.abc import Mapping
from pathlib import Path

from xlogx._demo.network import Array
from xlogx._demo.pictures import COLOUR, INK, new_figure, save, tidy


def draw_training(ways: Mapping[str, tuple[Array, Array]], path: Path) -> None:
    """
    Draw a line for each way of training in both panels.

    Parameters
    ----------
    ways : mapping
        From its name to the cross-entropy and the share of right answers before the first epoch and after each.
    path : Path
        The SVG file to write.
    """
    figure = new_figure(9.0, 3.8)
    errors, losses = figure.subplots(1, 2)
    for axes, title in ((errors, "held-out digits read wrongly, %"), (losses, "their cross-entropy, nats")):
        tidy(axes)
        axes.set_yscale("log")
        axes.set_title(title, fontsize=10, color=INK)
        axes.set_xlabel("epoch", color=INK)
    for (name, (cross_entropies, right)), colour in zip(ways.items(), COLOUR.values(), strict=False):
        errors.plot(100 * (1 - right), color=colour, label=name)
        losses.plot(cross_entropies, color=colour, label=name)
    errors.set_yticks([3, 10, 30, 90], ["3", "10", "30", "90"])
    losses.set_yticks([0.1, 0.3, 1, 2.3], ["0.1", "0.3", "1", "2.3"])
    losses.legend(frameon=False, fontsize=9)
    save(figure, path)
