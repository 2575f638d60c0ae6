"""Facts about the machine code of the installed core: its kernels use whole registers."""

import platform
import re
import shutil
import subprocess
from collections import Counter

import pytest

FUSED = re.compile(r"\tvfn?m(?:add|sub)\d+([ps])d .*%([xyz])mm")
DIVIDE = re.compile(r"\tvdiv([ps])d .*%([xyz])mm")


@pytest.fixture(scope="module")
def instructions() -> dict[str, Counter[str]]:
    """Packed instructions by the letter of their register, scalar ones as "scalar"."""
    core = pytest.importorskip("xlogx._core")
    if platform.machine() not in ("x86_64", "AMD64") or shutil.which("objdump") is None:
        pytest.skip("needs x86-64 and objdump")
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", core.__file__], capture_output=True, text=True, check=True
    ).stdout
    found = {"fused": Counter[str](), "divide": Counter[str]()}
    for line in listing.splitlines():
        for name, pattern in (("fused", FUSED), ("divide", DIVIDE)):
            if match := pattern.search(line):
                found[name]["scalar" if match[1] == "s" else match[2]] += 1
    return found


@pytest.mark.parametrize("kind", ["fused", "divide"])
def test_no_packed_arithmetic_is_narrower_than_its_level(instructions: dict[str, Counter[str]], kind: str) -> None:
    """A loop that the compiler cut into pairs of lanes would show packed instructions on 128-bit registers."""
    assert instructions[kind]["x"] == 0


@pytest.mark.parametrize("register", ["y", "z"])
def test_both_wide_levels_have_their_kernels(instructions: dict[str, Counter[str]], register: str) -> None:
    """The AVX2 and the AVX-512 kernels hold full-width fused multiply-adds and divisions, and plenty."""
    assert instructions["fused"][register] > 500
    assert instructions["divide"][register] > 20


def test_scalar_arithmetic_is_what_is_done_once_a_row(instructions: dict[str, Counter[str]]) -> None:
    """Wide fused multiply-adds outnumber scalar ones: no kernel fell back to one lane at a time."""
    wide = instructions["fused"]["y"] + instructions["fused"]["z"]
    assert wide > 2 * instructions["fused"]["scalar"]
