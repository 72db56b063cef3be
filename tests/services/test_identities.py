"""The shop's own certificates: made on first use, replaced, never without an event."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.documents import identity_card
from desktop_app.documents.identity_card import IdentityCard
from desktop_app.domain.errors import LockedError
from desktop_app.services.shop import Shop
from desktop_app.services.shop_settings import ShopSettings
from desktop_app.storage.vault_slots import Argon2Cost


@pytest.fixture
def shop(tmp_path: Path):  # type: ignore[no-untyped-def]
    shop, _ = Shop.create(
        tmp_path / "data",
        protection="password",
        password="correct horse battery",
        settings=ShopSettings(shop_name="小王卡铺", operator="店主"),
        cost=Argon2Cost(16, 2, 1),
    )
    yield shop
    shop.close()


def test_the_first_certificate_is_made_once_and_names_the_shop(shop: Shop) -> None:
    assert shop.identities.current() is None
    made = shop.identities.ensure()
    assert "小王卡铺" in made.name
    assert made.is_in_force
    assert not made.is_imported
    assert shop.identities.ensure() == made == shop.identities.current()


def test_no_certificate_is_made_while_the_shop_is_locked(shop: Shop) -> None:
    shop.context.vault.lock()  # locking itself would sign the log, and make one for it
    with pytest.raises(LockedError):
        shop.identities.ensure()
    assert shop.identities.list() == []


def test_the_picture_gives_days_of_the_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shop.identities.ensure()
    drawn: list[IdentityCard] = []
    monkeypatch.setattr(identity_card, "identity_picture", lambda card: drawn.append(card) or b"")
    shop.identities.picture()
    [card] = drawn
    assert (card.valid_from, card.valid_until) == (made.valid_from, made.valid_until)
    assert {card.valid_from.tzinfo, card.valid_until.tzinfo} == {shop.context.zone}


def test_a_new_key_takes_over_and_the_log_says_so(shop: Shop) -> None:
    first = shop.identities.ensure()
    second = shop.identities.rotate()
    assert [line.fingerprint for line in shop.identities.list()] == [second.fingerprint, first.fingerprint]
    assert [line.is_in_force for line in shop.identities.list()] == [True, False]
    with shop.context.read() as session:
        kinds = session.connection().exec_driver_sql(
            "SELECT kind, json_extract(body, '$.facts.fingerprint') FROM events WHERE entity = 'signing_identities'"
        )
        assert kinds.all() == [("identity.in_force", first.fingerprint), ("identity.in_force", second.fingerprint)]
