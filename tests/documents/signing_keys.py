"""Certificates to sign samples with, without a shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from desktop_app.documents.proof_facts import ProofFacts
from desktop_app.storage.signing_keys import Signer, fingerprint, make

MADE_AT = datetime(2026, 11, 20, tzinfo=UTC)


def new_key(name: str = "星河点卡专营店", at: datetime = MADE_AT) -> Signer:
    material = make(name, at)
    return Signer(1, fingerprint(material.certificate), material.certificate, material.private_key, ())


def signed_by(key: Signer, facts: ProofFacts) -> ProofFacts:
    """``facts`` that name ``key`` as their signer."""
    return replace(facts, signer_fingerprint=key.fingerprint, signer_name="星河点卡专营店")
