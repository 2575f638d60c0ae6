"""Every Python example in the README runs and prints what the README says."""

import doctest
import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"

pytestmark = pytest.mark.skipif(not README.exists(), reason="the README is not beside the tests")


def python_blocks() -> list[str]:
    """Return the code blocks that are marked as Python."""
    return re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_every_python_block_is_a_doctest() -> None:
    """A block without a prompt would not be run by the test below, so there is none."""
    blocks = python_blocks()
    assert blocks
    assert all(block.startswith(">>> ") for block in blocks)


def test_the_examples_print_what_the_readme_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks are run in their order, in one namespace, as a reader would."""
    monkeypatch.setattr("xlogx._threads._of_process", None)  # the README sets it: later tests are not to see that
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    scope: dict[str, object] = {}
    for number, block in enumerate(python_blocks()):
        test = parser.get_doctest(block, scope, f"README block {number}", str(README), 0)
        result = runner.run(test, clear_globs=False)
        scope = test.globs
        assert result.failed == 0, f"block {number} of the README does not print what it says"


def test_the_pictures_exist() -> None:
    """Every picture and file that the README refers to is in the repository."""
    targets = re.findall(r"\]\((?!https?://|#)([^)]+)\)", README.read_text(encoding="utf-8"))
    assert targets
    for target in targets:
        assert (README.parent / target).exists(), target
