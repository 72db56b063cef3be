"""Enter a request that a buyer made by chat or telephone."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.domain.states import EvidenceKind, PlatformKind, ReasonCode
from desktop_app.services.orders import OrderDetail
from desktop_app.services.requests import RequestDraft
from desktop_app.ui.actions import WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.form_dialog import FormDialog, line_edit, note_edit
from desktop_app.ui.labels import error_text, label, money, when
from desktop_app.ui.widgets.basics import plain_label, set_tone
from desktop_app.ui.widgets.inputs import DateTimeEdit, EnumCombo
from desktop_app.ui.widgets.unit_reasons import UnitReasons

LOOKUP_MS = 250


class NewRequestDialog(FormDialog):
    """Looks the order up while its number is typed."""

    added = Signal(object)
    """Id of the request."""

    def __init__(self, shop: Any, window: WindowContext, parent: QWidget, *, order_no: str = "") -> None:
        super().__init__(parent, "new_request_dialog", self.tr("New request"), self.tr("Add the request"), width=680)
        self._shop = shop
        self._window = window
        self._order: OrderDetail | None = None
        self.order_edit = line_edit("order_no_edit", self.tr("Order number"), text=order_no)
        self._found = plain_label(role="muted", name="order_found", wrap=True)
        self.units = UnitReasons(selectable=True)
        self.reason_combo = EnumCombo(
            self.tr("Reason"), "request_reason_combo", ReasonCode, any_text=self.tr("The buyer gave none")
        )
        self.words_edit = note_edit("request_words_edit", self.tr("The buyer's words"))
        self.requested_edit = DateTimeEdit(self.tr("Requested at"), "requested_at_edit", window.zone())
        # the clock of the request starts here; whole seconds never lie ahead of now
        self.requested_edit.set_moment(window.now())
        self.promise_box = QCheckBox(self.tr("The buyer claims that a refund was promised"))
        self.promise_box.setObjectName("promise_claimed_box")
        self._kinds: dict[EvidenceKind, QCheckBox] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        for number, kind in enumerate(EvidenceKind):
            box = QCheckBox(label(kind))
            box.setObjectName(f"has_{kind.value}")
            self._kinds[kind] = box
            grid.addWidget(box, number // 3, number % 3)
        kinds = QWidget()
        kinds.setLayout(grid)
        grid.setContentsMargins(0, 0, 0, 0)
        self.fields.add_field(self.tr("Order"), self.order_edit)
        self.fields.addWidget(self._found, self.fields.rowCount(), 1)
        self.fields.add_field(self.tr("Units"), self.units)
        self.fields.add_field(self.tr("Reason"), self.reason_combo)
        self.fields.add_field(self.tr("Words"), self.words_edit)
        self.fields.add_field(self.tr("Requested"), self.requested_edit)
        self.fields.add_field(self.tr("Evidence seen"), kinds)
        self.fields.add_field("", self.promise_box)
        self._timer = QTimer(self, singleShot=True, interval=LOOKUP_MS)
        self._timer.timeout.connect(self.look_up)
        self.order_edit.textChanged.connect(self._timer.start)
        self.order_edit.returnPressed.connect(self.look_up)
        # Enter looks the order up; it must not store a request that is only half filled in
        self.submit_button.setDefault(False)
        self.look_up()
        self.order_edit.setFocus()

    def look_up(self) -> None:
        """Find the order now; called after a pause in the typing."""
        self._timer.stop()
        number = self.order_edit.text().strip()
        order: OrderDetail | None = None
        problem = ""
        if number:
            try:
                order = self._shop.orders.by_number(number)
            except ShopError as error:
                problem = error_text(error)
        if order is not None and self._order is not None and order.line.id == self._order.line.id:
            return
        self._order = order
        units = () if order is None else order.units
        self.units.show_units(units)
        self.fields.set_field_visible(self.units, bool(units))
        self.promise_box.setVisible(order is not None and order.line.platform_kind is PlatformKind.INDIVIDUAL)
        set_tone(self._found, Tone.BAD if problem else None)
        if order is None:
            self._found.setText(problem or self.tr("Type the order number: the order is looked up."))
            return
        line = order.line
        self._found.setText(
            "  ·  ".join(
                (
                    line.product_name,
                    label(line.state),
                    money(line.paid_fen),
                    line.channel_name,
                    when(line.ordered_at, self._window.zone()),
                )
            )
        )

    def apply(self) -> None:
        self.look_up()
        if self._order is not None and not self.units.chosen():
            raise BadInputError("Tick at least one unit.", "请至少勾选一件。", field="unit_refs")
        draft = RequestDraft(
            order_no=self.order_edit.text().strip(),
            requested_at=min(self.requested_edit.moment(), self._window.now()),
            reason=self.reason_combo.code(),
            text=self.words_edit.toPlainText(),
            unit_refs=() if self.units.has_all() else self.units.chosen(),
            unit_reasons=self.units.reasons(),
            evidence=tuple(kind for kind, box in self._kinds.items() if box.isChecked()),
            promise_claimed=not self.promise_box.isHidden() and self.promise_box.isChecked(),
        )
        request_id = self._shop.requests.add(draft)
        self.added.emit(request_id)
