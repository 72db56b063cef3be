"""Codes of the domain and the moves between states (vocabulary: the glossary of the README).

The values are what is stored and what stands in case files; words for people live in the labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from desktop_app.domain.errors import RefusedError


class PlatformKind(StrEnum):
    """What kind of place a channel sells on (seed A6-A9, B3)."""

    OFFICIAL = "official"
    THIRD_PARTY = "third_party"
    INDIVIDUAL = "individual"


class ProductKind(StrEnum):
    """What is sold (seed A1, B9, B20)."""

    GAME_CARD = "game_card"
    PHONE_TOPUP = "phone_topup"
    MEMBERSHIP = "membership"
    GIFT_PACK = "gift_pack"
    OTHER = "other"


class FeeDisclosure(StrEnum):
    """How the fee was shown at the purchase (seed A27, B25)."""

    CLEAR = "clear"
    BURIED = "buried"
    NONE = "none"


class PaymentChannel(StrEnum):
    """How the buyer paid, and so how a refund travels (seed A17, B8)."""

    WECHAT = "wechat"
    ALIPAY = "alipay"
    OTHER = "other"


class OrderState(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class UnitState(StrEnum):
    UNSHIPPED = "unshipped"
    UNUSED = "unused"
    REDEEMED = "redeemed"
    PARTIALLY_USED = "partially_used"
    UNKNOWN = "unknown"


class TopupState(StrEnum):
    """What the operator says of a phone top-up (seed A4, A13)."""

    CHARGING = "charging"
    NOT_ACCEPTED = "not_accepted"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    FAILED = "failed"


class KeyState(StrEnum):
    IN_STOCK = "in_stock"
    RESERVED = "reserved"
    DELIVERED = "delivered"
    REDEEMED = "redeemed"
    QUARANTINED = "quarantined"
    VOID = "void"
    BINNED = "binned"  # in the recycle bin: never sold, comes back or goes for good


class IssueOrder(StrEnum):
    """Which of the sellable keys of a product is handed out next."""

    OLDEST = "oldest"
    NEWEST = "newest"
    RANDOM = "random"


class ReasonCode(StrEnum):
    """Why a buyer asks (seed A15, A25-A29, B7, B13-B21)."""

    WRONG_ITEM = "wrong_item"
    WRONG_TARGET = "wrong_target"
    CHANGE_OF_MIND = "change_of_mind"
    DUPLICATE_ORDER = "duplicate_order"
    MERCHANT_WRONG_AMOUNT = "merchant_wrong_amount"
    DESCRIPTION_MISMATCH = "description_mismatch"
    NOT_RECEIVED = "not_received"
    SECURITY_RISK = "security_risk"
    INVALID_CARD = "invalid_card"
    REDUCED_BENEFIT = "reduced_benefit"
    DUPLICATE_PAYMENT = "duplicate_payment"
    AUTO_CANCELLED = "auto_cancelled"
    REDEMPTION_DISPUTED = "redemption_disputed"


class EvidenceKind(StrEnum):
    PAYMENT_SCREENSHOT = "payment_screenshot"
    ORDER_SCREENSHOT = "order_screenshot"
    CHAT_LOG = "chat_log"
    PRODUCT_PAGE_SCREENSHOT = "product_page_screenshot"
    OPERATOR_NOT_ARRIVED = "operator_not_arrived"
    ACTIVATION_FAILURE_SCREENSHOT = "activation_failure_screenshot"
    OFFICIAL_ACTIVATION_RECORD = "official_activation_record"
    BACKEND_LOG = "backend_log"
    IDENTITY = "identity"
    NEGOTIATION_RECORD = "negotiation_record"


class VerdictKind(StrEnum):
    AUTO_CANCEL = "auto_cancel"
    APPROVE_FULL = "approve_full"
    APPROVE_WITH_FEE = "approve_with_fee"
    NEGOTIATE = "negotiate"
    REISSUE = "reissue"
    REFUSE = "refuse"
    NEED_EVIDENCE = "need_evidence"
    ESCALATE = "escalate"
    MERGE = "merge"
    PARTIAL = "partial"  # only of a whole request: its units differ


class InventoryEffect(StrEnum):
    """What a decision does with the key of a unit."""

    NONE = "none"
    RESTOCK = "restock"
    QUARANTINE = "quarantine"
    VOID = "void"


class RequestState(StrEnum):
    OPEN = "open"
    ASKED = "asked"  # evidence was asked for and has not come: the clocks pause
    ESCALATED = "escalated"  # with the platform, 12315, 12377 or the police; still to be decided
    DECIDED = "decided"
    MERGED = "merged"  # joined to the other open request of the order
    WITHDRAWN = "withdrawn"


class RefusalGround(StrEnum):
    """Why a merchant refuses. The last two never carry a refusal alone (消法 26; seed A8, B16)."""

    REDEEMED = "redeemed"
    OPERATOR_ACCEPTED = "operator_accepted"
    NOTHING_LEFT = "nothing_left"
    OUT_OF_WINDOW = "out_of_window"
    ORDER_COMPLETED = "order_completed"  # the buyer confirmed the receipt (seed A13, B22)
    NO_WRITTEN_PROMISE = "no_written_promise"
    CLAIM_REFUTED = "claim_refuted"
    EVIDENCE_NOT_GIVEN = "evidence_not_given"
    NO_REFUND_POLICY = "no_refund_policy"
    STOCK_LOCKED = "stock_locked"


class RefundState(StrEnum):
    DUE = "due"
    PAID = "paid"
    ARRIVED = "arrived"
    FAILED = "failed"


class EscalationTarget(StrEnum):
    """Where a dispute goes (seed A19, A29, B13, B21)."""

    PLATFORM = "platform"
    CONSUMER_12315 = "12315"
    CYBERSPACE_12377 = "12377"
    POLICE = "police"


class DisputeState(StrEnum):
    """How far a dispute outside the shop is; follows from its steps."""

    OPENED = "opened"
    PREPARED = "prepared"  # its dossier was made and not sent yet
    SENT = "sent"
    ANSWERED = "answered"
    ENDED = "ended"


class DisputeStepKind(StrEnum):
    """What happened to a dispute after it was opened."""

    SENT = "sent"
    ANSWERED = "answered"
    OUTCOME = "outcome"


class DisputeOutcome(StrEnum):
    """How a dispute ended, seen from the shop."""

    SHOP_WON = "shop_won"
    BUYER_WON = "buyer_won"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


ORDER_MOVES: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.UNPAID: frozenset({OrderState.PAID, OrderState.CANCELLED}),
    OrderState.PAID: frozenset({OrderState.SHIPPED, OrderState.CANCELLED}),
    OrderState.SHIPPED: frozenset({OrderState.COMPLETED, OrderState.CANCELLED}),
    OrderState.COMPLETED: frozenset(),
    # an order that the platform cancelled by mistake is opened again (seed B21)
    OrderState.CANCELLED: frozenset({OrderState.PAID, OrderState.SHIPPED}),
}

UNIT_MOVES: Mapping[UnitState, frozenset[UnitState]] = {
    UnitState.UNSHIPPED: frozenset(set(UnitState) - {UnitState.UNSHIPPED}),
    UnitState.UNUSED: frozenset({UnitState.REDEEMED, UnitState.PARTIALLY_USED, UnitState.UNKNOWN}),
    UnitState.UNKNOWN: frozenset({UnitState.UNUSED, UnitState.REDEEMED, UnitState.PARTIALLY_USED}),
    UnitState.PARTIALLY_USED: frozenset({UnitState.REDEEMED, UnitState.UNUSED}),
    # a redeemed unit goes back to unused only when its key was replaced (reissue)
    UnitState.REDEEMED: frozenset({UnitState.UNUSED}),
}

KEY_MOVES: Mapping[KeyState, frozenset[KeyState]] = {
    KeyState.IN_STOCK: frozenset(
        {KeyState.RESERVED, KeyState.DELIVERED, KeyState.QUARANTINED, KeyState.VOID, KeyState.BINNED}
    ),
    KeyState.RESERVED: frozenset({KeyState.IN_STOCK, KeyState.DELIVERED, KeyState.QUARANTINED, KeyState.VOID}),
    KeyState.DELIVERED: frozenset({KeyState.REDEEMED, KeyState.QUARANTINED, KeyState.VOID}),
    KeyState.REDEEMED: frozenset({KeyState.QUARANTINED, KeyState.VOID}),
    # resale of a quarantined key needs an official "not activated" record; the service asks for it
    KeyState.QUARANTINED: frozenset({KeyState.IN_STOCK, KeyState.VOID, KeyState.REDEEMED}),
    KeyState.VOID: frozenset(),
    KeyState.BINNED: frozenset({KeyState.IN_STOCK}),
}

REQUEST_MOVES: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset(
        {RequestState.ASKED, RequestState.ESCALATED, RequestState.DECIDED, RequestState.MERGED, RequestState.WITHDRAWN}
    ),
    RequestState.ASKED: frozenset(
        {RequestState.OPEN, RequestState.ESCALATED, RequestState.DECIDED, RequestState.MERGED, RequestState.WITHDRAWN}
    ),
    RequestState.ESCALATED: frozenset(
        {RequestState.OPEN, RequestState.ASKED, RequestState.DECIDED, RequestState.WITHDRAWN}
    ),
    RequestState.DECIDED: frozenset(),
    RequestState.MERGED: frozenset(),
    RequestState.WITHDRAWN: frozenset(),
}

REFUND_MOVES: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.DUE: frozenset({RefundState.PAID, RefundState.ARRIVED, RefundState.FAILED}),
    RefundState.PAID: frozenset({RefundState.ARRIVED, RefundState.FAILED}),
    RefundState.FAILED: frozenset({RefundState.DUE, RefundState.PAID}),
    RefundState.ARRIVED: frozenset(),
}

_State = TypeVar("_State", bound=StrEnum)


def check_move(moves: Mapping[_State, frozenset[_State]], before: _State, after: _State) -> None:
    """Raise :class:`RefusedError` unless ``before`` may become ``after`` (staying is allowed)."""
    if before != after and after not in moves[before]:
        raise RefusedError(
            "This step is not possible: {before} cannot become {after}.",
            "不能这样操作：状态 {before} 不能变为 {after}。",
            before=before.value,
            after=after.value,
        )
