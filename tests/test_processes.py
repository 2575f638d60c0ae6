"""Processes: what forks, the end of the interpreter, an interrupt and an odd start do to a call."""

import os
import sys
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import pytest
from backends import NAMES, needs_rust
from processes import LARGE, end, told

import xlogx

PACKAGE = Path(xlogx.__file__).parent
WHERE = [str(PACKAGE.parent), str(Path(np.__file__).parent.parent)]

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")

# A call of minutes.
ENDLESS = """
import os, sys, threading, time
import numpy, xlogx
p = numpy.broadcast_to(numpy.ones(10_000_000), (3000, 10_000_000))
"""
CHILDREN = """
def forked(work):
    child = os.fork()
    if child == 0:
        os._exit(0 if work() else 1)
    return child
def ended_well(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@needs_fork
def test_a_child_may_have_children():
    """A call in the parent, in its child and in the child's child: each has threads of its own."""
    code = """
    def family(generations):
        if generations == 0:
            return right()
        return right() and ended_well(forked(lambda: family(generations - 1))) and right()
    print(family(3))
    """
    assert told(LARGE + CHILDREN + textwrap.dedent(code)) == "True\n"


@needs_fork
def test_workers_may_be_forked_after_a_call():
    """Three workers forked by a server that has called already all answer, at once, and the server goes on."""
    code = "print(right()); w = [forked(right) for _ in range(3)]; print(right()); print(*map(ended_well, w), right())"
    assert told(LARGE + CHILDREN + code).split() == ["True"] * 6


@needs_fork
def test_a_fork_during_a_call_is_no_matter():
    """A child forked while another thread is in a call, or builds a pool, answers right and without delay."""
    code = """
    over = False
    def busy():
        n = 0
        while not over:
            n = (n + 1) % 10
            with xlogx.threads(2 + n):
                xlogx.entropy(p)
    def three():
        start = time.monotonic()
        return all(right() for _ in range(3)) and time.monotonic() - start < 2
    other = threading.Thread(target=busy)
    other.start()
    well = 0
    for _ in range(30):
        time.sleep(0.005)
        well += ended_well(forked(three))
    over = True
    other.join()
    print(well)
    """
    assert told(LARGE + CHILDREN + textwrap.dedent(code)) == "30\n"


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_pools_of_processes_answer(method, tmp_path):
    """Workers of every start method answer what the parent does, before, while and after they work."""
    code = """
    import multiprocessing, sys, numpy, xlogx
    from concurrent.futures import ProcessPoolExecutor
    has_pool = xlogx.show_config(as_dict=True)["backend"] == "rust"
    def call(seed):
        return float(xlogx.entropy(numpy.random.default_rng(seed).random(300_000 if has_pool else 3000)))
    if __name__ == "__main__":
        if sys.argv[1] not in multiprocessing.get_all_start_methods():
            sys.exit(print("absent"))
        want = [call(seed) for seed in range(4)]
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(sys.argv[1])) as workers:
            answers = workers.map(call, range(4))
            print(want == [call(seed) for seed in range(4)] == list(answers) == [call(seed) for seed in range(4)])
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    out = end([str(script), method], env={"XLOGX_NUM_THREADS": "3"})
    if out == "absent\n":
        pytest.skip(f"no start method {method} on this platform")
    assert out == "True\n"


def test_a_worker_has_the_settings_of_its_environment(tmp_path):
    """A spawned worker takes one thread where OMP_NUM_THREADS=1 was set for it, though its parent takes three."""
    code = """
    import multiprocessing, os, xlogx
    def threads():
        return xlogx.get_num_threads()
    if __name__ == "__main__":
        xlogx.set_num_threads(3)
        os.environ["OMP_NUM_THREADS"] = "1"
        with multiprocessing.get_context("spawn").Pool(1) as workers:
            print(xlogx.get_num_threads(), workers.apply(threads))
    """
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(code))
    assert end([str(script)]) == "3 1\n"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this platform")
def test_the_affinity_may_be_set_after_the_import():
    """Bound to one core before its first call, a process takes one thread; bound after it, it answers as before."""
    bind = "\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    first = "import os, xlogx" + bind + "print(xlogx.get_num_threads())"
    assert told(first) == "1\n"
    assert told(LARGE + "print(right())" + bind + "print(right(), xlogx.get_num_threads())") == "True\nTrue 3\n"


@pytest.mark.parametrize(
    ("name", "threads"),
    [("numpy", 1), pytest.param("rust", 1, marks=needs_rust), pytest.param("rust", 3, marks=needs_rust)],
)
def test_a_daemon_thread_may_be_in_a_call_at_the_end(name, threads):
    """The process ends at once, with status 0 and in silence."""
    code = """
    xlogx.set_num_threads(int(sys.argv[1]))
    threading.Thread(target=xlogx.entropy, args=(p,), daemon=True).start()
    time.sleep(0.2)
    """
    code = ENDLESS + textwrap.dedent(code) + "{}"
    options = {"env": {"XLOGX_BACKEND": name}, "timeout": 20}
    assert end(["-c", code.format(""), str(threads)], **options) == ""
    assert end(["-c", code.format("os._exit(0)"), str(threads)], **options) == ""
    assert end(["-c", code.format("sys.exit(0)"), str(threads)], **options) == ""
    if sys.platform == "linux":
        # Between the end of the interpreter and that of the process the call goes on for a while.
        linger = (
            "import ctypes; libc = ctypes.CDLL(None); libc.__cxa_atexit(libc.usleep, ctypes.c_void_p(300_000), None)"
        )
        assert end(["-c", code.format(linger), str(threads)], **options) == ""


def test_the_end_waits_for_a_thread():
    """A thread that is no daemon ends its call after the main thread, and a handler at exit may call as well."""
    code = """
    import atexit
    def work():
        print(all(right() for _ in range(100)))
    atexit.register(work)
    threading.Thread(target=work).start()
    sys.exit(0)
    """
    assert told(LARGE + textwrap.dedent(code)) == "True\nTrue\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child on this platform")
@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_is_for_the_main_thread_alone(name):
    """Ctrl-C ends the call of the main thread, and those of the others come to their right ends."""
    code = """
    import signal
    q, wrong = numpy.random.default_rng(0).random(300_000), []
    with xlogx.threads(1):
        want = xlogx.entropy(q)
    xlogx.set_num_threads(3)
    over = False
    def busy():
        while not over:
            wrong.append(xlogx.entropy(q) != want)
    others = [threading.Thread(target=busy) for _ in range(2)]
    for other in others:
        other.start()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        xlogx.entropy(p)
    except KeyboardInterrupt:
        print("interrupted")
    done = len(wrong)
    while len(wrong) < done + 2:
        time.sleep(0.01)
    over = True
    for other in others:
        other.join()
    print(any(wrong))
    """
    out = told(ENDLESS + textwrap.dedent(code), env={"XLOGX_BACKEND": name}, timeout=30)
    assert out == "interrupted\nFalse\n"


@pytest.mark.parametrize("flags", [["-I"], ["-S", "-E"], ["-O"], ["-OO"], ["-B"]])
def test_the_flags_of_the_interpreter_are_no_matter(flags):
    """Isolated, without site, without docstrings: it is imported, answers, and refuses what it should."""
    code = f"""
    import sys
    sys.path[:0] = {WHERE!r}
    import xlogx
    print(xlogx.entropy([1, 1], base=2))
    try:
        xlogx.entropy([1, -1])
    except ValueError as error:
        print(error)
    """
    out = end([*flags, "-c", textwrap.dedent(code)])
    assert out == "1.0\np must be finite and non-negative, got p[1] = -1\n"


@pytest.mark.skipif(os.name != "posix", reason="homes and folders in the POSIX way")
def test_no_folder_is_needed(tmp_path):
    """Without a home, with one that cannot be written to, in a folder that is gone: it is imported and answers."""
    answers = f"import sys; sys.path[:0] = {WHERE!r}; import xlogx; print(xlogx.entropy([1, 1], base=2))"
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    assert told(answers, env={"HOME": str(home)}) == "1.0\n"
    without = "import os; os.environ.pop('HOME', None); "
    assert told(without + answers) == "1.0\n"
    gone = tmp_path / "gone"
    gone.mkdir()
    leave = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r}); "
    assert told(leave + answers) == "1.0\n"
    assert list(home.iterdir()) == []


def test_it_may_be_imported_from_an_archive(tmp_path):
    """The Python files alone, in a zip archive, run on NumPy."""
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as files:
        for file in PACKAGE.rglob("*.py"):
            files.write(file, file.relative_to(PACKAGE.parent))
    code = f"""
    import sys
    sys.path.insert(0, {str(archive)!r})
    import xlogx
    print({str(archive)!r} in xlogx.__file__, xlogx.show_config(as_dict=True)["backend"], xlogx.entropy([1, 1], base=2))
    """
    assert told(textwrap.dedent(code)) == "True numpy 1.0\n"


def test_an_interpreter_within_is_served_or_refused():
    """A sub-interpreter gets an answer, or an ImportError where NumPy allows only one; the main one goes on."""
    code = """
    try:
        import _interpreters as interpreters
    except ImportError:
        try:
            import _xxsubinterpreters as interpreters
        except ImportError:
            sys.exit(print("absent"))
    print(right(), flush=True)
    try:
        failure = interpreters.run_string(interpreters.create(), {within!r})
    except interpreters.RunFailedError as error:
        failure = error
    print("ImportError" in str(failure) if failure else "served", right())
    """
    within = (
        "import sys, warnings; warnings.simplefilter('ignore'); import xlogx; assert xlogx.entropy([1, 1], base=2) == 1"
    )
    out = told(LARGE + textwrap.dedent(code).format(within=within))
    if out == "absent\n":
        pytest.skip("no sub-interpreters in this Python")
    assert out in ("True\nTrue True\n", "True\nserved True\n")
