"""Files of card keys: a verdict for every line, nothing lost, nothing guessed."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.card_keys import KeyProblem, KeyRule, KeyWarning
from desktop_app.domain.errors import BadInputError
from desktop_app.exchange.key_files import (
    KeyPreview,
    Layout,
    LineVerdict,
    read_key_file,
    read_pasted_keys,
)
from desktop_app.exchange.text_files import MAX_LINES


def read(tmp_path: Path, data: bytes | str, name: str = "keys.csv", **more: object) -> KeyPreview:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_key_file(path, **more)  # type: ignore[arg-type]


def new(preview: KeyPreview) -> list[str]:
    return [preview.texts[index] for index in preview.new_indexes()]


def adds_up(preview: KeyPreview) -> bool:
    parts = preview.new_count + len(preview.duplicates) + len(preview.problems) + preview.blank_count
    return parts == preview.line_count and preview.new_count == len(list(preview.new_indexes()))


def test_lines_are_kept_exactly(tmp_path: Path) -> None:
    lines = [
        "0012345",
        "1e3",
        "0e1234",
        "acc----p,w|x\ty",
        '"quoted"',
        "a\\nb",
        "'; DROP TABLE x; --",
        "<b>%s</b>",
        "=1",
    ]
    preview = read(tmp_path, "\n".join(lines) + "\n", "keys.txt")
    assert preview.layout is Layout.LINES
    assert new(preview) == lines
    assert list(preview.line_numbers) == list(range(1, 10))


def test_counts_add_up_and_line_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    preview = read(tmp_path, "A-0001\n\n  \n\u200b\nA-0002\nbad\x00line\nA-0001\n\u3000A-0002\nA-0003", "keys.txt")
    assert new(preview) == ["A-0001", "A-0002", "A-0003"]
    assert preview.blank_count == 3
    assert preview.problems == {2: KeyProblem.NUL}
    assert preview.duplicates == {3: 0, 4: 1}
    assert preview.warnings == {4: (KeyWarning.EDGES,)}
    assert [preview.line_numbers[index] for index in (0, 1, 2, 3, 4, 5)] == [1, 5, 6, 7, 8, 9]
    assert preview.line_count == 9
    assert adds_up(preview)
    assert [preview.verdict(index) for index in range(6)] == [
        LineVerdict.NEW,
        LineVerdict.NEW,
        LineVerdict.MALFORMED,
        LineVerdict.DUPLICATE_IN_FILE,
        LineVerdict.DUPLICATE_IN_FILE,
        LineVerdict.NEW,
    ]


def test_line_ends_do_not_change_the_keys(tmp_path: Path) -> None:
    expected = ["K-1", "K-2", "K-3"]
    for data in (b"K-1\nK-2\nK-3\n", b"K-1\r\nK-2\r\nK-3", b"K-1\rK-2\rK-3\r", b"K-1\r\nK-2\nK-3\r"):
        assert new(read(tmp_path, data, "keys.txt")) == expected


@pytest.mark.parametrize("inside", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\u202e", "\u202d"])
def test_a_line_with_a_hidden_break_is_refused_not_cut(tmp_path: Path, inside: str) -> None:
    preview = read(tmp_path, f"GOOD-1\nAB{inside}CD\nGOOD-2\n", "keys.txt")
    assert new(preview) == ["GOOD-1", "GOOD-2"]
    assert list(preview.problems) == [1]
    assert preview.texts[1] == f"AB{inside}CD"


def test_full_width_digits_are_kept_and_found_to_be_the_same_key(tmp_path: Path) -> None:
    full_width = "\uff11\uff12\uff13\uff14"
    preview = read(tmp_path, f"1234\n{full_width}\n", "keys.txt")
    assert preview.texts[1] == full_width
    assert preview.duplicates == {1: 0}
    assert preview.warnings[1] == (KeyWarning.FULL_WIDTH,)


def test_rule_of_the_product_finds_more_duplicates(tmp_path: Path) -> None:
    data = "abcd-1234\nABCD1234\nABCD 1234\n"
    assert read(tmp_path, data, "keys.txt").new_count == 3
    folded = read(tmp_path, data, "keys.txt", rule=KeyRule(fold_case=True, fold_hyphens=True))
    assert new(folded) == ["abcd-1234"]


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\r\n"])
@pytest.mark.parametrize("name", ["keys.txt", "keys.csv"])
def test_nothing_to_import(tmp_path: Path, data: bytes, name: str) -> None:
    with pytest.raises(BadInputError, match=r"empty|no card keys"):
        read(tmp_path, data, name)


def test_a_header_alone_is_nothing_to_import(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no card keys"):
        read(tmp_path, "卡密\n")


@pytest.mark.parametrize("header", ["卡密", "key", "Card Key", "secret", '"卡密"', "\ufeff卡密"])
def test_a_lone_header_is_not_a_key(tmp_path: Path, header: str) -> None:
    for name in ("keys.csv", "keys.txt"):
        assert new(read(tmp_path, f"{header}\nABCD-1\nacc,pw\n", name)) == ["ABCD-1", "acc,pw"]


def test_a_table_with_every_column(tmp_path: Path) -> None:
    preview = read(
        tmp_path,
        "卡密,面值,成本,有效期,备注\n"
        'ABCD-1,50,47.50,2027-12-31,"首批,促销"\n'
        '"EF""GH",¥100.00,,2027年1月2日,\n'
        "IJKL,,,20270203,\n",
    )
    assert preview.layout is Layout.TABLE
    assert new(preview) == ["ABCD-1", 'EF"GH', "IJKL"]
    assert preview.faces_fen == [5000, 10000, None]
    assert preview.costs_fen == [4750, None, None]
    assert preview.expiries == ["2027-12-31", "2027-01-02", "2027-02-03"]
    assert preview.notes == ["首批,促销", "", ""]
    assert list(preview.line_numbers) == [2, 3, 4]


@pytest.mark.parametrize("header", ["卡号,密码", "卡号,卡密", "number;password", "账号\t密码"])
def test_number_and_password_become_one_key(tmp_path: Path, header: str) -> None:
    delimiter = next(one for one in ",;\t" if one in header)
    preview = read(tmp_path, f"{header}\n0012{delimiter}pw1\n0013{delimiter}\n{delimiter}pw\n")
    assert new(preview) == ["0012----pw1"]
    assert preview.problems == {1: KeyProblem.INCOMPLETE, 2: KeyProblem.INCOMPLETE}


@pytest.mark.parametrize("data", ["acc1,pw1\nacc2,pw2\n", "alice,password\nbob,secret\n"])
def test_without_a_header_both_halves_are_kept(tmp_path: Path, data: str) -> None:
    preview = read(tmp_path, data)
    assert preview.layout is Layout.LINES
    assert new(preview) == data.split()


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    for header in ("order_no,channel,product", "订单号,金额,商品名称,数量", "id,status,note"):
        with pytest.raises(BadInputError, match="no column"):
            read(tmp_path, f"{header}\n1,2,3\n")


def test_a_chosen_column_and_layout(tmp_path: Path) -> None:
    data = "serial,owner,note\nAAA1,x,first\nBBB2,y,second\n"
    preview = read(tmp_path, data, key_column="Serial")
    assert new(preview) == ["AAA1", "BBB2"]
    assert preview.notes == ["first", "second"]
    assert new(read(tmp_path, data, layout=Layout.LINES)) == data.split()
    with pytest.raises(BadInputError, match="no column"):
        read(tmp_path, data, key_column="missing")
    with pytest.raises(BadInputError, match="delimiter"):
        read(tmp_path, "卡密\nA\n", delimiter="#")


def test_a_key_number_and_password_together_need_a_choice(tmp_path: Path) -> None:
    data = "卡密,卡号,密码\nK1,N1,P1\n"
    with pytest.raises(BadInputError, match="choose"):
        read(tmp_path, data)
    assert new(read(tmp_path, data, key_column="卡密")) == ["K1"]


@pytest.mark.parametrize("quote_line", [3, 4])
def test_an_unterminated_quote_names_its_line(tmp_path: Path, quote_line: int) -> None:
    lines = ["卡密,备注", *[f"K-{number},x" for number in range(2, 1200)]]
    lines[quote_line - 1] = '"K-open,x'
    with pytest.raises(BadInputError, match=f"line {quote_line}:"):
        read(tmp_path, "\n".join(lines) + "\n")


def test_a_bare_quote_inside_a_cell_is_text(tmp_path: Path) -> None:
    assert new(read(tmp_path, '卡密,备注\nAB"CD,x\n')) == ['AB"CD']


@pytest.mark.parametrize("header", ["卡密,卡密", "卡密,key", "卡密,foo,Foo"])
def test_a_repeated_column_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(BadInputError, match="twice"):
        read(tmp_path, f"{header}\nA,B,C\n")


def test_missing_and_extra_columns_are_named_by_line(tmp_path: Path) -> None:
    preview = read(tmp_path, "卡密,备注\nA-1,x\nA-2\n\nA-3,x,y\nA-4,z\n")
    assert new(preview) == ["A-1", "A-4"]
    assert {preview.line_numbers[index]: problem for index, problem in preview.problems.items()} == {
        3: KeyProblem.COLUMNS,
        5: KeyProblem.COLUMNS,
    }
    assert preview.blank_count == 1
    assert preview.notes == ["x", "", "", "z"]
    assert adds_up(preview)


def test_a_line_break_in_a_cell_is_one_bad_record(tmp_path: Path) -> None:
    preview = read(tmp_path, '卡密,备注\n"A\nB",x\nC-1,y\n')
    assert new(preview) == ["C-1"]
    assert preview.problems == {0: KeyProblem.CONTROL}
    assert list(preview.line_numbers) == [2, 4]


def test_a_field_over_4_kib(tmp_path: Path) -> None:
    long = "\n".join(["B" * 2000] * 3)
    preview = read(tmp_path, f'卡密,备注\n"{long}",x\nC-1,y\n')
    assert new(preview) == ["C-1"]
    assert len(read_pasted_keys("A" * 4097 + "\nC-1").problems) == 1


def test_bad_details_are_named(tmp_path: Path) -> None:
    preview = read(
        tmp_path,
        "key,face,cost,expiry,note\n"
        "K1,0.005,,,\nK2,-5,,,\nK3,\uff11\uff12,,,\nK4,1e400,,,\n"
        "K5,,nan,,\nK6,,,2027-02-30,\nK7,,,,a\x07b\nK8,50,,,\n",
    )
    assert new(preview) == ["K8"]
    assert list(preview.problems.values()) == [
        *[KeyProblem.BAD_FACE] * 4,
        KeyProblem.BAD_COST,
        KeyProblem.BAD_EXPIRY,
        KeyProblem.BAD_NOTE,
    ]
    assert len(preview.faces_fen) == len(preview.expiries) == len(preview.notes) == 8


def test_used_keys_of_another_shop_are_not_sellable(tmp_path: Path) -> None:
    preview = read(
        tmp_path,
        "id,secret,status,product_id,sku_id,order_id,batch_id,created_at\n"
        "1,K-FREE,available,1,1,,1,2026-01-01T00:00:00Z\n"
        "2,K-SOLD,used,1,1,9,1,2026-01-01T00:00:00Z\n"
        "3,K-HELD,reserved,1,1,9,1,2026-01-01T00:00:00Z\n",
    )
    assert new(preview) == ["K-FREE"]
    assert set(preview.problems.values()) == {KeyProblem.NOT_SELLABLE}


def test_a_masked_list_is_noticed(tmp_path: Path) -> None:
    assert read(tmp_path, "ABCD-****-****-9F3K\n", "keys.txt").warnings == {0: (KeyWarning.MASKED,)}


def test_gb18030_needs_a_look(tmp_path: Path) -> None:
    data = "卡密,备注\nABCD-1,首批\n".encode("gb18030")
    assert read(tmp_path, data).needs_confirmation
    confirmed = read(tmp_path, data, encoding="gb18030")
    assert not confirmed.needs_confirmation
    assert confirmed.notes == ["首批"]


def test_pasted_text() -> None:
    preview = read_pasted_keys("\ufeffA-1\r\nA-2\rA-1\n")
    assert new(preview) == ["A-1", "A-2"]
    assert preview.source == "paste"
    assert preview.duplicates == {2: 0}


def test_three_million_lines_are_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes(b"A\n" * (MAX_LINES + 1))
    with pytest.raises(BadInputError, match="3,000,000"):
        read_key_file(path)


@given(st.lists(st.text(alphabet="AB1- \u3000\u200b\x0b\x00", max_size=6), min_size=1, max_size=30))
def test_nothing_is_lost(lines: list[str]) -> None:
    try:
        preview = read_pasted_keys("\n".join(lines) + "\n")
    except BadInputError:
        assert all(not line.strip(" \u3000\u200b") for line in lines)
        return
    assert preview.line_count == len(lines)
    assert adds_up(preview)
    assert all(preview.texts[at] == lines[number - 1] for at, number in enumerate(preview.line_numbers))
    kept = [preview.normalised[index] for index in preview.new_indexes()]
    assert len(set(kept)) == len(kept)
    assert all(preview.normalised[later] == preview.normalised[first] for later, first in preview.duplicates.items())


@pytest.mark.parametrize(
    ("line", "is_heading"),
    [
        ("卡号----密码", True),
        ("账号----密码----邮箱", True),
        ("卡密|备注", True),
        ("卡号 密码", True),
        ("account----password", True),
        ("alice----password1", False),
        ("alice,password", False),
        ("账号 alice 密码 hunter", False),
        ("账号:alice 密码:secret", False),
        ("8801----2233", False),
    ],
)
def test_a_heading_in_a_list_of_lines_is_pointed_at(line: str, is_heading: bool) -> None:
    preview = read_pasted_keys(f"{line}\n8801000001----223344\n")
    assert preview.new_count == 2
    assert (KeyWarning.HEADING in preview.warnings.get(0, ())) is is_heading


def test_a_row_may_be_longer_than_its_key(tmp_path: Path) -> None:
    # a key of the full length, quoted, with what stands beside it: our own export writes such rows
    key = "A" * 2000 + '"' * 2096
    cell = key.replace('"', '""')
    path = tmp_path / "keys.csv"
    path.write_text(f'卡密,备注\n"{cell}","{"注" * 500}"\nB-1,\n', encoding="utf-8")
    preview = read_key_file(path)
    assert [preview.texts[index] for index in preview.new_indexes()] == [key, "B-1"]
    path.write_text(f"B-1\n{'A' * 4097}\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="line 2"):
        read_key_file(path)
    path.write_text(f"卡密,备注\nB-1,\n{'A' * 40_000},\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="line 3"):
        read_key_file(path)


def test_a_guessed_encoding_shows_words_by_which_to_judge_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_bytes("SECRET-1\n卡号：SECRET-2 密码\n卡号：SECRET-3\n".encode("gb18030"))
    preview = read_key_file(path)
    assert preview.needs_confirmation
    assert preview.words == "卡号： 密码"
    assert read_key_file(path, encoding="gb18030").words == ""


def test_spaces_around_a_number_or_its_password_make_no_other_card() -> None:
    preview = read_pasted_keys("卡号,密码\n8801,2233\n 8801\u200b,\u30002233 \n8802,\u200b\n8803, 4455\n")
    assert [preview.texts[index] for index in preview.new_indexes()] == ["8801----2233", "8803----4455"]
    assert preview.duplicates == {1: 0}
    assert preview.problems == {2: KeyProblem.INCOMPLETE}
    assert preview.warnings[3] == (KeyWarning.EDGES,)
