"""``kamidesk requests``: receive, look at, decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import Session, print_json, require_confirmed, tell_of_import

app = typer.Typer(help="Requests of buyers: receive, look at, decide.", no_args_is_help=True)


@app.command("import")
def requests_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or JSON with the fields of the README.")],
    encoding: Annotated[str, typer.Option(help="Encoding, when it must not be guessed (gb18030).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Import requests from CSV or JSON."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        preview = shop.requests.preview_import(file, encoding=encoding or None)
        require_confirmed(preview, file, encoding)
        count = preview.new_count if dry_run else shop.requests.import_requests(preview)
    tell_of_import(session, preview, count, dry_run, ("requests", "申请"))


@app.command("list")
def requests_list(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="open, overdue, due_today, decided or all.")] = "open",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The requests, the most urgent first, with their verdicts."""
    from desktop_app.documents.code_words import word
    from desktop_app.domain.money import yuan_text
    from desktop_app.services.request_lines import SCOPES
    from desktop_app.services.requests import RequestFilter

    session: Session = context.obj
    if scope not in SCOPES:
        raise typer.BadParameter(f"{scope}: {', '.join(SCOPES)}")
    with session.shop(unlocked=False) as shop:
        for line in shop.requests.listing(RequestFilter(scope=scope)).rows():
            due = line.due_at.astimezone(shop.context.zone).isoformat(timespec="seconds") if line.due_at else None
            if as_json:
                print_json(
                    {
                        "request_no": line.request_no,
                        "order_no": line.order_no,
                        "state": line.state.value,
                        "reason": line.reason.value if line.reason else None,
                        "verdict": line.verdict.value if line.verdict else None,
                        "rules": list(line.rules),
                        "refund_fen": line.refund_fen,
                        "fee_fen": line.fee_fen,
                        "due_at": due,
                    },
                    indent=None,
                )
            else:
                verdict = word(line.verdict, session.language) if line.verdict else "-"
                typer.echo(f"{line.request_no}  {line.order_no}  {verdict}  {yuan_text(line.refund_fen)}  {due or '-'}")


@app.command("preview")
def requests_preview(context: typer.Context, request_no: str) -> None:
    """The verdict on a request as JSON, with the rule in words and the reply."""
    from desktop_app.services.verdicts import verdict_json

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        detail = shop.requests.by_number(request_no)
        preview = shop.requests.preview(detail.line.id)
    zh = session.language == "zh"
    print_json(
        {
            "request_no": request_no,
            "token": preview.token,
            **verdict_json(preview.verdict),
            "explanation": preview.explanation_zh if zh else preview.explanation_en,
            "reply": preview.reply_zh if zh else preview.reply_en,
        }
    )


@app.command("approve")
def requests_approve(
    context: typer.Context,
    request_no: str,
    option: Annotated[str, typer.Option(help="Which way, where the verdict offers several.")] = "",
    amount: Annotated[str, typer.Option(help="Another amount than the rules say, in yuan.")] = "",
    reason: Annotated[str, typer.Option(help="Why the amount differs.")] = "",
    token: Annotated[str, typer.Option(help="Of the preview you looked at; refuses when the verdict changed.")] = "",
) -> None:
    """Approve a request as its verdict says; prints the reply for the buyer."""
    from desktop_app.domain.money import parse_yuan

    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        request_id = shop.requests.by_number(request_no).line.id
        decided = shop.requests.approve(
            request_id,
            token=token or shop.requests.preview(request_id).token,
            option=option,
            refund_fen=parse_yuan(amount) if amount else None,
            reason=reason,
        )
    session.say(decided.reply_en, decided.reply_zh)
    for key in decided.reissued_keys:
        typer.echo(key)


@app.command("refuse")
def requests_refuse(
    context: typer.Context,
    request_no: str,
    ground: Annotated[str, typer.Option(help="Ground of the refusal, such as redeemed.")],
    reason: Annotated[str, typer.Option(help="More words on it.")] = "",
    token: Annotated[str, typer.Option(help="Of the preview you looked at.")] = "",
) -> None:
    """Refuse a request on a ground that the facts carry; prints the reply for the buyer."""
    from desktop_app.domain.states import RefusalGround

    session: Session = context.obj
    if ground not in set(RefusalGround):
        raise typer.BadParameter(f"{ground}: {', '.join(RefusalGround)}")
    with session.shop(unlocked=True) as shop:
        request_id = shop.requests.by_number(request_no).line.id
        decided = shop.requests.refuse(
            request_id,
            token=token or shop.requests.preview(request_id).token,
            ground=RefusalGround(ground),
            reason=reason,
        )
    session.say(decided.reply_en, decided.reply_zh)


@app.command("ask")
def requests_ask(
    context: typer.Context,
    request_no: str,
    kind: Annotated[list[str] | None, typer.Option(help="Kind of evidence; may be repeated.")] = None,
    note: Annotated[str, typer.Option(help="What else to say.")] = "",
) -> None:
    """Ask the buyer for evidence: the clocks pause; prints the question."""
    from desktop_app.domain.states import EvidenceKind

    session: Session = context.obj
    for name in kind or []:
        if name not in set(EvidenceKind):
            raise typer.BadParameter(f"{name}: {', '.join(EvidenceKind)}")
    with session.shop(unlocked=False) as shop:
        request_id = shop.requests.by_number(request_no).line.id
        zh, en = shop.requests.ask(request_id, kind or [], note)
    session.say(en, zh)


@app.command("key")
def requests_key(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Name that the sending program gives as its source.")],
) -> None:
    """Print the key with which a program signs the files it puts into the drop folder."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        typer.echo(shop.requests.intake_key(source))
