"""Signed heads of the event log: what shows a chain that was cut off, or computed anew to its end.

The signature is the shop's own (:mod:`desktop_app.storage.signing_keys`), so only who can unlock the shop can make
one; whoever has the certificate can check it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from desktop_app.storage.column_types import from_micros
from desktop_app.storage.dispute_tables import CheckpointReason, CheckpointRow
from desktop_app.storage.signing_keys import Signer
from desktop_app.storage.vault_slots import length_prefixed


def message(shop_uuid: str, seq: int, head: bytes) -> bytes:
    """What is signed: purpose, shop (16 bytes), number of the event (8 bytes, big-endian), head; each after its
    length in four bytes, so that no other signature of the shop can be taken for one of these."""
    return length_prefixed(b"km.checkpoint.1", UUID(shop_uuid).bytes, seq.to_bytes(8, "big"), head)


def last(session: Session) -> tuple[int, datetime] | None:
    """Number of the event that was signed last, and when."""
    query = "SELECT seq, signed_at FROM checkpoints ORDER BY id DESC LIMIT 1"
    row = session.connection().exec_driver_sql(query).one_or_none()
    return None if row is None else (row[0], from_micros(row[1]))


def sign(
    session: Session, signer: Signer, *, shop_uuid: str, seq: int, head: bytes, reason: CheckpointReason, at: datetime
) -> int:
    """Sign the head of event ``seq`` and keep the signature, in the transaction of ``session``; its id."""
    row = CheckpointRow(
        seq=seq,
        head=head,
        reason=reason,
        identity_id=signer.identity_id,
        signature=signer.sign_raw(message(shop_uuid, seq, head)),
        signed_at=at,
    )
    session.add(row)
    session.flush()
    return row.id
