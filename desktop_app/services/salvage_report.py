"""What came of a salvage: table by table, in words, and as the file that stays beside the shop."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from desktop_app.storage.salvaging import TableFound, missing_numbers

_TABLES: Final[Mapping[str, tuple[str, str]]] = {
    "shop": ("Shop", "店铺标识"),
    "settings": ("Settings", "设置"),
    "vault_slots": ("Ways to unlock", "解锁方式"),
    "vault_roots": ("Replaced keys of the vault", "已更换的主密钥"),
    "channels": ("Channels", "销售渠道"),
    "policies": ("Refund rules", "退款政策"),
    "products": ("Products", "商品"),
    "batches": ("Batches", "批次"),
    "card_keys": ("Card keys", "卡密"),
    "orders": ("Orders", "订单"),
    "units": ("Units of orders", "订单单件"),
    "deliveries": ("Deliveries", "发货记录"),
    "redemptions": ("Redemption records", "核销记录"),
    "requests": ("Requests", "申请"),
    "request_units": ("Units of requests", "申请涉及的单件"),
    "messages": ("Correspondence", "往来消息"),
    "evidence": ("Evidence", "凭证"),
    "decisions": ("Decisions", "处理结果"),
    "decision_units": ("Units of decisions", "处理结果明细"),
    "refunds": ("Refunds", "退款"),
    "proofs": ("Redemption proofs", "核销证明"),
    "proof_signatures": ("Signatures of proofs", "证明签名"),
    "escalations": ("Disputes", "争议"),
    "dispute_steps": ("Steps of disputes", "争议进展"),
    "dossiers": ("Dossiers", "证据包"),
    "intake": ("Requests from files", "自动收到的申请"),
    "events": ("Event log", "操作日志"),
    "signing_identities": ("Signing certificates", "签名证书"),
    "checkpoints": ("Signatures of the log", "日志检查点"),
    "redemption_imports": ("Redemption lists", "核销清单"),
    "redemption_import_lines": ("Lines of redemption lists", "核销清单明细"),
    "statements": ("Statements", "账单"),
    "statement_lines": ("Lines of statements", "账单明细"),
    "prints": ("Prints", "打印记录"),
    "printed_proofs": ("Printed proofs", "打印的证明"),
}

_SHOWN_NAMES = 200
_WRITTEN_ROWS = 20_000
"""Rows that the report keeps in full."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table. ``kept`` rows are in the new shop; of these ``from_backup``, ``rebuilt`` and ``from_index`` did not
    come from the table itself, and ``aged`` are as they were when the backup was made.

    ``lost`` are gone; ``is_counted`` says that these are all. ``removed`` were read and could not stand without what
    they belong to; ``unlinked`` lost a link to another row. ``names`` of lost rows as far as an index tells them.
    """

    table: str
    en: str
    zh: str
    kept: int
    lost: int
    is_counted: bool
    from_backup: int
    aged: int
    rebuilt: int
    from_index: int
    removed: int
    unlinked: int
    names: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.is_counted and not (self.lost + self.removed + self.unlinked + self.aged + self.rebuilt)


@dataclass(frozen=True, slots=True)
class BackupCompared:
    """The newest good backup, and how much of the shop it does not know."""

    path: Path
    made_at: datetime
    orders: int
    requests: int
    events: int


@dataclass(frozen=True, slots=True)
class SalvagePreview:
    """What a salvage brings. ``is_sound``: the file is not damaged at all.

    ``gaps`` are first and last of the events that are lost; ``events_from`` how many came back from the journal or the
    backup. ``removed`` are rows in full, with why they are not in the new shop. ``seq`` is the event of the salvage,
    ``at`` its time, ``actor`` who did it. ``sources`` are, by where they came from and by table, the numbers of rows
    that did not come from the damaged file.
    """

    shop_uuid: str
    folder: Path
    version: int
    pages: int
    damaged_pages: int
    is_sound: bool
    tables: tuple[TableLine, ...]
    unknown_rows: int
    gaps: tuple[tuple[int, int], ...]
    is_log_end_known: bool
    events_from: Mapping[str, int]
    seq: int
    at: datetime
    actor: str
    can_be_unlocked: bool
    backup: BackupCompared | None
    removed: Mapping[str, Sequence[tuple[str, Mapping[str, Any]]]]
    sources: Mapping[str, Mapping[str, Sequence[int]]]

    @property
    def kept(self) -> int:
        return sum(line.kept for line in self.tables)

    @property
    def lost(self) -> int:
        """Rows that are known to be lost or taken out."""
        return sum(line.lost + line.removed for line in self.tables)

    @property
    def is_counted(self) -> bool:
        return all(line.is_counted for line in self.tables)

    @property
    def per_mille(self) -> int:
        """How much is kept of what is known to have been there, rounded down: only 1000 is everything."""
        return 1000 * self.kept // max(1, self.kept + self.lost)

    @property
    def lost_events(self) -> int:
        return sum(last - first + 1 for first, last in self.gaps)


def table_line(
    one: TableFound,
    from_backup: Sequence[int],
    aged: Sequence[int],
    rebuilt: Sequence[int],
    connection: sqlite3.Connection,
) -> TableLine:
    """How a table stands now that everything is done. Reads its rows once more."""
    name = one.table.name
    en, zh = _TABLES.get(name, (name, name))
    lost = _still_lost(one, connection)
    one.lost = lost
    return TableLine(
        table=name,
        en=en,
        zh=zh,
        kept=connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0],
        lost=len(lost),
        is_counted=one.is_counted or not one.holes or not missing_numbers(connection, one),
        from_backup=len(from_backup),
        aged=len(aged),
        rebuilt=len(rebuilt),
        from_index=one.from_indexes,
        removed=len(one.removed),
        unlinked=len(one.unlinked),
        names=tuple(one.name_of(number) for number in lost[:_SHOWN_NAMES]),
    )


def _still_lost(one: TableFound, connection: sqlite3.Connection) -> list[int]:
    query = f'SELECT 1 FROM "{one.table.name}" WHERE rowid = ?'
    removed = {values.get("rowid", values.get("id")) for _, values in one.removed}
    return [
        number
        for number in one.lost
        if number not in removed and connection.execute(query, (number,)).fetchone() is None
    ]


def report_text(preview: SalvagePreview) -> str:
    """The report as JSON: counts, names, and in full the rows that could be read and have no place any more."""
    backup = preview.backup
    told = {
        "format": "kamidesk-salvage-1",
        "shop": preview.shop_uuid,
        "salvaged_at": _iso(preview.at),
        "salvaged_by": preview.actor,
        "event": preview.seq,
        "pages": preview.pages,
        "damaged_pages": preview.damaged_pages,
        "version": preview.version,
        "rows_kept": preview.kept,
        "rows_lost": preview.lost,
        "rows_lost_is_all": preview.is_counted,
        "rows_of_unknown_tables": preview.unknown_rows,
        "can_be_unlocked": preview.can_be_unlocked,
        "events_missing": [list(gap) for gap in preview.gaps],
        "events_from": dict(preview.events_from),
        "backup": None if backup is None else {"file": backup.path.name, "made_at": _iso(backup.made_at)},
        "tables": [
            {
                "table": line.table,
                "name": line.en,
                "name_zh": line.zh,
                "kept": line.kept,
                "lost": line.lost if line.is_counted else f">={line.lost}",
                "lost_names": list(line.names),
                "from_backup": line.from_backup,
                "from_backup_changed_since": line.aged,
                "rebuilt_from_log": line.rebuilt,
                "from_index": line.from_index,
                "taken_out": line.removed,
                "links_emptied": line.unlinked,
            }
            for line in preview.tables
            if line.kept or not line.is_whole
        ],
        "rows_from_elsewhere": {
            source: {name: sorted(numbers) for name, numbers in tables.items()}
            for source, tables in preview.sources.items()
        },
        "rows_taken_out": {
            name: [{"reason": reason, **_plain(row)} for reason, row in rows[:_WRITTEN_ROWS]]
            for name, rows in preview.removed.items()
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
