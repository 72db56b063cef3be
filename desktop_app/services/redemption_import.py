"""A list of redemptions from a supplier or an operator: a verdict on every line, then all of it at once or nothing.

The list itself is kept sealed as evidence of every record that it made. A record that says otherwise is never written
over: on the merchant's word a new one names it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from desktop_app.domain.card_keys import Sentence
from desktop_app.domain.errors import ConflictError, RefusedError
from desktop_app.domain.states import EvidenceKind, KeyState, TopupState, UnitState
from desktop_app.exchange.redemption_lines import ListLine
from desktop_app.exchange.redemption_lists import (
    MAX_BYTES,
)
from desktop_app.exchange.text_files import open_regular
from desktop_app.services.buyers import seal_redemption_target
from desktop_app.services.context import Context
from desktop_app.services.form_fields import FieldName, line_field
from desktop_app.services.key_rows import SEVERAL, ranges
from desktop_app.services.key_tagging import last_event
from desktop_app.services.redemption_matching import ListVerdict, Match, match_lines, target_of_line
from desktop_app.services.redemption_preview import (
    MALFORMED_VERDICTS,
    UNMATCHED_VERDICTS,
    RedemptionPreview,
)
from desktop_app.services.verdicts import OPEN_STATES, refresh_due
from desktop_app.services.work import Cancelled, Progress, Work
from desktop_app.storage import attachments
from desktop_app.storage.column_types import to_micros
from desktop_app.storage.connections import roomy_cache
from desktop_app.storage.dispute_tables import RedemptionImportRow
from desktop_app.storage.row_numbers import next_number
from desktop_app.storage.tables import RequestRow

_AT_ONCE: Final = 2000
_SOURCE = FieldName("The source of the list", "清单来源")
_STATED_BY = FieldName("Who says so", "陈述人")

_INSERT_RECORDS: Final = """
INSERT INTO redemptions (id, uid, unit_id, redeemed_at, code, target_sealed, source, stated_by, note, replaces_id,
  recorded_at, recorded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_LINES: Final = "INSERT INTO redemption_import_lines (redemption_id, import_id, line) VALUES (?, ?, ?)"
_INSERT_EVIDENCE: Final = """
INSERT INTO evidence (order_id, redemption_id, kind, name, stored_name, sha256, size, captured_at, source,
  written_promise, in_platform_chat, note, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?)
"""
# what is partially used stays so: a list says nothing of the balance
_MOVE_UNITS: Final = f"""
UPDATE units SET
  state = CASE WHEN state IN ('{UnitState.UNUSED}', '{UnitState.UNKNOWN}') THEN '{UnitState.REDEEMED}' ELSE state END,
  topup = CASE WHEN topup IS NULL THEN NULL ELSE '{TopupState.ARRIVED}' END
WHERE id IN (SELECT value FROM json_each(?))
"""
# a reusable key goes on being sold, and a void one stays void
_MOVE_KEYS: Final = f"""
UPDATE card_keys SET state = '{KeyState.REDEEMED}', state_at = ?
WHERE state IN ('{KeyState.DELIVERED}', '{KeyState.QUARANTINED}') AND id IN (
  SELECT u.card_key_id FROM units u JOIN card_keys k ON k.id = u.card_key_id JOIN products p ON p.id = k.product_id
  WHERE u.id IN (SELECT value FROM json_each(?)) AND u.state = '{UnitState.REDEEMED}' AND p.reusable = 0
)
"""
_QUARANTINE: Final = f"""
UPDATE card_keys SET state = '{KeyState.QUARANTINED}', state_at = ?, failed_at = ?
WHERE id IN (SELECT value FROM json_each(?)) AND state = '{KeyState.IN_STOCK}' RETURNING id
"""


class ListKind(StrEnum):
    """Who wrote the list."""

    SUPPLIER = "supplier"
    OPERATOR = "operator"
    SHOP = "shop"


LIST_SOURCES: Final[Mapping[ListKind, Sentence]] = {
    ListKind.SUPPLIER: Sentence("Supplier's activation record", "供应商激活记录"),
    ListKind.OPERATOR: Sentence("Operator's arrival record", "运营商到账记录"),
    ListKind.SHOP: Sentence("Log of our own back end", "本店后台日志"),
}
_EVIDENCE_KINDS: Final = {
    ListKind.SUPPLIER: EvidenceKind.OFFICIAL_ACTIVATION_RECORD,
    ListKind.OPERATOR: EvidenceKind.OFFICIAL_ACTIVATION_RECORD,
    ListKind.SHOP: EvidenceKind.BACKEND_LOG,
}


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What the merchant says of a whole list.

    ``source`` empty: the words of ``kind``; ``stated_by`` empty: who imports it. ``captured_at``: when the list was
    made; None: when its file was last changed. ``correct``: lines that say otherwise make a new record that names the
    old one. ``quarantine``: keys in stock that the list says are used are kept from being sold.
    """

    kind: ListKind = ListKind.SUPPLIER
    source: str = ""
    stated_by: str = ""
    captured_at: datetime | None = None
    correct: bool = False
    quarantine: bool = False


@dataclass(frozen=True, slots=True)
class RedemptionImportResult:
    """What was stored; the five counts add up to ``line_count``. ``corrected_count`` of the recorded ones name an older
    record that said otherwise."""

    import_id: int
    line_count: int
    recorded_count: int
    known_count: int
    unmatched_count: int
    conflict_count: int
    malformed_count: int
    corrected_count: int
    quarantined_count: int


def import_list(
    context: Context,
    preview: RedemptionPreview,
    options: ListOptions,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> RedemptionImportResult:
    """Record what ``preview`` shows, as ``options`` say: one transaction, or nothing.

    ConflictError when the file or the shop changed so that a line no longer means what was looked at; RefusedError when
    there is nothing to record; CancelledError until the last moment.
    """
    source = line_field(_SOURCE, options.source) or LIST_SOURCES[options.kind].zh
    stated_by = line_field(_STATED_BY, options.stated_by) or context.actor
    content, changed_at = _unchanged(preview)
    chosen = preview.to_record(correct=options.correct)
    alarms = [match.key_id for match in preview.matches if match.key_id is not None] if options.quarantine else []
    if not chosen and not alarms:
        raise RefusedError(
            "{file} holds nothing to record: every line is recorded already, or says why it cannot be.",
            "{file} 中没有可登记的内容：各行均已有记录，或已说明不能登记的原因。",
            file=preview.file.source,
        )
    now = context.clock()
    captured_at = min(options.captured_at or changed_at, now)
    event_seq = _still_true(context, preview, cancelled)
    work = Work(progress, cancelled, len(chosen))
    stored = attachments.store(context.data_dir / attachments.FOLDER_NAME, context.vault, content, preview.file.source)
    with context.write() as session, roomy_cache(session.connection()):
        connection = session.connection()
        if last_event(connection) != event_seq:
            raise _meanwhile(preview)
        corrected = sum(preview.matches[at].verdict is ListVerdict.CONFLICT for at in chosen)
        row = RedemptionImportRow(
            name=stored.name,
            sha256=stored.sha256,
            stored_name=stored.stored_name,
            size=stored.size,
            source=source,
            stated_by=stated_by,
            line_count=len(preview.matches),
            recorded_count=len(chosen),
            known_count=preview.count(ListVerdict.KNOWN),
            unmatched_count=sum(map(preview.count, UNMATCHED_VERDICTS)),
            conflict_count=preview.count(ListVerdict.CONFLICT) - corrected,
            malformed_count=sum(map(preview.count, MALFORMED_VERDICTS)),
            imported_at=now,
            imported_by=context.actor,
        )
        session.add(row)
        session.flush()
        writer = _Writer(context, session, preview, row, options.kind, stored, captured_at, now)
        for start in range(0, len(chosen), _AT_ONCE):
            work.add(0)
            writer.write(chosen[start : start + _AT_ONCE])
            work.add(len(chosen[start : start + _AT_ONCE]))
        quarantined = _quarantine(context, connection, session, alarms, f"{source}: {stored.name}", now)
        _refresh(context, session, {unit.order_id for at in chosen if (unit := preview.matches[at].unit)})
        result = RedemptionImportResult(
            import_id=row.id,
            line_count=row.line_count,
            recorded_count=row.recorded_count,
            known_count=row.known_count,
            unmatched_count=row.unmatched_count,
            conflict_count=row.conflict_count,
            malformed_count=row.malformed_count,
            corrected_count=corrected,
            quarantined_count=quarantined,
        )
        context.record(
            session,
            "redemptions.imported",
            "redemption_imports",
            row.id,
            facts={
                "file": stored.name,
                "source": source,
                "stated_by": stated_by,
                "sha256": stored.sha256,
                "size": stored.size,
                "line_count": result.line_count,
                "recorded_count": result.recorded_count,
                "known_count": result.known_count,
                "unmatched_count": result.unmatched_count,
                "conflict_count": result.conflict_count,
                "malformed_count": result.malformed_count,
                "corrected_count": corrected,
                "quarantined_count": quarantined,
            },
        )
        work.add(0)
    context.announce("orders", "keys", "products", "requests", "proofs")
    return result


# ---- inside


def _unchanged(preview: RedemptionPreview) -> tuple[bytes, datetime]:
    """The bytes of the file that was looked at, and when it was last changed."""
    with open_regular(preview.path) as file:
        content = file.read(MAX_BYTES + 1)
        changed_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    if hashlib.sha256(content).hexdigest() != preview.file.sha256:
        raise ConflictError(
            "{file} changed since the preview; nothing was recorded. Look at it again.",
            "{file} 在预览之后发生了变化，未登记任何内容，请重新预览。",
            file=preview.file.source,
        )
    return content, changed_at


def _still_true(context: Context, preview: RedemptionPreview, cancelled: Cancelled | None) -> int:
    """The number of the event up to which every line still means what was looked at."""
    with context.read() as session:
        event_seq = last_event(session.connection())
    if event_seq != preview.event_seq:
        now = match_lines(context, preview.file.lines, None, cancelled)
        if any(new.identity != old.identity for new, old in zip(now, preview.matches, strict=True)):
            raise _meanwhile(preview)
    return event_seq


def _meanwhile(preview: RedemptionPreview) -> ConflictError:
    return ConflictError(
        "Something in the shop changed since the preview of {file}; nothing was recorded. Look at it again.",
        "{file} 预览之后店铺数据有变化，未登记任何内容，请重新预览。",
        file=preview.file.source,
    )


class _Facts(NamedTuple):
    """A record to be: what the list says, and of an older record what the list leaves out."""

    redeemed_at: datetime | None
    code: str
    target: str
    kept: tuple[str, ...]


class _Writer:
    """Writes the records of a list a part at a time, with their evidence and events."""

    def __init__(
        self,
        context: Context,
        session: Session,
        preview: RedemptionPreview,
        row: RedemptionImportRow,
        kind: ListKind,
        stored: attachments.StoredFile,
        captured_at: datetime,
        now: datetime,
    ) -> None:
        self._context = context
        self._session = session
        self._connection = session.connection()
        self._preview = preview
        self._row = row
        self._stored = stored
        self._evidence_kind = _EVIDENCE_KINDS[kind]
        self._captured_at = captured_at
        self._now = now
        # rows of this table are never deleted, so numbers that follow the last are free
        self._next_id = next_number(self._connection, "redemptions")

    def write(self, places: Sequence[int]) -> None:
        context, row, now = self._context, self._row, to_micros(self._now)
        records: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        evidence: list[tuple[Any, ...]] = []
        units: list[int] = []
        for at in places:
            line, match = self._preview.file.lines[at], self._preview.matches[at]
            unit = match.unit
            assert unit is not None
            facts = self._facts(line, match)
            record_id, uid = self._next_id, os.urandom(16)
            self._next_id += 1
            replaces_id = match.record.id if match.record else None
            records.append(
                (
                    record_id,
                    uid,
                    unit.id,
                    None if facts.redeemed_at is None else to_micros(facts.redeemed_at),
                    facts.code,
                    seal_redemption_target(context.vault, uid, facts.target),
                    row.source,
                    row.stated_by,
                    line.source,
                    replaces_id,
                    now,
                    context.actor,
                )
            )
            lines.append((record_id, row.id, line.line))
            stored = self._stored
            evidence.append(
                (
                    unit.order_id,
                    record_id,
                    self._evidence_kind.value,
                    stored.name,
                    stored.stored_name,
                    stored.sha256,
                    stored.size,
                    to_micros(self._captured_at),
                    row.source,
                    now,
                    context.actor,
                )
            )
            units.append(unit.id)
            is_moved = unit.state in (UnitState.UNUSED, UnitState.UNKNOWN)
            context.record(
                self._session,
                "unit.redeemed",
                "units",
                unit.id,
                order_id=unit.order_id,
                facts={
                    "order_no": unit.order_no,
                    "ref": unit.ref,
                    "redemption_id": record_id,
                    "redeemed_at": facts.redeemed_at,
                    "code": facts.code,
                    "source": row.source,
                    "stated_by": row.stated_by,
                    "correction": match.record is not None,
                    "replaces_id": replaces_id,
                    "kept": list(facts.kept),
                    "missing": _missing(facts),
                    "from": unit.state,
                    "to": UnitState.REDEEMED if is_moved else unit.state,
                    "import_id": row.id,
                    "line": line.line,
                    "sha256": stored.sha256,
                },
            )
        run = self._connection.exec_driver_sql
        run(_INSERT_RECORDS, records)
        run(_INSERT_LINES, lines)
        run(_INSERT_EVIDENCE, evidence)
        ids = json.dumps(units)
        run(_MOVE_UNITS, (ids,))
        run(_MOVE_KEYS, (now, ids))

    def _facts(self, line: ListLine, match: Match) -> _Facts:
        at, code, target = line.redeemed_at, line.code, target_of_line(line)
        record = match.record
        if record is None:
            return _Facts(at, code, target, ())
        kept: list[str] = []
        says_same = (
            at is not None
            and record.redeemed_at is not None
            and (0 <= (record.redeemed_at - at).total_seconds() < line.precision.total_seconds())
        )
        if record.redeemed_at is not None and (at is None or says_same):
            at = record.redeemed_at  # the record may know the seconds of a list that gives minutes
            kept.append("redeemed_at")
        if not code and record.code:
            code = record.code
            kept.append("code")
        if not target and record.target_sealed is not None:
            target = self._context.vault.open("redemptions", "target", record.uid, record.target_sealed).decode()
            kept.append("target")
        return _Facts(at, code, target, tuple(kept))


def _missing(facts: _Facts) -> list[str]:
    given = {"redeemed_at": facts.redeemed_at, "code": facts.code, "target": facts.target}
    return [name for name, value in given.items() if not value]


def _quarantine(
    context: Context, connection: Connection, session: Session, key_ids: Sequence[int], reason: str, now: datetime
) -> int:
    """Keep keys that the list says are used from being sold; they count against their supplier."""
    if not key_ids:
        return 0
    at = to_micros(now)
    ids = sorted(connection.exec_driver_sql(_QUARANTINE, (at, at, json.dumps(list(key_ids)))).scalars())
    facts = {"reason": reason, "failed": True, "count": len(ids), "keys": ranges(ids)}
    context.record(session, "key.quarantined", "card_keys", ids[0] if len(ids) == 1 else SEVERAL, facts=facts)
    return len(ids)


def _refresh(context: Context, session: Session, order_ids: set[int]) -> None:
    """The decision clocks of the open requests of these orders."""
    session.expire_all()
    open_orders = session.exec(select(RequestRow.order_id).where(col(RequestRow.state).in_(OPEN_STATES)).distinct())
    for order_id in sorted(order_ids.intersection(open_orders.all())):
        refresh_due(context, session, order_id)
