"""The first inputs of the fuzz targets: one for each way to lay rows down, relation of q to p, pattern and length.

The format is that of src/case.rs: twelve bytes of header, then the weights, each a byte for its kind and what that needs.
"""

import struct
import sys
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
TARGETS = ["entropy", "cross_entropy", "kl_divergence", "js_divergence"]

# Kinds of weights: a bit pattern, a fraction of 2^32, a small number, a power of two, zero, the one before and a bit.
PATTERN = struct.pack("<Bd", 0, 0.1)
FRACTION = struct.pack("<BI", 2, 1_234_567_890)
SMALL, POWER, ZERO, NEAR = bytes([4, 7]), struct.pack("<Bb", 6, -3), bytes([8]), struct.pack("<Bh", 9, 5)
PALETTES = [
    FRACTION + PATTERN + SMALL + FRACTION + POWER,
    POWER + POWER + ZERO + POWER,
    FRACTION + NEAR + SMALL + NEAR + PATTERN + NEAR,
    struct.pack("<Bd", 0, 5e-324) + PATTERN + struct.pack("<Bd", 0, 1.7e308) + ZERO + SMALL,
    struct.pack("<Bd", 0, -1.0) + struct.pack("<Bd", 0, float("nan")) + FRACTION,
]


def case(options=0, more=0, p=0, q=0, kind=0, span=20, rows=0, pattern=0, relation=0, ratio=0, mask=0):
    """Twelve bytes of header."""
    return struct.pack("<BBBBBHBBBbB", options, more, p, q, kind, span, rows, pattern, relation, ratio, mask)


def cases():
    """Every seed."""
    lengths = [(0, 0), (0, 15), (2, 130), (3, 4096), (15, 9000)]
    for (kind, span), palette in product(lengths, PALETTES[:4]):
        yield case(kind=kind, span=span) + palette
    for stored, arrangement in product(range(8), range(6)):
        memory = stored | arrangement << 3
        yield case(p=memory, q=memory, rows=18, span=20 + arrangement, options=32 * (stored % 2)) + PALETTES[0]
    for relation, pattern in product(range(8), range(8)):
        yield case(relation=relation, pattern=pattern, ratio=3, kind=2, span=200) + PALETTES[2]
    for option in range(8):
        for palette in PALETTES:
            yield case(options=1 << option, more=3, mask=option) + palette
    for more in range(0, 64, 4):
        yield case(more=more, rows=5, kind=15, span=12_000) + PALETTES[0]


def main():
    """Write the seeds of the targets named, or of all."""
    for target in sys.argv[1:] or TARGETS:
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(cases()):
            (folder / f"seed-{number:03}").write_bytes(data)


if __name__ == "__main__":
    main()
