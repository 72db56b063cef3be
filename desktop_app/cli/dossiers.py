"""``kamidesk dossier`` and ``kamidesk disputes``: what goes to the platform, 12315, 12377 or the police, and what came
of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import LARGEST_ID, Session, moment, print_json
from desktop_app.domain.states import DisputeOutcome, EscalationTarget

app = typer.Typer()
disputes = typer.Typer(help="Disputes outside the shop: open, sent, answered, ended.", no_args_is_help=True)

_At = Annotated[str, typer.Option("--at", help="When, such as 2026-11-22T10:30:00+08:00; otherwise now.")]
_Reference = Annotated[str, typer.Option(help="Case number given there.")]
_Note = Annotated[str, typer.Option(help="A few words on it.")]
_Id = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the dispute, as the list shows it.")]


@app.command()
def dossier(
    context: typer.Context,
    request_no: str,
    target: Annotated[str, typer.Option(help="platform, 12315, 12377 or police.")],
    out: Annotated[Path, typer.Option(help="Folder for the archive and the PDF.")],
    language: Annotated[str, typer.Option(help="zh or en; the cover letter is Chinese.")] = "zh",
) -> None:
    """Make the dossier (证据包) of a request: one archive and one PDF with its cover letter."""
    session: Session = context.obj
    addressee = _target(target)
    with session.shop(unlocked=True) as shop:
        request_id = shop.requests.by_number(request_no).line.id
        made = shop.dossiers.make(request_id, addressee, out.expanduser().absolute(), language=language)
    for path in (made.zip_path, made.pdf_path):
        session.say(f"{made.line.dossier_no}: {path}", f"{made.line.dossier_no}：{path}")
    for problem in made.problems:
        session.say(f"Missing or altered, and said so: {problem}", f"缺失或被改动，证据包中已注明：{problem}")


@disputes.command("list")
def disputes_list(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="open, unanswered, ended or all.")] = "open",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The disputes, the longest open ones first."""
    from desktop_app.documents.code_words import word
    from desktop_app.services.disputes import SCOPES, DisputeFilter

    session: Session = context.obj
    if scope not in SCOPES:
        raise typer.BadParameter(f"{scope}: {', '.join(SCOPES)}")
    with session.shop(unlocked=False) as shop:
        zone = shop.context.zone

        def local(at: datetime | None) -> str | None:
            return at.astimezone(zone).isoformat(timespec="seconds") if at else None

        for line in shop.disputes.listing(DisputeFilter(scope=scope)).rows():
            if as_json:
                print_json(
                    {
                        "id": line.id,
                        "request_no": line.request_no,
                        "order_no": line.order_no,
                        "target": line.target.value,
                        "appeal": line.is_appeal,
                        "reference": line.reference,
                        "state": line.state.value,
                        "dossier_no": line.dossier_no,
                        "opened_at": local(line.opened_at),
                        "sent_at": local(line.sent_at),
                        "answered_at": local(line.answered_at),
                        "due_at": local(line.due_at),
                        "overdue": line.is_overdue,
                        "outcome": line.outcome.value if line.outcome else None,
                        "reopened_no": line.reopened_no,
                    },
                    indent=None,
                )
                continue
            words = [word(line.target, session.language), word(line.state, session.language)]
            if line.outcome:
                words.append(word(line.outcome, session.language))
            if line.is_overdue:
                words.append("超期未答复" if session.language == "zh" else "overdue")
            typer.echo("  ".join([str(line.id), line.request_no, line.order_no, *words, line.reference or "-"]))


@disputes.command("appeal")
def disputes_appeal(
    context: typer.Context,
    request_no: str,
    target: Annotated[str, typer.Option(help="platform, 12315, 12377 or police.")],
    at: _At = "",
    reference: _Reference = "",
    note: _Note = "",
) -> None:
    """The buyer disputes the decision on a request; prints the number of the dispute."""
    session: Session = context.obj
    addressee = _target(target)
    with session.shop(unlocked=False) as shop:
        request_id = shop.requests.by_number(request_no).line.id
        typer.echo(
            shop.disputes.open_appeal(request_id, addressee, opened_at=_when(at), reference=reference, note=note)
        )


@disputes.command("sent")
def disputes_sent(
    context: typer.Context, dispute: _Id, at: _At = "", reference: _Reference = "", note: _Note = ""
) -> None:
    """Record that the latest dossier of a dispute went out."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        shop.disputes.record_sent(dispute, at=_when(at), reference=reference, note=note)
    session.say("Recorded.", "已记录。")


@disputes.command("answered")
def disputes_answered(
    context: typer.Context, dispute: _Id, at: _At = "", reference: _Reference = "", note: _Note = ""
) -> None:
    """Record that an answer came; the outcome is recorded apart."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        shop.disputes.record_answered(dispute, at=_when(at), reference=reference, note=note)
    session.say("Recorded.", "已记录。")


@disputes.command("outcome")
def disputes_outcome(
    context: typer.Context,
    dispute: _Id,
    outcome: Annotated[str, typer.Argument(help="shop_won, buyer_won, settled or withdrawn.")],
    at: _At = "",
    reference: _Reference = "",
    note: _Note = "",
    reopen: Annotated[
        bool, typer.Option("--reopen", help="After a settlement: open the refund again, as after buyer_won.")
    ] = False,
) -> None:
    """Record how a dispute ended; one that the buyer won opens the refund again and prints the new request."""
    session: Session = context.obj
    if outcome not in set(DisputeOutcome):
        raise typer.BadParameter(f"{outcome}: {', '.join(DisputeOutcome)}")
    with session.shop(unlocked=False) as shop:
        ended = shop.disputes.record_outcome(
            dispute,
            DisputeOutcome(outcome),
            at=_when(at),
            reference=reference,
            note=note,
            reopen=True if reopen else None,
        )
    if ended.reopened_no:
        session.say(f"Opened again as {ended.reopened_no}", f"已重新受理为 {ended.reopened_no}")
    else:
        session.say("Recorded.", "已记录。")


def _target(value: str) -> EscalationTarget:
    if value not in set(EscalationTarget):
        raise typer.BadParameter(f"{value}: {', '.join(EscalationTarget)}")
    return EscalationTarget(value)


def _when(text: str) -> datetime | None:
    return moment(text) if text else None
