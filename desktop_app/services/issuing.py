"""Which keys of a product are handed out next, and taking them out of the stock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlmodel import Session, col, func, select

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.states import KeyState
from desktop_app.services.context import Context, chunks
from desktop_app.services.sellable import next_keys
from desktop_app.storage.tables import CardKeyRow, DeliveryRow, ProductRow


def issue_keys(
    context: Context, session: Session, product_id: int, count: int, *, besides: Collection[int] = ()
) -> list[tuple[int, str]]:
    """Take ``count`` sellable keys out of the stock, in the caller's transaction: (id, key) of each.

    Sellable: in stock and not expired in the shop's time zone; which of them is the product's issue order. A reusable
    key stays in stock until its last use, different keys are taken as long as there are some, and the caller stores a
    delivery for each. ``besides`` are keys that do not come into question, because they are to be replaced.
    :class:`RefusedError` names how many are missing; then none is taken.
    """
    product = session.get_one(ProductRow, product_id)
    found = _sellable(context, session, product, count, besides)
    issued = _in_turns(session, product, found, count) if product.reusable else list(found)
    if len(issued) < count:
        raise RefusedError(
            "“{product}” has {have} keys in stock, {missing} too few for this: import more keys first.",
            "“{product}”可售库存只有 {have} 张，还缺 {missing} 张：请先导入卡密。",
            product=product.name,
            have=len(issued),
            missing=count - len(issued),
        )
    now = context.clock()
    used = uses_of(session, {key.id for key in issued}) if product.reusable else {}
    plain: dict[int, str] = {}
    for key in found:
        times = issued.count(key) if product.reusable else 1
        if not times:
            continue
        plain[key.id] = context.vault.open_card(key.tag, key.sealed, product.uid).decode()
        if product.reusable and (product.use_limit is None or used.get(key.id, 0) + times < product.use_limit):
            continue
        key.state, key.state_at = KeyState.DELIVERED, now
        session.add(key)
    session.flush()
    return [(key.id, plain[key.id]) for key in issued]


def uses_of(session: Session, key_ids: Collection[int]) -> dict[int, int]:
    """How often each key was delivered; a key that never was has no entry."""
    uses: dict[int, int] = {}
    for part in chunks(key_ids):
        statement = (
            select(col(DeliveryRow.card_key_id), func.count())
            .where(col(DeliveryRow.card_key_id).in_(part))
            .group_by(col(DeliveryRow.card_key_id))
        )
        uses.update((key_id, times) for key_id, times in session.exec(statement) if key_id is not None)
    return uses


def uses_left(context: Context, session: Session, product: ProductRow, most: int, besides: Collection[int]) -> int:
    """How many units the reusable keys of a product can still serve, counted up to ``most``."""
    return len(_in_turns(session, product, _sellable(context, session, product, most, besides), most))


def _sellable(
    context: Context, session: Session, product: ProductRow, count: int, besides: Collection[int]
) -> Sequence[CardKeyRow]:
    """At most ``count`` keys of the product that may be sold today, the next ones first."""
    ids = next_keys(context, session, product, count, besides)
    rows: dict[int, CardKeyRow] = {}
    for part in chunks(ids):
        rows.update((key.id, key) for key in session.exec(select(CardKeyRow).where(col(CardKeyRow.id).in_(part))))
    return [rows[key_id] for key_id in ids]


def _in_turns(session: Session, product: ProductRow, found: Sequence[CardKeyRow], count: int) -> list[CardKeyRow]:
    """Reusable keys, each once before one of them is taken again."""
    left: Mapping[int, int] = {}
    if product.use_limit is not None:
        used = uses_of(session, {key.id for key in found})
        left = {key.id: product.use_limit - used.get(key.id, 0) for key in found}
    turns: list[CardKeyRow] = []
    turn = 0
    while len(turns) < count:
        round_ = [key for key in found if left.get(key.id, count) > turn]
        if not round_:
            break
        turns += round_[: count - len(turns)]
        turn += 1
    return turns
