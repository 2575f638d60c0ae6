"""Every loss with data for it, in one form: called with a prediction, its other data and options."""

import inspect
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest

from xlogx import losses

SAMPLES, CLASSES = 6, 5


@dataclass(frozen=True)
class Loss:
    """A loss: its name, what its prediction is called, and a maker of predictions and of the rest of its data."""

    name: str
    prediction: str
    kind: str
    of_classes: bool
    extra: dict[str, Any] = field(default_factory=dict)

    def data(self, dtype=np.float64, seed=0):
        rng = np.random.default_rng(seed)
        shape = (SAMPLES, CLASSES)
        logits = 3 * rng.standard_normal(shape)
        prediction = {"logits": logits, "probs": softmax(logits), "unit": rng.random(shape) * 0.9 + 0.05}[self.kind]
        return prediction.astype(dtype), self._rest(rng, shape)

    def _rest(self, rng, shape):
        labels = rng.integers(0, CLASSES, SAMPLES)
        return {
            "entropy": dict,
            "distillation": lambda: {"teacher": 3 * rng.standard_normal(shape)},
            "gaussian_nll": lambda: {"target": rng.standard_normal(shape), "variance": rng.random(shape) + 0.1},
            "poisson_nll": lambda: {"target": rng.integers(0, 6, shape)},
            "mean_squared_error": lambda: {"target": rng.standard_normal(shape)},
            "binary_cross_entropy": lambda: {"target": rng.random(shape)},
            "binary_cross_entropy_with_logits": lambda: {"target": rng.random(shape)},
        }.get(self.name, lambda: {"target": labels})()

    @property
    def loss(self):
        return partial(self._call, getattr(losses, self.name))

    @property
    def with_grad(self):
        return partial(self._call, getattr(losses, f"{self.name}_with_grad"))

    @property
    def unchecked(self):
        """The option that takes probabilities as they are, where there is one."""
        checks = "check" in inspect.signature(getattr(losses, self.name)).parameters
        return {"check": False} if checks else {}

    def _call(self, function, prediction, rest, **options):
        return function(**{self.prediction: prediction}, **rest, **self.extra, **options)


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


ALL = [
    Loss("cross_entropy", "logits", "logits", True),
    Loss("kl_divergence", "logits", "logits", True),
    Loss("entropy", "logits", "logits", True),
    Loss("focal", "logits", "logits", True),
    Loss("distillation", "student", "logits", True),
    Loss("log_loss", "probs", "probs", True),
    Loss("brier_score", "probs", "probs", True),
    Loss("binary_cross_entropy", "probs", "unit", False),
    Loss("binary_cross_entropy_with_logits", "logits", "logits", False),
    Loss("gaussian_nll", "mean", "logits", False),
    Loss("poisson_nll", "log_rate", "logits", False),
    Loss("mean_squared_error", "prediction", "logits", False),
]
LABELLED = [one for one in ALL if one.name in ("cross_entropy", "kl_divergence", "focal", "log_loss", "brier_score")]
OF_CLASSES = [one for one in ALL if one.of_classes]


def each(some):
    return pytest.mark.parametrize("loss", some, ids=[one.name for one in some])


every_loss, every_labelled_loss, every_class_loss = each(ALL), each(LABELLED), each(OF_CLASSES)
