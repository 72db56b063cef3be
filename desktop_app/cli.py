"""The command line: the same services as the window.

Exit status 0: done; 1: refused, with one sentence on standard error; 2: wrong usage. A password comes from a prompt,
``--password-file`` or ``KAMIDESK_PASSWORD``, never from an argument, because arguments can be seen by other programs.
Services are imported inside the commands: ``kamidesk --help`` and ``kamidesk decide`` need none of them.
"""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from desktop_app import __version__
from desktop_app.domain.errors import BadInputError, LockedError, ShopError
from desktop_app.paths import default_data_dir

if TYPE_CHECKING:  # annotations only; at run time the commands import what they need
    from desktop_app.services import Shop

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}

_Content = TypeVar("_Content", bytes, str)

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None)
keys_app = typer.Typer(help="Card keys: import and find.", no_args_is_help=True)
orders_app = typer.Typer(help="Orders: import, deliver, record a redemption.", no_args_is_help=True)
requests_app = typer.Typer(help="Requests of buyers: receive, look at, decide.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(orders_app, name="orders")
app.add_typer(requests_app, name="requests")


@dataclass(slots=True)
class Session:
    """The options in front of the sub-command."""

    data_dir: Path
    password_file: Path | None
    language: str

    def say(self, en: str, zh: str) -> None:
        typer.echo(zh if self.language == "zh" else en)

    @contextmanager
    def shop(self, *, unlocked: bool) -> Iterator[Shop]:
        """The shop, open for one command."""
        from desktop_app.services import Shop

        shop = Shop.open(self.data_dir)
        try:
            if unlocked:
                self._unlock(shop)
            yield shop
        finally:
            shop.close()

    def _unlock(self, shop: Shop) -> None:
        if not shop.unlock_automatically():
            shop.unlock(self.password())

    def password(self) -> str:
        """The password, from wherever the merchant chose to give it."""
        if self.password_file is not None:
            return _read_text(self.password_file).rstrip("\r\n")
        given = os.environ.get("KAMIDESK_PASSWORD")
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise LockedError(
                "The shop is locked: give the password with --password-file FILE or in KAMIDESK_PASSWORD.",
                "店铺已锁定：请用 --password-file 文件 或环境变量 KAMIDESK_PASSWORD 提供密码。",
            )
        prompt = "密码" if self.language == "zh" else "Password"
        return str(typer.prompt(prompt, hide_input=True))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; never raises for a refusal."""
    language = _language()
    try:
        app(args=list(arguments), prog_name="kamidesk")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except ShopError as error:
        typer.echo(error.text(language), err=True)
        return REFUSED
    return DONE


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Data folder of the shop (or KAMIDESK_DATA).")] = None,
    password_file: Annotated[Path | None, typer.Option(help="File whose first line is the password.")] = None,
    selftest: Annotated[bool, typer.Option("--selftest", help="Check this installation and exit.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Kamidesk: the desk of a card-key shop. Without a command, the window."""
    session = Session((data or default_data_dir()).expanduser().absolute(), password_file, _language())
    context.obj = session
    if version:
        typer.echo(f"kamidesk {__version__}")
        raise typer.Exit(DONE)
    if selftest:
        from desktop_app.ui.selftest import run_selftest

        raise typer.Exit(DONE if run_selftest(typer.echo) else REFUSED)
    if context.invoked_subcommand is None:
        from desktop_app.ui import app as window

        raise typer.Exit(window.run(session.data_dir))


# ---- keys


@keys_app.command("import")
def keys_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TXT (one key per line), CSV, XLSX, or the export of another shop.")],
    product: Annotated[str, typer.Option(help="Code of the product.")],
    batch: Annotated[str, typer.Option(help="Name of the batch; made from the time when empty.")] = "",
    supplier: Annotated[str, typer.Option(help="Who supplied the keys.")] = "",
    cost: Annotated[str, typer.Option(help="Cost of one key in yuan, such as 18.50.")] = "",
    expires: Annotated[str, typer.Option(help="Last usable day, such as 2027-06-30.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding, when it must not be guessed (gb18030).")] = "",
    column: Annotated[str, typer.Option(help="Header of the key column, or its number from 1.")] = "",
    delimiter: Annotated[str, typer.Option(help="comma, tab or semicolon.")] = "",
    layout: Annotated[str, typer.Option(help="lines or table.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook.")] = "",
    goods: Annotated[str, typer.Option(help="Take only the cards of this product of the file.")] = "",
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Import although the file does not say all that it should.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Import card keys from a file into one batch."""
    from desktop_app.domain.money import parse_yuan
    from desktop_app.services.inventory import ImportOptions

    session: Session = context.obj
    cost_fen = parse_yuan(cost) if cost else None
    with session.shop(unlocked=True) as shop:
        line = shop.products.by_code(product)
        preview = shop.inventory.preview_file(
            file,
            line.id,
            encoding=encoding or None,
            column=column or None,
            delimiter=_DELIMITERS.get(delimiter, delimiter) or None,
            layout=layout or None,
            sheet=sheet or None,
            goods=goods or None,
        )
        for caution in preview.cautions:
            typer.echo(caution.zh if session.language == "zh" else caution.en, err=True)
        if preview.needs_confirmation and not (confirmed or dry_run):
            raise _unconfirmed(file, has_cautions=bool(preview.cautions))
        counts = {
            "lines": preview.line_count,
            "new": preview.new_count,
            "blank": preview.blank_count,
            "duplicate_in_file": preview.file_duplicates,
            "duplicate_in_shop": preview.shop_duplicates,
            "malformed": preview.malformed_count,
        }
        result: dict[str, Any] = {
            "product": product,
            "dry_run": dry_run,
            **counts,
            "warnings": preview.warning_count,
            "format": preview.format_code or None,
            "encoding": preview.encoding or None,
            "columns": list(preview.columns),
            "goods": dict(preview.goods),
        }
        if not dry_run:
            options = ImportOptions(batch=batch, supplier=supplier, cost_fen=cost_fen, expires_on=expires or None)
            result["batch"] = shop.inventory.import_keys(preview, options).batch_name
    if as_json:
        _print_json(result)
        return
    verb_en, verb_zh = ("would be imported", "将导入") if dry_run else ("imported", "已导入")
    session.say(
        f"{counts['new']} of {counts['lines']} lines {verb_en}; {counts['duplicate_in_file']} repeated in the file, "
        f"{counts['duplicate_in_shop']} already in the shop, {counts['malformed']} malformed, {counts['blank']} blank.",
        f"共 {counts['lines']} 行，{verb_zh} {counts['new']} 条；文件内重复 {counts['duplicate_in_file']}，"
        f"店内已有 {counts['duplicate_in_shop']}，格式错误 {counts['malformed']}，空行 {counts['blank']}。",
    )


def _unconfirmed(file: Path, *, has_cautions: bool) -> BadInputError:
    if has_cautions:
        return BadInputError(
            "{file} was not imported: look at it with --dry-run, then say --confirmed.",
            "{file} 未导入：请先用 --dry-run 查看，确认后加上 --confirmed。",
            file=file,
        )
    return BadInputError(
        "{file} seems to be GB18030; look at it in the window, or say --encoding gb18030.",
        "{file} 似乎是 GB18030 编码；请在窗口中预览确认，或加上 --encoding gb18030。",
        file=file,
    )


@keys_app.command("find")
def keys_find(
    context: typer.Context, key: Annotated[str, typer.Argument(help="The key; - reads standard input.")]
) -> None:
    """Where a key is: product, batch, state, order. Exact match only; keys are stored encrypted."""
    session: Session = context.obj
    text = sys.stdin.readline().rstrip("\r\n") if key == "-" else key
    with session.shop(unlocked=True) as shop:
        line = shop.inventory.find(text)
        if line is None:
            session.say("This key is not in the shop.", "店内没有这个卡密。")
            raise typer.Exit(REFUSED)
        _print_json(
            {
                "id": line.id,
                "masked": line.masked,
                "product": line.product_code,
                "batch": line.batch_name,
                "line": line.line,
                "state": line.state.value,
                "order_no": line.order_no,
                "expires_on": line.expires_on,
            }
        )


@keys_app.command("batches")
def keys_batches(
    context: typer.Context,
    product: Annotated[str, typer.Option(help="Code of one product; all when empty.")] = "",
) -> None:
    """The imports, newest first, one JSON object a line; costs are in fen."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        product_id = shop.products.by_code(product).id if product else None
        for line in shop.inventory.batches(product_id):
            _print_json(
                {
                    "batch": line.name,
                    "product": line.product_name,
                    "supplier": line.supplier,
                    "invoice_no": line.invoice_no,
                    "cost_fen": line.cost_fen,
                    "expires_on": line.expires_on,
                    "note": line.note,
                    "imported": line.new_count,
                    "in_stock": line.in_stock,
                    "undone": line.undone_at is not None,
                },
                indent=None,
            )


@keys_app.command("batch")
def keys_batch(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="Name of the batch.")],
    supplier: Annotated[str | None, typer.Option(help="Who supplied the keys.")] = None,
    invoice: Annotated[str | None, typer.Option(help="Number of the invoice.")] = None,
    cost: Annotated[str | None, typer.Option(help="Cost of one key in yuan; empty: not known.")] = None,
    expires: Annotated[str | None, typer.Option(help="Last usable day; empty: none.")] = None,
    note: Annotated[str | None, typer.Option(help="Note.")] = None,
) -> None:
    """Correct what is known of a batch; what is not given stays."""
    from desktop_app.domain.money import parse_yuan
    from desktop_app.services.inventory import BatchDraft

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        old = shop.inventory.batch_by_name(batch)
        draft = BatchDraft(
            supplier=old.supplier if supplier is None else supplier,
            invoice_no=old.invoice_no if invoice is None else invoice,
            cost_fen=old.cost_fen if cost is None else parse_yuan(cost) if cost else None,
            expires_on=old.expires_on if expires is None else expires,
            note=old.note if note is None else note,
        )
        shop.inventory.change_batch(old.id, draft)
    session.say(f"Batch {old.name} is as you say.", f"批次 {old.name} 已按所填内容保存。")


@keys_app.command("undo")
def keys_undo(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="Name of the batch.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Take an import back: all its keys or, when one of them left the stock, none."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        line = shop.inventory.batch_by_name(batch)
        count = shop.inventory.undo_import(line.id, reason)
    session.say(
        f"The import of {line.name} is undone: {count} keys.", f"批次 {line.name} 的导入已撤销：{count} 张卡密。"
    )


# ---- orders


@orders_app.command("import")
def orders_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with the columns of the README.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Import orders from CSV: all good lines in one transaction, the others are listed."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        preview = shop.orders.preview_import(file)
        count = preview.new_count if dry_run else shop.orders.import_orders(preview)
    _tell_of_import(session, preview, count, dry_run, ("orders", "订单"))


@orders_app.command("deliver")
def orders_deliver(context: typer.Context, order_no: str) -> None:
    """Deliver an order: takes the oldest keys and prints the text for the buyer."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        delivery = shop.orders.deliver(shop.orders.by_number(order_no).line.id)
    session.say(delivery.text_en, delivery.text_zh)


@orders_app.command("redeem")
def orders_redeem(
    context: typer.Context,
    order_no: str,
    code: Annotated[str, typer.Option(help="Redemption code (核销码).")],
    target: Annotated[str, typer.Option(help="Account, number or role the key went to.")],
    source: Annotated[str, typer.Option(help="Where this is known from, such as the supplier's record.")],
    unit: Annotated[str, typer.Option(help="Which unit of the order.")] = "1",
    at: Annotated[str, typer.Option(help="When, as 2026-11-22T10:30:00+08:00; now when empty.")] = "",
    stated_by: Annotated[str, typer.Option(help="Who says so.")] = "",
) -> None:
    """Record that a unit of an order was redeemed (核销)."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        detail = shop.orders.by_number(order_no)
        found = [line for line in detail.units if line.ref == unit]
        if not found:
            raise BadInputError(
                "Order {order_no} has no unit {unit}.",
                "订单 {order_no} 没有单件 {unit}。",
                order_no=order_no,
                unit=unit,
            )
        shop.orders.redeem(
            found[0].id,
            redeemed_at=_moment(at) if at else shop.context.clock(),
            code=code,
            target=target,
            source=source,
            stated_by=stated_by or shop.context.actor,
        )
    session.say(f"Unit {unit} of {order_no} is recorded as redeemed.", f"订单 {order_no} 单件 {unit} 已登记核销。")


# ---- requests


@requests_app.command("import")
def requests_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV or JSON with the fields of the README.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Import requests from CSV or JSON."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        preview = shop.requests.preview_import(file)
        count = preview.new_count if dry_run else shop.requests.import_requests(preview)
    _tell_of_import(session, preview, count, dry_run, ("requests", "申请"))


@requests_app.command("list")
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
                _print_json(
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


@requests_app.command("preview")
def requests_preview(context: typer.Context, request_no: str) -> None:
    """The verdict on a request as JSON, with the rule in words and the reply."""
    from desktop_app.services.verdicts import verdict_json

    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        detail = shop.requests.by_number(request_no)
        preview = shop.requests.preview(detail.line.id)
    zh = session.language == "zh"
    _print_json(
        {
            "request_no": request_no,
            "token": preview.token,
            **verdict_json(preview.verdict),
            "explanation": preview.explanation_zh if zh else preview.explanation_en,
            "reply": preview.reply_zh if zh else preview.reply_en,
        }
    )


@requests_app.command("approve")
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


@requests_app.command("refuse")
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


@requests_app.command("ask")
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


# ---- the rest


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
            verdict = decision_cases.decide_text(_read_bytes(case))
        except BadInputError as error:
            typer.echo(error.text(session.language), err=True)
            raise typer.Exit(WRONG_USAGE) from None
        _print_json(verdict)
        return
    assert jsonl is not None
    good = True
    for line in _read_bytes(jsonl).splitlines():  # bytes: split at line ends only
        answer, fine = decision_cases.decide_line(line, session.language)
        good = good and fine
        _print_json(answer, indent=None)
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
            session.say(f"{line.proof_no}: {path}", f"{line.proof_no}:{path}")


@app.command()
def export(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="keys, orders, requests, refunds, proofs, events, stock or suppliers.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="CSV file.")],
    language: Annotated[str, typer.Option(help="Headings in zh or en.")] = "zh",
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Keys in clear; asks for the password and is logged.")
    ] = False,
) -> None:
    """Write a list of the shop as CSV (UTF-8 with BOM) for Excel."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop:
        if reveal and "password" in shop.protections():
            shop.confirm_password(session.password())
        count = shop.reports.export(what, output, language=language, reveal=reveal)
    session.say(f"{count} rows in {output}", f"{output}：{count} 行")


@app.command()
def stock(
    context: typer.Context,
    expiring: Annotated[int, typer.Option(help="How many days ahead a key expires soon.")] = 30,
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
            _print_json({"code": line.product.code, **asdict(line)}, indent=None)
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
        session.say(f"{en}: {path}", f"{zh}:{path}")


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


# ---- helpers


def _tell_of_import(session: Session, preview: Any, count: int, dry_run: bool, noun: tuple[str, str]) -> None:
    for line in preview.lines:
        if not line.ok:
            typer.echo(line.zh if session.language == "zh" else line.en, err=True)
    would_en, would_zh = ("would be ", "将") if dry_run else ("", "已")
    session.say(
        f"{count} {noun[0]} {would_en}imported, {preview.duplicate_count} already there, "
        f"{preview.problem_count} lines with problems.",
        f"{would_zh}导入{noun[1]} {count} 条，已存在 {preview.duplicate_count} 条，有问题 {preview.problem_count} 行。",
    )
    raise typer.Exit(REFUSED if preview.problem_count else DONE)


def _print_json(value: object, indent: int | None = 2) -> None:
    # standard output may be a pipe of any encoding; JSON stays exact when it is UTF-8
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


def _read_bytes(path: Path) -> bytes:
    return _readable(path, Path.read_bytes)


def _read_text(path: Path) -> str:
    return _readable(path, lambda file: file.read_text("utf-8-sig"))


def _readable(path: Path, read: Callable[[Path], _Content]) -> _Content:
    try:
        return read(path)
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{path}: not UTF-8 text") from None
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror or 'cannot be read'}") from None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise typer.BadParameter(f"{text}: write it like 2026-11-22T10:30:00+08:00")
    return at


def _language() -> str:
    chosen = os.environ.get("KAMIDESK_LANGUAGE") or locale.getlocale()[0] or os.environ.get("LANG", "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"
