"""The frame around the pages: navigation, header, search, status bar, keys."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.errors import ShopError
from desktop_app.ui.actions import Change, ShopSignals
from desktop_app.ui.colours import Tone
from desktop_app.ui.icons import set_icon
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import error_text
from desktop_app.ui.page_keys import PageKeys
from desktop_app.ui.page_stack import PageStack
from desktop_app.ui.page_table import PAGES, PageEntry
from desktop_app.ui.widgets.basics import plain_label, push_button
from desktop_app.ui.widgets.copy_button import SecretClipboard
from desktop_app.ui.widgets.empty_state import EmptyState
from desktop_app.ui.widgets.navigation import NavigationList
from desktop_app.ui.widgets.search_box import SearchBox
from desktop_app.ui.widgets.window_status import WindowStatus
from desktop_app.ui.window_search import WindowSearch

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from desktop_app.services.desk_counts import DeskCounts
    from desktop_app.services.early_desk import EarlyDesk
    from desktop_app.services.settings import ShopSettings

BLINK_MS = 200
"""So long closing waits for small work with the window standing still."""
LEAVING_MS = 4_000
"""A session that ends waits about five seconds for its programs."""
STEP_MS = 1
"""Between two steps of a start. Not zero: that would be no step of its own, and nothing would be painted before it."""


class MainWindow(QMainWindow):
    """Is painted before the shop is open; :meth:`attach` brings the shop and the first page."""

    first_painted = Signal()
    """Once, after the frame stood on the screen: the time to load what is heavy."""
    unlock_wanted = Signal()
    restore_wanted = Signal()
    page_changed = Signal()

    def __init__(
        self,
        jobs: Jobs,
        *,
        pages: tuple[PageEntry, ...] = PAGES,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.jobs = jobs
        self.shop: Any | None = None
        self._entries = {entry.name: entry for entry in pages}
        self._early: Any | None = None
        self._wanted: tuple[str, Any, dict[str, Any]] | None = None
        self._clock = clock
        self._zone: ZoneInfo | None = None
        self._end_listening: Callable[[], None] | None = None
        self._is_painted = False
        self.may_close: Callable[[], bool] = lambda: True
        """Asked before the window closes; who says no closes it later."""
        self.is_closed = False
        """The merchant left: what workers still answer is not shown any more."""
        self._closes_when_idle = False
        self._secrets = SecretClipboard(self)
        self._signals = ShopSignals(self)
        self._signals.changed.connect(self._on_shop_changed)
        jobs.failed_unheard.connect(self.show_error)
        jobs.changed.connect(self._on_jobs_changed)
        self._build()
        self._add_shortcuts()
        self._restore_geometry()

    # building

    def _build(self) -> None:
        navigation = QFrame()
        navigation.setObjectName("navigation")
        navigation.setFixedWidth(188)
        self.navigation = NavigationList(self.tr("Pages"))
        for entry in self._entries.values():
            self.navigation.add_page(entry.name, self._page_title(entry), entry.icon)
        self.navigation.page_chosen.connect(self._on_page_chosen)
        side = QVBoxLayout(navigation)
        side.setContentsMargins(0, 10, 0, 8)
        side.addWidget(self.navigation)

        content = QWidget()
        content.setObjectName("content")
        self._stack = PageStack(self._make)
        self._stack.failed.connect(self.show_error)
        self._stack.currentChanged.connect(self.page_changed)
        self._opening = EmptyState("opening")
        self._opening.set_content(self.tr("Opening the shop…"), "")
        self._stack.addWidget(self._opening)
        main = QVBoxLayout(content)
        main.setContentsMargins(20, 14, 20, 14)
        main.setSpacing(14)
        main.addLayout(self._header())
        main.addWidget(self._stack, 1)

        central = QWidget()
        split = QHBoxLayout(central)
        split.setContentsMargins(0, 0, 0, 0)
        split.setSpacing(0)
        split.addWidget(navigation)
        split.addWidget(content, 1)
        self.setCentralWidget(central)
        self._status = WindowStatus(self.jobs)
        self.setStatusBar(self._status)
        self.setWindowTitle("Kamidesk")

    def _header(self) -> QHBoxLayout:
        self._title = plain_label(role="page_title", name="page_title")
        self.search_box = SearchBox(
            self.tr("Find an order, a buyer or a key"),
            "global_search",
            self.tr("Find an order no., buyer, account, batch or key…"),
        )
        self.search_box.setMinimumWidth(240)
        self.search_box.setMaximumWidth(380)
        self.search_box.setToolTip(self.tr("Find anything, or start a step by its name (Ctrl+K)"))
        self._search = WindowSearch(self, self.search_box)
        self.import_button = push_button(
            self.tr("Import keys"), "import_button", self.import_keys, icon="download", tooltip="Ctrl+I"
        )
        self.lock_button = push_button("", "lock_button", self.toggle_lock, icon="lock", tooltip="Ctrl+L")
        self.help_button = push_button(self.tr("Help"), "help_button", self.show_help, icon="circle-help", tooltip="F1")
        header = QHBoxLayout()
        header.setSpacing(10)
        header.addWidget(self._title)
        header.addStretch(1)
        header.addWidget(self.search_box, 2)
        for button in (self.import_button, self.lock_button, self.help_button):
            header.addWidget(button)
        self._enable_header(False)
        return header

    def _add_shortcuts(self) -> None:
        for keys, slot in (
            ("Ctrl+K", self._focus_search),
            ("Ctrl+I", self.import_keys),
            ("Ctrl+L", self.toggle_lock),
            ("F1", self.show_help),
            ("F5", self.reload_page),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        PageKeys(self, self.page, self.navigate, list(self._entries), self.search_box)

    # the shop

    def attach(self, shop: Any) -> None:
        """Take an open shop (``desktop_app.services.Shop``) and show the first page."""
        early, wanted, self._early, self._wanted = self._early, self._wanted, None, None
        self.detach()
        self.shop = shop
        shop.keep_window_alive()
        self._end_listening = shop.on_change(self._signals.tell)
        self._take_settings(shop.settings.get())
        self._status.show_folder(str(shop.data_dir), self.tr("The folder of this shop"))
        self._enable_header(True)
        self._show_vault_state()
        self._update_badges()
        first = next(iter(self._entries))
        if early is not None:
            early.take_shop(shop)
            self._stack.adopt(first, early)
        self.navigate(first)
        if wanted is not None:
            page, item, choice = wanted
            self.navigate(page, item, **choice)

    def prepare(self) -> None:
        """Load the first page and then make it, in two steps that nobody notices; it needs no shop for that."""
        entry = next(iter(self._entries.values()))
        if self.shop is None and hasattr(_factory(entry), "take_shop"):
            QTimer.singleShot(STEP_MS, self, self._make_early)

    def _make_early(self) -> None:
        if self.shop is None and self._early is None:
            self._early = self._stack.make(next(iter(self._entries)))

    def show_early(self, early: EarlyDesk) -> None:
        """Show the first page as it was read before the shop is open. What somebody asks of it meanwhile happens when
        it is."""
        first = next(iter(self._entries))
        if self._early is None:
            self._early = self._stack.make(first)
        self._zone = early.zone
        self._early.show_early(early)
        self._show_badges(early.counts)
        self._show(first, self._early)

    def detach(self) -> None:
        """Let go of the shop and its pages, e.g. before another shop is opened or the window closes."""
        if self._end_listening is not None:
            self._end_listening()
            self._end_listening = None
        self._stack.drop()
        self._secrets.clear()
        self.shop = None
        self._status.show_vault("")
        self._enable_header(False)

    def show_opening(
        self, title: str, text: str, action_text: str = "", on_action: Any = None, *, on_restore: Any = None
    ) -> None:
        """What stands in the middle while there is no shop: opening, or why it did not open."""
        early, self._early, self._wanted = self._early, None, None
        if early is not None:
            self._stack.removeWidget(early)
            early.deleteLater()
        self._opening.set_content(title, text, action_text, on_action)
        self._opening.set_second_action(self.tr("Restore a backup…") if on_restore is not None else "", on_restore)
        self._stack.setCurrentWidget(self._opening)
        self._title.clear()
        self.setWindowTitle("Kamidesk")

    def _take_settings(self, settings: ShopSettings) -> None:
        self._zone = _zone(settings.time_zone)
        self._secrets.set_seconds(settings.clipboard_seconds)

    def _on_shop_changed(self, change: Change) -> None:
        if self.shop is None:
            return
        if "settings" in change.areas:
            self._read_beside(self.shop.settings.get, self._take_settings)
        if "vault" in change.areas:
            self._show_vault_state()
        if change.areas & {"requests", "refunds", "settings"}:
            self._update_badges()
        if change.areas & {"keys", "products"}:
            self._tell_low_stock()
        self._stack.tell(change)

    def _read_beside(self, read: Callable[[], Any], show: Callable[[Any], None]) -> None:
        """Small things that the frame shows: the next change brings them again, so an error is nothing to tell."""
        shop = self.shop
        self.jobs.run(
            self,
            lambda _progress: read(),
            lambda answer: show(answer) if self.shop is shop else None,
            lambda _error: None,
        )

    def _tell_low_stock(self) -> None:
        """Each product once when it begins to run low; the shop remembers that it was told."""
        if self.shop is not None:
            self._read_beside(self.shop.stock.take_alerts, self._say_low_stock)

    def _say_low_stock(self, products: list[Any]) -> None:
        if products:
            names = ", ".join(f"{product.name} ({product.in_stock:,})" for product in products)
            self.say(self.tr("Running low: {products}").format(products=names), Tone.WARN)

    def _update_badges(self) -> None:
        if self.shop is not None and "requests" in self._entries:
            self._read_beside(self.shop.reports.counts, self._show_badges)

    def _show_badges(self, counts: DeskCounts) -> None:
        for page, waiting in (("requests", counts.open_requests), ("refunds", counts.refunds_overdue)):
            if page in self._entries:
                self.navigation.set_badge(page, "" if not waiting else str(waiting) if waiting < 1000 else "999+")

    # pages

    def navigate(self, page: str, item: Any = None, **wanted: Any) -> None:
        """Show ``page``; ``item`` is opened there and ``wanted`` is its filter."""
        if self.shop is None:
            if self._early is not None:
                self._wanted = (page, item, wanted)
            return
        widget = self._enter(page)
        if wanted:
            widget.apply_filter(**wanted)
        if item is not None:
            widget.open_item(item)

    def page(self) -> Any | None:
        """The page on screen; None before the shop is open."""
        return self._stack.page()

    def _enter(self, name: str) -> Any:
        page = self._stack.enter(name)
        self._show(name, page)
        return page

    def _make(self, name: str) -> Any:
        # made where it will be: Qt dresses all that is in a widget anew when it gets a parent
        return _factory(self._entries[name])(self.shop, self.jobs, self, self._stack)

    def _show(self, name: str, page: Any) -> None:
        self._stack.setCurrentWidget(page)
        self._title.setText(page.title())
        self.setWindowTitle(self.tr("{page} – Kamidesk").format(page=page.title()))
        self.navigation.choose(name)

    def _on_page_chosen(self, name: str) -> None:
        if self.shop is None:
            self.navigate(name)
        elif name != self._stack.name():
            self._enter(name)

    def reload_page(self) -> None:
        """F5: read everything on this page anew."""
        self._stack.reload()

    @staticmethod
    def _page_title(entry: PageEntry) -> str:
        return QCoreApplication.translate("MainWindow", entry.title)

    # what pages ask of the window (actions.WindowContext)

    @property
    def secrets(self) -> SecretClipboard:
        return self._secrets

    def say(self, text: str, tone: Tone = Tone.NEUTRAL) -> None:
        self._status.say(text, tone)

    def show_error(self, error: ShopError) -> None:
        self.say(error_text(error), Tone.BAD)

    def now(self) -> datetime:
        from datetime import UTC, datetime

        return datetime.now(UTC) if self._clock is None else self._clock()

    def zone(self) -> ZoneInfo:
        if self._zone is None:
            self._zone = _zone("Asia/Shanghai")
        return self._zone

    def dialog_parent(self) -> QWidget:
        return self

    def restore_backup(self) -> None:
        self.restore_wanted.emit()

    # header

    def import_keys(self) -> None:
        """Ctrl+I from anywhere: the card keys page starts an import."""
        if self.shop is not None:
            self._enter("keys").start_import()

    def toggle_lock(self) -> None:
        """Lock at once, or ask for the password."""
        if self.shop is None:
            return
        if self.shop.is_unlocked:
            self.lock()
        else:
            self.unlock_wanted.emit()

    def lock(self) -> None:
        """Hide card keys and buyers' data and take a copied key off the clipboard."""
        if self.shop is not None and self.shop.is_unlocked:
            from desktop_app.ui.widgets.dialogs import SecretDialog

            self._secrets.clear()
            self.shop.lock()
            for dialog in self.findChildren(SecretDialog):
                dialog.reject()
            self._show_vault_state()

    def _show_vault_state(self) -> None:
        if self.shop is None:
            return
        is_open = bool(self.shop.is_unlocked)
        self.lock_button.setText(self.tr("Lock") if is_open else self.tr("Unlock"))
        set_icon(self.lock_button, "lock" if is_open else "lock-open")
        self._status.show_vault(self.tr("Unlocked") if is_open else self.tr("Locked: keys and buyers are hidden"))

    def _enable_header(self, enabled: bool) -> None:
        for widget in (self.search_box, self.import_button, self.lock_button):
            widget.setEnabled(enabled)

    def show_help(self) -> None:
        from desktop_app.ui.widgets.help_dialog import HelpDialog

        HelpDialog(self, self._stack.name()).open()

    def _focus_search(self) -> None:
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_box.selectAll()

    def scan_keys(self, part: str) -> None:
        """Look for a part of a key by opening all of them."""
        self._search.scan_keys(part)

    # Qt's side

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            # behind the rest of this paint
            QTimer.singleShot(0, self.first_painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files dropped anywhere are lists of card keys, where no page has another use for them."""
        if self.shop is not None and event.mimeData().hasUrls() and "keys" in self._entries:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        from desktop_app.ui.dialogs.file_choice import dropped_files
        from desktop_app.ui.dropped_files import take

        paths = dropped_files(event)
        if self.shop is not None and paths:
            event.acceptProposedAction()
            take(paths, self, self.jobs, self._page_or_keys, self.show_error)

    def _page_or_keys(self, name: str) -> tuple[str, Any] | None:
        if self.shop is None:  # closed meanwhile
            return None
        name = name if name in self._entries else "keys"
        return name, self._enter(name)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the work first: what is cancelled leaves nothing half done. The window never waits for it itself."""
        if not self.may_close():
            event.ignore()
            return
        if not self.jobs.cancel_all(BLINK_MS) and not self._closes_when_idle:
            self._closes_when_idle = True
            self.say(
                self.tr("Some work is still stopping, then Kamidesk closes. Close again to leave without waiting."),
                Tone.WARN,
            )
            event.ignore()
            return
        self.leave(0)
        super().closeEvent(event)

    def leave(self, wait_ms: int = LEAVING_MS) -> bool:
        """Without a question or a backup, as when the session ends: stop the work and close the shop.

        False when some work does not stop: then the shop is as after a sudden death, which it is made for.
        """
        if not self.is_closed:
            QSettings().setValue("window/geometry", self.saveGeometry())
        from PySide6.QtWidgets import QDialog

        is_idle = self.jobs.cancel_all(wait_ms)
        self.is_closed = True
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                dialog.done(QDialog.DialogCode.Rejected)
        shop = self.shop
        self.detach()
        if shop is not None and is_idle:
            shop.close()
        return is_idle

    def _on_jobs_changed(self) -> None:
        if self._closes_when_idle and not self.is_closed and not self.jobs.running:
            QTimer.singleShot(0, self, self.close)

    def _restore_geometry(self) -> None:
        self.setMinimumSize(960, 600)
        geometry = QSettings().value("window/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            available = self.screen().availableGeometry()
            self.resize(min(1360, available.width() - 40), min(840, available.height() - 40))


def _factory(entry: PageEntry) -> Any:
    return getattr(importlib.import_module(entry.module), entry.factory)


def _zone(name: str) -> ZoneInfo:
    # here: nothing that is painted first tells a time
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
