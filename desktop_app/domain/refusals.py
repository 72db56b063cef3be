"""Which grounds carry a refusal, and which do not.

A refusal that the shop cannot prove turns into a complaint, and 电子商务法 62 puts the burden on the shop. So a ground
is accepted only when the recorded facts bear it out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desktop_app.domain.errors import RefusedError
from desktop_app.domain.refunds import MERCHANT_CHECK, Facts, Order, Request, RuleCode, Unit, UnitVerdict, Verdict
from desktop_app.domain.states import PlatformKind, RefusalGround, TopupState, UnitState, VerdictKind

_USED = (UnitState.REDEEMED, UnitState.PARTIALLY_USED)
_TAKEN = (TopupState.ACCEPTED, TopupState.ARRIVED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal is judged by: the request as decided, its units, and the verdict of the moment."""

    order: Order
    request: Request
    facts: Facts
    platform_kind: PlatformKind
    units: tuple[Unit, ...]
    verdict: Verdict


def grounds_that_hold(refusal: Refusal) -> tuple[RefusalGround, ...]:
    """The grounds that the recorded facts bear out, in the order of the vocabulary."""
    return tuple(ground for ground in _TESTS if _TESTS[ground](refusal) and not _without_record(ground, refusal))


def check_ground(ground: RefusalGround, refusal: Refusal) -> None:
    """Raise :class:`RefusedError` unless ``ground`` carries a refusal here."""
    if ground in (RefusalGround.NO_REFUND_POLICY, RefusalGround.STOCK_LOCKED):
        raise RefusedError(
            "“{name}” alone never carries a refusal: such a standard term is void under article 26 of the Consumer "
            "Rights Protection Law. Choose a ground that lies in this order, or refund.",
            "仅凭“{name_zh}”不能拒绝退款：依《消费者权益保护法》第二十六条，此类格式条款无效。请选择与本订单事实相符的理由，或同意退款。",
            name="no refunds once shipped" if ground is RefusalGround.NO_REFUND_POLICY else "stock is locked",
            name_zh="一经发货不退不换" if ground is RefusalGround.NO_REFUND_POLICY else "已锁定库存",
        )
    if not _TESTS[ground](refusal):
        en, zh = _WHY_NOT[ground]
        raise RefusedError(en, zh, refs=", ".join(_incomplete(refusal)) or "–")
    if refs := _without_record(ground, refusal):
        raise RefusedError(
            "Units {refs} are recorded as redeemed without time, code, target or source. Complete the record first, or "
            "refund: a refusal without proof counts as a false redemption, whatever its ground.",
            "单件 {refs} 已登记核销，但记录缺少核销时间、核销码、核销对象或来源。请先补全核销记录，否则应退款："
            "无论以何理由，拿不出证明的拒绝都会被认定为“虚假核销”。",
            refs=", ".join(refs),
        )


def units_to_prove(ground: RefusalGround, refusal: Refusal) -> tuple[str, ...]:
    """The units whose redemption proofs go with a refusal on ``ground`` (seed A19, A23)."""
    return tuple(unit.ref for unit in _used_units(ground, refusal) if unit.state is UnitState.REDEEMED)


def _without_record(ground: RefusalGround, refusal: Refusal) -> list[str]:
    """Used units that ``ground`` would refuse although nothing proves their redemption."""
    return [unit.ref for unit in _used_units(ground, refusal) if not unit.redemption.complete]


def _used_units(ground: RefusalGround, refusal: Refusal) -> list[Unit]:
    """The units that are refused while they count as used; what was settled earlier is not refused for its use."""
    if ground is RefusalGround.NOTHING_LEFT:
        return []
    return [
        unit
        for unit, judged in zip(refusal.units, refusal.verdict.units, strict=True)
        if unit.state in _USED and not unit.official_not_activated and judged.rule is not RuleCode.G2B
    ]


def _incomplete(refusal: Refusal) -> list[str]:
    return [unit.ref for unit in refusal.units if unit.state in _USED and not unit.redemption.complete]


def _redeemed(refusal: Refusal) -> bool:
    return all(
        unit.state in _USED and unit.redemption.complete and not unit.official_not_activated for unit in refusal.units
    )


def _operator_accepted(refusal: Refusal) -> bool:
    return all(unit.topup in _TAKEN for unit in refusal.units)


def _nothing_left(refusal: Refusal) -> bool:
    settled = all(unit.refunded for unit in refusal.units)
    return settled or all(unit.rule is RuleCode.G2B for unit in refusal.verdict.units)


def _out_of_window(refusal: Refusal) -> bool:
    return all(unit.rule is RuleCode.N10 for unit in refusal.verdict.units)


def _order_completed(refusal: Refusal) -> bool:
    return all(unit.rule is RuleCode.N14 for unit in refusal.verdict.units)


def _no_written_promise(refusal: Refusal) -> bool:
    return (
        refusal.platform_kind is PlatformKind.INDIVIDUAL
        and not refusal.facts.written_promise
        and all(unit.rule is RuleCode.N11 and unit.verdict is VerdictKind.NEGOTIATE for unit in refusal.verdict.units)
    )


def _claim_refuted(refusal: Refusal) -> bool:
    return all(case.is_refuted for case, _ in refusal.verdict.walks) and all(
        unit.verdict in (VerdictKind.REFUSE, VerdictKind.NEGOTIATE, VerdictKind.NEED_EVIDENCE)
        for unit in refusal.verdict.units
    )


def _evidence_not_given(refusal: Refusal) -> bool:
    asked = refusal.request.asked_at is not None and refusal.request.answered_at is None
    return asked and all(_waits_for_buyer(unit) for unit in refusal.verdict.units)


def _waits_for_buyer(unit: UnitVerdict) -> bool:
    return unit.verdict is VerdictKind.NEED_EVIDENCE and unit.missing != (MERCHANT_CHECK,)


_TESTS: Mapping[RefusalGround, Callable[[Refusal], bool]] = {
    RefusalGround.REDEEMED: _redeemed,
    RefusalGround.OPERATOR_ACCEPTED: _operator_accepted,
    RefusalGround.NOTHING_LEFT: _nothing_left,
    RefusalGround.OUT_OF_WINDOW: _out_of_window,
    RefusalGround.ORDER_COMPLETED: _order_completed,
    RefusalGround.NO_WRITTEN_PROMISE: _no_written_promise,
    RefusalGround.CLAIM_REFUTED: _claim_refuted,
    RefusalGround.EVIDENCE_NOT_GIVEN: _evidence_not_given,
}

_WHY_NOT: Mapping[RefusalGround, tuple[str, str]] = {
    RefusalGround.REDEEMED: (
        "“Redeemed” carries a refusal only when every unit asked about is recorded as redeemed with time, code, target "
        "and source, and no official record says otherwise. Units without a complete record: {refs}. Complete the "
        "record first, or refund: a refusal without proof counts as a false redemption.",
        "以“已核销”拒绝，须每件都有完整的核销记录（核销时间、核销码、核销对象、来源），且没有官方“未激活”记录。"
        "记录不完整的单件：{refs}。请先补全核销记录，否则应退款：拿不出证明的拒绝会被认定为“虚假核销”。",
    ),
    RefusalGround.OPERATOR_ACCEPTED: (
        "The operator is not recorded as having accepted every top-up asked about: record the operator's answer first.",
        "并非每件充值都有“运营商已受理”的记录：请先登记运营商的处理结果。",
    ),
    RefusalGround.NOTHING_LEFT: (
        "There is still money on this order that was not refunded, so this ground does not apply.",
        "该订单仍有未退金额，此理由不成立。",
    ),
    RefusalGround.OUT_OF_WINDOW: (
        "The request is not out of the refund window for every unit asked about, so this ground does not apply.",
        "并非每件都已超出退款时限，此理由不成立。",
    ),
    RefusalGround.ORDER_COMPLETED: (
        "The buyer had not confirmed the receipt of these units when the request was made, or the rules give more.",
        "申请时买家尚未确认收货，或按规则买家应得更多，此理由不成立。",
    ),
    RefusalGround.NO_WRITTEN_PROMISE: (
        "This ground applies only to an unused key sold by an individual seller who promised nothing in writing.",
        "此理由仅适用于个人代理售出、未使用、且没有书面承诺的卡密。",
    ),
    RefusalGround.CLAIM_REFUTED: (
        "The buyer's claim was not recorded as checked and refuted, or the rules give a refund all the same.",
        "尚未登记“核实后不成立”，或按规则仍应退款。",
    ),
    RefusalGround.EVIDENCE_NOT_GIVEN: (
        "Ask the buyer for the missing evidence first; this ground applies only while the answer is outstanding, and "
        "not where only the shop has something to check.",
        "请先向买家索要所缺凭证；只有已索要而买家尚未提供时，此理由才成立，店铺自己尚待核实的事项不算。",
    ),
}
