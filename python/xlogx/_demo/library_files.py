"""The running Python's own library as data: its files, by kind, counted byte by byte, and what a Huffman coder needs."""

import marshal
import sys
import sysconfig
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# zlib starts a new code table after 2^(memLevel + 6) - 1 symbols: 32 767 at memLevel 9. A piece of this length is
# coded with one table, made for that piece, so that its entropy is a floor that the coder cannot go below.
PIECE = 32_767


@dataclass(frozen=True)
class Pieces:
    """Files of one kind, cut into pieces: the byte counts of each piece, its length, and its bits under zlib."""

    files: int
    counts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    huffman_bits: NDArray[np.int64]


def kinds(most_bytes: int) -> dict[str, Pieces]:
    """Return the pieces of each kind of file, at most about `most_bytes` of each; kinds without a file are left out."""
    library = Path(sysconfig.get_path("stdlib"))
    sources = sorted(library.glob("*.py"))
    found = {
        "source (.py)": pieces((path.read_bytes() for path in sources), most_bytes),
        "byte code (.pyc)": pieces((byte_code(path) for path in sources), most_bytes),
        "machine code": pieces((path.read_bytes() for path in machine_code(library)), most_bytes),
    }
    return {kind: cut for kind, cut in found.items() if cut.files}


def byte_code(source: Path) -> bytes:
    """Return what a .pyc of `source` holds behind its header; compiled here, since not every Python keeps the files."""
    return marshal.dumps(compile(source.read_bytes(), source.name, "exec", dont_inherit=True))


def machine_code(library: Path) -> Iterator[Path]:
    """Return the extension modules of the library, and the interpreter itself."""
    for pattern in ("lib-dynload/*.so", "../../DLLs/*.pyd", "../DLLs/*.pyd"):
        yield from sorted(library.glob(pattern))
    yield Path(sys.executable).resolve()


def pieces(contents: Iterable[bytes], most_bytes: int) -> Pieces:
    """Cut `contents` into pieces, and count and code each."""
    files, read = 0, 0
    counts, lengths, bits = [], [], []
    for content in contents:
        if read >= most_bytes:
            break
        files += 1
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            counts.append(np.bincount(np.frombuffer(piece, np.uint8), minlength=256))
            lengths.append(len(piece))
            bits.append(huffman_bits(piece))
        read += len(content)
    return Pieces(files, np.array(counts), np.array(lengths), np.array(bits))


def huffman_bits(piece: bytes) -> int:
    """Return the bits that zlib's Huffman coder, which looks for no repetitions, makes of `piece`, its table included."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_HUFFMAN_ONLY)
    return 8 * (len(coder.compress(piece)) + len(coder.flush()))
