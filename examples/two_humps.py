"""
One bell curve for two humps: D(humps‖curve) covers both, D(curve‖humps) settles on one.

Every curve of a grid of means and widths is tried, in both directions of KL. Forward, a curve pays for what it rules
out, and the best has the mean and the variance of the whole. Reverse, it pays for what it makes up, and the best keeps
away from the empty middle.

    python examples/two_humps.py    # draws xlogx-demo/two_humps.png
"""

import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import xlogx

Array = NDArray[np.float64]

X = np.linspace(-15, 15, 601)


class Fit(NamedTuple):
    """The best curve in one direction, and its divergence in nats."""

    mean: float
    sigma: float
    divergence: float


def bell(mean: Array | float, sigma: Array | float) -> Array:
    """Return a bell curve of area one, on X."""
    return np.asarray(np.exp(-0.5 * ((X - mean) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)))


HUMPS = 0.6 * bell(-3, 0.8) + 0.4 * bell(3, 0.8)


def best_fits() -> tuple[Fit, Fit]:
    """Return the best curve by D(humps‖curve), and by D(curve‖humps)."""
    means, sigmas = np.linspace(-4, 4, 81), np.linspace(0.5, 4, 71)
    curves = bell(means[:, None, None], sigmas[:, None])
    fits = []
    for divergence in (xlogx.kl_divergence(HUMPS, curves), xlogx.kl_divergence(curves, HUMPS)):
        i, j = np.unravel_index(divergence.argmin(), divergence.shape)
        fits.append(Fit(float(means[i]), float(sigmas[j]), float(divergence[i, j])))
    return fits[0], fits[1]


def draw(forward: Fit, reverse: Fit, path: Path) -> None:
    """Draw the humps and both curves."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, axes = plt.subplots()
    axes.fill_between(X, HUMPS, color="#cccccc", linewidth=0, label="the humps")
    axes.plot(X, bell(forward.mean, forward.sigma), label="least D(humps‖curve)")
    axes.plot(X, bell(reverse.mean, reverse.sigma), label="least D(curve‖humps)")
    axes.set(xlim=(-9, 9), title="one bell curve for two humps")
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print both curves beside mean and width of the humps."""
    forward, reverse = best_fits()
    mean = np.average(X, weights=HUMPS)
    sigma = np.sqrt(np.average((X - mean) ** 2, weights=HUMPS))
    print("                      mean  sigma  divergence")
    print(f"the humps            {mean:5.2f} {sigma:6.2f}")
    for name, fit in (("least D(humps‖curve)", forward), ("least D(curve‖humps)", reverse)):
        print(f"{name} {fit.mean:5.2f} {fit.sigma:6.2f} {fit.divergence:11.3f}")
    draw(forward, reverse, Path(folder) / "two_humps.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
