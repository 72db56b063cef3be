"""Orders by what the merchant has in hand: a number or a part of one, a buyer, an account.

The driver is asked directly: this runs at every key that is typed, and making the statements anew would take longer
than finding the orders.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session

from desktop_app.services.buyers import index_form
from desktop_app.services.context import Context
from desktop_app.storage import order_search

MANY: Final = 8192
"""Orders that can hold a part; of more, the first rows of any list hold some."""

_EXACT: Final = "SELECT id FROM orders WHERE order_no = ?"
_CANDIDATES: Final = f"SELECT rowid FROM {order_search.NAME} WHERE {order_search.NAME} MATCH ? LIMIT {MANY}"
_NEWEST_FIRST: Final = "ORDER BY ordered_at DESC, id DESC"
_HOLDING: Final = f"""
SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?1)) AND instr(lower(order_no), lower(?2)) > 0
{_NEWEST_FIRST}
"""
_OWN: Final = "SELECT id FROM orders WHERE buyer_tag = ?1 UNION SELECT id FROM orders WHERE account_tag = ?1"
_SORTED: Final = f"SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?)) {_NEWEST_FIRST}"


def find_orders(context: Context, session: Session, text: str) -> list[int] | None:
    """The orders that ``text`` means, newest first; None when it is short or common, so that a list has to be walked.

    A whole number means its order only. Otherwise the orders whose number holds ``text`` in capitals or not and,
    while the shop is unlocked, those of a buyer or an account of exactly this name.
    """
    connection = session.connection()
    if exact := _ids(connection, _EXACT, text):
        return exact
    if len(text) < order_search.SHORTEST:
        return None
    candidates = _ids(connection, _CANDIDATES, order_search.candidates(text))
    if len(candidates) == MANY:
        return None
    found = _ids(connection, _HOLDING, json.dumps(candidates), text) if candidates else []
    own: set[int] = set()
    if context.vault.is_unlocked:
        for tag in context.vault.pii_tags_of(index_form(text)):
            own.update(_ids(connection, _OWN, tag))
    return _ids(connection, _SORTED, json.dumps([*own.union(found)])) if own else found


def _ids(connection: Connection, statement: str, *values: str | bytes) -> list[int]:
    return list(connection.exec_driver_sql(statement, values).scalars())
