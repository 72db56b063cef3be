"""Redemption proofs (核销证明): drafted, issued, kept.

An issued proof is a file in the shop's folder and a row that knows its SHA-256. The file is whole on disk before the
row is committed, so a row never points at nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.documents.redemption_proof import render_draft
from desktop_app.documents.whole_file import write_whole
from desktop_app.domain.errors import NotFoundError, RefusedError, ShopError, StorageError
from desktop_app.domain.states import UnitState
from desktop_app.services.context import Context, chunks
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_lines import find_order_by_number, read_redemptions
from desktop_app.services.proof_facts import proof_subject, read_proof_facts
from desktop_app.services.proof_issuing import FOLDER, issue_proofs, latest_proof_of
from desktop_app.storage.dispute_tables import ProofSignatureRow, SigningIdentityRow
from desktop_app.storage.tables import OrderRow, ProductRow, ProofRow, RedemptionRow, UnitRow

DRAFT_NUMBER = "预览"


@dataclass(frozen=True, slots=True)
class ProofLine:
    """An issued proof. ``replaces_no`` is the earlier proof of the same unit, empty when there is none.

    ``fingerprint`` is that of the certificate that signed it, empty in proofs from before there were signatures.
    ``notice`` is only set right after issuing: why it has no time stamp although the shop wants one.
    """

    id: int
    proof_no: str
    order_id: int
    order_no: str
    unit_id: int
    unit_ref: str
    product_name: str
    redeemed_at: datetime
    code: str
    issued_at: datetime
    issued_by: str
    sha256: str
    size: int
    replaces_no: str
    fingerprint: str = ""
    code_text: str = ""
    notice: ShopError | None = None


@dataclass(frozen=True, slots=True)
class ProofCandidate:
    """A redeemed unit; ``missing`` names what its record lacks for a proof, ``proof_no`` its latest proof."""

    unit_id: int
    order_id: int
    order_no: str
    unit_ref: str
    product_name: str
    redeemed_at: datetime | None
    is_complete: bool
    missing: tuple[str, ...]
    proof_no: str


class Proofs:
    """The redemption proofs of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def listing(self, text: str = "", sort: Sort | None = None) -> Listing[ProofLine]:
        """Issued proofs, newest first; ``text`` is part of a proof or order number. Sort keys: proof_no order_no
        product redeemed_at issued_at issued_by."""
        statement = (
            select_columns(col(ProofRow.id))
            .join(OrderRow, col(OrderRow.id) == col(ProofRow.order_id))
            .join(ProductRow, col(ProductRow.id) == col(OrderRow.product_id))
            .join(RedemptionRow, col(RedemptionRow.id) == col(ProofRow.redemption_id))
            .where(*_text_conditions(text, col(ProofRow.proof_no), col(OrderRow.order_no)))
        )
        columns = {
            "proof_no": col(ProofRow.proof_no),
            "order_no": col(OrderRow.order_no),
            "product": col(ProductRow.name),
            "redeemed_at": col(RedemptionRow.redeemed_at),
            "issued_at": col(ProofRow.issued_at),
            "issued_by": col(ProofRow.issued_by),
        }

        def read(session: Session, ids: Sequence[int]) -> list[ProofLine]:
            return _lines(session, ids)

        return Listing(self._context, statement, read, columns, col(ProofRow.id), sort)

    def candidates(self, text: str = "", *, only_without_proof: bool = False) -> Listing[ProofCandidate]:
        """Redeemed units, latest first, on request those without a proof only; ``text`` is part of an order number."""
        statement = (
            select_columns(col(UnitRow.id))
            .join(OrderRow, col(OrderRow.id) == col(UnitRow.order_id))
            .where(col(UnitRow.state) == UnitState.REDEEMED, *_text_conditions(text, col(OrderRow.order_no)))
        )
        if only_without_proof:
            statement = statement.where(~exists().where(col(ProofRow.unit_id) == col(UnitRow.id)))

        def read(session: Session, ids: Sequence[int]) -> list[ProofCandidate]:
            return _candidates(self._context, session, ids)

        return Listing(self._context, statement, read, {}, col(UnitRow.id))

    def candidate(self, unit_id: int) -> ProofCandidate:
        """One unit, whatever its state, with what a proof of it would lack; :class:`NotFoundError`."""
        with self._context.read() as session:
            if session.get(UnitRow, unit_id) is None:
                raise NotFoundError("This unit is not in the shop.", "店铺中没有这个单件。")
            return _candidates(self._context, session, [unit_id])[0]

    def get(self, proof_id: int) -> ProofLine:
        """One issued proof; :class:`NotFoundError`."""
        with self._context.read() as session:
            _find(session, proof_id)
            return _lines(session, [proof_id])[0]

    def pdf(self, proof_id: int) -> bytes:
        """The file as it was issued; :class:`StorageError` when it is missing or was changed."""
        with self._context.read() as session:
            row = _find(session, proof_id)
        return read_stored(self._context.data_dir, row)

    # ---- making

    def draft(self, unit_id: int) -> bytes:
        """The PDF as it would be issued now, for a preview; nothing is stored and it carries no number."""
        with self._context.read() as session:
            subject = proof_subject(session, unit_id)
            earlier = latest_proof_of(session, unit_id)
            facts = read_proof_facts(
                self._context,
                session,
                subject,
                proof_no=DRAFT_NUMBER,
                replaces_no=earlier.proof_no if earlier else "",
                at=self._context.clock(),
            )
        return render_draft(facts)

    def issue(self, unit_id: int) -> ProofLine:
        """Issue a proof for a redeemed unit with a complete record.

        It gets a number of its own, names the earlier proof of the unit, when there is one, and is signed with the
        certificate in force. :class:`RefusedError` says what the record lacks, :class:`StorageError` names an evidence
        file that is missing or altered; :class:`LockedError` while the shop is locked.
        """
        return self._issue([unit_id])[0]

    def issue_for_order(self, order_no: str) -> list[ProofLine]:
        """A proof for every redeemed unit of the order: all of them or none."""
        with self._context.read() as session:
            order = find_order_by_number(session, order_no)
            ids = session.exec(
                select(UnitRow.id)
                .where(col(UnitRow.order_id) == order.id, col(UnitRow.state) == UnitState.REDEEMED)
                .order_by(col(UnitRow.position))
            ).all()
        if not ids:
            raise RefusedError(
                "No unit of order {order_no} is recorded as redeemed, so there is nothing to prove.",
                "订单 {order_no} 没有已核销的单件，不能出具核销证明。",
                order_no=order.order_no,
            )
        return self._issue(ids)

    def current_or_issue(self, unit_id: int) -> ProofLine:
        """The proof of the record in force, issued now unless it was already."""
        with self._context.read() as session:
            subject = proof_subject(session, unit_id)
            latest = latest_proof_of(session, unit_id)
            if latest is not None and latest.redemption_id == subject.redemption.id:
                return _lines(session, [latest.id])[0]
        return self.issue(unit_id)

    def save(self, proof_id: int, path: Path) -> None:
        """Put a copy of the issued file at ``path``; it appears there whole or not at all."""
        write_whole(path, self.pdf(proof_id))

    def _issue(self, unit_ids: Sequence[int]) -> list[ProofLine]:
        issued = issue_proofs(self._context, unit_ids)
        with self._context.read() as session:
            lines = _lines(session, [proof.proof_id for proof in issued])
        self._context.announce("proofs", "orders")
        return [replace(line, notice=proof.time_stamp_error) for line, proof in zip(lines, issued, strict=True)]


def read_stored(data_dir: Path, row: ProofRow) -> bytes:
    """The file of an issued proof, compared with the SHA-256 in its row."""
    path = data_dir / FOLDER / row.file_name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageError(
            "The file of proof {proof_no} cannot be read ({reason}): restore it from a backup, or issue the proof "
            "again.",
            "无法读取核销证明 {proof_no} 的文件（{reason}）：请从备份恢复，或重新出具。",
            proof_no=row.proof_no,
            reason=error.strerror or str(error),
        ) from error
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise StorageError(
            "The file of proof {proof_no} is not the one that was issued: restore it from a backup.",
            "核销证明 {proof_no} 的文件与出具时不一致：请从备份恢复。",
            proof_no=row.proof_no,
        )
    return data


def _find(session: Session, proof_id: int) -> ProofRow:
    row = session.get(ProofRow, proof_id)
    if row is None:
        raise NotFoundError("This proof is not in the shop.", "店铺中没有这份核销证明。")
    return row


def _text_conditions(text: str, *columns: Any) -> list[ColumnElement[bool]]:
    text = text.strip()
    return [or_(*(column.contains(text, autoescape=True) for column in columns))] if text else []


def _lines(session: Session, ids: Sequence[int]) -> list[ProofLine]:
    lines: dict[int, ProofLine] = {}
    for part in chunks(ids):
        rows = session.execute(
            select_columns(
                ProofRow,
                col(OrderRow.order_no),
                col(UnitRow.ref),
                col(ProductRow.name),
                RedemptionRow,
                ProofSignatureRow,
                col(SigningIdentityRow.fingerprint),
            )
            .join(OrderRow, col(OrderRow.id) == col(ProofRow.order_id))
            .join(UnitRow, col(UnitRow.id) == col(ProofRow.unit_id))
            .join(ProductRow, col(ProductRow.id) == col(OrderRow.product_id))
            .join(RedemptionRow, col(RedemptionRow.id) == col(ProofRow.redemption_id))
            .outerjoin(ProofSignatureRow, col(ProofSignatureRow.proof_id) == col(ProofRow.id))
            .outerjoin(SigningIdentityRow, col(SigningIdentityRow.id) == col(ProofSignatureRow.identity_id))
            .where(col(ProofRow.id).in_(part))
        ).all()
        replaced = _numbers(session, [row.replaces_id for row, *_ in rows if row.replaces_id is not None])
        for row, order_no, unit_ref, product_name, redemption, signature, fingerprint in rows:
            assert redemption.redeemed_at is not None
            lines[row.id] = ProofLine(
                id=row.id,
                proof_no=row.proof_no,
                order_id=row.order_id,
                order_no=order_no,
                unit_id=row.unit_id,
                unit_ref=unit_ref,
                product_name=product_name,
                redeemed_at=redemption.redeemed_at,
                code=redemption.code,
                issued_at=row.issued_at,
                issued_by=row.issued_by,
                sha256=row.sha256,
                size=row.size,
                replaces_no=replaced.get(row.replaces_id or 0, ""),
                fingerprint=fingerprint or "",
                code_text=signature.qr_text if signature else "",
            )
    return [lines[proof_id] for proof_id in ids]


def _numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    rows = session.exec(select(ProofRow.id, ProofRow.proof_no).where(col(ProofRow.id).in_(ids)))
    return dict(rows.all())


def _candidates(context: Context, session: Session, ids: Sequence[int]) -> list[ProofCandidate]:
    found: dict[int, ProofCandidate] = {}
    for part in chunks(ids):
        records = read_redemptions(context, session, part)
        proofs = session.exec(
            select(ProofRow.unit_id, ProofRow.proof_no)
            .where(col(ProofRow.unit_id).in_(part))
            .order_by(col(ProofRow.id))
        )
        latest = dict(proofs.all())
        rows = session.execute(
            select_columns(
                col(UnitRow.id), col(UnitRow.ref), col(OrderRow.id), col(OrderRow.order_no), col(ProductRow.name)
            )
            .join(OrderRow, col(OrderRow.id) == col(UnitRow.order_id))
            .join(ProductRow, col(ProductRow.id) == col(OrderRow.product_id))
            .where(col(UnitRow.id).in_(part))
        )
        for unit_id, unit_ref, order_id, order_no, product_name in rows:
            record = records.get(unit_id)
            found[unit_id] = ProofCandidate(
                unit_id=unit_id,
                order_id=order_id,
                order_no=order_no,
                unit_ref=unit_ref,
                product_name=product_name,
                redeemed_at=record.redeemed_at if record else None,
                is_complete=record is not None and record.is_complete,
                missing=record.missing if record else ("redeemed_at", "code", "target", "source"),
                proof_no=latest.get(unit_id, ""),
            )
    return [found[unit_id] for unit_id in ids if unit_id in found]
