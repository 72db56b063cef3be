"""Dossiers (证据包): made for one dispute as an archive and a PDF, where the merchant wants them, and remembered.

The files hold what people attached in clear, so they are written to the folder that the merchant names and never kept
in the data folder; the shop keeps their SHA-256, by which any copy is recognised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from desktop_app.documents.cover_letters import cover_letter
from desktop_app.documents.dossier import Dossier, FileFacts, FileState, dossier_json
from desktop_app.documents.dossier_archive import DossierArchive
from desktop_app.documents.whole_file import sync, whole_file
from desktop_app.domain.errors import BadInputError, ConflictError, LockedError, NotFoundError, StorageError
from desktop_app.domain.states import DisputeStepKind, EscalationTarget, RequestState
from desktop_app.services.audit_export import export_log
from desktop_app.services.context import Context
from desktop_app.services.dispute_lines import find_dispute, steps_of
from desktop_app.services.disputes import open_dispute
from desktop_app.services.dossier_facts import read_dossier
from desktop_app.services.dossier_masks import read_masks
from desktop_app.services.proof_issuing import FOLDER as PROOF_FOLDER
from desktop_app.services.proofs import read_stored
from desktop_app.services.work import Cancelled, Progress, Work
from desktop_app.storage import attachments
from desktop_app.storage.dispute_tables import DossierRow
from desktop_app.storage.event_lines import write_line
from desktop_app.storage.tables import EscalationRow, EvidenceRow, OrderRow, ProofRow, RequestRow

if TYPE_CHECKING:
    from desktop_app.documents.dossier_pictures import Picture

LETTER, PAPER, INDEX = "01-说明函.txt", "02-证据包.pdf", "00-目录.txt"
FACTS, EVENTS = "数据/案情数据.json", "数据/操作日志.jsonl"
LANGUAGES = ("zh", "en")

_MOST_PICTURES = 150
"""More pages than this nobody leafs through; the others stand in the list and in the archive."""
_OUTSIDE = (RequestState.MERGED, RequestState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier that was made; names, sizes in bytes and SHA-256 of its two files."""

    id: int
    dossier_no: str
    request_id: int
    request_no: str
    order_no: str
    escalation_id: int | None
    target: EscalationTarget
    zip_name: str
    zip_sha256: str
    zip_size: int
    pdf_name: str
    pdf_sha256: str
    pdf_size: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class MadeDossier:
    """What was made and where it is. ``problems`` name files of the shop that are missing or altered."""

    line: DossierLine
    zip_path: Path
    pdf_path: Path
    problems: tuple[str, ...]


class Dossiers:
    """The dossiers of one shop."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # ---- reading

    def of_request(self, request_id: int) -> list[DossierLine]:
        """The dossiers about one request, oldest first."""
        with self._context.read() as session:
            rows = session.exec(
                select(DossierRow).where(col(DossierRow.request_id) == request_id).order_by(col(DossierRow.id))
            ).all()
            return _lines(session, rows)

    def of_dispute(self, escalation_id: int) -> list[DossierLine]:
        """The dossiers that were made for one dispute, oldest first."""
        with self._context.read() as session:
            rows = session.exec(
                select(DossierRow).where(col(DossierRow.escalation_id) == escalation_id).order_by(col(DossierRow.id))
            ).all()
            return _lines(session, rows)

    def get(self, dossier_id: int) -> DossierLine:
        """One dossier; :class:`NotFoundError`."""
        with self._context.read() as session:
            row = session.get(DossierRow, dossier_id)
            if row is None:
                raise NotFoundError("This dossier is not in the shop.", "店铺中没有这份证据包。")
            return _lines(session, [row])[0]

    def recognise(self, path: Path) -> DossierLine | None:
        """Which dossier a file is, byte for byte; None for any other file."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise BadInputError(
                "{file} cannot be read ({reason}).",
                "无法读取 {file}（{reason}）。",
                file=path,
                reason=error.strerror or str(error),
            ) from error
        with self._context.read() as session:
            row = session.exec(
                select(DossierRow).where(
                    (col(DossierRow.zip_sha256) == digest) | (col(DossierRow.pdf_sha256) == digest)
                )
            ).first()
            return None if row is None else _lines(session, [row])[0]

    # ---- making

    def make(
        self,
        request_id: int,
        target: EscalationTarget,
        folder: Path,
        *,
        escalation_id: int | None = None,
        language: str = "zh",
        progress: Progress | None = None,
        cancelled: Cancelled | None = None,
    ) -> MadeDossier:
        """Write the archive and the PDF for a dispute into ``folder``, both or neither, and remember them.

        Without ``escalation_id`` it belongs to the latest dispute of the request with ``target`` that has not ended;
        when there is none, one is recorded as opened now. :class:`LockedError` while the shop is locked. A file of the
        shop that is missing or altered does not stop the work: the dossier says so.
        """
        context = self._context
        target = EscalationTarget(target)
        _check(context, folder, language)
        with context.read() as session:
            request = session.get(RequestRow, request_id)
            if request is None:
                raise NotFoundError("There is no request {id}.", "没有申请 {id}。", id=request_id)
            escalation_id = _dispute_for(session, request, target, escalation_id)
            order = session.get_one(OrderRow, request.order_id)
            masks = read_masks(context, session, order)
            number = _next_number(context, session)
            dossier = read_dossier(
                context,
                session,
                request,
                masks,
                dossier_no=number,
                target=target,
                escalation_id=escalation_id,
                language=language,
            )
            evidence = session.exec(
                select(EvidenceRow).where(col(EvidenceRow.order_id) == order.id).order_by(col(EvidenceRow.id))
            ).all()
            proofs = session.exec(
                select(ProofRow).where(col(ProofRow.order_id) == order.id).order_by(col(ProofRow.id))
            ).all()
        paths = folder / f"{number}.zip", folder / f"{number}.pdf"
        _require_unused(*paths)
        # three steps beside the files: facts, paper, texts; what follows them is not counted and not cancelled
        work = Work(progress, cancelled, len(evidence) + len(proofs) + 3)
        work.add(1)
        named: tuple[Path, ...] = ()
        try:
            with ExitStack() as files:
                parts = [files.enter_context(whole_file(path, private=True)) for path in paths]
                dossier = _build(context, dossier, evidence, proofs, parts[0], parts[1], work)
                measured = [_measure(part) for part in parts]
                with context.write() as session:
                    # nobody else writes files of this number from here on
                    _require_number(context, session, dossier)
                    _require_unused(*paths)
                    named = paths
                    files.close()
                    row_id = self._remember(session, dossier, request_id, escalation_id, measured)
        except BaseException:
            # both or neither: what this call wrote goes with it, unless Ctrl+C came when it was remembered already
            if named and (not named[0].exists() or self.recognise(named[0]) is None):
                for path in named:
                    path.unlink(missing_ok=True)
            raise
        zip_path, pdf_path = paths
        context.announce("requests", "disputes")
        problems = tuple(f"{file.number} {file.name}".strip() for file in dossier.problems)
        return MadeDossier(self.get(row_id), zip_path, pdf_path, problems)

    def _remember(
        self,
        session: Session,
        dossier: Dossier,
        request_id: int,
        escalation_id: int | None,
        measured: Sequence[tuple[int, str]],
    ) -> int:
        """``measured``: bytes and SHA-256 of the archive and of the PDF."""
        context = self._context
        (zip_size, zip_sha256), (pdf_size, pdf_sha256) = measured
        request = session.get_one(RequestRow, request_id)
        if escalation_id is None and request.state not in _OUTSIDE:
            escalation_id = open_dispute(context, session, request, dossier.target)
        row = DossierRow(
            dossier_no=dossier.dossier_no,
            request_id=request_id,
            escalation_id=escalation_id,
            target=dossier.target,
            zip_name=f"{dossier.dossier_no}.zip",
            zip_sha256=zip_sha256,
            zip_size=zip_size,
            pdf_name=f"{dossier.dossier_no}.pdf",
            pdf_sha256=pdf_sha256,
            pdf_size=pdf_size,
            made_at=dossier.made_at,
            made_by=context.actor,
        )
        session.add(row)
        session.flush()
        context.record(
            session,
            "dossier.made",
            "dossiers",
            row.id,
            order_id=request.order_id,
            facts={
                "dossier_no": row.dossier_no,
                "request_no": request.request_no,
                "target": row.target,
                "zip_sha256": zip_sha256,
                "pdf_sha256": pdf_sha256,
                "problems": len(dossier.problems),
            },
        )
        return row.id


def _require_unused(*paths: Path) -> None:
    for path in paths:
        if path.exists() or path.is_symlink():
            raise BadInputError(
                "{file} is there already: choose another folder.", "{file} 已存在：请另选文件夹。", file=path
            )


def _require_number(context: Context, session: Session, dossier: Dossier) -> None:
    if _next_number(context, session) != dossier.dossier_no:
        raise ConflictError(
            "Another dossier was made at the same time; nothing was kept. Make this one again.",
            "同时制作了另一份证据包，本次未保留任何内容：请重新制作。",
        )


def _check(context: Context, folder: Path, language: str) -> None:
    if language not in LANGUAGES:
        raise BadInputError(
            "The language must be zh or en, not “{value}”.",
            "语言只能是 zh 或 en，不能是“{value}”。",
            value=language[:20],
        )
    if not context.vault.is_unlocked:
        raise LockedError(
            "The shop is locked: unlock it first, a dossier needs the evidence and the masked buyer.",
            "店铺已锁定：请先解锁，制作证据包需要读取凭证和买家信息（掩码）。",
        )
    if not folder.is_dir():
        raise BadInputError(
            "{folder} is no folder: choose one that exists.", "{folder} 不是文件夹：请选择已有的文件夹。", folder=folder
        )


def _dispute_for(
    session: Session, request: RequestRow, target: EscalationTarget, escalation_id: int | None
) -> int | None:
    if escalation_id is not None:
        row = find_dispute(session, escalation_id)
        if row.request_id != request.id or row.target is not target:
            raise BadInputError(
                "Dispute {id} is not about this request with this addressee.",
                "争议 {id} 与所选申请或受理方不符。",
                id=escalation_id,
            )
        return row.id
    rows = session.exec(
        select(EscalationRow)
        .where(col(EscalationRow.request_id) == request.id, col(EscalationRow.target) == target)
        .order_by(col(EscalationRow.id).desc())
    ).all()
    steps = steps_of(session, [row.id for row in rows])
    for row in rows:
        if all(step.kind is not DisputeStepKind.OUTCOME for step in steps.get(row.id, [])):
            return row.id
    return None


def _build(
    context: Context,
    dossier: Dossier,
    evidence: Sequence[EvidenceRow],
    proofs: Sequence[ProofRow],
    zip_part: Path,
    pdf_part: Path,
    work: Work,
) -> Dossier:
    """Write both files; the dossier as it turned out, with what became of every file."""
    from desktop_app.documents.dossier_layout import lay_out_dossier  # reportlab: not before a paper is wanted
    from desktop_app.documents.dossier_pictures import printable_picture

    pictures: list[tuple[FileFacts, Picture]] = []
    with DossierArchive(zip_part, dossier.made_at, dossier.time_zone) as archive:
        pieces, papers = [], []
        for file, row in zip(dossier.evidence, evidence, strict=True):
            content, state = _evidence_bytes(context, file, row)
            piece = replace(file, state=state, member=file.member if content is not None else "")
            if content is not None:
                archive.add(piece.member, content, packed=False)
                picture = printable_picture(content) if len(pictures) < _MOST_PICTURES else None
                if picture is not None:
                    pictures.append((piece, picture))
            pieces.append(piece)
            work.add(1)
        for file, proof in zip(dossier.proofs, proofs, strict=True):
            content, state = _proof_bytes(context, proof)
            papers.append(replace(file, state=state, member=file.member if content is not None else ""))
            if content is not None:
                archive.add(file.member, content, packed=False)
            work.add(1)
        dossier = replace(dossier, evidence=tuple(pieces), proofs=tuple(papers))
        letter = cover_letter(dossier)
        paper = lay_out_dossier(dossier, letter, pictures, lambda: work.add(0))
        work.add(1)
        pdf_part.write_bytes(paper)
        archive.add(PAPER, paper, packed=False)
        archive.add(FACTS, dossier_json(dossier))
        attached = tuple(f"{number}. {text}" for number, text in enumerate(_attachments(dossier, pictures), 1))
        archive.add(LETTER, letter.text(attached).encode("utf-8-sig", "backslashreplace"))
        work.add(1)
        # last of all, because the export stands in the log: a cancelled dossier leaves nothing there
        _add_log(context, dossier, archive, zip_part)
        archive.add(INDEX, _index(dossier, archive).encode("utf-8-sig", "backslashreplace"))
        archive.add_manifest(
            dossier.dossier_no,
            dossier.made_at,
            [
                (f"{file.number} {file.name}".strip(), file.sha256, file.state.value)
                for file in (*dossier.evidence, *dossier.proofs)
                if file.state is not FileState.ATTACHED
            ],
        )
    return dossier


def _add_log(context: Context, dossier: Dossier, archive: DossierArchive, zip_part: Path) -> None:
    """The log with the texts of this order only, as ``kamidesk audit verify`` reads it.

    Where a text of the order names a secret, the lines of the order go in without those texts, and without the chain.
    """
    if all(event.body for event in dossier.events):
        exported = zip_part.with_suffix(".log")
        try:
            export_log(context, exported, order_no=dossier.order.order_no)
            archive.add_file(EVENTS, exported)
        finally:
            exported.unlink(missing_ok=True)
        return
    lines = (
        write_line(event.body.encode() if event.body else None, bytes.fromhex(event.leaf), bytes.fromhex(event.head))
        for event in dossier.events
    )
    archive.add(EVENTS, b"".join(lines))


def _evidence_bytes(context: Context, file: FileFacts, row: EvidenceRow) -> tuple[bytes | None, FileState]:
    if file.state is not FileState.ATTACHED or row.stored_name is None:
        return None, file.state
    folder = context.data_dir / attachments.FOLDER_NAME
    try:
        return attachments.load(folder, context.vault, row.stored_name, row.sha256), FileState.ATTACHED
    except StorageError:
        return None, FileState.ALTERED if (folder / row.stored_name).exists() else FileState.MISSING


def _proof_bytes(context: Context, row: ProofRow) -> tuple[bytes | None, FileState]:
    try:
        return read_stored(context.data_dir, row), FileState.ATTACHED
    except StorageError:
        is_there = (context.data_dir / PROOF_FOLDER / row.file_name).exists()
        return None, FileState.ALTERED if is_there else FileState.MISSING


def _attachments(dossier: Dossier, pictures: Sequence[object]) -> list[str]:
    from desktop_app.documents.dossier_layout import attachment_lines

    return [text for _, text in attachment_lines(dossier, bool(pictures))]


def _index(dossier: Dossier, archive: DossierArchive) -> str:
    """The list of the archive for people (目录)."""
    from desktop_app.documents.dossier_records import file_state_text

    names = {file.member: file for file in (*dossier.evidence, *dossier.proofs) if file.member}
    said = {
        LETTER: "致受理方的说明函（文本）",
        PAPER: "证据包全文（可打印）",
        FACTS: "案情数据（机器可读）",
        EVENTS: "操作日志：仅本订单含正文，其余只有摘要；可用 kamidesk audit verify 核验",
    }
    lines = [
        f"证据包 {dossier.dossier_no}",
        f"订单 {dossier.order.order_no} / 申请 {dossier.request.request_no}",
        "",
        "文件  ·  字节  ·  SHA-256",
    ]
    for member in sorted(archive.members, key=lambda item: item.name):
        file = names.get(member.name)
        note = said.get(member.name, file.name if file else "")
        lines += [f"{member.name}  ·  {member.size}  ·  {member.sha256}", *([f"    {note}"] if note else [])]
    absent = [file for file in (*dossier.evidence, *dossier.proofs) if file.state is not FileState.ATTACHED]
    if absent:
        lines += ["", "未随附："]
        lines += [f"{file.number} {file.name}：{file_state_text(file.state, 'zh')} {file.sha256}" for file in absent]
    lines += ["", "manifest.json 列出以上全部文件及本目录的 SHA-256。"]
    return "\r\n".join(lines) + "\r\n"


def _next_number(context: Context, session: Session) -> str:
    last = session.exec(select(DossierRow.id).order_by(col(DossierRow.id).desc()).limit(1)).first()
    return f"ZJ-{context.clock().astimezone(context.zone):%Y%m%d}-{(last or 0) + 1:06d}"


def _measure(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256, once they are on disk: nobody waits for that in the transaction."""
    sync(path)
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _lines(session: Session, rows: Sequence[DossierRow]) -> list[DossierLine]:
    about = {
        request_id: (request_no, order_no)
        for request_id, request_no, order_no in session.exec(
            select(RequestRow.id, RequestRow.request_no, OrderRow.order_no)
            .join(OrderRow, col(OrderRow.id) == col(RequestRow.order_id))
            .where(col(RequestRow.id).in_({row.request_id for row in rows}))
        )
    }
    return [
        DossierLine(
            id=row.id,
            dossier_no=row.dossier_no,
            request_id=row.request_id,
            request_no=about[row.request_id][0],
            order_no=about[row.request_id][1],
            escalation_id=row.escalation_id,
            target=row.target,
            zip_name=row.zip_name,
            zip_sha256=row.zip_sha256,
            zip_size=row.zip_size,
            pdf_name=row.pdf_name,
            pdf_sha256=row.pdf_sha256,
            pdf_size=row.pdf_size,
            made_at=row.made_at,
            made_by=row.made_by,
        )
        for row in rows
    ]
