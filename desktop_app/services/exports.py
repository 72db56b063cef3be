"""Exports as CSV, workbook or lines: exactly the rows and columns of a table, streamed from the listing behind it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from desktop_app.documents.csv_export import Column, write_csv, write_csv_parts
from desktop_app.documents.text_export import write_lines
from desktop_app.documents.xlsx_export import write_xlsx
from desktop_app.domain.errors import BadInputError, LockedError, StorageError
from desktop_app.domain.states import KeyState
from desktop_app.exchange.key_files import as_list
from desktop_app.services.buyers import DAMAGED
from desktop_app.services.context import Context
from desktop_app.services.export_tables import TABLES, ExportRows, ExportTable
from desktop_app.services.key_lines import KeyFilter, KeyLine
from desktop_app.services.key_reveal import plain_keys
from desktop_app.services.listing import Listing, Sort
from desktop_app.services.order_export import order_parts

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

EXPORTS: tuple[str, ...] = tuple(TABLES)
"""What can be exported."""


def export_columns(what: str) -> tuple[Column, ...]:
    """The columns of an export, in their order; :class:`BadInputError` for an unknown one."""
    return _table_of(what).columns


def export(
    context: Context,
    what: str,
    path: Path,
    *,
    where: object | None = None,
    sort: Sort | None = None,
    language: str = "zh",
    reveal: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write a table to ``path``. Returns the number of rows.

    The name says as what: ``.xlsx`` a workbook, ``.txt`` (card keys in clear only) the lines as they once came in,
    anything else CSV. Lines say nothing of states, and who imports them takes every one for sellable: unless ``where``
    names a state, only keys in stock become lines.

    ``where`` is the filter of the page (None: everything). ``reveal`` puts card keys in clear into an export of keys:
    it needs the shop unlocked and is logged before the first key is read, and only the owner of the file can read it.
    Cancelling leaves no file behind.
    """
    table = _table_of(what)
    listing = table.listing(context, where, sort)
    as_lines = path.suffix.lower() == ".txt"
    if as_lines:
        _require_plain_keys(what, reveal)
        shown = where if isinstance(where, KeyFilter) else KeyFilter()
        if shown.state is None:
            shown = replace(shown, state=KeyState.IN_STOCK)
        listing = table.listing(context, shown, sort or Sort("batch"))
    total = listing.count()
    lines: Iterable[Any] = listing.rows()
    tell = None if progress is None else partial(_tell, progress, total)
    with ExitStack() as ending:
        plain: Iterator[tuple[int, str | None]] = iter(())
        if reveal:
            _log_reveal(context, what, path, total)
            plain = ending.enter_context(closing(plain_keys(context, _ids(listing))))
            lines = _revealed(listing.rows(), plain)
        cells: Iterable[Sequence[object]] = (table.cells(line, language, context.zone) for line in lines)
        if as_lines:
            count = write_lines(path, as_list(_whole_keys(plain)), tell, cancelled, private=True)
        elif path.suffix.lower() == ".xlsx":
            if what == "keys":
                cells = map(_quoted_once_more, cells)
            count = write_xlsx(path, table.columns, cells, language, tell, cancelled, zone=context.zone, private=reveal)
        elif what == "orders" and (parts := order_parts(context, _ids(listing), language)) is not None:
            ending.enter_context(closing(parts))
            count = write_csv_parts(path, table.columns, parts, language, tell, cancelled)
        else:
            count = write_csv(path, table.columns, cells, language, tell, cancelled, zone=context.zone, private=reveal)
    with context.write() as session:
        context.record(
            session,
            "export.written",
            "exports",
            0,
            facts={"what": what, "rows": count, "file": path.name, "revealed": reveal},
        )
    return count


def _quoted_once_more(cells: Sequence[object]) -> Sequence[object]:
    """A workbook may be our CSV, saved again by a spreadsheet, so the import takes one ``'`` in front away; where the
    text itself begins so, there must be one to take."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith("'") else cell for cell in cells]


def _tell(progress: Progress, total: int, done: int) -> None:
    progress(done, max(done, total))


def _table_of(what: str) -> ExportTable:
    table = TABLES.get(what)
    if table is None:
        raise BadInputError(
            "“{what}” cannot be exported; choose one of: {known}.",
            "不能导出“{what}”，可选：{known}。",
            what=what[:40],
            known=", ".join(EXPORTS),
        )
    return table


def _require_plain_keys(what: str, reveal: bool) -> None:
    if what != "keys" or not reveal:
        raise BadInputError(
            "A text file holds card keys in clear, one a line, and nothing else: choose that, or CSV or XLSX.",
            "TXT 文件只存放明文卡密，每行一张：请勾选导出明文，或改用 CSV、XLSX。",
        )


def _whole_keys(plain: Iterable[tuple[int, str | None]]) -> Iterator[str]:
    for key_id, text in plain:
        if text == DAMAGED:
            raise StorageError(
                "Key {id} is damaged and has no text any more: export as CSV, or leave it out by a filter.",
                "卡密 {id} 已损坏，无法还原文本：请导出为 CSV，或用筛选排除它。",
                id=key_id,
            )
        if text is not None:
            yield text


def _log_reveal(context: Context, what: str, path: Path, total: int) -> None:
    if what != "keys":
        raise BadInputError("Only an export of card keys can show keys.", "只有导出卡密时才能包含明文。")
    if not context.vault.is_unlocked:
        raise LockedError(
            "The shop is locked: unlock it to export keys in clear.", "店铺已锁定：请先解锁再导出明文卡密。"
        )
    with context.write() as session:
        context.record(
            session, "key.revealed", "exports", 0, facts={"what": "export", "rows": total, "file": path.name}
        )


def _revealed(lines: Iterator[KeyLine], plain: Iterator[tuple[int, str | None]]) -> Iterator[KeyLine]:
    """``lines`` with their keys in clear; ``plain`` has each of them in the same order, and those that are gone."""
    for line in lines:
        text = next(text for key_id, text in plain if key_id == line.id)
        if text is not None:
            yield replace(line, masked=text)


def _ids(listing: ExportRows) -> array[int]:
    assert isinstance(listing, Listing)
    return listing.ids()
