"""The event log in one file for somebody else: an arbitrator, a platform, a court. Checked without the shop.

Lines of JSON (UTF-8, LF): first what the file is (``kamidesk-audit-1``), then a line for each certificate and each
checkpoint, then a line for each event in the form of :mod:`desktop_app.storage.event_lines`, from the first to the
last. Where an event is nobody's business its text is withheld and only its hash is there: the chain still closes, and
what is shown cannot have been changed. The file is written and read line by line.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from desktop_app.documents.whole_file import whole_file
from desktop_app.domain.errors import BadInputError, CancelledError, NotFoundError
from desktop_app.services.audit_findings import (
    AuditReport,
    Signatures,
    compare_checkpoints,
    genuine_checkpoints,
    is_in,
)
from desktop_app.services.checkpoints import sign_checkpoint
from desktop_app.services.context import Context
from desktop_app.services.shop_settings import read_settings
from desktop_app.storage import audit
from desktop_app.storage.audit import Event, Walk
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.dispute_tables import CheckpointReason
from desktop_app.storage.event_lines import LONGEST, read_line, write_line
from desktop_app.storage.log_reading import Certificate, Checkpoint, LogReader, open_log
from desktop_app.storage.salvaged_log import gaps_of
from desktop_app.storage.tables import OrderRow

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

FORMAT = "kamidesk-audit-1"

_MOST = 1_000_000
"""Certificates or checkpoints that a file may say it has."""


def export_log(
    context: Context,
    path: Path,
    *,
    order_no: str = "",
    redact: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write the log to ``path`` and return the number of events whose text is in it.

    ``order_no`` shows the events of that order and withholds all others; ``redact`` withholds every text that no
    ``order_no`` asks for. Unlocked, the log is signed first, up to its last event. Cancelling leaves no file behind.
    """
    shown = _events_of_order(context, order_no) if order_no else set() if redact else None
    with context.write() as session:
        sign_checkpoint(context, session, CheckpointReason.EXPORT)
    with context.read() as session:
        shop_name = read_settings(session).shop_name
    with whole_file(path) as part, part.open("wb") as file, open_log(context.database.path) as log:
        checkpoints = log.checkpoints()
        certificates = log.certificates()
        total = log.last()
        head = {
            "format": FORMAT,
            "shop": context.shop_uuid,
            "shop_name": shop_name,
            "at": context.clock(),
            "events": total,
            "head": log.head_of(total) or b"",
            "order_no": order_no,
            "certificates": len(certificates),
            "checkpoints": len(checkpoints),
        }
        gaps = sorted(gaps_of(log.salvages()).items())
        if gaps:
            head["gaps"] = gaps  # events that a salvage could not save have no line
        _write(file, head)
        for certificate in certificates:
            _write(file, {"certificate": _certificate_fields(certificate)})
        for checkpoint in checkpoints:
            _write(file, {"checkpoint": _checkpoint_fields(checkpoint)})
        count = 0
        for events in _parts(log, total):
            if cancelled is not None and cancelled():
                raise CancelledError("Cancelled; no file was written.", "已取消，未写入文件。")
            for seq, body, leaf, stored in events:
                is_shown = shown is None or seq in shown
                count += is_shown
                file.write(write_line(body if is_shown else None, leaf, stored))
            if progress is not None:
                progress(events[-1][0], total)
    with context.write() as session:
        facts = {"what": "audit", "rows": count, "file": path.name, "order_no": order_no}
        context.record(session, "export.written", "exports", 0, facts=facts)
    context.announce("audit")
    return count


def check_export(
    path: Path, *, fingerprint: str | None = None, zone: ZoneInfo | None = None, progress: Progress | None = None
) -> AuditReport:
    """Verify a file of :func:`export_log`; needs nothing but the file.

    ``fingerprint`` trusts that certificate and its successors only. :class:`BadInputError` when the file cannot be
    read or is none of ours; ``progress(done, total)`` counts events and may raise to cancel.
    """
    report = AuditReport()
    try:
        with path.open("rb") as file:
            _check(file, path, report, fingerprint, zone or ZoneInfo("Asia/Shanghai"), progress)
    except OSError as error:
        raise BadInputError(
            "{file} cannot be read: {reason}.", "无法读取 {file}：{reason}。", file=path, reason=error.strerror or error
        ) from error
    return report


# ---- writing


def _events_of_order(context: Context, order_no: str) -> set[int]:
    with context.read() as session:
        order_id = session.exec(select(OrderRow.id).where(col(OrderRow.order_no) == order_no)).first()
        if order_id is None:
            raise NotFoundError("There is no order {order_no}.", "没有订单 {order_no}。", order_no=order_no[:64])
        rows = session.connection().exec_driver_sql("SELECT seq FROM events WHERE order_id = ?", (order_id,))
        return set(rows.scalars())


def _parts(log: LogReader, total: int) -> Iterator[list[Event]]:
    seq = 0
    while seq < total and (events := list(log.after(seq, min(audit.READ_AT_ONCE, total - seq)))):
        seq = events[-1][0]
        yield events


def _write(file: IO[bytes], value: dict[str, Any]) -> None:
    file.write(audit.canonical(value).encode() + b"\n")


def _certificate_fields(one: Certificate) -> dict[str, Any]:
    return {
        "id": one.id,
        "fingerprint": one.fingerprint,
        "der": base64.b64encode(one.der).decode("ascii"),
        "previous_id": one.previous_id,
        "cross_signature": one.cross_signature,
    }


def _checkpoint_fields(one: Checkpoint) -> dict[str, Any]:
    return {
        "id": one.id,
        "seq": one.seq,
        "head": one.head,
        "reason": one.reason,
        "identity_id": one.identity_id,
        "signature": one.signature,
        "signed_at": one.signed_at,
    }


# ---- checking


def _check(
    file: IO[bytes], path: Path, report: AuditReport, printed: str | None, zone: ZoneInfo, progress: Progress | None
) -> None:
    head = _fields(file.readline(LONGEST))
    if head is None or head.get("format") != FORMAT:
        raise BadInputError(
            "{file} is no event log that Kamidesk exported.", "{file} 不是 Kamidesk 导出的操作日志。", file=path.name
        )
    try:
        shop_uuid = str(UUID(head["shop"]))
        total, wanted = _count(head["events"], 2**53), _hex(head["head"])
        numbers = _count(head["certificates"], _MOST), _count(head["checkpoints"], _MOST)
        _count(head["at"], 2**53)
        gaps = {_count(first, 2**53): _count(last, 2**53) for first, last in head.get("gaps", [])}
        report.shop_name, report.order_no = str(head["shop_name"]), str(head["order_no"])
        certificates = [_certificate(_part(file, "certificate")) for _ in range(numbers[0])]
        checkpoints = [_checkpoint(_part(file, "checkpoint")) for _ in range(numbers[1])]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, binascii.Error):
        report.find(
            None,
            "The first lines of the file, with the certificates and checkpoints, are damaged.",
            "文件开头的证书与检查点部分已损坏。",
        )
        return
    signatures = Signatures(certificates, shop_uuid, report)
    good = genuine_checkpoints(checkpoints, signatures, signatures.trusted(printed), report)
    marks = frozenset(one.seq for one in good)
    walk = Walk(0, audit.genesis(shop_uuid), marks, may_withhold=True, gaps=gaps)
    lines = _events(file, report, gaps)
    while (some := list(islice(lines, audit.READ_AT_ONCE))) and walk.along(some):
        if progress is not None:
            progress(walk.seq, max(total, walk.seq))
    report.events, report.head = walk.seq, walk.head.hex()
    if walk.broken is not None:
        seq = walk.broken.seq
        report.find(
            seq,
            f"The log is broken at event {seq}: {walk.broken.en}.",
            f"日志在第 {seq} 条处中断：{walk.broken.zh}。",
        )
        good = [one for one in good if one.seq < seq]
    elif (walk.seq, walk.head) != (total, wanted):
        report.find(
            walk.seq + 1,
            f"The file ends with event {walk.seq}; it says of itself that it has {total}, and how they end.",
            f"文件到第 {walk.seq} 条为止，与其首行所称的 {total} 条或末尾哈希不符。",
        )
    good = [one for one in good if not is_in(walk.crossed, one.seq)]
    compare_checkpoints(good, walk.heads, walk.seq, report, zone)
    for first, last in walk.crossed:
        report.find(
            first,
            f"Events {first} to {last} are missing ({last - first + 1}): the file says that they were lost when a "
            "damaged shop file was salvaged. Nothing tells what they were; those before and after them hold together.",
            f"第 {first} 至 {last} 条缺失（共 {last - first + 1} 条）：文件称它们在抢救损坏的店铺文件时丢失。"
            "其内容已无从得知；前后的记录各自衔接。",
        )
    _add_notes(report, printed)


def _events(file: IO[bytes], report: AuditReport, gaps: Mapping[int, int]) -> Iterator[Event]:
    seq = 0
    while line := file.readline(LONGEST):
        seq = max(gaps.get(seq + 1, 0), seq) + 1
        found = read_line(line)
        if found is None:
            yield seq, b"", b"", b""  # follows from nothing: the walk stops here
            return
        report.withheld += found[0] is None
        yield (seq, *found)


def _add_notes(report: AuditReport, printed: str | None) -> None:
    if report.withheld:
        report.note(
            f"The text of {report.withheld} events is withheld; their hashes are there and fit.",
            f"有 {report.withheld} 条记录的内容未公开，其哈希在文件中且相符。",
        )
    if report.events > report.signed_seq:
        unsigned = (
            f"Events {report.signed_seq + 1} to {report.events} are not signed: whoever made the file could have "
            "written them.",
            f"第 {report.signed_seq + 1} 至 {report.events} 条没有签名：可由文件制作者任意写入。",
        )
        if printed is None:
            report.note(*unsigned)
        elif report.is_intact:
            # the program signs what it exports, so who asks for one signer must not be given what nobody signed
            report.find(report.signed_seq + 1, *unsigned)
    if report.shop_name or report.order_no:
        report.note(
            "The name of the shop, the order number and the times of signing are what the file says of itself: no "
            "signature covers them.",
            "店铺名称、订单号与签名时间是文件自称的内容，不在签名覆盖范围内。",
        )
    if printed is None and report.fingerprints:
        report.note(
            "Anybody can make a certificate: compare the fingerprint with the one that the shop published before "
            "the dispute, or give it with --fingerprint.",
            "任何人都能制作证书：请将指纹与店铺在争议发生前公布的指纹核对，或用 --fingerprint 指定。",
        )


def _part(file: IO[bytes], name: str) -> dict[str, Any]:
    fields = _fields(file.readline(LONGEST))
    if fields is None or set(fields) != {name} or not isinstance(fields[name], dict):
        raise ValueError(name)
    part: dict[str, Any] = fields[name]
    return part


def _certificate(fields: dict[str, Any]) -> Certificate:
    cross = fields["cross_signature"]
    previous = fields["previous_id"]
    return Certificate(
        id=_count(fields["id"], _MOST),
        fingerprint=_hex(fields["fingerprint"]).hex(),
        der=base64.b64decode(fields["der"], validate=True),
        previous_id=None if previous is None else _count(previous, _MOST),
        cross_signature=None if cross is None else _hex(cross),
    )


def _checkpoint(fields: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        id=_count(fields["id"], _MOST),
        seq=_count(fields["seq"], 2**53),
        head=_hex(fields["head"]),
        reason=str(fields["reason"]),
        identity_id=_count(fields["identity_id"], _MOST),
        signature=_hex(fields["signature"]),
        signed_at=from_micros(_count(fields["signed_at"], 2**53)),
    )


def _hex(text: str) -> bytes:
    """The bytes of lower-case digits without spaces, the one spelling."""
    found = bytes.fromhex(text)
    if found.hex() != text:
        raise ValueError(text)
    return found


def _count(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _fields(line: bytes) -> dict[str, Any] | None:
    """The object that stands in a line as we write it; None when there is none, or one that can be read in two ways."""
    try:
        found = json.loads(line.decode(), object_pairs_hook=_once)
        # in its one spelling, so that nothing in these lines can be written anew
        is_ours = isinstance(found, dict) and audit.canonical(found).encode() + b"\n" == line
    except (ValueError, TypeError, RecursionError, BadInputError):
        return None
    return found if is_ours else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
