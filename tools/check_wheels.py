"""Install each thing that is published into an empty environment and run `xlogx verify` there.

The two wheels must need no Rust: there PATH holds the new environment and nothing else. The test suite then runs once
on the pure wheel, in an environment that has NumPy and the test tools alone.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements"
# The sdist is built with other settings of the compiler than the wheel: quicker, and the bits must not notice.
OTHER_BUILD = {
    "CARGO_TARGET_DIR": str(ROOT / "target" / "sdist"),
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
}
LARGEST_WHEEL = 4_000_000  # bytes, with the core


@dataclass(frozen=True)
class Artefact:
    """One thing to install, what answers once it is installed, and whether that takes a compiler."""

    pattern: str
    backend: str
    needs_rust: bool


ARTEFACTS = (
    Artefact("*-abi3-*.whl", "rust", needs_rust=False),
    Artefact("*-py3-none-any.whl", "numpy", needs_rust=False),
    Artefact("*.tar.gz", "rust", needs_rust=True),
)


def run(*command: str | Path, environment: Mapping[str, str], folder: Path) -> str:
    """Run a command, show what it printed, and stop everything if it failed."""
    words = [str(word) for word in command]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(words, env=environment, cwd=folder, text=True, check=False, **streams)
    sys.stdout.write(done.stdout)
    sys.stdout.flush()
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {' '.join(words)}")
    return done.stdout


def plain_environment() -> dict[str, str]:
    """Return this process's environment without anything that steers Python or xlogx."""
    steering = ("PYTHON", "XLOGX_", "VIRTUAL_ENV", "MAKE", "MFLAGS", "PYO3_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}


def install(python: Path, *arguments: str | Path, environment: Mapping[str, str], folder: Path) -> None:
    """Let the pip that runs this script install into the environment of `python`, which needs no pip of its own."""
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*pip, *arguments, environment=environment, folder=folder)


def check(artefact: Artefact, file: Path, folder: Path) -> Path:
    """Install `file` into a new environment under `folder`, verify it, and return the new Python."""
    home = folder / "environment"
    venv.create(home, with_pip=False)
    scripts = home / "bin"
    python = scripts / "python"
    alone = plain_environment() | {"PATH": str(scripts)}
    installing = alone
    if artefact.needs_rust:
        installing = plain_environment() | OTHER_BUILD
    pins = ("--constraint", PINS / "test.txt", "--build-constraint", PINS / "build.txt")
    install(python, *pins, file, environment=installing, folder=folder)
    run(scripts / "xlogx", "verify", environment=alone, folder=folder)
    question = "import xlogx; print(xlogx.show_config(as_dict=True)['backend'])"
    backend = run(python, "-c", question, environment=alone, folder=folder).strip()
    if backend != artefact.backend:
        raise SystemExit(f"{file.name}: the backend should be {artefact.backend}, it is {backend}")
    return python


def run_suite(python: Path, folder: Path) -> None:
    """Run the test suite with the xlogx of `python`, beside NumPy and the test tools alone."""
    alone = plain_environment() | {"PATH": str(python.parent)}
    install(python, "-r", PINS / "test.txt", environment=alone, folder=folder)
    run(python, "-m", "pytest", "-q", "-n", "logical", "-p", "no:cacheprovider", environment=alone, folder=ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the two wheels and the sdist are")
    parser.add_argument("--no-suite", action="store_true", help="do not run the test suite on the pure wheel")
    options = parser.parse_args()
    for artefact in ARTEFACTS:
        found = sorted(options.folder.resolve().glob(artefact.pattern))
        if len(found) != 1:
            raise SystemExit(f"{options.folder} should hold one {artefact.pattern}, it holds {len(found)}")
        (file,) = found
        started = time.monotonic()
        print(f"== {file.name}, {file.stat().st_size / 1e6:.2f} MB", flush=True)
        if file.suffix == ".whl" and file.stat().st_size > LARGEST_WHEEL:
            raise SystemExit(f"{file.name} is larger than {LARGEST_WHEEL / 1e6} MB")
        with tempfile.TemporaryDirectory() as folder:
            python = check(artefact, file, Path(folder))
            if artefact.backend == "numpy" and not options.no_suite:
                run_suite(python, Path(folder))
        print(f"== fine, {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
