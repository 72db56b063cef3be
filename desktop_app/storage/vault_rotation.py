"""What the shop file knows of replaced root keys, and the rows that wait to be sealed under the one in force.

A value says itself by which generation of keys it is sealed (bytes 2 and 3), so that what is left to do is found in the
rows, whatever the noted progress says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from desktop_app.storage.dispute_tables import SigningIdentityRow, VaultRootRow
from desktop_app.storage.signing_keys import COLUMN as SIGNING_COLUMN
from desktop_app.storage.signing_keys import TABLE as SIGNING_TABLE
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import overwrite_deleted

TABLES: Final = ("card_keys", "orders", "redemptions")
"""With sealed columns, in the order in which they are sealed anew; signing keys go with the start."""

_SEALED: Final = {
    "card_keys": ("sealed",),
    "orders": ("buyer_sealed", "target_sealed"),
    "redemptions": ("target_sealed",),
}

_CARDS: Final = """
SELECT k.id, k.product_id, k.tag, k.sealed FROM card_keys k
WHERE k.id > ?1 AND substr(k.sealed, 2, 2) IS NOT ?2 ORDER BY k.id LIMIT ?3"""

_ORDERS: Final = """
SELECT id, order_no, buyer_sealed, target_sealed FROM orders
WHERE id > ?1 AND ((buyer_sealed IS NOT NULL AND substr(buyer_sealed, 2, 2) IS NOT ?2)
    OR (target_sealed IS NOT NULL AND substr(target_sealed, 2, 2) IS NOT ?2)) ORDER BY id LIMIT ?3"""

_REDEMPTIONS: Final = """
SELECT id, uid, target_sealed FROM redemptions
WHERE id > ?1 AND target_sealed IS NOT NULL AND substr(target_sealed, 2, 2) IS NOT ?2 ORDER BY id LIMIT ?3"""


@dataclass(slots=True)
class Progress:
    """Where the sealing anew stands."""

    table: str = TABLES[0]
    after: int = 0
    """Up to this id the rows of ``table`` are done."""
    total: int = 0
    """Rows with sealed values at the start, of all tables."""
    counts: dict[str, int] = field(default_factory=dict)
    """Sealed anew so far, by table; "evidence" are files."""
    damaged: list[str] = field(default_factory=list)
    """What did not open and so stays as it was, as ``table id``."""

    def text(self) -> str:
        """As :func:`unfinished` reads it."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


@dataclass(slots=True)
class Unfinished:
    """A rotation that has not ended: ``generation`` is that of the replaced keys."""

    generation: int
    started_at: datetime
    progress: Progress


def current_generation(connection: Connection) -> int:
    """Of the root key that the slots hold."""
    return int(connection.exec_driver_sql("SELECT coalesce(max(generation), 0) + 1 FROM vault_roots").scalar_one())


def load_replaced(session: Session) -> dict[int, bytes]:
    """What is kept of each replaced root key, sealed under the one in force."""
    return {row.generation: row.sealed for row in session.exec(select(VaultRootRow)).all()}


def unfinished(session: Session) -> Unfinished | None:
    """The rotation that has not ended, if there is one."""
    row = session.exec(select(VaultRootRow).where(col(VaultRootRow.finished_at).is_(None))).first()
    if row is None:
        return None
    values: dict[str, Any] = json.loads(row.progress)
    return Unfinished(row.generation, row.replaced_at, Progress(**values))


def begin(session: Session, vault: Vault, successor: Vault, at: datetime) -> None:
    """Put the keys of ``successor`` in force in the file; the slots are the caller's."""
    overwrite_deleted(session)
    generation = vault.generation
    for row in session.exec(select(VaultRootRow)).all():
        row.sealed = successor.legacy(row.generation)
        session.add(row)
    session.add(
        VaultRootRow(
            generation=generation,
            sealed=successor.legacy(generation),
            progress=Progress(total=sum(_count(session).values())).text(),
            replaced_at=at,
        )
    )
    for identity in session.exec(select(SigningIdentityRow)).all():
        plain = vault.open(SIGNING_TABLE, SIGNING_COLUMN, identity.uid, identity.key_sealed)
        identity.key_sealed = successor.seal(SIGNING_TABLE, SIGNING_COLUMN, identity.uid, plain)
        session.add(identity)
    session.flush()


def note(session: Session, generation: int, progress: Progress) -> None:
    """Remember where the rotation stands."""
    row = session.get_one(VaultRootRow, generation)
    row.progress = progress.text()
    session.add(row)
    session.flush()


def end(session: Session, generation: int, sealed: bytes, progress: Progress, at: datetime) -> None:
    """Nothing is sealed under ``generation`` any more: ``sealed`` is what lives on of it."""
    row = session.get_one(VaultRootRow, generation)
    row.sealed, row.progress, row.finished_at = sealed, progress.text(), at
    session.add(row)
    session.flush()


def _count(session: Session) -> dict[str, int]:
    counts = {}
    for table in TABLES:
        sealed = " OR ".join(f"{column} IS NOT NULL" for column in _SEALED[table])
        sql = f"SELECT count(*) FROM {table}" + ("" if table == "card_keys" else f" WHERE {sealed}")
        counts[table] = int(session.connection().exec_driver_sql(sql).scalar_one())
    return counts


def waiting_cards(connection: Connection, generation: int, after: int, limit: int) -> Sequence[Any]:
    """Card keys that are not sealed under ``generation``, by id behind ``after``: id, product, tag, sealed."""
    return connection.exec_driver_sql(_CARDS, (after, _two_bytes(generation), limit)).all()


def waiting_orders(connection: Connection, generation: int, after: int, limit: int) -> Sequence[Any]:
    """The same of orders: id, number, sealed buyer, sealed target."""
    return connection.exec_driver_sql(_ORDERS, (after, _two_bytes(generation), limit)).all()


def waiting_redemptions(connection: Connection, generation: int, after: int, limit: int) -> Sequence[Any]:
    """The same of redemption records: id, identity, sealed target."""
    return connection.exec_driver_sql(_REDEMPTIONS, (after, _two_bytes(generation), limit)).all()


def replace_cards(connection: Connection, rows: Sequence[tuple[bytes, bytes, int]]) -> None:
    """Tag, sealed value and id of each."""
    if rows:
        connection.exec_driver_sql("UPDATE card_keys SET tag = ?, sealed = ? WHERE id = ?", list(rows))


def replace_orders(
    connection: Connection, rows: Sequence[tuple[bytes | None, bytes | None, bytes | None, bytes | None, int]]
) -> None:
    """Buyer, its tag, target, tag of its account, and id of each; None leaves what is there."""
    if rows:
        connection.exec_driver_sql(
            "UPDATE orders SET buyer_sealed = coalesce(?, buyer_sealed), buyer_tag = coalesce(?, buyer_tag), "
            "target_sealed = coalesce(?, target_sealed), account_tag = coalesce(?, account_tag) WHERE id = ?",
            list(rows),
        )


def replace_redemptions(connection: Connection, rows: Sequence[tuple[bytes, int]]) -> None:
    """Target and id of each."""
    if rows:
        connection.exec_driver_sql("UPDATE redemptions SET target_sealed = ? WHERE id = ?", list(rows))


def _two_bytes(generation: int) -> bytes:
    return generation.to_bytes(2, "big")
