"""Evidence: pieces filed with an order or one of its requests, with a file or only as seen, and whether they are whole.

A file is evidence only as it was stored: its SHA-256 stands in the row and in the event log, and every reader compares.
What may change afterwards is what people say about a piece (when, from whom, the marks), and each change is an event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from desktop_app.documents.code_words import word
from desktop_app.domain.errors import BadInputError, NotFoundError, RefusedError, StorageError
from desktop_app.domain.file_kinds import FileKind, FileWarning, kind_of, warnings_about
from desktop_app.domain.picture_facts import read_picture_facts
from desktop_app.domain.states import EvidenceKind, RequestState
from desktop_app.services.context import Context
from desktop_app.services.verdicts import OPEN_STATES, refresh_due
from desktop_app.storage import attachments
from desktop_app.storage.dispute_tables import RedemptionImportRow
from desktop_app.storage.tables import EvidenceRow, OrderRow, RequestRow

Progress = Callable[[int, int], None]

_TAKES_EVIDENCE = (*OPEN_STATES, RequestState.DECIDED)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A piece of evidence; ``has_file`` is False for something seen elsewhere, such as on the platform.

    ``request_no`` is empty for a piece that belongs to the order alone.
    """

    id: int
    kind: EvidenceKind
    name: str
    size: int
    sha256: str
    captured_at: datetime | None
    source: str
    written_promise: bool
    in_platform_chat: bool
    note: str
    added_at: datetime
    added_by: str
    has_file: bool
    request_no: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What people say about a piece: all of it can be corrected later. ``captured_at``: taken, UTC or None."""

    captured_at: datetime | None = None
    source: str = ""
    written_promise: bool = False
    in_platform_chat: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """The bytes of a piece, or of a file that may become one, and what is known of them.

    ``captured_at`` is a proposal: what the camera wrote, else the time of the file, else None.
    """

    name: str
    content: bytes
    kind: FileKind
    warnings: tuple[FileWarning, ...]
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class EvidenceFinding:
    """A piece whose file is missing or was altered; ``id`` is None for the sealed copy of an imported list."""

    id: int | None
    order_no: str
    error: StorageError


@dataclass(frozen=True, slots=True)
class _File:
    id: int | None
    shown: str
    stored_name: str
    sha256: str
    size: int
    order_no: str


class Evidence:
    """The evidence of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def of_order(self, order_id: int) -> tuple[EvidenceLine, ...]:
        """Every piece of an order, those of its requests too, in the order in which they came."""
        with self._context.read() as session:
            return evidence_lines(session, col(EvidenceRow.order_id) == order_id)

    def get(self, evidence_id: int) -> EvidenceLine:
        """One piece; :class:`NotFoundError`."""
        with self._context.read() as session:
            _find(session, evidence_id)
            return evidence_lines(session, col(EvidenceRow.id) == evidence_id)[0]

    def file(self, evidence_id: int) -> EvidenceFile:
        """The file of a piece; :class:`StorageError` names it when it is missing or was altered."""
        with self._context.read() as session:
            row = _find(session, evidence_id)
            if row.stored_name is None:
                raise NotFoundError("There is no file with this evidence.", "该凭证没有附件。")
            content = _load(self._context, session, row)
        return _described(row.name, content, row.captured_at, self._context)

    def look_at(self, path: Path) -> EvidenceFile:
        """Read a file that may become evidence; :class:`BadInputError` for what cannot. Nothing is stored."""
        read = attachments.read_source(path)
        # the clock of the file may be ahead of ours
        modified = min(read.modified_at, self._context.clock())
        return _described(read.name, read.content, modified, self._context, from_picture=True)

    def look_at_bytes(self, name: str, content: bytes) -> EvidenceFile:
        """The same for bytes that are at hand, such as a picture from the clipboard, taken now."""
        return _described(attachments.display_name(name), content, self._context.clock(), self._context)

    # ---- filing

    def add(
        self,
        kind: EvidenceKind,
        marks: Marks,
        *,
        order_id: int | None = None,
        request_id: int | None = None,
        redemption_id: int | None = None,
        content: bytes | None = None,
        name: str = "",
    ) -> int:
        """File a piece with an order, or with a request of it; its id.

        ``content`` None: nothing but that it was seen. :class:`RefusedError` when the same file is already on file
        there as the same kind; :class:`LockedError` for a file while the shop is locked.
        """
        if (order_id is None) == (request_id is None):
            raise ValueError("a piece of evidence belongs to an order or to a request")
        marks = _checked(self._context, marks)
        with self._context.read() as session:  # else a refusal would leave a file behind that no record names
            _order_of(session, order_id, request_id)
        stored = None
        if content is not None:
            stored = attachments.store(evidence_folder(self._context), self._context.vault, content, name)
        with self._context.write() as session:
            order_id = _order_of(session, order_id, request_id)
            evidence_id = _file_piece(
                self._context,
                session,
                kind,
                marks,
                order_id=order_id,
                request_id=request_id,
                redemption_id=redemption_id,
                stored=stored,
            )
        self._context.announce("requests")
        return evidence_id

    def change(self, evidence_id: int, marks: Marks) -> None:
        """Correct what is said about a piece; its file, kind and place stay. No event when nothing differs."""
        with self._context.write() as session:
            row = _find(session, evidence_id)
            marks = _checked(self._context, marks)
            before = Marks(*(getattr(row, field.name) for field in fields(Marks)))
            if marks == before:
                return
            facts: dict[str, object] = {"kind": row.kind, "sha256": row.sha256}
            for field in fields(Marks):
                value = getattr(marks, field.name)
                if value != getattr(before, field.name):
                    setattr(row, field.name, value)
                    # words may name the buyer, and the log holds no names
                    facts[field.name] = value if not isinstance(value, str) else True
            session.add(row)
            session.flush()
            self._context.record(
                session, "evidence.changed", "evidence", evidence_id, order_id=row.order_id, facts=facts
            )
            refresh_due(self._context, session, row.order_id)
        self._context.announce("requests")

    # ---- integrity

    def check(self, progress: Progress | None = None) -> list[EvidenceFinding]:
        """Every file that is missing or altered; while the shop is locked only presence and size are compared.

        Reads all evidence: seconds for many files, with no read of the shop open meanwhile. ``progress(done, total)``
        counts files and may raise to cancel.
        """
        return evidence_findings(self._context, progress)


def evidence_folder(context: Context) -> Path:
    """Where the sealed files are."""
    return context.data_dir / attachments.FOLDER_NAME


def _file_piece(
    context: Context,
    session: Session,
    kind: EvidenceKind,
    marks: Marks,
    *,
    order_id: int,
    request_id: int | None = None,
    redemption_id: int | None = None,
    stored: attachments.StoredFile | None = None,
) -> int:
    # the file was stored before: a row never points at nothing
    if stored is not None:
        _refuse_double(session, kind, stored, order_id, request_id)
    row = EvidenceRow(
        order_id=order_id,
        request_id=request_id,
        redemption_id=redemption_id,
        kind=kind,
        name=stored.name if stored else "",
        stored_name=stored.stored_name if stored else None,
        sha256=stored.sha256 if stored else "",
        size=stored.size if stored else 0,
        captured_at=marks.captured_at,
        source=marks.source.strip(),
        written_promise=marks.written_promise,
        in_platform_chat=marks.in_platform_chat,
        note=marks.note.strip(),
        added_at=context.clock(),
        added_by=context.actor,
    )
    session.add(row)
    session.flush()
    request = session.get(RequestRow, request_id) if request_id is not None else None
    facts = {
        "kind": kind,
        "sha256": row.sha256,
        "size": row.size,
        "request_no": request.request_no if request else "",
        "captured_at": row.captured_at,
    }
    facts |= {name: True for name in ("written_promise", "in_platform_chat") if getattr(row, name)}
    context.record(session, "evidence.added", "evidence", row.id, order_id=order_id, facts=facts)
    refresh_due(context, session, order_id)
    return row.id


def evidence_lines(session: Session, *where: ColumnElement[bool]) -> tuple[EvidenceLine, ...]:
    """The pieces that fit, in the order in which they came."""
    statement = (
        select(EvidenceRow, RequestRow.request_no)
        .join(RequestRow, col(RequestRow.id) == col(EvidenceRow.request_id), isouter=True)
        .where(*where)
        .order_by(col(EvidenceRow.id))
    )
    return tuple(
        EvidenceLine(
            row.id,
            row.kind,
            row.name,
            row.size,
            row.sha256,
            row.captured_at,
            row.source,
            row.written_promise,
            row.in_platform_chat,
            row.note,
            row.added_at,
            row.added_by,
            row.stored_name is not None,
            request_no or "",
        )
        for row, request_no in session.exec(statement).all()
    )


def of_request(order_id: int, request_id: int) -> tuple[ColumnElement[bool], ...]:
    """The evidence of a request, and that of its order which was not filed under another request."""
    request = col(EvidenceRow.request_id)
    return col(EvidenceRow.order_id) == order_id, or_(request.is_(None), request == request_id)


def verify_evidence(
    context: Context, session: Session, evidence_ids: Sequence[int] | None = None, *, order_id: int | None = None
) -> None:
    """Every file of these pieces, or of this order, is there and as it was stored.

    :class:`StorageError` names the first that is not, :class:`LockedError` while the shop is locked. A document that
    lists evidence calls this in the transaction that reads the list.
    """
    statement = select(EvidenceRow).where(col(EvidenceRow.stored_name).is_not(None)).order_by(col(EvidenceRow.id))
    if evidence_ids is not None:
        statement = statement.where(col(EvidenceRow.id).in_(evidence_ids))
    if order_id is not None:
        statement = statement.where(col(EvidenceRow.order_id) == order_id)
    for row in session.exec(statement).all():
        _load(context, session, row)


def evidence_findings(context: Context, progress: Progress | None = None) -> list[EvidenceFinding]:
    """As :meth:`Evidence.check`."""
    folder = evidence_folder(context)
    with context.read() as session:
        files = _files(session)
    found = []
    for done, file in enumerate(files):
        if progress is not None:
            progress(done, len(files))
        try:
            if context.vault.is_unlocked:
                attachments.load(folder, context.vault, file.stored_name, file.sha256, shown=file.shown)
            else:
                attachments.check_presence(folder, file.stored_name, file.size, shown=file.shown)
        except StorageError as error:
            found.append(EvidenceFinding(file.id, file.order_no, error))
    if progress is not None:
        progress(len(files), len(files))
    return found


def _files(session: Session) -> list[_File]:
    statement = (
        select(EvidenceRow, OrderRow.order_no)
        .join(OrderRow, col(OrderRow.id) == col(EvidenceRow.order_id))
        .where(col(EvidenceRow.stored_name).is_not(None))
        .order_by(col(EvidenceRow.id))
    )
    files = [
        _File(row.id, f"{row.name} ({order_no})", row.stored_name or "", row.sha256, row.size, order_no)
        for row, order_no in session.exec(statement).all()
    ]
    files += [
        _File(None, row.name, row.stored_name, row.sha256, row.size, "")
        for row in session.exec(select(RedemptionImportRow)).all()
    ]
    return files


def _find(session: Session, evidence_id: int) -> EvidenceRow:
    row = session.get(EvidenceRow, evidence_id)
    if row is None:
        raise NotFoundError("There is no piece of evidence {id}.", "没有编号为 {id} 的凭证。", id=evidence_id)
    return row


def _load(context: Context, session: Session, row: EvidenceRow) -> bytes:
    order = session.get_one(OrderRow, row.order_id)
    shown = f"{row.name} ({order.order_no})"
    return attachments.load(evidence_folder(context), context.vault, row.stored_name or "", row.sha256, shown=shown)


def _described(
    name: str, content: bytes, at: datetime | None, context: Context, *, from_picture: bool = False
) -> EvidenceFile:
    taken = read_picture_facts(content).taken_at if from_picture else None
    if taken is not None:
        # a camera without an offset shows the local time of the merchant or the buyer
        taken = taken if taken.tzinfo else taken.replace(tzinfo=context.zone)
        at = taken if taken <= context.clock() else at
    return EvidenceFile(name, content, kind_of(content), warnings_about(name, content), at)


def _checked(context: Context, marks: Marks) -> Marks:
    if marks.captured_at is not None and marks.captured_at > context.clock():
        raise BadInputError(
            "The time at which it was taken cannot lie in the future.", "取证时间不能晚于现在。", field="captured_at"
        )
    return Marks(
        marks.captured_at, marks.source.strip(), marks.written_promise, marks.in_platform_chat, marks.note.strip()
    )


def _order_of(session: Session, order_id: int | None, request_id: int | None) -> int:
    if order_id is not None:
        if session.get(OrderRow, order_id) is None:
            raise NotFoundError("This order is not in the shop.", "店铺中没有这个订单。")
        return order_id
    request = session.get(RequestRow, request_id)
    if request is None:
        raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
    if request.state not in _TAKES_EVIDENCE:
        raise RefusedError(
            "Request {request_no} was merged or withdrawn: file the evidence with the order itself.",
            "申请 {request_no} 已并入或撤回：请把凭证添加到订单。",
            request_no=request.request_no,
        )
    return request.order_id


def _refuse_double(
    session: Session, kind: EvidenceKind, stored: attachments.StoredFile, order_id: int, request_id: int | None
) -> None:
    double = session.exec(
        select(EvidenceRow.name).where(
            col(EvidenceRow.order_id) == order_id,
            col(EvidenceRow.request_id).is_not_distinct_from(request_id),
            col(EvidenceRow.stored_name) == stored.stored_name,
            col(EvidenceRow.kind) == kind,
        )
    ).first()
    if double is not None:
        raise RefusedError(
            "The same file is already on file here as {name} ({kind_en}).",
            "同一文件已作为 {name}（{kind_zh}）添加过。",
            name=double,
            kind_en=word(kind, "en"),
            kind_zh=word(kind, "zh"),
        )
