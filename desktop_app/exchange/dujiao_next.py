"""Card lists of dujiao-next: its CSV export with a status per card, and its TXT export without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from desktop_app.domain.card_keys import KeyWarning, Sentence
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import CardFormat, state_sentence

TEXT_FILE: Final = re.compile(r"card-secrets-[0-9]{8}-[0-9]{6}(?: ?\([0-9]+\))?\.txt")
"""How it names its export; browsers add ``(1)``."""


def _refusal(row: Mapping[str, str]) -> Sentence | None:
    if row["status"].strip().casefold() != "available":
        return state_sentence(row["status"])
    # a bulk change of status sets "available" and leaves the order that the card went to
    order_id = row["orderid"].strip()
    if order_id not in ("", "0"):
        return Sentence(f"It belongs to order id {order_id[:20]} of its shop.", f"属于原店铺订单 id {order_id[:20]}。")
    return None


FORMATS: Final = (
    CardFormat(
        code="dujiao-next",
        title=Sentence("dujiao-next card export (CSV)", "dujiao-next 卡密导出（CSV）"),
        columns=("id", "secret", "status", "product_id", "sku_id", "order_id", "batch_id", "created_at"),
        roles={"secret": KeyColumn.KEY, "status": KeyColumn.STATUS},
        refusal=_refusal,
        goods=("product_id", "sku_id"),
    ),
)

TEXT_FORMAT: Final = CardFormat(
    code="dujiao-next",
    title=Sentence("dujiao-next card export (TXT)", "dujiao-next 卡密导出（TXT）"),
    columns=(),
    roles={},
    warning=KeyWarning.STATE_UNKNOWN,
)
