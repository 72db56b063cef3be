"""The tables of what stands in a dispute, since schema version 2: signatures, checkpoints of the event log, supplier
lists of redemptions, statements of the payment channels, dossiers and the steps of a dispute, and the print log.

The conventions are those of :mod:`desktop_app.storage.tables`; all but ``statement_lines`` and ``vault_roots`` are
append-only.

No ``from __future__ import annotations`` here: SQLModel reads the annotations when the classes are made.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from desktop_app.domain.reconciliation import MatchedBy, StatementKind
from desktop_app.domain.states import DisputeOutcome, DisputeStepKind, EscalationTarget, PaymentChannel
from desktop_app.storage.column_types import not_negative, one_of
from desktop_app.storage.columns import blob, coded, id_, link, strict, text_, time


class IdentityOrigin(StrEnum):
    """Where a signing certificate comes from."""

    MADE = "made"  # self-signed by this program
    IMPORTED = "imported"  # brought by the merchant as .p12, issued by an authority


class CheckpointReason(StrEnum):
    """Why a head of the event log was signed."""

    EVENTS = "events"  # so many events since the last one
    DAY = "day"
    PROOF = "proof"
    BACKUP = "backup"
    ROTATION = "rotation"
    EXPORT = "export"


class SigningIdentityRow(SQLModel, table=True):
    """A P-256 certificate and its sealed key; the one with the highest id signs. Append-only but for re-sealing."""

    __tablename__ = "signing_identities"
    __table_args__ = strict(
        one_of("signing_identities", "origin", IdentityOrigin),
        CheckConstraint("length(fingerprint) = 64", name="ck_signing_identities_fingerprint"),
        CheckConstraint("(previous_id IS NULL) = (cross_signature IS NULL)", name="ck_signing_identities_cross"),
    )
    id: int = id_()
    uid: bytes = blob(unique=True)  # 16 random bytes, part of the AAD of the key
    origin: IdentityOrigin = coded(IdentityOrigin)
    certificate: bytes = blob()  # DER
    chain: bytes | None = blob(None)  # PEM of the issuers of an imported certificate
    fingerprint: str = text_(unique=True)  # SHA-256 of the certificate, lower-case hex
    key_sealed: bytes = blob()  # PKCS#8 under sign-wrap
    previous_id: int | None = link("signing_identities.id", None)
    cross_signature: bytes | None = blob(None)  # the previous key's raw ECDSA over the new fingerprint
    created_at: datetime = time()
    created_by: str = text_()


class CheckpointRow(SQLModel, table=True):
    """A signed head of the event log: what shows a chain that was computed anew. Append-only."""

    __tablename__ = "checkpoints"
    __table_args__ = strict(
        one_of("checkpoints", "reason", CheckpointReason),
        CheckConstraint("length(head) = 32 AND length(signature) = 64", name="ck_checkpoints_lengths"),
        Index("ix_checkpoints_seq", "seq"),
    )
    id: int = id_()
    seq: int = Field(sa_type=Integer)
    head: bytes = blob()
    reason: CheckpointReason = coded(CheckpointReason)
    identity_id: int = link("signing_identities.id")
    signature: bytes = blob()  # raw ECDSA P-256, r then s
    signed_at: datetime = time()


class ProofSignatureRow(SQLModel, table=True):
    """How an issued proof was signed; a proof of version 1 of the shop file has none. Append-only."""

    __tablename__ = "proof_signatures"
    __table_args__ = strict()
    proof_id: int = link("proofs.id", primary_key=True)
    identity_id: int = link("signing_identities.id")
    qr_text: str = text_()
    timestamp_authority: str = text_("")  # empty: no RFC 3161 time stamp


class RedemptionImportRow(SQLModel, table=True):
    """One list of redemptions from a supplier or an operator; its counts add up to ``line_count``. Append-only."""

    __tablename__ = "redemption_imports"
    __table_args__ = strict(
        *not_negative(
            "redemption_imports",
            "line_count",
            "recorded_count",
            "known_count",
            "unmatched_count",
            "conflict_count",
            "malformed_count",
        ),
        CheckConstraint(
            "line_count = recorded_count + known_count + unmatched_count + conflict_count + malformed_count",
            name="ck_redemption_imports_sum",
        ),
    )
    id: int = id_()
    name: str = text_()  # of the file
    sha256: str = text_()
    stored_name: str = text_()  # the sealed copy of the file in the evidence folder
    size: int = Field(sa_type=Integer)
    source: str = text_()  # what the list is: supplier activation record, operator arrival list
    stated_by: str = text_()  # who says so
    line_count: int = Field(sa_type=Integer)
    recorded_count: int = Field(sa_type=Integer)
    known_count: int = Field(sa_type=Integer)
    unmatched_count: int = Field(sa_type=Integer)
    conflict_count: int = Field(sa_type=Integer)
    malformed_count: int = Field(sa_type=Integer)
    imported_at: datetime = time()
    imported_by: str = text_()


class RedemptionImportLineRow(SQLModel, table=True):
    """Which line of which list a redemption record came from. Append-only."""

    __tablename__ = "redemption_import_lines"
    __table_args__ = strict(Index("ix_redemption_import_lines_import", "import_id", "line"))
    redemption_id: int = link("redemptions.id", primary_key=True)
    import_id: int = link("redemption_imports.id")
    line: int = Field(sa_type=Integer)


class StatementRow(SQLModel, table=True):
    """One statement file of a payment channel; its counts add up to ``line_count``. Append-only."""

    __tablename__ = "statements"
    __table_args__ = strict(
        one_of("statements", "platform", PaymentChannel),
        *not_negative("statements", "line_count", "new_count", "known_count", "malformed_count"),
        CheckConstraint("line_count = new_count + known_count + malformed_count", name="ck_statements_sum"),
    )
    id: int = id_()
    platform: PaymentChannel = coded(PaymentChannel)
    format: str = text_()  # which of the channel's kinds of file
    account: str = text_("")  # masked
    file_name: str = text_()
    sha256: str = text_(unique=True)
    from_at: datetime | None = time(None)
    to_at: datetime | None = time(None)
    line_count: int = Field(sa_type=Integer)
    new_count: int = Field(sa_type=Integer)
    known_count: int = Field(sa_type=Integer)  # lines that an earlier file, or this one, had already
    malformed_count: int = Field(sa_type=Integer)
    imported_at: datetime = time()
    imported_by: str = text_()


class StatementLineRow(SQLModel, table=True):
    """One movement of money as the channel states it, and the refund that it is. No counterparty stands here."""

    __tablename__ = "statement_lines"
    __table_args__ = strict(
        UniqueConstraint("platform", "identity", name="uq_statement_lines_identity"),
        one_of("statement_lines", "platform", PaymentChannel),
        one_of("statement_lines", "kind", StatementKind),
        one_of("statement_lines", "matched_by", MatchedBy),
        CheckConstraint("(refund_id IS NULL) = (matched_by IS NULL)", name="ck_statement_lines_matched"),
        CheckConstraint("refund_id IS NULL OR set_aside_at IS NULL", name="ck_statement_lines_set_aside"),
        CheckConstraint("amount_fen >= 0", name="ck_statement_lines_amount_fen"),
        Index("ix_statement_lines_open", "kind", "refund_id", "at"),
        Index("ix_statement_lines_refund", "refund_id"),
        Index("ix_statement_lines_trade", "trade_no"),
    )
    id: int = id_()
    statement_id: int = link("statements.id", index=True)
    line: int = Field(sa_type=Integer)
    platform: PaymentChannel = coded(PaymentChannel)
    identity: str = text_()  # what makes the movement unique on its platform
    kind: StatementKind = coded(StatementKind)
    at: datetime = time()
    amount_fen: int = Field(sa_type=Integer)
    trade_no: str = text_("")  # of the platform, for the sale
    merchant_no: str = text_("")  # of the shop, for the sale: its order number
    refund_no: str = text_("")  # of the platform, for the refund
    merchant_refund_no: str = text_("")  # of the shop, for the refund
    state: str = text_("")  # as the platform words it
    note: str = text_("")  # of the merchant
    refund_id: int | None = link("refunds.id", None)
    matched_by: MatchedBy | None = coded(MatchedBy, None)
    matched_at: datetime | None = time(None)
    set_aside_at: datetime | None = time(None)  # the merchant says that it is no refund of this shop


class DossierRow(SQLModel, table=True):
    """Everything about one dispute in one ZIP and one PDF, as it was made. Append-only."""

    __tablename__ = "dossiers"
    __table_args__ = strict(
        one_of("dossiers", "target", EscalationTarget), *not_negative("dossiers", "zip_size", "pdf_size")
    )
    id: int = id_()
    dossier_no: str = text_(unique=True)
    request_id: int = link("requests.id", index=True)
    escalation_id: int | None = link("escalations.id", None, index=True)
    target: EscalationTarget = coded(EscalationTarget)
    zip_name: str = text_()
    zip_sha256: str = text_()
    zip_size: int = Field(sa_type=Integer)
    pdf_name: str = text_()
    pdf_sha256: str = text_()
    pdf_size: int = Field(sa_type=Integer)
    made_at: datetime = time()
    made_by: str = text_()


class DisputeStepRow(SQLModel, table=True):
    """What happened to a dispute: sent, answered, ended; and the request that a lost one opened again. Append-only."""

    __tablename__ = "dispute_steps"
    __table_args__ = strict(
        one_of("dispute_steps", "kind", DisputeStepKind),
        one_of("dispute_steps", "outcome", DisputeOutcome),
        CheckConstraint("(kind = 'outcome') = (outcome IS NOT NULL)", name="ck_dispute_steps_ended"),
    )
    id: int = id_()
    escalation_id: int = link("escalations.id", index=True)
    dossier_id: int | None = link("dossiers.id", None)
    kind: DisputeStepKind = coded(DisputeStepKind)
    outcome: DisputeOutcome | None = coded(DisputeOutcome, None)
    at: datetime = time()
    reference: str = text_("")
    note: str = text_("")
    reopened_request_id: int | None = link("requests.id", None)
    recorded_at: datetime = time()
    recorded_by: str = text_()


class PrintRow(SQLModel, table=True):
    """One thing that was sent to a printer. Append-only."""

    __tablename__ = "prints"
    __table_args__ = strict(
        CheckConstraint("copies > 0 AND pages > 0 AND documents > 0", name="ck_prints_counts"),
        Index("ix_prints_at", "printed_at"),
    )
    id: int = id_()
    title: str = text_()
    documents: int = Field(default=1, sa_type=Integer)
    pages: int = Field(sa_type=Integer)  # of one copy
    copies: int = Field(sa_type=Integer)
    printer: str = text_()
    printed_at: datetime = time()
    printed_by: str = text_()


class PrintedProofRow(SQLModel, table=True):
    """Which proofs were on the paper of a print. Append-only."""

    __tablename__ = "printed_proofs"
    __table_args__ = strict()
    print_id: int = link("prints.id", primary_key=True)
    proof_id: int = link("proofs.id", primary_key=True, index=True)


class VaultRootRow(SQLModel, table=True):
    """A root key of the vault that was replaced, sealed under the present one (rotation of keys)."""

    __tablename__ = "vault_roots"
    __table_args__ = strict()
    generation: int = Field(sa_type=Integer, primary_key=True)  # of the replaced root
    sealed: bytes = blob()
    progress: str = text_("{}")  # JSON: where re-sealing stands
    replaced_at: datetime = time()
    finished_at: datetime | None = time(None)  # nothing is sealed under it any more
