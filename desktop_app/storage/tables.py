"""The tables, and so the only records, of a shop (SQLite STRICT).

Conventions: money is integer fen (``_fen``), rates are basis points (``_bp``), instants are UTC (``_at``), days are
ISO text (``_on``). ``*_sealed`` columns hold KM-VAULT-1 blobs and ``*_tag`` columns blind indexes of the vault; no
card key and no buyer's account ever stands here in clear. Rows of the append-only tables (see
:mod:`desktop_app.storage.triggers`) are corrected by later rows that name them.

No ``from __future__ import annotations`` here: SQLModel reads the annotations when the classes are made.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, Text, UniqueConstraint, text
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
from desktop_app.storage.column_types import UtcTime, not_negative, one_of, truth
from desktop_app.storage.columns import blob, coded, computed, flag, id_, link, strict, text_, time


class Actor(StrEnum):
    """Who speaks in the correspondence of a request."""

    BUYER = "buyer"
    SHOP = "shop"
    NOTE = "note"  # the merchant's own note, never shown to the buyer


class DecisionAction(StrEnum):
    """What the merchant did with a request."""

    APPROVE = "approve"
    REFUSE = "refuse"


class ShopRow(SQLModel, table=True):
    """The one row that says which shop this file is."""

    __tablename__ = "shop"
    __table_args__ = strict(CheckConstraint("id = 1", name="ck_shop_single"))
    id: int = Field(default=1, sa_type=Integer, primary_key=True)
    uuid: str = text_()
    created_at: datetime = time()


class SettingRow(SQLModel, table=True):
    """A business rule or a fact of the shop, as JSON; window geometry is not kept here."""

    __tablename__ = "settings"
    __table_args__ = strict()
    key: str = text_(primary_key=True)
    value: str = text_()
    updated_at: datetime = time()


class VaultSlotRow(SQLModel, table=True):
    """One way to unwrap the vault root key (KM-VAULT-1)."""

    __tablename__ = "vault_slots"
    __table_args__ = strict(
        CheckConstraint("kind IN ('password', 'recovery', 'keyring', 'file')", name="ck_vault_slots_kind")
    )
    id: int = id_()
    uid: str = text_(unique=True)
    kind: str = text_()
    parameters: str = text_()  # canonical JSON of the KDF, part of the AAD
    salt: bytes = blob()
    wrapped: bytes = blob()
    created_at: datetime = time()


class ChannelRow(SQLModel, table=True):
    """Where the merchant sells."""

    __tablename__ = "channels"
    __table_args__ = strict(one_of("channels", "platform_kind", PlatformKind), *truth("channels", "active"))
    id: int = id_()
    name: str = text_(unique=True)
    platform_kind: PlatformKind = coded(PlatformKind)
    note: str = text_("")
    active: bool = flag(True)
    created_at: datetime = time()


class PolicyRow(SQLModel, table=True):
    """One version of the rules of a channel; the highest version is in force (seed A4, A33). Append-only."""

    __tablename__ = "policies"
    __table_args__ = strict(
        UniqueConstraint("channel_id", "version", name="uq_policies_version"),
        one_of("policies", "fee_disclosure", FeeDisclosure),
        *not_negative("policies", "window_hours", "fee_bp", "unshipped_fee_bp", "cap_bp"),
        CheckConstraint(
            "fee_bp <= 10000 AND unshipped_fee_bp <= 10000 AND cap_bp <= 10000 AND window_hours <= 8760",
            name="ck_policies_limits",
        ),
    )
    id: int = id_()
    channel_id: int = link("channels.id")
    version: int = Field(sa_type=Integer)
    window_hours: int = Field(default=24, sa_type=Integer)
    fee_bp: int = Field(default=0, sa_type=Integer)
    unshipped_fee_bp: int = Field(default=0, sa_type=Integer)
    cap_bp: int = Field(default=1000, sa_type=Integer)
    fee_disclosure: FeeDisclosure = coded(FeeDisclosure, FeeDisclosure.CLEAR)
    required_evidence: str = text_("{}")  # JSON: reason code -> list of evidence kinds, where it differs
    refund_policy: str = text_("")
    after_sales: str = text_("")
    user_agreement: str = text_("")
    cancel_rules: str = text_("")
    fee_note: str = text_("")
    created_at: datetime = time()
    created_by: str = text_()


class ProductRow(SQLModel, table=True):
    """What is sold."""

    __tablename__ = "products"
    __table_args__ = strict(
        one_of("products", "kind", ProductKind),
        one_of("products", "issue_order", IssueOrder),
        *truth("products", "fold_case", "fold_hyphens", "reusable", "active"),
        *not_negative("products", "face_fen", "price_fen", "low_stock_threshold"),
        CheckConstraint("use_limit IS NULL OR (reusable = 1 AND use_limit > 0)", name="ck_products_use_limit"),
    )
    id: int = id_()
    uid: bytes = blob(unique=True)  # 16 random bytes; part of the AAD of its keys
    code: str = text_(unique=True)
    name: str = text_()
    kind: ProductKind = coded(ProductKind)
    face_fen: int | None = Field(default=None, sa_type=Integer)
    price_fen: int = Field(default=0, sa_type=Integer)
    low_stock_threshold: int = Field(default=0, sa_type=Integer)
    fold_case: bool = flag()  # keys that differ in case only are the same key
    fold_hyphens: bool = flag()  # hyphens and inner spaces do not tell keys apart
    issue_order: IssueOrder = coded(IssueOrder, IssueOrder.OLDEST)
    reusable: bool = flag()  # a key stays in stock when it is delivered, until its limit
    use_limit: int | None = Field(default=None, sa_type=Integer)  # NULL: without end
    low_since: datetime | None = time(None)  # the merchant was told that it runs low; NULL: to be told again
    note: str = text_("")
    active: bool = flag(True)
    created_at: datetime = time()


class BatchRow(SQLModel, table=True):
    """One import of keys; its counts add up to ``line_count``."""

    __tablename__ = "batches"
    __table_args__ = strict(
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
    id: int = id_()
    name: str = text_()
    product_id: int = link("products.id", index=True)
    source: str = text_()  # file name, or how the keys came
    sha256: str = text_("")
    supplier: str = text_("")
    invoice_no: str = text_("")
    cost_fen: int | None = Field(default=None, sa_type=Integer)  # per key
    expires_on: str | None = text_(None)  # ISO date in the shop's zone, last usable day
    note: str = text_("")
    line_count: int = Field(default=0, sa_type=Integer)
    new_count: int = Field(default=0, sa_type=Integer)
    blank_count: int = Field(default=0, sa_type=Integer)
    file_duplicates: int = Field(default=0, sa_type=Integer)
    shop_duplicates: int = Field(default=0, sa_type=Integer)
    malformed_count: int = Field(default=0, sa_type=Integer)
    imported_at: datetime = time()
    imported_by: str = text_()
    undone_at: datetime | None = time(None)  # the import was taken back: its keys are gone, the row stays
    undone_by: str | None = text_(None)


class CardKeyRow(SQLModel, table=True):
    """One card key. ``tag`` is its blind index and its identity in the seal's AAD."""

    __tablename__ = "card_keys"
    __table_args__ = strict(
        one_of("card_keys", "state", KeyState),
        CheckConstraint("length(tag) = 16", name="ck_card_keys_tag"),
        Index("ix_card_keys_batch", "batch_id", "line"),
        Index("ix_card_keys_state", "product_id", "state"),
        Index("ix_card_keys_stock", "product_id", "batch_id", "line", sqlite_where=text("state = 'in_stock'")),
        Index("ix_card_keys_state_at", "state_at"),
        Index("ix_card_keys_failed", "batch_id", sqlite_where=text("failed_at IS NOT NULL")),
    )
    id: int = id_()
    product_id: int = link("products.id")
    batch_id: int = link("batches.id")
    line: int = Field(sa_type=Integer)  # line of the imported file; keys are issued oldest batch, lowest line first
    state: KeyState = coded(KeyState, KeyState.IN_STOCK)
    state_at: datetime = time()
    failed_at: datetime | None = time(None)  # it did not work as the supplier promised
    tag: bytes = blob()
    sealed: bytes = blob()
    note: str = text_("")


class CardTagRow(SQLModel, table=True):
    """Which key has a blind index: one row for every key, kept by triggers, so that no two keys are the same.

    A table of its own, because an index of ``card_keys`` would be filled row by row in the order of the lines, each on
    another page; a large import fills this one in the order of the tags (:mod:`desktop_app.storage.card_tags`).
    """

    __tablename__ = "card_tags"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)
    tag: bytes = blob(primary_key=True)
    card_key_id: int = Field(sa_type=Integer)  # no foreign key: looking up every parent would take all that is gained


class OrderRow(SQLModel, table=True):
    """One order of one product. The price, the policy and the disclosure are those of the purchase (seed A4)."""

    __tablename__ = "orders"
    __table_args__ = strict(
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
    id: int = id_()
    order_no: str = text_(unique=True)
    channel_id: int = link("channels.id")
    policy_id: int = link("policies.id")
    product_id: int = link("products.id")
    state: OrderState = coded(OrderState)
    locked: bool = flag()
    lock_reason: str = text_("")
    fee_disclosure: FeeDisclosure = coded(FeeDisclosure)
    written_promise: bool = flag()  # the merchant promised a refund in writing (seed A9)
    payment_channel: PaymentChannel = coded(PaymentChannel, PaymentChannel.OTHER)
    payment_ref: str = text_("")
    ordered_at: datetime = time()
    paid_at: datetime | None = time(None)
    shipped_at: datetime | None = time(None)
    delivered_at: datetime | None = time(None)
    completed_at: datetime | None = time(None)
    cancelled_at: datetime | None = time(None)
    paid_fen: int = Field(default=0, sa_type=Integer)  # all money received, a duplicate payment included
    discount_fen: int = Field(default=0, sa_type=Integer)
    refunded_fen: int = Field(default=0, sa_type=Integer)
    fee_bearing_refunded_base_fen: int = Field(default=0, sa_type=Integer)
    buyer_sealed: bytes | None = blob(None)  # who bought: contact as the channel gives it
    buyer_tag: bytes | None = blob(None)
    target_sealed: bytes | None = blob(None)  # JSON: recharge_type, game, account, server, role (seed A37)
    account_tag: bytes | None = blob(None)
    source: str = text_("hand")
    note: str = text_("")
    created_at: datetime = time()


class UnitRow(SQLModel, table=True):
    """One key, or one top-up, of an order; verdicts are per unit."""

    __tablename__ = "units"
    __table_args__ = strict(
        UniqueConstraint("order_id", "ref", name="uq_units_ref"),
        Index("ix_units_card_key", "card_key_id"),  # that only a reusable key has several units is a trigger's rule
        one_of("units", "state", UnitState),
        one_of("units", "topup", TopupState),
        *truth("units", "balance_verified", "refunded", "official_not_activated"),
        *not_negative("units", "list_fen", "net_fen", "face_fen", "remaining_fen"),
        CheckConstraint("remaining_fen IS NULL OR remaining_fen <= face_fen", name="ck_units_remaining"),
    )
    id: int = id_()
    order_id: int = link("orders.id")
    position: int = Field(sa_type=Integer)
    ref: str = text_()
    list_fen: int = Field(sa_type=Integer)
    net_fen: int = Field(sa_type=Integer)  # list price less its share of the discount
    face_fen: int | None = Field(default=None, sa_type=Integer)
    remaining_fen: int | None = Field(default=None, sa_type=Integer)
    balance_verified: bool = flag()
    state: UnitState = coded(UnitState, UnitState.UNSHIPPED)
    topup: TopupState | None = coded(TopupState, None)
    refunded: bool = flag()
    official_not_activated: bool = flag()
    card_key_id: int | None = link("card_keys.id", None)


class DeliveryRow(SQLModel, table=True):
    """A key was shown or sent to the buyer (发货): when and by whom. Append-only; a reissue adds a row."""

    __tablename__ = "deliveries"
    __table_args__ = strict(
        UniqueConstraint("card_key_id", "unit_id", name="uq_deliveries_key"),
        Index("ix_deliveries_at", "delivered_at"),
    )
    id: int = id_()
    unit_id: int = link("units.id", index=True)
    card_key_id: int | None = link("card_keys.id", None)
    delivered_at: datetime = time()
    delivered_by: str = text_()
    reissue: bool = flag()


class RedemptionRow(SQLModel, table=True):
    """A redemption record (核销): time, code, target, source, and who says so. Corrected by a row that names it."""

    __tablename__ = "redemptions"
    __table_args__ = strict()
    id: int = id_()
    uid: bytes = blob(unique=True)  # 16 random bytes, part of the AAD of the target
    unit_id: int = link("units.id", index=True)
    redeemed_at: datetime | None = time(None)
    code: str = text_("")
    target_sealed: bytes | None = blob(None)
    source: str = text_("")
    stated_by: str = text_("")
    note: str = text_("")
    replaces_id: int | None = link("redemptions.id", None, unique=True)
    recorded_at: datetime = time()
    recorded_by: str = text_()


class RequestRow(SQLModel, table=True):
    """A buyer's cancellation or refund request."""

    __tablename__ = "requests"
    __table_args__ = strict(
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
    id: int = id_()
    request_no: str = text_(unique=True)
    order_id: int = link("orders.id")
    source: str = text_("hand")
    reason: ReasonCode | None = coded(ReasonCode, None)
    text: str = text_("")  # the buyer's own words
    requested_at: datetime = time()
    received_at: datetime = time()
    first_response_at: datetime | None = time(None)
    asked_at: datetime | None = time(None)
    answered_at: datetime | None = time(None)
    state: RequestState = coded(RequestState, RequestState.OPEN)
    due_at: datetime | None = time(None)  # the decision clock; NULL while it pauses or does not run
    log_confirms: bool | None = flag(None)
    duplicate_fen: int | None = Field(default=None, sa_type=Integer)
    error_confirmed: bool | None = flag(None)
    overcharged_fen: int | None = Field(default=None, sa_type=Integer)
    mismatch_confirmed: bool | None = flag(None)
    promise_claimed: bool = flag()
    reissue_tried: bool = flag()
    verified_source: bool = flag(True)  # an intake file without a valid signature is "unverified"
    merged_into_id: int | None = link("requests.id", None)


class RequestUnitRow(SQLModel, table=True):
    """Which units a request is about, and their own reason where it differs."""

    __tablename__ = "request_units"
    __table_args__ = strict(one_of("request_units", "reason", ReasonCode))
    request_id: int = link("requests.id", primary_key=True)
    unit_id: int = link("units.id", primary_key=True)
    reason: ReasonCode | None = coded(ReasonCode, None)


class MessageRow(SQLModel, table=True):
    """Correspondence and notes of a request: questions, answers, negotiations. Append-only."""

    __tablename__ = "messages"
    __table_args__ = strict(one_of("messages", "actor", Actor))
    id: int = id_()
    request_id: int = link("requests.id", index=True)
    at: datetime = time()
    actor: Actor = coded(Actor)
    kind: str = text_()  # ask, answer, negotiation, reply, escalation, note
    text: str = text_()
    by: str = text_()


class EvidenceRow(SQLModel, table=True):
    """A piece of evidence: what it is, where it came from, and its file when there is one."""

    __tablename__ = "evidence"
    __table_args__ = strict(
        one_of("evidence", "kind", EvidenceKind),
        *truth("evidence", "written_promise", "in_platform_chat"),
        *not_negative("evidence", "size"),
        Index("ix_evidence_order", "order_id"),
        Index("ix_evidence_request", "request_id"),
    )
    id: int = id_()
    order_id: int = link("orders.id")
    request_id: int | None = link("requests.id", None)
    redemption_id: int | None = link("redemptions.id", None)
    kind: EvidenceKind = coded(EvidenceKind)
    name: str = text_("")  # as the buyer named it, made safe for display
    stored_name: str | None = text_(None)  # content address in the evidence folder; NULL: seen elsewhere, no file
    sha256: str = text_("")
    size: int = Field(default=0, sa_type=Integer)
    captured_at: datetime | None = time(None)
    source: str = text_("")
    written_promise: bool = flag()
    in_platform_chat: bool = flag()
    note: str = text_("")
    added_at: datetime = time()
    added_by: str = text_()


class DecisionRow(SQLModel, table=True):
    """What the merchant did, frozen with the amounts, the verdict looked at and the reply. Append-only."""

    __tablename__ = "decisions"
    __table_args__ = strict(
        one_of("decisions", "action", DecisionAction),
        one_of("decisions", "verdict_kind", VerdictKind),
        one_of("decisions", "ground", RefusalGround),
        *not_negative("decisions", "refund_fen", "fee_fen", "proposed_refund_fen"),
    )
    id: int = id_()
    request_id: int = link("requests.id", unique=True)
    order_id: int = link("orders.id", index=True)
    policy_id: int = link("policies.id")
    action: DecisionAction = coded(DecisionAction)
    verdict_kind: VerdictKind = coded(VerdictKind)
    verdict: str = text_()  # canonical JSON of the verdict with its trace
    option: str = text_("")
    ground: RefusalGround | None = coded(RefusalGround, None)
    refund_fen: int = Field(sa_type=Integer)
    fee_fen: int = Field(sa_type=Integer)
    proposed_refund_fen: int = Field(sa_type=Integer)
    reason: str = text_("")  # why the amount or the verdict was changed
    reply_zh: str = text_()
    reply_en: str = text_()
    decided_at: datetime = time()
    decided_by: str = text_()


class DecisionUnitRow(SQLModel, table=True):
    """The part of a decision that concerns one unit. Append-only."""

    __tablename__ = "decision_units"
    __table_args__ = strict(*not_negative("decision_units", "base_fen", "fee_fen", "refund_fen"))
    decision_id: int = link("decisions.id", primary_key=True)
    unit_id: int = link("units.id", primary_key=True)
    rule: str = text_()
    verdict: VerdictKind = coded(VerdictKind)
    base_fen: int = Field(sa_type=Integer)
    fee_fen: int = Field(sa_type=Integer)
    refund_fen: int = Field(sa_type=Integer)
    inventory: str = text_()


class RefundRow(SQLModel, table=True):
    """Money on its way back to the buyer, by the route it came (seed A17, B8)."""

    __tablename__ = "refunds"
    __table_args__ = strict(
        one_of("refunds", "state", RefundState),
        one_of("refunds", "route", PaymentChannel),
        *truth("refunds", "estimated"),
        CheckConstraint("amount_fen > 0", name="ck_refunds_amount"),
        Index("ix_refunds_state", "state", "expected_at"),
    )
    id: int = id_()
    decision_id: int = link("decisions.id", unique=True)
    order_id: int = link("orders.id", index=True)
    amount_fen: int = Field(sa_type=Integer)
    route: PaymentChannel = coded(PaymentChannel)
    state: RefundState = coded(RefundState, RefundState.DUE)
    expected_at: datetime = time()
    estimated: bool = flag()
    reference: str = text_("")
    paid_at: datetime | None = time(None)
    arrived_at: datetime | None = time(None)
    note: str = text_("")
    created_at: datetime = time()


class ProofRow(SQLModel, table=True):
    """An issued redemption proof; the file itself stands in the proofs folder. Append-only."""

    __tablename__ = "proofs"
    __table_args__ = strict(*not_negative("proofs", "size"))
    id: int = id_()
    proof_no: str = text_(unique=True)
    unit_id: int = link("units.id", index=True)
    order_id: int = link("orders.id", index=True)
    redemption_id: int = link("redemptions.id")
    replaces_id: int | None = link("proofs.id", None)
    facts: str = text_()  # canonical JSON, masked, as printed
    file_name: str = text_()
    sha256: str = text_()
    size: int = Field(sa_type=Integer)
    issued_at: datetime = time()
    issued_by: str = text_()


class EscalationRow(SQLModel, table=True):
    """A dispute that left the shop: where to, when, and what came of it."""

    __tablename__ = "escalations"
    __table_args__ = strict(one_of("escalations", "target", EscalationTarget))
    id: int = id_()
    request_id: int = link("requests.id", index=True)
    target: EscalationTarget = coded(EscalationTarget)
    reference: str = text_("")
    opened_at: datetime = time()
    answered_at: datetime | None = time(None)
    outcome: str = text_("")
    note: str = text_("")
    opened_by: str = text_()


class IntakeRow(SQLModel, table=True):
    """A request that came from outside, once: the same id with other bytes is a conflict for a human."""

    __tablename__ = "intake"
    __table_args__ = strict(UniqueConstraint("source", "external_id", name="uq_intake_id"))
    id: int = id_()
    source: str = text_()
    external_id: str = text_()
    sha256: str = text_()
    request_id: int = link("requests.id")
    received_at: datetime = time()


class EventRow(SQLModel, table=True):
    """The append-only log. Only ``body`` is written; every readable column is computed from it."""

    __tablename__ = "events"
    __table_args__ = strict(
        CheckConstraint("length(leaf) = 32 AND length(head) = 32", name="ck_events_hashes"),
        Index("ix_events_order", "order_id"),
        Index("ix_events_entity", "entity", "entity_id"),
    )
    seq: int = id_()
    body: str = text_()
    leaf: bytes = blob()
    head: bytes = blob()
    at: datetime | None = computed("json_extract(body, '$.at')", UtcTime)
    actor: str | None = computed("json_extract(body, '$.actor')", Text)
    kind: str | None = computed("json_extract(body, '$.kind')", Text)
    entity: str | None = computed("json_extract(body, '$.entity')", Text)
    entity_id: int | None = computed("json_extract(body, '$.entity_id')", Integer)
    order_id: int | None = computed("json_extract(body, '$.order_id')", Integer)
