"""Requests from CSV and JSON: strict, and the same request is recognised however it was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.documents.code_words import word
from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import EvidenceKind, ReasonCode
from desktop_app.exchange.csv_tables import csv_template
from desktop_app.exchange.request_files import (
    REQUEST_COLUMNS,
    RequestFile,
    read_request_file,
    requests_in_csv,
    requests_in_json,
)
from desktop_app.exchange.text_files import from_text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def from_json(data: object) -> RequestFile:
    raw = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    return requests_in_json("r.json", raw, SHANGHAI)


def from_csv(text: str) -> RequestFile:
    return requests_in_csv(from_text("r.csv", text), SHANGHAI)


def test_a_complete_request() -> None:
    (draft,) = from_json(
        {
            "id": "R-1",
            "order_no": "A1",
            "reason": "wrong_item",
            "text": "拍错了\n请退",
            "requested_at": "2026-11-20T12:00:00+08:00",
            "units": ["1", "2"],
            "unit_reasons": {"2": "卡密无效"},
            "evidence": ["order_screenshot", "支付截图"],
            "source": "shop-site",
        }
    ).drafts
    assert (draft.external_id, draft.order_no, draft.source) == ("R-1", "A1", "shop-site")
    assert draft.reason is ReasonCode.WRONG_ITEM
    assert draft.requested_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert draft.unit_refs == ("1", "2")
    assert draft.unit_reasons == {"2": ReasonCode.INVALID_CARD}
    assert draft.evidence == (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)


def test_the_least_a_request_needs() -> None:
    (draft,) = from_json([{"external_id": "R-1", "order_no": "A1", "reason": None, "text": ""}]).drafts
    assert draft.reason is None
    assert draft.requested_at is None
    assert draft.unit_refs == ()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "UTF-8"),
        (b"{", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b'{"a":' * 100_000, "JSON"),
        (b"[]", "no requests"),
    ],
)
def test_no_json_at_all(data: bytes, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        from_json(data)


@pytest.mark.parametrize(
    "text",
    [
        '{"id":"R","order_no":"A","order_no":"B"}',
        '{"id":"R","external_id":"S","order_no":"B"}',
        '{"id":"R","order_no":"A","extra":1}',
        '{"id":"R","order_no":"A","text":"\\ud800"}',
        '{"id":"R","order_no":"A","\\ud800":"x"}',
        '{"id":"R","order_no":"A","text":"a\\u0000b"}',
        '{"id":"R","order_no":"A","text":"a\\u202eb"}',
        '{"id":NaN,"order_no":"A"}',
        '{"id":1e400,"order_no":"A"}',
        '{"id":' + "9" * 5000 + ',"order_no":"A"}',
        '{"id":9223372036854775808,"order_no":"A"}',
        '{"id":"R 1","order_no":"A"}',
        '{"id":"编号","order_no":"A"}',
        '{"id":"' + "R" * 65 + '","order_no":"A"}',
        '{"id":"R"}',
        '{"order_no":"A"}',
        '{"id":"R","order_no":"1.23E+17"}',
        '{"id":"R","order_no":"A","reason":"because"}',
        '{"id":"R","order_no":"A","reason":["wrong_item"]}',
        '{"id":"R","order_no":"A","requested_at":"soon"}',
        '{"id":"R","order_no":"A","requested_at":1763600000}',
        '{"id":"R","order_no":"A","units":"1"}',
        '{"id":"R","order_no":"A","units":["1","1"]}',
        '{"id":"R","order_no":"A","units":[1]}',
        '{"id":"R","order_no":"A","units":["1"],"unit_reasons":{"2":"invalid_card"}}',
        '{"id":"R","order_no":"A","evidence":["selfie"]}',
        '{"id":"R","order_no":"A","text":"' + "x" * 2001 + '"}',
        "[[]]",
        "7",
        "null",
        '"text"',
    ],
)
def test_a_bad_request_gives_a_problem_and_no_draft(text: str) -> None:
    found = from_json(text.encode())
    assert not found.drafts
    assert found.problems
    for problem in found.problems:
        problem.en.encode()
        problem.zh.encode()


def test_one_bad_request_leaves_the_others() -> None:
    found = from_json(
        [{"id": "1", "order_no": "A"}, {"id": "2"}, {"id": "3", "order_no": "B"}, {"id": "1", "order_no": "C"}]
    )
    assert [draft.external_id for draft in found.drafts] == ["1", "3"]
    assert [problem.line for problem in found.problems] == [2, 4]


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("拍错商品", ReasonCode.WRONG_ITEM),
        ("重复下单", ReasonCode.DUPLICATE_ORDER),
        ("卡密无效", ReasonCode.INVALID_CARD),
        ("Wrong-Target", ReasonCode.WRONG_TARGET),
        (" 未收到卡密 ", ReasonCode.NOT_RECEIVED),
        ("核销有争议", ReasonCode.REDEMPTION_DISPUTED),
    ],
)
def test_reasons_by_label(label: str, code: ReasonCode) -> None:
    (draft,) = from_csv(f"申请编号,订单号,原因\nR1,A1,{label}\n").drafts
    assert draft.reason is code


@pytest.mark.parametrize("vague", ["不想要了", "不想买了"])
def test_a_vague_reason_is_kept_as_words(vague: str) -> None:
    (draft,) = from_csv(f"申请编号,订单号,原因,说明\nR1,A1,{vague},快点\n").drafts
    assert draft.reason is None
    assert draft.text == f"{vague}\n快点"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_is_a_valid_file(tmp_path: Path, language: str) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(csv_template(REQUEST_COLUMNS, language), encoding="utf-8-sig", newline="")
    found = read_request_file(path, SHANGHAI)
    assert not found.problems
    (draft,) = found.drafts
    assert draft.unit_refs == ("1", "2")
    assert draft.evidence == (EvidenceKind.ORDER_SCREENSHOT, EvidenceKind.PAYMENT_SCREENSHOT)


def test_csv_problems_name_their_line() -> None:
    found = from_csv("id,order_no,reason\nR1,A1,拍错\nR2,,拍错\nR3,A3\nR4,A4,why not\n")
    assert [draft.external_id for draft in found.drafts] == ["R1"]
    assert [(problem.line, problem.field) for problem in found.problems] == [(3, "order_no"), (4, ""), (5, "reason")]


def test_json_file_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "r.JSON"
    path.write_bytes(b'\xef\xbb\xbf{"id":"R1","order_no":"A1"}')
    assert read_request_file(path, SHANGHAI).drafts[0].external_id == "R1"


def test_digest_is_of_what_is_asked() -> None:
    csv_draft = from_csv("申请编号,订单号,原因,申请时间\nR1,A1,拍错商品,2026-11-20 12:00\n").drafts[0]
    json_draft = from_json(
        {"requested_at": "2026-11-20T04:00:00Z", "reason": "wrong_item", "order_no": "A1", "id": "R1"}
    ).drafts[0]
    assert csv_draft.sha256 == json_draft.sha256
    other = from_json({"id": "R1", "order_no": "A1", "reason": "wrong_item", "text": "x"}).drafts[0]
    assert other.sha256 != json_draft.sha256


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,idorer_nA1\\u0d8', max_size=80).map(str.encode))
def test_any_bytes_give_drafts_or_a_sentence(data: bytes) -> None:
    try:
        found = from_json(data)
    except BadInputError:
        return
    assert found.drafts or found.problems


@pytest.mark.parametrize("code", [*ReasonCode, *EvidenceKind], ids=str)
def test_our_own_words_come_back_as_the_code_they_stand_for(tmp_path: Path, code: ReasonCode | EvidenceKind) -> None:
    column = "原因" if isinstance(code, ReasonCode) else "凭证"
    file = tmp_path / "requests.csv"
    file.write_text(f"申请编号,订单号,{column}\nR-1,A1,{word(code, 'zh')}\n", "utf-8")
    (draft,) = read_request_file(file, UTC).drafts
    assert code in (draft.reason, *draft.evidence)
