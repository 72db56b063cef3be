"""What the merchant changes of what was found: the first row, the columns, the delimiter."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.key_files import ColumnChoiceError, KeyPreview, Layout, read_key_file, read_pasted_keys


def read(folder: Path, text: str, **choices: object) -> KeyPreview:
    path = folder / "keys.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_key_file(path, **choices)  # type: ignore[arg-type]


def new(preview: KeyPreview) -> list[str]:
    return [preview.texts[index] for index in preview.new_indexes()]


def test_every_column_can_be_chosen(tmp_path: Path) -> None:
    text = "serial,owner,memo,until,price\nA-1,x,first,2027-12-31,8.80\nA-2,y,second,2027-12-31,8.80\n"
    preview = read(tmp_path, text, roles={"key": 0, "note": 2, "expiry": 3, "cost": 4})
    assert new(preview) == ["A-1", "A-2"]
    assert preview.has_header
    assert (preview.notes, preview.expiries, preview.costs_fen) == (
        ["first", "second"],
        ["2027-12-31"] * 2,
        [880, 880],
    )
    joined = read(tmp_path, text, roles={"number": 1, "password": 0})
    assert new(joined) == ["x----A-1", "y----A-2"]


def test_rows_without_a_header_are_all_keys(tmp_path: Path) -> None:
    text = "acc1,pw1,10\nacc2,pw2,10\n"
    preview = read(tmp_path, text, roles={"number": 0, "password": 1, "face": 2})
    assert (preview.has_header, new(preview), preview.faces_fen) == (False, ["acc1----pw1", "acc2----pw2"], [1000] * 2)
    assert list(preview.line_numbers) == [1, 2]
    named = read(tmp_path, text, roles={"number": 0, "password": 1}, header=True)
    assert (named.has_header, new(named)) == (True, ["acc2----pw2"])


def test_a_choice_that_is_needed_names_the_columns(tmp_path: Path) -> None:
    with pytest.raises(ColumnChoiceError) as names:
        read(tmp_path, "serial;owner;memo\nA-1;x;first\n")
    assert (names.value.columns, names.value.has_header, names.value.delimiter) == (
        ("serial", "owner", "memo"),
        True,
        ";",
    )
    with pytest.raises(ColumnChoiceError) as numbers:
        read(tmp_path, "acc1,pw1\nacc2,pw2\n", layout=Layout.TABLE)
    assert (numbers.value.columns, numbers.value.has_header) == (("1", "2"), False)
    with pytest.raises(ColumnChoiceError):
        read(tmp_path, "acc1,pw1\n", roles={"note": 0})


def test_choices_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    text = "serial,owner,memo\nA-1,x,first\n"
    with pytest.raises(BadInputError, match="column 4"):
        read(tmp_path, text, roles={"key": 3})
    with pytest.raises(BadInputError, match="two things"):
        read(tmp_path, text, roles={"key": 0, "note": 0})
    with pytest.raises(BadInputError, match="twice"):
        read(tmp_path, "serial,Serial,memo\nA-1,x,first\n", roles={"key": 0})


@pytest.mark.parametrize("header", [None, False])
def test_no_choice_makes_a_sold_key_sellable(tmp_path: Path, header: bool | None) -> None:
    text = "卡密,状态,备注\nS-1,已售出,\nS-2,在库,x\n"
    for roles in (None, {"key": 0}, {"key": 0, "note": 1}):
        assert new(read(tmp_path, text, roles=roles, header=header)) == ["S-2"]
    columns = "id,secret,status,product_id,sku_id,order_id,batch_id,created_at"
    export = f"{columns}\n1,D-1,used,1,1,1,1,\n2,D-2,available,1,1,,1,\n"
    assert new(read(tmp_path, export, roles={"key": 1}, header=header)) == ["D-2"]


def test_a_sheet_takes_the_same_choices(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("卡")
        for at, row in enumerate((["x1", "ABCD-1"], ["x2", "ABCD-2"])):
            sheet.write_row(at, 0, row)
    with pytest.raises(ColumnChoiceError) as error:
        read_key_file(path)
    assert (error.value.columns, error.value.has_header, error.value.sheets) == (("1", "2"), False, ("卡",))
    preview = read_key_file(path, roles={"key": 1, "note": 0})
    assert (new(preview), preview.notes) == (["ABCD-1", "ABCD-2"], ["x1", "x2"])


def test_pasted_text_takes_them_too() -> None:
    preview = read_pasted_keys("a\tA-1\nb\tA-2", delimiter="\t", layout=Layout.TABLE, roles={"key": 1})
    assert new(preview) == ["A-1", "A-2"]
