"""A shop file that is damaged: the newest good backup beside what can still be read, and one of the two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.work_dialog import WorkDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import language, when
from desktop_app.ui.widgets.basics import Card, plain_label, push_button, row_of
from desktop_app.ui.widgets.screen_fit import follow_text

if TYPE_CHECKING:
    from desktop_app.services.salvaging import SalvagePreview, TableLine

_ZONE = ZoneInfo("Asia/Shanghai")
"""Of a shop whose settings cannot be read."""
_NAMES = 8


class DamageDialog(WorkDialog):
    """Nothing is changed here. ``backup_chosen`` carries the backup to look at, None: one that is still to be found."""

    backup_chosen = Signal(object)
    salvage_chosen = Signal()

    def __init__(self, data_dir: Path, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent, "damage_dialog", "damage", "", jobs)
        self.setWindowTitle(self.tr("The shop file is damaged"))
        self.setMinimumWidth(620)
        self._preview: SalvagePreview | None = None
        self._backup: Path | None = None
        self.backup_text = plain_label(name="damage_backup_text", wrap=True)
        self.backup_button = push_button(
            self.tr("Look at this backup…"), "damage_backup", self._choose_backup, kind="primary"
        )
        self.salvage_text = plain_label(name="damage_salvage_text", wrap=True)
        self.lost = QPlainTextEdit()
        self.lost.setObjectName("damage_lost")
        self.lost.setAccessibleName(self.tr("What would be lost, and what would come from elsewhere"))
        self.lost.setReadOnly(True)
        self.lost.setFixedHeight(150)
        self.lost.hide()
        self.salvage_button = push_button(self.tr("Salvage"), "damage_salvage", self._choose_salvage)
        self.other_button = push_button(self.tr("Another backup…"), "damage_other", self._choose_other)
        close = push_button(self.tr("Close"), "damage_close", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("There are two ways back"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr(
                    "Nothing is repaired in the damaged file itself. Whichever you take, it is moved aside whole, and "
                    "evidence, proofs and backups stay."
                ),
                wrap=True,
            )
        )
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addWidget(self._card(self.tr("The newest good backup"), self.backup_text, self.backup_button))
        layout.addWidget(
            self._card(self.tr("Salvage: a new file of all that can be read"), self.salvage_text, self.salvage_button)
        )
        layout.addLayout(row_of(self.other_button, 1, close))
        self._look(data_dir)

    def _card(self, title: str, text: QWidget, button: QWidget) -> Card:
        card = Card(f"{button.objectName()}_card")
        card.body.addWidget(plain_label(title, role="section"))
        card.body.addWidget(text)
        if button is self.salvage_button:
            card.body.addWidget(self.lost)
        card.body.addLayout(row_of(1, button))
        return card

    def show_state(self) -> None:
        is_free = not self.work.is_busy
        preview = self._preview
        self.other_button.setEnabled(is_free)
        self.backup_button.setEnabled(is_free and self._backup is not None)
        self.salvage_button.setEnabled(is_free and preview is not None and not preview.is_sound)

    def _look(self, data_dir: Path) -> None:
        def work(progress: Progress) -> SalvagePreview:
            from desktop_app.services.salvaging import preview_salvage

            return preview_salvage(data_dir, cancelled=progress.cancelled, progress=progress.report)

        self.backup_text.setText(self.tr("Looking for it…"))
        self.salvage_text.setText(self.tr("Reading what is left…"))
        self.run_work(self.tr("Reading the damaged file"), work, self._show, self._on_failed)

    def _on_failed(self, error: ShopError) -> None:
        self.message.show_error(error)
        self.backup_text.setText(self.tr("Choose one yourself."))
        self.salvage_text.setText(self.tr("This file cannot be salvaged."))
        self.end_work()

    def _show(self, preview: SalvagePreview) -> None:
        self._preview = preview
        backup = preview.backup
        if backup is None:
            self.backup_text.setText(self.tr("There is none where backups of this shop are kept."))
        elif not (backup.orders or backup.requests or backup.events):
            self._backup = backup.path
            made = self.tr("Made {when}. It is whole, and nothing that can still be read here is newer.")
            self.backup_text.setText(made.format(when=when(backup.made_at, _ZONE)))
        else:
            self._backup = backup.path
            self.backup_text.setText(
                self.tr(
                    "Made {when}. It is whole, but later orders ({orders}), later requests ({requests}) and later "
                    "entries of the log ({events}), which can still be read here, are not in it."
                ).format(
                    when=when(backup.made_at, _ZONE),
                    orders=f"{backup.orders:,}",
                    requests=f"{backup.requests:,}",
                    events=f"{backup.events:,}",
                )
            )
        self._show_salvage(preview)
        self.end_work()
        (self.backup_button if self._backup is not None else self.salvage_button).setFocus()

    def _show_salvage(self, preview: SalvagePreview) -> None:
        if preview.is_sound:
            self.salvage_text.setText(self.tr("The file itself is not damaged: there is nothing to salvage."))
            return
        saved = self.tr("{percent} % of the rows are saved: {kept} of them. Known to be lost: {lost}.").format(
            percent=f"{preview.per_mille / 10:.1f}", kept=f"{preview.kept:,}", lost=f"{preview.lost:,}"
        )
        parts = [saved]
        if not preview.is_counted:
            parts.append(self.tr("Some tables may have lost more than can be counted."))
        if preview.lost_events:
            parts.append(
                self.tr("Entries of the log that are lost: {count}; every verification will say so.").format(
                    count=f"{preview.lost_events:,}"
                )
            )
        if preview.unknown_rows:
            parts.append(
                self.tr("Left out, because nobody can tell whether they were deleted before: {count}.").format(
                    count=f"{preview.unknown_rows:,}"
                )
            )
        self.salvage_text.setText(" ".join(parts))
        if not preview.can_be_unlocked:
            self.message.say(
                self.tr(
                    "The ways to unlock are lost and in no backup: salvaged, neither card keys nor buyers' data could "
                    "ever be read again. Look for an older backup first."
                ),
                Tone.BAD,
            )
        lines = [self._told(line) for line in preview.tables if not line.is_whole or line.from_backup]
        if lines:
            self.lost.setPlainText("\n".join(lines))
            self.lost.show()

    def _told(self, line: TableLine) -> str:
        """One table in words: what is saved, what is lost, and what came from elsewhere."""
        more = "" if line.is_counted else "+"
        parts = [
            self.tr("saved {count}").format(count=f"{line.kept:,}"),
            self.tr("lost {count}").format(count=f"{line.lost:,}{more}"),
        ]
        for count, text in (
            (line.from_backup, self.tr("from the backup {count}")),
            (line.aged, self.tr("of these as they were then {count}")),
            (line.rebuilt, self.tr("rebuilt from the log {count}")),
            (line.removed, self.tr("without what they belong to {count}")),
            (line.unlinked, self.tr("links emptied {count}")),
        ):
            if count:
                parts.append(text.format(count=f"{count:,}"))
        if line.names:
            rest = " …" if len(line.names) > _NAMES else ""
            parts.append(self.tr("namely {names}").format(names=", ".join(line.names[:_NAMES]) + rest))
        chinese = language() == "zh"
        return (line.zh + "：" if chinese else line.en + ": ") + ("，" if chinese else ", ").join(parts)

    def _choose_backup(self) -> None:
        self._end(lambda: self.backup_chosen.emit(self._backup))

    def _choose_other(self) -> None:
        self._end(lambda: self.backup_chosen.emit(None))

    def _choose_salvage(self) -> None:
        self._end(self.salvage_chosen.emit)

    def _end(self, tell: Callable[[], object]) -> None:
        self.accept()
        tell()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        follow_text(self, event)
        return handled
