"""When the log is signed, and when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.errors import CancelledError
from desktop_app.services import Shop
from desktop_app.services.checkpoints import EVENTS_BETWEEN, sign_checkpoint
from desktop_app.services.settings import ShopSettings
from desktop_app.storage.dispute_tables import CheckpointReason
from desktop_app.storage.signing_keys import verify_raw
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.desk import Clock

PASSWORD = "correct horse 9"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(tmp_path: Path, clock: Clock) -> Iterator[Shop]:
    made = _make(tmp_path / "shop", clock, "小王卡铺")
    yield made
    made.close()


def _make(folder: Path, clock: Clock, name: str) -> Shop:
    settings = ShopSettings(shop_name=name, operator="林默")
    made, _ = Shop.create(
        folder, protection="password", password=PASSWORD, settings=settings, clock=clock, cost=Argon2Cost(16, 2, 1)
    )
    return made


def _act(shop: Shop, count: int = 1) -> None:
    with shop.context.write() as session:
        for _ in range(count):
            shop.context.record(session, "request.noted", "requests", 1)


def _signed(shop: Shop) -> list[tuple[int, str]]:
    with shop.context.read() as session:
        rows = session.connection().exec_driver_sql("SELECT seq, reason FROM checkpoints ORDER BY id")
        return [(row[0], row[1]) for row in rows]


def _last(shop: Shop) -> int:
    return shop.audit.state().events


def test_every_thousand_events(shop: Shop) -> None:
    shop.identities.ensure()
    before = len(_signed(shop))
    _act(shop, EVENTS_BETWEEN - 1)
    assert len(_signed(shop)) == before
    _act(shop)
    assert _signed(shop)[before:] == [(_last(shop), "events")]


def test_with_the_first_event_of_a_day_in_the_shops_time_zone(shop: Shop, clock: Clock) -> None:
    shop.identities.ensure()
    _act(shop)
    before = len(_signed(shop))
    clock.advance(hours=11, minutes=59)  # 23:59 in Shanghai
    _act(shop)
    assert len(_signed(shop)) == before
    clock.advance(minutes=1)
    _act(shop)
    _act(shop)
    assert _signed(shop)[before:] == [(_last(shop) - 1, "day")]


def test_a_new_key_signs_where_it_comes_in_force(shop: Shop) -> None:
    shop.identities.ensure()
    shop.identities.rotate()
    assert [reason for _, reason in _signed(shop)] == ["rotation", "rotation"]


def test_locking_and_closing_sign_what_is_new(shop: Shop, clock: Clock) -> None:
    shop.identities.ensure()
    _act(shop)
    shop.lock()
    seq = _last(shop)
    assert _signed(shop)[-1] == (seq, "day")
    shop.unlock(PASSWORD)
    shop.lock()
    assert _last(shop) == seq
    assert _signed(shop)[-1] == (seq, "day")
    assert len(_signed(shop)) == 2  # nothing is signed twice


def test_what_happened_while_locked_is_signed_at_the_next_unlocking(shop: Shop) -> None:
    shop.lock()
    before = len(_signed(shop))
    _act(shop, EVENTS_BETWEEN + 5)
    with shop.context.write() as session:
        assert sign_checkpoint(shop.context, session, CheckpointReason.BACKUP) is None
    assert len(_signed(shop)) == before
    shop.unlock(PASSWORD)
    assert _signed(shop)[before:] == [(_last(shop), "events")]


def test_a_shop_without_a_name_gets_no_certificate_by_the_way(tmp_path: Path, clock: Clock) -> None:
    shop = _make(tmp_path / "nameless", clock, "")
    _act(shop)
    shop.lock()
    assert _signed(shop) == []
    assert shop.identities.list() == []
    shop.close()


def test_a_checkpoint_goes_with_its_transaction(shop: Shop) -> None:
    shop.identities.ensure()
    before = _signed(shop)

    def cancelled() -> None:
        with shop.context.write() as session:
            shop.context.record(session, "request.noted", "requests", 1)
            assert sign_checkpoint(shop.context, session, "proof") is not None
            raise CancelledError("stopped", "已取消")

    with pytest.raises(CancelledError):
        cancelled()
    assert _signed(shop) == before


def test_the_signature_is_bound_to_shop_number_and_head(shop: Shop) -> None:
    from cryptography import x509

    from desktop_app.storage import checkpoints

    _act(shop)
    with shop.context.write() as session:
        seq = sign_checkpoint(shop.context, session, "export")
    with shop.context.read() as session:
        connection = session.connection()
        head, signature, der = connection.exec_driver_sql(
            "SELECT c.head, c.signature, i.certificate FROM checkpoints c JOIN signing_identities i "
            "ON i.id = c.identity_id ORDER BY c.id DESC"
        ).first() or (b"", b"", b"")
    assert seq is not None
    certificate = x509.load_der_x509_certificate(der)
    uuid = shop.context.shop_uuid
    assert verify_raw(certificate, checkpoints.message(uuid, seq, head), signature)
    other = "00000000-0000-0000-0000-000000000001"
    for wrong in (
        checkpoints.message(other, seq, head),
        checkpoints.message(uuid, seq + 1, head),
        checkpoints.message(uuid, seq, head[::-1]),
    ):
        assert not verify_raw(certificate, wrong, signature)
