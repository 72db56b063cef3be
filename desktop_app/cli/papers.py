"""Commands without a noun of their own: verdicts on case files, proofs, exports, the demo, the check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from desktop_app.cli.session import DONE, REFUSED, WRONG_USAGE, Session, print_json, read_bytes
from desktop_app.domain.errors import BadInputError

app = typer.Typer()


@app.command()
def decide(
    context: typer.Context,
    case: Annotated[Path | None, typer.Argument(help="A case file (JSON).")] = None,
    jsonl: Annotated[Path | None, typer.Option(help="One case a line; one verdict a line.")] = None,
) -> None:
    """Print the verdict on a decision case as JSON; needs no shop."""
    from desktop_app.domain import decision_cases

    session: Session = context.obj
    if (case is None) == (jsonl is None):
        raise typer.BadParameter("Give one case file, or --jsonl FILE.")
    if case is not None:
        try:
            verdict = decision_cases.decide_text(read_bytes(case))
        except BadInputError as error:
            typer.echo(error.text(session.language), err=True)
            raise typer.Exit(WRONG_USAGE) from None
        print_json(verdict)
        return
    assert jsonl is not None
    good = True
    for line in read_bytes(jsonl).splitlines():  # bytes: split at line ends only
        answer, fine = decision_cases.decide_line(line, session.language)
        good = good and fine
        print_json(answer, indent=None)
    raise typer.Exit(DONE if good else WRONG_USAGE)


@app.command()
def proof(
    context: typer.Context,
    order_no: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="PDF file; several units are numbered.")],
) -> None:
    """Issue the redemption proof (核销证明) of the redeemed units of an order."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        lines = shop.proofs.issue_for_order(order_no)
        for number, line in enumerate(lines):
            path = output if number == 0 else output.with_stem(f"{output.stem}-{line.unit_ref}")
            shop.proofs.save(line.id, path)
            session.say(f"{line.proof_no}: {path}", f"{line.proof_no}：{path}")
            if line.notice is not None:
                typer.echo(line.notice.text(session.language), err=True)


@app.command("open-commitment")
def open_commitment(context: typer.Context, proof_no: str) -> None:
    """Print, as JSON, what the commitment of a proof was made of: for an arbitrator only, it shows the key."""
    from dataclasses import asdict

    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        if "password" in shop.protections():
            shop.confirm_password(session.password())
        print_json(asdict(shop.vault.open_commitment(proof_no)))


@app.command()
def export(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(help="keys, orders, requests, refunds, unmatched, proofs, prints, events, stock or suppliers."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="File: .csv, .xlsx, or .txt for keys in clear.")],
    language: Annotated[str, typer.Option(help="Headings in zh or en.")] = "zh",
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Keys in clear; asks for the password and is logged.")
    ] = False,
    product: Annotated[str, typer.Option(help="Only keys of the product with this code.")] = "",
    batch: Annotated[str, typer.Option(help="Only keys of this batch.")] = "",
    state: Annotated[str, typer.Option(help="Only keys in this state, such as in_stock.")] = "",
) -> None:
    """Write a list of the shop as CSV (UTF-8 with BOM), a workbook, or the lines of keys."""
    from desktop_app.domain.states import KeyState
    from desktop_app.services.inventory import KeyFilter

    session: Session = context.obj
    if (product or batch or state) and what != "keys":
        raise typer.BadParameter("--product, --batch and --state choose keys")
    if state and state not in set(KeyState):
        raise typer.BadParameter(f"{state}: {', '.join(KeyState)}")
    with session.shop(unlocked=True) as shop:
        where = None
        if product or batch or state:
            where = KeyFilter(
                product_id=shop.products.by_code(product).id if product else None,
                batch_id=shop.inventory.batch_by_name(batch).id if batch else None,
                state=KeyState(state) if state else None,
            )
        if reveal and "password" in shop.protections():
            shop.confirm_password(session.password())
        count = shop.reports.export(what, output, where=where, language=language, reveal=reveal)
    session.say(f"{count} rows in {output}", f"{output}：{count} 行")


@app.command()
def stock(
    context: typer.Context,
    expiring: Annotated[int, typer.Option(min=0, max=3650, help="How many days ahead a key expires soon.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line; amounts in fen.")] = False,
) -> None:
    """What is in stock, what it is worth, how long it lasts and what runs low."""
    from dataclasses import asdict

    from desktop_app.domain.money import yuan_text

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        lines = shop.stock.report(expiring)
        for product in shop.stock.take_alerts():
            typer.echo(
                f"{product.name}：可售仅剩 {product.in_stock}"
                if session.language == "zh"
                else f"{product.name} runs low: {product.in_stock} left",
                err=True,
            )
    for line in lines:
        if as_json:
            print_json({"code": line.product.code, **asdict(line)}, indent=None)
            continue
        days = "-" if line.days_left is None else str(line.days_left)
        session.say(
            f"{line.product.code}: {line.product.in_stock} sellable, {yuan_text(line.cost_fen)} at cost, "
            f"{yuan_text(line.price_fen)} at price, {days} days, {line.expiring} expiring soon",
            f"{line.product.code}：可售 {line.product.in_stock}，成本 {yuan_text(line.cost_fen)}，"
            f"售价 {yuan_text(line.price_fen)}，可售 {days} 天，即将到期 {line.expiring}",
        )


@app.command()
def demo(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the demo shop and its papers.")],
    screenshot: Annotated[bool, typer.Option(help="Also take a picture of the window.")] = True,
) -> None:
    """Make the demo shop, decide a request, issue a proof, export CSV, and say where everything is."""
    from desktop_app.services.demo import run_demo

    session: Session = context.obj
    output = output.expanduser().absolute()
    outcome = run_demo(output)
    rows: list[tuple[str, str, Path]] = [
        ("Demo shop", "演示店铺", outcome.data_dir),
        ("Redemption proof", "核销证明", outcome.proof),
        ("CSV", "CSV 表格", outcome.csv),
    ]
    if screenshot:
        from desktop_app.ui.screenshots import take_screenshots

        rows += [
            ("Picture of the window", "窗口截图", picture)
            for picture in take_screenshots(outcome.data_dir, output, session.language)
        ]
    for en, zh, path in rows:
        session.say(f"{en}: {path}", f"{zh}：{path}")


@app.command()
def check(context: typer.Context) -> None:
    """Check the shop: file, event log, sums, and that the keys can be opened."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        findings = shop.reports.check()
    for finding in findings:
        session.say(finding.en, finding.zh)
    if not findings:
        session.say("The shop is sound.", "店铺数据完好。")
    raise typer.Exit(REFUSED if findings else DONE)
