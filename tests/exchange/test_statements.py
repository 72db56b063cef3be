"""Statements of Alipay and WeChat Pay are read as the channels write them, quirks included."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import BadInputError, CancelledError
from desktop_app.domain.reconciliation import StatementKind
from desktop_app.domain.states import PaymentChannel
from desktop_app.exchange.statement_lines import read_amount
from desktop_app.exchange.statements import (
    StatementFile,
    looks_like_statement,
    masked,
    read_statement,
    statement_in,
)
from desktop_app.exchange.text_files import decode_text
from tests.exchange import statement_samples as samples


def _read(data: bytes) -> StatementFile:
    return statement_in(decode_text("statement.csv", data, max_line_bytes=32 * 1024))


def _file(folder: Path, data: bytes, name: str = "statement.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


# ---- Alipay


def test_alipay_account_details_tell_a_refund_from_a_sale_a_fee_and_a_transfer() -> None:
    statement = _read(
        samples.alipay_account(
            [
                samples.alipay_account_row(
                    "54632446537371", business_no="2026112322001413", order_no="DD1", expense="52.20"
                ),
                samples.alipay_account_row("54632446537372", order_no="DD2", income='"2,274.00"', kind="在线支付"),
                samples.alipay_account_row("54632446537373", expense="-0.54", kind="收费"),
                samples.alipay_account_row("54632446537374", expense="-52.20", kind="转账", note="退 DD20261122001"),
                samples.alipay_account_row("54632446537375", income="52.20", kind="退款退回"),
            ]
        )
    )
    assert statement.format.name == "alipay_account"
    assert statement.platform is PaymentChannel.ALIPAY
    assert [(line.kind, line.amount_fen) for line in statement.lines] == [
        (StatementKind.REFUND, 5220),
        (StatementKind.INCOME, 227400),
        (StatementKind.FEE, 54),
        (StatementKind.PAYOUT, 5220),
        (StatementKind.RETURNED, 5220),
    ]
    refund = statement.lines[0]
    assert (refund.line, refund.trade_no, refund.merchant_no) == (6, "2026112322001413", "DD1")
    assert refund.at == _moment("2026-11-23 10:00:00")
    assert statement.lines[3].mentioned >= {"DD20261122001"}
    assert statement.account == "2088****0156"
    assert (statement.from_at, statement.to_at) == (_moment("2026-11-01 00:00:00"), _moment("2026-12-01 00:00:00"))
    assert statement.problems == ()


def test_alipay_business_details_have_negative_refunds_with_the_trade_number_of_the_sale() -> None:
    statement = _read(
        samples.alipay_business(
            [
                samples.alipay_business_row("2026112222001458", "DD1", "交易", "90.00"),
                samples.alipay_business_row("2026112222001458", "DD1", "退款", "-52.20", request_no="RF-1"),
                samples.alipay_business_row("2026112222001458", "DD1", "退款", "-1.00", request_no="RF-2"),
            ]
        )
    )
    sale, first, second = statement.lines
    assert (sale.kind, first.kind) == (StatementKind.INCOME, StatementKind.REFUND)
    assert (first.amount_fen, first.merchant_refund_no, first.merchant_no) == (5220, "RF-1", "DD1")
    assert first.at == _moment("2026-11-23 10:56:48")
    assert len({sale.identity, first.identity, second.identity}) == 3


def test_the_apps_record_is_read_below_its_notes_with_its_padding_and_tabs() -> None:
    statement = _read(
        samples.alipay_record(
            [
                samples.alipay_record_row("52.20", order_no="DD1"),
                samples.alipay_record_row("9.90", direction="不计收支"),
                samples.alipay_record_row("7.00", direction="收入"),
                samples.alipay_record_row(
                    "90.00", kind="收入", goods="点卡", direction="收入", state="交易成功", order_no="DD1"
                ),
                samples.alipay_record_row("3.00", kind="转账红包", goods="转账", state="交易关闭"),
            ]
        )
    )
    assert statement.format.name == "alipay_record"
    assert [line.kind for line in statement.lines] == [
        StatementKind.REFUND,
        StatementKind.POSSIBLE_REFUND,
        StatementKind.RETURNED,
        StatementKind.INCOME,
        StatementKind.OTHER,
    ]
    assert statement.lines[0].merchant_no == "DD1"
    assert statement.lines[0].trade_no == "2026112322001413960572901110"
    assert statement.account == "l****@example.com"
    assert statement.stated_count == 5
    assert statement.encoding == "gb18030"


def test_a_refund_of_the_record_names_its_sale_before_the_underscore() -> None:
    (line,) = _read(samples.alipay_record([samples.alipay_record_row("1.00", trade_no="20261123220014_RF7")])).lines
    assert (line.trade_no, line.refund_no) == ("20261123220014", "20261123220014_RF7")


def test_the_websites_record_says_on_the_sale_what_went_back() -> None:
    statement = _read(
        samples.alipay_web(
            [
                samples.alipay_web_row("2026112200001111", "DD1", "90.00", returned="52.20"),
                samples.alipay_web_row("2026112200001112", "DD2", "20.00"),
                samples.alipay_web_row(
                    "2026112200001113", "DD3", "5.00", direction="", state="退款成功", money_state="已支出"
                ),
            ]
        )
    )
    assert [(line.kind, line.amount_fen) for line in statement.lines] == [
        (StatementKind.SALE_REFUNDED, 5220),
        (StatementKind.INCOME, 2000),
        (StatementKind.REFUND, 500),
    ]
    assert statement.problems == ()
    assert statement.lines[0].at == _moment("2026-11-23 09:00:00")


# ---- WeChat Pay


def test_wechat_transactions_guard_every_cell_and_end_before_the_sums() -> None:
    statement = _read(
        samples.wechat_trade(
            [
                samples.wechat_trade_row("4200000925202101", "DD1", "90.00", goods='点卡,100元 5"屏'),
                samples.wechat_trade_row(
                    "4200000925202101",
                    "DD1",
                    "52.20",
                    refund_no="5030080696202102",
                    merchant_refund_no="TK1",
                    refund_state="SUCCESS",
                    net="50.00",
                ),
                samples.wechat_trade_row(
                    "4200000925202102", "DD2", "1.00", refund_no="5030080696202103", refund_state="PROCESSING"
                ),
                samples.wechat_trade_row(
                    "4200000925202103", "DD3", "2.00", refund_no="5030080696202104", refund_state="CHANGE"
                ),
            ]
        )
    )
    assert [(line.kind, line.amount_fen) for line in statement.lines] == [
        (StatementKind.INCOME, 9000),
        (StatementKind.REFUND, 5220),
        (StatementKind.REFUND_UNDERWAY, 100),
        (StatementKind.REFUND_FAILED, 200),
    ]
    refund = statement.lines[1]
    assert (refund.refund_no, refund.merchant_refund_no, refund.trade_no, refund.merchant_no) == (
        "5030080696202102",
        "TK1",
        "4200000925202101",
        "DD1",
    )
    assert statement.lines[0].merchant_no == "DD1", "a comma inside a guarded cell is none between two"
    assert statement.account == "1601****9334"
    assert statement.problems == ()


def test_a_refund_under_way_and_the_same_one_done_are_two_statements() -> None:
    underway, done = (
        _read(
            samples.wechat_trade([samples.wechat_trade_row("42", "DD1", "1.00", refund_no="5030", refund_state=state)])
        ).lines[0]
        for state in ("PROCESSING", "SUCCESS")
    )
    assert underway.identity != done.identity


def test_the_columns_of_an_old_file_of_refunds_are_found_by_name() -> None:
    header = (
        "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
        "总金额,企业红包金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,"
        "退款状态,商品名称,商户数据包,手续费,费率"
    )
    row = (
        "2026-11-20 16:33:45,wx2421,10000100,0,1000,1001690740,DD1,085e,MICROPAY,REFUND,CFT,CNY,0.00,0.0,"
        "2026-11-23 09:00:00,2026-11-23 09:00:07,2008450740,1415701182,52.20,0,ORIGINAL,SUCCESS,被扫支付测试,,0,0.60%"
    )
    guarded = ",".join(f"`{cell}" for cell in row.split(","))
    (line,) = _read(f"{header}\n{guarded}\n总交易单数,总交易额\n`1,`0.00\n".encode()).lines
    assert (line.kind, line.amount_fen, line.refund_no) == (StatementKind.REFUND, 5220, "2008450740")
    assert line.at == _moment("2026-11-23 09:00:07"), "when it was done, not when the sale was"


def test_wechat_account_flow_says_the_whole_refund_in_its_note() -> None:
    statement = _read(
        samples.wechat_flow(
            [
                samples.wechat_flow_row(
                    "5030080696", "4200000920", "51.89", note="退款总金额52.20元;含手续费0.31元", voucher="TK1"
                ),
                samples.wechat_flow_row("5030080697", "4200000920", "0.54", kind="扣除交易手续费"),
                samples.wechat_flow_row(
                    "4200000920", "4200000920", "90.00", kind="交易", direction="收入", voucher="DD1"
                ),
                samples.wechat_flow_row("", "4200000921", "-3.00", direction=""),
            ]
        )
    )
    assert [(line.kind, line.amount_fen) for line in statement.lines] == [
        (StatementKind.REFUND, 5220),
        (StatementKind.FEE, 54),
        (StatementKind.INCOME, 9000),
        (StatementKind.REFUND, 300),
    ]
    assert statement.lines[0].merchant_refund_no == "TK1"
    assert statement.lines[2].merchant_no == "DD1"


PERSONAL_ROWS = [
    samples.wechat_personal_row("90.00", order_no="DD1"),
    samples.wechat_personal_row("90.00", state="已全额退款", order_no="DD2"),
    samples.wechat_personal_row("90.00", state="已退款(￥52.20)", order_no="DD3"),
    samples.wechat_personal_row("52.20", kind="二维码收款-退款", direction="支出", state="支付成功", order_no="DD3"),
    samples.wechat_personal_row("30.00", kind="商户消费", direction="支出", state="已退款（￥5.00）"),
    samples.wechat_personal_row("5.00", kind="某店-退款", direction="收入", state="已退款￥5.00"),
    samples.wechat_personal_row(
        "8.00", kind="转账", goods="转账备注:退,DD20261122001", direction="支出", state="对方已收钱"
    ),
    samples.wechat_personal_row("1.00", kind="零钱提现", direction="/", state="提现已到账"),
]
PERSONAL_LINES = [
    (StatementKind.INCOME, 9000),
    (StatementKind.SALE_REFUNDED, 9000),
    (StatementKind.SALE_REFUNDED, 5220),
    (StatementKind.REFUND, 5220),
    (StatementKind.RETURNED, 3000),
    (StatementKind.RETURNED, 500),
    (StatementKind.PAYOUT, 800),
    (StatementKind.OTHER, 100),
]


def test_a_personal_wechat_bill_says_refunds_as_lines_and_as_states_of_sales() -> None:
    statement = _read(samples.wechat_personal(PERSONAL_ROWS))
    assert [(line.kind, line.amount_fen) for line in statement.lines] == PERSONAL_LINES
    assert statement.lines[0].line == 18
    assert "DD20261122001" in statement.lines[6].mentioned
    assert (statement.account, statement.stated_count) == ("林****", 8)
    assert len({line.identity for line in statement.lines}) == 8


def test_the_newer_xlsx_has_numbers_for_amounts_and_dates_for_times(tmp_path: Path) -> None:
    path = tmp_path / "微信支付账单流水文件(20261101-20261130).xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sheet1")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for number, title in enumerate(samples.wechat_titles(2)):
        sheet.write_string(number, 0, title)
    for column, name in enumerate(samples.WECHAT_PERSONAL_HEADER.split(",")):
        sheet.write_string(17, column, name)
    for row, cells in enumerate(
        (
            ("二维码收款", "/", "收入", 90, "已退款(¥52.20)", "1000107301261123000612345678", "DD1"),
            ("转账", "/", "支出", 8.1, "对方已收钱", 1000107301261123, "/"),
        ),
        start=18,
    ):
        sheet.write_datetime(row, 0, datetime(2026, 11, 23, 12, 45, 27), day)
        kind, goods, direction, amount, state, trade_no, order_no = cells
        for column, text in ((1, kind), (2, "林小雨"), (3, goods), (4, direction), (6, "/"), (7, state), (9, order_no)):
            sheet.write_string(row, column, str(text))
        sheet.write_number(row, 5, float(str(amount)))
        (sheet.write_number if isinstance(trade_no, int) else sheet.write_string)(row, 8, trade_no)
    book.close()
    statement = read_statement(path)
    (line,) = statement.lines
    assert (line.kind, line.amount_fen, line.merchant_no) == (StatementKind.SALE_REFUNDED, 5220, "DD1")
    assert line.at == _moment("2026-11-23 12:45:27")
    (problem,) = statement.problems
    assert (problem.line, problem.field) == (20, "交易单号"), "sixteen digits of a number are not all kept"


# ---- spoiled rows


@pytest.mark.parametrize("spoiled", ["2.02611E+27", "2026112322001410000000000000"])
def test_a_number_that_a_spreadsheet_rounded_is_refused_with_its_row(spoiled: str) -> None:
    statement = _read(
        samples.alipay_record([samples.alipay_record_row("52.20", trade_no=spoiled), samples.alipay_record_row("1.00")])
    )
    assert [line.amount_fen for line in statement.lines] == [100]
    (problem,) = statement.problems
    assert (problem.line, problem.field) == (19, "交易订单号")
    assert "19" in problem.en
    assert "原始文件" in problem.zh


def test_times_that_a_spreadsheet_rewrote_are_read_and_stay_the_same_movement() -> None:
    first, again = (
        _read(samples.alipay_record([samples.alipay_record_row("52.20", at=at)])).lines[0]
        for at in ("2026-11-23 18:21:04", "2026/11/23 18:21")
    )
    assert again.at == _moment("2026-11-23 18:21:00")
    assert first.identity == again.identity


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2026-11-23 12:45:27,转账,某人", "3"),
        ('2026-11-23 12:45:27,转账,某人,"没有合上,支出,¥1.00,/,支付成功,42,/,/', "引号"),
        ("2026-11-23 12:45:27,转账,某人,/,支出,¥1,234.50,/,支付成功,42,/,/", "12 列"),
        ("2026-11-99 12:45:27,转账,某人,/,支出,¥1.00,/,支付成功,42,/,/", "交易时间"),
        (",转账,某人,/,支出,¥1.00,/,支付成功,42,/,/", "交易时间"),
        ("2026-11-23 12:45:27,转账,某人,/,支出,一元,/,支付成功,42,/,/", "金额"),
        ("2026-11-23 12:45:27,转账,某人,/,支出,¥1.00,/,支付成功,{x} {y},/,/", "交易单号"),
    ],
)
def test_a_malformed_row_is_named_and_the_others_are_read(row: str, says: str) -> None:
    good = samples.wechat_personal_row("1.00")
    statement = _read(samples.wechat_personal([good, row, samples.wechat_personal_row("2.00")]))
    assert [line.amount_fen for line in statement.lines] == [100, 200]
    (problem,) = statement.problems
    assert problem.line == 19
    assert "19" in problem.zh
    assert says in problem.zh


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks() -> None:
    row = samples.wechat_personal_row("1.00", kind="转账", direction="支出", goods='点卡,""特价""\n第二行')
    statement = _read(samples.wechat_personal([row, samples.wechat_personal_row("2.00")]))
    assert [line.amount_fen for line in statement.lines] == [100, 200]
    assert statement.problems == ()


def test_half_and_full_width_headers_and_signs_are_the_same() -> None:
    text = samples.wechat_personal([samples.wechat_personal_row("1,234.50", order_no="DD1")]).decode("utf-8-sig")
    wide = (
        text.replace("金额(元)", "金额（元）").replace("收/支", "收／支").replace("¥1,234.50", '"￥１，２３４．５０"')
    )
    (line,) = _read(wide.encode()).lines
    assert line.amount_fen == 123450


def test_columns_in_another_order_and_without_the_optional_ones_are_read_by_name() -> None:
    header = "支出金额（-元）,备注,账务流水号,发生时间,收入金额（+元）"
    (line,) = _read(samples.alipay_account(["52.20,退款 DD1,54\t,2026-11-23 10:00:00,"], header=header)).lines
    assert (line.kind, line.amount_fen, line.identity) == (StatementKind.REFUND, 5220, "account:54")


def test_titles_may_take_the_header_down_to_the_sixtieth_line() -> None:
    titles = "".join(f"说明第 {number} 行\n" for number in range(1, 60))
    row = samples.wechat_personal_row("1.00")
    body = f"{samples.WECHAT_PERSONAL_HEADER}\n{row}\n"
    assert len(_read(f"{titles}{body}".encode()).lines) == 1
    with pytest.raises(BadInputError):
        _read(f"再一行\n{titles}{body}".encode())


def test_an_empty_statement_is_a_statement() -> None:
    statement = _read(samples.wechat_trade([]))
    assert (statement.lines, statement.problems, statement.from_at) == ((), (), None)


# ---- what is no statement


def test_a_file_that_lacks_a_column_is_told_which() -> None:
    data = samples.wechat_personal([samples.wechat_personal_row("1.00")]).decode("utf-8-sig")
    with pytest.raises(BadInputError) as refused:
        _read(data.replace("当前状态", "状况").encode())
    assert "当前状态" in refused.value.en


@pytest.mark.parametrize("data", [b"order_no,channel\nA1,x\n", "卡密\nAAAA\n".encode(), b"\n\n", b""])
def test_another_file_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(BadInputError) as refused:
        _read(data)
    assert "statement.csv" in refused.value.zh


def test_a_file_of_sums_is_refused_as_such() -> None:
    with pytest.raises(BadInputError) as refused:
        _read("#支付宝账务汇总查询\n类型,收入笔数,收入金额（+元）\n合计,0,0.00\n".encode("gb18030"))
    assert "明细" in refused.value.zh


def test_a_wrong_encoding_is_said(tmp_path: Path) -> None:
    path = _file(tmp_path, samples.alipay_record([samples.alipay_record_row("1.00")]))
    with pytest.raises(BadInputError) as refused:
        read_statement(path, encoding="utf-8")
    assert "utf-8" in refused.value.en


def test_the_merchant_centres_zip_has_details_beside_sums(tmp_path: Path) -> None:
    detail = samples.alipay_account([samples.alipay_account_row("54", expense="1.00")])
    sums = "#支付宝账务汇总查询\n类型,收入笔数,收入金额（+元）\n".encode("gb18030")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2088_账务明细(汇总).csv", sums)
        archive.writestr("2088_账务明细.csv", detail)
    statement = read_statement(_file(tmp_path, packed.getvalue(), "账单.zip"))
    assert (statement.source, len(statement.lines)) == ("账单.zip", 1)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("另一份.csv", detail)
    with pytest.raises(BadInputError) as refused:
        read_statement(_file(tmp_path, packed.getvalue(), "账单.zip"))
    assert "另一份.csv" in refused.value.zh


def test_a_zip_with_a_password_is_not_guessed_at(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("微信支付账单.csv", b"x")
    data = bytearray(packed.getvalue())
    # the flag "encrypted" of the one entry, in its own header and in the directory
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadInputError) as refused:
        read_statement(_file(tmp_path, bytes(data), "微信支付账单.zip"))
    assert "密码" in refused.value.zh


def test_a_statement_is_known_by_its_beginning(tmp_path: Path) -> None:
    rows = [samples.alipay_record_row("1.00")] * 500
    assert looks_like_statement(_file(tmp_path, samples.alipay_record(rows)))
    assert not looks_like_statement(_file(tmp_path, b"AAAA-BBBB-CCCC\n" * 50, "keys.txt"))
    assert not looks_like_statement(_file(tmp_path, bytes(range(256)), "x.bin"))


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = _file(tmp_path, samples.wechat_personal(PERSONAL_ROWS))
    with pytest.raises(CancelledError):
        read_statement(path, cancelled=lambda: True)


@pytest.mark.parametrize(
    ("account", "shown"),
    [("20888011365400330156", "2088****0156"), ("x@gmail.com", "x****@gmail.com"), ("林默", "林****"), ("", "")],
)
def test_an_account_is_masked(account: str, shown: str) -> None:
    assert masked(account) == shown


def _seconds_to_read(count: int) -> float:
    """Of the processor, so that a busy machine is no reason to fail."""
    rows = [
        samples.wechat_trade_row(
            f"42000009252021{n:010}", f"DD{n}", "90.00", refund_no=f"503{n:012}", refund_state="SUCCESS"
        )
        for n in range(1, count + 1)
    ]
    file = decode_text("statement.csv", samples.wechat_trade(rows), max_line_bytes=32 * 1024)
    start = time.process_time()
    assert len(statement_in(file).lines) == count
    return time.process_time() - start


def test_eight_times_the_lines_are_eight_times_the_work() -> None:
    # 64 times, were every line compared with every other
    assert min(_seconds_to_read(24_000) for _ in range(2)) < 32 * min(_seconds_to_read(3_000) for _ in range(3))


# ---- any content


_NUMBERS = st.text("0123456789ABCDEFXYZ-", min_size=1, max_size=32).filter(
    lambda text: text not in ("-", "--", "0") and "E" not in text and "00000" not in text
)
_FEN = st.integers(1, 99_999_999)
_TIMES = st.datetimes(datetime(2015, 1, 1), datetime(2026, 11, 22)).map(lambda at: at.replace(microsecond=0))
_TEXTS = st.text(st.sampled_from("点卡,\"'`#共¥a1 /（）"), max_size=12)


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


@settings(max_examples=60)
@given(st.lists(st.tuples(_NUMBERS, _NUMBERS, _FEN, _TIMES, _TEXTS), max_size=6))
def test_every_refund_of_a_wechat_file_comes_back_as_it_was(rows: list[tuple[str, str, int, datetime, str]]) -> None:
    written = [
        samples.wechat_trade_row(
            trade, order, _yuan(fen), refund_no="503", refund_state="SUCCESS", at=str(at), goods=text
        )
        for trade, order, fen, at, text in rows
        if ",`" not in text
    ]
    statement = _read(samples.wechat_trade(written))
    assert statement.problems == ()
    assert [(line.trade_no, line.merchant_no, line.amount_fen, line.at) for line in statement.lines] == [
        (trade, order, fen, _moment(str(at))) for trade, order, fen, at, text in rows if ",`" not in text
    ]


@settings(max_examples=60)
@given(st.lists(st.tuples(_NUMBERS, _FEN, _TIMES, _TEXTS), max_size=6))
def test_every_line_of_a_personal_bill_comes_back_as_it_was(rows: list[tuple[str, int, datetime, str]]) -> None:
    written = [
        samples.wechat_personal_row(
            f"{fen // 100}.{fen % 100:02d}",
            at=str(at),
            kind="转账",
            direction="支出",
            state="对方已收钱",
            trade_no=number,
            goods=text.replace('"', '""'),
        )
        for number, fen, at, text in rows
    ]
    statement = _read(samples.wechat_personal(written))
    assert statement.problems == ()
    assert [(line.trade_no, line.amount_fen, line.at, line.kind) for line in statement.lines] == [
        (number, fen, _moment(str(at)), StatementKind.PAYOUT) for number, fen, at, _ in rows
    ]


@settings(max_examples=80)
@given(st.lists(st.text(st.sampled_from('0123,"\n`-#共退款收入支出:/ .元¥'), max_size=60), max_size=8))
def test_whatever_stands_below_the_header_every_row_is_a_line_a_problem_or_a_footer(rows: list[str]) -> None:
    statement = _read(samples.wechat_personal(rows))
    numbers = [line.line for line in statement.lines] + [problem.line for problem in statement.problems]
    assert len(numbers) == len(set(numbers))


@given(st.integers(-(10**12), 10**12))
def test_an_amount_is_read_with_its_sign(fen: int) -> None:
    assert read_amount(f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}") == fen


@pytest.mark.parametrize("text", ["", "1.234", "1e3", "--1", "+-1", "1,23", "٣", "1 2", "¥"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert read_amount(text) is None
