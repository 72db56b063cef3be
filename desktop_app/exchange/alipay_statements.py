"""Statements of Alipay: the merchant's account details (账务明细) and business details (业务明细), and what a personal
account downloads in the app (交易流水证明, ``alipay_record_*.csv``) or on the website (交易记录明细查询).

All are GB18030 with title lines, commented by ``#`` in the merchant's files, and a footer; numbers carry a tab at their
end, cells of the personal files are padded with spaces. Columns come and go with the years: they are taken by name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from desktop_app.domain.money import Fen
from desktop_app.domain.reconciliation import StatementKind
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.statement_lines import Cells, StatementFormat, StatementLine, line_of, stated_refund

_REFUND: Final = "退款"
_CLOSED: Final = ("交易关闭", "已关闭", "关闭", "失败", "等待付款")


def _account_line(cells: Cells) -> StatementLine:
    """账务明细: one line a movement of the balance; ``收入`` and ``支出`` are columns of their own."""
    income, expense = abs(cells.amount("income")), abs(cells.amount("expense"))
    words = cells.text("type") or " ".join((cells.text("description"), cells.text("note")))
    amount = expense or income
    kind = StatementKind.OTHER
    if any(word in words for word in ("手续费", "服务费", "收费", "佣金", "软件")):
        kind = StatementKind.FEE
    elif expense:
        kind = StatementKind.REFUND if _REFUND in words else StatementKind.PAYOUT
    elif income:
        kind = StatementKind.RETURNED if _REFUND in words or "退回" in words else StatementKind.INCOME
    if expense and income:
        kind, amount = StatementKind.OTHER, abs(income - expense)
    serial = cells.number("serial", needed=True)
    is_refund = kind is StatementKind.REFUND
    business_no = cells.number("business_no")
    return line_of(
        cells,
        kind,
        f"account:{serial}",
        cells.time("at"),
        amount,
        # the business number of a payment is its trade number, that of a refund may be one of its own
        trade_no=business_no,
        merchant_no=cells.number("merchant_no"),
        refund_no=serial if is_refund else "",
        state=cells.text("type"),
        notes=(cells.text("note"), cells.text("description"), cells.text("goods")),
    )


def _business_line(cells: Cells) -> StatementLine:
    """业务明细: ``业务类型`` is 交易 or 退款; a refund has negative amounts and the trade number of its sale."""
    is_refund = _REFUND in cells.text("type")
    amount = cells.amount("amount")
    trade_no = cells.number("trade_no", needed=True)
    request_no = cells.number("refund_no")
    at = cells.time("at", "made_at")
    identity = f"business:{trade_no}"
    if is_refund:
        identity = f"{identity}|{request_no or at.isoformat()}|{abs(amount)}"
    return line_of(
        cells,
        StatementKind.REFUND if is_refund else StatementKind.INCOME,
        identity,
        at,
        amount,
        trade_no=trade_no,
        merchant_no=cells.number("merchant_no"),
        merchant_refund_no=request_no,
        state=cells.text("type"),
        notes=(cells.text("note"), cells.text("goods")),
    )


def _record_line(cells: Cells) -> StatementLine:
    """The app's file: what was refunded is a line of its own; the direction is often 不计收支."""
    state = cells.text("state")
    words = " ".join((cells.text("type"), state))
    is_refund = _REFUND in words or cells.text("goods").startswith((f"{_REFUND}-", f"{_REFUND}—"))
    return _personal_line(cells, "record", cells.time("at"), state, is_refund=is_refund)


def _web_line(cells: Cells) -> StatementLine:
    """The website's file: a sale says in ``成功退款（元）`` what went back; ``资金状态`` has the direction too."""
    state = cells.text("state")
    returned = abs(cells.amount("returned"))
    is_refund = _REFUND in " ".join((cells.text("type"), state))
    if returned and not is_refund and _direction(cells) == "in":
        trade_no = cells.number("trade_no", needed=True)
        return line_of(
            cells,
            StatementKind.SALE_REFUNDED,
            f"web:{trade_no}|returned|{returned}",
            cells.time("changed_at", "at", "made_at"),
            returned,
            trade_no=trade_no,
            merchant_no=cells.number("merchant_no"),
            state=state,
        )
    return _personal_line(cells, "web", cells.time("at", "made_at"), state, is_refund=is_refund)


def _personal_line(cells: Cells, prefix: str, at: datetime, state: str, *, is_refund: bool) -> StatementLine:
    amount = cells.amount("amount")
    direction = _direction(cells)
    if amount < 0:
        direction = "out"
    trade_no, merchant_no = cells.number("trade_no"), cells.number("merchant_no")
    kind = _personal_kind(direction, state, is_refund=is_refund)
    if kind is StatementKind.INCOME and (returned := stated_refund(state, abs(amount))):
        return line_of(
            cells,
            StatementKind.SALE_REFUNDED,
            f"{prefix}:{trade_no or merchant_no}|returned|{returned}",
            at,
            returned,
            trade_no=trade_no,
            merchant_no=merchant_no,
            state=state,
        )
    return line_of(
        cells,
        kind,
        personal_identity(prefix, trade_no or merchant_no, direction, at, amount, is_refund=is_refund),
        at,
        amount,
        # a refund appends its own part to the number of the sale
        trade_no=trade_no.partition("_")[0],
        merchant_no=merchant_no,
        refund_no=trade_no if is_refund and "_" in trade_no else "",
        state=state,
        notes=(cells.text("note"), cells.text("goods")),
    )


def _personal_kind(direction: str, state: str, *, is_refund: bool) -> StatementKind:
    if any(word in state for word in _CLOSED):
        return StatementKind.OTHER
    if is_refund:
        kinds = {"out": StatementKind.REFUND, "in": StatementKind.RETURNED}
        return kinds.get(direction, StatementKind.POSSIBLE_REFUND)
    return {"out": StatementKind.PAYOUT, "in": StatementKind.INCOME}.get(direction, StatementKind.OTHER)


def personal_identity(prefix: str, number: str, direction: str, at: datetime, amount: Fen, *, is_refund: bool) -> str:
    """What makes a line of a personal file unique: a sale and its refund may share their number.

    To the minute, because a spreadsheet that saved the file has dropped the seconds.
    """
    what = "refund" if is_refund else "line"
    return f"{prefix}:{number}|{what}|{direction}|{at:%Y%m%d%H%M}|{abs(amount)}"


def _direction(cells: Cells) -> str:
    for role in ("direction", "money_state"):
        text = cells.text(role)
        if "不计" in text:
            continue
        if "支出" in text:
            return "out"
        if "收入" in text:
            return "in"
    return "neutral"


_TRADE_NO = ("交易订单号", "交易号", "支付宝交易号", "订单号")
_MERCHANT_NO = ("商家订单号", "商户订单号")

ALIPAY_ACCOUNT: Final = StatementFormat(
    "alipay_account",
    "Alipay account details",
    "支付宝账务明细",
    PaymentChannel.ALIPAY,
    {
        "serial": ("账务流水号",),
        "business_no": ("业务流水号",),
        "merchant_no": _MERCHANT_NO,
        "at": ("发生时间", "入账时间"),
        "income": ("收入金额（+元）", "收入（+元）", "收入金额（元）", "收入金额"),
        "expense": ("支出金额（-元）", "支出（-元）", "支出金额（元）", "支出金额"),
        "type": ("业务类型", "账务类型"),
        "description": ("业务描述",),
        "goods": ("商品名称",),
        "note": ("备注",),
    },
    ("serial", "at", "income", "expense"),
    _account_line,
)

ALIPAY_BUSINESS: Final = StatementFormat(
    "alipay_business",
    "Alipay business details",
    "支付宝业务明细",
    PaymentChannel.ALIPAY,
    {
        "trade_no": ("支付宝交易号",),
        "merchant_no": _MERCHANT_NO,
        "type": ("业务类型",),
        "goods": ("商品名称",),
        "made_at": ("创建时间",),
        "at": ("完成时间",),
        "amount": ("订单金额（元）", "订单金额"),
        "refund_no": ("退款批次号/请求号", "退款批次号", "退款请求号"),
        "note": ("备注",),
    },
    ("trade_no", "type", "at", "amount"),
    _business_line,
)

ALIPAY_WEB: Final = StatementFormat(
    "alipay_web",
    "Alipay personal records (website)",
    "支付宝个人交易记录（网页）",
    PaymentChannel.ALIPAY,
    {
        "trade_no": _TRADE_NO,
        "merchant_no": _MERCHANT_NO,
        "made_at": ("交易创建时间",),
        "at": ("付款时间",),
        "changed_at": ("最近修改时间",),
        "type": ("类型",),
        "goods": ("商品名称",),
        "amount": ("金额（元）", "金额"),
        "direction": ("收/支", "收支"),
        "state": ("交易状态",),
        "returned": ("成功退款（元）", "成功退款"),
        "money_state": ("资金状态",),
        "note": ("备注",),
    },
    ("trade_no", "made_at", "amount", "direction", "state"),
    _web_line,
)

ALIPAY_RECORD: Final = StatementFormat(
    "alipay_record",
    "Alipay personal records (app)",
    "支付宝个人交易流水（手机）",
    PaymentChannel.ALIPAY,
    {
        "at": ("交易时间",),
        "type": ("交易分类", "交易类型"),
        "goods": ("商品说明",),
        "direction": ("收/支", "收支"),
        "amount": ("金额", "金额（元）"),
        "state": ("交易状态",),
        "trade_no": _TRADE_NO,
        "merchant_no": _MERCHANT_NO,
        "note": ("备注",),
    },
    ("at", "direction", "amount", "state", "trade_no"),
    _record_line,
)
