"""`python -m tools.site FOLDER` makes the documentation site there; exit code 1 for a link that leads nowhere.

Any web server will do to show it; the search asks nothing of any other.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.site.build import build


def main(arguments: list[str]) -> int:
    """Build into the folder that is named; without one, say how to call it."""
    if len(arguments) != 1:
        print("usage: python -m tools.site FOLDER", file=sys.stderr)
        return 2
    found = build(Path(arguments[0]))
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(found)} broken links and lost pages" if found else f"site: {arguments[0]}/index.html")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
