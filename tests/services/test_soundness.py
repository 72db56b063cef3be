"""The check of the shop: keys and tags that do not agree are named, and it stands in nobody's way."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.domain.states import EvidenceKind
from desktop_app.services import soundness
from desktop_app.services.evidence import Evidence, Marks
from desktop_app.services.soundness import check_shop
from desktop_app.storage import card_tags
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

LIFT = [statement.split()[2] for statement in card_tags.TRIGGERS]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM card_tags WHERE card_key_id = 2", ["Card key 2 is not found"]),
        ("INSERT INTO card_tags VALUES (zeroblob(16), 3)", ["names key 3"]),
        ("INSERT INTO card_tags VALUES (zeroblob(16), 99)", ["names key 99"]),
        ("UPDATE card_tags SET card_key_id = 1 WHERE card_key_id = 2", ["Card key 2 is not found", "names key 1"]),
        ("UPDATE card_tags SET tag = zeroblob(16) WHERE card_key_id = 3", ["Card key 3 is not found", "names key 3"]),
        ("DELETE FROM card_keys WHERE id = 1", ["names key 1"]),
    ],
)
def test_a_key_and_its_tag_that_do_not_agree_are_named(desk: Desk, damage: str, found: list[str]) -> None:
    desk.stock(desk.product(), "AAAA", "BBBB", "CCCC")
    assert check_shop(desk.context) == []
    raw = sqlite3.connect(desk.context.database.path)
    for name in LIFT:
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(damage)
    for statement in card_tags.TRIGGERS:
        raw.execute(statement)
    raw.commit()
    raw.close()
    told = check_shop(desk.context)
    assert len(told) == len(found)
    for finding, said in zip(told, found, strict=True):
        assert said in finding.en
        assert "卡密" in finding.zh


def test_others_write_at_every_step_of_the_checks(shop: OrderDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "_PAGE", 2)
    order_id = shop.delivered(buyer="wx_1", keys=["AAAA", "BBBB", "CCCC"])
    shop.redeem(shop.unit_ids(order_id)[0])
    shop.proofs.issue(shop.unit_ids(order_id)[0])
    evidence = Evidence(shop.context)
    evidence.add(EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=b"a", name="a.png")
    other = sqlite3.connect(shop.context.database.path, timeout=0, isolation_level=None)
    written = []

    def write(done: int, _total: int) -> None:
        other.execute("UPDATE products SET name = name || '.'")
        written.append(done)

    try:
        assert check_shop(shop.context, write) == []
        assert evidence.check(write) == []
    finally:
        other.close()
    assert written.count(4) > 4, "the seals are looked at a page at a time"
