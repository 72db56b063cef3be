"""The blind indexes of card keys in a table of their own.

Its statements are written by tests/storage/freeze_version.py and never edited.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """
    CREATE TABLE card_tags (
        tag BLOB NOT NULL,
        card_key_id INTEGER NOT NULL,
        PRIMARY KEY (tag)
    )
     WITHOUT ROWID,
     STRICT
    """,
    """
    CREATE TABLE card_keys (
        id INTEGER NOT NULL,
        product_id INTEGER NOT NULL,
        batch_id INTEGER NOT NULL,
        line INTEGER NOT NULL,
        state TEXT NOT NULL,
        state_at INTEGER NOT NULL,
        failed_at INTEGER,
        tag BLOB NOT NULL,
        sealed BLOB NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_card_keys_state CHECK (state = 'in_stock' OR state = 'reserved' OR state = 'delivered'
            OR state = 'redeemed' OR state = 'quarantined' OR state = 'void' OR state = 'binned'),
        CONSTRAINT ck_card_keys_tag CHECK (length(tag) = 16),
        FOREIGN KEY(product_id) REFERENCES products (id),
        FOREIGN KEY(batch_id) REFERENCES batches (id)
    )
     STRICT
    """,
    """
    CREATE INDEX ix_card_keys_batch ON card_keys (batch_id, line)
    """,
    """
    CREATE INDEX ix_card_keys_failed ON card_keys (batch_id) WHERE failed_at IS NOT NULL
    """,
    """
    CREATE INDEX ix_card_keys_state ON card_keys (product_id, state)
    """,
    """
    CREATE INDEX ix_card_keys_state_at ON card_keys (state_at)
    """,
    """
    CREATE INDEX ix_card_keys_stock ON card_keys (product_id, batch_id, line) WHERE state = 'in_stock'
    """,
)


def upgrade() -> None:
    """Make ``card_keys`` anew without its unique index, and fill the new table; the caller adds the triggers."""
    run = op.get_bind().exec_driver_sql
    # the other tables mean whatever has the name, not the table that is put aside
    run("PRAGMA legacy_alter_table = ON")
    run("ALTER TABLE card_keys RENAME TO card_keys_before")
    run("PRAGMA legacy_alter_table = OFF")
    for name in ("batch", "failed", "state", "state_at", "stock"):
        run(f"DROP INDEX ix_card_keys_{name}")
    tags, keys, *indexes = STATEMENTS
    run(tags)
    run(keys)
    run("INSERT INTO card_keys SELECT * FROM card_keys_before")  # the same columns: whole rows are copied as they are
    run("DROP TABLE card_keys_before")
    for index in indexes:
        run(index)
    run("INSERT INTO card_tags (tag, card_key_id) SELECT tag, id FROM card_keys ORDER BY tag")
