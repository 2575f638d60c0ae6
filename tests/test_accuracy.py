"""Every result is right to the last digits, at every size and for every hard input.

The bounds are the promises of the docstrings; the errors are measured against mpmath.
"""

import json
from pathlib import Path

import numpy as np
import pytest

import xlogx
from xlogx._bounds import ULPS

pytest.importorskip("mpmath")
import accuracy_cases
import accuracy_logits

RECORD = Path(__file__).parent.parent / "docs" / "accuracy.json"
FAMILIES = (*accuracy_cases.FAMILIES, *accuracy_logits.FAMILIES)
QUESTIONS = [(family, measure) for family in FAMILIES for measure in family.measures]


def recorded() -> dict[tuple[str, ...], float]:
    """What the documentation says, by what it is of, inputs, dtype and measure."""
    if not RECORD.exists():
        pytest.skip("the documentation is not beside the tests")
    names = ("of", "inputs", "dtype", "measure")
    return {tuple(row[name] for name in names): row["ulps"] for row in json.loads(RECORD.read_text())}


@pytest.mark.parametrize(
    ("family", "measure"), [pytest.param(*both, id=", ".join((both[1], *both[0].key))) for both in QUESTIONS]
)
def test_every_answer_is_within_its_bound(family, measure, backend):
    """On inputs easy and hard no answer is further from the truth than promised, nor than the documentation says."""
    worst = max(family.errors(measure))
    assert worst <= ULPS[family.dtype]
    if backend == "rust" and RECORD.exists():
        assert worst <= recorded()[*family.key, measure], "no longer what the documentation says: make accuracy"


def test_the_documentation_has_every_measurement():
    """The table in the documentation is of these inputs, and of no others."""
    assert list(recorded()) == [(*family.key, measure) for family, measure in QUESTIONS]


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("k", [1, 4, 10, 12])
def test_bits_are_exact_where_shares_are_powers_of_two(k):
    """The entropy of 2^k equal weights is k bits, whatever the weight."""
    for weight in (3.0, 0.1, 1e-300):
        assert xlogx.entropy(np.full(2**k, weight), base=2) == k


@pytest.mark.usefixtures("backend")
def test_bits_are_exact_for_a_dyadic_row():
    """Halves, quarters and eighths give the entropy that one writes down."""
    assert xlogx.entropy([0.5, 0.25, 0.25], base=2) == 1.5
    assert xlogx.entropy([0.5, 0.25, 0.125, 0.125], base="bits") == 1.75
    assert xlogx.cross_entropy([8, 4, 2, 2], [1, 1, 1, 1], base=2) == 2.0
    # 2048 weights of 1/4096 of the sum and 1024 of 1/2048.
    assert xlogx.entropy(np.tile([0.7, 0.7, 1.4], 1024), base=2) == 0.5 * 12 + 0.5 * 11


@pytest.mark.usefixtures("backend")
def test_bits_are_exact_for_long_rows_of_powers_of_two():
    """Where weights and their sum are powers of two, the length does not matter."""
    assert xlogx.entropy(np.full(2**20, 0.25), base=2) == 20
