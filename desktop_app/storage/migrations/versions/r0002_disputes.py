"""What stands in a dispute. Written by tests/storage/freeze_version.py; never edited."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    CREATE TABLE prints (
        id INTEGER NOT NULL,
        title TEXT NOT NULL,
        documents INTEGER NOT NULL,
        pages INTEGER NOT NULL,
        copies INTEGER NOT NULL,
        printer TEXT NOT NULL,
        printed_at INTEGER NOT NULL,
        printed_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_prints_counts CHECK (copies > 0 AND pages > 0 AND documents > 0)
    )
     STRICT
    """,
    """
    CREATE TABLE redemption_imports (
        id INTEGER NOT NULL,
        name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        stored_name TEXT NOT NULL,
        size INTEGER NOT NULL,
        source TEXT NOT NULL,
        stated_by TEXT NOT NULL,
        line_count INTEGER NOT NULL,
        recorded_count INTEGER NOT NULL,
        known_count INTEGER NOT NULL,
        unmatched_count INTEGER NOT NULL,
        conflict_count INTEGER NOT NULL,
        malformed_count INTEGER NOT NULL,
        imported_at INTEGER NOT NULL,
        imported_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_redemption_imports_line_count CHECK (line_count >= 0),
        CONSTRAINT ck_redemption_imports_recorded_count CHECK (recorded_count >= 0),
        CONSTRAINT ck_redemption_imports_known_count CHECK (known_count >= 0),
        CONSTRAINT ck_redemption_imports_unmatched_count CHECK (unmatched_count >= 0),
        CONSTRAINT ck_redemption_imports_conflict_count CHECK (conflict_count >= 0),
        CONSTRAINT ck_redemption_imports_malformed_count CHECK (malformed_count >= 0),
        CONSTRAINT ck_redemption_imports_sum CHECK (line_count = recorded_count + known_count +
            unmatched_count + conflict_count + malformed_count)
    )
     STRICT
    """,
    """
    CREATE TABLE signing_identities (
        id INTEGER NOT NULL,
        uid BLOB NOT NULL,
        origin TEXT NOT NULL,
        certificate BLOB NOT NULL,
        chain BLOB,
        fingerprint TEXT NOT NULL,
        key_sealed BLOB NOT NULL,
        previous_id INTEGER,
        cross_signature BLOB,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_signing_identities_origin CHECK (origin = 'made' OR origin = 'imported'),
        CONSTRAINT ck_signing_identities_fingerprint CHECK (length(fingerprint) = 64),
        CONSTRAINT ck_signing_identities_cross CHECK ((previous_id IS NULL) = (cross_signature IS NULL)),
        UNIQUE (uid),
        UNIQUE (fingerprint),
        FOREIGN KEY(previous_id) REFERENCES signing_identities (id)
    )
     STRICT
    """,
    """
    CREATE TABLE statements (
        id INTEGER NOT NULL,
        platform TEXT NOT NULL,
        format TEXT NOT NULL,
        account TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        from_at INTEGER,
        to_at INTEGER,
        line_count INTEGER NOT NULL,
        new_count INTEGER NOT NULL,
        known_count INTEGER NOT NULL,
        malformed_count INTEGER NOT NULL,
        imported_at INTEGER NOT NULL,
        imported_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_statements_platform CHECK (platform = 'wechat' OR platform = 'alipay' OR platform =
            'other'),
        CONSTRAINT ck_statements_line_count CHECK (line_count >= 0),
        CONSTRAINT ck_statements_new_count CHECK (new_count >= 0),
        CONSTRAINT ck_statements_known_count CHECK (known_count >= 0),
        CONSTRAINT ck_statements_malformed_count CHECK (malformed_count >= 0),
        CONSTRAINT ck_statements_sum CHECK (line_count = new_count + known_count + malformed_count),
        UNIQUE (sha256)
    )
     STRICT
    """,
    """
    CREATE TABLE vault_roots (
        generation INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        progress TEXT NOT NULL,
        replaced_at INTEGER NOT NULL,
        finished_at INTEGER,
        PRIMARY KEY (generation)
    )
     STRICT
    """,
    """
    CREATE TABLE checkpoints (
        id INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        head BLOB NOT NULL,
        reason TEXT NOT NULL,
        identity_id INTEGER NOT NULL,
        signature BLOB NOT NULL,
        signed_at INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_checkpoints_reason CHECK (reason = 'events' OR reason = 'day' OR reason = 'proof' OR
            reason = 'backup' OR reason = 'rotation' OR reason = 'export'),
        CONSTRAINT ck_checkpoints_lengths CHECK (length(head) = 32 AND length(signature) = 64),
        FOREIGN KEY(identity_id) REFERENCES signing_identities (id)
    )
     STRICT
    """,
    """
    CREATE TABLE dossiers (
        id INTEGER NOT NULL,
        dossier_no TEXT NOT NULL,
        request_id INTEGER NOT NULL,
        escalation_id INTEGER,
        target TEXT NOT NULL,
        zip_name TEXT NOT NULL,
        zip_sha256 TEXT NOT NULL,
        zip_size INTEGER NOT NULL,
        pdf_name TEXT NOT NULL,
        pdf_sha256 TEXT NOT NULL,
        pdf_size INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        made_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_dossiers_target CHECK (target = 'platform' OR target = '12315' OR target = '12377' OR
            target = 'police'),
        CONSTRAINT ck_dossiers_zip_size CHECK (zip_size >= 0),
        CONSTRAINT ck_dossiers_pdf_size CHECK (pdf_size >= 0),
        UNIQUE (dossier_no),
        FOREIGN KEY(request_id) REFERENCES requests (id),
        FOREIGN KEY(escalation_id) REFERENCES escalations (id)
    )
     STRICT
    """,
    """
    CREATE TABLE redemption_import_lines (
        redemption_id INTEGER NOT NULL,
        import_id INTEGER NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (redemption_id),
        FOREIGN KEY(redemption_id) REFERENCES redemptions (id),
        FOREIGN KEY(import_id) REFERENCES redemption_imports (id)
    )
     STRICT
    """,
    """
    CREATE TABLE dispute_steps (
        id INTEGER NOT NULL,
        escalation_id INTEGER NOT NULL,
        dossier_id INTEGER,
        kind TEXT NOT NULL,
        outcome TEXT,
        at INTEGER NOT NULL,
        reference TEXT NOT NULL,
        note TEXT NOT NULL,
        reopened_request_id INTEGER,
        recorded_at INTEGER NOT NULL,
        recorded_by TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_dispute_steps_kind CHECK (kind = 'sent' OR kind = 'answered' OR kind = 'outcome'),
        CONSTRAINT ck_dispute_steps_outcome CHECK (outcome = 'shop_won' OR outcome = 'buyer_won' OR outcome =
            'settled' OR outcome = 'withdrawn'),
        CONSTRAINT ck_dispute_steps_ended CHECK ((kind = 'outcome') = (outcome IS NOT NULL)),
        FOREIGN KEY(escalation_id) REFERENCES escalations (id),
        FOREIGN KEY(dossier_id) REFERENCES dossiers (id),
        FOREIGN KEY(reopened_request_id) REFERENCES requests (id)
    )
     STRICT
    """,
    """
    CREATE TABLE printed_proofs (
        print_id INTEGER NOT NULL,
        proof_id INTEGER NOT NULL,
        PRIMARY KEY (print_id, proof_id),
        FOREIGN KEY(print_id) REFERENCES prints (id),
        FOREIGN KEY(proof_id) REFERENCES proofs (id)
    )
     STRICT
    """,
    """
    CREATE TABLE proof_signatures (
        proof_id INTEGER NOT NULL,
        identity_id INTEGER NOT NULL,
        qr_text TEXT NOT NULL,
        timestamp_authority TEXT NOT NULL,
        PRIMARY KEY (proof_id),
        FOREIGN KEY(proof_id) REFERENCES proofs (id),
        FOREIGN KEY(identity_id) REFERENCES signing_identities (id)
    )
     STRICT
    """,
    """
    CREATE TABLE statement_lines (
        id INTEGER NOT NULL,
        statement_id INTEGER NOT NULL,
        line INTEGER NOT NULL,
        platform TEXT NOT NULL,
        identity TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        amount_fen INTEGER NOT NULL,
        trade_no TEXT NOT NULL,
        merchant_no TEXT NOT NULL,
        refund_no TEXT NOT NULL,
        merchant_refund_no TEXT NOT NULL,
        state TEXT NOT NULL,
        note TEXT NOT NULL,
        refund_id INTEGER,
        matched_by TEXT,
        matched_at INTEGER,
        set_aside_at INTEGER,
        PRIMARY KEY (id),
        CONSTRAINT uq_statement_lines_identity UNIQUE (platform, identity),
        CONSTRAINT ck_statement_lines_platform CHECK (platform = 'wechat' OR platform = 'alipay' OR platform
            = 'other'),
        CONSTRAINT ck_statement_lines_kind CHECK (kind = 'refund' OR kind = 'refund_underway' OR kind =
            'refund_failed' OR kind = 'sale_refunded' OR kind = 'possible_refund' OR kind = 'payout' OR kind
            = 'returned' OR kind = 'income' OR kind = 'fee' OR kind = 'other'),
        CONSTRAINT ck_statement_lines_matched_by CHECK (matched_by = 'reference' OR matched_by =
            'amount_and_time' OR matched_by = 'hand'),
        CONSTRAINT ck_statement_lines_matched CHECK ((refund_id IS NULL) = (matched_by IS NULL)),
        CONSTRAINT ck_statement_lines_set_aside CHECK (refund_id IS NULL OR set_aside_at IS NULL),
        CONSTRAINT ck_statement_lines_amount_fen CHECK (amount_fen >= 0),
        FOREIGN KEY(statement_id) REFERENCES statements (id),
        FOREIGN KEY(refund_id) REFERENCES refunds (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_prints_at ON prints (printed_at)
    """,
    """
    CREATE INDEX ix_checkpoints_seq ON checkpoints (seq)
    """,
    """
    CREATE INDEX ix_dossiers_escalation_id ON dossiers (escalation_id)
    """,
    """
    CREATE INDEX ix_dossiers_request_id ON dossiers (request_id)
    """,
    """
    CREATE INDEX ix_redemption_import_lines_import ON redemption_import_lines (import_id, line)
    """,
    """
    CREATE INDEX ix_dispute_steps_escalation_id ON dispute_steps (escalation_id)
    """,
    """
    CREATE INDEX ix_printed_proofs_proof_id ON printed_proofs (proof_id)
    """,
    """
    CREATE INDEX ix_statement_lines_open ON statement_lines (kind, refund_id, at)
    """,
    """
    CREATE INDEX ix_statement_lines_refund ON statement_lines (refund_id)
    """,
    """
    CREATE INDEX ix_statement_lines_statement_id ON statement_lines (statement_id)
    """,
    """
    CREATE INDEX ix_statement_lines_trade ON statement_lines (trade_no)
    """,
)


def upgrade() -> None:
    """Make the new tables and indexes; the caller adds the triggers."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
