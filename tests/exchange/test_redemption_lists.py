"""Redemption lists as suppliers and operators write them: every line read exactly, or refused with its reason."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.cells import CellError
from desktop_app.exchange.key_columns import ColumnChoiceError
from desktop_app.exchange.redemption_lines import LIST_COLUMNS, ListLine, read_moment
from desktop_app.exchange.redemption_lists import (
    ListLayout,
    RedemptionList,
    column_places,
    list_template,
    looks_like_redemptions,
    read_redemption_list,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 4, 3, 11, tzinfo=UTC)


def _read(
    tmp_path: Path, text: str | bytes, layout: ListLayout | None = None, name: str = "list.csv"
) -> RedemptionList:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_redemption_list(path, ZONE, layout)


def _one(tmp_path: Path, header: str, row: str) -> ListLine:
    return _read(tmp_path, f"{header}\n{row}\n").lines[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), ("\t", "a.txt"), (";", "a.csv")])
def test_every_encoding_and_delimiter_gives_the_same_lines(
    tmp_path: Path, encoding: str, delimiter: str, name: str
) -> None:
    rows = [["卡密", "激活时间", "流水号", "激活账号"], ["AB-1", "2026-11-20 12:03:11", "RX1", "甲"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = _read(tmp_path, text.encode(encoding), name=name)
    assert found.lines == (ListLine(2, key="AB-1", redeemed_at=NOON, code="RX1", target="甲"),)
    assert found.needs_confirmation is (encoding == "gb18030")
    assert found.delimiter == delimiter
    assert looks_like_redemptions(tmp_path / name)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_title_lines_above_the_header_are_left_out(tmp_path: Path, delimiter: str) -> None:
    titles = "华东点卡批发 激活记录导出\n导出时间：2026-11-20，操作员：张\n\n"
    rows = [["卡密", "激活时间", "流水号"], ["AB-1", "2026-11-20 12:03:11", "RX1"]]
    text = titles + "\n".join(delimiter.join(row) for row in rows)
    found = _read(tmp_path, text)
    assert found.lines == (ListLine(5, key="AB-1", redeemed_at=NOON, code="RX1"),)
    assert found.columns == ("卡密", "激活时间", "流水号")
    assert looks_like_redemptions(tmp_path / "list.csv")


def test_title_lines_of_a_workbook_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "激活记录导出")
        sheet.write_row(2, 0, ["卡号", "使用时间", "凭证号"])
        sheet.write_row(3, 0, ["8801", "2026-11-20 12:03:11", "RX1"])
    found = read_redemption_list(path, ZONE)
    assert found.lines == (ListLine(4, number="8801", redeemed_at=NOON, code="RX1"),)
    assert looks_like_redemptions(path)


def test_a_list_of_keys_without_a_header_loses_no_line(tmp_path: Path) -> None:
    found = _read(tmp_path, "A-1\nB-2\n")
    assert [line.key for line in found.lines] == ["A-1", "B-2"]


def test_the_template_reads_as_itself(tmp_path: Path) -> None:
    for language in ("zh", "en"):
        found = _read(tmp_path, list_template(language))
        assert set(found.roles) == {column.name for column in LIST_COLUMNS}
        assert found.lines[0].problem is None
        assert found.ignored == ()


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2026-11-20 12:03:11", NOON, 1),
        ("2026/11/20 12:03", NOON.replace(second=0), 60),
        ("2026年11月20日 12:03:11", NOON, 1),
        ("2026-11-20T12:03:11+08:00", NOON, 1),
        ("2026-11-20T04:03:11Z", NOON, 1),
        ("2026-11-20T13:03+09:00", NOON.replace(second=0), 60),
        ("20261120120311", NOON, 1),
        (str(int(NOON.timestamp())), NOON, 1),
        (f"{int(NOON.timestamp())}999", NOON, 1),
        ('="2026-11-20 12:03:11"', NOON, 1),
    ],
)
def test_times_are_read_as_lists_write_them(text: str, at: datetime, precision: int) -> None:
    assert read_moment(text, ZONE) == (at, timedelta(seconds=precision))


@pytest.mark.parametrize(
    "text", ["2026-11-20", "20261120", "46346.5", "2026-13-01 10:00", "2026-11-20 25:00", "12:03", "昨天", "1.7E+09"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        read_moment(text, ZONE)


@settings(max_examples=60)
@given(
    st.datetimes(datetime(2001, 9, 10), datetime(2099, 1, 1)), st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"])
)
def test_a_written_time_comes_back(at: datetime, form: str) -> None:
    expected = at.replace(microsecond=0, tzinfo=ZONE).astimezone(UTC)
    assert read_moment(at.strftime(form), ZONE)[0] == expected


@settings(max_examples=120)
@given(st.text(max_size=40))
def test_no_text_in_a_time_cell_is_a_bug(text: str) -> None:
    with suppress(CellError):
        read_moment(text, ZONE)


@pytest.mark.parametrize(
    ("header", "cell", "field"),
    [
        ("手机号", "1.38E+10", "account"),
        ("手机号", "13800000000.0", "account"),
        ("订单号", "2.02611E+17", "order_no"),
        ("订单号", "20261120001.00", "order_no"),
        ("卡号", "8.801E+15", "number"),
        ("卡密", "1234567890.0", "key"),
    ],
)
def test_a_number_that_a_spreadsheet_rewrote_is_refused_with_its_row(
    tmp_path: Path, header: str, cell: str, field: str
) -> None:
    found = _read(tmp_path, f"{header},流水号\nX1,R0\n{cell},R1\n")
    assert found.lines[0].problem is None
    problem = found.lines[1].problem
    assert problem is not None
    assert problem.en.startswith(f"Line 3, {field}: ")


def test_numbers_are_compared_as_text(tmp_path: Path) -> None:
    line = _one(tmp_path, "手机号,订单号,流水号", '="013800000000",\t0012,\'0099')
    assert (line.account, line.order_no, line.code) == ("013800000000", "0012", "0099")


def test_a_masked_key_counts_only_beside_an_order(tmp_path: Path) -> None:
    assert _one(tmp_path, "卡密,流水号", "AB***CD,R1").problem is not None
    line = _one(tmp_path, "卡密,订单号,流水号", "AB***CD,A1,R1")
    assert (line.key, line.order_no, line.problem) == ("", "A1", None)


@pytest.mark.parametrize(
    ("status", "done"), [("已激活", True), ("Activated", True), ("充值成功", True), ("未激活", False), ("失败", False)]
)
def test_the_status_says_whether_it_happened(tmp_path: Path, status: str, done: bool) -> None:
    line = _one(tmp_path, "卡密,状态", f"AB-1,{status}")
    assert (line.problem, line.is_redeemed) == (None, done)


@pytest.mark.parametrize("status", ["", "?", "冻结"])
def test_a_status_that_is_not_known_is_never_taken_for_activated(tmp_path: Path, status: str) -> None:
    assert _one(tmp_path, "卡密,状态", f"AB-1,{status}").problem is not None


def test_lines_that_cannot_be_used_say_why_and_leave_the_others(tmp_path: Path) -> None:
    rows = ["AB-1,2026-11-20 12:03:11,R1", ",2026-11-20 12:03:11,R2", "AB-3,2026-11-20,R3", "AB-4,R4", "AB-5,,AB-5"]
    found = _read(tmp_path, "卡密,激活时间,流水号\n" + "\n\n".join(rows) + "\n")
    assert [line.line for line in found.lines] == [2, 4, 6, 8, 10]
    assert [line.problem is None for line in found.lines] == [True, False, False, False, False]


def test_of_two_columns_that_could_be_the_same_the_exact_one_is_read(tmp_path: Path) -> None:
    found = _read(tmp_path, "备注,来源,手机号,激活时间,完成时间\nx,后台,138,2026-11-20 12:03:11,2026-11-21\n")
    assert (found.lines[0].source, found.lines[0].redeemed_at) == ("后台", NOON)
    assert found.ignored == ("备注", "完成时间")
    with pytest.raises(BadInputError):
        _read(tmp_path, "卡密,卡密\nA,B\n")


def test_a_bare_list_is_one_of_keys(tmp_path: Path) -> None:
    found = _read(tmp_path, "AB-1\nAB-2\n", name="a.txt")
    assert [(line.line, line.key) for line in found.lines] == [(1, "AB-1"), (2, "AB-2")]
    assert not looks_like_redemptions(tmp_path / "a.txt")


def test_unknown_columns_are_asked_about_and_taken_as_said(tmp_path: Path) -> None:
    text = "甲,乙\nR1,AB-1\n"
    with pytest.raises(ColumnChoiceError) as refused:
        _read(tmp_path, text)
    assert refused.value.columns == ("1", "2")
    layout = ListLayout(header=True, roles=column_places(("甲", "乙"), {"key": "乙", "code": "1"}))
    found = _read(tmp_path, text, layout)
    assert found.lines == (ListLine(2, key="AB-1", code="R1"),)
    with pytest.raises(BadInputError):
        _read(tmp_path, text, ListLayout(header=True, roles={"key": 7}))
    with pytest.raises(BadInputError):
        _read(tmp_path, text, ListLayout(header=True, roles={"key": 0, "code": 0}))
    with pytest.raises(BadInputError):
        column_places(("甲",), {"colour": "甲"})


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("说明").write(0, 0, "导出说明")
    sheet = book.add_worksheet("激活")
    date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, title in enumerate(("手机号", "到账时间", "流水号")):
        sheet.write(0, column, title)
    sheet.write_string(1, 0, "13800000001")
    sheet.write_datetime(1, 1, datetime(2026, 11, 20, 12, 3, 11), date)
    sheet.write_string(1, 2, "0099")
    sheet.write_number(2, 0, 13800000002)
    sheet.write_string(2, 1, "2026/11/20 12:03")
    sheet.write_number(3, 0, 1.3800000000212345e15)
    sheet.write_string(4, 0, "13800000004")
    sheet.write_datetime(4, 1, datetime(2026, 11, 20), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    found = read_redemption_list(path, ZONE)
    assert (found.sheet, found.sheets) == ("激活", ("说明", "激活"))
    first, second, third, fourth = found.lines
    assert (first.account, first.redeemed_at, first.code) == ("13800000001", NOON, "0099")
    assert (second.account, second.precision) == ("13800000002", timedelta(minutes=1))
    assert third.problem is not None
    assert fourth.problem is not None
    assert looks_like_redemptions(path)


def test_other_files_are_no_such_list(tmp_path: Path) -> None:
    for name, content in (
        ("keys.csv", b"key,note\nAB-1,x\n"),
        ("code.csv", b"code,number\nAB-1,1\n"),
        ("orders.csv", "订单号,渠道,商品,下单时间\nA1,x,y,2026-11-20\n".encode()),
        ("torn.csv", b'"\n'),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("empty.txt", b""),
    ):
        (tmp_path / name).write_bytes(content)
        assert not looks_like_redemptions(tmp_path / name), name
    assert not looks_like_redemptions(tmp_path / "absent.csv")


def test_a_long_first_block_is_cut_at_a_line(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-16", "gb18030"):
        path = tmp_path / f"{encoding}.csv"
        rows = "".join(f"卡{number},2026-11-20 12:03:11\n" for number in range(2000))
        path.write_bytes(("卡密,激活时间\n" + rows).encode(encoding))
        assert looks_like_redemptions(path), encoding


def test_a_list_too_large_for_evidence_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write("卡密,激活时间\n".encode())
        file.truncate(20 * 1024 * 1024 + 1)
    with pytest.raises(BadInputError, match="20 MB"):
        read_redemption_list(path, ZONE)


@settings(max_examples=80)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=4), min_size=1, max_size=5))
def test_no_table_is_a_bug(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    text = "\n".join(",".join(row) for row in [["卡密", "激活时间", "流水号", "状态"], *rows])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = read_redemption_list(path, ZONE)
    except BadInputError:
        return
    assert all(line.problem is not None or line.key for line in found.lines)
