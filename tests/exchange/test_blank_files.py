"""A file without data is told so by every reader, and a row of delimiters alone is no header."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.key_files import Layout, read_key_file
from desktop_app.exchange.order_files import read_order_file
from desktop_app.exchange.redemption_lists import ListLayout, list_columns, looks_like_redemptions, read_redemption_list
from desktop_app.exchange.request_files import read_request_file
from desktop_app.exchange.statements import looks_like_statement, read_statement

ZONE = ZoneInfo("Asia/Shanghai")
READERS: dict[str, Callable[[Path], object]] = {
    "keys-table": lambda path: read_key_file(path, layout=Layout.TABLE),
    "keys-header": lambda path: read_key_file(path, layout=Layout.TABLE, header=True),
    "keys-column": lambda path: read_key_file(path, key_column="卡密"),
    "keys-roles": lambda path: read_key_file(path, roles={"key": 0}),
    "orders": lambda path: read_order_file(path, ZONE),
    "requests": lambda path: read_request_file(path, ZONE),
    "redemptions": lambda path: read_redemption_list(path, ZONE),
    "redemptions-header": lambda path: read_redemption_list(path, ZONE, ListLayout(header=True)),
    "redemptions-no-header": lambda path: read_redemption_list(path, ZONE, ListLayout(header=False)),
    "statement": read_statement,
}


@pytest.mark.parametrize("text", ["", "\n", " \n", ",,\n", '""\n', '"\n"\n', ";\n\t\n", "\ufeff", "\ufeff,\n"])
@pytest.mark.parametrize("reader", READERS)
def test_a_file_without_data_is_told_so(tmp_path: Path, reader: str, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(BadInputError):
        READERS[reader](path)
    assert not looks_like_redemptions(path)
    assert not looks_like_statement(path)


def test_a_blank_file_has_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(",,\n", encoding="utf-8")
    assert list_columns(path, ListLayout())[0] == ()


def test_a_row_of_delimiters_above_the_header_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(",,\n卡密,核销时间,核销码\nABCD-1234,2026-11-20 12:03,RX-1\n", encoding="utf-8")
    assert looks_like_redemptions(path)
    assert [line.key for line in read_redemption_list(path, ZONE).lines] == ["ABCD-1234"]
    path.write_text(",\n卡密,商品\nABCD-1234,Steam\n", encoding="utf-8")
    preview = read_key_file(path)
    assert preview.layout is Layout.TABLE
    assert list(preview.texts) == ["ABCD-1234"]
    path.write_text(";;\n订单号;支付时间;原因\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="column") as refused:
        read_order_file(path, ZONE)
    assert "订单号" not in refused.value.zh
