"""Whatever counts card keys takes its time in a large stock, so that no page asks for it on the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import event
from sqlalchemy.engine import Engine

from desktop_app.domain.states import KeyState
from desktop_app.ui import row_loader
from desktop_app.ui.dialogs.import_keys_dialog import ImportKeysDialog
from desktop_app.ui.dialogs.key_steps import MoveKeysDialog
from desktop_app.ui.dialogs.order_dialog import OrderDialog
from desktop_app.ui.jobs import Jobs
from tests.ui.stock_shop import KEYS, StockWindow, stock_window


@pytest.fixture
def stock(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[StockWindow]:
    monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
    jobs = Jobs()
    with stock_window(tmp_path / "shop", jobs) as made:
        made.add_channel()
        product_id = made.add_product(low_stock_threshold=3)
        made.stock(product_id, *KEYS[:4])
        made.stock(made.add_product("B"), *KEYS[4:])
        for number in range(3):
            made.shop.orders.deliver(made.add_order(product_id, f"A{number}"), received=True)
        settle(qtbot, made)
        yield made
        assert jobs.cancel_all()


def settle(qtbot: QtBot, stock: StockWindow) -> Any:
    """Until the page has what it asked for."""
    page = stock.window.page()
    qtbot.waitUntil(lambda: not stock.window.jobs.running and not page.table.rows.is_loading)
    qtbot.wait(20)
    return page


@contextmanager
def counted_elsewhere() -> Iterator[list[str]]:
    """What was counted of the keys, each time in a worker."""
    mine: list[str] = []
    others: list[str] = []

    def note(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if "count(" in sql.lower() and "card_keys" in sql:
            (mine if threading.current_thread() is threading.main_thread() else others).append(sql)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield others
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert not mine, mine[0]


@pytest.mark.parametrize("name", ["keys", "orders", "products"])
def test_a_page_opens_and_follows_changes(qtbot: QtBot, stock: StockWindow, name: str) -> None:
    with counted_elsewhere() as counted:
        stock.page(name)
        page = settle(qtbot, stock)
        stock.window.reload_page()
        settle(qtbot, stock)
    if name != "orders":
        assert counted, "nothing was seen of what is looked for"
    with counted_elsewhere():
        stock.window._on_shop_changed(Changed({"keys", "products", "orders"}))
        settle(qtbot, stock)
    assert page.table.rows.rowCount() > 0


def test_filters_of_the_keys_and_their_steps(qtbot: QtBot, stock: StockWindow) -> None:
    first, second = (line.id for line in stock.shop.products.names())
    page = stock.page("keys")
    settle(qtbot, stock)
    with counted_elsewhere():
        page.apply_filter(product_id=first, state=KeyState.IN_STOCK)
        settle(qtbot, stock)
        page.product_combo.item_chosen.emit(second)
        page.apply_filter()
        settle(qtbot, stock)
        page.table.select_row(0)
        page._on_step_wanted("move")
        settle(qtbot, stock)
        dialog = stock.dialog(MoveKeysDialog)
        assert dialog.product_combo.count() == 2
        dialog.reject()
        page.start_import(second)
        assert stock.dialog(ImportKeysDialog).source.product_combo.item_id() == second
        stock.dialog(ImportKeysDialog).reject()


def test_the_form_of_an_order_tells_the_stock_when_it_is_counted(qtbot: QtBot, stock: StockWindow) -> None:
    page = stock.page("orders")
    settle(qtbot, stock)
    with counted_elsewhere():
        page.new_order()
        dialog = stock.dialog(OrderDialog)
        dialog.product_combo.setCurrentIndex(1)
        dialog.product_combo.setCurrentIndex(0)
        product = stock.shop.products.names()[0]
        assert dialog.product_combo.item_id() == product.id
        qtbot.waitUntil(lambda: dialog._stock.text() != "")
        qtbot.wait(20)
    expected = stock.shop.products.get(product.id).in_stock
    assert dialog._stock.text().split()[0] == str(expected)
    dialog.reject()


class Changed:
    def __init__(self, areas: set[str]) -> None:
        self.areas = frozenset(areas)
