"""Keys of a file that are in the shop under a product that compares its keys otherwise.

A blind index is made by the rule of the key's own product, so a search by the rule of the product that is imported for
misses the same text in another one, and the card would be sold twice.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Sequence

from sqlmodel import col, select

from desktop_app.domain.card_keys import KeyRule, normalise
from desktop_app.exchange.packed_lines import lines_at
from desktop_app.services.context import Context
from desktop_app.services.key_tagging import KeyPlace, find_tags
from desktop_app.services.products import key_rule
from desktop_app.storage.card_sealing import CHUNK, CardSealer
from desktop_app.storage.tables import CardKeyRow, ProductRow


def known_by_other_rules(
    context: Context,
    rule: KeyRule,
    texts: Sequence[str],
    indexes: array[int],
    left_out: Collection[int],
    tell: Callable[[], None],
) -> dict[int, KeyPlace]:
    """Which of the ``texts`` at ``indexes`` are a key of a product with another rule than ``rule``, by that rule.

    Answers by the place in ``indexes``; places in ``left_out`` are not looked up. ``tell`` may raise to stop.
    """
    others = _other_rules(context, rule)
    if not others:
        return {}
    places = array("I", (place for place in range(len(indexes)) if place not in left_out))
    secrets = context.vault.card_secrets(b"")
    sealer = CardSealer(secrets)
    secrets.wipe()
    known: dict[int, KeyPlace] = {}
    for start in range(0, len(places), CHUNK):
        some = places[start : start + CHUNK]
        lines = lines_at(texts, array("I", map(indexes.__getitem__, some)))
        for other, product_ids in others.items():
            tags = sealer.tags("\n".join(normalise(line, other) for line in lines).encode())
            with context.read() as session:
                found = find_tags(session.connection(), tags, product_ids)
            known.update((some[at], place) for at, place in found.items())
        tell()
    return known


def _other_rules(context: Context, rule: KeyRule) -> dict[KeyRule, list[int]]:
    """The rules that other keys of the shop are compared by, each with its products."""
    others: dict[KeyRule, list[int]] = {}
    with context.read() as session:
        for product in session.exec(select(ProductRow)).all():
            if key_rule(product) != rule:
                others.setdefault(key_rule(product), []).append(product.id)
        return {
            other: product_ids
            for other, product_ids in others.items()
            if session.exec(select(CardKeyRow.id).where(col(CardKeyRow.product_id).in_(product_ids)).limit(1)).first()
        }
