from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import BadInputError
from desktop_app.domain.money import LARGEST_FEN, allocate, fee, parse_yuan, yuan_text


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (1000, [1656, 1657, 1657], [333, 334, 333]),
        (950, [1990] * 5, [190] * 5),
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [0, 0, 0], [1, 1, 0]),
        (5, [0, 3], [0, 5]),
        (0, [], []),
        (7, [0], [7]),
    ],
)
def test_an_amount_is_spread_by_largest_remainder(total: int, weights: list[int], parts: list[int]) -> None:
    assert allocate(total, weights) == parts


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**12), min_size=1, max_size=30))
def test_the_parts_add_up_and_stay_within_one_fen_of_their_share(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))
    else:
        assert max(parts) - min(parts) <= 1
        assert parts == sorted(parts, reverse=True)


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [2, -1]), (1, []), (1, [-1])])
def test_nonsense_is_not_spread(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"not negative|nothing to spread"):
        allocate(total, weights)


@pytest.mark.parametrize(("base", "bp", "expected"), [(3600, 500, 180), (1999, 500, 100), (10, 500, 1), (9, 500, 0)])
def test_a_fee_rounds_half_up(base: int, bp: int, expected: int) -> None:
    assert fee(base, bp) == expected


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), max_size=8), st.integers(0, 10_000))
def test_fees_taken_bit_by_bit_add_up_to_the_fee_taken_at_once(first: int, later: list[int], bp: int) -> None:
    taken, done = fee(first, bp), first
    for base in later:
        taken += fee(done + base, bp) - fee(done, bp)
        done += base
    assert taken == fee(done, bp)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("19.90", 1990),
        ("¥19.9", 1990),
        ("\uffe519.9", 1990),  # the yen sign of Chinese keyboards
        ("1,234.50", 123450),
        (" ¥ 1,234,567 ", 123456700),
        ("19.9000", 1990),
        ("0", 0),
        ("90071992547409.91", LARGEST_FEN),
    ],
)
def test_amounts_as_people_write_them(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "", "¥", "NaN",
        "inf", "1e3", "1e400", "\uff11\uff19.90", "\u0661\u0669", "-5", "+5", "0.005", "19.905", ".5", "5.",
        "1,23", "1234,567", "1 000", "90071992547409.92", "9" * 5000, "19.90元", "{0}", "1_000", "0x10",
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(BadInputError) as refused:
        parse_yuan(text)
    assert "amount in yuan" in refused.value.en
    assert "金额" in refused.value.zh
    assert len(refused.value.en) < 250


@given(st.integers(-(10**15), LARGEST_FEN))
def test_what_is_shown_reads_back(fen: int) -> None:
    text = yuan_text(fen)
    assert parse_yuan(text.removeprefix("-")) == abs(fen)
    assert text.startswith("-") == (fen < 0)


def test_an_amount_is_shown_with_groups() -> None:
    assert (yuan_text(123450), yuan_text(5), yuan_text(-123450)) == ("¥1,234.50", "¥0.05", "-¥1,234.50")
