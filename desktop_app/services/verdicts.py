"""From stored rows to the engine and back: the inputs of a verdict, the verdict now, and the clock it sets.

Card keys and buyers' data are not needed for a verdict, so it is there while the vault is locked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from desktop_app.domain.refunds import Verdict
from desktop_app.domain.states import KeyState
from desktop_app.services.cases import OPEN_STATES as OPEN_STATES
from desktop_app.services.cases import Case as Case
from desktop_app.services.cases import judge, read_cases
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

_TABLES: Mapping[str, type[SQLModel]] = {
    str(kind.__tablename__): kind
    for kind in (
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
}


class SessionRows:
    """Reads rows through the tables."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rows(self, table: str, column: str, ids: Iterable[int]) -> Sequence[Any]:
        kind = _TABLES[table]
        found: list[SQLModel] = []
        for part in chunks(ids):
            found.extend(self._session.exec(select(kind).where(getattr(kind, column).in_(part))).all())
        return found


def verdict_now(context: Context, session: Session, case: Case) -> Verdict:
    """What the rules say of ``case`` at this moment."""
    return judge(case, working_days_of(session), context.clock(), context.zone)


def verdicts_now(context: Context, session: Session, cases: Iterable[Case]) -> dict[int, Verdict]:
    """The verdicts of many requests, by request id."""
    days, now = working_days_of(session), context.clock()
    return {case.request_id: judge(case, days, now, context.zone) for case in cases}


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
    return read_cases(
        SessionRows(session), request_ids, lambda product, units: _stock(context, session, product, units)
    )


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
