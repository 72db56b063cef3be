"""Refunds after a decision, tracked until the buyer has the money."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.states import RefundState
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.refunds import RefundFilter, RefundLine
from desktop_app.services.statement_import import StatementImport
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.file_choice import dropped_file
from desktop_app.ui.dialogs.statement_import_dialog import StatementImportDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, money, tone, when
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.kpi_card import KpiCard
from desktop_app.ui.widgets.refund_pane import RefundPane, expected_text
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox
from desktop_app.ui.widgets.statement_lines_view import StatementLinesView
from desktop_app.ui.widgets.tab_bar import tab_bar

_AREAS = frozenset({"refunds", "requests", "orders", "settings", "statements"})
_STATEMENTS = 1
"""Tab of the statement lines."""


@dataclass(frozen=True, slots=True)
class _Figures:
    outstanding: int
    outstanding_fen: int
    overdue: int
    due: int
    failed: int
    unreconciled: int
    unreconciled_fen: int


class RefundsPage(QWidget):
    """A list with totals, the refund that is chosen, and the lines of statements."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._filters: tuple[tuple[str, RefundFilter], ...] = (
            (self.tr("All refunds"), RefundFilter()),
            (self.tr("Outstanding"), RefundFilter(outstanding=True)),
            (self.tr("Overdue"), RefundFilter(overdue=True)),
            *((label(state), RefundFilter(state=state)) for state in RefundState),
            (self.tr("In no statement"), RefundFilter(unreconciled=True)),
            (self.tr("Missing in the statements"), RefundFilter(missing=True)),
        )
        self.paid_action = page_action(self, self.tr("Mark paid"), "mark_paid_action", "A", self._mark_paid)
        self.setAcceptDrops(True)
        self._build()
        self._on_row_chosen(None)

    # building

    def _build(self) -> None:
        cards = row_of(spacing=12)
        self.outstanding_card = KpiCard(self.tr("Outstanding"), "refunds_outstanding_card")
        self.overdue_card = KpiCard(self.tr("Overdue"), "refunds_overdue_card")
        self.due_card = KpiCard(self.tr("To be paid"), "refunds_due_card")
        self.failed_card = KpiCard(self.tr("Failed"), "refunds_failed_card")
        self.unreconciled_card = KpiCard(self.tr("In no statement"), "refunds_unreconciled_card")
        for card, where in (
            (self.outstanding_card, RefundFilter(outstanding=True)),
            (self.overdue_card, RefundFilter(overdue=True)),
            (self.due_card, RefundFilter(state=RefundState.DUE)),
            (self.failed_card, RefundFilter(state=RefundState.FAILED)),
            (self.unreconciled_card, RefundFilter(unreconciled=True)),
        ):
            card.clicked.connect(lambda _checked=False, where=where: self._choose_filter(where))
            cards.addWidget(card)
        self.filter_combo = Combo()
        self.filter_combo.setObjectName("refunds_filter")
        self.filter_combo.setAccessibleName(self.tr("Which refunds"))
        for text, _ in self._filters:
            self.filter_combo.addItem(text)
        self.filter_combo.currentIndexChanged.connect(self._on_filter_changed)
        self.search_box = SearchBox(
            self.tr("Find a refund"), "refunds_search", self.tr("Order, request or payment number…")
        )
        self.search_box.setFixedWidth(280)
        self.search_box.searched.connect(self._on_filter_changed)
        self.export_button = push_button(self.tr("Export"), "refunds_export", self._export, icon="file-down")
        self.table = RowTable(
            "refunds_table",
            self.tr("Refunds"),
            self._columns(),
            self._open_rows,
            sort=Sort("expected_at"),
        )
        self.table.row_chosen.connect(self._on_row_chosen)
        self.pane = RefundPane(self._shop, self._window)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("refunds_splitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self.pane)
        split.setStretchFactor(0, 1)
        split.setSizes([860, 350])
        ledger = QWidget()
        inside = QVBoxLayout(ledger)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        inside.addLayout(row_of(self.filter_combo, self.search_box, 1, self.export_button))
        inside.addWidget(split, 1)
        self.tabs = tab_bar(
            "refunds_tabs", self.tr("Refunds and statements"), self.tr("Refunds"), self.tr("Statement lines")
        )
        self.import_button = push_button(
            self.tr("Import a statement"), "import_statement_button", self.import_statement, icon="download"
        )
        self.statement_lines = StatementLinesView(self._shop, self._jobs, self._window)
        self._lists = QStackedWidget()
        self._lists.addWidget(ledger)
        self._lists.addWidget(self.statement_lines)
        self.tabs.currentChanged.connect(self._lists.setCurrentIndex)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(cards)
        layout.addLayout(row_of(self.tabs, 1, self.import_button))
        layout.addWidget(self._lists, 1)

    def _columns(self) -> list[Column[RefundLine]]:
        right = Qt.AlignmentFlag.AlignRight
        return [
            Column("request_no", self.tr("Request no."), lambda row: row.request_no, width=146, sort_key="request_no"),
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=160, sort_key="order_no"),
            Column(
                "amount_fen",
                self.tr("Amount"),
                lambda row: money(row.amount_fen),
                align=right,
                width=92,
                sort_key="amount_fen",
            ),
            Column("route", self.tr("Route"), lambda row: label(row.route), width=104, sort_key="route"),
            Column(
                "state",
                self.tr("State"),
                lambda row: label(row.state),
                tone=lambda row: tone(row.state),
                width=132,
                sort_key="state",
            ),
            Column(
                "expected_at",
                self.tr("Expected by"),
                lambda row: expected_text(row, self._window.zone()),
                tooltip=self._expected_tip,
                width=150,
                sort_key="expected_at",
            ),
            Column("reference", self.tr("Reference"), lambda row: row.reference, width=150, sort_key="reference"),
            Column("paid_at", self.tr("Paid at"), lambda row: self._when(row.paid_at), width=140, sort_key="paid_at"),
            Column(
                "arrived_at",
                self.tr("Arrived at"),
                lambda row: self._when(row.arrived_at),
                width=140,
                sort_key="arrived_at",
            ),
            Column(
                "reconciled",
                self.tr("In a statement"),
                lambda row: self.tr("yes") if row.reconciled else "",
                tone=lambda row: Tone.OK if row.reconciled else Tone.NEUTRAL,
                width=110,
            ),
            Column("note", self.tr("Note"), lambda row: row.note.replace("\n", " "), width=200),
        ]

    # the page as the window knows it

    def title(self) -> str:
        return self.tr("Refunds")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._reload_table()
            self.statement_lines.reload()
            self._load_figures()

    def import_statement(self, path: Path | None = None) -> None:
        """Reconcile with a statement of a payment channel."""
        dialog = StatementImportDialog(self._window.dialog_parent(), self._shop, self._jobs, self._window, path=path)
        dialog.imported.connect(self._on_imported)
        dialog.open()

    def _on_imported(self, done: StatementImport) -> None:
        self._window.say(
            self.tr("{new} new lines, {matched} refunds matched").format(
                new=done.new_count, matched=done.matched_count
            ),
            Tone.OK,
        )
        self.tabs.setCurrentIndex(_STATEMENTS)

    def search(self, text: str) -> None:
        self.search_box.set_text_quietly(text)
        self._reload_table()

    def open_item(self, item_id: int) -> None:
        self.tabs.setCurrentIndex(0)
        if self._where() != RefundFilter():
            # the filter may hide it
            self.apply_filter()
        self.table.select_id(item_id)

    def apply_filter(
        self,
        *,
        state: RefundState | str | None = None,
        outstanding: bool = False,
        overdue: bool = False,
        text: str = "",
    ) -> None:
        self.search_box.set_text_quietly(text)
        chosen = None if state is None else RefundState(state)
        self._choose_filter(RefundFilter(state=chosen, outstanding=outstanding and not overdue, overdue=overdue))

    def page_actions(self) -> dict[str, QAction]:
        return {"A": self.paid_action}

    # list

    def _where(self) -> RefundFilter:
        chosen = self._filters[self.filter_combo.currentIndex()][1]
        return RefundFilter(
            state=chosen.state,
            outstanding=chosen.outstanding,
            overdue=chosen.overdue,
            unreconciled=chosen.unreconciled,
            missing=chosen.missing,
            text=self.search_box.text().strip(),
        )

    def _open_rows(self, sort: Sort | None) -> Listing[RefundLine]:
        listing: Listing[RefundLine] = self._shop.refunds.listing(self._where(), sort)
        return listing

    def _choose_filter(self, where: RefundFilter) -> None:
        self.tabs.setCurrentIndex(0)
        index = next(number for number, (_, known) in enumerate(self._filters) if known == where)
        if index == self.filter_combo.currentIndex():
            self._reload_table()
        else:
            self.filter_combo.setCurrentIndex(index)

    def _on_filter_changed(self, *_: object) -> None:
        self._reload_table()

    def _reload_table(self) -> None:
        if self._where() == RefundFilter():
            self.table.set_empty(
                self.tr("No refunds yet"),
                self.tr("When a request is approved, its refund stands here until the buyer has the money."),
                self.tr("Go to the requests"),
                self._go_to_requests,
            )
        else:
            self.table.set_empty(
                self.tr("No refund matches"),
                self.tr("Nothing like that is waiting."),
                self.tr("Show all"),
                self._show_all,
            )
        self.table.reload()

    def _show_all(self) -> None:
        self.apply_filter()

    def _go_to_requests(self) -> None:
        self._window.navigate("requests")

    def _load_figures(self) -> None:
        shop = self._shop

        def work(_progress: Progress) -> _Figures:
            desk = shop.reports.desk()
            due, failed = (
                shop.refunds.listing(RefundFilter(state=state)).count()
                for state in (RefundState.DUE, RefundState.FAILED)
            )
            totals = shop.refunds.totals(RefundFilter())
            return _Figures(
                desk.refunds_outstanding,
                desk.refunds_outstanding_fen,
                desk.refunds_overdue,
                due,
                failed,
                totals.unreconciled,
                totals.unreconciled_fen,
            )

        self._jobs.run(self, work, self._show_figures)

    def _show_figures(self, figures: _Figures) -> None:
        self.outstanding_card.set_figure(
            money(figures.outstanding_fen),
            self.tr("not with the buyer yet: {count}").format(count=figures.outstanding),
        )
        self.overdue_card.set_figure(
            str(figures.overdue),
            self.tr("should have arrived by now") if figures.overdue else self.tr("nothing is late"),
            Tone.BAD if figures.overdue else None,
        )
        self.due_card.set_figure(
            str(figures.due), self.tr("send the money") if figures.due else self.tr("nothing to send")
        )
        self.failed_card.set_figure(
            str(figures.failed),
            self.tr("pay them again") if figures.failed else self.tr("none came back"),
            Tone.BAD if figures.failed else None,
        )
        self.unreconciled_card.set_figure(
            str(figures.unreconciled),
            money(figures.unreconciled_fen) if figures.unreconciled else self.tr("every refund is in a statement"),
        )

    def _when(self, moment: Any) -> str:
        return when(moment, self._window.zone())

    def _expected_tip(self, row: RefundLine) -> str:
        return self.tr("The public holidays of that year are not known yet.") if row.estimated else ""

    def _on_row_chosen(self, row: RefundLine | None) -> None:
        self.pane.show_refund(row)
        self.paid_action.setEnabled(self.pane.paid_button.isEnabled())

    def _mark_paid(self) -> None:
        self.pane.mark_paid()

    def _export(self) -> None:
        export_table(
            self._window.dialog_parent(), self._shop, self._jobs, "refunds", self._where(), self.table.sort_state
        )

    # Qt's side

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file dropped on the refunds is a statement."""
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.import_statement(path)
