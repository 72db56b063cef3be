"""Who signs for the shop: its certificates, from the first one on, and the key in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from sqlmodel import Session, col, select

from desktop_app.documents.whole_file import write_whole
from desktop_app.services.context import Context
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import signing_keys
from desktop_app.storage.dispute_tables import IdentityOrigin, SigningIdentityRow
from desktop_app.storage.signing_keys import Signer

IN_FORCE = "identity.in_force"
"""The event of a certificate that was put in force."""


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One certificate of the shop. ``fingerprint`` is the SHA-256 of the certificate, 64 lower-case hex digits."""

    id: int
    fingerprint: str
    name: str  # as the certificate says
    issuer: str
    is_imported: bool
    valid_from: datetime
    valid_until: datetime
    created_at: datetime
    created_by: str
    is_in_force: bool


class Identities:
    """The signing certificates of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self) -> list[IdentityLine]:
        """All certificates, the one in force first."""
        with self._context.read() as session:
            rows = session.exec(select(SigningIdentityRow).order_by(col(SigningIdentityRow.id).desc())).all()
        return [_line(row, in_force=row is rows[0]) for row in rows]

    def current(self) -> IdentityLine | None:
        """The certificate in force; None before the first was made."""
        return next(iter(self.list()), None)

    def ensure(self) -> IdentityLine:
        """The certificate in force, made now if there is none; :class:`LockedError` while the shop is locked."""
        found = self.current()
        if found is not None:
            return found
        with self._context.write() as session:
            row = _in_force(self._context, session)
        self._context.announce("identity")
        return _line(row, in_force=True)

    def rotate(self) -> IdentityLine:
        """Replace the key by a new one; the old one vouches for it. Publish the new fingerprint afterwards."""
        with self._context.write() as session:
            row = _put_in_force(self._context, session, _made(self._context, session))
        self._context.announce("identity")
        return _line(row, in_force=True)

    def import_p12(self, path: Path, password: str) -> IdentityLine:
        """Sign with a certificate of an authority from now on; :class:`BadInputError` says why it cannot."""
        material = signing_keys.read_p12(path, password, self._context.clock())
        with self._context.write() as session:
            row = _put_in_force(self._context, session, material)
        self._context.announce("identity")
        return _line(row, in_force=True)

    def picture(self) -> bytes:
        """A PNG to publish: the shop's name, the fingerprint in force (made now if there is none) and its QR code."""
        line = self.ensure()
        from desktop_app.documents.identity_card import IdentityCard, identity_picture  # reportlab: only when wanted
        from desktop_app.documents.proof_code import certificate_code

        with self._context.read() as session:
            certificate = session.get_one(SigningIdentityRow, line.id).certificate
            shop_name = read_settings(session).shop_name or "Kamidesk"
        code = certificate_code(certificate)
        span = (at.astimezone(self._context.zone) for at in (line.valid_from, line.valid_until))
        return identity_picture(IdentityCard(shop_name, line.fingerprint, code, *span))

    def save_picture(self, path: Path) -> None:
        """:meth:`picture` as a file, there whole or not at all; :class:`StorageError` when it cannot be written."""
        write_whole(path, self.picture())


def open_signer(context: Context, session: Session) -> Signer:
    """The key in force for use in this write transaction, made on first use; :class:`LockedError`."""
    return signing_keys.open_signer(_in_force(context, session), context.vault)


def _in_force(context: Context, session: Session) -> SigningIdentityRow:
    row = signing_keys.latest(session)
    return row if row is not None else _put_in_force(context, session, _made(context, session))


def _made(context: Context, session: Session) -> signing_keys.Material:
    return signing_keys.make(read_settings(session).shop_name, context.clock())


def _put_in_force(context: Context, session: Session, material: signing_keys.Material) -> SigningIdentityRow:
    row = signing_keys.store(session, context.vault, material, at=context.clock(), by=context.actor)
    facts = {
        "origin": row.origin,
        "fingerprint": row.fingerprint,
        "previous_id": row.previous_id,
        "cross_signature": row.cross_signature,
    }
    context.record(session, IN_FORCE, signing_keys.TABLE, row.id, facts=facts)
    return row


def _line(row: SigningIdentityRow, *, in_force: bool) -> IdentityLine:
    certificate = x509.load_der_x509_certificate(row.certificate)
    return IdentityLine(
        id=row.id,
        fingerprint=row.fingerprint,
        name=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        is_imported=row.origin is IdentityOrigin.IMPORTED,
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        created_at=row.created_at,
        created_by=row.created_by,
        is_in_force=in_force,
    )
