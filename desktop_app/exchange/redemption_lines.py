"""One line of a list of redemptions: what its cells claim, read exactly, or why the line cannot be used.

A line names its unit by card key, by order number or by the account that was topped up; all of it is compared as exact
text. What a spreadsheet has made of a number (``1.38E+10``, ``13800000000.0``) is refused, for its digits may be gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from desktop_app.domain.card_keys import SENTENCES as KEY_SENTENCES
from desktop_app.domain.card_keys import KeyProblem, KeyWarning, Sentence, check_key
from desktop_app.exchange.cells import CellError, folded_label, read_order_no, read_text, read_time, unwrapped
from desktop_app.exchange.csv_tables import Column, Record

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

LABELS: Final = {column.name: column.zh for column in LIST_COLUMNS}
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


def read_line(record: Record, width: int, roles: Mapping[str, int], zone: tzinfo) -> ListLine:
    """What ``record`` claims; ``width`` is how many cells the first row has, ``roles`` which column is what."""
    number, cells = record.line, record.cells
    if len(cells) != width:
        return ListLine(
            number,
            problem=Sentence(
                f"Line {number}: {len(cells)} columns instead of {width}.",
                f"第 {number} 行有 {len(cells)} 列，应为 {width} 列。",
            ),
        )
    try:
        return _Cells(record, roles).line(zone)
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
        return _Refused(Sentence(f"Line {line}, {role}: {en}.", f"第 {line} 行“{LABELS[role]}”：{zh}。"))
