"""Threads: who sets their number, who sees it, and what an interrupt and other threads do to a call."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from backends import NAMES
from measures import refuses
from processes import CLEAN, run

import xlogx
from xlogx import _threads

COUNT = "import xlogx; print(xlogx.get_num_threads())"


@pytest.fixture
def unset(monkeypatch):
    """No setting, neither of the process nor of the environment."""
    monkeypatch.setattr(_threads, "_of_process", None)
    monkeypatch.setattr(_threads, "_of_environment", None)
    for variable in _threads.VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_a_block_sets_the_number_for_itself(unset):
    """threads(n) holds within its block, also beyond the cores, also nested, also after an error."""
    usual = xlogx.get_num_threads()
    with xlogx.threads(500):
        assert xlogx.get_num_threads() == 500
        with contextlib.suppress(KeyError), xlogx.threads(3):
            assert xlogx.get_num_threads() == 3
            raise KeyError
        assert xlogx.get_num_threads() == 500
    assert xlogx.get_num_threads() == usual


def test_a_block_may_be_entered_again(unset):
    """One threads(n) object serves any number of times, also within itself."""
    usual = xlogx.get_num_threads()
    setting = xlogx.threads(usual + 1)
    for _ in range(2):
        with setting, setting:
            assert xlogx.get_num_threads() == usual + 1
        assert xlogx.get_num_threads() == usual


def test_other_threads_and_tasks_do_not_see_a_block(unset):
    """The setting lives in a context variable."""
    usual = xlogx.get_num_threads()
    seen = []
    with xlogx.threads(usual + 5):
        other = threading.Thread(target=lambda: seen.append(xlogx.get_num_threads()))
        other.start()
        other.join()
    assert seen == [usual]

    async def task(n, start, stop):
        with xlogx.threads(n):
            start.set()
            await stop.wait()
            return xlogx.get_num_threads()

    async def both():
        first, second = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(task(3, first, second), task(4, second, first))

    assert asyncio.run(both()) == [3, 4]


def test_the_process_setting_is_for_all_threads(unset):
    """set_num_threads(n) holds everywhere but within a block."""
    xlogx.set_num_threads(7)
    seen = []
    other = threading.Thread(target=lambda: seen.append(xlogx.get_num_threads()))
    other.start()
    other.join()
    assert seen == [7]
    with xlogx.threads(2):
        assert xlogx.get_num_threads() == 2


@pytest.mark.parametrize("set_number", [xlogx.threads, xlogx.set_num_threads])
def test_a_number_of_threads_is_at_least_one(set_number):
    """Zero and less are a ValueError, what is no integer a TypeError, both at once."""
    for n in (0, -1):
        with pytest.raises(ValueError, match=f"at least 1, got {n}"):
            set_number(n)
    for n in (1.5, "2", None):
        with pytest.raises(TypeError, match="must be an integer"):
            set_number(n)


@pytest.mark.parametrize(
    ("environment", "n"),
    [
        ({"XLOGX_NUM_THREADS": "3", "RAYON_NUM_THREADS": "4", "OMP_NUM_THREADS": "5"}, 3),
        ({"RAYON_NUM_THREADS": "4", "OMP_NUM_THREADS": "5"}, 4),
        ({"OMP_NUM_THREADS": "5"}, 5),
        ({"XLOGX_NUM_THREADS": " 2 "}, 2),
    ],
)
def test_the_first_variable_that_is_set_decides(unset, monkeypatch, environment, n):
    """XLOGX_NUM_THREADS, then RAYON_NUM_THREADS, then OMP_NUM_THREADS."""
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert xlogx.get_num_threads() == n


@pytest.mark.parametrize("variable", _threads.VARIABLES)
@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", ""])
@pytest.mark.usefixtures("backend")
def test_a_variable_that_is_no_number_is_named(unset, monkeypatch, variable, value):
    """The first call that asks raises, and names the variable and its value; so does the next."""
    monkeypatch.setenv(variable, value)
    message = f"{variable} must be an integer of at least 1, got {value!r}"
    for _ in range(2):
        refuses(ValueError, message, xlogx.entropy, [[1.0, 2.0]])


def test_a_variable_is_read_by_the_first_call_that_asks():
    """The import goes well whatever the variables say; the first call that asks raises, or does as they say."""
    done = run("import xlogx; print('imported'); xlogx.entropy([[1.0, 2.0]])", XLOGX_NUM_THREADS="two")
    assert done.stdout == "imported\n"
    assert "ValueError: XLOGX_NUM_THREADS must be an integer of at least 1, got 'two'" in done.stderr
    assert run(COUNT, OMP_NUM_THREADS="5").stdout == "5\n"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this platform")
def test_the_affinity_is_respected():
    """A process bound to one core uses one thread."""
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); " + COUNT
    assert run(code).stdout == "1\n"


def test_the_control_group_is_respected(tmp_path):
    """The least CPU quota on the way to the root counts, in either version of control groups."""
    membership = tmp_path / "membership"
    group = tmp_path / "a" / "b"
    group.mkdir(parents=True)

    def quota(text):
        membership.write_text(text)
        return _threads.cgroup_quota(str(tmp_path), str(membership))

    assert quota("0::/a/b\n") is None
    (group / "cpu.max").write_text("max 100000\n")
    assert quota("0::/a/b\n") is None
    (group / "cpu.max").write_text("350000 100000\n")
    assert quota("0::/a/b\n") == 3.5
    (tmp_path / "a" / "cpu.max").write_text("150000 100000\n")
    assert quota("0::/a/b\n") == 1.5
    assert quota("0::/not/there\n") is None

    old = tmp_path / "cpu" / "c"
    old.mkdir(parents=True)
    (old / "cpu.cfs_period_us").write_text("100000\n")
    (old / "cpu.cfs_quota_us").write_text("-1\n")
    assert quota("4:cpu,cpuacct:/c\n3:memory:/c\n") is None
    (old / "cpu.cfs_quota_us").write_text("200000\n")
    assert quota("4:cpu,cpuacct:/c\n3:memory:/c\n") == 2
    assert quota("") is None


def test_there_is_always_a_thread(monkeypatch):
    """A quota below one core leaves one."""
    monkeypatch.setattr(_threads, "cgroup_quota", lambda: 0.3)
    assert _threads.usable_cores() == 1


def test_many_threads_with_many_settings_agree(backend):
    """Calls from eight threads at once, each with its own number of threads, give what one call gives."""
    wrong = []

    def hammer(seed):
        rng = np.random.default_rng(seed)
        for _ in range(8 if backend == "rust" else 2):
            p = rng.random((int(rng.integers(1, 20)), int(rng.integers(1, 4000))))
            with xlogx.threads(int(rng.integers(1, 5))):
                got = xlogx.entropy(p)
            if not np.array_equal(got, xlogx.entropy(p)):
                wrong.append(seed)

    workers = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert wrong == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child on this platform")
@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_stops_a_long_call(name):
    """Ctrl-C ends a call of minutes within a second or two."""
    code = (
        "import numpy, xlogx; p = numpy.broadcast_to(numpy.ones(10_000_000), (3000, 10_000_000));"
        "print('go', flush=True); xlogx.entropy(p)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**CLEAN, "XLOGX_BACKEND": name},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as call:
        assert call.stdout.readline() == "go\n"
        time.sleep(0.5)
        call.send_signal(signal.SIGINT)
        start = time.monotonic()
        try:
            _, trace = call.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            call.kill()
            raise
    assert "KeyboardInterrupt" in trace
    assert time.monotonic() - start < 2


def test_more_threads_than_any_machine_has_are_refused():
    """A number of threads beyond all reason is a mistake, told at once."""
    with pytest.raises(ValueError, match="n, the number of threads, must be at most 65536"):
        xlogx.set_num_threads(10**30)
