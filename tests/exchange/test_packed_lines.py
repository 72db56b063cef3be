"""Many lines in one piece give the same lines as a list of them."""

from __future__ import annotations

from array import array

import pytest

from desktop_app.exchange.packed_lines import PackedLines, joined_at, lines_at

LINES = ["A-1", "", "卡密-2", "c", "🔑-4", "last"]


def test_packed_lines_are_the_lines() -> None:
    packed = PackedLines(LINES)
    assert [*packed] == LINES
    assert packed[1:5] == LINES[1:5]
    assert packed[-1] == "last"


@pytest.mark.parametrize("indexes", [[], [2], [1, 2, 3, 4], [0, 2, 5], [*range(6)]], ids=str)
def test_joined_lines_are_the_same_packed_or_not(indexes: list[int]) -> None:
    many = [*LINES, *map(str, range(40))]
    wanted = "\n".join(many[index] for index in indexes)
    for lines in (many, PackedLines(many)):
        assert "\n".join(lines_at(lines, array("I", indexes))) == wanted
        assert joined_at(lines, array("I", indexes)) == wanted.encode()
        assert (
            joined_at(lines, array("I", [*indexes, 45])) == f"{wanted}\n39".removeprefix("\n" * (not indexes)).encode()
        )
