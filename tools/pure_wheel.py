"""Make the pure-Python wheel out of a platform wheel: the same files without the Rust core.

maturin builds no wheel without native code. This one is for the places that no platform wheel fits; there the
NumPy fallback answers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from email.message import Message
from email.parser import Parser
from pathlib import Path


def pure_metadata(text: str) -> str:
    """Return the text of a WHEEL file that says: any platform, nothing compiled."""
    fields: Message = Parser().parsestr(text)
    del fields["Tag"]
    fields.replace_header("Root-Is-Purelib", "true")
    fields["Tag"] = "py3-none-any"
    return fields.as_string()


def run_wheel(*arguments: str) -> None:
    # The earliest time that a zip file can name, so that the same input packs into the same bytes.
    environment = os.environ | {"SOURCE_DATE_EPOCH": "315532800"}
    subprocess.run([sys.executable, "-m", "wheel", *arguments], check=True, env=environment)


def make_pure(platform_wheel: Path, destination: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_wheel("unpack", "--dest", folder, str(platform_wheel))
        (tree,) = Path(folder).iterdir()
        cores = list((tree / "xlogx").glob("_core*"))
        if not any(core.suffix in {".so", ".pyd"} for core in cores):
            raise SystemExit(f"{platform_wheel.name} has no compiled core: it is no platform wheel of xlogx")
        for core in cores:
            core.unlink()
        (info,) = tree.glob("*.dist-info")
        # The bill of materials lists the crates of the core that has just gone.
        shutil.rmtree(info / "sboms", ignore_errors=True)
        description = info / "WHEEL"
        description.write_text(pure_metadata(description.read_text()))
        # "pack" writes RECORD anew.
        run_wheel("pack", "--dest-dir", str(destination), str(tree))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path, help="a platform wheel of xlogx")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the pure wheel")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    make_pure(options.wheel, options.out)


if __name__ == "__main__":
    main()
