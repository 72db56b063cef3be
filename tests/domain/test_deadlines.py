from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desktop_app.domain.deadlines import SHOP_ZONE, end_of_day, expected_arrival, request_deadlines
from desktop_app.domain.states import PaymentChannel, PlatformKind
from desktop_app.domain.working_days import CHINA, WorkingDays


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday worked for the holiday to come
        ("2026-09-24", 1, "2026-09-28"),
        ("2026-09-24", 3, "2026-09-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-05-08", 1, "2026-05-09"),
        ("2026-11-20", 3, "2026-11-25"),
        ("2026-11-22", 7, "2026-12-01"),
        ("2025-12-31", 1, "2026-01-04"),
    ],
)
def test_working_days_know_the_announced_holidays(day: str, count: int, expected: str) -> None:
    assert CHINA.nth_working_day(date.fromisoformat(day), count) == (date.fromisoformat(expected), False)


def test_past_the_announced_years_the_weekday_answers_and_says_so() -> None:
    assert CHINA.nth_working_day(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert CHINA.nth_working_day(date(2026, 12, 30), 3) == (date(2027, 1, 4), True)
    assert CHINA.nth_working_day(date(2003, 1, 3), 1) == (date(2003, 1, 6), True)


def test_the_merchants_own_table_wins_in_known_and_unknown_years() -> None:
    days = WorkingDays({date(2026, 11, 23): False, date(2027, 1, 1): False, date(2026, 11, 21): True})
    assert days.nth_working_day(date(2026, 11, 20), 2) == (date(2026, 11, 24), False)
    assert days.is_working_day(date(2027, 1, 1)) == (False, False)
    assert days.nth_working_day(date(2026, 12, 31), 1) == (date(2027, 1, 4), True)
    assert CHINA.nth_working_day(date(2026, 11, 20), 1)[0] == date(2026, 11, 23)


def test_a_count_below_one_is_a_bug() -> None:
    with pytest.raises(ValueError, match="at least one"):
        CHINA.nth_working_day(date(2026, 11, 20), 0)


@pytest.mark.parametrize(
    ("channel", "approved", "expected", "estimated"),
    [
        (PaymentChannel.WECHAT, "2026-09-30T10:00:00+08:00", "2026-10-05T23:59:59+08:00", False),
        (PaymentChannel.ALIPAY, "2026-09-30T10:00:00+08:00", "2026-10-10T23:59:59+08:00", False),
        (PaymentChannel.OTHER, "2026-11-20T23:30:00+08:00", "2026-11-25T23:59:59+08:00", False),
        (PaymentChannel.OTHER, "2026-12-30T16:30:00+00:00", "2027-01-05T23:59:59+08:00", True),
        (PaymentChannel.WECHAT, "2026-12-30T10:00:00+08:00", "2027-01-04T23:59:59+08:00", False),
    ],
)
def test_when_a_refund_should_have_arrived(
    channel: PaymentChannel, approved: str, expected: str, estimated: bool
) -> None:
    arrival, guessed = expected_arrival(channel, datetime.fromisoformat(approved))
    assert (arrival, guessed) == (datetime.fromisoformat(expected), estimated)
    assert arrival.tzinfo is UTC


def test_an_estimated_amber_alone_does_not_exist_but_an_estimated_decision_does() -> None:
    started = datetime(2026, 12, 30, 1, tzinfo=UTC)
    deadlines = request_deadlines(started, PlatformKind.THIRD_PARTY, unshipped=False)
    assert deadlines.estimated
    assert not request_deadlines(started, PlatformKind.THIRD_PARTY, unshipped=True).estimated


def test_a_day_of_another_zone_ends_there_also_when_clocks_change() -> None:
    new_york = ZoneInfo("America/New_York")
    started = datetime(2026, 10, 30, 20, tzinfo=new_york)  # daylight saving ends on the first of November
    deadlines = request_deadlines(started, PlatformKind.OFFICIAL, unshipped=False, zone=new_york)
    assert deadlines.decision == datetime(2026, 11, 4, 23, 59, 59, tzinfo=new_york)
    unshipped = request_deadlines(started, PlatformKind.OFFICIAL, unshipped=True, zone=new_york)
    assert unshipped.decision == started.astimezone(UTC) + timedelta(hours=24)


def test_a_day_whose_last_hour_comes_twice_ends_with_the_later_one() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # put back from 24:00 to 23:00 in that night
    assert end_of_day(date(2026, 10, 29), cairo) == datetime(2026, 10, 29, 21, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 10, 28), cairo) == datetime(2026, 10, 28, 20, 59, 59, tzinfo=UTC)


def test_the_default_zone_is_that_of_shanghai() -> None:
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    assert moment.astimezone(SHOP_ZONE).utcoffset() == moment.astimezone(ZoneInfo("Asia/Shanghai")).utcoffset()
