"""The tables, and so the only records, of a shop (SQLite STRICT).

Conventions: money is integer fen (``_fen``), rates are basis points (``_bp``), instants are UTC (``_at``), days are
ISO text (``_on``). ``*_sealed`` columns hold KM-VAULT-1 blobs and ``*_tag`` columns blind indexes of the vault; no
card key and no buyer's account ever stands here in clear. Rows of the append-only tables (see
:mod:`desktop_app.storage.triggers`) are corrected by later rows that name them.

No ``from __future__ import annotations`` here: SQLModel reads the annotations when the classes are made.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from desktop_app.domain.states import (
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
    IssueOrder,
    KeyState,
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
from desktop_app.storage.column_types import Code, Flag, UtcTime, not_negative, one_of, truth

SCHEMA_VERSION = 1
"""Raised by one with every migration; also SQLite's ``user_version``."""


class Actor(StrEnum):
    """Who speaks in the correspondence of a request."""

    BUYER = "buyer"
    SHOP = "shop"
    NOTE = "note"  # the merchant's own note, never shown to the buyer


class DecisionAction(StrEnum):
    """What the merchant did with a request."""

    APPROVE = "approve"
    REFUSE = "refuse"


def _id() -> Any:
    # typed int, not int | None: it is None only until the flush of a new row, and no code of ours reads it before
    return Field(default=None, sa_type=Integer, primary_key=True)


def _text(default: Any = ..., **more: Any) -> Any:
    return Field(default, sa_type=Text, **more) if default is not ... else Field(sa_type=Text, **more)


def _time(default: Any = ..., **more: Any) -> Any:
    return Field(default, sa_type=UtcTime, **more) if default is not ... else Field(sa_type=UtcTime, **more)


def _flag(default: bool | None = False) -> Any:
    return Field(default, sa_type=Flag)


def _blob(default: Any = ..., **more: Any) -> Any:
    return Field(default, sa_type=LargeBinary, **more) if default is not ... else Field(sa_type=LargeBinary, **more)


def _code(kind: type[StrEnum], default: Any = ..., **more: Any) -> Any:
    kind_type: Any = Code(kind)
    return Field(default, sa_type=kind_type, **more) if default is not ... else Field(sa_type=kind_type, **more)


def _link(target: str, default: Any = ..., **more: Any) -> Any:
    arguments: dict[str, Any] = {"sa_type": Integer, "sa_column_args": (ForeignKey(target),), **more}
    return Field(default, **arguments) if default is not ... else Field(**arguments)


def _computed(expression: str, kind: Any) -> Any:
    return Field(default=None, sa_type=kind, sa_column_args=(Computed(expression, persisted=False),))


def _args(*parts: Any) -> tuple[Any, ...]:
    return (*parts, {"sqlite_strict": True})


class ShopRow(SQLModel, table=True):
    """The one row that says which shop this file is."""

    __tablename__ = "shop"
    __table_args__ = _args(CheckConstraint("id = 1", name="ck_shop_single"))
    id: int = Field(default=1, sa_type=Integer, primary_key=True)
    uuid: str = _text()
    created_at: datetime = _time()


class SettingRow(SQLModel, table=True):
    """A business rule or a fact of the shop, as JSON; window geometry is not kept here."""

    __tablename__ = "settings"
    __table_args__ = _args()
    key: str = _text(primary_key=True)
    value: str = _text()
    updated_at: datetime = _time()


class VaultSlotRow(SQLModel, table=True):
    """One way to unwrap the vault root key (KM-VAULT-1)."""

    __tablename__ = "vault_slots"
    __table_args__ = _args(
        CheckConstraint("kind IN ('password', 'recovery', 'keyring', 'file')", name="ck_vault_slots_kind")
    )
    id: int = _id()
    uid: str = _text(unique=True)
    kind: str = _text()
    parameters: str = _text()  # canonical JSON of the KDF, part of the AAD
    salt: bytes = _blob()
    wrapped: bytes = _blob()
    created_at: datetime = _time()


class ChannelRow(SQLModel, table=True):
    """Where the merchant sells."""

    __tablename__ = "channels"
    __table_args__ = _args(one_of("channels", "platform_kind", PlatformKind), *truth("channels", "active"))
    id: int = _id()
    name: str = _text(unique=True)
    platform_kind: PlatformKind = _code(PlatformKind)
    note: str = _text("")
    active: bool = _flag(True)
    created_at: datetime = _time()


class PolicyRow(SQLModel, table=True):
    """One version of the rules of a channel; the highest version is in force (seed A4, A33). Append-only."""

    __tablename__ = "policies"
    __table_args__ = _args(
        UniqueConstraint("channel_id", "version", name="uq_policies_version"),
        one_of("policies", "fee_disclosure", FeeDisclosure),
        *not_negative("policies", "window_hours", "fee_bp", "unshipped_fee_bp", "cap_bp"),
        CheckConstraint(
            "fee_bp <= 10000 AND unshipped_fee_bp <= 10000 AND cap_bp <= 10000 AND window_hours <= 8760",
            name="ck_policies_limits",
        ),
    )
    id: int = _id()
    channel_id: int = _link("channels.id")
    version: int = Field(sa_type=Integer)
    window_hours: int = Field(default=24, sa_type=Integer)
    fee_bp: int = Field(default=0, sa_type=Integer)
    unshipped_fee_bp: int = Field(default=0, sa_type=Integer)
    cap_bp: int = Field(default=1000, sa_type=Integer)
    fee_disclosure: FeeDisclosure = _code(FeeDisclosure, FeeDisclosure.CLEAR)
    required_evidence: str = _text("{}")  # JSON: reason code -> list of evidence kinds, where it differs
    refund_policy: str = _text("")
    after_sales: str = _text("")
    user_agreement: str = _text("")
    cancel_rules: str = _text("")
    fee_note: str = _text("")
    created_at: datetime = _time()
    created_by: str = _text()


class ProductRow(SQLModel, table=True):
    """What is sold."""

    __tablename__ = "products"
    __table_args__ = _args(
        one_of("products", "kind", ProductKind),
        one_of("products", "issue_order", IssueOrder),
        *truth("products", "fold_case", "fold_hyphens", "reusable", "active"),
        *not_negative("products", "face_fen", "price_fen", "low_stock_threshold"),
        CheckConstraint("use_limit IS NULL OR (reusable = 1 AND use_limit > 0)", name="ck_products_use_limit"),
    )
    id: int = _id()
    uid: bytes = _blob(unique=True)  # 16 random bytes; part of the AAD of its keys
    code: str = _text(unique=True)
    name: str = _text()
    kind: ProductKind = _code(ProductKind)
    face_fen: int | None = Field(default=None, sa_type=Integer)
    price_fen: int = Field(default=0, sa_type=Integer)
    low_stock_threshold: int = Field(default=0, sa_type=Integer)
    fold_case: bool = _flag()  # keys that differ in case only are the same key
    fold_hyphens: bool = _flag()  # hyphens and inner spaces do not tell keys apart
    issue_order: IssueOrder = _code(IssueOrder, IssueOrder.OLDEST)
    reusable: bool = _flag()  # a key stays in stock when it is delivered, until its limit
    use_limit: int | None = Field(default=None, sa_type=Integer)  # NULL: without end
    low_since: datetime | None = _time(None)  # the merchant was told that it runs low; NULL: to be told again
    note: str = _text("")
    active: bool = _flag(True)
    created_at: datetime = _time()


class BatchRow(SQLModel, table=True):
    """One import of keys; its counts add up to ``line_count``."""

    __tablename__ = "batches"
    __table_args__ = _args(
        *not_negative(
            "batches",
            "cost_fen",
            "line_count",
            "new_count",
            "blank_count",
            "file_duplicates",
            "shop_duplicates",
            "malformed_count",
        ),
        CheckConstraint(
            "line_count = new_count + blank_count + file_duplicates + shop_duplicates + malformed_count",
            name="ck_batches_sum",
        ),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="ck_batches_undone"),
        Index("ix_batches_expiry", "expires_on"),
        # the name of an import that was undone is free again
        Index("uq_batches_name", "name", unique=True, sqlite_where=text("undone_at IS NULL")),
    )
    id: int = _id()
    name: str = _text()
    product_id: int = _link("products.id", index=True)
    source: str = _text()  # file name, or how the keys came
    sha256: str = _text("")
    supplier: str = _text("")
    invoice_no: str = _text("")
    cost_fen: int | None = Field(default=None, sa_type=Integer)  # per key
    expires_on: str | None = _text(None)  # ISO date in the shop's zone, last usable day
    note: str = _text("")
    line_count: int = Field(default=0, sa_type=Integer)
    new_count: int = Field(default=0, sa_type=Integer)
    blank_count: int = Field(default=0, sa_type=Integer)
    file_duplicates: int = Field(default=0, sa_type=Integer)
    shop_duplicates: int = Field(default=0, sa_type=Integer)
    malformed_count: int = Field(default=0, sa_type=Integer)
    imported_at: datetime = _time()
    imported_by: str = _text()
    undone_at: datetime | None = _time(None)  # the import was taken back: its keys are gone, the row stays
    undone_by: str | None = _text(None)


class CardKeyRow(SQLModel, table=True):
    """One card key. ``tag`` is its blind index and its identity in the seal's AAD."""

    __tablename__ = "card_keys"
    __table_args__ = _args(
        one_of("card_keys", "state", KeyState),
        CheckConstraint("length(tag) = 16", name="ck_card_keys_tag"),
        Index("ix_card_keys_batch", "batch_id", "line"),
        Index("ix_card_keys_state", "product_id", "state"),
        Index("ix_card_keys_stock", "product_id", "batch_id", "line", sqlite_where=text("state = 'in_stock'")),
        Index("ix_card_keys_state_at", "state_at"),
        Index("ix_card_keys_failed", "batch_id", sqlite_where=text("failed_at IS NOT NULL")),
    )
    id: int = _id()
    product_id: int = _link("products.id")
    batch_id: int = _link("batches.id")
    line: int = Field(sa_type=Integer)  # line of the imported file; keys are issued oldest batch, lowest line first
    state: KeyState = _code(KeyState, KeyState.IN_STOCK)
    state_at: datetime = _time()
    failed_at: datetime | None = _time(None)  # it did not work as the supplier promised
    tag: bytes = _blob(unique=True)
    sealed: bytes = _blob()
    note: str = _text("")


class OrderRow(SQLModel, table=True):
    """One order of one product. The price, the policy and the disclosure are those of the purchase (seed A4)."""

    __tablename__ = "orders"
    __table_args__ = _args(
        one_of("orders", "state", OrderState),
        one_of("orders", "fee_disclosure", FeeDisclosure),
        one_of("orders", "payment_channel", PaymentChannel),
        *truth("orders", "locked", "written_promise"),
        *not_negative("orders", "paid_fen", "discount_fen", "refunded_fen", "fee_bearing_refunded_base_fen"),
        CheckConstraint("refunded_fen <= paid_fen", name="ck_orders_balance"),
        CheckConstraint("state <> 'unpaid' OR paid_fen = 0", name="ck_orders_unpaid"),
        Index("ix_orders_ordered", "ordered_at", "id"),
        Index("ix_orders_state", "state", "ordered_at"),
        Index("ix_orders_product", "product_id", "ordered_at", "id", "state"),
        Index("ix_orders_channel", "channel_id", "ordered_at"),
        # for the order of rows on screen: a million of them cannot be sorted while somebody waits
        Index("ix_orders_paid", "paid_fen"),
        Index("ix_orders_refunded", "refunded_fen"),
        Index("ix_orders_paid_at", "paid_at"),
        Index("ix_orders_shipped_at", "shipped_at"),
        Index("ix_orders_buyer", "buyer_tag"),
        Index("ix_orders_account", "account_tag"),
    )
    id: int = _id()
    order_no: str = _text(unique=True)
    channel_id: int = _link("channels.id")
    policy_id: int = _link("policies.id")
    product_id: int = _link("products.id")
    state: OrderState = _code(OrderState)
    locked: bool = _flag()
    lock_reason: str = _text("")
    fee_disclosure: FeeDisclosure = _code(FeeDisclosure)
    written_promise: bool = _flag()  # the merchant promised a refund in writing (seed A9)
    payment_channel: PaymentChannel = _code(PaymentChannel, PaymentChannel.OTHER)
    payment_ref: str = _text("")
    ordered_at: datetime = _time()
    paid_at: datetime | None = _time(None)
    shipped_at: datetime | None = _time(None)
    delivered_at: datetime | None = _time(None)
    completed_at: datetime | None = _time(None)
    cancelled_at: datetime | None = _time(None)
    paid_fen: int = Field(default=0, sa_type=Integer)  # all money received, a duplicate payment included
    discount_fen: int = Field(default=0, sa_type=Integer)
    refunded_fen: int = Field(default=0, sa_type=Integer)
    fee_bearing_refunded_base_fen: int = Field(default=0, sa_type=Integer)
    buyer_sealed: bytes | None = _blob(None)  # who bought: contact as the channel gives it
    buyer_tag: bytes | None = _blob(None)
    target_sealed: bytes | None = _blob(None)  # JSON: recharge_type, game, account, server, role (seed A37)
    account_tag: bytes | None = _blob(None)
    source: str = _text("hand")
    note: str = _text("")
    created_at: datetime = _time()


class UnitRow(SQLModel, table=True):
    """One key, or one top-up, of an order; verdicts are per unit."""

    __tablename__ = "units"
    __table_args__ = _args(
        UniqueConstraint("order_id", "ref", name="uq_units_ref"),
        Index("ix_units_card_key", "card_key_id"),  # that only a reusable key has several units is a trigger's rule
        one_of("units", "state", UnitState),
        one_of("units", "topup", TopupState),
        *truth("units", "balance_verified", "refunded", "official_not_activated"),
        *not_negative("units", "list_fen", "net_fen", "face_fen", "remaining_fen"),
        CheckConstraint("remaining_fen IS NULL OR remaining_fen <= face_fen", name="ck_units_remaining"),
    )
    id: int = _id()
    order_id: int = _link("orders.id")
    position: int = Field(sa_type=Integer)
    ref: str = _text()
    list_fen: int = Field(sa_type=Integer)
    net_fen: int = Field(sa_type=Integer)  # list price less its share of the discount
    face_fen: int | None = Field(default=None, sa_type=Integer)
    remaining_fen: int | None = Field(default=None, sa_type=Integer)
    balance_verified: bool = _flag()
    state: UnitState = _code(UnitState, UnitState.UNSHIPPED)
    topup: TopupState | None = _code(TopupState, None)
    refunded: bool = _flag()
    official_not_activated: bool = _flag()
    card_key_id: int | None = _link("card_keys.id", None)


class DeliveryRow(SQLModel, table=True):
    """A key was shown or sent to the buyer (发货): when and by whom. Append-only; a reissue adds a row."""

    __tablename__ = "deliveries"
    __table_args__ = _args(
        UniqueConstraint("card_key_id", "unit_id", name="uq_deliveries_key"),
        Index("ix_deliveries_at", "delivered_at"),
    )
    id: int = _id()
    unit_id: int = _link("units.id", index=True)
    card_key_id: int | None = _link("card_keys.id", None)
    delivered_at: datetime = _time()
    delivered_by: str = _text()
    reissue: bool = _flag()


class RedemptionRow(SQLModel, table=True):
    """A redemption record (核销): time, code, target, source, and who says so. Corrected by a row that names it."""

    __tablename__ = "redemptions"
    __table_args__ = _args()
    id: int = _id()
    uid: bytes = _blob(unique=True)  # 16 random bytes, part of the AAD of the target
    unit_id: int = _link("units.id", index=True)
    redeemed_at: datetime | None = _time(None)
    code: str = _text("")
    target_sealed: bytes | None = _blob(None)
    source: str = _text("")
    stated_by: str = _text("")
    note: str = _text("")
    replaces_id: int | None = _link("redemptions.id", None, unique=True)
    recorded_at: datetime = _time()
    recorded_by: str = _text()


class RequestRow(SQLModel, table=True):
    """A buyer's cancellation or refund request."""

    __tablename__ = "requests"
    __table_args__ = _args(
        one_of("requests", "state", RequestState),
        one_of("requests", "reason", ReasonCode),
        *truth(
            "requests",
            "log_confirms",
            "error_confirmed",
            "mismatch_confirmed",
            "promise_claimed",
            "reissue_tried",
            "verified_source",
        ),
        CheckConstraint("duplicate_fen > 0", name="ck_requests_duplicate_fen"),
        CheckConstraint("overcharged_fen > 0", name="ck_requests_overcharged_fen"),
        CheckConstraint("answered_at IS NULL OR asked_at IS NOT NULL", name="ck_requests_answered"),
        Index("ix_requests_order", "order_id"),
        Index("ix_requests_due", "state", "due_at"),
    )
    id: int = _id()
    request_no: str = _text(unique=True)
    order_id: int = _link("orders.id")
    source: str = _text("hand")
    reason: ReasonCode | None = _code(ReasonCode, None)
    text: str = _text("")  # the buyer's own words
    requested_at: datetime = _time()
    received_at: datetime = _time()
    first_response_at: datetime | None = _time(None)
    asked_at: datetime | None = _time(None)
    answered_at: datetime | None = _time(None)
    state: RequestState = _code(RequestState, RequestState.OPEN)
    due_at: datetime | None = _time(None)  # the decision clock; NULL while it pauses or does not run
    log_confirms: bool | None = _flag(None)
    duplicate_fen: int | None = Field(default=None, sa_type=Integer)
    error_confirmed: bool | None = _flag(None)
    overcharged_fen: int | None = Field(default=None, sa_type=Integer)
    mismatch_confirmed: bool | None = _flag(None)
    promise_claimed: bool = _flag()
    reissue_tried: bool = _flag()
    verified_source: bool = _flag(True)  # an intake file without a valid signature is "unverified"
    merged_into_id: int | None = _link("requests.id", None)


class RequestUnitRow(SQLModel, table=True):
    """Which units a request is about, and their own reason where it differs."""

    __tablename__ = "request_units"
    __table_args__ = _args(one_of("request_units", "reason", ReasonCode))
    request_id: int = _link("requests.id", primary_key=True)
    unit_id: int = _link("units.id", primary_key=True)
    reason: ReasonCode | None = _code(ReasonCode, None)


class MessageRow(SQLModel, table=True):
    """Correspondence and notes of a request: questions, answers, negotiations. Append-only."""

    __tablename__ = "messages"
    __table_args__ = _args(one_of("messages", "actor", Actor))
    id: int = _id()
    request_id: int = _link("requests.id", index=True)
    at: datetime = _time()
    actor: Actor = _code(Actor)
    kind: str = _text()  # ask, answer, negotiation, reply, escalation, note
    text: str = _text()
    by: str = _text()


class EvidenceRow(SQLModel, table=True):
    """A piece of evidence: what it is, where it came from, and its file when there is one."""

    __tablename__ = "evidence"
    __table_args__ = _args(
        one_of("evidence", "kind", EvidenceKind),
        *truth("evidence", "written_promise", "in_platform_chat"),
        *not_negative("evidence", "size"),
        Index("ix_evidence_order", "order_id"),
        Index("ix_evidence_request", "request_id"),
    )
    id: int = _id()
    order_id: int = _link("orders.id")
    request_id: int | None = _link("requests.id", None)
    redemption_id: int | None = _link("redemptions.id", None)
    kind: EvidenceKind = _code(EvidenceKind)
    name: str = _text("")  # as the buyer named it, made safe for display
    stored_name: str | None = _text(None)  # content address in the evidence folder; NULL: seen elsewhere, no file
    sha256: str = _text("")
    size: int = Field(default=0, sa_type=Integer)
    captured_at: datetime | None = _time(None)
    source: str = _text("")
    written_promise: bool = _flag()
    in_platform_chat: bool = _flag()
    note: str = _text("")
    added_at: datetime = _time()
    added_by: str = _text()


class DecisionRow(SQLModel, table=True):
    """What the merchant did, frozen with the amounts, the verdict looked at and the reply. Append-only."""

    __tablename__ = "decisions"
    __table_args__ = _args(
        one_of("decisions", "action", DecisionAction),
        one_of("decisions", "verdict_kind", VerdictKind),
        one_of("decisions", "ground", RefusalGround),
        *not_negative("decisions", "refund_fen", "fee_fen", "proposed_refund_fen"),
    )
    id: int = _id()
    request_id: int = _link("requests.id", unique=True)
    order_id: int = _link("orders.id", index=True)
    policy_id: int = _link("policies.id")
    action: DecisionAction = _code(DecisionAction)
    verdict_kind: VerdictKind = _code(VerdictKind)
    verdict: str = _text()  # canonical JSON of the verdict with its trace
    option: str = _text("")
    ground: RefusalGround | None = _code(RefusalGround, None)
    refund_fen: int = Field(sa_type=Integer)
    fee_fen: int = Field(sa_type=Integer)
    proposed_refund_fen: int = Field(sa_type=Integer)
    reason: str = _text("")  # why the amount or the verdict was changed
    reply_zh: str = _text()
    reply_en: str = _text()
    decided_at: datetime = _time()
    decided_by: str = _text()


class DecisionUnitRow(SQLModel, table=True):
    """The part of a decision that concerns one unit. Append-only."""

    __tablename__ = "decision_units"
    __table_args__ = _args(*not_negative("decision_units", "base_fen", "fee_fen", "refund_fen"))
    decision_id: int = _link("decisions.id", primary_key=True)
    unit_id: int = _link("units.id", primary_key=True)
    rule: str = _text()
    verdict: VerdictKind = _code(VerdictKind)
    base_fen: int = Field(sa_type=Integer)
    fee_fen: int = Field(sa_type=Integer)
    refund_fen: int = Field(sa_type=Integer)
    inventory: str = _text()


class RefundRow(SQLModel, table=True):
    """Money on its way back to the buyer, by the route it came (seed A17, B8)."""

    __tablename__ = "refunds"
    __table_args__ = _args(
        one_of("refunds", "state", RefundState),
        one_of("refunds", "route", PaymentChannel),
        *truth("refunds", "estimated"),
        CheckConstraint("amount_fen > 0", name="ck_refunds_amount"),
        Index("ix_refunds_state", "state", "expected_at"),
    )
    id: int = _id()
    decision_id: int = _link("decisions.id", unique=True)
    order_id: int = _link("orders.id", index=True)
    amount_fen: int = Field(sa_type=Integer)
    route: PaymentChannel = _code(PaymentChannel)
    state: RefundState = _code(RefundState, RefundState.DUE)
    expected_at: datetime = _time()
    estimated: bool = _flag()
    reference: str = _text("")
    paid_at: datetime | None = _time(None)
    arrived_at: datetime | None = _time(None)
    note: str = _text("")
    created_at: datetime = _time()


class ProofRow(SQLModel, table=True):
    """An issued redemption proof; the file itself stands in the proofs folder. Append-only."""

    __tablename__ = "proofs"
    __table_args__ = _args(*not_negative("proofs", "size"))
    id: int = _id()
    proof_no: str = _text(unique=True)
    unit_id: int = _link("units.id", index=True)
    order_id: int = _link("orders.id", index=True)
    redemption_id: int = _link("redemptions.id")
    replaces_id: int | None = _link("proofs.id", None)
    facts: str = _text()  # canonical JSON, masked, as printed
    file_name: str = _text()
    sha256: str = _text()
    size: int = Field(sa_type=Integer)
    issued_at: datetime = _time()
    issued_by: str = _text()


class EscalationRow(SQLModel, table=True):
    """A dispute that left the shop: where to, when, and what came of it."""

    __tablename__ = "escalations"
    __table_args__ = _args(one_of("escalations", "target", EscalationTarget))
    id: int = _id()
    request_id: int = _link("requests.id", index=True)
    target: EscalationTarget = _code(EscalationTarget)
    reference: str = _text("")
    opened_at: datetime = _time()
    answered_at: datetime | None = _time(None)
    outcome: str = _text("")
    note: str = _text("")
    opened_by: str = _text()


class IntakeRow(SQLModel, table=True):
    """A request that came from outside, once: the same id with other bytes is a conflict for a human."""

    __tablename__ = "intake"
    __table_args__ = _args(UniqueConstraint("source", "external_id", name="uq_intake_id"))
    id: int = _id()
    source: str = _text()
    external_id: str = _text()
    sha256: str = _text()
    request_id: int = _link("requests.id")
    received_at: datetime = _time()


class EventRow(SQLModel, table=True):
    """The append-only log. Only ``body`` is written; every readable column is computed from it."""

    __tablename__ = "events"
    __table_args__ = _args(
        CheckConstraint("length(leaf) = 32 AND length(head) = 32", name="ck_events_hashes"),
        Index("ix_events_order", "order_id"),
        Index("ix_events_entity", "entity", "entity_id"),
    )
    seq: int = _id()
    body: str = _text()
    leaf: bytes = _blob()
    head: bytes = _blob()
    at: datetime | None = _computed("json_extract(body, '$.at')", UtcTime)
    actor: str | None = _computed("json_extract(body, '$.actor')", Text)
    kind: str | None = _computed("json_extract(body, '$.kind')", Text)
    entity: str | None = _computed("json_extract(body, '$.entity')", Text)
    entity_id: int | None = _computed("json_extract(body, '$.entity_id')", Integer)
    order_id: int | None = _computed("json_extract(body, '$.order_id')", Integer)
