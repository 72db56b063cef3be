"""What the rules say of a request: verdict, amount and time left first, then why, unit by unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from desktop_app.documents import rule_words
from desktop_app.documents.trace_words import fact_words
from desktop_app.domain.refunds import TraceLine, UnitVerdict
from desktop_app.domain.states import ReasonCode
from desktop_app.services.listing import Sort
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.colours import Tone
from desktop_app.ui.icons import set_icon
from desktop_app.ui.labels import label, language, money, time_left, time_tone, tone
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.basics import Pill, make_selectable, plain_label, push_button, row_of, set_tone
from desktop_app.ui.widgets.row_table import ROW_HEIGHT, RowTable

SHOWN_UNITS = 5
SHOWN_RULES = 9
RIGHT = Qt.AlignmentFlag.AlignRight


class VerdictHeader(QWidget):
    """The first glance: which request, what the rules say, how much, how long there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number = plain_label(role="section", name="request_no")
        make_selectable(self._number)
        self._state = Pill("request_state")
        self._verdict = plain_label(role="amount", name="verdict_text", wrap=True)
        self._amount = plain_label(role="value", name="verdict_amount")
        self._time = plain_label(role="section", name="time_left")
        self._subject = plain_label(role="muted", name="request_subject", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row_of(self._number, self._state, 1, self._time))
        row = row_of(self._verdict, self._amount)
        row.setStretch(0, 1)
        layout.addLayout(row)
        layout.addWidget(self._subject)

    def show_detail(self, detail: RequestDetail, now: datetime) -> None:
        line = detail.line
        self._number.setText(line.request_no)
        self._state.set_state(label(line.state), tone(line.state))
        parts = [
            line.product_name,
            label(line.order_state),
            label(line.reason) if line.reason else self.tr("No reason"),
        ]
        self._subject.setText("  ·  ".join(parts))
        if detail.decision is not None:
            approved = detail.decision.action == "approve"
            self._verdict.setText(self.tr("Approved") if approved else self.tr("Refused"))
            set_tone(self._verdict, Tone.OK if approved else Tone.BAD)
            self._amount.setText(money(detail.decision.refund_fen))
        elif detail.preview is not None:
            verdict = detail.preview.verdict
            self._verdict.setText(label(verdict.verdict))
            set_tone(self._verdict, tone(verdict.verdict))
            self._amount.setText(money(verdict.refund_fen))
        else:
            self._verdict.setText(label(line.state))
            set_tone(self._verdict, Tone.NEUTRAL)
            self._amount.clear()
        self.show_time(detail, now)

    def show_time(self, detail: RequestDetail, now: datetime) -> None:
        """Only the time left, which passes by itself."""
        line = detail.line
        if detail.preview is None:
            self._time.clear()
            return
        self._time.setText(time_left(line.due_at, now, paused=line.is_paused))
        colour = time_tone(line.due_at, line.amber_at, now, paused=line.is_paused)
        set_tone(self._time, None if colour is Tone.NEUTRAL else colour)


class VerdictReasons(QWidget):
    """Why: the rule in words, what would change it, the units, and every rule that was tried."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._units: Sequence[UnitVerdict] = ()
        self._trace: Sequence[TraceLine] = ()
        self._detail: RequestDetail | None = None
        self._why = plain_label(name="verdict_why", wrap=True, selectable=True)
        self._hints_title = plain_label(self.tr("What would change it"), role="section")
        self._hints = plain_label(role="muted", name="verdict_hints", wrap=True, selectable=True)
        self._more_hints = push_button("", "more_hints_button", self._toggle_hints, kind="link")
        self.units_table = RowTable(
            "request_units",
            self.tr("What the rules say of each unit"),
            self._unit_columns(),
            self._open_units,
            row_id=_ref_of,
        )
        self._trace_button = push_button(
            self.tr("Every rule that was tried"), "trace_button", self._toggle_trace, kind="link", icon="chevron-right"
        )
        self.trace_table = RowTable(
            "request_trace",
            self.tr("Every rule that was tried"),
            self._trace_columns(),
            self._open_trace,
            row_id=_place_of,
        )
        _compact(self.units_table)
        _compact(self.trace_table)
        self.trace_table.hide()
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._why, self.units_table, self._hints_title, self._hints):
            layout.addWidget(widget)
        layout.addWidget(self._more_hints, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._trace_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.trace_table)
        self._all_hints: tuple[str, ...] = ()
        self._hints_open = False

    def show_detail(self, detail: RequestDetail) -> None:
        """Nothing to see once the request is decided: the decision is shown instead."""
        preview = detail.preview
        self.setVisible(preview is not None)
        if preview is None:
            return
        if self._detail is None or self._detail.line.id != detail.line.id:
            self._hints_open = False
            self._close_trace()
        self._detail = detail
        chinese = language() == "zh"
        why = preview.explanation_zh if chinese else preview.explanation_en
        self._why.setText(why)
        # several rulings: the table is the overview, the words come after it
        self._column.insertWidget(1 if "\n" in why else 0, self._why)
        self._all_hints = preview.change_hints_zh if chinese else preview.change_hints_en
        self._show_hints()
        self._units = preview.verdict.units
        self.units_table.reload()
        _fit(self.units_table, min(len(self._units), SHOWN_UNITS))
        if not self.trace_table.isHidden():
            self._open_trace_table()

    def _show_hints(self) -> None:
        hints = self._all_hints
        shown = hints if self._hints_open else hints[:3]
        self._hints.setText("\n".join(f"·  {text}" for text in shown))
        for widget in (self._hints_title, self._hints):
            widget.setVisible(bool(hints))
        rest = len(hints) - len(shown)
        self._more_hints.setText(self.tr("{count} more").format(count=rest) if rest else self.tr("Show fewer"))
        self._more_hints.setVisible(len(hints) > 3)

    def _toggle_hints(self) -> None:
        self._hints_open = not self._hints_open
        self._show_hints()

    # units

    def _unit_columns(self) -> list[Column[UnitVerdict]]:
        return [
            Column("ref", self.tr("Unit"), lambda unit: unit.ref, width=50),
            Column(
                "rule",
                self.tr("Rule"),
                lambda unit: unit.rule.value,
                width=52,
                tooltip=lambda unit: rule_words.rule_title(unit.rule, language()),
            ),
            Column(
                "verdict",
                self.tr("Verdict"),
                lambda unit: label(unit.verdict),
                tone=lambda unit: tone(unit.verdict),
                width=122,
            ),
            Column("base", self.tr("Base"), lambda unit: money(unit.base_fen), align=RIGHT, width=72),
            Column("fee", self.tr("Fee"), lambda unit: money(unit.fee_fen), align=RIGHT, width=62),
            Column("refund", self.tr("Refund"), lambda unit: money(unit.refund_fen), align=RIGHT, width=74),
            Column("inventory", self.tr("Key"), lambda unit: label(unit.inventory), width=150),
            Column("missing", self.tr("Missing"), _missing, width=200, tooltip=_missing),
        ]

    def _open_units(self, _sort: Sort | None) -> ListSource[UnitVerdict]:
        return ListSource(self._units)

    # trace

    def _trace_columns(self) -> list[Column[TraceLine]]:
        return [
            Column("ref", self.tr("Unit"), lambda line: line.ref, width=50),
            Column("rule", self.tr("Rule"), lambda line: line.rule.value, width=52),
            Column(
                "hit",
                self.tr("Applies"),
                lambda line: self.tr("yes") if line.hit else self.tr("no"),
                tone=lambda line: Tone.OK if line.hit else Tone.NEUTRAL,
                width=76,
            ),
            Column("title", self.tr("About"), lambda line: rule_words.rule_title(line.rule, language()), width=170),
            Column("why", self.tr("Facts"), _facts_read, width=420, tooltip=_facts_read),
        ]

    def _open_trace(self, _sort: Sort | None) -> ListSource[TraceLine]:
        return ListSource(self._trace)

    def _toggle_trace(self) -> None:
        if self.trace_table.isHidden():
            self._open_trace_table()
        else:
            self._close_trace()

    def _open_trace_table(self) -> None:
        preview = None if self._detail is None else self._detail.preview
        if preview is None:
            return
        # some thirty lines a unit: spelt out only when somebody looks
        self._trace = preview.verdict.trace
        self.trace_table.reload()
        _fit(self.trace_table, min(len(self._trace), SHOWN_RULES))
        self.trace_table.show()
        set_icon(self._trace_button, "chevron-down", "selection_text")

    def _close_trace(self) -> None:
        self._trace = ()
        self.trace_table.hide()
        set_icon(self._trace_button, "chevron-right", "selection_text")


def _facts_read(line: TraceLine) -> str:
    return fact_words(line.why, language())


def subject_reasons(detail: RequestDetail) -> frozenset[ReasonCode]:
    """Every reason that the request gives, for the whole or for single units."""
    reasons = set(detail.unit_reasons.values())
    if detail.line.reason is not None:
        reasons.add(detail.line.reason)
    return frozenset(reasons)


def _ref_of(unit: UnitVerdict) -> str:
    return unit.ref


def _place_of(line: TraceLine) -> tuple[str, str]:
    return line.ref, line.rule.value


def _missing(unit: UnitVerdict) -> str:
    return rule_words.listing([rule_words.missing_text(kind, language()) for kind in unit.missing], language())


def _compact(table: RowTable) -> None:
    """A table inside the scrolling pane: it never scrolls up and down by itself when its rows fit."""
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    table.setMinimumHeight(ROW_HEIGHT)


def _fit(table: RowTable, rows: int) -> None:
    header = table.horizontalHeader().sizeHint().height()
    bar = table.horizontalScrollBar().sizeHint().height()
    table.setFixedHeight(header + rows * ROW_HEIGHT + bar + 10)
