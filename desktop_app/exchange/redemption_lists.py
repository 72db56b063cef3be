"""Lists of redemptions from a supplier or an operator: which column says what, and what each line claims.

A line names its unit by card key, by order number or by the account that was topped up; all of it is compared as exact
text. What a spreadsheet has made of a number (``1.38E+10``, ``13800000000.0``) is refused, for its digits may be gone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final, TypeVar

from desktop_app.domain.card_keys import SENTENCES as KEY_SENTENCES
from desktop_app.domain.card_keys import KeyProblem, KeyWarning, Sentence, check_key
from desktop_app.domain.errors import BadInputError, ShopError
from desktop_app.exchange.cells import CellError, folded_label, read_order_no, read_text, read_time, unwrapped
from desktop_app.exchange.csv_tables import (
    DELIMITERS,
    Column,
    Record,
    folded_name,
    likely_delimiter,
    records_of,
    split_cells,
)
from desktop_app.exchange.key_tables import ColumnChoiceError
from desktop_app.exchange.spreadsheets import Sheet, is_workbook, read_workbook
from desktop_app.exchange.text_files import NewlineKind, Progress, TextFile, decode_text, open_regular, read_text_file

MAX_BYTES: Final = 20 * 1024 * 1024
"""The list is kept as evidence, and a piece of evidence has at most so much."""
_LINE_BYTES: Final = 32 * 1024
_HEAD_BYTES: Final = 4096
_TEXT_LENGTH: Final = 200
_T = TypeVar("_T")


class ListColumn(StrEnum):
    """What a column of a list means."""

    KEY = "key"
    NUMBER = "number"
    ORDER_NO = "order_no"
    UNIT = "unit"
    ACCOUNT = "account"
    REDEEMED_AT = "redeemed_at"
    CODE = "code"
    TARGET = "target"
    SOURCE = "source"
    STATUS = "status"


LIST_COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "key",
        "卡密",
        False,
        "ABCD-1234-EFGH",
        "Card key, exactly as sold",
        "卡密，与售出时完全一致",
        ("卡密内容", "卡密信息", "激活码", "兑换码", "充值码", "card_key", "carmi", "cdk", "cdkey", "secret"),
    ),
    Column(
        "number",
        "卡号",
        False,
        "8801000001",
        "Card number: the part of the key in front of ----",
        "卡号，即卡密中 ---- 之前的部分",
        ("序列号", "卡序列号", "card_no", "card_number", "serial", "serial_no", "sn"),
    ),
    Column(
        "order_no",
        "订单号",
        False,
        "A20261120001",
        "Order number of the shop",
        "本店订单号",
        ("订单编号", "商户订单号", "客户订单号", "外部订单号", "order", "merchant_order_no", "out_trade_no"),
    ),
    Column("unit", "单件", False, "2", "Which unit of the order", "订单中的第几件", ("件号", "第几件", "unit_ref")),
    Column(
        "account",
        "充值账号",
        False,
        "13800000000",
        "Number that was topped up",
        "充值到账的号码",
        (
            "充值号码",
            "手机号",
            "手机号码",
            "号码",
            "账号",
            "帐号",
            "phone",
            "phone_number",
            "mobile",
            "recharge_account",
        ),
    ),
    Column(
        "redeemed_at",
        "核销时间",
        False,
        "2026-11-20 12:03:11",
        "Shop time unless with offset; also seconds since 1970",
        "默认店铺时区；也可为 Unix 秒",
        (
            "激活时间",
            "使用时间",
            "兑换时间",
            "到账时间",
            "充值时间",
            "完成时间",
            "activated_at",
            "activation_time",
            "used_at",
            "used_time",
            "arrived_at",
            "redemption_time",
            "redeem_time",
            "time",
        ),
    ),
    Column(
        "code",
        "核销码",
        False,
        "RX-88412093",
        "Receipt or serial number, not the key",
        "核销回执或流水号，不是卡密",
        (
            "核销流水号",
            "激活流水号",
            "运营商流水号",
            "充值流水号",
            "流水号",
            "回执号",
            "凭证号",
            "redemption_code",
            "receipt",
            "receipt_no",
            "transaction_id",
            "operator_serial",
        ),
    ),
    Column(
        "target",
        "核销对象",
        False,
        "player@163.com",
        "Account or role that it went to",
        "激活到的账号或角色",
        ("激活账号", "使用账号", "兑换账号", "使用者", "activated_by", "used_by", "redeemed_for"),
    ),
    Column(
        "source",
        "来源",
        False,
        "激活后台导出",
        "Where the line comes from",
        "该行记录的来源",
        ("来源说明", "记录来源", "备注", "source_note", "remark", "note"),
    ),
    Column(
        "status",
        "状态",
        False,
        "已激活",
        "Only what is activated, used or arrived is recorded",
        "仅登记已激活、已使用或已到账的行",
        ("激活状态", "使用状态", "核销状态", "充值状态", "到账状态", "卡密状态", "state", "result"),
    ),
)
"""The documented columns; one of key, number, order number and account has to be there."""

_ROLES: Final = {
    folded_name(name): column.name for column in LIST_COLUMNS for name in (column.name, column.zh, *column.aliases)
}
_RANKS: Final = {name: rank for rank, name in enumerate(_ROLES)}
_LABELS: Final = {column.name: column.zh for column in LIST_COLUMNS}
_NAMING: Final = frozenset({ListColumn.KEY, ListColumn.NUMBER, ListColumn.ORDER_NO, ListColumn.ACCOUNT})
_DONE: Final = frozenset(
    map(
        folded_label,
        (
            *("已激活", "激活成功", "已使用", "已核销", "核销成功", "已兑换", "兑换成功", "已到账", "到账", "已充值"),
            *("充值成功", "成功", "已完成", "完成", "activated", "used", "redeemed", "arrived", "success"),
            *("successful", "succeeded", "done", "completed"),
        ),
    )
)
_NOT_DONE: Final = frozenset(
    map(
        folded_label,
        (
            *("未激活", "未使用", "未核销", "未兑换", "未到账", "未充值", "处理中", "充值中", "待充值", "失败"),
            *("充值失败", "激活失败", "已退款", "not activated", "unactivated", "unused", "not used", "inactive"),
            *("pending", "processing", "failed", "failure", "refunded", "not arrived"),
        ),
    )
)
_UNIX: Final = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_DIGITS_TIME: Final = re.compile(r"20[0-9]{12}")
_CLOCK: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
_MANGLED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}|[0-9]{5,}\.0+")
_MASKED: Final = re.compile(r"\*{3}")
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ListLayout:
    """How a list is read; None: as it looks like. ``roles``: :class:`ListColumn` value to the index of its column."""

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    roles: Mapping[str, int] | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class ListLine:
    """What one line claims. ``precision`` is how exactly the list gives the time; ``is_redeemed`` False: the list says
    that it was not activated."""

    line: int
    key: str = ""
    number: str = ""
    order_no: str = ""
    unit: str = ""
    account: str = ""
    redeemed_at: datetime | None = None
    precision: timedelta = _SECOND
    code: str = ""
    target: str = ""
    source: str = ""
    is_redeemed: bool = True
    problem: Sentence | None = None
    """Why the line cannot be used."""


@dataclass(frozen=True, slots=True)
class RedemptionList:
    """A list as it was read; blank lines are left out."""

    source: str
    sha256: str
    size: int
    """Bytes."""
    encoding: str
    """Empty for a workbook."""
    needs_confirmation: bool
    """The encoding is only likely."""
    newline: NewlineKind
    delimiter: str | None
    columns: tuple[str, ...]
    """The header as it stands in the file, or the numbers of the columns."""
    has_header: bool
    roles: Mapping[str, int]
    ignored: tuple[str, ...]
    sheet: str
    sheets: tuple[str, ...]
    lines: tuple[ListLine, ...] = field(repr=False)


def read_redemption_list(
    path: Path, zone: tzinfo, layout: ListLayout | None = None, progress: Progress | None = None
) -> RedemptionList:
    """Read a CSV, text file or XLSX workbook; times without an offset are in ``zone``.

    BadInputError for a file that is no such list or larger than 20 MB, ColumnChoiceError when the merchant has to say
    which column is what, and whatever reading a file raises.
    """
    layout = layout or ListLayout()
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
        file.seek(0, 2)
        if file.tell() > MAX_BYTES:
            raise BadInputError(
                "{file} is larger than {limit} MB; the list is kept as evidence, so split it.",
                "{file} 超过 {limit} MB；清单需作为证据留存，请拆分后再导入。",
                file=path.name,
                limit=MAX_BYTES // 1024 // 1024,
            )
    if is_workbook(head):
        return _read_workbook(path, zone, layout)
    text = read_text_file(
        path, encoding=layout.encoding, max_bytes=MAX_BYTES, max_line_bytes=_LINE_BYTES, progress=progress
    )
    return _read_text(text, zone, layout)


def looks_like_redemptions(path: Path) -> bool:
    """Whether the first row of a file names columns of such a list: when or by which code something was redeemed, and
    what. A file that cannot be read is none."""
    try:
        with open_regular(path) as file:
            head = file.read(_HEAD_BYTES)
        if is_workbook(head):
            return _is_telling(
                read_workbook(path).chosen(None, lambda sheet: _is_telling(sheet.first_cells())).first_cells()
            )
        line = _first_line(path.name, head)
        return bool(line) and _is_telling(split_cells(path.name, line, likely_delimiter(line)))
    except ShopError:
        return False


def list_columns(path: Path, layout: ListLayout) -> tuple[tuple[str, ...], bool]:
    """The first row of a list, and whether it names columns that are known; without a single known name it is taken to
    name them when every cell of it is a word."""
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
    if is_workbook(head):
        cells = read_workbook(path).chosen(layout.sheet, _recognised).first_cells()
    else:
        text = read_text_file(path, encoding=layout.encoding, max_bytes=MAX_BYTES, max_line_bytes=_LINE_BYTES)
        line = next((line for line in text.lines if line.strip()), "")
        cells = split_cells(text.name, line, layout.delimiter or likely_delimiter(line))
    is_header = any(folded_name(cell) in _ROLES for cell in cells) or not any(
        re.search(r"[0-9]", cell) for cell in cells
    )
    return tuple(cells), is_header


def list_template(language: str) -> str:
    """A CSV with the header and one example row; write it as UTF-8 with a byte order mark for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    chinese = language.lower().startswith("zh")
    writer.writerow([column.zh if chinese else column.name for column in LIST_COLUMNS])
    writer.writerow([column.example for column in LIST_COLUMNS])
    return out.getvalue()


def read_moment(text: str, zone: tzinfo) -> tuple[datetime, timedelta]:
    """An instant in UTC and how exactly it is given. CellError for a day without a time of day: what is stated on a
    proof must not be invented.

    Taken, beside what :func:`desktop_app.exchange.cells.read_time` takes: seconds and milliseconds since 1970, and
    ``20261120120311``.
    """
    text = unwrapped(text)
    if _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), _SECOND
    if _DIGITS_TIME.fullmatch(text):
        parts = (text[:4], text[4:6], text[6:8], text[8:10], text[10:12], text[12:])
        return read_time("{}-{}-{} {}:{}:{}".format(*parts), zone), _SECOND
    moment = read_time(text, zone)
    clock = _CLOCK.search(text)
    if clock is None:
        raise CellError(
            "“{text}” is a day without a time of day; ask for the list with times",
            "“{text}”只有日期没有时刻，请索取带时刻的清单",
            text=text[:40],
        )
    return moment, _SECOND if clock[1] else _MINUTE


# ---- the table


def _read_text(text: TextFile, zone: tzinfo, layout: ListLayout) -> RedemptionList:
    first = next((line for line in text.lines if line.strip()), None)
    if first is None:
        raise BadInputError("{file} holds no data.", "{file} 中没有数据。", file=text.name)
    delimiter = layout.delimiter or likely_delimiter(first)
    if delimiter not in DELIMITERS:
        raise BadInputError(
            "The columns are divided by a comma, a tab or a semicolon.", "列分隔符只能是逗号、制表符或分号。"
        )
    records = records_of(text.name, text.lines, delimiter)
    frame = _frame(text.name, records, layout, delimiter)
    lines = tuple(_line(record, frame, zone) for record in frame.records)
    return RedemptionList(
        source=text.name,
        sha256=text.sha256,
        size=text.size,
        encoding=text.encoding.value,
        needs_confirmation=text.needs_confirmation,
        newline=text.newline,
        delimiter=delimiter,
        columns=frame.columns,
        has_header=frame.has_header,
        roles=frame.roles,
        ignored=frame.ignored,
        sheet="",
        sheets=(),
        lines=_some(text.name, lines),
    )


def _read_workbook(path: Path, zone: tzinfo, layout: ListLayout) -> RedemptionList:
    book = read_workbook(path)
    sheet = book.chosen(layout.sheet, _recognised)
    try:
        frame = _frame(book.name, sheet.records(), layout, None)
    except ColumnChoiceError as error:
        error.sheet, error.sheets = sheet.name, book.sheet_names
        raise
    lines = tuple(_line(record, frame, zone) for record in frame.records)
    return RedemptionList(
        source=book.name,
        sha256=book.sha256,
        size=book.size,
        encoding="",
        needs_confirmation=False,
        newline=NewlineKind.NONE,
        delimiter=None,
        columns=frame.columns,
        has_header=frame.has_header,
        roles=frame.roles,
        ignored=frame.ignored,
        sheet=sheet.name,
        sheets=book.sheet_names,
        lines=_some(book.name, lines),
    )


def _some(name: str, lines: tuple[ListLine, ...]) -> tuple[ListLine, ...]:
    if not lines:
        raise BadInputError("{file} holds no redemptions.", "{file} 中没有核销记录。", file=name)
    return lines


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the first row says of the others."""

    columns: tuple[str, ...]
    has_header: bool
    roles: Mapping[str, int]
    ignored: tuple[str, ...]
    records: Iterator[Record]


def _frame(name: str, records: Iterator[Record], layout: ListLayout, delimiter: str | None) -> _Frame:
    first = next(records)
    known = any(folded_name(cell) in _ROLES for cell in first.cells)
    has_header = known if layout.header is None else layout.header
    width = len(first.cells)
    columns = tuple(first.cells) if has_header else tuple(str(number) for number in range(1, width + 1))
    ignored: tuple[str, ...] = ()
    if layout.roles is not None:
        roles = _checked(name, layout.roles, width)
        if has_header:
            ignored = tuple(cell for at, cell in enumerate(columns) if cell.strip() and at not in roles.values())
    elif has_header:
        roles, ignored = _header_roles(name, first.cells)
    elif width == 1:
        roles = {ListColumn.KEY.value: 0}  # a bare list of what was activated
    else:
        roles = {}
    if not _NAMING & roles.keys():
        error = ColumnChoiceError(
            "{file}: say which column is the card key, the card number, the order number or the account.",
            "{file}：请指定哪一列是卡密、卡号、订单号或充值账号。",
            file=name,
        )
        error.columns, error.has_header, error.delimiter = columns, has_header, delimiter
        raise error
    return _Frame(columns, has_header, roles, ignored, records if has_header else chain([first], records))


def _header_roles(name: str, header: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Which column is what. Of two that could be the same (note and source, phone and account) the one that is called
    so more exactly is; the others are not read."""
    seen: set[str] = set()
    best: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(header):
        folded = folded_name(cell)
        if folded and folded in seen:
            raise BadInputError(
                "{file}: the column “{column}” is there twice; keep one.",
                "{file}：列“{column}”重复，请只保留一个。",
                file=name,
                column=cell.strip(),
            )
        seen.add(folded)
        if folded in _ROLES:
            role = _ROLES[folded]
            best[role] = min(best.get(role, (len(_RANKS), 0)), (_RANKS[folded], place))
    roles = {role: place for role, (_, place) in best.items()}
    read = set(roles.values())
    return roles, tuple(cell.strip() for place, cell in enumerate(header) if cell.strip() and place not in read)


def _checked(name: str, roles: Mapping[str, int], width: int) -> dict[str, int]:
    for role, place in roles.items():
        if role not in _LABELS or not 0 <= place < width:
            raise BadInputError(
                "{file} has no column {number} for “{role}”.",
                "{file} 没有可作为“{label}”的第 {number} 列。",
                file=name,
                number=place + 1,
                role=role,
                label=_LABELS.get(role, role),
            )
    if len(set(roles.values())) < len(roles):
        raise BadInputError("{file}: one column cannot mean two things.", "{file}：同一列不能有两种含义。", file=name)
    return dict(roles)


def column_places(columns: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Indexes of columns that are given by their header or their number (from 1), for ``ListLayout.roles``."""
    places: dict[str, int] = {}
    folded = [folded_name(cell) for cell in columns]
    for role, wanted in named.items():
        if role not in _LABELS:
            raise BadInputError(
                "“{role}” is no column of a redemption list; there are: {known}.",
                "核销清单没有“{role}”这一列，可用：{known}。",
                role=role,
                known=", ".join(ListColumn),
            )
        if folded_name(wanted) in folded:
            places[role] = folded.index(folded_name(wanted))
        elif wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= len(columns):
            places[role] = int(wanted) - 1
        else:
            raise BadInputError(
                "The list has no column “{column}”; it has: {known}.",
                "清单中没有列“{column}”，只有：{known}。",
                column=wanted,
                known=", ".join(cell.strip() for cell in columns),
            )
    return places


def _recognised(sheet: Sheet) -> bool:
    return any(folded_name(cell) in _ROLES for cell in sheet.first_cells())


def _is_telling(cells: Sequence[str]) -> bool:
    names = {folded_name(cell) for cell in cells}
    roles = {_ROLES[name] for name in names if name in _ROLES}
    # “code” and “time” alone stand in many files, lists of card keys among them
    telling = names - {"code", "time", "完成时间", "充值时间"}
    says_when = {_ROLES.get(name) for name in telling} & {ListColumn.REDEEMED_AT, ListColumn.CODE}
    return bool(says_when) and bool(_NAMING & roles)


def _first_line(name: str, head: bytes) -> str:
    cut = head
    if len(head) == _HEAD_BYTES:
        # up to the last line end, so that no character is cut in two
        end = max(head.rfind(b"\n"), head.rfind(b"\r"))
        if end < 0:
            return ""
        cut = head[: end + 1]
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) and len(cut) % 2:
            cut = head[: end + 2]
    return next((line for line in decode_text(name, cut).lines if line.strip()), "")


# ---- one line


def _line(record: Record, frame: _Frame, zone: tzinfo) -> ListLine:
    number, cells = record.line, record.cells
    if len(cells) != len(frame.columns):
        return ListLine(
            number,
            problem=Sentence(
                f"Line {number}: {len(cells)} columns instead of {len(frame.columns)}.",
                f"第 {number} 行有 {len(cells)} 列，应为 {len(frame.columns)} 列。",
            ),
        )
    try:
        return _Cells(record, frame.roles).line(zone)
    except _Refused as refusal:
        return ListLine(number, problem=refusal.sentence)


class _Refused(Exception):
    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence


class _Cells:
    """The cells of one line, each read as what its column means."""

    def __init__(self, record: Record, roles: Mapping[str, int]) -> None:
        self._record = record
        self._roles = roles

    def line(self, zone: tzinfo) -> ListLine:
        key, number = self._key(ListColumn.KEY), self._key(ListColumn.NUMBER)
        order_no = self._exact(ListColumn.ORDER_NO)
        account = self._exact(ListColumn.ACCOUNT)
        if order_no:
            order_no = self._read(ListColumn.ORDER_NO, lambda: read_order_no(order_no))
        is_redeemed = self._status()
        if not (key or number or order_no or account):
            raise self._refusal("", "it names no key, order or account", "没有卡密、订单号或充值账号")
        redeemed_at, precision = None, _SECOND
        if cell := self._cell(ListColumn.REDEEMED_AT):
            redeemed_at, precision = self._read(ListColumn.REDEEMED_AT, lambda: read_moment(cell, zone))
        code = self._exact(ListColumn.CODE)
        if code and code in (key, number):
            raise self._refusal(ListColumn.CODE, "is the card key itself", "就是卡密本身")
        return ListLine(
            line=self._record.line,
            key=key,
            number=number,
            order_no=order_no,
            unit=self._exact(ListColumn.UNIT),
            account=account,
            redeemed_at=redeemed_at,
            precision=precision,
            code=code,
            target=self._exact(ListColumn.TARGET),
            source=self._text(ListColumn.SOURCE),
            is_redeemed=is_redeemed,
        )

    def _cell(self, role: str) -> str:
        place = self._roles.get(role)
        return "" if place is None else self._record.cells[place].strip()

    def _exact(self, role: str) -> str:
        """A number or a name that is compared as text: what a spreadsheet has rewritten is refused."""
        cell = unwrapped(self._cell(role))
        if not cell:
            return ""
        flaw = (self._record.flaws or {}).get(self._roles[role])
        if flaw is KeyProblem.DIGITS_LOST or _MANGLED.fullmatch(cell):
            raise self._refusal(
                role,
                f"“{cell[:40]}” was rewritten by a spreadsheet; get the list with this column as text",
                f"“{cell[:40]}”已被表格软件改写，请取得该列为文本格式的清单",
            )
        if isinstance(flaw, KeyProblem):
            raise self._refusal(role, "the cell is a date or a truth value", "该单元格是日期或逻辑值")
        return self._read(role, lambda: read_text(cell, longest=_TEXT_LENGTH).replace("\n", " "))

    def _key(self, role: str) -> str:
        cell = unwrapped(self._cell(role))
        if not cell:
            return ""
        flaw = (self._record.flaws or {}).get(self._roles[role])
        problem = flaw if isinstance(flaw, KeyProblem) else check_key(cell)
        if problem is not None:
            sentence = KEY_SENTENCES[problem]
            raise self._refusal(role, sentence.en.rstrip("."), sentence.zh.rstrip("。"))
        if _MANGLED.fullmatch(cell):
            sentence = KEY_SENTENCES[KeyWarning.ROUNDED]
            raise self._refusal(role, sentence.en.rstrip("."), sentence.zh.rstrip("。"))
        if _MASKED.search(cell):
            if self._cell(ListColumn.ORDER_NO) or self._cell(ListColumn.ACCOUNT):
                return ""  # the line is known by its order or account
            raise self._refusal(role, "is masked (***), so it fits no key exactly", "已打码（***），无法精确匹配卡密")
        return cell

    def _text(self, role: str) -> str:
        return self._read(role, lambda: read_text(self._cell(role), longest=_TEXT_LENGTH).replace("\n", " "))

    def _status(self) -> bool:
        cell = self._cell(ListColumn.STATUS)
        if ListColumn.STATUS not in self._roles or folded_label(cell) in _DONE:
            return True
        if folded_label(cell) in _NOT_DONE:
            return False
        raise self._refusal(
            ListColumn.STATUS,
            f"“{cell[:40]}” does not say whether it was activated",
            f"“{cell[:40]}”未说明是否已激活",
        )

    def _read(self, role: str, read: Callable[[], _T]) -> _T:
        try:
            return read()
        except CellError as error:
            raise self._refusal(role, error.en.rstrip("."), error.zh.rstrip("。")) from error

    def _refusal(self, role: str, en: str, zh: str) -> _Refused:
        line = self._record.line
        if not role:
            return _Refused(Sentence(f"Line {line}: {en}.", f"第 {line} 行：{zh}。"))
        return _Refused(Sentence(f"Line {line}, {role}: {en}.", f"第 {line} 行“{_LABELS[role]}”：{zh}。"))
