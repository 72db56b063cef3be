"""Card lists of card-system (发卡系统): its TXT export, which does not say what was sold, and its table ``cards``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from desktop_app.domain.card_keys import KeyWarning, Sentence
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import DELETED, CardFormat, state_sentence

_UNSOLD: Final = "0"
_WORDS: Final = {"1": "已售出 (1)", "2": "已使用 (2)"}
TEXT_FILE: Final = re.compile(r"export_cards_[0-9]+_[0-9]{14}(?: ?\([0-9]+\))?\.txt")
"""How it names its export; browsers add ``(1)``."""
_REPEATED: Final = Sentence(
    "It is a card that its shop sells several times.", "这是可重复售出的卡密，可能已发给多位买家。"
)


def _refusal(row: Mapping[str, str]) -> Sentence | None:
    if row["status"].strip() != _UNSOLD:
        return state_sentence(_WORDS.get(row["status"].strip(), row["status"]))
    sold = row["countsold"].strip()
    if sold not in ("", "0"):
        return Sentence(f"It was sold {sold[:12]} times.", f"已售出 {sold[:12]} 次。")
    if row.get("deletedat", "").strip():
        return DELETED
    if row["type"].strip() not in ("", "0") or row["countall"].strip() not in ("", "0", "1"):
        return _REPEATED
    return None


FORMATS: Final = (
    CardFormat(
        code="card-system",
        title=Sentence("card-system database (cards)", "card-system 数据库（cards）"),
        columns=("id", "product_id", "card", "type", "status", "count_sold", "count_all"),
        roles={"card": KeyColumn.KEY, "status": KeyColumn.STATUS},
        refusal=_refusal,
        goods=("product_id",),
        table="cards",
    ),
)

TEXT_FORMAT: Final = CardFormat(
    code="card-system",
    title=Sentence("card-system card export (TXT)", "card-system 卡密导出（TXT）"),
    columns=(),
    roles={},
    warning=KeyWarning.STATE_UNKNOWN,
)
