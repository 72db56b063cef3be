"""The rules of a channel, and what is questionable about them.

A policy is versioned by the service that stores it; the engine gets the version in force when the order was placed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_app.domain.states import EvidenceKind, FeeDisclosure, PlatformKind, ReasonCode

DEFAULT_WINDOW_HOURS = 24
DEFAULT_CAP_BP = 1000
LARGEST_BP = 10_000
LARGEST_WINDOW_HOURS = 8760

NO_EVIDENCE: frozenset[EvidenceKind] = frozenset()
_PAYMENT_AND_ORDER = frozenset({EvidenceKind.PAYMENT_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT})

DEFAULT_EVIDENCE: Mapping[ReasonCode, frozenset[EvidenceKind]] = {
    ReasonCode.WRONG_ITEM: _PAYMENT_AND_ORDER,
    ReasonCode.WRONG_TARGET: _PAYMENT_AND_ORDER,
    ReasonCode.CHANGE_OF_MIND: _PAYMENT_AND_ORDER,
    ReasonCode.DUPLICATE_ORDER: _PAYMENT_AND_ORDER,
    ReasonCode.MERCHANT_WRONG_AMOUNT: frozenset({EvidenceKind.PAYMENT_SCREENSHOT}),
    ReasonCode.DUPLICATE_PAYMENT: frozenset({EvidenceKind.PAYMENT_SCREENSHOT}),
    ReasonCode.AUTO_CANCELLED: frozenset({EvidenceKind.ORDER_SCREENSHOT}),
    ReasonCode.DESCRIPTION_MISMATCH: frozenset({EvidenceKind.PRODUCT_PAGE_SCREENSHOT, EvidenceKind.ORDER_SCREENSHOT}),
    ReasonCode.INVALID_CARD: frozenset({EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT}),
    ReasonCode.REDUCED_BENEFIT: frozenset({EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT}),
    ReasonCode.NOT_RECEIVED: NO_EVIDENCE,
    ReasonCode.SECURITY_RISK: NO_EVIDENCE,
    ReasonCode.REDEMPTION_DISPUTED: NO_EVIDENCE,
}
"""What a buyer has to show for a shipped unit (seed A15, A17, B13-B21); for an unshipped one, nothing."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a channel's rules.

    ``fee_bp`` is the fee on a shipped unit, ``unshipped_fee_bp`` on one not yet shipped, ``cap_bp`` the most that is
    ever charged, all in basis points. ``required_evidence`` replaces the default list of the reasons it names. The
    texts are what the buyer could read (seed A27, A33, B3).
    """

    platform_kind: PlatformKind
    window_hours: int = DEFAULT_WINDOW_HOURS
    fee_bp: int = 0
    unshipped_fee_bp: int = 0
    cap_bp: int = DEFAULT_CAP_BP
    required_evidence: Mapping[ReasonCode, frozenset[EvidenceKind]] = field(default_factory=dict)
    refund_policy: str = ""
    after_sales: str = ""
    user_agreement: str = ""
    cancel_rules: str = ""
    fee_note: str = ""

    def evidence_for(self, reason: ReasonCode) -> frozenset[EvidenceKind]:
        """The kinds of evidence that ``reason`` needs on a shipped unit."""
        own = self.required_evidence.get(reason)
        return DEFAULT_EVIDENCE[reason] if own is None else own


class LintCode(StrEnum):
    FEE_ABOVE_TEN_PERCENT = "fee_above_ten_percent"
    FEE_ABOVE_CAP = "fee_above_cap"
    FEE_UNDISCLOSED = "fee_undisclosed"
    OFFICIAL_WITH_FEE = "official_with_fee"
    WINDOW_MISSING = "window_missing"
    REFUND_POLICY_MISSING = "refund_policy_missing"
    VOID_CLAUSE = "void_clause"


@dataclass(frozen=True, slots=True)
class LintWarning:
    """One thing to reconsider: a code for the labels, and the field of :class:`Policy` (or ``fee_disclosure``)."""

    code: LintCode
    field: str


_RATES = ("fee_bp", "unshipped_fee_bp")
_TEXTS = ("refund_policy", "after_sales", "user_agreement", "cancel_rules", "fee_note")
_SENTENCE_END = re.compile(r"[。;!?\uff1b\uff01\uff1f\n]|\.\s")
# terms that exclude the buyer's rights altogether (消法 26; seed A8, B16)
_EXCLUSION = re.compile(
    r"不退不换|不予退换|不支持退[款换]|概不退[款换货]|一律不退|恕不退[款换]|拒绝退款|不可退款|一经(?:售出|发货|购买)[^,\uff0c]{0,8}不"
    r"|已锁定库存|库存已锁定|no refunds?\b|non-?refundable|all sales (?:are )?final",
    re.IGNORECASE,
)
# an exclusion stands when the same sentence says for which state of the goods, or what remains possible
_CONDITION = re.compile(
    r"核销|激活|使用|兑换|到账|受理|超过|超出|逾期|除|例外|质量问题|但|redeem|activat|used|accepted|unless|except|after",
    re.IGNORECASE,
)


def lint(policy: Policy, fee_disclosure: FeeDisclosure) -> list[LintWarning]:
    """What a buyer, a platform or 12315 would hold against this policy, in the order of its fields.

    ``fee_disclosure``: how the channel shows the fee to buyers now.
    """
    warnings: list[LintWarning] = []
    charges = [name for name in _RATES if getattr(policy, name) > 0]
    if policy.platform_kind is not PlatformKind.OFFICIAL and policy.window_hours == 0:
        warnings.append(LintWarning(LintCode.WINDOW_MISSING, "window_hours"))
    for name in charges:
        rate = getattr(policy, name)
        if policy.platform_kind is PlatformKind.OFFICIAL:
            warnings.append(LintWarning(LintCode.OFFICIAL_WITH_FEE, name))
        if rate > DEFAULT_CAP_BP:
            warnings.append(LintWarning(LintCode.FEE_ABOVE_TEN_PERCENT, name))
        elif rate > policy.cap_bp:
            warnings.append(LintWarning(LintCode.FEE_ABOVE_CAP, name))
    if policy.cap_bp > DEFAULT_CAP_BP:
        warnings.append(LintWarning(LintCode.FEE_ABOVE_TEN_PERCENT, "cap_bp"))
    if not policy.refund_policy.strip():
        warnings.append(LintWarning(LintCode.REFUND_POLICY_MISSING, "refund_policy"))
    warnings += [LintWarning(LintCode.VOID_CLAUSE, name) for name in _TEXTS if has_void_clause(getattr(policy, name))]
    if charges and fee_disclosure is not FeeDisclosure.CLEAR:
        warnings.append(LintWarning(LintCode.FEE_UNDISCLOSED, "fee_disclosure"))
    if charges and not policy.fee_note.strip():
        warnings.append(LintWarning(LintCode.FEE_UNDISCLOSED, "fee_note"))
    return warnings


def has_void_clause(text: str) -> bool:
    """Whether a sentence of ``text`` excludes refunds without saying when: such a term is void (消法 26)."""
    return any(
        _EXCLUSION.search(sentence) and not _CONDITION.search(sentence) for sentence in _SENTENCE_END.split(text)
    )
