"""Order exports of other shop programs, as far as they say what an order of ours needs; nothing is made up.

acg-faka says everything but the sales channel. Its price per card is the amount by the quantity, so an order with a
coupon, or one that does not divide, is refused. card-system does not say how many cards an order has: refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import parse_yuan
from desktop_app.exchange.csv_tables import LineProblem, folded_name, records_of, split_cells
from desktop_app.exchange.text_files import TextFile

_ACG_FAKA: Final = (
    "订单号,金额,商品名称,数量,支付方式,下单时间,下单IP,下单设备,支付时间,订单状态,"
    "联系方式,发货状态,优惠券,客户,推广人,分站,分站手续费,接口手续费,推广分成,返利"
)
_CARD_SYSTEM: Final = (
    "订单号,商品名称,下单时间,订单金额,优惠金额,实付金额,手续费,成本价,利润,"
    "支付方式,支付流水号,支付时间,订单状态,买家联系方式,买家附加信息"
)
_CHANNEL: Final = "渠道"
_TAKEN: Final = "订单号,金额,商品名称,数量,支付方式,下单时间,支付时间,订单状态,联系方式,发货状态,优惠券,渠道"
_STATES: Final = {
    ("未支付", "未发货"): "unpaid",
    ("已支付", "未发货"): "paid",
    ("已支付", "已发货"): "shipped",
}
_SHIPPED_NOTE: Final = "acg-faka：已发货（缺货时也会如此标记，请核对）"


@dataclass(frozen=True, slots=True)
class ForeignOrder:
    """One row in our columns (name to cell), or why it cannot be one."""

    line: int
    cells: dict[str, str]
    problem: LineProblem | None


@dataclass(frozen=True, slots=True)
class ForeignOrders:
    """An order export of another program; ``ignored`` are its columns that an order of ours has no place for."""

    ignored: tuple[str, ...]
    rows: Iterator[ForeignOrder]


def foreign_orders(file: TextFile, channel: str | None) -> ForeignOrders | None:
    """The orders of an export that is recognised by its header; None for any other file.

    ``channel`` is the name of the sales channel, which no export says. BadInputError when the export does not say
    enough.
    """
    first = next((line for line in file.lines if line.strip()), "")
    if "订单号" not in first:
        return None
    header = split_cells(file.name, first, ",")
    names = set(map(folded_name, header))
    if names.issuperset(_folded(_CARD_SYSTEM)) and folded_name("数量") not in names:
        raise BadInputError(
            "{file} is an order export of card-system, which says neither the quantity (数量) nor the sales channel "
            "(渠道) of an order; add both columns and 单价.",
            "{file} 是 card-system 的订单导出，没有“数量”和“渠道”列，无法确定每单有几张卡密；请补上这两列和“单价”。",
            file=file.name,
        )
    if not names.issuperset(_folded(_ACG_FAKA)):
        return None
    if channel is None and _CHANNEL not in map(str.strip, header):
        raise BadInputError(
            "{file} is an order export of acg-faka, which does not say the sales channel; choose one, or add a column "
            "渠道.",
            "{file} 是异次元发卡的订单导出，没有销售渠道；请指定渠道，或补上“渠道”列。",
            file=file.name,
        )
    ignored = tuple(name.strip() for name in header if name.strip() and name.strip() not in _TAKEN.split(","))
    return ForeignOrders(ignored, _acg_rows(file, header, channel))


def _folded(columns: str) -> set[str]:
    return set(map(folded_name, columns.split(",")))


def _acg_rows(file: TextFile, header: Sequence[str], channel: str | None) -> Iterator[ForeignOrder]:
    # PHP does not double a quotation mark that follows a backslash
    lines = (line.replace('\\"', '\\""') for line in file.lines)
    records = records_of(file.name, lines, ",")
    next(records)
    names = [name.strip() for name in header]
    for record in records:
        if len(record.cells) != len(names):
            en = f"Line {record.line}: {len(record.cells)} columns instead of {len(names)}."
            zh = f"第 {record.line} 行有 {len(record.cells)} 列，应为 {len(names)} 列。"
            yield ForeignOrder(record.line, {}, LineProblem(record.line, "", en, zh))
            continue
        row = {name: cell.strip() for name, cell in zip(names, record.cells, strict=True)}
        found = _acg_order(row, channel)
        if isinstance(found, dict):
            yield ForeignOrder(record.line, found, None)
        else:
            field, en, zh = found
            problem = LineProblem(
                record.line, field, f"Line {record.line}, {field}: {en}.", f"第 {record.line} 行“{field}”：{zh}。"
            )
            yield ForeignOrder(record.line, {}, problem)


def _acg_order(row: dict[str, str], channel: str | None) -> dict[str, str] | tuple[str, str, str]:
    """Our cells, or the column that stands in the way with a sentence about it."""
    state = _STATES.get((row["订单状态"], row["发货状态"]))
    if state is None:
        return "订单状态", "payment and delivery do not fit together", "支付状态与发货状态不符"
    if row["优惠券"] not in ("", "0", "-"):
        return "优惠券", "with a coupon the file does not say the price before it", "使用了优惠券，文件没有写明原价"
    unit = _unit_price(row["金额"], row["数量"])
    if unit is None:
        return "金额", "is not a whole number of fen for each card", "不能按数量平分到每张卡密（精确到分）"
    return {
        "order_no": row["订单号"],
        "channel": row.get(_CHANNEL, "") or channel or "",
        "product": row["商品名称"],
        "quantity": row["数量"],
        "list_price": unit,
        "paid": "" if state == "unpaid" else row["金额"],
        "payment_channel": _payment(row["支付方式"]),
        "ordered_at": row["下单时间"],
        "paid_at": "" if state == "unpaid" else row["支付时间"],
        "state": state,
        "buyer": row["联系方式"],
        "note": _SHIPPED_NOTE if state == "shipped" else "",
    }


def _unit_price(amount: str, quantity: str) -> str | None:
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) <= 6 and int(quantity)):
        return None
    try:
        fen = parse_yuan(amount)
    except BadInputError:
        return None
    unit, rest = divmod(fen, int(quantity))
    return None if rest or fen < 0 else f"{unit // 100}.{unit % 100:02d}"


def _payment(name: str) -> str:
    """Shops name their ways to pay themselves; only what the name says is taken."""
    if "支付宝" in name:
        return "alipay"
    return "wechat" if "微信" in name else "other"
