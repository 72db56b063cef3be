"""How the lists of a product were read last time: remembered when an import is done, proposed for the next one.

A remembered layout is taken only for a list of the same make: the same header, or as many columns where there is none.
It holds no card key and no name of a column, only a tag of the header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session

from desktop_app.domain.card_keys import Sentence
from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError
from desktop_app.exchange.csv_tables import folded_name
from desktop_app.exchange.key_files import ColumnChoiceError
from desktop_app.services.context import Context, canonical
from desktop_app.services.key_preview import (
    Cancelled,
    ImportPreview,
    KeyLayout,
    Progress,
    preview_file,
    preview_text,
)
from desktop_app.storage.tables import SettingRow

__all__ = ["ColumnChoiceError", "KeyLayout", "forget_layout", "has_layout", "preview_keys", "remember_layout"]

_LINES: Final = "lines"
_TABLE: Final = "table"
_CAUTION: Final = Sentence(
    "Nothing in the file tells its encoding; it was read as the last file of this product. Look at the keys.",
    "文件无法自动识别编码，已按该商品上次的编码读取，请核对卡密。",
)


def preview_keys(
    context: Context,
    source: Path | str,
    product_id: int,
    choices: KeyLayout | None = None,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportPreview:
    """What becomes of each line of a file (a path) or of pasted text.

    With ``choices`` it is read so; without, as it looks like and as the product remembers it. Raises what
    :func:`desktop_app.services.key_preview.preview_file` raises; ColumnChoiceError says between what to choose.
    """

    def read(layout: KeyLayout) -> ImportPreview:
        if isinstance(source, Path):
            return preview_file(
                context,
                source,
                product_id,
                encoding=layout.encoding,
                delimiter=layout.delimiter,
                layout=layout.layout,
                header=layout.header,
                roles=layout.roles,
                sheet=layout.sheet,
                goods=layout.goods,
                progress=progress,
                cancelled=cancelled,
            )
        return preview_text(
            context,
            source,
            product_id,
            delimiter=layout.delimiter,
            layout=layout.layout,
            header=layout.header,
            roles=layout.roles,
            goods=layout.goods,
            progress=progress,
            cancelled=cancelled,
        )

    if choices is not None:
        return read(choices)
    kept = _stored(context, product_id)
    detected = KeyLayout(encoding=encoding)
    try:
        found = read(detected)
    except ColumnChoiceError as error:
        again = None if kept is None else _for_unknown(context, kept, error, detected)
        if again is None:
            raise
        return replace(read(again), is_remembered=True)
    except (NotFoundError, ConflictError):
        raise
    except BadInputError:
        if kept is None or encoding is not None or not isinstance(source, Path) or not kept.get("encoding"):
            raise
        found = read(KeyLayout(encoding=kept["encoding"]))
        return replace(found, is_remembered=True, needs_confirmation=True, cautions=(*found.cautions, _CAUTION))
    again = None if kept is None else _for_found(context, kept, found, detected)
    return found if again is None else replace(read(again), is_remembered=True)


def has_layout(context: Context, product_id: int) -> bool:
    """Whether a layout is remembered for the product."""
    return _stored(context, product_id) is not None


def forget_layout(context: Context, product_id: int) -> None:
    """From now on the lists of the product are read as they look like."""
    with context.write() as session:
        row = session.get(SettingRow, _name(product_id))
        if row is not None:
            session.delete(row)
            facts = {"what": "layout", "removed": True}
            context.record(session, "settings.changed", "products", product_id, facts=facts)


def remember_layout(context: Context, session: Session, preview: ImportPreview) -> None:
    """Keep how ``preview`` was read, in the transaction of its import."""
    kept: dict[str, Any] = {"layout": preview.layout, "encoding": preview.encoding}
    if preview.layout == _TABLE:
        kept |= {
            "delimiter": preview.delimiter,
            "header": preview.has_header,
            "columns": _tag(context, preview.columns) if preview.has_header else len(preview.columns),
            "roles": dict(preview.roles),
            "sheet": preview.sheet,
        }
    else:
        kept["chosen"] = preview.choices.layout == _LINES
    row = SettingRow(key=_name(preview.product_id), value=canonical(kept), updated_at=context.clock())
    session.merge(row)


def _name(product_id: int) -> str:
    return f"key_layout:{product_id}"


def _stored(context: Context, product_id: int) -> Mapping[str, Any] | None:
    with context.read() as session:
        row = session.get(SettingRow, _name(product_id))
        kept: Mapping[str, Any] | None = None if row is None else json.loads(row.value)
        return kept


def _for_unknown(
    context: Context, kept: Mapping[str, Any], error: ColumnChoiceError, detected: KeyLayout
) -> KeyLayout | None:
    """The remembered layout where a column has to be chosen; None: it was for another make of list."""
    if kept["layout"] == _LINES:
        return replace(detected, layout=_LINES) if kept["chosen"] and not error.sheets else None
    is_same = kept["delimiter"] == error.delimiter and _is_same(context, kept, error.columns, error.has_header)
    return _table(kept, detected, error.sheets) if is_same else None


def _for_found(
    context: Context, kept: Mapping[str, Any], found: ImportPreview, detected: KeyLayout
) -> KeyLayout | None:
    """The remembered layout where it differs from what was detected."""
    if kept["layout"] == _LINES:
        return None  # a header that is known must not become a key
    if found.layout == _LINES:
        delimiter = kept["delimiter"]
        if kept["header"] or not delimiter:
            return None
        cells = found.keys.texts[0].split(delimiter)
        return _table(kept, detected, ()) if _is_same(context, kept, cells, False) else None
    if dict(found.roles) == kept["roles"] or kept["delimiter"] != found.delimiter:
        return None
    is_same = _is_same(context, kept, found.columns, found.has_header)
    return _table(kept, detected, found.sheets) if is_same else None


def _is_same(context: Context, kept: Mapping[str, Any], cells: Sequence[str], has_header: bool) -> bool:
    if kept["header"] is not has_header:
        return False
    expected = kept["columns"]
    return bool(expected == (_tag(context, cells) if has_header else len(cells)))


def _table(kept: Mapping[str, Any], detected: KeyLayout, sheets: Sequence[str]) -> KeyLayout:
    return replace(
        detected,
        layout=_TABLE,
        delimiter=kept["delimiter"],
        header=kept["header"],
        roles=kept["roles"],
        sheet=kept["sheet"] if kept["sheet"] in sheets else None,
    )


def _tag(context: Context, columns: Sequence[str]) -> str:
    """No key has a line break, so this is the tag of no key."""
    return context.vault.layout_tag("\n".join(["columns", *map(folded_name, columns)]))
