"""
How much does each position of a DNA motif say? The heights of a sequence logo, in bits.

The counts are those of the TATA box in 389 promoters (P. Bucher, J. Mol. Biol. 212, 563-578, 1990; JASPAR MA0108.1).
A position in which all four bases are as frequent says nothing, one in which there is only one base says two bits:
the information is 2 - H(column). If the genome itself prefers some bases, it is the divergence from the genome.

    python examples/column_information.py
"""

import numpy as np
from numpy.typing import NDArray

import xlogx

TATA_BOX = np.array([
    [61, 16, 352, 3, 354, 268, 360, 222, 155, 56, 83, 82, 82, 68, 77],  # A
    [145, 46, 0, 10, 0, 0, 3, 2, 44, 135, 147, 127, 118, 107, 101],  # C
    [152, 18, 2, 2, 5, 0, 20, 44, 157, 150, 128, 128, 128, 139, 140],  # G
    [31, 309, 35, 374, 30, 121, 6, 121, 33, 48, 31, 52, 61, 75, 71],  # T
])  # fmt: skip
HUMAN_GENOME = np.array([0.295, 0.205, 0.205, 0.295])


def information(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 2 - H of each column, in bits: counts are normalised column by column."""
    return 2 - xlogx.entropy(counts, axis=0, base="bits")


def information_against(counts: NDArray[np.int64], background: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the divergence of each column from the `background` frequencies, in bits."""
    return np.asarray(xlogx.kl_divergence(counts, background[:, None], axis=0, base="bits"))


def main() -> None:
    """Print a logo turned on its side."""
    print("base  bits  against the genome")
    rows = zip(information(TATA_BOX), information_against(TATA_BOX, HUMAN_GENOME), TATA_BOX.T, strict=True)
    for plain, against, column in rows:
        print(f"  {'ACGT'[int(column.argmax())]}   {plain:.2f}  {against:.2f}  {'#' * round(20 * against)}")


if __name__ == "__main__":
    main()
