from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.documents.csv_export import Column, Kind, guard, money_text, write_csv
from desktop_app.domain.errors import BadInputError, CancelledError, StorageError
from desktop_app.exchange.kamidesk_export import unguarded
from tests.csv_files import read_back

TEXT = (Column("a", "订单号", "Order no."), Column("b", "备注", "Note"))
RISKY_STARTS = "=+-@\t\r|%＝＋－＠"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
nasty = st.builds(
    lambda lead, start, rest: lead + start + rest,
    st.sampled_from(["", "\ufeff", "\u200b", " ", "\u3000", "'", "''"]),
    st.sampled_from([*RISKY_STARTS, "0", "1e5", "6217001234567890123"]),
    texts,
)


@pytest.mark.parametrize("lead", ["", "\ufeff", "\u200b", " ", "\u3000", "\u200b \ufeff"])
@pytest.mark.parametrize("start", list("=+-@|%＝＋－＠"))
def test_formulas_are_guarded_also_behind_what_a_spreadsheet_skips(lead: str, start: str) -> None:
    assert guard(lead + start + "1") == "'" + lead + start + "1"


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx", "'x", "'"])
def test_leading_controls_and_apostrophes_are_guarded(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["6217001234567890123", "00123", "1E5", "12e-4", "1-2", "3/4/2026", " 007 "])
def test_what_a_spreadsheet_would_turn_into_another_value_is_kept_as_text(text: str) -> None:
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "ABCD-EFGH", "52.20", "0", "0.5", "12345678901", "2026-11-21 09:12:33", "王小明"])
def test_harmless_text_stays_plain(text: str) -> None:
    assert guard(text) == text


@settings(max_examples=300)
@given(texts | nasty)
def test_every_text_comes_back(text: str) -> None:
    assert unguarded(guard(text)) == text
    assert guard(text)[:1] not in tuple(RISKY_STARTS)


@settings(max_examples=60)
@given(rows=st.lists(st.tuples(texts | nasty, texts | nasty), max_size=8))
def test_every_file_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    assert write_csv(path, TEXT, iter(rows), "en") == len(rows)
    assert list(read_back(path)) == [["Order no.", "Note"], *map(list, rows)]


def test_the_file_is_what_spreadsheets_expect(tmp_path: Path) -> None:
    columns = (
        Column("order", "订单号", "Order no."),
        Column("amount", "金额", "Amount", Kind.MONEY),
        Column("count", "数量", "Count", Kind.NUMBER),
        Column("at", "时间", "Time", Kind.TIME),
    )
    at = datetime(2026, 11, 21, 16, 0, 1, 999_999, tzinfo=UTC)
    path = tmp_path / "订单.csv"
    write_csv(path, columns, [("202611210910057731", 5220, 3, at), ('引"号\n换行,逗号', -5, None, None)], "zh_CN")
    assert path.read_bytes().decode("utf-8") == (
        "\ufeff订单号,金额,数量,时间\r\n"
        "'202611210910057731,52.20,3,2026-11-22 00:00:01\r\n"
        '"引""号\n换行,逗号",-0.05,,\r\n'
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["金额"] == "52.20"


@pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123456, "1234.56")])
def test_money_has_no_separators(fen: int, text: str) -> None:
    assert money_text(fen) == text


def test_rows_are_streamed_with_progress(tmp_path: Path) -> None:
    seen: list[int] = []
    made = 0

    def rows() -> object:
        nonlocal made
        for number in range(2500):
            made = number + 1
            assert made <= (seen[-1] if seen else 0) + 1000, "rows are read ahead of what was written"
            yield str(number), ""

    assert write_csv(tmp_path / "x.csv", TEXT, rows(), "en", seen.append) == 2500  # type: ignore[arg-type]
    assert seen == [1000, 2000, 2500]


def test_cancelling_keeps_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"before")
    answers = iter([False, True])
    rows = ((str(number), "") for number in range(5000))
    with pytest.raises(CancelledError):
        write_csv(path, TEXT, rows, "en", cancelled=lambda: next(answers))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failing_source_leaves_no_part_behind(tmp_path: Path) -> None:
    def rows() -> object:
        yield "1", ""
        raise BadInputError("no", "不")

    with pytest.raises(BadInputError):
        write_csv(tmp_path / "x.csv", TEXT, rows(), "en")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"missing.*x\.csv"):
        write_csv(tmp_path / "missing" / "x.csv", TEXT, [], "en")


def test_a_row_of_the_wrong_length_is_a_bug_and_not_a_shifted_table(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        write_csv(tmp_path / "x.csv", TEXT, [("only one",)], "en")
