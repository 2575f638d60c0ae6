"""The network that screen (g) trains: `examples/digits_network.py` without what it prints and draws."""

import time
from collections.abc import Callable
from typing import Any

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
