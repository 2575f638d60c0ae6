"""
Policy optimisation: steps that a KL limit holds back, and a bonus for entropy.

A policy is a row of logits for each of three states, with four actions. Each step goes up the gradient of

    J = mean reward + bonus · mean entropy

and is shortened until D(old‖new), the mean over the states, is within the limit and J has grown. With a bonus the best
policy is known, the softmax of reward / bonus, and what is missing to the best J is bonus · D(policy‖best).

    python examples/policy_step.py    # draws xlogx-demo/policy_step.png
"""

import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from xlogx import logits, losses

Array = NDArray[np.float64]

REWARD = np.array([[1.0, 0.9, 0.2, 0.0], [0.1, 0.6, 0.5, 0.3], [0.0, 0.0, 0.4, 0.8]])  # states, actions
LIMIT = 0.05  # nats


class Step(NamedTuple):
    """A policy and what it is worth; `divergence` is D(old‖new), from the policy before it."""

    z: Array
    reward: float
    entropy: float
    divergence: float


def gradient(z: Array, bonus: float) -> Array:
    """Return the derivatives of J in the logits: of the mean reward, and of the entropy."""
    policy = logits.softmax(z)
    advantage = REWARD - (policy * REWARD).sum(axis=-1, keepdims=True)
    return np.asarray(policy * advantage / len(z) + bonus * losses.entropy_with_grad(z)[1])


def look(z: Array, old: Array) -> Step:
    """Measure the policy of the logits `z`."""
    reward = float((logits.softmax(z) * REWARD).sum(axis=-1).mean())
    return Step(z, reward, float(losses.entropy(z)), float(logits.kl_divergence(old, z).mean()))


def step(here: Step, bonus: float) -> Step:
    """Return the next policy: up the gradient, at most as far as the limit allows."""
    size, uphill = 64.0, gradient(here.z, bonus)
    while size > 1e-9:
        there = look(here.z + size * uphill, here.z)
        if there.divergence <= LIMIT and there.reward + bonus * there.entropy > here.reward + bonus * here.entropy:
            return there
        size *= 0.8
    return look(here.z, here.z)


def train(bonus: float, steps: int = 40) -> list[Step]:
    """Return the policies from the one that chooses anything alike, step by step."""
    even = np.zeros_like(REWARD)
    way = [look(even, even)]
    for _ in range(steps):
        way.append(step(way[-1], bonus))
    return way


def missing(here: Step, bonus: float) -> tuple[float, float]:
    """Return what `here` lacks to the best J, by subtraction and as bonus · D(policy‖best)."""
    best = look(REWARD / bonus, REWARD / bonus)
    by_value = best.reward - here.reward + bonus * (best.entropy - here.entropy)
    return by_value, bonus * float(logits.kl_divergence(here.z, REWARD / bonus).mean())


def draw(ways: dict[str, list[Step]], path: Path) -> None:
    """Draw reward, entropy and the length of the steps."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, panels = plt.subplots(1, 3)
    for name, way in ways.items():
        for axes, field in zip(panels, ("reward", "entropy", "divergence"), strict=True):
            axes.plot([getattr(here, field) for here in way], label=name)
    for axes, title in zip(panels, ("mean reward", "mean entropy, nats", "D(old‖new), nats"), strict=True):
        axes.set(xlabel="step", title=title)
    panels[2].axhline(LIMIT, color="#222222", linewidth=0.8, linestyle=":")
    panels[0].legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Train without and with a bonus."""
    ways = {f"bonus {bonus}": train(bonus) for bonus in (0.0, 0.2)}
    print("           reward  entropy  longest step  actions in the first state")
    for name, way in ways.items():
        here, longest = way[-1], max(there.divergence for there in way)
        actions = "  ".join(f"{share:6.1%}" for share in logits.softmax(here.z)[0])
        print(f"{name:10s} {here.reward:6.3f} {here.entropy:8.3f} {longest:13.4f}  {actions}")
    print("missing with bonus 0.2, by subtraction and by divergence, after")
    for steps in (0, 5, 10, 40):
        print("{:4d} steps: {:.15f}  {:.15f}".format(steps, *missing(ways["bonus 0.2"][steps], 0.2)))
    draw(ways, Path(folder) / "policy_step.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
