"""From a painted, empty window to an open shop: first run, opening, unlocking, locking when idle."""

from __future__ import annotations

import gc
import linecache
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop_app.domain.errors import DamagedError, ShopError
from desktop_app.services.desk_counts import DUE_LINES
from desktop_app.ui.actions import Change, ShopSignals
from desktop_app.ui.backup_runner import BackupRunner
from desktop_app.ui.closing import Closing
from desktop_app.ui.colours import Tone
from desktop_app.ui.idle_lock import IdleLock
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.key_rotation import KeyRotation
from desktop_app.ui.labels import error_text, when
from desktop_app.ui.main_window import STEP_MS, MainWindow
from desktop_app.ui.recovery import Recovery
from desktop_app.ui.screen_lock import ScreenLock
from desktop_app.ui.theme import Scheme, apply_theme

if TYPE_CHECKING:
    from desktop_app.services.early_desk import EarlyDesk
    from desktop_app.services.settings import ShopSettings

TIDY_MS = 10
"""So often what is piled up while the services load is thrown away."""


class Opening(QObject):
    """Opens the shop of ``data_dir`` in ``window`` and keeps the two in step with the settings."""

    opened = Signal(object)
    """Shop, after its first page is on screen."""

    def __init__(self, window: MainWindow, jobs: Jobs, data_dir: Path) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._data_dir = data_dir
        self._idle = IdleLock(self)
        self._idle.idled.connect(window.lock)
        self._idle.returned.connect(self._on_returned)
        self._screen = ScreenLock(window)
        self._screen.went_away.connect(self._on_screen_locked)
        self._locks_with_screen = True
        self._is_asking = False
        # Qt for Python looks into the source of every module that is imported, and linecache keeps it: 25 MB
        self._tidying = QTimer(self, interval=TIDY_MS)
        self._tidying.timeout.connect(linecache.clearcache)
        self._rotation = KeyRotation(window, jobs)
        self._backups = BackupRunner(window, jobs)
        self._closing = Closing(window, jobs, self._backups)
        window.may_close = self._closing.may_close
        self.recovery = Recovery(
            window, jobs, data_dir, start=self.start, restore=self.ask_to_restore, look_at=self.look_at_backup
        )
        window.restore_wanted.connect(self.ask_to_restore)
        self._signals = ShopSignals(self)
        self._signals.changed.connect(self._on_changed)
        window.unlock_wanted.connect(self.ask_to_unlock)

    def start(self) -> None:
        """Show what can be read at once, then load the services and open the shop; the window is on screen already."""
        data_dir = self._data_dir
        self._window.show_opening(self.tr("Opening the shop…"), "")

        def look(_progress: Progress) -> EarlyDesk | None:
            from desktop_app.services.early_desk import read_early_desk

            try:
                return read_early_desk(data_dir, DUE_LINES)
            except Exception:  # a bug here must be told, but not keep anybody from the shop
                sys.excepthook(*sys.exc_info())
                return None

        self._jobs.run(self, look, self._on_looked)
        QTimer.singleShot(STEP_MS, self._window, self._window.prepare)

    def _on_looked(self, early: EarlyDesk | None) -> None:
        if self._window.is_closed:
            return
        if early is None:
            self._open()
            return
        # comes after the paint: what is loaded then takes its time
        QTimer.singleShot(STEP_MS, self, self._open)
        self._window.show_early(early)

    def _open(self) -> None:
        if self._window.is_closed:
            return
        data_dir = self._data_dir
        # nothing that is loaded goes again: looking for waste meanwhile takes a tenth of the time
        gc.disable()
        self._tidying.start()

        def work(_progress: Progress) -> Any | None:
            from desktop_app.services import Shop

            if not Shop.exists(data_dir):
                return None
            shop = Shop.open(data_dir, window=True)
            # a key file that is gone must not stand before the recovery code
            with suppress(ShopError):
                shop.unlock_automatically()
            return shop

        self._jobs.run(self, work, self._on_opened, self._on_failed)

    def _on_opened(self, shop: Any | None) -> None:
        self._end_loading()
        if self._window.is_closed:
            if shop is not None:
                shop.close()
            return
        if shop is None:
            self._offer_setup()
            self.set_up()
            return
        self._attach(shop)
        if not shop.is_unlocked:
            self.ask_to_unlock()

    def _end_loading(self) -> None:
        self._tidying.stop()
        linecache.clearcache()
        # what is here stays: without this the collector holds the window up for a tenth of a second now and then
        gc.freeze()
        gc.enable()

    def _on_failed(self, error: ShopError) -> None:
        self._end_loading()
        if isinstance(error, DamagedError):
            self.recovery.offer(error)
            return
        self._window.show_opening(
            self.tr("The shop could not be opened"),
            error_text(error),
            self.tr("Try again"),
            self.start,
            on_restore=self.ask_to_restore,
        )

    def _offer_setup(self) -> None:
        self._window.show_opening(
            self.tr("Welcome to Kamidesk"),
            self.tr("There is no shop in {folder} yet.").format(folder=self._data_dir),
            self.tr("Set up your shop"),
            self.set_up,
            on_restore=self.ask_to_restore,
        )

    def set_up(self) -> None:
        from desktop_app.ui.dialogs.setup_dialog import SetupDialog

        dialog = SetupDialog(self._data_dir, self._jobs, self._window.secrets, self._window)
        dialog.created.connect(self._attach)
        dialog.restore_wanted.connect(self.ask_to_restore)
        dialog.open()

    def ask_to_restore(self) -> None:
        """Choose a backup and look at it; it is restored when the merchant says so."""
        from desktop_app.ui.dialogs.file_choice import choose_file

        if any(job.title for job in self._jobs.running):
            # the shop under it would be closed and moved away
            self._window.say(self.tr("Wait until the work under way is done, or stop it; then restore."), Tone.WARN)
            return
        title, kinds = self.tr("Restore a backup"), [self.tr("Backups of Kamidesk (kamidesk-*.db *.db)")]
        shop, beside = self._window.shop, self._data_dir / "backups"
        folder = shop.backups.folder() if shop is not None else beside
        choose_file(self._window, title, kinds, self.look_at_backup, folder=folder)

    def look_at_backup(self, path: Path) -> None:
        """Show what is in the backup ``path`` and what restoring it would do."""
        from desktop_app.ui.dialogs.restore_dialog import RestoreDialog

        dialog = RestoreDialog(path, self._data_dir, self._jobs, self._window)
        dialog.chosen.connect(self._restore)
        dialog.open()

    def _restore(self, path: Path, folder: Path, accept: bool) -> None:
        """Into the data folder with the shop closed, or beside it into another folder."""
        data_dir = self._data_dir
        shop = self._window.shop if folder == data_dir else None
        actor = shop.context.actor if shop is not None else None
        if folder == data_dir:
            self._backups.follow(None)
            self._rotation.follow(None)
            self._window.detach()
            self._window.show_opening(self.tr("Restoring the backup…"), str(path))

        def work(progress: Progress) -> Any:
            from desktop_app.services.restoring import restore

            if shop is not None:
                shop.backups.make_before(cancelled=progress.cancelled)
                shop.close()
            return restore(path, folder, accept_findings=accept, actor=actor, cancelled=progress.cancelled)

        def failed(error: ShopError) -> None:
            if shop is not None:
                shop.close()  # stopped before it was
            self._on_restore_failed(error, folder)

        title = self.tr("Restoring the backup")
        self._jobs.run(self, work, self._on_restored, failed, title)

    def _on_restored(self, done: Any) -> None:
        """Says what came of it on the page, or in a dialog over the shop that stays: it must not fade away."""
        if done.folder != self._data_dir:
            self._tell(
                self.tr("The backup is restored"),
                self.tr("It is in {folder}. This window stays with its own shop; the restored one opens with:").format(
                    folder=done.folder
                ),
                f'kamidesk --data "{done.folder}"',
            )
            return
        facts = done.preview.facts
        parts = [
            self.tr("{shop} is as it was on {when}, and opens with the password of that time.").format(
                shop=facts.shop_name or facts.name, when=when(facts.last_at, self._window.zone())
            )
        ]
        if done.missing:
            parts.append(self.tr("Files that were missing in the backup: {count}.").format(count=done.missing))
        if done.aside is not None:
            parts.append(self.tr("The shop that was there is in {folder}.").format(folder=done.aside))
        self._window.show_opening(
            self.tr("The backup is restored"), " ".join(parts), self.tr("Open the shop"), self.start
        )

    def _on_restore_failed(self, error: ShopError, folder: Path) -> None:
        title = self.tr("The backup was not restored")
        if folder != self._data_dir:
            self._tell(title, "", error_text(error))
            return
        self._window.show_opening(
            title, error_text(error), self.tr("Open the shop"), self.start, on_restore=self.ask_to_restore
        )

    def _tell(self, title: str, introduction: str, text: str) -> None:
        from desktop_app.ui.widgets.dialogs import TextDialog

        TextDialog(self._window, title, introduction, text).open()

    def ask_to_unlock(self) -> None:
        """By the keyring or the key file without a word, otherwise by a dialog."""
        from desktop_app.ui.dialogs.unlock_dialog import UnlockDialog

        shop = self._window.shop
        if shop is None or self._is_asking or self._window.findChild(UnlockDialog) is not None:
            return
        self._is_asking = True

        def work(_progress: Progress) -> bool:
            # a keyring that is locked itself asks first, and takes as long as the merchant does
            return bool(shop.unlock_automatically())

        def failed(error: ShopError) -> None:
            self._window.show_error(error)
            asked(False)

        def asked(is_open: bool) -> None:
            self._is_asking = False
            if not is_open and self._window.shop is shop and not self._closing.is_begun:
                # before the form that somebody is just filling in: what was typed there stays
                UnlockDialog(shop, self._jobs, QApplication.activeModalWidget() or self._window).open()

        self._jobs.run(self, work, asked, failed)

    def _on_returned(self) -> None:
        shop = self._window.shop
        if shop is not None and not shop.is_unlocked:
            self.ask_to_unlock()

    def _on_screen_locked(self) -> None:
        if self._locks_with_screen:
            self._window.lock()
            self._idle.expect_return()

    def _attach(self, shop: Any) -> None:
        shop.on_change(self._signals.tell)
        self._window.attach(shop)
        self._take_settings(shop.settings.get())
        self._screen.start()
        self._rotation.follow(shop)
        self._backups.follow(shop)
        gc.freeze()  # once more, with the first page
        if shop.synced_by is not None:
            self._window.say(
                self.tr(
                    "The data folder lies in {folder}, which copies files while they are written: such copies are "
                    "worthless. Move it, and let backups go there instead."
                ).format(folder=shop.synced_by),
                Tone.WARN,
            )
        self.opened.emit(shop)

    def _on_changed(self, change: Change) -> None:
        shop = self._window.shop
        if "settings" in change.areas and shop is not None:
            self._jobs.run(self, lambda _progress: shop.settings.get(), self._take_settings, lambda _error: None)
        if "vault" in change.areas and self._window.shop is not None:
            self._rotation.follow(self._window.shop)

    def _take_settings(self, settings: ShopSettings) -> None:
        """The next start needs scheme and language before the shop is open: they are noted outside it too."""
        self._idle.set_minutes(settings.auto_lock_minutes)
        self._locks_with_screen = settings.lock_with_screen
        notes = QSettings()
        notes.setValue("ui/language", settings.language)
        if notes.value("ui/theme", Scheme.SYSTEM.value, type=str) != settings.theme:
            notes.setValue("ui/theme", settings.theme)
            app = QApplication.instance()
            if isinstance(app, QApplication):
                apply_theme(app, Scheme(settings.theme))
