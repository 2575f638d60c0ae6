"""Runs the tests under a sanitizer of the Rust compiler: AddressSanitizer or ThreadSanitizer, on Linux.

The core's tests run under either. The Python suite runs under AddressSanitizer only, with a core built for it and the
compiler's own runtime preloaded, since the interpreter is not instrumented; ThreadSanitizer's runtime comes as an archive
that cannot be made a shared library. ThreadSanitizer also wants the standard library instrumented, or it reports what a
lock of the library guards as a race: `rustup component add rust-src`.

The flags are a nightly compiler's; RUSTC_BOOTSTRAP=1 makes the stable one take them.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Each option with its reason.
OPTIONS = {
    # The interpreter keeps what it has until the process ends, so every run would "leak".
    "address": "ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1",
    "thread": "TSAN_OPTIONS=halt_on_error=1",
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class Sanitizer:
    """A sanitizer, and what is built for it."""

    def __init__(self, name):
        self.name = name
        self.host = next(line for line in output("rustc", "-vV").splitlines() if line.startswith("host: "))[6:]
        self.target = ROOT / "target" / f"sanitized-{name}"
        option, value = OPTIONS[name].split("=", 1)
        self.environment = os.environ | {
            "RUSTC_BOOTSTRAP": "1",
            "RUSTFLAGS": f"-Zsanitizer={name}",
            "CARGO_TARGET_DIR": str(self.target),
            # A library for the interpreter that loads it, not one that brings its own.
            "PYO3_BUILD_EXTENSION_MODULE": "1",
            option: value,
        }

    def run(self, *command, **environment):
        """Say and run a command in the clone."""
        print("+", *command, flush=True)
        subprocess.run(command, check=True, cwd=ROOT, env=self.environment | environment)

    def cargo(self, command, *options):
        standard_library = ["-Zbuild-std"] if self.name == "thread" else []
        self.run("cargo", command, "--locked", "--target", self.host, *standard_library, *options)

    def runtime(self):
        """The compiler's runtime as a shared library, to be loaded before everything else."""
        libraries = Path(output("rustc", "--print", "target-libdir"))
        (archive,) = libraries.glob("librustc-*_rt.asan.a")
        # The runtime takes a library named libasan for another runtime beside it, and gives up.
        copy, library = self.target / "runtime.a", self.target / "runtime.so"
        shutil.copy(archive, copy)
        # What an executable runs before its libraries are there has no place in a library.
        subprocess.run(["ar", "d", copy, "asan_preinit.cpp.o"], check=True)
        whole = ["-Wl,--whole-archive", copy, "-Wl,--no-whole-archive"]
        subprocess.run(["cc", "-shared", "-o", library, *whole, "-lpthread", "-ldl", "-lm", "-lrt"], check=True)
        return library

    def package(self):
        """A copy of the Python package with a core built for this sanitizer."""
        self.cargo("build", "--lib", "--features", "python")
        package = self.target / "python"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(ROOT / "python", package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        shutil.copy(self.target / self.host / "debug" / "libxlogx.so", package / "xlogx" / "_core.abi3.so")
        return package


def main():
    """Test the core, then what Python sees of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sanitizer", choices=sorted(OPTIONS))
    parser.add_argument("pytest", nargs="*", help="arguments of pytest instead of the whole suite")
    given = parser.parse_args()
    sanitizer = Sanitizer(given.sanitizer)
    sanitizer.cargo("test", "--tests")
    if given.sanitizer == "address":
        package, runtime = sanitizer.package(), sanitizer.runtime()
        arguments = given.pytest or ["tests"]
        environment = {"PYTHONPATH": str(package), "LD_PRELOAD": str(runtime), "PYTHONMALLOC": "malloc"}
        sanitizer.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments, **environment)


if __name__ == "__main__":
    main()
