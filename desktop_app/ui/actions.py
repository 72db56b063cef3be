"""What a page may ask of the window, and the keys that every page shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.colours import Tone
from desktop_app.ui.widgets.copy_button import SecretClipboard

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

PAGE_KEYS = ("A", "R", "E", "P", "N")
"""Single keys that run ``page_actions()[key]`` of the page on screen: approve, refuse, evidence, print, new."""


class Change(Protocol):
    """What the services broadcast after a write."""

    @property
    def areas(self) -> frozenset[str]: ...


class WindowContext(Protocol):
    """The window as pages and dialogs see it."""

    @property
    def secrets(self) -> SecretClipboard:
        """Where card keys are copied to."""

    def navigate(self, page: str, item: Any = None, **wanted: Any) -> None:
        """Show a page; ``item`` goes to its ``open_item``, the rest to its ``apply_filter``."""

    def say(self, text: str, tone: Tone = Tone.NEUTRAL) -> None:
        """A short notice in the status bar: what was just done."""

    def show_error(self, error: ShopError) -> None:
        """For an error without a cause on screen; otherwise use a MessageStrip beside the cause."""

    def now(self) -> datetime:
        """The shop's clock, UTC."""

    def zone(self) -> ZoneInfo:
        """The shop's time zone."""

    def dialog_parent(self) -> QWidget:
        """The parent of dialogs."""

    def scan_keys(self, part: str) -> None:
        """Look for a part of a key by opening all of them."""

    def restore_backup(self) -> None:
        """Ask for a backup to put in the place of this shop."""


class ShopSignals(QObject):
    """Brings the services' callbacks, which come from any thread, to the GUI thread."""

    changed = Signal(object)
    """Change"""

    def tell(self, change: Change) -> None:
        """The listener to give to the services; safe to call from a worker thread."""
        self.changed.emit(change)


def page_action(parent: QWidget, text: str, name: str, key: str, on_trigger: Any) -> QAction:
    """An action of a page. The window runs it by its single key; a button made from it shows the key."""
    action = QAction(text, parent)
    action.setObjectName(name)
    if key:
        action.setToolTip(f"{text} ({key})")
    action.triggered.connect(lambda _checked=False: on_trigger())
    return action
