"""The plain parts: labels that never interpret markup, buttons, cards, sections, key/value grids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.colours import Tone
from desktop_app.ui.icons import set_icon
from desktop_app.ui.theme import mono_font, repolish

_Box = TypeVar("_Box", QHBoxLayout, QVBoxLayout)


def plain_label(
    text: str = "", *, role: str = "", name: str = "", wrap: bool = False, selectable: bool = False
) -> QLabel:
    """A label that shows ``text`` as it is, whatever a buyer typed. ``role``: ``page_title`` ``title`` ``section``
    ``muted`` ``value`` ``amount``. No accessible name: it would hide the text from assistive technology."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    if name:
        label.setObjectName(name)
    if selectable:
        make_selectable(label)
    return label


def make_selectable(label: QLabel) -> None:
    flag = Qt.TextInteractionFlag
    label.setTextInteractionFlags(flag.TextSelectableByMouse | flag.TextSelectableByKeyboard)
    label.setCursor(Qt.CursorShape.IBeamCursor)


def set_tone(label: QLabel, tone: Tone | None) -> None:
    """Colour the text of a label; None is the normal colour."""
    value = None if tone is None else tone.value
    if label.property("tone") != value:
        label.setProperty("tone", value)
        repolish(label)


class Pill(QLabel):
    """A state in a coloured capsule outside a table."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        # the style gives a label room for its padding only when it is a capsule from the start
        self.setProperty("pill", Tone.NEUTRAL.value)
        self.hide()

    def set_state(self, text: str, tone: Tone) -> None:
        """Show a state; an empty text hides the capsule."""
        self.setText(text)
        self.setProperty("pill", tone.value)
        repolish(self)
        self.setVisible(bool(text))


def push_button(
    text: str,
    name: str,
    on_click: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
    tooltip: str = "",
) -> QPushButton:
    """A text button. ``kind``: ``primary``, ``danger``, ``link`` or nothing. ``on_click``: a bound method."""
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    if kind:
        button.setProperty("kind", kind)
    if icon:
        colours = {"primary": "on_primary", "danger": "danger", "link": "selection_text"}
        set_icon(button, icon, colours.get(kind, "text"))
    if tooltip:
        button.setToolTip(tooltip)
    if on_click is not None:
        # clicked carries a bool that no handler wants
        button.clicked.connect(lambda _checked=False: on_click())
    return button


def icon_button(
    icon: str, label: str, name: str, on_click: Callable[[], object] | None = None, *, colour: str = "muted"
) -> QToolButton:
    """A button with an icon only: ``label`` is its accessible name and its tooltip."""
    button = QToolButton()
    button.setObjectName(name)
    button.setAccessibleName(label)
    button.setToolTip(label)
    set_icon(button, icon, colour)
    if on_click is not None:
        button.clicked.connect(lambda _checked=False: on_click())
    return button


def row_of(*items: QWidget | QLayout | int, spacing: int = 8) -> QHBoxLayout:
    """Widgets and layouts side by side; a number is a stretch."""
    return _filled(QHBoxLayout(), items, spacing)


def column_of(*items: QWidget | QLayout | int, spacing: int = 8) -> QVBoxLayout:
    """Widgets and layouts one below the other; a number is a stretch."""
    return _filled(QVBoxLayout(), items, spacing)


def _filled(layout: _Box, items: Iterable[QWidget | QLayout | int], spacing: int) -> _Box:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)
    return layout


def separator() -> QFrame:
    line = QFrame()
    line.setProperty("line", "true")
    return line


class Card(QFrame):
    """A white box with a border; fill ``body``."""

    def __init__(self, name: str, *, margin: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("card", "true")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(10)


class DetailPane(Card):
    """The card to the right of a table: a scrolling ``content`` and a fixed ``footer`` for the decision buttons."""

    def __init__(self, name: str, label: str, *, parent: QWidget | None = None) -> None:
        super().__init__(name, margin=1, parent=parent)
        self.setAccessibleName(label)
        self.setMinimumWidth(340)
        self.body.setSpacing(0)
        inner = QWidget()
        inner.setProperty("plain", "true")
        self.content = QVBoxLayout(inner)
        self.content.setContentsMargins(18, 16, 18, 12)
        self.content.setSpacing(8)
        self.content.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.scroll_area = QScrollArea()
        self.scroll_area.setObjectName(f"{name}_scroll")
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidget(inner)
        self.footer = QVBoxLayout()
        self.footer.setContentsMargins(18, 8, 18, 16)
        self.footer.setSpacing(8)
        self.body.addWidget(self.scroll_area, 1)
        self.body.addLayout(self.footer)


class FactsGrid(QWidget):
    """Key/value lines whose values can be selected and copied.

    Build the lines once with :meth:`add`, then change the values with :meth:`set_value`; or replace all of them
    with :meth:`set_facts`.
    """

    def __init__(self, name: str, *, key_width: int = 96, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, key_width)
        self._grid.setColumnStretch(1, 1)
        self._keys: dict[str, QLabel] = {}
        self._values: dict[str, QLabel] = {}

    def add(self, key: str, title: str, value: str = "", *, mono: bool = False) -> QLabel:
        """Append a line; the value label's object name is ``<name of the grid>_<key>``."""
        row = len(self._values)
        title_label = plain_label(title, role="muted")
        value_label = plain_label(value, name=f"{self.objectName()}_{key}", wrap=True, selectable=True)
        if mono:
            value_label.setFont(mono_font())
        title_label.setBuddy(value_label)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(title_label, row, 0, top)
        self._grid.addWidget(value_label, row, 1, top)
        self._keys[key], self._values[key] = title_label, value_label
        return value_label

    def set_value(self, key: str, value: str, tone: Tone | None = None) -> None:
        """Change a value; a line without a value is hidden."""
        label = self._values[key]
        label.setText(value)
        set_tone(label, tone)
        label.setVisible(bool(value))
        self._keys[key].setVisible(bool(value))

    def value(self, key: str) -> str:
        return self._values[key].text()

    def set_facts(self, facts: Sequence[tuple[str, str, str]]) -> None:
        """Replace every line by ``(key, title, value)``."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._keys.clear()
        self._values.clear()
        for key, title, value in facts:
            self.add(key, title, value)
