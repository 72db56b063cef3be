"""``kamidesk vault``: the ways to open the shop."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import REFUSED, Session, first_line

app = typer.Typer(help="The ways to open the shop: password, recovery code, keyring.", no_args_is_help=True)


@app.command("list")
def vault_list(
    context: typer.Context,
    days: Annotated[bool, typer.Option("--days", help="With the day each was made.")] = False,
) -> None:
    """The ways to open this shop, one a line."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        for way in sorted(shop.vault.ways(), key=lambda way: way.kind):
            since = f"\t{way.made_at.astimezone(shop.context.zone):%Y-%m-%d}" if days else ""
            typer.echo(f"{way.kind}{since}")
        state = shop.vault.rotation()
    if state is not None:
        en = f"The keys are being replaced, {state.done} of {state.total} done: “kamidesk vault rotate” goes on."
        zh = f"正在更换密钥，已完成 {state.done} / {state.total}：运行“kamidesk vault rotate”继续。"
        typer.echo(zh if session.language == "zh" else en, err=True)


@app.command("password")
def vault_password(
    context: typer.Context,
    new_file: Annotated[Path, typer.Option("--new-file", help="File whose first line is the new password.")],
) -> None:
    """Set another password; older backups still open with the old one."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        old = session.password() if "password" in shop.protections() else None
        shop.vault.change_password(old, first_line(new_file))
    session.say("The new password opens the shop.", "店铺已改用新密码。")


@app.command("recovery")
def vault_recovery(context: typer.Context) -> None:
    """Print a new recovery code; the old one opens nothing any more."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        if "password" in shop.protections():
            shop.confirm_password(session.password())
        code = shop.vault.new_recovery_code()
    session.say(f"Recovery code, keep it on paper: {code}", f"恢复码，请抄写保存：{code}")


@app.command("keyring")
def vault_keyring(context: typer.Context) -> None:
    """Let the keyring of this system open the shop; the other ways stay."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        shop.vault.use_keyring()
    session.say("The keyring of this system opens the shop.", "本机钥匙串可以打开店铺。")


@app.command("remove")
def vault_remove(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="password, keyring or file.")],
) -> None:
    """Take a way to open the shop away; one besides the recovery code always stays."""
    session: Session = context.obj
    if kind not in ("password", "keyring", "file"):
        raise typer.BadParameter(f"{kind}: password, keyring, file")
    with session.shop(unlocked=True) as shop:
        shop.vault.stop_using(kind)
    session.say(f"The shop no longer opens by {kind}.", f"店铺不再使用此打开方式：{kind}。")


@app.command("rotate")
def vault_rotate(
    context: typer.Context,
    new_file: Annotated[
        Path | None, typer.Option("--new-file", help="File whose first line is the new password; else it stays.")
    ] = None,
) -> None:
    """Replace all keys, or go on with it; older backups still open with the password of their time."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        if shop.vault.rotation() is None:
            password = session.password() if "password" in shop.protections() else None
            prepared = shop.vault.prepare_rotation(password, None if new_file is None else first_line(new_file))
            # before the keys are in force: a code that nobody saw would be lost with the terminal
            session.say(
                f"New recovery code, keep it on paper: {prepared.recovery_code}",
                f"新的恢复码，请抄写保存：{prepared.recovery_code}",
            )
            sys.stdout.flush()
            shop.vault.start_rotation(prepared)
        result = shop.vault.continue_rotation()
    if result is None:
        session.say("The keys were replaced by another program.", "密钥已由另一个程序更换完成。")
        return
    session.say(
        f"The keys were replaced: {result.card_keys} card keys, {result.orders} orders, {result.redemptions} "
        f"redemption records and {result.evidence} evidence files are sealed anew.",
        f"密钥更换完成：卡密 {result.card_keys} 条、订单 {result.orders} 个、核销记录 {result.redemptions} 条、"
        f"证据文件 {result.evidence} 个已重新加密。",
    )
    for name in result.damaged:
        session.say(f"Damaged before, left as it was: {name}", f"此前已损坏，保持原样：{name}")
    if result.damaged:
        raise typer.Exit(REFUSED)
