"""The certificates that sign: what they are, who may bring one, and how one vouches for the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from desktop_app.domain.errors import BadInputError, LockedError
from desktop_app.storage import signing_keys
from desktop_app.storage.database import Database
from desktop_app.storage.dispute_tables import IdentityOrigin
from desktop_app.storage.vault import Vault

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PASSWORD = "certificate password"


def _certificate(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    *,
    start: datetime = AT - timedelta(days=1),
    end: datetime = AT + timedelta(days=1),
    signs: bool = True,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "授权店")])
    usage = x509.KeyUsage(signs, signs, not signs, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )


def _p12(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None, certificate: x509.Certificate) -> Path:
    encryption = BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"shop", key, certificate, None, encryption))
    return path


def test_a_raw_signature_is_64_bytes_and_of_this_message_and_key() -> None:
    made, other = signing_keys.make("小店", AT), signing_keys.make("小店", AT)
    signature = signing_keys.sign_raw(made.private_key, b"message")
    assert len(signature) == 64
    assert signing_keys.verify_raw(made.certificate, b"message", signature)
    assert not signing_keys.verify_raw(made.certificate, b"massage", signature)
    assert not signing_keys.verify_raw(other.certificate, b"message", signature), "the same name is not the same key"
    assert not signing_keys.verify_raw(made.certificate, b"message", signature[:-1])
    assert not signing_keys.verify_raw(made.certificate, b"message", bytes(64))


@pytest.mark.parametrize(("name", "shown"), [("小店", "小店"), ("  ", "Kamidesk"), ("长" * 80, "长" * 21)])
def test_a_made_certificate_signs_for_ten_years_and_nothing_else(name: str, shown: str) -> None:
    certificate = signing_keys.make(name, AT).certificate
    [attribute] = certificate.subject
    assert attribute.value == shown
    assert certificate.not_valid_before_utc <= AT <= certificate.not_valid_after_utc
    assert certificate.not_valid_after_utc >= AT + timedelta(days=3652)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)
    assert len(signing_keys.fingerprint(certificate)) == 64


def test_a_stored_key_signs_again_only_while_the_vault_is_open(database: Database) -> None:
    vault = Vault.create(database.shop_uid)
    with database.write() as session:
        row = signing_keys.store(session, vault, signing_keys.make("小店", AT), at=AT, by="店主")
        assert (row.previous_id, row.cross_signature) == (None, None)
    signer = signing_keys.open_signer(row, vault)
    assert signing_keys.verify_raw(signer.certificate, b"m", signer.sign_raw(b"m"))
    assert signer.fingerprint == row.fingerprint == signing_keys.fingerprint(signer.certificate)
    vault.lock()
    with pytest.raises(LockedError):
        signing_keys.open_signer(row, vault)


def test_the_old_key_vouches_for_the_new_one(database: Database) -> None:
    vault = Vault.create(database.shop_uid)
    with database.write() as session:
        first = signing_keys.store(session, vault, signing_keys.make("小店", AT), at=AT, by="店主")
        second = signing_keys.store(session, vault, signing_keys.make("小店", AT), at=AT, by="店主")
        assert signing_keys.latest(session) is second
    old = x509.load_der_x509_certificate(first.certificate)
    assert second.previous_id == first.id
    assert second.cross_signature is not None
    message = signing_keys.cross_message(first.fingerprint, second.fingerprint)
    assert signing_keys.verify_raw(old, message, second.cross_signature)
    swapped = signing_keys.cross_message(second.fingerprint, first.fingerprint)
    assert not signing_keys.verify_raw(old, swapped, second.cross_signature)


def test_a_certificate_of_an_authority_comes_with_its_key(tmp_path: Path, database: Database) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key)
    material = signing_keys.read_p12(_p12(tmp_path / "店.p12", key, certificate), PASSWORD, AT)
    assert (material.origin, material.certificate) == (IdentityOrigin.IMPORTED, certificate)
    vault = Vault.create(database.shop_uid)
    with database.write() as session:
        row = signing_keys.store(session, vault, material, at=AT, by="店主")
    assert signing_keys.open_signer(row, vault).certificate == certificate


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_bytes(b"not a certificate"), "password is wrong"),
        (lambda path: path.write_bytes(bytes(1024 * 1024 + 1)), "larger than 1 MB"),
        (lambda path: None, "cannot be read"),
        (lambda path: _p12(path, (key := rsa.generate_private_key(65537, 2048)), _certificate(key)), "P-256"),
        (lambda path: _p12(path, (key := ec.generate_private_key(ec.SECP384R1())), _certificate(key)), "P-256"),
        (
            lambda path: _p12(
                path, (key := ec.generate_private_key(ec.SECP256R1())), _certificate(key, end=AT - timedelta(seconds=1))
            ),
            "not valid today",
        ),
        (
            lambda path: _p12(
                path, (key := ec.generate_private_key(ec.SECP256R1())), _certificate(key, start=AT + timedelta(hours=1))
            ),
            "not valid today",
        ),
        (
            lambda path: _p12(path, (key := ec.generate_private_key(ec.SECP256R1())), _certificate(key, signs=False)),
            "may not sign",
        ),
        (lambda path: _p12(path, None, _certificate(ec.generate_private_key(ec.SECP256R1()))), "no key"),
    ],
)
def test_a_file_that_cannot_sign_is_refused_with_its_reason(
    make: Callable[[Path], object], told: str, tmp_path: Path
) -> None:
    path = tmp_path / "shop.p12"
    make(path)
    with pytest.raises(BadInputError, match=told):
        signing_keys.read_p12(path, PASSWORD, AT)


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    path = _p12(tmp_path / "shop.p12", key, _certificate(key))
    with pytest.raises(BadInputError, match="password is wrong"):
        signing_keys.read_p12(path, "another", AT)
