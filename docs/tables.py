"""The tables of the site, as Markdown: of errors, of accuracy and of times, from what tests and benchmarks left."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from error_cases import CASES

from xlogx._bounds import ULPS

HERE = Path(__file__).parent
Line = dict[str, Any]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in which the first column is text and the others are numbers."""
    head = list(head)
    lines = [head, [":--"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def errors() -> str:
    """Return the calls and what they raise, a table for each kind of mistake."""
    return "\n\n".join(
        f"## {title}\n\n| call | error |\n|:--|:--|\n"
        + "\n".join(f"| `{(case.environment + ' ' + case.call).strip()}` | {error(case)} |" for case in cases)
        for title, cases in CASES.items()
    )


def error(case: Any) -> str:
    """Return kind and text of an error; the text as code, since it has brackets and stars."""
    return f"`{case.kind.__name__}` `{case.message}`"


def bound(dtype: str) -> str:
    """Return how many ulp are promised."""
    return f"{ULPS[dtype]:g} ulp"


def accuracy(of: str) -> str:
    """Return the worst errors in ulp, of weights or of logits, a table for each dtype of the answers."""
    rows = [row for row in json.loads((HERE / "accuracy.json").read_text(encoding="utf-8")) if row["of"] == of]
    measures = list(dict.fromkeys(row["measure"] for row in rows))
    parts = []
    for dtype in dict.fromkeys(row["dtype"] for row in rows):
        found: dict[str, dict[str, float]] = {}
        for row in rows:
            if row["dtype"] == dtype:
                found.setdefault(row["inputs"], {})[row["measure"]] = row["ulps"]
        body = ([inputs, *(f"{of[m]:.2f}" if m in of else "" for m in measures)] for inputs, of in found.items())
        answers = sum(row["answers"] for row in rows if row["dtype"] == dtype)
        parts.append(
            f"### {of.capitalize()}, answers in {dtype}, at most {bound(dtype)}\n\n{table(['inputs', *map(code, measures)], body)}\n\n"
            f"The worst of {answers} answers, in ulp."
        )
    return "\n\n".join(parts)


@cache
def record() -> dict[str, Any]:
    """Return the newest record of the benchmarks."""
    newest = max((HERE.parent / "benches" / "records").glob("*.json"))
    found: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
    return found


def machine() -> str:
    """Return where and when the record was made."""
    made = record()
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
    ours = made["xlogx"]
    return (
        f"{made['cpu']}, {made['cores']} cores, on {made['date']}: xlogx {ours['version']} ({ours['simd']}, "
        f"{ours['threads']} threads), Python {made['python']}, {versions}"
    )


def questions(work: str) -> dict[tuple[str, str], dict[str, Line]]:
    """Return the lines of the record on one work by library, for each measure and dtype."""
    found: dict[tuple[str, str], dict[str, Line]] = {}
    for line in record()["lines"]:
        if line["work"] == work:
            found.setdefault((line["measure"], line["dtype"]), {})[line["library"]] = line
    return found


def peers() -> list[str]:
    """Return the libraries that xlogx was compared with."""
    return [name for name in dict.fromkeys(line["library"] for line in record()["lines"]) if name != "xlogx"]


def times() -> str:
    """Return a table for each work: the time of xlogx, and the peers' times as multiples of it."""
    parts = []
    for work in dict.fromkeys(line["work"] for line in record()["lines"]):
        rows = []
        for (measure, dtype), lines in questions(work).items():
            ours = lines["xlogx"]
            share = f"{ours['rate'] / ours['read_rate']:.0%}" if ours["peak"] is not None else ""
            ratios = [ratio(lines[name]) if name in lines else "–" for name in peers()]
            rows.append([f"{code(measure)}, {dtype}", spent(ours["seconds"]), share, *ratios])
        parts.append(f"### {work[0].upper()}{work[1:]}\n\n{table(['', 'xlogx', 'of reading', *peers()], rows)}")
    return "\n\n".join(parts)


def ratio(line: Line) -> str:
    """Return a peer's time in times of xlogx: bold where the peer was faster."""
    text = f"{line['ratio']:.2g}" if line["ratio"] < 10 else f"{line['ratio']:.0f}"
    return f"**{line['ratio']:.2f}**" if line["ratio"] < 1 else text


def spent(seconds: float) -> str:
    """Return a time in ms or µs."""
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.3g} µs"


def losses() -> str:
    """Return every case in which a peer was faster, the clearest first."""
    lost = sorted((line for line in record()["lines"] if line["ratio"] < 1), key=lambda line: line["ratio"])
    rows = (
        [
            f"{code(line['measure'])}, {line['work']}, {line['dtype']}",
            line["library"],
            f"{line['ratio']:.2f}",
            ulps(line["ulp_hard"]),
        ]
        for line in lost
    )
    return table(["work", "faster", "its time, ours being 1", "its error on the hard case, ulp"], rows)


def right_digits() -> str:
    """Return the error of every library on the hard inputs."""
    first, libraries = record()["lines"][0]["work"], ["xlogx", *peers()]
    rows = (
        [f"{code(measure)}, {dtype}", *(ulps(lines[name]["ulp_hard"]) if name in lines else "–" for name in libraries)]
        for (measure, dtype), lines in questions(first).items()
    )
    return table(["", *libraries], rows)


def ulps(number: float | None) -> str:
    """Return an error in ulp; the record has no number for nan."""
    if number is None:
        return "nan"
    return f"{number:.1f}" if number < 1000 else f"{number:.0e}"


def code(text: str) -> str:
    """Return `text` set as code."""
    return f"`{text}`"
