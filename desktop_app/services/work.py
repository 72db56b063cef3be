"""Long steps that tell how far they are and can be cancelled until their transaction commits."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.domain.errors import CancelledError

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


class Work:
    """Progress of one step within one transaction: cancelling it undoes all of it."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None, total: int) -> None:
        self._progress = progress
        self._cancelled = cancelled
        self._total = total
        self._done = 0

    def add(self, count: int) -> None:
        """``count`` more are done; :class:`CancelledError` when the merchant wants to stop."""
        if self._cancelled is not None and self._cancelled():
            raise CancelledError("Cancelled; nothing was changed.", "已取消，未作任何改动。")
        self._done += count
        if self._progress is not None:
            self._progress(self._done, self._total)
