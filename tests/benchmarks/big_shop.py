"""A shop with a million keys and a million orders, sealed as real ones are, for the benchmarks that look at it.

It is made once per version of the schema and kept in the temporary folder; every benchmark opens the same file and
none may change it.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from desktop_app.domain.states import FeeDisclosure, KeyState, OrderState, PlatformKind, ProductKind, UnitState
from desktop_app.services import Shop
from desktop_app.services.buyers import index_form
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.storage.column_types import to_micros
from desktop_app.storage.schema import fingerprint, schema_statements
from desktop_app.storage.tables import BatchRow, CardKeyRow, OrderRow, UnitRow
from desktop_app.storage.vault_slots import Argon2Cost

ROWS = 1_000_000
PRODUCTS = 24
BATCH_KEYS = 4_000
PASSWORD = "correct horse battery"
FIRST_DAY = datetime(2025, 11, 1, tzinfo=UTC)

_CHUNK = 20_000
_STATES = (*[KeyState.IN_STOCK] * 11, *[KeyState.DELIVERED] * 5, *[KeyState.REDEEMED] * 3, KeyState.VOID)
_SOLD = (KeyState.DELIVERED, KeyState.REDEEMED)


def open_big_shop(rows: int = ROWS) -> Shop:
    """The shop, unlocked."""
    shop = Shop.open(big_shop_folder(rows))
    shop.unlock(PASSWORD)
    return shop


def big_shop_folder(rows: int = ROWS) -> Path:
    """Where the shop is; the first call of a machine makes it, which takes a minute or two."""
    mark = fingerprint([*schema_statements(), Path(__file__).read_text(encoding="utf-8")])[:12]
    folder = Path(tempfile.gettempdir()) / f"kamidesk-benchmark-{rows}-{mark}"
    if not (folder / "made").exists():
        sys.stdout.write(f"making a shop with {rows:,} keys and orders in {folder}\n")
        sys.stdout.flush()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        _make(folder, rows).close()
        (folder / "made").touch()
    return folder


def _make(folder: Path, rows: int) -> Shop:
    shop, _ = Shop.create(folder, protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1))
    fill(shop, rows)
    return shop


def fill(shop: Shop, rows: int) -> None:
    """So many keys and so many orders into a new shop."""
    products = [
        shop.products.add(ProductDraft(code=f"P{number}", name=f"点卡 {number} 元", kind=ProductKind.GAME_CARD))
        for number in range(PRODUCTS)
    ]
    channels = [
        shop.policies.add_channel(name, PlatformKind.THIRD_PARTY, PolicyDraft(fee_bp=500, fee_note="5%"))
        for name in ("淘宝小店", "星河卡盟", "闲鱼")
    ]
    chance = random.Random(20261122)
    with shop.context.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA cache_size = -400000")
        uids = dict(connection.exec_driver_sql("SELECT id, uid FROM products").all())
        policies = dict(connection.exec_driver_sql("SELECT channel_id, id FROM policies").all())
        batches = range(1, -(-rows // BATCH_KEYS) + 1)
        _insert(connection, BatchRow, (_batch(number, products) for number in batches))
        sold: list[int] = []
        _insert(connection, CardKeyRow, _keys(shop, rows, products, uids, chance, sold))
        orders = _orders(shop, rows, products, channels, policies, chance)
        _insert(connection, OrderRow, orders)
        _insert(connection, UnitRow, _units(rows, sold))


def _batch(number: int, products: list[int]) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"B{number:05d}",
        "product_id": products[number % len(products)],
        "source": "keys.txt",
        "line_count": BATCH_KEYS,
        "new_count": BATCH_KEYS,
        "expires_on": None if number % 3 else f"2027-{number % 12 + 1:02d}-28",
        "imported_at": to_micros(FIRST_DAY + timedelta(hours=number)),
        "imported_by": "店主",
    }


def _keys(
    shop: Shop, rows: int, products: list[int], uids: dict[int, bytes], chance: random.Random, sold: list[int]
) -> Iterator[dict[str, Any]]:
    vault = shop.context.vault
    for number in range(1, rows + 1):
        batch = (number - 1) // BATCH_KEYS + 1
        product_id = products[batch % len(products)]
        text = f"KM{number:08d}-{chance.getrandbits(64):016X}"
        tag = vault.card_tag(text)
        state = chance.choice(_STATES)
        if state in _SOLD:
            sold.append(number)
        at = FIRST_DAY + timedelta(hours=batch, seconds=0 if state is KeyState.IN_STOCK else chance.randrange(10**6))
        yield {
            "id": number,
            "product_id": product_id,
            "batch_id": batch,
            "line": (number - 1) % BATCH_KEYS + 1,
            "state": state.value,
            "state_at": to_micros(at),
            "tag": tag,
            "sealed": vault.seal_card(tag, text.encode(), uids[product_id]),
        }


def _orders(
    shop: Shop, rows: int, products: list[int], channels: list[int], policies: dict[int, int], chance: random.Random
) -> Iterator[dict[str, Any]]:
    vault = shop.context.vault
    states = (*[OrderState.COMPLETED] * 11, *[OrderState.SHIPPED] * 5, *[OrderState.PAID] * 3, OrderState.CANCELLED)
    step = 360 * 86400 * 1_000_000 // rows
    for number in range(1, rows + 1):
        ordered_at = to_micros(FIRST_DAY) + number * step
        paid_at = ordered_at + chance.randrange(1, 900) * 1_000_000
        state = chance.choice(states)
        paid_fen = chance.choice((980, 1000, 2990, 5000, 9950, 19900)) + chance.randrange(100)
        day = FIRST_DAY + timedelta(microseconds=ordered_at - to_micros(FIRST_DAY))
        order_no = f"E{day:%Y%m%d}{chance.randrange(10**10):010d}{number % 1000:03d}"
        channel_id = chance.choice(channels)
        buyer = f"138{chance.randrange(10**8):08d}"
        yield {
            "id": number,
            "order_no": order_no,
            "channel_id": channel_id,
            "policy_id": policies[channel_id],
            "product_id": chance.choice(products),
            "state": state.value,
            "fee_disclosure": FeeDisclosure.CLEAR.value,
            "payment_channel": "alipay",
            "ordered_at": ordered_at,
            "paid_at": paid_at,
            "shipped_at": None if state is OrderState.PAID else paid_at + chance.randrange(1, 9000) * 1_000_000,
            "paid_fen": paid_fen,
            "refunded_fen": paid_fen if state is OrderState.CANCELLED else 0,
            "buyer_sealed": vault.seal("orders", "buyer", order_no.encode(), buyer.encode()),
            "buyer_tag": vault.pii_tag(index_form(buyer)),
            "created_at": ordered_at,
        }


def _units(rows: int, sold: list[int]) -> Iterator[dict[str, Any]]:
    keys = iter(sold)
    for number in range(1, rows + 1):
        key_id = next(keys, None)
        yield {
            "order_id": number,
            "position": 0,
            "ref": "1",
            "list_fen": 1000,
            "net_fen": 1000,
            "state": UnitState.REDEEMED.value if key_id is not None and number % 3 == 0 else UnitState.UNUSED.value,
            "card_key_id": key_id,
        }


def _insert(connection: Any, kind: type[SQLModel], rows: Iterator[dict[str, Any]]) -> None:
    """Rows with the values of columns that are stored as they are; columns that are not given get their default."""
    defaults = {
        name: int(field.default) if isinstance(field.default, bool) else field.default
        for name, field in kind.model_fields.items()
        if not field.is_required()
    }
    while part := [{**defaults, **row} for row in islice(rows, _CHUNK)]:
        names = list(part[0])
        marks = ", ".join("?" for _ in names)
        statement = f"INSERT INTO {kind.__tablename__} ({', '.join(names)}) VALUES ({marks})"
        connection.exec_driver_sql(statement, [tuple(row[name] for name in names) for row in part])
