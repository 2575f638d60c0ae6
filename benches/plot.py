"""
Draw the README's two pictures from a record.

    python benches/plot.py [RECORD] [--out docs/img]

Without RECORD the newest in benches/records is drawn.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from xlogx._demo.draw_error import draw_error
from xlogx._demo.draw_time import draw_time
from xlogx._demo.error_curves import ErrorCurves

HERE = Path(__file__).parent
WORK = ("80 MB", "rows of 128")
NAME = {"entropy": "entropy", "kl_divergence": "KL divergence", "js_distance": "JS distance"}


def main() -> None:
    """Read the record and draw."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n")[0])
    parser.add_argument("record", nargs="?", type=Path)
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "img")
    options = parser.parse_args()
    path = options.record or max((HERE / "records").glob("*.json"))
    record = json.loads(path.read_text())
    options.out.mkdir(parents=True, exist_ok=True)
    curves = ErrorCurves.from_json(record["error"])
    panels = {"KL divergence": curves.kl_divergence, "JS distance": curves.js_distance}
    draw_error(curves.closeness, panels, options.out / "error.svg")
    reading = max(line["read_rate"] for line in record["lines"] if line["work"] in WORK)
    draw_time(races(record), reading, options.out / "time.svg")
    print(f"{options.out}/error.svg and time.svg, from {path.name}")


def races(record: dict) -> dict[str, tuple[int, dict[str, float]]]:
    """Return the float64 times of the long inputs as `draw_time` takes them."""
    found: dict[str, tuple[int, dict[str, float]]] = {}
    for line in record["lines"]:
        if line["work"] in WORK and line["measure"] in NAME and line["dtype"] == "float64":
            title = f"{NAME[line['measure']]}\n{line['work']}"
            found.setdefault(title, (line["input_bytes"], {}))[1][line["library"]] = line["seconds"]
    return found


if __name__ == "__main__":
    main()
