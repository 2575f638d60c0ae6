"""
A network that reads handwritten digits, trained by cross-entropy and by squared error.

64 pixels, 32 hidden units, 10 logits, and the gradient by hand: only the last line of it depends on the loss, and
`losses` gives it together with the loss. Squared error is trained twice: with the rate of cross-entropy, at which it
barely moves, and with one twenty times as large, the best of 0.5, 1, 2, 5, 10, 20 and 50.

    python examples/digits_network.py    # draws xlogx-demo/digits_network.png
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from xlogx import logits, losses

Array = NDArray[Any]
Loss = Callable[[Array, Array], tuple[float, Array]]  # of logits and labels: the loss and its gradient in the logits

EPOCHS, BATCH = 30, 32


def squared_error_with_grad(z: Array, labels: Array) -> tuple[float, Array]:
    """Return the squared error of the probabilities softmax(z), and its gradient in z."""
    p = logits.softmax(z)
    loss, slope = losses.mean_squared_error_with_grad(p, np.eye(z.shape[-1])[labels])
    return loss, p * (slope - (p * slope).sum(axis=-1, keepdims=True))


def train(loss_with_grad: Loss, rate: float, images: Array, labels: Array, epochs: int = EPOCHS) -> list[list[Array]]:
    """Return the parameters before the first epoch and after each, the rate falling to zero by equal steps."""
    rng = np.random.default_rng(0)
    w1, b1 = rng.normal(0, 1 / 8, (64, 32)), np.zeros(32)
    w2, b2 = rng.normal(0, 1 / 32**0.5, (32, 10)), np.zeros(10)
    parameters = [w1, b1, w2, b2]
    history = [[parameter.copy() for parameter in parameters]]
    for epoch in range(epochs):
        for batch in np.array_split(rng.permutation(len(images)), len(images) // BATCH):
            hidden = np.tanh(images[batch] @ w1 + b1)
            _, d_output = loss_with_grad(hidden @ w2 + b2, labels[batch])
            d_hidden = d_output @ w2.T * (1 - hidden**2)
            gradients = images[batch].T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_output, d_output.sum(axis=0)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= rate * (1 - epoch / epochs) * gradient
        history.append([parameter.copy() for parameter in parameters])
    return history


def predict(parameters: list[Array], images: Array) -> Array:
    """Return the logits of each image: shape (images, 10)."""
    w1, b1, w2, b2 = parameters
    return np.asarray(np.tanh(images @ w1 + b1) @ w2 + b2)


def data() -> tuple[Array, Array, Array, Array]:
    """Return the images to learn from, those held out, and the labels of both."""
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(pixels / 16, labels, test_size=0.25, random_state=0, stratify=labels)
    return tuple(parts)


def race(epochs: int = EPOCHS) -> dict[str, tuple[Array, Array, float]]:
    """Return for each way of training the held-out cross-entropy and accuracy after each epoch, and the seconds."""
    images, held_out, labels, truth = data()
    ways: dict[str, tuple[Loss, float]] = {
        "cross-entropy, rate 0.5": (losses.cross_entropy_with_grad, 0.5),
        "squared error, rate 10": (squared_error_with_grad, 10.0),
        "squared error, rate 0.5": (squared_error_with_grad, 0.5),
    }
    found = {}
    for name, (loss, rate) in ways.items():
        start = time.perf_counter()
        history = train(loss, rate, images, labels, epochs)
        seconds = time.perf_counter() - start
        outputs = [predict(parameters, held_out) for parameters in history]
        cross_entropies = np.array([losses.cross_entropy(z, truth) for z in outputs])
        accuracies = np.array([np.mean(z.argmax(axis=-1) == truth) for z in outputs])
        found[name] = cross_entropies, accuracies, seconds
    return found


def draw(found: dict[str, tuple[Array, Array, float]], path: Path) -> None:
    """Draw the share of errors and the loss on held-out digits against the epochs."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, (errors, loss) = plt.subplots(1, 2)
    for name, (cross_entropies, accuracies, _) in found.items():
        errors.semilogy(100 * (1 - accuracies), label=name)
        loss.semilogy(cross_entropies, label=name)
    errors.axhline(3, color="#999999", linewidth=0.8, linestyle=":")
    errors.set(xlabel="epoch", title="held-out digits read wrongly, %")
    errors.set_yticks([3, 10, 30, 90], ["3", "10", "30", "90"])
    loss.set(xlabel="epoch", title="their cross-entropy, nats")
    loss.set_yticks([0.1, 0.3, 1, 2.3], ["0.1", "0.3", "1", "2.3"])
    loss.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Train three times, print what came out, and draw the way there."""
    found = race()
    print("                          right after epoch 1     10     30  cross-entropy  seconds")
    for name, (cross_entropies, accuracies, seconds) in found.items():
        shares = "  ".join(f"{accuracies[epoch]:5.1%}" for epoch in (1, 10, 30))
        print(f"{name:40s} {shares} {cross_entropies[-1]:14.3f} {seconds:8.2f}")
    draw(found, Path(folder) / "digits_network.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
