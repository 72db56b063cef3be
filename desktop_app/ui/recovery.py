"""From a damaged shop file back to a shop: what can be done is shown, and what the merchant chooses is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.domain.errors import DamagedError, ShopError
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import error_text
from desktop_app.ui.main_window import MainWindow

if TYPE_CHECKING:
    from desktop_app.services.salvaging import Salvaged


class Recovery(QObject):
    """One per window. ``start`` opens the shop, ``restore`` asks for a backup, ``look_at`` shows one."""

    def __init__(
        self,
        window: MainWindow,
        jobs: Jobs,
        data_dir: Path,
        *,
        start: Callable[[], None],
        restore: Callable[[], None],
        look_at: Callable[[Path], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._jobs = jobs
        self._data_dir = data_dir
        self._start = start
        self._restore = restore
        self._look_at = look_at

    def offer(self, error: DamagedError) -> None:
        """Say that the file is damaged, and offer the ways back."""
        self._window.show_opening(
            self.tr("The shop file is damaged"),
            error_text(error),
            self.tr("See what can be saved…"),
            self.ask,
            on_restore=self._restore,
        )

    def ask(self) -> None:
        """Read the damaged file and the newest backup, and let the merchant choose."""
        from desktop_app.ui.dialogs.damage_dialog import DamageDialog

        dialog = DamageDialog(self._data_dir, self._jobs, self._window)
        dialog.backup_chosen.connect(self._on_backup_chosen)
        dialog.salvage_chosen.connect(self._salvage)
        dialog.open()

    def _on_backup_chosen(self, path: Path | None) -> None:
        if path is None:
            self._restore()
        else:
            self._look_at(path)

    def _salvage(self) -> None:
        data_dir = self._data_dir
        self._window.show_opening(self.tr("Salvaging the shop…"), str(data_dir))

        def work(progress: Progress) -> Salvaged:
            from desktop_app.services.salvaging import salvage

            return salvage(data_dir, cancelled=progress.cancelled, progress=progress.report)

        self._jobs.run(self, work, self._on_salvaged, self._on_failed, self.tr("Salvaging the shop"))

    def _on_salvaged(self, done: Salvaged) -> None:
        """Says what came of it on the page: it must not fade away."""
        preview = done.preview
        parts = [
            self.tr("Saved rows: {kept}; lost: {lost}. What is missing is listed in {report}.").format(
                kept=f"{preview.kept:,}", lost=f"{preview.lost:,}", report=done.report
            )
        ]
        if done.aside is not None:
            parts.append(self.tr("The damaged file is in {folder}.").format(folder=done.aside))
        parts.append(self.tr("Check the shop in the settings when it is open."))
        self._window.show_opening(
            self.tr("The shop is salvaged"), " ".join(parts), self.tr("Open the shop"), self._start
        )

    def _on_failed(self, error: ShopError) -> None:
        self._window.show_opening(
            self.tr("The shop was not salvaged"),
            error_text(error),
            self.tr("See what can be saved…"),
            self.ask,
            on_restore=self._restore,
        )
