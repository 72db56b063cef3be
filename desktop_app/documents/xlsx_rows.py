"""Rows of a workbook as XlsxWriter writes them, a row at a time instead of a cell at a time.

It passes each cell through a dozen functions; here one piece of text is made of a whole row, the same to the last
character but for two kinds of text that would be read as something else: what begins and ends like rich text, which it
takes for XML, and escapes that overlap, of which it sees the first. This module is imported only where a workbook is
written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_NOT_PLAIN: Final = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|\A\s|\s\Z")
_LIKE_AN_ESCAPE: Final = re.compile(r"(?=_x[0-9a-fA-F]{4}_)")
_NO_XML: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_SPACE_AT_AN_END: Final = re.compile(r"\A\s|\s\Z")


class RowSheet(Worksheet):  # type: ignore[misc]  # it has no types
    """A worksheet of a workbook with ``constant_memory``: a header as usual, then :meth:`put_row` for each row."""

    def set_formats(self, formats: Sequence[Format | None]) -> None:
        """How the cells of each column are formatted."""
        self._beginnings = [
            (xl_col_to_name(place), "" if one is None else f' s="{one._get_xf_index()}"')
            for place, one in enumerate(formats)
        ]

    def put_row(self, row: int, cells: Sequence[str | int | float | None]) -> None:
        """Write row ``row`` (from 0), which is below all others: text stays text, None is no cell at all."""
        if self.table:
            self._write_single_row(row)  # the header
        number = row + 1
        parts: list[str] = []
        for (column, style), cell in zip(self._beginnings, cells, strict=True):
            if isinstance(cell, str):
                space = ""
                if _NOT_PLAIN.search(cell):
                    cell = _escaped(cell)
                    space = ' xml:space="preserve"' if _SPACE_AT_AN_END.search(cell) else ""
                parts.append(f'<c r="{column}{number}"{style} t="inlineStr"><is><t{space}>{cell}</t></is></c>')
            elif cell is not None:
                parts.append(f'<c r="{column}{number}"{style}><v>{cell:.16G}</v></c>')
        if parts:
            self.fh.write(f'<row r="{number}">{"".join(parts)}</row>')
            self.dim_rowmax = row


def _escaped(text: str) -> str:
    """``text`` for XML; what that cannot hold becomes _xHHHH_, and what looks so does not (ECMA-376-1, 22.9.2.19)."""
    text = _LIKE_AN_ESCAPE.sub("_x005F", text)
    text = _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
