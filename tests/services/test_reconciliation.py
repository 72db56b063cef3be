"""Refunds are reconciled with the statements of the payment channels; nothing is matched by a guess."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import exc

from desktop_app.domain.errors import CancelledError, ConflictError, NotFoundError, RefusedError
from desktop_app.domain.reconciliation import LineVerdict, MatchedBy, StatementKind
from desktop_app.domain.states import PaymentChannel, RefundState
from desktop_app.services.exports import export
from desktop_app.services.listing import Sort
from desktop_app.services.reconciliation import LineFilter, Reconciliation
from desktop_app.services.refunds import RefundFilter
from desktop_app.services.statement_import import StatementImport, StatementPreview
from tests.exchange import statement_samples as samples
from tests.services.desk import Desk
from tests.services.order_desk import OrderDesk

CHINA = timezone(timedelta(hours=8))


class Ledger(OrderDesk):
    """A shop with refunds, and the statements of its channels."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        super().__init__(desk)
        self.reconciliation = Reconciliation(desk.context)
        self._folder = folder
        self._files = 0

    def due(self, order_no: str, route: PaymentChannel = PaymentChannel.WECHAT) -> int:
        """A refund of ¥50 through ``route``."""
        refund_id = self.refunded(order_no)
        self.desk.execute("UPDATE refunds SET route = ? WHERE id = ?", route.value, refund_id)
        return refund_id

    def hours_later(self, hours: float) -> str:
        """A time as statements write it, so long after now."""
        return (self.clock() + timedelta(hours=hours)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")

    def preview(self, data: bytes) -> StatementPreview:
        self._files += 1
        path = self._folder / f"statement-{self._files}.csv"
        path.write_bytes(data)
        return self.reconciliation.preview(path)

    def bring(self, data: bytes, **options: object) -> StatementImport:
        preview = self.preview(data)
        self.clock.advance(days=2)
        return self.reconciliation.import_statement(preview, **options)  # type: ignore[arg-type]

    def wechat(self, order_no: str, amount: str = "50.00", *, hours: float = 1, **more: str) -> str:
        """A row of a refund in a merchant's transactions."""
        values = {"refund_no": f"5030{order_no}", "refund_state": "SUCCESS", "at": self.hours_later(hours), **more}
        return samples.wechat_trade_row(f"4200{order_no}", order_no, amount, **values)  # type: ignore[arg-type]


@pytest.fixture
def ledger(desk: Desk, tmp_path: Path) -> Ledger:
    return Ledger(desk, tmp_path)


def _verdicts(preview: StatementPreview) -> list[LineVerdict]:
    return [line.verdict for line in preview.lines]


# ---- by number


def test_a_refund_is_found_by_its_order_number_and_arrives_as_the_statement_says(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    row = ledger.wechat("A1")
    at = datetime.fromisoformat(f"{ledger.hours_later(1)}+08:00")
    result = ledger.bring(samples.wechat_trade([row]))
    assert (result.line_count, result.new_count, result.matched_count) == (1, 1, 1)
    line = ledger.refunds.get(refund_id)
    assert (line.state, line.reference, line.reconciled) == (RefundState.ARRIVED, "5030A1", True)
    assert (line.paid_at, line.arrived_at) == (at, at)
    (event,) = ledger.desk.events("refund.reconciled")
    assert event["facts"]["to"] == "arrived"  # type: ignore[index]
    assert event["facts"]["matched_by"] == "reference"  # type: ignore[index]
    assert len(ledger.desk.events("statement.imported")) == 1
    assert ledger.desk.changes[-1] == {"refunds", "statements"}
    (entry,) = ledger.reconciliation.listing(LineFilter("matched")).rows()
    assert (entry.order_no, entry.matched_by, entry.refund_id) == ("A1", MatchedBy.REFERENCE, refund_id)


@pytest.mark.parametrize("number", ["reference", "request_no", "payment_ref", "trade_no"])
def test_every_number_that_both_sides_know_will_do(ledger: Ledger, number: str) -> None:
    refund_id = ledger.due("A1")
    ledger.due("A2")  # of the same amount: by amount and time neither would be found
    more = {"refund_no": "503001"}
    if number == "reference":
        ledger.refunds.mark_paid(refund_id, "503001")
    elif number == "request_no":
        more["merchant_refund_no"] = ledger.refunds.get(refund_id).request_no
    elif number == "payment_ref":
        ledger.desk.execute("UPDATE orders SET payment_ref = '4200OTHER' WHERE order_no = 'A1'")
    else:
        ledger.refunds.mark_paid(refund_id, "4200OTHER")
    preview = ledger.preview(samples.wechat_trade([ledger.wechat("OTHER", **more)]))
    (line,) = preview.lines
    assert (line.verdict, line.refund_id, line.order_no) == (LineVerdict.REFERENCE, refund_id, "A1")


def test_the_order_number_comes_from_the_sale_when_the_refund_names_only_the_channels(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    ledger.due("A2")
    sale = samples.wechat_flow_row("4200", "4200", "90.00", kind="交易", direction="收入", voucher="A1")
    ledger.bring(samples.wechat_flow([sale]))
    refund = samples.wechat_flow_row("5030", "4200", "50.00", at=ledger.hours_later(1))
    (line,) = ledger.preview(samples.wechat_flow([refund])).lines
    assert (line.verdict, line.refund_id) == (LineVerdict.REFERENCE, refund_id)


def test_a_number_in_the_note_of_a_transfer_is_enough_and_is_not_kept(ledger: Ledger) -> None:
    refund_id = ledger.due("DD20261122001", PaymentChannel.ALIPAY)
    row = samples.alipay_account_row(
        "54", at=ledger.hours_later(1), expense="50.00", kind="转账", note="退款 DD20261122001 林小雨 13800001111"
    )
    result = ledger.bring(samples.alipay_account([row]))
    assert result.matched_count == 1
    assert ledger.refunds.get(refund_id).state is RefundState.ARRIVED
    for value in ("林小雨", "13800001111", "lin***@qq.com"):
        text = f"%{value}%"
        for column in ("identity", "trade_no", "merchant_no", "state", "note"):
            assert ledger.desk.scalar(f"SELECT count(*) FROM statement_lines WHERE {column} LIKE ?", text) == 0
        assert ledger.desk.scalar("SELECT count(*) FROM events WHERE body LIKE ?", text) == 0


def test_an_amount_that_differs_is_a_difference_and_nothing_moves(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    row = ledger.wechat("A1", "49.99")
    (line,) = ledger.preview(samples.wechat_trade([row])).lines
    assert (line.verdict, line.refund_id) == (LineVerdict.DIFFERENCE, None)
    assert "A1" in line.zh
    assert "金额" in line.zh
    assert ledger.bring(samples.wechat_trade([row])).matched_count == 0
    assert ledger.refunds.get(refund_id).state is RefundState.DUE
    (entry,) = ledger.reconciliation.listing(LineFilter()).rows()
    explained = ledger.reconciliation.explain(entry.id)
    assert explained.verdict is LineVerdict.DIFFERENCE
    assert [one.id for one in explained.candidates] == [refund_id]


def test_two_refunds_of_one_order_with_one_amount_are_left_to_the_merchant(ledger: Ledger) -> None:
    ledger.due("A1")
    ledger.due("A2")
    ledger.desk.execute("UPDATE orders SET payment_ref = '4200SHARED'")
    (line,) = ledger.preview(samples.wechat_trade([ledger.wechat("SHARED")])).lines
    assert line.verdict is LineVerdict.AMBIGUOUS
    assert "A1" in line.en
    assert "A2" in line.en


def test_a_line_from_before_the_decision_is_an_earlier_refund(ledger: Ledger) -> None:
    ledger.clock.advance(days=3)
    ledger.due("A1")
    early = ledger.preview(samples.wechat_trade([ledger.wechat("A1", hours=-25)]))
    assert _verdicts(early) == [LineVerdict.DIFFERENCE]
    just = ledger.preview(samples.wechat_trade([ledger.wechat("A1", hours=-24)]))
    assert _verdicts(just) == [LineVerdict.REFERENCE]


# ---- by amount and time


def test_amount_and_time_match_when_they_leave_one_of_each(ledger: Ledger) -> None:
    refund_id = ledger.due("A1", PaymentChannel.ALIPAY)
    row = samples.alipay_account_row("54", order_no="X9", at=ledger.hours_later(3), expense="50.00")
    assert ledger.bring(samples.alipay_account([row])).matched_count == 1
    line = ledger.refunds.get(refund_id)
    assert (line.state, line.reference) == (RefundState.ARRIVED, "54")
    (entry,) = ledger.reconciliation.listing(LineFilter("matched")).rows()
    assert entry.matched_by is MatchedBy.AMOUNT_AND_TIME


@pytest.mark.parametrize(
    ("hours", "verdict"),
    [
        (-24, LineVerdict.AMOUNT_AND_TIME),
        (-24.01, LineVerdict.NO_REFUND),
        (15 * 24, LineVerdict.AMOUNT_AND_TIME),
        (15 * 24 + 0.01, LineVerdict.NO_REFUND),
    ],
)
def test_the_window_of_time_is_a_day_before_to_fifteen_days_after(
    ledger: Ledger, hours: float, verdict: LineVerdict
) -> None:
    ledger.due("A1", PaymentChannel.ALIPAY)
    row = samples.alipay_account_row("54", at=ledger.hours_later(hours), expense="50.00")
    assert _verdicts(ledger.preview(samples.alipay_account([row]))) == [verdict]


def test_two_refunds_or_two_lines_of_one_amount_are_left_to_the_merchant(ledger: Ledger) -> None:
    first = ledger.due("A1", PaymentChannel.ALIPAY)
    rows = [samples.alipay_account_row(serial, at=ledger.hours_later(1), expense="50.00") for serial in ("54", "55")]
    preview = ledger.preview(samples.alipay_account(rows))
    assert _verdicts(preview) == [LineVerdict.AMBIGUOUS] * 2, "either of two lines can be the one refund"
    second = ledger.due("A2", PaymentChannel.ALIPAY)
    preview = ledger.preview(samples.alipay_account(rows[:1]))
    assert _verdicts(preview) == [LineVerdict.AMBIGUOUS], "either of two refunds can be the one line"
    ledger.bring(samples.alipay_account(rows[:1]))
    (entry,) = ledger.reconciliation.listing(LineFilter()).rows()
    assert {one.id for one in ledger.reconciliation.explain(entry.id).candidates} == {first, second}


def test_an_open_line_of_an_earlier_file_competes(ledger: Ledger) -> None:
    one, other = (
        samples.alipay_account_row(serial, at=ledger.hours_later(1), expense="50.00") for serial in ("54", "55")
    )
    ledger.bring(samples.alipay_account([one]))
    ledger.clock.advance(days=-2)
    ledger.due("A1", PaymentChannel.ALIPAY)
    assert _verdicts(ledger.preview(samples.alipay_account([other]))) == [LineVerdict.AMBIGUOUS]


def test_another_channel_another_order_or_another_number_is_no_match(ledger: Ledger) -> None:
    wechat = ledger.due("A1", PaymentChannel.WECHAT)
    at = ledger.hours_later(1)
    row = samples.alipay_account_row("54", at=at, expense="50.00")
    assert _verdicts(ledger.preview(samples.alipay_account([row]))) == [LineVerdict.NO_REFUND]
    ledger.paid("B1")  # an order of the shop, without a refund
    (line,) = ledger.preview(samples.wechat_trade([ledger.wechat("B1")])).lines
    assert line.verdict is LineVerdict.NO_REFUND
    assert "B1" in line.en
    ledger.refunds.mark_paid(wechat, "50309999")
    (line,) = ledger.preview(samples.wechat_trade([ledger.wechat("X1")])).lines
    assert line.verdict is LineVerdict.AMBIGUOUS, "the merchant wrote down another number"


def test_transfers_and_refunds_of_unknown_direction_match_by_number_only(ledger: Ledger) -> None:
    ledger.due("A1", PaymentChannel.ALIPAY)
    at = ledger.hours_later(1)
    neutral = samples.alipay_record_row("50.00", at=at, direction="不计收支", trade_no="2026112300001111")
    transfer = samples.alipay_record_row(
        "50.00", at=at, kind="转账红包", goods="转账", state="交易成功", trade_no="2026112300001112"
    )
    assert _verdicts(ledger.preview(samples.alipay_record([neutral, transfer]))) == [LineVerdict.NOT_OURS] * 2
    named = samples.alipay_record_row("50.00", at=at, direction="不计收支", trade_no="2026112300001113", order_no="A1")
    assert _verdicts(ledger.preview(samples.alipay_record([named]))) == [LineVerdict.REFERENCE]


# ---- the states that a statement gives


def test_a_refund_under_way_is_paid_and_a_later_file_says_that_it_arrived(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    ledger.bring(samples.wechat_trade([ledger.wechat("A1", refund_state="PROCESSING")]))
    line = ledger.refunds.get(refund_id)
    assert (line.state, line.arrived_at) == (RefundState.PAID, None)
    ledger.bring(samples.wechat_trade([ledger.wechat("A1", hours=-40)]))
    assert ledger.refunds.get(refund_id).state is RefundState.ARRIVED


def test_what_the_channel_could_not_pay_is_said_and_not_marked(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    (line,) = ledger.preview(samples.wechat_trade([ledger.wechat("A1", refund_state="CHANGE")])).lines
    assert line.verdict is LineVerdict.DIFFERENCE
    assert "失败" in line.zh
    ledger.bring(samples.wechat_trade([ledger.wechat("A1", refund_state="CHANGE")]))
    assert ledger.refunds.get(refund_id).state is RefundState.DUE


def test_a_refund_that_failed_and_was_paid_again_arrives(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    ledger.refunds.mark_failed(refund_id, "账户已注销")
    ledger.bring(samples.wechat_trade([ledger.wechat("A1")]))
    assert ledger.refunds.get(refund_id).state is RefundState.ARRIVED


def test_a_refund_marked_by_hand_is_confirmed_and_stays_as_it_was(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    row = ledger.wechat("A1")
    ledger.refunds.mark_arrived(refund_id)
    before = ledger.refunds.get(refund_id)
    assert not before.reconciled
    ledger.bring(samples.wechat_trade([row]))
    after = ledger.refunds.get(refund_id)
    assert (after.arrived_at, after.reference, after.reconciled) == (before.arrived_at, before.reference, True)


def test_the_state_of_a_sale_says_that_it_went_back_but_not_when(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    row = samples.wechat_personal_row("90.00", at="2026-11-20 10:00:00", state="已退款(￥50.00)", order_no="A1")
    (line,) = ledger.preview(samples.wechat_personal([row])).lines
    assert line.verdict is LineVerdict.REFERENCE
    ledger.bring(samples.wechat_personal([row]))
    line_after = ledger.refunds.get(refund_id)
    assert line_after.state is RefundState.ARRIVED
    assert line_after.arrived_at is not None
    assert line_after.arrived_at >= line_after.created_at


def test_a_refund_told_as_a_line_and_as_a_state_is_one(ledger: Ledger) -> None:
    ledger.due("A1")
    rows = [
        samples.wechat_personal_row("90.00", state="已退款(￥50.00)", order_no="A1", trade_no="1000"),
        samples.wechat_personal_row(
            "50.00",
            kind="二维码收款-退款",
            direction="支出",
            state="支付成功",
            order_no="A1",
            trade_no="1001",
            at=ledger.hours_later(1),
        ),
    ]
    assert _verdicts(ledger.preview(samples.wechat_personal(rows))) == [LineVerdict.REPEATED, LineVerdict.REFERENCE]
    ledger.bring(samples.wechat_personal(rows))
    assert ledger.reconciliation.listing(LineFilter("unmatched")).count() == 0
    assert len(ledger.desk.events("refund.reconciled")) == 1


def test_a_sale_that_is_refunded_in_parts_says_the_sum_and_only_the_rest_is_new(ledger: Ledger) -> None:
    ledger.due("A1")
    first = samples.wechat_personal_row("90.00", state="已退款(￥20.00)", order_no="A1", trade_no="1000")
    ledger.bring(samples.wechat_personal([first]))
    then = samples.wechat_personal_row("90.00", state="已退款(￥70.00)", order_no="A1", trade_no="1000")
    assert ledger.bring(samples.wechat_personal([then])).matched_count == 1
    assert ledger.refunds.listing(RefundFilter(state=RefundState.ARRIVED)).count() == 1


def _in_parts(ledger: Ledger, *refs: str) -> list[int]:
    """Refunds of ¥30 for single units of one order of three."""
    found: list[int] = []
    if not ledger.desk.scalar("SELECT count(*) FROM orders"):
        ledger.paid("A1", quantity=3, list_fen=3000, paid_fen=9000)
    for ref in refs:
        request_id = ledger.ask_back("A1", unit_refs=(ref,))
        decided = ledger.requests.approve(request_id, token=ledger.requests.preview(request_id).token)
        assert decided.refund_id is not None
        ledger.desk.execute("UPDATE refunds SET route = 'wechat' WHERE id = ?", decided.refund_id)
        found.append(decided.refund_id)
    return found


def test_a_sale_that_tells_several_refunds_is_proposed_as_them_and_confirmed_by_hand(ledger: Ledger) -> None:
    first, second = _in_parts(ledger, "1", "2")
    row = samples.wechat_personal_row("90.00", state="已退款(￥60.00)", order_no="A1", trade_no="1000")
    (shown,) = ledger.preview(samples.wechat_personal([row])).lines
    assert (shown.verdict, shown.refund_id) == (LineVerdict.DIFFERENCE, None)  # nothing is matched by itself
    assert "2 笔待核对退款之和恰为此金额" in shown.zh
    assert ledger.bring(samples.wechat_personal([row])).matched_count == 0
    (line,) = ledger.reconciliation.listing(LineFilter("unmatched")).rows()
    assert [one.id for one in ledger.reconciliation.explain(line.id).together] == [first, second]
    with pytest.raises(RefusedError):
        ledger.reconciliation.match_together(line.id, [first, first])
    ledger.reconciliation.match_together(line.id, [second, first])
    for refund_id in (first, second):
        refund = ledger.refunds.get(refund_id)
        assert (refund.state, refund.reconciled) == (RefundState.ARRIVED, True)
    told = [event["facts"] for event in ledger.desk.events("refund.reconciled")]
    assert [(fact["amount_fen"], fact["stated_fen"]) for fact in told] == [(3000, 6000)] * 2  # type: ignore[index]
    assert ledger.reconciliation.unmatched() == []
    assert [one.amount_fen for one in ledger.reconciliation.listing(LineFilter("all")).rows()] == [6000]
    with pytest.raises(RefusedError):
        ledger.reconciliation.match_together(line.id, [first, second])

    # the same file again, and a later one in which one more part went back
    assert _verdicts(ledger.preview(samples.wechat_personal([row]))) == [LineVerdict.KNOWN]
    (third,) = _in_parts(ledger, "3")
    later = samples.wechat_personal_row("90.00", state="已全额退款", order_no="A1", trade_no="1000")
    (rest,) = ledger.preview(samples.wechat_personal([later])).lines
    assert (rest.verdict, rest.refund_id) == (LineVerdict.REFERENCE, third)

    ledger.reconciliation.unmatch(line.id)
    assert not any(ledger.refunds.get(refund_id).reconciled for refund_id in (first, second))
    (line,) = ledger.reconciliation.listing(LineFilter("unmatched")).rows()
    ledger.reconciliation.match_together(line.id, [first, second])
    assert all(ledger.refunds.get(refund_id).reconciled for refund_id in (first, second))


def test_parts_that_go_back_one_after_the_other_are_each_found_once(ledger: Ledger) -> None:
    """The first refund bears the number of the sale from its first statement; the second is of the same amount."""
    found = []
    for stated, ref in (("已退款(￥30.00)", "1"), ("已退款(￥60.00)", "2"), ("已全额退款", "3")):
        (refund_id,) = _in_parts(ledger, ref)
        row = samples.wechat_personal_row("90.00", state=stated, order_no="A1", trade_no="1000")
        (line,) = ledger.preview(samples.wechat_personal([row])).lines
        found.append((line.verdict, line.refund_id == refund_id))
        assert ledger.bring(samples.wechat_personal([row])).matched_count == 1
    assert found == [(LineVerdict.REFERENCE, True)] * 3
    assert ledger.reconciliation.unmatched() == []


def test_a_sale_whose_refunds_have_lines_of_their_own_says_them_once_more(ledger: Ledger) -> None:
    _in_parts(ledger, "1", "2", "3")  # the third is not paid yet
    rows = [samples.wechat_personal_row("90.00", state="已退款(￥60.00)", order_no="A1", trade_no="1000")]
    for number, request_no in enumerate(("TK20261122001", "TK20261122002")):
        rows.append(
            samples.wechat_personal_row(
                "30.00",
                kind="二维码收款-退款",
                direction="支出",
                state="支付成功",
                order_no=request_no,
                trade_no=f"200{number}",
                at=ledger.hours_later(1),
            )
        )
    verdicts = _verdicts(ledger.preview(samples.wechat_personal(rows)))
    assert verdicts == [LineVerdict.REPEATED, LineVerdict.REFERENCE, LineVerdict.REFERENCE]
    ledger.bring(samples.wechat_personal(rows))
    assert ledger.refunds.listing(RefundFilter(state=RefundState.ARRIVED)).count() == 2
    assert ledger.reconciliation.listing(LineFilter("unmatched")).count() == 0


def test_several_refunds_are_only_proposed_when_no_others_add_up(ledger: Ledger) -> None:
    refunds = _in_parts(ledger, "1", "2", "3")
    row = samples.wechat_personal_row("90.00", state="已退款(￥60.00)", order_no="A1", trade_no="1000")
    (shown,) = ledger.preview(samples.wechat_personal([row])).lines
    assert shown.verdict is LineVerdict.DIFFERENCE
    assert "之和" not in shown.zh
    ledger.bring(samples.wechat_personal([row]))
    (line,) = ledger.reconciliation.listing(LineFilter("unmatched")).rows()
    assert ledger.reconciliation.explain(line.id).together == ()
    with pytest.raises(RefusedError, match=r"¥90\.00 together, the line says ¥60\.00"):
        ledger.reconciliation.match_together(line.id, refunds)
    ledger.reconciliation.match_together(line.id, refunds[1:])  # the merchant knows which
    assert [ledger.refunds.get(refund_id).reconciled for refund_id in refunds] == [False, True, True]


def test_only_the_state_of_a_sale_is_joined_to_several(ledger: Ledger) -> None:
    refunds = _in_parts(ledger, "1", "2")
    ledger.bring(samples.wechat_trade([ledger.wechat("A1", "60.00")]))
    (line,) = ledger.reconciliation.listing(LineFilter("unmatched")).rows()
    assert ledger.reconciliation.explain(line.id).together == ()
    with pytest.raises(RefusedError, match="state of a sale"):
        ledger.reconciliation.match_together(line.id, refunds)


def test_the_two_files_of_a_merchant_tell_one_refund_and_two_lines_of_one_file_two(ledger: Ledger) -> None:
    ledger.due("A1")
    row = ledger.wechat("A1")
    flow = samples.wechat_flow_row("5030A1", "4200A1", "50.00", at=ledger.hours_later(1))
    ledger.bring(samples.wechat_trade([row]))
    ledger.clock.advance(days=-2)
    assert _verdicts(ledger.preview(samples.wechat_flow([flow]))) == [LineVerdict.REPEATED]
    twice = ledger.preview(samples.wechat_trade([ledger.wechat("A1", refund_no="5030SECOND")]))
    assert _verdicts(twice) == [LineVerdict.DIFFERENCE]
    assert "重复" in twice.lines[0].zh


# ---- import


def test_the_same_line_is_known_once_in_whatever_file_it_comes(ledger: Ledger) -> None:
    ledger.due("A1")
    rows = [ledger.wechat("A1"), samples.wechat_trade_row("42", "B7", "3.00")]
    first = ledger.bring(samples.wechat_trade([*rows, rows[1]]))
    assert (first.line_count, first.new_count, first.known_count) == (3, 2, 1)
    again = ledger.preview(samples.wechat_trade(rows))
    assert _verdicts(again) == [LineVerdict.KNOWN] * 2
    assert not again.is_imported
    assert again.new_count == 0
    more = ledger.bring(samples.wechat_trade([*rows, samples.wechat_trade_row("43", "B8", "3.00"), "`坏,`行"]))
    assert (more.line_count, more.new_count, more.known_count, more.malformed_count) == (4, 1, 2, 1)
    assert ledger.desk.scalar("SELECT count(*) FROM statement_lines") == 3


def test_the_same_file_is_imported_once(ledger: Ledger) -> None:
    data = samples.wechat_trade([samples.wechat_trade_row("42", "B7", "3.00")])
    ledger.bring(data)
    preview = ledger.preview(data)
    assert preview.is_imported
    with pytest.raises(RefusedError):
        ledger.reconciliation.import_statement(preview)


def test_a_match_that_is_not_wanted_is_left_open(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    assert ledger.bring(samples.wechat_trade([ledger.wechat("A1")]), leave_open=frozenset({2})).matched_count == 0
    assert ledger.refunds.get(refund_id).state is RefundState.DUE
    assert ledger.reconciliation.listing(LineFilter("unmatched")).count() == 1


def test_a_refund_that_changed_since_the_preview_stops_the_import(ledger: Ledger) -> None:
    ledger.due("A1", PaymentChannel.ALIPAY)
    row = samples.alipay_account_row("54", at=ledger.hours_later(3), expense="50.00")
    preview = ledger.preview(samples.alipay_account([row]))
    ledger.due("A2", PaymentChannel.ALIPAY)
    with pytest.raises(ConflictError):
        ledger.reconciliation.import_statement(preview)
    assert ledger.desk.scalar("SELECT count(*) FROM statements") == 0


def test_a_cancelled_import_leaves_nothing(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    preview = ledger.preview(samples.wechat_trade([ledger.wechat("A1")]))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(CancelledError):
        ledger.reconciliation.import_statement(preview, cancelled=cancelled)
    assert ledger.desk.scalar("SELECT count(*) FROM statement_lines") == 0
    assert ledger.refunds.get(refund_id).state is RefundState.DUE


def test_what_a_line_states_is_never_rewritten(ledger: Ledger) -> None:
    ledger.bring(samples.wechat_trade([samples.wechat_trade_row("42", "B7", "3.00")]))
    for column, value in (("amount_fen", 1), ("at", 1), ("merchant_no", "x"), ("state", "x"), ("kind", "refund")):
        with pytest.raises((exc.IntegrityError, exc.DatabaseError)):
            ledger.desk.execute(f"UPDATE statement_lines SET {column} = ?", value)
    with pytest.raises((exc.IntegrityError, exc.DatabaseError)):
        ledger.desk.execute("DELETE FROM statement_lines")


def test_a_file_that_says_more_lines_than_it_has_is_told(ledger: Ledger) -> None:
    row = samples.wechat_personal_row("90.00")
    assert ledger.preview(samples.wechat_personal([row], count=2)).is_cut
    assert not ledger.preview(samples.wechat_personal([row])).is_cut


# ---- by hand


def test_lines_are_matched_and_unmatched_by_hand(ledger: Ledger) -> None:
    first, second = ledger.due("A1"), ledger.due("A2")
    ledger.bring(samples.wechat_trade([ledger.wechat("X1"), ledger.wechat("X2", "49.00")]))
    lines = {entry.amount_fen: entry.id for entry in ledger.reconciliation.listing(LineFilter()).rows()}
    match = ledger.reconciliation.match
    match(lines[5000], first)
    assert ledger.refunds.get(first).state is RefundState.ARRIVED
    with pytest.raises(RefusedError):
        match(lines[5000], second)
    with pytest.raises(ConflictError):
        match(lines[4900], first, "算错")
    with pytest.raises(RefusedError):
        match(lines[4900], second)
    match(lines[4900], second, "少退一元，买家同意")
    entry = ledger.reconciliation.line(lines[4900])
    assert (entry.matched_by, entry.note, entry.order_no) == (MatchedBy.HAND, "少退一元，买家同意", "A2")
    ledger.reconciliation.unmatch(lines[4900])
    assert ledger.reconciliation.line(lines[4900]).refund_id is None
    assert not ledger.refunds.get(second).reconciled
    assert ledger.refunds.get(second).state is RefundState.ARRIVED, "arrived is final"
    with pytest.raises(RefusedError):
        ledger.reconciliation.unmatch(lines[4900])
    with pytest.raises(NotFoundError):
        match(99, first)
    with pytest.raises(NotFoundError):
        match(lines[4900], 99)
    assert len(ledger.desk.events("refund.unreconciled")) == 1


def test_a_line_that_says_failed_cannot_be_made_an_arrival(ledger: Ledger) -> None:
    refund_id = ledger.due("A1")
    ledger.bring(samples.wechat_trade([ledger.wechat("A1", refund_state="FAIL")]))
    (entry,) = ledger.reconciliation.listing(LineFilter()).rows()
    with pytest.raises(RefusedError):
        ledger.reconciliation.match(entry.id, refund_id)


def test_a_line_is_set_aside_with_a_reason_and_taken_back(ledger: Ledger) -> None:
    ledger.bring(samples.wechat_trade([ledger.wechat("X1")]))
    (entry,) = ledger.reconciliation.listing(LineFilter()).rows()
    ledger.reconciliation.set_aside(entry.id, "另一家店的退款")
    assert ledger.reconciliation.listing(LineFilter()).count() == 0
    (aside,) = ledger.reconciliation.listing(LineFilter("set_aside")).rows()
    assert aside.note == "另一家店的退款"
    with pytest.raises(RefusedError):
        ledger.reconciliation.match(entry.id, ledger.due("A1"))
    ledger.reconciliation.take_back(entry.id)
    assert ledger.reconciliation.listing(LineFilter()).count() == 1
    with pytest.raises(RefusedError):
        ledger.reconciliation.take_back(entry.id)


def test_lines_that_came_before_their_refund_are_matched_again(ledger: Ledger) -> None:
    ledger.bring(samples.wechat_trade([ledger.wechat("A1"), ledger.wechat("X9", "1.00")]))
    ledger.clock.advance(days=-2)
    refund_id = ledger.due("A1")
    ledger.clock.advance(days=1)
    assert ledger.reconciliation.match_again() == 1
    assert ledger.refunds.get(refund_id).state is RefundState.ARRIVED
    assert ledger.reconciliation.match_again() == 0


# ---- what did not match


def test_what_did_not_match_is_told_both_ways_and_exported(ledger: Ledger, tmp_path: Path) -> None:
    matched, missing, later = ledger.due("A1"), ledger.due("A2"), ledger.due("A3")
    other = ledger.due("A4", PaymentChannel.ALIPAY)
    ledger.refunds.mark_failed(later, "退回")
    ledger.bring(samples.wechat_trade([ledger.wechat("A1"), ledger.wechat("X9", "7.00")]))
    found = ledger.reconciliation.unmatched()
    assert [(one.in_statement, one.order_no, one.amount_fen) for one in found] == [
        (True, "X9", 700),
        (False, "A2", 5000),
    ]
    assert [line.id for line in ledger.refunds.listing(RefundFilter(missing=True)).rows()] == [missing]
    unreconciled = {line.id for line in ledger.refunds.listing(RefundFilter(unreconciled=True)).rows()}
    assert unreconciled == {missing, later, other}
    assert matched not in unreconciled
    path = tmp_path / "unmatched.csv"
    assert export(ledger.desk.context, "unmatched", path, language="zh") == 2
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["哪一方", "仅账单有", "仅店铺有"]
    assert rows[2][4] == "A2"


def test_a_refund_outside_the_period_of_every_statement_is_not_missing(ledger: Ledger) -> None:
    ledger.due("A1")
    old = ledger.wechat("X9", "7.00", hours=-24 * 30)
    ledger.bring(samples.wechat_trade([old]))
    assert ledger.refunds.listing(RefundFilter(missing=True)).count() == 0


def test_lines_are_found_and_sorted(ledger: Ledger) -> None:
    ledger.bring(
        samples.wechat_trade(
            [
                ledger.wechat("X1", "3.00", hours=1),
                ledger.wechat("X2", "2.00", hours=3),
                samples.wechat_trade_row("42", "B7", "3.00"),
            ]
        )
    )
    listing = ledger.reconciliation.listing
    assert [entry.merchant_no for entry in listing(LineFilter()).rows()] == ["X2", "X1"]
    assert [entry.merchant_no for entry in listing(LineFilter(), Sort("amount_fen")).rows()] == ["X2", "X1"]
    assert [entry.merchant_no for entry in listing(LineFilter(text="5030X1")).rows()] == ["X1"]
    assert [entry.kind for entry in listing(LineFilter("other")).rows()] == [StatementKind.INCOME]
    assert listing(LineFilter("all")).count() == 3
    (statement,) = ledger.reconciliation.statements()
    assert (statement.account, statement.line_count, statement.imported_by) == ("1601****9334", 3, "林默")


def test_totals_are_those_of_the_filter(ledger: Ledger) -> None:
    late, arrived = ledger.due("A1"), ledger.due("A2")
    ledger.refunds.mark_arrived(arrived)
    ledger.clock.now = ledger.refunds.get(late).expected_at + timedelta(seconds=1)
    totals = ledger.refunds.totals(RefundFilter())
    assert (totals.count, totals.amount_fen) == (2, 10000)
    assert (totals.outstanding, totals.overdue, totals.unreconciled) == (1, 1, 2)
    assert (totals.outstanding_fen, totals.overdue_fen, totals.unreconciled_fen) == (5000, 5000, 10000)
    assert ledger.refunds.totals(RefundFilter(text="nothing")).amount_fen == 0


def test_refunds_to_choose_from_begin_with_the_likeliest(ledger: Ledger) -> None:
    named, other = ledger.due("A1"), ledger.due("A2")
    ledger.desk.execute("UPDATE orders SET payment_ref = '4200X1' WHERE order_no = 'A1'")
    ledger.bring(samples.wechat_trade([ledger.wechat("X1", "49.00")]))
    (entry,) = ledger.reconciliation.listing(LineFilter()).rows()
    assert [one.id for one in ledger.reconciliation.explain(entry.id).candidates] == [named, other]
