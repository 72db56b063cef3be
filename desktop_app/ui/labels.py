"""Words, colours and formats for people: the codes of the domain, money, times, errors.

The engine returns codes; this module gives them words in the language of the window.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from desktop_app.domain.errors import ShopError
from desktop_app.domain.money import yuan_text
from desktop_app.domain.states import (
    EscalationTarget,
    EvidenceKind,
    FeeDisclosure,
    InventoryEffect,
    KeyState,
    OrderState,
    PaymentChannel,
    PlatformKind,
    ProductKind,
    ReasonCode,
    RefundState,
    RefusalGround,
    RequestState,
    TopupState,
    UnitState,
    VerdictKind,
)
from desktop_app.ui.colours import Tone

_CONTEXT = "labels"
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


_LABELS: tuple[tuple[StrEnum, object], ...] = (
    (PlatformKind.OFFICIAL, QT_TRANSLATE_NOOP("labels", "Official shop")),
    (PlatformKind.THIRD_PARTY, QT_TRANSLATE_NOOP("labels", "Third-party platform")),
    (PlatformKind.INDIVIDUAL, QT_TRANSLATE_NOOP("labels", "Individual agent")),
    (ProductKind.GAME_CARD, QT_TRANSLATE_NOOP("labels", "Game card")),
    (ProductKind.PHONE_TOPUP, QT_TRANSLATE_NOOP("labels", "Phone top-up")),
    (ProductKind.MEMBERSHIP, QT_TRANSLATE_NOOP("labels", "Membership")),
    (ProductKind.GIFT_PACK, QT_TRANSLATE_NOOP("labels", "Gift pack")),
    (ProductKind.OTHER, QT_TRANSLATE_NOOP("labels", "Other goods")),
    (FeeDisclosure.CLEAR, QT_TRANSLATE_NOOP("labels", "Clearly shown")),
    (FeeDisclosure.BURIED, QT_TRANSLATE_NOOP("labels", "In small print")),
    (FeeDisclosure.NONE, QT_TRANSLATE_NOOP("labels", "Not shown")),
    (PaymentChannel.WECHAT, QT_TRANSLATE_NOOP("labels", "WeChat Pay")),
    (PaymentChannel.ALIPAY, QT_TRANSLATE_NOOP("labels", "Alipay")),
    (PaymentChannel.OTHER, QT_TRANSLATE_NOOP("labels", "Other payment")),
    (OrderState.UNPAID, QT_TRANSLATE_NOOP("labels", "Unpaid")),
    (OrderState.PAID, QT_TRANSLATE_NOOP("labels", "Paid, not shipped")),
    (OrderState.SHIPPED, QT_TRANSLATE_NOOP("labels", "Shipped")),
    (OrderState.COMPLETED, QT_TRANSLATE_NOOP("labels", "Completed")),
    (OrderState.CANCELLED, QT_TRANSLATE_NOOP("labels", "Cancelled")),
    (UnitState.UNSHIPPED, QT_TRANSLATE_NOOP("labels", "Not shipped")),
    (UnitState.UNUSED, QT_TRANSLATE_NOOP("labels", "Unused")),
    (UnitState.REDEEMED, QT_TRANSLATE_NOOP("labels", "Redeemed")),
    (UnitState.PARTIALLY_USED, QT_TRANSLATE_NOOP("labels", "Partly used")),
    (UnitState.UNKNOWN, QT_TRANSLATE_NOOP("labels", "Use unknown")),
    (TopupState.CHARGING, QT_TRANSLATE_NOOP("labels", "Top-up under way")),
    (TopupState.NOT_ACCEPTED, QT_TRANSLATE_NOOP("labels", "Not accepted by the operator")),
    (TopupState.ACCEPTED, QT_TRANSLATE_NOOP("labels", "Accepted by the operator")),
    (TopupState.ARRIVED, QT_TRANSLATE_NOOP("labels", "Arrived")),
    (TopupState.FAILED, QT_TRANSLATE_NOOP("labels", "Top-up failed")),
    (KeyState.IN_STOCK, QT_TRANSLATE_NOOP("labels", "In stock")),
    (KeyState.RESERVED, QT_TRANSLATE_NOOP("labels", "Reserved")),
    (KeyState.DELIVERED, QT_TRANSLATE_NOOP("labels", "Delivered")),
    (KeyState.REDEEMED, QT_TRANSLATE_NOOP("labels", "Key redeemed")),
    (KeyState.QUARANTINED, QT_TRANSLATE_NOOP("labels", "Quarantined")),
    (KeyState.VOID, QT_TRANSLATE_NOOP("labels", "Void")),
    (ReasonCode.WRONG_ITEM, QT_TRANSLATE_NOOP("labels", "Wrong item chosen")),
    (ReasonCode.WRONG_TARGET, QT_TRANSLATE_NOOP("labels", "Wrong account or server")),
    (ReasonCode.CHANGE_OF_MIND, QT_TRANSLATE_NOOP("labels", "Change of mind")),
    (ReasonCode.DUPLICATE_ORDER, QT_TRANSLATE_NOOP("labels", "Ordered twice")),
    (ReasonCode.MERCHANT_WRONG_AMOUNT, QT_TRANSLATE_NOOP("labels", "Merchant charged a wrong amount")),
    (ReasonCode.DESCRIPTION_MISMATCH, QT_TRANSLATE_NOOP("labels", "Not as described")),
    (ReasonCode.NOT_RECEIVED, QT_TRANSLATE_NOOP("labels", "Not received")),
    (ReasonCode.SECURITY_RISK, QT_TRANSLATE_NOOP("labels", "Account or key at risk")),
    (ReasonCode.INVALID_CARD, QT_TRANSLATE_NOOP("labels", "Card key invalid")),
    (ReasonCode.REDUCED_BENEFIT, QT_TRANSLATE_NOOP("labels", "Less benefit than sold")),
    (ReasonCode.DUPLICATE_PAYMENT, QT_TRANSLATE_NOOP("labels", "Charged twice")),
    (ReasonCode.AUTO_CANCELLED, QT_TRANSLATE_NOOP("labels", "Cancelled by the system")),
    (ReasonCode.REDEMPTION_DISPUTED, QT_TRANSLATE_NOOP("labels", "Redemption disputed")),
    (EvidenceKind.PAYMENT_SCREENSHOT, QT_TRANSLATE_NOOP("labels", "Payment screenshot")),
    (EvidenceKind.ORDER_SCREENSHOT, QT_TRANSLATE_NOOP("labels", "Order screenshot")),
    (EvidenceKind.CHAT_LOG, QT_TRANSLATE_NOOP("labels", "Chat log")),
    (EvidenceKind.PRODUCT_PAGE_SCREENSHOT, QT_TRANSLATE_NOOP("labels", "Product page screenshot")),
    (EvidenceKind.OPERATOR_NOT_ARRIVED, QT_TRANSLATE_NOOP("labels", "Operator's not-arrived proof")),
    (EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT, QT_TRANSLATE_NOOP("labels", "Activation failure screenshot")),
    (EvidenceKind.OFFICIAL_ACTIVATION_RECORD, QT_TRANSLATE_NOOP("labels", "Official activation record")),
    (EvidenceKind.BACKEND_LOG, QT_TRANSLATE_NOOP("labels", "Back-end log")),
    (EvidenceKind.IDENTITY, QT_TRANSLATE_NOOP("labels", "Identity check")),
    (EvidenceKind.NEGOTIATION_RECORD, QT_TRANSLATE_NOOP("labels", "Negotiation record")),
    (VerdictKind.AUTO_CANCEL, QT_TRANSLATE_NOOP("labels", "Cancel at once")),
    (VerdictKind.APPROVE_FULL, QT_TRANSLATE_NOOP("labels", "Full refund")),
    (VerdictKind.APPROVE_WITH_FEE, QT_TRANSLATE_NOOP("labels", "Refund minus fee")),
    (VerdictKind.NEGOTIATE, QT_TRANSLATE_NOOP("labels", "Negotiate")),
    (VerdictKind.REISSUE, QT_TRANSLATE_NOOP("labels", "Reissue")),
    (VerdictKind.REFUSE, QT_TRANSLATE_NOOP("labels", "Refuse")),
    (VerdictKind.NEED_EVIDENCE, QT_TRANSLATE_NOOP("labels", "Ask for evidence")),
    (VerdictKind.ESCALATE, QT_TRANSLATE_NOOP("labels", "Escalate")),
    (VerdictKind.MERGE, QT_TRANSLATE_NOOP("labels", "Join the open request")),
    (VerdictKind.PARTIAL, QT_TRANSLATE_NOOP("labels", "Differs per unit")),
    (InventoryEffect.NONE, QT_TRANSLATE_NOOP("labels", "Key stays as it is")),
    (InventoryEffect.RESTOCK, QT_TRANSLATE_NOOP("labels", "Key back into stock")),
    (InventoryEffect.QUARANTINE, QT_TRANSLATE_NOOP("labels", "Key into quarantine")),
    (InventoryEffect.VOID, QT_TRANSLATE_NOOP("labels", "Key becomes void")),
    (RequestState.OPEN, QT_TRANSLATE_NOOP("labels", "Open")),
    (RequestState.ASKED, QT_TRANSLATE_NOOP("labels", "Waiting for evidence")),
    (RequestState.ESCALATED, QT_TRANSLATE_NOOP("labels", "Escalated")),
    (RequestState.DECIDED, QT_TRANSLATE_NOOP("labels", "Decided")),
    (RequestState.MERGED, QT_TRANSLATE_NOOP("labels", "Joined to another")),
    (RequestState.WITHDRAWN, QT_TRANSLATE_NOOP("labels", "Withdrawn")),
    (RefusalGround.REDEEMED, QT_TRANSLATE_NOOP("labels", "The key was redeemed")),
    (RefusalGround.OPERATOR_ACCEPTED, QT_TRANSLATE_NOOP("labels", "The operator accepted the top-up")),
    (RefusalGround.NOTHING_LEFT, QT_TRANSLATE_NOOP("labels", "Nothing is left to refund")),
    (RefusalGround.OUT_OF_WINDOW, QT_TRANSLATE_NOOP("labels", "Requested after the window")),
    (RefusalGround.ORDER_COMPLETED, QT_TRANSLATE_NOOP("labels", "The buyer confirmed the receipt")),
    (RefusalGround.NO_WRITTEN_PROMISE, QT_TRANSLATE_NOOP("labels", "No written promise")),
    (RefusalGround.CLAIM_REFUTED, QT_TRANSLATE_NOOP("labels", "The check refuted the claim")),
    (RefusalGround.EVIDENCE_NOT_GIVEN, QT_TRANSLATE_NOOP("labels", "The evidence asked for did not come")),
    (RefusalGround.NO_REFUND_POLICY, QT_TRANSLATE_NOOP("labels", '"No refunds" in the shop\'s terms')),
    (RefusalGround.STOCK_LOCKED, QT_TRANSLATE_NOOP("labels", "Stock was locked for the order")),
    (RefundState.DUE, QT_TRANSLATE_NOOP("labels", "To be paid")),
    (RefundState.PAID, QT_TRANSLATE_NOOP("labels", "Paid out")),
    (RefundState.ARRIVED, QT_TRANSLATE_NOOP("labels", "Refund arrived")),
    (RefundState.FAILED, QT_TRANSLATE_NOOP("labels", "Payment failed")),
    (EscalationTarget.PLATFORM, QT_TRANSLATE_NOOP("labels", "Platform arbitration")),
    (EscalationTarget.CONSUMER_12315, QT_TRANSLATE_NOOP("labels", "12315 consumer hotline")),
    (EscalationTarget.CYBERSPACE_12377, QT_TRANSLATE_NOOP("labels", "12377 internet reports")),
    (EscalationTarget.POLICE, QT_TRANSLATE_NOOP("labels", "Police")),
)
_LABEL_OF = {(type(code), code.value): str(text) for code, text in _LABELS}
"""StrEnums of different kinds with the same value are equal and hash alike, so the type is part of the key."""

_TONES: tuple[tuple[StrEnum, Tone], ...] = (
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
_TONE_OF = {(type(code), code.value): tone for code, tone in _TONES}


def label(code: StrEnum) -> str:
    """The word for a state, reason, verdict or kind in the language of the window."""
    return QCoreApplication.translate(_CONTEXT, _LABEL_OF[type(code), code.value])


def tone(code: StrEnum) -> Tone:
    """The colour of the code's pill; codes that are neither good nor bad are neutral."""
    return _TONE_OF.get((type(code), code.value), Tone.NEUTRAL)


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
    """Basis points as per cent: 500 is ``5 %``, 125 is ``1.25 %``."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole} %" if rest == 0 else f"{whole}.{rest:02d}".rstrip("0") + " %"
