"""No memory of this program on disk."""

from __future__ import annotations

import sys


def disable_core_dumps() -> None:
    """Keep a crash from writing the keys to disk (POSIX; Windows writes no full dumps by default)."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
