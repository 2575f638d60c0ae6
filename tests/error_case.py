"""What an entry of the table of errors is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCase:
    """A call as one would write it, and what it raises; `environment` is set before Python starts.

    `np`, `xlogx` and the names of `foreign_objects.OBJECTS` may stand in it.
    """

    call: str
    kind: type[Exception]
    message: str
    environment: str = ""
