"""Verifying the event log of a shop: the chain itself, and against everything that knows it from outside.

The chain shows any change that was not computed on to its end. Signed checkpoints, the journal beside the shop and
the issued proofs show a chain that was cut off or computed anew. Nothing here needs the vault: it works while the
shop is locked, in use, or so much altered that it would not open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from desktop_app.domain.errors import NotFoundError
from desktop_app.services.audit_findings import (
    AuditReport,
    Signatures,
    compare_checkpoints,
    genuine_checkpoints,
    is_in,
    tell_gaps,
    tell_missing,
)
from desktop_app.services.register_check import compare_register, compare_signed
from desktop_app.storage import audit, journal, schema
from desktop_app.storage.audit import Event, Walk
from desktop_app.storage.database import FILE_NAME, Database
from desktop_app.storage.log_reading import Anchor, LogReader, open_log
from desktop_app.storage.salvaged_log import gaps_of

Progress = Callable[[int, int], None]

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class _Witness:
    """One file of the journal as far as it holds together."""

    path: Path
    start: journal.Start
    walk: Walk
    left: set[bytes]  # the heads that restores in it left behind


def check_log(
    data_dir: Path, *, fingerprint: str | None = None, zone: ZoneInfo = _ZONE, progress: Progress | None = None
) -> AuditReport:
    """Verify the log of the shop in ``data_dir``, locked or not, and change nothing.

    ``fingerprint`` trusts that certificate and its successors only. ``progress(done, total)`` counts events and may
    raise to cancel. :class:`NotFoundError` without a shop, :class:`StorageError` when the file is none.
    """
    path = data_dir / FILE_NAME
    if not Database.exists(path):
        raise NotFoundError("There is no shop in {folder}.", "{folder} 中没有店铺。", folder=data_dir)
    schema.check_marks(schema.read_marks(path), path)
    report = AuditReport()
    with open_log(path) as log:
        names = journal.files(data_dir / journal.FOLDER)
        total = log.count() * (2 if names else 1)

        def step(done: int) -> None:
            if progress is not None:
                progress(min(done, total), total)

        step(0)
        # witnesses first: what is written meanwhile is in the log when its turn comes
        witnesses = [_witness(name, log.shop_uuid, report, step) for name in names]
        anchors = log.anchors()
        signed_at_once = log.signed_at_once()
        signatures = Signatures(log.certificates(), log.shop_uuid, report)
        trusted = signatures.trusted(fingerprint)
        salvages = log.salvages()
        signed = genuine_checkpoints(log.checkpoints(), signatures, trusted, report, salvages)
        if not log.is_untouched():
            report.find(
                None,
                "The tables or rules inside the shop file were changed by another program.",
                "店铺文件内部的表或规则被其他程序改动。",
            )
        walked = total // 2 if names else 0
        walk = audit.walk_along(
            log.after,
            shop_uuid=log.shop_uuid,
            progress=lambda done: step(walked + done),
            gaps=gaps_of(salvages),
        )
        # a signature of an event that is lost says nothing of those that are there
        signed = [one for one in signed if not is_in(walk.crossed, one.seq)]
        _tell_chain(walk, log, report)
        last = log.last()
        heads = {one.seq: log.head_of(one.seq) for one in signed}
        compare_checkpoints(signed, heads, last, report, zone)
        tell_gaps(walk.crossed, salvages, report)
        if walk.broken is None:
            compare_signed(signed_at_once, signed, report, salvages)
            compare_register(log, data_dir, signatures, report, salvages, walk.crossed)
        _compare_proofs([one for one in anchors if not is_in(walk.crossed, one.seq)], log, last, report)
        _compare_journal([one for one in witnesses if one is not None], log, last, report, walk.crossed)
        _add_notes(report)
        step(total)
    return report


def _witness(path: Path, shop_uuid: str, report: AuditReport, step: Callable[[int], None]) -> _Witness | None:
    start, events = journal.open_file(path, shop_uuid)
    if start is None:
        report.find(
            None,
            f"The journal file {path.name} is damaged in its first line, or belongs to another shop.",
            f"日记文件 {path.name} 首行损坏，或属于其他店铺。",
        )
        return None
    walk = Walk(start.after, start.head)
    left: set[bytes] = set()
    while (some := list(islice(events, audit.READ_AT_ONCE))) and walk.along(some):
        left |= journal.left_behind(some)
        step(walk.seq)
    if walk.broken is not None:
        report.find(
            walk.broken.seq,
            f"The journal file {path.name} is damaged at event {walk.broken.seq}: {walk.broken.en}.",
            f"日记文件 {path.name} 在第 {walk.broken.seq} 条处损坏：{walk.broken.zh}。",
        )
    return _Witness(path, start, walk, left)


def _tell_chain(walk: Walk, log: LogReader, report: AuditReport) -> None:
    report.events, report.head = walk.seq, walk.head.hex()
    if walk.broken is not None:
        seq = walk.broken.seq
        report.events = log.count()
        report.find(
            seq,
            f"The log is broken at event {seq}: {walk.broken.en}.",
            f"日志在第 {seq} 条处中断：{walk.broken.zh}。",
        )


def _compare_proofs(anchors: Sequence[Anchor], log: LogReader, last: int, report: AuditReport) -> None:
    report.proofs = len(anchors)
    for anchor in anchors:
        if log.head_of(anchor.seq) == anchor.head:
            continue
        if anchor.seq > last:
            tell_missing(
                report,
                last,
                anchor.seq,
                f"the proof {anchor.proof_no}, issued since",
                f"已出具的证明 {anchor.proof_no}",
            )
        else:
            report.find(
                max(anchor.seq, 1),
                f"Event {anchor.seq} is not the one that the proof {anchor.proof_no} carries: it, or one before it, "
                "was replaced.",
                f"第 {anchor.seq} 条与证明 {anchor.proof_no} 所载不符：该条或之前的记录被替换。",
            )
        return


def _compare_journal(
    witnesses: Sequence[_Witness],
    log: LogReader,
    last: int,
    report: AuditReport,
    lost: Sequence[tuple[int, int]],
) -> None:
    reached = 0
    left = _left_behind(witnesses, log)
    for one in witnesses:
        # behind a gap the journal begins anew, with the head of the first event that is there
        is_behind_gap = (reached + 1, one.start.after - 1) in lost
        if one.start.after > reached and one is not witnesses[0] and not is_behind_gap:
            report.find(
                None,
                f"A file of the journal is missing: events {reached + 1} to {one.start.after} are in none.",
                f"日记文件缺失：第 {reached + 1} 至 {one.start.after} 条不在任何日记文件中。",
            )
        reached = max(reached, one.walk.seq)
        if log.head_of(one.walk.seq) == one.walk.head:
            report.journal_events = max(report.journal_events, one.walk.seq)
            continue
        if is_in(lost, one.walk.seq):
            continue
        seq = _first_difference(one, log)
        if one.walk.head in left:
            report.note(
                f"Events {seq} to {one.walk.seq} of the journal file {one.path.name} were left behind when a backup "
                "was restored.",
                f"日记文件 {one.path.name} 的第 {seq} 至 {one.walk.seq} 条是恢复备份时留下的旧记录。",
            )
            if report.signed_seq < seq:
                # anybody can write the event of a restore; who opens the shop afterwards signs it
                report.note(
                    "Nobody has signed that restore yet: without a password somebody may have cut the log off and "
                    "called it a restore. Ask who restored the backup before you open the shop.",
                    "这次恢复尚未签名：他人无需密码也可能截断日志并冒称恢复。打开店铺前请确认是谁恢复的备份。",
                )
            continue
        if seq > last:
            tell_missing(report, last, one.walk.seq, f"the journal file {one.path.name}", f"日记文件 {one.path.name} ")
        else:
            report.find(
                seq,
                f"Event {seq} is not the one that was written to the journal file {one.path.name}.",
                f"第 {seq} 条与日记文件 {one.path.name} 中的记录不符。",
            )


def _left_behind(witnesses: Sequence[_Witness], log: LogReader) -> set[bytes]:
    """The ends of files that the shop left when a backup was restored, as events say that the log, or a file that
    was left later, holds. A file that was left was begun where the one before it ended, which was left with it."""
    left: set[bytes] = set()
    if witnesses and log.head_of(witnesses[-1].walk.seq) != witnesses[-1].walk.head:
        # restored just now, and not opened since: the journal does not hold that event yet
        seq = 0
        while some := log.after(seq):
            left |= journal.left_behind(some)
            seq = some[-1][0]
    for one in reversed(witnesses):
        if log.head_of(one.walk.seq) == one.walk.head:
            left |= one.left
        elif one.walk.head in left:
            left |= one.left | {one.start.head}
    return left


def _first_difference(one: _Witness, log: LogReader) -> int:
    """The first event of a journal file that the log has not, or has otherwise."""
    _, lines = journal.open_file(one.path, log.shop_uuid)
    seq = one.start.after
    while some := list(islice(lines, audit.READ_AT_ONCE)):
        ours: dict[int, Event] = {event[0]: event for event in log.after(seq, len(some))}
        for event in some:
            seq = event[0]
            if ours.get(seq) != event:
                return seq
    return seq


def _add_notes(report: AuditReport) -> None:
    if report.events > report.signed_seq:
        since = report.signed_seq + 1
        report.note(
            f"Events {since} to {report.events} are not signed yet; they are at the next unlocking or checkpoint.",
            f"第 {since} 至 {report.events} 条尚未签名，将在下次解锁或到达检查点时签名。",
        )
    if report.events > report.journal_events:
        first = report.journal_events + 1
        report.note(
            f"The journal does not have event {first} and those after it: it was cut off, deleted, left out of a copy, "
            "or could not be written. Opening the shop writes them again.",
            f"外部日记中没有第 {first} 条及之后的记录：被截断、删除，复制时遗漏，或曾无法写入。打开店铺后会补写。",
        )
