"""``kamidesk keys``: import, find, the batches, and steps on many keys."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli.session import REFUSED, Session, interrupted, print_json
from desktop_app.domain.errors import BadInputError

if TYPE_CHECKING:  # annotations only; at run time the commands import what they need
    from desktop_app.services.inventory import ImportPreview

_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}
_LISTED = 10
"""So many lines with a problem are told; the report has them all."""

app = typer.Typer(help="Card keys: import, find, correct and undo batches, steps on many.", no_args_is_help=True)


@app.command("import")
def keys_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="TXT (one key per line), CSV, XLSX, or the export of another shop.")],
    product: Annotated[str, typer.Option(help="Code of the product.")],
    batch: Annotated[str, typer.Option(help="Name of the batch; made from the time when empty.")] = "",
    supplier: Annotated[str, typer.Option(help="Who supplied the keys.")] = "",
    invoice: Annotated[str, typer.Option(help="Number of the invoice.")] = "",
    cost: Annotated[str, typer.Option(help="Cost of one key in yuan, such as 18.50.")] = "",
    expires: Annotated[str, typer.Option(help="Last usable day, such as 2027-06-30.")] = "",
    note: Annotated[str, typer.Option(help="Note on the batch.")] = "",
    encoding: Annotated[
        str, typer.Option(help="Encoding, when it must not be guessed: utf-8, utf-16-le, utf-16-be or gb18030.")
    ] = "",
    delimiter: Annotated[str, typer.Option(help="comma, tab or semicolon.")] = "",
    layout: Annotated[str, typer.Option(help="lines or table.")] = "",
    header: Annotated[
        bool | None, typer.Option("--header/--no-header", help="Whether the first row names the columns.")
    ] = None,
    column: Annotated[str, typer.Option(help="Header of the key column, or its number from 1.")] = "",
    columns: Annotated[
        str,
        typer.Option(
            help="What the columns are, from the first on: key, number, password, face, cost, expiry, note, status; "
            "- for one that is left out. Such as number,password,-,note."
        ),
    ] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook.")] = "",
    goods: Annotated[str, typer.Option(help="Take only the cards of this product of the file.")] = "",
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Import although the file does not say all that it should.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write what becomes of every line to this CSV; keys are masked.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Import card keys from a file into one batch."""
    from desktop_app.domain.money import parse_yuan
    from desktop_app.services.inventory import ImportOptions

    session: Session = context.obj
    cost_fen = parse_yuan(cost) if cost else None
    if column and columns:
        raise typer.BadParameter("say either --column or --columns")
    with session.shop(unlocked=True) as shop, interrupted() as stop:
        line = shop.products.by_code(product)
        preview = shop.inventory.preview_file(
            file,
            line.id,
            encoding=encoding or None,
            column=column or None,
            delimiter=_DELIMITERS.get(delimiter, delimiter) or None,
            layout=layout or None,
            header=header,
            roles=_roles(columns) if columns else None,
            sheet=sheet or None,
            goods=goods or None,
            cancelled=stop.is_set,
        )
        for caution in preview.cautions:
            typer.echo(caution.zh if session.language == "zh" else caution.en, err=True)
        if report is not None:
            shop.inventory.save_report(preview, report, session.language, cancelled=stop.is_set)
        if preview.needs_confirmation and not (confirmed or dry_run):
            raise _unconfirmed(file, preview)
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
            "newline": preview.newline,
            "layout": preview.layout,
            "delimiter": preview.delimiter,
            "header": preview.has_header,
            "columns": list(preview.columns),
            "roles": dict(preview.roles),
            "goods": dict(preview.goods),
        }
        if not as_json:
            _tell_problems(session, preview)
        if not dry_run:
            options = ImportOptions(
                batch=batch,
                supplier=supplier,
                invoice_no=invoice,
                cost_fen=cost_fen,
                expires_on=expires or None,
                note=note,
            )
            result["batch"] = shop.inventory.import_keys(preview, options, cancelled=stop.is_set).batch_name
    if as_json:
        print_json(result)
        return
    read_as = ", ".join(f"{preview.columns[at]} = {role}" for role, at in preview.roles.items())
    if read_as:
        session.say(f"Columns: {read_as}.", f"列：{read_as}。")
    if preview.warning_count:
        session.say(
            f"{preview.warning_count} of the new keys carry a warning: --report FILE lists them.",
            f"{preview.warning_count} 张新卡密有提醒，用 --report 文件 查看。",
        )
    verb_en, verb_zh = ("would be imported", "将导入") if dry_run else ("imported", "已导入")
    session.say(
        f"{counts['new']} of {counts['lines']} lines {verb_en}; {counts['duplicate_in_file']} repeated in the file, "
        f"{counts['duplicate_in_shop']} already in the shop, {counts['malformed']} malformed, {counts['blank']} blank.",
        f"共 {counts['lines']} 行，{verb_zh} {counts['new']} 条；文件内重复 {counts['duplicate_in_file']}，"
        f"店内已有 {counts['duplicate_in_shop']}，格式错误 {counts['malformed']}，空行 {counts['blank']}。",
    )


def _roles(columns: str) -> dict[str, int]:
    """What the merchant says that the columns are: role to index."""
    from desktop_app.exchange.key_files import KeyColumn

    roles: dict[str, int] = {}
    for place, name in enumerate(columns.split(",")):
        role = name.strip().lower()
        if role in ("", "-"):
            continue
        if role not in set(KeyColumn) or role in roles:
            raise typer.BadParameter(f"--columns {name.strip()}: once each of {', '.join(KeyColumn)}, or -")
        roles[role] = place
    return roles


def _tell_problems(session: Session, preview: ImportPreview) -> None:
    from desktop_app.services.inventory import KeyVerdict

    for line in preview.lines(KeyVerdict.MALFORMED, 0, _LISTED):
        zh, en = f"第 {line.number} 行：{line.detail_zh}", f"Line {line.number}: {line.detail_en}"
        typer.echo(zh if session.language == "zh" else en, err=True)
    if preview.malformed_count > _LISTED:
        more = preview.malformed_count - _LISTED
        zh, en = f"另有 {more} 行有问题，用 --report 文件 查看。", f"{more} more: --report FILE lists them."
        typer.echo(zh if session.language == "zh" else en, err=True)


def _unconfirmed(file: Path, preview: ImportPreview) -> BadInputError:
    if preview.cautions:
        return BadInputError(
            "{file} was not imported: look at it with --dry-run, then say --confirmed.",
            "{file} 未导入：请先用 --dry-run 查看，确认后加上 --confirmed。",
            file=file,
        )
    return BadInputError(
        "{file} seems to be GB18030 and then reads “{words}”; is that right, say --encoding gb18030.",
        "{file} 似乎是 GB18030 编码，文字为“{words}”；如无乱码，请加上 --encoding gb18030。",
        file=file,
        words=preview.words,
    )


@app.command("find")
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
        print_json(
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


@app.command("batches")
def keys_batches(
    context: typer.Context,
    product: Annotated[str, typer.Option(help="Code of one product; all when empty.")] = "",
) -> None:
    """The imports, newest first, one JSON object a line; costs are in fen."""
    session: Session = context.obj
    with session.shop(unlocked=False) as shop:
        product_id = shop.products.by_code(product).id if product else None
        for line in shop.inventory.batches(product_id):
            print_json(
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


@app.command("batch")
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


@app.command("undo")
def keys_undo(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="Name of the batch.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Take an import back: all its keys or, when one of them left the stock, none."""
    session: Session = context.obj
    with session.shop(unlocked=True) as shop, interrupted() as stop:
        line = shop.inventory.batch_by_name(batch)
        count = shop.inventory.undo_import(line.id, reason, cancelled=stop.is_set)
    session.say(
        f"The import of {line.name} is undone: {count} keys.", f"批次 {line.name} 的导入已撤销：{count} 张卡密。"
    )


@app.command("all")
def keys_all(
    context: typer.Context,
    step: Annotated[str, typer.Argument(help="void, quarantine, bin, restore, erase, note or move.")],
    product: Annotated[str, typer.Option(help="Only keys of the product with this code.")] = "",
    batch: Annotated[str, typer.Option(help="Only keys of this batch.")] = "",
    state: Annotated[str, typer.Option(help="Only keys in this state, such as in_stock.")] = "",
    text: Annotated[str, typer.Option(help="Only what a search for this finds.")] = "",
    reason: Annotated[str, typer.Option(help="Why; for void, quarantine and bin.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="They did not work; counts against the supplier.")] = False,
    note: Annotated[str, typer.Option(help="The note, for note.")] = "",
    to: Annotated[str, typer.Option(help="Code of the other product, for move.")] = "",
    count: Annotated[
        int | None, typer.Option(help="How many keys the filter has to show; with another number nothing is changed.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many keys the filter shows.")] = False,
) -> None:
    """One step on every key that the filter shows; keys it cannot be taken with stay as they are.

    bin deletes keys that were never sold, restore brings them back, erase empties the recycle bin for good.
    """
    from desktop_app.domain.states import KeyState
    from desktop_app.services.inventory import KeyFilter, ShownKeys

    session: Session = context.obj
    if state and state not in set(KeyState):
        raise typer.BadParameter(f"{state}: {', '.join(KeyState)}")
    if step == "move" and not to:
        raise typer.BadParameter("Give the product to move to with --to CODE.")
    with session.shop(unlocked=True) as shop, interrupted() as stop:
        keys = shop.inventory
        shown = KeyFilter(
            product_id=shop.products.by_code(product).id if product else None,
            state=KeyState(state) if state else None,
            batch_id=keys.batch_by_name(batch).id if batch else None,
            text=text,
        )
        where = shown if count is None else ShownKeys(shown, count)
        steps: dict[str, Callable[[], int]] = {
            "void": lambda: keys.void(where, reason, failed=failed, cancelled=stop.is_set),
            "quarantine": lambda: keys.quarantine(where, reason, failed=failed, cancelled=stop.is_set),
            "bin": lambda: keys.put_into_bin(where, reason, cancelled=stop.is_set),
            "restore": lambda: keys.take_out_of_bin(where, cancelled=stop.is_set),
            "erase": lambda: keys.empty_bin(where, cancelled=stop.is_set),
            "note": lambda: keys.set_note(where, note, cancelled=stop.is_set),
            "move": lambda: keys.move(where, shop.products.by_code(to).id, cancelled=stop.is_set),
        }
        if step not in steps:
            raise typer.BadParameter(f"{step}: {', '.join(steps)}")
        if dry_run:
            found = keys.listing(shown).count()
            session.say(f"The filter shows {found} keys.", f"筛选结果为 {found} 张卡密。")
            return
        done = steps[step]()
    session.say(f"{done} keys changed.", f"已处理 {done} 张卡密。")
