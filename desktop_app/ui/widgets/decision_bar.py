"""The decision itself, at the foot of the pane: approve with exactly this amount, refuse on a ground, or ask first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.documents.rule_words import option_text
from desktop_app.domain.approvals import UnitPlan
from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.domain.refunds import Option
from desktop_app.domain.states import RefusalGround, RequestState, UnitState, VerdictKind
from desktop_app.services.requests import RequestDetail
from desktop_app.ui.actions import page_action
from desktop_app.ui.approval_texts import approval_text, offers, plan_of, refuses_everything, settling_options
from desktop_app.ui.colours import Tone
from desktop_app.ui.icons import set_icon
from desktop_app.ui.labels import error_text, label, language, money
from desktop_app.ui.theme import repolish
from desktop_app.ui.widgets.basics import column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.inputs import MoneyEdit
from desktop_app.ui.widgets.message_strip import MessageStrip

_AMOUNT_WANTED = (Option.REFUND_DIFFERENCE, Option.COMPENSATE_AND_CONTINUE)
_USED = (UnitState.REDEEMED, UnitState.PARTIALLY_USED)
_ASKING_FIRST = {
    VerdictKind.NEED_EVIDENCE: "ask",
    VerdictKind.ESCALATE: "escalate",
    VerdictKind.MERGE: "merge",
    VerdictKind.REFUSE: "refuse",
}


class DecisionBar(QWidget):
    """Says what was wanted; the page does it. :attr:`message` stands beside the buttons for what was refused."""

    approve_wanted = Signal(str, object, str)
    """Option, changed amount in fen or None, reason."""
    refuse_wanted = Signal(object, str)
    """RefusalGround, what else to say."""
    ask_wanted = Signal()
    answer_wanted = Signal()
    negotiate_wanted = Signal()
    escalate_wanted = Signal()
    dossier_wanted = Signal()
    merge_wanted = Signal()
    freeze_wanted = Signal()
    withdraw_wanted = Signal()
    proof_wanted = Signal()
    order_wanted = Signal()

    def __init__(self, grounds: Callable[[int], Sequence[RefusalGround]], parent: QWidget | None = None) -> None:
        """``grounds(request_id)`` are those that carry a refusal now."""
        super().__init__(parent)
        self.setObjectName("decision_bar")
        self._grounds = grounds
        self._detail: RequestDetail | None = None
        self._is_busy = False
        self._holding: Sequence[RefusalGround] = ()
        self._make_actions()
        self.message = MessageStrip("decision_message")
        self._panels = QStackedWidget()
        self._panels.addWidget(self._approve_panel())
        self._panels.addWidget(self._refuse_panel())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.message)
        layout.addWidget(self._panels)
        self._fit_panels()

    # building

    def _make_actions(self) -> None:
        self.approve_action = page_action(self, self.tr("Approve"), "approve_action", "A", self.approve)
        self.refuse_action = page_action(self, self.tr("Refuse"), "refuse_action", "R", self.open_refusal)
        self.ask_action = page_action(self, self.tr("Ask for evidence"), "ask_action", "E", self.ask_wanted.emit)
        self.negotiate_action = page_action(
            self, self.tr("Record a negotiation…"), "negotiate_action", "N", self.negotiate_wanted.emit
        )
        self.proof_action = page_action(self, self.tr("Redemption proof"), "proof_action", "P", self.proof_wanted.emit)

    def _approve_panel(self) -> QWidget:
        self.option_combo = Combo()
        self.option_combo.setObjectName("option_combo")
        self.option_combo.setAccessibleName(self.tr("Settle by"))
        self.option_combo.currentIndexChanged.connect(self._on_option_chosen)
        self._option_label = plain_label(self.tr("Settle by"), role="muted")
        self.amount_button = push_button(
            self.tr("Change the amount…"), "change_amount_button", self._toggle_amount, kind="link"
        )
        self.amount_edit = MoneyEdit(self.tr("Refund in yuan"), "amount_edit")
        self.amount_edit.setFixedWidth(120)
        self.amount_edit.textChanged.connect(self._show_plan)
        self.amount_edit.returnPressed.connect(self._focus_reason)
        self.reason_edit = QLineEdit()
        self.reason_edit.setObjectName("amount_reason_edit")
        self.reason_edit.setAccessibleName(self.tr("Reason for the amount"))
        self.reason_edit.setPlaceholderText(self.tr("Why this amount? (kept with the decision)"))
        self.reason_edit.textChanged.connect(self._show_plan)
        self._limit_label = plain_label(role="muted", name="amount_limit")
        self._amount_row = QWidget()
        amount = QVBoxLayout(self._amount_row)
        amount.setContentsMargins(0, 0, 0, 0)
        amount.setSpacing(4)
        amount.addLayout(row_of(self.amount_edit, self.reason_edit))
        amount.addWidget(self._limit_label)
        self._amount_row.hide()

        self.approve_button = push_button(self.tr("Approve"), "approve_button", self.approve, tooltip="A")
        self.refuse_button = push_button(
            self.tr("Refuse…"), "refuse_button", self.open_refusal, kind="danger", tooltip="R"
        )
        self.ask_button = push_button(
            self.tr("Ask for evidence"), "ask_button", self.ask_wanted.emit, icon="message-square", tooltip="E"
        )
        self.answer_button = push_button(self.tr("The buyer answered"), "answer_button", self.answer_wanted.emit)
        self.escalate_button = push_button(self.tr("Escalate…"), "escalate_button", self.escalate_wanted.emit)
        self.merge_button = push_button(self.tr("Join the earlier request"), "merge_button", self.merge_wanted.emit)
        self.freeze_button = push_button(
            self.tr("Freeze the keys"), "freeze_button", self.freeze_wanted.emit, icon="lock"
        )
        self.unlock_button = push_button(self.tr("Unlock the order"), "unlock_order_button", self.order_wanted.emit)
        self.proof_button = push_button(
            self.tr("Proof"), "proof_button", self.proof_wanted.emit, icon="file-badge", tooltip="P"
        )
        self.more_button = push_button(self.tr("More"), "more_button")
        self.more_button.setCheckable(True)
        self.more_button.toggled.connect(self._show_more)
        # buttons rather than a menu: assistive technology reaches no menu of a button
        self._more = QWidget()
        self.negotiate_button = push_button(
            self.tr("Negotiation…"), "negotiate_button", self.negotiate_wanted.emit, tooltip="N"
        )
        self.escalate_anyway_button = push_button(
            self.tr("Escalate…"), "escalate_anyway_button", self.escalate_wanted.emit
        )
        self.withdraw_button = push_button(
            self.tr("Withdrawn…"),
            "withdraw_button",
            self.withdraw_wanted.emit,
            tooltip=self.tr("The buyer takes the request back"),
        )
        self.dossier_button = push_button(self.tr("Make dossier…"), "dossier_button", self.dossier_wanted.emit)
        self._more.setLayout(
            column_of(
                row_of(self.negotiate_button, self.escalate_anyway_button, self.withdraw_button, 1),
                row_of(self.dossier_button, 1),
            )
        )
        self._more.hide()

        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        option_row = row_of(self._option_label, self.option_combo)
        option_row.setStretch(1, 1)
        layout.addLayout(option_row)
        layout.addWidget(self._amount_row)
        self._first_row = row_of(self.approve_button, self.refuse_button)
        layout.addLayout(self._first_row)
        special = (self.answer_button, self.unlock_button, self.merge_button, self.escalate_button, self.freeze_button)
        layout.addLayout(row_of(*special, 1))
        layout.addLayout(row_of(self.ask_button, self.proof_button, 1, self.more_button))
        layout.addWidget(self._more)
        keys = plain_label(self.tr("Keys: A R E N P"), role="muted")
        keys.setToolTip(self.tr("A approve, R refuse, E ask for evidence, N negotiation, P proof, J and K move"))
        layout.addLayout(row_of(self.amount_button, 1, keys))
        return panel

    def _refuse_panel(self) -> QWidget:
        self.ground_combo = Combo()
        self.ground_combo.setObjectName("ground_combo")
        self.ground_combo.setAccessibleName(self.tr("Ground of the refusal"))
        self.refusal_edit = QLineEdit()
        self.refusal_edit.setObjectName("refusal_reason_edit")
        self.refusal_edit.setAccessibleName(self.tr("Words to add for the buyer"))
        self.refusal_edit.setPlaceholderText(self.tr("Add in your words (the buyer reads it)"))
        self.refusal_edit.returnPressed.connect(self._refuse)
        self._ground_note = plain_label(role="muted", name="ground_note", wrap=True)
        self.refuse_now_button = push_button(
            self.tr("Refuse the request"), "refuse_now_button", self._refuse, kind="danger"
        )
        self.back_button = push_button(self.tr("Back"), "refusal_back_button", self._close_refusal)
        panel = QWidget()
        layout = QVBoxLayout(panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("On which ground?"), role="section"))
        layout.addWidget(self.ground_combo)
        layout.addWidget(self._ground_note)
        layout.addWidget(self.refusal_edit)
        first = row_of(self.refuse_now_button, self.back_button)
        first.setStretch(0, 1)
        layout.addLayout(first)
        return panel

    # showing

    def show_detail(self, detail: RequestDetail | None) -> None:
        """Offer what this request allows; what was typed stays while it is the same request."""
        same = detail is not None and self._detail is not None and detail.line.id == self._detail.line.id
        self._detail = detail
        is_open = detail is not None and detail.preview is not None
        self.setVisible(is_open)
        if not same:
            self.message.clear()
            self.amount_edit.clear()
            self.reason_edit.setText(won_dispute(detail) if detail is not None else "")
            self.refusal_edit.clear()
            self._amount_row.hide()
            self.more_button.setChecked(False)
            self._panels.setCurrentIndex(0)
        self._enable()
        if detail is None or detail.preview is None:
            return
        self._limit_label.setText(
            self.tr("At most {amount}: paid and not yet refunded").format(amount=money(detail.preview.max_refund_fen))
        )
        self._show_options(detail, keep=same)
        self._show_steps(detail)
        if not same and self._owes_what_was_won(detail):
            units = [unit for unit in detail.order.units if unit.ref in detail.unit_refs]
            self.amount_edit.set_fen(min(sum(unit.net_fen for unit in units), detail.preview.max_refund_fen))
            self._amount_row.show()
        self._show_plan()
        self._fit_panels()

    def set_busy(self, busy: bool) -> None:
        """While a decision is being stored nothing can be pressed twice."""
        self._is_busy = busy
        self._enable()

    def _enable(self) -> None:
        is_open = self._detail is not None and self._detail.preview is not None
        usable = is_open and not self._is_busy
        self._panels.setEnabled(usable)
        for action in (
            self.approve_action,
            self.refuse_action,
            self.ask_action,
            self.negotiate_action,
        ):
            action.setEnabled(usable)
        self.proof_action.setEnabled(not self._is_busy and self._has_redeemed())

    def _has_redeemed(self) -> bool:
        detail = self._detail
        return detail is not None and any(
            unit.state in _USED and unit.ref in detail.unit_refs for unit in detail.order.units
        )

    def _show_options(self, detail: RequestDetail, *, keep: bool) -> None:
        options = settling_options(detail)
        chosen = self._option() if keep else ""
        self.option_combo.blockSignals(True)
        self.option_combo.clear()
        if len(options) > 1:
            self.option_combo.addItem(self.tr("Choose…"), "")
        for option in options:
            text = option_text(option, language())
            self.option_combo.addItem(text[:1].upper() + text[1:], option.value)
        self.option_combo.setCurrentIndex(max(self.option_combo.findData(chosen), 0))
        self.option_combo.blockSignals(False)
        several = len(options) > 1
        self.option_combo.setVisible(several)
        self._option_label.setVisible(several)

    def _show_steps(self, detail: RequestDetail) -> None:
        assert detail.preview is not None
        verdict = detail.preview.verdict.verdict
        waiting = detail.line.state is RequestState.ASKED
        locked = detail.order.line.locked
        first = "answer" if waiting else "unlock" if locked else _ASKING_FIRST.get(verdict, "approve")
        if self._owes_what_was_won(detail):
            first = "approve"
        for name, button, icon in (
            ("approve", self.approve_button, "check"),
            ("ask", self.ask_button, "message-square"),
            ("answer", self.answer_button, ""),
            ("escalate", self.escalate_button, ""),
            ("merge", self.merge_button, ""),
            ("unlock", self.unlock_button, "lock-open"),
        ):
            _emphasise(button, "primary" if name == first else "", icon)
        # the wide button is the one that the rules point to
        self._first_row.setStretch(0, 0 if first == "refuse" else 1)
        self._first_row.setStretch(1, 1 if first == "refuse" else 0)
        self.approve_button.setVisible(verdict is not VerdictKind.MERGE)
        self.ask_button.setVisible(not waiting and verdict is not VerdictKind.MERGE and not locked)
        self.answer_button.setVisible(waiting)
        self.escalate_button.setVisible(verdict is VerdictKind.ESCALATE and not locked)
        self.merge_button.setVisible(verdict is VerdictKind.MERGE)
        self.freeze_button.setVisible(offers(detail, Option.FREEZE_KEY))
        self.unlock_button.setVisible(locked)
        self.proof_button.setVisible(self._has_redeemed())

    @staticmethod
    def _owes_what_was_won(detail: RequestDetail) -> bool:
        """The buyer won a dispute over these units, and the rules alone would not give the money back."""
        verdict = detail.preview.verdict.verdict if detail.preview is not None else VerdictKind.MERGE
        won = bool(won_dispute(detail)) and not detail.order.line.locked
        return won and verdict in (VerdictKind.REFUSE, VerdictKind.NEED_EVIDENCE, VerdictKind.ESCALATE)

    def _show_plan(self) -> None:
        """The button says what it does, whatever is typed; what stands in its way is its tooltip."""
        if self._detail is None or self._detail.preview is None:
            return
        try:
            plans = self._plan()
        except ShopError as error:
            # an amount that is too large or a choice that is missing says nothing about the verdict
            filling_in = error.facts.get("field") == "option" or not self._amount_row.isHidden()
            self.approve_button.setText(self.tr("Approve…") if filling_in else self.tr("Refund all the same…"))
            self.approve_button.setToolTip(error_text(error))
            return
        if refuses_everything(plans):
            self.approve_button.setText(self.tr("Refund all the same…"))
            self.approve_button.setToolTip(self.tr("The rules refuse: set an amount and say why."))
            return
        self.approve_button.setText(approval_text(plans))
        self.approve_button.setToolTip("A")

    def _plan(self) -> Sequence[UnitPlan]:
        assert self._detail is not None
        fen = self._changed_fen()
        # the reason is asked for when the button is pressed; the amount is shown before
        reason = self.reason_edit.text().strip() or ("-" if fen is not None else "")
        return plan_of(self._detail, option=self._option(), refund_fen=fen, reason=reason)

    def _option(self) -> str:
        return str(self.option_combo.currentData() or "")

    def _changed_fen(self) -> int | None:
        return None if self._amount_row.isHidden() else self.amount_edit.fen_or_none()

    # approving

    def approve(self) -> None:
        """A: approve as the button says; when an amount, an option or a reason is missing, ask for it here."""
        detail = self._detail
        if detail is None or detail.preview is None or self._is_busy:
            return
        self._panels.setCurrentIndex(0)
        self._fit_panels()
        try:
            fen = self._changed_fen()
            plans = plan_of(detail, option=self._option(), refund_fen=fen, reason=self.reason_edit.text())
        except ShopError as error:
            self._ask_for_more(error)
            return
        if refuses_everything(plans):
            self._open_amount()
            self.message.say(
                self.tr("The rules refuse this request. To refund all the same, set an amount and say why."), Tone.WARN
            )
            return
        self.message.clear()
        self.approve_wanted.emit(self._option(), fen, self.reason_edit.text().strip())

    def _ask_for_more(self, error: ShopError) -> None:
        self.message.show_error(error)
        field = error.facts.get("field") if isinstance(error, BadInputError) else None
        if field == "option":
            self.option_combo.setFocus()
        elif field == "reason":
            self._focus_reason()
        elif self._detail is not None and self._detail.line.verdict is not VerdictKind.MERGE:
            self._open_amount()

    def _toggle_amount(self) -> None:
        if self._amount_row.isHidden():
            self._open_amount()
        else:
            self._amount_row.hide()
            self._show_plan()
            self._fit_panels()

    def _open_amount(self) -> None:
        self._amount_row.show()
        self._show_plan()
        self._fit_panels()
        self.amount_edit.setFocus()
        self.amount_edit.selectAll()

    def _show_more(self, shown: bool) -> None:
        self._more.setVisible(shown)
        self._fit_panels()

    def _focus_reason(self) -> None:
        self._amount_row.show()
        self._fit_panels()
        self.reason_edit.setFocus()

    def _on_option_chosen(self) -> None:
        if self._option() in _AMOUNT_WANTED:
            self._amount_row.show()
        self._show_plan()
        self._fit_panels()

    # refusing

    def open_refusal(self) -> None:
        """R: choose a ground; those that the facts carry come first."""
        detail = self._detail
        if detail is None or detail.preview is None or self._is_busy:
            return
        try:
            self._holding = tuple(self._grounds(detail.line.id))
        except ShopError as error:
            self.message.show_error(error)
            return
        self.message.clear()
        self.ground_combo.clear()
        for ground in self._holding:
            self.ground_combo.addItem(label(ground), ground.value)
        if self._holding:
            self._ground_note.setText(
                self.tr("The facts carry the first {count} of these.").format(count=len(self._holding))
            )
            self.ground_combo.insertSeparator(self.ground_combo.count())
        else:
            self._ground_note.setText(
                self.tr("None of these is carried by the facts: choose one to see what is missing.")
            )
        for ground in RefusalGround:
            if ground not in self._holding:
                self.ground_combo.addItem(
                    self.tr("{ground} (does not hold)").format(ground=label(ground)), ground.value
                )
        self.ground_combo.setCurrentIndex(0)
        self._panels.setCurrentIndex(1)
        self._fit_panels()
        self.ground_combo.setFocus()

    def _refuse(self) -> None:
        value = self.ground_combo.currentData()
        if value and not self._is_busy:
            self.message.clear()
            self.refuse_wanted.emit(RefusalGround(value), self.refusal_edit.text().strip())

    def _close_refusal(self) -> None:
        self.message.clear()
        self._panels.setCurrentIndex(0)
        self._fit_panels()
        self.approve_button.setFocus()

    def _fit_panels(self) -> None:
        """As tall as the panel on show, not as the tallest."""
        panel = self._panels.currentWidget()
        if panel is not None:
            layout = panel.layout()
            if layout is not None:
                layout.activate()
            self._panels.setFixedHeight(panel.sizeHint().height())


def won_dispute(detail: RequestDetail) -> str:
    """The dispute that the buyer won and that this request answers, in the language of the window."""
    return detail.won_dispute_zh if language() == "zh" else detail.won_dispute_en


def page_keys(bar: DecisionBar) -> dict[str, QAction]:
    """The page's single keys."""
    return {
        "A": bar.approve_action,
        "R": bar.refuse_action,
        "E": bar.ask_action,
        "N": bar.negotiate_action,
        "P": bar.proof_action,
    }


def _emphasise(button: QPushButton, kind: str, icon: str) -> None:
    button.setProperty("kind", kind or None)
    if icon:
        set_icon(button, icon, "on_primary" if kind == "primary" else "text")
    repolish(button)
