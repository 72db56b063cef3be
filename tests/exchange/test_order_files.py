"""Orders from CSV: documented columns, strict amounts and times, problems by line and field."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import FeeDisclosure, OrderState, PaymentChannel
from desktop_app.exchange.order_files import ORDER_COLUMNS, OrderFile, order_template, orders_in, read_order_file
from desktop_app.exchange.text_files import from_text

SHANGHAI = ZoneInfo("Asia/Shanghai")


def read(text: str) -> OrderFile:
    return orders_in(from_text("orders.csv", text), SHANGHAI)


def one(**cells: str) -> OrderFile:
    row = {
        "order_no": "A1",
        "channel": "c",
        "product": "P",
        "list_price": "10",
        "ordered_at": "2026-11-20 09:30",
    } | cells
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    writer.writerow(row)
    return read(out.getvalue())


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_template_is_a_valid_file(tmp_path: Path, language: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(order_template(language), encoding="utf-8-sig", newline="")
    found = read_order_file(path, SHANGHAI)
    assert not found.problems
    (draft,) = found.drafts
    assert draft.order_no == "A20261120001"
    assert (draft.quantity, draft.list_fen, draft.discount_fen, draft.paid_fen) == (5, 1990, 950, 9000)
    assert draft.ordered_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert draft.payment_channel is PaymentChannel.WECHAT
    assert draft.state is OrderState.PAID
    assert draft.fee_disclosure is FeeDisclosure.CLEAR
    assert (draft.account, draft.server, draft.role, draft.game) == ("13800000000", "电信一区", "青衫客", "逐浪")


def test_what_is_left_out_has_a_sensible_value() -> None:
    (draft,) = one().drafts
    assert (draft.quantity, draft.discount_fen, draft.paid_fen) == (1, 0, 0)
    assert draft.state is OrderState.UNPAID
    assert draft.payment_channel is PaymentChannel.OTHER
    assert draft.fee_disclosure is None
    (paid,) = one(paid_at="2026-11-20 09:31", quantity="3", discount="1").drafts
    assert (paid.state, paid.paid_fen) == (OrderState.PAID, 2900)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("order_no", "1.2326E+17"),
        ("order_no", "1.2326e17"),
        ("order_no", "1E+18"),
        ("order_no", "A 1"),
        ("order_no", "x" * 65),
        ("order_no", ""),
        ("channel", ""),
        ("quantity", "0"),
        ("quantity", "-1"),
        ("quantity", "1.0"),
        ("quantity", "\uff11\uff12"),
        ("quantity", "9" * 5000),
        ("quantity", "1001"),
        ("list_price", ""),
        ("list_price", "0.005"),
        ("list_price", "NaN"),
        ("list_price", "1e400"),
        ("list_price", str(2**63)),
        ("list_price", "9" * 5000),
        ("list_price", "\uff11\uff12\uff13"),
        ("paid", "-1"),
        ("discount", "10.01"),
        ("ordered_at", "2026-02-30 10:00"),
        ("ordered_at", "20/11/2026"),
        ("ordered_at", "0000-01-01"),
        ("ordered_at", "2026-11-20 25:00"),
        ("paid_at", "yesterday"),
        ("state", "maybe"),
        ("payment_channel", "cash?"),
        ("fee_disclosure", "5%"),
        ("buyer", "evil\u202ename"),
        ("note", "x" * 501),
    ],
)
def test_a_bad_cell_names_line_and_field(field: str, cell: str) -> None:
    found = one(**{field: cell})
    assert not found.drafts
    (problem,) = found.problems
    assert (problem.line, problem.field) == (2, field)
    assert "Line 2" in problem.en
    assert "第 2 行" in problem.zh


@pytest.mark.parametrize(
    "when",
    [
        "2026-11-20 09:30",
        "2026-11-20 09:30:00",
        "2026/11/20 9:30",
        "2026.11.20 09:30",
        "2026年11月20日 09:30",
        "2026-11-20T09:30:00+08:00",
        "2026-11-20T01:30:00Z",
        "2026-11-19 20:30-05:00",
    ],
)
def test_times(when: str) -> None:
    (draft,) = one(ordered_at=when).drafts
    assert draft.ordered_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", ["123456789012345678", "'123456789012345678", '="123456789012345678"', "123456789012345678\t"]
)
def test_long_order_numbers_keep_every_digit(cell: str) -> None:
    (draft,) = one(order_no=cell).drafts
    assert draft.order_no == "123456789012345678"


def test_every_problem_of_a_row_is_listed() -> None:
    found = one(quantity="x", paid="y", state="z")
    assert [problem.field for problem in found.problems] == ["quantity", "state", "paid"]


def test_an_unpaid_order_has_no_money() -> None:
    found = one(state="待支付", paid="5", paid_at="2026-11-20 10:00")
    assert [problem.field for problem in found.problems] == ["paid", "paid_at"]


def test_a_repeated_order_number_names_the_first_line() -> None:
    found = read("order_no,channel,product,list_price,ordered_at\nA1,c,P,1,2026-11-20\n\nA1,c,P,1,2026-11-20\n")
    assert len(found.drafts) == 1
    assert found.problems[0].line == 4
    assert "line 2" in found.problems[0].en


def test_wrong_number_of_columns_names_the_line() -> None:
    found = read(
        "order_no,channel,product,list_price,ordered_at\nA1,c,P,1\nA2,c,P,1,2026-11-20\nA3,c,P,1,2026-11-20,x\n"
    )
    assert [draft.order_no for draft in found.drafts] == ["A2"]
    assert [problem.line for problem in found.problems] == [2, 4]


def test_headers() -> None:
    with pytest.raises(BadInputError, match="list_price is missing"):
        read("订单号,渠道,商品,下单时间\nA1,c,P,2026-11-20\n")
    with pytest.raises(BadInputError, match="twice"):
        read("订单号,order_no,渠道,商品,单价,下单时间\nA1,A1,c,P,1,2026-11-20\n")
    assert read("订单号;渠道;商品;单价;下单时间;利润\nA1;c;P;1;2026-11-20;3\n").ignored_columns == ("利润",)
    with pytest.raises(BadInputError, match="no orders"):
        read("订单号,渠道,商品,单价,下单时间\n")


def test_column_names_are_unambiguous() -> None:
    names = [name for column in ORDER_COLUMNS for name in (column.name, column.zh, *column.aliases)]
    assert len({name.casefold() for name in names}) == len(names)
