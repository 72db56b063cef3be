"""``kamidesk backup``: making, listing, verifying and restoring backups."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import DONE, REFUSED, Session
from desktop_app.domain.errors import ShopError

if TYPE_CHECKING:  # annotations only
    from collections.abc import Iterable

    from desktop_app.services import Shop

app = typer.Typer(help="Backups of the shop: make, list, verify, restore.", no_args_is_help=True)


@app.command("make")
def backup_make(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="Folder to put it in, such as a USB disk.")] = None,
) -> None:
    """Make a backup now; it is signed when the shop opens by itself or the password is given."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        _unlock_if_asked(session, shop)
        made = shop.backups.make(to=to.expanduser().absolute() if to is not None else None)
    session.say(
        f"{made.path}: {made.events} events, {made.file_count} files of evidence and proofs.",
        f"{made.path}：操作记录 {made.events} 条，凭证与证明 {made.file_count} 个。",
    )
    if not made.is_signed:
        session.say("It is not signed, because the shop is locked.", "店铺处于锁定状态，备份未签名。")
    if made.missing:
        session.say(
            f"Missing in the shop itself: {made.missing} files. Run “kamidesk check”.",
            f"店铺本身缺失 {made.missing} 个文件，请运行“kamidesk check”。",
        )
    if made.problem is not None:
        session.say(f"Do not rely on it: {made.problem[0]}.", f"此备份不可依赖：{made.problem[1]}。")
        raise typer.Exit(REFUSED)


@app.command("list")
def backup_list(context: typer.Context) -> None:
    """The backups of this shop, the newest first: time, size in MB, events, signed or not, file."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        zone = shop.context.zone
        for line in shop.backups.list():
            state = "!" if line.problem is not None else "signed" if line.is_signed else "-"
            made = f"{line.made_at.astimezone(zone):%Y-%m-%d %H:%M}"
            typer.echo(f"{made}\t{line.size / 1e6:.1f}\t{line.events}\t{state}\t{line.path}")


@app.command("verify")
def backup_verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The .db or .json file of a backup.")],
) -> None:
    """Verify a backup; needs no password and no shop. Exit status 0: sound, 1: doubtful or unusable."""
    from desktop_app.services.backups import check_backup

    session: Session = context.obj
    facts = check_backup(file)
    _tell_findings(session, facts.findings)
    session.say(
        f"Shop: {facts.shop_name or facts.shop_uuid}; events: {facts.seq}; files: {facts.file_count}",
        f"店铺：{facts.shop_name or facts.shop_uuid}；操作记录：{facts.seq} 条；文件：{facts.file_count} 个",
    )
    if facts.signed:
        session.say(f"Signed with: {facts.fingerprint}", f"签名证书指纹：{facts.fingerprint}")
    else:
        session.say("It is not signed.", "备份未签名。")
    if facts.is_sound:
        session.say("The backup is sound.", "备份完好。")
    raise typer.Exit(DONE if facts.is_sound else REFUSED)


@app.command("restore")
def backup_restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The .db or .json file of a backup.")],
    to: Annotated[Path | None, typer.Option("--to", help="New folder for the restored shop.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the present shop, which is moved aside.")
    ] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Restore it although something speaks against it.")] = False,
) -> None:
    """Restore a backup into a new folder, or with --replace in the data folder; its password is the one of its time."""
    from desktop_app.services import Shop
    from desktop_app.services.restoring import restore

    session: Session = context.obj
    if (to is None) is not replace:
        raise typer.BadParameter("one of: --to FOLDER, --replace")
    target = session.data_dir if to is None else to.expanduser().absolute()
    if to is not None and Shop.exists(target):
        raise typer.BadParameter(f"{to}: holds a shop already; choose a new folder")
    if replace:
        # a damaged shop has none, and is moved aside as it is
        with suppress(ShopError), session.shop(unlocked=False) as shop:
            shop.backups.make_before()
    done = restore(file, target, accept_findings=accept)
    _tell_findings(session, done.preview.findings)
    lost = done.preview.lost
    if lost is not None:
        session.say(
            f"Later than the backup, and not in the shop now: {lost.count} events.",
            f"备份之后、现已不在店铺中的操作记录：{lost.count} 条。",
        )
    if done.aside is not None:
        session.say(f"The shop that was there: {done.aside}", f"原来的店铺：{done.aside}")
    session.say(
        f"Restored: {done.folder}. It opens with the password of the time of the backup.",
        f"已恢复：{done.folder}。请用备份当时的密码打开。",
    )


def _tell_findings(session: Session, findings: Iterable[tuple[str, str]]) -> None:
    for en, zh in findings:
        session.say(f"Doubtful: {en}", f"疑点：{zh}")


def _unlock_if_asked(session: Session, shop: Shop) -> None:
    if session.password_file is not None or "KAMIDESK_PASSWORD" in os.environ:
        session.unlock(shop)
    else:
        # without its keyring or key file the shop stays locked, and the backup has no signature
        with suppress(ShopError):
            shop.unlock_automatically()
