"""What PyTorch 2.13 answered in float64, on a CPU: the losses give the same, with every option that both have."""

import json
from pathlib import Path

import numpy as np
import pytest

from xlogx import losses

pytestmark = pytest.mark.usefixtures("backend")

CASES = json.loads((Path(__file__).parent / "data" / "torch.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-12
# What PyTorch adds to a rate before it takes its logarithm.
POISSON_EPSILON = 1e-8
# PyTorch clips the logarithms of its binary cross-entropy from below.
LEAST_LOGARITHM = -100.0


def cases(*names):
    chosen = [case for case in CASES if case["name"] in names]
    ids = [
        f"{case['name']} {i} {' '.join(f'{k}={v}' for k, v in case['kwargs'].items())}" for i, case in enumerate(chosen)
    ]
    return pytest.mark.parametrize("case", chosen, ids=[one.replace(" ", "-") for one in ids])


def arrays(case):
    return [np.array(value, dtype) for value, dtype in zip(case["args"], case["dtypes"], strict=True)]


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=TOLERANCE, atol=TOLERANCE)


def options(case):
    known = dict(case["kwargs"])
    return {name: np.array(value) if isinstance(value, list) else value for name, value in known.items()}


def test_there_are_as_many_answers_as_were_recorded():
    """Nothing of the record is left out."""
    tested = {"cross_entropy", "nll_loss", "kl_div", "binary_cross_entropy", "binary_cross_entropy_with_logits"}
    tested |= {"mse_loss", "gaussian_nll_loss", "poisson_nll_loss"}
    assert len(CASES) == 230
    assert {case["name"] for case in CASES} == tested


@cases("cross_entropy")
def test_cross_entropy(case):
    """Labels and rows of probabilities, weights, smoothing and ignored labels; PyTorch's classes are on axis 1."""
    logits, target = arrays(case)
    axis = 1 if logits.ndim > 1 else 0
    close(losses.cross_entropy(logits, target, axis=axis, **options(case)), case["want"])
    loss, grad = losses.cross_entropy_with_grad(logits, target, axis=axis, **options(case))
    close(loss, case["want"])
    if "grad" in case:
        close(grad, case["grad"])


@cases("nll_loss")
def test_cross_entropy_of_log_probabilities(case):
    """Log-probabilities are logits, and their exponentials are probabilities."""
    log_p, target = arrays(case)
    close(losses.cross_entropy(log_p, target, axis=1, **options(case)), case["want"])
    close(losses.log_loss(np.exp(log_p), target, axis=1, **options(case)), case["want"])


@cases("kl_div")
def test_kl_divergence_of_log_probabilities(case):
    """PyTorch's "batchmean" is the mean; its "none" are the terms of the sums."""
    log_p, target = arrays(case)
    if case["kwargs"]["log_target"]:
        target = np.exp(target)
    # Some of the targets do not sum to one, which PyTorch takes as they are.
    got = losses.kl_divergence(log_p, target, reduction="none", check=False)
    want = np.array(case["want"])
    reduction = case["kwargs"]["reduction"]
    if reduction == "none":
        close(got, want.sum(axis=-1))
    else:
        close(got.sum() / {"sum": 1, "batchmean": len(log_p)}[reduction], want)
    if reduction == "batchmean":
        close(losses.kl_divergence(log_p, target, check=False), want)


@cases("binary_cross_entropy")
def test_binary_cross_entropy(case):
    """Where PyTorch clips a logarithm at -100, the loss is larger, or infinite."""
    probs, target = arrays(case)
    with np.errstate(divide="ignore"):
        clipped = (np.log(probs) < LEAST_LOGARITHM) | (np.log1p(-probs) < LEAST_LOGARITHM)
    got = losses.binary_cross_entropy(probs, target, **options(case))
    if not clipped.any():
        close(got, case["want"])
    elif case["kwargs"]["reduction"] == "none":
        close(got[~clipped], np.array(case["want"])[~clipped])
    else:
        assert got >= case["want"]


@cases("binary_cross_entropy_with_logits")
def test_binary_cross_entropy_with_logits(case):
    """With a weight for the positive class, and gradients."""
    logits, target = arrays(case)
    loss, grad = losses.binary_cross_entropy_with_logits_with_grad(logits, target, **options(case))
    close(loss, case["want"])
    close(losses.binary_cross_entropy_with_logits(logits, target, **options(case)), case["want"])
    if "grad" in case:
        close(grad, case["grad"])


@cases("mse_loss")
def test_mean_squared_error(case):
    """In every reduction."""
    close(losses.mean_squared_error(*arrays(case), **options(case)), case["want"])


@cases("gaussian_nll_loss")
def test_gaussian_nll(case):
    """PyTorch's full=True adds the constant that is left out here."""
    mean, target, variance = arrays(case)
    kwargs = options(case)
    constant = 0.5 * np.log(2 * np.pi) if kwargs.pop("full") else 0.0
    count = mean.size if kwargs["reduction"] == "sum" else 1
    got = losses.gaussian_nll(mean, target, variance=np.maximum(variance, 1e-6), **kwargs)
    close(got + count * constant, case["want"])


@cases("poisson_nll_loss")
def test_poisson_nll(case):
    """Of rates and their logarithms; the epsilon of PyTorch is taken out of its answer for a rate."""
    rate, target = arrays(case)
    kwargs = options(case)
    added = 0.0
    if not kwargs["log_input"]:
        rate = rate + POISSON_EPSILON
        added = POISSON_EPSILON * (rate.size if kwargs["reduction"] == "sum" else 1)
    close(losses.poisson_nll(rate, target, **kwargs) - added, case["want"])
