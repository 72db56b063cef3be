"""The pages of the window over a large shop: opened, filtered, sorted, with everything chosen; and the keys at work.

For each step two times are told: the longest that the window stood still, measured by beats of its event loop, and how
long until everything that the step began was there.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

from desktop_app.domain.states import KeyState, OrderState
from desktop_app.services.orders import OrderFilter
from desktop_app.ui.app import SWITCH_SECONDS
from desktop_app.ui.jobs import Jobs
from desktop_app.ui.main_window import MainWindow
from tests.benchmarks.big_shop import ROWS
from tests.benchmarks.measures import Heartbeat, application, resident_mb, say
from tests.benchmarks.used_shop import used_shop

LONGEST_MS = 50
_QUIET_SECONDS = 0.06
_TIMES = 3


def main(rows: int = ROWS) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    with used_shop(rows) as shop:
        Watch(shop).run()


class Watch:
    """A window with the shop, and how its steps went."""

    def __init__(self, shop: Any) -> None:
        self.app = application()
        self.shop = shop
        self.jobs = Jobs()
        self.window = MainWindow(self.jobs)
        self.window.resize(1280, 800)
        self.window.show()
        self.app.processEvents()
        gc.freeze()  # as the window does when the shop is open
        self.worst = 0.0

    def run(self) -> None:
        window = self.window
        before = resident_mb()
        self.step("attach: the desk", lambda: window.attach(self.shop), 1)
        for page in ("keys", "orders", "products", "reports", "requests", "refunds", "desk", "audit"):
            self.step(f"open {page}", lambda page=page: window.navigate(page), 1)
            self.step(f"{page} again (F5)", window.reload_page)
        self.keys()
        self.orders()
        self.step("reports: suppliers", self.suppliers, 1)
        say(f"memory added {resident_mb() - before:.0f} MB; longest block of all {self.worst * 1e3:.0f} ms")

    def suppliers(self) -> None:
        self.window.navigate("reports")
        self.window.page().tabs.setCurrentIndex(1)

    def keys(self) -> None:
        window = self.window
        window.navigate("keys")
        page = window.page()
        product_id, other = (line.id for line in self.shop.products.all()[:2])
        batch_id = self.shop.inventory.batches(product_id)[0].id
        for state in (KeyState.IN_STOCK, KeyState.VOID, KeyState.BINNED, None):
            self.step(f"keys: filter {state or 'off'}", lambda state=state: page.apply_filter(state=state))
        self.step("keys: filter product", lambda: page.apply_filter(product_id=product_id))
        self.step("keys: filter product by hand", lambda: page.product_combo.item_chosen.emit(other))
        self.step("keys: filter batch", lambda: page.apply_filter(batch_id=batch_id))
        page.apply_filter()
        self.rest()
        for number, column in enumerate(page.table.rows.columns):
            if column.sort_key is not None:
                self.step(f"keys: sort {column.sort_key}", lambda n=number: sort(page, n))
        self.step("keys: choose all", page.table.selectAll)
        self.step("keys: choose one", lambda: page.table.select_row(page.table.currentIndex().row() + 1))
        self.step("keys: show one by number", lambda: page.open_item(777))
        self.step("keys: jump to the end", lambda: page.table.verticalScrollBar().setValue(10**9), 1)
        line = self.shop.orders.listing(OrderFilter(state=OrderState.PAID)).page(0, 1)[0]
        self.step("find: order number", lambda: self.type(line.order_no))
        self.step("find: part of a number", lambda: self.type(line.order_no[11:16]))
        self.type("")

    def type(self, text: str) -> None:
        self.window.search_box.setText(text)
        self.window.search_box.searched.emit(text)

    def orders(self) -> None:
        window = self.window
        window.navigate("orders")
        page = window.page()
        for state in (OrderState.COMPLETED, OrderState.PAID, None):
            self.step(f"orders: filter {state or 'off'}", lambda state=state: page.apply_filter(state=state))
        for number, column in enumerate(page.table.rows.columns):
            if column.sort_key is not None:
                self.step(f"orders: sort {column.sort_key}", lambda n=number: sort(page, n))
        self.step("orders: choose all", page.table.selectAll)
        self.step("orders: choose one", lambda: page.table.select_row(page.table.currentIndex().row() + 1))

    # measuring

    def step(self, name: str, work: Callable[[], object], times: int = _TIMES) -> None:
        longest = until = 0.0
        for _ in range(times):
            self.rest()
            heart = Heartbeat()
            start = time.perf_counter()
            work()
            done = self.rest()
            longest = max(longest, heart.stop())
            until = max(until, done - start)
        self.worst = max(self.worst, longest)
        mark = "" if longest * 1e3 <= LONGEST_MS else "  <- over the goal"
        say(f"{name:34} longest block {longest * 1e3:6.1f} ms   there after {until * 1e3:7.1f} ms{mark}")

    def rest(self) -> float:
        """Until nothing is under way any more; when that was."""
        busy_at = time.perf_counter()
        while time.perf_counter() - busy_at < _QUIET_SECONDS:
            self.app.processEvents()
            if self.jobs.running or self._is_loading():
                busy_at = time.perf_counter()
            time.sleep(0.001)
        return busy_at

    def _is_loading(self) -> bool:
        page = self.window.page()
        tables = [] if page is None else [page.table] if hasattr(page, "table") else []
        return any(table.rows.is_loading or table.rows._asked_pages for table in tables)


def sort(page: Any, column: int) -> None:
    page.table.horizontalHeader().sectionClicked.emit(column)


if __name__ == "__main__":
    main()
