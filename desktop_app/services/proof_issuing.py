"""Issuing redemption proofs: put together and signed outside the write lock, then committed in one short transaction.

A proof is laid out and signed from one snapshot of the shop. If the shop moved on meanwhile in a way that matters to
the proof (another proof, another record, another certificate), it is made anew.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session, col, select

from desktop_app.documents.redemption_proof import EarlierSigner, ProofFacts, SignedProof, sign_proof
from desktop_app.domain.errors import ConflictError, StorageError
from desktop_app.services.checkpoints import sign_checkpoint
from desktop_app.services.context import Context
from desktop_app.services.evidence import verify_evidence
from desktop_app.services.identities import Identities
from desktop_app.services.proof_facts import FactsSigner, ProofSubject, proof_subject, read_proof_facts
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import signing_keys
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.dispute_tables import CheckpointReason, ProofSignatureRow, SigningIdentityRow
from desktop_app.storage.signing_keys import Signer
from desktop_app.storage.tables import ProofRow

FOLDER = "proofs"
_ATTEMPTS = 3
_MOST_EARLIER_SIGNERS = 20


@dataclass(frozen=True, slots=True)
class Issued:
    """A committed proof. ``time_stamp_error`` says why it has no time stamp although the shop wants one."""

    proof_id: int
    time_stamp_error: StorageError | None


@dataclass(slots=True)
class _Prepared:
    """A signed proof on its way in."""

    facts: ProofFacts
    unit_id: int
    order_id: int
    redemption_id: int
    earlier_id: int | None
    signed: SignedProof | None = None
    part: Path | None = None
    placed: Path | None = None


@dataclass(frozen=True, slots=True)
class _Round:
    """What one attempt rests on."""

    signer: Signer
    time_stamp_url: str
    papers: list[_Prepared] = field(default_factory=list)


def issue_proofs(context: Context, unit_ids: Sequence[int]) -> list[Issued]:
    """A signed proof for each of these units, all of them or none.

    :class:`RefusedError` names what a record lacks, :class:`StorageError` an evidence file that is missing or altered,
    :class:`LockedError` while the shop is locked.
    """
    Identities(context).ensure()
    for _ in range(_ATTEMPTS):
        current = _read(context, unit_ids)
        try:
            _make(context, current)
            with context.write() as session:
                if not _is_current(session, current):
                    continue
                issued = [_commit(context, session, current, paper) for paper in current.papers]
                sync_folder(context.data_dir / FOLDER)
                sign_checkpoint(context, session, CheckpointReason.PROOF)
            return issued
        except BaseException:
            # numbers of proofs that were not issued are given again, so their files must not stay
            for paper in current.papers:
                if paper.placed is not None:
                    paper.placed.unlink(missing_ok=True)
            raise
        finally:
            for paper in current.papers:
                if paper.part is not None:
                    paper.part.unlink(missing_ok=True)
    raise ConflictError(
        "The shop is being changed by somebody else: issue the proof again.",
        "店铺数据正被他处修改：请重新出具核销证明。",
    )


def latest_proof_of(session: Session, unit_id: int) -> ProofRow | None:
    """The newest proof of a unit."""
    return session.exec(
        select(ProofRow).where(col(ProofRow.unit_id) == unit_id).order_by(col(ProofRow.id).desc()).limit(1)
    ).first()


def write_part(folder: Path, data: bytes, name: str) -> Path:
    """``data`` on disk beside where it will be called ``name``; :class:`StorageError` when there is no room."""
    part = folder / f".{name}.{uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        raise not_written(folder / name, error) from error
    return part


def not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(
        "{file} cannot be written ({reason}): choose another place or free some room.",
        "无法写入 {file}（{reason}）：请换一个位置，或清理磁盘空间。",
        file=path,
        reason=error.strerror or str(error),
    )


def _read(context: Context, unit_ids: Sequence[int]) -> _Round:
    with context.read() as session:
        row = signing_keys.latest(session)
        assert row is not None  # ensured above
        signer = signing_keys.open_signer(row, context.vault)
        current = _Round(signer, read_settings(session).timestamp_url)
        facts_signer = FactsSigner(signer, _earlier_signers(session, row))
        now = context.clock()
        number = _last_id(session)
        verified: set[int] = set()
        for unit_id in unit_ids:
            subject = proof_subject(session, unit_id)
            if subject.order.id not in verified:
                verify_evidence(context, session, order_id=subject.order.id)
                verified.add(subject.order.id)
            number += 1
            current.papers.append(_prepared(context, session, subject, number, facts_signer, now))
    return current


def _prepared(
    context: Context, session: Session, subject: ProofSubject, number: int, signer: FactsSigner, now: datetime
) -> _Prepared:
    earlier = latest_proof_of(session, subject.unit.id)
    facts = read_proof_facts(
        context,
        session,
        subject,
        proof_no=f"HX-{now.astimezone(context.zone):%Y%m%d}-{number:06d}",
        replaces_no=earlier.proof_no if earlier else "",
        at=now,
        signer=signer,
    )
    return _Prepared(
        facts, subject.unit.id, subject.unit.order_id, subject.redemption.id, earlier.id if earlier else None
    )


def _earlier_signers(session: Session, row: SigningIdentityRow) -> tuple[EarlierSigner, ...]:
    found: list[EarlierSigner] = []
    while row.previous_id is not None and row.cross_signature is not None and len(found) < _MOST_EARLIER_SIGNERS:
        previous = session.get_one(SigningIdentityRow, row.previous_id)
        found.append(EarlierSigner(base64.b64encode(previous.certificate).decode(), row.cross_signature.hex()))
        row = previous
    return tuple(found)


def _make(context: Context, current: _Round) -> None:
    """Lay out, sign, and put on disk; the shop is not locked meanwhile, whatever a time stamp authority takes."""
    folder = context.data_dir / FOLDER
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
    stamper = None
    if current.time_stamp_url:
        from desktop_app.documents.signing import HttpTimeStamper

        stamper = HttpTimeStamper(current.time_stamp_url)
    for paper in current.papers:
        signed = sign_proof(paper.facts, current.signer, stamper)
        paper.part = write_part(folder, signed.pdf, f"{paper.facts.proof_no}.pdf")
        paper.signed = signed


def _is_current(session: Session, current: _Round) -> bool:
    row = signing_keys.latest(session)
    if row is None or row.id != current.signer.identity_id:
        return False
    number = _last_id(session)
    for paper in current.papers:
        number += 1
        subject = proof_subject(session, paper.unit_id)
        earlier = latest_proof_of(session, paper.unit_id)
        if (
            not paper.facts.proof_no.endswith(f"-{number:06d}")
            or subject.redemption.id != paper.redemption_id
            or (earlier.id if earlier else None) != paper.earlier_id
        ):
            return False
    return True


def _commit(context: Context, session: Session, current: _Round, paper: _Prepared) -> Issued:
    signed, facts, part = paper.signed, paper.facts, paper.part
    assert signed is not None
    assert part is not None
    path = part.with_name(f"{facts.proof_no}.pdf")
    try:
        part.replace(path)
    except OSError as error:
        raise not_written(path, error) from error
    paper.placed = path
    sha256 = hashlib.sha256(signed.pdf).hexdigest()
    row = ProofRow(
        proof_no=facts.proof_no,
        unit_id=paper.unit_id,
        order_id=paper.order_id,
        redemption_id=paper.redemption_id,
        replaces_id=paper.earlier_id,
        facts=signed.facts_json.decode(),
        file_name=path.name,
        sha256=sha256,
        size=len(signed.pdf),
        issued_at=facts.issued_at,
        issued_by=context.actor,
    )
    session.add(row)
    session.flush()
    authority = current.time_stamp_url if signed.is_time_stamped else ""
    session.add(
        ProofSignatureRow(
            proof_id=row.id,
            identity_id=current.signer.identity_id,
            qr_text=signed.code_text,
            timestamp_authority=authority,
        )
    )
    context.record(
        session,
        "proof.issued",
        "proofs",
        row.id,
        order_id=paper.order_id,
        facts={
            "proof_no": facts.proof_no,
            "order_no": facts.order_no,
            "ref": facts.unit_ref,
            "redemption_id": paper.redemption_id,
            "replaces_no": facts.replaces_proof_no,
            "sha256": sha256,
            "size": len(signed.pdf),
            "anchor_seq": facts.audit_seq,
            "anchor_head": facts.audit_head,
            "fingerprint": facts.signer_fingerprint,
            "time_stamp": authority,
        },
    )
    return Issued(row.id, signed.time_stamp_error)


def _last_id(session: Session) -> int:
    return session.exec(select(ProofRow.id).order_by(col(ProofRow.id).desc()).limit(1)).first() or 0
