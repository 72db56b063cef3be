"""What the lines of a redemption list name in the shop: keys, orders, accounts, their units and the records of those.

Keys are found through the blind index, by the comparison of their product. A card number alone is no whole key and so
in no index: then every key of several fields is opened and its first field compared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection
from sqlmodel import select

from desktop_app.domain.card_keys import KeyRule, fields, normalise
from desktop_app.domain.errors import StorageError
from desktop_app.domain.states import KeyState, ProductKind, UnitState
from desktop_app.exchange.redemption_lines import ListLine
from desktop_app.services.buyers import index_form
from desktop_app.services.context import Context
from desktop_app.services.products import key_rule
from desktop_app.services.vault_rotation import refuse_while_rotating
from desktop_app.services.work import Work
from desktop_app.storage.card_sealing import TAG_BYTES
from desktop_app.storage.column_types import from_micros
from desktop_app.storage.tables import ProductRow

AT_ONCE: Final = 5000
"""Lines per statement, and so between two looks at whether the merchant cancelled."""
_OPENED_AT_ONCE: Final = 2000

_FIND_TAGS: Final = f"""
WITH RECURSIVE place(at) AS (SELECT 1 UNION ALL SELECT at + {TAG_BYTES} FROM place WHERE at + {TAG_BYTES} <= ?)
SELECT (place.at - 1) / {TAG_BYTES}, k.id, k.product_id, k.state
FROM place CROSS JOIN card_tags t ON t.tag = substr(?, place.at, {TAG_BYTES})
CROSS JOIN card_keys k ON k.id = t.card_key_id
"""
_NEXT_KEYS: Final = "SELECT id, tag, sealed, product_id, state FROM card_keys WHERE id > ? ORDER BY id LIMIT ?"
_FIND_ORDERS: Final = "SELECT o.id, o.order_no FROM json_each(?) j CROSS JOIN orders o ON o.order_no = j.value"
_FIND_ACCOUNTS: Final = f"""
WITH RECURSIVE place(at) AS (SELECT 1 UNION ALL SELECT at + {TAG_BYTES} FROM place WHERE at + {TAG_BYTES} <= ?)
SELECT o.id, o.account_tag
FROM place CROSS JOIN orders o ON o.account_tag = substr(?, place.at, {TAG_BYTES})
JOIN products p ON p.id = o.product_id AND p.kind = '{ProductKind.PHONE_TOPUP}'
"""
_UNITS: Final = """
SELECT u.id, u.order_id, o.order_no, u.ref, u.state, u.topup IS NOT NULL, u.refunded, u.official_not_activated,
  u.card_key_id, coalesce((
    SELECT d.delivered_at FROM deliveries d WHERE d.unit_id = u.id AND d.card_key_id IS u.card_key_id
    ORDER BY d.id DESC LIMIT 1
  ), o.shipped_at, o.ordered_at), o.account_tag
FROM json_each(?) j CROSS JOIN units u ON u.{column} = j.value JOIN orders o ON o.id = u.order_id
ORDER BY u.order_id, u.position
"""
_RECORDS: Final = """
SELECT r.unit_id, r.id, r.uid, r.redeemed_at, r.code, r.target_sealed, r.source
FROM json_each(?) j CROSS JOIN redemptions r ON r.unit_id = j.value ORDER BY r.id
"""
_WENT_TO: Final = """
SELECT d.card_key_id, o.order_no
FROM json_each(?) j CROSS JOIN deliveries d ON d.card_key_id = j.value
JOIN units u ON u.id = d.unit_id JOIN orders o ON o.id = u.order_id ORDER BY d.id
"""


class Record(NamedTuple):
    """The redemption record in force of a unit; the target is still sealed."""

    id: int
    uid: bytes
    redeemed_at: datetime | None
    code: str
    target_sealed: bytes | None
    source: str


class UnitFacts(NamedTuple):
    """What a list is compared with. ``delivered_at`` is when its present key or top-up went out."""

    id: int
    order_id: int
    order_no: str
    ref: str
    state: UnitState
    is_topup: bool
    refunded: bool
    official_not_activated: bool
    card_key_id: int | None
    delivered_at: datetime
    account_tag: bytes | None


class Key(NamedTuple):
    id: int
    product_id: int
    state: KeyState


class _Product(NamedTuple):
    rule: KeyRule
    uid: bytes


class Lookup:
    """Everything of the shop that ``lines`` may mean, read once. LockedError while the shop is locked."""

    def __init__(self, context: Context, lines: Sequence[ListLine], work: Work) -> None:
        self._context = context
        self._lines = lines
        self._work = work
        self.keys: dict[int, list[Key]] = {}
        """Index of a line to the keys that it can mean."""
        self.codes_that_are_keys: set[int] = set()
        """Lines whose redemption code is a card key of the shop: codes are kept and printed in clear, keys never."""
        self.orders: dict[str, int] = {}
        self.accounts: dict[bytes, list[int]] = defaultdict(list)
        """Blind index of an account to its top-up orders."""
        self.account_tags: dict[str, list[bytes]] = {}
        """Blind indexes by account: several while the keys of the vault are being replaced."""
        self.by_key: dict[int, list[UnitFacts]] = defaultdict(list)
        self.by_order: dict[int, list[UnitFacts]] = defaultdict(list)
        self.records: dict[int, Record] = {}
        """The record in force by unit."""
        self.went_to: dict[int, str] = {}
        """Keys that are no unit's any more: the order that had them last."""
        context.vault.card_tag("")  # LockedError before anything is read
        with context.read() as session:
            refuse_while_rotating(session)
        self._find_keys()
        self._find_orders()
        self._find_units()

    def _find_keys(self) -> None:
        asked = [
            (index, tuple(text for text in (line.key, line.number) if text))
            for index, line in enumerate(self._lines)
            if line.problem is None and (line.key or line.number)
        ]
        codes = [(index, (line.code,)) for index, line in enumerate(self._lines) if line.problem is None and line.code]
        self._work.add(len(self._lines) - len(asked))
        with self._context.read() as session:
            products = {row.id: _Product(key_rule(row), row.uid) for row in session.exec(select(ProductRow)).all()}
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            self._find_exact(part, products, self.keys)
            self._work.add(len(part))
        for start in range(0, len(codes), AT_ONCE):
            found: dict[int, list[Key]] = {}
            self._find_exact(codes[start : start + AT_ONCE], products, found)
            self.codes_that_are_keys.update(found)
        rest = [(index, texts) for index, texts in asked if index not in self.keys]
        if rest:
            self._find_by_number(rest, products)

    def _find_exact(
        self,
        asked: Sequence[tuple[int, tuple[str, ...]]],
        products: Mapping[int, _Product],
        found: dict[int, list[Key]],
    ) -> None:
        for rule in {product.rule for product in products.values()}:
            pairs = [
                (index, tag)
                for index, texts in asked
                for text in texts
                if (form := normalise(text, rule))
                for tag in self._context.vault.card_tags_of(form)
            ]
            tags = b"".join(tag for _, tag in pairs)
            if not tags:
                continue
            with self._context.read() as session:
                rows = session.connection().exec_driver_sql(_FIND_TAGS, (len(tags), tags)).all()
            for place, key_id, product_id, state in sorted(rows, reverse=True):
                product = products.get(product_id)
                # the key's own product says how it is compared; in reverse, so that the key wins over the number
                if product is not None and product.rule == rule:
                    found[pairs[place][0]] = [Key(key_id, product_id, KeyState(state))]

    def _find_by_number(self, rest: Sequence[tuple[int, tuple[str, ...]]], products: Mapping[int, _Product]) -> None:
        """Suppliers often list the card number alone: every key of several fields is opened and its first compared."""
        wanted: dict[KeyRule, dict[str, list[int]]] = {}
        for rule in {product.rule for product in products.values()}:
            forms: dict[str, list[int]] = defaultdict(list)
            for index, texts in rest:
                for text in texts:
                    forms[normalise(text, rule)].append(index)
            forms.pop("", None)
            wanted[rule] = forms
        open_card = self._context.vault.open_card
        after = 0
        while True:
            # a read for each part: a long snapshot would hold writers up
            with self._context.read() as session:
                rows = session.connection().exec_driver_sql(_NEXT_KEYS, (after, _OPENED_AT_ONCE)).all()
            self._work.add(0)
            for key_id, tag, sealed, product_id, state in rows:
                after = key_id
                product = products.get(product_id)
                if product is None:
                    continue  # came in meanwhile
                try:
                    parts = fields(open_card(tag, sealed, product.uid).decode())
                except StorageError:
                    continue  # the check of the shop reports it
                if len(parts) > 1:
                    for index in wanted[product.rule].get(normalise(parts[0], product.rule), ()):
                        self.keys.setdefault(index, []).append(Key(key_id, product_id, KeyState(state)))
            if len(rows) < _OPENED_AT_ONCE:
                return

    def _find_orders(self) -> None:
        numbers = sorted({line.order_no for line in self._lines if line.order_no})
        accounts = sorted({line.account for line in self._lines if line.account})
        tags_of = self._context.vault.pii_tags_of
        self.account_tags = {account: tags_of(index_form(account)) for account in accounts}
        tags = [tag for several in self.account_tags.values() for tag in several]
        with self._context.read() as session:
            connection = session.connection()
            for start in range(0, len(numbers), AT_ONCE):
                part = json.dumps(numbers[start : start + AT_ONCE], ensure_ascii=False)
                self.orders |= {
                    order_no: order_id for order_id, order_no in connection.exec_driver_sql(_FIND_ORDERS, (part,))
                }
            for start in range(0, len(tags), AT_ONCE):
                blob = b"".join(tags[start : start + AT_ONCE])
                for order_id, account_tag in connection.exec_driver_sql(_FIND_ACCOUNTS, (len(blob), blob)):
                    self.accounts[account_tag].append(order_id)

    def _find_units(self) -> None:
        key_ids = {key.id for keys in self.keys.values() for key in keys}
        order_ids = {*self.orders.values(), *(one for ids in self.accounts.values() for one in ids)}
        found: dict[int, UnitFacts] = {}
        with self._context.read() as session:
            connection = session.connection()
            for unit in _units(connection, "card_key_id", key_ids):
                found[unit.id] = unit
                self.by_key[unit.card_key_id or 0].append(unit)
            for unit in _units(connection, "order_id", order_ids):
                found[unit.id] = unit
                self.by_order[unit.order_id].append(unit)
            for part in _json_parts(found):
                for unit_id, row_id, uid, at, code, sealed, source in connection.exec_driver_sql(_RECORDS, (part,)):
                    moment = None if at is None else from_micros(at)
                    self.records[unit_id] = Record(row_id, uid, moment, code, sealed, source)
            for part in _json_parts(key_ids - self.by_key.keys()):
                self.went_to |= dict(row._tuple() for row in connection.exec_driver_sql(_WENT_TO, (part,)))


def _units(connection: Connection, column: str, ids: Iterable[int]) -> Iterator[UnitFacts]:
    sql = _UNITS.format(column=column)
    for part in _json_parts(ids):
        for row in connection.exec_driver_sql(sql, (part,)):
            yield UnitFacts(
                id=row[0],
                order_id=row[1],
                order_no=row[2],
                ref=row[3],
                state=UnitState(row[4]),
                is_topup=bool(row[5]),
                refunded=bool(row[6]),
                official_not_activated=bool(row[7]),
                card_key_id=row[8],
                delivered_at=from_micros(row[9]),
                account_tag=row[10],
            )


def _json_parts(ids: Iterable[int]) -> Iterator[str]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), AT_ONCE):
        yield json.dumps(ordered[start : start + AT_ONCE])
