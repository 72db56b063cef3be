"""What a dossier never says in clear: card keys of the order, accounts, the buyer; also where somebody typed them.

The masked form takes the place of the secret wherever it stands in a text, in any case and with hyphens or spaces in
between. Files that people attached are handed on as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlmodel import Session, col, select

from desktop_app.domain import card_keys
from desktop_app.domain.errors import StorageError
from desktop_app.domain.masking import mask
from desktop_app.services.buyers import buyer_of, redemption_target_of, target_of
from desktop_app.services.context import Context
from desktop_app.storage.tables import CardKeyRow, DeliveryRow, OrderRow, ProductRow, RedemptionRow, UnitRow

_SHORTEST_KEY_PART = 6
_SHORTEST_NAME = 3
"""A shorter name would be found in half of all sentences."""
_FIELDS = re.compile(r"-{2,}|[|,;\s]+")
_BETWEEN = r"[\s\-]*"


class Masks:
    """The secrets of one order and what stands for them."""

    def __init__(self, secrets: Iterable[tuple[str, str, bool]]) -> None:
        """``secrets`` are (in clear, masked, whether hyphens and spaces may stand in between)."""
        self._shown: dict[str, str] = {}
        patterns = []
        for clear, masked, is_key in sorted(secrets, key=lambda item: -len(item[0])):
            form = _form(clear)
            if form in self._shown:
                continue
            self._shown[form] = masked
            parts = [re.escape(char) for char in (form if is_key else clear)]
            patterns.append((_BETWEEN if is_key else "").join(parts))
        self._pattern = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def hide(self, text: str) -> str:
        """``text`` with every secret masked."""
        if self._pattern is None or not text:
            return text
        return self._pattern.sub(lambda found: self._shown.get(_form(found.group()), "******"), text)

    def is_clean(self, text: str) -> bool:
        return self._pattern is None or self._pattern.search(text) is None


def read_masks(context: Context, session: Session, order: OrderRow) -> Masks:
    """The secrets of an order; :class:`LockedError` while the shop is locked."""
    vault = context.vault
    secrets: list[tuple[str, str, bool]] = []
    unit_ids = session.exec(select(UnitRow.id).where(col(UnitRow.order_id) == order.id)).all()
    for key, uid in session.exec(
        select(CardKeyRow, ProductRow.uid)
        .join(ProductRow, col(ProductRow.id) == col(CardKeyRow.product_id))
        .where(
            col(CardKeyRow.id).in_(_key_ids(session, unit_ids)),
        )
    ):
        try:
            clear = vault.open_card(key.tag, key.sealed, uid).decode()
        except StorageError:
            continue  # nobody can read it, so nobody can give it away
        secrets.append((clear, card_keys.mask(clear), True))
        secrets += [
            (part, card_keys.mask(part), True)
            for part in _FIELDS.split(clear)
            if part != clear and len(_form(part)) >= _SHORTEST_KEY_PART
        ]
    target = target_of(vault, order)
    names = [buyer_of(vault, order), target.account, target.role]
    redemptions = session.exec(select(RedemptionRow).where(col(RedemptionRow.unit_id).in_(unit_ids))).all()
    names += [redemption_target_of(vault, row) for row in redemptions]
    secrets += [(name, mask(name), False) for name in names if len(name) >= _SHORTEST_NAME]
    return Masks(secrets)


def _key_ids(session: Session, unit_ids: Iterable[int]) -> set[int]:
    now = session.exec(select(UnitRow.card_key_id).where(col(UnitRow.id).in_(unit_ids))).all()
    before = session.exec(select(DeliveryRow.card_key_id).where(col(DeliveryRow.unit_id).in_(unit_ids))).all()
    return {key_id for key_id in (*now, *before) if key_id is not None}


def _form(text: str) -> str:
    return re.sub(_BETWEEN, "", text).casefold()
