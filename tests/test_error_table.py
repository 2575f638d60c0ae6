"""Each error of the table comes as it is written there, and every error that the package can raise is in it."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from error_cases import CASES

import xlogx

ALL = [case for cases in CASES.values() for case in cases]
# The modules that look at arguments and at the environment.
MODULES = ("weights", "_arrays", "_invalid", "_options", "_threads", "_backend")


def shown(case):
    return f"{case.environment} {case.call}".strip()


@pytest.mark.parametrize("case", [case for case in ALL if not case.environment], ids=shown)
@pytest.mark.usefixtures("backend")
def test_the_call_raises_what_the_table_says(case):
    """Kind and text of the error are those of the table, on every backend."""
    with pytest.raises(case.kind) as caught:
        eval(case.call, {"np": np, "xlogx": xlogx})
    assert caught.type is case.kind
    assert str(caught.value) == case.message


@pytest.mark.parametrize("case", [case for case in ALL if case.environment], ids=shown)
def test_the_environment_raises_what_the_table_says(case):
    """A variable with a value that it cannot have is named by the first call that asks, or by the import."""
    plain = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS") and not k.startswith("XLOGX_")}
    name, _, value = case.environment.partition("=")
    done = subprocess.run(
        [sys.executable, "-c", f"import xlogx; {case.call}"],
        env=plain | {name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == f"{case.kind.__name__}: {case.message}"


def sentences() -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every TypeError, ValueError and AxisError, what is filled in as ``.*``."""
    for module in MODULES:
        path = Path(xlogx.__file__).parent / f"{module}.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(
                    exc=ast.Call(func=ast.Name("TypeError" | "ValueError" | "AxisError"), args=[text, *_])
                ) if isinstance(text, ast.Constant | ast.JoinedStr):
                    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                    pattern = "".join(re.escape(p.value) if isinstance(p, ast.Constant) else ".*" for p in parts)
                    yield f"{path.name}:{node.lineno}", pattern


def test_every_error_is_in_the_table():
    """No sentence of the package is missing."""
    missing = [
        f"{place}: {pattern}"
        for place, pattern in sentences()
        if not any(re.fullmatch(pattern, case.message, re.DOTALL) for case in ALL)
    ]
    assert missing == []


def test_no_call_is_there_twice():
    """Each row of the table is a different call."""
    assert len({shown(case) for case in ALL}) == len(ALL)
