"""Which shop program a list of cards comes from: by the header, by the table of a dump, or by the name of a TXT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from desktop_app.exchange import acg_faka, card_system, dujiao_next, dujiaoka, kamidesk_export, xianyu_auto_reply
from desktop_app.exchange.csv_tables import folded_name
from desktop_app.exchange.key_tables import CardFormat

FORMATS: Final[tuple[CardFormat, ...]] = (
    *kamidesk_export.FORMATS,
    *dujiaoka.FORMATS,
    *acg_faka.FORMATS,
    *dujiao_next.FORMATS,
    *card_system.FORMATS,
    *xianyu_auto_reply.FORMATS,
)
_TEXT_FILES: Final = (
    (acg_faka.TEXT_FILE, acg_faka.TEXT_FORMAT),
    (dujiao_next.TEXT_FILE, dujiao_next.TEXT_FORMAT),
    (card_system.TEXT_FILE, card_system.TEXT_FORMAT),
)


def format_of_header(cells: Sequence[str]) -> CardFormat | None:
    """The program whose columns these are."""
    names = {folded_name(cell) for cell in cells}
    return next((one for one in FORMATS if names.issuperset(map(folded_name, one.columns))), None)


def format_of_dump(table: str, columns: Sequence[str]) -> CardFormat | None:
    """The program whose table of cards this is; its prefix does not matter."""
    names = {folded_name(column) for column in columns}
    for one in FORMATS:
        is_its_table = one.table and (table == one.table or table.endswith(f"_{one.table}"))
        if is_its_table and names.issuperset(map(folded_name, one.columns)):
            return one
    return None


def format_of_text_file(name: str) -> CardFormat | None:
    """The program that gives its list of keys, one on each line, such a name."""
    return next((one for pattern, one in _TEXT_FILES if pattern.fullmatch(name)), None)
