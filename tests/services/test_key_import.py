"""Importing keys: every line has its verdict, the counts add up, and it is stored whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.card_keys import KeyRule, examine
from desktop_app.domain.errors import BadInputError, CancelledError, ConflictError, LockedError, RefusedError
from desktop_app.domain.states import ProductKind
from desktop_app.services.inventory import ImportOptions, ImportPreview, KeyVerdict
from desktop_app.services.products import ProductDraft
from desktop_app.storage.database import Database
from tests.services.desk import START, Desk


def verdicts(preview: ImportPreview) -> list[tuple[int, str]]:
    return [(line.number, line.verdict.value) for line in preview.lines(None, 0, 1000)]


def counts_add_up(preview: ImportPreview) -> bool:
    by_verdict = [preview.count(verdict) for verdict in KeyVerdict]
    stated = [preview.new_count, preview.file_duplicates, preview.shop_duplicates, preview.malformed_count]
    listed = [len(preview.lines(verdict, 0, 10_000)) for verdict in KeyVerdict]
    return by_verdict == [*stated, preview.blank_count] == listed and sum(by_verdict) == preview.line_count


def stored(desk: Desk) -> int:
    return int(str(desk.scalar("SELECT count(*) FROM card_keys")))


def test_every_line_has_a_verdict_and_a_reason(desk: Desk) -> None:
    product_id, other = desk.product("STEAM50"), desk.product("QQ")
    stocked = desk.stock(product_id, "STOCK-KEY-0001", batch="十月")
    sold = desk.stock(other, "SOLD-KEY-0002", batch="九月")
    desk.deliver(sold[0], "A20261101")
    text = "\n".join(
        [
            "NEW-KEY-000001",
            "",
            "new\x00key-0002",
            "NEW-KEY-000001",
            "STOCK-KEY-0001",
            "  SOLD-KEY-0002",
            "   ",
            " EDGE-KEY-7",
        ]
    )
    preview = desk.inventory.preview_text(text, product_id)
    assert verdicts(preview) == [
        (1, "new"),
        (2, "blank"),
        (3, "malformed"),
        (4, "duplicate_in_file"),
        (5, "duplicate_in_shop"),
        (6, "duplicate_in_shop"),
        (7, "blank"),
        (8, "new"),
    ]
    assert counts_add_up(preview)
    details = [line.detail_en for line in preview.lines(None, 0, 8)]
    assert "NUL" in details[2]
    assert "line 1" in details[3]
    assert "十月" in details[4]
    assert "A20261101" in details[5]
    assert "九月" in details[5]
    assert "Spaces" in details[7]
    assert all(line.detail_zh for line in preview.lines(None, 0, 8) if line.detail_en)
    assert preview.warning_count == 1
    assert preview.lines(None, 3, 2)[1].text_masked == "ST***-***-**01"
    assert "NEW-KEY" not in repr(preview)
    result = desk.inventory.import_keys(preview, ImportOptions(batch="十一月", supplier="甲", cost_fen=4700))
    assert (result.batch_name, result.line_count, result.new_count, result.blank_count) == ("十一月", 8, 2, 2)
    assert (result.file_duplicates, result.shop_duplicates, result.malformed_count) == (1, 2, 1)
    assert stored(desk) == 4
    assert desk.inventory.get(stocked[0]).batch_name == "十月"
    assert desk.inventory.reveal(stored(desk)) == " EDGE-KEY-7"


@pytest.mark.parametrize("blank_at", [(), (1,), (1, 2, 5), (3, 4, 9, 10), (10,)])
def test_any_window_of_the_preview_is_the_same_as_the_whole(desk: Desk, blank_at: tuple[int, ...]) -> None:
    lines = ["" if number in blank_at else f"KEY-{number:06}" for number in range(1, 11)]
    preview = desk.inventory.preview_text("\n".join(lines) + "\n", desk.product())
    whole = preview.lines(None, 0, 100)
    assert [line.number for line in whole] == list(range(1, 11))
    assert tuple(line.number for line in whole if line.verdict is KeyVerdict.BLANK) == blank_at
    for offset in range(12):
        for limit in (1, 3, 20):
            assert preview.lines(None, offset, limit) == whole[offset : offset + limit]


def test_counts_stay_true_when_keys_come_in_after_the_preview(desk: Desk) -> None:
    product_id = desk.product()
    preview = desk.inventory.preview_text("KEY-000001\nKEY-000002\nKEY-000003", product_id)
    desk.stock(product_id, "KEY-000002")
    result = desk.inventory.import_keys(preview, ImportOptions())
    assert (result.new_count, result.shop_duplicates, result.line_count) == (2, 1, 3)
    with pytest.raises(RefusedError, match="no new card keys"):
        desk.inventory.import_keys(preview, ImportOptions())
    assert stored(desk) == 3
    assert len(desk.inventory.batches()) == 2


def test_the_log_has_one_event_with_the_counts_and_no_key(desk: Desk) -> None:
    product_id = desk.product()
    desk.stock(product_id, "KEY-000001", "KEY-000002")
    [event] = desk.events("keys.imported")
    facts = event["facts"]
    assert isinstance(facts, dict)
    assert (facts["new_count"], facts["product"], facts["batch"]) == (2, "STEAM50", "STEAM50-20261122")
    assert len(facts["tags_hash"]) == 64
    assert desk.changes[-1] == {"keys", "products"}


def test_no_key_stands_in_clear_in_any_file_of_the_shop(desk: Desk) -> None:
    keys = [f"SECRET-{number:05}-NEEDLE" for number in range(500)]
    ids = desk.stock(desk.product(), *keys)
    desk.inventory.reveal(ids[3])
    desk.inventory.void(ids[:2], "坏卡")
    for path in filter(Path.is_file, desk.context.data_dir.rglob("*")):
        if path.name != "shop.db":
            assert b"NEEDLE" not in path.read_bytes()
    desk.context.database.close()
    assert b"NEEDLE" not in (desk.context.data_dir / "shop.db").read_bytes()


def test_duplicates_are_found_across_products_by_each_ones_rule(desk: Desk) -> None:
    desk.stock(desk.product("A"), "ａｂｃｄ-0001-0002", "plain-key-01")
    folded = desk.product("B", fold_case=True, fold_hyphens=True)
    preview = desk.inventory.preview_text("abcd-0001-0002\nABCD00010002\nPLAINKEY01\nplain-key-01", folded)
    # by the rule of A the first and the last are keys of A; by that of B the others are copies of them
    in_shop, in_file = "duplicate_in_shop", "duplicate_in_file"
    assert [verdict for _, verdict in verdicts(preview)] == [in_shop, in_file, in_shop, in_file]
    exact = desk.inventory.preview_text("abcd-0001-0002\nplain-key-01", desk.product("C"))
    assert [verdict for _, verdict in verdicts(exact)] == ["duplicate_in_shop", "duplicate_in_shop"]


@pytest.mark.parametrize("stop_at", [0, 5000, 12_000])
def test_cancelled_midway_nothing_is_stored(desk: Desk, stop_at: int) -> None:
    product_id = desk.product()
    preview = desk.inventory.preview_text("\n".join(f"KEY-{number:08}" for number in range(12_000)), product_id)
    reached = 0

    def progress(done: int, total: int) -> None:
        nonlocal reached
        assert done <= total == 12_000
        reached = done

    with pytest.raises(CancelledError):
        desk.inventory.import_keys(preview, ImportOptions(), progress=progress, cancelled=lambda: reached >= stop_at)
    assert stored(desk) == 0
    assert desk.inventory.batches() == []
    assert desk.events("keys.imported") == []
    assert desk.inventory.import_keys(preview, ImportOptions()).new_count == 12_000


def test_a_preview_can_be_cancelled_and_its_progress_never_goes_back(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("\n".join(f"KEY-{number:08}" for number in range(12_000)))
    product_id = desk.product()
    steps: list[tuple[int, int]] = []
    desk.inventory.preview_file(path, product_id, progress=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert len({total for _, total in steps}) == 1
    assert steps[-1][0] == steps[-1][1]
    with pytest.raises(CancelledError):
        desk.inventory.preview_file(path, product_id, cancelled=lambda: True)


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_file_that_changed_since_the_preview_is_refused(desk: Desk, tmp_path: Path, when: str) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("KEY-000001\nKEY-000002\n")
    preview = desk.inventory.preview_file(path, desk.product())
    assert (preview.source, preview.newline, preview.encoding, preview.needs_confirmation) == (
        "keys.txt",
        "lf",
        "utf-8",
        False,
    )

    def change(done: int = 0, total: int = 0) -> None:
        path.write_text("KEY-000001\nKEY-000009\n")

    if when == "before":
        change()
    with pytest.raises(ConflictError, match=r"keys\.txt"):
        desk.inventory.import_keys(preview, ImportOptions(), progress=change)
    assert stored(desk) == 0


def test_a_changed_comparison_needs_a_new_preview(desk: Desk) -> None:
    product_id = desk.product("A", name="甲")
    preview = desk.inventory.preview_text("KEY-000001\nkey-000001", product_id)
    desk.products.change(product_id, ProductDraft("A", "甲", ProductKind.GAME_CARD, fold_case=True))
    with pytest.raises(ConflictError, match="preview"):
        desk.inventory.import_keys(preview, ImportOptions())
    assert stored(desk) == 0


def test_gb18030_is_read_and_asks_for_a_look(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "旧系统.txt"
    path.write_bytes("卡号甲一----密码一二三\n卡号乙二----密码四五六\n".encode("gb18030"))
    product_id = desk.product()
    preview = desk.inventory.preview_file(path, product_id)
    assert (preview.encoding, preview.needs_confirmation, preview.new_count) == ("gb18030", True, 2)
    chosen = desk.inventory.preview_file(path, product_id, encoding="gb18030")
    assert not chosen.needs_confirmation
    desk.inventory.import_keys(chosen, ImportOptions())
    assert desk.inventory.reveal(1) == "卡号甲一----密码一二三"


def test_a_table_gives_notes_one_cost_and_one_expiry(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("卡密,成本,有效期,备注\nKEY-000001,47.50,2027-12-31,一号\nKEY-000002,47.50,2027-12-31,\n")
    product_id = desk.product()
    preview = desk.inventory.preview_file(path, product_id)
    assert verdicts(preview) == [(2, "new"), (3, "new")]
    desk.inventory.import_keys(preview, ImportOptions())
    [batch] = desk.inventory.batches()
    assert (batch.cost_fen, batch.expires_on) == (4750, "2027-12-31")
    assert desk.inventory.get(1).note == "一号"


def test_blank_lines_of_a_table_keep_their_numbers(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text('\n卡密,备注\n\nKEY-000001,"两\n行"\n,\nKEY-000002,\n\n')
    preview = desk.inventory.preview_file(path, desk.product())
    assert verdicts(preview) == [(1, "blank"), (3, "blank"), (4, "malformed"), (6, "blank"), (7, "new"), (8, "blank")]
    assert counts_add_up(preview)


def test_different_expiries_in_one_file_are_refused_unless_one_is_given(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("卡密,有效期\nKEY-000001,2027-12-31\nKEY-000002,2028-12-31\n")
    preview = desk.inventory.preview_file(path, desk.product())
    with pytest.raises(BadInputError, match="expiry dates"):
        desk.inventory.import_keys(preview, ImportOptions())
    desk.inventory.import_keys(preview, ImportOptions(expires_on="2027-06-30"))
    assert desk.inventory.batches()[0].expires_on == "2027-06-30"


def test_cards_of_another_face_value_are_not_taken(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("卡密,面值\nKEY-000001,50\nKEY-000002,100.00\n")
    preview = desk.inventory.preview_file(path, desk.product(face_fen=5000))
    assert verdicts(preview) == [(2, "new"), (3, "malformed")]
    assert "¥100.00" in preview.lines(KeyVerdict.MALFORMED, 0, 1)[0].detail_zh
    assert counts_add_up(preview)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (ImportOptions(batch="十月"), "already"),
        (ImportOptions(batch="x" * 81), "batch name"),
        (ImportOptions(cost_fen=-1), "cost"),
        (ImportOptions(expires_on="31.12.2027"), "2027-12-31"),
        (ImportOptions(expires_on="2027-02-30"), "last usable day"),
        (ImportOptions(supplier="a\x07b"), "supplier"),
    ],
)
def test_unusable_options_are_refused(desk: Desk, options: ImportOptions, named: str) -> None:
    product_id = desk.product()
    desk.stock(product_id, "KEY-000001", batch="十月")
    preview = desk.inventory.preview_text("KEY-000002", product_id)
    with pytest.raises(BadInputError, match=named):
        desk.inventory.import_keys(preview, options)
    assert stored(desk) == 1


@pytest.mark.parametrize(("name", "again"), [("Ｑ币-É", "Ｑ币-É"), ("May", "MAY")], ids=["wide", "ascii"])
def test_a_batch_name_is_given_once_whatever_its_letters(desk: Desk, name: str, again: str) -> None:
    product_id = desk.product()
    desk.stock(product_id, "KEY-000001", batch=name)
    assert desk.inventory.batch_by_name(again).name == name
    assert [batch.name for batch in desk.inventory.batches_named(again[:2])] == [name]
    with pytest.raises(BadInputError, match="a batch called"):
        desk.stock(product_id, "KEY-000002", batch=again)


def test_batches_without_a_name_get_one_of_product_and_day(desk: Desk) -> None:
    product_id = desk.product("QQ-VIP")
    for number in range(3):
        desk.stock(product_id, f"KEY-{number:06}")
    names = [batch.name for batch in desk.inventory.batches()]
    assert names == ["QQ-VIP-20261122-3", "QQ-VIP-20261122-2", "QQ-VIP-20261122"]


def test_top_ups_hold_no_keys_and_a_locked_shop_takes_none(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="top-up"):
        desk.inventory.preview_text("KEY-000001", desk.product("T", kind=ProductKind.PHONE_TOPUP))
    product_id = desk.product("A")
    preview = desk.inventory.preview_text("KEY-000001", product_id)
    desk.context.vault.lock()
    with pytest.raises(LockedError):
        desk.inventory.preview_text("KEY-000002", product_id)
    with pytest.raises(LockedError):
        desk.inventory.import_keys(preview, ImportOptions())
    assert stored(desk) == 0


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("ABCabc019-|,\t '\"%;<>=\\\u200b\u3000\u00a0\uff11\u0430卡密𝟘"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(HOSTILE, min_size=1, max_size=20), fold=st.booleans())
def test_what_is_taken_comes_back_exactly(desk: Desk, lines: list[str], fold: bool) -> None:
    rule = KeyRule(fold_case=fold)
    code = f"P{len(desk.products.all())}"
    product_id = desk.product(code, fold_case=fold)
    lines = [f"{code}{line}" for line in lines]  # keys of one example only
    expected: dict[str, str] = {}
    for line in lines:
        check = examine(line, rule)
        if check.problem is None:
            expected.setdefault(check.normalised, line)
    # the first line keeps the text from being taken for a table
    preview = desk.inventory.preview_text("\n".join([f"{code}-first", *lines]), product_id)
    assert counts_add_up(preview)
    before = stored(desk)
    result = desk.inventory.import_keys(preview, ImportOptions())
    assert result.new_count == len({f"{code}-first", *expected.values()}) == stored(desk) - before
    shown = [desk.inventory.reveal(key_id) for key_id in range(before + 1, stored(desk) + 1)]
    assert shown[1:] == [line for line in expected.values() if line != f"{code}-first"]


LITERAL = (
    "'; DROP TABLE card_keys; --",
    "<img src=/etc/passwd>",
    "%s%n{0}{key}",
    '"quoted"',
    "=1+1|cmd",
    "0012345",
    "1e309",
)


def test_keys_that_look_like_code_are_literal(desk: Desk) -> None:
    ids = desk.stock(desk.product(), "PLAIN-KEY-01", *LITERAL)
    assert tuple(desk.inventory.reveal(key_id) for key_id in ids[1:]) == LITERAL
    for key_id, text in zip(ids[1:], LITERAL, strict=True):
        line = desk.inventory.find(text)
        assert line is not None
        assert line.id == key_id


KILLED = """
import os, signal, sys
from pathlib import Path
from desktop_app.domain.states import ProductKind
from desktop_app.services.context import Context, system_clock
from desktop_app.services.inventory import ImportOptions, Inventory
from desktop_app.services.products import ProductDraft, Products
from desktop_app.storage.database import Database
from desktop_app.storage.vault import Vault

folder, stop_at = Path(sys.argv[1]), int(sys.argv[2])
database = Database.create(folder / "shop.db", at=system_clock())
context = Context(database, Vault.create(database.shop_uid), folder, "t")
product = Products(context).add(ProductDraft("A", "A", ProductKind.GAME_CARD))
inventory = Inventory(context)
inventory.import_keys(inventory.preview_text("FIRST-KEY-1\\nFIRST-KEY-2", product), ImportOptions())
preview = inventory.preview_text("\\n".join(f"KEY-{number:08}" for number in range(20_000)), product)

def progress(done, total):
    if done >= stop_at:
        os.kill(os.getpid(), signal.SIGKILL)

inventory.import_keys(preview, ImportOptions(), progress=progress)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("stop_at", [10_000, 20_000])
def test_killed_midway_nothing_of_the_import_is_there(tmp_path: Path, stop_at: int) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(stop_at)], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    database = Database.open(tmp_path / "shop.db", at=START)
    try:
        assert database.check() is None
        with database.read() as session:
            connection = session.connection()
            assert connection.exec_driver_sql("SELECT count(*) FROM card_keys").scalar() == 2
            assert connection.exec_driver_sql("SELECT count(*), sum(new_count) FROM batches").one() == (1, 2)
            imported = "SELECT count(*) FROM events WHERE kind = 'keys.imported'"
            assert connection.exec_driver_sql(imported).scalar() == 1
    finally:
        database.close()


def test_a_key_of_a_product_with_another_comparison_is_found_by_the_rule_of_that(desk: Desk) -> None:
    exact, folding = desk.product(), desk.product("FOLDING", fold_case=True)
    hyphens = desk.product("HYPHENS", fold_hyphens=True)
    desk.stock(exact, "ABC-1", "ABD-2")
    desk.stock(folding, "xyz-9")

    def judged(product_id: int, *keys: str) -> list[str]:
        preview = desk.inventory.preview_text("\n".join(keys), product_id)
        return [line.verdict.value for line in preview.lines(None, 0, 10)]

    shop, new = KeyVerdict.DUPLICATE_IN_SHOP.value, KeyVerdict.NEW.value
    # the same text is the same card in any product; another case is so only where one of both rules says it
    assert judged(folding, "ABC-1", "abd-2", "QQQ-3") == [shop, new, new]
    assert judged(exact, "XYZ-9", "ABC-1", "abc-1") == [shop, shop, new]
    assert judged(hyphens, "ABC-1", "xyz-9", "xyz9") == [shop, shop, KeyVerdict.DUPLICATE_IN_FILE.value]
    preview = desk.inventory.preview_text("ABC-1\nQQQ-3\nNEW-4", folding)
    assert (preview.new_count, preview.shop_duplicates) == (2, 1)
    # also when another program brings it in while the preview is being looked at: it would be sold twice
    desk.stock(exact, "NEW-4")
    result = desk.inventory.import_keys(preview, ImportOptions())
    assert (result.new_count, result.shop_duplicates) == (1, 2)
