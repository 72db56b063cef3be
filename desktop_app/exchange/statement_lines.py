"""What the statements of all payment channels have in common: their lines, and how single cells are read.

The cells hold what spreadsheets leave: tabs and backticks that guard long numbers, full-width signs, ``¥`` and
thousands separators. A number whose digits a spreadsheet has rounded away is refused; nobody can bring them back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from desktop_app.domain.card_keys import KeyProblem, KeyWarning
from desktop_app.domain.money import LARGEST_FEN, Fen
from desktop_app.domain.reconciliation import MATCHABLE_KINDS, StatementKind
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.cells import CellError, read_time

PLATFORM_ZONE: Final = timezone(timedelta(hours=8))
"""Alipay and WeChat Pay write Beijing time, wherever the shop is."""

_NUMBER_LENGTH: Final = 64
_ROUNDED: Final = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,3}")
_CUT_OFF: Final = re.compile(r"[0-9]{15}0{5,}")
_SPACES: Final = re.compile(r"\s")
_AMOUNT: Final = re.compile(r"([+-]?)\s*¥?\s*([+-]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,14})(?:\.([0-9]{1,2})0*)?(?:元)?")
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"')
_MENTIONED: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{5,63}")
_STATE: Final = re.compile(r"[\u4e00-\u9fffA-Z_]{1,16}(?:[(]?¥?[0-9,.]{1,16}[)]?)?")
_STATED_REFUND: Final = re.compile(r"已退款\(?¥([0-9,]+(?:\.[0-9]{1,2})?)\)?")
_GUARDS: Final = ("`", "'", "=")
_LOST: Final = (KeyProblem.DIGITS_LOST, KeyProblem.NOT_TEXT)
_BLANKS: Final = frozenset({"", "/", "-", "--", "\u2014", "无"})

Flaws = Mapping[int, KeyProblem | KeyWarning]


class StatementLine(NamedTuple):
    """One movement of money. ``amount_fen`` is never negative; ``kind`` says which way it went.

    ``mentioned`` are words of notes and names of goods that may be numbers of the shop: for matching only, they can
    tell who bought and are not to be stored.
    """

    line: int
    kind: StatementKind
    identity: str
    """The same movement in any file of this format has the same one."""
    at: datetime
    amount_fen: Fen
    trade_no: str
    merchant_no: str
    refund_no: str
    merchant_refund_no: str
    state: str
    mentioned: frozenset[str]


class Cells:
    """The cells of one row by the role of their column."""

    __slots__ = ("_cells", "_flaws", "_names", "_places", "line")

    def __init__(self, places: Mapping[str, int], names: Mapping[str, str]) -> None:
        self._places = places
        self._names = names
        self._cells: Sequence[str] = ()
        self._flaws: Flaws = {}
        self.line = 0

    def turn_to(self, line: int, cells: Sequence[str], flaws: Flaws | None) -> None:
        """Be the next row."""
        self.line, self._cells, self._flaws = line, cells, flaws or {}

    def has(self, role: str) -> bool:
        """Whether the file has such a column."""
        return role in self._places

    def text(self, role: str) -> str:
        """The text of a cell without its guards; empty for a column that the file does not have."""
        place = self._places.get(role)
        if place is None or place >= len(self._cells):
            return ""
        cell = self._cells[place].strip()
        # most cells have neither a guard nor full-width signs
        return cell if cell.isascii() and cell[:1] not in _GUARDS else plain(cell)

    def number(self, role: str, *, needed: bool = False) -> str:
        """A number of the channel or the shop, exact to the digit; empty when there is none."""
        text = self.text(role)
        if text in _BLANKS or text == "0":
            if needed:
                raise self._wrong(role, "is empty", "为空")
            return ""
        if self._flaws and self._flaws.get(self._places[role]) in _LOST:
            raise self._rounded(role, text)
        if _ROUNDED.fullmatch(text) or (len(text) >= 20 and _CUT_OFF.fullmatch(text)):
            raise self._rounded(role, text)
        is_plain = text.isascii() and text.isalnum()
        if len(text) > _NUMBER_LENGTH or not (is_plain or (text.isprintable() and not _SPACES.search(text))):
            raise self._wrong(role, "is no number of an order or a payment", "不是订单号或交易号")
        return text

    def amount(self, role: str) -> Fen:
        """An amount in fen, signed as it stands there; a blank is 0."""
        text = self.text(role)
        if text in _BLANKS:
            return 0
        fen = read_amount(text)
        if fen is None:
            raise self._wrong(role, f"“{text[:40]}” is not an amount", f"“{text[:40]}”不是金额")
        return fen

    def time(self, *roles: str) -> datetime:
        """The first of the columns that holds a time, UTC."""
        for role in roles:
            text = self.text(role)
            if text in _BLANKS:
                continue
            try:
                return _platform_time(text)
            except CellError as error:
                raise self._wrong(role, error.en, error.zh) from error
        raise self._wrong(roles[0], "is empty", "为空")

    def _rounded(self, role: str, text: str) -> CellError:
        return self._wrong(
            role,
            f"“{text[:40]}” was rounded by a spreadsheet and its last digits are lost; import the file as downloaded",
            f"“{text[:40]}”已被表格软件四舍五入，末尾数字丢失；请导入下载时的原始文件",
        )

    def _wrong(self, role: str, en: str, zh: str) -> CellError:
        name = self._names.get(role, role)
        # braces of a stranger's text are text
        return CellError("{problem_en}", "{problem_zh}", problem_en=en, problem_zh=zh, field=name)


@dataclass(frozen=True, slots=True)
class StatementFormat:
    """One kind of statement file. ``columns`` maps a role to the header names that it may have."""

    name: str
    en: str
    zh: str
    platform: PaymentChannel
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    read: Callable[[Cells], StatementLine]
    ends: tuple[str, ...] = ()
    """First cells of the header of the sums after the last line."""


def plain(cell: str) -> str:
    """A cell without guards: a tab or spaces around it, a backtick, ``'`` or ``="…"``; full-width signs as usual ones.

    Chinese brackets and colons become ASCII ones, the two yen signs one.
    """
    text = cell.strip()
    if not text:
        return ""
    if text[0] == "`" or text[0] == "'":
        text = text[1:].strip()
    elif text[0] == "=" and (found := _FORMULA_TEXT.fullmatch(text)):
        text = found[1].strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
    return text


def read_amount(text: str) -> Fen | None:
    """``¥1,234.50``, ``-10.00``, ``+5`` in fen; None when it is no amount."""
    yuan, _, cents = text.partition(".")
    if text.isascii() and yuan.isdigit() and len(cents) == 2 and cents.isdigit() and len(yuan) <= 12:
        return int(yuan) * 100 + int(cents)
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    sign, other_sign, yuan, cents = found.groups()
    if sign and other_sign:
        return None
    fen = int(yuan.replace(",", "")) * 100 + int((cents or "0").ljust(2, "0"))
    if fen > LARGEST_FEN:
        return None
    return -fen if "-" in (sign, other_sign) else fen


def stated_refund(state: str, amount_fen: Fen) -> Fen:
    """How much of a payment a state says went back: ``已全额退款``, ``已退款(¥5.00)``; 0 when it does not say so."""
    if "已全额退款" in state or state == "已退还":
        return amount_fen
    found = _STATED_REFUND.search(state)
    if found is None:
        return 0
    return read_amount(found[1]) or 0


def mentions(*texts: str) -> frozenset[str]:
    """The words of free text that could be numbers of an order or a payment."""
    return frozenset(word for text in texts if text for word in _MENTIONED.findall(text))


def line_of(
    cells: Cells,
    kind: StatementKind,
    identity: str,
    at: datetime,
    amount_fen: Fen,
    *,
    trade_no: str = "",
    merchant_no: str = "",
    refund_no: str = "",
    merchant_refund_no: str = "",
    state: str = "",
    notes: tuple[str, ...] = (),
) -> StatementLine:
    """A line of the row that ``cells`` are at; the sign of the amount is left out, the kind has it."""
    return StatementLine(
        cells.line,
        kind,
        identity,
        at,
        abs(amount_fen),
        trade_no,
        merchant_no,
        refund_no,
        merchant_refund_no,
        # a state is one of the channel's words; whatever else stands there may be somebody's name
        state if _STATE.fullmatch(state) else "",
        mentions(*notes) if kind in MATCHABLE_KINDS else frozenset(),
    )


def _platform_time(text: str) -> datetime:
    if len(text) == 19 and text[10] == " ":
        try:
            return datetime.fromisoformat(text).replace(tzinfo=PLATFORM_ZONE).astimezone(UTC)
        except ValueError:
            pass  # slashes, or no such time
    return read_time(text, PLATFORM_ZONE)
