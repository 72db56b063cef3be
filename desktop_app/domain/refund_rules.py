"""The rules of the refund engine, one small function each, in the order in which they are tried.

A rule looks at one unit of a request and answers with an :class:`Outcome`, or None when it does not apply. The first
answer wins. :data:`RULES` at the end is the whole law; each row names the facts that its rule reads, so that the
trace can show them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from operator import attrgetter
from typing import NamedTuple

from desktop_app.domain.money import Fen
from desktop_app.domain.policies import Policy
from desktop_app.domain.refund_inputs import Facts, Order, Request, Unit
from desktop_app.domain.states import (
    EvidenceKind,
    OrderState,
    PlatformKind,
    ProductKind,
    ReasonCode,
    TopupState,
    UnitState,
    VerdictKind,
)
from desktop_app.domain.verdict_codes import MERCHANT_CHECK, Flag, Option, RuleCode


class Timing(StrEnum):
    """How long after the order the buyer asked, against the policy's window; every limit is inclusive."""

    IN = "in"
    GRACE1 = "grace1"
    GRACE2 = "grace2"
    LATE = "late"


UNPAID_LIMIT = timedelta(hours=1)
DELIVERY_LIMIT = timedelta(hours=24)
_HOUR = timedelta(hours=1)

CLAIM_REFUTED_BY = {
    ReasonCode.DUPLICATE_PAYMENT: "log_confirms",
    ReasonCode.AUTO_CANCELLED: "log_confirms",
    ReasonCode.MERCHANT_WRONG_AMOUNT: "error_confirmed",
    ReasonCode.DESCRIPTION_MISMATCH: "mismatch_confirmed",
}
"""The reasons that claim something the merchant can look up, and the fact that answers."""

MERCHANT_FAULT = frozenset(
    {
        ReasonCode.MERCHANT_WRONG_AMOUNT,
        ReasonCode.DESCRIPTION_MISMATCH,
        ReasonCode.NOT_RECEIVED,
        ReasonCode.SECURITY_RISK,
        ReasonCode.INVALID_CARD,
        ReasonCode.REDUCED_BENEFIT,
        ReasonCode.DUPLICATE_PAYMENT,
        ReasonCode.AUTO_CANCELLED,
        ReasonCode.REDEMPTION_DISPUTED,
    }
)
"""Reasons for which no fee is ever taken."""


def timing(elapsed: timedelta, window_hours: int) -> Timing:
    """Where ``elapsed`` (request minus order) falls; up to two hours late meets goodwill (seed A25)."""
    window = timedelta(hours=window_hours)
    if elapsed <= window:
        return Timing.IN
    if elapsed <= window + _HOUR:
        return Timing.GRACE1
    if elapsed <= window + 2 * _HOUR:
        return Timing.GRACE2
    return Timing.LATE


# Members bound once: looking one up on its enumeration costs a Python call per use on CPython 3.11.
_UNSHIPPED, _UNUSED, _UNKNOWN = UnitState.UNSHIPPED, UnitState.UNUSED, UnitState.UNKNOWN
_REDEEMED, _PARTIALLY_USED = UnitState.REDEEMED, UnitState.PARTIALLY_USED
_OFFICIAL, _THIRD_PARTY, _INDIVIDUAL = PlatformKind.OFFICIAL, PlatformKind.THIRD_PARTY, PlatformKind.INDIVIDUAL
_UNPAID, _COMPLETED, _CANCELLED = OrderState.UNPAID, OrderState.COMPLETED, OrderState.CANCELLED
_PHONE_TOPUP = ProductKind.PHONE_TOPUP
_CHANGE_OF_MIND, _DISPUTED = ReasonCode.CHANGE_OF_MIND, ReasonCode.REDEMPTION_DISPUTED
_DUPLICATE_PAYMENT, _AUTO_CANCELLED = ReasonCode.DUPLICATE_PAYMENT, ReasonCode.AUTO_CANCELLED
_WRONG_AMOUNT, _MISMATCH = ReasonCode.MERCHANT_WRONG_AMOUNT, ReasonCode.DESCRIPTION_MISMATCH
_NOT_RECEIVED, _SECURITY_RISK = ReasonCode.NOT_RECEIVED, ReasonCode.SECURITY_RISK
_INVALID_CARD, _REDUCED_BENEFIT = ReasonCode.INVALID_CARD, ReasonCode.REDUCED_BENEFIT
_TAKEN = (TopupState.ACCEPTED, TopupState.ARRIVED)
_NOT_TAKEN = (TopupState.FAILED, TopupState.NOT_ACCEPTED)
_IN, _GRACE1, _GRACE2, _LATE = Timing.IN, Timing.GRACE1, Timing.GRACE2, Timing.LATE


class UnitCase:
    """One unit of a request, with what the rules derive from it. Its attributes are the facts of the trace."""

    __slots__ = (
        "balance_fen",
        "claim",
        "elapsed",
        "facts",
        "order",
        "policy",
        "reason",
        "request",
        "requested_at",
        "shipped",
        "state",
        "stock_left",
        "timing",
        "unit",
    )

    def __init__(
        self, order: Order, request: Request, policy: Policy, facts: Facts, unit: Unit, elapsed: timedelta, when: Timing
    ) -> None:
        self.order = order
        self.request = request
        self.policy = policy
        self.facts = facts
        self.unit = unit
        self.elapsed = elapsed
        self.timing = when
        self.requested_at = request.requested_at
        self.balance_fen = order.paid_fen - order.refunded_fen
        self.stock_left = facts.stock_count
        recorded = unit.state
        self.shipped = recorded is not _UNSHIPPED
        # the issuer's own record beats ours (seed A23)
        self.state = _UNUSED if self.shipped and unit.official_not_activated else recorded
        claim = request.unit_reasons.get(unit.ref) or request.reason
        if claim is _DISPUTED and recorded is not _REDEEMED and recorded is not _PARTIALLY_USED:
            claim = _CHANGE_OF_MIND
        self.claim = claim
        """The reason as given; only the evidence it needs goes by it."""
        refuted_by = CLAIM_REFUTED_BY.get(claim) if claim is not None else None
        refuted = refuted_by is not None and getattr(facts, refuted_by) is False
        self.reason = _CHANGE_OF_MIND if refuted else claim
        """The reason that every other rule sees: a refuted claim is a change of mind."""

    @property
    def is_refuted(self) -> bool:
        """Whether the merchant looked up what the buyer claims and found otherwise."""
        return self.claim is not self.reason

    @property
    def record_complete(self) -> bool:
        return self.unit.redemption.complete

    @property
    def used(self) -> bool:
        return self.state is _REDEEMED or self.state is _PARTIALLY_USED

    @property
    def missing_evidence(self) -> tuple[str, ...]:
        if not self.shipped or self.claim is None:
            return ()
        required = self.policy.evidence_for(self.claim)
        if required <= self.request.evidence:
            return ()
        return tuple(sorted(kind.value for kind in required - self.request.evidence))

    @property
    def delivered(self) -> bool:
        delivered_at = self.order.delivered_at
        return delivered_at is not None and _utc(delivered_at) <= _utc(self.requested_at)

    @property
    def since_shipped(self) -> timedelta:
        start = self.order.shipped_at or self.order.paid_at or self.order.ordered_at
        return _utc(self.requested_at) - _utc(start)

    @property
    def since_paid(self) -> timedelta | None:
        paid_at = self.order.paid_at
        return None if paid_at is None else _utc(self.requested_at) - _utc(paid_at)

    def has(self, kind: EvidenceKind) -> bool:
        return kind in self.request.evidence


def _utc(when: datetime) -> datetime:
    # two times of one zone subtract by wall clock; limits are elapsed time
    return when.astimezone(UTC)


class Pay(Enum):
    """How the amount of an outcome comes about."""

    NOTHING = "nothing"
    BASE = "base"  # the base, without a fee
    FEE = "fee"  # the base minus the policy's fee
    SHARE_OF_DUPLICATE = "share_of_duplicate"
    SHARE_OF_OVERCHARGE = "share_of_overcharge"


class Outcome(NamedTuple):
    """What a rule says of a unit. ``base_fen`` None means the unit's net price."""

    verdict: VerdictKind
    pay: Pay = Pay.NOTHING
    flags: tuple[Flag, ...] = ()
    options: tuple[Option, ...] = ()
    missing: tuple[str, ...] = ()
    base_fen: Fen | None = None


def _need(*missing: str) -> Outcome:
    return Outcome(VerdictKind.NEED_EVIDENCE, missing=missing)


_APPROVE = Outcome(VerdictKind.APPROVE_FULL, Pay.BASE)
# becomes approve_full when the unit's own fee comes out as nothing
_FEE = Outcome(VerdictKind.APPROVE_WITH_FEE, Pay.FEE)
_FEE_LATE_NOTE = _FEE._replace(flags=(Flag.LATE_NOTE,))
_FEE_DISCRETION = _FEE._replace(flags=(Flag.DISCRETION,))
_FEE_LATE_SHIPPING = _FEE._replace(flags=(Flag.LATE_SHIPPING,))
_NEGOTIATE_PARTIAL = Outcome(VerdictKind.NEGOTIATE, Pay.FEE, options=(Option.PARTIAL_REFUND,))
_NEGOTIATE_DIFFERENCE = Outcome(VerdictKind.NEGOTIATE, Pay.BASE, options=(Option.REFUND_DIFFERENCE, Option.REFUND_FULL))
_NEED_MERCHANT = _need(MERCHANT_CHECK)
_REFUSE_WITH_PROOF = Outcome(VerdictKind.REFUSE, options=(Option.ATTACH_PROOF,))

_LOCKED = Outcome(VerdictKind.ESCALATE, flags=(Flag.PAUSED,), options=(Option.IDENTITY_CHECK,))
_CANCEL = Outcome(VerdictKind.AUTO_CANCEL)
_CANCEL_AFTER_UNLOCK = Outcome(VerdictKind.AUTO_CANCEL, flags=(Flag.MANUAL_UNLOCK,))
_MERGE = Outcome(VerdictKind.MERGE)
_NOTHING_LEFT = Outcome(VerdictKind.REFUSE, flags=(Flag.NOTHING_LEFT,))
_SPECIFIC_REASON = Outcome(VerdictKind.NEED_EVIDENCE, flags=(Flag.SPECIFIC_REASON,))
_DUPLICATE_SHARE = Outcome(VerdictKind.APPROVE_FULL, Pay.SHARE_OF_DUPLICATE)
_OVERCHARGE_SHARE = Outcome(VerdictKind.APPROVE_FULL, Pay.SHARE_OF_OVERCHARGE)
_REOPEN = Outcome(VerdictKind.NEGOTIATE, Pay.BASE, options=(Option.REFUND_FULL, Option.REOPEN))
_REDELIVER = Outcome(VerdictKind.NEGOTIATE, options=(Option.REDELIVER,))
_COMPENSATE = Outcome(VerdictKind.NEGOTIATE, Pay.BASE, options=(Option.COMPENSATE_AND_CONTINUE, Option.REFUND_FULL))
_NEED_CHAT_LOG = _need(EvidenceKind.CHAT_LOG.value)
_NEED_BACKEND_LOG = _need(EvidenceKind.BACKEND_LOG.value)
_NEED_ACTIVATION_RECORD = _need(EvidenceKind.OFFICIAL_ACTIVATION_RECORD.value)
_NEED_OPERATOR_PROOF = _need(EvidenceKind.OPERATOR_NOT_ARRIVED.value)
_REISSUE = Outcome(VerdictKind.REISSUE)
_FREEZE = Outcome(VerdictKind.ESCALATE, options=(Option.FREEZE_KEY, Option.PLATFORM, Option.POLICE))
_FALSE_REDEMPTION = _APPROVE._replace(flags=(Flag.FALSE_REDEMPTION,))
_REFUSE = Outcome(VerdictKind.REFUSE)
_PROOF_INCOMPLETE = _NEGOTIATE_PARTIAL._replace(flags=(Flag.PROOF_INCOMPLETE,))


# --- before anything else: is there something to decide at all? ---


def _order_locked(case: UnitCase) -> Outcome | None:
    return _LOCKED if case.order.locked else None


def _not_paid(case: UnitCase) -> Outcome | None:
    if case.order.state is not _UNPAID:
        return None
    return _CANCEL_AFTER_UNLOCK if case.elapsed > UNPAID_LIMIT else _CANCEL


def _another_request(case: UnitCase) -> Outcome | None:
    return _MERGE if case.request.another_open else None


def _nothing_left(case: UnitCase) -> Outcome | None:
    if case.balance_fen <= 0 or case.unit.refunded:
        return _NOTHING_LEFT
    # money taken twice, too much, or for an order that was cancelled by mistake can still be owed
    if case.order.state is _CANCELLED and case.reason not in (_DUPLICATE_PAYMENT, _AUTO_CANCELLED, _WRONG_AMOUNT):
        return _NOTHING_LEFT
    return None


def _no_reason(case: UnitCase) -> Outcome | None:
    return _SPECIFIC_REASON if case.reason is None else None


def _evidence_missing(case: UnitCase) -> Outcome | None:
    missing = case.missing_evidence
    return Outcome(VerdictKind.NEED_EVIDENCE, missing=missing) if missing else None


# --- the merchant's side went wrong ---


def _paid_twice(case: UnitCase) -> Outcome | None:
    if case.reason is not _DUPLICATE_PAYMENT:
        return None
    if case.facts.log_confirms is None:
        return _NEED_MERCHANT if case.has(EvidenceKind.BACKEND_LOG) else _NEED_BACKEND_LOG
    return _APPROVE if case.facts.duplicate_fen is None else _DUPLICATE_SHARE


def _cancelled_by_itself(case: UnitCase) -> Outcome | None:
    if case.reason is not _AUTO_CANCELLED:
        return None
    if case.facts.log_confirms is None:
        return _NEED_MERCHANT if case.has(EvidenceKind.BACKEND_LOG) else _NEED_BACKEND_LOG
    return _REOPEN


def _charged_wrongly(case: UnitCase) -> Outcome | None:
    if case.reason is not _WRONG_AMOUNT:
        return None
    if case.facts.error_confirmed is None:
        return _NEED_MERCHANT
    if case.facts.overcharged_fen is not None:
        return _OVERCHARGE_SHARE
    return _NEGOTIATE_DIFFERENCE if case.used else _APPROVE


def _not_as_described(case: UnitCase) -> Outcome | None:
    if case.reason is not _MISMATCH or not case.shipped:
        return None
    if case.facts.mismatch_confirmed is None:
        return _NEED_MERCHANT
    return _NEGOTIATE_DIFFERENCE if case.used else _APPROVE


def _not_arrived(case: UnitCase) -> Outcome | None:
    if case.reason is not _NOT_RECEIVED or not case.shipped or case.unit.topup in _NOT_TAKEN:
        return None
    if not case.delivered:
        return _COMPENSATE if case.since_shipped > DELIVERY_LIMIT else _REDELIVER
    return None if case.has(EvidenceKind.CHAT_LOG) else _NEED_CHAT_LOG


def _bad_key(case: UnitCase) -> Outcome | None:
    if not case.shipped:
        return None
    if case.reason is _INVALID_CARD:
        if case.state is _REDEEMED and case.record_complete:
            return None
    elif case.reason is not _REDUCED_BENEFIT:
        return None
    return _REISSUE if not case.facts.reissue_tried and case.stock_left > 0 else _APPROVE


def _at_risk(case: UnitCase) -> Outcome | None:
    if case.reason is not _SECURITY_RISK:
        return None
    return _FREEZE if case.shipped or case.unit.topup in _TAKEN else _APPROVE


def _redemption_disputed(case: UnitCase) -> Outcome | None:
    if case.reason is not _DISPUTED:
        return None
    if case.unit.official_not_activated:
        return _APPROVE
    return _REFUSE_WITH_PROOF if case.record_complete else _FALSE_REDEMPTION


# --- the state of the goods decides ---


def _phone_topup(case: UnitCase) -> Outcome | None:
    topup = case.unit.topup
    if case.order.product_kind is not _PHONE_TOPUP or case.used or (topup is None and not case.shipped):
        return None
    if topup in _TAKEN:
        return _REFUSE
    if topup in _NOT_TAKEN or case.has(EvidenceKind.OPERATOR_NOT_ARRIVED):
        return _APPROVE
    return _NEED_OPERATOR_PROOF


def _unshipped_official(case: UnitCase) -> Outcome | None:
    return _APPROVE if not case.shipped and case.policy.platform_kind is _OFFICIAL else None


def _unshipped_elsewhere(case: UnitCase) -> Outcome | None:
    if case.shipped:
        return None
    since_paid = case.since_paid
    return _FEE_LATE_SHIPPING if since_paid is not None and since_paid > DELIVERY_LIMIT else _FEE


def _partially_used(case: UnitCase) -> Outcome | None:
    if case.state is not _PARTIALLY_USED:
        return None
    unit = case.unit
    if not unit.balance_verified or unit.remaining_fen is None or not unit.face_fen:
        return _NEED_MERCHANT
    return _NEGOTIATE_PARTIAL._replace(base_fen=unit.net_fen * unit.remaining_fen // unit.face_fen)


def _redeemed(case: UnitCase) -> Outcome | None:
    if case.state is not _REDEEMED:
        return None
    return _REFUSE_WITH_PROOF if case.record_complete else _PROOF_INCOMPLETE


def _activation_unknown(case: UnitCase) -> Outcome | None:
    if case.state is not _UNKNOWN:
        return None
    return _NEED_MERCHANT if case.has(EvidenceKind.OFFICIAL_ACTIVATION_RECORD) else _NEED_ACTIVATION_RECORD


def _completed_unused(case: UnitCase) -> Outcome | None:
    return _NEGOTIATE_PARTIAL if case.state is _UNUSED and case.order.state is _COMPLETED else None


def _unused_official(case: UnitCase) -> Outcome | None:
    return _APPROVE if case.state is _UNUSED and case.policy.platform_kind is _OFFICIAL else None


_BY_TIMING = {_IN: _FEE, _GRACE1: _FEE_LATE_NOTE, _GRACE2: _FEE_DISCRETION, _LATE: _NEGOTIATE_PARTIAL}


def _unused_third_party(when: Timing) -> Callable[[UnitCase], Outcome | None]:
    outcome = _BY_TIMING[when]

    def rule(case: UnitCase) -> Outcome | None:
        fits = case.timing is when and case.state is _UNUSED and case.policy.platform_kind is _THIRD_PARTY
        return outcome if fits else None

    return rule


def _unused_individual(case: UnitCase) -> Outcome | None:
    if case.state is not _UNUSED or case.policy.platform_kind is not _INDIVIDUAL:
        return None
    if case.facts.written_promise:
        return _BY_TIMING[case.timing]
    if case.facts.promise_claimed and not case.has(EvidenceKind.CHAT_LOG):
        return _NEED_CHAT_LOG
    return _NEGOTIATE_PARTIAL


class Rule:
    """A row of the table: its code, its function, and the facts it reads (paths from :class:`UnitCase`)."""

    __slots__ = ("apply", "code", "fact_names", "read")

    def __init__(self, code: RuleCode, apply: Callable[[UnitCase], Outcome | None], first: str, *more: str) -> None:
        self.code = code
        self.apply = apply
        self.fact_names = (first, *more)
        read = attrgetter(first, *more)
        self.read: Callable[[UnitCase], tuple[object, ...]] = read if more else lambda case: (read(case),)


_PLATFORM = "policy.platform_kind"
_EVIDENCE = "request.evidence"
_TOPUP = "unit.topup"

RULES: tuple[Rule, ...] = (
    Rule(RuleCode.G1, _order_locked, "order.locked"),
    Rule(RuleCode.N1, _not_paid, "order.state", "elapsed"),
    Rule(RuleCode.G2A, _another_request, "request.another_open"),
    Rule(RuleCode.G2B, _nothing_left, "balance_fen", "unit.refunded", "order.state", "reason"),
    Rule(RuleCode.G3A, _no_reason, "reason"),
    Rule(RuleCode.G3B, _evidence_missing, "claim", "shipped", "missing_evidence"),
    Rule(RuleCode.M1, _paid_twice, "reason", "facts.log_confirms", "facts.duplicate_fen", _EVIDENCE),
    Rule(RuleCode.M1B, _cancelled_by_itself, "reason", "facts.log_confirms", _EVIDENCE),
    Rule(RuleCode.M2, _charged_wrongly, "reason", "state", "facts.error_confirmed", "facts.overcharged_fen"),
    Rule(RuleCode.M3, _not_as_described, "reason", "state", "facts.mismatch_confirmed"),
    Rule(RuleCode.M4, _not_arrived, "reason", "shipped", _TOPUP, "delivered", "since_shipped", _EVIDENCE),
    Rule(RuleCode.M5, _bad_key, "reason", "state", "record_complete", "facts.reissue_tried", "stock_left"),
    Rule(RuleCode.M6, _at_risk, "reason", "shipped", _TOPUP),
    Rule(RuleCode.M7, _redemption_disputed, "reason", "unit.official_not_activated", "record_complete"),
    Rule(RuleCode.N4, _phone_topup, "order.product_kind", "state", _TOPUP, _EVIDENCE),
    Rule(RuleCode.N2, _unshipped_official, "state", _PLATFORM),
    Rule(RuleCode.N3, _unshipped_elsewhere, "state", "since_paid"),
    Rule(RuleCode.N15, _partially_used, "state", "unit.balance_verified", "unit.remaining_fen", "unit.face_fen"),
    Rule(RuleCode.N13, _redeemed, "state", "record_complete"),
    Rule(RuleCode.N12, _activation_unknown, "state", _EVIDENCE),
    Rule(RuleCode.N14, _completed_unused, "state", "order.state"),
    Rule(RuleCode.N6, _unused_official, "state", _PLATFORM),
    Rule(RuleCode.N7, _unused_third_party(_IN), "state", _PLATFORM, "timing"),
    Rule(RuleCode.N8, _unused_third_party(_GRACE1), "state", _PLATFORM, "timing"),
    Rule(RuleCode.N9, _unused_third_party(_GRACE2), "state", _PLATFORM, "timing"),
    Rule(RuleCode.N10, _unused_third_party(_LATE), "state", _PLATFORM, "timing"),
    Rule(
        RuleCode.N11, _unused_individual, "state", _PLATFORM, "facts.written_promise", "facts.promise_claimed", "timing"
    ),
)
"""Every rule, in the order in which they are tried (seed A4-A29, B3-B26)."""


def first_match(case: UnitCase) -> tuple[int, Outcome]:
    """The index in :data:`RULES` of the rule that decides ``case``, and what it says."""
    for index, rule in enumerate(RULES):
        outcome = rule.apply(case)
        if outcome is not None:
            return index, outcome
    raise AssertionError("every state of a unit ends in a rule")
