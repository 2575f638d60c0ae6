"""
xlogx beside NumPy, SciPy, numexpr, NumKong and, where it is installed, PyTorch: time, rate, error and memory.

    python benches/compare.py [--quick] [--only WORD ...] [--record [FOLDER]]

Every answer is compared before the clock runs: xlogx's with mpmath, the peers' with xlogx's. A peer that is wrong is
named and not timed. Each peer runs in the form that is fastest for the work at hand. The calls are taken in turn, and
the best of the rounds counts. The last lines say where xlogx is not the fastest.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path

# A core type set for another machine makes OpenBLAS, and with it np.dot, slower or wrong; the peers get their own.
for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(variable, None)

import numpy as np
import peak_memory
from accuracy import EASY, HARD, ulps
from logit_peers import peers_of_logits, takes_one
from machine import OtherLoad, description
from peers import Array, Form, Forms, peers
from work import Work, all_work

import xlogx
from xlogx._bounds import ULPS
from xlogx._demo import error_curves
from xlogx._demo.stopwatch import best_of_rounds, reader, repeated

READING = "reading alone"
DTYPES = (np.float64, np.float32)
# How far a peer may be from xlogx, relative to the answer or to the mean answer of all rows, and still be timed. These
# are generous: what the errors are is in the columns.
TOLERANCE = {np.float64: 1e-6, np.float32: 2e-3}


@dataclass(frozen=True)
class Line:
    """One library on one piece of work; `ratio` is its time over xlogx's, `peak` in MB beyond the inputs, rates in bytes/s."""

    work: str
    measure: str
    dtype: str
    library: str
    form: str
    input_bytes: int
    seconds: float
    ratio: float
    rate: float
    read_rate: float
    ulp_easy: float
    ulp_hard: float
    peak: float | None


def main() -> None:
    """Parse the command line, compare, print, and write the record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a thousandth of the size, to see that it runs")
    parser.add_argument("--only", nargs="*", default=[], help="words, one of which the work, measure or dtype contains")
    parser.add_argument(
        "--record",
        nargs="?",
        type=Path,
        const=Path(__file__).parent / "records",
        help="write a JSON record into this folder (benches/records)",
    )
    options = parser.parse_args()
    where = description()
    print(json.dumps(where, indent=2), end="\n\n")
    load = OtherLoad()
    lines = compare(options.quick, options.only)
    others = load.cores()
    if others is None or others > 0.1:
        print(f"Other processes kept {others} cores busy meanwhile: repeat this on a quiet machine.\n")
    report_losses(lines)
    if options.record:
        curves = error_curves.measure(options.quick)
        record = {
            **where,
            "cores_used_by_others": others,
            "error": curves.as_json(),
            "lines": [plain(line) for line in lines],
        }
        write(record, options.record)


def compare(quick: bool, only: list[str]) -> list[Line]:
    """Time every piece of work of every measure and dtype, and print a block for each."""
    of_logits = peers_of_logits()
    libraries = {name: forms | of_logits.get(name, {}) for name, forms in peers().items()}
    lines: list[Line] = []
    for work in all_work(quick):
        for dtype in DTYPES:
            p, q = work.inputs(dtype)
            for measure in work.measures:
                title = f"{measure}, {work.name}, {np.dtype(dtype).name}"
                if only and not any(word in title for word in only):
                    continue
                print(f"{title}\n{HEAD}")
                block = race(work, measure, dtype, libraries, p, q, quick)
                for line in block:
                    print(row(line))
                print(flush=True)
                lines += block
    return lines


def race(
    work: Work, measure: str, dtype: type[np.floating], libraries: dict[str, Forms], p: Array, q: Array, quick: bool
) -> list[Line]:
    """Check all the forms, let each library's fastest run, and return a line for each."""
    forms = {name: of[measure] for name, of in libraries.items() if measure in of}
    ours = next(iter(forms["xlogx"].values()))
    for difficulty in (EASY, HARD):
        assert ulps(measure, ours, dtype, difficulty) <= ULPS[np.dtype(dtype).name], (measure, dtype, difficulty)
    answer = np.asarray(ours(p, q, work.axis), float)
    assert answer.dtype == np.float64 and np.isfinite(answer).all()
    chosen = {}
    for name, candidates in forms.items():
        right = {form: run for form, run in candidates.items() if agrees(run, name, form, answer, work, dtype, p, q)}
        if right:
            chosen[name] = fastest(right, work, p, q)
    calls = {name: repeated(lambda run=run: run(p, q, work.axis), work.repeat) for name, (_, run) in chosen.items()}
    arrays = [p] if takes_one(measure) else [p, q]
    size = sum(array.nbytes for array in arrays)
    calls[READING] = repeated(reader(arrays, xlogx.get_num_threads()), min(work.repeat, 20))
    seconds = best_of_rounds(calls, seconds=0.1 if quick else 3.0, least=3)
    read = seconds[READING] / min(work.repeat, 20)
    return [
        Line(
            work=work.name,
            measure=measure,
            dtype=np.dtype(dtype).name,
            library=name,
            form=form,
            input_bytes=size,
            seconds=seconds[name] / work.repeat,
            ratio=seconds[name] / seconds["xlogx"],
            rate=size * work.repeat / seconds[name],
            read_rate=size / read,
            ulp_easy=ulps(measure, run, dtype, EASY),
            ulp_hard=ulps(measure, run, dtype, HARD),
            peak=peak_memory.megabytes(lambda run=run: run(p, q, work.axis)) if work.repeat == 1 else None,
        )
        for name, (form, run) in chosen.items()
    ]


def agrees(
    run: Form, name: str, form: str, answer: Array, work: Work, dtype: type[np.floating], p: Array, q: Array
) -> bool:
    """Say whether `run` gives xlogx's answer within the tolerance; if not, print by how much it is off."""
    found = np.asarray(run(p, q, work.axis), float)
    if found.shape != answer.shape:
        print(f"  {name}: {form}: shape {found.shape} instead of {answer.shape}; not timed")
        return False
    error = float(np.max(np.abs(found - answer) / np.maximum(np.abs(answer), np.abs(answer).mean())))
    if not error <= TOLERANCE[dtype]:
        print(f"  {name}: {form}: off by {error:.1e}; not timed")
        return False
    return True


def fastest(forms: dict[str, Form], work: Work, p: Array, q: Array) -> tuple[str, Form]:
    """Return the form that needs least time for this work."""
    if len(forms) == 1:
        return next(iter(forms.items()))
    repeat = min(work.repeat, 200)
    calls = {name: repeated(lambda run=run: run(p, q, work.axis), repeat) for name, run in forms.items()}
    best = best_of_rounds(calls, seconds=0.3, least=2)
    name = min(best, key=lambda form: best[form])
    return name, forms[name]


HEAD = f"  {'':8s} {'time':>11s} {'ratio':>7s} {'GB/s':>6s} {'of read':>7s} {'ulp easy':>9s} {'ulp hard':>9s} {'peak MB':>8s}"


def row(line: Line) -> str:
    """Return a line of the printed table."""
    spent = f"{line.seconds * 1e3:.3f} ms" if line.seconds >= 1e-3 else f"{line.seconds * 1e6:.3f} µs"
    peak = "" if line.peak is None else f"{line.peak:.1f}"
    # Of a short call's input, which is in the cache, reading alone says nothing.
    share = "" if line.peak is None else f"{line.rate / line.read_rate:.0%}"
    return (
        f"  {line.library:8s} {spent:>11s} {line.ratio:7.2f} {line.rate / 1e9:6.2f} {share:>7s} "
        f"{line.ulp_easy:9.2g} {line.ulp_hard:9.2g} {peak:>8s}  {line.form}"
    )


def report_losses(lines: list[Line]) -> None:
    """Print every piece of work for which a peer needs less time than xlogx."""
    lost = [line for line in lines if line.ratio < 1]
    print("Where xlogx is not the fastest:" if lost else "No peer was faster in this run.")
    for line in sorted(lost, key=lambda line: line.ratio):
        print(
            f"  {line.measure}, {line.work}, {line.dtype}: {line.library} takes {line.ratio:.2f} of the time "
            f"({line.ulp_hard:.2g} ulp on the hard case)"
        )


def plain(line: Line) -> dict[str, object]:
    """Return `line` as JSON has it: None for what is no number."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(line).items()
    }


def write(record: dict[str, object], folder: Path) -> None:
    """Write `record`, named by its date and CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    cpu = "-".join("".join(c if c.isalnum() else " " for c in str(record["cpu"]).lower()).split())
    path = folder / f"{record['date']}-{cpu}.json"
    path.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n")
    print(f"\nrecord: {path}")


if __name__ == "__main__":
    main()
