"""
What a wrong answer costs: -ln q against (1 - q)^2, where q is the probability that the model gave to the truth.

The model moves its logit z, and q = 1 / (1 + exp(-z)). Cross-entropy pulls at z by 1 - q: as hard as it is wrong.
Squared error pulls by 2 q (1 - q)^2: hardly at all where the model is sure of something wrong. So one of them leaves
that place at once, and the other stays there for long.

    python examples/penalty_curves.py    # draws xlogx-demo/penalty_curves.png
"""

import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from xlogx import logits, losses

Array = NDArray[np.float64]
Penalty = Callable[[Array], tuple[Array, Array]]  # of logits of the truth: the penalties and their gradients


def cross_entropy(z: Array) -> tuple[Array, Array]:
    """Return -ln q for each logit, and its gradient in the logit."""
    penalty, slope = losses.binary_cross_entropy_with_logits_with_grad(z, np.ones_like(z), reduction="none")
    return penalty, slope


def squared_error(z: Array) -> tuple[Array, Array]:
    """Return (1 - q)^2 for each logit, and its gradient in the logit."""
    q = probability(z)
    penalty, slope = losses.mean_squared_error_with_grad(q, np.ones_like(q), reduction="none")
    return penalty, slope * q * (1 - q)  # the chain rule: dq/dz = q (1 - q)


def probability(z: Array) -> Array:
    """Return q = 1 / (1 + exp(-z)): the softmax of the two logits z and 0."""
    return np.asarray(logits.softmax(np.stack([z, np.zeros_like(z)], axis=-1))[..., 0])


def descent(penalty: Penalty, start: float, steps: int) -> Array:
    """Return q before and after each step of gradient descent with rate 1, from the logit `start`."""
    z = np.empty(steps + 1)
    z[0] = start
    for step in range(steps):
        z[step + 1] = z[step] - penalty(z[step : step + 1])[1][0]
    return probability(z)


def steps_until(q: Array, wanted: float) -> int:
    """Return the first step at which the probability of the truth is above `wanted`."""
    return int(np.argmax(q > wanted))


def draw(ways: dict[str, tuple[Penalty, Array]], path: Path) -> None:
    """Draw the penalties against q, their gradients against the logit, and q against the steps."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, (penalties, gradients, steps) = plt.subplots(1, 3)
    z = np.linspace(-7, 7, 400)
    for name, (penalty, q) in ways.items():
        height, slope = penalty(z)
        penalties.plot(probability(z), height, label=name)
        gradients.plot(z, -slope)
        steps.semilogx(np.arange(1, q.size + 1), q)
    penalties.set(xlabel="probability q of the truth", title="penalty")
    penalties.legend()
    gradients.set(xlabel="logit z of the truth", title="pull towards the truth")
    steps.set(xlabel="steps of rate 1", title="probability of the truth")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print both penalties and gradients at some probabilities, and how long each takes to leave a wrong answer."""
    q = np.array([0.999, 0.9, 0.5, 0.1, 0.01, 0.001])
    z = np.log(q / (1 - q))
    print("    q     -ln q   its pull   (1-q)²   its pull")
    for row in zip(q, *cross_entropy(z), *squared_error(z), strict=True):
        print("{:6} {:8.4f} {:10.4f} {:8.4f} {:10.6f}".format(*row[:2], -row[2], row[3], -row[4]))
    penalties: dict[str, Penalty] = {"−ln q": cross_entropy, "(1 − q)²": squared_error}
    ways = {name: (penalty, descent(penalty, start=-6.0, steps=1000)) for name, penalty in penalties.items()}
    for name, (_, path) in ways.items():
        print(f"{name}: from q = {path[0]:.4f} to q > 0.9 in {steps_until(path, 0.9)} steps")
    draw(ways, Path(folder) / "penalty_curves.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
