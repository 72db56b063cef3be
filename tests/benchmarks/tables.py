"""The tables of keys and of orders at a million rows, against a repaint of Qt's own model of forty rows.

For every action two times are told: how long the window was held up, and how long until the rows were on screen.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from desktop_app.domain.states import KeyState, OrderState
from desktop_app.services.inventory import KeyFilter
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.orders import OrderFilter
from desktop_app.ui.app import SWITCH_SECONDS
from desktop_app.ui.colours import Tone
from desktop_app.ui.labels import label
from desktop_app.ui.row_model import Column
from desktop_app.ui.widgets.row_table import RowTable
from tests.benchmarks.big_shop import FIRST_DAY, ROWS, open_big_shop
from tests.benchmarks.measures import application, median_ms, resident_mb, say

SIZE = (1280, 800)
JUMPS = 40


def main(rows: int = ROWS) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)  # as the window does
    app = application()
    shop = open_big_shop(rows)
    floor = _Floor(app)
    say(f"floor: repaint of a QStandardItemModel of 40 rows {median_ms([floor.repaint() for _ in range(60)]):.1f} ms")
    gc.freeze()  # as the window does when the shop is open
    before = resident_mb()
    for what, actions in (("orders", _Orders(app, shop, floor)), ("keys", _Keys(app, shop, floor))):
        actions.run()
        ratios = [action.until / action.floor for action in actions.done]
        held = [action.held for action in actions.done]
        say(
            f"{what}: {len(held)} actions, until the rows are on screen median {statistics.median(ratios):.2f}x, "
            f"window held up median {median_ms(held):.1f} ms, at worst {max(held) * 1e3:.1f} ms"
        )
        for name in dict.fromkeys(action.name for action in actions.done):
            own = [action for action in actions.done if action.name == name]
            say(
                f"  {name:34} {median_ms([one.until for one in own]):8.1f} ms until there "
                f"({statistics.median(one.until / one.floor for one in own):6.2f}x), "
                f"held up {max(one.held for one in own) * 1e3:5.1f} ms"
            )
        actions.close()
    say(f"memory added by both tables: {resident_mb() - before:.0f} MB")
    shop.close()


class _Floor:
    """Qt's own model and view; repainted before every action, because the machine has other work too."""

    def __init__(self, app: QApplication) -> None:
        self.view = QTableView()
        self.model = QStandardItemModel(40, 8)
        for row in range(40):
            for column in range(8):
                self.model.setItem(row, column, QStandardItem(f"row {row} column {column}"))
        self.view.setModel(self.model)
        self.view.resize(*SIZE)
        self.view.show()
        app.processEvents()
        self._last: deque[float] = deque(maxlen=9)

    def repaint(self) -> float:
        """Seconds of one repaint."""
        start = time.perf_counter()
        self.view.viewport().repaint()
        self._last.append(time.perf_counter() - start)
        return self._last[-1]

    def now(self) -> float:
        """The median of the last repaints."""
        self.repaint()
        return statistics.median(self._last)


@dataclass(frozen=True)
class _Action:
    """Seconds: the longest block of the window, until the rows are on screen, and of the floor at that moment."""

    name: str
    held: float
    until: float
    floor: float


class _Actions(ABC):
    """One table and what a merchant does with it; ``done`` are the times."""

    columns: tuple[Column[Any], ...]

    def __init__(self, app: QApplication, shop: Any, floor: _Floor) -> None:
        self.app = app
        self.floor = floor
        self.shop = shop
        self.done: list[_Action] = []
        self.where: Any = None
        self.table = RowTable("bench_table", "Rows", self.columns, self.open, multiple=True)
        self.table.resize(*SIZE)
        self.table.show()
        app.processEvents()

    @abstractmethod
    def open(self, sort: Sort | None) -> Listing[Any]: ...

    @abstractmethod
    def filters(self) -> dict[str, Any]: ...

    def close(self) -> None:
        self.table.close()
        self.table.deleteLater()
        self.app.processEvents()

    def run(self) -> None:
        self.act("open", self.table.reload)
        self.rest()
        chance = random.Random(5)
        bar = self.table.verticalScrollBar()
        self.act("jump to the end", lambda: bar.setValue(bar.maximum()))
        for _ in range(JUMPS):
            place = chance.randrange(bar.maximum())
            self.act("jump anywhere", lambda place=place: bar.setValue(place))
        for _ in range(JUMPS):
            self.act("page down", lambda: bar.setValue(bar.value() + bar.pageStep()))
        self.sorts("at the top", 0)
        self.sorts("in the middle", bar.maximum() // 2)
        bar.setValue(0)
        self.table.select_row(3)
        self.sorts("with a row selected", 0)
        self.table.rows.sort_state = None
        for name, where in self.filters().items():
            self.where = where
            self.act(f"filter: {name}", self.table.reload)
            self.rest()
            self.act("jump in a filter", lambda: bar.setValue(bar.maximum() // 2))
        self.where = None

    def sorts(self, name: str, place: int) -> None:
        bar = self.table.verticalScrollBar()
        for number, column in enumerate(self.columns):
            if column.sort_key is None:
                continue
            for _ in range(2):  # up and down
                bar.setValue(place)
                self.rest()
                self.act(f"sort {name}: {column.sort_key}", lambda n=number: self.sort(n))
                self.rest()

    def sort(self, number: int) -> None:
        self.table.horizontalHeader().sectionClicked.emit(number)

    def rest(self) -> None:
        """Until everything that was begun is done, as it is when a merchant looks at the rows."""
        until = time.perf_counter() + 0.02
        while time.perf_counter() < until or not self._is_there():
            self.app.processEvents()
            time.sleep(0.001)
        self.table.rows._source.ids()  # of a long list, where they are not there yet

    def act(self, name: str, work: Callable[[], object]) -> None:
        floor = self.floor.now()
        start = time.perf_counter()
        work()
        self.table.viewport().repaint()
        held = longest = time.perf_counter() - start
        while not self._is_there():
            time.sleep(0.0005)
            turn = time.perf_counter()
            self.app.processEvents()
            longest = max(longest, time.perf_counter() - turn)
        if held != longest or self.table.rows.is_loading:
            self.table.viewport().repaint()
        self.done.append(_Action(name, longest, time.perf_counter() - start, floor))

    def _is_there(self) -> bool:
        rows = self.table.rows
        if rows.is_loading:
            return False
        first = max(self.table.rowAt(0), 0)
        last = min(first + self.table.viewport().height() // 38, rows.rowCount() - 1)
        return not rows.is_blank(first) and not rows.is_blank(last)


class _Orders(_Actions):
    columns = (
        Column("order_no", "订单号", lambda row: row.order_no, sort_key="order_no", mono=True, width=220),
        Column("product", "商品", lambda row: row.product_name, sort_key="product"),
        Column("state", "状态", lambda row: label(row.state), tone=lambda row: Tone.OK, sort_key="state"),
        Column("paid", "实付", lambda row: f"¥{row.paid_fen / 100:.2f}", sort_key="paid_fen"),
        Column("refunded", "已退", lambda row: f"¥{row.refunded_fen / 100:.2f}", sort_key="refunded_fen"),
        Column("ordered", "下单", lambda row: f"{row.ordered_at:%Y-%m-%d %H:%M}", sort_key="ordered_at", width=140),
        Column("paid_at", "支付", lambda row: f"{row.paid_at:%m-%d %H:%M}", sort_key="paid_at", width=110),
        Column("shipped", "发货", lambda row: f"{row.shipped_at or ''}", sort_key="shipped_at", width=110),
        Column("channel", "渠道", lambda row: row.channel_name, sort_key="channel", width=90),
        Column("buyer", "买家", lambda row: row.buyer_masked, width=110),
    )

    def open(self, sort: Sort | None) -> Listing[Any]:
        return self.shop.orders.listing(self.where or OrderFilter(), sort)

    def filters(self) -> dict[str, Any]:
        start = FIRST_DAY + timedelta(days=100)
        return {
            "state (550,000)": OrderFilter(state=OrderState.COMPLETED),
            "product": OrderFilter(product_id=3),
            "channel": OrderFilter(channel_id=2),
            "month": OrderFilter(ordered_from=start, ordered_to=start + timedelta(days=30)),
            "product and state": OrderFilter(product_id=3, state=OrderState.PAID),
            "part of a number": OrderFilter(text="77123"),
        }


class _Keys(_Actions):
    columns = (
        Column("id", "编号", lambda row: str(row.id), sort_key="id", align=Qt.AlignmentFlag.AlignRight),
        Column("product", "商品", lambda row: row.product_name, sort_key="product"),
        Column("key", "卡密", lambda row: row.masked, mono=True, width=240),
        Column("state", "状态", lambda row: label(row.state), tone=lambda row: Tone.OK, sort_key="state"),
        Column("batch", "批次", lambda row: row.batch_name, sort_key="batch"),
        Column("expires_on", "有效期", lambda row: row.expires_on or "", sort_key="expires_on"),
        Column("order", "订单", lambda row: row.order_no, width=220),
        Column("at", "时间", lambda row: f"{row.state_at:%Y-%m-%d %H:%M}", sort_key="state_at", width=150),
    )

    def open(self, sort: Sort | None) -> Listing[Any]:
        return self.shop.inventory.listing(self.where or KeyFilter(), sort)

    def filters(self) -> dict[str, Any]:
        return {
            "product": KeyFilter(product_id=3),
            "state (550,000)": KeyFilter(state=KeyState.IN_STOCK),
            "product and state": KeyFilter(product_id=3, state=KeyState.DELIVERED),
            "batch": KeyFilter(batch_id=77),
        }


if __name__ == "__main__":
    main()
