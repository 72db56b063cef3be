"""Making a shop without a window: the shop itself, where it sells and what."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from desktop_app.cli.session import Session
from desktop_app.domain.errors import BadInputError

app = typer.Typer()
channels_app = typer.Typer(help="Where the shop sells, with its refund rules.", no_args_is_help=True)
products_app = typer.Typer(help="What the shop sells.", no_args_is_help=True)
app.add_typer(channels_app, name="channels")
app.add_typer(products_app, name="products")


@app.command()
def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name of the shop; stands on proofs.")] = "",
    protection: Annotated[str, typer.Option(help="password, keyring or file (a key beside the shop).")] = "password",
) -> None:
    """Make a new shop in the data folder and print its recovery code, which is shown only now."""
    from desktop_app.services import Shop
    from desktop_app.services.settings import ShopSettings

    session: Session = context.obj
    if protection not in ("password", "keyring", "file"):
        raise typer.BadParameter(f"{protection}: password, keyring, file")
    password = None
    if protection == "password":
        password = session.password("New password, 10 characters or more", "新密码（至少 10 个字符）")
        asked = session.password_file is None and "KAMIDESK_PASSWORD" not in os.environ and sys.stdin.isatty()
        if asked and session.ask_secret("The same once more", "再输入一次") != password:
            raise BadInputError("The two passwords differ.", "两次输入的密码不一致。")
    shop, code = Shop.create(
        session.data_dir, protection=protection, password=password, settings=ShopSettings(shop_name=name)
    )
    shop.close()
    session.say(f"Shop: {session.data_dir}", f"店铺：{session.data_dir}")
    session.say(f"Recovery code, keep it on paper: {code}", f"恢复码，请抄写保存：{code}")


@channels_app.command("add")
def channels_add(
    context: typer.Context,
    name: str,
    kind: Annotated[str, typer.Option(help="official, third_party or individual.")],
    window_hours: Annotated[int, typer.Option(help="Refund window, in hours after the order.")] = 24,
    fee: Annotated[str, typer.Option(help="Fee on a shipped unit, in per cent.")] = "0",
    unshipped_fee: Annotated[str, typer.Option(help="Fee before shipping, in per cent.")] = "0",
    disclosure: Annotated[str, typer.Option(help="How buyers see the fee: clear, buried or none.")] = "clear",
) -> None:
    """Add a channel with version 1 of its rules; the texts are written in the window."""
    from desktop_app.domain.money import parse_yuan
    from desktop_app.domain.states import FeeDisclosure, PlatformKind
    from desktop_app.services.policies import PolicyDraft

    session: Session = context.obj
    if kind not in set(PlatformKind):
        raise typer.BadParameter(f"{kind}: {', '.join(PlatformKind)}")
    if disclosure not in set(FeeDisclosure):
        raise typer.BadParameter(f"{disclosure}: {', '.join(FeeDisclosure)}")
    draft = PolicyDraft(
        window_hours=window_hours,
        fee_bp=parse_yuan(fee),  # per cent with two decimals are basis points
        unshipped_fee_bp=parse_yuan(unshipped_fee),
        fee_disclosure=FeeDisclosure(disclosure),
    )
    with session.shop(unlocked=False) as shop:
        shop.policies.add_channel(name, PlatformKind(kind), draft)
    session.say(f"Channel {name} added.", f"已添加渠道 {name}。")


@products_app.command("add")
def products_add(
    context: typer.Context,
    code: str,
    name: str,
    kind: Annotated[str, typer.Option(help="game_card, phone_topup, membership, gift_pack or other.")],
    price: Annotated[str, typer.Option(help="Price in yuan, such as 19.90.")] = "0",
    face: Annotated[str, typer.Option(help="Face value in yuan.")] = "",
    low_stock: Annotated[int, typer.Option(help="Warn when this few keys are left.")] = 0,
) -> None:
    """Add a product."""
    from desktop_app.domain.money import parse_yuan
    from desktop_app.domain.states import ProductKind
    from desktop_app.services.products import ProductDraft

    session: Session = context.obj
    if kind not in set(ProductKind):
        raise typer.BadParameter(f"{kind}: {', '.join(ProductKind)}")
    with session.shop(unlocked=False) as shop:
        shop.products.add(
            ProductDraft(
                code=code,
                name=name,
                kind=ProductKind(kind),
                price_fen=parse_yuan(price),
                face_fen=parse_yuan(face) if face else None,
                low_stock_threshold=low_stock,
            )
        )
    session.say(f"Product {code} added.", f"已添加商品 {code}。")
