"""Certificates to sign samples with, without a shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from desktop_app.documents.proof_facts import ProofFacts
from desktop_app.storage.signing_keys import Signer, fingerprint, make

MADE_AT = datetime(2026, 11, 20, tzinfo=UTC)


def new_key(name: str = "星河点卡专营店", at: datetime = MADE_AT) -> Signer:
    material = make(name, at)
    return Signer(1, fingerprint(material.certificate), material.certificate, material.private_key, ())


def signed_by(key: Signer, facts: ProofFacts) -> ProofFacts:
    """``facts`` that name ``key`` as their signer."""
    return replace(facts, signer_fingerprint=key.fingerprint, signer_name="星河点卡专营店")


def chained_key() -> tuple[Signer, x509.Certificate, x509.Certificate]:
    """A key whose certificate a middle authority issued, with the certificates of the root and of the middle."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in ("根", "中级", "星河点卡专营店")]
    certificates = [
        x509.CertificateBuilder()
        .subject_name(names[place])
        .issuer_name(names[max(place - 1, 0)])
        .public_key(keys[place].public_key())
        .serial_number(place + 1)
        .not_valid_before(MADE_AT)
        .not_valid_after(MADE_AT + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=place < 2, path_length=None), critical=True)
        .sign(keys[max(place - 1, 0)], SHA256())
        for place in range(3)
    ]
    root, middle, own = certificates
    return Signer(1, fingerprint(own), own, keys[2], (middle, root)), root, middle
