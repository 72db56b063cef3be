"""The facts that a rule read, in words: the trace of a verdict holds names and codes, the same in every language.

A fact or a value from a newer version is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from desktop_app.documents.code_words import is_chinese, word_of
from desktop_app.domain.money import yuan_text
from desktop_app.domain.states import (
    EvidenceKind,
    OrderState,
    PlatformKind,
    ProductKind,
    ReasonCode,
    TopupState,
    UnitState,
)

_NAMES: Mapping[str, tuple[str, str]] = {
    "order.locked": ("order locked", "订单锁定"),
    "order.state": ("order", "订单状态"),
    "order.product_kind": ("kind of goods", "商品类型"),
    "policy.platform_kind": ("platform", "平台类型"),
    "elapsed": ("since the order", "距下单"),
    "since_paid": ("since the payment", "距付款"),
    "since_shipped": ("since the shipping", "距发货"),
    "timing": ("within the window", "退款时限"),
    "request.another_open": ("another open request", "另有未处理申请"),
    "request.evidence": ("evidence on file", "已有凭证"),
    "missing_evidence": ("evidence missing", "尚缺凭证"),
    "balance_fen": ("left to refund", "可退余额"),
    "reason": ("reason", "申请原因"),
    "claim": ("reason claimed", "所主张的原因"),
    "state": ("unit", "单件状态"),
    "shipped": ("shipped", "已发货"),
    "delivered": ("received by the buyer", "买家已收到"),
    "record_complete": ("redemption record complete", "核销记录完整"),
    "stock_left": ("keys to replace it", "可补发库存"),
    "unit.topup": ("top-up", "充值状态"),
    "unit.refunded": ("settled earlier", "此前已了结"),
    "unit.official_not_activated": ("officially not activated", "官方记录未激活"),
    "unit.balance_verified": ("balance checked", "余额已核实"),
    "unit.remaining_fen": ("balance left", "剩余金额"),
    "unit.face_fen": ("face value", "面值"),
    "facts.log_confirms": ("the log confirms", "日志证实"),
    "facts.duplicate_fen": ("charged twice", "重复扣款"),
    "facts.error_confirmed": ("error of the shop confirmed", "商家差错属实"),
    "facts.overcharged_fen": ("overcharged", "多收金额"),
    "facts.mismatch_confirmed": ("mismatch confirmed", "与描述不符属实"),
    "facts.reissue_tried": ("reissue tried", "已尝试补发"),
    "facts.written_promise": ("promise in writing", "书面承诺"),
    "facts.promise_claimed": ("promise claimed", "买家称有承诺"),
}
_CODES: Mapping[str, type[StrEnum]] = {
    "order.state": OrderState,
    "order.product_kind": ProductKind,
    "policy.platform_kind": PlatformKind,
    "reason": ReasonCode,
    "claim": ReasonCode,
    "state": UnitState,
    "unit.topup": TopupState,
    "request.evidence": EvidenceKind,
    "missing_evidence": EvidenceKind,
}
_VALUES: Mapping[str, tuple[str, str]] = {
    "true": ("yes", "是"),
    "false": ("no", "否"),
    "null": ("not known", "未知"),
    "none": ("none", "无"),
}
_SPANS = frozenset({"elapsed", "since_paid", "since_shipped"})
_TIMINGS: Mapping[str, tuple[str, str]] = {
    "in": ("yes", "时限内"),
    "grace1": ("up to one hour late", "超时 1 小时内"),
    "grace2": ("up to two hours late", "超时 2 小时内"),
    "late": ("no, later", "已超时"),
}


def fact_words(why: str, language: str) -> str:
    """``state=redeemed; record_complete=true`` as ``unit: Redeemed, redemption record complete: yes``."""
    chinese = is_chinese(language)
    told = []
    for fact in why.split("; "):
        name, is_fact, value = fact.partition("=")
        if not is_fact:
            told.append(fact)
            continue
        label = _NAMES.get(name, (name, name))[chinese]
        told.append(
            f"{label}：{_value(name, value, language)}" if chinese else f"{label}: {_value(name, value, language)}"
        )
    return ("，" if chinese else ", ").join(told)


def _value(name: str, value: str, language: str) -> str:
    chinese = is_chinese(language)
    if value in _VALUES:
        return _VALUES[value][chinese]
    if name == "timing" and value in _TIMINGS:
        return _TIMINGS[value][chinese]
    if name.endswith("_fen") and value.isdecimal():
        return yuan_text(int(value))
    if name in _SPANS:
        return _span(value, chinese)
    kind = _CODES.get(name)
    if kind is None:
        return value
    return ("、" if chinese else " + ").join(word_of(kind, part, language) for part in value.split("+"))


def _span(value: str, chinese: bool) -> str:
    """``51:07:30`` as ``51 h 7 min``: the windows of the rules are hours too."""
    parts = value.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return value
    hours, minutes = int(parts[0]), int(parts[1])
    return f"{hours} 小时 {minutes} 分" if chinese else f"{hours} h {minutes} min"
