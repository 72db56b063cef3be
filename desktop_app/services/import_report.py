"""What becomes of every line of an import, as a CSV file: masked keys only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from desktop_app.documents.csv_export import Column, Kind, write_csv
from desktop_app.services.key_preview import Cancelled, ImportPreview, KeyVerdict, NewKeys, Progress

_ROWS: Final = 2000
_COLUMNS: Final = (
    Column("line", "行号", "Line", Kind.NUMBER),
    Column("key", "卡密（掩码）", "Key (masked)"),
    Column("verdict", "结果", "Verdict"),
    Column("detail_zh", "说明（中文）", "Why (Chinese)"),
    Column("detail_en", "说明（英文）", "Why (English)"),
)
_WORDS: Final = {
    KeyVerdict.NEW: ("New", "新卡密"),
    KeyVerdict.DUPLICATE_IN_FILE: ("Twice in the file", "文件内重复"),
    KeyVerdict.DUPLICATE_IN_SHOP: ("Already in the shop", "店铺已有"),
    KeyVerdict.MALFORMED: ("Malformed", "格式错误"),
    KeyVerdict.BLANK: ("Blank", "空行"),
}


def save_report(
    preview: ImportPreview,
    path: Path,
    language: str,
    verdict: KeyVerdict | NewKeys | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write the lines with ``verdict`` (None: all) to ``path`` and return how many; see ``write_csv`` for errors."""
    total = preview.count(verdict)

    def tell(done: int) -> None:
        if progress is not None:
            progress(done, total)

    return write_csv(path, _COLUMNS, _rows(preview, verdict, language), language, tell, cancelled)


def _rows(preview: ImportPreview, verdict: KeyVerdict | NewKeys | None, language: str) -> Iterator[tuple[object, ...]]:
    is_chinese = language.lower().startswith("zh")
    for start in range(0, preview.count(verdict), _ROWS):
        for line in preview.lines(verdict, start, _ROWS):
            yield line.number, line.text_masked, _WORDS[line.verdict][is_chinese], line.detail_zh, line.detail_en
