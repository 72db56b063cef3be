"""Requests from outside: files that the merchant imports, and the drop folder.

A request that came before (same source, same id, same content) is not stored again; the same id with other content is
a conflict for a human. Receiving never decides anything.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, select

from desktop_app.domain.errors import BadInputError, ConflictError, ShopError
from desktop_app.exchange.intake import ClaimedFile, DropFolder, Outcome, Trust
from desktop_app.exchange.request_files import RequestDraft as FileDraft
from desktop_app.exchange.request_files import read_request_file
from desktop_app.services.context import Context
from desktop_app.services.request_entry import RequestDraft, add_request, check_refs
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage.tables import IntakeRow, OrderRow, UnitRow

_FILE_SOURCE = "file"
_CLOCK_SKEW = timedelta(minutes=5)
"""A sender's clock may be this much ahead; such a request counts from now."""


@dataclass(frozen=True, slots=True)
class RequestImportLine:
    """One line of a request file. ``ok`` lines are imported; the text says what is wrong with the others."""

    row: int
    order_no: str
    external_id: str
    ok: bool
    is_duplicate: bool
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class RequestImportPreview:
    """What a file of requests would bring."""

    source: str
    needs_confirmation: bool
    lines: tuple[RequestImportLine, ...]
    new_count: int
    duplicate_count: int
    problem_count: int
    drafts: tuple[FileDraft, ...]


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What one look into the drop folder did; ``problems`` are (file, en, zh) of the files now in ``bad``."""

    received: int
    already: int
    conflicts: int
    bad: int
    problems: tuple[tuple[str, str, str], ...]


def preview_file(context: Context, path: Path, encoding: str | None = None) -> RequestImportPreview:
    """Read ``path`` and say of each line whether it can be imported; stores nothing."""
    file = read_request_file(path, context.zone, encoding=encoding)
    lines = [RequestImportLine(p.line, "", "", False, False, p.en, p.zh) for p in file.problems]
    good: list[FileDraft] = []
    with context.read() as session:
        for draft in file.drafts:
            line = _judge(context, session, draft)
            lines.append(line)
            if line.ok:
                good.append(draft)
    lines.sort(key=lambda line: line.row)
    duplicates = sum(line.is_duplicate for line in lines)
    return RequestImportPreview(
        source=file.source,
        needs_confirmation=file.needs_confirmation,
        lines=tuple(lines),
        new_count=len(good),
        duplicate_count=duplicates,
        problem_count=len(lines) - len(good) - duplicates,
        drafts=tuple(good),
    )


def import_lines(context: Context, session: Session, preview: RequestImportPreview) -> int:
    """Store the good lines in the transaction of ``session``; how many were new."""
    count = 0
    for draft in preview.drafts:
        outcome = receive(context, session, draft, source=draft.source or _FILE_SOURCE, verified=True)
        if outcome is Outcome.CONFLICT:
            raise ConflictError(
                "Request {id} was received meanwhile with other content; nothing was imported. Preview the file again.",
                "申请 {id} 在此期间已收到且内容不同，未导入任何内容。请重新预览文件。",
                id=draft.external_id,
            )
        count += outcome is Outcome.RECEIVED
    return count


def receive(
    context: Context,
    session: Session,
    draft: FileDraft,
    *,
    source: str,
    verified: bool,
    arrived_at: datetime | None = None,
) -> Outcome:
    """Store one request once, in the transaction of ``session``.

    ``arrived_at`` counts as the time of the request when the sender gives none.
    """
    known = _known(session, source, draft.external_id)
    if known is not None:
        return Outcome.ALREADY if known.sha256 == draft.sha256 else Outcome.CONFLICT
    now = context.clock()
    requested_at = draft.requested_at or arrived_at or now
    if now < requested_at <= now + _CLOCK_SKEW:
        requested_at = now
    request_id = add_request(
        context,
        session,
        RequestDraft(
            order_no=draft.order_no,
            requested_at=requested_at,
            reason=draft.reason,
            text=draft.text,
            unit_refs=draft.unit_refs,
            unit_reasons=draft.unit_reasons,
            evidence=draft.evidence,
            source=source,
            verified_source=verified,
        ),
    )
    session.add(
        IntakeRow(
            source=source,
            external_id=draft.external_id,
            sha256=draft.sha256,
            request_id=request_id,
            received_at=context.clock(),
        )
    )
    session.flush()
    return Outcome.RECEIVED


class Intake:
    """The drop folder of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._folder: DropFolder | None = None
        # the window's timer and the merchant's click must not work on the folder at the same time
        self._turn = threading.Lock()

    def folder(self) -> DropFolder:
        """The folder of the settings, made when it is not there."""
        with self._context.read() as session:
            chosen = read_settings(session).drop_folder
        root = Path(chosen) if chosen else self._context.data_dir / "intake"
        if self._folder is None or self._folder.root != root:
            self._folder = DropFolder(root)
        self._folder.create()
        return self._folder

    def take(self) -> IntakeReport:
        """Receive every file that is whole."""
        with self._turn:
            # while the shop is locked a signed file waits: it must never pass for an unsigned one
            report = self.folder().process(
                self._context.clock(), self._handle, zone=self._context.zone, key_of=self._context.vault.intake_key
            )
        return IntakeReport(
            received=report.received,
            already=report.already,
            conflicts=report.conflicts,
            bad=len(report.rejected),
            problems=tuple((result.name, result.en, result.zh) for result in report.rejected),
        )

    def _handle(self, file: ClaimedFile, draft: FileDraft, trust: Trust) -> Outcome:
        with self._context.write() as session:
            return receive(
                self._context,
                session,
                draft,
                source=draft.source,
                verified=trust is Trust.VERIFIED,
                arrived_at=file.claimed_at,
            )


def _judge(context: Context, session: Session, draft: FileDraft) -> RequestImportLine:
    known = _known(session, draft.source or _FILE_SOURCE, draft.external_id)
    if known is not None:
        same = known.sha256 == draft.sha256
        return RequestImportLine(
            draft.line,
            draft.order_no,
            draft.external_id,
            ok=False,
            is_duplicate=same,
            en="Already received." if same else "This id came before with other content: compare and decide by hand.",
            zh="已收到过。" if same else "该编号此前已收到且内容不同：请人工核对。",
        )
    try:
        _check(context, session, draft)
    except ShopError as error:
        return RequestImportLine(
            draft.line,
            draft.order_no,
            draft.external_id,
            False,
            False,
            f"Line {draft.line}: {error.en}",
            f"第 {draft.line} 行：{error.zh}",
        )
    return RequestImportLine(draft.line, draft.order_no, draft.external_id, True, False, "", "")


def _check(context: Context, session: Session, draft: FileDraft) -> None:
    order = session.exec(select(OrderRow).where(OrderRow.order_no == draft.order_no)).one_or_none()
    if order is None:
        raise BadInputError("There is no order {order_no}.", "没有订单 {order_no}。", order_no=draft.order_no)
    at = draft.requested_at or context.clock()
    if not order.ordered_at <= at <= context.clock() + _CLOCK_SKEW:
        raise BadInputError(
            "The time of the request must lie between the order and now.", "申请时间必须在下单时间与现在之间。"
        )
    refs = _refs(session, order)
    check_refs(refs, draft.unit_refs, order.order_no)
    check_refs(draft.unit_refs or refs, draft.unit_reasons, order.order_no)


def _refs(session: Session, order: OrderRow) -> Sequence[str]:
    return session.exec(select(UnitRow.ref).where(UnitRow.order_id == order.id)).all()


def _known(session: Session, source: str, external_id: str) -> IntakeRow | None:
    statement = select(IntakeRow).where(IntakeRow.source == source, IntakeRow.external_id == external_id)
    return session.exec(statement).one_or_none()
