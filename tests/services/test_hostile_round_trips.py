"""Keys of any text go in by a file and out by every export into another shop: the same keys, none of them sold."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from desktop_app.domain.states import KeyState, ProductKind
from desktop_app.services.context import Context
from desktop_app.services.exports import export
from desktop_app.services.inventory import ImportOptions, ImportPreview, Inventory, KeyFilter, KeyVerdict
from desktop_app.services.products import ProductDraft, Products
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault
from tests.services.desk import Clock, Desk

HOSTILE = (
    *("0012345", "1e3", "0e1234", "1E+17", "123456789012345678901", "-1", "+1-2", "@SUM(A1)", "1/2", "2026-11-22"),
    *("=cmd|'/c calc'!A1", "'=1+1", "''", "'x", "％x", "＝1", "|x", "TRUE", "NULL", "#N/A", "A_x0041_B", "_x000D_"),
    *('a"b', '"quoted"', 'say ""x""', 'a\\"b', "tail\\", "a,b", "a;b", "a----b", "a  b", "\\n", "\\N", "<b>&amp;"),
    *("caf\u00e9", "cafe\u0301", "👍🏽", "مرحبا", "汉字卡密", "ＡＢ", "½", "x" * 4000, "卡密", "key", "%s{0}", "``"),
)
_SYMBOLS = st.sampled_from(
    " \t\"'`,;|=+-@%\\#*/<>&_0123456789eExXABCabc卡密éß½＝\u0301\u200b\u202e\u00a0\ufeff\x00\x0b\x85👍ا"
)
_KEYS = st.lists(
    st.one_of(st.text(_SYMBOLS, max_size=24), st.text(max_size=12), st.sampled_from(HOSTILE)), min_size=3, max_size=24
)


@contextmanager
def _shop() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        clock = Clock()
        database = Database.create(folder / "shop.db", at=clock())
        vault = Vault.create(database.shop_uid)
        context = Context(database=database, vault=vault, data_dir=folder, actor="林默", clock=clock)
        try:
            desk = Desk(context, clock, Inventory(context), Products(context))
            desk.products.add(ProductDraft(code="A", name="商品", kind=ProductKind.GAME_CARD))
            yield desk
        finally:
            vault.lock()
            database.close()


def _taken(desk: Desk, path: Path) -> tuple[ImportPreview, list[str]]:
    """What a file becomes in a shop: its preview, and every key that can be sold afterwards, by its line."""
    preview = desk.inventory.preview(path, 1)
    counts = (preview.new_count, preview.blank_count, preview.file_duplicates, preview.shop_duplicates)
    assert sum(counts) + preview.malformed_count == preview.line_count
    if preview.new_count:
        desk.inventory.import_keys(preview, ImportOptions())
    return preview, _sellable(desk)


def _sellable(desk: Desk) -> list[str]:
    lines = sorted(desk.inventory.listing(KeyFilter()).rows(), key=lambda line: line.line)
    return [desk.inventory.reveal(line.id) for line in lines if line.state is KeyState.IN_STOCK]


# no shrinking: an example makes six shops
@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(keys=_KEYS, chance=st.randoms(use_true_random=False), crlf=st.booleans())
@example(keys=list(HOSTILE), chance=random.Random(1), crlf=True)
def test_the_same_keys_come_out_of_every_export(keys: list[str], chance: random.Random, crlf: bool) -> None:
    lines = [key.translate(dict.fromkeys(map(ord, "\r\n"), "")).encode("utf-8", "ignore").decode() for key in keys]
    lines.append("ANCHOR-0001")
    with _shop() as first, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "keys.txt"
        source.write_text("".join(line + ("\r\n" if crlf else "\n") for line in lines), "utf-8", newline="")
        looked = first.inventory.preview(source, 1, encoding="utf-8")
        if looked.layout != "lines":  # a key that reads like a header
            lines.insert(0, "FIRST-LINE-0001")
            source.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="")
        preview, stored = _taken(first, source)
        # to the character: what was taken is what stood on its line
        assert stored == [lines[line.number - 1] for line in preview.lines(KeyVerdict.NEW, 0, 100)]
        rows = sorted(first.inventory.listing(KeyFilter()).rows(), key=lambda line: line.line)
        ids = [line.id for line in rows[:-1]]  # one stays in stock
        chance.shuffle(ids)
        for step, key_id in enumerate(ids[: len(ids) // 2]):
            if step % 3 == 0:
                first.deliver(key_id, f"A{step}")
            elif step % 3 == 1:
                first.inventory.void([key_id], "坏卡")
            else:
                first.inventory.put_into_bin([key_id], "录错")
        left = _sellable(first)
        for ending, language in (("txt", "zh"), ("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("xlsx", "en")):
            out = folder / f"out-{language}.{ending}"
            export(first.context, "keys", out, language=language, reveal=True)
            again = first.inventory.preview(out, 1)
            assert again.new_count == 0, f"{ending}: keys that are in the shop"
            with _shop() as second:
                _, taken = _taken(second, out)
                assert sorted(taken) == sorted(left), ending


def test_a_list_that_would_begin_with_the_name_of_a_column_keeps_that_key(tmp_path: Path) -> None:
    keys = ["FIRST-0001", "卡密", "key,password", "red,apple,pear", "DROP TABLE `t`;", "LAST-0001"]
    with _shop() as first:
        source, out = tmp_path / "keys.txt", tmp_path / "out.txt"
        source.write_text("".join(f"{key}\n" for key in keys), "utf-8")
        _, stored = _taken(first, source)
        assert stored == keys
        rows = first.inventory.listing(KeyFilter()).rows()
        first.deliver(min(rows, key=lambda line: line.line).id, "A1")
        export(first.context, "keys", out, reveal=True)
    assert out.read_text("utf-8").splitlines() == ["LAST-0001", *keys[1:-1]]
    with _shop() as second:
        _, taken = _taken(second, out)
    assert sorted(taken) == sorted(keys[1:])


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_a_spreadsheet_that_saves_our_csv_again_gives_no_wrong_key(tmp_path: Path) -> None:
    keys = [key for key in HOSTILE if key != "x" * 4000]
    with _shop() as first:
        source = tmp_path / "keys.txt"
        source.write_text("ANCHOR-0001\n" + "\n".join(keys) + "\n", "utf-8", newline="")
        _, stored = _taken(first, source)
        path = tmp_path / "keys.csv"
        export(first.context, "keys", path, reveal=True)
        saved = tmp_path / "saved"
        home = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", home, "--headless", "--infilter=CSV:44,34,76,1", "--convert-to", "xlsx", "--outdir"]
        subprocess.run([*command, str(saved), str(path)], check=True, capture_output=True, timeout=120)
    with _shop() as second:
        preview, taken = _taken(second, saved / "keys.xlsx")
        # what a spreadsheet takes for a date or a truth value is refused by name; nothing is taken as something else
        assert sorted(taken) == sorted(set(stored) - {"2026-11-22", "TRUE"})
        assert [line.detail_en[:21] for line in preview.lines(KeyVerdict.MALFORMED, 0, 9)] == [
            "The cell is a date or"
        ] * 2
