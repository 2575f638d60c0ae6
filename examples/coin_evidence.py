"""
Bayesian inference: the log evidence is the ELBO plus D(q‖posterior), for whatever q one tries.

A coin of unknown bias, Beta(2, 2) at first, falls on heads 14 times of 20. Here the posterior is known, so that the
identity on which variational inference rests can be looked at: no q moves the evidence, so raising the ELBO lowers the
divergence. Every distribution over the bias is a row of weights at Gauss's points, which integrate polynomials exactly;
the sums of the rows need not be one.

    python examples/coin_evidence.py    # draws xlogx-demo/coin_evidence.png
"""

import math
import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

import xlogx

Array = NDArray[np.float64]

HEADS, TAILS = 14, 6
POINTS, SPANS = np.polynomial.legendre.leggauss(200)
BIAS = (1 + POINTS) / 2
LOG_LIKELIHOOD = HEADS * np.log(BIAS) + TAILS * np.log1p(-BIAS)


def beta(a: Array | float, b: Array | float) -> Array:
    """Return the weights of Beta(a, b) at the points."""
    return np.asarray(SPANS * BIAS ** (a - 1) * (1 - BIAS) ** (b - 1))


PRIOR = beta(2, 2)
POSTERIOR = PRIOR * np.exp(LOG_LIKELIHOOD)


class Parts(NamedTuple):
    """The parts of the log evidence, one for each q, in nats."""

    expected_log_likelihood: Array
    divergence_from_prior: Array
    divergence_from_posterior: Array

    @property
    def elbo(self) -> Array:
        """The evidence lower bound."""
        return self.expected_log_likelihood - self.divergence_from_prior


def parts(q: Array) -> Parts:
    """Return the parts for each row of weights in `q`."""
    return Parts(
        (q * LOG_LIKELIHOOD).sum(axis=-1) / q.sum(axis=-1),
        np.asarray(xlogx.kl_divergence(q, PRIOR)),
        np.asarray(xlogx.kl_divergence(q, POSTERIOR)),
    )


def log_evidence() -> float:
    """Return the logarithm of the probability of these throws, as a sum."""
    return math.log(np.average(np.exp(LOG_LIKELIHOOD), weights=PRIOR))


def exact_log_evidence() -> float:
    """Return the same in closed form: B(2 + heads, 2 + tails) / B(2, 2)."""
    return math.log(math.factorial(HEADS + 1) * math.factorial(TAILS + 1) * 6 / math.factorial(HEADS + TAILS + 3))


def draw(path: Path) -> None:
    """Draw prior, posterior and some q, and the two parts of the evidence against the mean of q."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, (beliefs, sums) = plt.subplots(1, 2)
    for name, weights in (("prior", PRIOR), ("posterior", POSTERIOR), ("q of mean 0.5", beta(12, 12))):
        beliefs.plot(BIAS, 2 * weights / SPANS / weights.sum(), label=name)
    beliefs.set(xlabel="bias of the coin", title="beliefs")
    beliefs.legend()
    mean = np.linspace(0.3, 0.95, 200)
    elbo = parts(beta(24 * mean[:, None], 24 * (1 - mean[:, None]))).elbo
    sums.axhline(log_evidence(), color="#222222", label="log evidence")
    sums.plot(mean, elbo, label="ELBO")
    sums.fill_between(mean, elbo, log_evidence(), alpha=0.2, linewidth=0, label="D(q‖posterior)")
    sums.set(xlabel="mean of q", ylim=(-19, -12.5), title="nats")
    sums.legend(loc="lower center")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print the sum for some q."""
    print("q               ELBO + D(q‖posterior) =                 log evidence")
    for a, b in ((2, 2), (12, 12), (14, 6), (16, 8)):
        found = parts(beta(a, b))
        total = found.elbo + found.divergence_from_posterior
        print(f"Beta({a:2d}, {b:2d}) {found.elbo:9.4f} + {found.divergence_from_posterior:14.4f} = {total:28.14f}")
    print(f"as a sum        {log_evidence():42.14f}\nin closed form  {exact_log_evidence():42.14f}")
    draw(Path(folder) / "coin_evidence.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
