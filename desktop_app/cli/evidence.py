"""``kamidesk evidence``: file pieces, list them, describe them anew, take the files out, check that they are whole."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import DONE, LARGEST_ID, REFUSED, Session, moment, print_json

if TYPE_CHECKING:  # annotations only; at run time the commands import what they need
    from desktop_app.domain.states import EvidenceKind
    from desktop_app.services import Shop
    from desktop_app.services.evidence import EvidenceLine

app = typer.Typer(help="Evidence: file, list, describe, save, check.", no_args_is_help=True)


@app.command("add")
def evidence_add(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Request or order number.")],
    kind: Annotated[str, typer.Option(help="Kind of evidence, such as chat_log.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Files; none: only that it was seen.")] = None,
    taken: Annotated[str, typer.Option(help="When it was taken; otherwise what camera or file says.")] = "",
    source: Annotated[str, typer.Option(help="Where it comes from.")] = "",
    promise: Annotated[bool, typer.Option("--promise", help="It holds a written promise of a refund.")] = False,
    chat: Annotated[bool, typer.Option("--chat", help="It is from the chat inside the platform.")] = False,
    note: Annotated[str, typer.Option(help="Note.")] = "",
) -> None:
    """File evidence with a request, or with an order."""
    from desktop_app.documents.code_words import word
    from desktop_app.services.evidence import Marks

    session: Session = context.obj
    chosen = _kind(kind)
    marks = Marks(moment(taken) if taken else None, source, promise, chat, note)
    with session.shop(unlocked=bool(files)) as shop:
        order_id, request_id = _target(shop, number)
        add = partial(shop.evidence.add, chosen, order_id=order_id, request_id=request_id)
        if not files:
            typer.echo(add(marks=marks))
        for path in files or []:
            file = shop.evidence.look_at(path)
            own = marks if taken else replace(marks, captured_at=file.captured_at)
            typer.echo(add(marks=own, content=file.content, name=file.name))
            for warning in file.warnings:
                typer.echo(f"{file.name}: {word(warning, session.language)}", err=True)


@app.command("list")
def evidence_list(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Request or order number.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The evidence of a request, or everything of an order."""
    from desktop_app.documents.code_words import word

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        zone = shop.context.zone
        for line in _lines(shop, number):
            taken = line.captured_at.astimezone(zone).isoformat(timespec="seconds") if line.captured_at else None
            if as_json:
                print_json(
                    {
                        "id": line.id,
                        "request_no": line.request_no or None,
                        "kind": line.kind.value,
                        "name": line.name,
                        "size": line.size,
                        "sha256": line.sha256 or None,
                        "captured_at": taken,
                        "source": line.source,
                        "written_promise": line.written_promise,
                        "in_platform_chat": line.in_platform_chat,
                        "note": line.note,
                    },
                    indent=None,
                )
            else:
                file = f"{line.name}  {line.size}  {line.sha256}" if line.has_file else "-"
                typer.echo(f"{line.id}  {word(line.kind, session.language)}  {taken or '-'}  {file}")


@app.command("describe")
def evidence_describe(
    context: typer.Context,
    evidence_id: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the piece, from the list.")],
    taken: Annotated[str | None, typer.Option(help="When it was taken; empty: not known.")] = None,
    source: Annotated[str | None, typer.Option(help="Where it comes from.")] = None,
    promise: Annotated[bool | None, typer.Option("--promise/--no-promise", help="A written promise.")] = None,
    chat: Annotated[bool | None, typer.Option("--chat/--no-chat", help="Chat inside the platform.")] = None,
    note: Annotated[str | None, typer.Option(help="Note.")] = None,
) -> None:
    """Describe a piece anew; what is not given stays, and so does its file."""
    from desktop_app.services.evidence import Marks

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        line = shop.evidence.get(evidence_id)
        captured = line.captured_at if taken is None else moment(taken) if taken else None
        shop.evidence.change(
            evidence_id,
            Marks(
                captured,
                line.source if source is None else source,
                line.written_promise if promise is None else promise,
                line.in_platform_chat if chat is None else chat,
                line.note if note is None else note,
            ),
        )


@app.command("save")
def evidence_save(
    context: typer.Context,
    evidence_id: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the piece, from the list.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the file as it came.")],
) -> None:
    """Write the file of a piece, byte for byte; refuses when it was altered."""
    from desktop_app.documents.code_words import word
    from desktop_app.documents.whole_file import write_whole

    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        file = shop.evidence.file(evidence_id)
    for warning in file.warnings:
        typer.echo(f"{file.name}: {word(warning, session.language)}", err=True)
    write_whole(output, file.content)
    session.say(f"Saved as {output}", f"已保存为 {output}")


@app.command("check")
def evidence_check(context: typer.Context) -> None:
    """Read every file of evidence and compare it with what was stored."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        findings = shop.evidence.check()
    for finding in findings:
        typer.echo(finding.error.text(session.language))
    if not findings:
        session.say("All evidence is as it was stored.", "全部凭证与存入时一致。")
    raise typer.Exit(REFUSED if findings else DONE)


def _kind(name: str) -> EvidenceKind:
    from desktop_app.domain.states import EvidenceKind

    if name not in set(EvidenceKind):
        raise typer.BadParameter(f"{name}: {', '.join(EvidenceKind)}")
    return EvidenceKind(name)


def _target(shop: Shop, number: str) -> tuple[int | None, int | None]:
    """The order or the request of this number, as :meth:`Evidence.add` wants them."""
    from desktop_app.domain.errors import NotFoundError

    try:
        return None, shop.requests.by_number(number).line.id
    except NotFoundError:
        return shop.orders.by_number(number).line.id, None


def _lines(shop: Shop, number: str) -> tuple[EvidenceLine, ...]:
    from desktop_app.domain.errors import NotFoundError

    try:
        return shop.requests.by_number(number).evidence
    except NotFoundError:
        return shop.evidence.of_order(shop.orders.by_number(number).line.id)
