"""Redemption proofs: what waits for one, what was issued, and the paper itself beside the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.services.listing import Listing, Sort
from desktop_app.services.proofs import ProofCandidate, ProofLine
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.file_choice import dropped_file
from desktop_app.ui.dialogs.print_dialog import PrintDialog
from desktop_app.ui.dialogs.print_log_dialog import PrintLogDialog
from desktop_app.ui.dialogs.proof_batch_dialog import ProofBatchDialog
from desktop_app.ui.dialogs.verify_dialog import VerifyDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import when
from desktop_app.ui.printing import Printed
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import push_button, row_of
from desktop_app.ui.widgets.proof_pane import ProofPane
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox
from desktop_app.ui.widgets.tab_bar import tab_bar

WAITING, ISSUED = 0, 1
_AREAS = frozenset({"proofs", "orders", "keys", "settings"})
_MOST_PRINTED_AT_ONCE = 2000


class ProofsPage(QWidget):
    """Issue, look at, print and save redemption proofs."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self.issue_action = page_action(
            self, self.tr("Issue the proof"), "issue_action", "N", lambda: self.pane.issue()
        )
        self.print_action = page_action(self, self.tr("Print"), "print_action", "P", self.print_proof)
        self.pane: ProofPane = ProofPane(shop, jobs, window, self.issue_action, self.print_action)
        self.pane.issued.connect(self._on_issued)
        self._build()

    # building

    def _build(self) -> None:
        self.tabs = tab_bar(
            "proofs_tabs", self.tr("Lists of proofs"), self.tr("Waiting for a proof"), self.tr("Issued")
        )
        self.search_box = SearchBox(
            self.tr("Find a proof or an order"), "proofs_search", self.tr("Order or proof number…")
        )
        self.search_box.setFixedWidth(260)
        self.search_box.searched.connect(self._reload_tables)
        self.export_button = push_button(self.tr("Export"), "proofs_export", self._export, icon="file-down")
        self.verify_button = push_button(
            self.tr("Verify…"), "proofs_verify", lambda: self.verify(), icon="shield-check"
        )
        self.verify_button.setToolTip(self.tr("Is a PDF or a QR code genuine? A PDF can also be dropped here."))
        self.batch_button = push_button("", "proofs_batch", self.open_batch)
        self.log_button = push_button(self.tr("Print log…"), "proofs_print_log", self.open_print_log, icon="printer")
        self.setAcceptDrops(True)
        self.waiting_table = RowTable(
            "waiting_table",
            self.tr("Redeemed units without a proof"),
            self._waiting_columns(),
            self._open_waiting,
            row_id=lambda row: row.unit_id,
            multiple=True,
        )
        self.issued_table = RowTable(
            "issued_table",
            self.tr("Issued proofs"),
            self._issued_columns(),
            self._open_issued,
            sort=Sort("issued_at", True),
            multiple=True,
        )
        self.issued_table.set_empty(
            self.tr("No proof was issued yet"),
            self.tr("Choose a redeemed unit in the other list and issue its proof."),
            self.tr("Show what waits"),
            self._show_waiting,
        )
        self._lists = QStackedWidget()
        self._lists.addWidget(self.waiting_table)
        self._lists.addWidget(self.issued_table)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("proofs_splitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self._list_side())
        split.addWidget(self.pane)
        split.setStretchFactor(0, 5)
        split.setStretchFactor(1, 6)
        split.setSizes([520, 620])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self.tabs, 1, self.search_box, self.verify_button, self.export_button))
        layout.addWidget(split, 1)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.waiting_table.row_chosen.connect(self._on_waiting_chosen)
        self.issued_table.row_chosen.connect(self._on_issued_chosen)
        self.waiting_table.rows.swapped.connect(self._count_rows)
        self.issued_table.rows.swapped.connect(self._count_rows)
        for table in (self.waiting_table, self.issued_table):
            table.rows_selected.connect(self._enable_batch)

    def _list_side(self) -> QWidget:
        side = QWidget()
        side.setProperty("plain", "true")
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._lists, 1)
        layout.addLayout(row_of(self.batch_button, self.log_button, 1))
        return side

    def _waiting_columns(self) -> list[Column[ProofCandidate]]:
        return [
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=158),
            Column("unit_ref", self.tr("Unit"), lambda row: row.unit_ref, width=48),
            Column("product", self.tr("Product"), lambda row: row.product_name, width=150),
            Column(
                "record",
                self.tr("Record"),
                self._record_text,
                tone=lambda row: Tone.OK if row.is_complete else Tone.BAD,
                tooltip=self._missing_text,
                width=104,
            ),
            Column("redeemed_at", self.tr("Redeemed"), lambda row: self._when(row.redeemed_at), width=128),
        ]

    def _issued_columns(self) -> list[Column[ProofLine]]:
        return [
            Column("proof_no", self.tr("Proof no."), lambda row: row.proof_no, width=164, sort_key="proof_no"),
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=164, sort_key="order_no"),
            Column("unit_ref", self.tr("Unit"), lambda row: row.unit_ref, width=52),
            Column("product", self.tr("Product"), lambda row: row.product_name, width=150, sort_key="product"),
            Column(
                "redeemed_at",
                self.tr("Redeemed"),
                lambda row: self._when(row.redeemed_at),
                width=136,
                sort_key="redeemed_at",
            ),
            Column("code", self.tr("Redemption code"), lambda row: row.code, width=130, mono=True),
            Column(
                "issued_at",
                self.tr("Issued at"),
                lambda row: self._when(row.issued_at),
                width=136,
                sort_key="issued_at",
            ),
            Column("issued_by", self.tr("Issued by"), lambda row: row.issued_by, width=90, sort_key="issued_by"),
        ]

    def _when(self, moment: Any) -> str:
        return when(moment, self._window.zone())

    def _record_text(self, row: ProofCandidate) -> str:
        return self.tr("Complete") if row.is_complete else self.tr("Incomplete")

    def _missing_text(self, row: ProofCandidate) -> str:
        if row.is_complete:
            return ""
        words = {
            "redeemed_at": self.tr("time"),
            "code": self.tr("code"),
            "target": self.tr("target"),
            "source": self.tr("source"),
        }
        return self.tr("The record lacks: {missing}").format(missing=", ".join(words[key] for key in row.missing))

    # the page as the window knows it

    @property
    def table(self) -> RowTable:
        """The list on screen: J and K move in it."""
        return self.issued_table if self.tabs.currentIndex() == ISSUED else self.waiting_table

    def title(self) -> str:
        return self.tr("Proofs")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._reload_tables()
        if change is not None and "prints" in change.areas:
            self.pane.reload_prints()
        if change is not None and "vault" in change.areas:
            self.pane.show_again()

    def search(self, text: str) -> None:
        self.search_box.set_text_quietly(text)
        self._reload_tables()

    def open_item(self, item_id: int) -> None:
        """Show an issued proof."""
        self._select_proof(self._shop.proofs.get(item_id))

    def open_unit(self, unit_id: int) -> None:
        """Show the proof of a unit, or what it would be; reached by ``window.navigate("proofs", unit=unit_id)``."""
        candidate = self._shop.proofs.candidate(unit_id)
        if candidate.proof_no:
            found = self._shop.proofs.listing(candidate.proof_no).page(0, 1)
            self._select_proof(found[0])
            return
        self.tabs.setCurrentIndex(WAITING)
        self.search(candidate.order_no)
        self.waiting_table.settle()
        if not self.waiting_table.select_id(unit_id):
            # not redeemed: the pane says what is missing
            self.pane.show_candidate(candidate)

    def apply_filter(self, *, text: str = "", unit: int | None = None, issued: bool = False) -> None:
        if unit is not None:
            self.open_unit(unit)
            return
        self.tabs.setCurrentIndex(ISSUED if issued else self.tabs.currentIndex())
        self.search(text)

    def page_actions(self) -> dict[str, QAction]:
        return {"N": self.issue_action, "P": self.print_action}

    # lists

    def _open_waiting(self, _sort: Sort | None) -> Listing[ProofCandidate]:
        listing: Listing[ProofCandidate] = self._shop.proofs.candidates(self.search_box.text(), only_without_proof=True)
        return listing

    def _open_issued(self, sort: Sort | None) -> Listing[ProofLine]:
        listing: Listing[ProofLine] = self._shop.proofs.listing(self.search_box.text(), sort)
        return listing

    def _reload_tables(self, *_: object) -> None:
        if self.search_box.text().strip():
            self.waiting_table.set_empty(
                self.tr("Nothing found"), self.tr("No redeemed unit without a proof has this order number.")
            )
        else:
            self.waiting_table.set_empty(
                self.tr("Every redeemed unit has its proof"),
                self.tr("Record a redemption in an order, and its unit waits here for a proof."),
                self.tr("Go to the orders"),
                self._go_to_orders,
            )
        self.waiting_table.reload()
        self.issued_table.reload()

    def _count_rows(self) -> None:
        waiting, issued = self.waiting_table.rows.rowCount(), self.issued_table.rows.rowCount()
        self.tabs.setTabText(WAITING, self.tr("Waiting for a proof ({count})").format(count=waiting))
        self.tabs.setTabText(ISSUED, self.tr("Issued ({count})").format(count=issued))
        self._enable_batch()

    def _go_to_orders(self) -> None:
        self._window.navigate("orders")

    def _show_waiting(self) -> None:
        self.tabs.setCurrentIndex(WAITING)

    def _on_tab_changed(self, index: int) -> None:
        self._lists.setCurrentIndex(index)
        self._enable_batch()
        row = self.table.current_row()
        if index == ISSUED:
            self._on_issued_chosen(row)
        else:
            self._on_waiting_chosen(row)

    def _on_waiting_chosen(self, row: ProofCandidate | None) -> None:
        if self.tabs.currentIndex() == WAITING:
            self.pane.show_candidate(row)

    def _on_issued_chosen(self, row: ProofLine | None) -> None:
        if self.tabs.currentIndex() == ISSUED:
            self.pane.show_proof(row)

    def _select_proof(self, proof: ProofLine) -> None:
        self.tabs.setCurrentIndex(ISSUED)
        if self.search_box.text():
            # the search may hide it
            self.search("")
        self.issued_table.select_id(proof.id)

    def _on_issued(self, proof: ProofLine) -> None:
        self._reload_tables()
        self._select_proof(proof)

    # what can be done with it

    def print_proof(self) -> None:
        """Preview and print the issued proof, or all that are selected."""
        proof = self.pane.proof
        if proof is None or not self.pane.has_paper:
            return
        count = self.issued_table.selected_count()
        if count <= 1:
            self.open_print([proof.id])
        elif count > _MOST_PRINTED_AT_ONCE:
            self.pane.message.say(
                self.tr(
                    "At most {count} proofs are printed at once: select fewer, or make a file for the printer."
                ).format(count=_MOST_PRINTED_AT_ONCE),
                Tone.WARN,
            )
        else:
            read_ids = self.issued_table.ids_reader(selected=True)

            def work(_progress: Progress) -> list[int]:
                return read_ids()

            def done(proof_ids: list[int]) -> None:
                self.open_print(proof_ids)

            self._jobs.run(self, work, done, self.pane.message.show_error)

    def open_print(self, proof_ids: list[int]) -> PrintDialog:
        """Open preview and printer choice for these proofs."""
        dialog = PrintDialog(self._window.dialog_parent(), self._shop, self._jobs, proof_ids)
        dialog.printed.connect(self._on_printed)
        dialog.open()
        return dialog

    def _on_printed(self, printed: Printed) -> None:
        self._window.say(self.tr("Sent to {printer}.").format(printer=printed.printer), Tone.OK)

    def open_print_log(self) -> PrintLogDialog:
        """Open the print log, at first that of the proof on show."""
        text = self.pane.proof.proof_no if self.pane.proof is not None else ""
        dialog = PrintLogDialog(self._window.dialog_parent(), self._shop, self._jobs, self._window, text)
        dialog.proof_wanted.connect(self._show_number)
        dialog.open()
        return dialog

    def _show_number(self, proof_no: str) -> None:
        found = self._shop.proofs.listing(proof_no).page(0, 1)
        if found:
            self._select_proof(found[0])

    # many at once

    def _enable_batch(self, *_: object) -> None:
        issues = self.tabs.currentIndex() == WAITING
        self.batch_button.setText(self.tr("Issue several…") if issues else self.tr("Save several…"))
        self.batch_button.setEnabled(self.table.rows.rowCount() > 0)

    def open_batch(self) -> ProofBatchDialog:
        """Issue what waits, or write files of what was issued: the selection, or all that the list shows."""
        table = self.table
        dialog = ProofBatchDialog(
            self._window.dialog_parent(),
            self._shop,
            self._jobs,
            issues=self.tabs.currentIndex() == WAITING,
            selected=(table.selected_count(), table.ids_reader(selected=True)),
            shown=(table.rows.rowCount(), table.ids_reader(selected=False)),
        )
        dialog.print_wanted.connect(self.open_print)
        dialog.open()
        return dialog

    def verify(self, path: Path | None = None) -> VerifyDialog:
        """Open the dialog that tells whether a proof is genuine, and judge ``path`` at once."""
        dialog = VerifyDialog(self._window.dialog_parent(), self._shop, self._jobs)
        dialog.open()
        if path is not None:
            dialog.check_file(path)
        return dialog

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One PDF is a proof to be verified; other files are for the window."""
        if _dropped_pdf(event) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_pdf(event)
        if path is not None:
            event.acceptProposedAction()
            self.verify(path)

    def _export(self) -> None:
        export_table(
            self._window.dialog_parent(),
            self._shop,
            self._jobs,
            "proofs",
            self.search_box.text().strip(),
            self.issued_table.sort_state,
        )


def _dropped_pdf(event: QDropEvent) -> Path | None:
    path = dropped_file(event)
    return path if path is not None and path.suffix.lower() == ".pdf" else None
