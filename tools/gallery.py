"""
The pictures of the examples, for the documentation: every example is run, and docs/img has what it drew.

    python tools/gallery.py
"""

import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "img"
# Lines, letters and flat areas: more colours show nothing more, and cost three times the bytes.
COLOURS = 64


def main() -> None:
    """Draw and shrink every picture."""
    for script in sorted((ROOT / "examples").glob("*.py")):
        if "# draws" not in script.read_text(encoding="utf-8"):
            continue
        subprocess.run([sys.executable, str(script), str(PICTURES)], check=True)
        picture = PICTURES / f"{script.stem}.png"
        with Image.open(picture) as drawn:
            drawn.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
