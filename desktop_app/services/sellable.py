"""Keys that may be sold today, in stock and not expired: the next ones of a product, however many stand before them.

Asked at every delivery, so nothing here reads a whole stock: an expired batch is passed over in one step, and a key at
random is drawn by its number.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session

from desktop_app.domain.states import IssueOrder
from desktop_app.services.context import Context
from desktop_app.services.products import shop_day
from desktop_app.storage.tables import ProductRow

# written out, because SQLite uses the index of the stock only for exactly this condition
_IN_STOCK: Final = "product_id = ?1 AND state = 'in_stock'"
_USABLE: Final = "coalesce(b.expires_on, '9999-12-31') >= ?2"

# one look into the index for each batch that has keys in stock, and none for the keys of those that are passed over
_BATCHES: Final = """
WITH RECURSIVE held(batch_id) AS (
  SELECT {end}(batch_id) FROM card_keys WHERE {in_stock}
  UNION ALL
  SELECT (SELECT {end}(k.batch_id) FROM card_keys k WHERE k.{in_stock} AND k.batch_id {beyond} held.batch_id)
  FROM held WHERE held.batch_id IS NOT NULL
)
SELECT held.batch_id FROM held CROSS JOIN batches b ON b.id = held.batch_id WHERE {usable}
"""
_OLDEST_BATCHES: Final = _BATCHES.format(end="min", beyond=">", in_stock=_IN_STOCK, usable=_USABLE)
_NEWEST_BATCHES: Final = _BATCHES.format(end="max", beyond="<", in_stock=_IN_STOCK, usable=_USABLE)

_OF_BATCH: Final = f"SELECT id FROM card_keys WHERE {_IN_STOCK} AND batch_id = ?2"
_OLDEST: Final = f"{_OF_BATCH} ORDER BY line, id LIMIT ?3"
_NEWEST: Final = f"{_OF_BATCH} ORDER BY line DESC, id DESC LIMIT ?3"
_HOW_MANY: Final = f"SELECT count(*) FROM ({_OF_BATCH} LIMIT ?3)"

_FIRST: Final = "SELECT id FROM card_keys WHERE product_id = ? AND state = 'in_stock' ORDER BY id LIMIT 1"
_LAST: Final = "SELECT id FROM card_keys WHERE product_id = ? AND state = 'in_stock' ORDER BY id DESC LIMIT 1"
_DRAWN: Final = f"""
SELECT k.id FROM json_each(?3) drawn CROSS JOIN card_keys k ON k.id = drawn.value
CROSS JOIN batches b ON b.id = k.batch_id
WHERE k.product_id = ?1 AND k.state = 'in_stock' AND {_USABLE} ORDER BY drawn.key
"""
_ALL: Final = f"""
SELECT k.id FROM card_keys k CROSS JOIN batches b ON b.id = k.batch_id
WHERE k.product_id = ?1 AND k.state = 'in_stock' AND {_USABLE} ORDER BY random() LIMIT ?3
"""
_FEW: Final = 100
"""Among so many numbers for each wanted key all sellable ones are mixed."""
_DRAWS: Final = 64
_MOST_DRAWS: Final = 16_384
"""When so many numbers were drawn in vain, few keys are sellable, and they are mixed as well."""


def next_keys(
    context: Context, session: Session, product: ProductRow, count: int, besides: Collection[int] = ()
) -> list[int]:
    """At most ``count`` sellable keys of the product in its issue order, without those of ``besides``."""
    connection = session.connection()
    left_out = frozenset(besides)
    if product.issue_order is IssueOrder.RANDOM:
        return _at_random(connection, product.id, shop_day(context), count, left_out)
    is_newest = product.issue_order is IssueOrder.NEWEST
    found: list[int] = []
    batches, keys = (_NEWEST_BATCHES, _NEWEST) if is_newest else (_OLDEST_BATCHES, _OLDEST)
    for batch_id in _batches(connection, product.id, shop_day(context), batches):
        # as many more as may be left out
        wanted = (product.id, batch_id, count - len(found) + len(left_out))
        ids = connection.exec_driver_sql(keys, wanted).scalars()
        found += [key_id for key_id in ids if key_id not in left_out]
        if len(found) >= count:
            break
    return found[:count]


def count_up_to(context: Context, session: Session, product_id: int, most: int) -> int:
    """How many sellable keys a product has; ``most`` when there are more."""
    connection = session.connection()
    found = 0
    for batch_id in _batches(connection, product_id, shop_day(context), _OLDEST_BATCHES):
        if found >= most:
            break
        found += int(connection.exec_driver_sql(_HOW_MANY, (product_id, batch_id, most - found)).scalar_one())
    return found


def _batches(connection: Connection, product_id: int, today: str, statement: str) -> Iterator[int]:
    """Batches that have sellable keys of the product, found one after the other as they are asked for."""
    with connection.exec_driver_sql(statement, (product_id, today)) as rows:
        yield from rows.scalars()


def _at_random(connection: Connection, product_id: int, today: str, count: int, left_out: frozenset[int]) -> list[int]:
    """Every sellable key is as likely as every other: a number that is none of theirs is drawn in vain."""
    first, last = (connection.exec_driver_sql(end, (product_id,)).scalar() for end in (_FIRST, _LAST))
    if first is None or last is None:
        return []
    chance = random.SystemRandom()
    found: dict[int, None] = {}
    drawn, draws = 0, max(_DRAWS, 2 * count)
    # of few numbers most would be drawn twice
    while drawn < _MOST_DRAWS and last - first > _FEW * count:
        numbers = [chance.randint(first, last) for _ in range(draws)]
        ids = connection.exec_driver_sql(_DRAWN, (product_id, today, json.dumps(numbers))).scalars()
        found.update((key_id, None) for key_id in ids if key_id not in left_out)
        if len(found) >= count:
            return [*found][:count]
        drawn, draws = drawn + draws, 2 * draws
    ids = connection.exec_driver_sql(_ALL, (product_id, today, count + len(left_out))).scalars()
    return [key_id for key_id in ids if key_id not in left_out][:count]
