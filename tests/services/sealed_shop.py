"""A shop on disk with something sealed in every place, and everything that is sealed in it, in clear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlmodel import select

from desktop_app.domain.card_keys import KeyRule, normalise
from desktop_app.domain.states import EvidenceKind, PlatformKind, ProductKind
from desktop_app.services import Shop
from desktop_app.services.buyers import Target, buyer_of, redemption_target_of, target_of
from desktop_app.services.evidence import Marks
from desktop_app.services.inventory import ImportOptions
from desktop_app.services.order_entry import OrderDraft
from desktop_app.services.policies import PolicyDraft
from desktop_app.services.products import ProductDraft
from desktop_app.services.shop_settings import ShopSettings
from desktop_app.storage import signing_keys
from desktop_app.storage.dispute_tables import SigningIdentityRow
from desktop_app.storage.tables import CardKeyRow, EvidenceRow, OrderRow, ProductRow, RedemptionRow
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.desk import Clock

PASSWORD = "correct horse battery"
CHEAP = Argon2Cost(16, 2, 1)
ACCOUNT = "player_qing@163.com"
BUYER = "江小渔 13800001111"


def make_shop(folder: Path, keys: int = 60, **how: Any) -> Shop:
    """``keys`` card keys of two products, four orders, one of them redeemed with a proof, and two evidence files."""
    clock = Clock()
    values: dict[str, Any] = {"protection": "password", "password": PASSWORD, "cost": CHEAP, **how}
    shop, _ = Shop.create(folder, clock=clock, settings=ShopSettings(shop_name="星河数码", operator="林默"), **values)
    channel_id = shop.policies.add_channel("星河卡盟", PlatformKind.THIRD_PARTY, PolicyDraft())
    exact = shop.products.add(ProductDraft(code="A", name="点卡", kind=ProductKind.GAME_CARD))
    folded = shop.products.add(
        ProductDraft(code="B", name="月卡", kind=ProductKind.MEMBERSHIP, fold_case=True, fold_hyphens=True)
    )
    for product_id, name in ((exact, "KM-{:05d}----密{}"), (folded, "ab-{:05d}-cd{}")):
        text = "\n".join(name.format(i, i * 7) for i in range(keys // 2))
        shop.inventory.import_keys(shop.inventory.preview_text(text, product_id), ImportOptions())
    for i in range(4):
        order_id = shop.orders.add(
            OrderDraft(
                order_no=f"A{i}",
                channel_id=channel_id,
                product_id=exact,
                quantity=1,
                list_fen=100,
                paid_fen=100,
                ordered_at=clock(),
                paid_at=clock(),
                buyer=f"{BUYER}{i}" if i else "",
                target=Target(account=ACCOUNT, role="青衫客") if i % 2 else Target(),
            )
        )
        if i == 3:
            continue
        shop.orders.deliver(order_id)
        shop.evidence.add(
            EvidenceKind.CHAT_LOG, Marks(), order_id=order_id, content=b"picture %d" % (i % 2), name=f"{i}.txt"
        )
        if i == 1:
            (unit,) = shop.orders.detail(order_id).units
            shop.orders.redeem(
                unit.id, redeemed_at=clock(), code="RX-1", target=ACCOUNT, source="供应商激活记录", stated_by="供应商"
            )
            shop.proofs.issue(unit.id)
    shop.identities.ensure()
    return shop


def add_order(shop: Shop, order_no: str, *, quantity: int = 1) -> int:
    """One more order of the first product, paid and not yet delivered; its id."""
    at = shop.context.clock()
    return shop.orders.add(
        OrderDraft(
            order_no=order_no,
            channel_id=1,
            product_id=1,
            quantity=quantity,
            list_fen=100,
            paid_fen=100 * quantity,
            ordered_at=at,
            paid_at=at,
        )
    )


def open_shop(folder: Path) -> Shop:
    """The shop that :func:`make_shop` made in ``folder``, open and unlocked."""
    shop = Shop.open(folder, clock=Clock())
    shop.unlock(PASSWORD)
    return shop


def everything_in(folder: Path) -> dict[str, Any]:
    """All that is sealed in the closed shop in ``folder``, opened."""
    with closing(open_shop(folder)) as shop:
        return everything(shop)


def everything(shop: Shop) -> dict[str, Any]:
    """All that is sealed in ``shop``, opened; it must be unlocked."""
    return dict(_everything(shop))


def _everything(shop: Shop) -> Iterator[tuple[str, Any]]:
    vault = shop.context.vault
    with shop.context.read() as session:
        products = {row.id: row for row in session.exec(select(ProductRow)).all()}
        for key in session.exec(select(CardKeyRow)).all():
            product = products[key.product_id]
            text = vault.open_card(key.tag, key.sealed, product.uid).decode()
            yield f"key {key.id}", text
            rule = KeyRule(product.fold_case, product.fold_hyphens)
            assert key.tag in vault.card_tags_of(normalise(text, rule))
        for order in session.exec(select(OrderRow)).all():
            yield f"order {order.order_no}", (buyer_of(vault, order), target_of(vault, order))
        for record in session.exec(select(RedemptionRow)).all():
            yield f"redemption {record.id}", redemption_target_of(vault, record)
        for identity in session.exec(select(SigningIdentityRow)).all():
            signer = signing_keys.open_signer(identity, vault)
            yield f"identity {identity.id}", signer.private_key.private_numbers()
        pieces = [row.id for row in session.exec(select(EvidenceRow)).all()]
    for piece in pieces:
        yield f"evidence {piece}", shop.evidence.file(piece).content
