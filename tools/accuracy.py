"""Print, or with --write note for the documentation, how far the answers of this build are from the truth at worst."""

import json
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import accuracy_cases  # noqa: E402
import accuracy_logits  # noqa: E402

RECORD = ROOT / "docs" / "accuracy.json"


def measurements() -> list[dict[str, object]]:
    """Return a row for each kind of inputs and measure: the worst error, rounded up to hundredths of an ulp."""
    rows: list[dict[str, object]] = []
    for family in (*accuracy_cases.FAMILIES, *accuracy_logits.FAMILIES):
        for measure in family.measures:
            errors = family.errors(measure)
            worst = math.ceil(100 * max(errors)) / 100
            about = dict(zip(("of", "inputs", "dtype"), family.key, strict=True)) | {"measure": measure}
            rows.append(about | {"answers": len(errors), "ulps": worst})
    return rows


def main() -> None:
    text = "[\n" + ",\n".join(" " + json.dumps(row) for row in measurements()) + "\n]\n"
    if "--write" in sys.argv[1:]:
        RECORD.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
