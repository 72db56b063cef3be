"""How the lists of a product were read is proposed for its next list, and only for one of the same make."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.services.inventory import ColumnChoiceError, ImportOptions, ImportPreview, KeyLayout
from tests.services.desk import Desk


def file(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def new(preview: ImportPreview) -> list[str]:
    return [preview.keys.texts[index] for index in preview.new]


def take(desk: Desk, preview: ImportPreview) -> None:
    desk.inventory.import_keys(preview, ImportOptions())


HEADERLESS = KeyLayout(layout="table", delimiter=",", header=False, roles={"number": 0, "password": 1, "note": 2})
NAMED = KeyLayout(layout="table", delimiter=",", roles={"key": 2, "note": 0})


def test_columns_that_were_confirmed_are_proposed_for_the_same_header(desk: Desk, tmp_path: Path) -> None:
    product_id = desk.product()
    first = file(tmp_path, "a.csv", "serial,owner,memo\n1,x,AAAA-0001\n")
    with pytest.raises(ColumnChoiceError):
        desk.inventory.preview(first, product_id)
    assert not desk.inventory.remembers_layout(product_id)
    take(desk, desk.inventory.preview(first, product_id, NAMED))
    second = file(tmp_path, "b.csv", "Serial, Owner,memo\n2,x,AAAA-0002\n")
    found = desk.inventory.preview(second, product_id)
    assert (new(found), found.is_remembered, found.roles) == (["AAAA-0002"], True, {"key": 2, "note": 0})
    other = file(tmp_path, "c.csv", "memo,owner,serial\nAAAA-0003,x,3\n")
    with pytest.raises(ColumnChoiceError):
        desk.inventory.preview(other, product_id)
    with pytest.raises(ColumnChoiceError):
        desk.inventory.preview(second, desk.product("OTHER"))
    desk.inventory.forget_layout(product_id)
    with pytest.raises(ColumnChoiceError):
        desk.inventory.preview(second, product_id)


def test_rows_without_a_header_are_known_by_their_number_of_columns(desk: Desk, tmp_path: Path) -> None:
    product_id = desk.product()
    take(desk, desk.inventory.preview("acc1,pw1,a\nacc2,pw2,b", product_id, HEADERLESS))
    assert new(desk.inventory.preview("acc3,pw3,c\nacc4,pw4,d", product_id)) == ["acc3----pw3", "acc4----pw4"]
    assert new(desk.inventory.preview("AAAA-1\nAAAA-2", product_id)) == ["AAAA-1", "AAAA-2"]
    assert new(desk.inventory.preview("acc5,pw5", product_id)) == ["acc5,pw5"]
    named = file(tmp_path, "named.csv", "卡密,面值,备注\nBBBB-1,50,x\n")
    found = desk.inventory.preview(named, product_id)
    assert (new(found), found.is_remembered) == (["BBBB-1"], False)


def test_plain_lines_never_make_a_known_header_a_key(desk: Desk, tmp_path: Path) -> None:
    product_id = desk.product()
    words = "alpha,beta,gamma\n1,2,3"
    with pytest.raises(ColumnChoiceError):
        desk.inventory.preview(words, product_id)
    take(desk, desk.inventory.preview(words, product_id, KeyLayout(layout="lines")))
    found = desk.inventory.preview("delta,epsilon,zeta\n4,5,6", product_id)
    assert (new(found), found.is_remembered) == (["delta,epsilon,zeta", "4,5,6"], True)
    assert new(desk.inventory.preview(file(tmp_path, "a.csv", "卡密,备注\nC-1,x\n"), product_id)) == ["C-1"]


def test_an_encoding_that_nothing_tells_is_taken_from_last_time_and_confirmed(desk: Desk, tmp_path: Path) -> None:
    product_id = desk.product()
    first = file(tmp_path, "a.txt", "UUUU-1\nUUUU-2\n", "utf-16-le")
    with pytest.raises(BadInputError, match="UTF-16"):
        desk.inventory.preview(first, product_id)
    take(desk, desk.inventory.preview(first, product_id, KeyLayout(encoding="utf-16-le")))
    found = desk.inventory.preview(file(tmp_path, "b.txt", "UUUU-3\n", "utf-16-le"), product_id)
    assert (new(found), found.needs_confirmation, len(found.cautions)) == (["UUUU-3"], True, 1)
    plain = desk.inventory.preview(file(tmp_path, "c.txt", "普通卡密-1\n"), product_id)
    assert (new(plain), plain.encoding, plain.needs_confirmation) == (["普通卡密-1"], "utf-8", False)


def test_what_is_remembered_holds_no_key_and_no_name(desk: Desk) -> None:
    product_id = desk.product()
    rows = "first-key,second-key\nXKEY-0001,x"
    take(desk, desk.inventory.preview(rows, product_id, KeyLayout(layout="table", header=True, roles={"key": 0})))
    stored = str(desk.scalar("SELECT value FROM settings WHERE key LIKE 'key_layout:%'"))
    assert "first" not in stored
    assert "XKEY" not in stored
