"""Stored card keys: finding them by number, sealing them for another product, and naming many of them in the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from desktop_app.domain.card_keys import normalise
from desktop_app.domain.errors import NotFoundError, RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.services.context import Context, chunks
from desktop_app.services.issuing import uses_of
from desktop_app.services.products import key_rule
from desktop_app.storage.tables import CardKeyRow, CardTagRow, ProductRow

SEVERAL = 0
"""``entity_id`` of an event about several keys; its facts name them as ranges (``1-40,77``)."""


def key_row(session: Session, key_id: int) -> CardKeyRow:
    """The stored key; :class:`NotFoundError`."""
    key = session.get(CardKeyRow, key_id)
    if key is None:
        raise NotFoundError("There is no card key {id}.", "没有编号为 {id} 的卡密。", id=key_id)
    return key


def key_rows(session: Session, key_ids: Sequence[int]) -> list[CardKeyRow]:
    """The stored keys by number; :class:`NotFoundError` when one of them is gone."""
    wanted = sorted(set(key_ids))
    found: list[CardKeyRow] = []
    for part in chunks(wanted):
        found += session.exec(select(CardKeyRow).where(col(CardKeyRow.id).in_(part)).order_by(col(CardKeyRow.id))).all()
    if len(found) < len(wanted):
        key_row(session, min(set(wanted) - {key.id for key in found}))
    return found


def reseal(context: Context, session: Session, key: CardKeyRow, source: ProductRow, target: ProductRow) -> None:
    """Move a key in stock to ``target``, sealed anew for it; its text stays exactly the same.

    :class:`RefusedError` when it left the stock, would equal another key there, or is used otherwise than those.
    """
    _require_movable(session, key, source, target)
    vault = context.vault
    plain = vault.open_card(key.tag, key.sealed, source.uid)
    normalised = normalise(plain.decode(), key_rule(target))
    tag = vault.card_tag(normalised)
    if tag != key.tag:
        tags = vault.card_tags_of(normalised)
        others = col(CardTagRow.tag).in_(tags), CardTagRow.card_key_id != key.id
        twin = session.exec(select(CardTagRow.card_key_id).where(*others)).first()
        if twin is not None:
            raise RefusedError(
                "Key {id} would be the same key as {twin} in “{name}”; nothing was moved.",
                "按“{name}”的比较方式，卡密 {id} 与 {twin} 相同，未移动任何卡密。",
                id=key.id,
                twin=twin,
                name=target.name,
            )
    key.product_id, key.tag = target.id, tag
    key.sealed = vault.seal_card(tag, plain, target.uid)
    session.add(key)


def ranges(ids: Iterable[int]) -> str:
    """Sorted ``ids`` as ``1-40,77``."""
    parts: list[str] = []
    first = last = None
    for one in ids:
        if last is not None and one == last + 1:
            last = one
            continue
        if first is not None:
            parts.append(str(first) if first == last else f"{first}-{last}")
        first = last = one
    if first is not None:
        parts.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(parts)


def in_ranges(key_id: int, text: str) -> bool:
    """Whether :func:`ranges` named ``key_id``; halved as long as it takes, because a step can name half a million."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high) // 2
        start = text.rfind(",", low, middle) + 1 or low
        end = text.find(",", middle, high)
        if end < 0:
            end = high
        first, _, last = text[start:end].partition("-")
        if key_id < int(first):
            high = start - 1
        elif key_id > int(last or first):
            low = end + 1
        else:
            return True
    return False


def _require_movable(session: Session, key: CardKeyRow, source: ProductRow, target: ProductRow) -> None:
    if key.state is not KeyState.IN_STOCK:
        raise RefusedError(
            "Key {id} is not in stock, so it cannot move to another product.",
            "卡密 {id} 不在库，不能移动到其他商品。",
            id=key.id,
        )
    if source.reusable is not target.reusable or (source.reusable and uses_of(session, [key.id])):
        raise RefusedError(
            "Key {id} cannot move: keys that are used once and keys that are used again do not mix, and a reusable key "
            "that was delivered stays with its product.",
            "卡密 {id} 不能移动：一次性卡密与可重复使用的卡密不能混放，已发出过的可重复使用卡密须留在原商品。",
            id=key.id,
        )
