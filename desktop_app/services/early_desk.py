"""The desk as the window shows it while the rest of the program is still being loaded.

The same statements, engine and words as later, over a plain connection that cannot write: the tables and the library
behind them take longer to load than anything else. Where the later answer needs more than that, there is none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desktop_app.domain.states import (
    EvidenceKind,
    FeeDisclosure,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RequestState,
    TopupState,
    UnitState,
)
from desktop_app.services.cases import judge, read_cases, working_days
from desktop_app.services.desk_counts import DeskCounts, read_counts
from desktop_app.services.request_line import NEVER, RequestLine, request_line
from desktop_app.storage.early_reading import early_connection
from desktop_app.storage.instants import from_micros

_Decode = Callable[[Any], Any]

_ORDER_TIMES = ("ordered_at", "paid_at", "shipped_at", "delivered_at", "completed_at")
_FACTS = ("log_confirms", "error_confirmed", "mismatch_confirmed", "promise_claimed", "reissue_tried")
# what is read of each table, and how what is stored becomes a value; None: as it is
_COLUMNS: Mapping[str, Mapping[str, _Decode | None]] = {
    "requests": {
        **dict.fromkeys(("id", "request_no", "order_id", "text", "duplicate_fen", "overcharged_fen")),
        **dict.fromkeys(("requested_at", "asked_at", "answered_at", "due_at"), from_micros),
        **dict.fromkeys(_FACTS, bool),
        "reason": ReasonCode,
        "state": RequestState,
    },
    "orders": {
        **dict.fromkeys(("id", "order_no", "policy_id", "product_id", "paid_fen", "refunded_fen")),
        "fee_bearing_refunded_base_fen": None,
        **dict.fromkeys(_ORDER_TIMES, from_micros),
        **dict.fromkeys(("locked", "written_promise"), bool),
        "state": OrderState,
        "fee_disclosure": FeeDisclosure,
        "payment_channel": PaymentChannel,
    },
    "policies": {
        **dict.fromkeys(("id", "channel_id", "window_hours", "fee_bp", "unshipped_fee_bp", "cap_bp", "fee_note")),
        **dict.fromkeys(("required_evidence", "refund_policy", "after_sales", "user_agreement", "cancel_rules")),
    },
    "channels": {"id": None, "platform_kind": PlatformKind},
    "products": {"id": None, "name": None, "kind": ProductKind, "reusable": bool},
    "units": {
        **dict.fromkeys(("id", "order_id", "position", "ref", "net_fen", "face_fen", "remaining_fen", "card_key_id")),
        **dict.fromkeys(("balance_verified", "refunded", "official_not_activated"), bool),
        "state": UnitState,
        "topup": TopupState,
    },
    "evidence": {
        **dict.fromkeys(("order_id", "request_id", "redemption_id")),
        "kind": EvidenceKind,
        "written_promise": bool,
    },
    "request_units": {"request_id": None, "unit_id": None, "reason": ReasonCode},
    "redemptions": {
        **dict.fromkeys(("id", "unit_id", "code", "target_sealed", "source", "replaces_id")),
        "redeemed_at": from_micros,
    },
    "deliveries": {"unit_id": None, "reissue": bool},
}

_DUE = """SELECT id FROM requests WHERE state IN ('open', 'asked', 'escalated')
ORDER BY coalesce(due_at, ?), id LIMIT ?"""
_IN_STOCK = """SELECT count(*) FROM card_keys JOIN batches ON batches.id = card_keys.batch_id
WHERE card_keys.product_id = ? AND card_keys.state = 'in_stock' AND coalesce(batches.expires_on, '9999-12-31') >= ?"""


@dataclass(frozen=True, slots=True)
class EarlyDesk:
    """What the desk shows first: its figures, and what is due next, the most urgent first."""

    counts: DeskCounts
    due: Sequence[RequestLine]
    zone: ZoneInfo


def read_early_desk(data_dir: Path, due_lines: int, now: datetime | None = None) -> EarlyDesk | None:
    """The desk of the shop in ``data_dir`` as of ``now``; None where only the open shop can tell, whatever the reason.

    Nothing is written, and what is sealed stays so.
    """
    try:
        with early_connection(data_dir) as connection:
            return None if connection is None else _read(connection, due_lines, now or datetime.now(UTC))
    except (sqlite3.Error, OSError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
        # values of any shape may stand in a damaged file: opening the shop comes next, and tells
        return None


class _Later(LookupError):
    """Only the open shop answers this."""


def _read(connection: sqlite3.Connection, due_lines: int, now: datetime) -> EarlyDesk:
    zone = _zone(connection)
    if connection.execute("SELECT 1 FROM requests LIMIT 1").fetchone() is None:
        raise _Later  # a shop at its beginning shows its first steps instead
    ids = [row[0] for row in connection.execute(_DUE, (NEVER, due_lines))]
    reader = _Rows(connection)
    day = now.astimezone(zone).date().isoformat()

    def stock_of(product: Any, _units: Sequence[Any]) -> int:
        if product.reusable:
            raise _Later  # whose keys are counted by their uses
        return int(connection.execute(_IN_STOCK, (product.id, day)).fetchone()[0])

    cases = read_cases(reader, ids, stock_of)
    requests = {row.id: row for row in reader.rows("requests", "id", ids)}
    orders = {row.id: row for row in reader.rows("orders", "id", {row.order_id for row in requests.values()})}
    names = {row.id: row.name for row in reader.rows("products", "id", {row.product_id for row in orders.values()})}
    if connection.execute(
        "SELECT 1 FROM decisions WHERE request_id IN (SELECT value FROM json_each(?)) LIMIT 1", (json.dumps(ids),)
    ).fetchone():
        raise _Later  # decided once and open again
    days = working_days(_setting(connection, "working_day_overrides"))
    due = []
    for key in ids:
        row, verdict = requests[key], judge(cases[key], days, now, zone)
        order = orders[row.order_id]
        due.append(request_line(row, order, names[order.product_id], verdict, None, (), now))
    counts = read_counts(lambda text, values: _one(connection, text, values), now, zone)
    return EarlyDesk(counts, due, zone)


class _Rows:
    """Reads rows without the tables; see :class:`desktop_app.services.cases.RowReader`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, table: str, column: str, ids: Iterable[int]) -> list[Any]:
        columns = _COLUMNS[table]
        found = self._connection.execute(
            f"SELECT {', '.join(columns)} FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return [
            SimpleNamespace(
                **{
                    name: value if decode is None or value is None else decode(value)
                    for (name, decode), value in zip(columns.items(), values, strict=True)
                }
            )
            for values in found
        ]


def _one(connection: sqlite3.Connection, text: str, values: tuple[Any, ...]) -> Sequence[Any]:
    row: Sequence[Any] = connection.execute(text, values).fetchone()
    return row


def _setting(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def _zone(connection: sqlite3.Connection) -> ZoneInfo:
    stored = _setting(connection, "time_zone")
    try:
        return ZoneInfo(json.loads(stored) if stored else "Asia/Shanghai")
    except ZoneInfoNotFoundError as error:
        raise _Later from error
