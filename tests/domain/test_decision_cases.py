"""The engine against cases written by hand, and the case format against everything that is not a case."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.decision_cases import decide_case, decide_line, decide_text, read_case
from desktop_app.domain.errors import BadInputError

FIXTURES = Path(__file__).parents[1] / "fixtures" / "decision_cases"
SHARED = Path(__file__).parents[3] / "shared" / "decision-cases"
BASE = json.loads((FIXTURES / "base.json").read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def with_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """The base case with fields set by path (``order.units[0].state``)."""
    case = copy.deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = re.findall(r"\w+", path)
        target: Any = case
        for step in parents:
            target = target[int(step)] if step.isdigit() else target[step]
        target[last] = value
    return case


DECIDED = [row for name in ("gates", "merchant", "goods", "clocks") for row in rows(name)]


@pytest.mark.parametrize("row", DECIDED, ids=lambda row: row["name"])
def test_a_case_gets_the_verdict_of_the_rules(row: dict[str, Any]) -> None:
    answer = decide_case(with_changes(row["set"]))
    expected_units = row.get("units", [row["unit"]] if "unit" in row else [])
    units: Any = answer["units"]
    assert [
        {name: unit[name] for name in expected} for unit, expected in zip(units, expected_units, strict=False)
    ] == expected_units
    expected = row.get("expect", {})
    assert {name: answer[name] for name in expected} == expected


@pytest.mark.parametrize("row", rows("malformed"), ids=lambda row: row["field"])
def test_a_malformed_case_is_refused_by_its_field(row: dict[str, Any]) -> None:
    text = json.dumps(with_changes(row["set"]))
    with pytest.raises(BadInputError) as refused:
        decide_text(text)
    assert refused.value.facts["field"] == row["field"]
    assert refused.value.en.startswith(row["field"] + ": ")
    assert refused.value.zh.startswith(row["field"] + "\uff1a")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "case"),
        ("null", "case"),
        ("[]", "case"),
        ('{"case": 7}', "case"),
        ("{", "case"),
        ("[" * 100_000, "case"),
        ('{"request":' * 100_000, "case"),
        ('{"case": {}, "case": {}}', "case"),
        ('{"now": "2026-11-18T12:00:00Z", "now": "2026-11-19T12:00:00Z"}', "now"),
        ('{"now": "2026-11-18T12:00:00Z", "policy": {"platform_kind": "official"}, "order": {"state": 1, "state": 2}}',
         "order.state"),
        ('{"now": NaN}', "now"),
        ('{"now": ' + "9" * 5000 + "}", "now"),
        (b"\xff\xfe{\x00}\x00", "case"),
        ('{"expect": {}}', "expect"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_case_is_refused(text: str | bytes, field: str) -> None:
    answer, decided = decide_line(text, "zh")
    assert not decided
    assert answer["field"] == field
    assert set(answer) == {"error", "field"}


def test_a_bare_case_a_file_with_expectations_and_a_byte_order_mark_read_alike() -> None:
    bare = json.dumps(BASE)
    in_file = json.dumps({"case": BASE, "expect": {"anything": 1}})
    assert decide_text(bare) == decide_text(in_file) == decide_text(b"\xef\xbb\xbf" + bare.encode())


def test_every_listed_field_may_be_absent_or_null() -> None:
    case = copy.deepcopy(BASE)
    case["facts"] = None
    case["order"] |= dict.fromkeys(
        ("locked", "paid_at", "shipped_at", "completed_at", "refunded_fen", "payment_channel", "order_no")
    )
    case["order"]["units"][0] |= dict.fromkeys(("redemption", "topup", "face_fen", "refunded"))
    case["request"] |= dict.fromkeys(("unit_refs", "unit_reasons", "another_open", "text", "asked_at"))
    assert decide_case(case)["verdict"] == "approve_with_fee"


def test_the_trace_ends_with_the_rule_that_decided_and_shows_its_facts() -> None:
    trace: Any = decide_case(BASE)["trace"]
    assert [line["rule"] for line in trace[:6]] == ["G1", "N1", "G2a", "G2b", "G3a", "G3b"]
    assert [line["hit"] for line in trace] == [False] * (len(trace) - 1) + [True]
    assert trace[-1] == {
        "ref": "u1",
        "rule": "N7",
        "hit": True,
        "why": "state=unused; policy.platform_kind=third_party; timing=in",
    }


def test_times_are_answered_in_the_zone_of_the_shop_in_whole_seconds() -> None:
    changes = {"request.requested_at": "2026-11-18T04:00:00.999Z", "now": "2026-11-18T04:00:01Z"}
    deadlines: Any = decide_case(with_changes(changes))["deadlines"]
    assert deadlines["response"] == "2026-11-18T14:00:00+08:00"


def test_a_case_is_read_into_utc() -> None:
    assert read_case(json.dumps(BASE)).now.isoformat() == "2026-11-18T04:00:00+00:00"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the exchanged cases are not beside this checkout")
def test_the_exchanged_cases_are_answered_to_the_letter() -> None:
    files = sorted(SHARED.glob("*.json"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        answer = decide_text(text)
        del answer["trace"]
        assert answer == json.loads(text)["expect"], file.name
    for file in sorted((SHARED / "malformed").glob("*.json")):
        text = file.read_text(encoding="utf-8")
        answer, decided = decide_line(text)
        assert not decided, file.name
        assert answer["field"] == json.loads(text)["error_field"], file.name
