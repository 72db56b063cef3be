"""Excel workbooks in which text stays text: no formula, no link, no lost digits, no date made of a key.

Numbers and amounts are numbers, so that sums work; everything else is a text cell. Rows are written as they come and
kept in a private folder beside the file until it is whole, so memory does not grow with them and nothing of them stays
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory

from desktop_app.documents.csv_export import Column, Kind, time_text
from desktop_app.documents.whole_file import whole_file
from desktop_app.domain.deadlines import SHOP_ZONE
from desktop_app.domain.errors import BadInputError, CancelledError

_ROWS = 1_048_576
_CELL = 32_767
_ROWS_PER_STEP = 1000


def write_xlsx(
    path: Path,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    zone: tzinfo = SHOP_ZONE,
    private: bool = False,
) -> int:
    """Write ``rows``, one value per column, to a workbook of one sheet and return how many there were.

    :class:`BadInputError` for more rows or longer texts than a workbook holds. See
    :func:`desktop_app.documents.whole_file.whole_file` for ``private`` and what becomes of the file when it fails.
    """
    import xlsxwriter

    from desktop_app.documents.xlsx_rows import RowSheet

    with whole_file(path, private=private) as part, TemporaryDirectory(prefix=".kamidesk-", dir=path.parent) as folder:
        workbook = xlsxwriter.Workbook(str(part), {"constant_memory": True, "tmpdir": folder})
        try:
            sheet = workbook.add_worksheet(worksheet_class=RowSheet)
            text = workbook.add_format({"num_format": "@"})
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column.title(language), text)
            sheet.freeze_panes(1, 0)
            kinds = [column.kind for column in columns]
            formats = {Kind.NUMBER: None, Kind.MONEY: workbook.add_format({"num_format": "0.00"})}
            sheet.set_formats([formats.get(kind, text) for kind in kinds])
            count = 0
            for count, row in enumerate(rows, start=1):
                if count >= _ROWS:
                    raise BadInputError(
                        "A workbook holds at most {most} rows: export as CSV, or filter first.",
                        "Excel 工作簿最多 {most} 行：请导出为 CSV，或先筛选。",
                        most=_ROWS - 1,
                    )
                sheet.put_row(count, [_cell(kind, value, zone) for kind, value in zip(kinds, row, strict=True)])
                if count % _ROWS_PER_STEP == 0:
                    _tell(count, progress, cancelled)
            _tell(count, progress, cancelled)
            workbook.close()
        finally:
            # after an error the rows so far are still open, in the folder that is about to go
            for sheet in workbook.worksheets():
                sheet._opt_close()
    return count


def _tell(count: int, progress: Callable[[int], None] | None, cancelled: Callable[[], bool] | None) -> None:
    if cancelled is not None and cancelled():
        raise CancelledError("The export was cancelled; no file was written.", "已取消导出，没有生成文件。")
    if progress is not None:
        progress(count)


def _cell(kind: Kind, value: object, zone: tzinfo) -> str | int | float | None:
    if value is None or value == "":
        return None
    if kind is Kind.NUMBER:
        assert isinstance(value, int | float)
        return value
    if kind is Kind.MONEY:
        assert isinstance(value, int)
        return value / 100
    return _text(value, zone)


def _text(value: object, zone: tzinfo) -> str:
    text = time_text(value, zone) if isinstance(value, datetime) else str(value)
    if len(text) > _CELL:
        raise BadInputError(
            "A text of {length} characters does not fit into a cell of a workbook: export as CSV.",
            "有一段 {length} 个字符的文本超出 Excel 单元格上限：请导出为 CSV。",
            length=len(text),
        )
    return text
