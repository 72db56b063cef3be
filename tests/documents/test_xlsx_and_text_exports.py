"""Workbooks keep text as text, text files keep lines as they were, and neither leaves half a file behind."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from desktop_app.documents import xlsx_export
from desktop_app.documents.csv_export import Column, Kind
from desktop_app.documents.text_export import write_lines
from desktop_app.documents.xlsx_export import write_xlsx
from desktop_app.documents.xlsx_rows import RowSheet
from desktop_app.domain.errors import BadInputError, CancelledError, StorageError

COLUMNS = (
    Column("text", "文本", "Text"),
    Column("count", "数量", "Count", Kind.NUMBER),
    Column("paid", "实付", "Paid", Kind.MONEY),
    Column("at", "时间", "At", Kind.TIME),
)
MARKUP = ("<r><t>x</t></r>", 'a & b < c > "d"', "&amp;", "]]>", "<!--", "_x0041_", "_x0041_x0042_")
HOSTILE = ("=1+1", "@SUM(A1)", "0012345678901234567", "http://a.b/c?d=%20", "1-2", " x ", "a\tb", "'x", "{=1}", "√😀")


def _rows(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()  # type: ignore[return-value]


def test_text_stays_text_and_amounts_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    at = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    texts = (*HOSTILE, *MARKUP)
    rows = [(text, 3, 5220, at) for text in texts] + [("last", None, None, None)]
    assert write_xlsx(path, COLUMNS, rows, "zh") == len(rows)
    header, *found = _rows(path)
    assert header == ["文本", "数量", "实付", "时间"]
    assert [row[0] for row in found] == [*texts, "last"]
    assert found[0][1:] == [3, 52.2, "2026-11-22 12:30:00"]
    assert found[-1][1:] == ["", "", ""]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_rows_are_what_the_library_writes_cell_by_cell(tmp_path: Path) -> None:
    odd = [
        chr(code) for code in (*range(0x700), *range(0x1FF0, 0x2070), 0x3000, 0xFEFF, *range(0xFFF0, 0x10000), 0x1F600)
    ]
    texts = [text for one in odd for text in (f"a{one}b", f"{one}b", f"a{one}", one)]
    texts += ["_x0041_", "a_x00e9_", "_x41_"]
    rows: list[tuple[str | float | None, ...]] = [(text, None, text) for text in texts]
    rows += [("x", 0.1, None), ("y", 12345678901, "z"), (None, None, None), ("", 5 / 3, "z"), (None, -0.01, None)]
    sheets = []
    for by_row in (True, False):
        path = tmp_path / f"{by_row}.xlsx"
        with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
            text, money = (workbook.add_format({"num_format": code}) for code in ("@", "0.00"))
            sheet = workbook.add_worksheet(worksheet_class=RowSheet)
            for column in range(3):
                sheet.write_string(0, column, "title", text)
            sheet.set_formats([text, money, text])
            for number, row in enumerate(rows, 1):
                if by_row:
                    sheet.put_row(number, row)
                    continue
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell, text)
                    elif cell is not None:
                        sheet.write_number(number, column, cell, money)
        with zipfile.ZipFile(path) as archive:
            sheets.append(archive.read("xl/worksheets/sheet1.xml").decode())
    assert sheets[0].split("<row ") == sheets[1].split("<row ")


@pytest.mark.parametrize("kind", ["xlsx", "txt"])
def test_cancelled_or_failed_leaves_what_was_there(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(b"before")

    def broken() -> Iterator[str]:
        yield from ("x" * 20 for _ in range(1500))
        raise StorageError("damaged", "损坏")

    def write(lines: Iterator[str], cancelled: bool) -> None:
        if kind == "txt":
            write_lines(path, lines, cancelled=lambda: cancelled)
        else:
            write_xlsx(path, COLUMNS[:1], ((line,) for line in lines), "en", cancelled=lambda: cancelled)

    with pytest.raises(CancelledError):
        write(broken(), True)
    with pytest.raises(StorageError, match="damaged"):
        write(broken(), False)
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with pytest.raises(StorageError, match="nowhere"):
        write_lines(tmp_path / "nowhere" / "a.txt", ["x"])


def test_what_a_workbook_cannot_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInputError, match="32768"):
        write_xlsx(tmp_path / "a.xlsx", COLUMNS[:1], [("x" * 32_768,)], "en")
    monkeypatch.setattr(xlsx_export, "_ROWS", 3)
    assert write_xlsx(tmp_path / "a.xlsx", COLUMNS[:1], [("x",)] * 2, "en") == 2
    with pytest.raises(BadInputError, match="at most 2 rows"):
        write_xlsx(tmp_path / "a.xlsx", COLUMNS[:1], [("x",)] * 3, "en")


def test_lines_are_written_exactly(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    lines = ["=1+1", " spaces kept ", "卡----密", "'quote"]
    told: list[int] = []
    assert write_lines(path, lines, told.append) == 4
    assert path.read_bytes() == "".join(f"{line}\n" for line in lines).encode()
    assert told == [4]
