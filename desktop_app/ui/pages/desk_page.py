"""The desk: the figures of today, what is due next, what runs low, and at first what to do first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.states import OrderState, ProductKind
from desktop_app.services.desk_counts import DUE_LINES, EXPIRING_DAYS, DeskCounts
from desktop_app.services.request_line import RequestLine
from desktop_app.ui import icons
from desktop_app.ui.actions import Change, WindowContext
from desktop_app.ui.colours import Tone, tokens
from desktop_app.ui.drop_folder_watch import DropFolderWatch
from desktop_app.ui.jobs import Jobs, Progress
from desktop_app.ui.labels import money, time_left
from desktop_app.ui.request_columns import request_columns
from desktop_app.ui.row_model import Column, ListSource
from desktop_app.ui.widgets.backup_notice import BackupNotice
from desktop_app.ui.widgets.basics import Card, column_of, plain_label, push_button, row_of
from desktop_app.ui.widgets.kpi_card import KpiCard
from desktop_app.ui.widgets.row_table import RowTable

if TYPE_CHECKING:  # for annotations: the page is there before the services are
    from desktop_app.services.early_desk import EarlyDesk
    from desktop_app.services.products import ProductLine
    from desktop_app.services.reports import DeskFigures
    from desktop_app.services.sort import Sort
    from desktop_app.services.stock import ExpiringLine

TICK_MS = 30_000
_DUE_COLUMNS = ("request_no", "due_at", "verdict", "refund_fen", "product", "reason")
_AREAS = frozenset({"requests", "orders", "refunds", "products", "keys", "policies", "settings"})


@dataclass(frozen=True, slots=True)
class _Need:
    """A product to look after: it runs low, or some of its keys expire soon."""

    product_id: int
    name: str
    low: ProductLine | None
    expiring: ExpiringLine | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one look at the shop found; ``steps`` are the first steps that are done."""

    turn: int
    figures: DeskFigures
    due: Sequence[RequestLine]
    steps: dict[str, bool]


class DeskPage(QWidget):
    """The first page; its figures are buttons into the lists behind them.

    Without a shop it shows what :meth:`show_early` was given, until :meth:`take_shop` brings one.
    """

    def __init__(self, shop: Any | None, jobs: Jobs, window: WindowContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("desk_page")
        self._shop = shop
        self._jobs = jobs
        self._window = window
        self._turn = 0
        self._counts: DeskCounts | None = None
        self._figures: DeskFigures | None = None
        self.drop_folder: DropFolderWatch | None = None
        self._due: Sequence[RequestLine] = ()
        self._needs: Sequence[_Need] = ()
        self.backup_notice = BackupNotice(shop, jobs, window)
        self._build()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        if shop is not None:
            self.take_shop(shop)

    # what the window calls

    def title(self) -> str:
        return self.tr("Desk")

    def take_shop(self, shop: Any) -> None:
        """The shop is open: from now on it is asked."""
        self._shop = shop
        self.backup_notice.take_shop(shop)
        self.drop_folder = DropFolderWatch(shop, self._jobs, self._window, self)

    def show_early(self, early: EarlyDesk) -> None:
        """What is known before the shop is open. What is in stock is not: it stays blank until then."""
        self._counts, self._due = early.counts, early.due
        self._show_figures()
        self.table.reload()

    def reload(self, change: Change | None) -> None:
        """Ask in a worker: judging every open request takes its time in a large shop."""
        self.backup_notice.reload(change)
        if self._shop is None or (change is not None and not change.areas & _AREAS):
            return
        self._turn += 1
        turn, shop = self._turn, self._shop

        def work(_progress: Progress) -> _Desk:
            return _Desk(turn, shop.reports.desk(), shop.reports.due_next(DUE_LINES), _first_steps(shop))

        self._jobs.run(self, work, self._show, self._window.show_error)

    # building

    def _build(self) -> None:
        self._cards: dict[str, KpiCard] = {}
        self._card_grid = QGridLayout()
        self._card_grid.setSpacing(12)
        for place, (key, title, open_list) in enumerate(
            (
                ("open", self.tr("Open requests"), self._open_requests),
                ("overdue", self.tr("Overdue"), self._open_overdue),
                ("refunded", self.tr("Refunded today"), self._open_refunds),
                ("outstanding", self.tr("Refunds on their way"), self._open_outstanding),
                ("low_stock", self.tr("Low stock"), self._open_products),
                ("waiting", self.tr("Waiting for delivery"), self._open_waiting),
            )
        ):
            card = KpiCard(title, f"{key}_card")
            card.clicked.connect(open_list)
            self._cards[key] = card
            self._card_grid.addWidget(card, place // 3, place % 3)
        self.table = RowTable("due_next_table", self.tr("Due next"), self._due_columns(), self._open_due)
        self.table.row_activated.connect(self._open_request)
        self.table.clicked.connect(self._on_due_clicked)
        self.table.set_empty(
            self.tr("Nothing is due"),
            self.tr("New requests appear here as they come in, the most urgent first."),
            self.tr("Enter a request"),
            self._new_request,
        )
        self.low_table = RowTable(
            "low_stock_table",
            self.tr("Stock to look after"),
            self._need_columns(),
            self._open_needs,
            row_id=lambda row: row.product_id,
        )
        self.low_table.row_activated.connect(self._open_product)
        self.low_table.set_empty(
            self.tr("Enough of everything"),
            self.tr(
                "A product appears here when its stock falls to the threshold that you gave it, or when some of its "
                "keys expire within {days} days."
            ).format(days=EXPIRING_DAYS),
        )
        self._lists = QSplitter(Qt.Orientation.Horizontal)
        self._lists.setObjectName("desk_splitter")
        self._lists.setChildrenCollapsible(False)
        self._lists.setHandleWidth(14)
        for title, table in ((self.tr("Due next"), self.table), (self.tr("Stock to look after"), self.low_table)):
            side = QWidget()
            side.setLayout(column_of(plain_label(title, role="title"), table, spacing=8))
            self._lists.addWidget(side)
        self._lists.setStretchFactor(0, 5)
        self._lists.setStretchFactor(1, 3)
        self._lists.setSizes([700, 380])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.backup_notice)
        layout.addLayout(self._card_grid)
        layout.addWidget(self._lists, 1)

    @cached_property
    def first_steps(self) -> FirstSteps:
        """Made for a shop that is new; others never see it."""
        steps = FirstSteps(self._take_step, self)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(layout.indexOf(self._lists), steps)
        return steps

    def _due_columns(self) -> list[Column[RequestLine]]:
        """Some of the inbox; this list has one order only, the most urgent first."""
        columns = {column.key: column for column in request_columns(self._window)}
        return [_unsorted(columns[key]) for key in _DUE_COLUMNS]

    def _need_columns(self) -> list[Column[_Need]]:
        return [
            Column("name", self.tr("Product"), lambda row: row.name, width=150, tooltip=lambda row: row.name),
            Column(
                "in_stock",
                self.tr("Left"),
                lambda row: f"{row.low.in_stock:,}" if row.low else "",
                tone=lambda row: None if row.low is None else Tone.WARN if row.low.in_stock else Tone.BAD,
                width=64,
            ),
            Column(
                "threshold",
                self.tr("Threshold"),
                lambda row: str(row.low.low_stock_threshold) if row.low else "",
                align=Qt.AlignmentFlag.AlignRight,
                width=72,
            ),
            Column(
                "expiring",
                self.tr("Expiring"),
                self._expiring_text,
                tone=lambda row: Tone.WARN if row.expiring else None,
                width=128,
                tooltip=self._expiring_tip,
            ),
        ]

    def _expiring_text(self, row: _Need) -> str:
        if row.expiring is None:
            return ""
        return self.tr("{count}, {day}").format(count=f"{row.expiring.keys:,}", day=row.expiring.first_on[5:])

    def _expiring_tip(self, row: _Need) -> str:
        if row.expiring is None:
            return ""
        return self.tr("{count} sellable keys expire within {days} days, the first after {day}").format(
            count=f"{row.expiring.keys:,}", days=EXPIRING_DAYS, day=row.expiring.first_on
        )

    def _open_due(self, _sort: Sort | None) -> ListSource[RequestLine]:
        return ListSource(self._due)

    def _open_needs(self, _sort: Sort | None) -> ListSource[_Need]:
        return ListSource(self._needs)

    # showing

    def _show(self, desk: _Desk) -> None:
        if desk.turn != self._turn:
            return
        self._counts = self._figures = desk.figures
        self._due, self._needs = desk.due, _needs(desk.figures)
        self._show_figures()
        is_new = not all(desk.steps.values())
        if is_new:
            self.first_steps.show_steps(desk.steps)
        if is_new or "first_steps" in vars(self):
            self.first_steps.setVisible(is_new)
        self._lists.setVisible(not is_new)
        self.table.reload()
        self.low_table.reload()

    def _show_figures(self) -> None:
        figures = self._counts
        if figures is None:
            return
        due = self.tr("nothing is due")
        if figures.next_due_at is not None:
            due = self.tr("next: {time}").format(time=time_left(figures.next_due_at, self._window.now()))
        for key, value, caption, colour in (
            ("open", str(figures.open_requests), due, None),
            (
                "overdue",
                str(figures.overdue),
                self.tr("due today: {count}").format(count=figures.due_today),
                Tone.BAD if figures.overdue else None,
            ),
            (
                "refunded",
                money(figures.refunded_today_fen),
                self.tr("refunds: {count}, fees: {fees}").format(
                    count=figures.refunds_today, fees=money(figures.fees_today_fen)
                ),
                None,
            ),
            (
                "outstanding",
                money(figures.refunds_outstanding_fen),
                self.tr("refunds: {count}, late: {late}").format(
                    count=figures.refunds_outstanding, late=figures.refunds_overdue
                ),
                Tone.BAD if figures.refunds_overdue else None,
            ),
            (
                "waiting",
                str(figures.waiting_delivery),
                self.tr("orders today: {count}, {amount}").format(
                    count=figures.orders_today, amount=money(figures.sales_today_fen)
                ),
                None,
            ),
        ):
            self._cards[key].set_figure(value, caption, colour)
        if self._figures is not None:
            self._show_stock(self._figures)

    def _show_stock(self, figures: DeskFigures) -> None:
        low = "".join(f"{line.name} {line.in_stock}" for line in figures.low_stock[:1])
        if figures.expiring and not low:
            low = self.tr("products with expiring keys: {count}").format(count=len(figures.expiring))
        self._cards["low_stock"].set_figure(
            str(len(figures.low_stock)),
            low or self.tr("every product has enough"),
            Tone.WARN if figures.low_stock else None,
        )

    def _tick(self) -> None:
        if self.isVisible():
            self._show_figures()
            self.table.viewport().update()

    # ways to the lists

    def _open_requests(self) -> None:
        self._window.navigate("requests", scope="open")

    def _open_overdue(self) -> None:
        self._window.navigate("requests", scope="overdue")

    def _open_refunds(self) -> None:
        self._window.navigate("requests", scope="decided")

    def _open_outstanding(self) -> None:
        self._window.navigate("refunds", outstanding=True)

    def _open_products(self) -> None:
        self._window.navigate("products")

    def _open_waiting(self) -> None:
        self._window.navigate("orders", state=OrderState.PAID)

    def _open_request(self, row: RequestLine) -> None:
        self._window.navigate("requests", row.id, scope="open")

    def _on_due_clicked(self, *_: object) -> None:
        row = self.table.current_row()
        if row is not None:
            self._open_request(row)

    def _open_product(self, row: _Need) -> None:
        if row.low is None:
            self._window.navigate("reports", row.product_id, expiring_days=EXPIRING_DAYS)
        else:
            self._window.navigate("products", row.product_id)

    def _new_request(self) -> None:
        self._window.navigate("requests", new=True)

    def _take_step(self, key: str) -> None:
        if key == "channel":
            self._window.navigate("policies")
        elif key == "product":
            self._window.navigate("products", new=True)
        elif key == "keys":
            self._window.navigate("keys")
        elif key == "order":
            self._window.navigate("orders")
        else:
            self._new_request()


def _needs(figures: DeskFigures) -> list[_Need]:
    """What runs low first, then what only expires."""
    expiring = {line.product_id: line for line in figures.expiring}
    needs = [_Need(line.id, line.name, line, expiring.pop(line.id, None)) for line in figures.low_stock]
    return needs + [_Need(line.product_id, line.name, None, line) for line in expiring.values()]


class FirstSteps(Card):
    """What a new shop needs before it can decide anything, in order; what is done carries a tick."""

    def __init__(self, on_step: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__("first_steps", margin=24, parent=parent)
        self._marks: dict[str, QLabel] = {}
        self._texts: dict[str, QLabel] = {}
        self.buttons: dict[str, QPushButton] = {}
        self.body.addWidget(plain_label(self.tr("Set up the shop"), role="title"))
        self.body.addWidget(
            plain_label(
                self.tr("Five steps to the first decided request. Files can be imported at each of them."),
                role="muted",
                wrap=True,
            )
        )
        for key, text, action_text in (
            ("channel", self.tr("Add where you sell, with the refund rules shown there"), self.tr("Add a channel")),
            ("product", self.tr("Add what you sell"), self.tr("Add a product")),
            ("keys", self.tr("Import card keys from a file or by paste"), self.tr("Import keys")),
            ("order", self.tr("Enter an order, or import orders from CSV"), self.tr("Go to orders")),
            ("request", self.tr("Enter the first request: the rules say what to do with it"), self.tr("New request")),
        ):
            mark = QLabel()
            mark.setFixedWidth(22)
            label = plain_label(text, name=f"step_{key}", wrap=True)
            button = push_button(action_text, f"step_{key}_button", partial(on_step, key))
            button.setMinimumWidth(150)
            self._marks[key], self._texts[key], self.buttons[key] = mark, label, button
            row = row_of(mark, label, button, spacing=10)
            row.setStretch(1, 1)
            self.body.addLayout(row)
        self.body.addStretch(1)

    def show_steps(self, steps: dict[str, bool]) -> None:
        """The first step that is not done yet is the one to take."""
        following = next((key for key, done in steps.items() if not done), "")
        colours = tokens()
        for key, done in steps.items():
            colour = colours.tone_text[Tone.OK] if done else colours.muted
            picture = icons.pixmap("circle-check" if done else "chevron-right", colour, 18, self.devicePixelRatioF())
            self._marks[key].setPixmap(picture)
            self._texts[key].setEnabled(not done)
            self.buttons[key].setVisible(not done)
            self.buttons[key].setProperty("kind", "primary" if key == following else None)
            self.buttons[key].style().polish(self.buttons[key])


def _unsorted(column: Column[RequestLine]) -> Column[RequestLine]:
    return Column(
        column.key,
        column.title,
        column.text,
        column.align,
        column.tone,
        column.width,
        None,
        column.mono,
        column.tooltip,
    )


def _needs_no_keys(line: ProductLine) -> bool:
    return line.kind is ProductKind.PHONE_TOPUP


def _first_steps(shop: Any) -> dict[str, bool]:
    """Which of the first steps are done; once there is a request nothing else is looked at."""
    from desktop_app.services.orders import OrderFilter
    from desktop_app.services.requests import RequestFilter

    keys = ("channel", "product", "keys", "order", "request")
    if shop.requests.listing(RequestFilter(scope="all")).page(0, 1):
        return dict.fromkeys(keys, True)
    products: Sequence[ProductLine] = shop.products.all()
    found = (
        bool(shop.policies.channels()),
        bool(products),
        any(line.in_stock or line.delivered or line.redeemed or _needs_no_keys(line) for line in products),
        bool(shop.orders.listing(OrderFilter()).page(0, 1)),
        False,
    )
    return dict(zip(keys, found, strict=True))
