"""The dossier (证据包): everything about one dispute, as plain values for the paper, the archive and the cover letter.

Card keys, accounts and buyers come masked; texts of people are literal. Money is fen, times are aware.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum

from desktop_app.domain.refunds import Option, RuleCode
from desktop_app.domain.states import (
    DisputeOutcome,
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RefundState,
    RefusalGround,
    RequestState,
    TopupState,
    UnitState,
    VerdictKind,
)

FORMAT = "kamidesk.dossier.1"
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")


class FileState(StrEnum):
    """What became of a file that belongs into a dossier."""

    ATTACHED = "attached"
    SEEN_ELSEWHERE = "seen_elsewhere"  # never had a file: seen on the platform, say
    WITHHELD = "withheld"  # an identity document, which only an authority may ask for
    MISSING = "missing"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """Who hands the dossier in."""

    name: str
    licence: str
    icp: str
    contact: str
    operator: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """One key or top-up of the order; ``asked``: the request is about it."""

    ref: str
    asked: bool
    reason: ReasonCode | None
    list_fen: int
    net_fen: int
    face_fen: int | None
    remaining_fen: int | None
    balance_verified: bool
    state: UnitState
    topup: TopupState | None
    refunded: bool
    official_not_activated: bool
    key_masked: str
    delivered_at: datetime | None
    delivered_by: str
    reissued: bool


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The purchase; buyer, account and role are masked."""

    order_no: str
    channel: str
    platform_kind: PlatformKind
    product: str
    product_kind: ProductKind
    state: OrderState
    fee_disclosure: FeeDisclosure
    written_promise: bool
    payment_channel: PaymentChannel
    payment_ref: str
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    paid_fen: int
    discount_fen: int
    refunded_fen: int
    buyer_masked: str
    account_masked: str
    role_masked: str
    server: str
    game: str
    recharge_type: str
    units: tuple[UnitFacts, ...]


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the buyer asked, and when it was asked, received, answered."""

    request_no: str
    source: str
    verified_source: bool
    reason: ReasonCode | None
    text: str
    state: RequestState
    requested_at: datetime
    received_at: datetime
    first_response_at: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitRuling:
    """What the rules say of one unit, with the sentence why; ``tried`` are the rules that were looked at before."""

    ref: str
    rule: RuleCode
    verdict: VerdictKind
    base_fen: int
    fee_fen: int
    refund_fen: int
    why_zh: str
    why_en: str
    options: tuple[Option, ...]
    missing: tuple[str, ...]
    tried: tuple[RuleCode, ...]
    read: str


@dataclass(frozen=True, slots=True)
class RulingFacts:
    """The verdict: as it was frozen with the decision, or of the moment the dossier was made."""

    verdict: VerdictKind
    refund_fen: int
    fee_fen: int
    frozen: bool
    at: datetime
    units: tuple[UnitRuling, ...]


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the shop decided. ``action`` is "approve" or "refuse"."""

    action: str
    option: str
    ground: RefusalGround | None
    refund_fen: int
    fee_fen: int
    proposed_refund_fen: int
    reason: str
    reply_zh: str
    reply_en: str
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The rules of the channel that were in force at the purchase, in full."""

    channel: str
    version: int
    published_at: datetime
    published_by: str
    superseded_at: datetime | None
    window_hours: int
    fee_bp: int
    unshipped_fee_bp: int
    cap_bp: int
    fee_disclosure: FeeDisclosure
    refund_policy: str
    after_sales: str
    user_agreement: str
    cancel_rules: str
    fee_note: str


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """A line of the correspondence with the buyer; ``actor`` is "buyer" or "shop"."""

    at: datetime
    actor: str
    kind: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A piece of evidence or an issued proof with what became of its file; ``member`` is its place in the archive."""

    number: str
    name: str
    size: int
    sha256: str
    state: FileState
    member: str
    captured_at: datetime | None
    added_at: datetime
    added_by: str
    source: str
    note: str
    kind: EvidenceKind | None = None
    written_promise: bool = False
    in_platform_chat: bool = False
    request_no: str = ""
    unit_ref: str = ""
    replaces_no: str = ""


@dataclass(frozen=True, slots=True)
class RedemptionFacts:
    """One redemption record; ``number`` counts within the order, ``replaces`` is the number of the corrected one."""

    number: int
    unit_ref: str
    redeemed_at: datetime | None
    code: str
    target_masked: str
    source: str
    stated_by: str
    note: str
    replaces: int | None
    in_force: bool
    list_name: str
    list_line: int | None
    list_sha256: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money on its way back, or there."""

    amount_fen: int
    route: PaymentChannel
    state: RefundState
    expected_at: datetime
    paid_at: datetime | None
    arrived_at: datetime | None
    reference: str


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One line of the event log; ``body`` is empty where it names a secret, and only its hash is handed out."""

    seq: int
    at: datetime
    actor: str
    kind: str
    facts: Mapping[str, object]
    body: str
    leaf: str
    head: str


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute about the order; ``is_this`` marks the one that the dossier is made for."""

    request_no: str
    target: EscalationTarget
    reference: str
    is_appeal: bool
    opened_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    outcome: DisputeOutcome | None
    outcome_at: datetime | None
    note: str
    reopened_no: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier. ``log_seq`` and ``log_head`` are the end of the event log when it was made."""

    dossier_no: str
    target: EscalationTarget
    language: str
    made_at: datetime
    made_by: str
    time_zone: str
    shop: ShopFacts
    request: RequestFacts
    order: OrderFacts
    policy: PolicyFacts
    ruling: RulingFacts
    decision: DecisionFacts | None
    messages: tuple[MessageFacts, ...]
    evidence: tuple[FileFacts, ...]
    redemptions: tuple[RedemptionFacts, ...]
    proofs: tuple[FileFacts, ...]
    refunds: tuple[RefundFacts, ...]
    disputes: tuple[DisputeFacts, ...]
    events: tuple[EventFacts, ...]
    log_seq: int
    log_head: str

    @property
    def this_dispute(self) -> DisputeFacts | None:
        """The dispute that the dossier is made for; None when none was recorded yet."""
        return next((dispute for dispute in self.disputes if dispute.is_this), None)

    @property
    def problems(self) -> tuple[FileFacts, ...]:
        """Files that belong into the dossier and are missing or were altered."""
        return tuple(
            file for file in (*self.evidence, *self.proofs) if file.state in (FileState.MISSING, FileState.ALTERED)
        )


def dossier_json(dossier: Dossier) -> bytes:
    """The facts as canonical JSON: UTF-8, sorted keys, times in UTC with microseconds, money in fen."""
    text = json.dumps(
        {"format": FORMAT, **_plain_fields(dossier)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    # what UTF-8 cannot hold stays escaped
    return _NO_CHARACTER.sub(lambda match: f"\\u{ord(match.group()):04x}", text).encode()


def _plain_fields(record: object) -> dict[str, object]:
    assert is_dataclass(record)
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return _plain_fields(value) if is_dataclass(value) else value
