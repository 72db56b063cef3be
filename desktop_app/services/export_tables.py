"""What can be exported: the columns of each table, where its rows come from, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from desktop_app.documents.code_words import is_chinese, word
from desktop_app.documents.csv_export import Column, Kind
from desktop_app.documents.events import describe, title
from desktop_app.services.context import Context
from desktop_app.services.event_log import events_listing
from desktop_app.services.inventory import Inventory
from desktop_app.services.key_lines import KeyFilter, KeyLine
from desktop_app.services.listing import Sort
from desktop_app.services.order_lines import OrderFilter, OrderLine, orders_listing
from desktop_app.services.prints import PrintLine, Prints
from desktop_app.services.proofs import ProofLine, Proofs
from desktop_app.services.reconciliation import Reconciliation, Unmatched
from desktop_app.services.refunds import RefundFilter, RefundLine, Refunds
from desktop_app.services.request_lines import RequestFilter, RequestLine, request_listing
from desktop_app.services.stock import Stock, StockLine, SupplierLine
from desktop_app.services.timeline import EventLine

_YES = (("", ""), ("yes", "是"))
_SIDES = (("In the shop only", "仅店铺有"), ("In the statement only", "仅账单有"))
_ACTIONS = {"approve": ("Approved", "同意"), "refuse": ("Refused", "拒绝")}


class ExportRows(Protocol):
    """What an export needs of a :class:`desktop_app.services.listing.Listing`."""

    def count(self) -> int: ...

    def rows(self) -> Iterator[Any]: ...


@dataclass(frozen=True, slots=True)
class _Report:
    """The lines of a report, which are made all at once."""

    lines: Sequence[object]

    def count(self) -> int:
        return len(self.lines)

    def rows(self) -> Iterator[object]:
        return iter(self.lines)


@dataclass(frozen=True, slots=True)
class ExportTable:
    """One table. ``cells`` gives the cells of a row in a language, in the order of the columns."""

    columns: tuple[Column, ...]
    listing: Callable[[Context, Any, Sort | None], ExportRows]
    cells: Callable[[Any, str, ZoneInfo], tuple[object, ...]]


def _key_cells(line: KeyLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.id,
        line.product_name,
        line.masked,
        word(line.state, language),
        line.batch_name,
        line.line,
        line.expires_on,
        line.order_no,
        line.state_at,
        line.note,
    )


def _order_cells(line: OrderLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.order_no,
        line.product_name,
        line.quantity,
        word(line.state, language),
        line.paid_fen,
        line.refunded_fen,
        line.buyer_masked,
        line.channel_name,
        line.ordered_at,
        line.paid_at,
        line.shipped_at,
    )


def _request_cells(line: RequestLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.request_no,
        line.order_no,
        line.product_name,
        word(line.order_state, language),
        word(line.reason, language) if line.reason else "",
        word(line.verdict, language) if line.verdict else "",
        line.refund_fen,
        line.fee_fen,
        line.due_at,
        word(line.state, language),
        line.requested_at,
        _ACTIONS[line.decided_action][is_chinese(language)] if line.decided_action else "",
        line.decided_at,
        line.decision_reason,
    )


def _refund_cells(line: RefundLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.request_no,
        line.order_no,
        line.amount_fen,
        word(line.route, language),
        word(line.state, language),
        line.expected_at,
        line.reference,
        line.paid_at,
        line.arrived_at,
        _YES[line.reconciled][is_chinese(language)],
        line.note,
    )


def _unmatched_cells(line: Unmatched, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        _SIDES[line.in_statement][is_chinese(language)],
        line.at,
        line.amount_fen,
        word(line.route, language),
        line.order_no,
        line.reference,
        line.source,
        line.zh if is_chinese(language) else line.en,
    )


def _proof_cells(line: ProofLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.proof_no,
        line.order_no,
        line.unit_ref,
        line.product_name,
        line.redeemed_at,
        line.code,
        line.issued_at,
        line.issued_by,
    )


def _print_cells(line: PrintLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.printed_at,
        line.title,
        line.proof_no,
        line.documents,
        line.pages,
        line.copies,
        line.printer,
        line.printed_by,
    )


def _event_cells(line: EventLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        line.seq,
        line.at,
        line.actor,
        title(line.kind, language),
        line.order_no,
        f"{line.entity} {line.entity_id}" if line.entity_id else line.entity,
        describe(line.kind, line.facts, language, zone),
    )


def _stock_cells(line: StockLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    product = line.product
    return (
        product.code,
        product.name,
        product.in_stock,
        product.reserved,
        product.delivered,
        product.redeemed,
        product.quarantined,
        product.void,
        product.expired,
        line.cost_fen,
        line.uncosted,
        line.price_fen,
        line.sold,
        line.days_left,
        line.expiring,
    )


def _supplier_cells(line: SupplierLine, language: str, zone: ZoneInfo) -> tuple[object, ...]:
    rate = "" if line.rate_bp is None else f"{line.rate_bp // 100}.{line.rate_bp % 100:02d}%"
    return (line.supplier, line.batches, line.imported, line.in_stock, line.tried, line.failed, rate, line.loss_fen)


TABLES: Mapping[str, ExportTable] = {
    "keys": ExportTable(
        (
            Column("id", "编号", "No.", Kind.NUMBER),
            Column("product", "商品", "Product"),
            Column("masked", "卡密", "Key"),
            Column("state", "状态", "State"),
            Column("batch", "批次", "Batch"),
            Column("line", "行号", "Line", Kind.NUMBER),
            Column("expires_on", "有效期", "Expires on"),
            Column("order_no", "订单号", "Order no."),
            Column("state_at", "状态时间", "State since", Kind.TIME),
            Column("note", "备注", "Note"),
        ),
        lambda context, where, sort: Inventory(context).listing(where or KeyFilter(), sort),
        _key_cells,
    ),
    "orders": ExportTable(
        (
            Column("order_no", "订单号", "Order no."),
            Column("product", "商品", "Product"),
            Column("quantity", "数量", "Quantity", Kind.NUMBER),
            Column("state", "状态", "State"),
            Column("paid_fen", "实付", "Paid", Kind.MONEY),
            Column("refunded_fen", "已退", "Refunded", Kind.MONEY),
            Column("buyer", "买家", "Buyer"),
            Column("channel", "渠道", "Channel"),
            Column("ordered_at", "下单时间", "Ordered", Kind.TIME),
            Column("paid_at", "支付时间", "Paid at", Kind.TIME),
            Column("shipped_at", "发货时间", "Shipped", Kind.TIME),
        ),
        lambda context, where, sort: orders_listing(context, where or OrderFilter(), sort),
        _order_cells,
    ),
    "requests": ExportTable(
        (
            Column("request_no", "申请号", "Request no."),
            Column("order_no", "订单号", "Order no."),
            Column("product", "商品", "Product"),
            Column("order_state", "订单状态", "Order state"),
            Column("reason", "申请原因", "Reason"),
            Column("verdict", "裁定建议", "Verdict"),
            Column("refund_fen", "退款", "Refund", Kind.MONEY),
            Column("fee_fen", "手续费", "Fee", Kind.MONEY),
            Column("due_at", "截止时间", "Due", Kind.TIME),
            Column("state", "状态", "State"),
            Column("requested_at", "申请时间", "Requested", Kind.TIME),
            Column("decided_action", "处理结果", "Decision"),
            Column("decided_at", "处理时间", "Decided", Kind.TIME),
            Column("decision_reason", "处理说明", "Reason of the decision"),
        ),
        lambda context, where, sort: request_listing(context, where or RequestFilter(scope="all"), sort),
        _request_cells,
    ),
    "refunds": ExportTable(
        (
            Column("request_no", "申请号", "Request no."),
            Column("order_no", "订单号", "Order no."),
            Column("amount_fen", "金额", "Amount", Kind.MONEY),
            Column("route", "退款途径", "Route"),
            Column("state", "状态", "State"),
            Column("expected_at", "预计到账", "Expected by", Kind.TIME),
            Column("reference", "退款流水号", "Reference"),
            Column("paid_at", "转出时间", "Paid out", Kind.TIME),
            Column("arrived_at", "到账时间", "Arrived", Kind.TIME),
            Column("reconciled", "已对账", "In a statement"),
            Column("note", "备注", "Note"),
        ),
        lambda context, where, sort: Refunds(context).listing(where or RefundFilter(), sort),
        _refund_cells,
    ),
    "unmatched": ExportTable(
        (
            Column("side", "哪一方", "Side"),
            Column("at", "时间", "Time", Kind.TIME),
            Column("amount_fen", "金额", "Amount", Kind.MONEY),
            Column("route", "渠道", "Channel"),
            Column("order_no", "订单号", "Order no."),
            Column("reference", "流水号", "Reference"),
            Column("source", "账单行或申请号", "Line or request"),
            Column("why", "说明", "Why"),
        ),
        lambda context, where, sort: _Report(Reconciliation(context).unmatched()),
        _unmatched_cells,
    ),
    "proofs": ExportTable(
        (
            Column("proof_no", "证明编号", "Proof no."),
            Column("order_no", "订单号", "Order no."),
            Column("unit_ref", "单件", "Unit"),
            Column("product", "商品", "Product"),
            Column("redeemed_at", "核销时间", "Redeemed", Kind.TIME),
            Column("code", "核销码", "Redemption code"),
            Column("issued_at", "签发时间", "Issued", Kind.TIME),
            Column("issued_by", "签发人", "Issued by"),
        ),
        lambda context, where, sort: Proofs(context).listing(where or "", sort),
        _proof_cells,
    ),
    "prints": ExportTable(
        (
            Column("printed_at", "打印时间", "Printed", Kind.TIME),
            Column("title", "标题", "Title"),
            Column("proof_no", "证明编号", "Proof no."),
            Column("documents", "文件数", "Documents", Kind.NUMBER),
            Column("pages", "页数", "Pages", Kind.NUMBER),
            Column("copies", "份数", "Copies", Kind.NUMBER),
            Column("printer", "打印机", "Printer"),
            Column("printed_by", "打印人", "Printed by"),
        ),
        lambda context, where, sort: Prints(context).listing(where or "", sort),
        _print_cells,
    ),
    "events": ExportTable(
        (
            Column("seq", "序号", "No.", Kind.NUMBER),
            Column("at", "时间", "Time", Kind.TIME),
            Column("actor", "操作员", "Operator"),
            Column("kind", "事件", "Event"),
            Column("order_no", "订单号", "Order no."),
            Column("entity", "对象", "Subject"),
            Column("text", "说明", "Details"),
        ),
        lambda context, where, sort: events_listing(context, where, sort),
        _event_cells,
    ),
    "stock": ExportTable(
        (
            Column("code", "商品编码", "Code"),
            Column("product", "商品", "Product"),
            Column("in_stock", "可售", "Sellable", Kind.NUMBER),
            Column("reserved", "已预留", "Reserved", Kind.NUMBER),
            Column("delivered", "已发出", "Delivered", Kind.NUMBER),
            Column("redeemed", "已核销", "Redeemed", Kind.NUMBER),
            Column("quarantined", "隔离", "Quarantined", Kind.NUMBER),
            Column("void", "作废", "Void", Kind.NUMBER),
            Column("expired", "已过期", "Expired", Kind.NUMBER),
            Column("cost_fen", "成本", "Value at cost", Kind.MONEY),
            Column("uncosted", "无成本张数", "Without cost", Kind.NUMBER),
            Column("price_fen", "售价总额", "Value at price", Kind.MONEY),
            Column("sold", "近 14 天发出", "Delivered in 14 days", Kind.NUMBER),
            Column("days_left", "可售天数", "Days left", Kind.NUMBER),
            Column("expiring", "30 天内到期", "Expiring in 30 days", Kind.NUMBER),
        ),
        lambda context, where, sort: _Report(Stock(context).report(sort=sort)),
        _stock_cells,
    ),
    "suppliers": ExportTable(
        (
            Column("supplier", "供货商", "Supplier"),
            Column("batches", "批次数", "Batches", Kind.NUMBER),
            Column("imported", "导入张数", "Imported", Kind.NUMBER),
            Column("in_stock", "在库", "In stock", Kind.NUMBER),
            Column("tried", "已发出或失效", "Delivered or failed", Kind.NUMBER),
            Column("failed", "失效", "Failed", Kind.NUMBER),
            Column("rate", "失效率", "Failure rate"),
            Column("loss_fen", "失效成本", "Cost of failures", Kind.MONEY),
        ),
        lambda context, where, sort: _Report(Stock(context).suppliers(sort)),
        _supplier_cells,
    ),
}
