"""Memory that is free again and goes back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return what was freed, after something large was read once or a long piece of work on several threads.

    The C library of most Linux systems keeps it for the next one (malloc_trim(3)): the text of a million ids costs an
    idle window 16 MB. Others do it themselves or have no such call.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
