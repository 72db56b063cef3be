"""Memory that a long piece of work has freed, given back to the system."""

from __future__ import annotations

import sys


def give_back() -> None:
    """After work on threads that ended: the C library of Linux keeps what each of them freed for the next one."""
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not in every C library
        if trim is not None:
            trim(0)
