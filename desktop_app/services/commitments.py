"""Opening the commitment that a proof prints: for an arbitrator who has to see that the proof is about this key.

A proof binds itself to the card key by SHA-256 over the key's blind index, a salt and the key. Whoever gets these three
can compute it; nobody else can, and another key does not fit. It works for every generation of the vault's keys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import col, select

from desktop_app.domain.card_keys import normalise
from desktop_app.domain.errors import NotFoundError, RefusedError
from desktop_app.services.context import Context
from desktop_app.services.products import key_rule
from desktop_app.services.proof_facts import key_commitment
from desktop_app.storage.tables import CardKeyRow, DeliveryRow, ProductRow, ProofRow


@dataclass(frozen=True, slots=True)
class Opening:
    """``commitment`` is SHA-256(tag | salt | key as UTF-8); tag and salt in hex, the key in clear."""

    proof_no: str
    commitment: str
    tag: str
    salt: str
    key: str


def open_commitment(context: Context, proof_no: str) -> Opening:
    """What the commitment of a proof was made of; logged, because it discloses the key.

    :class:`NotFoundError` without such a proof, :class:`RefusedError` when it names no key or none of its unit's keys
    fits, :class:`LockedError` while the shop is locked.
    """
    vault = context.vault
    with context.write() as session:
        proof = session.exec(select(ProofRow).where(col(ProofRow.proof_no) == proof_no)).one_or_none()
        if proof is None:
            raise NotFoundError("There is no proof {proof_no}.", "没有核销证明 {proof_no}。", proof_no=proof_no)
        committed = json.loads(proof.facts).get("key_commitment", "")
        # a key that was exchanged since is still the one of the proof
        delivered = select(DeliveryRow.card_key_id).where(col(DeliveryRow.unit_id) == proof.unit_id)
        keys = session.exec(
            select(CardKeyRow, ProductRow)
            .join(ProductRow, col(ProductRow.id) == col(CardKeyRow.product_id))
            .where(col(CardKeyRow.id).in_(delivered))
        ).all()
        for key, product in keys:
            plain = vault.open_card(key.tag, key.sealed, product.uid)
            for tag, salt in vault.commitment_openings(normalise(plain.decode(), key_rule(product))):
                if key_commitment(tag, salt, plain) == committed:
                    facts = {"proof_no": proof_no}
                    context.record(session, "proof.opened", "proofs", proof.id, order_id=proof.order_id, facts=facts)
                    return Opening(proof_no, committed, tag.hex(), salt.hex(), plain.decode())
    raise RefusedError(
        "No card key of this shop fits the commitment of {proof_no}.",
        "店铺中没有与 {proof_no} 承诺值相符的卡密。",
        proof_no=proof_no,
    )
