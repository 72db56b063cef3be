"""What the refund engine looks at: an order, a request and the facts the merchant has checked.

All times are timezone-aware. State, price, policy and disclosure are those in force when the request was made; the
services freeze them. The values are trusted here: people's input is checked by the services and by
:mod:`desktop_app.domain.decision_cases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from desktop_app.domain.money import Fen
from desktop_app.domain.states import (
    EvidenceKind,
    FeeDisclosure,
    OrderState,
    PaymentChannel,
    ProductKind,
    ReasonCode,
    TopupState,
    UnitState,
)

MAX_QUANTITY: Final = 1000
"""So many units an order of the shop has at most."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """When, how and for whom a key was used, and who says so (seed A19, A23)."""

    redeemed_at: datetime | None = None
    code: str | None = None
    target: str | None = None
    source: str | None = None

    @property
    def complete(self) -> bool:
        """Only a record with all four, none of them blank, carries a refusal."""
        if self.redeemed_at is None:
            return False
        return all(text is not None and text.strip() for text in (self.code, self.target, self.source))


NO_REDEMPTION = Redemption()


@dataclass(frozen=True, slots=True)
class Unit:
    """One key or top-up of an order; ``net_fen`` is its price after its part of the discount.

    ``state`` is what is recorded; ``official_not_activated`` says that the buyer brought the issuer's record to the
    contrary, which wins (seed A23). ``refunded``: settled by an earlier decision.
    """

    ref: str
    net_fen: Fen
    state: UnitState
    face_fen: Fen | None = None
    remaining_fen: Fen | None = None
    balance_verified: bool = False
    topup: TopupState | None = None
    refunded: bool = False
    official_not_activated: bool = False
    redemption: Redemption = NO_REDEMPTION


@dataclass(frozen=True, slots=True)
class Order:
    """``paid_fen`` is all money received, a duplicate payment included.

    ``fee_bearing_refunded_base_fen`` is the sum of the bases of earlier refunds of this order on units whose rate was
    above zero, also where the fee rounded to nothing (:attr:`UnitVerdict.fee_bp` tells which those are).
    """

    product_kind: ProductKind
    state: OrderState
    ordered_at: datetime
    paid_fen: Fen
    units: tuple[Unit, ...]
    order_no: str = ""
    locked: bool = False
    fee_disclosure: FeeDisclosure = FeeDisclosure.NONE
    payment_channel: PaymentChannel = PaymentChannel.OTHER
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    completed_at: datetime | None = None
    refunded_fen: Fen = 0
    fee_bearing_refunded_base_fen: Fen = 0


@dataclass(frozen=True, slots=True)
class Request:
    """``unit_refs`` empty means all units; ``unit_reasons`` replaces ``reason`` for the units it names.

    ``asked_at``: when evidence was last asked for; ``answered_at``: when it came. ``another_open``: the order has
    another request that is not decided yet.
    """

    requested_at: datetime
    reason: ReasonCode | None = None
    text: str = ""
    evidence: frozenset[EvidenceKind] = frozenset()
    unit_refs: tuple[str, ...] = ()
    unit_reasons: Mapping[str, ReasonCode | None] = field(default_factory=dict)
    another_open: bool = False
    asked_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the merchant has checked; None means not checked yet.

    ``duplicate_fen`` and ``overcharged_fen`` are one amount for the whole request. ``stock_count``: keys of the product
    that could replace a bad one.
    """

    log_confirms: bool | None = None
    duplicate_fen: Fen | None = None
    error_confirmed: bool | None = None
    overcharged_fen: Fen | None = None
    mismatch_confirmed: bool | None = None
    written_promise: bool = False
    promise_claimed: bool = False
    reissue_tried: bool = False
    stock_count: int = 0


NO_FACTS = Facts()
