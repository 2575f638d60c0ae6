"""`xlogx demo`: each screen's fact holds, its line of Python reproduces it, and its picture is drawn."""

import ast
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

# The extra "demo": without it there is nothing to test here.
for package in ("matplotlib", "mpmath", "rich", "scipy", "sklearn", "typer"):
    pytest.importorskip(package)

import xlogx  # noqa: E402
from xlogx._demo import (  # noqa: E402
    closeness,
    digits,
    error_curves,
    files,
    main,
    network,
    one_pair,
    speed,
    training,
    triangle,
)
from xlogx._demo.screen import Setting  # noqa: E402
from xlogx._demo.stopwatch import best_of_rounds  # noqa: E402

SCREENS = {"a": digits, "b": one_pair, "c": triangle, "d": files, "e": closeness, "f": speed, "g": training}


def run(code: str) -> Any:
    """Run `code` and return the value of its last line."""
    *lines, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    scope: dict[str, Any] = {}
    exec(compile(ast.Module(lines, []), "screen", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "screen", "eval"), scope)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the whole demo once, in its quick form, and return the folder of its pictures."""
    folder = tmp_path_factory.mktemp("demo") / "pictures"
    assert main(["--quick", "--out", str(folder)]) == 0
    return folder


def test_pictures_are_svg(shown: Path) -> None:
    """The demo leaves its pictures, well-formed SVG, in the folder that it was given."""
    names = {path.name for path in shown.iterdir()}
    assert names == {"digits.svg", "files.svg", "error.svg", "time.svg", "training.svg"}
    for path in shown.iterdir():
        assert ElementTree.parse(path).getroot().tag.endswith("svg")


def test_output_names_screens_and_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each screen has its letter and title, and the last lines name the folder and the files."""
    assert main(["--quick", "--only", "abc", "--out", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    for letter in "abc":
        assert f"{letter}  {SCREENS[letter].TITLE}" in text
    assert tmp_path.name in text.replace("\n", "")
    assert "digits.svg" in text


@pytest.mark.parametrize("words", [["--only", "x"], ["--wrong"]], ids=["screen", "option"])
def test_wrong_options_are_refused(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown screen or option ends with status 2 and a sentence, not with a traceback."""
    assert main([*words, "--out", str(tmp_path)]) == 2
    assert "Error" in capsys.readouterr().err


@pytest.mark.parametrize("module", [digits, one_pair, triangle, files, closeness, training], ids=lambda m: m.TITLE)
def test_code_reproduces_the_result(module: ModuleType, tmp_path: Path) -> None:
    """The Python that a screen shows runs as it stands and gives the very numbers of the screen."""
    screen = module.screen(Setting(tmp_path, quick=True))
    np.testing.assert_array_equal(run(screen.code), screen.result)


def test_digits_are_lopsided() -> None:
    """Without a pseudocount most divergences of digits are infinite; with it all are finite, and not symmetric."""
    found = digits.measure()
    assert found.kl.shape == (10, 10)
    assert np.isfinite(found.kl).all()
    assert np.all(np.diag(found.kl) == 0)
    assert found.infinite_without_pseudocount > 45
    i, j = found.lopsided
    assert found.kl[i, j] - found.kl[j, i] == np.max(found.kl - found.kl.T) > 0.1
    assert np.all((found.entropy > 5) & (found.entropy < 6))


def test_cross_entropy_is_entropy_plus_divergence() -> None:
    """H(p, q) = H(p) + D(p‖q) to the last digits, in both directions."""
    for parts in one_pair.measure():
        assert abs(parts.gap) <= 4
        assert parts.kl > 0


def test_kl_breaks_triangles_and_js_distance_keeps_them() -> None:
    """A detour is shorter by KL and by the JS divergence for some triples, by the JS distance for none."""
    assert triangle.measure(xlogx.kl_divergence).broken > 0
    assert triangle.measure(xlogx.js_divergence).broken > 0
    kept = triangle.measure(xlogx.js_distance)
    assert kept.broken == 0
    assert kept.direct < kept.detour


def test_no_coder_beats_entropy() -> None:
    """Huffman's code needs at least the entropy and less than a bit more; a wrong code costs the divergence more."""
    found = files.measure(200_000)
    assert found.pieces_below_entropy == 0
    assert np.all(found.huffman >= found.floor)
    assert np.all(found.huffman < found.floor + 1)
    np.testing.assert_allclose(found.cost, found.entropy[:, None] + found.extra, rtol=1e-14)
    assert np.all(np.diag(found.extra) == 0)


def test_errors_near_equality() -> None:
    """At a relative difference of 1e-11 xlogx has all digits right, SciPy and the NumPy expression none."""
    found = error_curves.measure(quick=True)
    assert max(found.kl_divergence["xlogx"] + found.js_distance["xlogx"]) < 1e-15
    near = found.closeness.index(1e-11)
    for name in ("SciPy", "NumPy"):
        assert found.kl_divergence[name][near] > 1


def test_error_curves_survive_json() -> None:
    """A record read back is the record that was written, nan included."""
    curves = error_curves.ErrorCurves([0.1, 0.01], {"SciPy": [1.0, np.nan]}, {"SciPy": [np.nan, 2.0]})
    again = error_curves.ErrorCurves.from_json(curves.as_json())
    np.testing.assert_equal(again, curves)


def test_training_is_that_of_the_example() -> None:
    """The network that the demo trains is, word for word, the one of the example."""
    example = Path(__file__).parent.parent / "examples" / "digits_network.py"
    if not example.exists():
        pytest.skip("the examples are not beside the tests")
    written = example.read_text(encoding="utf-8")
    for function in (network.squared_error_with_grad, network.train, network.predict, network.data, network.race):
        assert inspect.getsource(function) in written


def test_three_epochs_of_cross_entropy_go_far() -> None:
    """After three epochs cross-entropy reads nine digits of ten, squared error at the same rate not half."""
    (losses, right, _), _, (slow_losses, slowly_right, _) = network.race(epochs=3).values()
    assert right[-1] > 0.9 > 0.5 > slowly_right[-1]
    assert losses[0] == slow_losses[0] > slow_losses[-1] > losses[-1]


def test_times_are_the_best_of_rounds_in_turn() -> None:
    """Each call is made once to warm up, then in turn with the others, and the shortest time is kept."""
    order: list[str] = []
    best = best_of_rounds({"x": lambda: order.append("x"), "y": lambda: order.append("y")}, seconds=0.0, least=3)
    assert "".join(order) == "xyxyxyxy"
    assert set(best) == {"x", "y"}
    assert all(0 <= seconds < 1 for seconds in best.values())
