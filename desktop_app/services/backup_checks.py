"""Looking into a backup before it is relied on: what it is, whether it is whole, and what speaks against it.

What makes a file unusable (damaged, changed tables, a newer version) is refused with an error. What makes it doubtful
is a finding: the event log does not hold together, it is not what its manifest says, files of evidence are missing.
Nothing is decrypted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from desktop_app.domain.errors import BadInputError, CancelledError, StorageError
from desktop_app.services.audit_findings import (
    AuditReport,
    Signatures,
    compare_checkpoints,
    genuine_checkpoints,
    is_in,
)
from desktop_app.storage import audit, backup_sets, salvaged_log, shop_copy
from desktop_app.storage.backup_sets import Backup
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.log_reading import LogReader

Cancelled = Callable[[], bool]
Text = tuple[str, str]
"""A sentence in both languages."""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What a backup holds. ``signed``: by a certificate of the shop; None without a manifest.

    ``last_at`` is the time of its last event, ``fingerprint`` that of the certificate which signed.
    """

    name: str
    shop_uuid: str
    shop_name: str
    version: int
    made_at: datetime | None
    seq: int
    head: bytes
    last_at: datetime | None
    signed: bool | None
    fingerprint: str
    file_count: int
    findings: tuple[Text, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings


def digest_of(path: Path, cancelled: Cancelled) -> str:
    """SHA-256 of a file as hex; :class:`BadInputError` when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(4 * 1024 * 1024):
                stop_if(cancelled)
                digest.update(chunk)
    except OSError as error:
        raise BadInputError(
            "The backup {name} cannot be read: {reason}.",
            "无法读取备份 {name}：{reason}。",
            name=path.name,
            reason=error.strerror or str(error),
        ) from error
    return digest.hexdigest()


def look_into(
    file: Path, backup: Backup, sha256: str, *, zone: ZoneInfo, cancelled: Cancelled, with_files: bool
) -> BackupFacts:
    """Check the shop file ``file`` (the backup itself, or a copy of it with the digest ``sha256``).

    :class:`StorageError` when it cannot be used at all. ``with_files`` reads every file of evidence as well.
    """
    name = backup.path.name
    marks = shop_copy.check_copy(file, name, cancelled)
    findings: list[Text] = []
    report = AuditReport()
    with closing(shop_copy.open_untrusted(file, cancelled)) as connection:
        log = LogReader(connection)
        shop_name = connection.execute("SELECT value FROM settings WHERE key = 'shop_name'").fetchone()
        salvages = log.salvages()
        walk = audit.walk_along(
            log.after,
            shop_uuid=log.shop_uuid,
            progress=lambda _done: stop_if(cancelled),
            gaps=salvaged_log.gaps_of(salvages),
        )
        last = log.last()
        head = log.head_of(last) or b""
        row = connection.execute("SELECT at FROM events WHERE seq = ?", (last,)).fetchone()
        if walk.broken is not None:
            report.find(
                walk.broken.seq,
                f"The event log in it is broken at event {walk.broken.seq}: {walk.broken.en}.",
                f"其中的操作日志在第 {walk.broken.seq} 条处中断：{walk.broken.zh}。",
            )
        certificates = log.certificates()
        signatures = Signatures(certificates, log.shop_uuid, report)
        signed = genuine_checkpoints(log.checkpoints(), signatures, signatures.trusted(None), report, salvages)
        signed = [one for one in signed if not is_in(walk.crossed, one.seq)]
        heads = {one.seq: log.head_of(one.seq) for one in signed}
        compare_checkpoints(signed, heads, last, report, zone)
    findings += [(one.en, one.zh) for one in report.findings]
    manifest = backup.manifest
    is_signed = None
    if manifest is None:
        findings.append(
            (
                "It has no manifest that can be read, so nothing says whether it is as it was made, and evidence and "
                "proofs are not restored.",
                "缺少可读取的备份清单，无法确认它与备份时一致，凭证和证明也不会恢复。",
            )
        )
    else:
        is_signed = backup_sets.is_signed(manifest, certificates)
        findings += _against_manifest(backup, sha256, log.shop_uuid, last, head, is_signed)
        if with_files:
            findings += missing_files(backup, cancelled)
    return BackupFacts(
        name=name,
        shop_uuid=log.shop_uuid,
        shop_name=manifest.shop_name if manifest else _text_in(shop_name),
        version=marks.version,
        made_at=manifest.made_at if manifest else None,
        seq=last,
        head=head,
        last_at=from_micros(row[0]) if row is not None and isinstance(row[0], int) else None,
        signed=is_signed,
        fingerprint=manifest.fingerprint if manifest else "",
        file_count=manifest.file_count if manifest else 0,
        findings=tuple(findings),
    )


def missing_files(backup: Backup, cancelled: Cancelled) -> list[Text]:
    """What the pool lacks of the files that a backup names."""
    try:
        bad = list(islice(backup_sets.altered_files(backup, lambda: stop_if(cancelled)), 1000))
    except StorageError as error:
        return [(error.en, error.zh)]
    return [told_missing(bad)] if bad else []


def told_missing(places: list[str]) -> Text:
    shown = ", ".join(place.partition("/")[2][:24] for place in places[:_SHOWN])
    return (
        f"Files of evidence or proofs are missing in the backup or were altered there: {len(places)} ({shown}).",
        f"备份中的凭证或证明文件缺失或被改动：{len(places)} 个（{shown}）。",
    )


def _text_in(row: tuple[str] | None) -> str:
    try:
        return str(json.loads(row[0])) if row is not None else ""
    except (ValueError, TypeError, RecursionError):
        return ""


def stop_if(cancelled: Cancelled) -> None:
    """Raise when the work is to stop."""
    if cancelled():
        raise CancelledError("Cancelled. Nothing was changed.", "已取消，没有做任何更改。")


def _against_manifest(
    backup: Backup, sha256: str, shop_uuid: str, seq: int, head: bytes, is_signed: bool
) -> list[Text]:
    manifest = backup.manifest
    if manifest is None:
        return []
    found: list[Text] = []
    if manifest.shop_uuid != shop_uuid:
        found.append(("Its manifest is of another shop.", "备份清单属于另一家店铺。"))
    if manifest.sha256 != sha256:
        found.append(
            (
                "The file is not the one that was made: its SHA-256 is not that of the manifest.",
                "文件与备份时不同：SHA-256 与备份清单不符。",
            )
        )
    if manifest.seq > seq:
        found.append(
            (
                f"Its event log was cut off: the manifest knows {manifest.seq} events, the file has {seq}.",
                f"其中的操作日志被截断：清单记录 {manifest.seq} 条，文件只有 {seq} 条。",
            )
        )
    elif (manifest.seq, manifest.head) != (seq, head):
        found.append(
            (
                "The end of its event log is not the one that the manifest names.",
                "其中操作日志的末尾与备份清单不符。",
            )
        )
    if manifest.signature and not is_signed:
        found.append(
            (
                "The signature of its manifest is not of a certificate of this shop.",
                "备份清单的签名不是由这家店铺的证书作出的。",
            )
        )
    if manifest.problem is not None:
        found.append(
            (
                f"When it was made, it did not pass its check: {manifest.problem[0]}.",
                f"备份时未通过检查：{manifest.problem[1]}。",
            )
        )
    if manifest.missing:
        count = len(manifest.missing)
        found.append(
            (
                f"Files of evidence or proofs were missing already when it was made: {count}.",
                f"备份时已缺失的凭证或证明文件：{count} 个。",
            )
        )
    return found
