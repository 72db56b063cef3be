"""When the event log is signed: every thousand events, each day, when the shop is locked or closed, and whenever
something leaves it.

A checkpoint says nothing that the log does not say; it is no event itself. While the shop is locked nothing can be
signed: what was due then is signed when the shop is next unlocked.
"""

from __future__ import annotations

from contextlib import suppress

from sqlmodel import Session

from desktop_app.domain.errors import ShopError
from desktop_app.services.context import Context
from desktop_app.services.identities import IN_FORCE, open_signer
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import audit, checkpoints
from desktop_app.storage.dispute_tables import CheckpointReason
from desktop_app.storage.signing_keys import latest

EVENTS_BETWEEN = 1000
"""After so many events the next checkpoint is due."""


def sign_checkpoint(context: Context, session: Session, reason: CheckpointReason | str) -> int | None:
    """Sign the log up to its last event, in the write transaction of ``session``.

    The number of that event; None while the shop is locked (then it is signed at the next unlock) and while there is
    no event. An event that the key in force signed already is not signed twice.
    """
    if not context.vault.is_unlocked:
        return None
    signer = open_signer(context, session)
    seq, head = audit.tail(session, shop_uuid=context.shop_uuid)
    if seq == 0:
        return None
    query = "SELECT 1 FROM checkpoints WHERE seq = ? AND identity_id = ?"
    if session.connection().exec_driver_sql(query, (seq, signer.identity_id)).first() is None:
        checkpoints.sign(
            session,
            signer,
            shop_uuid=context.shop_uuid,
            seq=seq,
            head=head,
            reason=CheckpointReason(reason),
            at=context.clock(),
        )
    return seq


def follow(context: Context) -> None:
    """From now on, sign in the transaction of an event when it is time."""

    def after_event(session: Session, seq: int, kind: str) -> None:
        if not context.vault.is_unlocked:
            return
        reason = CheckpointReason.ROTATION if kind == IN_FORCE else _due(context, session, seq)
        if reason is not None:
            sign_checkpoint(context, session, reason)

    context.followers.append(after_event)


def catch_up(context: Context) -> None:
    """Sign what is not signed yet: after unlocking, and before the key is forgotten.

    A disk that fails must neither keep a shop locked nor keep it open: then it is signed the next time.
    """
    if not context.vault.is_unlocked:
        return
    with suppress(ShopError):
        with context.read() as session:
            seq, _ = audit.tail(session, shop_uuid=context.shop_uuid)
            signed = checkpoints.last(session)
            reason = _due(context, session, seq)
            if reason is None and seq > (signed[0] if signed is not None else 0) and _has_a_name(session):
                reason = CheckpointReason.DAY
        if reason is not None:
            with context.write() as session:
                sign_checkpoint(context, session, reason)


def before_backup(context: Context) -> None:
    """Sign the log up to its end, so that the backup carries the signature; nothing while the shop is locked."""
    if not context.vault.is_unlocked:
        return
    with context.read() as session:
        wanted = _has_a_name(session)
    if wanted:
        with context.write() as session:
            sign_checkpoint(context, session, CheckpointReason.BACKUP)


def _has_a_name(session: Session) -> bool:
    """A certificate bears the name of the shop for years: nobody is hurried into one without a name."""
    return latest(session) is not None or bool(read_settings(session).shop_name)


def _due(context: Context, session: Session, seq: int) -> CheckpointReason | None:
    signed = checkpoints.last(session)
    before, at = signed if signed is not None else (0, None)
    if seq - before >= EVENTS_BETWEEN:
        return CheckpointReason.EVENTS
    today = context.clock().astimezone(context.zone).date()
    if at is not None and seq > before and today > at.astimezone(context.zone).date():
        return CheckpointReason.DAY
    return None
