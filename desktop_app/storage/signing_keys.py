"""The keys that sign proofs and the event log: P-256, in the vault, one in force at a time.

The certificate is made here and signed by itself, or brought as .p12 from an authority. What vouches for it is its
fingerprint, published before any dispute: a name in a certificate proves nothing. When a certificate is replaced the
old key signs the fingerprint of the new one, so that whoever knows the old fingerprint can follow.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from sqlmodel import Session, col, select

from desktop_app.domain.errors import BadInputError, RefusedError, StorageError
from desktop_app.domain.signatures import one_spelling
from desktop_app.storage.dispute_tables import IdentityOrigin, SigningIdentityRow
from desktop_app.storage.vault import Vault
from desktop_app.storage.vault_slots import length_prefixed

TABLE = "signing_identities"
COLUMN = "key"
SIGNATURE_BYTES = 64

_LIFETIME = timedelta(days=3653)
_CLOCK_SLACK = timedelta(minutes=10)  # the machine that checks a proof may be a little behind
_COMMON_NAME_BYTES = 64  # ub-common-name of RFC 5280, which the library counts in bytes
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_LARGEST_P12 = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Material:
    """A certificate with its key, on its way into the vault."""

    origin: IdentityOrigin
    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Signer:
    """The identity in force with its key in clear: made for one operation, kept nowhere."""

    identity_id: int
    fingerprint: str
    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    def sign_raw(self, message: bytes) -> bytes:
        """ECDSA P-256 over SHA-256 of ``message``: 64 bytes, r then s."""
        return sign_raw(self.private_key, message)


def sign_raw(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """ECDSA P-256 over SHA-256 of ``message``: 64 bytes, r then s, in its one spelling."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + one_spelling(s).to_bytes(32, "big")


def verify_raw(certificate: x509.Certificate, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is what the key of ``certificate`` made of ``message`` with :func:`sign_raw`."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):  # of a stranger's certificate
        return False
    if len(signature) != SIGNATURE_BYTES or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def require_valid(certificate: x509.Certificate, at: datetime) -> None:
    """:class:`RefusedError` when ``certificate`` is not valid ``at``: what it signed then nobody would accept."""
    if at.astimezone(UTC) < certificate.not_valid_before_utc:
        raise RefusedError(
            "The signing certificate is valid from {day} only: check the clock of this computer, or replace the key "
            "(Settings, “Signature of the proofs”).",
            "签名证书自 {day} 起才有效：请检查本机时钟，或在“设置 → 证明的签名”中更换密钥。",
            day=f"{certificate.not_valid_before_utc:%Y-%m-%d}",
        )
    if at.astimezone(UTC) > certificate.not_valid_after_utc:
        raise RefusedError(
            "The signing certificate was valid until {day}: replace the key or import a new certificate (Settings, "
            "“Signature of the proofs”), and publish the new fingerprint.",
            "签名证书已于 {day} 到期：请在“设置 → 证明的签名”中更换密钥或导入新证书，并公布新指纹。",
            day=f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        )


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate that may be a stranger's; ValueError when it cannot be read, whatever is wrong with it."""
    try:
        return x509.load_der_x509_certificate(der)
    except x509.InvalidVersion as error:  # the only one that the library does not derive from ValueError
        raise ValueError("version") from error


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, 64 lower-case hex digits."""
    return certificate.fingerprint(SHA256()).hex()


def cross_message(old_fingerprint: str, new_fingerprint: str) -> bytes:
    """What the key of the old certificate signs to vouch for the new one."""
    return length_prefixed(b"km.cross.1", bytes.fromhex(old_fingerprint), bytes.fromhex(new_fingerprint))


def make(name: str, at: datetime) -> Material:
    """A new key and its self-signed certificate for the shop called ``name``; valid ten years from ``at``."""
    key = ec.generate_private_key(ec.SECP256R1())
    common_name = name.strip().encode()[:_COMMON_NAME_BYTES].decode(errors="ignore") or "Kamidesk"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    start = at.astimezone(UTC).replace(microsecond=0) - _CLOCK_SLACK
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return Material(IdentityOrigin.MADE, certificate, key)


def read_p12(path: Path, password: str, at: datetime) -> Material:
    """The P-256 key and certificate in the merchant's .p12 (or .pfx) file.

    :class:`BadInputError` for a wrong password, another kind of key, or a certificate that is not valid ``at`` or may
    not sign.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_P12 + 1)
    except OSError as error:
        raise BadInputError(
            "The certificate file {file} cannot be read: {reason}.",
            "无法读取证书文件 {file}：{reason}。",
            file=path.name,
            reason=error.strerror or str(error),
        ) from error
    if len(data) > _LARGEST_P12:
        raise _bad_p12(path, "it is larger than 1 MB", "文件超过 1 MB")
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, x509.InvalidVersion):
        raise _bad_p12(path, "the password is wrong or it is no .p12 file", "密码错误，或不是 .p12 文件") from None
    if key is None or certificate is None:
        raise _bad_p12(path, "it holds no key with a certificate", "其中没有带私钥的证书")
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise _bad_p12(path, "its key is not of the kind P-256 (secp256r1)", "其私钥不是 P-256（secp256r1）类型")
    if certificate.public_key() != key.public_key():
        raise _bad_p12(path, "its certificate belongs to another key", "证书与私钥不匹配")
    if not certificate.not_valid_before_utc <= at.astimezone(UTC) <= certificate.not_valid_after_utc:
        raise _bad_p12(path, "its certificate is not valid today", "证书当前不在有效期内")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise _bad_p12(path, "its certificate may not sign documents", "该证书不能用于签名")
    return Material(IdentityOrigin.IMPORTED, certificate, key, tuple(chain))


def latest(session: Session) -> SigningIdentityRow | None:
    """The identity in force, if one was ever made."""
    query = select(SigningIdentityRow).order_by(col(SigningIdentityRow.id).desc()).limit(1)
    return session.exec(query).first()


def store(session: Session, vault: Vault, material: Material, *, at: datetime, by: str) -> SigningIdentityRow:
    """Put ``material`` in force; the key in force so far vouches for it. The vault must be unlocked."""
    before = latest(session)
    uid = os.urandom(16)
    plain = material.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    printed = fingerprint(material.certificate)
    cross = open_signer(before, vault).sign_raw(cross_message(before.fingerprint, printed)) if before else None
    row = SigningIdentityRow(
        uid=uid,
        origin=material.origin,
        certificate=material.certificate.public_bytes(Encoding.DER),
        chain=b"".join(issuer.public_bytes(Encoding.PEM) for issuer in material.chain) or None,
        fingerprint=printed,
        key_sealed=vault.seal(TABLE, COLUMN, uid, plain),
        previous_id=before.id if before else None,
        cross_signature=cross,
        created_at=at,
        created_by=by,
    )
    session.add(row)
    session.flush()
    return row


def open_signer(row: SigningIdentityRow, vault: Vault) -> Signer:
    """The key of ``row`` in clear; :class:`LockedError` while the vault is locked."""
    key = load_der_private_key(vault.open(TABLE, COLUMN, row.uid, row.key_sealed), None)
    certificate = x509.load_der_x509_certificate(row.certificate)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise StorageError(
            "The signing certificate {fingerprint} does not belong to its key: restore a backup of the shop.",
            "签名证书 {fingerprint} 与其私钥不符：请恢复店铺备份。",
            fingerprint=row.fingerprint[:16],
        )
    return Signer(row.id, row.fingerprint, certificate, key, tuple(issuers(row.chain)))


def issuers(pem: bytes | None) -> Sequence[x509.Certificate]:
    """The certificates of a stored chain."""
    return x509.load_pem_x509_certificates(pem) if pem else ()


def _bad_p12(path: Path, en: str, zh: str) -> BadInputError:
    return BadInputError(
        f"The certificate file {{file}} cannot be used: {en}.", f"证书文件 {{file}} 无法使用：{zh}。", file=path.name
    )
