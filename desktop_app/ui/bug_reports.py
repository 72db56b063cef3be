"""The excepthook: what is no ShopError is a bug, logged in the data folder and shown once with a copy button.

A ShopError that nobody caught, such as that of a disk that fails under a list, is a sentence for the merchant still.
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError

LOG_BYTES = 512 * 1024
LOG_FILES = 3


class BugReporter(QObject):
    """Takes over ``sys.excepthook`` and ``threading.excepthook`` between :meth:`install` and :meth:`uninstall`."""

    refused = Signal(object)
    """A ShopError, for the window to show."""

    _caught = Signal(object)

    def __init__(self, log_file: Path, dialog_parent: Callable[[], QWidget | None], version: Callable[[], str]) -> None:
        """``version`` is asked when there is something to report: finding it out takes its time."""
        super().__init__()
        self.log_file = log_file
        self._dialog_parent = dialog_parent
        self._version = version
        self._seen: set[str] = set()
        self._is_showing = False
        self._caught.connect(self._on_caught)

    def install(self) -> None:
        sys.excepthook = self.hook
        threading.excepthook = self._thread_hook

    def uninstall(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Safe from any thread; the log and the dialog are made on the GUI thread."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if isinstance(error, ShopError):
            self.refused.emit(error)
            return
        self._caught.emit("".join(traceback.format_exception(kind, error, trace)))

    def _thread_hook(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self.hook(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def _on_caught(self, text: str) -> None:
        import platform

        print(text, file=sys.stderr)
        report = f"kamidesk {self._version()} · Python {platform.python_version()} · PySide6 {PySide6.__version__}"
        report += f" · {platform.platform()}\n\n{text}"
        self._log(report)
        if text not in self._seen and not self._is_showing:
            self._seen.add(text)
            self._show(report)

    def _log(self, report: str) -> None:
        """A rotated file; a full disk must not hide the bug behind another one."""
        import logging
        from logging.handlers import RotatingFileHandler

        try:
            self.log_file.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(
                self.log_file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True
            )
            handler.setFormatter(logging.Formatter("%(asctime)s %(message)s\n"))
            handler.handle(logging.LogRecord("kamidesk", logging.ERROR, "", 0, report, None, None))
            handler.close()
        except OSError as error:
            print(f"{self.log_file}: {error}", file=sys.stderr)

    def _show(self, report: str) -> None:
        from desktop_app.ui.widgets.dialogs import TextDialog

        dialog = TextDialog(
            self._dialog_parent(),
            self.tr("Something went wrong in Kamidesk"),
            self.tr(
                "Your data is safe: a step that fails is undone as a whole. "
                "Please copy this report and send it with what you did; it is also kept in {file}."
            ).format(file=self.log_file),
            report,
            mono=True,
        )
        dialog.finished.connect(self._on_closed)
        self._is_showing = True
        dialog.open()

    def _on_closed(self) -> None:
        self._is_showing = False
