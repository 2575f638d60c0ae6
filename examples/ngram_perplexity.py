"""
How well is the next letter foreseen? Perplexity of n-gram models on the manual that Python brings along.

A model of order n has counted which byte came after each n bytes of the first nineteen twentieths, and leans on order
n - 1 where it has seen little. A perplexity of k is the uncertainty of a die with k sides. In bits per byte it is what a
compressor with this model would write; lzma, which has read the same, is there for comparison.

    python examples/ngram_perplexity.py    # draws xlogx-demo/ngram_perplexity.png
"""

import lzma
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from xlogx import losses

ORDERS = 7
BYTES = 100_000
KINDS = 128  # ASCII


class Score(NamedTuple):
    """A model's perplexity on some of the text it was made of and on the rest, and its bits per byte there."""

    learned: float
    held_out: float
    bits_per_byte: float


def text() -> tuple[bytes, bytes]:
    """Return the first bytes of the manual, cut in two."""
    manual = "\n".join(topics[name] for name in sorted(topics)).encode("ascii", "replace")[:BYTES]
    return manual[: len(manual) * 19 // 20], manual[len(manual) * 19 // 20 :]


def count(learned: bytes, order: int) -> dict[bytes, Counter[int]]:
    """Return how often each byte came after each `order` bytes."""
    found: dict[bytes, Counter[int]] = defaultdict(Counter)
    for i in range(order, len(learned)):
        found[learned[i - order : i]][learned[i]] += 1
    return found


def predictions(learned: bytes, asked: bytes) -> Iterator[NDArray[np.float64]]:
    """Give for each order the probabilities of each byte at each place of `asked`: rows of KINDS."""
    p = np.full((len(asked), KINDS), 1 / KINDS)
    for order in range(ORDERS):
        counts = count(learned, order)
        for i in range(order, len(asked)):
            seen = counts.get(asked[i - order : i])
            if seen:  # the order below counts for as many places as there were different followers (Witten and Bell)
                p[i] *= len(seen)
                p[i, list(seen)] += list(seen.values())
                p[i] /= len(seen) + seen.total()
        yield p


def scores() -> list[Score]:
    """Return how well each order does."""
    learned, held_out = text()
    some = learned[-len(held_out) :]
    found = []
    for known, new in zip(predictions(learned, some), predictions(learned, held_out), strict=True):
        # A logarithm of a probability is a logit, and a byte is the number of its class.
        z, bytes_to_come = np.log(new), np.frombuffer(held_out, np.uint8)
        on_learned = float(losses.perplexity(np.log(known), np.frombuffer(some, np.uint8)))
        on_held_out = float(losses.perplexity(z, bytes_to_come))
        bits = float(losses.bits_per_byte(z, bytes_to_come, n_bytes=len(held_out)))
        found.append(Score(on_learned, on_held_out, bits))
    return found


def lzma_bits_per_byte() -> float:
    """Return how many bits lzma adds for each byte held out, when it has read the rest."""
    learned, held_out = text()
    return 8 * (len(lzma.compress(learned + held_out)) - len(lzma.compress(learned))) / len(held_out)


def draw(found: list[Score], path: Path) -> None:
    """Draw the perplexities against the order."""
    plt.style.use(Path(__file__).with_name("pictures.mplstyle"))
    figure, axes = plt.subplots()
    axes.semilogy([score.held_out for score in found], "o-", label="held-out text")
    axes.semilogy([score.learned for score in found], "o-", label="text it has learned from")
    axes.axhline(2 ** lzma_bits_per_byte(), color="#222222", linewidth=0.8, linestyle=":", label="lzma, held-out text")
    axes.set(xlabel="bytes that the model looks back", title="perplexity of the next byte")
    axes.set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
    axes.minorticks_off()
    axes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def main(folder: str = "xlogx-demo") -> None:
    """Print a line for each order."""
    found = scores()
    print("order  learned  held out  bits per byte")
    for order, score in enumerate(found):
        print("{:5d} {:8.2f} {:9.2f} {:14.3f}".format(order, *score))
    print(f"lzma {lzma_bits_per_byte():34.3f}")
    draw(found, Path(folder) / "ngram_perplexity.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
