"""Requests before they are decided: received once, asked about, merged, escalated."""

from __future__ import annotations

import hmac
import json
import os
from pathlib import Path

import pytest

from desktop_app.domain.errors import BadInputError, ConflictError, NotFoundError, RefusedError
from desktop_app.domain.states import (
    DisputeOutcome,
    EscalationTarget,
    EvidenceKind,
    KeyState,
    ReasonCode,
    RequestState,
    VerdictKind,
)
from desktop_app.services.disputes import Disputes
from desktop_app.services.evidence import Evidence, Marks
from desktop_app.services.requests import RequestFilter
from desktop_app.storage.vault_slots import Argon2Cost
from tests.services.order_desk import OrderDesk


def test_numbers_count_within_the_day_of_the_shop(shop: OrderDesk) -> None:
    shop.delivered()
    first = shop.requests.detail(shop.ask_back()).line.request_no
    second = shop.requests.detail(shop.ask_back()).line.request_no
    shop.clock.advance(days=1)
    third = shop.requests.detail(shop.ask_back()).line.request_no
    assert (first, second, third) == ("TK20261122001", "TK20261122002", "TK20261123001")


def test_asking_pauses_the_clocks_and_the_answer_starts_them_again(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = shop.ask_back()
    before = shop.requests.detail(request_id).line.due_at
    zh, en = shop.requests.ask(request_id, [EvidenceKind.PAYMENT_SCREENSHOT], "须显示金额")
    assert "须显示金额" in zh
    assert "payment" in en.lower()
    asked = shop.requests.detail(request_id)
    assert (asked.line.state, asked.line.due_at, asked.line.is_paused) == (RequestState.ASKED, None, True)
    shop.clock.advance(days=3)
    shop.requests.answer(request_id, "截图已发")
    answered = shop.requests.detail(request_id)
    assert before is not None
    assert answered.line.due_at is not None
    assert answered.line.due_at > before
    with pytest.raises(RefusedError):
        shop.requests.answer(request_id)


def test_evidence_changes_the_verdict_and_comes_back_as_it_was(shop: OrderDesk, tmp_path: Path) -> None:
    shop.delivered()
    request_id = shop.ask_back()
    assert shop.requests.preview(request_id).verdict.verdict is VerdictKind.NEED_EVIDENCE
    picture = tmp_path / "订单 截图.png"
    picture.write_bytes(b"\x89PNG not really")
    evidence = Evidence(shop.context)
    looked = evidence.look_at(picture)
    evidence.add(
        EvidenceKind.ORDER_SCREENSHOT,
        Marks(in_platform_chat=True),
        request_id=request_id,
        content=looked.content,
        name=looked.name,
    )
    evidence.add(
        EvidenceKind.PAYMENT_SCREENSHOT, Marks(), request_id=request_id, content=b"bytes", name="../../付款.png"
    )
    detail = shop.requests.detail(request_id)
    assert [line.name for line in detail.evidence] == ["订单 截图.png", "付款.png"]
    assert detail.line.verdict is VerdictKind.APPROVE_WITH_FEE
    assert evidence.file(detail.evidence[0].id).content == b"\x89PNG not really"
    assert detail.evidence[0].in_platform_chat


def test_a_later_request_is_merged_into_the_earlier_one_with_its_units(shop: OrderDesk) -> None:
    shop.delivered(keys=("K-0001-A", "K-0002-B"), paid_fen=10000)
    first = shop.ask_back(unit_refs=("1",))
    second = shop.ask_back(unit_refs=("2",), reason=ReasonCode.DUPLICATE_ORDER)
    assert shop.requests.preview(first).verdict.verdict is not VerdictKind.MERGE
    assert shop.requests.preview(second).verdict.verdict is VerdictKind.MERGE
    with pytest.raises(RefusedError):
        shop.requests.approve(second, token=shop.requests.preview(second).token)
    shop.requests.merge(second)
    detail = shop.requests.detail(first)
    assert detail.unit_refs == ("1", "2")
    assert detail.unit_reasons == {"2": ReasonCode.DUPLICATE_ORDER}
    assert shop.requests.detail(second).line.state is RequestState.MERGED


def test_a_settled_request_takes_no_more_steps(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = shop.ask_back()
    shop.requests.withdraw(request_id, "买家不退了")
    with pytest.raises(ConflictError):
        shop.requests.ask(request_id, [EvidenceKind.CHAT_LOG])
    assert shop.requests.listing(RequestFilter()).count() == 0


def test_a_security_risk_freezes_the_keys_it_is_about(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    request_id = shop.ask_back(reason=ReasonCode.SECURITY_RISK)
    assert shop.requests.freeze_keys(request_id) == 1
    assert shop.orders.detail(order_id).units[0].key_state is KeyState.QUARANTINED
    with pytest.raises(RefusedError):
        shop.requests.freeze_keys(request_id)


def test_disputes_are_kept_of_open_and_of_decided_requests(shop: OrderDesk) -> None:
    shop.paid()
    request_id = shop.ask_back()
    shop.requests.escalate(request_id, EscalationTarget.PLATFORM, reference="PT-1")
    assert shop.requests.detail(request_id).line.state is RequestState.ESCALATED
    shop.requests.approve(request_id, token=shop.requests.preview(request_id).token)
    escalation_id = shop.requests.escalate(request_id, EscalationTarget.CONSUMER_12315)
    Disputes(shop.context).record_outcome(escalation_id, DisputeOutcome.SETTLED, note="调解成功")
    detail = shop.requests.detail(request_id)
    assert detail.line.state is RequestState.DECIDED
    assert [(line.result, line.outcome) for line in detail.escalations] == [
        (None, ""),
        (DisputeOutcome.SETTLED, "调解成功"),
    ]


def test_a_reason_can_be_given_to_the_buyers_vague_words(shop: OrderDesk) -> None:
    shop.delivered()
    request_id = shop.ask_back(reason=None, text="不想要了")
    assert shop.requests.preview(request_id).verdict.units[0].rule == "G3a"
    shop.requests.set_reason(request_id, ReasonCode.NOT_RECEIVED)
    assert shop.requests.preview(request_id).verdict.units[0].rule == "M4"
    with pytest.raises(BadInputError):
        shop.requests.set_reason(request_id, None, {"9": ReasonCode.INVALID_CARD})


def test_a_confirmation_after_the_request_takes_nothing_away(shop: OrderDesk) -> None:
    order_id = shop.delivered()
    request_id = shop.ask_back(evidence=(EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT))
    shop.clock.advance(hours=1)
    shop.orders.complete(order_id)
    assert shop.requests.preview(request_id).verdict.units[0].rule == "N7"


def drop(folder: Path, name: str, value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    (folder / f".{name}.tmp").write_text(text, encoding="utf-8")
    # long finished, whatever the clocks of the test and of the machine say
    os.utime(folder / f".{name}.tmp", (0, 0))
    (folder / f".{name}.tmp").rename(folder / name)


def test_the_drop_folder_receives_once_and_keeps_what_it_cannot_take(shop: OrderDesk) -> None:
    shop.delivered()
    folder = shop.requests.drop_folder()
    request = {"id": "R-1", "order_no": "A1", "reason": "change_of_mind", "source": "site"}
    drop(folder, "one.json", request)
    drop(folder, "bad.json", "[]]")
    drop(folder, "unknown.json", {"id": "R-2", "order_no": "NOPE", "source": "site"})
    shop.clock.advance(days=1)
    report = shop.requests.take_from_drop_folder()
    assert (report.received, report.bad) == (1, 2)
    assert any("NOPE" in en for _, en, _ in report.problems)
    drop(folder, "again.json", request)
    drop(folder, "other.json", {**request, "text": "changed"})
    shop.clock.advance(seconds=5)
    report = shop.requests.take_from_drop_folder()
    assert (report.received, report.already, report.conflicts) == (0, 1, 1)
    line = shop.requests.listing(RequestFilter(scope="all")).page(0, 9)
    assert len(line) == 1
    assert not shop.requests.detail(line[0].id).verified_source
    assert sorted(path.suffix for path in (folder.parent / "bad").iterdir()) == [".json"] * 3 + [".txt"] * 3


def test_a_signed_file_is_verified_waits_while_locked_and_never_passes_for_unsigned(shop: OrderDesk) -> None:
    shop.delivered()
    folder = shop.requests.drop_folder()
    key = bytes.fromhex(shop.requests.intake_key("site"))

    def put(name: str, external_id: str, signed_with: bytes) -> None:
        data = json.dumps({"id": external_id, "order_no": "A1", "source": "site"}).encode()
        (folder / f"{name}.sig").write_text(hmac.digest(signed_with, data, "sha256").hex())
        drop(folder, name, data.decode())

    put("good.json", "R-1", key)
    put("forged.json", "R-2", b"x" * 32)
    shop.clock.advance(seconds=5)
    report = shop.requests.take_from_drop_folder()
    assert (report.received, report.bad) == (1, 1)
    (line,) = shop.requests.listing(RequestFilter(scope="all")).page(0, 9)
    assert shop.requests.detail(line.id).verified_source
    slot = shop.context.vault.password_slot("correct horse battery", Argon2Cost(16, 2, 1))
    shop.context.vault.lock()
    put("later.json", "R-3", key)
    shop.clock.advance(seconds=5)
    assert shop.requests.take_from_drop_folder().received == 0
    shop.context.vault.unlock_with_password([slot], "correct horse battery")
    assert shop.requests.take_from_drop_folder().received == 1


def test_a_file_of_requests_is_previewed_and_imported_in_one_transaction(shop: OrderDesk, tmp_path: Path) -> None:
    shop.delivered()
    shop.paid("A2")
    file = tmp_path / "requests.csv"
    file.write_text(
        "id,order_no,reason,text\nR-1,A1,拍错商品,拍错\nR-2,A2,不想要了,算了\nR-3,ZZ,,\nR-4,A1,noreason,\n", "utf-8"
    )
    preview = shop.requests.preview_import(file)
    assert (preview.new_count, preview.problem_count) == (2, 2)
    assert "ZZ" in next(line.en for line in preview.lines if line.external_id == "R-3")
    assert shop.requests.import_requests(preview) == 2
    assert shop.requests.preview_import(file).duplicate_count == 2
    reasons = {line.order_no: line.reason for line in shop.requests.listing(RequestFilter()).page(0, 9)}
    assert reasons == {"A1": ReasonCode.WRONG_ITEM, "A2": None}


def test_an_unknown_order_is_named(shop: OrderDesk) -> None:
    with pytest.raises(NotFoundError, match="NOPE"):
        shop.ask_back("NOPE")
