"""Orders by what the merchant has in hand: a number or a part of one, a buyer, an account.

The driver is asked directly: this runs at every key that is typed, and making the statements anew would take longer
than finding the orders.
"""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import PoolProxiedConnection
from sqlmodel import Session

from desktop_app.services.buyers import index_form
from desktop_app.services.context import Context
from desktop_app.storage import order_search

MANY = 8192
"""Orders that can hold a part; of more, the first rows of any list hold some."""

_EXACT: Final = "SELECT id FROM orders WHERE order_no = ?"
_NEWEST_FIRST: Final = "ORDER BY ordered_at DESC, id DESC"
_COMMON: Final = 0
"""Stands alone instead of the ids when the part is common."""
_HOLDING: Final = f"""
WITH candidates(id) AS MATERIALIZED (
  SELECT rowid FROM {order_search.NAME} WHERE {order_search.NAME} MATCH ?1 LIMIT ?3
), counted(is_common) AS MATERIALIZED (SELECT count(*) = ?3 FROM candidates)
SELECT {_COMMON} AS id, 0 AS ordered_at FROM counted WHERE is_common
UNION ALL
SELECT o.id, o.ordered_at FROM counted CROSS JOIN candidates CROSS JOIN orders o ON o.id = candidates.id
WHERE NOT is_common AND instr(lower(o.order_no), lower(?2)) > 0
{_NEWEST_FIRST}
"""
_OWN: Final = "SELECT id FROM orders WHERE buyer_tag = ?1 UNION SELECT id FROM orders WHERE account_tag = ?1"
_SORTED: Final = f"SELECT id FROM orders WHERE id IN (SELECT value FROM json_each(?)) {_NEWEST_FIRST}"


def find_orders(context: Context, session: Session, text: str) -> list[int] | None:
    """The orders that ``text`` means, newest first; None when it is short or common, so that a list has to be walked.

    A whole number means its order only. Otherwise the orders whose number holds ``text`` in capitals or not and,
    while the shop is unlocked, those of a buyer or an account of exactly this name.
    """
    driver = session.connection().connection
    if exact := _ids(driver, _EXACT, text):
        return exact
    if len(text) < order_search.SHORTEST:
        return None
    found = _ids(driver, _HOLDING, order_search.candidates(text), text, MANY)
    if found == [_COMMON]:
        return None
    own: set[int] = set()
    if context.vault.is_unlocked:
        for tag in context.vault.pii_tags_of(index_form(text)):
            own.update(_ids(driver, _OWN, tag))
    return _ids(driver, _SORTED, json.dumps([*own.union(found)])) if own else found


def _ids(driver: PoolProxiedConnection, statement: str, *values: str | bytes | int) -> list[int]:
    cursor = driver.cursor()
    cursor.execute(statement, values)
    return [row[0] for row in cursor.fetchall()]
