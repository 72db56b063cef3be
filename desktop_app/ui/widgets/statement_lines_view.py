"""The lines of the payment statements: what did not match, and the steps until every line is explained."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.services.listing import Listing, Sort
from desktop_app.services.reconciliation import LineExplanation, LineFilter, StatementLineEntry
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.statement_match_dialog import SetAsideDialog, StatementMatchDialog
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import label, money, when
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox


class StatementLinesView(QWidget):
    """A list with its filter, and what can be done with the line that is chosen."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statement_lines_view")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self.scope_combo = Combo()
        self.scope_combo.setObjectName("statement_scope")
        self.scope_combo.setAccessibleName(self.tr("Which statement lines"))
        for scope, text in (
            ("unmatched", self.tr("Refunds without a match")),
            ("matched", self.tr("Matched lines")),
            ("set_aside", self.tr("Set aside")),
            ("other", self.tr("Other movements")),
            ("all", self.tr("All statement lines")),
        ):
            self.scope_combo.addItem(text, scope)
        self.scope_combo.currentIndexChanged.connect(self.reload)
        self.search_box = SearchBox(
            self.tr("Find a statement line"), "statement_search", self.tr("Order or payment number…")
        )
        self.search_box.setFixedWidth(240)
        self.search_box.searched.connect(self.reload)
        self.again_button = push_button(
            self.tr("Match again"), "statement_again", self.match_again, tooltip=self.tr("With the refunds of now")
        )
        self.export_button = push_button(
            self.tr("Export what did not match"), "unmatched_export", self._export, icon="file-down"
        )
        self.table = RowTable(
            "statement_lines", self.tr("Statement lines"), self._columns(), self._open, sort=Sort("at", True)
        )
        self.table.row_chosen.connect(self._show)
        self.match_button = push_button(self.tr("Match…"), "statement_match", self.match, kind="primary")
        self.unmatch_button = push_button(self.tr("Unmatch"), "statement_unmatch", self.unmatch)
        self.aside_button = push_button(self.tr("Set aside…"), "statement_aside", self.set_aside)
        self.back_button = push_button(self.tr("Take back"), "statement_back", self.take_back)
        self.refund_button = push_button(self.tr("Show the refund"), "statement_refund", self._show_refund, kind="link")
        self.message = MessageStrip("statement_message")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self.scope_combo, self.search_box, 1, self.again_button, self.export_button))
        layout.addWidget(self.table, 1)
        layout.addWidget(self.message)
        layout.addLayout(
            row_of(self.match_button, self.unmatch_button, self.aside_button, self.back_button, 1, self.refund_button)
        )
        self._show(None)

    def reload(self, *_: object) -> None:
        """Read the list anew."""
        if self._scope() == "unmatched":
            self.table.set_empty(
                self.tr("Every refund line has its refund"),
                self.tr("Import the statements of Alipay and WeChat Pay; what does not match stands here."),
            )
        else:
            self.table.set_empty(self.tr("No such line"), self.tr("No line of the imported statements is like that."))
        self.table.reload()

    def match(self) -> None:
        """Choose the refund that the line is."""
        line = self.table.current_row()
        if line is None:
            return
        shop, window = self._shop, self._window

        def work(_progress: Progress) -> LineExplanation:
            explanation: LineExplanation = shop.reconciliation.explain(line.id)
            return explanation

        def done(explanation: LineExplanation) -> None:
            StatementMatchDialog(window.dialog_parent(), shop, window, line, explanation).open()

        self._jobs.run(self, work, done, self.message.show_error)

    def unmatch(self) -> None:
        """Take the line off its refund; that keeps its state."""
        self._do(lambda line: self._shop.reconciliation.unmatch(line.id))

    def set_aside(self) -> None:
        """Ask why it is no refund of this shop."""
        line = self.table.current_row()
        if line is not None:
            SetAsideDialog(self._window.dialog_parent(), self._shop, line).open()

    def take_back(self) -> None:
        """Put the line back among the unmatched ones."""
        self._do(lambda line: self._shop.reconciliation.take_back(line.id))

    def match_again(self) -> None:
        """Try the unmatched lines with the refunds of now."""
        shop = self._shop
        self.message.clear()
        self._jobs.run(
            self,
            lambda _progress: int(shop.reconciliation.match_again()),
            lambda count: self._window.say(self.tr("Refunds matched: {count}.").format(count=count), Tone.OK),
            self.message.show_error,
            self.tr("Matching again"),
        )

    def _do(self, step: Any) -> None:
        line = self.table.current_row()
        self.message.clear()
        if line is None:
            return
        attempt(
            self,
            lambda: step(line),
            lambda _answer: self.message.clear(),
            self.message.show_error,
            self.message.say,
        )

    def _columns(self) -> list[Column[StatementLineEntry]]:
        return [
            Column("at", self.tr("Time"), lambda row: when(row.at, self._window.zone()), width=136, sort_key="at"),
            Column(
                "amount_fen",
                self.tr("Amount"),
                lambda row: money(row.amount_fen),
                align=Qt.AlignmentFlag.AlignRight,
                width=92,
                sort_key="amount_fen",
            ),
            Column("platform", self.tr("Channel"), lambda row: label(row.platform), width=96, sort_key="platform"),
            Column("kind", self.tr("Kind"), lambda row: label(row.kind), width=130, sort_key="kind"),
            Column(
                "merchant_no",
                self.tr("Order no. there"),
                lambda row: row.merchant_no,
                width=160,
                sort_key="merchant_no",
            ),
            Column("refund_no", self.tr("Refund no."), lambda row: row.refund_no or row.trade_no, width=170),
            Column("result", self.tr("Result"), self._result, tone=_tone, width=150),
            Column("order_no", self.tr("Order"), lambda row: row.order_no, width=150),
            Column(
                "file_name", self.tr("File"), lambda row: f"{row.file_name}:{row.line}", width=180, sort_key="file_name"
            ),
            Column("note", self.tr("Note"), lambda row: row.note, width=160),
        ]

    def _result(self, row: StatementLineEntry) -> str:
        if row.matched_by is not None:
            return self.tr("matched: {how}").format(how=label(row.matched_by))
        return self.tr("set aside") if row.set_aside_at is not None else self.tr("open")

    def _scope(self) -> str:
        return str(self.scope_combo.currentData())

    def _open(self, sort: Sort | None) -> Listing[StatementLineEntry]:
        where = LineFilter(self._scope(), self.search_box.text().strip())
        listing: Listing[StatementLineEntry] = self._shop.reconciliation.listing(where, sort)
        return listing

    def _show(self, line: StatementLineEntry | None) -> None:
        is_matched = line is not None and line.refund_id is not None
        is_aside = line is not None and line.set_aside_at is not None
        is_open = line is not None and not is_matched and not is_aside
        self.match_button.setEnabled(is_open)
        self.aside_button.setEnabled(is_open)
        self.unmatch_button.setEnabled(is_matched)
        self.back_button.setEnabled(is_aside)
        self.refund_button.setEnabled(is_matched)

    def _show_refund(self) -> None:
        line = self.table.current_row()
        if line is not None and line.refund_id is not None:
            self._window.navigate("refunds", line.refund_id)

    def _export(self) -> None:
        export_table(self._window.dialog_parent(), self._shop, self._jobs, "unmatched")


def _tone(row: StatementLineEntry) -> Tone:
    if row.matched_by is not None:
        return Tone.OK
    return Tone.NEUTRAL if row.set_aside_at is not None else Tone.WARN
