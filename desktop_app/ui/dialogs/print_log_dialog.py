"""The print log: what went on paper, where and by whom."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.services.listing import Listing, Sort
from desktop_app.services.prints import PrintLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import when
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox


class PrintLogDialog(QDialog):
    """Filter, sort, export; Enter or a double click on a single proof shows it."""

    proof_wanted = Signal(str)
    """The number of a proof that the merchant wants to see."""

    def __init__(self, parent: QWidget, shop: Any, jobs: Jobs, window: WindowContext, text: str = "") -> None:
        super().__init__(parent)
        self.setObjectName("print_log_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Print log"))
        self.resize(940, 560)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self.search_box = SearchBox(
            self.tr("Find a print"), "print_log_search", self.tr("Proof number, title or printer…")
        )
        self.search_box.setFixedWidth(300)
        self.search_box.set_text_quietly(text)
        self.search_box.searched.connect(self._reload)
        self.table = RowTable(
            "print_log_table", self.tr("Print log"), self._columns(), self._open, sort=Sort("printed_at", True)
        )
        self.table.row_activated.connect(self._on_activated)
        self.export_button = push_button(self.tr("Export"), "print_log_export", self._export, icon="file-down")
        close = push_button(self.tr("Close"), "print_log_close", self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addLayout(row_of(plain_label(self.tr("Print log"), role="title"), 1, self.search_box))
        layout.addWidget(self.table, 1)
        layout.addLayout(row_of(self.export_button, 1, close))
        self._reload()

    def _columns(self) -> list[Column[PrintLine]]:
        right = Qt.AlignmentFlag.AlignRight
        return [
            Column(
                "printed_at",
                self.tr("Printed"),
                lambda row: when(row.printed_at, self._window.zone()),
                width=136,
                sort_key="printed_at",
            ),
            Column("title", self.tr("What"), lambda row: row.title, width=290, sort_key="title"),
            Column(
                "documents", self.tr("Proofs"), lambda row: str(row.documents), right, width=70, sort_key="documents"
            ),
            Column("pages", self.tr("Pages"), lambda row: str(row.pages), right, width=70, sort_key="pages"),
            Column("copies", self.tr("Copies"), lambda row: str(row.copies), right, width=70, sort_key="copies"),
            Column("printer", self.tr("Printer"), lambda row: row.printer, width=150, sort_key="printer"),
            Column("printed_by", self.tr("Printed by"), lambda row: row.printed_by, width=90, sort_key="printed_by"),
        ]

    def _open(self, sort: Sort | None) -> Listing[PrintLine]:
        listing: Listing[PrintLine] = self._shop.prints.listing(self.search_box.text(), sort)
        return listing

    def _reload(self, *_: object) -> None:
        if self.search_box.text().strip():
            self.table.set_empty(self.tr("Nothing found"), self.tr("No print has this in its log entry."))
        else:
            self.table.set_empty(
                self.tr("Nothing was printed yet"), self.tr("Print an issued proof, and it is noted here.")
            )
        self.table.reload()

    def _on_activated(self, row: PrintLine) -> None:
        if row.proof_no:
            self.proof_wanted.emit(row.proof_no)
            self.accept()

    def _export(self) -> None:
        export_table(self, self._shop, self._jobs, "prints", self.search_box.text().strip(), self.table.sort_state)
