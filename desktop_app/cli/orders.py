"""``kamidesk orders``: import, deliver, record a redemption."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import Session, moment, require_confirmed, tell_of_import, unit_id

app = typer.Typer(help="Orders: import, deliver, record a redemption.", no_args_is_help=True)


@app.command("import")
def orders_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with the columns of the README.")],
    encoding: Annotated[str, typer.Option(help="Encoding, when it must not be guessed (gb18030).")] = "",
    channel: Annotated[str, typer.Option(help="Sales channel of an export that does not say it (acg-faka).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Import orders from CSV: all good lines in one transaction, the others are listed."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        preview = shop.orders.preview_import(file, encoding=encoding or None, channel=channel or None)
        require_confirmed(preview, file, encoding)
        count = preview.new_count if dry_run else shop.orders.import_orders(preview)
    tell_of_import(session, preview, count, dry_run, ("orders", "订单"))


@app.command("deliver")
def orders_deliver(context: typer.Context, order_no: str) -> None:
    """Deliver an order: takes the oldest keys and prints the text for the buyer."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        delivery = shop.orders.deliver(shop.orders.by_number(order_no).line.id)
    session.say(delivery.text_en, delivery.text_zh)


@app.command("redeem")
def orders_redeem(
    context: typer.Context,
    order_no: str,
    code: Annotated[str, typer.Option(help="Redemption code (核销码).")],
    target: Annotated[str, typer.Option(help="Account, number or role the key went to.")],
    source: Annotated[str, typer.Option(help="Where this is known from, such as the supplier's record.")],
    unit: Annotated[str, typer.Option(help="Which unit of the order.")] = "1",
    at: Annotated[str, typer.Option(help="When, as 2026-11-22T10:30:00+08:00; now when empty.")] = "",
    stated_by: Annotated[str, typer.Option(help="Who says so.")] = "",
) -> None:
    """Record that a unit of an order was redeemed (核销)."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        shop.orders.redeem(
            unit_id(shop, order_no, unit),
            redeemed_at=moment(at) if at else shop.context.clock(),
            code=code,
            target=target,
            source=source,
            stated_by=stated_by or shop.context.actor,
        )
    session.say(f"Unit {unit} of {order_no} is recorded as redeemed.", f"订单 {order_no} 单件 {unit} 已登记核销。")
