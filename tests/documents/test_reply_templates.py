"""Wordings of the merchant: what they may name, what they must keep, and what they must not promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.documents.reply_templates import (
    DEFAULTS,
    LONGEST,
    NEEDED,
    PLACEHOLDERS,
    Occasion,
    ReplyTemplates,
    check_template,
    template_key,
)
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import VerdictKind

REFUSED = DEFAULTS[Occasion.REFUSED, "zh"]


@pytest.mark.parametrize(("occasion", "language"), list(DEFAULTS))
def test_the_usual_wordings_pass_their_own_check(occasion: Occasion, language: str) -> None:
    text = DEFAULTS[occasion, language]
    assert check_template(occasion, text) == text
    named = {name for name in PLACEHOLDERS[occasion] if f"{{{name}}}" in text}
    assert named == set(PLACEHOLDERS[occasion]) - {"shop", "contact"}, "nothing that was decided is left out"


@pytest.mark.parametrize("occasion", list(Occasion))
def test_what_a_buyer_must_learn_cannot_be_taken_out(occasion: Occasion) -> None:
    for name in NEEDED[occasion]:
        text = DEFAULTS[occasion, "zh"].replace(f"{{{name}}}", "")
        with pytest.raises(BadInputError, match=f"lacks {{{name}}}"):
            check_template(occasion, text)


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("{refund}", "names {refund}"),
        ("{money}", "names {money}"),  # of an approval only
        ("{order_no", "brace"),
        ("}", "brace"),
        ("{}", "names {}"),
        ("x" * LONGEST, "characters"),
    ],
)
def test_a_placeholder_that_does_not_exist_here_is_named(added: str, told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        check_template(Occasion.REFUSED, REFUSED + added)


@pytest.mark.parametrize(
    "promise",
    [
        "退您 ¥20",
        "补偿20元",
        "手续费 5%",
        "三天内处理",
        "3 个工作日到账",
        "within 2 days",
        "5 percent off",
        "保证处理",
        "秒退",
        "补偿一百元",
        "退您 50 块",
        "贰佰圆",
        "RMB 20",
        "扣百分之五",
        "我们给您退全款",
        "全额退款",
        "A full refund follows",
        "We guarantee it",
        "马上到账",
        "￥９元",
    ],
)
def test_a_wording_promises_nothing_by_itself(promise: str) -> None:
    with pytest.raises(BadInputError, match="promises"):
        check_template(Occasion.APPROVED, DEFAULTS[Occasion.APPROVED, "zh"] + "\n" + promise)


@pytest.mark.parametrize("harmless", ["客服电话 400-820-8820", "拨打 12315", "祝您生活愉快！", "第 3 分店", "QQ 10001"])
def test_what_is_no_promise_may_stand(harmless: str) -> None:
    assert harmless in check_template(Occasion.REFUSED, REFUSED + "\n" + harmless)


def test_only_the_wording_of_a_full_refund_may_call_it_full() -> None:
    text = DEFAULTS[Occasion.APPROVED, "zh"] + "\n本单全额退款。"
    assert "全额" in check_template(Occasion.APPROVED, text, VerdictKind.APPROVE_FULL)
    with pytest.raises(BadInputError, match="promises"):
        check_template(Occasion.APPROVED, text, VerdictKind.APPROVE_WITH_FEE)


def test_a_verdict_has_its_own_wording_and_else_the_general_one() -> None:
    own = {
        template_key(Occasion.APPROVED, "zh"): "all",
        template_key(Occasion.APPROVED, "zh", VerdictKind.REISSUE): "reissue",
    }
    templates = ReplyTemplates(own)
    assert templates.text(Occasion.APPROVED, "zh", VerdictKind.REISSUE) == "reissue"
    assert templates.text(Occasion.APPROVED, "zh", VerdictKind.PARTIAL) == "all"
    assert templates.text(Occasion.APPROVED, "en", VerdictKind.REISSUE) == DEFAULTS[Occasion.APPROVED, "en"]


def test_lines_that_come_out_empty_go_away_and_those_of_the_merchant_stay() -> None:
    templates = ReplyTemplates({template_key(Occasion.ASKED, "zh"): "{question}\n\n问候 {shop}\n{clock}"}, shop="小店")
    assert templates.fill(Occasion.ASKED, "zh", {"question": "", "clock": ""}) == "问候 小店"
    filled = templates.fill(Occasion.ASKED, "zh", {"question": "何时？", "clock": "暂停"})
    assert filled == "何时？\n\n问候 小店\n暂停"


@given(st.text(max_size=60))
def test_what_fills_a_placeholder_is_never_read_as_one(value: str) -> None:
    templates = ReplyTemplates({template_key(Occasion.ASKED, "en"): "[{question}] {shop}"}, shop="Shop")
    assert templates.fill(Occasion.ASKED, "en", {"question": value, "clock": ""}) == f"[{value}] Shop".strip("\n")
