"""Blind indexes are brought into their exact order, in parts and in groups, and every copy is found."""

from __future__ import annotations

import random

import pytest

from desktop_app.storage.card_sealing import TAG_BYTES
from desktop_app.storage.tag_order import TagGroups, TagOrder, tag_order, tag_run


def in_order(tags: list[bytes], part: int, groups: int) -> list[TagOrder]:
    runs = [tag_run(b"".join(tags[at : at + part]), at) for at in range(0, len(tags), part)]
    made = TagGroups(runs, groups)
    return [tag_order(made.group(number)) for number in range(groups)]


def expected(tags: list[bytes]) -> tuple[list[bytes], list[int], dict[int, int]]:
    first: dict[bytes, int] = {}
    for at, tag in enumerate(tags):
        first.setdefault(tag, at)
    ordered = sorted(first)
    copies = {at: first[tag] for at, tag in enumerate(tags) if first[tag] != at}
    return ordered, [first[tag] for tag in ordered], copies


def random_tags(chance: random.Random, count: int) -> list[bytes]:
    made = [chance.randbytes(TAG_BYTES) for _ in range(count)]
    return [*made, *chance.choices(made, k=count // 10)]


def alike(chance: random.Random, count: int) -> list[bytes]:
    """Tags that differ at their ends only, where the rough order does not look."""
    return [chance.randbytes(1) + bytes(TAG_BYTES - 2) + chance.randbytes(1) for _ in range(count)]


def extremes(chance: random.Random, count: int) -> list[bytes]:
    """Bytes that make zero, infinity or no number at all of a floating-point number."""
    ends = (b"\0", b"\x01", b"\x3f", b"\x40", b"\x7f", b"\x80", b"\xf0", b"\xff")
    return [b"".join(chance.choices(ends, k=8)) + chance.randbytes(8) for _ in range(count)]


@pytest.mark.parametrize("kind", [random_tags, alike, extremes])
@pytest.mark.parametrize(("count", "part", "groups"), [(1, 1, 1), (255, 300, 1), (257, 64, 4), (3000, 256, 64)])
def test_all_tags_are_brought_into_their_order(kind: object, count: int, part: int, groups: int) -> None:
    tags = kind(random.Random(count), count)  # type: ignore[operator]
    chance = random.Random(part)
    chance.shuffle(tags)
    found = in_order(tags, part, groups)
    ordered, places, copies = expected(tags)
    assert b"".join(one.tags for one in found) == b"".join(ordered)
    assert [place for one in found for place in one.places] == places
    assert {copy: original for one in found for copy, original in zip(one.copies, one.originals, strict=True)} == copies
    assert sum(len(one.copies) for one in found) == len(copies)


def test_the_first_of_many_copies_is_the_one_that_is_kept() -> None:
    tags = [b"same tag 16 byte", b"another tag here"] * 700
    (found,) = in_order(tags, 300, 1)
    assert list(found.places) == [1, 0]
    assert set(zip(found.copies, found.originals, strict=True)) == {(at, at % 2) for at in range(2, 1400)}


def test_a_run_of_more_places_than_two_bytes_count_is_in_order() -> None:
    chance = random.Random(3)
    tags = [chance.randbytes(TAG_BYTES) for _ in range(66_000)]
    run = tag_run(b"".join(tags), 9)
    assert run.tags == b"".join(sorted(tags))
    assert [tags[at - 9] for at in run.places] == sorted(tags)


def test_nothing_is_one_empty_group() -> None:
    assert [len(part) for part in tag_order(TagGroups([], 1).group(0))] == [0, 0, 0, 0]
