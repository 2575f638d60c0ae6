"""The command line: `xlogx verify` with NumPy alone, `xlogx demo` with the extra of that name."""

import argparse
import sys
from collections.abc import Sequence

import xlogx


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="xlogx", description="Entropy, cross-entropy, KL and JS: exact, fast, the same bits everywhere."
    )
    parser.add_argument("--version", action="version", version=f"xlogx {xlogx.__version__}")
    commands = parser.add_subparsers(dest="command", title="commands", metavar="command")
    verify = commands.add_parser(
        "verify",
        help="prove the same bits as in the release, on this machine",
        description="Run a fixed set of inputs at every SIMD level of this CPU and with several thread counts, and"
        " compare the bits of the results with those of the release. Exit 1 if they differ.",
    )
    verify.add_argument("--json", action="store_true", help="print one JSON object instead of lines")
    # For developers: writes the bits of this build down as those of the release.
    verify.add_argument("--update", metavar="FILE", help=argparse.SUPPRESS)
    # The demo reads its own arguments: its options are declared beside its screens.
    commands.add_parser("demo", help="see the measures on real data", add_help=False)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command == "demo":
        from xlogx import _demo

        return _demo.main(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "verify":
        from xlogx import _verify

        if options.update is not None:
            return _verify.update(options.update)
        return _verify.main(as_json=options.json)
    parser.print_help()
    return 0


if __name__ == "__main__":
    sys.exit(main())
