"""Our own export of card keys, read again: the same keys, and none that had left the stock as sellable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop_app.domain.card_keys import Sentence
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.csv_tables import folded_name
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import CardFormat, KeyPreview, state_sentence

_DAMAGED: Final = "✗"
_IN_STOCK: Final = frozenset({"instock", "在库"})
_CHINESE: Final = ("编号", "商品", "卡密", "状态", "批次", "行号", "有效期", "订单号", "状态时间", "备注")
_ENGLISH: Final = ("No.", "Product", "Key", "State", "Batch", "Line", "Expires on", "Order no.", "State since", "Note")


def unguarded(cell: str) -> str:
    """The text without the ``'`` that the export puts in front of what a spreadsheet would change."""
    return cell[1:] if cell.startswith("'") else cell


def _refusal(state: str, key: str, order_no: str) -> Sentence | None:
    if key == _DAMAGED:
        return Sentence(
            "Its seal was damaged when it was exported, so there is no key here.", "导出时该卡密已损坏，没有内容。"
        )
    if folded_name(state) not in _IN_STOCK:
        return state_sentence(state)
    if order_no.strip():
        return Sentence(f"It belongs to order {order_no[:64]}.", f"属于订单 {order_no[:64]}。")
    return None


def _chinese_refusal(row: Mapping[str, str]) -> Sentence | None:
    return _refusal(row["状态"], row["卡密"], row["订单号"])


def _english_refusal(row: Mapping[str, str]) -> Sentence | None:
    return _refusal(row["state"], row["key"], row["orderno."])


def _is_masked(text: str) -> bool:
    if len(text) == 9 and text.startswith("#"):
        return True  # the fingerprint that stands for a key while the shop is locked
    counted = [character for character in text if character not in "- |,\t"]
    return counted.count("*") * 2 >= len(counted) > 0


def _refuse_masked(preview: KeyPreview) -> None:
    if preview.texts and all(text == _DAMAGED or _is_masked(text) for text in preview.texts):
        raise BadInputError(
            "{file} was exported without the keys, only their masks; export it again and show the keys.",
            "{file} 导出时未包含卡密明文，只有掩码；请重新导出并选择显示卡密。",
            file=preview.source,
        )


_TITLE: Final = Sentence("Kamidesk export", "Kamidesk 导出")

FORMATS: Final = (
    CardFormat(
        code="kamidesk",
        title=_TITLE,
        columns=_CHINESE,
        roles={"卡密": KeyColumn.KEY, "状态": KeyColumn.STATUS, "有效期": KeyColumn.EXPIRY, "备注": KeyColumn.NOTE},
        refusal=_chinese_refusal,
        goods=("商品",),
        cell=unguarded,
        check=_refuse_masked,
    ),
    CardFormat(
        code="kamidesk",
        title=_TITLE,
        columns=_ENGLISH,
        roles={
            "Key": KeyColumn.KEY,
            "State": KeyColumn.STATUS,
            "Expires on": KeyColumn.EXPIRY,
            "Note": KeyColumn.NOTE,
        },
        refusal=_english_refusal,
        goods=("Product",),
        cell=unguarded,
        check=_refuse_masked,
    ),
)
