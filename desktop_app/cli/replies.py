"""``kamidesk replies``: the merchant's own wordings of the replies to buyers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import Session, read_text
from desktop_app.documents.reply_templates import Occasion
from desktop_app.domain.states import VerdictKind

app = typer.Typer(help="The wordings of the replies to buyers.", no_args_is_help=True)


class _Language(StrEnum):
    ZH = "zh"
    EN = "en"


_Where = Annotated[Occasion, typer.Argument(metavar="OCCASION", help="approved, refused, asked or preliminary.")]
_In = Annotated[_Language, typer.Option("--language", metavar="CODE", help="zh or en.")]
_Of = Annotated[VerdictKind | None, typer.Option("--verdict", metavar="NAME", help="Only for this verdict.")]


@app.command("show")
def replies_show(
    context: typer.Context,
    occasion: _Where,
    language: _In = _Language.ZH,
    verdict: _Of = None,
    example: Annotated[bool, typer.Option("--example", help="What a buyer would read.")] = False,
) -> None:
    """Print the wording in force."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        text = shop.reply_texts.text(occasion, language, verdict)
        typer.echo(shop.reply_texts.example(occasion, language, text, verdict) if example else text)


@app.command("set")
def replies_set(
    context: typer.Context, occasion: _Where, file: Path, language: _In = _Language.ZH, verdict: _Of = None
) -> None:
    """Use the text in FILE from now on."""
    session: Session = context.obj
    text = read_text(file)
    with session.shop(unlocked=False) as shop:
        shop.reply_texts.save(occasion, language, text, verdict)
    session.say("Replies are written like this from now on.", "今后的回复将按此模板书写。")


@app.command("reset")
def replies_reset(context: typer.Context, occasion: _Where, language: _In = _Language.ZH, verdict: _Of = None) -> None:
    """Go back to the usual wording."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        shop.reply_texts.reset(occasion, language, verdict)
    session.say("The usual wording is in force again.", "已恢复默认模板。")
