"""Card lists of xianyu-auto-reply (闲鱼自动回复): the sheet 卡券 of its account export.

All cards of an entry stand in one cell, one on each line.
A cell that is full was cut when the file was written; :mod:`desktop_app.exchange.spreadsheets` refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from desktop_app.domain.card_keys import Sentence
from desktop_app.exchange.csv_tables import Record
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import CardFormat, state_sentence

COLUMNS: Final = (
    "卡券名称",
    "类型",
    "启用",
    "延迟秒数",
    "多规格",
    "规格名",
    "规格值",
    "API配置",
    "文本内容",
    "数据内容",
    "图片URL",
    "多图片URL",
)
_LISTS: Final = frozenset({"data", "数据", "批量数据"})
_OFF: Final = frozenset({"否", "false", "0", "no", "off", "停用", "禁用"})


def _refusal(row: Mapping[str, str]) -> Sentence | None:
    kind = row["类型"].strip()
    if kind.casefold() not in _LISTS:
        return Sentence(
            f"An entry of the kind “{kind[:20]}” is no list of cards.", f"类型为“{kind[:20]}”的卡券不是卡密列表。"
        )
    if row["启用"].strip().casefold() in _OFF:
        return state_sentence(f"启用：{row['启用'].strip()}")
    return None


def _unfolded(columns: Sequence[str], records: Iterator[Record]) -> Iterator[Record]:
    """One record for every line of the data cell, numbered through; an entry that is no list stays one record."""
    places = {name.strip(): at for at, name in enumerate(columns)}
    data, kind = places["数据内容"], places["类型"]
    number = 0
    for record in records:
        cells = list(record.cells)
        if cells[kind].strip().casefold() not in _LISTS:
            number += 1
            others = (cells[places[name]] for name in ("文本内容", "API配置", "图片URL", "卡券名称"))
            cells[data] = next((cell for cell in others if cell.strip()), "")
            yield Record(number, cells, "", record.flaws)
            continue
        if record.flaws and data in record.flaws and not cells[data]:
            number += 1
            yield Record(number, cells, "", record.flaws)
            continue
        for line in cells[data].replace("\r\n", "\n").replace("\r", "\n").split("\n"):
            number += 1
            if line.strip():
                yield Record(number, [*cells[:data], line, *cells[data + 1 :]], "", record.flaws)


FORMATS: Final = (
    CardFormat(
        code="xianyu-auto-reply",
        title=Sentence("xianyu-auto-reply account export (卡券)", "闲鱼自动回复 账号导出（卡券）"),
        columns=COLUMNS,
        roles={"数据内容": KeyColumn.KEY},
        refusal=_refusal,
        goods=("卡券名称", "规格值"),
        unfold=_unfolded,
    ),
)
