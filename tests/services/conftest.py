"""A real shop in a temporary folder, with a clock that only moves when a test moves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.services.context import Change, Context
from desktop_app.services.inventory import Inventory
from desktop_app.services.products import Products
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from tests.services.desk import Clock, Desk
from tests.services.order_desk import OrderDesk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    """An open, unlocked shop without the second that a password slot costs."""
    folder = tmp_path / "data"
    folder.mkdir()
    database = Database.create(folder / "shop.db", at=clock())
    vault = Vault.create(database.shop_uid)
    try:
        yield Context(database=database, vault=vault, data_dir=folder, actor="林默", clock=clock)
    finally:
        vault.lock()
        database.close()


@pytest.fixture
def desk(context: Context, clock: Clock) -> Desk:
    found = Desk(context, clock, Inventory(context), Products(context))

    def note(change: Change) -> None:
        found.changes.append(change.areas)

    context.listeners.append(note)
    return found


@pytest.fixture
def shop(desk: Desk) -> OrderDesk:
    """The same shop, ready to sell."""
    return OrderDesk(desk)
