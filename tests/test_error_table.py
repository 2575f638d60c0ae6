"""Each error of the table comes as it is written there, and every error that a call can raise is in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from error_cases import CASES
from foreign_objects import OBJECTS
from processes import run

import xlogx

ALL = [case for cases in CASES.values() for case in cases]
# What is in folders, the fallback and the demo, has no sentences for those who call a measure.
MODULES = sorted(Path(xlogx.__file__).parent.glob("*.py"))


def shown(case):
    return f"{case.environment} {case.call}".strip()


@pytest.mark.parametrize("case", [case for case in ALL if not case.environment], ids=shown)
@pytest.mark.usefixtures("backend")
def test_the_call_raises_what_the_table_says(case):
    """Kind and text of the error are those of the table, on every backend."""
    with pytest.raises(case.kind) as caught:
        eval(case.call, {"np": np, "xlogx": xlogx, **OBJECTS})
    assert caught.type is case.kind
    assert str(caught.value) == case.message


@pytest.mark.parametrize("case", [case for case in ALL if case.environment], ids=shown)
def test_the_environment_raises_what_the_table_says(case):
    """A variable with a value that it cannot have is named by the first call that asks, or by the import."""
    name, _, value = case.environment.partition("=")
    done = run(f"import xlogx; {case.call}", **{name: value})
    assert done.stderr.splitlines()[-1] == f"{case.kind.__name__}: {case.message}"


def sentences() -> Iterator[tuple[str, str, str]]:
    """Yield the place, kind and text of every TypeError, ValueError and AxisError, what is filled in as ``.*``."""
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("TypeError" | "ValueError" | "AxisError" as kind), args=[text, *_]):
                    for words in texts(text, functions):
                        yield f"{path.name}:{node.lineno}", kind, words


def texts(text: ast.expr, functions: dict[str, ast.FunctionDef]) -> Iterator[str]:
    """Yield the patterns of what is written where the error is raised, or in the function that words it."""
    match text:
        case ast.Constant(str() as words):
            yield re.escape(words)
        case ast.JoinedStr(parts):
            yield "".join(re.escape(p.value) if isinstance(p, ast.Constant) else ".*" for p in parts)
        case ast.Call(func=ast.Name(name)) if name in functions:
            for node in ast.walk(functions[name]):
                if isinstance(node, ast.Return) and node.value is not None:
                    yield from texts(node.value, functions)
        case _:
            raise AssertionError(f"{ast.unparse(text)} is no text that can be looked for")


def test_every_error_is_in_the_table():
    """No sentence of the package is missing."""
    missing = [
        f"{place}: {kind} {pattern}"
        for place, kind, pattern in sentences()
        if not any(case.kind.__name__ == kind and re.fullmatch(pattern, case.message, re.DOTALL) for case in ALL)
    ]
    assert missing == []


def test_no_call_is_there_twice():
    """Each row of the table is a different call."""
    assert len({shown(case) for case in ALL}) == len(ALL)
