"""Import, configuration and the environment variables that choose backend and level."""

import doctest

import pytest
from backends import LEVELS, needs_rust
from processes import run

import xlogx
from xlogx import _backend

SHOW = "import xlogx; xlogx.show_config()"


def test_show_config_prints_what_runs(capsys):
    """Version, backend, level and threads, a line each; as a dictionary on request."""
    entries = xlogx.show_config(as_dict=True)
    assert list(entries) == ["version", "backend", "simd", "threads"]
    assert entries["version"] == xlogx.__version__
    assert entries["threads"] == xlogx.get_num_threads()
    assert xlogx.show_config() is None
    assert capsys.readouterr().out == "".join(f"{key}: {value}\n" for key, value in entries.items())


def test_show_config_follows_the_backend(backend):
    """The level is that of the backend in use: none with NumPy."""
    entries = xlogx.show_config(as_dict=True)
    assert entries["backend"] == backend
    assert entries["simd"] == ("none" if backend == "numpy" else _backend.core.level())


def test_the_numpy_backend_can_be_chosen():
    """XLOGX_BACKEND=numpy, where levels and threads are accepted and do nothing."""
    done = run(SHOW, XLOGX_BACKEND="numpy", XLOGX_SIMD="portable", XLOGX_NUM_THREADS="3")
    assert done.stdout.splitlines()[1:] == ["backend: numpy", "simd: none", "threads: 3"]


@needs_rust
def test_the_rust_backend_is_the_default():
    """Where there is a Rust core, it runs."""
    assert "backend: rust" in run(SHOW).stdout.splitlines()
    assert "backend: rust" in run(SHOW, XLOGX_BACKEND="rust").stdout.splitlines()


def test_without_a_rust_core_numpy_runs():
    """A pure-Python install falls back by itself, and refuses only who asks for Rust."""
    hide = "import sys; sys.modules['xlogx._core'] = None; "
    assert "backend: numpy" in run(hide + SHOW).stdout.splitlines()
    assert "ImportError" in run(hide + SHOW, XLOGX_BACKEND="rust").stderr


@pytest.mark.parametrize("variable", ["XLOGX_BACKEND", "XLOGX_SIMD"])
@pytest.mark.parametrize("backend", [None, "numpy"])
def test_an_unknown_choice_is_named(variable, backend):
    """The import fails with a ValueError that has the variable and its value."""
    environment = {"XLOGX_BACKEND": backend} if backend else {}
    done = run("import xlogx", **{**environment, variable: "fortran"})
    assert f"ValueError: {variable} must be one of " in done.stderr
    assert "got 'fortran'" in done.stderr


@needs_rust
@pytest.mark.parametrize("level", _backend.LEVELS)
def test_a_level_can_be_chosen(level):
    """XLOGX_SIMD chooses the level; one that the CPU lacks is an ImportError that says what there is."""
    done = run(SHOW, XLOGX_SIMD=level)
    if level in LEVELS:
        assert f"simd: {level}" in done.stdout.splitlines()
    else:
        assert f"ImportError: XLOGX_SIMD={level} is not supported" in done.stderr
        assert ", ".join(LEVELS) in done.stderr


def test_the_import_is_light():
    """NumPy apart, importing xlogx loads no module that takes time, and starts no thread."""
    code = (
        "import sys, threading, numpy; before = set(sys.modules); import xlogx;"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)));"
        "print(*sorted(set(sys.modules) - before));"
        "print(threading.active_count())"
    )
    packages, modules, threads = run(code).stdout.splitlines()
    assert packages == "xlogx"
    assert threads == "1"
    for heavy in ("numpy.typing", "numpy.ma", "importlib.metadata", "asyncio", "subprocess", "argparse"):
        assert heavy not in modules.split()


def test_small_calls_start_no_thread():
    """The pool is for large inputs."""
    code = (
        "import os, numpy, xlogx; task = '/proc/self/task'; count = lambda: len(os.listdir(task)) if os.path.exists(task) else 0;"
        "before = count(); xlogx.entropy([1, 1]); xlogx.kl_divergence(numpy.ones((4, 5)), numpy.ones(5)); print(count() - before)"
    )
    assert run(code).stdout == "0\n"


def test_every_public_name_is_there():
    """__all__ is what there is, and every name of it has a docstring."""
    for name in xlogx.__all__:
        assert getattr(xlogx, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'entropie'"):
        xlogx.entropie  # noqa: B018


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("name", ["weights", "_config", "_threads"])
def test_docstrings_are_true(name):
    """Every example gives what it shows."""
    module = __import__(f"xlogx.{name}", fromlist=[name])
    before = xlogx._threads._of_process
    try:
        result = doctest.testmod(module)
    finally:
        xlogx._threads._of_process = before
    assert result.attempted > 0
    assert result.failed == 0
