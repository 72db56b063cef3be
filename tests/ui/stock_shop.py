"""A real shop in a real window, for the pages of stock and orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QDialog, QWidget

from desktop_app.domain.states import PlatformKind, ProductKind
from desktop_app.services import Shop
from desktop_app.services.orders import OrderDraft, Target
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page_table import PAGES
from tests.services.desk import Clock

KEYS = tuple(f"STM-2026-AB{number:02d}-{7000 + number}" for number in range(1, 9))

_Dialog = TypeVar("_Dialog", bound=QDialog)
W = TypeVar("W", bound="StockWindow")


class StockWindow:
    """The window with the three pages over a new shop, unlocked by a key file."""

    page_names: tuple[str, ...] = ("keys", "orders", "products")

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        self.clock = Clock()
        self.shop, self.recovery_code = self._create(folder)
        pages = tuple(entry for entry in PAGES if entry.name in self.page_names)
        self.window = MainWindow(jobs, pages=pages, clock=self.clock)
        self.window.resize(1280, 800)
        self.window.attach(self.shop)
        self.window.show()

    def _create(self, folder: Path) -> tuple[Shop, str]:
        return Shop.create(folder, protection="file", actor="林默", clock=self.clock)

    def page(self, name: str) -> Any:
        self.window.navigate(name)
        return self.window.page()

    def add_product(self, code: str = "STEAM100", **more: Any) -> int:
        values: dict[str, Any] = {
            "name": "Steam 钱包 100 元",
            "kind": ProductKind.GAME_CARD,
            "price_fen": 9850,
            "face_fen": 10000,
            **more,
        }
        return self.shop.products.add(ProductDraft(code=code, **values))

    def add_channel(self) -> int:
        channel_id = self.shop.policies.add_channel(
            "星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500, fee_note="退款收取 5% 手续费")
        )
        self.clock.advance(hours=1)
        return channel_id

    def stock(self, product_id: int, *keys: str) -> None:
        from desktop_app.services.inventory import ImportOptions

        preview = self.shop.inventory.preview_text("\n".join(keys), product_id)
        self.shop.inventory.import_keys(preview, ImportOptions())

    def add_order(self, product_id: int, order_no: str = "DD20261122001", **more: Any) -> int:
        channels = self.shop.policies.channels()
        values: dict[str, Any] = {
            "quantity": 1,
            "list_fen": 9850,
            "paid_fen": 9850,
            "ordered_at": self.clock() - timedelta(minutes=10),
            "paid_at": self.clock() - timedelta(minutes=9),
            "buyer": "江小渔",
            "target": Target(account="player_qing@163.com"),
            **more,
        }
        if not values["paid_fen"]:
            values["paid_at"] = None
        return self.shop.orders.add(
            OrderDraft(order_no=order_no, channel_id=channels[0].id, product_id=product_id, **values)
        )

    def dialog(self, kind: type[_Dialog]) -> _Dialog:
        """The dialog of this kind that is open; there is exactly one."""
        found = [dialog for dialog in self.window.findChildren(kind) if dialog.isVisible()]
        assert len(found) == 1, f"{len(found)} dialogs {kind.__name__}"
        return found[0]

    def dialogs(self) -> list[str]:
        """Names of the dialogs that are open."""
        return [dialog.objectName() for dialog in self.window.findChildren(QDialog) if dialog.isVisible()]

    def child(self, kind: type[Any], name: str, root: QWidget | None = None) -> Any:
        """The widget with this object name; tests and automation rely on the names."""
        found = (root or self.window).findChildren(kind, name)
        assert found, f"no {kind.__name__} {name}"
        return found[-1]


@contextmanager
def in_use(made: W) -> Iterator[W]:
    """A window and its shop, closed at the end."""
    try:
        yield made
    finally:
        made.window.detach()
        if shiboken6.isValid(made.window):
            made.window.close()
            made.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        made.shop.close()


def stock_window(folder: Path, jobs: Jobs) -> AbstractContextManager[StockWindow]:
    return in_use(StockWindow(folder, jobs))


def texts_of(table: Any, key: str) -> list[str]:
    """What a table shows in one column, all of it."""
    table.settle()
    model = table.rows
    text = next(column.text for column in model.columns if column.key == key)
    return [text(model.row(number)) for number in range(model.rowCount())]
