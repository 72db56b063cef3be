"""Holding the tables that a dispute turns on against the event log: redemption records, issued proofs, signatures,
policies and decisions.

The log says what was recorded and issued, so rows that somebody changed, took away or slipped in with a tool stand
out. What is signed by itself, the facts behind a proof's QR code, needs no log. Works while the shop is locked.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.documents.proof_code import ReadCode, read_code
from desktop_app.domain.errors import BadInputError
from desktop_app.services.audit_findings import AuditReport, Signatures
from desktop_app.services.proof_issuing import FOLDER
from desktop_app.storage.log_reading import Checkpoint, Difference, IssuedFacts, LogReader
from desktop_app.storage.salvaged_log import Salvage

_LARGEST = 20 * 1024 * 1024
_CODE = re.compile(rb"KMP1\.[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{86}")


def compare_signed(
    signed_at_once: int, good: Sequence[Checkpoint], report: AuditReport, salvages: Sequence[Salvage] = ()
) -> None:
    """Find out that signatures were taken away: some events are never without one."""
    salvage = next((one for one in salvages if one.lost.get("checkpoints")), None)
    if max((one.seq for one in good), default=0) >= signed_at_once:
        return
    if salvage is not None and salvage.seq > signed_at_once:
        report.find(
            signed_at_once,
            f"Event {signed_at_once} was signed when it happened, and no valid signature covers it now: event "
            f"{salvage.seq} says that signatures were lost when the damaged shop file was salvaged.",
            f"第 {signed_at_once} 条发生时已签名，现在却没有有效签名覆盖它：第 {salvage.seq} 条记载签名在抢救损坏的"
            "店铺文件时丢失。",
        )
    else:
        report.find(
            signed_at_once,
            f"Event {signed_at_once} was signed when it happened, and no valid signature covers it now: checkpoints "
            "were deleted.",
            f"第 {signed_at_once} 条发生时已签名，现在却没有有效签名覆盖它：检查点被删除。",
        )


def compare_register(
    log: LogReader,
    data_dir: Path,
    signatures: Signatures,
    report: AuditReport,
    salvages: Sequence[Salvage] = (),
    lost_events: Sequence[tuple[int, int]] = (),
) -> None:
    """Find records, proofs, policies and decisions that are not as they were recorded, issued, published and made.

    ``salvages`` and ``lost_events`` say which of them, and which of the events that would speak of them, were lost.
    """
    known = _Losses(salvages, bool(lost_events))
    try:
        _tell(log.altered_records(), _RECORDS, report, known)
        _tell(log.altered_proofs(), _PROOFS, report, known)
        _tell(log.altered_policies(), _POLICIES, report, known)
        _tell(log.altered_decisions(), _DECISIONS, report, known)
        _compare_facts(log.issued_facts(), signatures, report)
    except sqlite3.OperationalError:  # a text that is no JSON; whoever put it there changed the log, too
        report.find(
            None,
            "The records and proofs cannot be compared with the log, because the text of an event is no JSON.",
            "有记录的内容不是 JSON，无法将核销记录和核销证明与日志比对。",
        )
    _compare_files(log, data_dir, report, lost_events)


@dataclass(frozen=True, slots=True)
class _Losses:
    """What the log says of salvages, and whether they have lost events of it."""

    salvages: Sequence[Salvage]
    has_gaps: bool

    def of(self, tables: Sequence[str], number: int | None) -> Salvage | None:
        """The salvage that says that this row was lost; without its number one that has lost any of its table."""
        for one in self.salvages:
            if any(one.names(table, number) or (number is None and one.lost.get(table)) for table in tables):
                return one
        return None


@dataclass(frozen=True, slots=True)
class _Sentences:
    """What is said of a row by its ``name``: that no event speaks of it, or that it is not as event ``seq`` says.

    ``tables`` are those that it stands in.
    """

    tables: tuple[str, ...]
    unknown_en: str
    unknown_zh: str
    altered_en: str
    altered_zh: str


_RECORDS = _Sentences(
    ("redemptions",),
    "Order {name} has a redemption record that no event speaks of.",
    "订单 {name} 有一条日志中没有的核销记录。",
    "The redemption record of order {name} is not what event {seq} recorded: it was changed or removed.",
    "订单 {name} 的核销记录与第 {seq} 条所载不符：被改动或删除。",
)
_PROOFS = _Sentences(
    ("proofs", "proof_signatures"),
    "The register has a proof {name} that no event issued.",
    "证明登记中的 {name} 在日志中没有出具记录。",
    "The register does not have the proof {name} as event {seq} issued it: it was changed or removed.",
    "证明 {name} 的登记与第 {seq} 条所载不符：被改动或删除。",
)
_POLICIES = _Sentences(
    ("policies",),
    "The policy {name} is one that no event published.",
    "政策 {name} 在日志中没有发布记录。",
    "The policy {name} is not as event {seq} published it: its rates or its wording were changed, or it was removed.",
    "政策 {name} 与第 {seq} 条发布时不符：费率或条文被改动，或被删除。",
)
_DECISIONS = _Sentences(
    ("decisions",),
    "Request {name} has a decision that no event speaks of.",
    "申请 {name} 有一条日志中没有的处理结果。",
    "The decision on request {name} is not what event {seq} recorded: it was changed or removed.",
    "申请 {name} 的处理结果与第 {seq} 条所载不符：被改动或删除。",
)


def _tell(found: Iterable[Difference], say: _Sentences, report: AuditReport, known: _Losses) -> None:
    for one in found:
        facts = {"name": one.name, "seq": one.seq}
        salvage = known.of(say.tables, one.row) if one.seq is not None else None
        if one.seq is None:
            en, zh = say.unknown_en.format(**facts), say.unknown_zh.format(**facts)
            if known.has_gaps:
                en += " Its event may be among those that were lost in a salvage."
                zh += "对应的日志可能在抢救时丢失的记录之中。"
        else:
            en, zh = say.altered_en.format(**facts), say.altered_zh.format(**facts)
        if salvage is not None:
            en = en.partition(": it")[0]
            en += (
                f": event {salvage.seq} says that it was lost, in whole or in part, when the damaged file was salvaged."
            )
            zh = zh.rpartition("：")[0]
            zh += f"：第 {salvage.seq} 条记载它在抢救损坏的文件时全部或部分丢失。"
        report.find(one.seq, en, zh)


def _compare_facts(proofs: Iterator[IssuedFacts], signatures: Signatures, report: AuditReport) -> None:
    for one in proofs:
        try:
            code = read_code(one.code_text)
        except BadInputError:
            code = None
        if (
            code is None
            or code.facts.proof_no != one.proof_no
            or code.facts.facts_sha256 != hashlib.sha256(one.facts.encode()).hexdigest()
            or not signatures.signed(one.identity_id, code.message, code.signature)
        ):
            report.find(
                one.seq,
                f"The facts that the register keeps of the proof {one.proof_no} (event {one.seq}) are not those that "
                "were signed.",
                f"证明 {one.proof_no}（第 {one.seq} 条）登记的事实数据与签名时不符。",
            )


def _compare_files(log: LogReader, data_dir: Path, report: AuditReport, lost_events: Sequence[tuple[int, int]]) -> None:
    """Issued files that the register does not know are witnesses of a log that was cut off or computed anew."""
    folder = data_dir / FOLDER
    known = log.proof_files()
    strangers: list[tuple[int, str]] = []
    for path in folder.glob("*.pdf") if folder.is_dir() else ():
        code = None if path.name in known else _code_in(path)
        # a file that was left when the program was stopped while it issued agrees with the log
        if code is None or any(first <= code.facts.audit_seq <= last for first, last in lost_events):
            continue
        if log.head_of(code.facts.audit_seq) != bytes.fromhex(code.facts.audit_head):
            strangers.append((code.facts.audit_seq, path.name))
    if strangers:
        seq, name = min(strangers)
        report.find(
            seq,
            f"The file {name} carries an event {seq} that the log does not have so, and the register does not know it "
            f"({len(strangers)} such files): the log was cut off or replaced.",
            f"证明文件 {name} 所载的第 {seq} 条与日志不符，且未登记（此类文件 {len(strangers)} 个）："
            "日志被截断或替换。",
        )


def _code_in(path: Path) -> ReadCode | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        found = _CODE.search(path.read_bytes())
        return read_code(found.group().decode("ascii")) if found is not None else None
    except (OSError, BadInputError):
        return None
