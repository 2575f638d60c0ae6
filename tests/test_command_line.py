"""Facts about the command line and about what an installation says of itself."""

import subprocess
import sys
from importlib.metadata import entry_points, version

import pytest

import xlogx
from xlogx.__main__ import main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_without_a_command_it_prints_its_help():
    """`python -m xlogx` names both commands and succeeds."""
    done = run("-m", "xlogx")
    assert done.returncode == 0
    assert "verify" in done.stdout
    assert "demo" in done.stdout


def test_the_version_is_that_of_the_package():
    """`--version`, `xlogx.__version__` and the metadata of the installation agree."""
    assert run("-m", "xlogx", "--version").stdout.strip() == f"xlogx {xlogx.__version__}"
    assert version("xlogx") == xlogx.__version__


def test_the_console_script_is_the_module():
    """`xlogx` on the command line runs what `python -m xlogx` runs."""
    (script,) = entry_points(group="console_scripts", name="xlogx")
    assert script.load() is main


@pytest.mark.parametrize("arguments", [["nonsense"], ["verify", "nonsense"], ["--nonsense"]])
def test_what_it_does_not_know_is_exit_2(arguments, capsys):
    """An unknown command or option is named on stderr."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "nonsense" in capsys.readouterr().err


def test_without_its_extra_the_demo_says_how_to_install_it():
    """Where a package of the extra is missing, `xlogx demo` names it and the pip command, and exits with 2."""
    hidden = "import sys; sys.modules['typer'] = None; from xlogx.__main__ import main; sys.exit(main(['demo']))"
    done = run("-c", hidden)
    assert done.returncode == 2
    assert "typer" in done.stderr
    assert "xlogx[demo]" in done.stderr


def test_the_hidden_option_is_not_in_the_help():
    """`verify --help` speaks to users alone."""
    shown = run("-m", "xlogx", "verify", "--help").stdout
    assert "--json" in shown
    assert "--update" not in shown


def test_the_import_loads_no_optional_package():
    """`import xlogx` loads NumPy and nothing of the extra."""
    extra = ["typer", "rich", "matplotlib", "sklearn", "scipy", "mpmath", "argparse"]
    before = run("-c", "import sys, numpy; print(*sys.modules)").stdout.split()
    after = run("-c", "import sys, numpy, xlogx; print(*sys.modules)").stdout.split()
    assert not set(extra) & (set(after) - set(before))
