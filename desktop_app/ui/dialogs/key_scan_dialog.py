"""Finding a key by a part of it: every key is opened, which takes a while and can be stopped."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.errors import CancelledError, ShopError
from desktop_app.services.inventory import KeyLine, KeyScan
from desktop_app.services.listing import Sort
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.form_dialog import line_edit
from desktop_app.ui.dialogs.work_dialog import WorkDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, tone
from desktop_app.ui.row_model import Column, ListSource, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.row_table import RowTable


class KeyScanDialog(WorkDialog):
    """``key_wanted`` carries the id of the key to look at."""

    key_wanted = Signal(int)

    def __init__(self, shop: Any, jobs: Jobs, text: str, parent: QWidget) -> None:
        super().__init__(parent, "key_scan_dialog", "scan", self.tr("Find by a part of the key"), jobs)
        self.resize(760, 520)
        self._shop = shop
        self._found: tuple[KeyLine, ...] = ()
        self.part_edit = line_edit("scan_part_edit", self.tr("Part of the key"), text=text)
        self.search_button = push_button(self.tr("Search"), "scan_button", self.search, kind="primary")
        self.search_button.setDefault(True)
        self.table = RowTable(
            "scan_table",
            self.tr("Keys found"),
            (
                Column("masked", self.tr("Key"), lambda row: row.masked, mono=True, width=220),
                Column("product", self.tr("Product"), lambda row: row.product_name, width=180),
                Column(
                    "state", self.tr("State"), lambda row: label(row.state), tone=lambda row: tone(row.state), width=110
                ),
                Column("batch", self.tr("Batch"), lambda row: row.batch_name, width=150),
                Column("order_no", self.tr("Order"), lambda row: row.order_no, width=160),
            ),
            self._open_source,
        )
        self.table.set_empty(self.tr("No key found"), self.tr("Give a part of the key and search."))
        self.table.row_activated.connect(self._show_key)
        self.close_button = push_button(self.tr("Close"), "scan_close_button", self.reject)
        self.show_button = push_button(self.tr("Show this key"), "scan_show_button", self._show_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(self.tr("Find by a part of the key"), role="title"))
        layout.addWidget(
            plain_label(
                self.tr("Keys are stored encrypted, so every one of them is opened and compared. It can be stopped."),
                role="muted",
                name="scan_hint",
                wrap=True,
            )
        )
        layout.addLayout(row_of(self.part_edit, self.search_button))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.message)
        layout.addWidget(self.work)
        layout.addLayout(row_of(self.close_button, 1, self.show_button))

    def search(self) -> None:
        """Open and compare every key in a worker."""
        if self.work.is_busy:
            return
        part, inventory = self.part_edit.text(), self._shop.inventory

        def work(progress: Progress) -> KeyScan:
            found: KeyScan = inventory.scan(part, progress=progress.report, cancelled=progress.cancelled)
            return found

        self.run_work(self.tr("Searching the keys"), work, self._on_found, self._on_failed)

    def _on_found(self, scan: KeyScan) -> None:
        self.end_work()
        self._found = scan.lines
        self.table.reload()
        if scan.lines:
            self.table.select_row(0)
            self.table.setFocus()
        text = self.tr("{found} of {scanned} keys hold it.").format(
            found=f"{len(scan.lines):,}", scanned=f"{scan.scanned:,}"
        )
        if not scan.is_complete:
            text = self.tr("The newest {found} that hold it; give more of the key to find others.").format(
                found=f"{len(scan.lines):,}"
            )
        if scan.damaged:
            text += " " + self.tr("{count} keys are damaged and could not be opened.").format(count=scan.damaged)
        self.message.say(text, Tone.INFO if scan.is_complete and not scan.damaged else Tone.WARN)

    def _on_failed(self, error: ShopError) -> None:
        self.end_work()
        if isinstance(error, CancelledError):
            self.message.say(self.tr("The search was stopped."))
        else:
            self.message.show_error(error)

    def show_state(self) -> None:
        self.search_button.setEnabled(not self.work.is_busy)

    def _open_source(self, _sort: Sort | None) -> RowSource[KeyLine]:
        return ListSource(self._found)

    def _show_chosen(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self._show_key(row)

    def _show_key(self, row: KeyLine) -> None:
        self.key_wanted.emit(row.id)
        self.accept()
