"""Words, colours and formats for people: the codes of the domain, money, times, errors.

The words of the codes are those of paper and exports, so that a merchant reads the same word everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop_app.domain.errors import ShopError
from desktop_app.domain.money import yuan_text
from desktop_app.ui.colours import Tone

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

_language = "en"


def set_language(language: str) -> None:
    """The language of the window, ``zh`` or ``en``; set once, before the first widget."""
    global _language
    _language = "zh" if language.lower().startswith("zh") else "en"


def language() -> str:
    """``zh`` or ``en``."""
    return _language


def error_text(error: ShopError) -> str:
    """The sentence of an error in the language of the window."""
    return error.text(_language)


@cache
def _tones() -> Mapping[tuple[type[StrEnum], str], Tone]:
    """The colours of the codes; not made before the first pill, which comes after the first paint."""
    from desktop_app.domain.states import (
        FeeDisclosure,
        KeyState,
        OrderState,
        RefundState,
        RequestState,
        TopupState,
        UnitState,
        VerdictKind,
    )

    tones: tuple[tuple[StrEnum, Tone], ...] = (
        (OrderState.UNPAID, Tone.NEUTRAL),
        (OrderState.PAID, Tone.INFO),
        (OrderState.SHIPPED, Tone.WARN),
        (OrderState.COMPLETED, Tone.OK),
        (OrderState.CANCELLED, Tone.NEUTRAL),
        (UnitState.UNSHIPPED, Tone.INFO),
        (UnitState.UNUSED, Tone.WARN),
        (UnitState.REDEEMED, Tone.OK),
        (UnitState.PARTIALLY_USED, Tone.WARN),
        (UnitState.UNKNOWN, Tone.NEUTRAL),
        (TopupState.CHARGING, Tone.INFO),
        (TopupState.NOT_ACCEPTED, Tone.WARN),
        (TopupState.ACCEPTED, Tone.INFO),
        (TopupState.ARRIVED, Tone.OK),
        (TopupState.FAILED, Tone.BAD),
        (KeyState.IN_STOCK, Tone.OK),
        (KeyState.RESERVED, Tone.INFO),
        (KeyState.DELIVERED, Tone.INFO),
        (KeyState.REDEEMED, Tone.NEUTRAL),
        (KeyState.QUARANTINED, Tone.WARN),
        (KeyState.VOID, Tone.BAD),
        (KeyState.BINNED, Tone.NEUTRAL),
        (VerdictKind.AUTO_CANCEL, Tone.OK),
        (VerdictKind.APPROVE_FULL, Tone.OK),
        (VerdictKind.APPROVE_WITH_FEE, Tone.OK),
        (VerdictKind.NEGOTIATE, Tone.WARN),
        (VerdictKind.REISSUE, Tone.INFO),
        (VerdictKind.REFUSE, Tone.BAD),
        (VerdictKind.NEED_EVIDENCE, Tone.WARN),
        (VerdictKind.ESCALATE, Tone.BAD),
        (VerdictKind.MERGE, Tone.NEUTRAL),
        (VerdictKind.PARTIAL, Tone.INFO),
        (RequestState.OPEN, Tone.INFO),
        (RequestState.ASKED, Tone.WARN),
        (RequestState.ESCALATED, Tone.BAD),
        (RequestState.DECIDED, Tone.OK),
        (RequestState.MERGED, Tone.NEUTRAL),
        (RequestState.WITHDRAWN, Tone.NEUTRAL),
        (RefundState.DUE, Tone.WARN),
        (RefundState.PAID, Tone.INFO),
        (RefundState.ARRIVED, Tone.OK),
        (RefundState.FAILED, Tone.BAD),
        (FeeDisclosure.CLEAR, Tone.OK),
        (FeeDisclosure.BURIED, Tone.WARN),
        (FeeDisclosure.NONE, Tone.BAD),
    )
    return {(type(code), code.value): tone for code, tone in tones}


def label(code: StrEnum) -> str:
    """The word for a state, reason, verdict or kind in the language of the window."""
    # here: the window is painted before it shows the first of these words
    from desktop_app.documents.code_words import word

    return word(code, _language)


def tone(code: StrEnum) -> Tone:
    """The colour of the code's pill; codes that are neither good nor bad are neutral."""
    return _tones().get((type(code), code.value), Tone.NEUTRAL)


def money(fen: int) -> str:
    """``¥1,286.50``."""
    return yuan_text(fen)


def when(moment: datetime | None, zone: ZoneInfo, *, seconds: bool = False) -> str:
    """A moment in the shop's time zone, ``2026-11-22 14:05``; empty for None."""
    if moment is None:
        return ""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def day(moment: datetime | None, zone: ZoneInfo) -> str:
    """The day of a moment in the shop's time zone, ``2026-11-22``; empty for None."""
    return "" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d")


def span(length: timedelta) -> str:
    """A length of time in its two largest units: ``3 d 4 h``, ``1 h 12 min``, ``under a minute``."""
    minutes = int(abs(length).total_seconds()) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    translate = QCoreApplication.translate
    if days and hours:
        return translate("labels", "{days} d {hours} h").format(days=days, hours=hours)
    if days:
        return translate("labels", "{days} d").format(days=days)
    if hours and minutes:
        return translate("labels", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    if hours:
        return translate("labels", "{hours} h").format(hours=hours)
    if minutes:
        return translate("labels", "{minutes} min").format(minutes=minutes)
    return translate("labels", "under a minute")


def time_left(due: datetime | None, now: datetime, *, paused: bool = False) -> str:
    """How long until ``due``, in words that also say when it is over or when the clock stands still."""
    if paused:
        return QCoreApplication.translate("labels", "Paused")
    if due is None:
        return QCoreApplication.translate("labels", "No deadline")
    if now > due:
        return QCoreApplication.translate("labels", "{span} overdue").format(span=span(now - due))
    return QCoreApplication.translate("labels", "{span} left").format(span=span(due - now))


def time_tone(due: datetime | None, amber: datetime | None, now: datetime, *, paused: bool = False) -> Tone:
    """Red after ``due``, amber from ``amber`` on, else neutral."""
    if paused or due is None:
        return Tone.NEUTRAL
    if now > due:
        return Tone.BAD
    return Tone.WARN if amber is not None and now >= amber else Tone.NEUTRAL


def percent(basis_points: int) -> str:
    """Basis points as per cent: 500 is ``5 %``, 125 is ``1.25 %``; Chinese sets no space."""
    whole, rest = divmod(basis_points, 100)
    number = str(whole) if rest == 0 else f"{whole}.{rest:02d}".rstrip("0")
    return f"{number}%" if _language == "zh" else f"{number} %"
