"""Memory that is free again and goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress


def give_back() -> None:
    """Return what was freed, after something large was read once.

    The C library of most Linux systems keeps it (malloc_trim(3)): the text of a million ids costs an idle window 16 MB.
    Others do it themselves or have no such call.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
