"""``kamidesk proofs``: many redemption proofs at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import DONE, REFUSED, Session, interrupted

app = typer.Typer(help="Redemption proofs (核销证明) of many units.", no_args_is_help=True)


@app.callback()
def proofs() -> None:
    """Redemption proofs (核销证明) of many units."""


@app.command()
def issue(
    context: typer.Context,
    order: Annotated[list[str] | None, typer.Option(help="Order whose redeemed units get a proof; repeatable.")] = None,
    all_redeemed: Annotated[bool, typer.Option("--all-redeemed", help="Every redeemed unit of the shop.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for a copy of each proof.")] = None,
    one_file: Annotated[Path | None, typer.Option(help="One unsigned PDF of all of them, for the printer.")] = None,
) -> None:
    """Issue the proofs that are missing; name what cannot have one. Stopping keeps what was issued."""
    session: Session = context.obj
    if bool(order) == all_redeemed:
        raise typer.BadParameter("Give --order once or more, or --all-redeemed.")
    with session.shop(unlocked=True) as shop:
        units = shop.proofs.candidates().ids().tolist()[::-1] if all_redeemed else []
        units = units or shop.proof_batches.units_of_orders(order or [])
        with interrupted() as stop:
            outcome = shop.proof_batches.issue(
                units,
                folder=out.expanduser().absolute() if out else None,
                one_file=one_file.expanduser().absolute() if one_file else None,
                cancelled=stop.is_set,
            )
    for left in outcome.failed:
        reason = left.error.text(session.language)
        typer.echo(f"{left.order_no}\t{left.unit_ref}\t{reason}", err=True)
    session.say(
        f"{outcome.issued} issued, {outcome.known} issued before, {len(outcome.failed)} not possible",
        f"新出具 {outcome.issued} 份，此前已出具 {outcome.known} 份，不能出具 {len(outcome.failed)} 份",
    )
    if outcome.no_stamp:
        session.say(f"{outcome.no_stamp} without a time stamp", f"{outcome.no_stamp} 份没有时间戳")
    if outcome.files:
        session.say(f"{outcome.files} files in {out}", f"{out}：{outcome.files} 个文件")
    if outcome.pages:
        session.say(
            f"{outcome.pages} pages for the printer, unsigned: {one_file}",
            f"打印用文件（无签名）{outcome.pages} 页：{one_file}",
        )
    if outcome.stopped_by is not None:
        raise outcome.stopped_by
    raise typer.Exit(REFUSED if outcome.failed else DONE)
