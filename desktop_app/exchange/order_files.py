"""Orders from a CSV file: documented columns in Chinese or English, one order a row, one product an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final, TypeVar

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import Fen, parse_yuan
from desktop_app.domain.refund_inputs import MAX_QUANTITY
from desktop_app.domain.states import FeeDisclosure, OrderState, PaymentChannel
from desktop_app.exchange.cells import (
    names_of,
    read_code,
    read_count,
    read_order_no,
    read_text,
    read_time,
    unwrapped,
)
from desktop_app.exchange.csv_tables import Column, LineProblem, Record, Table, csv_template, read_table
from desktop_app.exchange.foreign_orders import foreign_orders
from desktop_app.exchange.text_files import Encoding, Progress, TextFile, read_text_file

_LINE_BYTES: Final = 32 * 1024
_T = TypeVar("_T")

ORDER_COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "order_no", "订单号", True, "A20261120001", "Order number, unique", "订单号，不可重复", ("订单编号", "order")
    ),
    Column("channel", "渠道", True, "星河卡盟", "Name of a sales channel", "销售渠道名称", ("销售渠道", "店铺")),
    Column(
        "product",
        "商品",
        True,
        "STEAM-100",
        "Product code",
        "商品编码",
        ("商品编码", "商品代码", "product_code", "sku"),
    ),
    Column("quantity", "数量", False, "5", "Whole number, 1 if empty", "整数，留空为 1", ("购买数量", "qty")),
    Column(
        "list_price",
        "单价",
        True,
        "19.90",
        "Price of one in yuan",
        "单件价格（元）",
        ("标价", "原价", "unit_price", "price"),
    ),
    Column("discount", "优惠", False, "9.50", "Discount of the whole order in yuan", "整单优惠（元）", ("优惠金额",)),
    Column(
        "paid", "实付", False, "90.00", "Money received in yuan", "实收金额（元）", ("实付金额", "实收", "paid_amount")
    ),
    Column(
        "payment_channel", "支付方式", False, "微信", "wechat, alipay or other", "微信、支付宝或其他", ("支付渠道",)
    ),
    Column(
        "ordered_at",
        "下单时间",
        True,
        "2026-11-20 09:30",
        "Shop time unless with offset",
        "默认店铺时区",
        ("创建时间",),
    ),
    Column(
        "paid_at", "支付时间", False, "2026-11-20 09:31", "Shop time unless with offset", "默认店铺时区", ("付款时间",)
    ),
    Column(
        "state",
        "订单状态",
        False,
        "已支付",
        "unpaid, paid, shipped, completed or cancelled",
        "待支付、已支付、已发货、已完成或已取消",
        ("状态", "status"),
    ),
    Column(
        "buyer",
        "买家",
        False,
        "wx_lin88",
        "Name or contact of the buyer",
        "买家昵称或联系方式",
        ("联系方式", "contact"),
    ),
    Column("account", "充值账号", False, "13800000000", "Account to be topped up", "充值账号", ("账号", "帐号")),
    Column("server", "区服", False, "电信一区", "Game server", "游戏区服", ("服务器",)),
    Column("role", "角色", False, "青衫客", "Role id or name", "角色 ID 或角色名", ("角色ID", "角色名", "role_id")),
    Column("recharge_type", "充值类型", False, "点券", "Kind of top-up", "充值类型"),
    Column("game", "游戏", False, "逐浪", "Name of the game", "游戏名称", ("游戏名称",)),
    Column(
        "fee_disclosure",
        "费用说明",
        False,
        "明确标注",
        "clear, buried or none: how the fee was shown at the purchase",
        "明确标注、小字标注或未标注",
        ("手续费说明",),
    ),
    Column("note", "备注", False, "老客户", "Free text", "备注", ("买家留言", "remark")),
)
"""The documented columns, in the order of the template."""

_STATES: Final = names_of(
    OrderState,
    {
        OrderState.UNPAID: ("待支付", "未支付", "待付款", "未付款"),
        OrderState.PAID: ("已支付", "已付款", "待发货", "已支付未发货"),
        OrderState.SHIPPED: ("已发货", "待收货"),
        OrderState.COMPLETED: ("已完成", "交易完成", "交易成功", "已收货", "done"),
        OrderState.CANCELLED: ("已取消", "已关闭", "交易关闭", "canceled"),
    },
)
_PAYMENTS: Final = names_of(
    PaymentChannel,
    {
        PaymentChannel.WECHAT: ("微信", "微信支付", "wechat pay", "wxpay"),
        PaymentChannel.ALIPAY: ("支付宝",),
        PaymentChannel.OTHER: ("其他", "其它", "银行卡", "银联", "余额", "QQ钱包"),
    },
)
_DISCLOSURES: Final = names_of(
    FeeDisclosure,
    {
        FeeDisclosure.CLEAR: ("明确标注", "明确", "已标注", "已说明", "清楚标注"),
        FeeDisclosure.BURIED: ("小字标注", "小字", "隐藏"),
        FeeDisclosure.NONE: ("未标注", "无", "未说明", "没有标注"),
    },
)


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """One order as the file states it; channel and product are still names."""

    line: int
    order_no: str
    channel: str
    product: str
    quantity: int
    list_fen: Fen
    """Price of one unit."""
    discount_fen: Fen
    """Of the whole order."""
    paid_fen: Fen
    payment_channel: PaymentChannel
    ordered_at: datetime
    paid_at: datetime | None
    state: OrderState
    buyer: str
    account: str
    server: str
    role: str
    recharge_type: str
    game: str
    fee_disclosure: FeeDisclosure | None
    """None: as the policy of the channel says."""
    note: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """The preview of a file of orders: what can be imported and what cannot, line by line."""

    source: str
    encoding: Encoding
    needs_confirmation: bool
    sha256: str
    ignored_columns: tuple[str, ...]
    drafts: tuple[OrderDraft, ...]
    problems: tuple[LineProblem, ...]


def read_order_file(
    path: Path,
    zone: tzinfo,
    *,
    encoding: str | None = None,
    channel: str | None = None,
    progress: Progress | None = None,
) -> OrderFile:
    """Read a CSV of orders; times without an offset are in ``zone``. A line with a problem gives no draft.

    ``channel`` is the sales channel of an export of another program (:mod:`desktop_app.exchange.foreign_orders`).
    """
    file = read_text_file(path, encoding=encoding, max_line_bytes=_LINE_BYTES, progress=progress)
    return orders_in(file, zone, channel)


def orders_in(file: TextFile, zone: tzinfo, channel: str | None = None) -> OrderFile:
    """The same for text that is decoded already."""
    drafts: list[OrderDraft] = []
    problems: list[LineProblem] = []
    seen: dict[str, int] = {}
    rows: Iterator[_Row]
    if (foreign := foreign_orders(file, channel)) is not None:
        ignored = foreign.ignored
        rows = (_Row(one.line, one.cells, one.problem, zone) for one in foreign.rows)
    else:
        table = read_table(file, ORDER_COLUMNS)
        ignored = table.ignored
        rows = (_own_row(table, record, zone) for record in table.rows())
    for row in rows:
        draft = row.draft()
        if draft is not None and (earlier := seen.setdefault(draft.order_no, row.line)) != row.line:
            row.refuse("order_no", f"“{draft.order_no}” is on line {earlier} already", f"与第 {earlier} 行的订单号重复")
            draft = None
        problems += row.problems
        if draft is not None:
            drafts.append(draft)
    if not drafts and not problems:
        raise BadInputError("{file} holds no orders.", "{file} 中没有订单。", file=file.name)
    return OrderFile(
        file.name, file.encoding, file.needs_confirmation, file.sha256, ignored, tuple(drafts), tuple(problems)
    )


def order_template(language: str) -> str:
    """A file of this kind to fill in: :func:`csv_template`."""
    return csv_template(ORDER_COLUMNS, language)


def _own_row(table: Table, record: Record, zone: tzinfo) -> _Row:
    wrong = table.problem_of(record)
    cells = {} if wrong else {name: record.cells[at].strip() for name, at in table.places.items()}
    return _Row(record.line, cells, wrong, zone)


class _Row:
    """One row being read; collects every problem instead of stopping at the first."""

    def __init__(self, line: int, cells: dict[str, str], wrong: LineProblem | None, zone: tzinfo) -> None:
        self.line = line
        self._zone = zone
        self.problems: list[LineProblem] = [wrong] if wrong else []
        self._cells = cells

    def refuse(self, field: str, en: str, zh: str) -> None:
        label = next(column.zh for column in ORDER_COLUMNS if column.name == field)
        self.problems.append(
            LineProblem(self.line, field, f"Line {self.line}, {field}: {en}.", f"第 {self.line} 行“{label}”：{zh}。")
        )

    def draft(self) -> OrderDraft | None:
        if self.problems:
            return None
        unit_price = self._needed("list_price", parse_yuan, 0)
        quantity = self._optional("quantity", lambda cell: read_count(cell, largest=MAX_QUANTITY), 1)
        discount = self._optional("discount", parse_yuan, 0)
        state = self._optional("state", lambda cell: read_code(cell, _STATES), None)
        paid = self._optional("paid", parse_yuan, None)
        paid_at = self._time("paid_at")
        if state is None:
            state = OrderState.PAID if paid or paid_at else OrderState.UNPAID
        if paid is None:
            paid = 0 if state is OrderState.UNPAID else unit_price * quantity - discount
        self._check_amounts(state, unit_price * quantity, discount, paid, paid_at)
        draft = OrderDraft(
            line=self.line,
            order_no=self._needed("order_no", read_order_no, ""),
            channel=self._needed("channel", read_text, ""),
            product=self._needed("product", lambda cell: read_text(unwrapped(cell)), ""),
            quantity=quantity,
            list_fen=unit_price,
            discount_fen=discount,
            paid_fen=paid,
            payment_channel=self._optional(
                "payment_channel", lambda cell: read_code(cell, _PAYMENTS), PaymentChannel.OTHER
            ),
            ordered_at=self._needed("ordered_at", lambda cell: read_time(cell, self._zone), datetime.min),
            paid_at=paid_at,
            state=state,
            buyer=self._text("buyer"),
            account=self._text("account"),
            server=self._text("server"),
            role=self._text("role"),
            recharge_type=self._text("recharge_type"),
            game=self._text("game"),
            fee_disclosure=self._optional("fee_disclosure", lambda cell: read_code(cell, _DISCLOSURES), None),
            note=self._text("note"),
        )
        return None if self.problems else draft

    def _check_amounts(
        self, state: OrderState, list_fen: Fen, discount_fen: Fen, paid_fen: Fen, paid_at: datetime | None
    ) -> None:
        if discount_fen > list_fen:
            self.refuse("discount", "is more than the price of the order", "优惠超过订单总价")
        if state is OrderState.UNPAID and paid_fen:
            self.refuse("paid", "an unpaid order has received no money", "待支付订单不能有实付金额")
        if state is OrderState.UNPAID and paid_at:
            self.refuse("paid_at", "an unpaid order has no time of payment", "待支付订单不能有支付时间")

    def _needed(self, field: str, read: Callable[[str], _T], instead: _T) -> _T:
        if not self._cells.get(field):
            self.refuse(field, "is empty", "不能为空")
            return instead
        return self._optional(field, read, instead)

    def _optional(self, field: str, read: Callable[[str], _T], instead: _T) -> _T:
        cell = self._cells.get(field, "")
        if not cell:
            return instead
        try:
            return read(cell)
        except BadInputError as error:
            self.refuse(field, error.en.rstrip("."), error.zh.rstrip("。"))
            return instead

    def _time(self, field: str) -> datetime | None:
        return self._optional(field, lambda cell: read_time(cell, self._zone), None)

    def _text(self, field: str) -> str:
        return self._optional(field, lambda cell: read_text(unwrapped(cell), longest=500), "")
