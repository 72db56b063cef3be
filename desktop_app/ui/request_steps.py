"""What is done with a request short of deciding it: evidence, questions, negotiation, disputes, notes, facts.

Each step is one call of a service; what the service refuses stands beside the buttons of the pane.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import ReasonCode, UnitState
from desktop_app.services.disputes import Ended
from desktop_app.services.refunds import RefundFilter
from desktop_app.services.request_lines import EscalationLine
from desktop_app.services.requests import RequestDetail, RequestFacts
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.attempts import attempt
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.dispute_dialogs import AppealDialog, OutcomeDialog
from desktop_app.ui.dialogs.request_dialogs import AskDialog, EscalateDialog, UnitReasonsDialog, WordsDialog
from desktop_app.ui.evidence_steps import EvidenceSteps
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.request_pane import RequestPane

_USED = (UnitState.REDEEMED, UnitState.PARTIALLY_USED)


class RequestSteps(QObject):
    """Wires the parts of a :class:`RequestPane` to the services."""

    def __init__(
        self,
        shop: Any,
        jobs: Jobs,
        window: WindowContext,
        pane: RequestPane,
        show: Callable[[int], object],
        parent: QWidget,
    ) -> None:
        """``show(request_id)`` reads a request anew into the pane."""
        super().__init__(parent)
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._pane = pane
        self._show = show
        bar = pane.bar
        bar.ask_wanted.connect(self.ask)
        bar.answer_wanted.connect(self._record_answer)
        bar.negotiate_wanted.connect(self._negotiate)
        bar.escalate_wanted.connect(self._escalate)
        bar.dossier_wanted.connect(self._make_dossier)
        bar.merge_wanted.connect(self._merge)
        bar.freeze_wanted.connect(self._freeze)
        bar.withdraw_wanted.connect(self._withdraw)
        bar.proof_wanted.connect(self._issue_proof)
        bar.order_wanted.connect(self._open_order)
        pane.order.order_wanted.connect(self._open_order)
        pane.decided.refund_wanted.connect(self._open_refund)
        pane.decided.appeal_wanted.connect(self._appeal)
        pane.decided.dossier_wanted.connect(self._make_dossier)
        pane.facts.reason_changed.connect(self._set_reason)
        pane.facts.facts_changed.connect(self._set_facts)
        pane.facts.failed.connect(bar.message.show_error)
        pane.facts.unit_reasons_wanted.connect(self._set_unit_reasons)
        EvidenceSteps(shop, jobs, window, pane.evidence, pane, bar.message, pane.evidence_place, parent)
        pane.correspondence.note_written.connect(self._add_note)
        pane.correspondence.outcome_wanted.connect(self._close_escalation)

    def _open_detail(self) -> RequestDetail | None:
        detail = self._pane.detail
        return detail if detail is not None and detail.preview is not None else None

    def _try(self, work: Callable[[], object], said: str = "", done: Callable[[], object] | None = None) -> None:
        """One call of a service about the request on show; its refusal stands beside the buttons."""

        def on_done(_answer: object) -> None:
            self._pane.bar.message.clear()
            if said:
                self._window.say(said, Tone.OK)
            if done is not None:
                done()

        attempt(self, work, on_done, self._on_refused, self._pane.bar.message.say)

    def _on_refused(self, error: ShopError) -> None:
        self._pane.bar.message.show_error(error)
        detail = self._pane.detail
        if detail is not None:
            self._show(detail.line.id)

    def ask(self) -> None:
        detail = self._open_detail()
        if detail is not None:
            dialog = AskDialog(self._shop, detail, self._window.dialog_parent())
            dialog.accepted.connect(self._on_asked)
            dialog.open()

    def _on_asked(self) -> None:
        self._window.say(self.tr("The question is in the correspondence; the clock stands still."), Tone.OK)

    def _record_answer(self) -> None:
        detail = self._open_detail()
        if detail is None:
            return
        request_id = detail.line.id
        WordsDialog(
            self._window.dialog_parent(),
            "answer_dialog",
            self.tr("The buyer answered"),
            self.tr("Start the clock again"),
            lambda words, _buyer: self._shop.requests.answer(request_id, words),
            hint=self.tr("What did the buyer write? Evidence itself is added in the pane."),
        ).open()

    def _negotiate(self) -> None:
        detail = self._open_detail()
        if detail is None:
            return
        request_id = detail.line.id
        WordsDialog(
            self._window.dialog_parent(),
            "negotiate_dialog",
            self.tr("Record a negotiation"),
            self.tr("Record"),
            lambda words, buyer: self._shop.requests.negotiate(request_id, words, from_buyer=buyer),
            ask_who=True,
        ).open()

    def _close_escalation(self, escalation: EscalationLine) -> None:
        dialog = OutcomeDialog(
            self._window.dialog_parent(), self._shop, self._window, self._shop.disputes.get(escalation.id)
        )
        dialog.ended.connect(self._on_dispute_ended)
        dialog.open()

    def _on_dispute_ended(self, ended: Ended) -> None:
        if ended.reopened_request_id is not None:
            self._window.say(
                self.tr("The refund is open again as {request}.").format(request=ended.reopened_no), Tone.WARN
            )
            self._window.navigate("requests", ended.reopened_request_id)

    def _appeal(self) -> None:
        detail = self._pane.detail
        if detail is not None:
            dialog = AppealDialog(
                self._window.dialog_parent(), self._shop, self._window, detail.line.id, detail.line.request_no
            )
            dialog.opened.connect(self._on_appeal_opened)
            dialog.open()

    def _on_appeal_opened(self, escalation_id: int) -> None:
        self._window.navigate("disputes", escalation_id)

    def _make_dossier(self) -> None:
        detail = self._pane.detail
        if detail is not None:
            from desktop_app.ui.dialogs.dossier_dialog import DossierDialog

            DossierDialog(
                self._window.dialog_parent(), self._shop, self._jobs, detail.line.id, detail.line.request_no
            ).open()

    def _escalate(self) -> None:
        detail = self._open_detail()
        if detail is not None:
            EscalateDialog(self._shop, detail, self._window.dialog_parent()).open()

    def _merge(self) -> None:
        detail = self._open_detail()
        if detail is not None:
            self._try(
                lambda: self._shop.requests.merge(detail.line.id),
                self.tr("{request} was joined to the earlier request.").format(request=detail.line.request_no),
            )

    def _freeze(self) -> None:
        detail = self._open_detail()
        if detail is not None:
            self._try(
                lambda: self._shop.requests.freeze_keys(detail.line.id), self.tr("The keys are in quarantine now.")
            )

    def _withdraw(self) -> None:
        detail = self._open_detail()
        if detail is None:
            return
        request_id = detail.line.id
        dialog = ConfirmDialog(
            self._window.dialog_parent(),
            self.tr("{request} is withdrawn").format(request=detail.line.request_no),
            self.tr("The buyer takes the request back: it is closed without a decision and no clock runs any more."),
            self.tr("Close the request"),
            ask_reason=True,
        )
        closed = self.tr("{request} is closed: the buyer took it back.").format(request=detail.line.request_no)
        dialog.confirmed.connect(
            lambda reason: self._try(lambda: self._shop.requests.withdraw(request_id, reason), closed)
        )
        dialog.open()

    def _set_reason(self, reason: ReasonCode | None) -> None:
        detail = self._open_detail()
        if detail is not None:
            self._try(lambda: self._shop.requests.set_reason(detail.line.id, reason, detail.unit_reasons))

    def _set_unit_reasons(self) -> None:
        detail = self._open_detail()
        if detail is not None:
            UnitReasonsDialog(self._shop, detail, self._window.dialog_parent()).open()

    def _set_facts(self, facts: RequestFacts) -> None:
        detail = self._open_detail()
        if detail is not None:
            self._try(lambda: self._shop.requests.set_facts(detail.line.id, facts))

    def _add_note(self, text: str) -> None:
        detail = self._open_detail()
        if detail is not None:
            self._try(lambda: self._shop.requests.note(detail.line.id, text), done=self._pane.correspondence.clear_note)

    # other rooms

    def _issue_proof(self) -> None:
        """Issue the proofs of the redeemed units, or show those that there are."""
        detail = self._pane.detail
        if detail is None:
            return
        units = [unit.id for unit in detail.order.units if unit.state in _USED and unit.ref in detail.unit_refs]
        shop = self._shop

        def work(_progress: Progress) -> list[int]:
            return [int(shop.proofs.current_or_issue(unit_id).id) for unit_id in units]

        self._jobs.run(self, work, self._show_proofs, self._pane.bar.message.show_error, self.tr("Issuing the proof"))

    def _show_proofs(self, ids: list[int]) -> None:
        if ids:
            self._window.navigate("proofs", ids[-1])

    def _open_order(self) -> None:
        if self._pane.detail is not None:
            self._window.navigate("orders", self._pane.detail.line.order_id)

    def _open_refund(self) -> None:
        detail = self._pane.detail
        if detail is None:
            return
        found = self._shop.refunds.listing(RefundFilter(text=detail.line.request_no)).page(0, 1)
        if found:
            self._window.navigate("refunds", found[0].id)
