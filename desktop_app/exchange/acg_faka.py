"""Card lists of acg-faka (异次元发卡): its TXT export, which does not say what was sold, and its table ``acg_card``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from desktop_app.domain.card_keys import KeyWarning, Sentence
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import CardFormat, state_sentence

_UNSOLD: Final = "0"
_WORDS: Final = {"1": "已出售 (1)", "2": "已锁定 (2)"}
_NOTHING: Final = frozenset({"", "0", "0000-00-00 00:00:00"})

TEXT_FILE: Final = re.compile(
    r"(?:cards-[0-9]+-[0-9]{8}-[0-9]{6}"
    r"|卡密导出\([0-9]+\)-[0-9]{4}-[0-9]{2}-[0-9]{2}[ +_][0-9]{2}(?:[:_\-]|%3A)?[0-9]{2}(?:[:_\-]|%3A)?[0-9]{2})"
    r"(?: ?\([0-9]+\))?\.txt"
)
"""How it names its export, now and in older versions; browsers replace the colons and add ``(1)``."""


def _refusal(row: Mapping[str, str]) -> Sentence | None:
    if row["status"].strip() != _UNSOLD:
        return state_sentence(_WORDS.get(row["status"].strip(), row["status"]))
    order_id = row.get("orderid", "").strip()
    if order_id not in _NOTHING:
        return Sentence(f"It belongs to order id {order_id[:20]} of its shop.", f"属于原店铺订单 id {order_id[:20]}。")
    if row.get("purchasetime", "").strip() not in _NOTHING:
        return Sentence("It has a time of sale.", "已有售出时间。")
    return None


def _look(text: str) -> KeyWarning | None:
    # its old versions decoded %20 in links
    return KeyWarning.SPACE_IN_LINK if "://" in text and " " in text.strip() else None


FORMATS: Final = (
    CardFormat(
        code="acg-faka",
        title=Sentence("acg-faka database (acg_card)", "异次元发卡 数据库（acg_card）"),
        columns=("id", "commodity_id", "secret", "status", "purchase_time", "order_id"),
        roles={"secret": KeyColumn.KEY, "status": KeyColumn.STATUS, "note": KeyColumn.NOTE},
        refusal=_refusal,
        goods=("commodity_id", "race"),
        table="card",
        look=_look,
    ),
)

TEXT_FORMAT: Final = CardFormat(
    code="acg-faka",
    title=Sentence("acg-faka card export (TXT)", "异次元发卡 卡密导出（TXT）"),
    columns=(),
    roles={},
    warning=KeyWarning.STATE_UNKNOWN,
)
