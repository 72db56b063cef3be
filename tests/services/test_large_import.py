"""Imports of many keys: two processes or one, every key has its tag and its text, and counts are exact."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import CancelledError
from desktop_app.services.inventory import ImportOptions
from desktop_app.storage import card_tags, schema
from desktop_app.storage.card_process import WORTH_IT
from tests.services.desk import Desk

FEW, MANY = 12_000, WORTH_IT + 2_000


def key(number: int) -> str:
    return f"KEY-{number:08}" + "长" * (number % 5)


def sound(desk: Desk, imports: list[set[str]]) -> None:
    """Every key has its own tag, opens to its text, and each import notes the hash of its tags."""
    with desk.context.read() as session:
        connection = session.connection()
        schema.check_schema(connection, desk.context.database.path)
        for query in (card_tags.UNTAGGED, card_tags.STRAY):
            assert connection.exec_driver_sql(query).all() == []
        rows = connection.exec_driver_sql(
            "SELECT k.batch_id, k.tag, k.sealed, p.uid, k.id = t.card_key_id "
            "FROM card_tags t JOIN card_keys k ON k.tag = t.tag JOIN products p ON p.id = k.product_id ORDER BY t.tag"
        ).all()
    vault = desk.context.vault
    hashes = []
    for batch_id, texts in enumerate(imports, 1):
        mine = [row[1:4] for row in rows if row[0] == batch_id]
        own = [(tag, vault.open_card(tag, sealed, uid).decode()) for tag, sealed, uid in mine]
        assert {text for _, text in own} == texts
        assert all(vault.card_tag(text) == tag for tag, text in own[:50])
        hashes.append(hashlib.sha256(b"".join(tag for tag, _ in own)).hexdigest())
    assert len(rows) == sum(map(len, imports))
    assert all(row[4] for row in rows)
    assert [event["facts"]["tags_hash"] for event in desk.events("keys.imported")] == hashes  # type: ignore[index]


@pytest.mark.parametrize("count", [FEW, MANY])
def test_copies_known_keys_and_late_ones_are_left_out_and_all_others_have_their_tag(
    desk: Desk, tmp_path: Path, count: int
) -> None:
    chance = random.Random(count)
    product_id = desk.product()
    known = [key(chance.randrange(count)) for _ in range(3)]
    late = [key(number) for number in range(0, count, count // 3) if key(number) not in known]
    desk.stock(product_id, *dict.fromkeys(known))
    lines = [key(number) for number in range(count)] + [key(chance.randrange(count)) for _ in range(count // 10)]
    chance.shuffle(lines)
    lines[5], lines[700] = "", "\x01"
    path = tmp_path / "keys.txt"
    path.write_text("\n".join(lines))
    preview = desk.inventory.preview_file(path, product_id)
    offered = set(lines) - {"", "\x01"}
    usable = len(lines) - 2
    assert (preview.blank_count, preview.malformed_count) == (1, 1)
    assert preview.file_duplicates == usable - len(offered)
    assert preview.shop_duplicates == len(offered & set(known))
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        first.setdefault(line, number)
    keys = preview.keys
    assert all(keys.line_numbers[one] == first[keys.texts[later]] for later, one in keys.duplicates.items())
    assert [keys.line_numbers[index] for index in preview.new] == sorted(first[one] for one in offered - set(known))
    late = [one for one in late if one in offered]
    desk.stock(product_id, *late)
    result = desk.inventory.import_keys(preview, ImportOptions())
    new = offered - set(known) - set(late)
    assert (result.new_count, result.shop_duplicates) == (len(new), preview.shop_duplicates + len(late))
    sound(desk, [set(known), set(late), new])


def test_one_process_stores_what_two_store(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)  # a program that cannot start itself again
    texts = [key(number) for number in range(MANY)]
    desk.stock(desk.product(), *texts)
    sound(desk, [set(texts)])


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_large_import_that_is_cancelled_leaves_nothing_behind(desk: Desk, share: float) -> None:
    preview = desk.inventory.preview_text("\n".join(key(number) for number in range(MANY)), desk.product())
    reached = -1

    def progress(done: int, total: int) -> None:
        nonlocal reached
        reached = done

    with pytest.raises(CancelledError):
        desk.inventory.import_keys(
            preview, ImportOptions(), progress=progress, cancelled=lambda: reached >= share * MANY
        )
    sound(desk, [])
    assert desk.inventory.import_keys(preview, ImportOptions()).new_count == MANY
