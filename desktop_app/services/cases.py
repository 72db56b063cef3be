"""From rows to the engine: the inputs of a verdict, and the verdict, whoever read the rows.

Apart from :mod:`desktop_app.services.verdicts`, which reads them through the tables, because the desk also reads them
before the tables are there (:mod:`desktop_app.services.early_desk`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from desktop_app.domain.policies import Policy
from desktop_app.domain.refunds import Facts, Order, Redemption, Request, Unit, Verdict, decide
from desktop_app.domain.states import EvidenceKind, OrderState, ReasonCode, RequestState
from desktop_app.domain.working_days import CHINA, WorkingDays

if TYPE_CHECKING:  # what the rows look like; they need not be these
    from desktop_app.storage.tables import (
        ChannelRow,
        EvidenceRow,
        OrderRow,
        PolicyRow,
        ProductRow,
        RedemptionRow,
        RequestRow,
        RequestUnitRow,
        UnitRow,
    )

OPEN_STATES = (RequestState.OPEN, RequestState.ASKED, RequestState.ESCALATED)
"""States of a request that still wants a decision."""

_REISSUE_REASONS = (ReasonCode.INVALID_CARD, ReasonCode.REDUCED_BENEFIT)
_SEALED = "sealed"  # the engine asks only whether a target is recorded, not what it is


class RowReader(Protocol):
    """Reads rows, whose attributes are those of the tables."""

    def rows(self, table: str, column: str, ids: Iterable[int]) -> Sequence[Any]:
        """The rows whose ``column`` is one of ``ids``, in no order."""


StockOf = Callable[["ProductRow", "Sequence[UnitRow]"], int]
"""How many keys there are to replace those of an order."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the engine sees of one stored request, and the ids that lead back to the rows."""

    request_id: int
    order_id: int
    policy_id: int
    product_id: int
    order: Order
    request: Request
    policy: Policy
    facts: Facts
    unit_ids: dict[str, int]

    @property
    def refs(self) -> tuple[str, ...]:
        """The units asked about, in the order of the order."""
        asked = self.request.unit_refs
        return tuple(unit.ref for unit in self.order.units if not asked or unit.ref in asked)


def judge(case: Case, days: WorkingDays, now: datetime, zone: tzinfo) -> Verdict:
    """What the rules say of ``case`` at ``now``."""
    return decide(
        case.order,
        case.request,
        case.policy,
        case.facts,
        max(now, case.request.requested_at),
        zone=zone,
        working_days=days,
    )


def working_days(stored: str | None) -> WorkingDays:
    """The working days of a shop: the calendar with the merchant's corrections, JSON as the settings keep it."""
    overrides: dict[str, bool] = json.loads(stored) if stored else {}
    if not overrides:
        return CHINA
    return WorkingDays({date.fromisoformat(day): worked for day, worked in overrides.items()})


def read_cases(reader: RowReader, request_ids: Sequence[int], stock_of: StockOf) -> dict[int, Case]:
    """The engine's inputs of the requests, a few queries for all of them together; ``stock_of`` counts the keys that
    could replace the units of an order."""
    requests: list[RequestRow] = sorted(reader.rows("requests", "id", request_ids), key=lambda row: row.id)
    order_ids = sorted({row.order_id for row in requests})
    orders: dict[int, OrderRow] = _by_id(reader, "orders", order_ids)
    policies: dict[int, PolicyRow] = _by_id(reader, "policies", {row.policy_id for row in orders.values()})
    channels: dict[int, ChannelRow] = _by_id(reader, "channels", {row.channel_id for row in policies.values()})
    products: dict[int, ProductRow] = _by_id(reader, "products", {row.product_id for row in orders.values()})
    units: Mapping[int, list[UnitRow]] = _grouped(reader, "units", "order_id", order_ids)
    evidence: Mapping[int, list[EvidenceRow]] = _grouped(reader, "evidence", "order_id", order_ids)
    asked_units: Mapping[int, list[RequestUnitRow]] = _grouped(reader, "request_units", "request_id", request_ids)
    all_requests: Mapping[int, list[RequestRow]] = _grouped(reader, "requests", "order_id", order_ids)
    unit_ids = [unit.id for rows in units.values() for unit in rows]
    redemptions = current_redemptions(reader, unit_ids)
    reissued = _reissued(reader, unit_ids)
    reissuable = {row.order_id for row in requests if _asks_reissue(row, asked_units[row.id])}
    stock = {order_id: stock_of(products[orders[order_id].product_id], units[order_id]) for order_id in reissuable}

    cases: dict[int, Case] = {}
    for row in requests:
        order_row = orders[row.order_id]
        policy_row = policies[order_row.policy_id]
        order_units = sorted(units[row.order_id], key=lambda unit: unit.position)
        # what belongs to a redemption record is the shop's own: it answers nothing that was asked of the buyer
        files = [
            item for item in evidence[row.order_id] if item.request_id in (None, row.id) and item.redemption_id is None
        ]
        links = {link.unit_id: link for link in asked_units[row.id]}
        chosen = [unit for unit in order_units if unit.id in links]
        cases[row.id] = Case(
            request_id=row.id,
            order_id=row.order_id,
            policy_id=order_row.policy_id,
            product_id=order_row.product_id,
            order=_order(order_row, products[order_row.product_id], order_units, redemptions, row.requested_at),
            request=Request(
                requested_at=row.requested_at,
                reason=row.reason,
                text=row.text,
                evidence=frozenset(item.kind for item in files),
                unit_refs=tuple(unit.ref for unit in chosen) if len(chosen) < len(order_units) else (),
                unit_reasons=_unit_reasons(chosen, links),
                another_open=_earlier_open(row, all_requests[row.order_id]),
                asked_at=row.asked_at,
                answered_at=row.answered_at,
            ),
            policy=policy_value(policy_row, channels[policy_row.channel_id]),
            facts=Facts(
                log_confirms=row.log_confirms,
                duplicate_fen=row.duplicate_fen,
                error_confirmed=row.error_confirmed,
                overcharged_fen=row.overcharged_fen,
                mismatch_confirmed=row.mismatch_confirmed,
                written_promise=order_row.written_promise or any(item.written_promise for item in files),
                promise_claimed=row.promise_claimed,
                reissue_tried=row.reissue_tried or any(unit.id in reissued for unit in chosen),
                stock_count=stock.get(row.order_id, 0),
            ),
            unit_ids={unit.ref: unit.id for unit in order_units},
        )
    return cases


def policy_value(row: PolicyRow, channel: ChannelRow) -> Policy:
    """The policy of one stored version."""
    required: dict[str, list[str]] = json.loads(row.required_evidence)
    return Policy(
        platform_kind=channel.platform_kind,
        window_hours=row.window_hours,
        fee_bp=row.fee_bp,
        unshipped_fee_bp=row.unshipped_fee_bp,
        cap_bp=row.cap_bp,
        required_evidence={
            ReasonCode(reason): frozenset(EvidenceKind(kind) for kind in kinds) for reason, kinds in required.items()
        },
        refund_policy=row.refund_policy,
        after_sales=row.after_sales,
        user_agreement=row.user_agreement,
        cancel_rules=row.cancel_rules,
        fee_note=row.fee_note,
    )


def current_redemptions(reader: RowReader, unit_ids: Sequence[int]) -> dict[int, RedemptionRow]:
    """The redemption record in force of each unit: the one that no later record corrects."""
    rows: Sequence[RedemptionRow] = reader.rows("redemptions", "unit_id", unit_ids)
    replaced = {row.replaces_id for row in rows}
    return {row.unit_id: row for row in sorted(rows, key=lambda row: row.id) if row.id not in replaced}


def _order(
    row: OrderRow,
    product: ProductRow,
    units: Sequence[UnitRow],
    redemptions: dict[int, RedemptionRow],
    requested_at: datetime,
) -> Order:
    state = row.state
    if state is OrderState.COMPLETED and row.completed_at is not None and row.completed_at > requested_at:
        # the state at the time of the request counts (seed B9): a confirmation that came later takes nothing away
        state = OrderState.SHIPPED
    return Order(
        product_kind=product.kind,
        state=state,
        ordered_at=row.ordered_at,
        paid_fen=row.paid_fen,
        units=tuple(_unit(unit, redemptions.get(unit.id)) for unit in units),
        order_no=row.order_no,
        locked=row.locked,
        fee_disclosure=row.fee_disclosure,
        payment_channel=row.payment_channel,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        delivered_at=row.delivered_at,
        completed_at=row.completed_at,
        refunded_fen=row.refunded_fen,
        fee_bearing_refunded_base_fen=row.fee_bearing_refunded_base_fen,
    )


def _unit(row: UnitRow, redemption: RedemptionRow | None) -> Unit:
    record = Redemption()
    if redemption is not None:
        target = None if redemption.target_sealed is None else _SEALED
        record = Redemption(redemption.redeemed_at, redemption.code, target, redemption.source)
    return Unit(
        ref=row.ref,
        net_fen=row.net_fen,
        state=row.state,
        face_fen=row.face_fen,
        remaining_fen=row.remaining_fen,
        balance_verified=row.balance_verified,
        topup=row.topup,
        refunded=row.refunded,
        official_not_activated=row.official_not_activated,
        redemption=record,
    )


def _unit_reasons(chosen: Iterable[UnitRow], links: Mapping[int, RequestUnitRow]) -> dict[str, ReasonCode]:
    reasons = {unit.ref: links[unit.id].reason for unit in chosen}
    return {ref: reason for ref, reason in reasons.items() if reason is not None}


def _earlier_open(row: RequestRow, others: Iterable[RequestRow]) -> bool:
    # of two open requests the earlier one goes on; the later one is merged into it
    return any(other.state in OPEN_STATES and (other.id or 0) < (row.id) for other in others)


def _reissued(reader: RowReader, unit_ids: Sequence[int]) -> set[int]:
    return {row.unit_id for row in reader.rows("deliveries", "unit_id", unit_ids) if row.reissue}


def _asks_reissue(row: RequestRow, links: Iterable[RequestUnitRow]) -> bool:
    # only these reasons make the engine look at the stock, and counting a large stock takes time
    return any(reason in _REISSUE_REASONS for reason in (row.reason, *(link.reason for link in links)))


def _by_id(reader: RowReader, table: str, ids: Iterable[int]) -> dict[int, Any]:
    return {row.id: row for row in reader.rows(table, "id", sorted(ids))}


def _grouped(reader: RowReader, table: str, column: str, ids: Iterable[int]) -> defaultdict[int, list[Any]]:
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for row in reader.rows(table, column, ids):
        groups[getattr(row, column)].append(row)
    return groups
