"""Our own CSV of keys, imported again: the same keys, and none that was sold, void or damaged as sellable."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.services.exports import export
from desktop_app.services.inventory import ImportOptions, KeyVerdict
from desktop_app.services.key_preview import preview_file
from tests.services.desk import Desk

KEYS = ["0012345", "=1+1", "'quoted", "''", "a,b", 'q"q', "1e309", " EDGE-1", "-", "@x", "ＡＢ", "K-SOLD-1", "K-VOID-1"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_gives_the_same_keys_and_none_of_the_sold(desk: Desk, tmp_path: Path, language: str) -> None:
    product_id = desk.product("A", face_fen=5000)
    ids = desk.stock(product_id, "FIRST-KEY-1", *KEYS, expires_on="2027-12-31")
    desk.deliver(ids[KEYS.index("K-SOLD-1") + 1], "A20261101")
    desk.inventory.void([ids[KEYS.index("K-VOID-1") + 1]], "坏卡")
    desk.inventory.set_note(ids[:1], "首批")
    path = tmp_path / "keys.csv"
    export(desk.context, "keys", path, language=language, reveal=True)
    preview = desk.inventory.preview_file(path, product_id)
    assert preview.format_code == "kamidesk"
    assert (preview.shop_duplicates, preview.malformed_count, preview.new_count) == (len(KEYS) - 1, 2, 0)
    reasons = {line.detail_zh for line in preview.lines(KeyVerdict.MALFORMED, 0, 10)}
    words = ("作废", "已发出") if language == "zh" else ("Void", "Delivered")
    assert reasons == {f"状态为“{word}”，不可出售。" for word in words}

    # in a shop that has none of them the texts are the same, character by character
    assert [preview.keys.texts[at] for at in sorted(preview.in_shop)] == ["FIRST-KEY-1", *KEYS[:-2]][::-1]
    assert preview.keys.notes[-1] == "首批"
    assert set(preview.keys.expiries) == {"2027-12-31"}
    assert not preview.needs_confirmation


@pytest.mark.parametrize("locked", [False, True])
def test_an_export_without_the_keys_is_refused(desk: Desk, tmp_path: Path, locked: bool) -> None:
    product_id = desk.product("A")
    desk.stock(product_id, "ABCD-EFGH-IJKL", "K1", "NUMBER-1----PASSWORD-1")
    if locked:
        desk.context.vault.lock()
    path = tmp_path / "keys.csv"
    export(desk.context, "keys", path)
    with pytest.raises(BadInputError, match="masks"):
        preview_file(desk.context, path, product_id)


def test_the_preview_says_what_it_found_and_lets_it_be_changed(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("serial;卡密;备注\nS-1;K-1,x;甲\n", encoding="gb18030")
    product_id = desk.product()
    found = desk.inventory.preview_file(path, product_id)
    assert (found.layout, found.delimiter, found.encoding) == ("table", ";", "gb18030")
    assert found.columns == ("serial", "卡密", "备注")
    assert found.roles == {"key": 1, "note": 2}
    assert found.needs_confirmation
    assert not found.cautions
    chosen = desk.inventory.preview_file(path, product_id, encoding="gbk", column="serial", delimiter=";")
    assert chosen.keys.texts == ["S-1"]
    lines = desk.inventory.preview_file(path, product_id, encoding="gbk", layout="lines")
    assert lines.line_count == 2
    with pytest.raises(BadInputError, match="lines"):
        desk.inventory.preview_file(path, product_id, layout="rows")
    desk.inventory.import_keys(chosen, ImportOptions())
    assert desk.inventory.reveal(1) == "S-1"


def test_a_list_that_does_not_say_what_was_sold_warns_on_every_line(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "cards-2-20260101-101500.txt"
    path.write_text("K-00000001\nK-00000002\n")
    preview = desk.inventory.preview_file(path, desk.product())
    assert preview.warning_count == preview.new_count == 2
    assert all("已售出" in line.detail_zh for line in preview.lines(KeyVerdict.NEW, 0, 10))
    assert preview.format_name.en.startswith("acg-faka")
