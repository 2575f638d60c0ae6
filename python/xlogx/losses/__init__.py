"""Losses: a prediction against a target, reduced to one number, and their gradients.

Losses take the prediction first, as PyTorch does; scikit-learn and Keras have the truth first. Probabilities are never
normalised and never clipped: what is infinite is infinite, and where everything is, the arguments may be swapped. Nothing is lost where a prediction is sure: 1 - p is computed as the sum of
all other probabilities, in the loss and in the gradient.
"""

from xlogx.losses._boosting import softmax_grad_hess
from xlogx.losses._derived import distillation, distillation_with_grad, focal, focal_with_grad
from xlogx.losses._elements import (
    binary_cross_entropy,
    binary_cross_entropy_with_grad,
    binary_cross_entropy_with_logits,
    binary_cross_entropy_with_logits_with_grad,
)
from xlogx.losses._logits import (
    cross_entropy,
    cross_entropy_with_grad,
    entropy,
    entropy_with_grad,
    kl_divergence,
    kl_divergence_with_grad,
)
from xlogx.losses._probabilities import brier_score, brier_score_with_grad, log_loss, log_loss_with_grad
from xlogx.losses._regression import (
    gaussian_nll,
    gaussian_nll_with_grad,
    mean_squared_error,
    mean_squared_error_with_grad,
    poisson_nll,
    poisson_nll_with_grad,
)
from xlogx.losses._text import bits_per_byte, perplexity

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_grad",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_with_grad",
    "bits_per_byte",
    "brier_score",
    "brier_score_with_grad",
    "cross_entropy",
    "cross_entropy_with_grad",
    "distillation",
    "distillation_with_grad",
    "entropy",
    "entropy_with_grad",
    "focal",
    "focal_with_grad",
    "gaussian_nll",
    "gaussian_nll_with_grad",
    "kl_divergence",
    "kl_divergence_with_grad",
    "log_loss",
    "log_loss_with_grad",
    "mean_squared_error",
    "mean_squared_error_with_grad",
    "perplexity",
    "poisson_nll",
    "poisson_nll_with_grad",
    "softmax_grad_hess",
]

for _name in __all__:
    # Users find them here, and so does pickle.
    globals()[_name].__module__ = __name__
