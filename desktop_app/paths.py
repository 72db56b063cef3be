"""Where the program finds its own files and where a merchant's data is kept."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path


@cache
def resources() -> Path:
    """The folder of fonts, icons, translations and demo data: in a frozen program beside it, else in the checkout."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources"


def default_data_dir() -> Path:
    """`KAMIDESK_DATA` when set and not empty, else the user's data folder of the system. Does not create it."""
    chosen = os.environ.get("KAMIDESK_DATA")
    if chosen:
        return Path(chosen).expanduser()
    # Only needed without a choice of the user's, and not free at start-up.
    from platformdirs import user_data_dir

    return Path(user_data_dir("kamidesk", appauthor=False))
