"""The ways to open a shop over its life, and what can be read while it is locked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from desktop_app.domain.errors import LockedError, RefusedError, StorageError
from desktop_app.domain.states import PlatformKind, ProductKind
from desktop_app.services import Shop
from desktop_app.services.inventory import ImportOptions, KeyFilter
from desktop_app.services.order_entry import OrderDraft
from desktop_app.services.orders import OrderFilter
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.vault_rotation import KEY_FILE_NAME
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.desk import Clock

PASSWORD = "correct horse battery"
KEY = "VAULT-0001-0002-0003"
BUYER = "江小渔 13800001111"


class _Keyring(KeyringBackend):
    """A keyring of this test alone, as a desktop has one."""

    priority = 5.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError(username)
        del self.kept[service, username]


@pytest.fixture
def system_keyring() -> Iterator[_Keyring]:
    before = keyring.get_keyring()
    ours = _Keyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Shop, str]]:
    shop, code = Shop.create(
        tmp_path / "shop", protection="password", password=PASSWORD, cost=Argon2Cost(16, 2, 1), clock=Clock()
    )
    yield shop, code
    shop.close()


def test_a_new_recovery_code_makes_the_old_one_worthless(made: tuple[Shop, str]) -> None:
    shop, old = made
    new = shop.vault.new_recovery_code()
    shop.lock()
    with pytest.raises(RefusedError):
        shop.unlock_with_recovery_code(old)
    assert not shop.is_unlocked
    shop.unlock_with_recovery_code(new)
    assert shop.is_unlocked


def test_the_keyring_can_be_added_and_taken_away(made: tuple[Shop, str], system_keyring: _Keyring) -> None:
    shop, _ = made
    shop.lock()
    assert not shop.unlock_automatically()
    with pytest.raises(LockedError):
        shop.vault.use_keyring()
    shop.unlock(PASSWORD)
    shop.vault.use_keyring()
    assert shop.protections() == {"password", "recovery", "keyring"}
    shop.lock()
    assert shop.unlock_automatically()
    shop.vault.stop_using("keyring")
    assert system_keyring.kept == {}, "the key does not stay behind"
    shop.lock()
    assert not shop.unlock_automatically()
    shop.unlock(PASSWORD)
    last = shop.reports.events().page(0, 2)
    assert [line.kind for line in last] == ["vault.changed", "vault.changed"]
    assert last[0].facts == {"slot": "keyring", "removed": True}


def test_a_keyring_that_lost_its_key_does_not_stand_before_the_password(
    made: tuple[Shop, str], system_keyring: _Keyring
) -> None:
    shop, _ = made
    shop.vault.use_keyring()
    system_keyring.kept.clear()
    shop.lock()
    assert not shop.unlock_automatically()
    shop.unlock(PASSWORD)
    shop.vault.stop_using("password")
    shop.lock()
    with pytest.raises(StorageError):
        shop.unlock_automatically()


def test_the_last_way_in_stays(made: tuple[Shop, str]) -> None:
    shop, _ = made
    with pytest.raises(RefusedError, match="only way"):
        shop.vault.stop_using("password")
    with pytest.raises(RefusedError, match="does not open"):
        shop.vault.stop_using("file")
    with pytest.raises(RefusedError, match="recovery code stays"):
        shop.vault.stop_using("recovery")
    assert shop.protections() == {"password", "recovery"}


def test_a_key_file_goes_when_a_password_takes_over(tmp_path: Path) -> None:
    shop, _ = Shop.create(tmp_path / "shop", protection="file")
    try:
        shop.vault.change_password(None, PASSWORD)
        shop.lock()
        with pytest.raises(LockedError):
            shop.vault.stop_using("file")
        assert shop.unlock_automatically()
        shop.vault.stop_using("file")
        assert not (shop.data_dir / KEY_FILE_NAME).exists()
        shop.lock()
        assert not shop.unlock_automatically()
        shop.unlock(PASSWORD)
    finally:
        shop.close()


def test_what_can_be_read_while_locked(made: tuple[Shop, str], tmp_path: Path) -> None:
    shop, _ = made
    channel_id = shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft())
    product_id = shop.products.add(ProductDraft(code="A", name="点卡", kind=ProductKind.GAME_CARD))
    shop.inventory.import_keys(shop.inventory.preview_text(KEY, product_id), ImportOptions(supplier="甲"))
    now = shop.context.clock()
    order_id = shop.orders.add(
        OrderDraft(
            order_no="A1", channel_id=channel_id, product_id=product_id, quantity=1, list_fen=100, paid_fen=100,
            ordered_at=now, paid_at=now, buyer=BUYER,
        )
    )  # fmt: skip
    shop.lock()
    [key] = shop.inventory.listing(KeyFilter()).page(0, 5)
    assert key.masked.startswith("#")
    [order] = shop.orders.listing(OrderFilter()).page(0, 5)
    assert order.order_no == "A1"
    assert "江" not in order.buyer_masked
    assert shop.products.get(product_id).in_stock == 1
    assert shop.stock.report()[0].product.in_stock == 1
    assert [batch.supplier for batch in shop.inventory.batches()] == ["甲"]
    assert shop.reports.export("keys", tmp_path / "keys.csv") == 1
    assert shop.reports.export("orders", tmp_path / "orders.csv") == 1
    for name in ("keys.csv", "orders.csv"):
        text = (tmp_path / name).read_text("utf-8-sig")
        assert KEY not in text
        assert "13800001111" not in text
    for closed in (
        lambda: shop.inventory.reveal(key.id),
        lambda: shop.inventory.find(KEY),
        lambda: shop.orders.deliver(order_id),
        lambda: shop.inventory.preview_text(KEY, product_id),
        lambda: shop.reports.export("keys", tmp_path / "clear.csv", reveal=True),
        shop.vault.new_recovery_code,
    ):
        with pytest.raises(LockedError):
            closed()
    assert shop.orders.detail(order_id).line.shipped_at is None
    # what needs no key goes on: the books, the clocks, taking keys out of sale
    assert shop.inventory.quarantine([key.id], "待查") == 1
