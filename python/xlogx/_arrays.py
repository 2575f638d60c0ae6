"""Any measure of weights, any arguments: what the quick paths leave over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xlogx._argument import Name
from xlogx._call import Call
from xlogx._check import check_sums
from xlogx._invalid import raise_invalid
from xlogx._options import Options, checked_base, checked_normalize, checked_pseudocount, completed
from xlogx._reduction import Reduction

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


P, Q = Name("p", "weights"), Name("q", "weights")


def measure(name: str, p: ArrayLike, q: ArrayLike | None, options: Options) -> Any:
    """From what the user gives to what a backend takes, and back."""
    given = completed(name, options, Options)
    base = checked_base(given["base"])
    divide, check = checked_normalize(given["normalize"])
    pseudocount = checked_pseudocount(given["pseudocount"])
    call = Call({P: p} if name == "entropy" else {P: p, Q: q}, given)  # type: ignore[dict-item]
    out = call.out()
    # Never the caller's own: another thread may be at that one while a backend writes, and an error leaves it alone.
    answers = np.empty(call.outer, call.dtype)

    reduction = Reduction(call.shape, call.axes, pseudocount, call.dropped, call.invalid_is_nan)
    if check:
        for argument in call.arguments:
            check_sums(argument, reduction)
    if not reduction.run(name, call.arguments, base, divide, answers):
        for argument in call.arguments:
            raise_invalid(argument, call.dropped)
        names = " or ".join(argument.name for argument in call.arguments)
        raise ValueError(
            f"a weight of {names} was negative or infinite when it was read, and is not now: "
            "it changed while the call ran, or its sum with the pseudocount overflows"
        )
    call.refuse_nan(answers)
    return call.result(answers, out)
