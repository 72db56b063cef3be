"""Orders from a CSV file: a preview line by line, then all good lines in one transaction or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, ShopError
from desktop_app.domain.states import OrderState
from desktop_app.exchange import order_files
from desktop_app.services.buyers import Target
from desktop_app.services.context import Context
from desktop_app.services.order_entry import OrderDraft, check_draft, enter_order, order_id_of
from desktop_app.storage.tables import ChannelRow, ProductRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_STEP = 100


@dataclass(frozen=True, slots=True)
class OrderImportLine:
    """What becomes of one line of the file; ``row`` is its line number there."""

    row: int
    order_no: str
    ok: bool
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class FileOrder:
    """An order of a file that can be entered."""

    row: int
    draft: OrderDraft
    state: OrderState


@dataclass(frozen=True, slots=True)
class OrderImportPreview:
    """A file of orders as it would be imported. ``ignored_columns`` are not among the documented ones."""

    source: str
    lines: tuple[OrderImportLine, ...]
    new_count: int
    duplicate_count: int
    problem_count: int
    encoding: str = ""
    needs_confirmation: bool = False
    ignored_columns: tuple[str, ...] = ()
    orders: tuple[FileOrder, ...] = field(default=(), repr=False)


def preview_orders(
    context: Context,
    path: Path,
    *,
    encoding: str | None = None,
    channel: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> OrderImportPreview:
    """Read a file of orders and say of each line what would become of it.

    ``channel`` is the name of the sales channel of an export of another shop program, which does not say it.
    """

    def read_progress(done: int, total: int) -> None:
        _stop_if(cancelled)
        if progress is not None:
            progress(done, total)

    file = order_files.read_order_file(path, context.zone, encoding=encoding, channel=channel, progress=read_progress)
    refusals = {problem.line: (problem.en, problem.zh) for problem in reversed(file.problems)}
    good: list[FileOrder] = []
    known: set[int] = set()
    numbers: dict[int, str] = dict.fromkeys(refusals, "")
    with context.read() as session:
        places = _Places(session)
        for index, draft in enumerate(file.drafts):
            if index % _STEP == 0:
                _stop_if(cancelled)
            numbers[draft.line] = draft.order_no
            if order_id_of(session, draft.order_no) is not None:
                known.add(draft.line)
                refusals[draft.line] = ("The order is in the shop already.", "该订单已在店铺中。")
                continue
            try:
                order = FileOrder(draft.line, places.order_of(draft), draft.state)
                check_draft(order.draft, order.state, context.clock())
            except ShopError as error:
                refusals[draft.line] = (error.en, error.zh)
                continue
            good.append(order)
    accepted = {order.row for order in good}
    return OrderImportPreview(
        source=file.source,
        lines=tuple(
            OrderImportLine(line, number, line in accepted, *refusals.get(line, ("", "")))
            for line, number in sorted(numbers.items())
        ),
        new_count=len(good),
        duplicate_count=len(known),
        problem_count=len(numbers) - len(good) - len(known),
        encoding=file.encoding.value,
        needs_confirmation=file.needs_confirmation,
        ignored_columns=file.ignored_columns,
        orders=tuple(good),
    )


def import_orders(
    context: Context,
    preview: OrderImportPreview,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Enter every good line of the preview. Returns how many there were; :class:`ConflictError` when one of them came
    into the shop meanwhile, :class:`CancelledError` when cancelled: then nothing is entered."""
    total = len(preview.orders)
    with context.write() as session:
        for done, order in enumerate(preview.orders):
            if done % _STEP == 0:
                _stop_if(cancelled)
                if progress is not None:
                    progress(done, total)
                # rows that are written need not stay in memory
                session.expunge_all()
            if order_id_of(session, order.draft.order_no) is not None:
                raise ConflictError(
                    "Order {order_no} came into the shop meanwhile; nothing was imported. Preview the file again.",
                    "订单 {order_no} 在预览之后已录入，本次没有导入任何订单。请重新预览文件。",
                    order_no=order.draft.order_no,
                )
            enter_order(context, session, order.draft, state=order.state, source=f"csv:{preview.source}")
        _stop_if(cancelled)
    if progress is not None:
        progress(total, total)
    context.announce("orders")
    return total


class _Places:
    """Channels and products of the shop by what a file calls them."""

    def __init__(self, session: Session) -> None:
        self._channels = {
            name.casefold(): channel_id for channel_id, name in session.exec(select(ChannelRow.id, ChannelRow.name))
        }
        products = session.exec(select(ProductRow.id, ProductRow.code, ProductRow.name).order_by(col(ProductRow.id)))
        self._products: dict[str, int | None] = {}
        by_name: dict[str, list[int | None]] = {}
        for product_id, code, name in products:
            self._products[code.casefold()] = product_id
            by_name.setdefault(name.casefold(), []).append(product_id)
        for name, ids in by_name.items():
            if len(ids) == 1:  # a name that two products share names neither
                self._products.setdefault(name, ids[0])

    def order_of(self, draft: order_files.OrderDraft) -> OrderDraft:
        channel_id = self._channels.get(draft.channel.casefold())
        if channel_id is None:
            raise BadInputError(
                "Line {line}, channel: there is no channel “{name}”; add it first or correct the name.",
                "第 {line} 行“渠道”：没有名为“{name}”的渠道，请先新增渠道或改正名称。",
                line=draft.line,
                name=draft.channel[:60],
            )
        product_id = self._products.get(draft.product.casefold())
        if product_id is None:
            raise BadInputError(
                "Line {line}, product: there is no product “{name}”; use the code of a product.",
                "第 {line} 行“商品”：没有商品“{name}”，请填写商品编码。",
                line=draft.line,
                name=draft.product[:60],
            )
        return OrderDraft(
            order_no=draft.order_no,
            channel_id=channel_id,
            product_id=product_id,
            quantity=draft.quantity,
            list_fen=draft.list_fen,
            discount_fen=draft.discount_fen,
            paid_fen=draft.paid_fen,
            payment_channel=draft.payment_channel,
            ordered_at=draft.ordered_at,
            paid_at=draft.paid_at,
            fee_disclosure=draft.fee_disclosure,
            buyer=draft.buyer,
            target=Target(draft.recharge_type, draft.game, draft.account, draft.server, draft.role),
            note=draft.note,
        )


def _stop_if(cancelled: Cancelled | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError("The import was cancelled; nothing was imported.", "已取消导入，没有导入任何订单。")
