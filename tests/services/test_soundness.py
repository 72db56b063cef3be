"""The check of the shop names the keys whose blind index was tampered with."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.services.soundness import check_shop
from desktop_app.storage import card_tags
from tests.services.desk import Desk

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
