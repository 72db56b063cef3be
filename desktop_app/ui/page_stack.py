"""The pages in the middle of the window: made when they are first entered, kept, and told what they missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import Change

AGAIN_MS = 2_000


class PageStack(QStackedWidget):
    """What is no page, such as the note that the shop is being opened, is added by the window itself."""

    failed = Signal(object)
    """ShopError of a page that could not be read. It is read again, and again, while it is on the screen."""

    def __init__(self, factory: Callable[[str], Any]) -> None:
        """``factory`` makes the page of a name."""
        super().__init__()
        self.setObjectName("page_stack")
        self.pages: dict[str, Any] = {}
        """Those that were made."""
        self._factory = factory
        self._missed: dict[str, Change | None] = {}
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._read_again)

    def page(self) -> Any | None:
        """The page on the screen."""
        return self.pages.get(self.name())

    def name(self) -> str:
        """The name of the page on the screen; empty while there is none."""
        return next((name for name, page in self.pages.items() if page is self.currentWidget()), "")

    def make(self, name: str) -> Any:
        """A page that is none of the shop yet; :meth:`adopt` makes it one."""
        page = self._factory(name)
        page.setObjectName(page.objectName() or f"{name}_page")
        self.addWidget(page)
        return page

    def adopt(self, name: str, page: Any) -> None:
        """Take a page that stood here before the shop was open."""
        self.pages[name] = page
        self._read(name, None)

    def enter(self, name: str) -> Any:
        """The page of this name, up to date; the window shows it."""
        if name not in self.pages:
            self.adopt(name, self.make(name))
        elif name in self._missed:
            self._read(name, self._missed.pop(name))
        return self.pages[name]

    def reload(self) -> None:
        """Read everything on the page on the screen anew."""
        name = self.name()
        if name:
            self._read(name, None)

    def tell(self, change: Change) -> None:
        """The page on the screen follows at once, the others when they are entered."""
        shown = self.name()
        for name in self.pages:
            if name == shown and name not in self._missed:
                self._read(name, change)
            else:
                self._miss(name, change)

    def drop(self) -> None:
        """Forget all pages; their shop is closed."""
        for page in self.pages.values():
            self.removeWidget(page)
            page.deleteLater()
        self.pages.clear()
        self._missed.clear()

    def _miss(self, name: str, change: Change) -> None:
        before = self._missed.get(name, _Missed(frozenset()))
        self._missed[name] = None if before is None else _Missed(before.areas | change.areas)

    def _read(self, name: str, change: Change | None) -> None:
        try:
            self.pages[name].reload(change)
        except ShopError as error:
            # who stores very much keeps everybody from reading, for seconds: what is missing comes when that is over
            self._missed[name] = None
            self._again.start()
            self.failed.emit(error)

    def _read_again(self) -> None:
        name = self.name()
        if name in self._missed:
            self._read(name, self._missed.pop(name))


class _Missed(NamedTuple):
    """All areas that changed while a page was out of sight."""

    areas: frozenset[str]
