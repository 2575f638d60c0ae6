"""
Which ten digits is the model least sure of? The entropy of its predictions, straight from its logits.

The model is scikit-learn's logistic regression; whoever gives logits will do. Entropy needs no labels: what is unsure
can be sent to a person before anyone knows whether it is wrong.

    python examples/unsure_digits.py    # draws xlogx-demo/unsure_digits.png
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from xlogx import logits

Array = NDArray[Any]


class Answers(NamedTuple):
    """The held-out images, their logits and labels, and the entropy of each answer in bits."""

    images: Array
    z: Array
    truth: Array
    entropy: Array

    @property
    def is_right(self) -> Array:
        """Whether the likeliest digit is the true one."""
        return np.asarray(self.z.argmax(axis=-1) == self.truth)

    def least_sure(self, count: int) -> Array:
        """Return the positions of the answers of highest entropy, the highest first."""
        return np.argsort(-self.entropy)[:count]


def answers() -> Answers:
    """Train on three quarters of the images and answer for the rest."""
    parts = train_test_split(*load_digits(return_X_y=True), test_size=0.25, random_state=0)
    images, held_out, labels, truth = parts
    z = LogisticRegression(max_iter=1000).fit(images / 16, labels).decision_function(held_out / 16)
    return Answers(held_out.reshape(-1, 8, 8), z, truth, logits.entropy(z, base="bits"))


def draw(found: Answers, path: Path) -> None:
    """Draw the ten, with the two likeliest digits, their probabilities, and the truth."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, panels = plt.subplots(2, 5)
    for axes, i in zip(panels.flat, found.least_sure(10), strict=True):
        p = logits.softmax(found.z[i])
        first, second = np.argsort(-p)[:2]
        axes.imshow(found.images[i], cmap="gray_r")
        axes.set_axis_off()
        question = f"{first} ({p[first]:.0%}) or {second} ({p[second]:.0%})?"
        axes.set_title(f"{question}\nis {found.truth[i]}; {found.entropy[i]:.2f} bits")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print how entropy goes with mistakes."""
    found = answers()
    print(f"right: {found.is_right.mean():.1%} of {found.truth.size}")
    print(f"mean entropy of right answers {found.entropy[found.is_right].mean():.2f} bits, ", end="")
    print(f"of wrong ones {found.entropy[~found.is_right].mean():.2f} (even odds for ten digits: {np.log2(10):.2f})")
    for count in (10, 50, 100):
        caught = (~found.is_right[found.least_sure(count)]).sum()
        print(f"of the {count:3d} least sure {caught:2d} are wrong, of all {(~found.is_right).sum()}")
    draw(found, Path(folder) / "unsure_digits.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
