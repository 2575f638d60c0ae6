"""Screen (f): times on this machine against NumPy and SciPy, and against reading the memory."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.table import Table
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

import xlogx
from xlogx._demo.draw_time import draw_time
from xlogx._demo.error_curves import Weights, numpy_js_distance
from xlogx._demo.screen import Screen, Setting
from xlogx._demo.stopwatch import Call, best_of_rounds, reader, repeated

TITLE = "Times on this machine"

CODE = """\
import timeit, numpy as np, scipy.stats, xlogx
p, q = np.random.default_rng(5).random((2, {length}))
[min(timeit.repeat(f, number=1)) for f in (lambda: scipy.stats.entropy(p, q), lambda: xlogx.kl_divergence(p, q))]"""


@dataclass(frozen=True)
class Race:
    """One piece of work, the bytes of its input, and the best seconds of each library."""

    work: str
    input_bytes: int
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class Times:
    """What this screen measured; `read_rate` is the rate in bytes per second at which all threads read memory."""

    read_rate: float
    long: list[Race]
    short: list[Race]


def entropy_calls(p: Weights) -> dict[str, Call]:
    """Return the ways to the entropy of the rows of `p`, which sum to one."""
    return {
        "xlogx": lambda: xlogx.entropy(p),
        "NumPy": lambda: -(p * np.log(p)).sum(axis=-1),
        "SciPy": lambda: scipy_entropy(p, axis=-1),
    }


def kl_calls(p: Weights, q: Weights) -> dict[str, Call]:
    """Return the ways to the KL divergence of the rows of `p` from those of `q`, which sum to one."""
    return {
        "xlogx": lambda: xlogx.kl_divergence(p, q),
        "NumPy": lambda: (p * np.log(p / q)).sum(axis=-1),
        "SciPy": lambda: scipy_entropy(p, q, axis=-1),
    }


def js_calls(p: Weights, q: Weights) -> dict[str, Call]:
    """Return the ways to the Jensen-Shannon distance of two distributions."""
    return {
        "xlogx": lambda: xlogx.js_distance(p, q),
        "NumPy": lambda: numpy_js_distance(p, q),
        "SciPy": lambda: jensenshannon(p, q),
    }


def race(work: str, arrays: list[Weights], calls: dict[str, Call], seconds: float, times: int = 1) -> Race:
    """Check that the answers agree, then time the calls, each made `times` times a round."""
    answers = {name: call() for name, call in calls.items()}
    for name, answer in answers.items():
        np.testing.assert_allclose(answer, answers["xlogx"], rtol=1e-9, err_msg=f"{work}: {name} against xlogx")
    timed = {name: repeated(call, times) if times > 1 else call for name, call in calls.items()}
    best = best_of_rounds(timed, seconds=seconds)
    return Race(work, sum(a.nbytes for a in arrays), {name: spent / times for name, spent in best.items()})


def measure(quick: bool = False) -> Times:
    """Time long arrays, rows and single calls; quick: a hundredth of the size, the NumPy backend: a tenth."""
    length, rows, times = 10_000_000, 100_000, 1_000
    less = 100 if quick else 10 if xlogx.show_config(as_dict=True)["backend"] == "numpy" else 1
    length, rows, times = length // less, rows // less, max(20, times // less)
    seconds = 0.05 if quick else 2.0
    millions = f"{length / 1e6:g} million"
    rng = np.random.default_rng(5)
    p, q = distributions(rng, length)
    read = best_of_rounds({"read": reader([p, q], xlogx.get_num_threads())}, seconds=seconds / 2)["read"]
    rate = (p.nbytes + q.nbytes) / read
    long = [
        race(f"entropy, {millions}", [p], entropy_calls(p), seconds),
        race(f"KL, {millions}", [p, q], kl_calls(p, q), seconds),
        race(f"JS distance, {millions}", [p, q], js_calls(p, q), seconds),
    ]
    p, q = distributions(rng, rows, 128)
    long += [
        race(f"entropy, {rows} × 128", [p], entropy_calls(p), seconds),
        race(f"KL, {rows} × 128", [p, q], kl_calls(p, q), seconds),
    ]
    short = []
    for n in (10, 1000):
        p, q = distributions(rng, n)
        short.append(race(f"entropy, {n}", [p], entropy_calls(p), seconds / 4, times))
        short.append(race(f"KL, {n}", [p, q], kl_calls(p, q), seconds / 4, times))
    return Times(rate, long, short)


def distributions(rng: np.random.Generator, *shape: int) -> tuple[Weights, Weights]:
    """Return two arrays of `shape` whose rows sum to one."""
    p, q = rng.random(shape), rng.random(shape)
    for array in (p, q):
        array /= array.sum(axis=-1, keepdims=True)
    return p, q


def screen(setting: Setting) -> Screen:
    """Make screen (f)."""
    found = measure(setting.quick)
    picture = setting.folder / "time.svg"
    draw_time({r.work: (r.input_bytes, r.seconds) for r in found.long}, found.read_rate, picture)
    ratios = {r.work: r.seconds["SciPy"] / r.seconds["xlogx"] for r in found.long}
    slowest = max(found.short + found.long, key=lambda r: r.seconds["xlogx"] / r.seconds["NumPy"])
    kl = found.long[1].seconds
    threads = xlogx.get_num_threads()
    return Screen(
        body=[long_table(found), short_table(found)],
        sentence=(
            f"With {threads} thread{'s' if threads > 1 else ''} xlogx is "
            f"{_ratio(min(ratios.values()))} to {_ratio(max(ratios.values()))} times as fast as SciPy on the long inputs. "
            "It compares least well with the NumPy expression in "
            f"{slowest.work}: {_ratio(slowest.seconds['NumPy'] / slowest.seconds['xlogx'])} times its speed. "
            f"Reading alone goes at {found.read_rate / 1e9:.0f} GB/s. The answers were compared before the clock ran."
        ),
        code=CODE.format(length=found.long[1].input_bytes // 16),
        result=(kl["SciPy"], kl["xlogx"]),
        pictures=[picture],
    )


def long_table(found: Times) -> Table:
    """Return times, ratios, rates and shares of the read limit."""
    table = Table(
        title="float64: best time, xlogx's GB of input per second, and its share of the rate of reading alone",
        title_justify="left",
    )
    for column in ("", "xlogx ms", "NumPy ms", "ratio", "SciPy ms", "ratio", "GB/s", "of reading"):
        table.add_column(column, justify="right" if column else "left")
    for r in found.long:
        ours, numpy, scipy = (r.seconds[name] for name in ("xlogx", "NumPy", "SciPy"))
        rate = r.input_bytes / ours
        table.add_row(
            r.work,
            f"[bold]{ours * 1e3:.2f}[/]",
            f"{numpy * 1e3:.1f}",
            _ratio(numpy / ours),
            f"{scipy * 1e3:.1f}",
            _ratio(scipy / ours),
            f"{rate / 1e9:.1f}",
            f"{rate / found.read_rate:.0%}",
        )
    return table


def short_table(found: Times) -> Table:
    """Return the times of single calls."""
    table = Table(title="one call of a short array, µs", title_justify="left")
    for column in ("", "xlogx", "NumPy", "ratio", "SciPy", "ratio"):
        table.add_column(column, justify="right" if column else "left")
    for r in found.short:
        ours, numpy, scipy = (r.seconds[name] for name in ("xlogx", "NumPy", "SciPy"))
        cells = (f"[bold]{ours * 1e6:.2f}[/]", f"{numpy * 1e6:.2f}", _ratio(numpy / ours))
        table.add_row(r.work, *cells, f"{scipy * 1e6:.1f}", _ratio(scipy / ours))
    return table


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}"
