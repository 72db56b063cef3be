from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.services import Shop
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.requests import RequestFilter
from desktop_app.ui.jobs import ImmediateJobs
from desktop_app.ui.opening import Opening
from desktop_app.ui.pages.desk_page import DeskPage
from desktop_app.ui.widgets.kpi_card import KpiCard
from tests.ui.request_shop import RequestWindow
from tests.ui.stock_shop import in_use, texts_of


@pytest.fixture
def desk(tmp_path: Path, immediate_jobs: ImmediateJobs) -> Iterator[RequestWindow]:
    with in_use(RequestWindow(tmp_path / "shop", immediate_jobs)) as made:
        yield made


def figure(desk: RequestWindow, key: str) -> tuple[str, str]:
    card = desk.child(KpiCard, f"{key}_card")
    caption: QLabel = desk.child(QLabel, f"{key}_card_caption")
    return card.value(), caption.text()


def test_a_new_shop_is_led_from_step_to_step(desk: RequestWindow) -> None:
    page = desk.page("desk")
    assert page.first_steps.isVisible()
    assert not page.table.isVisible()
    steps = {key: button.isVisible() for key, button in page.first_steps.buttons.items()}
    assert all(steps.values())
    desk.open_shop()
    steps = {key: button.isVisible() for key, button in page.first_steps.buttons.items()}
    assert steps == {"channel": False, "product": False, "keys": False, "order": True, "request": True}
    desk.sell()
    desk.ask_back()
    assert not page.first_steps.isVisible()
    assert texts_of(page.table, "verdict") == ["Refund minus fee"]
    page.first_steps.buttons["order"].click()
    assert desk.window.page().title() == "Orders"


def test_figures_are_those_of_the_day_and_lead_to_their_lists(desk: RequestWindow) -> None:
    desk.open_shop()
    desk.sell("DD1", deliver=False)
    desk.sell("DD2")
    desk.ask_back("DD1")
    request_id = desk.ask_back("DD2")
    page = desk.page("desk")
    assert figure(desk, "open") == ("2", "next: 1 d left")
    assert figure(desk, "waiting") == ("1", "orders today: 2, ¥197.00")
    assert figure(desk, "overdue")[0] == "0"
    desk.shop.requests.approve(request_id, token=desk.shop.requests.preview(request_id).token)
    assert figure(desk, "refunded") == ("¥93.57", "refunds: 1, fees: ¥4.93")
    assert figure(desk, "outstanding") == ("¥93.57", "refunds: 1, late: 0")
    desk.clock.advance(hours=25)
    page.reload(None)
    assert figure(desk, "overdue")[0] == "1"
    desk.child(KpiCard, "overdue_card").click()
    inbox = desk.window.page()
    assert inbox.current_filter() == RequestFilter(scope="overdue")
    assert texts_of(inbox.table, "order_no") == ["DD1"]
    for key, title in (("outstanding", "Refunds"), ("waiting", "Orders"), ("low_stock", "Products")):
        desk.page("desk")
        desk.child(KpiCard, f"{key}_card").click()
        assert desk.window.page().title() == title


def test_what_is_due_is_opened_by_enter_or_click(desk: RequestWindow, qtbot: QtBot) -> None:
    desk.open_shop()
    desk.sell()
    request_id = desk.ask_back()
    page = desk.page("desk")
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_J)
    assert desk.window.page() is page, "moving does not leave the desk"
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert desk.window.page().pane.detail.line.id == request_id


def test_low_stock_is_listed(desk: RequestWindow) -> None:
    desk.open_shop()
    desk.add_product("LOW1", name="快没了", low_stock_threshold=3)
    desk.sell()
    desk.ask_back()
    page = desk.page("desk")
    assert texts_of(page.low_table, "name") == ["快没了"]
    assert figure(desk, "low_stock") == ("1", "快没了 0")


def test_keys_that_expire_soon_are_listed_beside_low_stock(desk: RequestWindow) -> None:
    desk.open_shop()
    product = desk.add_product("EXP1", name="快到期")
    preview = desk.shop.inventory.preview_text("EXP-KEY-0001\nEXP-KEY-0002", product)
    desk.shop.inventory.import_keys(preview, ImportOptions(expires_on="2026-12-01"))
    desk.sell()
    desk.ask_back()
    page = desk.page("desk")
    assert texts_of(page.low_table, "name") == ["快到期"]
    assert texts_of(page.low_table, "expiring") == ["2, 12-01"]
    assert figure(desk, "low_stock") == ("0", "products with expiring keys: 1")
    page.low_table.select_row(0)
    page.low_table.row_activated.emit(page.low_table.current_row())
    assert desk.window.page().title() == "Reports"


def test_requests_are_taken_from_the_drop_folder_and_told(desk: RequestWindow) -> None:
    desk.open_shop()
    desk.sell()
    page = desk.page("desk")
    folder: Path = desk.shop.requests.drop_folder()
    good = json.dumps({"id": "R-1", "order_no": "DD20261122001", "reason": "wrong_item", "source": "shop-site"})
    for name, text in (("a.json", good), ("b.json", "{broken")):
        (folder / f"{name}.part").write_text(text, "utf-8")
        os.utime(folder / f"{name}.part", (0, 0))  # long finished, whatever the clocks say
        (folder / f"{name}.part").rename(folder / name)
    page.drop_folder.look()
    told = desk.child(QLabel, "status_message").text()
    assert "Came in through the drop folder: 1." in told
    assert "b.json was put aside" in told
    assert page.table.rows.rowCount() == 1
    page.drop_folder.look()
    assert page.table.rows.rowCount() == 1, "nothing is received twice"


def test_an_unreadable_drop_folder_is_told_once(desk: RequestWindow) -> None:
    page = desk.page("desk")
    root = desk.shop.data_dir / "intake"
    for path in sorted(root.rglob("*"), reverse=True) if root.exists() else []:
        path.rmdir()
    if root.exists():
        root.rmdir()
    root.write_text("not a folder")
    message = desk.child(QLabel, "status_message")
    page.drop_folder.look()
    first = message.text()
    assert first
    message.clear()
    page.drop_folder.look()
    assert message.text() == ""


def test_cards_are_buttons_with_their_whole_text_as_name(desk: RequestWindow) -> None:
    desk.page("desk")
    cards = desk.window.findChildren(KpiCard)
    assert cards
    for card in cards:
        assert isinstance(card, QPushButton)
        assert card.value() in card.accessibleName()


@pytest.fixture
def closed(desk: RequestWindow, tmp_path: Path) -> Path:
    """The folder of a shop with two open requests that nobody has open; the window of ``desk`` is empty."""
    desk.open_shop()
    for order_no in ("DD1", "DD2"):
        desk.sell(order_no)
        desk.ask_back(order_no)
    desk.window.detach()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk.shop.close()
    desk.shop = Shop.create(tmp_path / "other", protection="file")[0]  # for the fixture to close
    return tmp_path / "shop"


def cells(page: Any) -> list[list[str]]:
    return [texts_of(page.table, column.key) for column in page.table.rows.columns]


def test_the_desk_is_there_before_the_shop_and_stays(qtbot: QtBot, desk: RequestWindow, closed: Path) -> None:
    window = desk.window
    Opening(window, window.jobs, closed).start()
    page = window.findChild(DeskPage)
    assert window.shop is None
    assert page.table.isVisible()
    early = cells(page)
    assert len(early[0]) == 2
    assert figure(desk, "open")[0] == "2"
    assert figure(desk, "low_stock")[0] == "–", "nobody has counted the stock yet"
    assert "2" in window.navigation.badge("requests")
    qtbot.waitUntil(lambda: window.shop is not None)
    assert window.page() is page
    assert cells(page) == early
    assert figure(desk, "low_stock")[0] == "0"
    page.drop_folder.look()
    window.shop.requests.withdraw(page.table.rows.row(0).id, "改变主意")
    assert len(cells(page)[0]) == 1, "the page follows the shop from now on"
    window.shop.close()


def test_what_is_asked_of_the_early_desk_happens_when_the_shop_is_open(
    qtbot: QtBot, desk: RequestWindow, closed: Path
) -> None:
    window = desk.window
    Opening(window, window.jobs, closed).start()
    page = window.findChild(DeskPage)
    row = page.table.rows.row(1)
    page.table.row_activated.emit(row)
    assert window.page() is None
    qtbot.waitUntil(lambda: window.shop is not None)
    assert window.page().title() == "Requests"
    assert window.page().table.current_row().id == row.id
    window.shop.close()


def test_the_early_desk_goes_when_the_shop_does_not_open(qtbot: QtBot, desk: RequestWindow, closed: Path) -> None:
    window = desk.window
    Opening(window, window.jobs, closed).start()
    assert window.findChild(DeskPage).isVisible()
    holder = Shop.open(closed, window=True)
    qtbot.waitUntil(lambda: desk.child(QLabel, "opening_text").isVisible())
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not any(page.isVisible() for page in window.findChildren(DeskPage))
    window.navigate("orders")
    holder.close()
    desk.child(QPushButton, "opening_button").click()
    qtbot.waitUntil(lambda: window.shop is not None)
    assert window.page().title() == "Desk", "what was asked of a page that is gone is forgotten"
    window.shop.close()
