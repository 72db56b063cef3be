from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import event
from sqlalchemy.engine import Engine

from desktop_app.domain.states import KeyState, OrderState, PlatformKind, ProductKind, TopupState, UnitState
from desktop_app.services.orders import OrderFilter
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.ui import row_loader
from desktop_app.ui.dialogs.delivery_dialog import DeliverDialog, DeliveryDialog
from desktop_app.ui.dialogs.import_orders_dialog import ImportOrdersDialog
from desktop_app.ui.dialogs.order_dialog import OrderDialog
from desktop_app.ui.dialogs.payment_dialog import MarkPaidDialog, MomentDialog
from desktop_app.ui.dialogs.redemption_dialog import RedemptionDialog
from desktop_app.ui.dialogs.unit_dialogs import UnitFactsDialog
from desktop_app.ui.jobs import ImmediateJobs, Jobs
from desktop_app.ui.widgets.dialogs import ConfirmDialog
from desktop_app.ui.widgets.period_filter import Period
from tests.ui.stock_shop import KEYS, StockWindow, stock_window, texts_of


@pytest.fixture
def stock(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[StockWindow]:
    with stock_window(tmp_path / "shop", immediate_jobs) as made:
        yield made


@pytest.fixture
def product_id(stock: StockWindow) -> int:
    """The shop can sell: a channel, a product, eight keys."""
    stock.add_channel()
    made = stock.add_product()
    stock.stock(made, *KEYS)
    return made


def chosen(stock: StockWindow, order_id: int) -> Any:
    page = stock.page("orders")
    page.open_item(order_id)
    return page


def step(page: Any, name: str) -> None:
    button = page.pane.step_button(name)
    assert button.isVisible(), name
    button.click()


def steps_of(page: Any) -> list[str]:
    """The steps that are offered, the next one first."""
    return [name for name, button in page.pane._steps.items() if not button.isHidden()]


def test_an_empty_shop_leads_to_product_and_order(stock: StockWindow) -> None:
    went: list[str] = []
    page = stock.page("orders")
    stock.window.navigate = lambda name, *_args, **_wanted: went.append(name)  # type: ignore[method-assign]
    button = stock.child(QPushButton, "orders_table_empty_button", page.table)
    button.click()
    page.new_order()
    stock.shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft())
    page.reload(None)
    button.click()
    page.new_order()
    assert went == ["policies", "policies", "products", "products"]
    stock.add_product()
    page.reload(None)
    button.click()
    assert stock.dialogs() == ["order_dialog"]


def test_an_order_is_entered_by_hand(stock: StockWindow, product_id: int) -> None:
    page = stock.page("orders")
    page.new_button.click()
    dialog = stock.dialog(OrderDialog)
    dialog.submit_button.click()
    assert dialog.message.isVisible()
    dialog.number_edit.setText("DD 2026 1122")
    dialog.quantity_spin.setValue(3)
    dialog.discount_edit.setText("5.5")
    assert dialog.paid_edit.text() == "290.00"
    dialog.paid_edit.setText("abc")
    dialog.buyer_edit.setText("江小渔")
    dialog.target_edits["account"].setText("player_qing@163.com")
    dialog.target_edits["server"].setText("电信一区")
    dialog.submit_button.click()
    assert "abc" in dialog.message.text()
    dialog.paid_edit.setText("290")
    dialog.number_edit.setText("DD20261122001")
    dialog.submit_button.click()
    assert stock.dialogs() == []
    order = stock.shop.orders.by_number("DD20261122001")
    assert order.line.state is OrderState.PAID
    assert (order.line.quantity, order.line.paid_fen, order.discount_fen) == (3, 29000, 550)
    assert sum(unit.net_fen for unit in order.units) == 29000
    assert (order.buyer, order.target.account, order.target.server) == ("江小渔", "player_qing@163.com", "电信一区")
    assert page.table.current_row().id == order.line.id
    assert page.pane.value("buyer") == "江小渔"
    assert steps_of(page)[0] == "deliver"


def test_the_form_asks_what_the_product_needs(stock: StockWindow, product_id: int) -> None:
    stock.add_product("PHONE50", name="话费 50 元", kind=ProductKind.PHONE_TOPUP, price_fen=4980, face_fen=5000)
    page = stock.page("orders")
    page.new_order()
    dialog = stock.dialog(OrderDialog)
    dialog.product_combo.setCurrentIndex(dialog.product_combo.findText("话费 50 元  ·  PHONE50"))
    visible = {name for name, edit in dialog.target_edits.items() if edit.isVisible()}
    assert visible == {"account", "recharge_type"}
    assert dialog.list_edit.text() == "49.80"
    dialog.paid_box.click()
    dialog.number_edit.setText("DD1")
    dialog.submit_button.click()
    assert stock.shop.orders.by_number("DD1").line.state is OrderState.UNPAID


def test_an_unpaid_order_is_paid_or_cancelled(stock: StockWindow, product_id: int) -> None:
    first = stock.add_order(product_id, "A1", paid_fen=0)
    second = stock.add_order(product_id, "A2", paid_fen=0)
    page = chosen(stock, first)
    assert steps_of(page) == ["mark_paid", "lock", "cancel"]
    step(page, "mark_paid")
    dialog = stock.dialog(MarkPaidDialog)
    assert dialog.paid_edit.text() == "98.50"
    dialog.reference_edit.setText("420000262026")
    dialog.submit_button.click()
    assert stock.shop.orders.detail(first).payment_ref == "420000262026"
    assert "deliver" in steps_of(page)
    page = chosen(stock, second)
    step(page, "cancel")
    stock.child(QPlainTextEdit, "reason_edit", stock.dialog(ConfirmDialog)).setPlainText("买家不要了")
    stock.dialog(ConfirmDialog).confirm_button.click()
    assert stock.shop.orders.detail(second).line.state is OrderState.CANCELLED
    assert any("买家不要了" in text for text in page.pane.timeline.texts())


def test_delivering_shows_the_oldest_keys_and_a_text(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id, quantity=2, paid_fen=19700)
    page = chosen(stock, order_id)
    step(page, "deliver")
    ask = stock.dialog(DeliverDialog)
    assert "8 can be sold now" in stock.child(QLabel, "form_introduction", ask).text()
    ask.submit_button.click()
    shown = stock.dialog(DeliveryDialog)
    assert shown.keys_edit.toPlainText().splitlines() == list(KEYS[:2])
    assert KEYS[1] in stock.child(QPlainTextEdit, "buyer_text_zh", shown).toPlainText()
    stock.child(QPushButton, "copy_keys_button", shown).click()
    assert QGuiApplication.clipboard().text() == "\n".join(KEYS[:2])
    stock.window.secrets.clear()
    shown.accept()
    assert stock.shop.products.get(product_id).in_stock == 6
    assert page.pane.units.unit().key_state is KeyState.DELIVERED
    assert KEYS[0] not in texts_of(page.pane.units.table, "key")
    step(page, "show_keys")
    assert stock.dialog(DeliveryDialog).keys_edit.toPlainText().splitlines() == list(KEYS[:2])
    assert "confirm_received" not in steps_of(page)


def test_a_locked_order_is_not_delivered(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id)
    page = chosen(stock, order_id)
    step(page, "lock")
    dialog = stock.dialog(ConfirmDialog)
    dialog.confirm_button.click()
    assert not stock.shop.orders.detail(order_id).line.locked
    stock.child(QPlainTextEdit, "reason_edit", dialog).setPlainText("疑似盗刷")
    dialog.confirm_button.click()
    assert page.pane.value("lock_reason") == "疑似盗刷"
    assert texts_of(page.table, "state") == ["Paid, not shipped, locked"]
    step(page, "deliver")
    ask = stock.dialog(DeliverDialog)
    ask.submit_button.click()
    assert ask.isVisible()
    assert "疑似盗刷" in ask.message.text()
    assert stock.shop.products.get(product_id).in_stock == 8
    ask.reject()
    step(page, "unlock")
    stock.child(QPlainTextEdit, "reason_edit", stock.dialog(ConfirmDialog)).setPlainText("已核实身份")
    stock.dialog(ConfirmDialog).confirm_button.click()
    assert not stock.shop.orders.detail(order_id).line.locked


def test_short_stock_is_said_and_takes_nothing(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id, quantity=9, paid_fen=88650)
    page = chosen(stock, order_id)
    step(page, "deliver")
    ask = stock.dialog(DeliverDialog)
    assert "1 keys short" in ask.message.text()
    ask.submit_button.click()
    assert ask.isVisible()
    assert stock.shop.products.get(product_id).in_stock == 8


def test_a_redemption_is_recorded_and_corrected(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id)
    stock.shop.orders.deliver(order_id)
    stock.clock.advance(minutes=30)
    page = chosen(stock, order_id)
    units = page.pane.units
    assert not units.proof_button.isEnabled()
    units.redeem_button.click()
    dialog = stock.dialog(RedemptionDialog)
    assert dialog.target_edit.text() == "player_qing@163.com"
    dialog.code_edit.setText(KEYS[0])
    dialog.submit_button.click()
    assert dialog.isVisible()
    assert stock.shop.orders.detail(order_id).units[0].state is UnitState.UNUSED
    dialog.code_edit.setText("RX-88412093")
    dialog.submit_button.click()
    unit = units.unit()
    assert unit.state is UnitState.REDEEMED
    assert unit.redemption.missing == ("source",)
    assert stock.child(QLabel, "unit_facts_missing", page).text() == "source"
    units.redeem_button.click()
    dialog = stock.dialog(RedemptionDialog)
    assert (dialog.code_edit.text(), dialog.target_edit.text()) == ("RX-88412093", "player_qing@163.com")
    dialog.source_edit.setText("供应商激活记录")
    dialog.submit_button.click()
    assert units.unit().redemption.is_complete
    assert units.unit().redemption.replaces_id is not None
    assert sum("Redemption recorded" in text for text in page.pane.timeline.texts()) == 2
    assert units.proof_button.isEnabled()


def test_a_part_that_was_used_and_facts_of_a_unit(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id)
    stock.shop.orders.deliver(order_id, received=False)
    stock.clock.advance(minutes=5)
    page = chosen(stock, order_id)
    page.pane.units.redeem_button.click()
    dialog = stock.dialog(RedemptionDialog)
    assert not dialog.remaining_edit.isEnabled()
    dialog.partial_box.click()
    dialog.remaining_edit.setText("120")
    dialog.submit_button.click()
    assert dialog.isVisible()
    dialog.remaining_edit.setText("40")
    dialog.submit_button.click()
    unit = stock.shop.orders.detail(order_id).units[0]
    assert (unit.state, unit.remaining_fen) == (UnitState.PARTIALLY_USED, 4000)
    page.pane.units.facts_button.click()
    facts = stock.dialog(UnitFactsDialog)
    facts.verified_box.click()
    facts.official_box.click()
    facts.submit_button.click()
    unit = stock.shop.orders.detail(order_id).units[0]
    assert unit.balance_verified
    assert unit.official_not_activated
    step(page, "confirm_received")
    stock.dialog(MomentDialog).submit_button.click()
    assert stock.shop.orders.detail(order_id).delivered_at is not None
    step(page, "complete")
    stock.dialog(MomentDialog).submit_button.click()
    assert stock.shop.orders.detail(order_id).line.state is OrderState.COMPLETED


def test_the_moment_of_delivery_itself_is_a_possible_time(stock: StockWindow, product_id: int) -> None:
    """The field shows whole seconds, the shop keeps parts of them."""
    order_id = stock.add_order(product_id)
    stock.clock.now = stock.clock.now.replace(microsecond=700_000)
    stock.shop.orders.deliver(order_id)
    page = chosen(stock, order_id)
    step(page, "complete")
    stock.dialog(MomentDialog).submit_button.click()
    assert stock.shop.orders.detail(order_id).line.state is OrderState.COMPLETED


def test_a_topup_has_its_own_state(stock: StockWindow, product_id: int) -> None:
    topup = stock.add_product("PHONE50", name="话费 50 元", kind=ProductKind.PHONE_TOPUP, face_fen=5000)
    order_id = stock.add_order(topup)
    page = chosen(stock, order_id)
    step(page, "deliver")
    stock.dialog(DeliverDialog).submit_button.click()
    shown = stock.dialog(DeliveryDialog)
    assert not shown.findChildren(QPlainTextEdit, "delivered_keys")
    shown.accept()
    assert texts_of(page.pane.units.table, "state") == ["Top-up under way"]
    assert "show_keys" not in steps_of(page)
    page.pane.units.facts_button.click()
    facts = stock.dialog(UnitFactsDialog)
    facts.topup_combo.set_code(TopupState.ACCEPTED)
    facts.submit_button.click()
    assert texts_of(page.pane.units.table, "state") == ["Accepted by the operator"]


def test_orders_are_filtered(stock: StockWindow, product_id: int) -> None:
    stock.add_order(product_id, "A1")
    stock.add_order(product_id, "A2", paid_fen=0, buyer="王小明")
    locked = stock.add_order(product_id, "A3")
    stock.shop.orders.lock(locked, "风控")
    stock.add_order(product_id, "B9", ordered_at=stock.clock() - timedelta(days=3))
    page = stock.page("orders")

    def shown() -> set[str]:
        return set(texts_of(page.table, "order_no"))

    assert shown() == {"A1", "A2", "A3", "B9"}
    page.apply_filter(state="unpaid")
    assert shown() == {"A2"}
    page.apply_filter(locked=True)
    assert shown() == {"A3"}
    page.apply_filter(today=True)
    assert shown() == {"A1", "A2", "A3"}
    page.apply_filter(text="王小明")
    assert shown() == {"A2"}
    page.apply_filter()
    page.period.set_period(Period.CHOSEN)
    page.period.findChild(type(page.period._first), "orders_period_first").setDate(
        (stock.clock() - timedelta(days=3)).date()
    )
    page.period.findChild(type(page.period._first), "orders_period_last").setDate(
        (stock.clock() - timedelta(days=2)).date()
    )
    assert shown() == {"B9"}
    page.apply_filter(text="nothing like it")
    stock.child(QPushButton, "orders_table_empty_button", page.table).click()
    assert shown() == {"A1", "A2", "A3", "B9"}


def test_buyers_are_hidden_while_locked(stock: StockWindow, product_id: int) -> None:
    order_id = stock.add_order(product_id)
    page = chosen(stock, order_id)
    assert page.pane.value("buyer") == "江小渔"
    stock.window.lock()
    assert "江" not in page.pane.value("buyer") + "".join(texts_of(page.table, "buyer"))
    step(page, "deliver")
    ask = stock.dialog(DeliverDialog)
    ask.submit_button.click()
    assert ask.message.isVisible()
    assert stock.shop.orders.detail(order_id).line.state is OrderState.PAID


def test_orders_come_from_a_csv_line_by_line(stock: StockWindow, product_id: int, tmp_path: Path) -> None:
    stock.add_order(product_id, "A1")
    page = stock.page("orders")
    page.import_button.click()
    dialog = stock.dialog(ImportOrdersDialog)
    template = tmp_path / "模板.csv"
    dialog.save_template(template)
    header = template.read_text(encoding="utf-8-sig").splitlines()[0]
    assert "order_no" in header
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_no,channel,product,list_price,ordered_at\n"
        "A1,星河卡盟,STEAM100,98.5,2026-11-22 11:00\n"
        "A2,星河卡盟,STEAM100,98.5,2026-11-22 11:00\n"
        "A3,不存在,STEAM100,98.5,2026-11-22 11:00\n"
        "A4,星河卡盟,STEAM100,9x,2026-11-22 11:00\n",
        encoding="utf-8",
    )
    stock.child(QLineEdit, "orders_path_edit", dialog).setText(str(path))
    dialog.preview_button.click()
    assert texts_of(dialog.table, "verdict") == ["Left out", "Can be entered", "Left out", "Left out"]
    assert "“不存在”" in texts_of(dialog.table, "why")[2]
    assert "list_price" in texts_of(dialog.table, "why")[3]
    dialog.problems_box.click()
    assert texts_of(dialog.table, "row") == ["2", "4", "5"]
    assert dialog.import_button.text() == "Enter 1 orders"
    dialog.import_button.click()
    assert "1 orders were entered" in dialog.message.text()
    assert stock.shop.orders.listing(OrderFilter()).count() == 2
    assert not dialog.import_button.isEnabled()


def test_the_channel_of_an_export_that_does_not_name_it_can_be_chosen(
    stock: StockWindow, product_id: int, tmp_path: Path
) -> None:
    stock.shop.products.add(ProductDraft(code="SHU", name="蒸汽点卡", kind=ProductKind.GAME_CARD))
    path = tmp_path / "订单导出-20261122101500.csv"
    header = (
        "订单号,金额,商品名称,数量,支付方式,下单时间,下单IP,下单设备,支付时间,订单状态,联系方式,发货状态,优惠券,客户,推广人,"
        "分站,分站手续费,接口手续费,推广分成,返利"
    )
    row = (
        "123261122101500123,98.50,SHU,1,支付宝,2026-11-22 10:15:00,1.2.3.4,PC,2026-11-22 10:15:30,已支付,x@y.z,未发货,"
        ",,,,0,0,0,0"
    )
    path.write_text(f"{header}\n{row}\n", encoding="utf-8-sig")
    stock.page("orders").import_button.click()
    dialog = stock.dialog(ImportOrdersDialog)
    dialog.start(path)
    assert "acg-faka" in dialog.message.text()
    assert not dialog.import_button.isEnabled()
    assert dialog.channel_combo.itemText(0) == "As the file says"
    dialog.channel_combo.setCurrentIndex(1)
    assert dialog.import_button.text() == "Enter 1 orders", texts_of(dialog.table, "why")
    dialog.import_button.click()
    assert stock.shop.orders.by_number("123261122101500123").line.channel_name == "星河卡盟"


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"a,b\n1,2\n"])
def test_a_bad_order_file_is_one_sentence(stock: StockWindow, product_id: int, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    page = stock.page("orders")
    page.import_orders()
    dialog = stock.dialog(ImportOrdersDialog)
    dialog.file.edit.setText(str(path))
    dialog.preview_button.click()
    assert "bad.csv" in dialog.message.text()
    assert not dialog.import_button.isEnabled()


def test_a_long_order_is_read_beside_the_window(
    qtbot: QtBot, tmp_path: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening what is sealed of hundreds of units takes a moment; meanwhile no step can meet another order."""
    with stock_window(tmp_path / "shop", jobs) as stock:
        stock.add_channel()
        product_id = stock.add_product()
        stock.stock(product_id, *KEYS[:2])
        first, second = (stock.add_order(product_id, f"A{number}") for number in (1, 2))
        page = stock.page("orders")
        page.open_item(first)
        assert page.pane.shows(first)
        gate = threading.Event()
        threads: set[threading.Thread] = set()

        def slow(_connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
            if "FROM units" in sql:
                threads.add(threading.current_thread())
                gate.wait()

        monkeypatch.setattr(row_loader, "PATIENCE_SECONDS", 0.0)
        page.apply_filter()
        qtbot.waitUntil(lambda: page.table.rows.rowCount() == 2 and not page.table.rows.is_loading)
        event.listen(Engine, "before_cursor_execute", slow)
        try:
            page.table.select_id(second)
            qtbot.waitUntil(page.pane.isHidden)
            page._take_step("lock")
            assert not stock.dialogs()
            gate.set()
            qtbot.waitUntil(lambda: page.pane.shows(second) and page.pane.isVisible())
        finally:
            gate.set()
            event.remove(Engine, "before_cursor_execute", slow)
        assert threads
        assert threading.main_thread() not in threads
