from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain import states
from desktop_app.domain.errors import BadInputError
from desktop_app.ui import labels
from desktop_app.ui.colours import Tone

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ENUMS = [
    kind
    for kind in vars(states).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_code_has_its_own_word(kind: type[StrEnum]) -> None:
    words = [labels.label(code) for code in kind]
    assert all(words)
    assert len(set(words)) == len(words)


def test_equal_codes_of_different_kinds_keep_their_words() -> None:
    assert states.UnitState.REDEEMED == states.KeyState.REDEEMED
    assert labels.label(states.FeeDisclosure.NONE) != labels.label(states.InventoryEffect.NONE)
    assert labels.label(states.RefundState.PAID) != labels.label(states.OrderState.PAID)
    assert labels.tone(states.FeeDisclosure.NONE) is Tone.BAD
    assert labels.tone(states.InventoryEffect.NONE) is Tone.NEUTRAL


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "under a minute"),
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=72), "1 h 12 min"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
    ],
)
def test_span(length: timedelta, words: str) -> None:
    assert labels.span(length) == words
    assert labels.span(-length) == words


def test_time_left() -> None:
    hour = timedelta(hours=1)
    assert labels.time_left(NOW + hour, NOW) == "1 h left"
    assert labels.time_left(NOW - hour, NOW) == "1 h overdue"
    assert labels.time_left(NOW, NOW) == "under a minute left"
    assert labels.time_left(None, NOW) == "No deadline"
    assert labels.time_left(NOW, NOW, paused=True) == "Paused"


def test_time_tone() -> None:
    hour = timedelta(hours=1)
    assert labels.time_tone(NOW + hour, NOW + hour / 2, NOW) is Tone.NEUTRAL
    assert labels.time_tone(NOW + hour, NOW, NOW) is Tone.WARN
    assert labels.time_tone(NOW - hour, NOW - hour, NOW) is Tone.BAD
    assert labels.time_tone(NOW - hour, None, NOW, paused=True) is Tone.NEUTRAL


def test_times_are_shown_in_the_shop_zone() -> None:
    late = datetime(2026, 12, 31, 16, 30, 5, tzinfo=UTC)
    assert labels.when(late, SHANGHAI) == "2027-01-01 00:30"
    assert labels.when(late, SHANGHAI, seconds=True) == "2027-01-01 00:30:05"
    assert labels.day(late, SHANGHAI) == "2027-01-01"
    assert labels.when(None, SHANGHAI) == labels.day(None, SHANGHAI) == ""


def test_errors_speak_the_language_of_the_window() -> None:
    error = BadInputError("Line {line} is empty.", "第 {line} 行为空。", line=3)
    assert labels.error_text(error) == "Line 3 is empty."
    labels.set_language("zh_CN")
    assert labels.error_text(error) == "第 3 行为空。"


@pytest.mark.parametrize(("points", "text"), [(0, "0 %"), (500, "5 %"), (125, "1.25 %"), (250, "2.5 %"), (5, "0.05 %")])
def test_percent(points: int, text: str) -> None:
    assert labels.percent(points) == text
    labels.set_language("zh")
    assert labels.percent(points) == text.replace(" ", "")


def test_money() -> None:
    assert labels.money(128650) == "¥1,286.50"
