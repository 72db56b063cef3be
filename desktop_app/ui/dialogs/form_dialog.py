"""Fields with titles, a message beside them, and one button that does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLineEdit, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.screen_fit import follow_text


class FieldGrid(QGridLayout):
    """Titles at the left, fields at the right; a title leads the keyboard and assistive technology to its field."""

    def __init__(self, *, title_width: int = 108) -> None:
        super().__init__()
        self.setHorizontalSpacing(12)
        self.setVerticalSpacing(8)
        self.setColumnMinimumWidth(0, title_width)
        self.setColumnStretch(1, 1)

    def add_heading(self, text: str) -> None:
        self.addWidget(plain_label(text, role="section"), self.rowCount(), 0, 1, 2)

    def add_field(self, title: str, field: QWidget, hint: str = "") -> None:
        """Append a field; ``hint`` stands below it."""
        row = self.rowCount()
        label = plain_label(title, role="muted")
        label.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(title)
        is_tall = isinstance(field, QPlainTextEdit)
        self.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop if is_tall else Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(field, row, 1)
        if hint:
            self.addWidget(plain_label(hint, role="muted", wrap=True), row + 1, 1)

    def first_to_fill(self) -> QWidget | None:
        """The first field that takes the keyboard; None when all are only shown."""
        for place in (self.itemAt(index) for index in range(self.count())):
            widget = None if place is None else place.widget()
            if widget is not None and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled():
                return widget
        return None

    def set_field_visible(self, field: QWidget, visible: bool) -> None:
        """Show or hide a field with its title."""
        for row in range(self.rowCount()):
            places = [self.itemAtPosition(row, column) for column in (0, 1)]
            widgets = [place.widget() for place in places if place is not None]
            if field in widgets:
                for widget in widgets:
                    if widget is not None:
                        widget.setVisible(visible)
                return


class FormDialog(QDialog):
    """A subclass adds its fields and says in :meth:`apply` what the button does.

    A :class:`ShopError` of ``apply`` is shown beside the fields and the dialog stays open. Where another program is
    writing, ``apply`` is called again until there is room: it must not do anything before it calls the service.
    """

    def __init__(
        self,
        parent: QWidget,
        name: str,
        title: str,
        action_text: str,
        *,
        introduction: str = "",
        width: int = 520,
        danger: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(width)
        self.fields = FieldGrid()
        self.message = MessageStrip("form_message")
        self.submit_button = push_button(
            action_text, "submit_button", self.submit, kind="danger" if danger else "primary"
        )
        self.submit_button.setDefault(not danger)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(22, 20, 22, 18)
        self.body.setSpacing(12)
        self.body.addWidget(plain_label(title, role="title", wrap=True))
        if introduction:
            self.body.addWidget(plain_label(introduction, role="muted", name="form_introduction", wrap=True))
        self.body.addLayout(self.fields)
        self.body.addStretch(1)
        self.body.addWidget(self.message)
        self.cancel_button = push_button(self.tr("Cancel"), "cancel_button", self.reject)
        self.body.addLayout(row_of(1, self.cancel_button, self.submit_button))
        self._is_held = False
        self._is_warned = False
        self._focus_before: QWidget | None = None

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled

    def setVisible(self, visible: bool) -> None:
        # the buttons come first in the chain of focus: without this Return would cancel
        if visible and self.focusWidget() is None:
            field = self.fields.first_to_fill()
            if field is not None:
                field.setFocus()
        super().setVisible(visible)

    def apply(self) -> None:
        """Read the fields and call the service; a dialog whose :meth:`submit` starts a worker has nothing here."""

    def submit(self) -> None:
        self.message.clear()
        attempt(self, self.apply, lambda _answer: self.accept(), self._on_refused, self._on_waiting)

    def _on_refused(self, error: ShopError) -> None:
        self.submit_button.setEnabled(True)
        self.message.show_error(error)

    def _on_waiting(self, text: str) -> None:
        """It can still be cancelled: nothing was begun."""
        self.submit_button.setEnabled(False)
        self.message.say(text)

    def hold(self, held: bool) -> None:
        """While a worker changes the shop the dialog stays: cancelled now, it would look as if nothing had happened."""
        self._is_held = held
        if held:
            self._focus_before = self.focusWidget()
        for button in (self.submit_button, self.cancel_button):
            button.setEnabled(not held)
        if not held and self._focus_before is not None:
            # a button that cannot be pressed gives the keyboard to the next one, which may be Cancel
            self._focus_before.setFocus()

    def would_lose(self) -> str:
        """What closing would lose, as the sentence that is said before; empty: nothing that matters."""
        return ""

    def reject(self) -> None:
        """Cancel, Escape, or the button of the frame; what took work to fill in goes at the second time only."""
        if self._is_held:
            return
        loss = "" if self._is_warned else self.would_lose()
        if loss:
            self._is_warned = True
            self.message.say(loss, Tone.WARN)
        else:
            super().reject()

    def ask_for(self, field: QWidget, text: str) -> None:
        """Say what is missing and go there."""
        self.message.say(text, Tone.WARN)
        field.setFocus()


def line_edit(name: str, label: str, *, text: str = "", placeholder: str = "", longest: int = 200) -> QLineEdit:
    edit = QLineEdit(text)
    edit.setObjectName(name)
    edit.setAccessibleName(label)
    edit.setPlaceholderText(placeholder)
    edit.setMaxLength(longest)
    return edit


def note_edit(name: str, label: str, *, text: str = "", placeholder: str = "", height: int = 64) -> QPlainTextEdit:
    edit = QPlainTextEdit(text)
    edit.setObjectName(name)
    edit.setAccessibleName(label)
    edit.setPlaceholderText(placeholder)
    edit.setTabChangesFocus(True)
    edit.setMaximumHeight(height)
    # the style sheet of the window sets a minimum, and it wins over that of the widget
    edit.setStyleSheet(f"QPlainTextEdit {{ min-height: {height - 14}px; }}")
    return edit


def number_spin(name: str, label: str, least: int, most: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setObjectName(name)
    spin.setAccessibleName(label)
    spin.setRange(least, most)
    spin.setValue(value)
    # without its arrows the field would begin at the border
    spin.lineEdit().setTextMargins(8, 0, 8, 0)
    return spin
