"""Every event that the desk writes has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import desktop_app.domain.states as states
from desktop_app.documents.code_words import word, word_of
from desktop_app.documents.events import KINDS, describe, title
from desktop_app.domain.states import KeyState, OrderState, ReasonCode, RefundState

# fmt: off
CONTRACT = (
    "keys.imported", "key.revealed", "key.copied", "key.voided", "key.quarantined", "key.moved", "key.noted",
    "key.restocked", "product.added", "product.changed", "order.added", "order.paid", "order.delivered",
    "unit.redeemed", "unit.changed", "order.completed", "order.locked", "order.unlocked", "order.cancelled",
    "order.reopened", "request.received", "request.asked", "request.answered", "request.noted",
    "request.negotiated", "request.escalated", "request.withdrawn", "request.merged", "request.facts",
    "evidence.added", "request.decided", "refund.created", "refund.paid", "refund.arrived", "refund.failed",
    "proof.issued", "proof.printed", "proofs.printed", "policy.added", "channel.added", "channel.changed",
    "settings.changed",
    "vault.unlocked", "vault.locked", "vault.changed", "export.written",
)
# fmt: on


@pytest.mark.parametrize("kind", CONTRACT)
def test_every_kind_has_a_title_in_both_languages(kind: str) -> None:
    assert kind in KINDS
    assert re.search("[\u4e00-\u9fff]", title(kind, "zh_CN"))
    assert title(kind, "en").isascii()
    assert describe(kind, {}, "zh") == title(kind, "zh")


def test_every_kind_that_a_service_writes_is_known() -> None:
    services = Path(states.__file__).parents[1] / "services"
    nouns = "keys?|product|order|unit|request|evidence|refund|proof|policy|channel|settings|vault|export"
    pattern = re.compile(rf'"((?:{nouns})\.(?:[a-z]+ed|paid|facts|written))"')
    written = {kind for path in services.glob("*.py") for kind in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(written) > 20
    assert written <= KINDS


def test_a_line_tells_amounts_codes_and_times() -> None:
    facts = {"order_no": "A1", "paid_fen": 123450, "paid_at": 1795320000000000, "payment_channel": "wechat", "note": ""}
    assert (
        describe("order.paid", facts, "zh")
        == "订单已支付：订单 A1，实付 ¥1,234.50，支付方式 微信支付，支付时间 2026-11-22 12:00:00"
    )
    english = describe("order.paid", facts, "en", ZoneInfo("UTC"))
    assert english == "Order paid: order A1, paid ¥1,234.50, payment WeChat Pay, paid at 2026-11-22 04:00:00"


def test_a_move_of_state_and_a_change_of_value_are_told_as_such() -> None:
    assert "未使用 → 已核销" in describe("unit.redeemed", {"from": "unused", "to": "redeemed"}, "zh")
    assert "name a → b" in describe("product.changed", {"name": {"from": "a", "to": "b"}}, "en")


def test_no_is_an_answer_where_it_was_asked() -> None:
    assert describe("request.facts", {"log_confirms": False}, "zh") == "核实申请事实：日志证实 否"
    assert describe("export.written", {"revealed": False}, "zh") == "导出文件"
    assert describe("export.written", {"revealed": True}, "en") == "Export written: with clear keys"


def test_hashes_and_ids_are_not_for_people() -> None:
    facts = {"sha256": "ab" * 32, "redemption_id": 7, "anchor_head": "cd" * 32, "proof_no": "HX-1"}
    assert describe("proof.issued", facts, "en") == "Redemption proof issued: number HX-1"


def test_what_a_newer_version_wrote_is_shown_and_not_hidden() -> None:
    assert describe("moon.landed", {"order_no": "A1"}, "zh") == "moon.landed：订单 A1"
    assert "teleported" in describe("order.added", {"state": "teleported"}, "zh")


def test_every_code_has_its_own_word_in_both_languages() -> None:
    kinds = [kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, states.StrEnum)]
    for kind in kinds:
        if kind in (states.StrEnum, states.InventoryEffect):
            continue
        for language in ("zh", "en"):
            words = [word(code, language) for code in kind]
            assert len(set(words)) == len(words), kind
            assert not set(words) & {code.value for code in kind}


def test_words_of_equal_values_of_different_codes_differ() -> None:
    assert word(OrderState.PAID, "zh") != word(RefundState.PAID, "zh")
    assert word_of(KeyState, "void", "en") == "Void"
    assert word_of(ReasonCode, "from the future", "zh") == "from the future"


def test_a_request_tells_in_words_how_it_came() -> None:
    assert describe("request.received", {"source": "hand"}, "zh") == "收到申请：来源 本店登记"
    assert describe("request.received", {"source": "xianyu-bot"}, "zh") == "收到申请：来源 xianyu-bot"


def test_the_channel_of_a_statement_is_told_in_words() -> None:
    assert describe("statement.imported", {"channel": "alipay"}, "zh") == "导入账单：渠道 支付宝"
    assert describe("order.added", {"channel": "alipay"}, "zh").endswith("渠道 alipay")


def test_the_key_that_signed_a_proof_is_not_told_as_a_card_key() -> None:
    facts = {"proof_no": "HX-1", "fingerprint": "fe35ca2995681c1d" * 4}
    assert describe("proof.issued", facts, "zh") == "出具核销证明：编号 HX-1，签名指纹 fe35ca2995681c1d…"
    assert describe("keys.imported", {"fingerprint": "fe35ca29"}, "zh").endswith("卡密 fe35ca29")
