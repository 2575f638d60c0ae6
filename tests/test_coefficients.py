"""Facts about the constants of the core."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "tools" / "coefficients.py"


def test_the_script_reproduces_every_coefficient() -> None:
    """`tools/coefficients.py` computes src/math/coefficients.rs again, digit for digit."""
    if not (SCRIPT.parent.parent / "src").is_dir():
        pytest.skip("needs the source tree")
    run = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
