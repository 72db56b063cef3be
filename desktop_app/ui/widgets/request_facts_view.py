"""What the merchant records about a request: its reason, what was looked up, and the order it is about."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import PlatformKind, ReasonCode
from desktop_app.services.requests import RequestDetail, RequestFacts
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import label, money, percent, tone, when
from desktop_app.ui.widgets.basics import FactsGrid, plain_label, push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.inputs import EnumCombo, MoneyEdit
from desktop_app.ui.widgets.verdict_view import subject_reasons

_LOG = (ReasonCode.DUPLICATE_PAYMENT, ReasonCode.AUTO_CANCELLED)
_BAD_KEY = (ReasonCode.INVALID_CARD, ReasonCode.REDUCED_BENEFIT)
PAUSE_MS = 700
_ANSWERS: tuple[bool | None, ...] = (None, True, False)


class FactsView(QWidget):
    """Reason and facts; every choice is recorded at once, and the verdict above follows."""

    reason_changed = Signal(object)
    """ReasonCode or None."""
    unit_reasons_wanted = Signal()
    facts_changed = Signal(object)
    """RequestFacts."""
    failed = Signal(object)
    """ShopError: what was typed is no amount."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("request_facts")
        self._facts = RequestFacts()
        self._is_showing = False
        self._wheel = _NoWheel(self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._on_fact)
        self.reason_combo = EnumCombo(
            self.tr("Reason of the request"), "reason_combo", ReasonCode, any_text=self.tr("No reason yet")
        )
        self.reason_combo.code_chosen.connect(self._on_reason)
        self.reason_combo.installEventFilter(self._wheel)
        self.unit_reasons_button = push_button(
            self.tr("Per unit…"), "unit_reasons_button", self.unit_reasons_wanted.emit, kind="link"
        )
        self.log_combo = self._answer("log_combo", self.tr("The log confirms the claim"))
        self.error_combo = self._answer("error_combo", self.tr("The wrong amount is confirmed"))
        self.mismatch_combo = self._answer("mismatch_combo", self.tr("The mismatch is confirmed"))
        self.duplicate_edit = self._amount("duplicate_edit", self.tr("Paid twice, in yuan"))
        self.overcharged_edit = self._amount("overcharged_edit", self.tr("Overcharged, in yuan"))
        self.promise_check = self._check("promise_check", self.tr("The buyer claims a promise"))
        self.reissue_check = self._check("reissue_check", self.tr("A replacement was tried"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, 130)
        self._rows: dict[str, tuple[QWidget, QWidget]] = {}
        reason = QWidget()
        reason_row = row_of(self.reason_combo, self.unit_reasons_button)
        reason_row.setStretch(0, 1)
        reason.setLayout(reason_row)
        for key, title, widget in (
            ("reason", self.tr("Reason"), reason),
            ("log", self.tr("Log confirms"), self.log_combo),
            ("duplicate", self.tr("Paid twice"), self.duplicate_edit),
            ("error", self.tr("Error confirmed"), self.error_combo),
            ("overcharged", self.tr("Overcharged by"), self.overcharged_edit),
            ("mismatch", self.tr("Mismatch confirmed"), self.mismatch_combo),
            ("promise", "", self.promise_check),
            ("reissue", "", self.reissue_check),
        ):
            self._add_row(key, title, widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(plain_label(self.tr("Reason and facts"), role="section"))
        layout.addLayout(self._grid)

    def show_detail(self, detail: RequestDetail) -> None:
        """Only the facts that this request turns on; read-only once it is decided."""
        self._pause.stop()
        self._is_showing = True
        facts = self._facts = detail.facts
        reasons = subject_reasons(detail)
        self.reason_combo.set_code(detail.line.reason)
        for combo, value in (
            (self.log_combo, facts.log_confirms),
            (self.error_combo, facts.error_confirmed),
            (self.mismatch_combo, facts.mismatch_confirmed),
        ):
            combo.setCurrentIndex(_ANSWERS.index(value))
        for edit, fen in ((self.duplicate_edit, facts.duplicate_fen), (self.overcharged_edit, facts.overcharged_fen)):
            if not edit.hasFocus():
                edit.set_fen(fen)
        self.promise_check.setChecked(facts.promise_claimed)
        self.reissue_check.setChecked(facts.reissue_tried)
        twice = ReasonCode.DUPLICATE_PAYMENT in reasons
        wrong = ReasonCode.MERCHANT_WRONG_AMOUNT in reasons
        for key, wanted in (
            ("log", any(reason in reasons for reason in _LOG)),
            ("duplicate", twice and facts.log_confirms is True),
            ("error", wrong),
            ("overcharged", wrong and facts.error_confirmed is True),
            ("mismatch", ReasonCode.DESCRIPTION_MISMATCH in reasons),
            ("promise", detail.order.line.platform_kind is PlatformKind.INDIVIDUAL),
            ("reissue", any(reason in reasons for reason in _BAD_KEY)),
        ):
            for widget in self._rows[key]:
                widget.setVisible(wanted)
        self.unit_reasons_button.setVisible(len(detail.unit_refs) > 1)
        self.setEnabled(detail.preview is not None)
        self._is_showing = False

    def _add_row(self, key: str, title: str, widget: QWidget) -> None:
        row = len(self._rows)
        caption = plain_label(title, role="muted")
        self._grid.addWidget(caption, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(widget, row, 1)
        self._rows[key] = (caption, widget)

    def _answer(self, name: str, accessible_name: str) -> Combo:
        combo = Combo()
        combo.setObjectName(name)
        combo.setAccessibleName(accessible_name)
        combo.addItems([self.tr("Not checked yet"), self.tr("Yes, confirmed"), self.tr("No, refuted")])
        combo.currentIndexChanged.connect(self._on_fact)
        combo.installEventFilter(self._wheel)
        return combo

    def _amount(self, name: str, accessible_name: str) -> MoneyEdit:
        edit = MoneyEdit(accessible_name, name)
        edit.setPlaceholderText(self.tr("not known"))
        edit.editingFinished.connect(self._on_fact)
        # text that assistive technology puts in is never finished by a key
        edit.textChanged.connect(self._on_amount_changed)
        return edit

    def _check(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.toggled.connect(self._on_fact)
        return box

    def _on_reason(self, code: ReasonCode | None) -> None:
        if not self._is_showing:
            self.reason_changed.emit(code)

    def _on_amount_changed(self) -> None:
        if not self._is_showing:
            self._pause.start()

    def _on_fact(self, *_: object) -> None:
        self._pause.stop()
        if self._is_showing:
            return
        try:
            facts = RequestFacts(
                log_confirms=_ANSWERS[self.log_combo.currentIndex()],
                duplicate_fen=self.duplicate_edit.fen_or_none(),
                error_confirmed=_ANSWERS[self.error_combo.currentIndex()],
                overcharged_fen=self.overcharged_edit.fen_or_none(),
                mismatch_confirmed=_ANSWERS[self.mismatch_combo.currentIndex()],
                promise_claimed=self.promise_check.isChecked(),
                reissue_tried=self.reissue_check.isChecked(),
            )
        except ShopError as error:
            self.failed.emit(error)
            return
        if facts != self._facts:
            self._facts = facts
            self.facts_changed.emit(facts)


class OrderFactsView(QWidget):
    """The order behind the request, with a way to it."""

    order_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("order_facts_view")
        self.order_button = push_button("", "order_link", self.order_wanted.emit, kind="link")
        self._grid = FactsGrid("order_facts", key_width=104)
        for key, title in (
            ("channel", self.tr("Channel")),
            ("product", self.tr("Product")),
            ("units", self.tr("Units")),
            ("paid", self.tr("Paid")),
            ("refunded", self.tr("Refunded")),
            ("payment", self.tr("Paid by")),
            ("ordered", self.tr("Ordered")),
            ("shipped", self.tr("Shipped")),
            ("delivered", self.tr("Delivered")),
            ("completed", self.tr("Completed")),
            ("requested", self.tr("Requested")),
            ("policy", self.tr("Policy")),
            ("disclosure", self.tr("Fee shown")),
            ("promise", self.tr("Promise")),
            ("lock", self.tr("Locked")),
            ("buyer", self.tr("Buyer")),
            ("target", self.tr("Target")),
        ):
            self._grid.add(key, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row_of(plain_label(self.tr("Order"), role="section"), self.order_button, 1))
        layout.addWidget(self._grid)

    def show_detail(self, detail: RequestDetail, zone: ZoneInfo) -> None:
        order, line = detail.order, detail.order.line
        self.order_button.setText(line.order_no)
        channel = f"{line.channel_name}  ·  {label(line.platform_kind)}"
        policy = self.tr("version {version}: fee {fee}, window {hours} h").format(
            version=order.policy_version, fee=percent(order.fee_bp), hours=order.window_hours
        )
        target = order.target
        parts = (target.recharge_type, target.game, target.server, target.account, target.role)
        colour = tone(order.fee_disclosure)
        for key, value, shade in (
            ("channel", channel, None),
            ("product", f"{line.product_name} × {line.quantity}", None),
            ("units", self._units(detail), None),
            ("paid", money(line.paid_fen), None),
            ("refunded", money(line.refunded_fen) if line.refunded_fen else "", None),
            ("payment", label(order.payment_channel), None),
            ("ordered", when(line.ordered_at, zone), None),
            ("shipped", when(line.shipped_at, zone), None),
            ("delivered", when(order.delivered_at, zone), None),
            ("completed", when(order.completed_at, zone), None),
            ("requested", when(detail.line.requested_at, zone), None),
            ("policy", policy, None),
            ("disclosure", label(order.fee_disclosure), None if colour is Tone.OK else colour),
            ("promise", self.tr("a refund was promised in writing") if order.written_promise else "", None),
            ("lock", order.lock_reason if line.locked else "", Tone.BAD),
            ("buyer", order.buyer, None),
            ("target", " / ".join(part for part in parts if part), None),
        ):
            self._grid.set_value(key, value, shade)

    def _units(self, detail: RequestDetail) -> str:
        lines = []
        for unit in detail.order.units[:12]:
            words = [unit.ref, money(unit.net_fen), label(unit.state)]
            if unit.topup is not None:
                words.append(label(unit.topup))
            if unit.official_not_activated:
                words.append(self.tr("official record: not activated"))
            if unit.redemption is not None and unit.redemption.missing:
                words.append(self.tr("record incomplete"))
            if unit.refunded:
                words.append(self.tr("refunded"))
            if unit.ref not in detail.unit_refs:
                words.append(self.tr("not asked about"))
            lines.append("  ".join(words))
        if len(detail.order.units) > len(lines):
            lines.append(self.tr("and {count} more").format(count=len(detail.order.units) - len(lines)))
        return "\n".join(lines)


class _NoWheel(QObject):
    """Scrolling the pane must not change a fact that the pointer happens to pass."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return False
