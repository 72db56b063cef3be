"""``kamidesk``: the window; with a sub-command, the command line."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the installed command and of ``python -m desktop_app``."""
    from desktop_app.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
