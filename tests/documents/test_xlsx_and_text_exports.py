"""Workbooks keep text as text, text files keep lines as they were, and neither leaves half a file behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from desktop_app.documents import xlsx_export
from desktop_app.documents.csv_export import Column, Kind
from desktop_app.documents.text_export import write_lines
from desktop_app.documents.xlsx_export import write_xlsx
from desktop_app.domain.errors import BadInputError, CancelledError, StorageError

COLUMNS = (
    Column("text", "文本", "Text"),
    Column("count", "数量", "Count", Kind.NUMBER),
    Column("paid", "实付", "Paid", Kind.MONEY),
    Column("at", "时间", "At", Kind.TIME),
)
HOSTILE = ("=1+1", "@SUM(A1)", "0012345678901234567", "http://a.b/c?d=%20", "1-2", " x ", "a\tb", "'x", "{=1}", "√😀")


def _rows(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()  # type: ignore[return-value]


def test_text_stays_text_and_amounts_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    at = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    rows = [(text, 3, 5220, at) for text in HOSTILE] + [("last", None, None, None)]
    assert write_xlsx(path, COLUMNS, rows, "zh") == len(rows)
    header, *found = _rows(path)
    assert header == ["文本", "数量", "实付", "时间"]
    assert [row[0] for row in found] == [*HOSTILE, "last"]
    assert found[0][1:] == [3, 52.2, "2026-11-22 12:30:00"]
    assert found[-1][1:] == ["", "", ""]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


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
