"""What an empty list says: what belongs here and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.ui.colours import Tone
from desktop_app.ui.widgets.basics import plain_label, push_button, set_tone


class EmptyState(QWidget):
    """A title, a sentence and, where there is a next step, a button for it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._content = (self.tr("Nothing here yet"), "", "")
        self._on_action: Callable[[], None] | None = None
        self._title = plain_label(role="title", name=f"{name}_title", wrap=True)
        self._text = plain_label(role="muted", name=f"{name}_text", wrap=True)
        self._button = push_button("", f"{name}_button", self._act)
        self._on_second: Callable[[], None] | None = None
        self._second = push_button("", f"{name}_second_button", self._act_second, kind="link")
        self._second.hide()
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 24, 32, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(6)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._second, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.show_content()

    def set_content(
        self, title: str, text: str, action_text: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """``on_action``: a bound method; without it there is no button."""
        self._content = (title, text, action_text if on_action is not None else "")
        self._on_action = on_action
        self.show_content()

    def set_second_action(self, text: str, on_action: Callable[[], None] | None) -> None:
        """Another way on, below the first; an empty text takes it away."""
        self._on_second = on_action
        self._second.setText(text)
        self._second.setVisible(bool(text) and on_action is not None)

    def show_content(self) -> None:
        """Show the content again after :meth:`show_error`."""
        title, text, action_text = self._content
        self._put(title, text, action_text)
        set_tone(self._title, None)

    def show_error(self, text: str) -> None:
        """Say why there are no rows instead of inviting to make some."""
        self._put(self.tr("The list could not be read"), text, "")
        set_tone(self._title, Tone.BAD)

    def words(self) -> str:
        """What it says, on one line."""
        return " – ".join(text for text in (self._title.text(), self._text.text()) if text)

    def _put(self, title: str, text: str, action_text: str) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._button.setText(action_text)
        self._button.setVisible(bool(action_text))

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _act_second(self) -> None:
        if self._on_second is not None:
            self._on_second()
