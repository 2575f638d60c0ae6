"""Every Python example in the README and in the documentation runs and prints what the page says."""

import doctest
import re
from pathlib import Path

import pytest
from packages import import_or_skip

import xlogx

ROOT = Path(__file__).parent.parent
PAGES = [page for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))] if page.exists()]

API = ROOT / "docs" / "api.md"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def python_blocks(page: Path) -> list[str]:
    """Return the code blocks that are marked as Python."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


@every_page
def test_every_python_block_is_a_doctest(page: Path) -> None:
    """A block without a prompt would not be run by the test below, so there is none."""
    assert all(block.startswith(">>> ") for block in python_blocks(page))


@every_page
@pytest.mark.usefixtures("backend")
def test_the_examples_print_what_the_page_says(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks are run in their order, in one namespace, as a reader would."""
    monkeypatch.setattr("xlogx._threads._of_process", None)  # the README sets it: later tests are not to see that
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    scope: dict[str, object] = {}
    for number, block in enumerate(python_blocks(page)):
        for name in re.findall(r"^>>> import (lightgbm|pyarrow|sklearn|xgboost)\b", block, re.MULTILINE):
            import_or_skip(name)
        test = parser.get_doctest(block, scope, f"{page.name} block {number}", str(page), 0)
        result = runner.run(test, clear_globs=False)
        scope = test.globs
        assert result.failed == 0, f"block {number} of {page.name} does not print what it says"


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Every picture and file that a page refers to is in the repository."""
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.skipif(not API.exists(), reason="the documentation is not beside the tests")
def test_the_api_page_has_every_public_name() -> None:
    """What `xlogx` and its namespaces offer is described on the page of the API."""
    described: dict[str, list[str]] = {}
    for directive, name in re.findall(
        r"^\.\. (currentmodule|autofunction|autoclass):: ([\w.]+)$", API.read_text(encoding="utf-8"), re.MULTILINE
    ):
        if directive == "currentmodule":
            module = name
        else:
            described.setdefault(module, []).append(name)
    assert sorted(described["xlogx"]) == sorted(set(xlogx.__all__) - {"__version__", "logits", "losses"})
    assert sorted(described["xlogx.logits"]) == sorted(xlogx.logits.__all__)
    assert sorted(described["xlogx.losses"]) == sorted(xlogx.losses.__all__)
