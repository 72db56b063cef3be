"""``kamidesk``: the window; with a sub-command, the command line."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Entry point of the installed command and of ``python -m desktop_app``."""
    if len(sys.argv) == 1:
        # all that is loaded now stays: looking for waste meanwhile takes its time; ``Opening`` lets it begin
        gc.disable()
        # the window as it is usually started: it needs nothing of the command line, which takes as long as Qt to load
        from desktop_app.paths import default_data_dir
        from desktop_app.ui import app

        sys.exit(app.run(default_data_dir().expanduser().absolute()))
    from desktop_app.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
