"""Python in processes of its own: with a clean environment, and with an end that is waited for."""

import os
import signal
import subprocess
import sys

CLEAN = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS") and not k.startswith("XLOGX_")}

# A call that goes to the pool whatever the cores, and its answer from the calling thread; the fallback has no pool.
LARGE = """
import os, sys, threading, time
import numpy, xlogx
has_pool = xlogx.show_config(as_dict=True)["backend"] == "rust"
p = numpy.random.default_rng(0).random(300_000 if has_pool else 3000)
with xlogx.threads(1):
    want = xlogx.entropy(p)
xlogx.set_num_threads(3)
right = lambda: xlogx.entropy(p) == want
"""


def run(code, **environment):
    """What a Python process that runs `code` left behind."""
    return subprocess.run(
        [sys.executable, "-c", code], env={**CLEAN, **environment}, capture_output=True, text=True, check=False
    )


def end(arguments, *, timeout=60, **options):
    """Output of a Python process that has ended by itself, with status 0; it and its children are killed otherwise."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**CLEAN, **options.pop("env", {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=os.name == "posix",
        **options,
    ) as process:
        try:
            out, trace = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
    assert process.returncode == 0, trace
    return out


def told(code, **options):
    """Output of `code`."""
    return end(["-c", code], **options)
