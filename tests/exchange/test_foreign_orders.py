"""Order exports of acg-faka and card-system: only what they say, and every line that says too little is refused."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.states import OrderState, PaymentChannel
from desktop_app.exchange.order_files import OrderFile, read_order_file

ZONE = ZoneInfo("Asia/Shanghai")
ACG = (
    "订单号,金额,商品名称,数量,支付方式,下单时间,下单IP,下单设备,支付时间,订单状态,"
    "联系方式,发货状态,优惠券,客户,推广人,分站,分站手续费,接口手续费,推广分成,返利\n"
)
TIMES = '"2026-01-01 10:00:00",1.1.1.1,PC,"2026-01-01 10:01:00"'


def read(tmp_path: Path, *lines: str, header: str = ACG, channel: str | None = "发卡网") -> OrderFile:
    path = tmp_path / "订单导出-20260101101500.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (header + "".join(f"{line}\n" for line in lines)).encode())
    return read_order_file(path, ZONE, channel=channel)


def line(number: str = "123260101100000456", state: str = "已支付", sent: str = "未发货", **more: str) -> str:
    cells = {"amount": "39.80", "product": "STEAM", "quantity": "2", "contact": "wx1", "coupon": ""} | more
    return (
        f"{number},{cells['amount']},{cells['product']},{cells['quantity']},支付宝当面付,{TIMES},{state},"
        f"{cells['contact']},{sent},{cells['coupon']},游客,,,0,0,0,0"
    )


def test_an_export_of_acg_faka(tmp_path: Path) -> None:
    found = read(tmp_path, line("1"), line("2", "未支付"), line("3", sent="已发货"))
    assert not found.problems
    paid, unpaid, sent = found.drafts
    assert (paid.channel, paid.product, paid.quantity, paid.list_fen, paid.paid_fen) == (
        "发卡网",
        "STEAM",
        2,
        1990,
        3980,
    )
    assert (paid.payment_channel, paid.buyer, paid.state) == (PaymentChannel.ALIPAY, "wx1", OrderState.PAID)
    assert (unpaid.state, unpaid.paid_fen, unpaid.paid_at) == (OrderState.UNPAID, 0, None)
    # the program marks orders as sent even when nothing was in stock
    assert sent.state is OrderState.SHIPPED
    assert "缺货" in sent.note
    assert "下单IP" in found.ignored_columns
    assert "金额" not in found.ignored_columns


def test_a_quotation_mark_after_a_backslash_as_php_writes_it(tmp_path: Path) -> None:
    found = read(tmp_path, line("1", contact=r'"a\"b"'), line("2", contact='"c""d"'), line("3", contact=r"e\f"))
    assert [draft.buyer for draft in found.drafts] == [r"a\"b", 'c"d', r"e\f"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"coupon": "SAVE5"}, "优惠券"),
        ({"amount": "10.00", "quantity": "3"}, "金额"),
        ({"amount": "-1"}, "金额"),
        ({"quantity": "0"}, "金额"),
        ({"quantity": "９"}, "金额"),
        ({"state": "未支付", "sent": "已发货"}, "订单状态"),
        ({"state": "退款"}, "订单状态"),
        ({"number": "1.2326E+17"}, "order_no"),
        ({"product": ""}, "product"),
    ],
)
def test_a_line_that_says_too_little_is_refused(tmp_path: Path, changed: dict[str, str], field: str) -> None:
    found = read(tmp_path, line("1"), line(**changed))  # type: ignore[arg-type]
    assert [draft.order_no for draft in found.drafts] == ["1"]
    assert [(problem.line, problem.field) for problem in found.problems] == [(3, field)]


def test_the_channel_has_to_be_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="sales channel"):
        read(tmp_path, line(), channel=None)
    header = ACG.replace("返利", "返利,渠道")
    assert read(tmp_path, f"{line()},淘宝", header=header, channel=None).drafts[0].channel == "淘宝"


def test_missing_columns_of_a_line_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, line(), "1,2,3")
    assert found.problems[0].line == 3


def test_an_export_of_card_system_says_too_little(tmp_path: Path) -> None:
    header = (
        "订单号,商品名称,下单时间,订单金额,优惠金额,实付金额,手续费,成本价,利润,支付方式,支付流水号,支付时间,订单状态,"
        "买家联系方式,买家附加信息\n"
    )
    quoted = ",".join(f'"{name}"' for name in header.strip().split(",")) + "\n"
    for text in (header, quoted):
        with pytest.raises(BadInputError, match="数量"):
            read(tmp_path, "1,x,2026-01-01 10:00:00,1,0,1,0,0,0,支付宝,1,,已支付,a,b", header=text)
