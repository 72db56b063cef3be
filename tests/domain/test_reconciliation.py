"""Matching never guesses: whatever lines and refunds there are, each match is one of one, and the amounts agree."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.reconciliation import (
    EARLY,
    LATE,
    MOST_PARTS,
    Finding,
    LineFacts,
    LineVerdict,
    RefundFacts,
    StatementKind,
    adding_up,
    possible_refunds,
    reconcile,
)
from desktop_app.domain.states import PaymentChannel

START = datetime(2026, 11, 22, 4, tzinfo=UTC)
_PLATFORMS = st.sampled_from([PaymentChannel.WECHAT, PaymentChannel.ALIPAY])
_FEN = st.sampled_from([100, 200])
_HOURS = st.integers(-24 * 3, 24 * 20)
_NUMBERS = st.frozensets(st.sampled_from(["N1", "N2", "N3", "N4"]), max_size=2)


@st.composite
def _lines(draw: st.DrawFn) -> list[LineFacts]:
    count = draw(st.integers(0, 6))
    return [
        LineFacts(
            key=key,
            kind=draw(st.sampled_from(StatementKind)),
            platform=draw(_PLATFORMS),
            at=START + timedelta(hours=draw(_HOURS)),
            amount_fen=draw(_FEN),
            numbers=draw(_NUMBERS),
            order_numbers=draw(_NUMBERS),
            source=draw(st.sampled_from(["trade", "flow"])),
        )
        for key in range(count)
    ]


@st.composite
def _refunds(draw: st.DrawFn) -> list[RefundFacts]:
    count = draw(st.integers(0, 5))
    return [
        RefundFacts(
            id=number,
            amount_fen=draw(_FEN),
            route=draw(_PLATFORMS),
            created_at=START + timedelta(hours=draw(st.integers(0, 48))),
            paid_at=None,
            reference=draw(st.sampled_from(["", "", "N1", "N2"])),
            request_no=f"TK{number}",
            order_no=f"N{number}",
            payment_ref="",
        )
        for number in range(1, count + 1)
    ]


@settings(max_examples=300)
@given(_lines(), _refunds())
def test_a_match_is_one_of_one_and_of_one_amount(lines: list[LineFacts], refunds: list[RefundFacts]) -> None:
    findings = reconcile(lines, refunds)
    assert findings.keys() == {line.key for line in lines}
    by_id = {refund.id: refund for refund in refunds}
    done: Counter[int] = Counter()
    for line in lines:
        finding = findings[line.key]
        if finding.verdict in (LineVerdict.REFERENCE, LineVerdict.AMOUNT_AND_TIME):
            assert finding.refund_id is not None
            refund = by_id[finding.refund_id]
            assert refund.amount_fen == line.amount_fen
            assert line.kind not in (StatementKind.INCOME, StatementKind.FEE, StatementKind.RETURNED)
            done[refund.id] += line.kind is not StatementKind.REFUND_UNDERWAY
        if finding.verdict is LineVerdict.AMOUNT_AND_TIME:
            assert line.kind is StatementKind.REFUND
            assert line.platform is refund.route
            assert refund.created_at - EARLY <= line.at <= refund.created_at + LATE
            assert not (refund.reference and line.numbers)
    assert all(count <= 1 for count in done.values())


@settings(max_examples=150)
@given(_lines(), _refunds(), st.randoms())
def test_the_order_of_refunds_does_not_matter(
    lines: list[LineFacts], refunds: list[RefundFacts], random: st.DataObject
) -> None:
    shuffled = list(refunds)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def told(findings: dict[int, Finding]) -> dict[int, tuple[LineVerdict, int | None, frozenset[int]]]:
        return {key: (one.verdict, one.refund_id, frozenset(one.candidates)) for key, one in findings.items()}

    assert told(reconcile(lines, refunds)) == told(reconcile(lines, shuffled))


@given(st.lists(st.integers(1, 6), max_size=7), st.integers(1, 30))
@settings(max_examples=300, deadline=None)
def test_refunds_that_add_up_are_proposed_when_no_other_choice_does(amounts: list[int], wanted: int) -> None:
    refunds = [
        RefundFacts(number, amount, PaymentChannel.WECHAT, START, None, "", f"TK{number}", "A1", "")
        for number, amount in enumerate(amounts)
    ]
    choices = [
        choice
        for size in range(1, len(amounts) + 1)
        for choice in combinations(range(len(amounts)), size)
        if sum(amounts[number] for number in choice) == wanted
    ]
    expected = choices[0] if len(choices) == 1 and len(choices[0]) > 1 else ()
    assert adding_up(wanted, refunds) == expected


def test_of_very_many_refunds_nothing_is_worked_out() -> None:
    refunds = [
        RefundFacts(number, 2**number, PaymentChannel.WECHAT, START, None, "", f"TK{number}", "A1", "")
        for number in range(MOST_PARTS + 1)
    ]
    assert adding_up(3, refunds[:-1]) == (0, 1)
    assert adding_up(3, refunds) == ()


def test_what_a_person_may_choose_begins_with_a_number_then_the_amount_then_the_time() -> None:
    def refund(number: int, fen: int, days: int = 0) -> RefundFacts:
        at = START + timedelta(days=days)
        return RefundFacts(number, fen, PaymentChannel.WECHAT, at, None, "", f"TK{number}", f"N{number}", "")

    line = LineFacts(
        1, StatementKind.REFUND, PaymentChannel.WECHAT, START, 100, frozenset(), frozenset({"N4"}), "trade"
    )
    refunds = [
        refund(1, 300),
        refund(2, 100, days=90),
        refund(3, 100),
        refund(4, 300, days=60),
        refund(5, 300, days=60),
    ]
    assert possible_refunds(line, refunds) == [4, 3, 2, 1]
