"""Card lists of dujiaoka (独角数卡): its XLSX export, which does not say what was sold, and its table ``carmis``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop_app.domain.card_keys import KeyWarning, Sentence
from desktop_app.exchange.key_columns import KeyColumn
from desktop_app.exchange.key_tables import DELETED, CardFormat, state_sentence

_UNSOLD: Final = "1"
_WORDS: Final = {"2": "已售出 (2)"}
_LOOP: Final = Sentence(
    "It is a loop card: its shop sells it again and again and never marks it as sold.",
    "这是循环卡密：原店铺会反复售出，且从不标记为已售。",
)
_UNKNOWN: Final = Sentence(
    "A card export of dujiaoka holds sold and unsold cards and does not say which is which; import it only after the "
    "sold ones are taken out.",
    "独角数卡的卡密导出同时包含已售和未售卡密，且不作区分；请先剔除已售卡密再导入。",
)


def _refusal(row: Mapping[str, str]) -> Sentence | None:
    if row["status"].strip() != _UNSOLD:
        return state_sentence(_WORDS.get(row["status"].strip(), row["status"]))
    # a copy of a deleted loop card may have been sold all the same
    if row.get("isloop", "0").strip() not in ("", "0"):
        return _LOOP
    return DELETED if row.get("deletedat", "").strip() else None


FORMATS: Final = (
    *(
        CardFormat(
            code="dujiaoka",
            title=Sentence("dujiaoka card export", "独角数卡 卡密导出"),
            columns=(goods, key, created),
            roles={key: KeyColumn.KEY},
            goods=(goods,),
            warning=KeyWarning.STATE_UNKNOWN,
            caution=_UNKNOWN,
        )
        # as its panel is set: in simplified or in traditional characters
        for goods, key, created in (("所属商品", "卡密内容", "创建时间"), ("所屬商品", "卡密內容", "建立時間"))
    ),
    CardFormat(
        code="dujiaoka",
        title=Sentence("dujiaoka database (carmis)", "独角数卡 数据库（carmis）"),
        columns=("id", "goods_id", "status", "carmi"),
        roles={"carmi": KeyColumn.KEY, "status": KeyColumn.STATUS},
        refusal=_refusal,
        goods=("goods_id",),
        table="carmis",
    ),
)
