"""
Linear regression, where squared error is the right loss: it is the likelihood of normal noise.

Ten measurements of 442 diabetics predict how far the disease has gone a year later (Efron et al., 2004). If the truth
scatters around the prediction with standard deviation sigma, its negative log-likelihood is

    squared error / (2 sigma^2) + ln sigma

and ½ ln 2π, which no model changes: whatever sigma is, the same line is best. And of all sigmas, the root of the mean
squared error is best: then the first part is ½, and a model's score is the logarithm of its error.

    python examples/disease_progression.py    # draws xlogx-demo/disease_progression.png
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from xlogx import losses

Array = NDArray[Any]


def predictions() -> tuple[Array, Array, float]:
    """Return prediction and truth of the held-out patients, and the error's standard deviation on the others."""
    parts = train_test_split(*load_diabetes(return_X_y=True), test_size=0.25, random_state=0)
    measured, held_out, progress, truth = (part if part.ndim == 1 else with_offset(part) for part in parts)
    weights = np.linalg.lstsq(measured, progress)[0]
    return held_out @ weights, truth, float(losses.mean_squared_error(measured @ weights, progress) ** 0.5)


def with_offset(measured: Array) -> Array:
    """Return the measurements with a column of ones before them, whose weight is the offset."""
    return np.insert(measured, 0, 1.0, axis=1)


def likelihood(prediction: Array, truth: Array, sigma: float) -> float:
    """Return the mean negative log-likelihood of normal noise, without the constant ½ ln 2π."""
    return float(losses.gaussian_nll(prediction, truth, variance=sigma**2))


def by_squared_error(prediction: Array, truth: Array, sigma: float) -> float:
    """Return the same number, from the squared error."""
    return float(losses.mean_squared_error(prediction, truth) / (2 * sigma**2) + np.log(sigma))


def draw(prediction: Array, truth: Array, sigma: float, path: Path) -> None:
    """Draw truth against prediction, and the likelihood against sigma."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, (patients, scores) = plt.subplots(1, 2)
    ends = np.array([prediction.min(), prediction.max()])
    patients.fill_between(ends, ends - 2 * sigma, ends + 2 * sigma, alpha=0.15, linewidth=0, label="± 2σ")
    patients.plot(ends, ends)
    patients.plot(prediction, truth, ".", alpha=0.7)
    patients.set(xlabel="predicted", title="disease after a year, held-out patients")
    patients.legend()
    error = losses.mean_squared_error(prediction, truth) ** 0.5
    sigmas = np.linspace(0.6, 2, 200) * error
    scores.plot(sigmas, [likelihood(prediction, truth, s) for s in sigmas])
    scores.plot(error, likelihood(prediction, truth, error), "o", label="root of the mean squared error")
    scores.set(xlabel="σ", title="negative log-likelihood, nats a patient")
    scores.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print both numbers for some sigmas."""
    prediction, truth, sigma = predictions()
    error = float(losses.mean_squared_error(prediction, truth) ** 0.5)
    print(f"typical error {error:.2f}, by the mean alone {truth.std():.2f}; in the training data {sigma:.2f}")
    print("    σ       likelihood         by squared error")
    for s in (40.0, sigma, error, 80.0):
        print(f"{s:6.2f} {likelihood(prediction, truth, s):18.14f} {by_squared_error(prediction, truth, s):18.14f}")
    draw(prediction, truth, sigma, Path(folder) / "disease_progression.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
