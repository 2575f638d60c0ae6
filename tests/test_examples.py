"""The examples run as they stand, and what they claim to find is there."""

import re
import runpy
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xlogx

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(EXAMPLES.glob("*.py"))

pytestmark = pytest.mark.skipif(not FILES, reason="the examples are not beside the tests")


def skip_without_its_packages(path: Path) -> None:
    """Skip where the example draws or reads with a package of the extra "demo" that is not installed."""
    for package in re.findall(
        r"^(?:from|import) (matplotlib|sklearn)\b", path.read_text(encoding="utf-8"), re.MULTILINE
    ):
        pytest.importorskip(package)


@cache
def load(name: str) -> dict[str, Any]:
    """Run an example without its `main` and return its names."""
    path = EXAMPLES / f"{name}.py"
    skip_without_its_packages(path)
    return runpy.run_path(str(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_runs_as_a_script_and_prints(path: Path, tmp_path: Path) -> None:
    """Each example is a script: it ends well, says something, warns of nothing, and draws what it says it draws."""
    skip_without_its_packages(path)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""
    drawn = [picture.relative_to(tmp_path).as_posix() for picture in tmp_path.rglob("*.png")]
    assert drawn == re.findall(r"# draws (\S+)", path.read_text(encoding="utf-8"))


def test_only_the_slower_service_drifts() -> None:
    """Of four services only the one that became slower stands out from the noise."""
    example = load("histogram_drift")
    days = (example["response_times"](seed, slower) for seed, slower in ((1, 1.0), (2, 1.1)))
    drifted = [name for name, (distance, noise) in example["drift"](*days).items() if distance > 2 * noise]
    assert drifted == ["checkout"]


def test_information_of_the_tata_box() -> None:
    """The fourth position of the TATA box says most, and none says more than two bits or less than none."""
    example = load("column_information")
    bits = example["information"](example["TATA_BOX"])
    assert bits.shape == (15,)
    assert np.argmax(bits) == 3
    assert np.all((bits >= 0) & (bits <= 2))
    against_uniform = example["information_against"](example["TATA_BOX"], np.full(4, 0.25))
    np.testing.assert_allclose(against_uniform, bits, rtol=1e-13)


def test_a_new_answer_on_the_form_is_no_change() -> None:
    """The middle group gave the new answer and kept to the others; the young changed; who was not asked is NaN."""
    example = load("survey_gaps")
    waves = example["counts"]()
    changes, evenness = example["changes"](waves), example["evenness"](waves)
    assert changes[0, 1] == 0
    assert changes[0, 0] < 0.05 < changes[1, 0]
    assert changes[1, 1] < 0.05
    np.testing.assert_array_equal(np.isnan(changes), [[False, False, True]] * 2)
    np.testing.assert_array_equal(np.isnan(evenness), np.isnan(waves[:, :, 0]))
    both = [0, 1, 3, 4]
    np.testing.assert_allclose(changes[0, 0], xlogx.js_distance(*waves[:2, 0, both], base=2), rtol=1e-14)


def test_related_modules_are_near() -> None:
    """The two network modules are nearest to each other, as are the two archive modules."""
    nearest = load("topic_distance")["nearest"]()
    for one, other in (("socket", "ssl"), ("tarfile", "zipfile")):
        assert nearest[one][0] == other
        assert nearest[other][0] == one
    assert all(0 < distance < 1 for _, distance in nearest.values())


def test_the_gallery_has_every_picture() -> None:
    """What an example draws is in the documentation, small, in the gallery and beside a link to the example."""
    gallery = EXAMPLES.parent / "docs" / "gallery.md"
    if not gallery.exists():
        pytest.skip("the documentation is not beside the tests")
    page = gallery.read_text(encoding="utf-8")
    for path in FILES:
        assert f"(../examples/{path.name})" in page
        if "# draws" in path.read_text(encoding="utf-8"):
            assert f"(img/{path.stem}.png)" in page
            assert (gallery.parent / "img" / f"{path.stem}.png").stat().st_size < 60_000
