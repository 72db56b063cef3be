"""Money is an integer number of fen (1/100 yuan); text exists only at the edge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from desktop_app.domain.errors import BadInputError

Fen: TypeAlias = int

LARGEST_FEN: Fen = 2**53 - 1
"""More than this does not survive a spreadsheet or a JSON reader that counts in doubles, nor the event log."""

_LONGEST_TEXT = 40
# two decimals are fen; zeros after them come from databases that store four decimals and change nothing
_YUAN = r"[\u00a5\uffe5]?[ ]?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]{1,2})0*)?"


def allocate(total: Fen, weights: Sequence[int]) -> list[Fen]:
    """Spread ``total`` over ``weights`` by largest remainder; the parts add up exactly.

    Ties go to the lowest index; when every weight is zero they count as equal. ``ValueError`` for a negative amount or
    weight, or an amount without anything to put it on: callers check people's input before.
    """
    if total < 0 or min(weights, default=0) < 0:
        raise ValueError("amounts and weights are not negative")
    if not weights:
        if total:
            raise ValueError("nothing to spread the amount over")
        return []
    if len(weights) == 1:
        return [total]
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts: list[Fen] = []
    remainders: list[int] = []
    for weight in weights:
        part, remainder = divmod(total * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    left = total - sum(parts)
    if left:
        for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]:
            parts[index] += 1
    return parts


def fee(base_fen: Fen, bp: int) -> Fen:
    """``bp`` basis points (1/10,000) of ``base_fen``, half a fen rounded up."""
    return (2 * base_fen * bp + 10_000) // 20_000


def yuan_text(fen: Fen) -> str:
    """``123450`` as ``¥1,234.50``; a difference below zero as ``-¥1,234.50``."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"


def parse_yuan(text: str) -> Fen:
    """Read an amount in yuan, as people and files write it (``19.90``, ``¥19.9``, ``1,234.50``), into fen.

    Strict on purpose: ASCII digits, no sign, no exponent, nothing below one fen, nothing above :data:`LARGEST_FEN`.
    Anything else is a :class:`BadInputError` that shows the text.
    """
    stripped = text.strip()
    found = re.fullmatch(_YUAN, stripped) if len(stripped) <= _LONGEST_TEXT else None
    if found is None:
        raise _not_an_amount(stripped)
    fen = int(found[1].replace(",", "")) * 100 + int((found[2] or "0").ljust(2, "0"))
    if fen > LARGEST_FEN:
        raise _not_an_amount(stripped)
    return fen


def _not_an_amount(text: str) -> BadInputError:
    shown = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
    return BadInputError(
        "“{text}” is not an amount in yuan: write it like 19.90, without a sign and with at most two decimals.",
        "“{text}”不是有效的金额：请按 19.90 的形式填写，不带正负号，最多两位小数。",
        text=shown,
    )
