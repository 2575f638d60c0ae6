"""What a docstring says of what all functions have in common: written once, shown in each of them."""

from __future__ import annotations

import re

# In a docstring these stand by their names alone, above this line.
_IN_COMMON = re.compile(r"^((?:[\w.]+,\s)*[\w.]+)\n    The same in every (measure|function|loss)\.$", re.MULTILINE)

# Of a divergence with a sparse reference, measure or loss.
_TAIL = """
tail : {{"bucket", "renormalize", "drop"}}, default "bucket"
    What becomes of the classes that a sparse reference does not name; it is not to be given with a dense one. "bucket":
    what the given probabilities lack to one is one class more, held against the model's probability of all other
    classes together. "renormalize": the probabilities that are given are divided by their sum, and the model's other
    classes count as wrong. "drop": both are restricted to the classes that are given, and normalised there: no other is
    looked at. Where all classes are given, each is the dense divergence.
"""

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
    "tail": _TAIL,
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

# Where a prediction is held against a target.
_OPTIONS_OF_LOSSES = {
    "axis": """
axis : int, default -1
    The axis of the classes; everything else is a sample.
""",
    "weight": """
weight : array_like or None, default None
    A weight for each class, finite and not negative: it multiplies the terms of its class. With integer targets a
    mean is divided by the sum of the weights of the samples' classes, with rows of probabilities it is not.
""",
    "sample_weight": """
sample_weight : array_like or None, default None
    A weight for each sample, finite and not negative; it broadcasts to the shape of the loss with
    ``reduction="none"``. A mean is divided by the sum of the weights. A sample of weight 0 adds nothing.
""",
    "ignore_index": """
ignore_index : int or None, default None
    Samples with this label are left out; the label need not be that of a class.
""",
    "label_smoothing": """
label_smoothing : float, default 0.0
    From 0 to 1: this much of every row of the target is spread evenly over all classes.
""",
    "temperature": """
temperature : float, default 1.0
    What every logit is divided by, inside: a number from 1e-300 to 1e300, or from 1e-150 to 1e150 in `distillation`.
""",
    "tail": _TAIL,
    "where": """
where : array_like of bool or None, default None
    Which samples count; it broadcasts to the shape of the loss with ``reduction="none"``. Whatever a sample holds
    where it is False is not seen: its loss and its gradient are 0.
""",
    "reduction": """
reduction : {{"mean", "sum", "none"}}, default "mean"
    What becomes of the losses of the samples: one number, or one each, times their weights.
""",
    "empty": """
empty : float, default nan
    The mean of no samples, or of samples without weight.
""",
    "check": """
check : bool, default True
    Raise unless the probabilities are in [0, 1] and, in rows, sum to one within the square root of the epsilon of their
    dtype. They are never normalised and never clipped.
""",
    "out": """
out : ndarray or None, default None
    Where the loss goes: of exactly its shape, () for a mean or a sum, and dtype, sharing no memory with the arguments.
    It is returned itself.
""",
    "dtype": """
dtype : {{float64, float32}} or None, default None
    The dtype of the loss. None is float32 if all predictions and probabilities are float32, float16 or bfloat16, else
    float64; classes as integers and weights have no say.
""",
    "grad_out": """
grad_out : ndarray or None, default None
    Where the gradient goes: of the shape and dtype of the prediction, in any layout. It may be the very array of the
    prediction; else it shares no memory with the arguments.
""",
}

_ERRORS_OF_LOSSES = """
TypeError
    If an argument is not an array of real numbers or has a mask, labels are floats, or an option is of another kind.
ValueError
    If a label is out of range, a number is not in the range of its kind, a row of probabilities does not sum to one
    (the message names the place), shapes do not fit, or an option is not among its values.
numpy.exceptions.AxisError
    If an axis is out of range.
MemoryError
    If there is no memory for what a thread works on.
RuntimeError
    If xlogx itself has a bug: the message asks for a report.
"""

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


# The options and the errors, by what says that they are the same in every one.
_KINDS = {
    "measure": (_OPTIONS, _ERRORS),
    "function": (_OPTIONS | _OPTIONS_OF_FUNCTIONS, _ERRORS),
    "loss": (_OPTIONS_OF_LOSSES, _ERRORS_OF_LOSSES),
}


def in_full(text: str, holds: str) -> str:
    """A docstring with all that is the same in every one, in the words for what it `holds`."""

    def full(found: re.Match[str]) -> str:
        names, kind = re.split(r",\s", found[1]), found[2]
        known, errors = _KINDS[kind]
        parts = [known[name] for name in names] if names[0] in known else [errors]
        return "\n".join(part.format(holds=holds, **_WORDS.get(holds, {})).strip("\n") for part in parts)

    return _IN_COMMON.sub(full, text)
