"""Screen (d): entropy is what a coder must pay, and KL what it pays for believing in the wrong distribution."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

import xlogx
from xlogx._demo.draw_files import draw_files
from xlogx._demo.library_files import Pieces, kinds
from xlogx._demo.screen import Screen, Setting

TITLE = "The files of this Python: what a byte costs"

# A byte that the model has never seen would cost infinitely many bits; one count of each byte value prevents that.
PSEUDOCOUNT = 1

CODE = f"""\
import numpy as np, xlogx
from xlogx._demo.library_files import kinds
counts = np.array([cut.counts.sum(axis=0) for cut in kinds(most_bytes={{most_bytes}}).values()])
xlogx.cross_entropy(counts[:, None], counts, base="bits", pseudocount={PSEUDOCOUNT})"""


@dataclass(frozen=True)
class Costs:
    """
    Bits per byte.

    `floor[k]` is the entropy of kind k's pieces, the mean over its bytes, and `huffman[k]` what the coder made of
    them; `cost[i, j]` is H(i, j), the bits of a byte of kind i under a code for kind j, and `extra[i, j]` D(i‖j).
    """

    kinds: dict[str, Pieces]
    floor: NDArray[np.float64]
    huffman: NDArray[np.float64]
    pieces_below_entropy: int
    entropy: NDArray[np.float64]
    cost: NDArray[np.float64]
    extra: NDArray[np.float64]


def measure(most_bytes: int) -> Costs:
    """Count, code and compare about `most_bytes` of each kind of file."""
    found = kinds(most_bytes)
    floor, huffman, below = [], [], 0
    for cut in found.values():
        bits = xlogx.entropy(cut.counts, base="bits") * cut.lengths
        below += int((cut.huffman_bits < bits).sum())
        floor.append(bits.sum() / cut.lengths.sum())
        huffman.append(cut.huffman_bits.sum() / cut.lengths.sum())
    counts = np.array([cut.counts.sum(axis=0) for cut in found.values()])
    return Costs(
        kinds=found,
        floor=np.array(floor),
        huffman=np.array(huffman),
        pieces_below_entropy=below,
        entropy=np.asarray(xlogx.entropy(counts, base="bits", pseudocount=PSEUDOCOUNT)),
        cost=np.asarray(xlogx.cross_entropy(counts[:, None], counts, base="bits", pseudocount=PSEUDOCOUNT)),
        extra=np.asarray(xlogx.kl_divergence(counts[:, None], counts, base="bits", pseudocount=PSEUDOCOUNT)),
    )


def screen(setting: Setting) -> Screen:
    """Make screen (d)."""
    most_bytes = 200_000 if setting.quick else 4_000_000
    found = measure(most_bytes)
    picture: Path = setting.folder / "files.svg"
    draw_files(list(found.kinds), found.entropy, found.extra, picture)
    names = list(found.kinds)
    i, j = np.unravel_index(np.argmax(found.extra), found.extra.shape)
    pieces = sum(cut.lengths.size for cut in found.kinds.values())
    return Screen(
        body=[floor_table(found), cost_table(found)],
        sentence=(
            f"Of {pieces} pieces, {found.pieces_below_entropy or 'none'} was coded in fewer bits than its entropy. "
            f"{names[i].capitalize()} costs {found.entropy[i]:.2f} bits a byte in a code made for it and "
            f"{found.cost[i, j]:.2f} in one made for {names[j]}; the difference, "
            f"{found.cost[i, j] - found.entropy[i]:.2f} bits, is the KL divergence. (With pseudocount={PSEUDOCOUNT}, "
            "one byte of each value, since a byte that the model never saw costs inf.)"
        ),
        code=CODE.format(most_bytes=most_bytes),
        result=found.cost,
        pictures=[picture],
    )


def floor_table(found: Costs) -> Table:
    """Return entropy beside what the coder needed, a row a kind."""
    table = Table(title="bits per byte, in pieces of 32 kB, each with a code of its own", title_justify="left")
    for title in ("kind", "files", "MB", "entropy", "zlib Z_HUFFMAN_ONLY", "above entropy"):
        table.add_column(title, justify="left" if title == "kind" else "right")
    for (kind, cut), floor, huffman in zip(found.kinds.items(), found.floor, found.huffman, strict=True):
        megabytes = cut.lengths.sum() / 1e6
        table.add_row(
            kind, str(cut.files), f"{megabytes:.1f}", f"{floor:.4f}", f"{huffman:.4f}", f"{huffman / floor - 1:.1%}"
        )
    return table


def cost_table(found: Costs) -> Table:
    """Return H(row, column) split into the row's entropy and the extra cost."""
    table = Table(
        title="bits per byte of the row's files in a code for the column's: H(p, q) = H(p) + D(p‖q)",
        title_justify="left",
    )
    table.add_column("")
    for kind in found.kinds:
        table.add_column(kind, justify="right")
    for kind, entropy, costs, extras in zip(found.kinds, found.entropy, found.cost, found.extra, strict=True):
        cells = (f"{cost:.3f} = {entropy:.3f} + {extra:.3f}" for cost, extra in zip(costs, extras, strict=True))
        table.add_row(kind, *cells)
    return table
