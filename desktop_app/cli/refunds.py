"""``kamidesk refunds``: what is owed to buyers, and the statements of the payment channels against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli.session import DONE, LARGEST_ID, REFUSED, Session, print_json

if TYPE_CHECKING:
    from desktop_app.services.refunds import RefundFilter
    from desktop_app.services.statement_import import StatementPreview

app = typer.Typer(help="Refunds, and the statements that they are reconciled with.", no_args_is_help=True)

_SCOPES = ("all", "outstanding", "overdue", "unreconciled", "missing")


@app.command("list")
def refunds_list(
    context: typer.Context,
    scope: Annotated[str, typer.Option(help=f"{', '.join(_SCOPES)}.")] = "outstanding",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The refunds, those expected first on top, and what they come to."""
    from desktop_app.documents.code_words import word
    from desktop_app.domain.money import yuan_text
    from desktop_app.services.listing import Sort

    session: Session = context.obj
    where = _filter(scope)
    with session.shop(unlocked=False) as shop:
        zone = shop.context.zone
        for line in shop.refunds.listing(where, Sort("expected_at")).rows():
            expected = line.expected_at.astimezone(zone)
            if as_json:
                print_json(
                    {
                        "request_no": line.request_no,
                        "order_no": line.order_no,
                        "amount_fen": line.amount_fen,
                        "route": line.route.value,
                        "state": line.state.value,
                        "reference": line.reference,
                        "expected_at": expected.isoformat(timespec="seconds"),
                        "estimated": line.estimated,
                        "overdue": line.is_overdue,
                        "reconciled": line.reconciled,
                    },
                    indent=None,
                )
                continue
            late = (" (overdue)", "（超期）")[session.language == "zh"] if line.is_overdue else ""
            typer.echo(
                f"{line.request_no}  {line.order_no}  {yuan_text(line.amount_fen)}  "
                f"{word(line.route, session.language)}  {word(line.state, session.language)}  "
                f"{expected:%Y-%m-%d}{late}  {line.reference or '-'}"
            )
        totals = shop.refunds.totals(where)
    if not as_json:
        session.say(
            f"{totals.count} refunds, {yuan_text(totals.amount_fen)}; not with the buyer {totals.outstanding}, "
            f"{yuan_text(totals.outstanding_fen)}; overdue {totals.overdue}; in no statement {totals.unreconciled}.",
            f"共 {totals.count} 笔 {yuan_text(totals.amount_fen)}；未到账 {totals.outstanding} 笔 "
            f"{yuan_text(totals.outstanding_fen)}；超期 {totals.overdue} 笔；未对账 {totals.unreconciled} 笔。",
        )


@app.command("import")
def refunds_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Statement of Alipay or WeChat Pay, as it was downloaded.")],
    apply: Annotated[bool, typer.Option("--apply", help="Store it; without this only say what would happen.")] = False,
    encoding: Annotated[str, typer.Option(help="Encoding, when it must not be guessed (gb18030).")] = "",
) -> None:
    """Reconcile the refunds with a statement: says of each refund line what it is."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        preview = shop.reconciliation.preview(file, encoding=encoding or None)
        _tell(session, preview)
        malformed = len(preview.file.problems)
        if apply:
            done = shop.reconciliation.import_statement(preview)
            session.say(
                f"{done.line_count} lines: {done.new_count} new, {done.known_count} known, "
                f"{done.malformed_count} malformed; {done.matched_count} refunds matched.",
                f"共 {done.line_count} 行：新增 {done.new_count}，已有 {done.known_count}，"
                f"格式错误 {done.malformed_count}；核对退款 {done.matched_count} 笔。",
            )
        elif preview.is_imported:
            session.say(f"{file.name} was imported before.", f"{file.name} 已经导入过。")
        else:
            session.say(
                f"{len(preview.lines)} lines, {preview.new_count} of them new; {preview.matched_count} refunds would "
                "be matched. Nothing was stored: add --apply.",
                f"共 {len(preview.lines)} 行，新增 {preview.new_count}；将核对退款 {preview.matched_count} 笔。"
                "尚未保存：请加 --apply。",
            )
    raise typer.Exit(REFUSED if malformed else DONE)


@app.command("unmatched")
def refunds_unmatched(
    context: typer.Context,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write it as CSV or XLSX.")] = None,
) -> None:
    """What did not match, both ways; statement lines with the number that “match” takes."""
    from desktop_app.domain.money import yuan_text
    from desktop_app.services.reconciliation import LineFilter
    from desktop_app.services.refunds import RefundFilter

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        if output is not None:
            count = shop.reports.export("unmatched", output, language=session.language)
            session.say(f"{count} rows in {output}", f"{output}：{count} 行")
            return
        zone = shop.context.zone
        for line in shop.reconciliation.listing(LineFilter("unmatched")).rows():
            at = line.at.astimezone(zone)
            typer.echo(f"{line.id}  {at:%Y-%m-%d %H:%M}  {yuan_text(line.amount_fen)}  {line.number or '-'}")
        for refund in shop.refunds.listing(RefundFilter(missing=True)).rows():
            typer.echo(f"{refund.request_no}  {refund.order_no}  {yuan_text(refund.amount_fen)}")


@app.command("match")
def refunds_match(
    context: typer.Context,
    line: Annotated[
        int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the statement line, as “unmatched” prints it.")
    ],
    request_no: Annotated[
        list[str], typer.Argument(help="Request of the refund; several when the line says what they are together.")
    ],
    reason: Annotated[str, typer.Option(help="Needed when the amounts differ.")] = "",
) -> None:
    """Join a statement line to a refund by hand, or to several that it tells together; they have arrived."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        found = [shop.refunds.by_request(number) for number in request_no]
        if len(found) == 1:
            shop.reconciliation.match(line, found[0].id, reason)
        else:
            shop.reconciliation.match_together(line, [refund.id for refund in found])
    orders = ", ".join(dict.fromkeys(refund.order_no for refund in found))
    session.say(f"Line {line} is the refund of order {orders}.", f"第 {line} 条记录就是订单 {orders} 的退款。")


@app.command("unmatch")
def refunds_unmatch(
    context: typer.Context,
    line: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="Number of the statement line.")],
) -> None:
    """Take a statement line off its refund; the refund keeps its state."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        shop.reconciliation.unmatch(line)
    session.say(f"Line {line} is unmatched.", f"第 {line} 条记录已取消匹配。")


def _filter(scope: str) -> RefundFilter:
    from desktop_app.services.refunds import RefundFilter

    if scope not in _SCOPES:
        raise typer.BadParameter(f"{scope}: {', '.join(_SCOPES)}")
    return RefundFilter(
        outstanding=scope == "outstanding",
        overdue=scope == "overdue",
        unreconciled=scope == "unreconciled",
        missing=scope == "missing",
    )


def _tell(session: Session, preview: StatementPreview) -> None:
    """The lines that concern refunds, one a line; problems on standard error."""
    from desktop_app.documents.code_words import word
    from desktop_app.domain.money import yuan_text
    from desktop_app.domain.reconciliation import LineVerdict

    zh = session.language == "zh"
    session.say(
        f"{preview.format_en}, {preview.account or '-'}, {preview.encoding}",
        f"{preview.format_zh}，{preview.account or '-'}，{preview.encoding}",
    )
    if preview.is_cut:
        session.say(
            f"The file says {preview.stated_count} lines and has {len(preview.lines)}: it may be cut.",
            f"文件写明共 {preview.stated_count} 笔，实际只有 {len(preview.lines)} 行，可能不完整。",
        )
    for line in preview.lines:
        if line.verdict is LineVerdict.MALFORMED:
            typer.echo(line.zh if zh else line.en, err=True)
        elif line.verdict not in (LineVerdict.NOT_OURS, LineVerdict.KNOWN):
            text = line.zh if zh else line.en
            typer.echo(f"{line.row}  {yuan_text(line.amount_fen)}  {word(line.verdict, session.language)}  {text}")
