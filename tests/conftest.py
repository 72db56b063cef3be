"""What every test stands on."""

from __future__ import annotations

import os

# Before Qt is loaded: without a display its default platform aborts the process. A platform of the caller's is kept.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
