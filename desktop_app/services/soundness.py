"""Is the shop sound? The file, the log, the sums, the states that belong together, papers, seals and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from desktop_app.domain.errors import ShopError, StorageError
from desktop_app.services.audit_check import check_log
from desktop_app.services.buyers import open_buyer, redemption_target_of, target_of
from desktop_app.services.context import Context
from desktop_app.services.evidence import evidence_findings
from desktop_app.services.proofs import read_stored
from desktop_app.storage import card_tags
from desktop_app.storage.tables import CardKeyRow, OrderRow, ProductRow, ProofRow, RedemptionRow
from desktop_app.storage.vault_rotation import current_generation

Progress = Callable[[int, int], None]

_PAGE = 1000
_STEPS = 6
_SHOWN = 20

# (query for what is wrong: one text per line, en, zh)
_SUMS: tuple[tuple[str, str, str], ...] = (
    (
        "SELECT o.order_no FROM orders o WHERE o.refunded_fen <> "
        "(SELECT coalesce(sum(d.refund_fen), 0) FROM decisions d WHERE d.order_id = o.id AND d.action = 'approve')",
        "The refunds booked on order {what} are not the sum of its decisions.",
        "订单 {what} 的已退金额与处理结果之和不一致。",
    ),
    (
        "SELECT o.order_no FROM orders o JOIN units u ON u.order_id = o.id GROUP BY o.id "
        "HAVING sum(u.net_fen) <> sum(u.list_fen) - o.discount_fen",
        "The net prices of order {what} do not add up to its price less the discount.",
        "订单 {what} 各件净价之和不等于总价减优惠。",
    ),
    (
        "SELECT r.request_no FROM decisions d JOIN requests r ON r.id = d.request_id WHERE d.refund_fen <> "
        "(SELECT coalesce(sum(u.refund_fen), 0) FROM decision_units u WHERE u.decision_id = d.id)",
        "The decision on request {what} does not add up to its units.",
        "申请 {what} 的处理金额与各件之和不一致。",
    ),
    (
        "SELECT r.request_no FROM refunds f JOIN decisions d ON d.id = f.decision_id "
        "JOIN requests r ON r.id = d.request_id WHERE f.amount_fen <> d.refund_fen",
        "The refund of request {what} is not the amount that was decided.",
        "申请 {what} 的退款金额与处理结果不一致。",
    ),
    (
        "SELECT o.order_no FROM units u JOIN orders o ON o.id = u.order_id JOIN card_keys k ON k.id = u.card_key_id "
        "JOIN products p ON p.id = k.product_id WHERE k.state IN ('in_stock', 'reserved') AND NOT p.reusable",
        "A key of order {what} is still in stock although it was delivered.",
        "订单 {what} 的卡密已发出，却仍显示在库。",
    ),
    (
        "SELECT o.order_no FROM units u JOIN orders o ON o.id = u.order_id JOIN card_keys k ON k.id = u.card_key_id "
        "JOIN products p ON p.id = k.product_id "
        "WHERE u.state = 'redeemed' AND k.state = 'delivered' AND NOT p.reusable",
        "A unit of order {what} is redeemed and its key is not.",
        "订单 {what} 有单件已核销，其卡密状态却未更新。",
    ),
    (
        card_tags.UNTAGGED,
        "Card key {what} is not found by its text: restore a backup.",
        "按内容查不到卡密 {what}：请恢复备份。",
    ),
    (
        card_tags.STRAY,
        "The index of card keys names key {what} for another text: restore a backup.",
        "卡密索引中编号 {what} 与其内容不符：请恢复备份。",
    ),
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that is wrong, in both languages."""

    en: str
    zh: str


def check_shop(context: Context, progress: Progress | None = None) -> list[CheckFinding]:
    """Everything that is wrong with the shop; empty when it is sound. Seals are opened only while it is unlocked.

    Takes seconds for a large shop, which can be written meanwhile: no read of it stays open. ``progress(done, total)``
    counts steps and may raise to cancel. :class:`ConflictError` when another program replaced the keys of the vault.
    """
    findings: list[CheckFinding] = []

    def step(done: int) -> None:
        if progress is not None:
            progress(done, _STEPS)

    step(0)
    damage = context.database.check()
    if damage is not None:
        findings.append(
            CheckFinding(
                f"The shop file is damaged: {damage}. Close the shop, then restore a backup or run “kamidesk salvage”.",
                f"店铺文件已损坏：{damage}。请关闭店铺，然后恢复备份，或运行“kamidesk salvage”抢救。",
            )
        )
    step(1)
    log = check_log(context.data_dir, zone=context.zone, progress=lambda done, total: step(1))
    findings += [CheckFinding(finding.en, finding.zh) for finding in log.findings]
    step(2)
    findings += _sum_findings(context)
    step(3)
    findings += _proof_findings(context, lambda: step(3))
    step(4)
    if context.vault.is_unlocked:
        findings += _seal_findings(context, lambda: step(4))
    step(5)
    found = evidence_findings(context, lambda done, total: step(5))
    findings += [_told(one.error) for one in found]
    step(_STEPS)
    return findings


def _sum_findings(context: Context) -> Iterator[CheckFinding]:
    for query, en, zh in _SUMS:
        with context.read() as session:
            wrong = session.connection().exec_driver_sql(f"{query} LIMIT {_SHOWN}").scalars().all()
        for what in wrong:
            yield CheckFinding(en.format(what=what), zh.format(what=what))


def _proof_findings(context: Context, go_on: Callable[[], None]) -> Iterator[CheckFinding]:
    for _, row in _every(context, select(col(ProofRow.id), ProofRow), go_on):
        try:
            read_stored(context.data_dir, row)
        except StorageError as error:
            yield _told(error)


def _seal_findings(context: Context, go_on: Callable[[], None]) -> list[CheckFinding]:
    vault = context.vault
    bad: list[str] = []
    keys = select(col(CardKeyRow.id), col(CardKeyRow.tag), col(CardKeyRow.sealed), col(ProductRow.uid)).join(
        ProductRow, col(ProductRow.id) == col(CardKeyRow.product_id)
    )
    for key_id, tag, sealed, uid in _every(context, keys, go_on):
        if not _opens(partial(vault.open_card, tag, sealed, uid)):
            bad.append(f"card_keys {key_id}")
    for _, order in _every(context, select(col(OrderRow.id), OrderRow), go_on):
        buyer = partial(open_buyer, vault, order.order_no, order.buyer_sealed, order.buyer_tag)
        if not (_opens(buyer) and _opens(partial(target_of, vault, order))):
            bad.append(f"orders {order.order_no}")
    for _, record in _every(context, select(col(RedemptionRow.id), RedemptionRow), go_on):
        if not _opens(partial(redemption_target_of, vault, record)):
            bad.append(f"redemptions {record.id}")
    if bad:
        # with keys that another program has replaced nothing opens, and nothing is wrong
        with context.read() as session:
            vault.require_generation(current_generation(session.connection()))
    return [
        CheckFinding(
            f"A sealed value cannot be opened: {name}. Restore a backup of the shop.",
            f"加密数据无法打开：{name}。请恢复店铺备份。",
        )
        for name in bad[:_SHOWN]
    ]


def _every(context: Context, statement: Select[*tuple[Any, ...]], go_on: Callable[[], None]) -> Iterator[Sequence[Any]]:
    """All rows in the order of their ids, the first column, a page in a read of its own.

    So whoever looks at them slowly keeps no writer waiting. ``go_on`` is called before every page and may raise to
    cancel.
    """
    (row_id, *_) = statement.selected_columns
    last = 0
    while True:
        go_on()
        with context.read() as session:
            page = session.execute(statement.where(row_id > last).order_by(row_id).limit(_PAGE)).all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _opens(read: Callable[[], object]) -> bool:
    try:
        read()
    except StorageError:
        return False
    return True


def _told(error: ShopError) -> CheckFinding:
    return CheckFinding(error.en, error.zh)
