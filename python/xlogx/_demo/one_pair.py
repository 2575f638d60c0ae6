"""Screen (b): the cross-entropy is the truth's own uncertainty plus the model's error."""

from dataclasses import dataclass

import numpy as np
from rich.table import Table

import xlogx
from xlogx._demo.digits import PSEUDOCOUNT, mean_images
from xlogx._demo.screen import Screen, Setting

TITLE = "One pair: H(p, q) = H(p) + D(p‖q)"

TRUTH, MODEL = 1, 0

CODE = f"""\
import xlogx
from sklearn.datasets import load_digits
scans = load_digits()
p, q = (scans.data[scans.target == digit].mean(axis=0) + {PSEUDOCOUNT} for digit in ({TRUTH}, {MODEL}))
xlogx.entropy(p) + xlogx.kl_divergence(p, q), xlogx.cross_entropy(p, q)"""


@dataclass(frozen=True)
class Parts:
    """The three quantities of one direction, in nats."""

    entropy: float
    kl: float
    cross_entropy: float

    @property
    def gap(self) -> float:
        """H(p) + D(p‖q) − H(p, q), in units in the last place of H(p, q)."""
        return (self.entropy + self.kl - self.cross_entropy) / float(np.spacing(self.cross_entropy))


def measure() -> tuple[Parts, Parts]:
    """Measure the pair in both directions."""
    mean = mean_images() + PSEUDOCOUNT
    p, q = mean[TRUTH], mean[MODEL]
    there, back = (
        Parts(float(xlogx.entropy(a)), float(xlogx.kl_divergence(a, b)), float(xlogx.cross_entropy(a, b)))
        for a, b in ((p, q), (q, p))
    )
    return there, back


def screen(setting: Setting) -> Screen:
    """Make screen (b)."""
    there, back = measure()
    table = Table(title="nats, every digit that a float64 has", title_justify="left")
    table.add_column("")
    table.add_column(f"p = mean {TRUTH}, q = mean {MODEL}", justify="right")
    table.add_column(f"p = mean {MODEL}, q = mean {TRUTH}", justify="right")
    table.add_row("H(p)", _digits(there.entropy), _digits(back.entropy))
    table.add_row("D(p‖q)", _digits(there.kl), _digits(back.kl), end_section=True)
    table.add_row("H(p) + D(p‖q)", _digits(there.entropy + there.kl), _digits(back.entropy + back.kl))
    table.add_row("H(p, q)", _digits(there.cross_entropy), _digits(back.cross_entropy))
    table.add_row("difference", f"{there.gap:+.0f} ulp", f"{back.gap:+.0f} ulp")
    return Screen(
        body=[table],
        sentence=(
            "The cross-entropy is the truth's own uncertainty plus the model's error: the three are computed "
            "separately, and agree to the last digits (1 ulp is the distance to the next float64)."
        ),
        code=CODE,
        result=(there.entropy + there.kl, there.cross_entropy),
    )


def _digits(nats: float) -> str:
    return f"{nats:.16f}"
