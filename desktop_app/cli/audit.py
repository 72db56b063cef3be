"""The event log: verify it, and hand it to somebody who checks it without the shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import DONE, REFUSED, Session, progress_told

if TYPE_CHECKING:  # annotations only
    from desktop_app.services.audit_findings import AuditReport

app = typer.Typer(help="The event log: verify it, export it.", no_args_is_help=True)


@app.command()
def verify(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="An exported log; without it the log of the shop.")] = None,
    fingerprint: Annotated[str, typer.Option(help="Fingerprint that the shop published: trust no other.")] = "",
) -> None:
    """Verify the event log; needs no password, and for a file no shop. Exit status 0: intact, 1: broken."""
    from desktop_app.services.audit_check import check_log
    from desktop_app.services.audit_export import check_export
    from desktop_app.services.audit_findings import plain_fingerprint

    session: Session = context.obj
    printed = plain_fingerprint(fingerprint) if fingerprint else None
    progress = progress_told()
    if file is not None:
        report = check_export(file, fingerprint=printed, progress=progress)
    else:
        report = check_log(session.data_dir, fingerprint=printed, progress=progress)
    _tell(session, report)
    if file is None and printed is None and report.fingerprints:
        session.say(
            "Note: compare the fingerprint with the one that you published; --fingerprint does it for you.",
            "注意：请将指纹与您公布的指纹核对；也可用 --fingerprint 自动核对。",
        )
    raise typer.Exit(DONE if report.is_intact else REFUSED)


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write, such as audit.jsonl.")],
    order: Annotated[str, typer.Option(help="Show the events of this order only; of all others the hashes.")] = "",
    redact: Annotated[
        bool, typer.Option("--redact", help="Withhold the text of every event that --order does not ask for.")
    ] = False,
) -> None:
    """Write the whole log, its signatures and certificates into one file that anybody can verify."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        count = shop.audit.export(file, order_no=order, redact=redact, progress=progress_told())
    session.say(f"{file}: {count} events in clear.", f"{file}：公开内容的记录 {count} 条。")


def _tell(session: Session, report: AuditReport) -> None:
    chinese = session.language == "zh"
    first = report.first
    if first is None:
        session.say("The event log is intact.", "操作日志完好。")
    else:
        session.say("The event log is BROKEN.", "操作日志已被破坏。")
        for finding in report.findings:
            typer.echo(finding.zh if chinese else finding.en)
    if report.shop_name or report.order_no:
        session.say(
            f"Shop: {report.shop_name}; order: {report.order_no or 'all'}",
            f"店铺：{report.shop_name}；订单：{report.order_no or '全部'}",
        )
    session.say(
        f"Events: {report.events}; signed up to: {report.signed_seq} ({report.checkpoints} checkpoints)",
        f"记录：{report.events} 条；已签名至第 {report.signed_seq} 条（检查点 {report.checkpoints} 个）",
    )
    session.say(f"Head: {report.head}", f"末尾哈希：{report.head}")
    for printed in report.fingerprints:
        session.say(f"Certificate fingerprint: {printed}", f"证书指纹：{printed}")
    for note in report.notes:
        session.say(f"Note: {note.en}", f"注意：{note.zh}")
