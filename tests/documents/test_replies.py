from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop_app.documents import replies, rule_words
from desktop_app.documents.replies import decision_reply, preliminary_reply, question, refusal_reply
from desktop_app.documents.rule_words import explain, hint_text, missing_text
from desktop_app.domain.approvals import Step, UnitPlan
from desktop_app.domain.decision_cases import Case, parse_case
from desktop_app.domain.refund_hints import HintCode, what_would_change
from desktop_app.domain.refunds import MERCHANT_CHECK, Flag, Option, RuleCode, UnitVerdict, Verdict
from desktop_app.domain.states import (
    EvidenceKind,
    InventoryEffect,
    PaymentChannel,
    ReasonCode,
    RefusalGround,
    VerdictKind,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "decision_cases"
EXPECTED_AT = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
CODES = re.compile(r"[a-z]+_[a-z_]+|\{|\}|None")


def changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(json.dumps(base))
    for path, value in changes.items():
        *parents, last = re.findall(r"\w+", path)
        target: Any = case
        for step in parents:
            target = target[int(step)] if step.isdigit() else target[step]
        target[last] = value
    return case


def known_cases() -> Iterator[tuple[Case, Verdict]]:
    base = json.loads((FIXTURES / "base.json").read_text(encoding="utf-8"))
    for name in ("gates", "merchant", "goods", "clocks"):
        for row in json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")):
            case = parse_case(changed(base, row["set"]))
            yield case, case.decide()


CASES = list(known_cases())


def unit(rule: str, verdict: str, base: int = 0, fee: int = 0, *, ref: str = "1", **more: Any) -> UnitVerdict:
    return UnitVerdict(ref, RuleCode(rule), VerdictKind(verdict), base, fee, base - fee, InventoryEffect.NONE, **more)


def plan(of: UnitVerdict, step: Step, **changes: Any) -> UnitPlan:
    amounts = {"base_fen": of.base_fen, "fee_fen": of.fee_fen, "refund_fen": of.refund_fen, **changes}
    return UnitPlan(of.ref, of.rule, of.verdict, step, inventory=of.inventory, settles=True, **amounts)


def decided(*pairs: tuple[UnitVerdict, UnitPlan], **more: Any) -> tuple[str, str]:
    values: dict[str, Any] = {
        "request_no": "RQ-7",
        "order_no": "DD1",
        "verdict": VerdictKind.PARTIAL,
        "units": [verdict for verdict, _ in pairs],
        "plans": [done for _, done in pairs],
        "refund_fen": sum(done.refund_fen for _, done in pairs),
        "fee_fen": sum(done.fee_fen for _, done in pairs),
        "route": PaymentChannel.WECHAT,
        "expected_at": EXPECTED_AT,
        "estimated": False,
    }
    return decision_reply(**{**values, **more})


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (rule_words.RULE_TITLES, RuleCode),
        (rule_words.FLAG_WORDS, Flag),
        (rule_words.OPTION_WORDS, Option),
        (rule_words._HINT_WORDS, HintCode),
        (replies._GROUNDS, RefusalGround),
        (replies._STEPS, Step),
        (replies._MUST_SHOW, EvidenceKind),
    ],
)
def test_every_code_has_words_in_both_languages(table: Any, codes: Any) -> None:
    assert set(table) == set(codes)
    for en, zh in table.values():
        assert en
        assert not re.search("[\u4e00-\u9fff]", en)
        assert re.search("[\u4e00-\u9fff]", zh) or "{" in zh


def test_every_missing_kind_has_words() -> None:
    for kind in [*EvidenceKind, MERCHANT_CHECK]:
        assert "_" not in missing_text(kind, "en")
        assert re.search("[\u4e00-\u9fff]", missing_text(kind, "zh"))


def test_every_ruling_that_the_engine_can_give_is_explained_and_no_other() -> None:
    reached: set[tuple[RuleCode, VerdictKind]] = set()
    for case, _ in CASES:
        known_facts = replace(case.facts, promise_claimed=True)
        for reason in ReasonCode:
            for evidence in (set[EvidenceKind](), set(EvidenceKind), set(EvidenceKind) - {EvidenceKind.CHAT_LOG}):
                for known in (None, True):
                    facts = replace(known_facts, log_confirms=known, error_confirmed=known, mismatch_confirmed=known)
                    request = replace(case.request, reason=reason, unit_reasons={}, evidence=frozenset(evidence))
                    verdict = replace(case, request=request, facts=facts).decide()
                    reached |= {(of_unit.rule, of_unit.verdict) for of_unit in verdict.units}
    reached |= {(of_unit.rule, of_unit.verdict) for _, verdict in CASES for of_unit in verdict.units}
    assert reached == set(rule_words.WHY)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_known_ruling_and_hint_has_words_without_codes(language: str) -> None:
    for case, verdict in CASES:
        for of_unit in verdict.units:
            text = explain(of_unit, language)
            assert of_unit.rule.value in text
            assert not CODES.search(text), text
        for hint in what_would_change(case.order, case.request, case.policy, case.facts, case.now):
            text = hint_text(hint, language)
            assert not CODES.search(text), text


def test_a_preliminary_reply_exists_for_every_known_case_and_promises_nothing() -> None:
    for _, verdict in CASES:
        zh, en = preliminary_reply(
            request_no="RQ-7",
            order_no="DD1",
            verdict=verdict.verdict,
            units=verdict.units,
            decide_by=verdict.deadlines.decision,
        )
        assert "最终以处理结果为准" in zh
        assert "only the decision is binding" in en
        assert "到账" not in re.sub("到账证明|未到账|已到账", "", zh)
        assert not CODES.search(zh + en)
        for of_unit in verdict.units:
            assert of_unit.rule.value in zh
            if of_unit.refund_fen:
                assert f"{of_unit.refund_fen / 100:,.2f}" in zh
                assert f"{of_unit.refund_fen / 100:,.2f}" in en


def test_an_approval_names_rule_amounts_route_and_date() -> None:
    fee = unit("N7", "approve_with_fee", 1800, 90)
    zh, en = decided((fee, plan(fee, Step.REFUND)))
    for expected in ("DD1", "RQ-7", "¥17.10", "¥18.00", "¥0.90", "N7", "微信支付", "2026-11-27"):
        assert expected in zh
    for expected in ("DD1", "RQ-7", "¥17.10", "¥18.00", "¥0.90", "N7", "WeChat Pay", "2026-11-27"):
        assert expected in en
    assert "12315" not in zh


def test_units_with_the_same_outcome_share_a_line() -> None:
    verdicts = [unit("N7", "approve_with_fee", 1800, 90, ref=ref) for ref in ("4", "5")]
    zh, en = decided(*((of_unit, plan(of_unit, Step.REFUND)) for of_unit in verdicts))
    assert "单件 4、5（各）：退款 ¥17.10" in zh
    assert "Units 4, 5, each: Refund ¥17.10" in en
    assert "¥34.20（¥36.00 扣除手续费 ¥1.80）" in zh


@pytest.mark.parametrize("step", [Step.REISSUE, Step.REDELIVER, Step.REOPEN, Step.CANCEL, Step.REFUSE])
def test_without_money_there_is_no_amount_no_route_and_no_date(step: Step) -> None:
    of_unit = unit("M5", "reissue")
    zh, en = decided((of_unit, plan(of_unit, step)))
    for text in (zh, en):
        assert "¥" not in text
        assert "2026-11-27" not in text
    assert ("12315" in zh) == (step is Step.REFUSE)


def test_compensation_is_not_called_a_refund_of_the_goods() -> None:
    of_unit = unit("M4", "negotiate", 1800, options=(Option.COMPENSATE_AND_CONTINUE, Option.REFUND_FULL))
    zh, en = decided((of_unit, plan(of_unit, Step.COMPENSATE, refund_fen=300)))
    assert "补偿 ¥3.00，订单继续履行" in zh
    assert "Compensation of ¥3.00; the order goes on" in en
    assert "¥18.00" not in zh + en


def test_an_amount_of_the_merchants_own_shows_no_fee_of_the_rules() -> None:
    of_unit = unit("N7", "approve_with_fee", 1800, 90, flags=(Flag.FEE_CAPPED,))
    zh, en = decided((of_unit, plan(of_unit, Step.REFUND, refund_fen=1800, fee_fen=0)))
    assert "¥18.00" in zh
    assert "¥0.90" not in zh + en
    assert "¥17.10" not in zh + en
    assert "已按上限收取" not in zh


def test_goodwill_against_the_rules_is_named_as_such() -> None:
    of_unit = unit("N13", "refuse", options=(Option.ATTACH_PROOF,))
    zh, en = decided((of_unit, plan(of_unit, Step.REFUND, refund_fen=500)))
    assert "经本店同意，退款 ¥5.00" in zh
    assert "as goodwill of the shop" in en


def test_an_estimated_date_says_so() -> None:
    of_unit = unit("N6", "approve_full", 1800)
    zh, en = decided((of_unit, plan(of_unit, Step.REFUND)), estimated=True, route=PaymentChannel.OTHER)
    assert "估算" in zh
    assert "estimate" in en
    assert "其他方式" not in zh


def test_a_delivery_without_record_differs_by_the_time_since_shipping() -> None:
    soon = unit("M4", "negotiate", options=(Option.REDELIVER,))
    late = unit("M4", "negotiate", 1800, options=(Option.COMPENSATE_AND_CONTINUE, Option.REFUND_FULL))
    assert "不超过 24 小时" in explain(soon, "zh")
    assert "超过 24 小时" in explain(late, "zh")
    assert "不超过" not in explain(late, "zh")


@pytest.mark.parametrize("rule", ["N8", "N9"])
def test_lateness_is_told_with_its_limit_inclusive_as_the_rules_have_it(rule: str) -> None:
    """Exactly one hour late is up to one hour late, and not less than one."""
    for verdict in ("approve_full", "approve_with_fee"):
        late = unit(rule, verdict, 1800)
        assert "不超过" in explain(late, "zh")
        assert "up to" in explain(late, "en")
    flag = {"N8": Flag.LATE_NOTE, "N9": Flag.DISCRETION}[rule]
    assert "不超过" in rule_words.flag_text(flag, "zh")


def test_a_key_that_may_have_been_used_is_not_said_to_be_unused() -> None:
    """M3 approves a unit of which nobody knows whether it was used, too."""
    approved = unit("M3", "approve_full", 1800)
    assert "没有使用记录" in explain(approved, "zh")
    assert "no use of them is recorded" in explain(approved, "en")


def test_a_disputed_redemption_tells_who_was_right() -> None:
    official = unit("M7", "approve_full", 1800)
    ours = unit("M7", "approve_full", 1800, flags=(Flag.FALSE_REDEMPTION,))
    assert "官方记录优先" in explain(official, "zh")
    assert "没有完整的核销记录" in explain(ours, "zh")


@pytest.mark.parametrize("ground", list(RefusalGround))
def test_a_refusal_names_ground_proof_reason_and_remedy(ground: RefusalGround) -> None:
    refused = unit("N13", "refuse", options=(Option.ATTACH_PROOF,))
    zh, en = refusal_reply(
        request_no="RQ-7",
        order_no="DD1",
        units=[refused, unit("N7", "approve_full", 1800, ref="2")],
        ground=ground,
        reason=" 激活账号 st***77 ",
        proof_numbers=["HX-1", "HX-2"],
    )
    assert replies._GROUNDS[ground][1] in zh
    assert replies._GROUNDS[ground][0] in en
    for text in (zh, en):
        assert "HX-1" in text
        assert "激活账号 st***77" in text
        assert "12315" in text
        assert "¥" not in text
        assert "N7" not in text, "a rule that gives money is no reason to refuse"


def test_a_refusal_without_proof_or_reason_has_no_empty_lines() -> None:
    zh, en = refusal_reply(
        request_no="R", order_no="D", units=[], ground=RefusalGround.NOTHING_LEFT, reason=" ", proof_numbers=[]
    )
    assert "核销证明" not in zh
    assert all(line.strip() for line in (zh + "\n" + en).split("\n"))


def test_a_question_asks_the_buyer_only_for_what_the_buyer_can_give() -> None:
    zh, en = question(request_no="R", order_no="D", kinds=("payment_screenshot", MERCHANT_CHECK), note="是哪个区服?")
    assert "1. 付款截图" in zh
    assert "2." not in zh
    assert "是哪个区服?" in zh
    assert "正在同时核实" in zh
    assert "starts again with your answer" in en
    only_ours, _ = question(request_no="R", order_no="D", kinds=(MERCHANT_CHECK,), note="")
    assert "请您补充" not in only_ours
    assert "暂停" not in only_ours
