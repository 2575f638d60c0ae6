"""The errors: a call, the kind of error that it raises and the whole text, the same from both backends.

`test_error_table.py` makes each of them; the documentation shows them as its tables. A new error is one entry.
"""

from error_cases import borrowed, data, logits, losses, options, sparse, surroundings
from error_cases.case import ErrorCase

CASES: dict[str, tuple[ErrorCase, ...]] = (
    data.CASES | borrowed.CASES | options.CASES | logits.CASES | losses.CASES | sparse.CASES | surroundings.CASES
)
