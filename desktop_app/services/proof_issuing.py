"""Issuing redemption proofs: put together and signed outside the write lock, then committed in one short transaction.

A proof is laid out and signed from one snapshot of the shop. If the shop moved on meanwhile in a way that matters to
the proof (another proof, another record, another certificate), it is made anew.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session, col, select

from desktop_app.documents.proof_facts import EarlierSigner, ProofFacts
from desktop_app.documents.redemption_proof import SignedProof, sign_proof
from desktop_app.domain.errors import ConflictError, NotFoundError, RefusedError, ShopError, StorageError
from desktop_app.services.checkpoints import sign_checkpoint
from desktop_app.services.context import Context
from desktop_app.services.evidence import verify_evidence
from desktop_app.services.identities import Identities
from desktop_app.services.proof_facts import FactsSigner, ProofSubject, proof_subject, read_proof_facts
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import signing_keys
from desktop_app.storage.data_folder import sync_folder
from desktop_app.storage.dispute_tables import CheckpointReason, ProofSignatureRow, SigningIdentityRow
from desktop_app.storage.row_numbers import next_number
from desktop_app.storage.signing_keys import Signer
from desktop_app.storage.tables import ProofRow

FOLDER = "proofs"
_ATTEMPTS = 3
_MOST_EARLIER_SIGNERS = 20


@dataclass(frozen=True, slots=True)
class Issued:
    """A committed proof of a unit. ``time_stamp_error`` says why it has no time stamp although the shop wants one."""

    proof_id: int
    unit_id: int
    time_stamp_error: StorageError | None


@dataclass(frozen=True, slots=True)
class IssuedStep:
    """One step of a batch. ``left_out`` says of units why there is no proof of them; what is in neither was no longer
    wanted."""

    issued: list[Issued]
    left_out: dict[int, ShopError]


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
    time_stamp_error: StorageError | None = None


@dataclass(frozen=True, slots=True)
class _Round:
    """What one attempt rests on."""

    signer: Signer
    time_stamp_url: str
    papers: list[_Prepared] = field(default_factory=list)
    left_out: dict[int, ShopError] = field(default_factory=dict)


def issue_proofs(context: Context, unit_ids: Sequence[int]) -> list[Issued]:
    """A signed proof for each of these units, all of them or none.

    :class:`RefusedError` names what a record lacks or says that the certificate is not valid now, :class:`StorageError`
    an evidence file that is missing or altered, :class:`LockedError` while the shop is locked.
    """
    return _issue(context, unit_ids, all_or_none=True, is_wanted=lambda: True).issued


def issue_step(context: Context, unit_ids: Sequence[int], is_wanted: Callable[[], bool]) -> IssuedStep:
    """A signed proof for each of these units that can have one, all in one transaction.

    ``is_wanted`` is asked before each is signed: what was signed before it said no is issued. :class:`LockedError`
    while the shop is locked.
    """
    return _issue(context, unit_ids, all_or_none=False, is_wanted=is_wanted)


def _issue(
    context: Context, unit_ids: Sequence[int], *, all_or_none: bool, is_wanted: Callable[[], bool]
) -> IssuedStep:
    Identities(context).ensure()
    for _ in range(_ATTEMPTS):
        current = _read(context, unit_ids, all_or_none)
        try:
            _make(context, current, is_wanted)
            if not current.papers:
                return IssuedStep([], current.left_out)
            with context.write() as session:
                if not _is_current(session, current):
                    continue
                issued = [_commit(context, session, current, paper) for paper in current.papers]
                sync_folder(context.data_dir / FOLDER)
                sign_checkpoint(context, session, CheckpointReason.PROOF)
            return IssuedStep(issued, current.left_out)
        except Exception:
            # Numbers of proofs that were not issued are given again, so their files must not stay. An interruption is
            # left to the next opening: it can come after the commit, and then the files are those of issued proofs.
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


def _write_part(folder: Path, data: bytes, name: str) -> Path:
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


def _read(context: Context, unit_ids: Sequence[int], all_or_none: bool) -> _Round:
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
            try:
                signing_keys.require_valid(signer.certificate, now)
                subject = proof_subject(session, unit_id)
                if subject.order.id not in verified:
                    verify_evidence(context, session, order_id=subject.order.id)
                    verified.add(subject.order.id)
                paper = _prepared(context, session, subject, number + 1, facts_signer, now)
            except (RefusedError, NotFoundError, StorageError) as error:
                if all_or_none:
                    raise
                current.left_out[unit_id] = error
                continue
            number += 1
            current.papers.append(paper)
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


def _make(context: Context, current: _Round, is_wanted: Callable[[], bool]) -> None:
    """Lay out, sign, and put on disk; the shop is not locked meanwhile, whatever a time stamp authority takes."""
    if not current.papers:
        return
    folder = context.data_dir / FOLDER
    if not folder.is_dir():
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(folder, error) from error
        sync_folder(folder.parent)
    stamper = None
    if current.time_stamp_url:
        from desktop_app.documents.signing import HttpTimeStamper

        stamper = HttpTimeStamper(current.time_stamp_url)
    failure: StorageError | None = None
    for number, paper in enumerate(current.papers):
        if not is_wanted():
            # the first numbers are given, the others were never seen
            del current.papers[number:]
            return
        # an authority that did not answer is not waited for again in the same step
        signed = sign_proof(paper.facts, current.signer, None if failure else stamper)
        failure = failure or signed.time_stamp_error
        paper.time_stamp_error = failure
        paper.part = _write_part(folder, signed.pdf, f"{paper.facts.proof_no}.pdf")
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
    return Issued(row.id, paper.unit_id, paper.time_stamp_error)


def _last_id(session: Session) -> int:
    """The number before the next proof's: also those count that a salvage has lost, because their papers are out."""
    return next_number(session.connection(), "proofs") - 1
