"""`xlogx verify`: the same bits as in the release, on this machine, at every SIMD level and thread count.

One digest is taken over the results of a fixed set of calls (`xlogx._verify_cases`, `_verify_logits`, `_verify_losses`) at each level
that this CPU has and with each thread count, and is compared with the digest in the package. The NumPy fallback promises no bits, only
to be within 4 ulp: it is compared with the Rust core or, where there is none, with results of the release.
"""

import hashlib
import json
import operator
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import xlogx
from xlogx import _backend, _digest, _verify_cases, _verify_logits, _verify_losses
from xlogx._bounds import ULPS
from xlogx._verify_cases import Case

THREADS = (1, 2, 3, 7)
# The fallback may be as far from its reference as any answer from the truth.
FALLBACK_LIMIT = ULPS["float64"]

# One case in so many is written down for the installs without Rust, and the first of each function.
RECORDED_STEP = 7

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Run:
    """The digest of every result at one level, with one number of threads."""

    level: str
    threads: int
    digest: str


@dataclass(frozen=True)
class Comparison:
    """How far the fallback was from its reference at worst, and where."""

    reference: str
    worst_ulp: float
    case: str

    @property
    def ok(self) -> bool:
        """Whether the fallback keeps its promise."""
        return self.worst_ulp <= FALLBACK_LIMIT


def cases() -> Iterator[Case]:
    """Yield every call that is made, in its order."""
    for questions in (_verify_cases, _verify_logits, _verify_losses):
        yield from questions.cases()


def written_down(questions: list[Case]) -> Iterator[Case]:
    """Yield the cases whose results are in the package."""
    known: set[str] = set()
    for index, case in enumerate(questions):
        if index % RECORDED_STEP == 0 or case.measure not in known:
            known.add(case.measure)
            yield case


def answer(case: Case) -> Array:
    """Return the result of one case as an array."""
    found = operator.attrgetter(case.measure)(xlogx)(*case.arguments, **case.options)
    if isinstance(found, tuple):
        # A loss and its gradient, a gradient and its Hessian.
        return np.concatenate([np.ravel(part) for part in found])
    return np.asarray(found)


def digest(names_and_results: Iterable[tuple[str, Array]]) -> str:
    """Return 16 hexadecimal digits that any changed bit, dtype, shape or name would change."""
    whole = hashlib.sha256()
    for name, result in names_and_results:
        little = result.astype(result.dtype.newbyteorder("<"))
        # Processors differ in the sign of the NaN that they make; that bit carries nothing.
        little[np.isnan(little)] = np.nan
        whole.update(f"{name} {little.dtype.str} {little.shape}\n".encode())
        whole.update(little.tobytes())
    return whole.hexdigest()[:16]


def runs(questions: list[Case]) -> Iterator[Run]:
    """Yield the digest at every level of this CPU with every thread count."""
    for backend, level in _backend.choices():
        if backend != "rust":
            continue
        for threads in THREADS:
            with _backend.using(backend, level), xlogx.threads(threads):
                found = digest((case.name, answer(case)) for case in questions)
            yield Run(level, threads, found)


def ulp_distance(got: Array, want: Array) -> float:
    """Return the largest distance in units in the last place of `want`; inf if something else than digits differs."""
    if got.shape != want.shape or got.dtype != want.dtype:
        return np.inf
    alike = (got == want) | (np.isnan(got) & np.isnan(want))
    if alike.all():
        return 0.0
    got, want = got[~alike], want[~alike]
    if not (np.isfinite(got).all() and np.isfinite(want).all()):
        return np.inf
    # In float64 the difference of two float32 is exact.
    return float(np.max(np.abs(got.astype(np.float64) - want) / np.spacing(np.abs(want))))


def worst(reference: str, distances: Iterable[tuple[str, float]]) -> Comparison:
    """Return the comparison that the largest of the named distances makes."""
    case, ulp = max(distances, key=lambda named: named[1])
    return Comparison(reference, ulp, case)


def compare_with_rust(questions: list[Case]) -> Comparison:
    """Compare the fallback with the Rust core on every case."""
    with _backend.using("rust"):
        wanted = [answer(case) for case in questions]
    with _backend.using("numpy"):
        distances = [
            (case.name, ulp_distance(answer(case), want)) for case, want in zip(questions, wanted, strict=True)
        ]
    return worst("the Rust core", distances)


def last_entry(result: Array) -> Array:
    """Return the one number of a result that is written down."""
    return result.reshape(-1)[-1:]


def compare_with_release(questions: list[Case]) -> Comparison:
    """Compare the fallback with the results of the release that were written down."""

    def distances() -> Iterator[tuple[str, float]]:
        for case in written_down(questions):
            got = last_entry(answer(case))
            recorded = float.fromhex(_digest.RESULTS[case.name])
            yield case.name, ulp_distance(got, np.array([recorded], got.dtype))

    with _backend.using("numpy"):
        return worst("the release", distances())


def main(*, as_json: bool = False) -> int:
    """Verify, print what was found, and return the exit status: 0 if everything is as in the release."""
    started = time.perf_counter()
    questions = list(cases())
    found: list[Run] = []
    if not as_json:
        print(f"xlogx {xlogx.__version__}: {len(questions)} calls", flush=True)
    for run in runs(questions):
        found.append(run)
        if not as_json:
            differs = "" if run.digest == _digest.DIGEST else "  differs"
            print(f"  {run.level:<9} threads {run.threads}  {run.digest}{differs}", flush=True)
    comparison = compare_with_rust(questions) if found else compare_with_release(questions)
    same = all(run.digest == _digest.DIGEST for run in found)
    ok = same and comparison.ok
    seconds = time.perf_counter() - started
    if as_json:
        report = {
            "version": xlogx.__version__,
            "ok": ok,
            "release": _digest.DIGEST,
            "runs": [vars(run) for run in found],
            # JSON has no infinity.
            "fallback": vars(comparison)
            | {"worst_ulp": comparison.worst_ulp if np.isfinite(comparison.worst_ulp) else None}
            | {"limit_ulp": FALLBACK_LIMIT},
            "seconds": round(seconds, 3),
        }
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(summary(bool(found), same, comparison, seconds)))
    return 0 if ok else 1


def summary(has_runs: bool, same: bool, comparison: Comparison, seconds: float) -> Iterator[str]:
    """Yield the closing lines."""
    if has_runs:
        yield f"  {'release':<20} {_digest.DIGEST}"
        yield "the same bits as in the release, on this machine" if same else "NOT the same bits as in the release"
    else:
        yield "  no Rust core in this install: the NumPy fallback answers, which promises digits, not bits"
    within = "within" if comparison.ok else "NOT within"
    yield (
        f"NumPy fallback: {within} {FALLBACK_LIMIT:g} ulp of {comparison.reference},"
        f" at worst {comparison.worst_ulp:.2f} ({comparison.case})"
    )
    yield f"{seconds:.1f} s"


def update(file: str) -> int:
    """Write the bits of this build to `file` as those of the release, if all its levels agree on them."""
    questions = list(cases())
    digests = {run.digest for run in runs(questions)}
    if len(digests) != 1:
        print(f"nothing written: one digest was wanted from all levels and thread counts, found {sorted(digests)}")
        return 1
    with _backend.using("rust"):
        recorded = {case.name: float(last_entry(answer(case))[0]).hex() for case in written_down(questions)}
    lines = [
        '"""What the release answered to the questions of `xlogx verify`, which writes this file with `--update`."""',
        "",
        f'DIGEST = "{digests.pop()}"',
        "RESULTS: dict[str, str] = {",
        *(f"    {json.dumps(name)}: {json.dumps(value)}," for name, value in recorded.items()),
        "}",
        "",
    ]
    Path(file).write_text("\n".join(lines), encoding="utf-8")
    print(f"wrote {file}")
    return 0
