"""Screen (a): the mean images of handwritten digits, their entropies and the KL divergence between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.columns import Columns
from rich.table import Table
from sklearn.datasets import load_digits

import xlogx
from xlogx._demo.draw_digits import draw_digits
from xlogx._demo.screen import Screen, Setting

TITLE = "Handwritten digits: how different is a 3 from an 8?"

# One hundredth of the darkest ink (16), added to every pixel of both images. Without it most of the table is
# infinite: a pixel that no writer of one digit ever inked is impossible under that digit, and KL says so.
PSEUDOCOUNT = 0.16

CODE = f"""\
import numpy as np, xlogx
from sklearn.datasets import load_digits
scans = load_digits()
mean = np.stack([scans.data[scans.target == digit].mean(axis=0) for digit in range(10)])
xlogx.kl_divergence(mean[:, None], mean, base="bits", pseudocount={PSEUDOCOUNT})"""


@dataclass(frozen=True)
class DigitTables:
    """The numbers of this screen, in bits; `kl[i, j]` is D(i‖j)."""

    mean: NDArray[np.float64]
    entropy: NDArray[np.float64]
    kl: NDArray[np.float64]
    infinite_without_pseudocount: int
    lopsided: tuple[int, int]


def mean_images() -> NDArray[np.float64]:
    """Return the mean scan of each digit: shape (10, 64), ink from 0 to 16."""
    scans = load_digits()
    return np.stack([scans.data[scans.target == digit].mean(axis=0) for digit in range(10)])


def measure() -> DigitTables:
    """Compare every pair of mean images."""
    mean = mean_images()
    kl = xlogx.kl_divergence(mean[:, None], mean, base="bits", pseudocount=PSEUDOCOUNT)
    bare = xlogx.kl_divergence(mean[:, None], mean, base="bits")
    first, second = np.unravel_index(np.argmax(kl - kl.T), kl.shape)
    return DigitTables(
        mean=mean,
        entropy=np.asarray(xlogx.entropy(mean, base="bits", pseudocount=PSEUDOCOUNT)),
        kl=np.asarray(kl),
        infinite_without_pseudocount=int(np.isinf(bare).sum()),
        lopsided=(int(first), int(second)),
    )


def screen(setting: Setting) -> Screen:
    """Make screen (a)."""
    found = measure()
    picture = setting.folder / "digits.svg"
    draw_digits(found.mean, found.entropy, found.kl, found.lopsided, picture)
    i, j = found.lopsided
    there, back = found.kl[i, j], found.kl[j, i]
    return Screen(
        body=[
            entropy_table(found),
            Columns(
                [
                    kl_table(found.kl, found.lopsided, "D(row‖column)"),
                    kl_table(found.kl.T, found.lopsided, "its transpose, D(column‖row)"),
                ],
                padding=(0, 3),
            ),
        ],
        sentence=(
            f"KL has a direction. The most lopsided pair is {i} and {j}: D({i}‖{j}) = {there:.2f} bits, "
            f"D({j}‖{i}) = {back:.2f} bits. The tables are in hundredths of a bit. Every pixel of both images was "
            f"given a pseudocount of {PSEUDOCOUNT} (1 % of the darkest ink): without it "
            f"{found.infinite_without_pseudocount} of the 90 divergences are infinite, since p has ink "
            f"on a pixel where q never has any."
        ),
        code=CODE,
        result=found.kl,
        pictures=[picture],
    )


def entropy_table(found: DigitTables) -> Table:
    """Return the entropies of the ten mean images as one row."""
    table = Table(title="entropy of the mean image, bits (64 pixels: at most 6)", title_justify="left")
    for digit in range(10):
        table.add_column(str(digit), justify="right")
    table.add_row(*(f"{bits:.3f}" for bits in found.entropy))
    return table


def kl_table(kl: NDArray[np.float64], lopsided: tuple[int, int], title: str) -> Table:
    """Return a 10 × 10 table in hundredths of a bit, the lopsided pair in both directions marked."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 0, 0, 1), show_edge=False)
    table.add_column("", style="bold")
    for digit in range(10):
        table.add_column(str(digit), justify="right")
    for i, row in enumerate(kl):
        cells = []
        for j, bits in enumerate(row):
            text = "·" if i == j else f"{100 * bits:.0f}"
            cells.append(f"[bold reverse]{text}[/]" if (i, j) in (lopsided, lopsided[::-1]) else text)
        table.add_row(str(i), *cells)
    return table
