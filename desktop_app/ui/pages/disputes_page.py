"""Disputes outside the shop: with whom, how far, since when, and what came of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import DisputeOutcome, DisputeState, DisputeStepKind, EscalationTarget
from desktop_app.services.disputes import SCOPES, DisputeFilter, DisputeLine, DisputeStepLine, Ended
from desktop_app.services.dossiers import DossierLine, MadeDossier
from desktop_app.services.listing import Listing, Sort
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.dispute_dialogs import DisputeStepDialog, OutcomeDialog
from desktop_app.ui.dialogs.dossier_dialog import DossierDialog
from desktop_app.ui.dialogs.file_choice import choose_file
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import day, label, span, when
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.inputs import EnumCombo
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox

_AREAS = frozenset({"disputes", "requests", "settings"})
_TONES = {
    DisputeState.OPENED: Tone.BAD,
    DisputeState.PREPARED: Tone.WARN,
    DisputeState.SENT: Tone.INFO,
    DisputeState.ANSWERED: Tone.WARN,
    DisputeState.ENDED: Tone.NEUTRAL,
}
_OUTCOME_TONES = {DisputeOutcome.SHOP_WON: Tone.OK, DisputeOutcome.BUYER_WON: Tone.BAD}


class DisputesPage(QWidget):
    """A list, and the steps of the dispute that is chosen."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("disputes_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._dispute: DisputeLine | None = None
        self._build()
        self._show(None)

    # building

    def _build(self) -> None:
        self.scope_combo = Combo()
        self.scope_combo.setObjectName("disputes_scope")
        self.scope_combo.setAccessibleName(self.tr("Which disputes"))
        texts = {
            "open": self.tr("Not ended"),
            "unanswered": self.tr("Without an answer"),
            "ended": self.tr("Ended"),
            "all": self.tr("All disputes"),
        }
        for scope in SCOPES:
            self.scope_combo.addItem(texts[scope], scope)
        self.scope_combo.currentIndexChanged.connect(self._on_filter_changed)
        self.target_filter = EnumCombo(
            self.tr("With whom"), "disputes_target", EscalationTarget, any_text=self.tr("Everybody")
        )
        self.target_filter.code_chosen.connect(self._on_filter_changed)
        self.search_box = SearchBox(
            self.tr("Find a dispute"), "disputes_search", self.tr("Request, order, case or dossier no.…")
        )
        self.search_box.setFixedWidth(300)
        self.search_box.searched.connect(self._on_filter_changed)
        self.recognise_button = push_button(
            self.tr("Whose file is this…"),
            "recognise_button",
            self._recognise,
            icon="search",
            tooltip=self.tr("Tells whether a ZIP or PDF is a dossier of this shop, byte for byte"),
        )
        self.table = RowTable("disputes_table", self.tr("Disputes"), self._columns(), self._open_rows)
        self.table.row_chosen.connect(self._show)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("disputes_splitter")
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self._pane())
        split.setStretchFactor(0, 1)
        split.setSizes([820, 390])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self.scope_combo, self.target_filter, self.search_box, 1, self.recognise_button))
        layout.addWidget(split, 1)

    def _columns(self) -> list[Column[DisputeLine]]:
        return [
            Column("request_no", self.tr("Request no."), lambda row: row.request_no, width=142, sort_key="request_no"),
            Column("target", self.tr("With"), lambda row: label(row.target), width=136, sort_key="target"),
            Column(
                "state",
                self.tr("State"),
                self._state_text,
                tone=lambda row: Tone.BAD if row.is_overdue else _TONES[row.state],
                width=124,
            ),
            Column(
                "opened_at", self.tr("Opened"), lambda row: self._day(row.opened_at), width=92, sort_key="opened_at"
            ),
            Column("age", self.tr("Age"), self._age_text, width=104),
            Column("sent_at", self.tr("Sent"), lambda row: self._day(row.sent_at), width=92),
            Column("answered_at", self.tr("Answered"), lambda row: self._day(row.answered_at), width=92),
            Column(
                "outcome",
                self.tr("Outcome"),
                lambda row: label(row.outcome) if row.outcome else "",
                tone=lambda row: _OUTCOME_TONES.get(row.outcome, Tone.NEUTRAL) if row.outcome else None,
                width=120,
            ),
            Column("reference", self.tr("Case no."), lambda row: row.reference, width=120, sort_key="reference"),
            Column("order_no", self.tr("Order no."), lambda row: row.order_no, width=150, sort_key="order_no"),
            Column("dossier_no", self.tr("Dossier"), lambda row: row.dossier_no, width=150),
        ]

    def _pane(self) -> DetailPane:
        self._title = plain_label(role="title", name="dispute_title", wrap=True)
        self._pill = Pill("dispute_state")
        self._late = Pill("dispute_late")
        self._facts = FactsGrid("dispute_facts", key_width=96)
        for key, text in (
            ("request", self.tr("Request")),
            ("order", self.tr("Order")),
            ("kind", self.tr("Kind")),
            ("reference", self.tr("Case no.")),
            ("opened", self.tr("Opened")),
            ("due", self.tr("Answer by")),
            ("outcome", self.tr("Outcome")),
            ("changed", self.tr("What it changed")),
            ("note", self.tr("Note")),
        ):
            self._facts.add(key, text)
        self.request_button = push_button(
            self.tr("Open the request"), "dispute_request_button", self._open_request, kind="link"
        )
        self.reopened_button = push_button(
            self.tr("Open the new request"), "dispute_reopened_button", self._open_reopened, kind="link"
        )
        self._steps_title = plain_label(self.tr("Steps"), role="section")
        self._steps = plain_label(name="dispute_steps", wrap=True, selectable=True)
        self._dossiers_title = plain_label(self.tr("Dossiers"), role="section")
        self._dossiers = plain_label(name="dispute_dossiers", wrap=True, selectable=True)
        self.message = MessageStrip("disputes_message")
        self.dossier_button = push_button(
            self.tr("Make dossier…"), "make_dossier_button", self.make_dossier, kind="primary", icon="gavel"
        )
        self.sent_button = push_button(self.tr("Sent…"), "dispute_sent_button", self._record_sent)
        self.answered_button = push_button(self.tr("Answered…"), "dispute_answered_button", self._record_answered)
        self.outcome_button = push_button(self.tr("Outcome…"), "dispute_outcome_button", self._record_outcome)
        pane = DetailPane("dispute_pane", self.tr("The chosen dispute"))
        content = pane.content
        self._hint = plain_label(
            self.tr("Choose a dispute to see its steps, to make its dossier and to record what came."),
            role="muted",
            wrap=True,
        )
        content.addWidget(self._hint)
        content.addWidget(self._title)
        content.addLayout(row_of(self._pill, self._late, 1))
        content.addWidget(self._facts)
        content.addLayout(row_of(self.request_button, self.reopened_button, 1))
        for widget in (self._steps_title, self._steps, self._dossiers_title, self._dossiers, self.message):
            content.addWidget(widget)
        content.addStretch(1)
        pane.footer.addWidget(self.dossier_button)
        pane.footer.addLayout(row_of(self.sent_button, self.answered_button, 1, self.outcome_button))
        return pane

    # the page as the window knows it

    def title(self) -> str:
        return self.tr("Disputes")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._reload_table()

    def search(self, text: str) -> None:
        self.search_box.set_text_quietly(text)
        self._reload_table()

    def open_item(self, item_id: int) -> None:
        if not self.table.select_id(item_id):
            self.apply_filter(scope="all")
            self.table.select_id(item_id)

    def apply_filter(self, *, scope: str = "open", target: EscalationTarget | None = None, text: str = "") -> None:
        for widget in (self.scope_combo, self.target_filter):
            widget.blockSignals(True)
        self.scope_combo.setCurrentIndex(SCOPES.index(scope))
        self.target_filter.set_code(target)
        for widget in (self.scope_combo, self.target_filter):
            widget.blockSignals(False)
        self.search(text)

    # list

    def _where(self) -> DisputeFilter:
        return DisputeFilter(
            scope=SCOPES[self.scope_combo.currentIndex()],
            target=self.target_filter.code(),
            text=self.search_box.text().strip(),
        )

    def _open_rows(self, sort: Sort | None) -> Listing[DisputeLine]:
        listing: Listing[DisputeLine] = self._shop.disputes.listing(self._where(), sort)
        return listing

    def _on_filter_changed(self, *_: object) -> None:
        self._reload_table()

    def _reload_table(self) -> None:
        if self._where() == DisputeFilter():
            self.table.set_empty(
                self.tr("No dispute is running"),
                self.tr(
                    "Escalate an open request, or record the appeal against a decided one, on the page of the requests."
                ),
                self.tr("Go to the requests"),
                self._go_to_requests,
            )
        else:
            self.table.set_empty(
                self.tr("No dispute matches"), self.tr("Nothing like that."), self.tr("Show all"), self._show_all
            )
        self.table.reload()

    def _go_to_requests(self) -> None:
        self._window.navigate("requests", scope="all")

    def _show_all(self) -> None:
        self.apply_filter(scope="all")

    def _day(self, moment: Any) -> str:
        return day(moment, self._window.zone())

    def _state_text(self, row: DisputeLine) -> str:
        return self.tr("Answer overdue") if row.is_overdue else label(row.state)

    def _age_text(self, row: DisputeLine) -> str:
        return "" if row.state is DisputeState.ENDED else span(self._window.now() - row.opened_at)

    # the pane

    def _show(self, row: DisputeLine | None) -> None:
        if row is None or self._dispute is None or row.id != self._dispute.id:
            self.message.clear()
        self._dispute = row
        shown = row is not None
        self._hint.setVisible(not shown)
        for widget in (
            self._title,
            self._facts,
            self.request_button,
            self._steps_title,
            self._steps,
            self._dossiers_title,
            self._dossiers,
        ):
            widget.setVisible(shown)
        running = row is not None and row.state is not DisputeState.ENDED
        self.dossier_button.setEnabled(running)
        for button in (self.sent_button, self.answered_button, self.outcome_button):
            button.setEnabled(running)
        self.reopened_button.setVisible(row is not None and row.reopened_request_id is not None)
        if row is None:
            self._pill.set_state("", Tone.NEUTRAL)
            self._late.set_state("", Tone.NEUTRAL)
            return
        zone = self._window.zone()
        self._title.setText(label(row.target))
        self._pill.set_state(label(row.state), _TONES[row.state])
        self._late.set_state(self.tr("Overdue") if row.is_overdue else "", Tone.BAD)
        outcome = ""
        if row.outcome:
            outcome = self.tr("{outcome}, {when}").format(outcome=label(row.outcome), when=when(row.outcome_at, zone))
        for key, value in (
            ("request", row.request_no),
            ("order", row.order_no),
            ("kind", self.tr("Appeal against the decision") if row.is_appeal else self.tr("Before a decision")),
            ("reference", row.reference),
            ("opened", self.tr("{when} by {who}").format(when=when(row.opened_at, zone), who=row.opened_by)),
            ("due", self.tr("{day} (7 working days)").format(day=self._day(row.due_at)) if row.due_at else ""),
            ("outcome", "\n".join(part for part in (outcome, row.outcome_note) if part)),
            ("changed", self._change_text(row)),
            ("note", row.note),
        ):
            self._facts.set_value(key, value)
        try:
            steps, dossiers = self._shop.disputes.steps(row.id), self._shop.dossiers.of_dispute(row.id)
        except ShopError as error:
            self.message.show_error(error)
            return
        self._steps.setText("\n".join(self._step_text(step) for step in steps) or self.tr("Nothing was recorded yet."))
        self._dossiers.setText(
            "\n".join(self._dossier_text(dossier) for dossier in dossiers) or self.tr("None was made yet.")
        )

    def _change_text(self, row: DisputeLine) -> str:
        if row.reopened_no:
            return self.tr("The refund was opened again as {request}.").format(request=row.reopened_no)
        return self.tr("Nothing: the decision stands.") if row.outcome and row.is_appeal else ""

    def _step_text(self, step: DisputeStepLine) -> str:
        parts = [when(step.at, self._window.zone()), label(step.kind)]
        if step.outcome:
            parts.append(label(step.outcome))
        parts += [part for part in (step.dossier_no, step.reference, step.reopened_no, step.note) if part]
        return "  ·  ".join(parts)

    def _dossier_text(self, dossier: DossierLine) -> str:
        made = when(dossier.made_at, self._window.zone())
        return f"{dossier.dossier_no}  ·  {made}\nZIP SHA-256 {dossier.zip_sha256[:16]}…"

    # steps

    def make_dossier(self) -> None:
        row = self._dispute
        if row is None:
            return
        dialog = DossierDialog(
            self._window.dialog_parent(),
            self._shop,
            self._jobs,
            row.request_id,
            row.request_no,
            target=row.target,
            escalation_id=row.id,
        )
        dialog.made.connect(self._on_made)
        dialog.open()

    def _on_made(self, made: MadeDossier) -> None:
        self._window.say(self.tr("{number} is made.").format(number=made.line.dossier_no), Tone.OK)

    def _record_sent(self) -> None:
        self._open_step(DisputeStepKind.SENT)

    def _record_answered(self) -> None:
        self._open_step(DisputeStepKind.ANSWERED)

    def _open_step(self, kind: DisputeStepKind) -> None:
        if self._dispute is not None:
            DisputeStepDialog(self._window.dialog_parent(), self._shop, self._window, self._dispute, kind).open()

    def _record_outcome(self) -> None:
        if self._dispute is not None:
            dialog = OutcomeDialog(self._window.dialog_parent(), self._shop, self._window, self._dispute)
            dialog.ended.connect(self._on_ended)
            dialog.open()

    def _on_ended(self, ended: Ended) -> None:
        if ended.reopened_no:
            self._window.say(
                self.tr("The refund is open again as {request}: decide it.").format(request=ended.reopened_no),
                Tone.WARN,
            )
        else:
            self._window.say(self.tr("The outcome is recorded."), Tone.OK)
        # an ended dispute leaves the list of the running ones; what it changed stays in sight
        self.open_item(ended.escalation_id)

    def _open_request(self) -> None:
        if self._dispute is not None:
            self._window.navigate("requests", self._dispute.request_id)

    def _open_reopened(self) -> None:
        if self._dispute is not None and self._dispute.reopened_request_id is not None:
            self._window.navigate("requests", self._dispute.reopened_request_id)

    def _recognise(self) -> None:
        choose_file(
            self._window.dialog_parent(),
            self.tr("A ZIP or PDF"),
            [self.tr("Dossiers (*.zip *.pdf)"), self.tr("All files (*)")],
            self._look_up,
        )

    def _look_up(self, path: Path) -> None:
        shop = self._shop

        def work(_progress: Progress) -> DossierLine | None:
            found: DossierLine | None = shop.dossiers.recognise(path)
            return found

        self._jobs.run(self, work, self._on_recognised, self.message.show_error)

    def _on_recognised(self, found: DossierLine | None) -> None:
        if found is None:
            self.message.say(self.tr("This file is no dossier of this shop, or it was changed."), Tone.WARN)
            return
        if found.escalation_id is not None:
            self.open_item(found.escalation_id)
        self.message.say(
            self.tr("This is {number}, unchanged, made on {when}.").format(
                number=found.dossier_no, when=when(found.made_at, self._window.zone())
            ),
            Tone.OK,
        )
