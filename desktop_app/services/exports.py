"""CSV exports: exactly the rows and columns of a table, streamed from the same listing that fills it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from desktop_app.documents.code_words import is_chinese, word
from desktop_app.documents.csv_export import Column, Kind, write_csv, write_csv_parts
from desktop_app.documents.events import describe, title
from desktop_app.documents.text_export import write_lines
from desktop_app.documents.xlsx_export import write_xlsx
from desktop_app.domain.errors import BadInputError, LockedError, StorageError
from desktop_app.domain.states import KeyState
from desktop_app.exchange.key_files import as_list
from desktop_app.services.buyers import DAMAGED
from desktop_app.services.context import Context
from desktop_app.services.event_log import events_listing
from desktop_app.services.inventory import Inventory
from desktop_app.services.key_lines import KeyFilter, KeyLine
from desktop_app.services.key_reveal import plain_keys
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_export import order_parts
from desktop_app.services.order_lines import OrderFilter, OrderLine, orders_listing
from desktop_app.services.prints import PrintLine, Prints
from desktop_app.services.proofs import ProofLine, Proofs
from desktop_app.services.reconciliation import Reconciliation, Unmatched
from desktop_app.services.refunds import RefundFilter, RefundLine, Refunds
from desktop_app.services.request_lines import RequestFilter, RequestLine, request_listing
from desktop_app.services.stock import Stock, StockLine, SupplierLine
from desktop_app.services.timeline import EventLine

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_YES = (("", ""), ("yes", "是"))
_SIDES = (("In the shop only", "仅店铺有"), ("In the statement only", "仅账单有"))
_ACTIONS = {"approve": ("Approved", "同意"), "refuse": ("Refused", "拒绝")}


class _Rows(Protocol):
    """What an export needs of a :class:`Listing`."""

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
class _Export:
    columns: tuple[Column, ...]
    listing: Callable[[Context, Any, Sort | None], _Rows]
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


_EXPORTS: Mapping[str, _Export] = {
    "keys": _Export(
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
    "orders": _Export(
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
    "requests": _Export(
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
    "refunds": _Export(
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
    "unmatched": _Export(
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
    "proofs": _Export(
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
    "prints": _Export(
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
    "events": _Export(
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
    "stock": _Export(
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
    "suppliers": _Export(
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

EXPORTS: tuple[str, ...] = tuple(_EXPORTS)
"""What can be exported."""


def export_columns(what: str) -> tuple[Column, ...]:
    """The columns of an export, in their order; :class:`BadInputError` for an unknown one."""
    return _export_of(what).columns


def export(
    context: Context,
    what: str,
    path: Path,
    *,
    where: object | None = None,
    sort: Sort | None = None,
    language: str = "zh",
    reveal: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write a table to ``path``. Returns the number of rows.

    The name says as what: ``.xlsx`` a workbook, ``.txt`` (card keys in clear only) the lines as they once came in,
    anything else CSV. Lines say nothing of states, and who imports them takes every one for sellable: unless ``where``
    names a state, only keys in stock become lines.

    ``where`` is the filter of the page (None: everything). ``reveal`` puts card keys in clear into an export of keys:
    it needs the shop unlocked and is logged before the first key is read. Cancelling leaves no file behind.
    """
    chosen = _export_of(what)
    listing = chosen.listing(context, where, sort)
    as_lines = path.suffix.lower() == ".txt"
    if as_lines:
        _require_plain_keys(what, reveal)
        shown = where if isinstance(where, KeyFilter) else KeyFilter()
        if shown.state is None:
            shown = replace(shown, state=KeyState.IN_STOCK)
        listing = chosen.listing(context, shown, sort or Sort("batch"))
    total = listing.count()
    lines: Iterable[Any] = listing.rows()
    tell = None if progress is None else partial(_tell, progress, total)
    with ExitStack() as ending:
        plain: Iterator[tuple[int, str | None]] = iter(())
        if reveal:
            _log_reveal(context, what, path, total)
            plain = ending.enter_context(closing(plain_keys(context, _ids(listing))))
            lines = _revealed(listing.rows(), plain)
        cells: Iterable[Sequence[object]] = (chosen.cells(line, language, context.zone) for line in lines)
        if as_lines:
            count = write_lines(path, as_list(_whole_keys(plain)), tell, cancelled)
        elif path.suffix.lower() == ".xlsx":
            if what == "keys":
                cells = map(_quoted_once_more, cells)
            count = write_xlsx(path, chosen.columns, cells, language, tell, cancelled, zone=context.zone)
        elif what == "orders" and (parts := order_parts(context, _ids(listing), language)) is not None:
            ending.enter_context(closing(parts))
            count = write_csv_parts(path, chosen.columns, parts, language, tell, cancelled)
        else:
            count = write_csv(path, chosen.columns, cells, language, tell, cancelled, zone=context.zone)
    with context.write() as session:
        context.record(
            session,
            "export.written",
            "exports",
            0,
            facts={"what": what, "rows": count, "file": path.name, "revealed": reveal},
        )
    return count


def _quoted_once_more(cells: Sequence[object]) -> Sequence[object]:
    """A workbook may be our CSV, saved again by a spreadsheet, so the import takes one ``'`` in front away; where the
    text itself begins so, there must be one to take."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith("'") else cell for cell in cells]


def _tell(progress: Progress, total: int, done: int) -> None:
    progress(done, max(done, total))


def _export_of(what: str) -> _Export:
    chosen = _EXPORTS.get(what)
    if chosen is None:
        raise BadInputError(
            "“{what}” cannot be exported; choose one of: {known}.",
            "不能导出“{what}”，可选：{known}。",
            what=what[:40],
            known=", ".join(EXPORTS),
        )
    return chosen


def _require_plain_keys(what: str, reveal: bool) -> None:
    if what != "keys" or not reveal:
        raise BadInputError(
            "A text file holds card keys in clear, one a line, and nothing else: choose that, or CSV or XLSX.",
            "TXT 文件只存放明文卡密，每行一张：请勾选导出明文，或改用 CSV、XLSX。",
        )


def _whole_keys(plain: Iterable[tuple[int, str | None]]) -> Iterator[str]:
    for key_id, text in plain:
        if text == DAMAGED:
            raise StorageError(
                "Key {id} is damaged and has no text any more: export as CSV, or leave it out by a filter.",
                "卡密 {id} 已损坏，无法还原文本：请导出为 CSV，或用筛选排除它。",
                id=key_id,
            )
        if text is not None:
            yield text


def _log_reveal(context: Context, what: str, path: Path, total: int) -> None:
    if what != "keys":
        raise BadInputError("Only an export of card keys can show keys.", "只有导出卡密时才能包含明文。")
    if not context.vault.is_unlocked:
        raise LockedError(
            "The shop is locked: unlock it to export keys in clear.", "店铺已锁定：请先解锁再导出明文卡密。"
        )
    with context.write() as session:
        context.record(
            session, "key.revealed", "exports", 0, facts={"what": "export", "rows": total, "file": path.name}
        )


def _revealed(lines: Iterator[KeyLine], plain: Iterator[tuple[int, str | None]]) -> Iterator[KeyLine]:
    """``lines`` with their keys in clear; ``plain`` has each of them in the same order, and those that are gone."""
    for line in lines:
        text = next(text for key_id, text in plain if key_id == line.id)
        if text is not None:
            yield replace(line, masked=text)


def _ids(listing: _Rows) -> array[int]:
    assert isinstance(listing, Listing)
    return listing.ids()
