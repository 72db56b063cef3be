"""Statements of WeChat Pay: the merchant's transactions (交易账单) and account flow (资金账单), and what a personal
account downloads (微信支付账单明细, CSV or XLSX).

The merchant's files guard every cell with a backtick and end with a row of sums. In a personal file the state of a
payment says what went back (``已全额退款``, ``已退款(￥5.00)``), and the refund has a line of its own besides.
"""

from __future__ import annotations

import re
from typing import Final

from desktop_app.domain.money import Fen
from desktop_app.domain.reconciliation import StatementKind
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.alipay_statements import personal_identity
from desktop_app.exchange.statement_lines import (
    Cells,
    StatementFormat,
    StatementLine,
    line_of,
    read_amount,
    stated_refund,
)

_REFUND: Final = "退款"
_REFUND_STATES: Final = {
    "SUCCESS": StatementKind.REFUND,
    "PROCESSING": StatementKind.REFUND_UNDERWAY,
    "FAIL": StatementKind.REFUND_FAILED,
    "CHANGE": StatementKind.REFUND_FAILED,
}
"""``CHANGE`` (转入代发): the way back is closed, the merchant has to pay by another."""
_WHOLE_REFUND: Final = re.compile(r"退款总金额([0-9,]+(?:\.[0-9]{1,2})?)元")


def _trade_line(cells: Cells) -> StatementLine:
    """交易账单: a row with ``交易状态`` REFUND is a refund, with numbers and a state of its own."""
    state = cells.text("state")
    trade_no = cells.number("trade_no", needed=True)
    merchant_no = cells.number("merchant_no")
    refund_no = cells.number("refund_no")
    asked, returned = abs(cells.amount("asked")), abs(cells.amount("returned"))
    if state == "REFUND" or (refund_no and (asked or returned)):
        refund_state = cells.text("refund_state")
        kind = _REFUND_STATES.get(refund_state or "SUCCESS", StatementKind.REFUND_UNDERWAY)
        suffix = "" if kind is StatementKind.REFUND else f"|{kind.value}"
        merchant_refund_no = cells.number("merchant_refund_no")
        return line_of(
            cells,
            kind,
            f"trade:{trade_no}|{refund_no or merchant_refund_no}{suffix}",
            cells.time("refunded_at", "at"),
            # what the shop asked to be given back; without the part that a voucher of the channel paid it is less
            asked or returned,
            trade_no=trade_no,
            merchant_no=merchant_no,
            refund_no=refund_no,
            merchant_refund_no=merchant_refund_no,
            state=refund_state or state,
            notes=(cells.text("note"),),
        )
    amount = cells.amount("amount") or cells.amount("settled")
    kind = StatementKind.INCOME if state == "SUCCESS" else StatementKind.OTHER
    return line_of(
        cells,
        kind,
        f"trade:{trade_no}" if kind is StatementKind.INCOME else f"trade:{trade_no}|{state}",
        cells.time("at"),
        amount,
        trade_no=trade_no,
        merchant_no=merchant_no,
        state=state,
    )


def _flow_line(cells: Cells) -> StatementLine:
    """资金账单: a refund is an expense less the returned fee; the note says the whole amount."""
    kind_text = cells.text("type") or cells.text("business")
    amount = cells.amount("amount")
    goes_out = "支出" in cells.text("direction") or amount < 0
    note = cells.text("note")
    kind = StatementKind.INCOME
    if "手续费" in kind_text or "服务费" in kind_text:
        kind = StatementKind.FEE
    elif goes_out:
        kind = StatementKind.REFUND if _REFUND in kind_text else StatementKind.PAYOUT
    elif _REFUND in kind_text or "退回" in kind_text:
        kind = StatementKind.RETURNED
    whole = _whole_refund(note) if kind is StatementKind.REFUND else 0
    business_no, flow_no = cells.number("business_no"), cells.number("flow_no", needed=True)
    voucher_no = cells.number("voucher_no")
    is_refund = kind is StatementKind.REFUND
    return line_of(
        cells,
        kind,
        f"flow:{flow_no}|{business_no}|{kind.value}",
        cells.time("at"),
        whole or amount,
        trade_no=flow_no,
        merchant_no="" if is_refund else voucher_no,
        refund_no=business_no if is_refund else "",
        merchant_refund_no=voucher_no if is_refund else "",
        state=kind_text,
        notes=(note,),
    )


def _whole_refund(note: str) -> Fen:
    found = _WHOLE_REFUND.search(note)
    return (read_amount(found[1]) or 0) if found else 0


def _personal_line(cells: Cells) -> StatementLine:
    """微信支付账单明细: the direction decides whether a refund went to a buyer or came back to the shop."""
    at, state, kind_text = cells.time("at"), cells.text("state"), cells.text("type")
    amount = cells.amount("amount")
    direction_text = cells.text("direction")
    direction = "out" if "支出" in direction_text else "in" if "收入" in direction_text else "neutral"
    trade_no, merchant_no = cells.number("trade_no"), cells.number("merchant_no")
    is_refund = _REFUND in kind_text
    returned = stated_refund(state, abs(amount))
    if direction == "in" and not is_refund and returned:
        return line_of(
            cells,
            StatementKind.SALE_REFUNDED,
            f"personal:{trade_no or merchant_no}|returned|{returned}",
            at,
            returned,
            trade_no=trade_no,
            merchant_no=merchant_no,
            state=state,
        )
    if is_refund:
        kinds = {"out": StatementKind.REFUND, "in": StatementKind.RETURNED}
        kind = kinds.get(direction, StatementKind.POSSIBLE_REFUND)
    elif direction == "out":
        # a transfer that was not accepted, or what the shop bought and got its money back for
        kind = StatementKind.RETURNED if returned else StatementKind.PAYOUT
    else:
        kind = StatementKind.INCOME if direction == "in" else StatementKind.OTHER
    return line_of(
        cells,
        kind,
        personal_identity("personal", trade_no or merchant_no, direction, at, amount, is_refund=is_refund),
        at,
        amount,
        trade_no=trade_no,
        merchant_no=merchant_no,
        state=state,
        notes=(cells.text("note"), cells.text("goods")),
    )


WECHAT_TRADE: Final = StatementFormat(
    "wechat_trade",
    "WeChat Pay merchant transactions",
    "微信支付商户交易账单",
    PaymentChannel.WECHAT,
    {
        "at": ("交易时间",),
        "account": ("商户号",),
        "trade_no": ("微信订单号", "微信支付订单号"),
        "merchant_no": ("商户订单号",),
        "state": ("交易状态",),
        "settled": ("应结订单金额", "总金额"),
        "amount": ("订单金额",),
        "refund_no": ("微信退款单号", "微信支付退款单号"),
        "merchant_refund_no": ("商户退款单号",),
        "returned": ("退款金额",),
        "asked": ("申请退款金额",),
        "refund_state": ("退款状态",),
        "refunded_at": ("退款成功时间",),
        "note": ("商户数据包",),
    },
    ("at", "trade_no", "merchant_no", "state"),
    _trade_line,
    ("总交易单数",),
)

WECHAT_FLOW: Final = StatementFormat(
    "wechat_flow",
    "WeChat Pay merchant account flow",
    "微信支付商户资金账单",
    PaymentChannel.WECHAT,
    {
        "at": ("记账时间",),
        "business_no": ("微信支付业务单号",),
        "flow_no": ("资金流水单号",),
        "business": ("业务名称",),
        "type": ("业务类型",),
        "direction": ("收支类型",),
        "amount": ("收支金额(元)", "收支金额"),
        "note": ("备注",),
        "voucher_no": ("业务凭证号",),
    },
    ("at", "flow_no", "type", "amount"),
    _flow_line,
    ("资金流水总笔数",),
)

WECHAT_PERSONAL: Final = StatementFormat(
    "wechat_personal",
    "WeChat Pay personal bill",
    "微信支付个人账单",
    PaymentChannel.WECHAT,
    {
        "at": ("交易时间",),
        "type": ("交易类型",),
        "goods": ("商品",),
        "direction": ("收/支", "收支"),
        "amount": ("金额(元)", "金额"),
        "state": ("当前状态",),
        "trade_no": ("交易单号",),
        "merchant_no": ("商户单号",),
        "note": ("备注",),
    },
    ("at", "type", "direction", "amount", "state", "trade_no"),
    _personal_line,
)
