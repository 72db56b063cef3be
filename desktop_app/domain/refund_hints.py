"""What would change a verdict: the engine asked again with one thing different.

Nothing here knows a rule. Every hint is a verdict the engine really gave, so a hint can be wrong only where the engine
is. The codes get their words in the labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from desktop_app.domain.deadlines import SHOP_ZONE
from desktop_app.domain.money import Fen
from desktop_app.domain.policies import Policy
from desktop_app.domain.refunds import Facts, Order, Redemption, Request, RuleCode, Unit, UnitVerdict, decide
from desktop_app.domain.states import EvidenceKind, FeeDisclosure, UnitState, VerdictKind
from desktop_app.domain.working_days import CHINA, WorkingDays

_MOST_UNITS = 20
"""A change of one unit costs a verdict on all of them; of larger orders the first units stand for the others."""


class HintCode(StrEnum):
    """What is different. Of ``EVIDENCE`` and ``FACT`` the detail says which; a fact reads ``name=true``."""

    UNLOCKED = "unlocked"
    OTHER_REQUEST_CLOSED = "other_request_closed"
    ALL_EVIDENCE = "all_evidence"
    EVIDENCE = "evidence"
    FACT = "fact"
    STOCK = "stock"
    IN_WINDOW = "in_window"
    AFTER_WINDOW = "after_window"
    FEE_DISCLOSED = "fee_disclosed"
    OFFICIAL_NOT_ACTIVATED = "official_not_activated"
    RECORD_COMPLETE = "record_complete"
    RECORD_INCOMPLETE = "record_incomplete"
    BALANCE_VERIFIED = "balance_verified"


@dataclass(frozen=True, slots=True)
class Hint:
    """With ``code`` (and ``detail``) different, the unit ``ref`` would come to this rule, verdict and refund."""

    ref: str
    code: HintCode
    detail: str
    rule: RuleCode
    verdict: VerdictKind
    refund_fen: Fen


@dataclass(frozen=True, slots=True)
class _Change:
    code: HintCode
    order: Order
    request: Request
    facts: Facts
    detail: str = ""
    only_ref: str = ""


def what_would_change(
    order: Order,
    request: Request,
    policy: Policy,
    facts: Facts,
    now: datetime,
    *,
    zone: tzinfo = SHOP_ZONE,
    working_days: WorkingDays = CHINA,
) -> tuple[Hint, ...]:
    """Per unit, every single difference that would lead to another rule or verdict; units in their order.

    Costs some thirty verdicts: for the request being looked at, not for a whole list.
    """

    def rulings(change: _Change) -> tuple[UnitVerdict, ...]:
        return decide(
            change.order, change.request, policy, change.facts, now, zone=zone, working_days=working_days
        ).units

    found = decide(order, request, policy, facts, now, zone=zone, working_days=working_days).units
    hints: dict[str, list[Hint]] = {unit.ref: [] for unit in found}
    for change in _changes(order, request, policy, facts, found):
        for before, after in zip(found, rulings(change), strict=True):
            if _differs(change, before, after):
                hints[before.ref].append(
                    Hint(before.ref, change.code, change.detail, after.rule, after.verdict, after.refund_fen)
                )
    return tuple(hint for of_unit in hints.values() for hint in of_unit)


def _differs(change: _Change, before: UnitVerdict, after: UnitVerdict) -> bool:
    if change.only_ref not in ("", before.ref):
        return False
    if (before.rule, before.verdict) != (after.rule, after.verdict):
        return True
    # any change may move a fen of a shared fee from unit to unit; only of the disclosure is the amount the point
    return change.code is HintCode.FEE_DISCLOSED and before.refund_fen != after.refund_fen


def _changes(
    order: Order, request: Request, policy: Policy, facts: Facts, found: tuple[UnitVerdict, ...]
) -> Iterator[_Change]:
    if order.locked:
        yield _Change(HintCode.UNLOCKED, replace(order, locked=False), request, facts)
    if request.another_open:
        yield _Change(HintCode.OTHER_REQUEST_CLOSED, order, replace(request, another_open=False), facts)
    yield from _evidence_changes(order, request, facts, found)
    yield from _fact_changes(order, request, facts, len(found))
    yield from _time_changes(order, request, policy, facts)
    if order.fee_disclosure is not FeeDisclosure.CLEAR:
        yield _Change(HintCode.FEE_DISCLOSED, replace(order, fee_disclosure=FeeDisclosure.CLEAR), request, facts)
    for unit in order.units[:_MOST_UNITS]:
        for code, changed in _unit_changes(unit, request):
            units = tuple(changed if other is unit else other for other in order.units)
            yield _Change(code, replace(order, units=units), request, facts, only_ref=unit.ref)


def _evidence_changes(
    order: Order, request: Request, facts: Facts, found: tuple[UnitVerdict, ...]
) -> Iterator[_Change]:
    asked_for = {kind for kind in EvidenceKind if any(kind.value in unit.missing for unit in found)}
    if len(asked_for) > 1:
        complete = replace(request, evidence=request.evidence | asked_for)
        yield _Change(HintCode.ALL_EVIDENCE, order, complete, facts)
    for kind in EvidenceKind:
        if kind not in request.evidence:
            with_it = replace(request, evidence=request.evidence | {kind})
            yield _Change(HintCode.EVIDENCE, order, with_it, facts, kind.value)


def _fact_changes(order: Order, request: Request, facts: Facts, unit_count: int) -> Iterator[_Change]:
    for name, changed in (
        ("log_confirms=true", replace(facts, log_confirms=True)),
        ("log_confirms=false", replace(facts, log_confirms=False)),
        ("error_confirmed=true", replace(facts, error_confirmed=True)),
        ("error_confirmed=false", replace(facts, error_confirmed=False)),
        ("mismatch_confirmed=true", replace(facts, mismatch_confirmed=True)),
        ("mismatch_confirmed=false", replace(facts, mismatch_confirmed=False)),
        ("written_promise=true", replace(facts, written_promise=True)),
        ("written_promise=false", replace(facts, written_promise=False)),
        ("reissue_tried=true", replace(facts, reissue_tried=True)),
        ("reissue_tried=false", replace(facts, reissue_tried=False)),
    ):
        yield _Change(HintCode.FACT, order, request, changed, name)
    if facts.stock_count < unit_count:
        yield _Change(HintCode.STOCK, order, request, replace(facts, stock_count=unit_count))


def _time_changes(order: Order, request: Request, policy: Policy, facts: Facts) -> Iterator[_Change]:
    # the request keeps its time, so that the clocks do not move; the order is thought earlier or later
    window = timedelta(hours=policy.window_hours)
    for code, ordered_at in (
        (HintCode.IN_WINDOW, request.requested_at - window),
        (HintCode.AFTER_WINDOW, request.requested_at - window - timedelta(hours=2, seconds=1)),
    ):
        yield _Change(code, replace(order, ordered_at=ordered_at), request, facts)


def _unit_changes(unit: Unit, request: Request) -> Iterator[tuple[HintCode, Unit]]:
    if unit.state is UnitState.UNSHIPPED:
        return
    if not unit.official_not_activated:
        yield HintCode.OFFICIAL_NOT_ACTIVATED, replace(unit, official_not_activated=True)
    if unit.redemption.complete:
        yield HintCode.RECORD_INCOMPLETE, replace(unit, redemption=Redemption())
    elif unit.state is UnitState.REDEEMED or unit.state is UnitState.PARTIALLY_USED:
        yield HintCode.RECORD_COMPLETE, replace(unit, redemption=Redemption(request.requested_at, "-", "-", "-"))
    if not unit.balance_verified and unit.face_fen and unit.remaining_fen is not None:
        yield HintCode.BALANCE_VERIFIED, replace(unit, balance_verified=True)
