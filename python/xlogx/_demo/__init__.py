"""The command ``xlogx demo``: seven screens on real data, each with the line of Python that reproduces it."""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run ``xlogx demo``.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``demo``: ``--out FOLDER``, ``--quick``, ``--only LETTERS``. None takes them from ``sys.argv``.

    Returns
    -------
    int
        The exit status: 0 if every screen was shown, 2 if the extra is not installed or an option is wrong.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        from xlogx._demo.command import run
    except ModuleNotFoundError as error:
        # Only a package of the extra may be missing; a missing module of our own is a fault and is shown as one.
        if error.name is None or error.name.partition(".")[0] == "xlogx":
            raise
        print(f"xlogx demo needs {error.name!r}, which is not installed: pip install 'xlogx[demo]'", file=sys.stderr)
        return 2
    return run(words)
