"""
Logistic regression on a medical diagnosis: is the tumour malignant? And which patients does the model get most wrong?

30 measurements of cell nuclei of 569 patients (Wisconsin, 1995); a third of the patients is held out. The log loss
asks for honest probabilities and is merciless with sure mistakes, the Brier score is never above 1 a patient, or 2 if
one counts both answers, as here. Both are compared with the answer "as often as in the training data" for everyone.

    python examples/worst_patients.py    # draws xlogx-demo/worst_patients.png
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from xlogx import logits, losses

Array = NDArray[Any]

STEPS, RATE, DECAY = 300, 0.5, 0.01


@dataclass(frozen=True)
class Held:
    """The held-out patients: the probability of malignancy, and how it is (1: malignant)."""

    probability: Array
    truth: Array

    @property
    def both(self) -> Array:
        """The probabilities of benign and malignant: shape (patients, 2)."""
        return np.stack([1 - self.probability, self.probability], axis=-1)


def fit(measured: Array, malignant: Array) -> tuple[Array, float]:
    """Return weights and offset of a logistic regression, by gradient descent on the cross-entropy."""
    weights, offset = np.zeros(measured.shape[-1]), 0.0
    for _ in range(STEPS):
        _, slope = losses.binary_cross_entropy_with_logits_with_grad(measured @ weights + offset, malignant)
        weights -= RATE * (measured.T @ slope + DECAY * weights)
        offset -= RATE * slope.sum()
    return weights, offset


def diagnose() -> tuple[Held, float]:
    """Return the held-out patients, and the share of malignant tumours among the others."""
    cells = load_breast_cancer()
    parts = train_test_split(cells.data, 1.0 * (cells.target == 0), test_size=1 / 3, random_state=0)
    measured, held_out, malignant, truth = parts
    mean, deviation = measured.mean(axis=0), measured.std(axis=0)
    weights, offset = fit((measured - mean) / deviation, malignant)
    z = (held_out - mean) / deviation @ weights + offset
    return Held(logits.softmax(np.stack([z, 0 * z], axis=-1))[:, 0], truth.astype(int)), float(malignant.mean())


def draw(held: Held, loss: Array, worst: Array, path: Path) -> None:
    """Draw each patient's loss against the probability that the model gave; name the worst."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, axes = plt.subplots()
    for answer, name in enumerate(("benign", "malignant")):
        these = held.truth == answer
        axes.plot(held.probability[these], loss[these], "o", alpha=0.6, label=f"{name} ({these.sum()})")
    # The fourth and the fifth lie on each other.
    for patient, side in zip(worst, ("left", "left", "left", "right", "left"), strict=True):
        where, offset = (held.probability[patient], loss[patient]), (-7 if side == "right" else 7, 0)
        axes.annotate(f"patient {patient}", where, offset, textcoords="offset points", va="center", ha=side)
    axes.set(xlabel="probability of malignancy, as predicted", title="loss of each held-out patient, nats")
    axes.legend(loc="upper center")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print both scores and the five worst patients."""
    held, share = diagnose()
    base = Held(np.full_like(held.probability, share), held.truth)
    print("            log loss  Brier score  right")
    for name, some in (("regression", held), ("base rate", base)):
        scores = losses.log_loss(some.both, some.truth), losses.brier_score(some.both, some.truth)
        print("{:10s} {:9.3f} {:12.3f} {:6.1%}".format(name, *scores, np.mean((some.probability > 0.5) == some.truth)))
    loss = losses.log_loss(held.both, held.truth, reduction="none")
    worst = np.argsort(-loss)[:5]
    print(f"the worst five of {loss.size} patients have {loss[worst].sum() / loss.sum():.0%} of the loss:")
    for patient in worst:
        name, p = ("benign", "malignant")[held.truth[patient]], held.probability[patient]
        print(f"  patient {patient:3d}: {name}, held malignant at {p:5.1%}: {loss[patient]:.2f} nats")
    draw(held, loss, worst, Path(folder) / "worst_patients.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
