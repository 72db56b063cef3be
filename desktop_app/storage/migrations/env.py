"""Runs the revisions on the connection, and in the transaction, that the caller has opened."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    # Alembic would open a transaction of its own for each revision; ours spans all of them.
    transactional_ddl=False,
)
context.run_migrations()
