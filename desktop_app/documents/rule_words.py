"""The rules of the refund engine in words, in both languages: why a rule applies, what it leads to, what would differ.

Each sentence states facts and the norm behind them, never a promise, so that the merchant's pane and the reply to the
buyer can share it. Pairs are (English, Chinese).
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.documents.code_words import is_chinese, word, word_of
from desktop_app.domain.money import yuan_text
from desktop_app.domain.refund_hints import Hint, HintCode
from desktop_app.domain.refunds import MERCHANT_CHECK, Flag, Option, RuleCode, UnitVerdict
from desktop_app.domain.states import EvidenceKind, VerdictKind

_Pair = tuple[str, str]
_R, _V = RuleCode, VerdictKind

RULE_TITLES: Mapping[RuleCode, _Pair] = {
    _R.G1: ("Order locked", "订单被锁定"),
    _R.N1: ("Not paid yet", "订单未付款"),
    _R.G2A: ("Another request is open", "已有未处理的申请"),
    _R.G2B: ("Nothing left to refund", "已无可退金额"),
    _R.G3A: ("No specific reason", "未说明具体原因"),
    _R.G3B: ("Evidence missing", "凭证不齐"),
    _R.M1: ("Charged twice", "重复扣款"),
    _R.M1B: ("Cancelled by mistake", "订单被误取消"),
    _R.M2: ("Charged a wrong amount", "商家多收款"),
    _R.M3: ("Not as described", "与描述不符"),
    _R.M4: ("Not received", "未收到商品"),
    _R.M5: ("Key invalid or worth less", "卡密无效或权益缩水"),
    _R.M6: ("Account or key at risk", "账号或卡密有风险"),
    _R.M7: ("Redemption disputed", "对核销有异议"),
    _R.N4: ("Phone top-up", "话费充值"),
    _R.N2: ("Not shipped, official shop", "官方直营未发货"),
    _R.N3: ("Not shipped", "未发货"),
    _R.N15: ("Partly used", "部分使用"),
    _R.N13: ("Redeemed", "已核销"),
    _R.N12: ("Use unknown", "使用情况不明"),
    _R.N14: ("Completed, not used", "已确认收货但未使用"),
    _R.N6: ("Unused, official shop", "官方直营未使用"),
    _R.N7: ("Unused, within the window", "未使用且在时限内"),
    _R.N8: ("Unused, up to one hour late", "未使用、超时 1 小时内"),
    _R.N9: ("Unused, up to two hours late", "未使用、超时 2 小时内"),
    _R.N10: ("Unused, after the window", "未使用但已超时限"),
    _R.N11: ("Unused, individual seller", "个人代理未使用"),
}

_UNUSED_IN = (
    "The key was shipped but not used, and the request came within the refund window",
    "卡密已发货但未使用，且在退款时限内提出申请",
)

WHY: Mapping[tuple[RuleCode, VerdictKind], _Pair] = {
    (_R.G1, _V.ESCALATE): (
        "The order is locked by risk control; the identity is checked before anything else, and the clocks stand still "
        "meanwhile.",
        "订单因风控被锁定；须先核实身份，其间各项时限暂停。",
    ),
    (_R.N1, _V.AUTO_CANCEL): (
        "The order was not paid when the request was made, so it can be cancelled and there is nothing to refund.",
        "申请时订单尚未付款，可直接取消，无款可退。",
    ),
    (_R.G2A, _V.MERGE): (
        "An earlier request on the same order is still open; the two are handled together.",
        "同一订单已有更早的申请尚未处理，两项申请合并处理。",
    ),
    (_R.G2B, _V.REFUSE): (
        "Everything that was paid has been refunded, or the order or unit was settled earlier.",
        "所付款项已全部退还，或该订单、该单件此前已经了结。",
    ),
    (_R.G3A, _V.NEED_EVIDENCE): (
        "The request names no specific reason; one of the preset reasons is enough.",
        "申请没有写明具体原因；从预设原因中选一项即可。",
    ),
    (_R.G3B, _V.NEED_EVIDENCE): (
        "The evidence that this reason needs is not complete.",
        "该申请原因所需的凭证尚不齐全。",
    ),
    (_R.M1, _V.APPROVE_FULL): (
        "The log confirms that the order was charged twice; the second payment is owed in full.",
        "经核对日志，该订单确有重复扣款，多扣部分应全额退还。",
    ),
    (_R.M1, _V.NEED_EVIDENCE): (
        "Whether the order was charged twice must be looked up in the log first.",
        "是否重复扣款，须先核对后台日志。",
    ),
    (_R.M1B, _V.NEGOTIATE): (
        "The log confirms that the order was cancelled by the system and not by the buyer.",
        "经核对日志，订单系被系统误取消，并非买家取消。",
    ),
    (_R.M1B, _V.NEED_EVIDENCE): (
        "Whether the system cancelled the order must be looked up in the log first.",
        "订单是否被系统误取消，须先核对后台日志。",
    ),
    (_R.M2, _V.APPROVE_FULL): (
        "It is confirmed that the shop charged a wrong amount, so what was overcharged is owed without a fee.",
        "经核实，商家收款金额有误，应退还相应金额，不收手续费。",
    ),
    (_R.M2, _V.NEGOTIATE): (
        "It is confirmed that the shop charged a wrong amount, but the goods are already used and the difference is "
        "not established.",
        "经核实，商家收款金额有误，但商品已使用且差额尚未确定。",
    ),
    (_R.M2, _V.NEED_EVIDENCE): (
        "Whether the shop charged a wrong amount must be checked first.",
        "商家收款金额是否有误，须先核实。",
    ),
    (_R.M3, _V.APPROVE_FULL): (
        "It is confirmed that the goods differ from their description, and no use of them is recorded.",
        "经核实，商品与描述不符，且没有使用记录。",
    ),
    (_R.M3, _V.NEGOTIATE): (
        "It is confirmed that the goods differ from their description, but they are already used.",
        "经核实，商品与描述不符，但已经使用。",
    ),
    (_R.M3, _V.NEED_EVIDENCE): (
        "Whether the goods differ from their description must be checked first.",
        "商品是否与描述不符，须先核实。",
    ),
    (_R.M4, _V.NEGOTIATE): (
        "No delivery is recorded more than 24 hours after shipping.",
        "发货超过 24 小时，仍没有送达记录。",
    ),
    (_R.M4, _V.NEED_EVIDENCE): (
        "The delivery is recorded; the chat log has to show what did not arrive.",
        "系统有送达记录；须由聊天记录说明未收到的情况。",
    ),
    (_R.M5, _V.REISSUE): (
        "The key is reported invalid or worth less than sold, and a replacement is in stock; after-sales come first.",
        "卡密被反映无效或权益缩水，且库存可补发；质量问题先行售后。",
    ),
    (_R.M5, _V.APPROVE_FULL): (
        "The key is reported invalid or worth less than sold, and no replacement is possible or one was tried already.",
        "卡密被反映无效或权益缩水，且已补发过或无货可补。",
    ),
    (_R.M6, _V.APPROVE_FULL): (
        "An account or key is at risk, and the goods were not shipped yet.",
        "账号或卡密存在风险，且商品尚未发出。",
    ),
    (_R.M6, _V.ESCALATE): (
        "An account or key is at risk after shipping: the key is secured first, then the platform or police decide.",
        "发货后账号或卡密存在风险：须先冻结卡密，再由平台或公安机关处理。",
    ),
    (_R.M7, _V.APPROVE_FULL): (
        "The redemption is disputed and the shop has no complete record of it (time, code, target, source).",
        "买家对核销有异议，而本店没有完整的核销记录（核销时间、核销码、核销对象、来源）。",
    ),
    (_R.M7, _V.REFUSE): (
        "The redemption is disputed, and the shop has its complete record: time, code, target and source.",
        "买家对核销有异议，本店有完整的核销记录：核销时间、核销码、核销对象与来源。",
    ),
    (_R.N4, _V.REFUSE): (
        "The operator has accepted the top-up or credited it; it cannot be called back, also for a wrong number.",
        "运营商已受理或已到账，充值无法撤回，号码填错亦同。",
    ),
    (_R.N4, _V.APPROVE_FULL): (
        "The operator did not accept the top-up, or it failed or did not arrive.",
        "运营商未受理，或充值失败、未到账。",
    ),
    (_R.N4, _V.NEED_EVIDENCE): (
        "The result of the top-up is not known; the operator's proof that it did not arrive decides.",
        "充值结果尚不明确，以运营商出具的未到账证明为准。",
    ),
    (_R.N2, _V.APPROVE_FULL): (
        "The goods were not shipped yet; the official shop refunds in full.",
        "商品尚未发货，官方直营全额退款。",
    ),
    (_R.N3, _V.APPROVE_FULL): (
        "The goods were not shipped yet, and no fee is due.",
        "商品尚未发货，不收手续费。",
    ),
    (_R.N3, _V.APPROVE_WITH_FEE): (
        "The goods were not shipped yet; the policy shown at the purchase takes a fee for cancelling.",
        "商品尚未发货；按下单时公示的政策收取取消手续费。",
    ),
    (_R.N15, _V.NEGOTIATE): (
        "The key was used in part and the remaining balance is verified; only the rest can be refunded.",
        "卡密已部分使用，余额已核实，只能就剩余部分退款。",
    ),
    (_R.N15, _V.NEED_EVIDENCE): (
        "The key was used in part; the remaining balance must be verified first.",
        "卡密已部分使用，须先核实剩余余额。",
    ),
    (_R.N13, _V.REFUSE): (
        "The key was redeemed, and the record of it is complete; a redemption cannot be undone.",
        "卡密已核销，且核销记录完整；核销不可撤销。",
    ),
    (_R.N13, _V.NEGOTIATE): (
        "The key is recorded as redeemed, but the record is not complete, so it does not carry a refusal.",
        "卡密记为已核销，但核销记录不完整，不足以据此拒绝。",
    ),
    (_R.N12, _V.NEED_EVIDENCE): (
        "Whether the key was used is not known; the official activation record decides.",
        "卡密是否使用尚不明确，以官方激活记录为准。",
    ),
    (_R.N14, _V.NEGOTIATE): (
        "The receipt was confirmed and the order completed, but the key was not used.",
        "买家已确认收货、交易完成，但卡密尚未使用。",
    ),
    (_R.N6, _V.APPROVE_FULL): (
        "The key was not used; the official shop refunds in full.",
        "卡密尚未使用，官方直营全额退款。",
    ),
    (_R.N7, _V.APPROVE_FULL): (f"{_UNUSED_IN[0]}; no fee is due.", f"{_UNUSED_IN[1]}，不收手续费。"),
    (_R.N7, _V.APPROVE_WITH_FEE): (
        f"{_UNUSED_IN[0]}; the policy shown at the purchase takes a fee.",
        f"{_UNUSED_IN[1]}；按下单时公示的政策收取手续费。",
    ),
    (_R.N8, _V.APPROVE_FULL): (
        "The key was not used; the request came up to one hour after the window and is treated as in time. No fee is "
        "due.",
        "卡密未使用，超出退款时限不超过 1 小时，按时限内处理，不收手续费。",
    ),
    (_R.N8, _V.APPROVE_WITH_FEE): (
        "The key was not used; the request came up to one hour after the window and is treated as in time. The policy "
        "shown at the purchase takes a fee.",
        "卡密未使用，超出退款时限不超过 1 小时，按时限内处理，并按公示政策收取手续费。",
    ),
    (_R.N9, _V.APPROVE_FULL): (
        "The key was not used; the request came up to two hours after the window and is met with goodwill. No fee is "
        "due.",
        "卡密未使用，超出退款时限不超过 2 小时，酌情按时限内处理，不收手续费。",
    ),
    (_R.N9, _V.APPROVE_WITH_FEE): (
        "The key was not used; the request came up to two hours after the window and is met with goodwill. The policy "
        "shown at the purchase takes a fee.",
        "卡密未使用，超出退款时限不超过 2 小时，酌情按时限内处理，并按公示政策收取手续费。",
    ),
    (_R.N10, _V.NEGOTIATE): (
        "The key was not used, but the request came after the refund window.",
        "卡密未使用，但已超出退款时限。",
    ),
    (_R.N11, _V.APPROVE_FULL): (
        "The key was not used, and the seller promised a refund in writing; no fee is due.",
        "卡密未使用，且卖家有书面退款承诺，不收手续费。",
    ),
    (_R.N11, _V.APPROVE_WITH_FEE): (
        "The key was not used, and the seller promised a refund in writing; the policy shown at the purchase takes a "
        "fee.",
        "卡密未使用，且卖家有书面退款承诺；按下单时公示的政策收取手续费。",
    ),
    (_R.N11, _V.NEED_EVIDENCE): (
        "A promise is claimed; with an individual seller only what was promised in writing counts.",
        "买家称有退款承诺；个人代理以书面承诺为准。",
    ),
    (_R.N11, _V.NEGOTIATE): (
        "The key was not used; with an individual seller only a written promise makes a refund due, within the window.",
        "卡密未使用；个人代理仅在有书面承诺且未超时限时必须退款。",
    ),
}
"""Why, for every verdict that a rule can come to."""

_REDELIVER_WHY = (
    "No delivery is recorded, and no more than 24 hours have passed since shipping.",
    "尚无送达记录，且发货不超过 24 小时。",
)
_OFFICIAL_WHY = (
    "The issuer's official record says that the key was not activated; it counts for more than the shop's own record.",
    "官方记录显示卡密未激活；官方记录优先于本店记录。",
)

FLAG_WORDS: Mapping[Flag, _Pair] = {
    Flag.PAUSED: ("All clocks stand still until this is settled.", "此事处理完之前，各项时限暂停。"),
    Flag.MANUAL_UNLOCK: (
        "More than one hour after ordering: support has to unlock the order before it can be cancelled.",
        "下单已超过 1 小时：须先由客服解锁，再行取消。",
    ),
    Flag.NOTHING_LEFT: ("There is no balance left on this order.", "该订单已无可退余额。"),
    Flag.SPECIFIC_REASON: ("A preset reason has to be chosen.", "须选择一项具体原因。"),
    Flag.FALSE_REDEMPTION: (
        "Without a complete record a claimed redemption counts as false.",
        "拿不出完整核销记录的“已核销”按虚假核销处理。",
    ),
    Flag.LATE_SHIPPING: (
        "More than 24 hours after payment the goods were not shipped: no fee is taken.",
        "付款超过 24 小时仍未发货：不收手续费。",
    ),
    Flag.PROOF_INCOMPLETE: (
        "The redemption record lacks time, code, target or source.",
        "核销记录缺少核销时间、核销码、核销对象或来源。",
    ),
    Flag.LATE_NOTE: (
        "The request came up to one hour late and is treated as in time.",
        "申请超时不超过 1 小时，按时限内处理。",
    ),
    Flag.DISCRETION: (
        "The request came up to two hours late and is met with goodwill.",
        "申请超时不超过 2 小时，酌情处理。",
    ),
    Flag.FEE_UNDISCLOSED: (
        "The fee was not clearly shown at the purchase: none is taken.",
        "下单时未明示手续费：不收取。",
    ),
    Flag.FEE_CAPPED: ("The fee was reduced to the cap of the policy.", "手续费已按上限收取。"),
    Flag.BALANCE_LIMITED: (
        "The amount is limited to what was paid and not yet refunded on the order.",
        "金额以该订单已付且未退的余额为限。",
    ),
    Flag.OVERDUE: ("The time for a decision has run out.", "已超过处理时限。"),
}

OPTION_WORDS: Mapping[Option, _Pair] = {
    Option.IDENTITY_CHECK: ("check the identity, then unlock", "核实身份后解锁"),
    Option.REOPEN: ("open the order again and go on", "恢复订单并继续履行"),
    Option.REFUND_FULL: ("refund in full", "全额退款"),
    Option.REFUND_DIFFERENCE: ("refund the difference", "退还差额"),
    Option.COMPENSATE_AND_CONTINUE: ("compensate and go on with the order", "给予补偿并继续履行"),
    Option.REDELIVER: ("deliver again", "重新发送"),
    Option.FREEZE_KEY: ("freeze the key", "冻结卡密"),
    Option.PLATFORM: ("bring in the platform", "申请平台介入"),
    Option.POLICE: ("report to the police", "向公安机关报案"),
    Option.ATTACH_PROOF: ("attach the redemption proof", "附上核销证明"),
    Option.PARTIAL_REFUND: ("refund a part", "部分退款"),
}

_MERCHANT_CHECK_WORDS = ("the shop's own check of the facts", "商家核实情况")

_HINT_WORDS: Mapping[HintCode, _Pair] = {
    HintCode.UNLOCKED: ("If the order is unlocked", "订单解锁后"),
    HintCode.OTHER_REQUEST_CLOSED: ("If the earlier request is closed", "更早的申请处理完后"),
    HintCode.ALL_EVIDENCE: ("With all the evidence asked for", "凭证补齐后"),
    HintCode.EVIDENCE: ("With this evidence: {detail}", "如提供{detail}"),
    HintCode.FACT: ("{detail}", "{detail}"),
    HintCode.STOCK: ("With keys in stock for a replacement", "如有库存可补发"),
    HintCode.IN_WINDOW: ("If the request had come within the window", "如在退款时限内申请"),
    HintCode.AFTER_WINDOW: ("If the request had come after the window", "如在退款时限之后申请"),
    HintCode.FEE_DISCLOSED: ("If the fee had been clearly shown", "如下单时已明示手续费"),
    HintCode.OFFICIAL_NOT_ACTIVATED: ("With the official record “not activated”", "如有官方“未激活”记录"),
    HintCode.RECORD_COMPLETE: ("With a complete redemption record", "如核销记录完整"),
    HintCode.RECORD_INCOMPLETE: ("Without a complete redemption record", "如核销记录不完整"),
    HintCode.BALANCE_VERIFIED: ("With the remaining balance verified", "剩余余额核实后"),
}

_FACT_WORDS: Mapping[str, _Pair] = {
    "log_confirms=true": ("If the log confirms the claim", "如日志证实买家所述"),
    "log_confirms=false": ("If the log refutes the claim", "如日志与买家所述不符"),
    "error_confirmed=true": ("If the wrong amount is confirmed", "如核实收款金额有误"),
    "error_confirmed=false": ("If the amount turns out right", "如核实收款金额无误"),
    "mismatch_confirmed=true": ("If the mismatch is confirmed", "如核实与描述不符"),
    "mismatch_confirmed=false": ("If the goods turn out as described", "如核实与描述相符"),
    "written_promise=true": ("With a written promise", "如有书面承诺"),
    "written_promise=false": ("Without a written promise", "如无书面承诺"),
    "reissue_tried=true": ("If a replacement was tried already", "如已补发过"),
    "reissue_tried=false": ("If no replacement was tried yet", "如尚未补发过"),
}


def rule_title(rule: RuleCode, language: str) -> str:
    """The rule in a few words."""
    return RULE_TITLES[rule][is_chinese(language)]


def why(unit: UnitVerdict, language: str) -> str:
    """The facts and the norm that led to the rule of ``unit``, as one sentence."""
    pair = WHY[unit.rule, unit.verdict]
    if unit.rule is RuleCode.M4 and unit.options == (Option.REDELIVER,):
        pair = _REDELIVER_WHY
    elif unit.rule is RuleCode.M7 and pair is WHY[_R.M7, _V.APPROVE_FULL] and Flag.FALSE_REDEMPTION not in unit.flags:
        pair = _OFFICIAL_WHY
    return pair[is_chinese(language)]


def explain(unit: UnitVerdict, language: str) -> str:
    """The whole ruling of one unit for the merchant: rule, reason, amounts, notes, what is missing, the choices."""
    chinese = is_chinese(language)
    parts = [f"{unit.rule.value} {rule_title(unit.rule, language)}{'。' if chinese else '.'}", why(unit, language)]
    amount = amount_text(unit.base_fen, unit.fee_fen, unit.refund_fen, language)
    if amount:
        stop = "。" if chinese else "."
        parts.append(f"{word(unit.verdict, language)}{'：' if chinese else ': '}{amount}{stop}")
    parts += [flag_text(flag, language) for flag in unit.flags]
    if unit.missing:
        listed = listing([missing_text(kind, language) for kind in unit.missing], language)
        parts.append(f"尚缺：{listed}。" if chinese else f"Still missing: {listed}.")
    if unit.options:
        listed = listing([option_text(option, language) for option in unit.options], language)
        parts.append(f"可选：{listed}。" if chinese else f"Choices: {listed}.")
    return "".join(parts) if chinese else " ".join(parts)


def amount_text(base_fen: int, fee_fen: int, refund_fen: int, language: str) -> str:
    """``refund ¥52.20 (¥54.00 minus a fee of ¥1.80)``; empty when there is no amount."""
    if not (base_fen or refund_fen):
        return ""
    chinese = is_chinese(language)
    text = f"退款 {yuan_text(refund_fen)}" if chinese else f"refund {yuan_text(refund_fen)}"
    if fee_fen and base_fen - fee_fen == refund_fen:
        base, fee = yuan_text(base_fen), yuan_text(fee_fen)
        text += f"（{base} 扣除手续费 {fee}）" if chinese else f" ({base} minus a fee of {fee})"
    return text


def flag_text(flag: Flag, language: str) -> str:
    """What a flag says, as a sentence."""
    return FLAG_WORDS[flag][is_chinese(language)]


def option_text(option: Option, language: str) -> str:
    """A way to settle, as a phrase."""
    return OPTION_WORDS[option][is_chinese(language)]


def missing_text(kind: str, language: str) -> str:
    """A kind of ``missing``: evidence of the buyer, or the check of the merchant."""
    return (
        _MERCHANT_CHECK_WORDS[is_chinese(language)] if kind == MERCHANT_CHECK else word_of(EvidenceKind, kind, language)
    )


def hint_text(hint: Hint, language: str) -> str:
    """What would change a verdict: the difference, and the rule, verdict and amount that it would lead to."""
    chinese = is_chinese(language)
    if hint.code is HintCode.FACT:
        condition = _FACT_WORDS[hint.detail][chinese]
    else:
        detail = missing_text(hint.detail, language) if hint.detail else ""
        condition = _HINT_WORDS[hint.code][chinese].format(detail=detail)
    result = word(hint.verdict, language)
    if hint.refund_fen:
        result += f"，{yuan_text(hint.refund_fen)}" if chinese else f", {yuan_text(hint.refund_fen)}"
    title = rule_title(hint.rule, language)
    if chinese:
        return f"{condition}：{result}（规则 {hint.rule.value} {title}）"
    return f"{condition}: {result} (rule {hint.rule.value}, {title.lower()})"


def listing(items: list[str], language: str) -> str:
    """The items in a row, as the language joins them."""
    return "、".join(items) if is_chinese(language) else ", ".join(items)
