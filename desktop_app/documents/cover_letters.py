"""The letter in front of a dossier (说明函), in Chinese, for whoever was not there: platform, 12315, 12377, police.

It states what is on record and asks the addressee to judge; it accuses nobody and promises nothing that the decision
does not say. The articles are those of the law in force in 2026 and are named, not interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop_app.documents.code_words import word
from desktop_app.documents.dossier import DecisionFacts, Dossier
from desktop_app.documents.rule_words import option_text, rule_title
from desktop_app.domain.money import yuan_text
from desktop_app.domain.refunds import Option
from desktop_app.domain.states import EscalationTarget, OrderState, ReasonCode, UnitState, VerdictKind

_ZH = "zh"
_BLANK = "（未填写）"

_ADDRESSEES = {
    EscalationTarget.PLATFORM: "{channel} 平台争议处理（仲裁）部门",
    EscalationTarget.CONSUMER_12315: "受理本件消费投诉的市场监督管理部门（12315）/ 消费者协会",
    EscalationTarget.CYBERSPACE_12377: "中央网信办违法和不良信息举报中心（12377）",
    EscalationTarget.POLICE: "受理本件的公安机关",
}
_TITLES = {
    EscalationTarget.PLATFORM: "关于订单 {order} 退款争议的说明及证据",
    EscalationTarget.CONSUMER_12315: "关于订单 {order} 消费争议的情况说明及证据",
    EscalationTarget.CYBERSPACE_12377: "关于订单 {order} 所涉网络举报事项的情况说明及证据",
    EscalationTarget.POLICE: "关于订单 {order} 所涉线索的情况说明及证据",
}

_LAW_STANDARD_TERMS = (
    "《消费者权益保护法》第二十六条",
    "格式条款不得对消费者作出不公平、不合理的规定。本店未以“一经发货、不退不换”之类条款作为拒绝理由，处理依据见“规则裁定”。",
)
_LAW_DIGITAL = (
    "《消费者权益保护法》第二十五条",
    "该条规定网络购物七日退货及其例外；本单为在线交付的数字化商品，是否可退按商品性质、购买时的约定和核销情况判断。",
)
_LAW_QUALITY = (
    "《消费者权益保护法》第二十四条",
    "商品不符合质量要求时的退货、更换、修理责任；本件申请原因涉及商品本身，按此先行售后、不成则退款。",
)
_LAW_RECORDS = (
    "《电子商务法》第六十二条",
    "经营者应当提供原始合同和交易记录；丢失、伪造、篡改、隐匿的，承担相应责任。本证据包即依此提供。",
)
_LAW_KEEPING = (
    "《电子商务法》第三十一条",
    "交易信息的保存时间自交易完成之日起不少于三年；请平台据其留存的记录核对。",
)
_LAW_DELIVERY = (
    "《电子商务法》第五十一条",
    "采用在线传输方式交付的，合同标的进入对方当事人指定的特定系统且能够检索识别的时间为交付时间；发货、送达时间见“订单事实”。",
)
_LAW_MEANS = (
    "《消费者权益保护法》第三十九条",
    "消费争议可以协商和解、请求调解、向有关行政部门投诉、仲裁或者诉讼。",
)
_LAW_FEES = (
    "《价格法》第十三条",
    "不得收取任何未予标明的费用；购买时的费用说明见“购买时适用的政策”。",
)
_LAW_COMPLAINTS = (
    "《电子商务法》第五十九条",
    "电子商务经营者应当建立便捷、有效的投诉、举报机制，及时受理并处理；本店对本件的受理和处理经过见下列附件。",
)
_LAW_AUTHORITIES = (
    "《电子商务法》第二十五条",
    "有关主管部门依法要求提供电子商务数据信息的，经营者应当提供；主管部门对其中的个人信息、隐私和商业秘密严格保密。",
)


@dataclass(frozen=True, slots=True)
class CoverLetter:
    """The parts of the letter, each a literal text; ``grounds`` are (article, what it says here)."""

    title: str
    addressee: str
    parties: tuple[tuple[str, str], ...]
    subject: tuple[str, ...]
    claims: tuple[str, ...]
    story: tuple[str, ...]
    grounds: tuple[tuple[str, str], ...]
    promise: str
    signature: tuple[str, ...]

    def text(self, attachments: tuple[str, ...]) -> str:
        """The whole letter as plain text, for the text box of a complaint form."""
        numbered = [f"{number}. {claim}" for number, claim in enumerate(self.claims, 1)]
        story = [f"{number}. {line}" for number, line in enumerate(self.story, 1)]
        lines = [
            self.title,
            "",
            f"致：{self.addressee}",
            "",
            *(f"{name}：{value}" for name, value in self.parties),
            "",
            "一、事由",
            *self.subject,
            "",
            "二、请求",
            *numbered,
            "",
            "三、事实经过",
            *story,
            "",
            "四、依据",
            *(f"{article}：{what}" for article, what in self.grounds),
            "",
            "五、附件",
            *attachments,
            "",
            self.promise,
            "",
            *self.signature,
        ]
        return "\n".join(lines) + "\n"


def cover_letter(dossier: Dossier) -> CoverLetter:
    """The letter for the addressee of ``dossier``."""
    shop, order, request = dossier.shop, dossier.order, dossier.request
    this = dossier.this_dispute
    title = _TITLES[dossier.target].format(order=order.order_no)
    return CoverLetter(
        title=title,
        addressee=_ADDRESSEES[dossier.target].format(channel=order.channel),
        parties=(
            ("提交人（商家）", shop.name),
            ("营业执照号", shop.licence or _BLANK),
            ("ICP 备案号", shop.icp or _BLANK),
            ("联系人及联系方式", "，".join(part for part in (shop.operator, shop.contact) if part) or _BLANK),
            ("对方（买家）", order.buyer_masked or "（平台未提供买家信息）"),
            ("销售渠道", f"{order.channel}（{word(order.platform_kind, _ZH)}）"),
            ("订单号 / 申请号", f"{order.order_no} / {request.request_no}"),
            ("受理编号", (this.reference if this else "") or "（尚未取得，请以贵处编号为准）"),
            ("证据包编号", dossier.dossier_no),
        ),
        subject=_subject(dossier),
        claims=_claims(dossier),
        story=_story(dossier),
        grounds=_grounds(dossier),
        promise=(
            "本店保证所附材料均取自本店留存的记录，除掩码外未作增删；每个文件的 SHA-256 列于清单，可逐一核对。"
            "买家账号、卡密在本材料中均已掩码；如需核验原文，本店可当面向贵方出示。"
            "本函陈述本店记录的事实，不构成对买家行为的法律评价。"
        ),
        signature=(
            f"提交人（盖章 / 签字）：{shop.name}",
            "经办人：________________        日期：______年____月____日",
            f"（本函由系统于 {_day_time(dossier.made_at, dossier)} 据记录生成，经办人：{dossier.made_by}）",
        ),
    )


def _subject(dossier: Dossier) -> tuple[str, ...]:
    order, request, this = dossier.order, dossier.request, dossier.this_dispute
    asked = [unit for unit in order.units if unit.asked]
    reason = word(request.reason, _ZH) if request.reason else "未说明具体原因"
    bought = (
        f"买家于 {_day_time(order.ordered_at, dossier)} 在{order.channel}向本店购买“{order.product}”"
        f"（{word(order.product_kind, _ZH)}）{len(order.units)} 件，实付 {yuan_text(order.paid_fen)}；"
        f"{_day_time(request.requested_at, dossier)} 就其中 {len(asked)} 件申请退款，原因为“{reason}”"
        f"{_own_reasons(dossier)}。"
    )
    if this is None:
        return (bought,)
    kind = "对本店处理结果的申诉" if this.is_appeal else "在本店作出处理之前提出的争议"
    if dossier.target in (EscalationTarget.CYBERSPACE_12377, EscalationTarget.POLICE):
        kind = "在本店作出处理之后提交的材料" if this.is_appeal else "在本店作出处理之前提交的材料"
    number = f"，编号 {this.reference}" if this.reference else ""
    opened = _day_time(this.opened_at, dossier)
    return (bought, f"本件为{kind}，受理方为“{word(this.target, _ZH)}”{number}，本店登记的起始时间为 {opened}。")


def _own_reasons(dossier: Dossier) -> str:
    """Units that are asked back for another reason than the request as a whole."""
    own = [
        f"第 {unit.ref} 件为“{word(unit.reason, _ZH)}”"
        for unit in dossier.order.units
        if unit.asked and unit.reason is not None and unit.reason is not dossier.request.reason
    ]
    return f"（其中{'，'.join(own)}）" if own else ""


def _claims(dossier: Dossier) -> tuple[str, ...]:
    decision = dossier.decision
    if dossier.target is EscalationTarget.POLICE:
        return (
            "请依法核查所附材料反映的线索，并依职权调取支付渠道、平台和卡密发行方的记录。",
            "如需原始电子数据、买家账号原文或当面说明，请与本店联系，本店予以配合并注意保密。",
        )
    if dossier.target is EscalationTarget.CYBERSPACE_12377:
        return (
            "请结合所附记录核查举报所涉的页面、链接或账号是否含有违法和不良信息。",
            "交易退款部分请告知举报人通过平台或 12315 处理；本店的处理情况见下。",
        )
    first = "请贵方依据所附证据" if dossier.target is EscalationTarget.PLATFORM else "请贵部门依据所附证据主持调解，"
    if decision is None:
        return (
            f"{first}对本件争议提出处理意见；本店尚未作出最终处理，愿与买家协商。",
            "如需补充材料，请告知所需内容和期限。",
        )
    if decision.action == "refuse":
        return (
            f"{first}确认本店于 {_day_time(decision.decided_at, dossier)} 作出的不予退款处理"
            f"（理由：{word(decision.ground, _ZH) if decision.ground else '见处理结果'}）。",
            "如认定本店应当退款，请告知认定的事实、金额和理由，本店据此重新受理。",
        )
    return (
        f"{first}确认本店已于 {_day_time(decision.decided_at, dossier)} 作出的处理：{_result(dossier, decision)}。",
        "如认定应另行退款，请告知认定的事实、金额和理由，本店据此重新受理。",
    )


def _result(dossier: Dossier, decision: DecisionFacts) -> str:
    """What was decided, unit by unit where it differs; a new key is no refund of ¥0."""
    if decision.action == "refuse":
        return f"不予退款（{word(decision.ground, _ZH)}）" if decision.ground else "不予退款"
    units = dossier.ruling.units
    parts: list[str] = []
    if decision.refund_fen:
        fee = f"，收取手续费 {yuan_text(decision.fee_fen)}" if decision.fee_fen else ""
        parts.append(f"同意退款 {yuan_text(decision.refund_fen)}{fee}")
    reissued = [unit.ref for unit in units if unit.verdict is VerdictKind.REISSUE]
    if reissued:
        parts.append(f"为第 {'、'.join(reissued)} 件补发卡密，原卡密作废")
    if any(unit.verdict is VerdictKind.AUTO_CANCEL for unit in units):
        parts.append("取消未付款的订单")
    if decision.option in (Option.REDELIVER, Option.REOPEN, Option.COMPENSATE_AND_CONTINUE):
        parts.append(option_text(Option(decision.option), _ZH))
    paying = any(unit.verdict not in (VerdictKind.REFUSE, VerdictKind.REISSUE) for unit in units)
    refused = [unit.ref for unit in units if unit.verdict is VerdictKind.REFUSE]
    if refused and (paying or reissued):  # of a mixed request; refused whole, an amount is goodwill
        parts.append(f"第 {'、'.join(refused)} 件不予退款")
    return "；".join(parts) or f"同意退款 {yuan_text(0)}"


def _disputes(dossier: Dossier) -> list[tuple[datetime, str]]:
    """What became of every dispute, those that the shop lost as well."""
    told: list[tuple[datetime, str]] = []
    for dispute in dossier.disputes:
        where = f"“{word(dispute.target, _ZH)}”" + (f"（编号 {dispute.reference}）" if dispute.reference else "")
        about = "" if dispute.request_no == dossier.request.request_no else f"（申请 {dispute.request_no}）"
        told.append((dispute.opened_at, f"本店登记争议{about}，受理方为{where}。"))
        if dispute.sent_at:
            told.append((dispute.sent_at, f"本店向{where}提交材料。"))
        if dispute.answered_at:
            told.append((dispute.answered_at, f"{where}作出答复。"))
        if dispute.outcome and dispute.outcome_at:
            told.append((dispute.outcome_at, f"{where}的争议结束，结果：{word(dispute.outcome, _ZH)}。"))
    return told


def _to_be_said(dossier: Dossier) -> Iterator[str]:
    """What speaks against the shop, or is not there: whoever was not there must not find it only later."""
    disputed = [unit.ref for unit in dossier.order.units if unit.official_not_activated]
    if disputed:
        yield (
            f"第 {'、'.join(disputed)} 件另有官方“未激活”记录，与本店核销记录不一致，"
            "两者均列于“核销记录”，请以官方记录为先核实。"
        )
    for record in dossier.redemptions:
        facts = (
            ("核销时间", record.redeemed_at),
            ("核销码", record.code),
            ("核销对象", record.target_masked),
            ("来源", record.source),
        )
        missing = [name for name, value in facts if not value]
        if record.in_force and record.redeemed_at and record.redeemed_at > dossier.request.requested_at:
            yield f"第 {record.unit_ref} 件的核销时间（记录 {record.number}）在买家提出申请之后。"
        if record.in_force and missing:
            yield f"第 {record.unit_ref} 件的核销记录（记录 {record.number}）缺少{'、'.join(missing)}。"
    promised = [file.number for file in dossier.evidence if file.written_promise]
    if promised and not dossier.order.written_promise:
        yield f"凭证 {'、'.join(promised)} 标为商家书面承诺，订单上未登记书面承诺，请一并查阅。"
    if dossier.problems:
        names = "、".join(file.number for file in dossier.problems)
        yield f"{names} 的文件在本店留存中缺失或与登记时不一致，清单中已注明，未予随附。"


def _story(dossier: Dossier) -> tuple[str, ...]:
    order, request, policy = dossier.order, dossier.request, dossier.policy
    corrections = {record.replaces: record.number for record in dossier.redemptions if record.replaces is not None}
    told: list[tuple[datetime, str]] = [
        (
            order.ordered_at,
            f"买家下单。购买时适用的是{policy.channel}退款政策第 {policy.version} 版"
            f"（{_day_time(policy.published_at, dossier)} 公布），费用说明：{word(order.fee_disclosure, _ZH)}。",
        )
    ]
    if order.paid_at:
        told.append((order.paid_at, f"买家付款 {yuan_text(order.paid_fen)}（{word(order.payment_channel, _ZH)}）。"))
    told += [
        (unit.delivered_at, f"本店向买家{'补发' if unit.reissued else '发货'}：第 {unit.ref} 件。")
        for unit in order.units
        if unit.delivered_at
    ]
    if order.delivered_at:
        told.append((order.delivered_at, "买家收到（收到不等于核销）。"))
    told += [
        (
            record.redeemed_at,
            f"第 {record.unit_ref} 件核销：核销码 {record.code or '未记录'}，来源“{record.source or '未记录'}”，"
            f"由{record.stated_by or '未记录'}陈述"
            + (f"（后经核销记录 {corrections[record.number]} 更正）。" if record.number in corrections else "。"),
        )
        for record in dossier.redemptions
        if record.redeemed_at
    ]
    if order.completed_at:
        told.append((order.completed_at, "买家确认收货，交易完成。"))
    reason = word(request.reason, _ZH) if request.reason else "未说明具体原因"
    told.append((request.requested_at, f"买家提出退款申请 {request.request_no}，原因“{reason}”；原话见“买家的申请”。"))
    told += [
        (message.at, "本店请买家补充凭证。")
        for message in dossier.messages
        if message.actor == "shop" and message.kind == "ask"
    ]
    told += [
        (message.at, "买家作出答复，见“往来沟通”。")
        for message in dossier.messages
        if message.actor == "buyer" and message.kind == "answer"
    ]
    told += _disputes(dossier)
    decision = dossier.decision
    if decision is not None:
        rules = "、".join(dict.fromkeys(f"{u.rule.value} {rule_title(u.rule, _ZH)}" for u in dossier.ruling.units))
        told.append((decision.decided_at, f"本店作出处理：{_result(dossier, decision)}；所依规则：{rules}。"))
    for refund in dossier.refunds:
        moved_at = refund.arrived_at or refund.paid_at
        if moved_at is not None:
            told.append((moved_at, f"退款 {yuan_text(refund.amount_fen)}：{word(refund.state, _ZH)}。"))
    story = [f"{_day_time(at, dossier)}，{text}" for at, text in sorted(told, key=lambda item: item[0])]
    return (*story, *(f"须一并说明：{text}" for text in _to_be_said(dossier)))


def _grounds(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    """Those articles that the case touches, and no others."""
    order, request, target = dossier.order, dossier.request, dossier.target
    if target is EscalationTarget.POLICE:
        return (_LAW_AUTHORITIES, _LAW_RECORDS)
    if target is EscalationTarget.CYBERSPACE_12377:
        return (_LAW_COMPLAINTS, _LAW_AUTHORITIES, _LAW_RECORDS)
    grounds = [_LAW_MEANS] if target is EscalationTarget.CONSUMER_12315 else []
    if request.reason in (ReasonCode.INVALID_CARD, ReasonCode.REDUCED_BENEFIT, ReasonCode.DESCRIPTION_MISMATCH):
        grounds.append(_LAW_QUALITY)
    elif any(unit.state is not UnitState.UNSHIPPED for unit in order.units):
        grounds.append(_LAW_DIGITAL)
    grounds.append(_LAW_STANDARD_TERMS)
    if order.state is not OrderState.UNPAID and (order.shipped_at or order.delivered_at):
        grounds.append(_LAW_DELIVERY)
    if (dossier.decision and dossier.decision.fee_fen) or dossier.ruling.fee_fen:
        grounds.append(_LAW_FEES)
    if target is EscalationTarget.PLATFORM:
        grounds.append(_LAW_KEEPING)
    grounds.append(_LAW_RECORDS)
    return tuple(grounds)


def _day_time(moment: datetime, dossier: Dossier) -> str:
    return moment.astimezone(ZoneInfo(dossier.time_zone)).strftime("%Y-%m-%d %H:%M")
