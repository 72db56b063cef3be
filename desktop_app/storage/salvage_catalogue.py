"""Products, channels, policies and batches that were lost, made again from what the event log says of them.

One page holds all the products of a shop: without them every key and every order would be a row of nothing. What the
log does not say (descriptions, the texts of a policy) stays empty. The number that a product's keys are sealed under
stands in an index; without it the keys could not be opened, and then the product is not made again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from desktop_app.storage.column_types import to_micros
from desktop_app.storage.salvaging import Found, TableFound

NOTE: Final = "由操作日志重建 / rebuilt from the event log"

_BUILT: Final = ("products", "channels", "policies", "batches")

_EMPTY: Final[Mapping[str, Mapping[str, Any]]] = {
    "products": {
        **dict.fromkeys(("price_fen", "low_stock_threshold", "fold_case", "fold_hyphens", "reusable"), 0),
        **{"kind": "other", "issue_order": "oldest", "active": 1, "note": NOTE},
    },
    "channels": {"note": NOTE, "active": 1},
    "policies": {
        **dict.fromkeys(("refund_policy", "after_sales", "user_agreement", "cancel_rules"), ""),
        **{"fee_note": NOTE, "required_evidence": "{}"},
    },
    "batches": {"supplier": "", "invoice_no": "", "note": NOTE},
}
"""What a column holds of which the log says nothing."""


def rebuild(connection: sqlite3.Connection, found: Found, at: datetime) -> dict[str, list[int]]:
    """Make lost rows again, as many as the log speaks of; their numbers by table. ``at`` is the time of the salvage."""
    built: dict[str, list[int]] = {}
    broken = {name: found.tables[name] for name in _BUILT if found.tables[name].holes}
    if not broken:
        return built
    values: dict[tuple[str, int], dict[str, Any]] = {}
    for number, hint in found.tables["products"].hints.items():
        # where the log is lost too, a product that has nothing but its code still opens its keys
        if "code" in hint:
            values[("products", number)] = {"name": hint["code"], "created_at": to_micros(at)}
    for table, number, said in _told(connection):
        values.setdefault((table, number), {}).update(said)
    for (table, number), said in values.items():
        one = broken.get(table)
        if one is not None and _is_missing(connection, one, number) and _insert(connection, one, number, said):
            built.setdefault(table, []).append(number)
            one.lost = [lost for lost in one.lost if lost != number]
    return built


def rebuild_shop(connection: sqlite3.Connection, shop_uuid: str, at: datetime) -> dict[str, list[int]]:
    """Make the row of the shop itself again; its birthday is that of the first event, as far as one is left."""
    if connection.execute("SELECT 1 FROM shop").fetchone() is not None:
        return {}
    first = connection.execute("SELECT at FROM events ORDER BY seq LIMIT 1").fetchone()
    born = first[0] if first is not None and isinstance(first[0], int) else to_micros(at)
    connection.execute("INSERT INTO shop (id, uuid, created_at) VALUES (1, ?, ?)", (shop_uuid, born))
    return {"shop": [1]}


def _is_missing(connection: sqlite3.Connection, one: TableFound, number: int) -> bool:
    if one.holes.around(number) is None or (one.is_counted and number not in one.hints):
        return False
    return connection.execute(f'SELECT 1 FROM "{one.table.name}" WHERE id = ?', (number,)).fetchone() is None


def _insert(connection: sqlite3.Connection, one: TableFound, number: int, said: Mapping[str, Any]) -> bool:
    name = one.table.name
    known = {**_EMPTY[name], **said, **one.hints.get(number, {}), "id": number}
    row = {column: known[column] for column in one.table.columns if column in known}
    names = ", ".join(f'"{column}"' for column in row)
    try:
        connection.execute(
            f'INSERT INTO "{name}" ({names}) VALUES ({", ".join("?" * len(row))})',
            [int(value) if isinstance(value, bool) else value for value in row.values()],
        )
    except sqlite3.IntegrityError:  # the log does not say enough of it
        return False
    return True


def _told(connection: sqlite3.Connection) -> Iterator[tuple[str, int, dict[str, Any]]]:
    query = "SELECT body FROM events WHERE entity IN ('products', 'channels', 'policies', 'batches') ORDER BY seq"
    for (body,) in connection.execute(query).fetchall():
        try:
            said = json.loads(body)
            yield from _of_event(said["kind"], said["entity_id"], said["facts"], said["at"], said["actor"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue


def _of_event(
    kind: str, number: int, facts: Mapping[str, Any], at: int, actor: str
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    if kind == "product.added":
        yield "products", number, {**facts, "created_at": at}
    elif kind == "product.changed":
        yield "products", number, {name: change["to"] for name, change in facts.items()}
    elif kind == "channel.added":
        yield "channels", number, {"name": facts["name"], "platform_kind": facts["platform_kind"], "created_at": at}
        yield "policies", facts["policy_id"], {**facts, "channel_id": number, "version": 1, **_made(at, actor)}
    elif kind == "channel.changed":
        yield "channels", number, {"name": facts["name"], "active": facts["active"]}
    elif kind == "policy.added":
        yield "policies", number, {**facts, **_made(at, actor)}
    elif kind == "keys.imported":
        yield "batches", number, {**facts, "name": facts["batch"], "imported_at": at, "imported_by": actor}


def _made(at: int, actor: str) -> dict[str, Any]:
    return {"created_at": at, "created_by": actor}
