"""Which lines of a preview are shown: all, or those with one verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from desktop_app.ui.row_model import ListSource, RowSource
from desktop_app.ui.widgets.basics import push_button, row_of

V = TypeVar("V", bound=StrEnum)


class Judged(Protocol):
    """A preview: its lines by their verdict; None is all of them."""

    def count(self, verdict: Any) -> int: ...

    def lines(self, verdict: Any, offset: int, limit: int) -> Sequence[Any]: ...


class VerdictFilter(QWidget, Generic[V]):
    """A button for all lines and one for each verdict that occurs, with how many there are; one of them is down."""

    changed = Signal()

    def __init__(self, name: str, words: Mapping[V, str], *, always: V) -> None:
        """``words`` in the order of the buttons; the one of ``always`` is there even when no line has that verdict."""
        super().__init__()
        self.verdict: V | None = None
        self._preview: Judged | None = None
        self._words: list[tuple[V | None, str]] = [(None, self.tr("All lines")), *words.items()]
        self._always = (None, always)
        self._buttons: dict[V | None, QPushButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        for verdict, _word in self._words:
            button = push_button("", f"{name}_{verdict or 'all'}_button", kind="choice")
            button.setCheckable(True)
            # not clicked: assistive technology toggles without a click
            button.toggled.connect(partial(self._on_toggled, verdict))
            group.addButton(button)
            self._buttons[verdict] = button
        self.setLayout(row_of(*self._buttons.values()))
        self.hide()

    def show_preview(self, preview: Judged | None) -> None:
        """All lines are shown first; None: there are none, and what was shown is forgotten."""
        self._preview = preview
        self.verdict = None
        self._buttons[None].setChecked(True)
        self.setVisible(preview is not None)
        if preview is not None:
            for verdict, word in self._words:
                count = preview.count(verdict)
                self._buttons[verdict].setText(f"{word}  {count:,}")
                self._buttons[verdict].setVisible(verdict in self._always or count > 0)

    def button(self, verdict: V | None) -> QPushButton:
        return self._buttons[verdict]

    def lines(self) -> RowSource[Any]:
        """The lines to show, as a table asks for them."""
        return ListSource(()) if self._preview is None else _Lines(self._preview, self.verdict)

    def _on_toggled(self, verdict: V | None, chosen: bool) -> None:
        if chosen and verdict != self.verdict:
            self.verdict = verdict
            self.changed.emit()


class _Lines:
    def __init__(self, preview: Judged, verdict: StrEnum | None) -> None:
        self._preview = preview
        self._verdict = verdict

    def count(self) -> int:
        return self._preview.count(self._verdict)

    def page(self, offset: int, limit: int) -> Sequence[Any]:
        return self._preview.lines(self._verdict, offset, limit)
