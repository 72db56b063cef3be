"""The program, with somebody who looks at its window: what :mod:`tests.benchmarks.startup` starts and times.

A module of its own that imports nothing which the program would not, nor sooner: all that would count as the program's.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import Any


def child(watch_blocks: bool) -> None:
    """The program, which says when it painted, when its first rows were on screen, and when the shop had answered.

    With ``watch_blocks`` it says the longest block instead.
    """
    gc.disable()  # as ``desktop_app.__main__`` begins, which finds the window imported here

    from PySide6.QtCore import QEvent, QObject, QTimer

    from desktop_app.ui import app

    told: list[str] = []
    windows: list[Any] = []

    def tell(what: str) -> None:
        if what not in told and not watch_blocks:
            told.append(what)
            sys.stdout.write(f"{time.time()} {time.process_time()}\n")
            sys.stdout.flush()
        if len(told) == 3:
            end()

    def end() -> None:
        # in order, or the next start has to check the file first
        windows[0].shop.close()
        os._exit(0)

    class Watch(QObject):
        """Sees the table of the first page being painted with rows in it."""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            table = watched.parent()
            if event.type() == QEvent.Type.Paint and table.model().rowCount():
                # behind the paint and the flush to the screen
                QTimer.singleShot(0, lambda: tell("rows"))
            return False

    class Window(app.MainWindow):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            windows.append(self)
            self.first_painted.connect(lambda: tell("paint"))
            if watch_blocks:
                self.first_painted.connect(self._beat)
            self._watch = Watch()
            self._stack.currentChanged.connect(self._look_at_page)

        def _beat(self) -> None:
            from tests.benchmarks.measures import Heartbeat

            self._heart = Heartbeat()

        def _look_at_page(self) -> None:
            table = getattr(self._stack.currentWidget(), "table", None)
            if table is not None:
                table.viewport().installEventFilter(self._watch)

        def attach(self, shop: Any) -> None:
            super().attach(shop)
            # behind all else that an open shop brings about
            QTimer.singleShot(0, self._wait_for_page)

        def _wait_for_page(self) -> None:
            if watch_blocks:
                QTimer.singleShot(2000, self._stop)
                return
            page: Any = self.page()
            shown = page._show

            def show(desk: object) -> None:
                shown(desk)
                QTimer.singleShot(0, lambda: tell("shop"))

            page._show = show
            page.reload(None)  # the one that is on its way has the former method

        def _stop(self) -> None:
            sys.stdout.write(f"{self._heart.stop()}\n")
            end()

    app.MainWindow = Window  # type: ignore[misc]
    sys.argv = ["kamidesk"]
    from desktop_app.__main__ import main as program

    program()
