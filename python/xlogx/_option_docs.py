"""What a docstring says of what all functions have in common: written once, shown in each of them."""

from __future__ import annotations

import re

# In a docstring these stand by their names alone, above this line.
_IN_COMMON = re.compile(r"^((?:[\w.]+, )+[\w.]+)\n    The same in every (measure|function)\.$", re.MULTILINE)

_OPTIONS = {
    "axis": """
axis : int, tuple of int or None, default -1
    The axes that form a row, in C order, of the common shape where there are two arguments; None takes all of them, and
    is the only choice for 0-d input.
""",
    "base": """
base : float, {{"bits", "nats", "hartleys"}} or None, default None
    The unit: a number above 1 is the base of the logarithm; None is nats.
""",
    "pseudocount": """
pseudocount : float, default 0.0
    Added to every weight of every argument, before the sums; the sum of weight and pseudocount is rounded to float64.
""",
    "temperature": """
temperature : float, default 1.0
    What every logit of every argument is divided by, inside: a number from 1e-300 to 1e300. It need not be a power of
    two for the last digits to be right.
""",
    "where": """
where : array_like of bool or None, default None
    Which positions count. It broadcasts to the common shape of the {holds}, and never enlarges it. A position where
    it is False is dropped from every argument, before {before}:
    whatever is there is not seen. So is a position that a masked array masks.
""",
    "nan_policy": """
nan_policy : {{"propagate", "omit", "raise"}}, default "propagate"
    What a NaN in an argument does: it makes the result of its row NaN, its position is dropped from every argument,
    or it raises.
""",
    "on_invalid": """
on_invalid : {{"raise", "nan"}}, default "raise"
    {invalid}
""",
    "keepdims": """
keepdims : bool, default False
    Keep the reduced axes with length one.
""",
    "dtype": """
dtype : {{float64, float32}} or None, default None
    The dtype of the result, with its accuracy: with float64 the result for float32 {holds} is right to the last
    digits of float64. None is what Returns says.
""",
    "out": """
out : ndarray or None, default None
    Where the result goes: of exactly its shape (with `keepdims`, if that is given) and dtype, sharing no memory
    with the arguments or `where`. It is returned itself, also for a single row. An error leaves it as it was.
""",
    "input_dtype": """
input_dtype : {{"bfloat16"}} or None, default None
    With "bfloat16" an argument of dtype uint16 holds the bits of bfloat16 numbers. Arrays of the dtype bfloat16 of
    ml_dtypes are taken for what they are.
""",
}

# Where a function gives as many numbers as it takes.
_OPTIONS_OF_FUNCTIONS = {
    "dtype": """
dtype : {{float64, float32, float16}} or None, default None
    The dtype of the result, with its accuracy; float16 is rounded once from float32 or float64. None is what Returns
    says.
""",
    "out": """
out : ndarray or None, default None
    Where the result goes, and what is returned: of the shape and dtype of the result, which is float16 if this is. It
    may be the very array of logits; else it shares no memory with the argument or `where`.
""",
}

_ERRORS = """
TypeError
    If an argument is not an array of real numbers, one is missing or too many, `where` is not bool, or {kinds}
ValueError
    If {refused}
    has no elements, `where` or `out` does not fit, or an option is not among its values.
numpy.exceptions.AxisError
    If an axis is out of range.
MemoryError
    If there is no memory for what a thread works on.
RuntimeError
    If xlogx itself has a bug: the message asks for a report.
"""

_WORDS = {
    "weights": {
        "before": "the pseudocount, the sums and the validation",
        "invalid": "What a negative or infinite weight does: it raises, or makes the result of its row NaN.",
        "kinds": "`dtype` or\n    `out` is of another kind.",
        "refused": "a weight is negative or infinite (the message names its place and value), the shapes do not broadcast, a row",
    },
    "logits": {
        "before": "anything is added up",
        "invalid": "Checked, and of no effect: no logit is invalid.",
        "kinds": "`dtype`,\n    `out` or `temperature` is of another kind.",
        "refused": "the shapes do not broadcast, a row",
    },
}


def in_full(text: str, holds: str) -> str:
    """A docstring with all that is the same in every one, in the words for "weights" or "logits"."""

    def full(found: re.Match[str]) -> str:
        names, kind = found[1].split(", "), found[2]
        if names[0] not in _OPTIONS:
            parts = [_ERRORS]
        else:
            known = _OPTIONS | (_OPTIONS_OF_FUNCTIONS if kind == "function" else {})
            parts = [known[name] for name in names]
        return "\n".join(part.format(holds=holds, **_WORDS[holds]).strip("\n") for part in parts)

    return _IN_COMMON.sub(full, text)
