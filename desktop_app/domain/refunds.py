"""The refund engine: what the rules say of a request, down to the fen, with every rule that was looked at.

Pure: the same order, request, policy, facts and time give the same :class:`Verdict`. The merchant decides; the verdict
advises. The rules themselves are in :mod:`desktop_app.domain.refund_rules`, the clocks in
:mod:`desktop_app.domain.deadlines`; here units, amounts and clocks come together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from desktop_app.domain.deadlines import NO_DEADLINES, SHOP_ZONE, Deadlines, request_deadlines
from desktop_app.domain.money import Fen, allocate, fee
from desktop_app.domain.policies import Policy
from desktop_app.domain.refund_inputs import NO_FACTS, NO_REDEMPTION, Facts, Order, Redemption, Request, Unit
from desktop_app.domain.refund_rules import (
    MERCHANT_FAULT,
    RULES,
    Outcome,
    Pay,
    Rule,
    Timing,
    UnitCase,
    first_match,
    timing,
)
from desktop_app.domain.states import (
    FeeDisclosure,
    InventoryEffect,
    OrderState,
    PlatformKind,
    UnitState,
    VerdictKind,
)
from desktop_app.domain.verdict_codes import MERCHANT_CHECK, Flag, Option, RuleCode
from desktop_app.domain.working_days import CHINA, WorkingDays

__all__ = [
    "MERCHANT_CHECK",
    "NO_FACTS",
    "NO_REDEMPTION",
    "Deadlines",
    "Facts",
    "Flag",
    "Option",
    "Order",
    "Policy",
    "Redemption",
    "Request",
    "RuleCode",
    "Timing",
    "TraceLine",
    "Unit",
    "UnitVerdict",
    "Verdict",
    "decide",
    "timing",
]

_APPROVALS = (VerdictKind.APPROVE_FULL, VerdictKind.APPROVE_WITH_FEE)
_APPROVE_FULL, _APPROVE_WITH_FEE = _APPROVALS
_REISSUE = VerdictKind.REISSUE
_FEE = Pay.FEE
_BASE = Pay.BASE
_NOTHING = Pay.NOTHING
_OFFICIAL = PlatformKind.OFFICIAL
_CLEAR = FeeDisclosure.CLEAR


class TraceLine(NamedTuple):
    """One rule as it was tried on one unit. What the rule read is spelt out only when somebody looks."""

    case: UnitCase
    tried: Rule
    hit: bool

    @property
    def ref(self) -> str:
        return self.case.unit.ref

    @property
    def rule(self) -> RuleCode:
        return self.tried.code

    @property
    def facts(self) -> dict[str, object]:
        """The facts that the rule reads, by their paths in the case format or their names in :class:`UnitCase`."""
        return dict(zip(self.tried.fact_names, self.tried.read(self.case), strict=True))

    @property
    def why(self) -> str:
        """The facts as ``name=value; ...``, the same in every language."""
        return "; ".join(f"{name}={_fact_text(value)}" for name, value in self.facts.items())


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """What the rules say of one unit. ``fee_bp`` above zero makes its base count for later fees of the order."""

    ref: str
    rule: RuleCode
    verdict: VerdictKind
    base_fen: Fen
    fee_fen: Fen
    refund_fen: Fen
    inventory: InventoryEffect
    options: tuple[Option, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    fee_bp: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a request. ``flags`` are those of all units together; lists are sorted."""

    verdict: VerdictKind
    refund_fen: Fen
    fee_fen: Fen
    auto_executable: bool
    flags: tuple[Flag, ...]
    units: tuple[UnitVerdict, ...]
    deadlines: Deadlines
    walks: tuple[tuple[UnitCase, int], ...] = field(repr=False, compare=False)
    """Per unit its case and the index of the rule that decided it; :attr:`trace` spells it out."""

    @property
    def trace(self) -> tuple[TraceLine, ...]:
        """Every rule that was tried, unit after unit, up to the one that decided."""
        return tuple(
            [
                TraceLine(case, rule, index == last)
                for case, last in self.walks
                for index, rule in enumerate(RULES[: last + 1])
            ]
        )


def decide(
    order: Order,
    request: Request,
    policy: Policy,
    facts: Facts,
    now: datetime,
    *,
    zone: tzinfo = SHOP_ZONE,
    working_days: WorkingDays = CHINA,
) -> Verdict:
    """Apply the rules to every unit of ``request``; ``policy`` is the version the order was placed under.

    ``ValueError`` when the request names no unit of the order.
    """
    walks, outcomes = _walk(order, request, policy, facts)
    rules = [RULES[index].code for _, index in walks]
    rates, rate_flags = _rates(order, policy, walks, outcomes)
    bases = _bases(facts, walks, outcomes)
    fees = _fees(order.fee_bearing_refunded_base_fen, bases, rates)
    refunds = [base - part for base, part in zip(bases, fees, strict=True)]
    limited = _limit(refunds, bases, order.paid_fen - order.refunded_fen)

    units: list[UnitVerdict] = []
    flags: set[Flag] = {Flag.BALANCE_LIMITED} if limited else set()
    for position, (case, _) in enumerate(walks):
        outcome = outcomes[position]
        verdict = outcome.verdict
        if verdict is _APPROVE_WITH_FEE and fees[position] == 0:
            verdict = _APPROVE_FULL
        rate_flag = rate_flags[position]
        own_flags = outcome.flags if rate_flag is None else tuple(sorted((*outcome.flags, rate_flag)))
        flags.update(own_flags)
        units.append(
            UnitVerdict(
                case.unit.ref,
                rules[position],
                verdict,
                bases[position],
                fees[position],
                refunds[position],
                _inventory(rules[position], verdict, outcome.pay, case),
                outcome.options,
                outcome.missing,
                own_flags,
                rates[position] or 0,
            )
        )

    deadlines, paused = _deadlines(order, request, policy, rules, walks, zone, working_days)
    if paused:
        flags.add(Flag.PAUSED)
    if deadlines.decision is not None and now.astimezone(UTC) > deadlines.decision:
        flags.add(Flag.OVERDUE)
    common = units[0].verdict
    return Verdict(
        common if all(unit.verdict is common for unit in units) else VerdictKind.PARTIAL,
        sum(refunds),
        sum(fees),
        not limited and _executes_itself(rules, flags),
        tuple(sorted(flags)),
        tuple(units),
        deadlines,
        tuple(walks),
    )


def _walk(
    order: Order, request: Request, policy: Policy, facts: Facts
) -> tuple[list[tuple[UnitCase, int]], list[Outcome]]:
    """Find the rule of every requested unit, in the order of the order's units; keys for reissue are used up."""
    elapsed = request.requested_at.astimezone(UTC) - order.ordered_at.astimezone(UTC)
    when = timing(elapsed, policy.window_hours)
    wanted = frozenset(request.unit_refs)
    stock_left = facts.stock_count
    walks: list[tuple[UnitCase, int]] = []
    outcomes: list[Outcome] = []
    for unit in order.units:
        if wanted and unit.ref not in wanted:
            continue
        case = UnitCase(order, request, policy, facts, unit, elapsed, when)
        case.stock_left = stock_left
        index, outcome = first_match(case)
        if outcome.verdict is _REISSUE:
            stock_left -= 1
        walks.append((case, index))
        outcomes.append(outcome)
    if not walks:
        raise ValueError("the request names no unit of the order")
    return walks, outcomes


def _rates(
    order: Order, policy: Policy, walks: list[tuple[UnitCase, int]], outcomes: list[Outcome]
) -> tuple[list[int | None], list[Flag | None]]:
    """Basis points per unit, None where no fee rule was reached, and the flag that explains the rate."""
    rates: list[int | None] = [None] * len(walks)
    flags: list[Flag | None] = [None] * len(walks)
    for position, (case, index) in enumerate(walks):
        outcome = outcomes[position]
        if outcome.pay is not _FEE:
            continue
        rates[position] = 0
        if policy.platform_kind is _OFFICIAL or case.reason in MERCHANT_FAULT or Flag.LATE_SHIPPING in outcome.flags:
            continue
        stated = policy.unshipped_fee_bp if RULES[index].code is RuleCode.N3 else policy.fee_bp
        rate = min(stated, policy.cap_bp)
        if order.fee_disclosure is not _CLEAR:
            # a fee the buyer could not see is not owed (seed A27, B25)
            flags[position] = Flag.FEE_UNDISCLOSED if rate else None
            continue
        rates[position] = rate
        if stated > rate:
            flags[position] = Flag.FEE_CAPPED
    return rates, flags


def _bases(facts: Facts, walks: list[tuple[UnitCase, int]], outcomes: list[Outcome]) -> list[Fen]:
    """The amount per unit before fee and balance."""
    bases: list[Fen] = []
    shared = False
    for (case, _), outcome in zip(walks, outcomes, strict=True):
        if outcome.pay is _FEE or outcome.pay is _BASE:
            bases.append(case.unit.net_fen if outcome.base_fen is None else outcome.base_fen)
        else:
            bases.append(0)
            shared = shared or outcome.pay is not _NOTHING
    if shared:
        for pay, amount in (
            (Pay.SHARE_OF_DUPLICATE, facts.duplicate_fen),
            (Pay.SHARE_OF_OVERCHARGE, facts.overcharged_fen),
        ):
            members = [position for position, outcome in enumerate(outcomes) if outcome.pay is pay]
            if members and amount is not None:
                weights = [walks[position][0].unit.net_fen for position in members]
                for position, part in zip(members, allocate(amount, weights), strict=True):
                    bases[position] = part
    return bases


def _fees(earlier_base: Fen, bases: list[Fen], rates: list[int | None]) -> list[Fen]:
    """One fee per rate over all its units, spread by base.

    What earlier refunds of the order paid is taken off at the same rate, so that asking unit by unit costs exactly what
    asking at once does.
    """
    fees = [0] * len(bases)
    for rate in set(rates):
        if not rate:
            continue
        members = [position for position, own in enumerate(rates) if own == rate]
        weights = [bases[position] for position in members]
        total = fee(earlier_base + sum(weights), rate) - fee(earlier_base, rate)
        for position, part in zip(members, allocate(total, weights), strict=True):
            fees[position] = part
    return fees


def _limit(refunds: list[Fen], bases: list[Fen], balance: Fen) -> bool:
    """Cut ``refunds`` and ``bases`` alike, from the last unit backwards, to what is left of the payment."""
    excess = sum(refunds) - max(balance, 0)
    limited = excess > 0
    position = len(refunds)
    while excess > 0:
        position -= 1
        cut = min(refunds[position], excess)
        refunds[position] -= cut
        bases[position] -= cut
        excess -= cut
    return limited


def _inventory(rule: RuleCode, verdict: VerdictKind, pay: Pay, case: UnitCase) -> InventoryEffect:
    """What happens to the key. One that was shown never goes back to stock by itself (seed B11)."""
    if rule is RuleCode.M5:
        return InventoryEffect.VOID
    if rule is RuleCode.M6:
        return InventoryEffect.QUARANTINE
    if rule is RuleCode.M1 or pay is Pay.SHARE_OF_OVERCHARGE:
        return InventoryEffect.NONE  # the buyer keeps the goods
    if verdict is VerdictKind.AUTO_CANCEL:
        return InventoryEffect.RESTOCK
    if verdict not in _APPROVALS:
        return InventoryEffect.NONE
    if not case.shipped:
        return InventoryEffect.RESTOCK
    if rule is RuleCode.M7 or case.state in (UnitState.UNUSED, UnitState.UNKNOWN):
        return InventoryEffect.QUARANTINE
    return InventoryEffect.NONE


def _deadlines(
    order: Order,
    request: Request,
    policy: Policy,
    rules: list[RuleCode],
    walks: list[tuple[UnitCase, int]],
    zone: tzinfo,
    working_days: WorkingDays,
) -> tuple[Deadlines, bool]:
    """The running clocks, and whether they are paused (None without a pause: there is nothing to wait for)."""
    if rules[0] is RuleCode.N1 or rules[0] is RuleCode.G2A:
        return NO_DEADLINES, False
    if order.state is OrderState.CANCELLED and all(rule is RuleCode.G2B for rule in rules):
        return NO_DEADLINES, False
    if order.locked or (request.asked_at is not None and request.answered_at is None):
        return NO_DEADLINES, True
    unshipped = any(not case.shipped for case, _ in walks)
    started_at = request.answered_at or request.requested_at
    running = request_deadlines(
        started_at, policy.platform_kind, unshipped=unshipped, zone=zone, working_days=working_days
    )
    return running, False


def _executes_itself(rules: list[RuleCode], flags: set[Flag]) -> bool:
    first = rules[0]
    if first is RuleCode.N1:  # the whole order is unpaid
        return Flag.MANUAL_UNLOCK not in flags
    return first is RuleCode.N2 and all(rule is first for rule in rules)


def _fact_text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, (frozenset, tuple)):
        return "+".join(sorted(str(part) for part in value)) or "none"
    return str(value)
