"""
The KL term of a variational autoencoder, its gradient, and two checks of both.

For each input the encoder gives a mean and a log-variance for each latent dimension, and the loss holds the bell curve
near the standard one by

    D(N(m, v)‖N(0, 1)) = ½ (m² + v - 1 - ln v),    d/dm = m,    d/d ln v = ½ (v - 1)

The value is compared with the divergence of the curves themselves, on a grid, the gradient with central differences.

    python examples/vae_term.py    # draws xlogx-demo/vae_term.png
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import xlogx

Array = NDArray[np.float64]


def kl_to_standard(mean: Array, log_variance: Array) -> Array:
    """Return the divergence of each normal from the standard one, in nats; expm1 keeps the digits near v = 1."""
    return np.asarray(0.5 * (mean**2 + np.expm1(log_variance) - log_variance))


def gradient(mean: Array, log_variance: Array) -> Array:
    """Return its derivatives in the mean and in the log-variance: shape (2, codes)."""
    return np.array([mean, 0.5 * np.expm1(log_variance)])


def central_differences(mean: Array, log_variance: Array, step: float) -> Array:
    """Return the same derivatives, from the values one step to either side."""
    up, down = kl_to_standard(mean + step, log_variance), kl_to_standard(mean - step, log_variance)
    wider, narrower = kl_to_standard(mean, log_variance + step), kl_to_standard(mean, log_variance - step)
    return np.array([up - down, wider - narrower]) / (2 * step)


def on_a_grid(mean: Array, log_variance: Array) -> Array:
    """Return the same divergences from the curves themselves: rows of weights, which need no formula."""
    x = np.linspace(-40, 40, 8001)
    curves = np.exp(-0.5 * (x - mean[:, None]) ** 2 / np.exp(log_variance[:, None]))
    return np.asarray(xlogx.kl_divergence(curves, np.exp(-0.5 * x**2)))


def codes(count: int = 8) -> Array:
    """Return means and log-variances such as an untrained encoder gives: shape (2, codes)."""
    rng = np.random.default_rng(0)
    return np.array([rng.normal(0, 1.5, count), rng.normal(-0.5, 1.0, count)])


def descent(start: Array, rate: float = 0.2, steps: int = 25) -> Array:
    """Return the way of each code under this term alone: shape (steps + 1, 2, codes)."""
    way = [start]
    for _ in range(steps):
        way.append(way[-1] - rate * gradient(*way[-1]))
    return np.array(way)


def draw(path: Path) -> None:
    """Draw the term over mean and log-variance with the ways downhill, and the error of the differences."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, (plane, errors) = plt.subplots(1, 2)
    m, v = np.meshgrid(np.linspace(-3.5, 3.5, 141), np.linspace(-3, 2, 101))
    lines = plane.contour(m, v, kl_to_standard(m, v), [0.05, 0.25, 0.5, 1, 2, 4], colors="#bbbbbb", linewidths=0.8)
    plane.clabel(lines, fontsize=7)
    way = descent(codes())
    plane.plot(way[:, 0], way[:, 1], ".-", linewidth=1, markersize=4)
    plane.plot(0, 0, "k+")
    plane.set(xlabel="mean", ylabel="ln variance", title="D(N(m, v)‖N(0, 1)), nats, and ways downhill")
    steps = np.geomspace(1e-12, 1, 60)
    off = [abs(central_differences(*codes(), step) - gradient(*codes())).max(axis=-1) for step in steps]
    errors.loglog(steps, off, label=["in the mean", "in ln variance"])
    errors.set(xlabel="step", title="central differences − gradient, largest")
    errors.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print the term of some codes beside its checks."""
    mean, log_variance = codes()
    slopes, differences = gradient(mean, log_variance), central_differences(mean, log_variance, step=1e-5)
    columns = mean, log_variance, kl_to_standard(mean, log_variance), on_a_grid(mean, log_variance)
    print("  mean    ln v   formula  on a grid        d/dm    d/d ln v  by differences")
    for row in np.transpose([*columns, *slopes, *differences]):
        print("{:6.2f} {:7.2f} {:9.6f} {:10.6f} {:11.7f} {:11.7f} {:11.7f} {:11.7f}".format(*row))
    draw(Path(folder) / "vae_term.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
