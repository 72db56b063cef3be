"""Orders: entered or imported, delivered, redeemed, locked; and everything that happened to each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import OrderState
from desktop_app.services.evidence import EvidenceLine
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.orders import OrderDetail, OrderFilter, OrderLine, UnitLine
from desktop_app.services.redemption_import import RedemptionImportResult
from desktop_app.services.timeline import EventLine
from desktop_app.ui import row_loader
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.dialogs.import_orders_dialog import ImportOrdersDialog
from desktop_app.ui.dialogs.import_redemptions_dialog import ImportRedemptionsDialog
from desktop_app.ui.dialogs.new_request_dialog import NewRequestDialog
from desktop_app.ui.dialogs.order_dialog import OrderDialog
from desktop_app.ui.dialogs.order_steps import OrderSteps
from desktop_app.ui.evidence_steps import EvidenceSteps
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import label, money, tone, when
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import push_button, row_of
from desktop_app.ui.widgets.combo import Combo
from desktop_app.ui.widgets.evidence_view import EvidencePlace
from desktop_app.ui.widgets.folding_row import FoldingRow
from desktop_app.ui.widgets.item_combo import ItemCombo
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.order_pane import OrderPane
from desktop_app.ui.widgets.period_filter import Period, PeriodFilter
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox

PATIENCE_SECONDS = 0.05
"""How long the window waits for an order before it goes on without it."""
_AREAS = frozenset({"orders", "keys", "products", "policies", "requests", "proofs", "refunds", "vault", "settings"})
_RIGHT = Qt.AlignmentFlag.AlignRight
_STATES: tuple[OrderState | None, ...] = (None, *OrderState, None)
"""What the state filter offers; the last line is the locked ones, whatever their state."""
_LOCKED = len(_STATES) - 1


class OrdersPage(QWidget):
    """Orders at the left, one order with its units at the right."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("orders_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._order: OrderDetail | None = None
        self._reading: row_loader.Load | None = None
        self._steps = OrderSteps(shop, jobs, window, self)
        self._steps.done.connect(self._on_done)
        self._steps.failed.connect(self._on_failed)
        self.new_action = page_action(self, self.tr("New order"), "new_order_action", "N", self.new_order)
        self.proof_action = page_action(self, self.tr("Proof"), "order_proof_action", "P", self._open_proof_of_chosen)
        self._build_filters()
        self.message = MessageStrip("orders_message")
        self.table = RowTable(
            "orders_table",
            self.tr("Orders"),
            self._columns(),
            self._open_source,
            sort=Sort("ordered_at", descending=True),
        )
        self.table.rows.swapped.connect(self._on_rows)
        self.table.row_chosen.connect(self._show)
        self.pane = OrderPane(window)
        self.pane.step_wanted.connect(self._take_step)
        self.pane.units.redemption_wanted.connect(self._redeem)
        self.pane.units.facts_wanted.connect(self._set_facts)
        self.pane.units.proof_wanted.connect(self._open_proof)
        EvidenceSteps(shop, jobs, window, self.pane.evidence, self.pane, self.message, self._evidence_place, self)
        self.pane.setVisible(False)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("orders_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.pane)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([640, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        filters = row_of(
            self.search_box,
            self.state_combo,
            self.product_combo,
            self.channel_combo,
            self.period,
            1,
        )
        filters.setStretch(0, 20)
        steps = row_of(1, self.export_button, self.import_button, self.redemptions_button, self.new_button)
        layout.addWidget(FoldingRow("orders_bar", filters, steps))
        layout.addWidget(self.message)
        layout.addWidget(splitter, 1)

    def _build_filters(self) -> None:
        self.search_box = SearchBox(
            self.tr("Find orders"), "orders_search", self.tr("Order no., whole buyer or account…")
        )
        self.search_box.setMinimumWidth(110)
        self.search_box.setMaximumWidth(260)
        self.search_box.searched.connect(self._on_filter_changed)
        self.state_combo = Combo()
        self.state_combo.setObjectName("orders_state_combo")
        self.state_combo.setAccessibleName(self.tr("State"))
        self.state_combo.setMinimumWidth(96)
        for text in (self.tr("All states"), *(label(state) for state in OrderState), self.tr("Locked")):
            self.state_combo.addItem(text)
        self.state_combo.currentIndexChanged.connect(self._on_filter_changed)
        self.product_combo = ItemCombo(self.tr("Product"), "orders_product_combo", any_text=self.tr("All products"))
        self.product_combo.item_chosen.connect(self._on_filter_changed)
        self.channel_combo = ItemCombo(self.tr("Channel"), "orders_channel_combo", any_text=self.tr("All channels"))
        self.channel_combo.item_chosen.connect(self._on_filter_changed)
        self.period = PeriodFilter(self.tr("Ordered when"), "orders_period")
        self.period.period_changed.connect(self._on_filter_changed)
        self.new_button = push_button(
            self.tr("New order"), "new_order_button", self.new_order, kind="primary", icon="plus", tooltip="N"
        )
        self.import_button = push_button(self.tr("Import…"), "import_orders_button", self.import_orders)
        self.import_button.setToolTip(self.tr("Orders from a CSV file"))
        self.redemptions_button = push_button(
            self.tr("Redemptions…"), "import_redemptions_button", self.import_redemptions
        )
        self.redemptions_button.setToolTip(self.tr("A supplier's or an operator's list of what was redeemed"))
        self.export_button = push_button(self.tr("Export…"), "export_orders_button", self._export)

    # what the window asks

    def title(self) -> str:
        return self.tr("Orders")

    def reload(self, change: Change | None) -> None:
        if change is not None and not change.areas & _AREAS:
            return
        self.product_combo.set_items((line.id, line.name) for line in self._shop.products.names())
        self.channel_combo.set_items((line.id, line.name) for line in self._shop.policies.channels())
        self._reload_table()
        self._show(self.table.current_row())

    def open_item(self, order_id: int) -> None:
        """Show one order, wherever it is in the list."""
        try:
            order_no = self._shop.orders.line(order_id).order_no
        except ShopError as error:
            self.message.show_error(error)
            return
        self.apply_filter(text=order_no)
        self.table.select_id(order_id)

    def open_number(self, order_no: str) -> None:
        """The same for an order number."""
        try:
            order_id = self._shop.orders.by_number(order_no).line.id
        except ShopError as error:
            self.message.show_error(error)
            return
        self.open_item(order_id)

    def apply_filter(
        self,
        *,
        state: OrderState | None = None,
        product_id: int | None = None,
        channel_id: int | None = None,
        text: str = "",
        order_no: str = "",
        locked: bool = False,
        today: bool = False,
        redemption_list: Path | None = None,
    ) -> None:
        """``order_no`` opens that order and ``redemption_list`` its import; otherwise everything that is not given is
        taken off."""
        if redemption_list is not None:
            self.import_redemptions(redemption_list)
            return
        if order_no:
            self.open_number(order_no)
            return
        self.state_combo.blockSignals(True)
        self.state_combo.setCurrentIndex(
            _LOCKED if locked else 0 if state is None else _STATES.index(OrderState(state))
        )
        self.state_combo.blockSignals(False)
        self.product_combo.set_item(product_id)
        self.channel_combo.set_item(channel_id)
        self.period.set_period(Period.TODAY if today else Period.ANY)
        self.search_box.set_text_quietly(text)
        self._reload_table()

    def page_actions(self) -> dict[str, QAction]:
        return {"N": self.new_action, "P": self.proof_action}

    # the list

    def _columns(self) -> tuple[Column[OrderLine], ...]:
        zone = self._window.zone
        return (
            Column("order_no", self.tr("Order"), lambda row: row.order_no, sort_key="order_no", width=168),
            Column("product", self.tr("Product"), lambda row: row.product_name, sort_key="product", width=170),
            Column("quantity", self.tr("Qty"), lambda row: str(row.quantity), _RIGHT, width=52),
            Column("state", self.tr("State"), self._state_word, tone=_state_tone, sort_key="state", width=176),
            Column("paid_fen", self.tr("Paid"), lambda row: money(row.paid_fen), _RIGHT, sort_key="paid_fen", width=96),
            Column(
                "refunded_fen",
                self.tr("Refunded"),
                lambda row: money(row.refunded_fen) if row.refunded_fen else "",
                _RIGHT,
                sort_key="refunded_fen",
                width=96,
            ),
            Column("buyer", self.tr("Buyer"), lambda row: row.buyer_masked, width=120),
            Column("channel", self.tr("Channel"), lambda row: row.channel_name, sort_key="channel", width=120),
            Column(
                "ordered_at",
                self.tr("Ordered"),
                lambda row: when(row.ordered_at, zone()),
                sort_key="ordered_at",
                width=140,
            ),
            Column("paid_at", self.tr("Paid at"), lambda row: when(row.paid_at, zone()), sort_key="paid_at", width=140),
            Column(
                "shipped_at",
                self.tr("Delivered"),
                lambda row: when(row.shipped_at, zone()),
                sort_key="shipped_at",
                width=140,
            ),
        )

    def _state_word(self, row: OrderLine) -> str:
        if row.locked:
            return self.tr("{state}, locked").format(state=label(row.state))
        return label(row.state)

    def where(self) -> OrderFilter:
        """The filter in force."""
        chosen = self.state_combo.currentIndex()
        first, end = self.period.bounds(self._window.now(), self._window.zone())
        return OrderFilter(
            state=_STATES[chosen],
            product_id=self.product_combo.item_id(),
            channel_id=self.channel_combo.item_id(),
            text=self.search_box.text(),
            locked=True if chosen == _LOCKED else None,
            ordered_from=first,
            ordered_to=end,
        )

    def _open_source(self, sort: Sort | None) -> RowSource[OrderLine]:
        listing: Listing[OrderLine] = self._shop.orders.listing(self.where(), sort)
        return listing

    def _on_filter_changed(self, *_: object) -> None:
        self._reload_table()

    def _reload_table(self) -> None:
        self.table.reload()

    def _on_rows(self) -> None:
        """New rows are there; a long list comes later than it was asked for."""
        if not self.table.rows.rowCount():
            self._set_empty()

    def _clear_filter(self) -> None:
        self.apply_filter()

    def _set_empty(self) -> None:
        if self.where() != OrderFilter():
            self.table.set_empty(
                self.tr("No order fits"),
                self.tr("Buyers and accounts are found by their whole name, order numbers by any three characters."),
                self.tr("Show all orders"),
                self._clear_filter,
            )
        elif not self._shop.policies.channels():
            self.table.set_empty(
                self.tr("No sales channel yet"),
                self.tr("An order belongs to a channel, whose policy says what is refunded: write that down first."),
                self.tr("Go to Policies"),
                self._go_to_policies,
            )
        elif not self._shop.products.names():
            self.table.set_empty(
                self.tr("No product yet"),
                self.tr("Add what you sell, then its keys, then the orders."),
                self.tr("Add a product"),
                self._add_product,
            )
        else:
            self.table.set_empty(
                self.tr("No orders yet"),
                self.tr("Enter one by hand, or import the orders of your platform from a CSV file."),
                self.tr("New order"),
                self.new_order,
            )

    def _go_to_policies(self) -> None:
        self._window.navigate("policies")

    def _add_product(self) -> None:
        self._window.navigate("products", new=True)

    # one order

    def _show(self, row: OrderLine | None) -> None:
        """Read beside the window: opening what is sealed of hundreds of units takes a moment."""
        self._order = self._reading = None
        if row is None:
            self.pane.hide()
            return
        shop, order_id = self._shop, row.id

        def read() -> tuple[OrderDetail, Sequence[EvidenceLine], Sequence[EventLine]]:
            return shop.orders.detail(order_id), shop.evidence.of_order(order_id), shop.orders.timeline(order_id)

        self._reading = load = row_loader.start(self, read, self._on_read)
        if load.wait(max(PATIENCE_SECONDS, row_loader.PATIENCE_SECONDS)):
            self._on_read(load)
        elif not self.pane.shows(order_id):
            self.pane.hide()

    def _on_read(self, load: row_loader.Load) -> None:
        if load is not self._reading:
            return  # another order was chosen meanwhile
        self._reading = None
        if load.error is None:
            self._order, evidence, timeline = load.value
            self.pane.show_order(self._order, evidence, timeline)
            self.pane.show()
            return
        self.pane.hide()
        if not isinstance(load.error, ShopError):
            raise load.error
        self.message.show_error(load.error)

    def _evidence_place(self) -> EvidencePlace | None:
        return self.pane.evidence_place() if self._order is not None else None

    def _take_step(self, name: str) -> None:
        order = self._order
        self.message.clear()
        if order is None:
            return
        if name == "new_request":
            dialog = NewRequestDialog(
                self._shop, self._window, self._window.dialog_parent(), order_no=order.line.order_no
            )
            dialog.added.connect(self._open_request)
            dialog.open()
        elif name == "requests":
            self._open_request(order.request_ids[-1])
        else:
            getattr(self._steps, name)(order)

    def _open_request(self, request_id: int) -> None:
        self._window.navigate("requests", request_id)

    def _redeem(self, unit: UnitLine) -> None:
        self.message.clear()
        if self._order is not None:
            self._steps.redeem(self._order, unit)

    def _set_facts(self, unit: UnitLine) -> None:
        self.message.clear()
        if self._order is not None:
            self._steps.set_facts(self._order, unit)

    def _open_proof(self, unit: UnitLine) -> None:
        self._window.navigate("proofs", unit=unit.id)

    def _open_proof_of_chosen(self) -> None:
        unit = self.pane.units.unit() if self._order is not None else None
        if unit is not None and unit.redemption is not None:
            self._open_proof(unit)

    def _on_done(self, sentence: str) -> None:
        self._window.say(sentence, Tone.OK)

    def _on_failed(self, error: ShopError) -> None:
        self.message.show_error(error)

    # entering

    def new_order(self) -> None:
        """Open the form; what it needs first is asked for first."""
        channels = [line for line in self._shop.policies.channels() if line.active]
        products = [line for line in self._shop.products.names() if line.active]
        if not channels:
            self._window.say(self.tr("An order needs a sales channel with a policy: add it first."), Tone.WARN)
            self._go_to_policies()
        elif not products:
            self._window.say(self.tr("An order needs a product: add it first."), Tone.WARN)
            self._add_product()
        else:
            dialog = OrderDialog(self._shop, self._window, channels, products)
            dialog.saved.connect(self._on_saved)
            dialog.open()

    def _on_saved(self, order_id: int) -> None:
        if not self.table.select_id(order_id):
            self.open_item(order_id)
        self._window.say(self.tr("The order is entered."), Tone.OK)

    def import_orders(self) -> None:
        dialog = ImportOrdersDialog(self._shop, self._jobs, self._window)
        dialog.imported.connect(self._on_imported)
        dialog.start()

    def _on_imported(self, count: int) -> None:
        self._window.say(self.tr("{count} orders were entered.").format(count=f"{count:,}"), Tone.OK)

    def import_redemptions(self, path: Path | None = None) -> None:
        """Open the import of a list of redemptions, with ``path`` looked at already."""
        dialog = ImportRedemptionsDialog(self._shop, self._jobs, self._window)
        dialog.imported.connect(self._on_redemptions)
        dialog.start(path if isinstance(path, Path) else None)

    def _on_redemptions(self, result: RedemptionImportResult) -> None:
        self._window.say(
            self.tr("{count} redemptions were recorded.").format(count=f"{result.recorded_count:,}"), Tone.OK
        )

    def _export(self) -> None:
        parent = self._window.dialog_parent()
        export_table(parent, self._shop, self._jobs, "orders", self.where(), self.table.sort_state)


def _state_tone(row: OrderLine) -> Tone:
    return Tone.BAD if row.locked else tone(row.state)
