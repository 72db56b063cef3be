"""``kamidesk redemptions``: lists of suppliers and operators, and single records with their evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import Session, moment, require_confirmed, unit_id
from desktop_app.domain.errors import BadInputError

app = typer.Typer(help="Redemption records (核销): lists and single records.", no_args_is_help=True)


@app.command("import")
def redemptions_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, TXT or XLSX with the columns of the README.")],
    column: Annotated[list[str] | None, typer.Option(help="ROLE=HEADER or ROLE=NUMBER, such as key=卡号.")] = None,
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding, when it must not be guessed (gb18030).")] = "",
    kind: Annotated[str, typer.Option(help="Who wrote the list: supplier, operator or shop.")] = "supplier",
    source: Annotated[str, typer.Option(help="Source as a proof names it; by the kind when empty.")] = "",
    stated_by: Annotated[str, typer.Option(help="Who says so; the operator of the shop when empty.")] = "",
    captured_at: Annotated[str, typer.Option(help="When the list was made; its file's time when empty.")] = "",
    correct: Annotated[bool, typer.Option("--correct", help="Correct records that say otherwise.")] = False,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Quarantine keys in stock that were used.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the lines that do not match to this CSV.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Record it; otherwise only say what would happen.")] = False,
) -> None:
    """Match a list of redemptions to the orders; with --apply record it in one transaction."""
    from desktop_app.exchange.redemption_lists import ListLayout, column_places, list_columns
    from desktop_app.services.redemption_import import ListKind, ListOptions
    from desktop_app.services.redemption_preview import VERDICT_WORDS

    session: Session = context.obj
    if kind not in list(ListKind):
        raise BadInputError("--kind is one of: {known}.", "--kind 只能是：{known}。", known=", ".join(ListKind))
    layout = ListLayout(encoding=encoding or None, sheet=sheet or None)
    options = ListOptions(
        kind=ListKind(kind),
        source=source,
        stated_by=stated_by,
        captured_at=moment(captured_at) if captured_at else None,
        correct=correct,
        quarantine=quarantine,
    )
    is_chinese = session.language == "zh"
    with session.shop(unlocked=True) as shop:
        if column:
            named = dict(_role_and_column(one) for one in column)
            columns, has_header = list_columns(file, layout)
            layout = replace(layout, header=has_header, roles=column_places(columns, named))
        preview = shop.redemptions.preview_list(file, layout)
        require_confirmed(preview, file, encoding)
        for line in preview.open_lines():
            why = line.why_zh if is_chinese else line.why_en
            word = VERDICT_WORDS[line.verdict][is_chinese]
            typer.echo(f"{line.number}\t{line.named}\t{word}\t{why}", err=True)
        if report is not None:
            shop.redemptions.save_report(preview, report, session.language)
        counts = {verdict: preview.count(verdict) for verdict in VERDICT_WORDS}
        for verdict, count in counts.items():
            if count:
                session.say(f"{count}\t{VERDICT_WORDS[verdict].en}", f"{count}\t{VERDICT_WORDS[verdict].zh}")
        if apply:
            result = shop.redemptions.import_list(preview, options)
            session.say(
                f"{result.recorded_count} redemptions recorded ({result.corrected_count} corrections), "
                f"{result.quarantined_count} keys quarantined.",
                f"已登记核销 {result.recorded_count} 条（其中更正 {result.corrected_count} 条），"
                f"隔离卡密 {result.quarantined_count} 张。",
            )
        else:
            count = preview.record_count(correct=correct)
            session.say(
                f"{count} redemptions would be recorded; add --apply to record them.",
                f"将登记核销 {count} 条；加上 --apply 才会登记。",
            )


def _role_and_column(text: str) -> tuple[str, str]:
    role, sign, name = text.partition("=")
    if not sign or not name.strip():
        raise BadInputError(
            "--column is ROLE=HEADER or ROLE=NUMBER, such as key=卡号, not “{text}”.",
            "--column 的写法是 列含义=表头 或 列含义=序号，如 key=卡号，不能写成“{text}”。",
            text=text,
        )
    return role.strip(), name.strip()


@app.command("add")
def redemptions_add(
    context: typer.Context,
    order_no: str,
    unit: str,
    code: Annotated[str, typer.Option(help="Redemption code (核销码).")] = "",
    target: Annotated[str, typer.Option(help="Account, number or role the key went to.")] = "",
    source: Annotated[str, typer.Option(help="Where this is known from.")] = "",
    stated_by: Annotated[str, typer.Option(help="Who says so.")] = "",
    at: Annotated[str, typer.Option(help="When, as 2026-11-22T10:30:00+08:00; unknown when empty.")] = "",
    note: Annotated[str, typer.Option(help="A note.")] = "",
    evidence: Annotated[list[Path] | None, typer.Option(help="A screenshot or document that shows it.")] = None,
) -> None:
    """Record or correct the redemption of one unit, with its evidence."""
    from desktop_app.services.redemptions import RecordEvidence

    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        chosen = unit_id(shop, order_no, unit)
        shop.orders.redeem(
            chosen,
            redeemed_at=moment(at) if at else None,
            code=code,
            target=target,
            source=source,
            stated_by=stated_by,
            note=note,
            evidence=[RecordEvidence(path=path) for path in evidence or ()],
        )
        record = shop.redemptions.history(chosen)[-1]
    if record.replaces_id is not None:
        session.say(
            f"The record of unit {unit} of {order_no} is corrected; the earlier one stays.",
            f"订单 {order_no} 单件 {unit} 的核销记录已更正，原记录保留。",
        )
    else:
        session.say(f"Unit {unit} of {order_no} is recorded as redeemed.", f"订单 {order_no} 单件 {unit} 已登记核销。")
