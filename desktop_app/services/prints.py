"""The print log: what was sent to which printer, when, by whom, and which proofs were on the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from desktop_app.domain.errors import NotFoundError
from desktop_app.services.context import Context, chunks
from desktop_app.services.form_fields import FieldName, line_field, number_field
from desktop_app.services.listing import Listing, Sort
from desktop_app.storage.dispute_tables import PrintedProofRow, PrintRow
from desktop_app.storage.tables import ProofRow

MOST_COPIES = 999

_TITLE = FieldName("The title", "标题")
_PRINTER = FieldName("The printer", "打印机")
_COPIES = FieldName("The number of copies", "份数")
_PAGES = FieldName("The number of pages", "页数")
_MOST_PAGES = 1_000_000


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One print. ``pages`` are those of one copy; ``proof_no`` is empty when several proofs were printed at once."""

    id: int
    title: str
    proof_no: str
    documents: int
    pages: int
    copies: int
    printer: str
    printed_at: datetime
    printed_by: str


@dataclass(frozen=True, slots=True)
class ProofPrints:
    """How often a proof was printed, alone or among others: ``times`` prints of altogether ``copies`` copies."""

    times: int
    copies: int
    last_at: datetime | None
    last_printer: str


class Prints:
    """The print log of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def listing(self, text: str = "", sort: Sort | None = None) -> Listing[PrintLine]:
        """Every print, latest first; ``text`` is part of its title, its printer or the number of a proof in it. Sort
        keys: printed_at title documents pages copies printer printed_by."""
        statement = select_columns(col(PrintRow.id)).where(*_conditions(text))
        columns = {
            "printed_at": col(PrintRow.printed_at),
            "title": col(PrintRow.title),
            "documents": col(PrintRow.documents),
            "pages": col(PrintRow.pages),
            "copies": col(PrintRow.copies),
            "printer": col(PrintRow.printer),
            "printed_by": col(PrintRow.printed_by),
        }

        def read(session: Session, ids: Sequence[int]) -> list[PrintLine]:
            return _lines(session, ids)

        return Listing(self._context, statement, read, columns, col(PrintRow.id), sort)

    def of_proof(self, proof_id: int) -> ProofPrints:
        """How often and where last this proof was printed."""
        with self._context.read() as session:
            printed = (
                select_columns(PrintRow)
                .join(PrintedProofRow, col(PrintedProofRow.print_id) == col(PrintRow.id))
                .where(col(PrintedProofRow.proof_id) == proof_id)
                .order_by(col(PrintRow.id).desc())
            )
            rows = session.execute(printed).scalars().all()
        if not rows:
            return ProofPrints(0, 0, None, "")
        return ProofPrints(len(rows), sum(row.copies for row in rows), rows[0].printed_at, rows[0].printer)

    def note(self, title: str, proof_ids: Sequence[int], *, pages: int, copies: int, printer: str) -> int:
        """Log that these proofs were sent to ``printer`` as one job: ``copies`` of ``pages`` pages; the id of the
        entry. :class:`NotFoundError` for a proof that the shop does not have."""
        title = line_field(_TITLE, title, required=True)
        printer = line_field(_PRINTER, printer)
        number_field(_COPIES, copies, least=1, most=MOST_COPIES)
        number_field(_PAGES, pages, least=1, most=_MOST_PAGES)
        proof_ids = list(dict.fromkeys(proof_ids))
        with self._context.write() as session:
            found = _proofs(session, proof_ids)
            row = PrintRow(
                title=title,
                documents=len(found),
                pages=pages,
                copies=copies,
                printer=printer,
                printed_at=self._context.clock(),
                printed_by=self._context.actor,
            )
            session.add(row)
            session.flush()
            session.add_all([PrintedProofRow(print_id=row.id, proof_id=proof.id) for proof in found])
            session.flush()
            self._record(session, row, found)
            print_id = row.id
        self._context.announce("prints")
        return print_id

    def _record(self, session: Session, row: PrintRow, proofs: Sequence[ProofRow]) -> None:
        facts: dict[str, Any] = {"printer": row.printer, "copies": row.copies, "pages": row.pages}
        if len(proofs) == 1:
            (proof,) = proofs
            facts["proof_no"] = proof.proof_no
            self._context.record(
                session, "proof.printed", "proofs", proof.id, order_id=proof.order_id, facts={**facts, "print": row.id}
            )
            return
        facts |= {"count": len(proofs), "proof_nos": [proof.proof_no for proof in proofs]}
        self._context.record(session, "proofs.printed", "prints", row.id, facts=facts)


def _proofs(session: Session, proof_ids: Sequence[int]) -> list[ProofRow]:
    found: dict[int, ProofRow] = {}
    for part in chunks(proof_ids):
        rows = session.exec(select(ProofRow).where(col(ProofRow.id).in_(part))).all()
        found |= {row.id: row for row in rows}
    if not proof_ids or len(found) != len(proof_ids):
        raise NotFoundError("This proof is not in the shop.", "店铺中没有这份核销证明。")
    return [found[proof_id] for proof_id in proof_ids]


def _conditions(text: str) -> list[ColumnElement[bool]]:
    text = text.strip()
    if not text:
        return []
    has_proof = (
        exists()
        .where(
            col(PrintedProofRow.print_id) == col(PrintRow.id),
            col(ProofRow.id) == col(PrintedProofRow.proof_id),
            col(ProofRow.proof_no).contains(text, autoescape=True),
        )
        .correlate(PrintRow)
    )
    columns = (col(PrintRow.title), col(PrintRow.printer))
    return [or_(*(column.contains(text, autoescape=True) for column in columns), has_proof)]


def _lines(session: Session, ids: Sequence[int]) -> list[PrintLine]:
    lines: dict[int, PrintLine] = {}
    for part in chunks(ids):
        numbers = session.execute(
            select_columns(col(PrintedProofRow.print_id), func.min(col(ProofRow.proof_no)))
            .join(ProofRow, col(ProofRow.id) == col(PrintedProofRow.proof_id))
            .where(col(PrintedProofRow.print_id).in_(part))
            .group_by(col(PrintedProofRow.print_id))
            .having(func.count() == 1)
        )
        single: dict[int, str] = dict(numbers.all())
        for row in session.exec(select(PrintRow).where(col(PrintRow.id).in_(part))):
            lines[row.id] = PrintLine(
                id=row.id,
                title=row.title,
                proof_no=single.get(row.id, ""),
                documents=row.documents,
                pages=row.pages,
                copies=row.copies,
                printer=row.printer,
                printed_at=row.printed_at,
                printed_by=row.printed_by,
            )
    return [lines[print_id] for print_id in ids if print_id in lines]
