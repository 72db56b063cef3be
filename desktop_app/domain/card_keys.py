"""What a card key is: when a line is one, when two are the same, and how one is shown without giving it away.

The text of a key is kept exactly as it came. Only the *index form* (:func:`normalise`) is compared, so that a copy
with a stray space, a zero-width character or full-width digits is still found to be the same key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

MAX_KEY_BYTES: Final = 4096
"""Longest key in bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class KeyRule:
    """What does not tell two keys of a product apart."""

    fold_case: bool = False
    fold_hyphens: bool = False
    """Hyphens and spaces inside a field do not count; the ``----`` between two fields does."""


EXACT: Final = KeyRule()


class KeyProblem(StrEnum):
    """Why a line of an import is not taken as a key."""

    EMPTY = "empty"
    NUL = "nul"
    CONTROL = "control"
    BIDI = "bidi"
    TOO_LONG = "too_long"
    PRIVATE_USE = "private_use"
    SURROGATE = "surrogate"
    COLUMNS = "columns"
    INCOMPLETE = "incomplete"
    DIGITS_LOST = "digits_lost"
    NOT_TEXT = "not_text"
    FORMULA = "formula"
    OTHER_GOODS = "other_goods"
    NOT_SELLABLE = "not_sellable"
    BAD_FACE = "bad_face"
    BAD_COST = "bad_cost"
    BAD_EXPIRY = "bad_expiry"
    BAD_NOTE = "bad_note"


class KeyWarning(StrEnum):
    """What the merchant should look at in a key that is taken."""

    EDGES = "edges"
    INVISIBLE = "invisible"
    MIXED_SCRIPT = "mixed_script"
    FULL_WIDTH = "full_width"
    MASKED = "masked"
    SEPARATOR = "separator"
    HEADING = "heading"
    LINE_BREAK = "line_break"
    ESCAPED = "escaped"
    SPACE_IN_LINK = "space_in_link"
    ROUNDED = "rounded"
    WAS_NUMBER = "was_number"
    STATE_UNKNOWN = "state_unknown"


class Sentence(NamedTuple):
    en: str
    zh: str


SENTENCES: Final[Mapping[KeyProblem | KeyWarning, Sentence]] = {
    KeyProblem.EMPTY: Sentence("There is no key here.", "这里没有卡密。"),
    KeyProblem.NUL: Sentence(
        "The line contains a NUL character; ask the supplier for a clean file.",
        "该行含有 NUL 字符，请向供货方索取正常文件。",
    ),
    KeyProblem.CONTROL: Sentence(
        "The key contains a control character or a line break; remove it.", "卡密中含有控制字符或换行，请删除后再导入。"
    ),
    KeyProblem.BIDI: Sentence(
        "The key contains a text-direction mark, so it does not read as it looks; remove it.",
        "卡密中含有文字方向控制符，显示与实际内容不同，请删除后再导入。",
    ),
    KeyProblem.TOO_LONG: Sentence("The key is longer than 4,096 bytes.", "卡密超过 4096 字节。"),
    KeyProblem.PRIVATE_USE: Sentence(
        "The key contains characters that no font defines; the file was probably read in the wrong encoding.",
        "卡密中含有无法识别的字符，很可能是文件编码选错了。",
    ),
    KeyProblem.SURROGATE: Sentence(
        "The key contains half a character; copy it again from its source.", "卡密中有残缺的字符，请从来源处重新复制。"
    ),
    KeyProblem.COLUMNS: Sentence("The line has more or fewer columns than the header.", "该行的列数与表头不一致。"),
    KeyProblem.INCOMPLETE: Sentence("The number or the password is empty.", "卡号或密码为空。"),
    KeyProblem.DIGITS_LOST: Sentence(
        "The cell is a number of more than 15 digits, so its last digits are lost; get the file with this column as "
        "text.",
        "该单元格是超过 15 位的数字，末尾几位已丢失，请取得该列为文本格式的文件。",
    ),
    KeyProblem.NOT_TEXT: Sentence(
        "The cell is a date or a truth value, so the key is no longer what it was; get the file with this column as "
        "text.",
        "该单元格是日期或逻辑值，卡密已被表格软件改写，请取得该列为文本格式的文件。",
    ),
    KeyProblem.FORMULA: Sentence(
        "The cell is a formula without a result, or an error: the key probably begins with “=” or “#” and was not "
        "written as text; get the file with this column as text.",
        "该单元格是没有结果的公式或错误值：卡密很可能以“=”或“#”开头而没有存为文本，请取得该列为文本格式的文件。",
    ),
    KeyProblem.OTHER_GOODS: Sentence(
        "The line belongs to another product of the file than the chosen one.",
        "该行属于文件中的其他商品，不是所选商品。",
    ),
    KeyProblem.NOT_SELLABLE: Sentence(
        "The status column does not say that this key may be sold.", "状态列未表明该卡密可以出售。"
    ),
    KeyProblem.BAD_FACE: Sentence(
        "The face value is not an amount in yuan such as 50 or 50.00.", "面值不是有效金额，请写成 50 或 50.00。"
    ),
    KeyProblem.BAD_COST: Sentence(
        "The cost is not an amount in yuan such as 47.50.", "成本不是有效金额，请写成 47.50 这样的形式。"
    ),
    KeyProblem.BAD_EXPIRY: Sentence(
        "The expiry is not a date such as 2027-12-31.", "有效期不是有效日期，请写成 2027-12-31。"
    ),
    KeyProblem.BAD_NOTE: Sentence(
        "The note contains control characters or is longer than 500 characters.", "备注含有控制字符，或超过 500 个字。"
    ),
    KeyWarning.EDGES: Sentence(
        "Spaces or invisible characters stand before or after the key; they do not count when keys are compared.",
        "卡密前后有空格或不可见字符，比较卡密时不计入。",
    ),
    KeyWarning.INVISIBLE: Sentence(
        "Zero-width characters stand inside the key; they do not count when keys are compared.",
        "卡密中间有零宽字符，比较卡密时不计入。",
    ),
    KeyWarning.MIXED_SCRIPT: Sentence(
        "The key mixes Latin letters or digits with Cyrillic or Greek letters that look the same.",
        "卡密中混有与拉丁字母相似的西里尔或希腊字母。",
    ),
    KeyWarning.FULL_WIDTH: Sentence(
        "The key contains full-width characters; it counts as the same key as its half-width form.",
        "卡密中含有全角字符，与对应的半角卡密视为同一张。",
    ),
    KeyWarning.MASKED: Sentence(
        "The key looks masked (****); check that this is not a list exported without the secrets.",
        "卡密疑似已打码（****），请确认这不是隐藏了卡密的导出文件。",
    ),
    KeyWarning.SEPARATOR: Sentence(
        "--- looks like the line between the cards of a delivery text of xianyu-auto-reply, not like a key.",
        "--- 像是闲鱼自动发货文本中卡密之间的分隔线，不像卡密。",
    ),
    KeyWarning.HEADING: Sentence(
        "The line looks like a heading over the keys, not like a key; take it out of the file.",
        "该行像是卡密上方的标题，不像卡密，请从文件中删去。",
    ),
    KeyWarning.LINE_BREAK: Sentence(
        "The key contains \\n written out, as zfaka stores cards of several lines; it is kept exactly so.",
        "卡密中含有字面的 \\n（zfaka 以此保存多行卡密），将原样保留。",
    ),
    KeyWarning.ESCAPED: Sentence(
        "The key contains a code such as &amp;, as old versions of acg-faka wrote for &; compare it with the "
        "supplier's list.",
        "卡密中含有 &amp；之类的转义符（旧版 acg-faka 会把 & 写成这样），请与供货方清单核对。",
    ),
    KeyWarning.SPACE_IN_LINK: Sentence(
        "The link contains a space that was perhaps %20; compare it with the supplier's list.",
        "链接中含有空格，原本可能是 %20，请与供货方清单核对。",
    ),
    KeyWarning.ROUNDED: Sentence(
        "The key looks like a number that a spreadsheet rounded; compare it with the supplier's list.",
        "卡密像是被表格软件四舍五入的数字，请与供货方清单核对。",
    ),
    KeyWarning.WAS_NUMBER: Sentence(
        "The cell is a number, so zeros at its start may be lost; compare it with the supplier's list.",
        "该单元格是数字，开头的 0 可能已丢失，请与供货方清单核对。",
    ),
    KeyWarning.STATE_UNKNOWN: Sentence(
        "The file does not say whether this card was sold already.", "文件没有说明这张卡是否已售出。"
    ),
}


class KeyCheck(NamedTuple):
    """What :func:`examine` found in one line."""

    normalised: str
    problem: KeyProblem | None
    warnings: tuple[KeyWarning, ...]


# Nearly every key is printable ASCII without * & and \ and without a space at either end: one match settles it.
is_plain: Final = re.compile(r"(?!---\Z)[!-%'-)+-\[\]-~](?:[ -%'-)+-\[\]-~]{0,4094}[!-%'-)+-\[\]-~])?").fullmatch

_PLAIN: Final = bytes({*range(0x20, 0x7F)} - set(b"*&\\")) + b"\n"

# everything that Unicode calls ignorable when it is displayed, but for direction marks and tags, which are refused
_ZERO_WIDTH: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064"
    "\u206a\u206b\u206c\u206d\u206e\u206f\u3164\ufeff\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)
_DROP_ZERO_WIDTH: Final = dict.fromkeys(map(ord, _ZERO_WIDTH))
_TO_INDEX_FORM: Final = _DROP_ZERO_WIDTH | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# No edge may hide a control character: only what separates words is trimmed.
_EDGE_SPACE: Final = (
    " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000"
)
_EDGES: Final = _EDGE_SPACE + _ZERO_WIDTH
_HYPHENS_AND_SPACES: Final = dict.fromkeys(
    map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212" + _EDGE_SPACE.replace("\t", ""))
)

_FORBIDDEN: Final[tuple[tuple[KeyProblem, re.Pattern[str]], ...]] = (
    (KeyProblem.NUL, re.compile("\x00")),
    (KeyProblem.SURROGATE, re.compile("[\ud800-\udfff]")),
    (
        KeyProblem.CONTROL,
        re.compile("[\x01-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\U000e0000-\U000e007f]"),
    ),
    (KeyProblem.BIDI, re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")),
    (
        KeyProblem.PRIVATE_USE,
        re.compile("[\ue000-\uf8ff\ufdd0-\ufdef\ufffc-\uffff\U000f0000-\U0010ffff]"),
    ),
)
_LATIN_OR_DIGIT: Final = re.compile("[0-9A-Za-z]")
_LOOK_ALIKE: Final = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0588\u13a0-\u13ff]")
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e]")
_STARS: Final = re.compile(r"\*{4}")
_ESCAPED: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_INVISIBLE: Final = re.compile(f"[{_ZERO_WIDTH}]")
_SEPARATORS: Final = ("----", "\t", "|", ",")


def are_plain(texts: Sequence[str]) -> bool:
    """Whether :data:`is_plain` fits every one of ``texts``, of which none holds a line feed."""
    # all at once: a match for each takes ten times as long
    joined = "\n".join(("", *texts, ""))
    return (
        joined.isascii()
        and not joined.encode().translate(None, _PLAIN)
        and not any(odd in joined for odd in ("\n\n", "\n ", " \n", "\n---\n"))
        and max(map(len, texts), default=0) <= MAX_KEY_BYTES
    )


def examine(text: str, rule: KeyRule = EXACT) -> KeyCheck:
    """Index form, problem and warnings of ``text`` in one pass."""
    if is_plain(text):
        return KeyCheck(text if rule is EXACT else _folded(text, rule), None, ())
    normalised = normalise(text, rule)
    problem = _problem(text, normalised)
    return KeyCheck(normalised, problem, () if problem else _warnings(text))


def check_key(text: str) -> KeyProblem | None:
    """Why ``text`` cannot be a key, or None."""
    return examine(text).problem


def normalise(text: str, rule: KeyRule = EXACT) -> str:
    """The form that is compared: edges trimmed, zero-width characters removed, full-width forms made half-width,
    and what the product's ``rule`` says does not matter."""
    if not text.isascii():
        text = text.translate(_TO_INDEX_FORM)
    text = text.strip(_EDGE_SPACE)
    return text if rule is EXACT else _folded(text, rule)


def trimmed(text: str) -> str:
    """``text`` without the spaces and invisible characters before and after it."""
    return text.strip(_EDGES)


def fields(text: str) -> tuple[str, ...]:
    """The parts of a key of several fields (``number----password``, ``|``, tab, comma), for display only."""
    for separator in _SEPARATORS:
        if separator in text:
            return tuple(part.strip(_EDGES) for part in text.split(separator))
    return (text.strip(_EDGES),)


def mask(text: str) -> str:
    """``text`` with so little shown that nobody can use it: at most eight characters, at most half of them, and at
    least eight hidden. Of several fields only the first shows anything; neither do short keys."""
    visible = text.translate(_DROP_ZERO_WIDTH).strip(_EDGE_SPACE)
    separator = next((one for one in _SEPARATORS if one in visible), None)
    if separator is None:
        return _mask_field(visible)
    first, *others = visible.split(separator)
    return separator.join([_mask_field(first.strip(_EDGES)), *("******" for _ in others)])


def _folded(text: str, rule: KeyRule) -> str:
    folded = text.casefold() if rule.fold_case else text
    if not rule.fold_hyphens:
        return folded
    if folded.isascii() and "----" not in folded:
        return folded.replace("-", "").replace(" ", "") or folded
    parts = [part.translate(_HYPHENS_AND_SPACES) for part in folded.split("----")]
    # keys made of hyphens alone would all become the same nothing
    return "----".join(parts) if any(parts) else folded


def _problem(text: str, normalised: str) -> KeyProblem | None:
    for problem, pattern in _FORBIDDEN:
        if pattern.search(text):
            return problem
    if not normalised:
        return KeyProblem.EMPTY
    if len(text) > MAX_KEY_BYTES or len(text.encode()) > MAX_KEY_BYTES:
        return KeyProblem.TOO_LONG
    return None


def _warnings(text: str) -> tuple[KeyWarning, ...]:
    core = text.strip(_EDGES)
    found = {
        KeyWarning.EDGES: core != text,
        KeyWarning.INVISIBLE: bool(_INVISIBLE.search(core)),
        KeyWarning.MIXED_SCRIPT: bool(_LOOK_ALIKE.search(core) and _LATIN_OR_DIGIT.search(core)),
        KeyWarning.FULL_WIDTH: bool(_FULL_WIDTH.search(core)),
        KeyWarning.MASKED: bool(_STARS.search(core)),
        KeyWarning.SEPARATOR: core == "---",
        KeyWarning.LINE_BREAK: "\\n" in core,
        KeyWarning.ESCAPED: bool(_ESCAPED.search(core)),
    }
    return tuple(warning for warning, present in found.items() if present)


def _mask_field(text: str) -> str:
    counted = len(text) - _separators(text)
    shown = min(8, counted // 2, max(0, counted - 8))
    if not shown:
        return "*" * min(8, max(4, counted))
    first, last = shown // 2, shown - shown // 2
    head, tail = text[:first], text[-last:]
    while (missing := first - len(head) + _separators(head)) > 0:
        head = text[: len(head) + missing]
    while (missing := last - len(tail) + _separators(tail)) > 0:
        tail = text[-len(tail) - missing :]
    if len(text) > 40:
        return f"{_letters(head)}********{_letters(tail)}"
    return f"{head}{_stars(text[len(head) : -len(tail)])}{tail}"


def _separators(text: str) -> int:
    return text.count("-") + text.count(" ")


def _letters(text: str) -> str:
    return text.replace("-", "").replace(" ", "")


def _stars(text: str) -> str:
    return " ".join("-".join("*" * len(part) for part in word.split("-")) for word in text.split(" "))
