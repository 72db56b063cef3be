"""The frame of the replies to buyers, in the merchant's own words: what stands before, between and after the facts.

A template is text with placeholders in braces. What a decision says (result, amounts, dates, rules, proofs) comes
from placeholders only, and the indispensable ones must stay, so that no wording can promise what was not decided: a
template with an amount, a percentage or a time limit of its own, or with the word for one, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import VerdictKind

LONGEST = 4000
LANGUAGES = ("zh", "en")


class Occasion(StrEnum):
    """When the shop writes to a buyer."""

    APPROVED = "approved"
    REFUSED = "refused"
    ASKED = "asked"
    PRELIMINARY = "preliminary"


_ALWAYS = {
    "request_no": ("number of the request", "申请编号"),
    "order_no": ("order number", "订单号"),
    "shop": ("name of the shop", "店铺名称"),
    "contact": ("contact of the shop", "店铺联系方式"),
}
_VERDICT = {"units": ("what holds for each unit, with its rule", "每个单件的结论与所依规则")}

PLACEHOLDERS: Mapping[Occasion, Mapping[str, tuple[str, str]]] = {
    Occasion.APPROVED: {
        **_ALWAYS,
        "result": ("the decision with its amounts", "处理结果及金额"),
        **_VERDICT,
        "notes": ("notes on fee and amount", "关于手续费和金额的说明"),
        "money": ("way and expected day of the money", "退款路径与预计到账日"),
        "appeal": ("what the buyer can do against it", "买家的异议途径"),
    },
    Occasion.REFUSED: {
        **_ALWAYS,
        "result": ("the decision with its ground", "处理结果及理由"),
        **_VERDICT,
        "reason": ("what you added", "您的补充说明"),
        "proofs": ("the proofs that go with it", "随附的核销证明"),
        "appeal": ("what the buyer can do against it", "买家的异议途径"),
    },
    Occasion.ASKED: {
        **_ALWAYS,
        "evidence": ("the evidence that is missing", "需要补充的凭证"),
        "question": ("what you ask besides", "您另外要问的内容"),
        "clock": ("that the time is paused", "处理时限暂停的说明"),
    },
    Occasion.PRELIMINARY: {
        **_ALWAYS,
        "preliminary": ("that this is not the decision yet", "“初步意见”的声明"),
        **_VERDICT,
        "notes": ("notes on fee and amount", "关于手续费和金额的说明"),
        "deadline": ("time limit of the decision", "处理时限"),
    },
}
"""What a template may name, with its meaning (English, Chinese)."""

NEEDED: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.APPROVED: ("order_no", "result", "units", "notes", "money", "appeal"),
    Occasion.REFUSED: ("order_no", "result", "units", "reason", "proofs", "appeal"),
    Occasion.ASKED: ("order_no", "evidence", "question", "clock"),
    Occasion.PRELIMINARY: ("order_no", "preliminary", "units", "notes"),
}
"""Without these a buyer would not learn what was decided."""

VARIANTS: Mapping[Occasion, tuple[VerdictKind, ...]] = {
    Occasion.APPROVED: (
        VerdictKind.AUTO_CANCEL,
        VerdictKind.APPROVE_FULL,
        VerdictKind.APPROVE_WITH_FEE,
        VerdictKind.NEGOTIATE,
        VerdictKind.REISSUE,
        VerdictKind.PARTIAL,
    ),
    Occasion.REFUSED: (),
    Occasion.ASKED: (),
    Occasion.PRELIMINARY: tuple(VerdictKind),
}
"""The verdicts that can have a wording of their own; all others use the general one."""

DEFAULTS: Mapping[tuple[Occasion, str], str] = {
    (Occasion.APPROVED, "zh"): (
        "您好！关于订单 {order_no} 的申请（编号 {request_no}）：\n{result}\n{units}\n{notes}\n{money}\n{appeal}"
    ),
    (Occasion.APPROVED, "en"): (
        "Hello, about your request {request_no} on order {order_no}:\n{result}\n{units}\n{notes}\n{money}\n{appeal}"
    ),
    (Occasion.REFUSED, "zh"): (
        "您好！关于订单 {order_no} 的申请（编号 {request_no}）：\n{result}\n{units}\n{reason}\n{proofs}\n{appeal}"
    ),
    (Occasion.REFUSED, "en"): (
        "Hello, about your request {request_no} on order {order_no}:\n{result}\n{units}\n{reason}\n{proofs}\n{appeal}"
    ),
    (Occasion.ASKED, "zh"): (
        "您好！关于订单 {order_no} 的申请（编号 {request_no}）：\n{evidence}\n{question}\n{clock}"
    ),
    (Occasion.ASKED, "en"): (
        "Hello, about your request {request_no} on order {order_no}:\n{evidence}\n{question}\n{clock}"
    ),
    (Occasion.PRELIMINARY, "zh"): (
        "您好！关于订单 {order_no} 的申请（编号 {request_no}）：\n{preliminary}\n{units}\n{notes}\n{deadline}"
    ),
    (Occasion.PRELIMINARY, "en"): (
        "Hello, about your request {request_no} on order {order_no}:\n{preliminary}\n{units}\n{notes}\n{deadline}"
    ),
}

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_BRACE = re.compile("[{}]")
_OWN_AMOUNT = re.compile(
    r"[¥￥$]\s*[0-9０-９]"
    r"|(?:RMB|CNY|人民币)\s*[0-9０-９]|[0-9０-９]\s*(?:RMB|CNY|人民币|块)|百分之"
    r"|[0-9０-９零〇一二两三四五六七八九十百千万半壹贰叁肆伍陆柒捌玖拾佰仟]+\s*(?:元|圆|块钱|%|％|折|个?(?:工作日|小时|分钟|天|日|周))"
    r"|[0-9]+\s*(?:yuan|percent|(?:working |business )?days?|hours?|minutes?|weeks?)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    "全额退|全额返|全款退|退全款|全部退|原价退|如数退|保证|一定会|必定|包退|秒退|马上退|马上到账|立即退|立即到账|立刻退|立刻到账|无条件"
    r"|\bguarantee|\bfull refund|\bin full\b|\bimmediately\b|\bat once\b|\bpromise|\bunconditional",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ReplyTemplates:
    """The wordings in force: those of the merchant by :func:`template_key`, else the program's; and who writes."""

    own: Mapping[str, str] = field(default_factory=dict)
    shop: str = ""
    contact: str = ""

    def text(self, occasion: Occasion, language: str, verdict: VerdictKind | None = None) -> str:
        """The template for this occasion: of the verdict, else the general one."""
        for key in (template_key(occasion, language, verdict), template_key(occasion, language)):
            if key in self.own:
                return self.own[key]
        return DEFAULTS[occasion, language]

    def fill(
        self, occasion: Occasion, language: str, values: Mapping[str, str], verdict: VerdictKind | None = None
    ) -> str:
        """The reply. A line that comes out empty because its placeholders are empty goes away."""
        known = {"shop": self.shop, "contact": self.contact, **values}
        lines = []
        for line in self.text(occasion, language, verdict).split("\n"):
            filled = _PLACEHOLDER.sub(lambda match: known[match[1]], line)
            if filled.strip() or not _PLACEHOLDER.search(line):
                lines.append(filled)
        return "\n".join(lines).strip("\n")


def template_key(occasion: Occasion, language: str, verdict: VerdictKind | None = None) -> str:
    """The name under which a wording is stored."""
    return "/".join((occasion, language, verdict or "any"))


def check_template(occasion: Occasion, text: str, verdict: VerdictKind | None = None) -> str:
    """``text``, cleaned; :class:`BadInputError` says which placeholder is unknown or missing, or what it promises."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > LONGEST:
        raise BadInputError(
            "The reply text has {length} characters: at most {longest}.",
            "回复模板有 {length} 个字符，最多 {longest} 个。",
            length=len(text),
            longest=LONGEST,
        )
    known = PLACEHOLDERS[occasion]
    for match in _PLACEHOLDER.finditer(text):
        if match[1] not in known:
            raise BadInputError(
                "The reply text names {found}, which does not exist here. Known: {known}.",
                "回复模板中的 {found} 在此不可用。可用的占位符：{known}。",
                found=match[0],
                known=" ".join(f"{{{name}}}" for name in known),
            )
    free = _PLACEHOLDER.sub(" ", text)
    if _BRACE.search(free):
        raise BadInputError(
            "The reply text has a brace that opens or closes nothing: write placeholders like {example}.",
            "回复模板中有未配对的花括号：占位符请写成 {example}。",
            example="{order_no}",
        )
    named = {match[1] for match in _PLACEHOLDER.finditer(text)}
    missing = [name for name in NEEDED[occasion] if name not in named]
    if missing:
        raise BadInputError(
            "The reply text lacks {missing}: without it the buyer does not learn what was decided.",
            "回复模板缺少 {missing}：缺了它，买家就看不到处理内容。",
            missing=" ".join(f"{{{name}}}" for name in missing),
        )
    promise = _OWN_AMOUNT.search(free)
    if promise is None and verdict is not VerdictKind.APPROVE_FULL:
        promise = _PROMISE.search(free)
    if promise is not None:
        raise BadInputError(
            "The reply text promises “{found}” by itself: amounts and times come from the decision only. "
            "Take it out; the placeholders say what was decided.",
            "回复模板自行承诺了“{found}”：金额与时限只能来自处理结果。请删去，占位符会写明实际结果。",
            found=promise[0].strip(),
        )
    return text
