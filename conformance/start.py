"""Where the program begins: Ctrl-C is answered in one line while it is still loading, too."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from conformance.commands.app import main as run  # noqa: PLC0415 - this is what takes its time
    except KeyboardInterrupt:
        sys.stderr.write("vicidial-conformance: stopped\n")
        sys.exit(130)
    run()
