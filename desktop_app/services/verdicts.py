"""From stored rows to the engine and back: the inputs of a verdict, the verdict now, and the clock it sets.

Card keys and buyers' data are not needed for a verdict, so it is there while the vault is locked.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func
from sqlmodel import Session, col, select

from desktop_app.domain.policies import Policy
from desktop_app.domain.refunds import Facts, Order, Redemption, Request, Unit, Verdict, decide
from desktop_app.domain.states import EvidenceKind, KeyState, OrderState, ReasonCode, RequestState
from desktop_app.domain.working_days import WorkingDays
from desktop_app.services.context import Context, canonical, chunks
from desktop_app.services.issuing import uses_left
from desktop_app.services.products import shop_day
from desktop_app.services.shop_settings import working_days_of
from desktop_app.storage.tables import (
    BatchRow,
    CardKeyRow,
    ChannelRow,
    DeliveryRow,
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

_Row = TypeVar("_Row")


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


def verdict_now(context: Context, session: Session, case: Case) -> Verdict:
    """What the rules say of ``case`` at this moment."""
    return _decide(context, case, working_days_of(session), context.clock())


def verdicts_now(context: Context, session: Session, cases: Iterable[Case]) -> dict[int, Verdict]:
    """The verdicts of many requests, by request id."""
    days, now = working_days_of(session), context.clock()
    return {case.request_id: _decide(context, case, days, now) for case in cases}


def _decide(context: Context, case: Case, days: WorkingDays, now: datetime) -> Verdict:
    return decide(
        case.order,
        case.request,
        case.policy,
        case.facts,
        max(now, case.request.requested_at),
        zone=context.zone,
        working_days=days,
    )


def ruling_token(verdict: Verdict) -> str:
    """A short text that differs when a rule or an amount does: what the merchant looked at."""
    ruling = [
        [unit.ref, unit.rule, unit.verdict, unit.base_fen, unit.fee_fen, unit.refund_fen, unit.inventory, unit.options]
        for unit in verdict.units
    ]
    return hashlib.sha256(canonical(ruling).encode()).hexdigest()[:16]


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as it is frozen with a decision: amounts, rules, and the trace with the facts used."""
    return {
        "verdict": verdict.verdict,
        "refund_fen": verdict.refund_fen,
        "fee_fen": verdict.fee_fen,
        "flags": list(verdict.flags),
        "units": [
            {
                "ref": unit.ref,
                "rule": unit.rule,
                "verdict": unit.verdict,
                "base_fen": unit.base_fen,
                "fee_fen": unit.fee_fen,
                "refund_fen": unit.refund_fen,
                "inventory": unit.inventory,
                "options": list(unit.options),
                "missing": list(unit.missing),
            }
            for unit in verdict.units
        ],
        "trace": [{"unit": line.ref, "rule": line.rule, "hit": line.hit, "why": line.why} for line in verdict.trace],
    }


def refresh_due(context: Context, session: Session, order_id: int) -> None:
    """Set the decision clock of the open requests of an order anew, in the transaction that changed something."""
    statement = select(RequestRow).where(col(RequestRow.order_id) == order_id, col(RequestRow.state).in_(OPEN_STATES))
    rows = session.exec(statement).all()
    if not rows:
        return
    session.flush()
    cases = load_cases(context, session, [row.id for row in rows])
    verdicts = verdicts_now(context, session, cases.values())
    for row in rows:
        row.due_at = verdicts[row.id].deadlines.decision
        session.add(row)
    session.flush()


def refresh_all_due(context: Context, session: Session) -> None:
    """The same for every open request: after the working days changed."""
    statement = select(RequestRow.order_id).where(col(RequestRow.state).in_(OPEN_STATES)).distinct()
    for order_id in session.exec(statement).all():
        refresh_due(context, session, order_id)


def load_cases(context: Context, session: Session, request_ids: Sequence[int]) -> dict[int, Case]:
    """The engine's inputs of the requests, a few queries for all of them together."""
    requests = _by_ids(session, RequestRow, request_ids)
    order_ids = sorted({row.order_id for row in requests})
    orders = {row.id: row for row in _by_ids(session, OrderRow, order_ids)}
    policies = {row.id: row for row in _by_ids(session, PolicyRow, sorted({o.policy_id for o in orders.values()}))}
    channels = {row.id: row for row in _by_ids(session, ChannelRow, sorted({p.channel_id for p in policies.values()}))}
    products = {row.id: row for row in _by_ids(session, ProductRow, sorted({o.product_id for o in orders.values()}))}
    units = _grouped(session, UnitRow, UnitRow.order_id, order_ids)
    evidence = _grouped(session, EvidenceRow, EvidenceRow.order_id, order_ids)
    asked_units = _grouped(session, RequestUnitRow, RequestUnitRow.request_id, request_ids)
    all_requests = _grouped(session, RequestRow, RequestRow.order_id, order_ids)
    unit_ids = [unit.id for rows in units.values() for unit in rows]
    redemptions = current_redemptions(session, unit_ids)
    reissued = _reissued(session, unit_ids)
    reissuable = {row.order_id for row in requests if _asks_reissue(row, asked_units[row.id])}
    stock = {
        order_id: _stock(context, session, products[orders[order_id].product_id], units[order_id])
        for order_id in reissuable
    }

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


def current_redemptions(session: Session, unit_ids: Sequence[int]) -> dict[int, RedemptionRow]:
    """The redemption record in force of each unit: the one that no later record corrects."""
    groups = _grouped(session, RedemptionRow, RedemptionRow.unit_id, unit_ids)
    rows = [row for group in groups.values() for row in group]
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


def _reissued(session: Session, unit_ids: Sequence[int]) -> set[int]:
    groups = _grouped(session, DeliveryRow, DeliveryRow.unit_id, unit_ids)
    return {row.unit_id for rows in groups.values() for row in rows if row.reissue}


def _asks_reissue(row: RequestRow, links: Iterable[RequestUnitRow]) -> bool:
    # only these reasons make the engine look at the stock, and counting a large stock takes time
    return any(reason in _REISSUE_REASONS for reason in (row.reason, *(link.reason for link in links)))


def _stock(context: Context, session: Session, product: ProductRow, units: Sequence[UnitRow]) -> int:
    """How many keys there are to replace those of an order; of a reusable key the uses that the order could need."""
    if product.reusable:
        held = {unit.card_key_id for unit in units if unit.card_key_id is not None}
        return uses_left(context, session, product, len(units), besides=held)
    statement = (
        select(func.count())
        .select_from(CardKeyRow)
        .join(BatchRow, col(BatchRow.id) == col(CardKeyRow.batch_id))
        .where(
            col(CardKeyRow.product_id) == product.id,
            col(CardKeyRow.state) == KeyState.IN_STOCK,
            func.coalesce(BatchRow.expires_on, "9999-12-31") >= shop_day(context),
        )
    )
    return int(session.exec(statement).one())


def _by_ids(session: Session, table: type[_Row], ids: Sequence[int]) -> list[_Row]:
    key = table.id  # type: ignore[attr-defined]
    found: list[_Row] = []
    for part in chunks(ids):
        found.extend(session.exec(select(table).where(col(key).in_(part)).order_by(col(key))).all())
    return found


def _grouped(session: Session, table: type[_Row], column: Any, ids: Sequence[int]) -> defaultdict[int, list[_Row]]:
    groups: defaultdict[int, list[_Row]] = defaultdict(list)
    for part in chunks(ids):
        for row in session.exec(select(table).where(col(column).in_(part))).all():
            groups[getattr(row, column.key)].append(row)
    return groups
