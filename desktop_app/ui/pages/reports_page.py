"""The stock in figures and how reliable the suppliers' keys are, each as a table with its totals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.services.batches import BatchLine
from desktop_app.services.listing import Sort
from desktop_app.services.stock import EXPIRING_DAYS, RATE_DAYS, StockLine, SupplierLine
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.export_dialog import export_table
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import money, percent
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import plain_label, push_button, row_of
from desktop_app.ui.widgets.number_fields import NumberSpin
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.tab_bar import tab_bar

Line = TypeVar("Line")

_RIGHT = Qt.AlignmentFlag.AlignRight
_AREAS = frozenset({"products", "keys", "orders", "requests", "settings"})
_STOCK, _SUPPLIERS = 0, 1
_SHORT_DAYS = 7
"""A stock that lasts for less than a week is shown in amber."""
_BAD_RATE_BP = 500
"""One key in twenty that fails is too many."""
_OFFERED_BATCHES = 15


class _ReportSource(Generic[Line]):
    """A report as a table reads it: made in the worker that asks first, and kept for the totals."""

    def __init__(self, make: Callable[[], list[Line]], row_id: Callable[[Line], Hashable]) -> None:
        self._make = make
        self._row_id = row_id
        self.lines: list[Line] | None = None

    def count(self) -> int:
        return len(self._made())

    def page(self, offset: int, limit: int) -> Sequence[Line]:
        return self._made()[offset : offset + limit]

    def positions(self, ids: Collection[Hashable]) -> dict[Hashable, int]:
        wanted = set(ids)
        places = ((self._row_id(line), number) for number, line in enumerate(self._made()))
        return {row_id: number for row_id, number in places if row_id in wanted}

    def _made(self) -> list[Line]:
        if self.lines is None:
            self.lines = self._make()
        return self.lines


class ReportsPage(QWidget):
    """Two tabs; a report is read when it is looked at, because a large shop takes its time to count."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reports_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._stock_source: _ReportSource[StockLine] | None = None
        self._supplier_source: _ReportSource[SupplierLine] | None = None
        self._stale = {_STOCK, _SUPPLIERS}
        self._wanted_supplier: str | None = None
        self._build()
        self._show_steps()

    # building

    def _build(self) -> None:
        self.tabs = tab_bar("reports_tabs", self.tr("Reports"), self.tr("Stock"), self.tr("Suppliers"))
        self.days_label = plain_label(self.tr("Expiring within"), role="muted", name="expiring_days_label")
        self.days_spin = NumberSpin("expiring_days", self.tr("Expiring within"), 1, 365, self.tr(" days"))
        self.days_spin.setFixedWidth(104)
        self.days_spin.setValue(EXPIRING_DAYS)
        # a number that is still being typed counts nothing
        self.days_spin.setKeyboardTracking(False)
        self.days_spin.valueChanged.connect(self._on_days_changed)
        self.days_label.setBuddy(self.days_spin)
        self.export_button = push_button(self.tr("Export…"), "reports_export", self._export, icon="file-down")
        self.stock_table = RowTable(
            "stock_report_table",
            self.tr("Stock by product"),
            self._stock_columns(),
            self._open_stock,
            row_id=_product_of,
        )
        self.stock_table.set_empty(
            self.tr("No product holds keys yet"),
            self.tr("Add a product and import its keys; its stock is counted here."),
            self.tr("Go to the products"),
            self._go_to_products,
        )
        self.supplier_table = RowTable(
            "supplier_report_table",
            self.tr("Failures by supplier"),
            self._supplier_columns(),
            self._open_suppliers,
            row_id=_supplier_of,
        )
        self.supplier_table.set_empty(
            self.tr("No keys were imported yet"),
            self.tr("Name the supplier when you import keys; how many of them fail is counted here."),
            self.tr("Go to the card keys"),
            self._go_to_keys,
        )
        self._lists = QStackedWidget()
        self._lists.addWidget(self.stock_table)
        self._lists.addWidget(self.supplier_table)
        self.totals_label = plain_label(name="reports_totals", wrap=True, selectable=True)
        self.product_button = push_button(
            self.tr("Show the product"), "report_product_button", self._show_product, icon="package"
        )
        self.keys_button = push_button(
            self.tr("Show its keys"), "report_keys_button", self._show_keys, icon="key-round"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self.tabs, 1, self.days_label, self.days_spin, self.export_button))
        layout.addWidget(self._lists, 1)
        footer = row_of(spacing=8)
        footer.addWidget(self.totals_label, 1)
        footer.addWidget(self.product_button)
        footer.addWidget(self.keys_button)
        layout.addLayout(footer)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self.stock_table.row_activated.connect(self._on_activated)
        self.supplier_table.row_activated.connect(self._on_activated)
        for table in (self.stock_table, self.supplier_table):
            table.row_chosen.connect(self._show_steps)
            table.rows.swapped.connect(self._show_totals)

    def _stock_columns(self) -> tuple[Column[StockLine], ...]:
        return (
            Column("name", self.tr("Product"), lambda row: row.product.name, width=170, sort_key="name"),
            Column("code", self.tr("Code"), lambda row: row.product.code, width=108, sort_key="code"),
            Column("in_stock", self.tr("Sellable"), _count("in_stock"), _RIGHT, width=76, sort_key="in_stock"),
            Column(
                "days_left",
                self.tr("Lasts for"),
                self._days_text,
                tone=_days_tone,
                width=104,
                sort_key="days_left",
                tooltip=self._days_tip,
            ),
            Column(
                "expiring",
                self.tr("Expiring"),
                lambda row: f"{row.expiring:,}",
                _RIGHT,
                width=76,
                sort_key="expiring",
                tooltip=self._expiring_tip,
            ),
            Column(
                "cost_fen",
                self.tr("At cost"),
                self._cost_text,
                _RIGHT,
                width=100,
                sort_key="cost_fen",
                tooltip=self._cost_tip,
            ),
            Column(
                "price_fen",
                self.tr("At price"),
                lambda row: money(row.price_fen),
                _RIGHT,
                width=100,
                sort_key="price_fen",
            ),
            Column("reserved", self.tr("Reserved"), _count("reserved"), _RIGHT, width=78, sort_key="reserved"),
            Column("delivered", self.tr("Delivered"), _count("delivered"), _RIGHT, width=82, sort_key="delivered"),
            Column("redeemed", self.tr("Redeemed"), _count("redeemed"), _RIGHT, width=96, sort_key="redeemed"),
            Column(
                "quarantined", self.tr("Quarantined"), _count("quarantined"), _RIGHT, width=114, sort_key="quarantined"
            ),
            Column("void", self.tr("Void"), _count("void"), _RIGHT, width=64, sort_key="void"),
            Column("expired", self.tr("Expired"), _count("expired"), _RIGHT, width=76, sort_key="expired"),
        )

    def _supplier_columns(self) -> tuple[Column[SupplierLine], ...]:
        return (
            Column("supplier", self.tr("Supplier"), self._supplier_text, width=220, sort_key="supplier"),
            Column(
                "rate_bp",
                self.tr("Failure rate"),
                self._rate_text,
                tone=_rate_tone,
                width=120,
                sort_key="rate_bp",
            ),
            Column("failed", self.tr("Failed"), lambda row: f"{row.failed:,}", _RIGHT, width=90, sort_key="failed"),
            Column(
                "tried",
                self.tr("Delivered or failed"),
                lambda row: f"{row.tried:,}",
                _RIGHT,
                width=150,
                sort_key="tried",
            ),
            Column(
                "loss_fen",
                self.tr("Cost of failures"),
                lambda row: money(row.loss_fen),
                _RIGHT,
                width=130,
                sort_key="loss_fen",
            ),
            Column(
                "in_stock", self.tr("In stock"), lambda row: f"{row.in_stock:,}", _RIGHT, width=90, sort_key="in_stock"
            ),
            Column(
                "imported", self.tr("Imported"), lambda row: f"{row.imported:,}", _RIGHT, width=100, sort_key="imported"
            ),
            Column("batches", self.tr("Batches"), lambda row: f"{row.batches:,}", _RIGHT, width=90, sort_key="batches"),
        )

    # the page as the window knows it

    @property
    def table(self) -> RowTable:
        """The table of the tab that is shown."""
        return self.supplier_table if self._is_suppliers() else self.stock_table

    def title(self) -> str:
        return self.tr("Reports")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._stale = {_STOCK, _SUPPLIERS}
            self._reload_shown()

    def open_item(self, product_id: int) -> None:
        """Select the stock of a product."""
        self.tabs.setCurrentIndex(_STOCK)
        self.stock_table.select_id(product_id)

    def apply_filter(self, *, report: str = "stock", expiring_days: int | None = None) -> None:
        """``report`` is ``stock`` or ``suppliers``."""
        self.tabs.setCurrentIndex({"stock": _STOCK, "suppliers": _SUPPLIERS}[report])
        if expiring_days is not None:
            self.days_spin.setValue(expiring_days)

    # reading

    def _is_suppliers(self) -> bool:
        return self.tabs.currentIndex() == _SUPPLIERS

    def _reload_shown(self) -> None:
        shown = self.tabs.currentIndex()
        if shown in self._stale:
            self._stale.discard(shown)
            self.table.reload()

    def _open_stock(self, sort: Sort | None) -> RowSource[StockLine]:
        stock, days = self._shop.stock, self.days_spin.value()
        self._stock_source = _ReportSource(lambda: stock.report(days, sort), _product_of)
        return self._stock_source

    def _open_suppliers(self, sort: Sort | None) -> RowSource[SupplierLine]:
        stock = self._shop.stock
        self._supplier_source = _ReportSource(lambda: stock.suppliers(sort), _supplier_of)
        return self._supplier_source

    def _on_tab_changed(self, index: int) -> None:
        self._lists.setCurrentIndex(index)
        for widget in (self.days_label, self.days_spin, self.product_button):
            widget.setVisible(index == _STOCK)
        self._reload_shown()
        self._show_totals()
        self._show_steps()

    def _on_days_changed(self, *_: object) -> None:
        self._stale.add(_STOCK)
        self._reload_shown()

    # what the tables say

    def _days_text(self, row: StockLine) -> str:
        if not row.product.in_stock:
            return self.tr("sold out")
        if row.days_left is None:
            return self.tr("not known")
        return self.tr("{count} days").format(count=f"{row.days_left:,}")

    def _days_tip(self, row: StockLine) -> str:
        return self.tr("Delivered in the last {days} days: {count}").format(days=RATE_DAYS, count=f"{row.sold:,}")

    def _expiring_tip(self, _row: StockLine) -> str:
        return self.tr("Sellable keys whose last usable day is at most {days} days away").format(
            days=self.days_spin.value()
        )

    def _cost_text(self, row: StockLine) -> str:
        # a sum that leaves keys out says so
        return f"{money(row.cost_fen)} *" if row.uncosted else money(row.cost_fen)

    def _cost_tip(self, row: StockLine) -> str:
        if not row.uncosted:
            return ""
        return self.tr("Without {count} keys whose batch has no cost").format(count=f"{row.uncosted:,}")

    def _supplier_text(self, row: SupplierLine) -> str:
        return row.supplier or self.tr("(no supplier named)")

    def _rate_text(self, row: SupplierLine) -> str:
        return self.tr("none tried") if row.rate_bp is None else percent(row.rate_bp)

    def _show_totals(self) -> None:
        if self._is_suppliers():
            lines = self._supplier_source.lines if self._supplier_source else None
            self.totals_label.setText(self._supplier_totals(lines) if lines else "")
        else:
            stock = self._stock_source.lines if self._stock_source else None
            self.totals_label.setText(self._stock_totals(stock) if stock else "")

    def _stock_totals(self, lines: list[StockLine]) -> str:
        uncosted = sum(line.uncosted for line in lines)
        texts = [
            self.tr("{count} products").format(count=f"{len(lines):,}"),
            self.tr("{count} sellable").format(count=f"{sum(line.product.in_stock for line in lines):,}"),
            self.tr("{amount} at cost").format(amount=money(sum(line.cost_fen for line in lines))),
            self.tr("{amount} at price").format(amount=money(sum(line.price_fen for line in lines))),
            self.tr("{count} expiring within {days} days").format(
                count=f"{sum(line.expiring for line in lines):,}", days=self.days_spin.value()
            ),
        ]
        if uncosted:
            texts.append(self.tr("* {count} keys have no cost").format(count=f"{uncosted:,}"))
        return self.tr("Total: {parts}").format(parts=" · ".join(texts))

    def _supplier_totals(self, lines: list[SupplierLine]) -> str:
        failed, tried = sum(line.failed for line in lines), sum(line.tried for line in lines)
        texts = [
            self.tr("{count} suppliers").format(count=f"{len(lines):,}"),
            self.tr("{failed} of {tried} delivered or failed keys did not work").format(
                failed=f"{failed:,}", tried=f"{tried:,}"
            ),
        ]
        if tried:
            texts.append(percent((2 * failed * 10_000 + tried) // (2 * tried)))
        texts.append(self.tr("they cost {amount}").format(amount=money(sum(line.loss_fen for line in lines))))
        return self.tr("Total: {parts}").format(parts=" · ".join(texts))

    # where a row leads

    def _show_steps(self, *_: object) -> None:
        chosen = self.table.current_row() is not None
        self.product_button.setEnabled(chosen)
        self.keys_button.setEnabled(chosen)

    def _on_activated(self, _row: object) -> None:
        if self._is_suppliers():
            self._show_keys()
        else:
            self._show_product()

    def _show_product(self) -> None:
        row = self.stock_table.current_row()
        if row is not None:
            self._window.navigate("products", row.product.id)

    def _show_keys(self) -> None:
        row = self.table.current_row()
        if row is None:
            return
        if isinstance(row, SupplierLine):
            self._find_batches(row.supplier)
        else:
            self._window.navigate("keys", product_id=row.product.id)

    def _find_batches(self, supplier: str) -> None:
        """Keys are listed by batch: one batch is shown at once, of several one is chosen."""
        inventory = self._shop.inventory
        self._wanted_supplier = supplier

        def work(_progress: Progress) -> tuple[str, list[BatchLine]]:
            batches = (batch for batch in inventory.batches() if batch.supplier == supplier and not batch.undone_at)
            return supplier, list(batches)

        self._jobs.run(self, work, self._offer_batches, self._window.show_error)

    def _offer_batches(self, found: tuple[str, list[BatchLine]]) -> None:
        supplier, batches = found
        if supplier != self._wanted_supplier or not self.isVisible():
            return  # something else was asked for meanwhile
        if len(batches) == 1:
            self._show_batch(batches[0].id)
            return
        menu = QMenu(self)
        menu.setObjectName("supplier_batches_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for batch in batches[:_OFFERED_BATCHES]:
            # an ampersand would be a shortcut, not a letter
            text = f"{batch.name} · {batch.product_name}".replace("&", "&&")
            menu.addAction(text).setData(batch.id)
        if len(batches) > _OFFERED_BATCHES:
            rest = menu.addAction(
                self.tr("{count} older batches: see the card keys").format(count=len(batches) - _OFFERED_BATCHES)
            )
            rest.setEnabled(False)
        menu.triggered.connect(lambda action: self._show_batch(action.data()))
        menu.popup(self.keys_button.mapToGlobal(self.keys_button.rect().topLeft()))

    def _show_batch(self, batch_id: int) -> None:
        self._window.navigate("keys", batch_id=batch_id)

    def _go_to_products(self) -> None:
        self._window.navigate("products")

    def _go_to_keys(self) -> None:
        self._window.navigate("keys")

    def _export(self) -> None:
        what = "suppliers" if self._is_suppliers() else "stock"
        export_table(self._window.dialog_parent(), self._shop, self._jobs, what, sort=self.table.rows.sort_state)


def _product_of(line: StockLine) -> Hashable:
    return line.product.id


def _supplier_of(line: SupplierLine) -> Hashable:
    return line.supplier


def _count(name: str) -> Callable[[StockLine], str]:
    return lambda row: f"{getattr(row.product, name):,}"


def _days_tone(row: StockLine) -> Tone:
    if not row.product.in_stock:
        return Tone.BAD if row.product.active else Tone.NEUTRAL
    if row.days_left is None:
        return Tone.NEUTRAL
    return Tone.WARN if row.days_left < _SHORT_DAYS else Tone.OK


def _rate_tone(row: SupplierLine) -> Tone:
    if row.rate_bp is None:
        return Tone.NEUTRAL
    if row.rate_bp >= _BAD_RATE_BP:
        return Tone.BAD
    return Tone.WARN if row.failed else Tone.OK
