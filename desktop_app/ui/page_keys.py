"""Keys of the keyboard that work on whatever page is on show, or lead to another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop_app.ui.actions import PAGE_KEYS


class PageKeys(QObject):
    """Letters run the actions of the page, J and K step through its table, ``/`` goes to its search, Ctrl and a number
    to a page."""

    def __init__(
        self,
        window: QWidget,
        page: Callable[[], Any | None],
        navigate: Callable[[str], object],
        names: Sequence[str],
        search_box: QLineEdit,
    ) -> None:
        """``page`` is the one on show; ``names`` are those of all pages in their order; ``search_box`` is searched
        where a page has none."""
        super().__init__(window)
        self._page = page
        self._navigate = navigate
        self._search_box = search_box
        for keys, slot in (("/", self._focus_search), ("J", self._step_down), ("K", self._step_up)):
            QShortcut(QKeySequence(keys), window).activated.connect(slot)
        for key in PAGE_KEYS:
            shortcut = QShortcut(QKeySequence(key), window)
            shortcut.setObjectName(key)
            shortcut.activated.connect(self._run_action)
        for number, name in enumerate(names[:9], start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), window)
            shortcut.setObjectName(name)
            shortcut.activated.connect(self._enter_by_number)

    @staticmethod
    def _are_for_page() -> bool:
        """A letter typed at a choice or a number is meant for it, not for the page."""
        from PySide6.QtWidgets import QAbstractSpinBox, QComboBox

        return not isinstance(QApplication.focusWidget(), (QComboBox, QAbstractSpinBox))

    def _run_action(self) -> None:
        actions = getattr(self._page(), "page_actions", None)
        if actions is not None and self._are_for_page():
            action = actions().get(self.sender().objectName())
            if action is not None and action.isEnabled():
                action.trigger()

    def _enter_by_number(self) -> None:
        self._navigate(self.sender().objectName())

    def _focus_search(self) -> None:
        box = getattr(self._page(), "search_box", None) or self._search_box
        box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        box.selectAll()

    def _step_down(self) -> None:
        self._step(1)

    def _step_up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        table = getattr(self._page(), "table", None)
        if table is not None and self._are_for_page():
            table.step(by)
