"""Facts about `xlogx verify`."""

import hashlib
import inspect
import json
import operator
import subprocess
import sys

import numpy as np
import pytest
from backends import LEVELS, needs_rust

import xlogx
from xlogx import _backend, _digest, _verify
from xlogx._verify_cases import Case

SENTENCE = "the same bits as in the release, on this machine"


@pytest.fixture(scope="module")
def questions():
    return list(_verify.cases())


def test_this_machine_gives_the_bits_of_the_release():
    """Every level and thread count of this machine gives the digest in the package."""
    done = subprocess.run([sys.executable, "-m", "xlogx", "verify"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (SENTENCE in done.stdout) == bool(LEVELS)
    assert "within 4 ulp" in done.stdout
    assert done.stderr == ""


def test_the_inputs_are_the_same_bytes_everywhere(questions):
    """The arguments of the calls do not depend on the platform or on NumPy's version."""
    whole = hashlib.sha256()
    for case in questions:
        whole.update(case.name.encode())
        for argument in case.arguments:
            array = np.ascontiguousarray(argument)
            whole.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    assert whole.hexdigest()[:16] == "e092746c6b1ac96e"


def test_every_case_has_its_own_name(questions):
    """A reported case can be found: no two have one name."""
    assert len({case.name for case in questions}) == len(questions)


def test_every_measure_is_written_down_for_installs_without_rust(questions):
    """The results kept for the fallback cover all measures, of weights and of logits, and all losses."""
    kept = {name.partition(",")[0] for name in _digest.RESULTS}
    assert kept == {case.measure for case in questions}


def test_every_public_function_is_asked(questions):
    """Each measure of the package and each function of its namespaces is among the calls."""
    public = set(xlogx.__all__) - {"__version__", "logits", "losses"}
    for namespace in ("logits", "losses"):
        public |= {f"{namespace}.{name}" for name in getattr(xlogx, namespace).__all__}
    public = {name for name in public if not inspect.isclass(operator.attrgetter(name)(xlogx))}
    assert public - {case.measure for case in questions} == {"get_num_threads", "set_num_threads", "show_config"}


@needs_rust
def test_a_changed_bit_is_exit_1(monkeypatch, capsys, questions):
    """A digest that is not the release's fails the command and is marked on its line."""
    few = questions[::40]
    monkeypatch.setattr(_verify, "cases", lambda: iter(few))
    monkeypatch.setattr(_digest, "DIGEST", next(_verify.runs(few)).digest)
    assert _verify.main() == 0
    shown = capsys.readouterr().out
    assert SENTENCE in shown
    assert "differs" not in shown
    monkeypatch.setattr(_digest, "DIGEST", "0123456789abcdef")
    assert _verify.main() == 1
    shown = capsys.readouterr().out
    assert SENTENCE not in shown
    assert "differs" in shown


@needs_rust
def test_every_level_runs_with_every_thread_count(monkeypatch, questions):
    """One digest is taken for each level of this CPU and each thread count."""
    few = questions[::40]
    found = [(run.level, run.threads) for run in _verify.runs(few)]
    assert found == [(level, threads) for level in LEVELS for threads in _verify.THREADS]


@needs_rust
def test_the_level_in_force_is_the_one_of_before(questions):
    """Verifying leaves the backend and the SIMD level as they were."""
    before = _backend.name, _backend.core.level()
    list(_verify.runs(questions[:1]))
    assert (_backend.name, _backend.core.level()) == before


def test_json_says_the_same(capsys):
    """`--json` prints one object with the runs, the comparison and the verdict."""
    status = _verify.main(as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] == (status == 0)
    assert report["release"] == _digest.DIGEST
    assert bool(report["runs"]) == bool(LEVELS)
    assert report["fallback"]["limit_ulp"] == _verify.FALLBACK_LIMIT


def test_the_fallback_keeps_to_what_the_release_wrote_down(questions):
    """Without the Rust core, the fallback is held against results of the release."""
    comparison = _verify.compare_with_release(questions)
    assert comparison.ok, comparison


def test_a_wrong_fallback_is_named(monkeypatch, questions):
    """The worst case is reported with its name, and as a failure beyond 4 ulp."""
    name = questions[0].name
    true = float.fromhex(_digest.RESULTS[name])
    monkeypatch.setitem(_digest.RESULTS, name, (true + 0.5).hex())
    comparison = _verify.compare_with_release(questions)
    assert comparison.case == name
    assert not comparison.ok


@pytest.mark.parametrize(
    ("got", "want", "ulp"),
    [
        (1.0, 1.0, 0),
        (np.nan, np.nan, 0),
        (np.inf, np.inf, 0),
        (1 + 2**-52, 1.0, 1),
        (1 - 2**-53, 1.0, 0.5),
        (np.inf, 1.0, np.inf),
        (np.nan, 1.0, np.inf),
        (5e-324, 0.0, 1),
    ],
)
def test_distances_are_in_units_of_the_last_place_of_what_was_wanted(got, want, ulp):
    """One ulp is the spacing of floats at the wanted value; NaN equals NaN, and infinity itself alone."""
    assert _verify.ulp_distance(np.array([got]), np.array([want])) == ulp


def test_the_digest_sees_everything_but_the_sign_of_a_nan():
    """A bit, a dtype, a shape or a name changes the digest; processors' different NaNs do not."""
    base = _verify.digest([("a", np.array([1.0, np.nan]))])
    assert _verify.digest([("a", np.array([1.0, -np.nan]))]) == base
    assert _verify.digest([("a", np.array([1.0, np.nan]).astype(">f8"))]) == base
    for other in (
        ("b", np.array([1.0, np.nan])),
        ("a", np.array([1 + 2**-52, np.nan])),
        ("a", np.array([1.0, np.nan], np.float32)),
        ("a", np.array([[1.0, np.nan]])),
    ):
        assert _verify.digest([other]) != base


def test_nothing_is_written_down_while_levels_differ(monkeypatch, tmp_path, capsys):
    """`--update` refuses to record a build whose levels or threads do not agree."""
    disagreeing = [_verify.Run("portable", 1, "a"), _verify.Run("avx2", 1, "b")]
    monkeypatch.setattr(_verify, "runs", lambda questions: iter(disagreeing))
    target = tmp_path / "_digest.py"
    assert _verify.update(str(target)) == 1
    assert not target.exists()
    assert "one digest was wanted" in capsys.readouterr().out


@needs_rust
def test_what_is_written_down_can_be_read_back(monkeypatch, tmp_path, capsys):
    """`--update` writes a Python file with the digest and the kept results."""
    p = np.array([0.5, 0.25, 0.25])
    monkeypatch.setattr(_verify, "cases", lambda: iter([Case('entropy, "odd" name', "entropy", (p,))]))
    target = tmp_path / "_digest.py"
    assert _verify.update(str(target)) == 0
    written: dict[str, object] = {}
    exec(target.read_text(), written)
    assert written["RESULTS"] == {'entropy, "odd" name': (1.5 * np.log(2)).hex()}
    assert str(target) in capsys.readouterr().out
