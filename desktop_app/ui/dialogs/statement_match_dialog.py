"""A statement line by hand: which refund it is, or that it is none of this shop's."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_app.services.listing import Sort
from desktop_app.services.reconciliation import LineExplanation, StatementLineEntry
from desktop_app.services.refunds import RefundLine
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit
from desktop_app.ui.labels import day, label, language, money, tone, when
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import plain_label
from desktop_app.ui.widgets.row_table import RowTable


class StatementMatchDialog(FormDialog):
    """Lists the refunds that the line can be; one of another amount needs a reason.

    When several add up to exactly what the line says, all of them are proposed as one.
    """

    def __init__(
        self,
        parent: QWidget,
        shop: Any,
        window: WindowContext,
        line: StatementLineEntry,
        explanation: LineExplanation,
    ) -> None:
        about = self.tr("{amount} on {time}, {number}").format(
            amount=money(line.amount_fen), time=when(line.at, window.zone()), number=line.number
        )
        super().__init__(
            parent, "statement_match_dialog", self.tr("Which refund is this?"), self.tr("Match"), introduction=about
        )
        self.resize(720, 460)
        self._shop = shop
        self._line = line
        self._candidates = explanation.candidates
        self._together = explanation.together
        text = explanation.zh if language() == "zh" else explanation.en
        zone = window.zone()
        self.table = RowTable(
            "match_candidates",
            self.tr("Refunds that it can be"),
            [
                Column[RefundLine]("order_no", self.tr("Order no."), lambda row: row.order_no, width=170),
                Column[RefundLine](
                    "amount_fen",
                    self.tr("Amount"),
                    lambda row: money(row.amount_fen),
                    align=Qt.AlignmentFlag.AlignRight,
                    width=92,
                ),
                Column[RefundLine](
                    "state", self.tr("State"), lambda row: label(row.state), tone=lambda row: tone(row.state), width=120
                ),
                Column[RefundLine]("created_at", self.tr("Decided"), lambda row: day(row.created_at, zone), width=110),
                Column[RefundLine]("reference", self.tr("Reference"), lambda row: row.reference, width=150),
            ],
            self._open,
        )
        self.table.setMinimumHeight(200)
        self.table.set_empty(
            self.tr("No refund of that time is open"),
            self.tr("Approve the request first, or set the line aside."),
        )
        self.table.row_chosen.connect(self._on_chosen)
        self.reason_edit = line_edit(
            "match_reason_edit",
            self.tr("Reason"),
            placeholder=self.tr("Why it is this refund although the amounts differ"),
        )
        if text:
            self.fields.addWidget(plain_label(text, wrap=True, name="match_explanation"), 0, 0, 1, 2)
        self.together_box = QCheckBox(
            self.tr("It is these {count} refunds together: {parts}").format(
                count=len(self._together),
                parts=" + ".join(f"{money(one.amount_fen)} ({one.request_no})" for one in self._together),
            )
        )
        self.together_box.setObjectName("match_together_box")
        self.together_box.setVisible(bool(self._together))
        self.together_box.toggled.connect(self._on_together)
        self.fields.addWidget(self.together_box, self.fields.rowCount(), 0, 1, 2)
        self.fields.addWidget(self.table, self.fields.rowCount(), 0, 1, 2)
        self.fields.add_field(self.tr("Reason"), self.reason_edit)
        self.table.reload()
        self._on_chosen(None)

    def apply(self) -> None:
        refund = self.table.current_row()
        if self.together_box.isChecked():
            self._shop.reconciliation.match_together(self._line.id, [one.id for one in self._together])
        elif refund is not None:
            self._shop.reconciliation.match(self._line.id, refund.id, self.reason_edit.text())

    def _open(self, _sort: Sort | None) -> ListSource[RefundLine]:
        return ListSource(self._candidates)

    def _on_together(self, together: bool) -> None:
        self.table.setEnabled(not together)
        self._on_chosen(self.table.current_row())

    def _on_chosen(self, refund: RefundLine | None) -> None:
        together = self.together_box.isChecked()
        self.submit_button.setEnabled(together or refund is not None)
        differs = not together and refund is not None and refund.amount_fen != self._line.amount_fen
        self.fields.set_field_visible(self.reason_edit, differs)


class SetAsideDialog(FormDialog):
    """Why a line is no refund of this shop."""

    def __init__(self, parent: QWidget, shop: Any, line: StatementLineEntry) -> None:
        super().__init__(
            parent,
            "set_aside_dialog",
            self.tr("Set the line aside"),
            self.tr("Set aside"),
            introduction=self.tr("It leaves the list of what did not match, and can be taken back."),
            width=480,
        )
        self._shop = shop
        self._line = line
        self.reason_edit = line_edit(
            "aside_reason_edit", self.tr("Reason"), placeholder=self.tr("e.g. refund of another shop of mine")
        )
        self.fields.add_field(self.tr("Reason"), self.reason_edit)
        self.reason_edit.setFocus()

    def apply(self) -> None:
        self._shop.reconciliation.set_aside(self._line.id, self.reason_edit.text())
