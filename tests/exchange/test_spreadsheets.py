"""Workbooks: keys are text, what a spreadsheet changed is said, and nothing is unpacked without a bound."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from desktop_app.domain.card_keys import KeyProblem, KeyWarning
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange import spreadsheets
from desktop_app.exchange.key_files import KeyPreview, read_key_file

Rows = list[list[object]]


def write(path: Path, **sheets: Rows) -> Path:
    book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name.removeprefix("hidden_"))
        if name.startswith("hidden_"):
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif isinstance(value, datetime.date):
                    sheet.write_datetime(row, column, value, day)
                elif value is not None:
                    sheet.write(row, column, value)
    book.close()
    return path


def new(preview: KeyPreview) -> list[str]:
    return [preview.texts[index] for index in preview.new_indexes()]


@pytest.fixture
def xlsx(tmp_path: Path) -> Callable[..., Path]:
    return lambda **sheets: write(tmp_path / "keys.xlsx", **sheets)


def test_text_cells_are_kept_exactly(xlsx: Callable[..., Path]) -> None:
    keys = ["0012345", "1e3", "0e1234", "=1+1", "123456789012345678901", " A B ", "acc,pw", '"q"', "_x000D_", "TRUE"]
    preview = read_key_file(xlsx(卡=[["卡密", "备注"], *([key, "x"] for key in keys)]))
    assert new(preview) == keys
    assert list(preview.line_numbers) == list(range(2, 12))
    assert preview.sheet == "卡"
    assert not preview.needs_confirmation


def test_what_a_spreadsheet_did_to_a_key_is_said(xlsx: Callable[..., Path]) -> None:
    numbers: Rows = [
        ["卡密"],
        [12345],
        [1.2326e17],
        [123456789012345],
        [1e20],
        [True],
        [datetime.date(2027, 1, 2)],
        [1.5],
    ]
    preview = read_key_file(xlsx(卡=numbers))
    assert new(preview) == ["12345", "123456789012345", "1.5"]
    assert preview.problems == {
        1: KeyProblem.DIGITS_LOST,
        3: KeyProblem.DIGITS_LOST,
        4: KeyProblem.NOT_TEXT,
        5: KeyProblem.NOT_TEXT,
    }
    assert preview.warnings[0] == (KeyWarning.WAS_NUMBER,)
    assert preview.line_numbers[1] == 3


def test_a_key_that_became_a_formula_or_an_error_is_no_blank_line(tmp_path: Path) -> None:
    """As openpyxl writes ``=A-1`` and ``#N/A``: readers find nothing in such cells."""
    path = write(tmp_path / "keys.xlsx", 说明=[["x"]], 卡=[["卡密"], ["@1"], ["K-1"], ["@2"], ["K-2"], ["@3"], ["@4"]])
    formulas = {1: b"<f>A-1</f><v></v>", 2: b"<f>B&amp;2</f><v/>", 4: b"<f>" + b"x" * 9000 + b"</f>"}
    with zipfile.ZipFile(path) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    sheet = "xl/worksheets/sheet2.xml"
    for number, place in enumerate((2, 4, 6, 7), 1):
        inside, kind = formulas.get(number, b"<v>#N/A</v>"), b"" if number in formulas else b' t="e"'
        cell = re.compile(rb'<c r="A%d" [^>]*>.*?</c>' % place)
        parts[sheet], count = cell.subn(b'<c r="A%d"%s>%s</c>' % (place, kind, inside), parts[sheet])
        assert count == 1
    archive_of(path, parts)
    preview = read_key_file(path)
    assert preview.texts == ["", "K-1", "", "K-2", "", ""]
    assert set(preview.problems) == {0, 2, 4, 5}
    assert set(preview.problems.values()) == {KeyProblem.FORMULA}
    assert list(preview.line_numbers) == [2, 3, 4, 5, 6, 7]


def test_columns_are_recognised_as_in_a_csv(xlsx: Callable[..., Path]) -> None:
    rows: Rows = [["卡号", "密码", "面值", "有效期", "备注"], ["001", "pw", 50, datetime.date(2027, 12, 31), "首批"]]
    preview = read_key_file(xlsx(卡=rows))
    assert new(preview) == ["001----pw"]
    assert (preview.faces_fen, preview.expiries, preview.notes) == ([5000], ["2027-12-31"], ["首批"])


def test_blank_rows_keep_their_numbers(xlsx: Callable[..., Path]) -> None:
    preview = read_key_file(xlsx(卡=[[], ["卡密"], [], ["A-1"], [], ["A-2"]]))
    assert list(preview.line_numbers) == [4, 6]
    assert list(preview.blank_lines) == [1, 3, 5]


def test_a_lone_column_without_a_header_is_keys(xlsx: Callable[..., Path]) -> None:
    preview = read_key_file(xlsx(Sheet1=[["ABCD-1"], ["ABCD-2"]]))
    assert new(preview) == ["ABCD-1", "ABCD-2"]
    assert list(preview.line_numbers) == [1, 2]
    shifted = read_key_file(xlsx(Sheet1=[[], [None, None, "ABCD-1"]]))
    assert list(shifted.line_numbers) == [2]


def test_two_columns_without_a_header_need_a_choice(xlsx: Callable[..., Path]) -> None:
    path = xlsx(Sheet1=[["x1", "ABCD-1"], ["x2", "ABCD-2"]])
    with pytest.raises(BadInputError, match="no column"):
        read_key_file(path)
    assert new(read_key_file(path, key_column="2")) == ["ABCD-1", "ABCD-2"]
    with pytest.raises(BadInputError, match="column 3"):
        read_key_file(path, key_column="3")


def test_the_sheet_that_names_keys_is_taken_hidden_ones_only_on_request(xlsx: Callable[..., Path]) -> None:
    path = xlsx(
        空=[],
        说明=[["你好", "第二列"]],
        hidden_旧=[["卡密"], ["OLD-1"]],
        卡=[["卡密"], ["NEW-1"]],
    )
    preview = read_key_file(path)
    assert (new(preview), preview.sheet) == (["NEW-1"], "卡")
    assert preview.sheets == ("空", "说明", "旧", "卡")
    assert new(read_key_file(path, sheet="旧")) == ["OLD-1"]
    with pytest.raises(BadInputError, match="no sheet"):
        read_key_file(path, sheet="无")


# characters beyond the first plane count twice for Excel
@pytest.mark.parametrize("text", ["A" * 32_767, "\U00020000" * 16_383 + "A"])
def test_a_full_cell_was_cut_and_is_refused_by_name(xlsx: Callable[..., Path], text: str) -> None:
    path = xlsx(卡=[["卡密", "备注"], ["A-1", ""], [text, ""]])
    with pytest.raises(BadInputError, match=r"“卡”, row 3, column A"):
        read_key_file(path)


def test_nothing_to_import(xlsx: Callable[..., Path]) -> None:
    for rows in ([], [[""]], [["卡密"]]):
        with pytest.raises(BadInputError, match="no card keys"):
            read_key_file(xlsx(卡=rows))


def archive_of(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


def archive(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/"), data)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_UNPACKED_BYTES", 1_000_000)
    path = archive(tmp_path / "b.xlsx", **{"xl__workbook.xml": b"<a/>", "xl__worksheets__s.xml": b"0" * 2_000_000})
    with pytest.raises(BadInputError, match="unpacks"):
        read_key_file(path)


def test_a_size_that_lies_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "b.xlsx", **{"xl__workbook.xml": b"<a/>", "xl__worksheets__s.xml": b"0" * 100_000})
    data = bytearray(path.read_bytes())
    size = (100_000).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(BadInputError, match="damaged"):
        read_key_file(path)


def test_two_far_corners_do_not_fill_the_memory(tmp_path: Path, xlsx: Callable[..., Path]) -> None:
    path = xlsx(卡=[["卡密"], ["A-1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(
                    b"</row></sheetData>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
                assert b"XFD1048576" in data
            target.writestr(part, data)
    path.write_bytes(out.getvalue())
    with pytest.raises(BadInputError, match="cells"):
        read_key_file(path)


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"\x00" * 200, b"PK\x03\x04rubbish"])
def test_a_damaged_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "keys.xlsx"
    path.write_bytes(data)
    with pytest.raises(BadInputError, match="damaged"):
        read_key_file(path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="not an Excel workbook"):
        read_key_file(archive(tmp_path / "keys.zip", **{"keys.txt": b"A-1"}))
    broken = archive(tmp_path / "keys.xlsx", **{"xl__workbook.xml": b"<nonsense"})
    with pytest.raises(BadInputError, match="damaged"):
        read_key_file(broken)


@pytest.mark.parametrize("number", ["NaN", "1e400", "-1e400"])
def test_a_number_that_is_none_is_no_key(tmp_path: Path, number: str) -> None:
    path = write(tmp_path / "keys.xlsx", Sheet1=[["卡密"], [12345], ["KEY-1"]])
    other = tmp_path / "odd.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"<v>12345</v>", f"<v>{number}</v>".encode()))
    preview = read_key_file(other)
    assert [preview.texts[index] for index in preview.new_indexes()] == ["KEY-1"]
    assert preview.problems == {0: KeyProblem.DIGITS_LOST}
