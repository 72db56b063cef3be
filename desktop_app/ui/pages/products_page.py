"""What is sold: products with their stock, and the batches that filled it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.errors import ShopError
from desktop_app.domain.states import ProductKind
from desktop_app.services.listing import Sort
from desktop_app.services.products import ProductLine
from desktop_app.ui.actions import Change, WindowContext, page_action
from desktop_app.ui.colours import Tone
from desktop_app.ui.dialogs.product_dialog import ProductDialog
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.labels import label, money
from desktop_app.ui.row_model import Column, RowSource
from desktop_app.ui.widgets.basics import DetailPane, FactsGrid, Pill, plain_label, push_button, row_of
from desktop_app.ui.widgets.batches_view import BatchesView
from desktop_app.ui.widgets.message_strip import MessageStrip
from desktop_app.ui.widgets.row_table import RowTable
from desktop_app.ui.widgets.search_box import SearchBox

_RIGHT = Qt.AlignmentFlag.AlignRight
_AREAS = frozenset({"products", "keys", "settings"})


class ProductsPage(QWidget):
    """Table of products at the left, one product with its batches at the right."""

    def __init__(self, shop: Any, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("products_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._product: ProductLine | None = None
        self.search_box = SearchBox(self.tr("Find a product"), "products_search", self.tr("Code or name…"))
        self.search_box.setFixedWidth(260)
        self.search_box.searched.connect(self._on_filter_changed)
        self.active_box = QCheckBox(self.tr("Only those on sale"))
        self.active_box.setObjectName("only_active_box")
        self.active_box.toggled.connect(self._on_filter_changed)
        self.new_action = page_action(self, self.tr("Add a product"), "new_product_action", "N", self.add_product)
        self.new_button = push_button(
            self.tr("Add a product"), "new_product_button", self.add_product, kind="primary", icon="plus", tooltip="N"
        )
        self.message = MessageStrip("products_message")
        self.table = RowTable(
            "products_table", self.tr("Products"), self._columns(), self._open_source, sort=Sort("name")
        )
        self.table.rows.swapped.connect(self._on_rows)
        self.table.row_chosen.connect(self._show)
        self.table.row_activated.connect(self._on_activated)
        self.pane = self._pane()
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setObjectName("products_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.pane)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([640, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(row_of(self.search_box, self.active_box, 1, self.new_button))
        layout.addWidget(self.message)
        layout.addWidget(splitter, 1)

    # what the window asks

    def title(self) -> str:
        return self.tr("Products")

    def reload(self, change: Change | None) -> None:
        if change is None or change.areas & _AREAS:
            self._set_empty()
            self.table.reload()
            self._show_batches()

    def open_item(self, product_id: int) -> None:
        if not self.table.select_id(product_id):
            self._clear_filter()
            self.table.select_id(product_id)

    def apply_filter(self, *, new: bool = False, text: str = "") -> None:
        """``new`` opens the form for a product."""
        if text:
            self.search_box.setText(text)
        if new:
            self.add_product()

    def page_actions(self) -> dict[str, QAction]:
        return {"N": self.new_action}

    # the list

    def _columns(self) -> tuple[Column[ProductLine], ...]:
        return (
            Column("code", self.tr("Code"), lambda row: row.code, sort_key="code", width=124),
            Column("name", self.tr("Product"), lambda row: row.name, sort_key="name", width=190),
            Column("in_stock", self.tr("In stock"), _stock_text, _RIGHT, sort_key="in_stock", width=84),
            Column("stock_state", self.tr("Stock"), self._stock_word, tone=_stock_tone, width=104),
            Column("price_fen", self.tr("Price"), lambda row: money(row.price_fen), _RIGHT, sort_key="price_fen"),
            Column("kind", self.tr("Kind"), lambda row: label(row.kind), sort_key="kind", width=110),
            Column("delivered", self.tr("Delivered"), lambda row: f"{row.delivered:,}", _RIGHT, sort_key="delivered"),
            Column("redeemed", self.tr("Redeemed"), lambda row: f"{row.redeemed:,}", _RIGHT, sort_key="redeemed"),
            Column(
                "quarantined",
                self.tr("Quarantined"),
                lambda row: f"{row.quarantined:,}",
                _RIGHT,
                sort_key="quarantined",
            ),
            Column("expired", self.tr("Expired"), lambda row: f"{row.expired:,}", _RIGHT, sort_key="expired"),
            Column(
                "face_fen",
                self.tr("Face value"),
                lambda row: "" if row.face_fen is None else money(row.face_fen),
                _RIGHT,
                sort_key="face_fen",
            ),
        )

    def _stock_word(self, row: ProductLine) -> str:
        if not row.active:
            return self.tr("Off sale")
        if row.kind is ProductKind.PHONE_TOPUP:
            return self.tr("No keys")
        if row.in_stock == 0:
            return self.tr("Sold out")
        return self.tr("Low stock") if row.is_low else self.tr("Enough")

    def _open_source(self, sort: Sort | None) -> RowSource[ProductLine]:
        source: RowSource[ProductLine] = self._shop.products.listing(
            sort, text=self.search_box.text(), only_active=self.active_box.isChecked()
        )
        return source

    def _set_empty(self) -> None:
        if self.search_box.text().strip() or self.active_box.isChecked():
            self.table.set_empty(
                self.tr("No product fits"),
                self.tr("Nothing has this code or name."),
                self.tr("Show all products"),
                self._clear_filter,
            )
        else:
            self.table.set_empty(
                self.tr("No products yet"),
                self.tr("A product is what you sell: a card of one value, a membership, a top-up. Its keys come next."),
                self.tr("Add a product"),
                self.add_product,
            )

    def _on_rows(self) -> None:
        """There is always a product to look at."""
        if self.table.selected_count() == 0 and self.table.rows.rowCount():
            self.table.select_row(0)

    def _on_filter_changed(self, *_: object) -> None:
        self._set_empty()
        self.table.reload()

    def _clear_filter(self) -> None:
        self.search_box.set_text_quietly("")
        self.active_box.setChecked(False)
        self._on_filter_changed()

    # one product

    def _pane(self) -> DetailPane:
        pane = DetailPane("product_pane", self.tr("Product"))
        self._name = plain_label(role="title", name="product_name", wrap=True, selectable=True)
        self._pill = Pill("product_stock_pill")
        self._facts = FactsGrid("product_facts")
        for key, title in (
            ("code", self.tr("Code")),
            ("kind", self.tr("Kind")),
            ("price", self.tr("Price")),
            ("face", self.tr("Face value")),
            ("in_stock", self.tr("Can be sold")),
            ("threshold", self.tr("Low stock at")),
            ("gone", self.tr("Delivered")),
            ("aside", self.tr("Not for sale")),
            ("compare", self.tr("Comparing keys")),
            ("note", self.tr("Note")),
        ):
            self._facts.add(key, title)
        self.batches = BatchesView(self._shop, self._jobs, self._window)
        self.batches.failed.connect(self._on_failed)
        pane.content.addWidget(self._name)
        pane.content.addWidget(self._pill)
        pane.content.addWidget(self._facts)
        pane.content.addWidget(self.batches, 1)
        self.import_button = push_button(
            self.tr("Import keys for this product"), "import_product_keys_button", self._import, kind="primary"
        )
        self.change_button = push_button(self.tr("Change…"), "change_product_button", self._change, icon="pencil")
        self.keys_button = push_button(self.tr("Show its keys"), "show_product_keys_button", self._show_keys)
        pane.footer.addWidget(self.import_button)
        pane.footer.addLayout(row_of(self.change_button, self.keys_button))
        pane.setVisible(False)
        return pane

    def _show(self, product: ProductLine | None) -> None:
        self._product = product
        self.pane.setVisible(product is not None)
        if product is None:
            return
        holds_keys = product.kind is not ProductKind.PHONE_TOPUP
        self._name.setText(product.name)
        self._pill.set_state(self._stock_word(product), _stock_tone(product))
        rules = [
            text
            for used, text in (
                (product.fold_case, self.tr("case does not matter")),
                (product.fold_hyphens, self.tr("hyphens do not matter")),
            )
            if used
        ]
        aside = [
            self.tr("{count} {what}").format(count=f"{count:,}", what=what)
            for count, what in (
                (product.quarantined, self.tr("quarantined")),
                (product.expired, self.tr("expired")),
                (product.void, self.tr("void")),
            )
            if count
        ]
        values = {
            "code": product.code,
            "kind": label(product.kind),
            "price": money(product.price_fen),
            "face": "" if product.face_fen is None else money(product.face_fen),
            "in_stock": f"{product.in_stock:,}" if holds_keys else "",
            "threshold": f"{product.low_stock_threshold:,}" if product.low_stock_threshold and holds_keys else "",
            "gone": self.tr("{delivered} with buyers, {redeemed} redeemed").format(
                delivered=f"{product.delivered:,}", redeemed=f"{product.redeemed:,}"
            )
            if holds_keys
            else "",
            "aside": ", ".join(aside),
            "compare": (", ".join(rules) or self.tr("exactly as written")) if holds_keys else "",
            "note": product.note,
        }
        for key, value in values.items():
            low = key == "in_stock" and product.is_low
            self._facts.set_value(key, value, Tone.BAD if low else None)
        for widget in (self.batches, self.import_button, self.keys_button):
            widget.setVisible(holds_keys)
        self._show_batches()

    def _show_batches(self) -> None:
        if self._product is not None:
            self.batches.show_product(self._product.id)

    # steps

    def add_product(self) -> None:
        self._open_form(None)

    def _change(self) -> None:
        if self._product is not None:
            try:
                self._open_form(self._shop.products.get(self._product.id))
            except ShopError as error:
                self.message.show_error(error)

    def _on_activated(self, _row: ProductLine) -> None:
        self._change()

    def _open_form(self, product: ProductLine | None) -> None:
        dialog = ProductDialog(self._shop, self._window.dialog_parent(), product)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    def _on_saved(self, product_id: int) -> None:
        self.message.clear()
        self.open_item(product_id)
        self._window.say(self.tr("The product is saved."), Tone.OK)

    def _import(self) -> None:
        if self._product is not None:
            self._window.navigate("keys", import_for=self._product.id)

    def _show_keys(self) -> None:
        if self._product is not None:
            self._window.navigate("keys", product_id=self._product.id)

    def _on_failed(self, error: ShopError) -> None:
        self.message.show_error(error)


def _stock_text(row: ProductLine) -> str:
    return "" if row.kind is ProductKind.PHONE_TOPUP else f"{row.in_stock:,}"


def _stock_tone(row: ProductLine) -> Tone:
    if not row.active or row.kind is ProductKind.PHONE_TOPUP:
        return Tone.NEUTRAL
    if row.in_stock == 0:
        return Tone.BAD
    return Tone.WARN if row.is_low else Tone.OK
