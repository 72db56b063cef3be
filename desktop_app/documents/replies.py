"""What the shop writes to the buyer, ready to copy, always as the pair (Chinese, English).

A reply names the rule, the amounts, the route and the dates of the decision, and nothing that the decision does not
say. Before a decision there is only the preliminary reply, and it says that it is one. The words around these facts
are the merchant's (:mod:`desktop_app.documents.reply_templates`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from desktop_app.documents.code_words import is_chinese, word
from desktop_app.documents.reply_templates import Occasion, ReplyTemplates
from desktop_app.documents.rule_words import (
    amount_text,
    flag_text,
    listing,
    missing_text,
    option_text,
    rule_title,
    why,
)
from desktop_app.domain.approvals import Step, UnitPlan
from desktop_app.domain.money import Fen, yuan_text
from desktop_app.domain.refunds import MERCHANT_CHECK, Flag, Option, UnitVerdict
from desktop_app.domain.states import EvidenceKind, PaymentChannel, RefusalGround, VerdictKind

# what else the buyer should know about the amount; the other flags are notes for the merchant
_TOLD_FLAGS = (Flag.LATE_SHIPPING, Flag.FEE_UNDISCLOSED, Flag.FEE_CAPPED, Flag.BALANCE_LIMITED, Flag.MANUAL_UNLOCK)
_RULES_GAVE_MONEY = (VerdictKind.APPROVE_FULL, VerdictKind.APPROVE_WITH_FEE, VerdictKind.NEGOTIATE)

_MUST_SHOW: dict[str, tuple[str, str]] = {
    EvidenceKind.PAYMENT_SCREENSHOT: ("showing the time, the amount and the payee", "须显示支付时间、金额和收款方"),
    EvidenceKind.ORDER_SCREENSHOT: ("showing the order number and the goods", "须显示订单号和商品"),
    EvidenceKind.CHAT_LOG: ("with dates, unabridged", "须带日期、内容完整"),
    EvidenceKind.PRODUCT_PAGE_SCREENSHOT: ("as it was when you ordered", "以下单时的页面为准"),
    EvidenceKind.OPERATOR_NOT_ARRIVED: ("from the operator, for the number and the time", "由运营商出具，含号码和时间"),
    EvidenceKind.ACTIVATION_FAILURE_SCREENSHOT: ("showing the message and the time", "须显示提示信息和时间"),
    EvidenceKind.OFFICIAL_ACTIVATION_RECORD: ("from the issuer of the key", "由卡密发行方出具"),
    EvidenceKind.BACKEND_LOG: ("or the statement of your bank or wallet", "或银行、钱包的账单明细"),
    EvidenceKind.IDENTITY: ("so that the order can be unlocked", "用于解锁订单"),
    EvidenceKind.NEGOTIATION_RECORD: ("of what was agreed", "即双方已协商一致的内容"),
}

_GROUNDS: dict[RefusalGround, tuple[str, str]] = {
    RefusalGround.REDEEMED: (
        "The key was redeemed, as the redemption record shows.",
        "卡密已经核销，有核销记录为证。",
    ),
    RefusalGround.OPERATOR_ACCEPTED: (
        "The operator has accepted the top-up, which cannot be called back.",
        "运营商已受理该笔充值，无法撤回。",
    ),
    RefusalGround.NOTHING_LEFT: (
        "The order is already settled: nothing of the payment is left to refund.",
        "该订单已经了结，所付款项已无可退余额。",
    ),
    RefusalGround.OUT_OF_WINDOW: (
        "The request came after the refund window of the policy that applied to your order.",
        "您提出申请时，已超出下单时所适用政策的退款时限。",
    ),
    RefusalGround.ORDER_COMPLETED: (
        "You had confirmed the receipt, and the order was completed before the request.",
        "您提出申请前已确认收货，交易已完成。",
    ),
    RefusalGround.NO_WRITTEN_PROMISE: (
        "For this sale by an individual seller no refund was promised in writing.",
        "本次交易由个人代理售出，没有书面退款承诺。",
    ),
    RefusalGround.CLAIM_REFUTED: (
        "We checked what you reported, and the records do not bear it out.",
        "经核实，您所反映的情况与记录不符。",
    ),
    RefusalGround.EVIDENCE_NOT_GIVEN: (
        "The evidence that we asked for has not reached us.",
        "我们请您提供的凭证至今未收到。",
    ),
    RefusalGround.NO_REFUND_POLICY: (
        "The shop's terms exclude refunds; that alone is no ground for a refusal.",
        "本店条款约定不退不换；仅此一项不能作为拒绝理由。",
    ),
    RefusalGround.STOCK_LOCKED: (
        "Stock was locked for the order; that alone is no ground for a refusal.",
        "已为该订单锁定库存；仅此一项不能作为拒绝理由。",
    ),
}

_PLAIN = ReplyTemplates()

_STEPS: dict[Step, tuple[str, str]] = {
    Step.CANCEL: ("the order is cancelled; nothing was paid", "订单已取消，未发生付款"),
    Step.REFUND: ("no money is refunded", "不涉及退款金额"),
    Step.COMPENSATE: ("the order goes on", "订单继续履行"),
    Step.REISSUE: ("you receive a new key; the old one becomes void", "为您补发新卡密，原卡密作废"),
    Step.REDELIVER: ("the key is delivered again", "为您重新发送卡密"),
    Step.REOPEN: ("the order is open again and goes on", "订单已恢复，继续履行"),
    Step.REFUSE: ("not refunded", "不予退款"),
}


def decision_reply(
    *,
    request_no: str,
    order_no: str,
    verdict: VerdictKind,
    units: Sequence[UnitVerdict],
    plans: Sequence[UnitPlan],
    refund_fen: Fen,
    fee_fen: Fen,
    route: PaymentChannel,
    expected_at: datetime,
    estimated: bool,
    proof_numbers: Mapping[str, str] | None = None,
    templates: ReplyTemplates = _PLAIN,
) -> tuple[str, str]:
    """The reply to an approval: ``plans`` are what is done with ``units``, in the same order.

    ``verdict`` is the one of the whole request; ``refund_fen`` and ``fee_fen`` are the totals; ``expected_at`` (in the
    shop's zone) is when the money should have arrived, ``estimated`` when the calendar does not know that year yet.
    ``proof_numbers`` are attached for units that stay refused, by unit.
    """
    attached = proof_numbers or {}

    def values(language: str) -> dict[str, str]:
        chinese = is_chinese(language)
        if refund_fen:
            total = amount_text(refund_fen + fee_fen, fee_fen, refund_fen, language)
            result = f"处理结果：同意，{total}。" if chinese else f"Decision: accepted, {total}."
        else:
            result = "处理结果：" if chinese else "Decision:"
        decided = [
            (plan.ref, _decided(unit, plan, attached.get(plan.ref, ""), language))
            for unit, plan in zip(units, plans, strict=True)
        ]
        refused = any(plan.step is Step.REFUSE for plan in plans)
        return {
            "request_no": request_no,
            "order_no": order_no,
            "result": result,
            "units": "\n".join(_numbered(decided, language)),
            "notes": "\n".join(_notes(units, language, fee_fen)),
            "money": _route(route, expected_at, estimated, language) if refund_fen else "",
            "appeal": _appeal(language) if refused else "",
        }

    return _both(lambda language: templates.fill(Occasion.APPROVED, language, values(language), verdict))


def refusal_reply(
    *,
    request_no: str,
    order_no: str,
    units: Sequence[UnitVerdict],
    ground: RefusalGround,
    reason: str,
    proof_numbers: Sequence[str],
    templates: ReplyTemplates = _PLAIN,
) -> tuple[str, str]:
    """The reply to a refusal on ``ground``; ``reason`` is what the merchant adds, ``proof_numbers`` are attached."""

    def values(language: str) -> dict[str, str]:
        chinese = is_chinese(language)
        # a rule that would give money is not quoted as the reason of a refusal
        refusing = [unit for unit in units if unit.verdict is VerdictKind.REFUSE]
        added, attached = reason.strip(), ""
        if added:
            added = f"补充说明：{added}" if chinese else f"In addition: {added}"
        if proof_numbers:
            numbers = listing(list(proof_numbers), language)
            attached = (
                f"随附核销证明：{numbers}，载有核销时间、核销码、核销对象与来源。"
                if chinese
                else f"Attached redemption proof: {numbers}, with time, code, target and source of the redemption."
            )
        return {
            "request_no": request_no,
            "order_no": order_no,
            "result": f"处理结果：不予退款。理由：{_GROUNDS[ground][1]}"
            if chinese
            else f"Decision: no refund. Ground: {_GROUNDS[ground][0]}",
            "units": "\n".join(_numbered([(unit.ref, _because(unit, language)) for unit in refusing], language)),
            "reason": added,
            "proofs": attached,
            "appeal": _appeal(language),
        }

    return _both(lambda language: templates.fill(Occasion.REFUSED, language, values(language)))


def question(
    *, request_no: str, order_no: str, kinds: Sequence[str], note: str, templates: ReplyTemplates = _PLAIN
) -> tuple[str, str]:
    """Ask the buyer for the evidence ``kinds``; ``note`` is what else the merchant wants to know."""

    def values(language: str) -> dict[str, str]:
        chinese = is_chinese(language)
        asked = [kind for kind in kinds if kind != MERCHANT_CHECK]
        lines = ["请您补充以下凭证：" if chinese else "Please send us this evidence:"] if asked else []
        for number, kind in enumerate(asked, 1):
            shown = _MUST_SHOW[kind][chinese] if kind in _MUST_SHOW else ""
            name = missing_text(kind, language)
            detail = (f"（{shown}）" if chinese else f" ({shown})") if shown else ""
            lines.append(f"{number}. {name}{detail}")
        clock = []
        if len(asked) < len(kinds):
            clock.append("我们正在同时核实相关情况。" if chinese else "We are checking our own records meanwhile.")
        if asked or note.strip():
            clock.append(
                "处理时限自现在起暂停，收到您的答复后重新起算。"
                if chinese
                else "The time for our decision is paused from now and starts again with your answer."
            )
        return {
            "request_no": request_no,
            "order_no": order_no,
            "evidence": "\n".join(lines),
            "question": note.strip(),
            "clock": "\n".join(clock),
        }

    return _both(lambda language: templates.fill(Occasion.ASKED, language, values(language)))


def preliminary_reply(
    *,
    request_no: str,
    order_no: str,
    verdict: VerdictKind,
    units: Sequence[UnitVerdict],
    decide_by: datetime | None,
    templates: ReplyTemplates = _PLAIN,
) -> tuple[str, str]:
    """What the rules say so far, before the merchant decided: an opinion, marked as such, never a promise.

    ``verdict`` is the one of the whole request, ``decide_by`` (in the shop's zone) the end of the decision clock; None
    while it does not run.
    """

    def values(language: str) -> dict[str, str]:
        chinese = is_chinese(language)
        moment = decide_by.strftime("%Y-%m-%d %H:%M") if decide_by else ""
        deadline = f"处理时限：{moment}。" if chinese else f"Time limit for the decision: {moment}."
        return {
            "request_no": request_no,
            "order_no": order_no,
            "preliminary": "初步意见如下，最终以处理结果为准："
            if chinese
            else "Our preliminary view; only the decision is binding:",
            "units": "\n".join(_numbered([(unit.ref, _proposed(unit, language)) for unit in units], language)),
            "notes": "\n".join(_notes(units, language, sum(unit.fee_fen for unit in units))),
            "deadline": deadline if moment else "",
        }

    return _both(lambda language: templates.fill(Occasion.PRELIMINARY, language, values(language), verdict))


def _both(text: Callable[[str], str]) -> tuple[str, str]:
    return text("zh"), text("en")


def _numbered(sentences: Iterable[tuple[str, str]], language: str) -> list[str]:
    """One line for all units of which the same is said."""
    refs_of: dict[str, list[str]] = {}
    for ref, sentence in sentences:
        refs_of.setdefault(sentence, []).append(ref)
    lines: list[str] = []
    for sentence, refs in refs_of.items():
        named, several = listing(refs, language), len(refs) > 1
        if is_chinese(language):
            lines.append(f"· 单件 {named}{'（各）' if several else ''}：{sentence}")
        else:
            lines.append(f"· Unit{'s' if several else ''} {named}{', each' if several else ''}: {sentence}")
    return lines


def _decided(unit: UnitVerdict, plan: UnitPlan, proof_no: str, language: str) -> str:
    """What is done with one unit, and why; its own amount and proof where there is one."""
    chinese = is_chinese(language)
    outcome = _STEPS[plan.step][chinese]
    if proof_no:
        outcome += f"，随附核销证明 {proof_no}" if chinese else f"; attached redemption proof: {proof_no}"
    paid = amount_text(plan.base_fen, plan.fee_fen, plan.refund_fen, language) if plan.refund_fen else ""
    if plan.step is Step.REFUND and paid:
        outcome = paid
    elif plan.step is Step.COMPENSATE and paid:
        amount = yuan_text(plan.refund_fen)
        outcome = f"补偿 {amount}，{outcome}" if chinese else f"compensation of {amount}; {outcome}"
    if plan.refund_fen not in (0, unit.refund_fen):
        outcome += "（金额由本店另行确定）" if chinese else " (an amount set by the shop)"
    against_rules = plan.step is Step.REFUND and unit.verdict not in _RULES_GAVE_MONEY
    if against_rules:
        given = "经本店同意" if chinese else "as goodwill of the shop"
        outcome = f"{given}，{outcome}" if chinese else f"{outcome}, {given}"
    return _sentence(outcome, _because(unit, language), language)


def _proposed(unit: UnitVerdict, language: str) -> str:
    chinese = is_chinese(language)
    outcome = word(unit.verdict, language)
    amount = amount_text(unit.base_fen, unit.fee_fen, unit.refund_fen, language)
    if amount and unit.verdict is VerdictKind.NEGOTIATE:
        outcome += f"，拟{amount}" if chinese else f", proposed {amount}"
    elif amount:
        outcome += f"，{amount}" if chinese else f", {amount}"
    # attaching the proof is the merchant's own step
    options = [option_text(option, language) for option in unit.options if option is not Option.ATTACH_PROOF]
    missing = [missing_text(kind, language) for kind in unit.missing]
    text = _sentence(outcome, _because(unit, language), language)
    if missing:
        listed = listing(missing, language)
        text += f"尚缺：{listed}。" if chinese else f" Still missing: {listed}."
    if options:
        listed = listing(options, language)
        text += f"可以考虑：{listed}。" if chinese else f" Possible: {listed}."
    return text


def _because(unit: UnitVerdict, language: str) -> str:
    """The reason with the name of the rule; to the buyer the buyer is "you"."""
    sentence, title = why(unit, language), rule_title(unit.rule, language)
    if is_chinese(language):
        return f"{sentence.replace('买家', '您')}（规则 {unit.rule.value}：{title}）"
    return f"{sentence} (Rule {unit.rule.value}: {title.lower()}.)"


def _sentence(outcome: str, reason: str, language: str) -> str:
    return f"{outcome}。{reason}" if is_chinese(language) else f"{outcome[0].upper()}{outcome[1:]}. {reason}"


def _notes(units: Sequence[UnitVerdict], language: str, fee_fen: Fen) -> list[str]:
    told = [flag for flag in _TOLD_FLAGS if any(flag in unit.flags for unit in units)]
    # an amount of the merchant's own may have dropped the fee
    return [flag_text(flag, language) for flag in told if fee_fen or flag is not Flag.FEE_CAPPED]


def _route(route: PaymentChannel, expected_at: datetime, estimated: bool, language: str) -> str:
    day = expected_at.strftime("%Y-%m-%d")
    if is_chinese(language):
        way = f"（{word(route, language)}）" if route is not PaymentChannel.OTHER else ""
        guess = "（该年节假日安排尚未公布，日期为估算）" if estimated else ""
        return f"款项按原支付路径{way}退回，预计 {day} 前到账{guess}。"
    way = f" ({word(route, language)})" if route is not PaymentChannel.OTHER else ""
    guess = " (an estimate: the holidays of that year are not announced yet)" if estimated else ""
    return f"The money goes back by the way you paid{way} and is expected by {day}{guess}."


def _appeal(language: str) -> str:
    if is_chinese(language):
        return "如有异议，您可回复本消息，也可申请平台介入或拨打 12315。"
    return "If you disagree, answer this message, ask the platform to step in, or call 12315."
