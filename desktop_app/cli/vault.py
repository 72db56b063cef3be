"""``kamidesk vault``: the ways to open the shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import Session, first_line

app = typer.Typer(help="The ways to open the shop: password, recovery code, keyring.", no_args_is_help=True)


@app.command("list")
def vault_list(context: typer.Context) -> None:
    """The ways to open this shop, one a line."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        for kind in sorted(shop.protections()):
            typer.echo(kind)


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
