"""PDFium keeps state for the whole process and is not made for threads: whoever calls it holds this lock."""

from __future__ import annotations

import threading

ONE_AT_A_TIME = threading.Lock()
